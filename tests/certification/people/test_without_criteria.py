"""Whoever belongs to a group without criteria in a year is counted and listed, and nobody else is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.models import Audience
from certification.people import without_criteria, work_list
from certification.people.without_criteria import Everywhere, Without
from lrs.db import Database
from tests.certification import learning
from tests.certification.access.people import account, give, signed_in
from tests.certification.web.visitor import Visitor
from tests.certification.world import World

TODAY = date(2026, 11, 20)
STAFF = "can-bo-doanh-nhan"


@pytest.fixture
def people(world: World) -> list[UUID]:
    """NV-1 … NV-6: no group told; staff since 2025; staff in 2024 alone; staff from 2027, workers before; staff who
    left; staff of another province."""
    with world.database.writing(world.tenant) as session:
        ended = date(2026, 5, 1)
        made = [world.employ(session, "dn/a") for _ in range(4)]
        made += [world.employ(session, "dn/a", ended=ended), world.employ(session, "dn/c")]
        told = {1: {2025: STAFF}, 2: {2024: STAFF, 2025: "nguoi-lao-dong"}, 3: {2026: "nguoi-lao-dong", 2027: STAFF}}
        for place, by_year in {**told, 4: {2020: STAFF}, 5: {2027: STAFF}}.items():
            session.add_all(
                Audience(worker_id=made[place], tenant_id=world.tenant, year=year, audience=group)
                for year, group in by_year.items()
            )
    learning.settle(world.database, world.tenant)
    return made


def listed(world: World, on: date, **how: Any) -> list[Without]:
    with world.database.reading(world.tenant) as session:
        return without_criteria.page(session, world.tenant, on, within=Everywhere(), limit=how.pop("limit", 50), **how)


def counted(world: World, on: date) -> int:
    with world.database.reading(world.tenant) as session:
        found = work_list.summary(session, world.tenant, on)
    return next(one.count for one in found if one.code == "without-criteria")


def test_whoever_has_a_group_without_criteria_is_counted_and_listed_in_parts(
    world: World, people: list[UUID], database: Database, now: datetime, count_commands: Callable[[], Any]
) -> None:
    learning.load_rules(database, world.tenant, now=now)
    found = listed(world, TODAY)
    assert {one.found.id for one in found} == {people[1], people[5]}, "before the first year the first group holds"
    assert {one.words for one in found} == {"cán bộ công nhân viên, doanh nhân"}
    assert counted(world, TODAY) == 2
    first = listed(world, TODAY, limit=1)
    assert [*first, *listed(world, TODAY, after=first[0].found.place)] == found
    assert "nạp bộ tiêu chí của nhóm đó" in without_criteria.to_do(found[0].words, 2026)
    assert {one.found.id for one in listed(world, date(2027, 3, 1))} == {people[1], people[3], people[5]}
    assert {one.found.id for one in listed(world, date(2024, 3, 1))} == {people[1], people[2], people[4], people[5]}
    with count_commands() as few:
        listed(world, TODAY, limit=1)
    with count_commands() as many:
        listed(world, TODAY)
    assert len(few) == len(many)


def test_a_year_without_any_criteria_is_told_of_everybody_employed(
    world: World, people: list[UUID], database: Database, now: datetime
) -> None:
    learning.load_rules(database, world.tenant, now=now)
    assert len(listed(world, date(2021, 3, 1))) == 6


def test_a_branch_gets_its_own_over_http_and_on_a_page(
    world: World, people: list[UUID], database: Database, now: datetime, app: Any, client: FlaskClient
) -> None:
    learning.load_rules(database, world.tenant, now=now)
    for name, role, unit in (("lan", Role.GRASSROOTS_OFFICER, "cdcs/a"), ("vanhanh", Role.OPERATOR, None)):
        account(database, world.tenant, name, now)
        give(database, world.tenant, name, role, now, organization=unit)
    told: Any = client.get("/api/workers-without-criteria", headers=signed_in(client, "lan")).json
    assert [(one["worker"], one["audience"]) for one in told["items"]] == [("NV-2", STAFF)]
    assert "sửa cột “Nhóm đối tượng”" in told["items"][0]["to_do"]
    everywhere = signed_in(client, "vanhanh")
    first: Any = client.get("/api/workers-without-criteria?limit=1", headers=everywhere).json
    rest: Any = client.get(f"/api/workers-without-criteria?limit=1&cursor={first['next']}", headers=everywhere).json
    assert {one["worker"] for one in (*first["items"], *rest["items"])} == {"NV-2", "NV-6"}
    waiting: Any = client.get("/api/work-list", headers=signed_in(client, "lan")).json
    assert {one["code"]: one["count"] for one in waiting["waiting"]}["without-criteria"] == 1
    visitor = Visitor(app.test_client())
    visitor.sign_in("lan")
    assert 'href="/cong-doan/chua-co-tieu-chi"' in visitor.get("/cong-doan").text
    page = visitor.get("/cong-doan/chua-co-tieu-chi").text
    assert "cán bộ công nhân viên, doanh nhân" in page
    assert "NV-2" in page
    assert "NV-6" not in page
