"""Everybody judged at once gives what one at a time gives, by children or not, and leaves what others kept."""

from __future__ import annotations

import random
from datetime import date, datetime
from uuid import UUID

import pytest

from certification.judgement import assessments, engines, population
from certification.models import Assessment
from lrs.db import Database
from tests.certification.learning import PROGRAMME, add_facts, add_worker, attest, kept, load_rules

KINDS = ("reading", "learning", "language", "community", "law-labour", "digital-able", "improvement")


@pytest.fixture
def people(database: Database, tenant: UUID, now: datetime) -> list[UUID]:
    load_rules(database, tenant, now=now)
    chance = random.Random(3)
    found = [add_worker(database, tenant, f"NV-{number}", now=now) for number in range(23)]
    with database.writing(tenant) as session:
        for one in found:
            for _ in range(chance.randrange(6)):
                some = chance.sample(KINDS, 3)
                day = date(2026, chance.randrange(1, 13), chance.randrange(1, 28))
                add_facts(
                    session, tenant, one, some, day=day, quality=chance.randrange(4), score=chance.randrange(10001)
                )
            attest(session, tenant, one, {"CS4": chance.randrange(11)}, on=date(2026, 11, 1), year=2026, now=now)
    return found


def everybody(database: Database, tenant: UUID, people: list[UUID], now: datetime, processes: int) -> population.Judged:
    return population.judge_everybody(
        database,
        tenant,
        people,
        programme=PROGRAMME,
        year=2026,
        as_of=date(2026, 12, 31),
        now=now,
        engine=engines.BuiltIn(processes),
    )


@pytest.mark.slow
@pytest.mark.parametrize("processes", [0, 2])
def test_everybody_at_once_is_each_alone(
    database: Database, tenant: UUID, people: list[UUID], now: datetime, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BATCH", 5)
    judged = everybody(database, tenant, people, now, processes)
    assert (judged.workers, judged.new) == (23, 23)
    with database.reading(tenant) as session:
        alone = assessments.judge(session, tenant, people, PROGRAMME, 2026, date(2026, 12, 31)).judgements
        found = assessments.latest_of(session, tenant, people, PROGRAMME, 2026)
    assert {one.worker_id: one.kept for one in alone} == {one: found[one].kept for one in people}
    assert {one.worker_id: one.result for one in alone} == {one: found[one].result for one in people}
    assert sum(judged.outcomes.values()) == 23
    again = everybody(database, tenant, people, now, processes)
    assert (again.new, again.digest) == (0, judged.digest)
    assert len(kept(database, tenant)) == 23


def test_who_was_judged_meanwhile_keeps_what_was_kept(
    database: Database, tenant: UUID, people: list[UUID], now: datetime
) -> None:
    everybody(database, tenant, people[1:], now, 0)
    with database.reading(tenant) as session:
        after = assessments.newest_place(session, tenant, PROGRAMME, 2026)
        old = assessments.judge(session, tenant, people[:1], PROGRAMME, 2026, date(2026, 12, 31)).judgements[0]
    with database.writing(tenant) as session:
        add_facts(session, tenant, people[0], ["language"], day=date(2026, 2, 28), quality=3, score=9000)
        assessments.assess(session, tenant, people[:1], PROGRAMME, 2026, as_of=date(2026, 12, 31), now=now)
    row = (old.worker_id, old.criteria_set_id, old.outcome, old.total, old.kept, old.states)
    with database.writing(tenant) as session:
        batch = assessments.Batch(2026, date(2026, 12, 31), "")
        assert assessments.keep_rows(session, tenant, [row], PROGRAMME, batch, now, after=after) == 0
    with database.reading(tenant) as session:
        last = assessments.latest(session, tenant, people[0], PROGRAMME, 2026)
        places = session.query(Assessment.place).filter(Assessment.tenant_id == tenant).all()
    assert last is not None and last.kept != old.kept
    assert sorted(place for (place,) in places) == list(range(1, len(places) + 1))
