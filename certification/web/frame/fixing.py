"""Rows at fault of a file that was checked, to be corrected on a page: which cells are offered, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from certification.people.file_imports import Outcome
from certification.spreadsheets import ImportFaults
from certification.spreadsheets.corrected import Kept
from certification.web.frame.fields import Form
from certification.web.frame.forms import Filled

__all__ = ["ROWS_AT_MOST", "Cell", "FixForm", "RowAtFault", "corrected", "may_be_fixed", "rows_at_fault"]

ROWS_AT_MOST = 50
"""More rows than this are quicker to correct in a spreadsheet."""

CELL_AT_MOST = 2_000
"""Characters of a cell that was typed; how many its column takes is said when it is checked."""


class FixForm(Form):
    """Cells of rows; their names are their places in the file."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell to correct: its name in the form, its column, what the file holds, what is wrong with it."""

    name: str
    column: str
    value: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowAtFault:
    """A row to correct: its number, who or what it is about, what is wrong with the row as a whole."""

    number: int
    about: str
    faults: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def left_out(self) -> str:
        """The name of the tick that leaves the row out."""
        return f"bo-{self.number}"


def may_be_fixed(outcome: Outcome) -> bool:
    """Whether what is wrong is wrong with few single rows, as far as the faults say; the file is not looked at."""
    numbers = {one.row for one in outcome.faults}
    told = len(outcome.faults) == outcome.many.get("faults", 0)
    return (
        outcome.good_rows is not None and told and bool(numbers) and 0 not in numbers and len(numbers) <= ROWS_AT_MOST
    )


def rows_at_fault(file: Kept, outcome: Outcome) -> list[RowAtFault]:
    """The rows to correct: of each the cells at fault, or all where a fault is about no cell of the file. Raises
    ImportFaults with the faults that are about no row of the file."""
    if elsewhere := [one for one in outcome.faults if one.row not in file.rows]:
        raise ImportFaults(elsewhere)
    found = []
    for number in sorted({one.row for one in outcome.faults}):
        held = file.cells(number)
        faults = [one for one in outcome.faults if one.row == number]
        of_row = tuple(
            f"{one.column}: {one.message}" if one.column else one.message for one in faults if one.column not in held
        )
        wrong = {one.column for one in faults}
        cells = tuple(
            Cell(
                f"o-{number}-{place}",
                column,
                held[column],
                tuple(one.message for one in faults if one.column == column),
            )
            for place, column in enumerate(file.headings)
            if of_row or column in wrong
        )
        found.append(RowAtFault(number, _about(held), of_row, cells))
    return found


def _about(held: Mapping[str, str]) -> str:
    """The first two things that a row says: a number and a name, a unit and its name."""
    return ", ".join([value for value in held.values() if value][:2])


def corrected(form: Filled, rows: list[RowAtFault]) -> Mapping[int, Mapping[str, str] | None]:
    """What was typed, by row and column, None for a row to be left out; what is too long becomes a fault."""
    found: dict[int, Mapping[str, str] | None] = {}
    for row in rows:
        typed = {cell: " ".join(form.typed.get(cell.name, cell.value).split()) for cell in row.cells}
        for cell, value in typed.items():
            if len(value) > CELL_AT_MOST:
                form.refuse(
                    "",
                    _("Dòng %(row)s, cột “%(column)s”: ô dài quá, viết ngắn lại", row=row.number, column=cell.column),
                )
        left_out = row.left_out in form.typed
        found[row.number] = None if left_out else {cell.column: value for cell, value in typed.items()}
    return found
