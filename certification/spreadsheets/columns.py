"""The columns of a table: what each is called, what it holds, and which one a heading means.

A heading is recognised in any case and spacing, with or without diacritics, in Vietnamese or by one of its other names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from certification.spreadsheets.faults import Fault, ImportFaults, listed, shortened

__all__ = ["FAULTS_HEADING", "Column", "as_columns", "find_heading", "plain", "positions"]

FAULTS_HEADING = "Lỗi (không nhập cột này)"
"""Heading of the column in which refused rows say why; passed over when the corrected file comes back."""

MOST_COLUMNS = 300
MOST_TOLD = 20
ROWS_ABOVE_AT_MOST = 20
"""A title may stand above the headings: so many rows are looked through for them."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    `other_names` are headings that mean the same; the column may be `left_out` of a file, or its cells `may_be_empty`.
    `meaning` and `example` are for people (templates, documentation), `choices` the words a cell may hold. `kind` is
    text, day or number: how a template formats the cells.
    """

    heading: str
    other_names: tuple[str, ...] = ()
    left_out: bool = False
    may_be_empty: bool = False
    kind: str = "text"
    meaning: str = ""
    example: str = ""
    choices: tuple[str, ...] = field(default=())


def as_columns(columns: Sequence[str | Column]) -> tuple[Column, ...]:
    """Columns, of which a bare heading is one that must be there."""
    return tuple(Column(one) if isinstance(one, str) else one for one in columns)


@lru_cache(maxsize=4096)
def plain(words: str) -> str:
    """Words without case, diacritics and separators: "Mã người lao động" and "MA_NGUOI LAO DONG" are the same."""
    letters = unicodedata.normalize("NFKD", words.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum())


def find_heading(rows: Iterable[tuple[int, Sequence[str]]], columns: Sequence[Column]) -> tuple[int, Sequence[str]]:
    """The number and cells of the row that holds the headings: the first of those at the top in which half of the
    columns that must be there are named (two at least), else the first row with anything in it."""
    known = _by_name(columns)
    needed = max(2, sum(not column.left_out for column in columns) // 2)
    first: tuple[int, Sequence[str]] | None = None
    for number, cells in rows:
        if not any(cells):
            continue
        first = first or (number, cells)
        if len({known[plain(cell)].heading for cell in cells if plain(cell) in known}) >= needed:
            return number, cells
    return first or (1, ())


def positions(row: int, cells: Sequence[str], columns: Sequence[Column]) -> Mapping[str, int]:
    """In which place of a row each known column stands. Raises ImportFaults naming headings missing, unknown or
    repeated."""
    known = _by_name(columns)
    faults: list[Fault] = []
    found: dict[str, int] = {}
    unknown = 0
    for place, cell in enumerate(cells):
        column = known.get(plain(cell))
        if column is None and plain(cell) == plain(FAULTS_HEADING):
            continue
        if column is None:
            unknown += 1
            name = f"“{shortened(cell)}”" if cell else f"trống ở cột thứ {place + 1}"
            if unknown <= MOST_TOLD:
                message = f"tiêu đề {name} không dùng trong tệp này; xoá cột đó hoặc sửa tên"
                faults.append(Fault(row, "", message))
        elif column.heading in found:
            faults.append(Fault(row, column.heading, "tiêu đề xuất hiện hai lần; chỉ giữ một cột"))
        else:
            found[column.heading] = place
    if unknown > MOST_TOLD:
        known_ones = listed(column.heading for column in columns)
        message = (
            f"còn {unknown - MOST_TOLD} tiêu đề khác không dùng trong tệp này; các tiêu đề dùng được: {known_ones}"
        )
        faults.append(Fault(row, "", message))
    for column in columns:
        if column.heading not in found and not column.left_out:
            message = "thiếu cột này; thêm cột với đúng tiêu đề (ô bên dưới có khi được để trống)"
            faults.append(Fault(row, column.heading, message))
    if faults:
        raise ImportFaults(faults)
    return found


def _by_name(columns: Sequence[Column]) -> dict[str, Column]:
    return {plain(name): column for column in columns for name in (column.heading, *column.other_names)}
