"""Office documents as PDF, read back and looked at."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pypdfium2
import pytest

from certification.documents.kinds import DECISION, KINDS, MINUTES, REPORT, Kind
from certification.documents.office import Paragraph
from certification.documents.office_pdf import render_pdf
from certification.documents.samples import sample

EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)


def pages(pdf: bytes) -> list[tuple[tuple[int, int], str]]:
    """Size in whole millimetres and text of each page, the text with plain blanks."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [
            (
                (round(page.get_width() / 72 * 25.4), round(page.get_height() / 72 * 25.4)),
                " ".join(unicodedata.normalize("NFC", page.get_textpage().get_text_range()).split()),
            )
            for page in document
        ]


@EVERY_KIND
def test_every_kind_is_drawn_in_its_form_and_the_same_again(kind: Kind) -> None:
    pdf = render_pdf(sample(kind))
    assert pdf == render_pdf(sample(kind))
    size, text = pages(pdf)[0]
    assert size == ((297, 210) if kind.landscape else (210, 297))
    for said in (
        "TỔNG LIÊN ĐOÀN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", kind.name,
        "Biểu mẫu nội bộ",
    ):  # fmt: skip
        assert said in text
    whole = " ".join(text for _, text in pages(pdf))
    assert "CHỦ TỊCH" in whole
    assert "Nguyễn Văn Mẫu" in whole


def test_annexes_lie_in_landscape_each_numbered_on_its_own() -> None:
    drawn = pages(render_pdf(sample(REPORT)))
    assert [size for size, _ in drawn] == [(210, 297), (297, 210), (297, 210)]
    assert drawn[1][1].startswith("Phụ lục I SỐ LIỆU THEO ĐƠN VỊ (Kèm theo Báo cáo số 05/BC-LĐLĐ")
    assert drawn[2][1].startswith("Phụ lục II CHI TIẾT")


def test_a_decision_carries_its_list() -> None:
    (_, decision), (_, listed), *_ = pages(render_pdf(sample(DECISION)))
    assert decision.index("Điều 3.") < decision.index("Như Điều 3;")
    assert "Nguyễn Thị Mẫu 3" in listed
    assert "Tổng số: 3 người (bằng chữ: ba người)" in listed


def test_pages_are_numbered_on_top_but_not_the_first_and_heads_are_repeated() -> None:
    persons = [{"stt": str(n), "ho_ten": f"Người {n}"} for n in range(1, 101)]
    long = replace(sample(DECISION), blocks=(Paragraph("chữ " * 2000),), persons=persons, annexes=())
    drawn = pages(render_pdf(long))
    portrait = [text for (width, height), text in drawn if width < height]
    listed = [text for (width, height), text in drawn if width > height]
    assert len(portrait) >= 3
    assert not portrait[0].endswith(" 1")
    assert [text.split()[-1] for text in portrait[1:]] == [str(n) for n in range(2, len(portrait) + 1)]
    assert len(listed) >= 3
    assert listed[0].startswith("Phụ lục")
    for number, text in enumerate(listed[1:], 2):
        assert text.replace(" ", "").startswith("STTHọvàtên")
        assert text.endswith(f" {number}")


def test_a_signature_never_stands_alone_on_a_page() -> None:
    for length in range(180, 420, 20):
        document = replace(sample(MINUTES), blocks=(Paragraph("chữ " * length), Paragraph("Hết phiên họp")), annexes=())
        *_, last = [text for _, text in pages(render_pdf(document)) if "CHỦ TỊCH" in text]
        assert "Nguyễn Văn Mẫu" in last
        assert "Hết phiên họp" in last


def test_what_looks_like_a_field_or_a_tag_is_printed_as_it_is() -> None:
    hostile = "{{ v }} {% for a in b %} <img src='file:///etc/passwd'> &amp; <b>đậm</b>"
    drawn = pages(render_pdf(replace(sample(REPORT), subject=hostile, blocks=(Paragraph(hostile),), annexes=())))
    assert drawn[0][1].replace(" ", "").count(hostile.replace(" ", "")) == 2
