"""Training hours of an enterprise as a workbook: a sheet by position and one by audience, hours as numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

from certification.documents.typography import composed, short_day
from certification.transcripts.training import Part, Training

__all__ = ["as_xlsx"]

_ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  (a file's property without a zone, the same in every file)
_UNNAMED = "(chưa ghi)"


def as_xlsx(found: Training, enterprise: str) -> bytes:
    """The workbook; the same bytes for the same values. Times are in hours, with two decimals."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": "Giờ học", "created": _ALWAYS})
    letters = {"font_name": "Times New Roman", "font_size": 11}
    formats = {
        "title": workbook.add_format({**letters, "bold": True, "font_size": 14}),
        "said": workbook.add_format(letters),
        "head": workbook.add_format({**letters, "bold": True, "border": 1, "bg_color": "#EEEEEE", "text_wrap": True}),
        "text": workbook.add_format({**letters, "border": 1, "num_format": "@"}),
        "number": workbook.add_format({**letters, "border": 1, "num_format": "0"}),
        "hours": workbook.add_format({**letters, "border": 1, "num_format": "0.00"}),
    }
    for name, heading, parts in (
        ("Theo chức danh", "Chức danh", found.positions),
        ("Theo nhóm người học", "Nhóm người học", found.audiences),
    ):
        sheet = workbook.add_worksheet(name)
        sheet.write_string(0, 0, composed(f"Giờ học năm {found.year}: {enterprise}"), formats["title"])
        said = f"Số liệu đến hết ngày {short_day(found.on)}. Một lần học có thể thuộc nhiều nhóm nội dung, nên các cột"
        sheet.write_string(1, 0, f"{said} nhóm không cộng được với nhau.", formats["said"])
        _table(sheet, formats, [heading, "Số người", "Có học", "Tổng giờ", "Giờ mỗi người"], found, parts)
    workbook.close()
    return file.getvalue()


def _table(
    sheet: xlsxwriter.workbook.Worksheet,
    formats: dict[str, object],
    headings: Sequence[str],
    found: Training,
    parts: Sequence[Part],
) -> None:
    columns = [*headings, *(f"{code} {title}" for code, title in found.groups.items())]
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(columns) - 1, 14)
    for place, heading in enumerate(columns):
        sheet.write_string(3, place, composed(heading), formats["head"])
    for row, (name, part) in enumerate([*((one.name or _UNNAMED, one) for one in parts), ("Tất cả", found.whole)], 4):
        sheet.write_string(row, 0, composed(name), formats["text"])
        sheet.write_number(row, 1, part.employed, formats["number"])
        sheet.write_number(row, 2, part.learnt, formats["number"])
        sheet.write_number(row, 3, part.minutes / 60, formats["hours"])
        sheet.write_number(row, 4, part.minutes / 60 / part.employed if part.employed else 0, formats["hours"])
        for place, code in enumerate(found.groups, 5):
            sheet.write_number(row, place, part.by_group.get(code, 0) / 60, formats["hours"])
    sheet.freeze_panes(4, 1)
