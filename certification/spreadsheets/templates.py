"""Empty tables to fill in: headings, formats and lists of words as the import expects them, and a page that explains.

Both come back through the import as they are handed out. The columns of XLSX are formatted before anybody types in
them, so that numbers keep the zeros they begin with and days stay days.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

import xlsxwriter

from certification.spreadsheets.columns import Column
from certification.spreadsheets.days import FIRST_YEAR, LAST_YEAR

__all__ = ["as_csv", "as_xlsx"]

ROWS = 5_000
"""So many rows have formats and lists; further ones are read all the same."""

SHEET, EXPLAINED = "Danh sách", "Hướng dẫn"

_GENERAL = (
    "Điền vào trang “Danh sách”, mỗi dòng một mục; không đổi tiêu đề, không gộp ô, không để dòng tiêu đề thứ hai.",
    "Cột để trống được thì có thể xoá cả cột: điều đã nhập trước đây giữ nguyên.",
    "Ngày ghi dạng ngày/tháng/năm, ví dụ 05/09/2026. Mã và số định danh gõ dạng chữ (Text) để không mất số 0 ở đầu.",
    "Có lỗi thì mọi lỗi được liệt kê theo dòng và cột. Nhập lại cùng một tệp không làm thay đổi gì.",
)


def as_csv(columns: Sequence[Column]) -> bytes:
    """The headings alone, as UTF-8 with the mark by which Excel knows it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([column.heading for column in columns])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(columns: Sequence[Column], title: str) -> bytes:
    """A workbook of two sheets: the table to fill in, and what each column holds, under this title."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True})
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF7", "border": 1})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "border": 1})
    formats = {
        "text": workbook.add_format({"num_format": "@"}),
        "day": workbook.add_format({"num_format": "dd/mm/yyyy"}),
        "number": workbook.add_format({"num_format": "0"}),
    }
    table = workbook.add_worksheet(SHEET)
    for place, column in enumerate(columns):
        table.write_string(0, place, column.heading, bold)
        table.set_column(place, place, max(14, min(30, len(column.heading) + 4)), formats[column.kind])
        if column.choices:
            check = {"validate": "list", "source": list(column.choices), "ignore_blank": True, "error_type": "warning"}
            table.data_validation(1, place, ROWS, place, {**check, "error_title": column.heading[:32]})
        elif column.kind == "day":
            between = {"minimum": date(FIRST_YEAR, 3, 1), "maximum": date(LAST_YEAR, 12, 31)}
            check = {"validate": "date", "criteria": "between", **between, "error_type": "warning"}
            table.data_validation(1, place, ROWS, place, {**check, "error_message": "Ghi ngày/tháng/năm"})
    table.freeze_panes(1, 0)

    page = workbook.add_worksheet(EXPLAINED)
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 70)
    page.set_column(2, 3, 26)
    page.write_string(0, 0, title, workbook.add_format({"bold": True, "font_size": 14}))
    for row, line in enumerate(_GENERAL, start=1):
        page.write_string(row, 0, line)
    start = len(_GENERAL) + 2
    for place, heading in enumerate(("Cột", "Ghi gì", "Được để trống", "Ví dụ")):
        page.write_string(start, place, heading, bold)
    for row, column in enumerate(columns, start=start + 1):
        empty = "được, cả cột cũng vậy" if column.left_out else "được" if column.may_be_empty else "không"
        for place, words in enumerate((column.heading, column.meaning, empty, column.example)):
            page.write_string(row, place, words, wrapped)
    workbook.close()
    return file.getvalue()
