"""A transcript as a workbook: a sheet for each table; minutes, days and scores as numbers that can be counted on."""

from __future__ import annotations

import io
from datetime import date, datetime

import xlsxwriter

from certification.documents.transcript_tables import Cell, Table, employed, tables
from certification.documents.typography import composed, short_day
from certification.transcripts import words
from certification.transcripts.told import Transcript

__all__ = ["as_xlsx"]

_SHEETS = ("Theo nhóm", "Theo chỉ số", "Danh hiệu", "Hoạt động")
_ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  (a file's property without a zone, the same in every file)
_MINUTES = "Thời lượng"


def as_xlsx(transcript: Transcript) -> bytes:
    """The workbook; the same bytes for the same values. Times are in minutes, scores as shares shown in per cent."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": words.TITLE, "created": _ALWAYS})
    letters = {"font_name": "Times New Roman", "font_size": 11, "valign": "top", "text_wrap": True}
    formats = {
        "title": workbook.add_format({**letters, "bold": True, "font_size": 14, "text_wrap": False}),
        "said": workbook.add_format({**letters, "text_wrap": False}),
        "head": workbook.add_format({**letters, "bold": True, "align": "center", "border": 1, "bg_color": "#EEEEEE"}),
        "text": workbook.add_format({**letters, "border": 1, "num_format": "@"}),
        "number": workbook.add_format({**letters, "border": 1, "num_format": "0"}),
        "share": workbook.add_format({**letters, "border": 1, "num_format": "0.00%"}),
        "day": workbook.add_format({**letters, "border": 1, "num_format": "dd/mm/yyyy", "align": "center"}),
    }
    about = [
        f"Họ và tên: {transcript.name}    Mã người lao động: {transcript.number}",
        *(f"Nơi làm việc: {one}" for one in employed(transcript)),
        f"Mục đích: {transcript.basis.purpose}. Bên nhận: {transcript.basis.recipient}.",
        f"Căn cứ: {words.said_of(transcript.basis)}",
        f"Số liệu đến hết ngày {short_day(transcript.as_of)}. {words.OWN_FORM}",
    ]
    for name, table in zip(_SHEETS, tables(transcript), strict=True):
        _write(workbook.add_worksheet(name), formats, table, about)
    workbook.close()
    return file.getvalue()


def _write(sheet: xlsxwriter.workbook.Worksheet, formats: dict[str, object], table: Table, about: list[str]) -> None:
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P/&N")
    sheet.write_string(0, 0, f"{words.HEADING}: {table.title}", formats["title"])
    for place, line in enumerate(about, 1):
        sheet.write_string(place, 0, composed(line), formats["said"])
    head = len(about) + 2
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, max(8, column.width * 1.2))
        unit = " (phút)" if column.title == _MINUTES else ""
        sheet.write_string(head, place, column.title + unit, formats["head"])
    for row, values in enumerate(table.values, head + 1):
        for place, value in enumerate(values):
            _cell(sheet, row, place, value, formats)
    sheet.repeat_rows(head)
    sheet.freeze_panes(head + 1, 0)


def _cell(sheet: xlsxwriter.workbook.Worksheet, row: int, place: int, value: Cell, formats: dict[str, object]) -> None:
    if value is None:
        sheet.write_blank(row, place, None, formats["text"])
    elif isinstance(value, date):
        sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), formats["day"])  # noqa: DTZ001
    elif isinstance(value, float):
        sheet.write_number(row, place, value, formats["share"])
    elif isinstance(value, int):
        sheet.write_number(row, place, value, formats["number"])
    else:
        sheet.write_string(row, place, composed(value), formats["text"])
