"""Judging a population: the working out alone, the whole way with reading and keeping, the counts in bare SQL beside
it, the status of a thousand workers, and the roll-up of all units."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

import migrations
from certification import bulk
from certification.evaluation.findings import find, tally
from certification.evidence import gathering
from certification.judgement import assessments, kept, population
from certification.models import Employment, Fact, Organization, OrganizationParent, Worker
from certification.rules import criteria, plans, rule_files
from certification.targets import attainment
from lrs import api
from lrs.db import NOBODY, Database, Session, new_id

YEAR = 2026
AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
FACTS_EACH = 20
CHUNK = 1000
"""Workers made up at a time."""

WHAT = [
    *("law-labour", "law-trade-union", "law-safety", "working-class-theory", "skill-upskilling", "skill-contest"),
    *("life-health", "life-traffic", "digital-reached", "digital-able", "reading", "study-plan", "community"),
    *("language", "improvement", "learning"),
]

COUNTS = """
SELECT count(*), sum(days), sum(score), sum(g1), sum(g2), sum(g3), sum(g4) FROM (
    SELECT worker_id,
        count(DISTINCT CASE WHEN what IN ('reading', 'learning') AND quality >= 1 THEN day END) AS days,
        count(DISTINCT CASE WHEN what IN ('reading', 'learning') AND quality >= 1 THEN activity_key END) AS activities,
        count(DISTINCT CASE WHEN what = 'study-plan' THEN day END) AS plans,
        count(DISTINCT CASE WHEN what = 'community' THEN day END) AS community,
        count(DISTINCT CASE WHEN what IN ('digital-reached', 'digital-able') THEN day END) AS digital,
        count(DISTINCT CASE WHEN what = 'language' THEN day END) AS language,
        count(DISTINCT CASE WHEN what = 'improvement' THEN activity_key END) AS improvement,
        max(CASE WHEN what = 'language' AND quality >= 3 THEN score END) AS score,
        max(CASE WHEN what IN ('law-labour', 'law-trade-union', 'working-class-theory') THEN 1 ELSE 0 END) AS g1,
        max(CASE WHEN what IN ('skill-upskilling', 'skill-contest') THEN 1 ELSE 0 END) AS g2,
        max(CASE WHEN what IN ('life-health', 'life-traffic') THEN 1 ELSE 0 END) AS g3,
        max(CASE WHEN what IN ('digital-reached', 'digital-able') THEN 1 ELSE 0 END) AS g4
    FROM certification_fact WHERE {mine} AND day <= {day} GROUP BY worker_id
) AS counted
"""
"""Counts alone, nothing kept: what a database takes to look at every fact once and count some of it."""


def measure(url: str, *, workers: int, rounds: int, processes: int | None = None) -> dict[str, Any]:
    """Seconds, medians over `rounds`, for a population made up for the occasion."""
    database = Database(url)
    migrations.upgrade(database)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=NOW)
        enterprises = _units(session, tenant)
    ids: list[UUID] = []
    for some in _populate(database, tenant, workers, enterprises):
        ids += some
    if not database.is_sqlite:
        with database.writing(tenant) as session:
            session.execute(sa.text("ANALYZE certification_fact"))

    def everybody() -> None:
        population.judge_everybody(
            database, tenant, ids, programme=criteria.PROGRAMME, year=YEAR, as_of=AS_OF, now=NOW, processes=processes
        )

    bare = [_timed(lambda: _count(database, tenant)) for _ in range(rounds)]
    first = _timed(everybody)
    again = [_timed(everybody) for _ in range(rounds)]

    def roll_up() -> None:
        with database.reading(tenant) as session:
            attainment.measure_all(session, tenant, on=AS_OF)

    rollup = [_timed(roll_up) for _ in range(rounds)]
    found = {
        "workers": workers,
        "facts": workers * FACTS_EACH,
        "pure": statistics.median(_pure(database, tenant, ids[:CHUNK]) for _ in range(rounds)) * workers / CHUNK,
        "bare": statistics.median(bare),
        "assess": first,
        "ratio": first / statistics.median(bare),
        "again": statistics.median(again),
        "rollup": statistics.median(rollup),
        **_status(database, tenant, ids),
    }
    database.close()
    return found


def _count(database: Database, tenant: UUID) -> None:
    if database.is_sqlite:
        mine, values = "+tenant_id = ? AND +year = ?", (tenant.hex, YEAR, AS_OF.isoformat())
        text = COUNTS.format(mine=mine, day="?")
    else:
        mine, values = "tenant_id = %s AND year = %s", (tenant, YEAR, AS_OF)  # type: ignore[assignment]
        text = COUNTS.format(mine=mine, day="%s")
    with database.reading(tenant) as session:
        session.connection().exec_driver_sql(text, values).all()


def _pure(database: Database, tenant: UUID, ids: list[UUID]) -> float:
    with database.reading(tenant) as session:
        _, criteria_set = criteria.in_force(session, tenant, criteria.PROGRAMME, criteria.AUDIENCE, YEAR)
        rules = criteria.prepared(criteria_set, plans.countings(plans.all_plans(session, tenant), YEAR))
        learned = gathering.learned(session, tenant, ids, year=YEAR, as_of=AS_OF, kinds=rules.kinds)

    def judge() -> None:
        for facts in learned.values():
            found = find(rules, facts)
            tally(rules, found)
            kept.encode(found)

    return _timed(judge)


def _status(database: Database, tenant: UUID, ids: list[UUID]) -> dict[str, float]:
    """Milliseconds for the last results with their reasons, of one worker and of a thousand: p99 of some tries."""
    chance = random.Random(2)

    def ask(many: int) -> None:
        with database.reading(tenant) as session:
            some = chance.sample(ids, min(many, len(ids)))
            found = assessments.latest_of(session, tenant, some, criteria.PROGRAMME, YEAR)
        for one in found.values():
            _ = one.result

    times = {many: sorted(_timed(partial(ask, many)) for _ in range(tries)) for many, tries in ((1, 200), (1000, 20))}
    return {f"status_{many}": 1000 * took[-max(1, len(took) // 100)] for many, took in times.items()}


def _units(session: Session, tenant: UUID) -> list[UUID]:
    """Twelve enterprises below the country."""
    top = session.scalars(
        sa.select(Organization.id).where(Organization.tenant_id == tenant, Organization.code == "vn")
    ).one_or_none()
    if top is None:
        top = new_id()
        session.execute(
            sa.insert(Organization),
            [{"id": top, "tenant_id": tenant, "code": "vn", "name": "Việt Nam", "kind": "administrative"}],
        )
    enterprises = [new_id() for _ in range(12)]
    session.execute(
        sa.insert(Organization),
        [
            {"id": one, "tenant_id": tenant, "code": f"bench/{n}", "name": f"Doanh nghiệp {n}", "kind": "enterprise"}
            for n, one in enumerate(enterprises)
        ],
    )
    session.execute(
        sa.insert(OrganizationParent),
        [
            {"organization_id": one, "tree": "administrative", "parent_id": top, "valid_from": date(2020, 1, 1)}
            for one in enterprises
        ],
    )
    return enterprises


def _populate(database: Database, tenant: UUID, workers: int, enterprises: list[UUID]) -> Iterator[list[UUID]]:
    """Workers spread over the enterprises, each with facts of the year; chunk by chunk."""
    chance = random.Random(1)
    for start in range(0, workers, CHUNK):
        numbers = range(start, min(start + CHUNK, workers))
        ids = [new_id() for _ in numbers]
        with database.writing(tenant) as session:
            bulk.insert(
                session,
                Worker,
                [
                    {"id": one, "tenant_id": tenant, "number": f"B-{n}", "full_name": "Người mẫu", "gender": None}
                    for n, one in zip(numbers, ids, strict=True)
                ],
            )
            bulk.insert(
                session,
                Employment,
                [
                    {
                        "worker_id": one, "tenant_id": tenant, "enterprise_id": enterprises[n % 12],
                        "started": date(2020, 1, 1), "ended": None, "position": None,
                    }
                    for n, one in zip(numbers, ids, strict=True)
                ],
            )  # fmt: skip
            _learn(session, tenant, ids, chance)
        yield ids


def _learn(session: Session, tenant: UUID, ids: list[UUID], chance: random.Random) -> None:
    """Facts of each of the workers, every one of a Statement of its own, in no order of workers."""
    pairs = [one for one in ids for _ in range(FACTS_EACH)]
    chance.shuffle(pairs)
    days = [date(YEAR, 1, 1) + timedelta(days=number) for number in range(320)]
    bulk.insert(
        session,
        Fact,
        [
            {
                "worker_id": one, "tenant_id": tenant, "statement_id": uuid4(), "what": chance.choice(WHAT),
                "day": chance.choice(days), "year": YEAR, "minutes": chance.randrange(120),
                "score": chance.choice([None, chance.randrange(10001)]), "quality": chance.randrange(1, 4),
                "activity_key": chance.randrange(500),
            }
            for one in pairs
        ],
    )  # fmt: skip


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
