"""The report as an office document: what stands where, in Word and as PDF."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import pairwise

import pypdfium2
import pytest

from certification.documents.kinds import REPORT
from certification.documents.office import Heading, OfficeDocument, Paragraph, Table
from certification.documents.office_pdf import render_pdf
from certification.documents.word import render
from certification.documents.word_layout import default_template
from certification.reports.drawing import Report, document
from certification.reports.entered import join
from certification.rules import report_forms
from tests.certification.documents.words import part, text_of
from tests.certification.reports import made_up
from tests.certification.reports.made_up import value
from tests.certification.shipped_rules import document as rule_file


def said(drawn: OfficeDocument) -> list[str]:
    return [one.text for one in drawn.blocks if isinstance(one, (Heading, Paragraph))]


def pdf_text(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as opened:
        return [" ".join(unicodedata.normalize("NFC", page.get_textpage().get_text_range()).split()) for page in opened]


def test_the_table_of_targets_says_what_was_counted_and_what_is_asked() -> None:
    drawn = document(made_up.report(made_up.figures(enterprises=30)))
    (table,) = [one for one in drawn.blocks if isinstance(one, Table) and one.caption.startswith("Kết quả thực hiện")]
    assert [column.heading for column in table.columns] == [
        "Chỉ tiêu", "Số đạt/tổng số", "Tỷ lệ", "Mục tiêu năm 2025", "Mục tiêu năm 2030",
    ]  # fmt: skip
    first = list(table.rows[0].values())
    assert first == [
        "G1. Chính trị, pháp luật", "4.980/6.000", "83,0%", "≥ 70%: đạt", "≥ 90%: còn thiếu 420 người (7,0 điểm %)",
    ]  # fmt: skip
    assert [row["ten"][:2] for row in table.rows if row["ten"].startswith("G")] == ["G1", "G2", "G3", "G4", "G5"]


def test_no_number_of_a_province_is_parted() -> None:
    report = made_up.report(made_up.figures(enterprises=1000, units=0))
    for kind in ("docx", "pdf"):
        drawn = document(report)
        text = (
            text_of(render(default_template(REPORT), drawn))
            if kind == "docx"
            else " ".join(pdf_text(render_pdf(drawn)))
        )
        assert "165.991/" in text
        assert "199.990" in text.split("165.991/")[1][:12]


def test_who_meets_the_criteria_and_who_holds_the_title_stand_apart() -> None:
    (told,) = [one for one in said(document(made_up.report())) if "Danh hiệu" in one]
    assert "246 người có danh hiệu được tính cho chỉ tiêu" in told
    assert "200 người đủ tiêu chí (chưa phải là được công nhận)" in told


def test_numbers_stand_as_the_form_says_them_and_are_left_out_where_nobody_entered_one() -> None:
    drawn = said(document(made_up.report(said={
        "loudspeaker-items": value(12345), "workers-commended": value(0), "commune-spending": value(3500000, "ước"),
    })))  # fmt: skip
    assert "- Đài truyền thanh xã: 12.345 tin, bài." in drawn
    assert "- Biểu dương 0 công nhân." in drawn
    assert "- Ngân sách chi: 3.500.000 đồng (ước)." in drawn
    assert not [one for one in drawn if "Facebook" in one]


def test_under_every_heading_something_stands() -> None:
    """Of a form without anything entered, and of one with: sections of the form go by their numbers."""
    for draft, empty in ((True, "[Chưa nhập nội dung nào của mục này]"), (False, "Không có nội dung.")):
        drawn = document(replace(made_up.report(entered=join(made_up.form(), {}, ())), draft=draft))
        blocks = [*drawn.blocks, Heading("", 1)]
        bare = [
            one.text
            for one, following in pairwise(blocks)
            if isinstance(one, Heading) and isinstance(following, Heading) and following.level <= one.level
        ]
        assert bare == []
        assert Paragraph(empty) in drawn.blocks


def test_rows_are_a_table_with_days_and_money_as_people_write_them() -> None:
    rows = ({"name": "Ngày Chuyển đổi số", "day": "2026-10-10", "participations": 1200, "spent": 5000000},)
    drawn = document(made_up.report(said={"events": value(rows)}))
    (table,) = [one for one in drawn.blocks if isinstance(one, Table) and one.caption.startswith("Sự kiện")]
    assert list(table.rows[0].values()) == ["Ngày Chuyển đổi số", "10/10/2026", "1.200", "5.000.000"]


def test_texts_of_units_below_come_in_an_annex() -> None:
    form = made_up.form()
    below = join(form, {"limits-text": value("Thiếu kinh phí")}, ())
    joined = join(form, {}, [("vn/mau/xa-1", "Xã Mẫu 1", below)])
    drawn = document(made_up.report(entered=joined))
    last = drawn.annexes[-1]
    assert last.title == "NỘI DUNG DO ĐƠN VỊ CẤP DƯỚI GỬI"
    assert last.number == "Phụ lục IV"
    (block,) = last.blocks
    assert isinstance(block, Paragraph)
    assert (block.lead, block.text) == ("Tồn tại, hạn chế, nguyên nhân, Xã Mẫu 1:", "Thiếu kinh phí")


def test_every_unit_and_every_enterprise_has_its_line_in_an_annex() -> None:
    drawn = document(made_up.report(made_up.figures(enterprises=30, units=4)))
    tables = {one.title: table for one in drawn.annexes for table in one.blocks if isinstance(table, Table)}
    assert len(tables["KẾT QUẢ THEO ĐƠN VỊ TRỰC THUỘC"].rows) == 4
    assert len(tables["KẾT QUẢ THEO DOANH NGHIỆP"].rows) == 30
    assert [one.number for one in drawn.annexes] == ["Phụ lục I", "Phụ lục II", "Phụ lục III"]
    assert "- Kết quả từng đơn vị: Phụ lục II, Phụ lục III." in said(drawn)


def test_a_draft_is_marked_on_every_page_in_word_and_pdf_and_a_filed_report_is_not() -> None:
    draft = made_up.report()
    filed = replace(draft, draft=False)
    assert all("DỰ THẢO" in page for page in pdf_text(render_pdf(document(draft))))
    assert not any("DỰ THẢO" in page for page in pdf_text(render_pdf(document(filed))))
    template = default_template(REPORT)
    word = render(template, document(draft))
    assert all("DỰ THẢO" in part(word, f"word/header{n}.xml") for n in (1, 2, 3, 4))
    assert "DỰ THẢO" not in text_of(render(template, document(filed)))


@pytest.mark.parametrize(
    ("period", "begins"), [("yearly", "Kết quả"), ("mid-term", "Sơ kết kết quả"), ("final", "Tổng kết kết quả")]
)
def test_the_period_stands_in_what_it_is_about(period: str, begins: str) -> None:
    assert document(made_up.report(period=period)).subject.startswith(begins)


@pytest.mark.parametrize(
    "name", ["hoang-hop-2023", "lao-cai-2022", "lai-chau-31-kh-ldld-2026", "ninh-binh-2022", "1268-qd-ttg"]
)
def test_the_report_on_each_plan_is_drawn_with_its_own_form(name: str) -> None:
    base, own = rule_file("plan-report-1268-qd-ttg"), rule_file(f"plan-report-{name}")
    form = report_forms.build(report_forms.with_base(own, None if own is base else base), ())
    report = made_up.report(form=form, entered=join(form, {}, ()))
    text = text_of(render(default_template(REPORT), document(report)))
    assert form.heading_of(2026, report.organization).split("“")[0].split(",")[0] in text.replace("\u00a0", " ")
    assert "G5. Mô hình học tập" in text


def test_the_same_values_give_the_same_bytes() -> None:
    drawn = document(made_up.report())
    assert render_pdf(drawn) == render_pdf(document(made_up.report()))
    template = default_template(REPORT)
    assert render(template, drawn) == render(template, document(made_up.report()))


def test_what_people_write_is_printed_and_never_taken_for_a_field() -> None:
    hostile = "{{ trich_yeu }} {% for a in b %} <b>&"
    report: Report = made_up.report(said={"results-text": value(hostile)})
    assert hostile in text_of(render(default_template(REPORT), document(report)))
