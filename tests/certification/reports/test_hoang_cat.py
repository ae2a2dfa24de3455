"""The one report at hand (xã Hoằng Cát, December 2023) comes out again from what its officer would have entered."""

from __future__ import annotations

import io
import re
import tomllib
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import docx
import pypdfium2
import pytest

from certification.documents.kinds import REPORT
from certification.documents.office import Signature
from certification.documents.office_pdf import render_pdf
from certification.documents.word import render
from certification.documents.word_layout import default_template
from certification.reports.drawing import Report, document
from certification.reports.entered import Value, join
from certification.units.letterheads import Letterhead
from tests.certification.documents.words import text_of
from tests.certification.reports import made_up

NOW = datetime(2023, 12, 12, 3, 0, tzinfo=UTC)

IN_ORDER = (
    "ỦY BAN NHÂN DÂN", "XÃ HOẰNG CÁT", "BÁO CÁO", "Kế hoạch số 53/KH-UBND ngày 10/3/2023 của UBND huyện",
    "3628/UBND-LĐLĐ ngày 08 tháng 12 năm 2023", "UBND xã Hoằng Cát báo cáo kết quả thực hiện như sau:",
    "I. Công tác triển khai thực hiện", "1. Văn bản chỉ đạo", "Ban hành kế hoạch hằng năm",
    "2. Công tác thông tin tuyên truyền", "10 tin, bài", "20 lượt", "2 bài", "Triển khai hệ thống tài liệu",
    "Tuần lễ hưởng ứng học tập suốt đời", "3. Triển khai các biện pháp hỗ trợ", "4. Công tác biểu dương khen thưởng",
    "5 công nhân", "10 cháu là con công nhân lao động", "5. Tổ chức các phong trào thi đua",
    "học tập suốt đời - cơ hội có việc làm bền vững", "6. Tăng cường phối hợp giữa các cấp", "7. Kinh phí thực hiện",
    "3.500.000 đồng", "II. Kết quả đạt được; tồn tại, hạn chế", "1. Kết quả đạt được", "2. Tồn tại, hạn chế",
    "III. Kiến nghị, đề xuất", "có hiệu quả./.", "Liên đoàn Lao động huyện (b/c);", "TT. Đảng ủy, HĐND (b/c);",
    "Lưu: VT, VHXH.",
)  # fmt: skip
"""Every heading and every number of the report, as they follow each other in it."""


@pytest.fixture(scope="module")
def report() -> Report:
    told = tomllib.loads((Path(__file__).parent / "hoang-cat-2023.toml").read_text(encoding="utf-8"))
    form = replace(
        made_up.form(), heading=told["heading"], opening=told["opening"], recipients=tuple(told["recipients"])
    )
    own = {code: Value(value, "cong-chuc-vhxh", NOW) for code, value in {**told["counts"], **told["texts"]}.items()}
    assert set(own) <= {item.code for item in form.asked}
    figures = replace(made_up.figures(enterprises=0, units=0), cut_off=NOW.date(), headcount_on=NOW.date(), as_of=NOW)
    return Report(
        form, join(form, own, ()), figures, Letterhead(**told["letterhead"]), told["organization"], told["year"],
        signature=Signature("CHỦ TỊCH", authority="TM. ỦY BAN NHÂN DÂN"), draft=False,
    )  # fmt: skip


def in_order(text: str) -> None:
    """Each stands behind the one before, whatever its capitals and blanks are."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).casefold()
    at = 0
    for said in IN_ORDER:
        found = plain.find(said.casefold(), at)
        assert found >= 0, f"{said!r} does not stand behind the one before it"
        at = found + len(said)


def test_each_heading_and_number_stands_in_the_word_file_in_the_same_order(report: Report) -> None:
    word = render(default_template(REPORT), document(report))
    # Nơi nhận stands left of the signature, at the end.
    in_order(text_of(word))


def test_and_in_the_pdf(report: Report) -> None:
    with pypdfium2.PdfDocument(render_pdf(document(report))) as pdf:
        text = "\n".join(page.get_textpage().get_text_range() for page in pdf)
        assert len(pdf) == 3
    in_order(text)


def test_what_the_report_does_not_say_is_not_made_up(report: Report) -> None:
    text = text_of(render(default_template(REPORT), document(report)))
    assert "Hệ thống chưa ghi doanh nghiệp nào" in text
    assert "%" not in text
    assert "Phụ lục" not in text
    assert "DỰ THẢO" not in text


def test_it_is_set_as_the_decree_asks(report: Report) -> None:
    word = docx.Document(io.BytesIO(render(default_template(REPORT), document(report))))
    (section,) = word.sections
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert [round(one.mm) for one in (section.top_margin, section.right_margin, section.bottom_margin)] == [20, 20, 20]
    assert round(section.left_margin.mm) == 30
    headings = [one.text for one in word.paragraphs if one.style.name == "Mục lớn"]
    assert headings == [
        "I. CÔNG TÁC TRIỂN KHAI THỰC HIỆN", "II. KẾT QUẢ ĐẠT ĐƯỢC; TỒN TẠI, HẠN CHẾ", "III. KIẾN NGHỊ, ĐỀ XUẤT",
    ]  # fmt: skip
    assert len([one for one in word.paragraphs if one.style.name == "Mục nhỏ"]) == 9
    for name in {one.style.name for one in word.paragraphs}:
        assert word.styles[name].font.name == "Times New Roman"
