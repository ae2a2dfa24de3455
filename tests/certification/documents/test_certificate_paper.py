"""The paper of a certificate, looked at as a picture and read back by other programs."""

from __future__ import annotations

import contextlib
import io
import json
import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from openpyxl import load_workbook
from PIL.Image import Image

from certification.certificates import keys, papers, register
from certification.certificates.keys import Issuer
from certification.credentials import proofs
from certification.documents import book
from certification.documents.certificate_paper import CREDENTIAL, OWN_FORM, Paper, draw
from certification.rules.certificate_forms import CertificateForm
from certification.units.letterheads import Letterhead
from lrs.db import Database
from tests.certification.certificates.issued import BODY, DECIDED, PUBLIC_URL, entries, issue, recognise

FORM = CertificateForm(
    id="f",
    rule_file_id=UUID(int=1),
    status="PROPOSAL",
    heading="GIẤY CÔNG NHẬN",
    recognises="Công nhận",
    achieved="Đạt danh hiệu",
    title="Công dân học tập",
    year="năm {year}",
    grounds="(Theo Quyết định số {number} ngày {day} của {body})",
    number="{number:04}/{year}/CDHT",
    years=1,
    achievement={},
)
PAPER = Paper(
    name="Nguyễn Thị Phương Thảo",
    year=2026,
    number="0123/2026/CDHT",
    code="7K2M-9QXD-4HTA",
    address="https://cdht.example.vn/k/7K2M-9QXD-4HTA",
    body="UBND xã Hoằng Giang",
    decision_number="12/QĐ-UBND",
    decided_on=date(2026, 11, 18),
    numbered=datetime(2026, 11, 20, 5, tzinfo=UTC),
    form=FORM,
    letterhead=Letterhead("ỦY BAN NHÂN DÂN\nXÃ HOẰNG GIANG", place="Hoằng Giang"),
    signing=("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
    credential='{"tên": "Thảo"}'.encode(),
)


class Opened:
    """What is read off a PDF."""

    def __init__(self, pdf: bytes) -> None:
        with pypdfium2.PdfDocument(pdf) as document:
            self.pages = len(document)
            self.size = [side / 72 * 25.4 for side in document[0].get_size()]
            self.text: str = unicodedata.normalize("NFC", document[0].get_textpage().get_text_range())
            self.picture: Image = document[0].render(scale=150 / 72).to_pil()
            self.attached = {
                one.get_name(): bytes(one.get_data())
                for one in (document.get_attachment(place) for place in range(document.count_attachments()))
            }


def unpacked(pdf: bytes) -> bytes:
    """The PDF with its streams as they are written."""
    found = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            found.append(zlib.decompress(stream))
    return b"\n".join(found)


@pytest.fixture(scope="module")
def drawn() -> Iterator[Opened]:
    yield Opened(draw(PAPER))


def test_it_is_one_page_of_a4_in_landscape_that_says_what_the_register_says(drawn: Opened) -> None:
    assert drawn.pages == 1
    assert drawn.size == pytest.approx([297, 210], abs=0.1)
    text = " ".join(drawn.text.replace("\u00a0", " ").split())
    for said in (
        PAPER.name, "GIẤY CÔNG NHẬN", "Công dân học tập năm 2026", "Số vào sổ: 0123/2026/CDHT", "XÃ HOẰNG GIANG",
        "(Theo Quyết định số 12/QĐ-UBND ngày 18/11/2026 của UBND xã Hoằng Giang)", "CHỦ TỊCH",
        "cdht.example.vn/k/7K2M-9QXD-4HTA", "Mã: 7K2M-9QXD-4HTA", "Hoằng Giang, ngày tháng năm 2026",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", OWN_FORM,
    ):  # fmt: skip
        assert said in text


def test_a_form_that_a_body_gave_is_not_marked_as_ours() -> None:
    official = replace(PAPER, form=replace(FORM, status="EXTRACT"))
    assert OWN_FORM not in Opened(draw(official)).text.replace("\u00a0", " ")


def test_another_program_reads_the_code_off_the_picture(drawn: Opened) -> None:
    assert [one.text for one in zxingcpp.read_barcodes(drawn.picture)] == [PAPER.address]


def test_the_code_is_25_millimetres_wide(drawn: Opened) -> None:
    (found,) = zxingcpp.read_barcodes(drawn.picture)
    corners = found.position
    assert (corners.top_right.x - corners.top_left.x) / 150 * 25.4 == pytest.approx(25, abs=1)


def test_there_is_room_to_sign(drawn: Opened) -> None:
    """35 millimetres below the office, in which nothing is printed, to the frame."""
    grey = drawn.picture.convert("L")
    left, right = (round(millimetres / 25.4 * 150) for millimetres in (192, 250))
    inked = [row for row in range(grey.height) if grey.crop((left, row, right, row + 1)).getextrema()[0] < 128]
    gaps = [(after - before) / 150 * 25.4 for before, after in pairwise(inked)]
    assert gaps[[place for place, gap in enumerate(gaps) if gap > 30][-1]] >= 35


def test_the_credential_lies_within_as_it_was_signed(drawn: Opened) -> None:
    assert drawn.attached == {CREDENTIAL: PAPER.credential}
    inside = unpacked(draw(PAPER))
    assert b"/AFRelationship /Source" in inside or b"/AFRelationship/Source" in inside
    assert re.search(rb'pdfaid:part(="|>)3', inside)


def test_the_same_certificate_gives_the_same_bytes() -> None:
    assert draw(PAPER) == draw(PAPER)


@pytest.mark.parametrize(
    "name",
    [
        "{{ code }} {% raw %} <b>Thảo</b> &amp; <img src='file:///etc/passwd'>",
        "Nguyễn " * 71 + "Thị",
        "N" * 500,
        "ẮẰẲẴẶ ẤẦẨẪẬ ẾỀỂỄỆ ỐỒỔỖỘ ỚỜỞỠỢ ỨỪỬỮỰ ỲÝỶỸỴ Đđ ơưăâêô",
    ],
)
def test_any_name_is_printed_whole_on_one_page(name: str) -> None:
    opened = Opened(draw(replace(PAPER, name=unicodedata.normalize("NFD", name))))
    assert opened.pages == 1
    assert "".join(name.split()) in "".join(opened.text.split())


@pytest.mark.parametrize(
    ("parent", "issuer"),
    [
        (None, "HỘI KHUYẾN HỌC"),
        ("TỔNG LIÊN ĐOÀN LAO ĐỘNG\nVIỆT NAM", "LIÊN ĐOÀN LAO ĐỘNG\nTỈNH LAI CHÂU"),
        ("LIÊN ĐOÀN LAO ĐỘNG TỈNH NINH BÌNH", "CÔNG ĐOÀN CÁC KHU CÔNG NGHIỆP VÀ KHU KINH TẾ TỈNH NINH BÌNH"),
        (
            "CÔNG ĐOÀN PHƯỜNG ĐÔNG KINH THUỘC LIÊN ĐOÀN LAO ĐỘNG TỈNH",
            "CÔNG ĐOÀN CƠ SỞ CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN MAY XUẤT KHẨU HOA BAN VÀ DỊCH VỤ TỔNG HỢP",
        ),
    ],
)
def test_however_long_the_names_above_it_are_the_heading_is_clear_of_them(parent: str | None, issuer: str) -> None:
    told = replace(PAPER, letterhead=Letterhead(issuer, parent, "Ví Dụ"), body=issuer.title())
    with pypdfium2.PdfDocument(draw(told)) as document:
        assert len(document) == 1
        page = document[0].get_textpage()
        last = issuer.split()[-1]
        below, above = _tops(page, unicodedata.normalize("NFC", last)), _tops(page, "GIẤY CÔNG NHẬN")
        assert below[0] - above[1] > 6  # points: the line under the names, and air


def _tops(page: Any, words: str) -> tuple[float, float]:
    """Bottom and top, in points from the foot of the page, of where the words first stand."""
    place, count = page.search(words, match_case=True).get_next()
    boxes = [page.get_charbox(one) for one in range(place, place + count)]
    return min(one[1] for one in boxes), max(one[3] for one in boxes)


def test_a_correction_names_the_number_it_replaces_and_a_long_address_leaves_the_code_to_the_next_line() -> None:
    address = "https://congdanhoctap.lien-doan-lao-dong.example.org.vn/k/7K2M-9QXD-4HTA"
    opened = Opened(draw(replace(PAPER, replaces="0007/2026/CDHT", address=address)))
    text = " ".join(opened.text.split())
    assert "Số vào sổ: 0123/2026/CDHT Thay giấy số: 0007/2026/CDHT" in text
    assert "Xác minh: congdanhoctap.lien-doan-lao-dong.example.org.vn/k Mã: 7K2M-9QXD-4HTA" in text
    assert [one.text for one in zxingcpp.read_barcodes(opened.picture)] == [address]


def test_the_paper_of_an_issued_certificate_verifies_and_that_of_a_withdrawn_one_is_not_given(
    database: Database, tenant: UUID, now: datetime
) -> None:
    recognise(database, tenant, now, "NV-1", "NV-2")
    issue(database, tenant, now)
    first, second = entries(database, tenant)
    found = papers.by_code(database, first.code.lower(), public_url=PUBLIC_URL)
    assert found is not None
    opened = Opened(draw(found))
    assert [one.text for one in zxingcpp.read_barcodes(opened.picture)] == [f"{PUBLIC_URL}/k/{first.code}"]
    document: dict[str, Any] = json.loads(opened.attached[CREDENTIAL])
    issuer = Issuer.of(PUBLIC_URL, tenant)
    with database.reading(tenant) as session:
        known = {issuer.key(name): key for name, key in keys.public_keys(session, tenant).items()}
    proofs.check(document, known.get)
    assert document["credentialSubject"]["licenseNumber"] == first.number
    assert first.name in opened.text

    with database.writing(tenant) as session:
        register.withdraw(session, tenant, first.id, reason="QĐ 9", ends_title=False, by="hoa", now=now)
    with pytest.raises(papers.WithdrawnPaper, match="đã thu hồi"):
        papers.by_code(database, first.code, public_url=PUBLIC_URL)
    assert papers.by_code(database, "0000-0000-0001", public_url=PUBLIC_URL) is None
    with database.reading(tenant) as session:
        left = list(papers.of_decision(session, tenant, DECIDED, public_url=PUBLIC_URL))
        assert list(papers.of_decision(session, tenant, replace(DECIDED, number="9"), public_url=PUBLIC_URL)) == []
    assert [one.code for one in left] == [second.code]


def test_the_book_of_the_register_keeps_every_line(database: Database, tenant: UUID, now: datetime) -> None:
    recognise(database, tenant, now, "NV-1", "NV-2")
    issue(database, tenant, now)
    first = entries(database, tenant)[0]
    with database.writing(tenant) as session:
        register.withdraw(session, tenant, first.id, reason="=1+1", ends_title=False, by="hoa", now=now)
    issue(database, tenant, now)
    with database.reading(tenant) as session:
        lines = papers.book(session, tenant, 2026)
        assert papers.book(session, tenant, 2025) == []
    assert len(lines) == 3
    file = book.as_xlsx(lines, 2026)
    assert file == book.as_xlsx(lines, 2026)
    page = load_workbook(io.BytesIO(file)).active
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[0][0] == "SỔ CẤP GIẤY CÔNG NHẬN NĂM 2026"
    assert rows[2][:3] == ["STT", "Số vào sổ", "Họ và tên"]
    assert [row[1] for row in rows[3:6]] == ["0001/2026/CDHT", "0002/2026/CDHT", "0003/2026/CDHT"]
    assert rows[3][5] == BODY
    assert rows[3][10].endswith(": =1+1; cấp lại số 0003/2026/CDHT")
    assert rows[7][1] == "Cộng: 3 dòng (bằng chữ: ba dòng)."
    assert not any(cell.data_type == "f" for row in page.iter_rows() for cell in row)


def test_drawing_says_nothing_in_our_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    draw(PAPER)
    assert caplog.records == []
