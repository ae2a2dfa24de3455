"""What is read of an XLSX file, what is told instead of guessed, and what is refused before it can do harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime

import pytest

from certification.spreadsheets import ImportFaults, Sheet, read
from certification.spreadsheets import sheet as sheet_module
from certification.spreadsheets import xlsx as xlsx_module
from certification.spreadsheets.xlsx import Merged
from tests.certification.spreadsheets.workbooks import edited, with_part, xlsx

HEADINGS = ("Mã", "Họ và tên", "Ngày vào làm")
SHEET = "xl/worksheets/sheet1.xml"
ROW = ("A1", "Hoa", date(2026, 9, 5))


def refused(data: bytes, **options: str) -> list[str]:
    with pytest.raises(ImportFaults) as caught:
        read(data, HEADINGS, **options).refuse_faulty()  # type: ignore[arg-type]
    return [str(fault) for fault in caught.value.faults]


def cells(found: Sheet) -> list[tuple[str, ...]]:
    return [tuple(row.cell(heading) for heading in HEADINGS) for row in found.rows]


def one(code: object, name: object = "Hoa", day: object = date(2026, 9, 5)) -> bytes:
    return xlsx(HEADINGS, [code, name, day])


# ---------------------------------------------------------------- what is read


def test_text_numbers_and_days_come_as_a_person_would_type_them() -> None:
    data = xlsx(
        HEADINGS,
        ["A1", "  Nguyễn  Thị Hoa ", date(2026, 9, 5)],
        [12, 3.5, "05/09/2026"],
        [123456789012.0, True, "2026-09-05"],
        [None, None, None],
        ["=1+1", "@x", date(1900, 3, 1)],
    )
    found = read(data, HEADINGS)
    assert cells(found) == [
        ("A1", "Nguyễn Thị Hoa", "05/09/2026"),
        ("12", "3.5", "05/09/2026"),
        ("123456789012", "TRUE", "2026-09-05"),
        ("=1+1", "@x", "01/03/1900"),
    ]
    assert [row.number for row in found.rows] == [2, 3, 4, 6]
    assert found.rows[0].day("Ngày vào làm") == date(2026, 9, 5)
    assert found.faults == []


def test_zeros_that_a_format_writes_before_a_number_are_kept() -> None:
    data = xlsx(HEADINGS, [42, "Hoa", "1/1/2026"], formats={0: "00000"})
    assert cells(read(data, HEADINGS)) == [("00042", "Hoa", "1/1/2026")]


def test_a_formula_counts_for_the_result_that_was_saved_with_it() -> None:
    def change(sheet: object) -> None:
        sheet["B2"] = '="Nguyễn "&"Hoa"'  # type: ignore[index]

    saved = with_part(
        edited(one("A1"), change),
        SHEET,
        lambda xml: (
            xml.replace(b"</f><v />", "</f><v>Nguyễn Hoa</v>".encode())
            .replace(b"</f><v></v>", "</f><v>Nguyễn Hoa</v>".encode())
            .replace(b'r="B2"', b'r="B2" t="str"')
        ),
    )
    assert cells(read(saved, HEADINGS)) == [("A1", "Nguyễn Hoa", "05/09/2026")]


def test_a_formula_without_a_result_is_named_by_its_cell() -> None:
    def change(sheet: object) -> None:
        sheet["B2"] = "=VLOOKUP(A2,X:Y,2)"  # type: ignore[index]

    found = read(edited(one("A1"), change), HEADINGS)
    assert found.rows[0].text("Họ và tên") is None and not found.rows[0].ok
    assert [str(fault) for fault in found.faults] == [
        "Dòng 2, cột “Họ và tên”: ô B2 là công thức chưa có kết quả; mở bằng Excel và lưu lại, hoặc ghi giá trị vào ô"
    ], "and not that it is empty"


def test_the_error_of_a_formula_is_no_text() -> None:
    found = read(one("A1", "#N/A"), HEADINGS)
    assert found.rows[0].text("Họ và tên") is None
    assert found.faults[0].message == "công thức trong ô báo lỗi #N/A; sửa công thức hoặc ghi giá trị vào ô"


def test_each_row_names_a_few_of_the_merged_cells_that_it_has_a_part_of() -> None:
    merged = Merged([(4, 9, "B4:B9"), (2, 5, "A2:A5"), *((9, 9, f"A9:{letter}9") for letter in "BCDEFGH")])
    assert [merged(row) for row in (1, 3, 5, 6)] == ["", "A2:A5", "A2:A5, B4:B9", "B4:B9"]
    assert (merged(9).count(":"), merged(10)) == (5, "")


def test_merged_cells_in_the_table_are_named_and_those_of_a_title_above_are_not() -> None:
    def change(sheet: object) -> None:
        sheet.merge_cells("A1:C1")  # type: ignore[attr-defined]
        sheet.merge_cells("B3:B4")  # type: ignore[attr-defined]

    rows = (["DANH SÁCH NGƯỜI LAO ĐỘNG"], HEADINGS, ["A1", "Hoa", "1/1/2026"], ["A2", "Lan", "1/1/2026"])
    found = read(edited(xlsx(*rows), change), HEADINGS)
    assert len(found.rows) == 2
    assert [str(fault) for fault in found.faults] == [
        f"Dòng {row}: các ô B3:B4 đã bị gộp; bỏ gộp ô (Unmerge Cells) rồi ghi giá trị vào từng ô" for row in (3, 4)
    ]
    assert found.faulty == {3, 4}


def test_a_day_kept_as_a_number_is_told_and_not_guessed() -> None:
    found = read(one("A1", "Hoa", 45000), HEADINGS)
    assert found.rows[0].day("Ngày vào làm") is None
    assert "“45000” là số thứ tự ngày của bảng tính (có lẽ 15/03/2023)" in found.faults[0].message


def test_a_day_with_a_time_is_told() -> None:
    found = read(one("A1", "Hoa", datetime(2026, 9, 5, 7, 30)), HEADINGS)  # noqa: DTZ001
    assert found.rows[0].day("Ngày vào làm") is None
    assert "“05/09/2026 07:30:00” không phải là ngày" in found.faults[0].message


def test_the_first_sheet_that_shows_is_read_or_the_one_named() -> None:
    rows = [HEADINGS, ["B1", "Lan", "1/1/2026"]]
    data = xlsx(HEADINGS, ["A1", "Hoa", "1/1/2026"], **{"Tháng 9": rows})
    assert cells(read(data, HEADINGS))[0][0] == "A1"
    assert cells(read(data, HEADINGS, sheet="tháng 9"))[0][0] == "B1"
    assert refused(data, sheet="Tháng 8") == [
        "Tệp: không có trang tính “Tháng 8”; các trang tính trong tệp: “Danh sách”, “Tháng 9”"
    ]

    def hide(sheet: object) -> None:
        sheet.sheet_state = "hidden"  # type: ignore[attr-defined]

    assert cells(read(edited(data, hide), HEADINGS))[0][0] == "B1"


def test_headings_are_found_below_a_title_without_diacritics_and_in_any_case() -> None:
    data = xlsx(["CÔNG TY MAY A"], ["Tháng 9"], ["HO VA TEN", "mã", "Ngay_vao_lam"], ["Hoa", "A1", "1/1/2026"])
    found = read(data, HEADINGS)
    assert cells(found) == [("A1", "Hoa", "1/1/2026")]
    assert found.rows[0].number == 4


def test_values_beside_the_table_are_a_fault_of_their_row() -> None:
    data = xlsx(HEADINGS, ["A1", "Hoa", "1/1/2026", "thừa"], ["A2", "Lan", "1/1/2026"])
    found = read(data, HEADINGS)
    assert [row.number for row in found.rows] == [3]
    assert [str(fault) for fault in found.faults] == [
        "Dòng 2: dòng có 4 ô, tiêu đề có 3 cột; kiểm tra các ô bên phải bảng"
    ]


# ---------------------------------------------------------------- refused as a whole


def test_letters_of_a_legacy_font_are_refused() -> None:
    [words] = refused(xlsx(HEADINGS, ["A1", "NguyÔn ThÞ Hoa", "1/1/2026"], ["A2", "TrÇn V¨n §øc", "1/1/2026"]))
    assert "phông TCVN3" in words


def test_a_workbook_with_macros_is_refused() -> None:
    [words] = refused(with_part(one("A1"), "xl/vbaProject.bin", b"macro"))
    assert "tệp có macro (.xlsm)" in words


def test_a_workbook_with_a_password_is_refused() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    [words] = refused(data)
    assert "tệp Excel có mật khẩu" in words


def test_what_unfolds_to_too_much_is_refused_before_it_is_unfolded() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(name, b"<x/>")
        with archive.open(SHEET, "w") as part:
            for _ in range(410):
                part.write(bytes(1_000_000))
    assert len(file.getvalue()) < 500_000
    [words] = refused(file.getvalue())
    assert "giải nén ra quá lớn" in words


def test_entities_are_never_unfolded() -> None:
    laughing = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'

    def declare(xml: bytes) -> bytes:
        return xml.replace(b"<worksheet", laughing + b"<worksheet", 1)

    [words] = refused(with_part(one("A1"), SHEET, declare))
    assert "tệp Excel hỏng" in words


DECLARED = b'<!DOCTYPE worksheet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'

HIDDEN: dict[str, Callable[[bytes], bytes]] = {
    "in UTF-16": lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "in UTF-16 without saying so": lambda xml: xml.partition(b"?>")[2].decode().encode("utf-16-le"),
    "in a code page that it names": lambda xml: (
        b"<?xml version='1.0' encoding='cp037'?>" + xml.partition(b"?>")[2].decode().encode("cp037")
    ),
    "behind much else": lambda xml: xml.replace(b"<worksheet", b"<!--" + b"x" * 2_000_000 + b"-->" + DECLARED, 1),
    "across two chunks": lambda xml: xml.replace(
        b"<worksheet", b" " * ((1 << 20) - xml.index(b"<worksheet") - 5) + DECLARED + b"<worksheet", 1
    ),
    "in letters that are none": lambda xml: xml.replace(b"A1", b"A\xff1"),
}


@pytest.mark.parametrize("how", HIDDEN)
def test_what_declares_entities_or_may_hide_that_it_does_is_refused(how: str) -> None:
    [words] = refused(with_part(xlsx(HEADINGS, ROW), SHEET, HIDDEN[how]))
    assert "tệp Excel hỏng" in words


def test_a_part_is_looked_through_whatever_it_is_called() -> None:
    def renamed(data: bytes, strings: bytes) -> bytes:
        data = with_part(data, "xl/media/strings.bin", strings.replace(b"<sst", DECLARED + b"<sst", 1))
        return with_part(
            data, "[Content_Types].xml", lambda xml: xml.replace(b"/xl/sharedStrings.xml", b"/xl/media/strings.bin")
        )

    data = xlsx(HEADINGS, ROW)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        strings = archive.read("xl/sharedStrings.xml")
    [words] = refused(renamed(data, strings))
    assert "tệp Excel hỏng" in words


def test_what_takes_many_times_its_size_of_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_module, "ELEMENTS_AT_MOST", 1000)
    monkeypatch.setattr(xlsx_module, "STRINGS_AT_MOST", 5_000)
    data = xlsx(HEADINGS, *[ROW] * 2000)
    assert len(read(data, HEADINGS).rows) == 2000, "elements of a row count, not those of all rows"
    styles = b"<x/>" * 1001 + b"</styleSheet>"
    runs, long = b"<si>" + b"<r/>" * 1000 + b"</si></sst>", b"<si><t>" + b"x" * 6_000 + b"</t></si></sst>"
    for part, end, more in (
        ("xl/sharedStrings.xml", b"</sst>", runs), ("xl/sharedStrings.xml", b"</sst>", long),
        (SHEET, b"</row>", b"<c/>" * 1000 + b"</row>"), ("xl/styles.xml", b"</styleSheet>", styles),
    ):  # fmt: skip
        with zipfile.ZipFile(io.BytesIO(xlsx(HEADINGS, ROW))) as archive:
            content = archive.read(part).replace(end, more)
        [words] = refused(with_part(xlsx(HEADINGS, ROW), part, content))
        assert "quá nhiều ô" in words


@pytest.mark.parametrize("many", [2, 2_000, 200_000])
def test_a_part_that_is_named_as_many_sheets_is_refused_before_it_is_opened_so_often(many: int) -> None:
    again = b'<sheet name="S%d" sheetId="%d" r:id="rId1"/>'

    def name_again(xml: bytes) -> bytes:
        return xml.replace(b"</sheets>", b"".join(again % (one, one) for one in range(2, many + 1)) + b"</sheets>")

    [words] = refused(with_part(xlsx(HEADINGS, ROW), "xl/workbook.xml", name_again))
    assert "tệp Excel hỏng" in words


@pytest.mark.parametrize(
    "token",
    [
        b"<x " + b" ".join(b"a%d='>'" % one for one in range(60_000)) + b"/>",
        b"<x a='" + b">" * 600_000 + b"'/>",
        b"<!--" + b" <a>" * 150_000 + b"-->",
        b"<?x " + b" <a>" * 150_000 + b"?>",
        b"<!--x-->" * 3_000,
    ],
    ids=["attributes", "value", "comment", "instruction", "comments"],
)
def test_what_a_parser_would_begin_anew_again_and_again_is_refused(token: bytes) -> None:
    [words] = refused(
        with_part(xlsx(HEADINGS, ROW), SHEET, lambda xml: xml.replace(b"<sheetData", token + b"<sheetData"))
    )
    assert "tệp Excel hỏng" in words


@pytest.mark.parametrize("before", [0, 1 << 17, (1 << 17) - 5, (1 << 17) - 700])
def test_a_comment_and_a_long_cell_are_no_harm_wherever_they_stand(before: int) -> None:
    aside = b"<!--" + b"x" * 900 + b"-->"

    def put_in(xml: bytes) -> bytes:
        at = xml.index(b"<sheetData")
        return xml[:at] + b" " * max(0, before - at) + aside + xml[at:]

    long = "&<ữ" * 10_000
    data = with_part(xlsx(HEADINGS, (*ROW[:1], long, *ROW[2:])), SHEET, put_in)
    [row] = read(data, HEADINGS).rows
    assert row.cells[HEADINGS[1]] == long


def test_blank_rows_are_read_to_a_limit_and_a_file_without_a_good_row_no_further_than_tells_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheet_module, "ROWS_AT_MOST", 50)
    monkeypatch.setattr(sheet_module, "NONE_GOOD", 5)
    blank = with_part(one("A1"), SHEET, lambda xml: xml.replace(b"</sheetData>", b"<row/>" * 51 + b"</sheetData>"))
    [words] = refused(blank)
    assert words.startswith("Dòng 53: tệp có hơn 50 dòng trống")
    few = with_part(one("A1"), SHEET, lambda xml: xml.replace(b"</sheetData>", b"<row/>" * 50 + b"</sheetData>"))
    assert len(read(few, HEADINGS).rows) == 1
    beside = [*ROW, *[None] * 3, "thừa"]
    assert len(refused(xlsx(HEADINGS, *[beside] * 50))) == 6
    assert len(refused(xlsx(HEADINGS, ROW, *[beside] * 49))) == 49, "with a good row all are told"


@pytest.mark.parametrize("row", [b"99999999999", b"-1"])
def test_a_row_number_that_no_spreadsheet_gives_is_refused(row: bytes) -> None:
    [words] = refused(with_part(one("A1"), SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="' + row + b'"')))
    assert "tệp Excel hỏng" in words


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, b"<worksheet>"),
        (SHEET, b"\x00\xff"),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/styles.xml", b"<styleSheet"),
        ("xl/sharedStrings.xml", b"<sst/>"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships/>"),
        ("[Content_Types].xml", b"<Types/>"),
    ],
)
def test_a_broken_workbook_is_refused_with_what_to_do(part: str, content: bytes) -> None:
    words = refused(with_part(one("A1"), part, content))
    assert any("tệp" in line for line in words)


@pytest.mark.parametrize("end", [4, 30, 200, 2000])
def test_a_workbook_cut_short_is_refused(end: int) -> None:
    [words] = refused(one("A1")[:end])
    assert "tệp Excel hỏng" in words


def test_a_workbook_packed_otherwise_and_broken_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(one("A1"))) as was, zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        for name in was.namelist():
            archive.writestr(name, was.read(name))
    whole = packed.getvalue()
    for place in range(40, len(whole), 97):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) * 8 + whole[place + 8 :]
        with suppress(ImportFaults):
            read(broken, HEADINGS)


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        (("mimetype", "content.xml"), "OpenDocument (.ods)"),
        (("xl/workbook.bin",), "Excel nhị phân (.xlsb)"),
        (("a.txt",), "tệp nén (ZIP)"),
    ],
)
def test_other_archives_are_named(parts: tuple[str, ...], what: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in parts:
            archive.writestr(name, b"x")
    [words] = refused(file.getvalue())
    assert what in words


def test_a_table_of_very_many_columns_is_refused() -> None:
    words = refused(xlsx(["Mã", "Tên gọi", *[f"Cột {n}" for n in range(249)]], ["A1", "Hoa", "1/1/2026"]))
    assert len(words) == 23, "two columns that are lacking as well"
    assert "còn 230 tiêu đề khác" in words[-1]
    [words_] = refused(xlsx([*HEADINGS, *[f"Cột {n}" for n in range(320)]], ["A1", "Hoa", "1/1/2026"]))
    assert "hơn 300 cột" in words_
