"""Declarations, disputes and requests about data, answered in place: what is seen, what is done, never one's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.access.permissions import Role
from certification.evidence import declarations, disputes
from certification.evidence.declared import CERTIFICATE, SELF_STUDY, Declared
from certification.evidence.witnesses import Witness
from certification.models import Worker
from certification.privacy import requests
from certification.resources import access
from certification.vietnam import vietnam_day
from certification.web.officers.answers import declared, disputed, requested
from lrs.db import Database
from tests.browser.samples.answers import photo
from tests.certification.access.people import account, give
from tests.certification.web.published import publish
from tests.certification.web.visitor import Visitor, hidden_fields
from tests.conftest import PEPPER

PHOTO = photo(8, 8)
TOPICS = ("law-safety", "digital-able", "reading")


class Union:
    """`lan` of cdcs/a, who is its worker a03; `chi` of the union above; what workers declared, dispute and ask."""

    def __init__(self, database: Database, tenant: UUID, app: Flask, now: datetime) -> None:
        self.database, self.tenant, self.now, self.today = database, tenant, now, vietnam_day(now)
        publish(database, tenant, now=now)
        with database.reading(tenant) as session:
            own = session.scalar(sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.number == "a03"))
        account(database, tenant, "vanhanh", now)
        give(database, tenant, "vanhanh", Role.OPERATOR, now)
        account(database, tenant, "lan", now, worker=own)
        give(database, tenant, "lan", Role.GRASSROOTS_OFFICER, now, organization="cdcs/a")
        account(database, tenant, "chi", now)
        give(database, tenant, "chi", Role.UPPER_OFFICER, now, organization="cd/lao-cai")
        self.lan, self.chi = Visitor(app.test_client()), Visitor(app.test_client())
        self.lan.sign_in("lan")
        self.chi.sign_in("chi")

    def declare(self, number: str, file: bytes | None = PHOTO, name: str = "ảnh.png", **more: Any) -> UUID:
        kind = CERTIFICATE if file is not None else SELF_STUDY
        said = Declared(kind, "An toàn lao động", self.today, TOPICS, "Trung tâm A", 240, "AT-1")
        with self.database.writing(self.tenant) as session:
            return declarations.declare(
                session, self.tenant, number, said, file=file, file_name=name, witness=Witness(number), secret=PEPPER,
                now=self.now,
            ).id  # fmt: skip

    def dispute(self, number: str, statement: UUID | None = None) -> UUID:
        with self.database.writing(self.tenant) as session:
            return disputes.open_dispute(
                session, self.tenant, number, year=self.today.year, statement_id=statement,
                reason="Thiếu buổi học tháng 5", witness=Witness(number), now=self.now,
            ).id  # fmt: skip

    def ask(self, number: str, kind: str = "restrict") -> UUID:
        with self.database.writing(self.tenant) as session:
            return requests.open_request(
                session, self.tenant, number, kind=kind, reason="Xin hạn chế", witness=Witness(number), now=self.now
            ).id

    def declaration(self, number: str, case: UUID) -> Any:
        with self.database.reading(self.tenant) as session:
            return declarations.find(session, self.tenant, number, case)


@pytest.fixture
def union(database: Database, tenant: UUID, app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Union:
    """Requests are of the moment of the tests, whenever they run."""
    made = Union(database, tenant, app, now)
    for module in (access, declared, disputed, requested):
        monkeypatch.setattr(module, "now", lambda: now)
    return made


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_a_declaration_is_seen_with_its_photo_and_what_it_would_count_and_confirmed(union: Union) -> None:
    case = union.declare("a05")
    path = f"/cong-doan/viec/khai-bao/{case}/a05"
    assert path in union.lan.get("/cong-doan/viec?loai=khai-bao").text
    page = union.lan.get(path).text
    assert "ở mức: được kiểm tra, chấm điểm" in words(page)
    assert "điểm gợi ý từ" in page
    [source] = re.findall(r'<img src="([^"]+)"', page)
    image = union.lan.get(source)
    assert (image.mimetype, image.data) == ("image/png", PHOTO)
    assert image.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in image.headers["Content-Security-Policy"]
    answer = path.replace("/a05", "/tra-loi/a05")
    empty = union.lan.fill_in(path, {"step": "confirm"}, action=answer)
    assert (empty.status_code, 'href="#reason"' in empty.text) == (400, True)
    sent = union.lan.fill_in(path, {"step": "confirm", "reason": "Đã xem bản chính"}, action=answer)
    assert sent.status_code == 303
    assert union.declaration("a05", case).state == declarations.CONFIRMED
    assert "Đã xem bản chính" in union.lan.get(path).text
    assert union.lan.fill_in(path, {"step": "refuse", "reason": "Bản giả"}, action=answer).status_code == 303
    assert union.declaration("a05", case).state == declarations.REFUSED


def test_a_file_that_is_no_picture_is_saved_and_never_shown(union: Union) -> None:
    case = union.declare("a01", b"%PDF-1.4 <script>alert(1)</script> %%EOF", "giấy.html")
    page = union.lan.get(f"/cong-doan/viec/khai-bao/{case}/a01").text
    assert "<img" not in page
    file = union.lan.get(f"/cong-doan/viec/khai-bao/{case}/tep/a01")
    assert file.mimetype == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_several_are_answered_at_once_with_a_result_for_each_and_never_the_own(
    union: Union, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, own = union.declare("a01"), union.declare("a02", None), union.declare("a03", None)
    listed = union.lan.get("/cong-doan/viec?loai=khai-bao").text
    assert f'value="{own} a03"' not in listed
    assert "1 người khác" not in listed
    action = "/cong-doan/viec/nhieu/khai-bao"
    chosen = [f"{first} a01", f"{second} a02", f"{own} a03", f"{first} b01", "xyz"]
    form = {**hidden_fields(listed, action), "nguoi": chosen, "viec": "confirm"}
    monkeypatch.setattr("certification.web.officers.cases.ON_A_PAGE", 2)
    refused = union.lan.send(action, form).text
    assert 'href="#reason"' in refused
    assert re.search('rel="next" href="/cong-doan/viec[?]loai=khai-bao&amp;cursor=', refused), (
        "a list, and of this kind"
    )
    monkeypatch.setattr("certification.web.officers.cases.ON_A_PAGE", 50)
    done = union.lan.get(union.lan.send(action, {**form, "reason": "Đã xem bản chính"}).location)
    assert "Đã xong 2 việc, chưa thực hiện được với 3 việc" in words(done.text)
    assert "không ai được xác nhận cho chính mình" in done.text.lower()
    assert union.declaration("a03", own).state == declarations.DECLARED
    page = union.lan.get(f"/cong-doan/viec/khai-bao/{own}/a03").text
    assert "không tự trả lời được" in page
    assert 'name="step"' not in page


def test_a_dispute_is_answered_and_what_is_voided_no_longer_counts(
    union: Union, count_commands: Callable[[], Any]
) -> None:
    declared_ = union.declaration("a01", union.declare("a01"))
    missing, about = union.dispute("a02"), union.dispute("a01", declared_.statement_id)
    path = f"/cong-doan/viec/khieu-nai/{missing}/a02"
    page = union.lan.get(path).text
    assert "Thiếu buổi học tháng 5" in page
    assert 'value="voided"' not in page
    answer = path.replace("/a02", "/tra-loi/a02")
    refused = union.lan.fill_in(path, {"outcome": "added", "reason": "Đã thêm"}, action=answer)
    assert refused.status_code == 400
    kept = union.lan.fill_in(path, {"outcome": "kept", "reason": "Không có tên trong sổ"}, action=answer)
    assert kept.status_code == 303
    assert "Không có tên trong sổ" in union.lan.get(path).text
    path = f"/cong-doan/viec/khieu-nai/{about}/a01"
    answer = path.replace("/a01", "/tra-loi/a01")
    assert union.lan.fill_in(path, {"outcome": "voided", "reason": "Ghi nhầm"}, action=answer).status_code == 303
    with union.database.reading(union.tenant) as session:
        assert disputes.find(session, union.tenant, "a01", about).state == disputes.ANSWERED
    assert union.lan.get(f"/cong-doan/viec/khieu-nai/{about}/a02").status_code == 404
    with count_commands() as commands:
        union.lan.get(path)
    assert len(commands) < 60


def test_requests_about_data_are_seen_with_their_days_and_answered_by_who_may(union: Union) -> None:
    case = union.ask("a01")
    listed = "/cong-doan/viec?loai=du-lieu"
    path = f"/cong-doan/viec/du-lieu/{case}/a01"
    assert path in union.lan.get(listed).text
    assert 'href="/cong-doan/viec?loai=du-lieu"' in union.chi.get("/cong-doan").text
    assert "cán bộ cấp trên hoặc người vận hành trả lời" in union.lan.get(path).text
    answer = path.replace("/a01", "/tra-loi/a01")
    page = union.chi.get(path).text
    assert "Báo cho người yêu cầu trước" in page
    assert union.lan.send(answer, {**hidden_fields(page, answer), "step": "meet", "reason": "Xong"}).status_code == 403
    told = {"step": "confirm", "reason": "Đã nhận, sẽ làm trong tuần", "with_others": "1"}
    assert union.chi.fill_in(path, told, action=answer).status_code == 303
    assert union.chi.fill_in(path, {"step": "meet", "reason": "Đã hạn chế"}, action=answer).status_code == 303
    assert path not in union.chi.get(listed).text
    assert union.chi.fill_in(path, {"step": "meet", "reason": "Lần nữa"}, action=answer).status_code == 400
    assert union.chi.fill_in(path, {"step": "lift", "reason": "Hết lý do"}, action=answer).status_code == 303
    assert "Hết lý do" in union.lan.get(path).text


@pytest.mark.parametrize("kind", ["khai-bao", "khieu-nai", "du-lieu"])
def test_somebody_of_another_branch_finds_no_case(union: Union, kind: str) -> None:
    made = {"khai-bao": union.declare, "khieu-nai": union.dispute, "du-lieu": union.ask}[kind]
    case = made("b01")
    assert union.lan.get(f"/cong-doan/viec/{kind}/{case}/b01").status_code == 404
    assert str(case) not in union.lan.get(f"/cong-doan/viec?loai={kind}").text
