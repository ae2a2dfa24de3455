"""Rows that were refused, as a file to correct: as they came, each with why, in a column that the import passes over.

Read from the file a second time, since an import keeps none of its cells. What would be worked out as a formula when
somebody opens the file is only text: XLSX says so of each cell, CSV guards it by an apostrophe that reading takes away.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

import xlsxwriter

from certification.spreadsheets.columns import FAULTS_HEADING, Column
from certification.spreadsheets.faults import Fault
from certification.spreadsheets.sheet import read

__all__ = ["as_csv", "as_xlsx", "guarded"]

_UNTOLD = "có lỗi, chưa liệt kê vì tệp có quá nhiều lỗi"
_WORKED_OUT = ("=", "+", "-", "@", "\t", "\r")


def as_csv(
    data: bytes,
    columns: Sequence[str | Column],
    faults: Collection[Fault],
    rows: Collection[int],
    *,
    sheet: str | None = None,
) -> bytes:
    """These rows of the file `data` as CSV (UTF-8 with a byte order mark), headings first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for cells in _rows(data, columns, faults, rows, sheet):
        writer.writerow(map(guarded, cells))
    return text.getvalue().encode("utf-8-sig", errors="replace")


def guarded(cell: str) -> str:
    """A cell of CSV so that no spreadsheet works it out; reading takes the guard away."""
    return f"'{cell}" if cell.startswith(_WORKED_OUT) else cell


def as_xlsx(
    data: bytes,
    columns: Sequence[str | Column],
    faults: Collection[Fault],
    rows: Collection[int],
    *,
    sheet: str | None = None,
) -> bytes:
    """These rows of the file `data` as XLSX, every cell as text, headings first."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True})
    page = workbook.add_worksheet("Dòng bị từ chối")
    text = workbook.add_format({"num_format": "@"})
    for number, cells in enumerate(_rows(data, columns, faults, rows, sheet)):
        for place, cell in enumerate(cells):
            page.write_string(number, place, cell.encode(errors="replace").decode()[:32_000], text)
    workbook.close()
    return file.getvalue()


def _rows(
    data: bytes,
    columns: Sequence[str | Column],
    faults: Collection[Fault],
    rows: Collection[int],
    sheet: str | None,
) -> Iterator[Sequence[str]]:
    why: dict[int, list[str]] = defaultdict(list)
    for fault in faults:
        why[fault.row].append(f"{fault.column}: {fault.message}" if fault.column else fault.message)
    found = read(data, columns, sheet=sheet)
    headings = sorted(found.places, key=lambda heading: found.places[heading])
    yield [FAULTS_HEADING, *headings]
    wanted = frozenset(rows)
    refused = {row.number: [row.cell(heading) for heading in headings] for row in found if row.number in wanted}
    refused.update((number, list(cells)) for number, cells in found.misfits.items() if number in wanted)
    for number in sorted(refused):
        yield [f"Dòng {number}: {'; '.join(why[number]) or _UNTOLD}", *refused[number]]
