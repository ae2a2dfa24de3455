"""Refused rows come back as a file that can be corrected, and that works nothing out when opened."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from certification.spreadsheets import Column, Fault, given_back, read, templates
from certification.spreadsheets.columns import FAULTS_HEADING

COLUMNS = (
    Column("Mã", kind="text"),
    Column("Họ và tên"),
    Column("Ngày", kind="day", left_out=True),
    Column("Ghi chú", left_out=True, choices=("có", "không")),
)
DATA = "Mã,Họ và tên,Ngày\nA1,Hoa,\nA2,=HYPERLINK(1),x\nA3,+84 @1,y\nA4,Lan\n".encode()
FAULTS = [Fault(3, "Ngày", "không phải là ngày"), Fault(5, "", "dòng có 2 ô")]


def test_refused_rows_say_why_and_can_be_imported_again_once_corrected() -> None:
    data = given_back.as_csv(DATA, COLUMNS, FAULTS, {3, 4, 5})
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) == [
        [FAULTS_HEADING, "Mã", "Họ và tên", "Ngày"],
        ["Dòng 3: Ngày: không phải là ngày", "A2", "'=HYPERLINK(1)", "x"],
        [
            "Dòng 4: có lỗi, chưa liệt kê vì tệp có quá nhiều lỗi",
            "A3",
            "'+84 @1",
            "y",
        ],
        ["Dòng 5: dòng có 2 ô", "A4", "Lan"],
    ]
    again = read(data.replace(b"A4,Lan", b"A4,Lan,"), COLUMNS)
    assert [row.cell("Họ và tên") for row in again.rows] == ["=HYPERLINK(1)", "+84 @1", "Lan"]


def test_in_xlsx_every_cell_is_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(given_back.as_xlsx(DATA, COLUMNS, FAULTS, {3})))
    [_heading, row] = book.worksheets[0].iter_rows()
    assert [(cell.value, cell.data_type) for cell in row][1:3] == [("A2", "s"), ("=HYPERLINK(1)", "s")]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_template_comes_back_as_it_was_handed_out(kind: str) -> None:
    data = templates.as_csv(COLUMNS) if kind == "csv" else templates.as_xlsx(COLUMNS, "Mẫu")
    if kind == "csv":
        filled = data + "A1,Hoa,1/1/2026,có\r\n".encode()
    else:
        book = openpyxl.load_workbook(io.BytesIO(data))
        assert book.sheetnames == ["Danh sách", "Hướng dẫn"]
        sheet = book.worksheets[0]
        sheet.append(["A1", "Hoa", "1/1/2026", "có"])
        assert sheet.data_validations.dataValidation
        file = io.BytesIO()
        book.save(file)
        filled = file.getvalue()
    found = read(filled, COLUMNS)
    assert [dict(row.cells) for row in found.rows] == [
        {"Mã": "A1", "Họ và tên": "Hoa", "Ngày": "1/1/2026", "Ghi chú": "có"}
    ]
