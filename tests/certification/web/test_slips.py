"""Slips by which workers sign in: printed by their union, each code good once, opening the own record alone."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.access import records, slips
from certification.access.accounts import AccountRefused, SignInRefused
from certification.access.permissions import Role
from certification.access.slips import Slip
from certification.models import Look, Worker
from certification.people import workers
from lrs.db import Database
from tests.certification.access.people import PASSWORD, account, give
from tests.certification.web.published import install
from tests.certification.web.visitor import Visitor
from tests.conftest import PEPPER

SLIP = "/nguoi-lao-dong/a02/phieu-ma"


@pytest.fixture
def officers(database: Database, tenant: UUID, now: datetime) -> None:
    """Lan of the union of a, Hoa of the union of b, and the workers of both; somebody runs the installation."""
    with database.writing(tenant) as session:
        install(session, tenant, now=now)
    account(database, tenant, "vh", now)
    give(database, tenant, "vh", Role.OPERATOR, now)
    for name, unit in (("lan", "cdcs/a"), ("hoa", "cdcs/b")):
        account(database, tenant, name, now)
        give(database, tenant, name, Role.GRASSROOTS_OFFICER, now, organization=unit)


def visitor(app: Flask, name: str = "") -> Visitor:
    made = Visitor(app.test_client())
    if name:
        made.sign_in(name)
    return made


def printed(database: Database, tenant: UUID, now: datetime, number: str = "a02") -> Slip:
    with database.writing(tenant) as session:
        person = workers.find(session, tenant, number)
        return slips.print_slip(session, tenant, person, by="lan", pepper=PEPPER, now=now)


@pytest.mark.usefixtures("officers")
def test_an_officer_prints_a_slip_and_the_worker_signs_in_by_each_code_once(
    app: Flask, database: Database, tenant: UUID
) -> None:
    page = visitor(app, "lan").fill_in(SLIP, {})
    codes = re.findall(r"<code>([A-Z2-9]{5}-[A-Z2-9]{5})</code>", page.text)
    assert (page.status_code, len(set(codes))) == (200, 10)
    assert "http://localhost/dang-nhap/phieu" in page.text
    assert "trước lúc đó đã hết dùng" in page.text, "whoever holds two slips can tell which one holds"
    worker = visitor(app)
    for code, good in ((codes[0].lower().replace("-", " "), True), (codes[0], False), (codes[1], True), ("x", False)):
        answer = worker.fill_in("/dang-nhap/phieu", {"account": "a02", "code": code})
        assert (answer.status_code == 303) is good, code
    assert worker.get("/trang-chu").headers["Location"] == "/cua-toi"
    assert worker.get(SLIP).status_code == 403
    with database.reading(tenant) as session:
        assert "print-slip" in {one.act for one in records.latest(session, tenant, limit=5)}
        asked = sa.select(Look.what).where(Look.tenant_id == tenant)
        assert "PRINT_SLIPS" in set(session.scalars(asked))


@pytest.mark.usefixtures("officers")
def test_nobody_prints_slips_of_another_branch(app: Flask) -> None:
    assert visitor(app, "hoa").get(SLIP).status_code == 404
    assert visitor(app, "lan").get("/nguoi-lao-dong/khong-co/phieu-ma").status_code == 404


@pytest.mark.usefixtures("officers")
def test_another_slip_ends_the_one_before(database: Database, tenant: UUID, now: datetime) -> None:
    old, new = printed(database, tenant, now), printed(database, tenant, now)
    assert old.account == new.account == "a02"
    with pytest.raises(SignInRefused):
        slips.sign_in(database, "a02", old.codes[0], pepper=PEPPER, now=now)
    assert slips.sign_in(database, "a02", new.codes[0], pepper=PEPPER, now=now)[1].worker is not None


@pytest.mark.usefixtures("officers")
def test_a_slip_opens_no_account_that_is_more_than_a_workers(
    app: Flask, database: Database, tenant: UUID, now: datetime
) -> None:
    slip = printed(database, tenant, now)
    give(database, tenant, slip.account, Role.GRASSROOTS_OFFICER, now, organization="cdcs/b")
    with pytest.raises(SignInRefused):
        slips.sign_in(database, slip.account, slip.codes[0], pepper=PEPPER, now=now)
    with pytest.raises(AccountRefused):
        printed(database, tenant, now)
    refused = visitor(app, "lan").fill_in(SLIP, {})
    assert (refused.status_code, "chỉ dùng mật khẩu" in refused.text) == (400, True)


@pytest.mark.usefixtures("officers")
def test_a_name_that_is_taken_is_left_to_whoever_has_it(database: Database, tenant: UUID, now: datetime) -> None:
    account(database, tenant, "a02", now)
    assert printed(database, tenant, now).account == "a02-2"
    with database.writing(tenant) as session:
        odd = session.scalars(sa.select(Worker).where(Worker.tenant_id == tenant, Worker.number == "a03")).one()
        odd.number = "Đ/Ấ 03"
    assert printed(database, tenant, now, "Đ/Ấ 03").account == "d-a-03"


@pytest.mark.usefixtures("officers")
def test_a_password_and_its_account_are_no_slip(database: Database, tenant: UUID, now: datetime) -> None:
    for code in (PASSWORD, "", "AAAAA-AAAAA"):
        with pytest.raises(SignInRefused):
            slips.sign_in(database, "lan", code, pepper=PEPPER, now=now)
