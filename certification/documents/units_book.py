"""Units against a target as a file: XLSX with formulas of rates, or CSV as Vietnamese spreadsheets open it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import xlsxwriter

from certification.documents.typography import composed
from certification.spreadsheets.given_back import guarded
from certification.targets.figures import percent

__all__ = ["Book", "Line", "as_csv", "as_xlsx"]

_COLUMNS = (
    ("Mã đơn vị", 18), ("Đơn vị", 40), ("Loại", 20), ("Số lao động", 12), ("Số người được tính", 12), ("Mẫu số", 12),
    ("Tỷ lệ", 10), ("Số lượt", 12), ("Chỉ tiêu", 10), ("Đến hết năm", 10), ("Còn thiếu", 12),
    ("Được tính, cùng ngày năm trước", 14), ("Mẫu số, cùng ngày năm trước", 14), ("Tỷ lệ năm trước", 12),
    ("Doanh nghiệp có danh sách", 14), ("Tổng số doanh nghiệp", 14),
)  # fmt: skip
_RATE, _COUNTED, _OF, _BEFORE, _COUNTED_BEFORE, _OF_BEFORE = 6, 4, 5, 13, 11, 12
_ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  (a file's property without a zone, the same in every file)


@dataclass(frozen=True, slots=True)
class Line:
    """A unit. None where there is no figure: nobody in the population, nothing known of last year, no target."""

    code: str
    name: str
    kind: str
    headcount: int
    counted: int
    denominator: int
    participations: int
    percent: int | None
    year: int | None
    short: int | None
    counted_before: int | None
    denominator_before: int | None
    reporting: int
    enterprises: int


@dataclass(frozen=True, slots=True)
class Book:
    """What stands above the table (pairs of a name and what it says), and its lines."""

    title: str
    about: Sequence[tuple[str, str]]
    lines: Sequence[Line]


def as_xlsx(book: Book) -> bytes:
    """The same bytes for the same lines. Rates are formulas over the counts beside them."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": book.title, "created": _ALWAYS})
    letters = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
    title = workbook.add_format({**letters, "bold": True, "font_size": 14})
    said = workbook.add_format(letters)
    head = workbook.add_format({**letters, "bold": True, "align": "center", "border": 1, "text_wrap": True})
    text = workbook.add_format({**letters, "border": 1, "text_wrap": True, "num_format": "@"})
    count = workbook.add_format({**letters, "border": 1, "num_format": "#,##0"})
    plain = workbook.add_format({**letters, "border": 1, "num_format": "0"})
    rate = workbook.add_format({**letters, "border": 1, "num_format": "0.0%"})
    page = workbook.add_worksheet("Tỷ lệ")
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.write_string(0, 0, composed(book.title), title)
    for place, (name, words) in enumerate(book.about, 1):
        page.write_string(place, 0, composed(name), said)
        page.write_string(place, 1, composed(words), said)
    first = len(book.about) + 2
    page.repeat_rows(first)
    for place, (heading, width) in enumerate(_COLUMNS):
        page.set_column(place, place, width)
        page.write_string(first, place, heading, head)
    for row, line in enumerate(book.lines, first + 1):
        for place, value in enumerate(_cells(line)):
            if place in (_RATE, _BEFORE):
                above, below = (_COUNTED, _OF) if place == _RATE else (_COUNTED_BEFORE, _OF_BEFORE)
                _rate(page, row, place, above, below, value, rate)
            elif isinstance(value, str):
                page.write_string(row, place, composed(value), text)
            elif value is None:
                page.write_blank(row, place, None, text)
            else:
                page.write_number(row, place, value, plain if place in (8, 9) else count)
    page.freeze_panes(first + 1, 2)
    workbook.close()
    return file.getvalue()


def as_csv(book: Book) -> bytes:
    """With semicolons, in UTF-8 with a byte order mark; the heading first, so that programs read it too."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow([heading for heading, _width in _COLUMNS])
    for line in book.lines:
        writer.writerow(
            [
                guarded(value) if isinstance(value, str)
                else "" if value is None
                else percent(value) if isinstance(value, Fraction)
                else value
                for value in _cells(line)
            ]
        )  # fmt: skip
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _cells(one: Line) -> tuple[str | int | Fraction | None, ...]:
    before = one.denominator_before
    return (
        one.code, one.name, one.kind, one.headcount, one.counted, one.denominator,
        Fraction(one.counted, one.denominator) if one.denominator else None, one.participations, one.percent, one.year,
        one.short, one.counted_before, before, Fraction(one.counted_before or 0, before) if before else None,
        one.reporting, one.enterprises,
    )  # fmt: skip


def _rate(
    page: xlsxwriter.worksheet.Worksheet, row: int, place: int, above: int, below: int, value: object, form: object
) -> None:
    if value is None:
        page.write_blank(row, place, None, form)
        return
    cell = xlsxwriter.utility.xl_rowcol_to_cell
    page.write_formula(row, place, f"={cell(row, above)}/{cell(row, below)}", form, float(value))  # type: ignore[arg-type]
