"""Workers who may be one person are listed in pages, each pair once, at a cost that does not grow with the tenant."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification import bulk
from certification.models import Employment, NationalNumber, Worker
from certification.people import doubles, merging, national_numbers
from lrs.db import new_id
from tests.certification.world import World
from tests.conftest import PEPPER

NAMES = ("Nguyễn Thị Hoa", "Trần Văn An", "Lê Văn Bình", "nguyễn thị hoa", "Đỗ Ân")
ENTERPRISES = ("dn/a", "dn/b", "dn/c", "dn/moi")
SPANS = ((date(2020, 1, 1), None), (date(2020, 1, 1), date(2022, 6, 30)), (date(2022, 7, 1), None))
CARDS = ("038195000123", "038195000124", "001099012345")


def people(world: World, number: int, chance: random.Random) -> None:
    """Workers of a few names, some employed twice, some with an identity number that another has too."""
    keys = national_numbers.Keys.of(world.tenant, PEPPER)
    workers, jobs, cards = [], [], []
    for place in range(number):
        one = {"id": new_id(), "tenant_id": world.tenant, "number": f"P-{place:05}", "gender": None}
        workers.append({**one, "full_name": chance.choice(NAMES), "merged_into": None})
        for enterprise in chance.sample(ENTERPRISES, chance.choice([1, 1, 2])):
            started, ended = chance.choice(SPANS)
            of_job = {"worker_id": one["id"], "tenant_id": world.tenant, "enterprise_id": world.ids[enterprise]}
            jobs.append({**of_job, "started": started, "ended": ended, "position": None})
        if chance.random() < 0.15:
            card = national_numbers.check(chance.choice(CARDS))
            cards.append(national_numbers.row(keys, card, UUID(str(one["id"])), sealed=False, now=world.now))
    with world.database.writing(world.tenant) as session:
        for model, rows in ((Worker, workers), (Employment, jobs), (NationalNumber, cards)):
            bulk.insert(session, model, rows)


def every_pair(world: World) -> dict[tuple[str, str], set[str]]:
    """Which two may be one, and for which reasons, by looking at every two."""
    with world.database.reading(world.tenant) as session:
        known = session.execute(
            sa.select(Worker.id, Worker.number, Worker.full_name).where(
                Worker.tenant_id == world.tenant, Worker.merged_into.is_(None)
            )
        ).all()
        held = session.execute(sa.select(NationalNumber.worker_id, NationalNumber.digest)).all()
        jobs = session.execute(
            sa.select(Employment.worker_id, Employment.enterprise_id, Employment.started, Employment.ended)
        ).all()
    found: dict[tuple[str, str], set[str]] = {}
    for one, other in combinations(sorted(known, key=lambda row: row.number), 2):
        why = set()
        if {row.digest for row in held if row.worker_id == one.id} & {
            row.digest for row in held if row.worker_id == other.id
        }:
            why.add("same-national-number")
        mine, others = ([row for row in jobs if row.worker_id == who.id] for who in (one, other))
        if one.full_name == other.full_name and any(
            a.enterprise_id == b.enterprise_id
            and a.started <= (b.ended or date.max)
            and b.started <= (a.ended or date.max)
            for a in mine
            for b in others
        ):
            why.add("same-name-same-enterprise")
        if why:
            found[one.number, other.number] = why
    return found


def pages(world: World, limit: int) -> list[list[doubles.Double]]:
    found: list[list[doubles.Double]] = []
    after = None
    while True:
        with world.database.reading(world.tenant) as session:
            page = doubles.page(session, world.tenant, limit=limit, after=after)
        if not page:
            return found
        found.append(page)
        after = page[-1].place


@pytest.mark.parametrize("seed", range(2))
def test_pages_give_each_pair_once_with_every_reason_the_likeliest_first(
    world: World, other_world: World, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    people(world, 40, chance)
    with world.database.writing(world.tenant) as session:
        merging.merge(session, world.tenant, "P-00000", "P-00001", by="Chị Hoa", basis="một người", now=world.now)
        merging.different(session, world.tenant, "P-00002", "P-00003", by="Chị Hoa", basis="hai người", now=world.now)
    expected = every_pair(world)
    expected.pop(("P-00002", "P-00003"), None)
    assert len(expected) > 30
    for portion, limit in ((1, 1), (25, 7), (20_000, 1000)):
        monkeypatch.setattr(doubles, "PORTION", portion)
        found = pages(world, limit)
        assert all(len(page) == limit for page in found[:-1])
        told = [
            ((one.first.number, one.second.number), {why.code for why in one.reasons}) for page in found for one in page
        ]
        assert len(told) == len(expected)
        assert dict(told) == expected
        numbers = ["same-national-number" in why for _, why in told]
        assert numbers == sorted(numbers, reverse=True)


def test_enterprises_without_any_are_passed_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doubles, "ENTERPRISES", 1)
    with world.database.writing(world.tenant) as session:
        for enterprise in ENTERPRISES:
            world.employ(session, enterprise)
        last = max(ENTERPRISES, key=lambda code: world.ids[code])
        world.employ(session, last)
    [[double]] = pages(world, 5)
    assert double.reasons[0].words == f"Cùng họ tên, cùng làm ở “{last}”"


def test_a_page_costs_as_many_commands_however_many_there_are(world: World, count_commands: Callable[[], Any]) -> None:
    counts = []
    for size in (60, 300):
        with world.database.writing(world.tenant) as session:
            for model in (NationalNumber, Employment, Worker):
                session.execute(sa.delete(model).where(model.tenant_id == world.tenant))
        people(world, size, random.Random(1))
        with world.database.reading(world.tenant) as session:
            first = doubles.page(session, world.tenant, limit=20)
            with count_commands() as commands:
                assert len(doubles.page(session, world.tenant, limit=20, after=first[-1].place)) == 20
        counts.append(len(commands))
    assert counts[1] <= counts[0] + 2 <= 30


def test_nothing_is_looked_up_by_reading_a_whole_table(world: World) -> None:
    """What SQLite says of its plans; PostgreSQL chooses by statistics, and has none of tables that are just filled."""
    people(world, 60, random.Random(1))
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    engine = world.database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        found = [one for page in pages(world, 30) for one in page]
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert len(found) > 60
    if not world.database.is_sqlite:
        return
    with engine.connect() as connection:
        for statement, parameters in seen:
            if statement.startswith("SELECT"):
                plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
                assert not [step for step in plan if step.startswith("SCAN certification_")], plan
                assert not [step for step in plan if step.endswith("(tenant_id=?)")], plan


def test_no_more_are_counted_than_anybody_works_through(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people(world, 40, random.Random(3))
    with world.database.reading(world.tenant) as session:
        assert doubles.count(session, world.tenant) == len(every_pair(world))
        monkeypatch.setattr(doubles, "COUNTED", 5)
        assert doubles.count(session, world.tenant) == 5
