"""What is refused of a CSV file, in words that its owner can act on; and what is read of it."""

from __future__ import annotations

import tracemalloc
from datetime import date

import pytest

from certification import spreadsheets
from certification.spreadsheets import Column, ImportFaults, Sheet, read, read_day, watched
from certification.spreadsheets import sheet as sheet_module

HEADINGS = ("Mã", "Họ và tên", "Ngày vào làm")


def refused(data: bytes) -> list[str]:
    with pytest.raises(ImportFaults) as caught:
        read(data, HEADINGS).refuse_faulty()
    return [str(fault) for fault in caught.value.faults]


def sheet(*lines: str) -> Sheet:
    return read("\n".join(["Mã,Họ và tên,Ngày vào làm", *lines]).encode(), HEADINGS)


def cells(found: Sheet) -> list[tuple[str, ...]]:
    return [tuple(row.cells[heading] for heading in HEADINGS) for row in found.rows]


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["without", "with"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_utf8_is_read_with_and_without_byte_order_mark_with_comma_or_semicolon(
    mark: bytes, separator: str, line_end: str
) -> None:
    lines = [separator.join(HEADINGS), separator.join(["A1", "Nguyễn Thị Hoa", "01/02/2026"]), ""]
    assert cells(read(mark + line_end.join(lines).encode(), HEADINGS)) == [("A1", "Nguyễn Thị Hoa", "01/02/2026")]


def test_headings_are_found_in_any_order_case_spacing_and_normal_form() -> None:
    import unicodedata

    heading = unicodedata.normalize("NFD", "  NGÀY  vào làm , mã,HỌ VÀ TÊN ")
    assert cells(read(f"{heading}\n1/2/2026,A1,Hoa\n".encode(), HEADINGS)) == [("A1", "Hoa", "1/2/2026")]


def test_text_comes_in_nfc_with_single_spaces() -> None:
    import unicodedata

    name = unicodedata.normalize("NFD", " Nguyễn \u00a0 Thị   Hoa ")
    assert sheet(f"A1,{name},01/02/2026").rows[0].text("Họ và tên") == "Nguyễn Thị Hoa"


def test_a_cell_that_looks_like_a_formula_is_only_text() -> None:
    found = sheet('"=HYPERLINK(""http://x"",""y"")",@SUM(1+1),+84')
    assert cells(found) == [('=HYPERLINK("http://x","y")', "@SUM(1+1)", "+84")]


def test_rows_keep_the_number_a_spreadsheet_shows_beside_them() -> None:
    found = sheet("A1,Hoa,1/1/2026", "", ",,", '"A2","Lê\nThị Lan",1/1/2026', "A3,Mai,1/1/2026")
    assert [(row.number, row.cells["Mã"]) for row in found.rows] == [(2, "A1"), (5, "A2"), (6, "A3")]
    assert found.rows[1].text("Họ và tên") == "Lê Thị Lan"


def test_empty_columns_that_a_spreadsheet_adds_at_the_end_are_passed_over() -> None:
    assert cells(read("Mã,Họ và tên,Ngày vào làm,,\nA1,Hoa,1/1/2026,,\n".encode(), HEADINGS)) == [
        ("A1", "Hoa", "1/1/2026")
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05/09/2026", date(2026, 9, 5)),
        ("5/9/2026", date(2026, 9, 5)),
        ("2026-09-05", date(2026, 9, 5)),
        ("29/02/2024", date(2024, 2, 29)),
    ],
)
def test_dates_are_day_month_year_or_iso(text: str, day: date) -> None:
    assert read_day(text) == day


# ---------------------------------------------------------------- files refused as a whole


def test_an_empty_file_is_refused() -> None:
    expected = ["Tệp: tệp trống; ghi dòng tiêu đề và ít nhất một dòng dữ liệu"]
    assert refused(b"") == expected
    assert refused(b"\xef\xbb\xbf\r\n\r\n") == expected


def test_a_file_with_only_its_heading_is_refused() -> None:
    expected = ["Tệp: tệp chỉ có dòng tiêu đề; ghi ít nhất một dòng dữ liệu"]
    assert refused("Mã,Họ và tên,Ngày vào làm\n".encode()) == expected
    assert refused("Mã,Họ và tên,Ngày vào làm\n,,\n\n".encode()) == expected


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ("Mã,Họ và tên\n".encode("utf-16"), "UTF-16"),
        ("Mã,Họ và tên\n".encode("utf-16-be"), "byte rỗng (NUL)"),
        ("Mã,Họ và tên\nA\0,B".encode(), "byte rỗng (NUL)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "tệp Excel cũ (.xls)"),
        (b"%PDF-1.7", "tệp PDF"),
    ],
)
def test_what_is_not_utf8_text_is_refused_with_how_to_save_it(data: bytes, what: str) -> None:
    [words] = refused(data)
    assert what in words
    assert "“CSV UTF-8 (Comma delimited) (*.csv)”" in words


def test_a_windows_1258_file_is_refused_with_how_to_save_it() -> None:
    # "Mã,Họ và tên,Ngày vào làm" in Windows-1258: base letters and combining marks, one byte each.
    data = b"M\xe3,Ho\xf2 va\xcc t\xean,Nga\xcc va\xccy la\xccm\nA1,Nguy\xea\xden Thi\xf2 Hoa,01/02/2026\n"
    words = refused(data)
    assert "có lẽ là Windows-1258. " in words[0]
    assert "Save As > “CSV UTF-8 (Comma delimited) (*.csv)”" in words[0]
    assert words[1:] == ["Dòng 1: tiêu đề có chữ không phải UTF-8; lưu lại tệp như trên"]


def test_single_cells_that_are_not_utf8_are_named_by_row_and_column_beside_the_other_faults() -> None:
    data = "Mã,Họ và tên,Ngày vào làm\nA1,Hoa,1/1/2026\n".encode() + b"A2,Nguy\xea\xden,hom qua\n"
    found = read(data, HEADINGS)
    for row in found.rows:
        row.text("Họ và tên")
        row.day("Ngày vào làm")
    with pytest.raises(ImportFaults) as caught:
        found.refuse_faulty()
    words = [str(fault) for fault in caught.value.faults]
    assert words[0].startswith("Tệp: tệp có chữ không phải bảng mã UTF-8")
    assert words[1] == "Dòng 3, cột “Họ và tên”: chữ không phải UTF-8: “Nguy��n”; gõ lại ô này hoặc lưu lại tệp"
    assert words[2].startswith("Dòng 3, cột “Ngày vào làm”: “hom qua” không phải là ngày")
    "\n".join(words).encode()  # can be printed


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (["NguyÔn ThÞ Hoa", "TrÇn V¨n §øc", "Ph¹m Minh TuÊn"], "phông TCVN3"),
        (["Nguyeãn Thò Hoa", "Traàn Vaên Ñöùc", "Phaïm Minh Tuaán"], "phông VNI"),
        (
            [
                name.encode().decode("cp1252", "replace").replace("\ufffd", "")
                for name in ("Nguyễn Thị Hoa", "Trần Văn Đức", "Phạm Minh Tuấn")
            ],
            "sai bảng mã",
        ),
    ],
)
def test_letters_of_legacy_fonts_saved_as_utf8_are_refused(names: list[str], what: str) -> None:
    lines = [f"A{number},{name},1/1/2026" for number, name in enumerate(names)]
    [words] = refused("\n".join(["Mã,Họ và tên,Ngày vào làm", *lines]).encode())
    assert what in words
    assert "chuyển sang Unicode" in words


def test_vietnamese_and_single_foreign_names_are_not_taken_for_legacy_letters() -> None:
    names = ["Lò Thị Toàn", "Hoàng Văn Tuấn", "Raúl Noël Müller", "Y Êban Niê", "Nguyễn Khuê", "Đặng Thuý Hoãn"]
    names += ["QUÁCH THỊ HOÀI", "Trương Ngoạn", "Võ Ngọc Uyên", "Giàng A Páo", "Huỳnh Xuân Quỳnh"]
    found = sheet(*[f"A{number},{name},1/1/2026" for number, name in enumerate(names)])
    assert [row.text("Họ và tên") for row in found.rows] == names


def test_a_letter_lost_in_an_earlier_change_of_encoding_is_named() -> None:
    found = sheet("A1,Nguy\ufffdn,1/1/2026")
    assert found.rows[0].text("Họ và tên") is None
    assert str(found.faults[0]) == ("Dòng 2, cột “Họ và tên”: chữ đã mất khi đổi bảng mã: “Nguy\ufffdn”; gõ lại ô này")


# ---------------------------------------------------------------- headings


def test_missing_misspelt_and_repeated_headings_are_all_named() -> None:
    assert refused("Mã,Họ tên,Mã,,Quê quán\nA1,Hoa,A1,,Lào Cai\n".encode()) == [
        "Dòng 1, cột “Mã”: tiêu đề xuất hiện hai lần; chỉ giữ một cột",
        "Dòng 1, cột “Họ và tên”: thiếu cột này; thêm cột với đúng tiêu đề (ô bên dưới có khi được để trống)",
        "Dòng 1, cột “Ngày vào làm”: thiếu cột này; thêm cột với đúng tiêu đề (ô bên dưới có khi được để trống)",
        "Dòng 1: tiêu đề “Họ tên” gần giống “Họ và tên”; sửa thành “Họ và tên”, hoặc xoá cột đó nếu là điều khác",
        "Dòng 1: tiêu đề trống ở cột thứ 4 không dùng trong tệp này; xoá cột đó hoặc sửa tên",
        "Dòng 1: tiêu đề “Quê quán” không dùng trong tệp này; xoá cột đó hoặc sửa tên",
    ]


def test_columns_of_no_use_are_passed_over_and_told() -> None:
    data = "Quê quán,Mã,,Họ và tên,Ngày vào làm\nLào Cai,A1,x,Hoa,1/1/2026\n".encode()
    found = read(data, HEADINGS)
    assert [dict(row.cells) for row in found] == [{"Mã": "A1", "Họ và tên": "Hoa", "Ngày vào làm": "1/1/2026"}]
    assert found.notes == ("Bỏ qua cột không dùng trong bảng này: “Quê quán”, trống ở cột thứ 3",)
    assert not found.faults and found.result(1, 0, 0).notes == found.notes
    with pytest.raises(ImportFaults, match="tiêu đề “Quê quán” không dùng trong tệp này"):
        read(data, HEADINGS, only_known=True)


@pytest.mark.parametrize(
    ("heading", "meant"),
    [
        ("Ngày nghỉ", "Ngày nghỉ việc"), ("Doan vien cong doan", "Đoàn viên"), ("Ngày nghĩ viêc làm", "Ngày nghỉ việc"),
        ("Đòan viênn", "Đoàn viên"), ("Ngày vào Đảng", ""), ("Ngày sinh", ""), ("Số điện thoại", ""), ("Mã NV", ""),
        ("Họ tên mẹ", ""), ("Ghi chú", ""),
    ],
)  # fmt: skip
def test_a_heading_that_may_be_meant_for_a_column_not_there_is_asked_about(heading: str, meant: str) -> None:
    columns = (*HEADINGS, Column("Ngày nghỉ việc", left_out=True), Column("Đoàn viên", left_out=True))
    data = f"Mã,Họ và tên,Ngày vào làm,{heading}\nA1,Hoa,1/1/2026,x\n".encode()
    if meant:
        with pytest.raises(ImportFaults, match=f"“{heading}” gần giống “{meant}”"):
            read(data, columns)
    else:
        assert read(data, columns).notes == (f"Bỏ qua cột không dùng trong bảng này: “{heading}”",)


# ---------------------------------------------------------------- rows and cells


def test_rows_with_too_many_or_too_few_cells_are_all_named() -> None:
    found = sheet("A1,Hoa", "A2,Lan,1/1/2026,thừa", "A3,Mai,1/1/2026")
    assert [str(fault) for fault in found.faults] == [
        "Dòng 2: dòng có 2 ô, tiêu đề có 3 cột; kiểm tra dấu phân cách và dấu ngoặc kép",
        "Dòng 3: dòng có 4 ô, tiêu đề có 3 cột; kiểm tra dấu phân cách và dấu ngoặc kép",
    ]
    assert [row.number for row in found.rows] == [4]


def test_a_quotation_mark_that_never_closes_is_named_where_it_opens() -> None:
    assert refused('Mã,Họ và tên,Ngày vào làm\nA1,Hoa,1/1/2026\nA2,"Lan,1/1/2026\nA3,Mai,1/1/2026\n'.encode()) == [
        "Dòng 3: dấu ngoặc kép mở mà không đóng, hoặc đóng giữa ô; sửa dấu ngoặc, các dòng sau chưa được kiểm tra"
    ]


def test_a_very_long_cell_is_named_with_its_length() -> None:
    found = sheet(f"A1,{'x' * 501},1/1/2026")
    assert found.rows[0].text("Họ và tên") is None
    assert str(found.faults[0]) == "Dòng 2, cột “Họ và tên”: ô dài 501 ký tự, nhiều nhất là 500; viết ngắn lại"


def test_a_cell_longer_than_the_reader_takes_is_named() -> None:
    [words] = refused(f"Mã,Họ và tên,Ngày vào làm\nA1,{'x' * 140_000},1/1/2026\n".encode())
    assert words.startswith("Dòng 2: có ô dài quá 131.072 ký tự")


def test_an_empty_cell_and_an_invisible_character_are_named() -> None:
    found = sheet("A1,,1/1/2026", "A2,Ho\u0007a,1/1/2026")
    assert [row.text("Họ và tên") for row in found.rows] == [None, None]
    assert [str(fault) for fault in found.faults] == [
        "Dòng 2, cột “Họ và tên”: ô trống; ghi giá trị vào ô này",
        "Dòng 3, cột “Họ và tên”: ô có ký tự điều khiển không nhìn thấy được; xoá ô rồi gõ lại",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("31/02/2026", "“31/02/2026” không có trong lịch; ghi ngày/tháng/năm, ví dụ 05/09/2026"),
        ("12/31/2026", "“12/31/2026” không có trong lịch; ghi ngày/tháng/năm, ví dụ 05/09/2026"),
        ("1/1/26", "“1/1/26” không phải là ngày; ghi dạng dd/mm/yyyy, ví dụ 05/09/2026, hoặc 2026-09-05"),
        (
            "45123",
            "“45123” là số thứ tự ngày của bảng tính (có lẽ 16/07/2023), không phải là ngày; định dạng cột là Ngày "
            "(Date), hoặc ghi dạng dd/mm/yyyy, ví dụ 16/07/2023",
        ),
        ("01/01/0202", "“01/01/0202” có năm ngoài khoảng 1900–2100; kiểm tra lại năm"),
        ("٠١/٠٢/٢٠٢٦", "“٠١/٠٢/٢٠٢٦” không phải là ngày; ghi dạng dd/mm/yyyy, ví dụ 05/09/2026, hoặc 2026-09-05"),
    ],
)
def test_what_is_no_date_is_said_with_how_to_write_one(text: str, message: str) -> None:
    found = sheet(f"A1,Hoa,{text}")
    assert found.rows[0].day("Ngày vào làm") is None
    assert str(found.faults[0]) == f"Dòng 2, cột “Ngày vào làm”: {message}"


@pytest.mark.parametrize("text", ["7,5", "-1", "11", "mười", "1e1", "٥"])
def test_what_is_no_number_in_bounds_is_named(text: str) -> None:
    found = sheet(f'"{text}",Hoa,1/1/2026')
    assert found.rows[0].number_of("Mã", at_least=0, at_most=10) is None
    assert found.faults[0].message == f"“{text}” không phải số nguyên từ 0 đến 10; sửa lại số"


def test_a_word_that_is_no_choice_is_named_with_the_choices() -> None:
    found = sheet("Nữ,Hoa,1/1/2026", "gái,Lan,1/1/2026")
    assert [row.choice("Mã", {"nữ": "female", "": None}) for row in found.rows] == ["female", None]
    assert found.faults[0].message == "“gái” không hiểu được; ghi một trong các giá trị: “nữ”, để trống"


def test_days_are_written_as_people_write_them() -> None:
    assert spreadsheets.written(date(2026, 7, 1)) == "01/07/2026"


# ---------------------------------------------------------------- files as they come


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"A1,Nguy\xea\xden Thi\xf2 Hoa,\xd0\xe2\xcc", "Windows-1258"),
        (b"A1,Ngu\xd4n Th\xde V\xa8n \xae\xf8c Ph\xb9m Tu\xcan B\xb5i,1/1/2026", "TCVN3 (ABC"),
        (b"A1,Nguye\xe3n Tho\xf8 Traa\xe0n Va\xean \xf1o\xe0n Pha\xefm,1/1/2026", "VNI (phông VNI-Times"),
    ],
)
def test_an_old_vietnamese_encoding_is_named(line: bytes, what: str) -> None:
    words = refused(b"Ma,Ho va ten,Ngay vao lam\n" + line + b"\n")
    assert f"có lẽ là {what}" in words[0]
    assert "Save As" in words[0]


def test_line_ends_may_be_mixed_and_columns_parted_by_tabs() -> None:
    data = "Mã\tHọ và tên\tNgày vào làm\r\nA1\tHoa\t1/1/2026\nA2\tLan, Mai\t1/1/2026\rA3\tCúc\t1/1/2026".encode()
    assert [row[:2] for row in cells(read(data, HEADINGS))] == [("A1", "Hoa"), ("A2", "Lan, Mai"), ("A3", "Cúc")]


def test_titles_may_stand_above_the_headings() -> None:
    data = "CÔNG TY MAY A,,\n,,\nMã,Họ và tên,Ngày vào làm\nA1,Hoa,1/1/2026\n".encode()
    found = read(data, HEADINGS)
    assert [(row.number, row.cell("Mã")) for row in found.rows] == [(4, "A1")]


def test_a_file_of_too_many_rows_or_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(b"Ma,Ho va ten,Ngay vao lam\n" + b"A,B,1/1/2026\n" * 4, HEADINGS, rows_at_most=3)
    assert [row.number for row in found.rows] == [2, 3, 4]
    assert [str(fault) for fault in found.faults] == [
        "Dòng 5: tệp có hơn 3 dòng; chia thành nhiều tệp, các dòng sau chưa được kiểm tra"
    ]
    assert not found.is_whole
    monkeypatch.setattr("certification.spreadsheets.sheet.FILE_AT_MOST", 1_000_000)
    [words] = refused(b"x" * 2_000_000)
    assert words == "Tệp: tệp lớn 2 MB, nhiều nhất là 1 MB; chia thành nhiều tệp"


def test_of_very_many_faults_the_first_are_told_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certification.spreadsheets.sheet.MOST_FAULTS", 3)
    words = refused(b"Ma,Ho va ten,Ngay vao lam\n" + b"A,B\n" * 10)
    assert len(words) == 4
    assert words[0] == "Tệp: còn 7 lỗi nữa không liệt kê; sửa các lỗi này rồi nhập lại"


def test_columns_may_be_left_out_where_the_table_says_so_and_have_other_names() -> None:
    columns = (Column("Mã", ("code",)), Column("Ghi chú", ("note",), left_out=True), Column("Ngày", ("day",)))
    found = read(b"DAY,Code\n1/1/2026,A1\n", columns)
    assert (found.has("Ghi chú"), found.rows[0].cell("Ghi chú"), found.rows[0].text("Mã")) == (False, "", "A1")


def test_words_of_a_choice_need_no_diacritics() -> None:
    found = sheet("nu,Hoa,1/1/2026", "KHÔNG,Lan,1/1/2026")
    choices = {"nữ": 1, "nam": 2, "không": 3}
    assert [row.choice("Mã", choices) for row in found.rows] == [1, 3]


def test_a_file_with_very_many_faults_is_read_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_module, "MOST_FAULTS", 3)
    monkeypatch.setattr(sheet_module, "FAULTS_AT_MOST", 5)
    wrong = [f"A{number},Hoa,01/02/2026,thừa" for number in range(100)]
    faults = refused("\n".join(["Mã,Họ và tên,Ngày vào làm", *wrong]).encode())
    assert faults[0] == "Tệp: còn 2 lỗi nữa không liệt kê; sửa các lỗi này rồi nhập lại"
    assert len(faults) == 5
    assert faults[-1].startswith("Dòng 7: dừng đọc ở dòng này vì tệp đã có 5 lỗi trở lên")
    few = read("\n".join(["Mã,Họ và tên,Ngày vào làm", *wrong[:4], "A1,Hoa,01/02/2026"]).encode(), HEADINGS)
    few.refuse_faulty(good_rows=True)
    assert len(few.rows) == 1


def test_whoever_watches_is_told_how_many_rows_there_are_and_how_many_were_checked() -> None:
    class Watching:
        def __init__(self) -> None:
            self.told: list[int] = []

        def begun(self, rows: int) -> None:
            self.told.append(-rows)

        def more(self, rows: int) -> None:
            self.told.append(rows)

    data = b"Ma,Ho va ten,Ngay vao lam\n" + b"A,B,1/1/2026\n" * 1001
    watching = Watching()
    with watched(watching):
        found = read(data, HEADINGS)
    for row in found.each():
        if row.number == 1002:
            assert watching.told == [-1001, 500, 500]
    assert watching.told == [-1001, 500, 500, 1]
    assert len(list(read(data, HEADINGS).each())) == 1001, "and nobody else"


@pytest.mark.parametrize("line", ["," * 1_500_000, ',"\n"' * 500_000], ids=["one line", "over many lines"])
def test_a_record_of_cells_without_end_is_refused_before_it_fills_the_memory(line: str) -> None:
    tracemalloc.start()
    try:
        [words] = refused(f"Mã,Họ và tên,Ngày vào làm\nA1,Nguyễn Thị Hoa,01/02/2026\n{line}\n".encode())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert words == "Dòng 3: có dòng dài quá 1.000.000 ký tự; các dòng sau chưa được kiểm tra"
    assert most < 60_000_000
