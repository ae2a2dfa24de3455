"""The columns of a table: what each is called, what it holds, and which one a heading means.

A heading is recognised in any case and spacing, with or without diacritics, in Vietnamese or by one of its other names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from certification.spreadsheets.faults import Fault, ImportFaults, listed, shortened

__all__ = ["FAULTS_HEADING", "Column", "as_columns", "find_heading", "plain", "positions"]

FAULTS_HEADING = "Lỗi (không nhập cột này)"
"""Heading of the column in which refused rows say why; passed over when the corrected file comes back."""

MOST_COLUMNS = 300
MOST_TOLD = 20
ALIKE = 0.8
"""As like as this a heading is to what it may be meant for: one letter of five is another."""
SHORTEST_MEANT = 4
"""Letters of a heading from which on it is held to be another one misspelt."""
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


def positions(
    row: int, cells: Sequence[str], columns: Sequence[Column], *, only_known: bool = False
) -> tuple[Mapping[str, int], Sequence[str]]:
    """In which place of a row each known column stands, and what the others are called, which are of no use here.

    Raises ImportFaults naming headings that are missing or repeated, and unknown ones that look like a column which
    the file has not (with `only_known` all that are unknown); where there is such a fault, all others with it.
    """
    known = _by_name(columns)
    faults: list[Fault] = []
    found: dict[str, int] = {}
    unknown: list[tuple[str, str]] = []
    for place, cell in enumerate(cells):
        column = known.get(plain(cell))
        if column is None and plain(cell) == plain(FAULTS_HEADING):
            continue
        if column is None:
            unknown.append((cell, f"“{shortened(cell)}”" if cell else f"trống ở cột thứ {place + 1}"))
        elif column.heading in found:
            faults.append(Fault(row, column.heading, "tiêu đề xuất hiện hai lần; chỉ giữ một cột"))
        else:
            found[column.heading] = place
    lacking = [column for column in columns if column.heading not in found]
    meant = {name: _meant(cell, lacking) for cell, name in unknown[:MOST_COLUMNS]}
    for column in lacking:
        if not column.left_out:
            message = "thiếu cột này; thêm cột với đúng tiêu đề (ô bên dưới có khi được để trống)"
            faults.append(Fault(row, column.heading, message))
    if not (faults or only_known or any(meant.values())):
        return found, [name for _, name in unknown]
    for _cell, name in unknown[:MOST_TOLD]:
        if nearest := meant[name]:
            message = f"tiêu đề {name} gần giống “{nearest}”; sửa thành “{nearest}”, hoặc xoá cột đó nếu là điều khác"
        else:
            message = f"tiêu đề {name} không dùng trong tệp này; xoá cột đó hoặc sửa tên"
        faults.append(Fault(row, "", message))
    if len(unknown) > MOST_TOLD:
        known_ones = listed(column.heading for column in columns)
        message = (
            f"còn {len(unknown) - MOST_TOLD} tiêu đề khác không dùng trong tệp này; các tiêu đề dùng được: {known_ones}"
        )
        faults.append(Fault(row, "", message))
    if faults:
        raise ImportFaults(faults)
    return found, ()


def _meant(heading: str, columns: Iterable[Column]) -> str | None:
    """Which of these columns somebody may have meant by a heading: it is spelt nearly so, or says more or less."""
    words = plain(heading)
    if len(words) < SHORTEST_MEANT:
        return None
    nearest: tuple[float, str] = (0.0, "")
    for column in columns:
        for name in map(plain, (column.heading, *column.other_names)):
            shorter, longer = sorted((words, name), key=len)
            holds = len(shorter) >= SHORTEST_MEANT and shorter in longer
            alike = 1.0 if holds else SequenceMatcher(None, words, name).ratio()
            nearest = max(nearest, (alike, column.heading))
    return nearest[1] if nearest[0] >= ALIKE else None


def _by_name(columns: Sequence[Column]) -> dict[str, Column]:
    return {plain(name): column for column in columns for name in (column.heading, *column.other_names)}
