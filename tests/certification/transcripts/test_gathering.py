"""What transcripts tell: each Statement once, by group and indicator, from whom, how well attested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from certification.transcripts.gathering import gather
from certification.transcripts.told import EMPLOYMENT, Basis, Transcript
from lrs import api
from lrs.db import Database
from tests.certification import learning
from tests.certification.certificates import issued
from tests.certification.transcripts.learners import MINE, NUMBER, course, hoa
from tests.certification.world import World

ON = date(2026, 11, 20)


def told(world: World, worker: UUID, basis: Basis = MINE, on: date = ON) -> Transcript:
    with world.database.reading(world.tenant) as session:
        return gather(session, world.tenant, {worker: basis}, on=on)[worker]


def test_it_tells_what_was_learnt_by_group_and_indicator(world: World, identity: api.Identity) -> None:
    found = told(world, hoa(world, identity))
    lines = {one.name: one for one in found.learning}
    assert [one.name for one in found.learning] == [
        "Sử dụng điện thoại thông minh", "Sức khỏe nơi làm việc", "Luật Lao động cho công nhân",
    ]  # fmt: skip
    law = lines["Luật Lao động cho công nhân"]
    assert (law.minutes, law.score, law.quality, law.times) == (90, 8500, 3, 1)
    assert law.groups == ("G1",)
    assert law.activity == "https://hoc.example.org/khoa/1"
    health = lines["Sức khỏe nơi làm việc"]
    assert (health.minutes, health.times, health.score) == (90, 2, None)
    assert (health.first, health.last) == (date(2026, 3, 1), date(2026, 4, 1))
    assert {one.code: (one.activities, one.times, one.minutes) for one in found.groups}["G3"] == (1, 2, 90)
    assert "CS1" in [one.code for one in found.indicators]
    assert found.minutes == 90 + 90 + 60
    assert [(one.year, one.decision_number, one.code) for one in found.titles] == [(2026, "1", None)]
    assert [one.name for one in found.employments] == ["Doanh nghiệp A"]


def test_the_provider_is_called_as_its_key_is_named(world: World, identity: api.Identity) -> None:
    with world.database.reading(world.tenant) as session:
        name = api.names_of_keys(session, world.tenant)[identity.key]
    assert {one.provider for one in told(world, hoa(world, identity)).learning} == {name}


def test_an_employer_is_told_of_the_days_of_the_employment_alone(world: World, identity: api.Identity) -> None:
    worker = hoa(world, identity)
    mine = Basis(
        EMPLOYMENT, "Quản lý đào tạo", "Doanh nghiệp A", ((date(2026, 3, 15), date(2026, 4, 30)),),
        employer=world.ids["dn/a"],
    )  # fmt: skip
    found = told(world, worker, mine)
    assert [(one.name, one.times, one.minutes) for one in found.learning] == [("Sức khỏe nơi làm việc", 1, 45)]
    assert [one.name for one in found.employments] == ["Doanh nghiệp A"]
    assert told(world, worker, replace(mine, employer=world.ids["dn/b"])).employments == ()


def test_a_past_day_tells_what_had_happened_by_then(world: World, identity: api.Identity) -> None:
    found = told(world, hoa(world, identity), on=date(2026, 3, 31))
    assert [(one.name, one.times) for one in found.learning] == [
        ("Sử dụng điện thoại thông minh", 1), ("Sức khỏe nơi làm việc", 1),
    ]  # fmt: skip
    assert found.titles == ()


def test_what_is_voided_is_told_no_more(world: World, identity: api.Identity) -> None:
    worker = hoa(world, identity)
    more = course(9, "law-labour", "Nhầm")
    learning.store(world.database, identity, more)
    learning.follow_all(world.database, world.tenant, world.now)
    assert "https://hoc.example.org/khoa/9" in [one.activity for one in told(world, worker).learning]
    learning.store(world.database, identity, learning.voiding(more))
    learning.follow_all(world.database, world.tenant, world.now)
    assert "https://hoc.example.org/khoa/9" not in [one.activity for one in told(world, worker).learning]


def test_an_activity_without_a_definition_is_called_by_its_id(world: World, identity: api.Identity) -> None:
    worker = learning.add_worker(world.database, world.tenant, NUMBER, "hoa", now=world.now)
    learning.store(world.database, identity, learning.statement("hoa"))
    learning.follow_all(world.database, world.tenant, world.now)
    assert [one.name for one in told(world, worker).learning] == ["https://hoc.example.org/law-labour"]


def test_a_title_names_its_certificate(database: Database, tenant: UUID, world: World) -> None:
    worker = issued.recognise(database, tenant, world.now, "NV-1")["NV-1"]
    issued.issue(database, tenant, world.now)
    title = told(world, worker).titles[0]
    entry = issued.entries(database, tenant)[0]
    assert (title.number, title.code, title.body) == (entry.number, entry.code, issued.BODY)
    assert title.credential is not None


def test_the_number_of_commands_does_not_grow_with_workers(
    world: World, identity: api.Identity, count_commands: Callable[[], Any]
) -> None:
    worker = hoa(world, identity)
    with world.database.writing(world.tenant) as session:
        others = [world.employ(session, "dn/a") for _ in range(20)]
        for place, one in enumerate(others):
            learning.add_facts(session, world.tenant, one, ["law-labour", "reading"], times=3, activity=place)
    with world.database.reading(world.tenant) as session, count_commands() as few:
        gather(session, world.tenant, {worker: MINE, others[0]: MINE}, on=ON)
    with world.database.reading(world.tenant) as session, count_commands() as many:
        found = gather(session, world.tenant, dict.fromkeys([worker, *others], MINE), on=ON)
    assert len(found) == 21
    assert len(many) <= len(few)


def test_nobody_of_another_tenant_is_told_of(world: World, other_world: World) -> None:
    with world.database.reading(world.tenant) as session:
        for stranger in (world.tenant, other_world.ids["dn/a"]):
            assert gather(session, world.tenant, {stranger: MINE}, on=ON) == {}
