"""A file in which some rows were corrected elsewhere, on a page say: the same table, its rows under the same numbers.

    table = Kept.of(data, columns)          raises ImportFaults where the file cannot be told again row by row
    table.as_csv({3: {"Ngày vào làm": "28/02/2026"}, 7: None})

`None` leaves a row out. What is not told again is a file with anything wrong that is no row's fault, or with rows of
too few cells. Telling it again would lose what its owner can still see. A formula without a result is an empty cell,
and so are merged cells but for the first: their rows are at fault, to be filled in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from certification.spreadsheets.columns import Column
from certification.spreadsheets.faults import ImportFaults, file_fault
from certification.spreadsheets.given_back import guarded
from certification.spreadsheets.sheet import read

__all__ = ["Kept"]

GAP_AT_MOST = 10_000
"""So many rows without anything in them are told again, to keep the numbers of those below."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The columns of a file, in the order of its table, and its rows by number."""

    headings: tuple[str, ...]
    rows: Mapping[int, Sequence[str]]

    @classmethod
    def of(cls, data: bytes, columns: Sequence[Column]) -> Kept:
        """What a file holds. Raises ImportFaults with what keeps it from being told again row by row."""
        sheet = read(data, columns)
        headings = tuple(heading for heading in sheet.headings if sheet.has(heading))
        rows = {row.number: [row.cell(heading) for heading in headings] for row in sheet}
        if faults := [one for one in sheet.faults if one.row not in rows]:
            raise ImportFaults(faults)
        if not rows or max(rows) > len(rows) + GAP_AT_MOST:
            raise file_fault("có quá nhiều dòng trống giữa các dòng; xoá các dòng trống")
        return cls(headings, rows)

    def cells(self, row: int) -> Mapping[str, str]:
        """What a row holds, by column."""
        return dict(zip(self.headings, self.rows[row], strict=True))

    def as_csv(self, corrected: Mapping[int, Mapping[str, str] | None]) -> bytes:
        """All of it as CSV (UTF-8), with these cells in place of what they held."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow(self.headings)
        for number in range(2, max(self.rows) + 1):
            row = None
            if number in self.rows:
                cells = corrected.get(number, {})
                row = None if cells is None else {**self.cells(number), **cells}
            writer.writerow([] if row is None else [guarded(row[heading]) for heading in self.headings])
        return text.getvalue().encode("utf-8", errors="replace")
