"""Files told again with corrected cells: what was right stays what it was, under the same numbers."""

from __future__ import annotations

import io

import openpyxl

from certification.spreadsheets import Column, read
from certification.spreadsheets.corrected import Kept

COLUMNS = (Column("Mã"), Column("Tên"), Column("Ngày", left_out=True))


def told_again(data: bytes, corrected: dict[int, dict[str, str] | None]) -> dict[int, dict[str, str]]:
    kept = Kept.of(data, COLUMNS)
    assert kept is not None
    return {row.number: dict(row.cells) for row in read(kept.as_csv(corrected), COLUMNS)}


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


def test_a_file_is_not_told_again_where_something_of_it_would_be_lost() -> None:
    assert Kept.of(workbook(merged="A5:A6"), COLUMNS) is None, "a merged cell is no cell of one row"
    assert Kept.of("Mã,Tên\n1,a\n2\n".encode(), COLUMNS) is None, "a row with too few cells"
    assert Kept.of("Mã,Tên\n1,Lê\n".encode("cp1258", "replace"), COLUMNS) is None, "not UTF-8"
    assert Kept.of(b"PK\x03\x04 broken", COLUMNS) is None
