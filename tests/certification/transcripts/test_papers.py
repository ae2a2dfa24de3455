"""Transcripts on paper and as workbooks."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pypdfium2

from certification.documents import transcript_book, transcript_paper
from lrs import api
from tests.certification.transcripts.learners import hoa
from tests.certification.transcripts.test_gathering import told
from tests.certification.world import World


def _text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(one.get_textpage().get_text_bounded() for one in document)


def test_the_paper_says_who_what_for_and_what_was_learnt(world: World, identity: api.Identity) -> None:
    transcript = told(world, hoa(world, identity))
    pdf = transcript_paper.draw(transcript)
    said = " ".join(_text(pdf).replace("\u00a0", " ").split())
    for words in (
        "BẢNG KÊ KẾT QUẢ HỌC TẬP", "NV-HOA", "Luật Lao động cho công nhân", "1 giờ 30 phút", "85 %",
        "Doanh nghiệp A (từ 01/01/2021)", "Số liệu đến hết ngày 20/11/2026", "Trang 1/", "Biểu mẫu nội bộ",
    ):  # fmt: skip
        assert words in said, words
    assert transcript_paper.draw(transcript) == pdf


def test_names_that_look_like_markup_are_printed_as_they_are(world: World, identity: api.Identity) -> None:
    transcript = replace(told(world, hoa(world, identity)), name='<b>"Hoa"</b>\\} body { color: red')
    assert '<b>"Hoa"</b>' in _text(transcript_paper.draw(transcript))


def test_the_workbook_counts(world: World, identity: api.Identity) -> None:
    transcript = told(world, hoa(world, identity))
    book = openpyxl.load_workbook(io.BytesIO(transcript_book.as_xlsx(transcript)))
    assert book.sheetnames == ["Theo nhóm", "Theo chỉ số", "Danh hiệu", "Hoạt động"]
    rows = [row for row in book["Hoạt động"].iter_rows(values_only=True) if isinstance(row[0], int)]
    assert [row[4] for row in rows] == [60, 90, 90]
    assert rows[2][1] == "Luật Lao động cho công nhân"
    assert rows[2][5] == 0.85


def test_somebody_who_learnt_nothing_has_a_paper_and_a_workbook_too(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        nobody = world.employ(session, "dn/a")
    transcript = told(world, nobody)
    assert "Chưa có." in _text(transcript_paper.draw(transcript))
    assert transcript_book.as_xlsx(transcript)
