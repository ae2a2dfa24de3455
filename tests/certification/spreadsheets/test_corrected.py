"""Files told again with corrected cells: what was right stays what it was, under the same numbers."""

from __future__ import annotations

import io

import openpyxl
import pytest

from certification.spreadsheets import Column, ImportFaults, read
from certification.spreadsheets.corrected import Kept

COLUMNS = (Column("Mã"), Column("Tên"), Column("Ngày", left_out=True))


def told_again(data: bytes, corrected: dict[int, dict[str, str] | None]) -> dict[int, dict[str, str]]:
    return {row.number: dict(row.cells) for row in read(Kept.of(data, COLUMNS).as_csv(corrected), COLUMNS)}


def workbook(*, merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Danh sách"], ["Tên", "Mã"], ['Lê "Ba", nhỏ; to', "=1+1"], [], ["Lê Tư", 4], ["Lê Năm", 5]):
        sheet.append(row)
    sheet["B3"].data_type = "s"
    if merged:
        sheet.merge_cells(merged)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_rows_keep_their_numbers_and_what_was_not_corrected() -> None:
    assert told_again(workbook(), {5: {"Tên": "-Lê Tư"}, 6: None}) == {
        3: {"Mã": "=1+1", "Tên": 'Lê "Ba", nhỏ; to', "Ngày": ""},
        5: {"Mã": "4", "Tên": "-Lê Tư", "Ngày": ""},
    }
    csv = 'Mã;Tên;Ngày\n\n1;a,b;02/03/2026\n2;"c;d";\n'.encode()
    assert told_again(csv, {}) == {
        3: {"Mã": "1", "Tên": "a,b", "Ngày": "02/03/2026"},
        4: {"Mã": "2", "Tên": "c;d", "Ngày": ""},
    }


def test_a_formula_without_a_result_is_a_cell_to_fill_in() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    book.active["A3"] = "=VLOOKUP(B3,X:Y,2)"
    file = io.BytesIO()
    book.save(file)
    assert Kept.of(file.getvalue(), COLUMNS).cells(3) == {"Mã": "=1+1", "Tên": ""}
    assert told_again(file.getvalue(), {3: {"Tên": "Lê Ba"}})[3]["Tên"] == "Lê Ba"


def test_merged_cells_are_filled_in_each_by_itself_or_left_as_they_show() -> None:
    again = told_again(workbook(merged="A5:A6"), {6: {"Tên": "Lê Sáu"}})
    assert [(number, row["Tên"]) for number, row in again.items()] == [
        (3, 'Lê "Ba", nhỏ; to'),
        (5, "Lê Tư"),
        (6, "Lê Sáu"),
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("Mã,Tên\n1,a\n2\n".encode(), "Dòng 3: dòng có 1 ô, tiêu đề có 2 cột"),
        ("Mã,Tên\n1,Lê\n".encode("cp1258", "replace"), "UTF-8"),
        (b"PK\x03\x04 broken", "tệp Excel hỏng"),
    ],
)
def test_a_file_is_not_told_again_where_something_of_it_would_be_lost(data: bytes, why: str) -> None:
    with pytest.raises(ImportFaults, match=why):
        Kept.of(data, COLUMNS)
