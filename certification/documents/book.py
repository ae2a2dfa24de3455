"""The book of the register of certificates (sổ cấp giấy công nhận) as XLSX: printed, closed with a count, signed twice.

Nothing is struck out: a certificate that was withdrawn keeps its line, with a remark. Days of birth are not kept here:
their column is filled by hand.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter

from certification.documents.typography import composed, in_words

__all__ = ["Line", "as_xlsx"]

_COLUMNS = (
    ("STT", 5), ("Số vào sổ", 16), ("Họ và tên", 28), ("Ngày sinh", 12), ("Giới tính", 9), ("Cơ quan công nhận", 26),
    ("Năm đánh giá", 9), ("Số, ngày quyết định", 26), ("Ngày cấp", 12), ("Hình thức nhận, ký nhận", 20),
    ("Ghi chú (thu hồi, cấp lại, đính chính)", 34),
)  # fmt: skip
_TITLE, _HEAD = 0, 2
_ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  (a file's property without a zone, the same in every file)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the book; `issued` None while the certificate is numbered and not signed yet."""

    body: str
    number: str
    name: str
    gender: str
    year: int
    decision: str
    issued: date | None
    note: str


def as_xlsx(lines: Sequence[Line], year: int) -> bytes:
    """The book of a year; the same bytes for the same lines."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    workbook.set_properties({"title": f"Sổ cấp giấy công nhận năm {year}", "created": _ALWAYS})
    letters = {"font_name": "Times New Roman", "font_size": 11, "valign": "top", "text_wrap": True}
    title = workbook.add_format({**letters, "bold": True, "font_size": 14, "align": "center", "text_wrap": False})
    head = workbook.add_format({**letters, "bold": True, "align": "center", "border": 1})
    cell = workbook.add_format({**letters, "border": 1, "num_format": "@"})
    day = workbook.add_format({**letters, "border": 1, "num_format": "dd/mm/yyyy", "align": "center"})
    count = workbook.add_format({**letters, "border": 1, "num_format": "0", "align": "right"})
    closing = workbook.add_format({**letters, "bold": True, "text_wrap": False})
    page = workbook.add_worksheet(f"Sổ cấp giấy {year}")
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(_HEAD)
    page.set_footer("&C&P/&N")
    page.merge_range(_TITLE, 0, _TITLE, len(_COLUMNS) - 1, f"SỔ CẤP GIẤY CÔNG NHẬN NĂM {year}", title)
    for place, (heading, width) in enumerate(_COLUMNS):
        page.set_column(place, place, width)
        page.write_string(_HEAD, place, heading, head)
    for place, line in enumerate(lines, 1):
        row = _HEAD + place
        page.write_number(row, 0, place, count)
        for column, text in ((1, line.number), (2, line.name), (3, ""), (4, line.gender), (5, line.body),
                             (7, line.decision), (9, ""), (10, line.note)):  # fmt: skip
            page.write_string(row, column, composed(text), cell)
        page.write_number(row, 6, line.year, count)
        if line.issued is None:
            page.write_blank(row, 8, None, cell)
        else:
            page.write_datetime(row, 8, datetime(line.issued.year, line.issued.month, line.issued.day), day)  # noqa: DTZ001
    last = _HEAD + len(lines) + 2
    total = f"Cộng: {len(lines)} dòng (bằng chữ: {in_words(len(lines))} dòng)."
    page.write_string(last, 1, total, closing)
    page.write_string(last + 2, 2, "NGƯỜI GHI SỔ", closing)
    page.write_string(last + 2, 8, "THỦ TRƯỞNG CƠ QUAN", closing)
    page.freeze_panes(_HEAD + 1, 0)
    workbook.close()
    return file.getvalue()
