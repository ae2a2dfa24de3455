"""Office documents in Word, held to the measures of Decree 30/2020/NĐ-CP, annex I."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from certification.documents.kinds import DECISION, KINDS, LIST, MINUTES, PROPOSAL, REPORT, Kind
from certification.documents.office import Annex, Column, Paragraph, Table
from certification.documents.samples import sample
from certification.documents.word import render
from certification.documents.word_layout import default_template
from tests.certification.documents.words import paragraphs, part, styles, text_of

EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
HOSTILE = "{{ trich_yeu }} {% for a in b %} {# <w:p> & \"'>"


def drawn(kind: Kind, **changed: object) -> bytes:
    return render(default_template(kind), replace(sample(kind), **changed))  # type: ignore[arg-type]


@EVERY_KIND
def test_paper_and_margins_are_within_what_the_decree_allows(kind: Kind) -> None:
    for section in docx.Document(io.BytesIO(drawn(kind))).sections:
        assert sorted((section.page_width.mm, section.page_height.mm)) == pytest.approx([210, 297], abs=0.1)
        assert 20 <= round(section.top_margin.mm, 1) <= 25
        assert 20 <= round(section.bottom_margin.mm, 1) <= 25
        assert 30 <= round(section.left_margin.mm, 1) <= 35
        assert 15 <= round(section.right_margin.mm, 1) <= 20


@EVERY_KIND
def test_every_style_is_times_new_roman_in_black(kind: Kind) -> None:
    word = drawn(kind)
    for style in {name for name, _ in paragraphs(word)}:
        found = styles(word)[style]
        assert found.font.name == "Times New Roman"
        assert found.font.color.rgb is None
    assert "w:color" not in part(word).replace('w:color="000000"', "").replace('w:color="auto"', "")


@pytest.mark.parametrize(
    ("style", "size", "bold", "italic", "align"),
    [
        ("Quốc hiệu", 13, True, False, "CENTER"),
        ("Tiêu ngữ", 14, True, False, "CENTER"),
        ("Cơ quan chủ quản", 13, False, False, "CENTER"),
        ("Cơ quan ban hành", 13, True, False, "CENTER"),
        ("Số ký hiệu", 13, False, False, "CENTER"),
        ("Địa danh ngày tháng", 14, False, True, "CENTER"),
        ("Tên loại văn bản", 14, True, False, "CENTER"),
        ("Trích yếu", 14, True, False, "CENTER"),
        ("Căn cứ", 14, False, True, "JUSTIFY"),
        ("Thân bài", 14, False, False, "JUSTIFY"),
        ("Quyền hạn chức vụ", 14, True, False, "CENTER"),
        ("Họ tên người ký", 14, True, False, "CENTER"),
        ("Nơi nhận", 12, True, True, "LEFT"),
        ("Danh sách nơi nhận", 11, False, False, "LEFT"),
        ("Số trang", 13, False, False, "CENTER"),
    ],
)
def test_each_element_has_its_letters(style: str, size: int, bold: bool, italic: bool, align: str) -> None:
    found = styles(default_template(REPORT))[style]
    assert (found.font.size.pt, found.font.bold, found.font.italic) == (size, bold, italic)
    assert found.paragraph_format.alignment == WD_ALIGN_PARAGRAPH[align]


def test_the_body_is_indented_and_spaced() -> None:
    body = styles(default_template(REPORT))["Thân bài"].paragraph_format
    assert body.first_line_indent.mm == pytest.approx(10, abs=0.01)
    assert body.space_after.pt >= 6
    assert body.line_spacing.pt == 18


def test_rules_are_borders_of_paragraphs_and_nothing_is_underlined() -> None:
    xml = part(drawn(DECISION))
    assert "<w:u " not in xml
    assert "___" not in xml
    assert xml.count("<w:pBdr>") == 3
    assert re.search(r'<w:pBdr><w:top w:val="single" w:sz="6"', xml)


def test_pages_are_numbered_on_top_but_not_the_first() -> None:
    opened = docx.Document(io.BytesIO(drawn(REPORT)))
    for section in opened.sections:
        assert section.different_first_page_header_footer
        assert "PAGE" in section.header._element.xml
        assert "PAGE" not in section.first_page_header._element.xml
        assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"


def test_a_report_has_its_parts_in_order() -> None:
    text = text_of(drawn(REPORT))
    expected = [
        "LIÊN ĐOÀN LAO ĐỘNG\nTỈNH MẪU", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
        "Số:\u00a005/BC-LĐLĐ", "Tỉnh Mẫu, ngày\u00a005\u00a0tháng\u00a002\u00a0năm\u00a02026", "BÁO CÁO", "Kính gửi:",
        "- Ban Thường vụ Tỉnh ủy.", "I. KẾT QUẢ THỰC HIỆN", "Điều\u00a03, đến ngày\u00a005\u00a0tháng\u00a03",
        "60\u00a0%", "Không có./.", "Nơi nhận:", "- Như trên;", "- Lưu: VT, Ban Tuyên giáo.", "TM. BAN THƯỜNG VỤ",
        "Phụ\u00a0lục\u00a0I", "(Kèm theo Báo cáo số\u00a005/BC-LĐLĐ",
    ]  # fmt: skip
    places = [text.index(one) for one in expected]
    assert places == sorted(places)


def test_a_decision_has_its_competence_grounds_articles_and_list() -> None:
    text = text_of(drawn(DECISION))
    expected = [
        "QUYẾT ĐỊNH", "Về việc công nhận", "BAN THƯỜNG VỤ LIÊN ĐOÀN", "Thủ tướng Chính phủ;", "của Văn phòng.",
        "QUYẾT ĐỊNH:", "Điều\u00a01. ", "Điều\u00a03. ", "./.", "- Như Điều\u00a03;", "CHỦ TỊCH", "DANH SÁCH",
        "Số vào sổ", "Nguyễn Thị Mẫu 3", "Tổng số: 3 người (bằng chữ: ba người)",
    ]  # fmt: skip
    places = [text.index(one) for one in expected]
    assert places == sorted(places)


def test_minutes_have_no_place_and_day_in_their_head_and_two_signatures() -> None:
    text = text_of(drawn(MINUTES))
    assert "Tỉnh Mẫu, ngày" not in text
    assert text.index("THƯ KÝ") < text.index("TM. BAN THƯỜNG VỤ") < text.index("Nơi nhận:")


def test_a_draft_leaves_room_for_number_and_day() -> None:
    text = text_of(drawn(PROPOSAL, number=None, day=None))
    assert re.search(r"Số:\u00a0{8}/TTr-LĐLĐ", text)
    assert re.search(r"Tỉnh Mẫu, ngày\u00a0{6}tháng\u00a0{6}năm\u00a02026", text)


def test_one_addressee_stands_on_the_line_and_several_below() -> None:
    assert "Kính gửi: Tỉnh ủy\n" in text_of(drawn(PROPOSAL, addressees=("Tỉnh ủy",)))
    assert "Kính gửi:\n- Tỉnh ủy;\n- Ban Tổ chức.\n" in text_of(drawn(PROPOSAL, addressees=("Tỉnh ủy.", "Ban Tổ chức")))
    assert "Kính gửi" not in text_of(drawn(PROPOSAL, addressees=()))


def test_a_document_without_annexes_has_no_empty_page_in_landscape() -> None:
    sections = docx.Document(io.BytesIO(drawn(REPORT, annexes=()))).sections
    assert [one.page_width.mm < one.page_height.mm for one in sections] == [True]
    assert "PAGE" in sections[0].header._element.xml
    with_annex = docx.Document(io.BytesIO(drawn(REPORT))).sections
    assert [one.page_width.mm < one.page_height.mm for one in with_annex] == [True, False]


@EVERY_KIND
def test_a_signature_stays_together_and_with_the_text_before(kind: Kind) -> None:
    word = docx.Document(io.BytesIO(drawn(kind, annexes=())))
    signing = next(one for one in word.tables if "CHỦ TỊCH" in one.rows[0]._tr.xml)
    assert signing.rows[0]._tr.trPr.find(qn("w:cantSplit")) is not None
    before = signing._tbl.getprevious()
    assert before.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None


@pytest.mark.parametrize("kind", [DECISION, LIST, REPORT], ids=lambda kind: kind.id)
def test_rows_of_tables_are_not_parted_and_their_heads_are_repeated(kind: Kind) -> None:
    word = docx.Document(io.BytesIO(drawn(kind)))
    listed = [one for one in word.tables if "STT" in one.rows[0].cells[0].text]
    assert listed
    for table in listed:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        assert len(table.rows) == 4


@EVERY_KIND
def test_the_same_document_gives_the_same_bytes(kind: Kind) -> None:
    assert default_template(kind) == default_template(kind)
    assert drawn(kind) == drawn(kind)


def test_what_looks_like_a_field_or_a_tag_is_printed_as_it_is() -> None:
    columns = (Column("a", HOSTILE, 10),)
    word = drawn(
        REPORT,
        subject=HOSTILE,
        blocks=(Paragraph(HOSTILE, HOSTILE), Table(columns, ({"a": HOSTILE},), HOSTILE), Paragraph("hết")),
        annexes=(Annex(HOSTILE, (Paragraph(HOSTILE),)),),
    )
    assert text_of(word).count(HOSTILE) == 8
    listed = drawn(DECISION, persons=({"ho_ten": HOSTILE},))
    assert text_of(listed).count(HOSTILE) == 1


def test_long_names_and_decomposed_letters_are_kept_whole() -> None:
    name = "Nguyễn " * 71 + "Thị"
    word = drawn(DECISION, persons=({"ho_ten": unicodedata.normalize("NFD", name), "stt": "1"},))
    assert name in text_of(word)
    assert unicodedata.is_normalized("NFC", text_of(word))


def test_a_list_of_a_thousand_is_filled_in() -> None:
    word = drawn(DECISION, persons=[{"stt": str(n), "ho_ten": f"Người {n}"} for n in range(1, 1001)])
    text = text_of(word)
    assert "Người 1000" in text
    assert "Tổng số: 1.000 người (bằng chữ: một nghìn người)" in text
