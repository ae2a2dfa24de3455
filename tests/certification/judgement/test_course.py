"""When workers met the criteria in a year: the same as asking for each day, whatever was learned, said and kept."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.errors import NoCriteriaInForce
from certification.judgement import assessments, course
from certification.judgement.closings import YearIsClosed
from certification.models import Attestation, Audience
from lrs.db import Database
from tests.certification.learning import PROGRAMME, add_facts, add_worker, attest, load_rules

Counting = Callable[[], Any]

YEAR = 2026
DAYS = [date(YEAR, 1, 1) + timedelta(days=number) for number in range(365)]
ALL_NINE = {f"CS{number}": 9 for number in range(1, 11)}


def met_on(found: dict[UUID, list[course.Spell]], day: date) -> set[UUID]:
    return {one for one, spells in found.items() if any(first <= day <= last for first, last in spells)}


@pytest.mark.parametrize("seed", range(3))
def test_it_says_of_every_day_what_asking_for_that_day_says(
    database: Database, tenant: UUID, now: datetime, seed: int
) -> None:
    load_rules(database, tenant, now=now)
    chance = random.Random(seed)
    workers = [add_worker(database, tenant, f"w{number}", now=now) for number in range(12)]

    def day(until: date = date(YEAR, 12, 31)) -> date:
        return date(YEAR, 1, 1) + timedelta(days=chance.randrange((until - date(YEAR, 1, 1)).days + 1))

    def live() -> None:
        with database.writing(tenant) as session:
            for worker in workers:
                for _ in range(chance.randrange(10)):
                    what = chance.choice(["reading", "learning", "community"])
                    add_facts(session, tenant, worker, [what], day=day(), activity=chance.randrange(9))
                # One indicator at least is left to the log, the others may fall and rise.
                given = {code: points for code, points in ALL_NINE.items() if code != "CS1"}
                attest(session, tenant, worker, given, on=day(date(YEAR, 6, 30)), year=YEAR, now=now)
                if chance.random() < 0.5:
                    points = {chance.choice([*given]): chance.choice([4, 10])}
                    attest(
                        session, tenant, worker, points, on=chance.choice([day(), date(2027, 1, 9)]), year=YEAR, now=now
                    )
            said = session.scalars(sa.select(Attestation).where(Attestation.tenant_id == tenant)).all()
            for one in chance.sample(said, 3):
                one.withdrawn_on = max(one.attested_on, day())
            if chance.random() < 0.3:
                worker = chance.choice(workers)
                session.merge(Audience(worker_id=worker, year=YEAR, tenant_id=tenant, audience="doanh-nhan"))

    def assess(as_of: date) -> None:
        with database.writing(tenant) as session:
            for worker in chance.sample(workers, 9):
                try:
                    assessments.assess(session, tenant, [worker], PROGRAMME, YEAR, as_of=as_of, now=now)
                except (NoCriteriaInForce, YearIsClosed):
                    continue

    for as_of in sorted([day(), date(YEAR, 11, 20), date(2027, 1, 15)]):
        live()
        assess(as_of)
        with database.reading(tenant) as session:
            found = course.spells(session, tenant, workers, PROGRAMME, YEAR)
            for on in [*chance.sample(DAYS, 25), DAYS[0], DAYS[-1]]:
                wanted = assessments.meeting(session, tenant, PROGRAMME, on)
                assert met_on(found, on) == wanted, on
                assert course.spells(session, tenant, workers, PROGRAMME, YEAR, on=on) == {
                    one: [(on, on)] for one in wanted
                }


def test_spells_are_in_order_and_do_not_touch(database: Database, tenant: UUID, now: datetime) -> None:
    load_rules(database, tenant, now=now)
    worker = add_worker(database, tenant, "an", now=now)
    with database.writing(tenant) as session:
        attest(session, tenant, worker, ALL_NINE, on=date(YEAR, 3, 1), year=YEAR, now=now)
        attest(session, tenant, worker, {"CS4": 4}, on=date(YEAR, 5, 1), year=YEAR, now=now)
        attest(session, tenant, worker, {"CS4": 8}, on=date(YEAR, 9, 1), year=YEAR, now=now)
        add_facts(session, tenant, worker, ["reading"], day=date(YEAR, 10, 1))
        assessments.assess(session, tenant, [worker], PROGRAMME, YEAR, as_of=date(YEAR, 11, 20), now=now)
    with database.reading(tenant) as session:
        assert course.spells(session, tenant, [worker], PROGRAMME, YEAR) == {
            worker: [(date(YEAR, 3, 1), date(YEAR, 4, 30)), (date(YEAR, 9, 1), date(YEAR, 12, 31))]
        }


def test_who_was_never_judged_never_met_the_criteria(database: Database, tenant: UUID, now: datetime) -> None:
    load_rules(database, tenant, now=now)
    worker = add_worker(database, tenant, "an", now=now)
    with database.writing(tenant) as session:
        attest(session, tenant, worker, ALL_NINE, on=date(YEAR, 3, 1), year=YEAR, now=now)
    with database.reading(tenant) as session:
        assert course.spells(session, tenant, [worker], PROGRAMME, YEAR) == {}


def test_as_many_commands_for_many_workers_as_for_one(
    database: Database, tenant: UUID, now: datetime, count_commands: Counting
) -> None:
    load_rules(database, tenant, now=now)
    workers = [add_worker(database, tenant, f"w{number}", now=now) for number in range(20)]
    with database.writing(tenant) as session:
        for worker in workers:
            attest(session, tenant, worker, ALL_NINE, on=date(YEAR, 3, 1), year=YEAR, now=now)
            add_facts(session, tenant, worker, ["reading"], day=date(YEAR, 10, 1))
        assessments.assess(session, tenant, workers, PROGRAMME, YEAR, as_of=date(YEAR, 11, 20), now=now)
    counts = []
    for some in (workers[:1], workers):
        with database.reading(tenant) as session, count_commands() as commands:
            assert len(course.spells(session, tenant, some, PROGRAMME, YEAR)) == len(some)
        counts.append(len(commands))
    assert counts[0] == counts[1]
