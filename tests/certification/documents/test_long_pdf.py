"""Long tables as PDF: what the other drawing says, on pages of the same form."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest

from certification.documents import long_pdf
from certification.documents.filled import values
from certification.documents.kinds import DECISION, MINUTES, REPORT, Kind
from certification.documents.office import OfficeDocument, Paragraph
from certification.documents.office_pdf import LONG, render_pdf
from certification.documents.samples import sample
from tests.certification.documents.test_office_pdf import EVERY_KIND, pages


def drawn(document: OfficeDocument) -> bytes:
    assert long_pdf.can_draw()
    return long_pdf.render_long_pdf(document, values(document))


def words(pdf: bytes) -> list[str]:
    """What is written on all pages, by letters: each drawing parts words and lines in its own way."""
    return sorted("".join(text for _, text in pages(pdf)).replace(" ", ""))


@EVERY_KIND
def test_every_kind_says_the_same_in_both_drawings(kind: Kind) -> None:
    document = replace(sample(kind), draft="DỰ THẢO")
    pdf = drawn(document)
    assert pdf == drawn(document)
    assert pages(pdf)[0][0] == pages(render_pdf(document))[0][0]
    # Which pages begin where may differ, and with that how often a head and the mark are repeated.
    assert set(words(pdf)) == set(words(render_pdf(document)))
    text = " ".join(text for _, text in pages(pdf))
    for said in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", kind.name, "Nguyễn Văn Mẫu",
                 "Biểu mẫu nội bộ"):  # fmt: skip
        assert said.replace(" ", "") in text.replace(" ", "")


def test_annexes_are_numbered_each_on_its_own_and_heads_repeated() -> None:
    persons = [{"stt": str(n), "ho_ten": f"Nguyễn Thị Người {n}", "don_vi": "Công ty Mẫu"} for n in range(1, 201)]
    found = pages(render_pdf(replace(sample(DECISION), persons=persons, annexes=())))
    assert [size for size, _ in found[:2]] == [(210, 297), (297, 210)]
    # Where a font lacks letters, another one has them, and readers of PDF put blanks between the two.
    listed = [text.replace(" ", "") for (width, height), text in found if width > height]
    assert len(listed) > 4
    assert "Tổngsố:200người(bằngchữ:haitrămngười)" in listed[-1]
    assert listed[0].startswith("PhụlụcDANHSÁCH")
    for number, text in enumerate(listed[1:], 2):
        assert text.startswith(f"{number}STTHọvàtên")
    assert all(f"Người{n}Công" in "".join(listed) for n in range(1, 201))


def test_a_signature_never_stands_alone_on_a_page() -> None:
    for length in range(180, 420, 40):
        document = replace(sample(MINUTES), blocks=(Paragraph("chữ " * length), Paragraph("Hết phiên họp")), annexes=())
        *_, last = [text for _, text in pages(drawn(document)) if "CHỦ TỊCH" in text]
        assert "Nguyễn Văn Mẫu" in last
        assert "Hết phiên họp" in last


def test_only_long_documents_are_drawn_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def note(document: OfficeDocument, told: object) -> bytes:
        asked.append(len(document.persons))
        return b"long"

    monkeypatch.setattr(long_pdf, "render_long_pdf", note)
    row = {"stt": "1", "ho_ten": "Người"}
    assert render_pdf(replace(sample(DECISION), persons=[row] * 3)) != b"long"
    assert render_pdf(replace(sample(DECISION), persons=[row] * (LONG + 1))) == b"long"
    monkeypatch.setattr(long_pdf, "can_draw", lambda: False)
    assert render_pdf(replace(sample(DECISION), persons=[row] * (LONG + 1))) != b"long"
    assert asked == [LONG + 1]


def test_what_looks_like_markup_is_printed_as_it_is() -> None:
    hostile = "<b>đậm</b> & <font color='red'>đỏ</font> {{ v }}"
    pdf = drawn(replace(sample(REPORT), subject=hostile, blocks=(Paragraph(hostile),), annexes=()))
    with pypdfium2.PdfDocument(pdf) as opened:
        text = opened[0].get_textpage().get_text_range().replace(" ", "").replace("\r\n", "")
    assert text.count(hostile.replace(" ", "")) == 2
