"""Who looked at whom: kept by day, counted, read by the person, forgotten in time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from certification.models import Worker
from certification.people import merging
from certification.privacy import access, consents
from certification.vietnam import vietnam_day
from lrs.db import Database
from tests.certification.world import World


@pytest.fixture
def lan(world: World) -> UUID:
    """NV-1, who works at dn/a."""
    with world.database.writing(world.tenant) as session:
        return world.employ(session, "dn/a")


@pytest.fixture
def today(now: datetime) -> date:
    return vietnam_day(now)


def looks(database: Database, tenant: UUID, worker: UUID) -> list[tuple[Any, ...]]:
    with database.reading(tenant) as session:
        found = access.of_worker(session, tenant, worker, limit=100)
    return [(one.day, one.by, one.what, one.purpose, one.times) for one in found]


def test_looking_is_kept_by_day_and_counted(world: World, other_world: World, lan: UUID, today: date) -> None:
    with world.database.writing(world.tenant) as session:
        for at in (world.now, world.now + timedelta(hours=1), world.now + timedelta(days=1)):
            access.note(session, world.tenant, lan, "hoa", "union-work", "status", at)
        three_times = [(one, "key", "title", "status", 3, world.now) for one in (lan, UUID(int=5))]
        access.note_counted(session, world.tenant, three_times)
    tomorrow = today + timedelta(days=1)
    assert looks(world.database, world.tenant, lan) == [
        (tomorrow, "hoa", "status", "union-work", 1),
        (today, "hoa", "status", "union-work", 2),
        (today, "key", "status", "title", 3),
    ]
    assert looks(other_world.database, other_world.tenant, lan) == []
    with world.database.reading(world.tenant) as session:
        first = access.of_worker(session, world.tenant, lan, limit=1)[0]
        after = (first.day, first.by, first.what, first.purpose)
        rest = access.of_worker(session, world.tenant, lan, limit=9, after=after)
        assert [(one.day, one.by) for one in rest] == [(today, "hoa"), (today, "key")]
        assert rest[0].last - rest[0].first == timedelta(hours=1)
    with world.database.writing(world.tenant) as session:
        assert access.forget_old(session, world.tenant, tomorrow) == 3
    assert looks(world.database, world.tenant, lan) == [(tomorrow, "hoa", "status", "union-work", 1)]


def test_many_workers_are_noted_in_one_go(world: World) -> None:
    many = [UUID(int=number) for number in range(1, 200)]
    for _ in range(2):
        with world.database.writing(world.tenant) as session:
            access.note_many(session, world.tenant, many, "hoa", "review", "list", world.now)
    assert [one[-1] for one in looks(world.database, world.tenant, many[-1])] == [2]


def test_what_two_records_of_a_person_have_goes_together(world: World, lan: UUID, today: date) -> None:
    told: dict[str, Any] = {"by": "hoa", "now": world.now}
    with world.database.writing(world.tenant) as session:
        other = world.employ(session, "dn/b")
        access.note_many(session, world.tenant, [lan, other], "hoa", "review", "list", world.now)
        shown = consents.wordings(session, world.tenant, "dn/a", today)[0]
        agreed = [consents.Agreed(shown.purpose.id, shown.digest)]
        consents.give(session, world.tenant, "NV-1", "dn/a", agreed, how="own_account", **told)
    with world.database.writing(world.tenant) as session:
        merging.merge(session, world.tenant, "NV-2", "NV-1", basis="cùng một người", **told)
        assert [one.number for one in consents.of_worker(session, world.tenant, other)] == ["NV-2"]
    assert len(looks(world.database, world.tenant, other)) == 1


def test_at_whom_an_account_looked_is_told_by_days(world: World, lan: UUID, today: date) -> None:
    with world.database.writing(world.tenant) as session:
        other = world.employ(session, "dn/b")
        for by, days in (("hoa", 0), ("hoa", 2), ("minh", 0)):
            at = world.now - timedelta(days=days)
            access.note_many(session, world.tenant, [lan, other], by, "union-work", "READ_LEARNING", at)
    with world.database.reading(world.tenant) as session:
        numbers = {session.get_one(Worker, one).number for one in (lan, other)}
        found = access.by_account(session, world.tenant, "hoa", today - timedelta(days=1), today, limit=10)
        assert {(number, one.by, one.day) for number, one in found} == {(one, "hoa", today) for one in numbers}
        assert len(access.by_account(session, world.tenant, "hoa", date(2026, 1, 1), today, limit=10)) == 4
        assert access.by_account(session, world.tenant, "ai", date(2026, 1, 1), today, limit=10) == []
