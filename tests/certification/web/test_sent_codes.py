"""Workers sign in by codes that are sent: over real SMTP and real HTTP, told nothing of who has an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certification.access import sent_codes, sessions, slips
from certification.access.accounts import SignInRefused
from certification.access.attempts import TooOften
from certification.access.permissions import Role
from certification.access.sent_codes import MAIL, PHONE
from certification.models import SentCode, SignInContact, Worker
from certification.people import workers
from lrs.db import Database
from tests.certification.access.people import account, give
from tests.certification.access.sms_gateway import SmsGateway, open_gateway
from tests.certification.reports.post_office import PostOffice, open_post_office
from tests.certification.web.published import publish
from tests.certification.web.visitor import Visitor, hidden_fields
from tests.conftest import PEPPER
from tests.neighbour import not_hers

ASK, TYPE, WHERE = "/dang-nhap/ma-mot-lan", "/dang-nhap/ma-mot-lan/nhap", "/tai-khoan/nhan-ma"
BOTH = {MAIL: True, PHONE: True}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as made:
        yield made


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with open_gateway() as made:
        yield made


@pytest.fixture
def nld(database: Database, tenant: UUID, now: datetime) -> UUID:
    """The account of the worker a02; somebody administers."""
    publish(database, tenant, now=now)
    account(database, tenant, "vh", now)
    give(database, tenant, "vh", Role.OPERATOR, now)
    with database.reading(tenant) as session:
        own = session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.number == "a02")).one()
    return account(database, tenant, "nld", now, worker=own)


@pytest.fixture
def visitor(app: Flask, client: FlaskClient, nld: UUID, office: PostOffice, gateway: SmsGateway) -> Visitor:
    app.extensions["settings"] = replace(
        app.extensions["settings"], smtp_url=office.url, mail_from="ma@cdht.vn", sms_url=gateway.url,
        sms_body="to={to}&text={text}",
    )  # fmt: skip
    return Visitor(client)


def sent(answer: TestResponse) -> TestResponse:
    """The answer, once it has left: what is sent goes out after it."""
    assert answer.text
    answer.close()
    return answer


def code_in(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found, text
    return found[0]


def test_a_worker_says_where_codes_go_and_signs_in_by_them(
    visitor: Visitor, office: PostOffice, database: Database, tenant: UUID, nld: UUID
) -> None:
    visitor.sign_in("nld")
    fields = {**hidden_fields(visitor.get(WHERE).text, WHERE), "loai": "mail", "mail": "không phải thư"}
    assert "không phải địa chỉ thư điện tử" in visitor.send(WHERE, fields).text
    asked = sent(visitor.send(WHERE, {**fields, "mail": "Lan.02@vidu.vn"}))
    (letter,) = office.letters
    assert letter["To"] == "Lan.02@vidu.vn"
    confirm = f"{WHERE}/xac-nhan"
    typed = hidden_fields(asked.text, confirm)
    assert "chưa đúng" in visitor.send(confirm, {**typed, "code": "000000 "}).text or code_in(str(letter)) == "000000"
    other = {**typed, "noi": "ke.gian@vidu.vn", "code": code_in(letter.get_content())}
    assert "chưa đúng" in visitor.send(confirm, other).text, "the code is for the address that it was sent to"
    assert visitor.send(confirm, {**typed, "code": code_in(letter.get_content())}).status_code == 303
    assert "L•••@vidu.vn" in visitor.get(WHERE).text
    with database.reading(tenant) as session:
        (kept,) = session.scalars(sa.select(SignInContact.sealed).where(SignInContact.account_id == nld))
        assert b"vidu" not in kept
    visitor.client.delete_cookie("http-cdht")
    page = sent(visitor.fill_in(ASK, {"account": " NLD "}))
    assert page.status_code == 200
    assert len(office.letters) == 2
    said = "".join(f"{one['Subject']} {one.get_content()}" for one in office.letters)
    assert not re.search("nld|Người|Lan", said), "who it is for stands in the address alone"
    code = code_in(office.letters[1].get_content())
    done = visitor.send(TYPE, {**hidden_fields(page.text, TYPE), "code": f"{code[:3]} {code[3:]}"})
    assert done.status_code == 303
    assert "Người nld" in visitor.get("/tai-khoan").text
    again = visitor.send(TYPE, {**hidden_fields(visitor.fill_in(ASK, {"account": "x"}).text, TYPE), "code": code})
    assert again.status_code == 400, "a code is good once"


def test_whether_there_is_such_an_account_is_not_told(visitor: Visitor, office: PostOffice, nld: UUID) -> None:
    pages = [sent(visitor.fill_in(ASK, {"account": name})) for name in ("nld", "vh", "nobody")]
    typed = r'value="[^"]*"|(?s:<textarea name="account" hidden>.*?</textarea>)'
    assert len({re.sub(typed, "", page.text) for page in pages}) == 1
    assert office.letters == []
    for name in ("nld", "nobody"):
        page = visitor.fill_in(ASK, {"account": name})
        answer = visitor.send(TYPE, {**hidden_fields(page.text, TYPE), "code": "123456"})
        assert (answer.status_code, "Mã chưa đúng hoặc đã hết giờ" in answer.text) == (400, True)


def test_by_telephone_where_that_is_what_the_worker_said(
    visitor: Visitor, gateway: SmsGateway, database: Database, tenant: UUID, nld: UUID
) -> None:
    visitor.sign_in("nld")
    fields = {**hidden_fields(visitor.get(WHERE).text, WHERE), "loai": "phone", "phone": "0212 345 678"}
    assert "không phải số di động" in visitor.send(WHERE, fields).text
    asked = sent(visitor.send(WHERE, {**fields, "phone": "0912 345 678"}))
    (_headers, body), *_ = gateway.messages
    assert "to=%2B84912345678" in body
    confirm = f"{WHERE}/xac-nhan"
    code = code_in(body.partition("text=")[2].replace("+", " "))
    assert visitor.send(confirm, {**hidden_fields(asked.text, confirm), "code": code}).status_code == 303
    page = visitor.get(WHERE).text
    assert "091•••••78" in page
    gone = {**hidden_fields(page, f"{WHERE}/bo"), "loai": "phone"}
    assert visitor.send(f"{WHERE}/bo", gone).status_code == 303
    with database.reading(tenant) as session:
        assert sent_codes.contacts(session, tenant, nld, pepper=PEPPER) == []


def test_without_a_channel_there_is_the_slip(app: Flask, visitor: Visitor) -> None:
    assert ASK in visitor.get("/dang-nhap").text
    app.extensions["settings"] = replace(app.extensions["settings"], smtp_url="", sms_url="")
    assert ASK not in visitor.get("/dang-nhap").text
    assert visitor.get(ASK).headers["Location"] == "/dang-nhap/phieu"
    visitor.sign_in("nld")
    assert "Dùng phiếu mã của công đoàn" in visitor.get(WHERE).text


class Clock:
    """Somebody who has said where codes go, and asks for them at instants."""

    def __init__(self, database: Database, tenant: UUID, nld: UUID) -> None:
        self.database, self.tenant, self.nld = database, tenant, nld
        self.now = datetime(2026, 11, 20, 5, tzinfo=UTC)
        settings = {"pepper": PEPPER, "now": self.now}
        with database.writing(tenant) as session:
            told = sent_codes.tell(session, tenant, nld, MAIL, "lan@vidu.vn", **settings)
            _token, mine = sessions.begin(session, tenant, nld, **settings)
        sent_codes.confirm(database, mine, MAIL, told.to, told.code, **settings)
        self.now += timedelta(minutes=2)

    def ask(self) -> str | None:
        sending = sent_codes.ask(self.database, "nld", kinds=BOTH, pepper=PEPPER, now=self.now)
        return None if sending is None else sending.code

    def sign_in(self, code: str) -> bool:
        try:
            sent_codes.sign_in(self.database, "nld", code, pepper=PEPPER, now=self.now)
        except SignInRefused:
            return False
        return True


@pytest.fixture
def clock(database: Database, tenant: UUID, nld: UUID) -> Clock:
    return Clock(database, tenant, nld)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_holds_ten_minutes_five_tries_and_once_and_another_goes_out_after_a_minute(clock: Clock) -> None:
    first = clock.ask()
    assert first
    assert clock.ask() is None, "one went out just now"
    clock.now += sent_codes.WITHIN
    assert not clock.sign_in(first)
    second = clock.ask()
    assert second
    for _ in range(sent_codes.TRIES):
        clock.now += timedelta(seconds=40)
        assert not clock.sign_in(wrong(second))
    clock.now += timedelta(seconds=40)
    assert not clock.sign_in(second), "five tries"
    third = clock.ask()
    assert third
    clock.now += timedelta(minutes=1)
    assert not clock.sign_in(second if second != third else wrong(third))
    clock.now += timedelta(minutes=5)
    assert clock.sign_in(third)
    assert not clock.sign_in(third)


def test_asking_and_trying_are_counted_whether_there_is_an_account_or_not(clock: Clock, database: Database) -> None:
    for name in ("nld", "nobody"):
        settings = {"pepper": PEPPER, "now": clock.now}
        with pytest.raises(TooOften):
            for _ in range(9):
                sent_codes.ask(database, name, kinds=BOTH, **settings)
        with pytest.raises(TooOften):
            for _ in range(9):
                with pytest.raises(SignInRefused):
                    sent_codes.sign_in(database, name, "12345", **settings)


def test_a_code_opens_nothing_but_the_workers_own_record(
    clock: Clock, database: Database, tenant: UUID, now: datetime
) -> None:
    code = clock.ask()
    assert code
    give(database, tenant, "nld", Role.GRASSROOTS_OFFICER, now, organization="cdcs/a")
    assert not clock.sign_in(code)
    clock.now += timedelta(minutes=2)
    assert clock.ask() is None


def test_codes_are_kept_as_digests_and_a_slip_goes_on_working(clock: Clock, database: Database, tenant: UUID) -> None:
    code = clock.ask()
    assert code
    with database.reading(tenant) as session:
        rows = session.execute(sa.select(SentCode.__table__).where(not_hers(SentCode.tenant_id))).all()
        assert len(rows) == 1 and code.encode() not in rows[0].digest
        person = workers.find(session, tenant, "a02")
    with database.writing(tenant) as session:
        slip = slips.print_slip(session, tenant, person, by="test", pepper=PEPPER, now=clock.now)
    _token, begun = slips.sign_in(database, "nld", slip.codes[0], pepper=PEPPER, now=clock.now)
    assert begun.account == clock.nld
    with database.reading(tenant) as session:
        assert sent_codes.contacts(session, tenant, clock.nld, pepper=PEPPER) == [], (
            "a new slip ends the telephone's codes"
        )
