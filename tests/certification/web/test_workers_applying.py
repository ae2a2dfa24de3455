"""A worker registers for the title on the own page: what is offered when, what is refused, and whose act it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.access.permissions import Role
from certification.acts import chain
from certification.dossiers import proceedings
from certification.models import Award, Worker
from certification.resources import access
from certification.web.workers import applying, self_assessment
from lrs.db import Database
from tests.certification.access.people import account, give, who
from tests.certification.web.published import publish
from tests.certification.web.visitor import Visitor, hidden_fields

PAGE = "/cua-toi/danh-hieu"
SCORES = "/cua-toi/tu-danh-gia"
POINTS = {f"CS{at}": "7" for at in range(1, 11)}


def take(visitor: Visitor, step: str, address: str = "") -> Any:
    """Takes a step by its form, whether the page offers it or not."""
    return visitor.send(f"{PAGE}/{step}{address}", hidden_fields(visitor.get(SCORES).text))


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    made = Clock(now)
    for module in (access, applying, self_assessment):
        monkeypatch.setattr(module, "now", made)
    return made


@pytest.fixture
def people(app: Flask, database: Database, tenant: UUID, clock: Clock) -> dict[str, Visitor]:
    """The workers a01 and a02 of dn/a, and the officer of their union."""
    publish(database, tenant, now=clock.now)
    with database.reading(tenant) as session:
        asked = sa.select(Worker.number, Worker.id).where(Worker.tenant_id == tenant, Worker.number.in_(["a01", "a02"]))
        ids = dict(session.execute(asked).all())
    account(database, tenant, "vh", clock.now)
    give(database, tenant, "vh", Role.OPERATOR, clock.now)
    account(database, tenant, "hoa", clock.now, worker=ids["a01"])
    account(database, tenant, "mai", clock.now, worker=ids["a02"])
    account(database, tenant, "lan", clock.now)
    give(database, tenant, "lan", Role.GRASSROOTS_OFFICER, clock.now, organization="cdcs/a")
    found = {}
    for name in ("hoa", "mai", "lan"):
        found[name] = Visitor(app.test_client())
        found[name].sign_in(name)
    return found


def test_nothing_is_handed_in_before_every_point_and_a_returned_one_again(
    people: dict[str, Visitor], database: Database, tenant: UUID, clock: Clock
) -> None:
    hoa, year = people["hoa"], clock.now.year
    assert "Chưa đăng ký" in hoa.get(PAGE).text
    early = take(hoa, "self-assess")
    assert (early.status_code, "ở bước khác, hoặc đã hết hạn: chưa đăng ký" in early.text) == (400, True)
    registered = take(hoa, "register")
    assert (registered.status_code, registered.location) == (303, PAGE)
    twice = take(hoa, "register")
    assert (twice.status_code, "hoặc đã hết hạn: đã đăng ký" in twice.text) == (400, True)
    assert hoa.fill_in(SCORES, {"CS1": "7"}).location == "/cua-toi"
    half = take(hoa, "self-assess")
    assert "hưa tự chấm điểm: CS2, CS3" in half.text
    assert "Nộp tự đánh giá" not in hoa.get(PAGE).text
    assert hoa.fill_in(SCORES, POINTS).location == PAGE
    assert take(hoa, "self-assess").status_code == 303
    with database.reading(tenant) as session:
        acts = chain.listed(session, tenant, limit=2)
    assert [one.act for one in acts] == ["dossier.self-assess", "dossier.register"]
    assert all(one.by.startswith("worker:") for one in acts)
    with database.writing(tenant) as session:
        officer = who(database, tenant, "lan", clock.now.date())
        proceedings.step(session, tenant, officer, "return", "a01", year, now=clock.now, reason="Xem lại CS3")
    page = hoa.get(PAGE).text
    assert "Xem lại CS3" in page
    assert "Nộp tự đánh giá" in page
    for path in ("/cua-toi", PAGE):
        assert re.search(r"Bị trả lại: sửa rồi nộp lại.{0,80}Xem lại CS3", hoa.get(path).text, re.S), path
    assert take(hoa, "self-assess").status_code == 303
    assert "Bị trả lại" not in hoa.get("/cua-toi").text
    assert "Chưa đăng ký" in people["mai"].get(PAGE).text, "the other worker's page is about the other worker"
    assert people["lan"].get(PAGE).status_code in (403, 404)


def test_after_the_year_nobody_registers_for_it_but_hands_in_until_the_last_day(
    people: dict[str, Visitor], clock: Clock
) -> None:
    hoa, year = people["hoa"], clock.now.year
    take(hoa, "register")
    clock.now = datetime(year + 1, 2, 20, 3, tzinfo=UTC)
    hoa.sign_in("hoa")
    people["mai"].sign_in("mai")
    last = f"?nam={year}"
    assert f"Đã hết hạn đăng ký cho năm {year}" in people["mai"].get(PAGE + last).text
    late = take(people["mai"], "register", last)
    assert (late.status_code, "hoặc đã hết hạn" in late.text) == (400, True)
    assert hoa.fill_in(SCORES + last, POINTS).location == PAGE + last
    assert f"28/02/{year + 1}" in hoa.get(PAGE + last).text
    assert take(hoa, "self-assess", last).status_code == 303
    assert "chờ công đoàn cơ sở xác nhận" in hoa.get(PAGE + last).text


def test_whoever_holds_the_title_already_is_told_so_and_offered_nothing(
    people: dict[str, Visitor], database: Database, tenant: UUID, clock: Clock
) -> None:
    with database.writing(tenant) as session:
        held = sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.number == "a02").scalar_subquery()
        mine = sa.select(Award).where(Award.tenant_id == tenant, Award.worker_id == held)
        assert session.scalars(mine).first() is not None, "the published world has it"
        session.execute(sa.update(Award).where(Award.worker_id == held).values(year=clock.now.year))
    page = people["mai"].get(PAGE).text
    assert "đã có danh hiệu" in page.lower()
    assert "Đăng ký danh hiệu</button>" not in page
    assert "Đã được công nhận “Công dân học tập” năm" in people["mai"].get("/cua-toi").text
