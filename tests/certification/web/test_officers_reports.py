"""Reports on plans as pages: what is owed, entered, previewed, handed in, returned, approved, filed, collected."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.documents.kinds import REPORT
from certification.documents.word_layout import default_template
from certification.reports import late, reading
from certification.reports.late import Contact
from certification.reports.reading import Key
from certification.resources import access
from certification.units import letterheads
from certification.web.officers.reports import collecting, entering, papers, stepping
from lrs.db import Database
from tests.certification.access.people import account, give, who
from tests.certification.documents.words import rewritten, text_of
from tests.certification.reports.post_office import open_post_office
from tests.certification.web.published import publish
from tests.certification.web.visitor import Visitor, hidden_fields

PLAN = "lao-cai-2022"
KEY = Key(PLAN, "yearly", date(2026, 10, 31))
AT = f"/cong-doan/bao-cao/{PLAN}/yearly/2026-10-31"
DAY = timedelta(days=1)
A, TOP = "cdcs/a", "cd/lao-cai"
TEXTS = {"m-results-text": "Nhận thức có chuyển biến", "m-limits-text": "Kinh phí còn hạn hẹp"}


class Office:
    """`lan` of cdcs/a, `chi` and `dung` of the union of the province above it; each with a browser."""

    def __init__(self, database: Database, tenant: UUID, app: Flask, now: datetime) -> None:
        self.database, self.tenant, self.now = database, tenant, now
        publish(database, tenant, now=now)
        with database.writing(tenant) as session:
            letterheads.add_signer(
                session, tenant, TOP, name="Lò Thị Hằng", office="PHÓ CHỦ TỊCH", authority="TM. BAN THƯỜNG VỤ",
                starts=date(2026, 1, 1), source="QĐ 1", by="test", now=now,
            )  # fmt: skip
        account(database, tenant, "vanhanh", now)
        give(database, tenant, "vanhanh", Role.OPERATOR, now)
        self.operator = self._signed_in(app, "vanhanh")
        self.lan = self._visitor(app, "lan", Role.GRASSROOTS_OFFICER, A)
        self.chi = self._visitor(app, "chi", Role.UPPER_OFFICER, TOP)
        self.dung = self._visitor(app, "dung", Role.UPPER_OFFICER, TOP)

    def _visitor(self, app: Flask, name: str, role: Role, unit: str) -> Visitor:
        account(self.database, self.tenant, name, self.now)
        give(self.database, self.tenant, name, role, self.now, organization=unit)
        return self._signed_in(app, name)

    def _signed_in(self, app: Flask, name: str) -> Visitor:
        visitor = Visitor(app.test_client())
        visitor.sign_in(name)
        return visitor

    def show(self, code: str = A) -> reading.OneReport:
        with self.database.reading(self.tenant) as session:
            return reading.show(session, self.tenant, code, KEY)

    def enter(self, by: Visitor, code: str, fields: dict[str, Any]) -> Any:
        """What the form holds, with these fields changed."""
        path = f"{AT}/nhap/{code}"
        page = by.get(path)
        assert page.status_code == 200, page.text
        return by.send(path, {**Fields(page.text).found, **fields})

    def take(self, by: Visitor, code: str, way: str, comment: str = "") -> Any:
        return by.fill_in(f"{AT}/buoc/{way}/{code}", {"comment": comment})


class Fields(HTMLParser):
    """What a browser would send of the form of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._area = ""
        self.feed(re.search(r'<form method="post" class="report".*?</form>', page, re.DOTALL)[0])  # type: ignore[index]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "input":
            self.found[named["name"]] = named["value"]
        if tag == "textarea":
            self._area = named["name"]
            self.found[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data.removeprefix("\n")


@pytest.fixture
def office(database: Database, tenant: UUID, app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Requests are of the moment of the tests, whenever they run."""
    made = Office(database, tenant, app, now)
    for module in (access, entering, papers, stepping, collecting):
        monkeypatch.setattr(module, "now", lambda: now)
    return made


def words(text: str) -> str:
    text = re.sub(r"<(p|div|td|th|h\d|tr|li|br|details|ul)\b", r" <\1", text)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", text)).split())


def test_what_is_owed_is_listed_and_opened_as_of_the_day_that_others_chose(office: Office) -> None:
    listed = office.lan.get("/cong-doan/bao-cao").text
    assert f"/cong-doan/bao-cao/mo/{PLAN}/yearly/{A}" in listed
    assert "chưa chọn ngày" in listed
    assert f'href="/cong-doan/bao-cao/mo/{PLAN}/yearly/{A}"' in office.lan.get("/cong-doan").text
    opening = f"/cong-doan/bao-cao/mo/{PLAN}/yearly/{A}"
    assert office.lan.fill_in(opening, {"cut_off": "mai"}).status_code == 400
    sent = office.lan.fill_in(opening, {"cut_off": "31/10/2026"})
    assert (sent.status_code, sent.location) == (303, f"{AT}/nhap/{A}")
    office.enter(office.chi, TOP, {"m-contests": "2"})
    assert 'value="31/10/2026"' in office.lan.get(opening).text
    assert office.lan.get(f"/cong-doan/bao-cao/mo/{PLAN}/yearly/{TOP}").status_code == 404
    assert office.lan.get(f"/cong-doan/bao-cao/mo/{PLAN}/weekly/{A}").status_code == 404


def test_items_are_kept_as_a_draft_with_every_fault_at_its_field(office: Office) -> None:
    told = {
        **TEXTS, "m-loudspeaker-items": "10", "g-loudspeaker-items": "sổ 12", "m-commune-spending": "3.500.000",
        "m-events-1-name": "Ngày Sách", "m-events-2-name": "Tuần lễ", "m-events-2-day": "5/10/2026",
    }  # fmt: skip
    wrong = office.enter(office.lan, A, {**told, "m-contests": "nhiều", "m-events-1-day": "mai"})
    assert wrong.status_code == 400
    for field in ("m-contests", "m-events-1-day"):
        assert f'href="#{field}"' in wrong.text
    assert 'value="nhiều"' in wrong.text
    assert office.show().row is None
    kept = office.enter(office.lan, A, told)
    assert (kept.status_code, kept.location) == (303, f"{AT}/nhap/{A}")
    own = {code: one.value for code, one in office.show().own.items()}
    assert own["commune-spending"] == 3_500_000
    assert own["events"] == ({"name": "Ngày Sách"}, {"name": "Tuần lễ", "day": "2026-10-05"})
    assert office.show().own["loudspeaker-items"].note == "sổ 12"
    page = office.lan.get(f"{AT}/nhap/{A}").text
    assert 'value="3.500.000"' in page
    assert 'value="05/10/2026"' in page
    assert "Đã nhập 5/" in words(page)
    more = office.enter(office.lan, A, {"them-dong": "events", "m-contests": "7"})
    assert (more.status_code, 'name="m-events-5-name"' in more.text, 'value="7"' in more.text) == (200, True, True)
    assert "contests" not in office.show().own
    office.enter(office.lan, A, {"m-events-1-name": "", "m-loudspeaker-items": ""})
    own = {code: one.value for code, one in office.show().own.items()}
    assert own["events"] == ({"name": "Tuần lễ", "day": "2026-10-05"},)
    assert "loudspeaker-items" not in own


def test_what_somebody_else_wrote_meanwhile_is_not_written_over_unseen(office: Office) -> None:
    path = f"{AT}/nhap/{TOP}"
    begun = Fields(office.chi.get(path).text).found
    office.enter(office.dung, TOP, {"m-contests": "2", "m-videos": "4"})
    mine = {**begun, "m-contests": "3", "m-leaflets": "100"}
    told = office.chi.send(path, mine)
    assert told.status_code == 400
    assert "dung vừa ghi “2”" in unescape(told.text)
    again = office.chi.send(path, {**Fields(told.text).found})
    assert again.status_code == 303
    own = {code: (one.value, one.by) for code, one in office.show(TOP).own.items()}
    assert own == {"contests": (3, "chi"), "leaflets": (100, "chi"), "videos": (4, "dung")}


def test_the_preview_says_what_the_files_say(office: Office) -> None:
    office.enter(office.lan, A, {**TEXTS, "m-loudspeaker-items": "10", "m-events-1-name": "Ngày Sách"})
    page = office.lan.get(f"{AT}/xem-truoc/{A}").text
    paper = re.search(r'<article class="paper".*?</article>', page, re.DOTALL)
    assert paper is not None
    shown = words(paper[0])
    drawn = office.lan.get(f"{AT}/tai/docx/{A}")
    assert drawn.headers["Content-Disposition"].endswith('-du-thao.docx"')
    lines = [" ".join(line.split()) for line in text_of(drawn.data).splitlines() if line.strip()]
    left = [line for line in lines if line not in shown]
    assert left == []
    said = sorted(" ".join(lines).split())
    assert sorted(shown.split()) == sorted([*said, "DỰ", "THẢO", *words_of_foot(drawn.data)])
    assert "Đài truyền thanh xã: 10 tin, bài" in shown
    for kind in ("pdf", "xlsx"):
        assert office.lan.get(f"{AT}/tai/{kind}/{A}").status_code == 200
    assert office.lan.get(f"{AT}/tai/odt/{A}").status_code == 404
    assert office.lan.get(f"{AT}/xem-truoc/{TOP}").status_code == 404
    figures = office.lan.get(f"{AT}/tu-tinh/{A}").text
    assert 'id="tinh-channels"' in figures


def words_of_foot(word: bytes) -> list[str]:
    """What stands at the foot of the first page."""
    import docx

    section = docx.Document(io.BytesIO(word)).sections[0]
    return " ".join(one.text for one in section.first_page_footer.paragraphs).split()


def test_a_report_goes_from_handing_in_to_filing_and_what_differs_is_told(office: Office) -> None:
    assert "không làm được lúc này" in office.lan.get(f"{AT}/buoc/nop/{A}").text
    office.enter(office.lan, A, {"m-loudspeaker-items": "10"})
    page = office.lan.get(f"{AT}/buoc/nop/{A}").text
    assert f'href="{AT}/nhap/{A}#m-results-text"' in page
    assert office.take(office.lan, A, "nop").status_code == 400
    office.enter(office.lan, A, TEXTS)
    assert office.take(office.lan, A, "nop").status_code == 303
    assert "giữ nguyên như lúc nộp" in office.lan.get(f"{AT}/nhap/{A}").text
    assert "Duyệt báo cáo cấp dưới đã nộp" in office.chi.get("/cong-doan").text
    assert office.take(office.chi, A, "tra-lai").status_code == 400
    assert office.take(office.chi, A, "tra-lai", "Sót số tờ rơi").status_code == 303
    assert "Sót số tờ rơi" in office.lan.get(f"{AT}/xem/{A}").text
    office.enter(office.lan, A, {"m-leaflets": "50"})
    office.take(office.lan, A, "nop")
    assert office.take(office.chi, A, "duyet").status_code == 303

    office.enter(office.chi, TOP, {**TEXTS, "m-leaflets": "7"})
    assert "Cấp dưới đã duyệt: 50 (1 đơn vị)" in office.chi.get(f"{AT}/nhap/{TOP}").text
    office.take(office.chi, TOP, "nop")
    assert f'href="{AT}/buoc/duyet/{TOP}"' not in (seen := office.chi.get(f"{AT}/xem/{TOP}").text)
    assert "Anh/chị đã nhập hoặc nộp báo cáo này nên không duyệt được" in seen
    assert f'href="{AT}/buoc/duyet/{TOP}"' in office.dung.get(f"{AT}/xem/{TOP}").text
    office.take(office.dung, TOP, "duyet")
    paper = {"number": "05/BC-LĐLĐ", "filed_on": "31/10/2026", "signer": "Lò Thị Hằng"}
    wrong = office.chi.fill_in(f"{AT}/phat-hanh/{TOP}", {**paper, "signer": "Ai"})
    assert 'href="#signer"' in wrong.text
    filed = office.chi.fill_in(f"{AT}/phat-hanh/{TOP}", {**paper, "filed_on": f"{office.now:%d/%m/%Y}"})
    assert filed.status_code == 303, filed.text
    page = office.chi.get(filed.location).text
    assert "05/BC-LĐLĐ" in words(page)
    assert "DỰ THẢO" not in page
    [docx] = re.findall(r'href="([^"]+/tai-ban/[^"]+/docx/[^"]+)"', page)
    assert "57 tờ" in text_of(office.chi.get(docx).data)
    different = filed.location.replace("/ban/", "/khac/")
    assert "Không khác gì" in office.chi.get(different).text
    assert office.take(office.chi, TOP, "mo-lai", "Nhầm số").status_code == 303
    office.enter(office.chi, TOP, {"m-leaflets": "8"})
    told = words(office.chi.get(different).text)
    assert "Tờ gấp, tờ rơi, poster mục nhập 57 58 +1" in told
    assert office.lan.get(filed.location).status_code == 404


def test_whoever_writes_for_a_unit_below_is_told_and_is_not_offered_to_approve(office: Office) -> None:
    office.enter(office.lan, A, TEXTS)
    pages = [f"{AT}/{way}/{A}" for way in ("xem", "nhap", "buoc/nop")]
    assert ["Anh/chị làm thay CĐCS Công ty A" in office.chi.get(one).text for one in pages] == [True] * 3
    assert ["Anh/chị làm thay" in office.lan.get(one).text for one in pages] == [False] * 3
    office.take(office.chi, A, "nop")
    offered = [f'href="{AT}/buoc/duyet/{A}"' in one.get(pages[0]).text for one in (office.chi, office.dung)]
    assert offered == [False, True]
    assert "nên không duyệt được" in words(office.chi.get(f"{AT}/buoc/duyet/{A}").text)


def test_a_report_that_was_handed_in_late_says_so_afterwards(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.enter(office.lan, A, TEXTS)
    seen = office.lan.get(f"{AT}/xem/{A}").text
    due = office.show().due
    assert due is not None
    monkeypatch.setattr(stepping, "now", lambda: datetime(due.year, due.month, due.day, 3, tzinfo=UTC) + 14 * DAY)
    office.take(office.lan, A, "nop")
    assert "nộp muộn" not in seen
    assert "nộp muộn 14 ngày" in words(office.lan.get(f"{AT}/xem/{A}").text)
    assert "nộp muộn 14 ngày" in words(office.chi.get(f"{AT}/tong-hop/{TOP}").text)


def test_an_upper_union_collects_approves_many_and_reminds(office: Office) -> None:
    office.enter(office.lan, A, {**TEXTS, "m-leaflets": "50"})
    collect, step = f"{AT}/tong-hop/{TOP}", f"{AT}/tong-hop-lam/{TOP}"
    assert office.lan.get(collect).status_code == 403
    page = office.chi.get(collect)
    assert "CĐCS Công ty A" in page.text
    assert f'value="{A}"' not in page.text
    office.take(office.lan, A, "nop")
    form = hidden_fields(office.chi.get(collect).text, f"{step}?loc=tat-ca")
    assert "Chưa chọn đơn vị nào" in office.chi.send(step, {**form, "viec": "approve"}).text
    nothing = office.chi.send(step, {**form, "viec": "return", "nguoi": [A]})
    assert (nothing.status_code, office.show().state) == (400, "submitted")
    done = office.chi.get(
        office.chi.send(step, {**form, "viec": "approve", "nguoi": [A, "cdcs/b", "khong/co"]}).location
    )
    assert "Đã xong 1 báo cáo, chưa thực hiện được với 0 báo cáo" in words(done.text)
    assert office.show().state == "approved"
    assert "Tờ gấp, tờ rơi, poster 1 đơn vị CĐCS Công ty A: 50" in words(office.chi.get(collect).text)
    assert words(office.chi.get(f"{collect}?loc=cho-duyet").text).count("Không có đơn vị nào ở nhóm này") == 1


def test_letters_go_out_once_and_the_others_are_listed_to_be_phoned(
    office: Office, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{AT}/nhac/{TOP}"
    late_day = datetime(2026, 11, 22, 3, tzinfo=office.now.tzinfo)
    for name in ("now", "today"):
        monkeypatch.setattr(collecting, name, lambda name=name: late_day if name == "now" else late_day.date())
    assert office.lan.fill_in(f"/cong-doan/bao-cao/lien-he/{A}", {"name": "Lan", "phone": "x"}).status_code == 400
    told = {"name": "Lan", "phone": "0912 345 678", "email": "lan@example.vn"}
    assert office.lan.fill_in(f"/cong-doan/bao-cao/lien-he/{A}", told).status_code == 303
    page = office.chi.get(path).text
    assert 'href="tel:0912345678"' in page
    assert "chưa nối máy chủ thư" in page
    with open_post_office() as post:
        settings = app.extensions["settings"]
        object.__setattr__(settings, "smtp_url", post.url)
        object.__setattr__(settings, "mail_from", "bao-cao@example.vn")
        try:
            sent = office.chi.fill_in(path, {}, action=path)
            assert sent.status_code == 303
            assert [one["To"] for one in post.letters] == ["lan@example.vn"]
            assert "đã gửi thư" in office.chi.get(path).text
        finally:
            object.__setattr__(settings, "smtp_url", "")
    with office.database.reading(office.tenant) as session:
        assert late.contact(session, office.tenant, A) == Contact("Lan", "0912 345 678", "lan@example.vn")


def test_a_word_template_is_taken_out_and_its_faults_are_told_by_place(office: Office) -> None:
    path = f"/cong-doan/mau-van-ban/{REPORT.id}"
    word = office.lan.get(f"{path}/tai").data
    assert word == default_template(REPORT)
    assert "BÁO CÁO" in text_of(office.lan.get(f"{path}/tai?dien=1").data)

    def send(by: Visitor, content: bytes, **more: str) -> Any:
        form = hidden_fields(by.get(path).text, "")
        data = {**form, "template": (io.BytesIO(content), "mau.docx"), **more}
        return by.client.post(path, data=data, headers={"Origin": "http://localhost"})

    assert "Mẫu dùng được" in send(office.lan, word).text
    broken = send(office.lan, packed(rewritten(word, "trich_yeu", "trich_yeo")))
    assert (broken.status_code, "trich_yeo" in broken.text) == (400, True)
    assert "BÁO CÁO" in text_of(send(office.lan, word, viec="dien-thu").data)
    assert send(office.lan, word, viec="dung", starts="01/01/2030").status_code == 403
    assert send(office.operator, word, viec="dung", starts="").status_code == 400
    assert send(office.operator, word, viec="dung", starts="01/01/2030").status_code == 303
    assert "từ ngày 01/01/2030" in office.operator.get(path).text
    assert office.lan.get("/cong-doan/mau-van-ban/khong-co").status_code == 404


def packed(word: bytes) -> bytes:
    """The same package compressed: the test's client leaves a file open behind what is long."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word)) as before, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as after:
        for one in before.namelist():
            after.writestr(one, before.read(one))
    return kept.getvalue()


def test_somebody_of_another_branch_finds_no_report(office: Office, client: FlaskClient) -> None:
    for way in ("xem", "nhap", "xem-truoc", "tu-tinh", "buoc/nop", "phat-hanh", "tai/pdf"):
        assert office.lan.get(f"{AT}/{way}/cdcs/b").status_code == 404, way
        assert office.lan.get(f"{AT}/{way}/khong/co").status_code == 404, way
    assert office.chi.get(f"{AT.replace('2026-10-31', 'mai')}/xem/{A}").status_code == 404
    assert who(office.database, office.tenant, "lan", date(2026, 11, 1)).roles
