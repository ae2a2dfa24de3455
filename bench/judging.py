"""Judging a population: the pure function alone, the whole way with reading and keeping, the roll-up of all units."""

from __future__ import annotations

import random
import statistics
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

import migrations
from certification.evaluation.evaluate import evaluate
from certification.evidence import gathering
from certification.judgement import assessments
from certification.models import Employment, Fact, Organization, OrganizationParent, UnionRole, Worker
from certification.rules import criteria, rule_files
from certification.targets import attainment
from lrs import api
from lrs.db import NOBODY, Database, Session, new_id

YEAR = 2026
AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
FACTS_EACH = 25
WHAT = [
    *("law-labour", "law-trade-union", "law-safety", "working-class-theory", "skill-upskilling", "skill-contest"),
    *("life-health", "life-traffic", "digital-reached", "digital-able", "reading", "study-plan", "community"),
    *("language", "improvement", "learning"),
]


def measure(url: str, *, workers: int, rounds: int) -> dict[str, Any]:
    """Seconds, medians over `rounds`, for a population made up for the occasion."""
    database = Database(url)
    migrations.upgrade(database)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=NOW)
        ids = _populate(session, tenant, workers)
    with database.reading(tenant) as session:
        known = gathering.gather(session, tenant, ids, programme=criteria.PROGRAMME, year=YEAR, as_of=AS_OF)
        _, criteria_set = criteria.in_force(session, tenant, criteria.PROGRAMME, criteria.AUDIENCE, YEAR)
    pure = [_timed(lambda: [evaluate(criteria_set, one, year=YEAR, as_of=AS_OF) for one in known.values()])
            for _ in range(rounds)]  # fmt: skip
    first = _timed(lambda: _assess_all(database, tenant, ids))
    again = [_timed(lambda: _assess_all(database, tenant, ids)) for _ in range(rounds)]

    def roll_up() -> None:
        with database.reading(tenant) as session:
            attainment.measure_all(session, tenant, on=AS_OF)

    rollup = [_timed(roll_up) for _ in range(rounds)]
    database.close()
    return {
        "workers": workers,
        "facts": workers * FACTS_EACH,
        "pure": statistics.median(pure),
        "assess": first,
        "again": statistics.median(again),
        "rollup": statistics.median(rollup),
    }


def _assess_all(database: Database, tenant: UUID, ids: list[UUID]) -> None:
    for start in range(0, len(ids), assessments.BATCH):
        with database.writing(tenant) as session:
            assessments.assess(
                session,
                tenant,
                ids[start : start + assessments.BATCH],
                criteria.PROGRAMME,
                YEAR,
                as_of=AS_OF,
                now=NOW,
            )


def _populate(session: Session, tenant: UUID, workers: int) -> list[UUID]:
    """Workers spread over twelve enterprises, each with facts of the year."""
    chance = random.Random(1)
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
    ids = [new_id() for _ in range(workers)]
    session.execute(
        sa.insert(Worker),
        [{"id": one, "tenant_id": tenant, "number": f"B-{n}", "full_name": "Người mẫu"} for n, one in enumerate(ids)],
    )
    session.execute(
        sa.insert(Employment),
        [
            {
                "worker_id": one, "tenant_id": tenant, "enterprise_id": enterprises[n % 12],
                "started": date(2020, 1, 1),
            }
            for n, one in enumerate(ids)
        ],
    )  # fmt: skip
    session.execute(
        sa.insert(UnionRole),
        [
            {
                "worker_id": one, "tenant_id": tenant, "enterprise_id": enterprises[n % 12], "role": "cadre",
                "started": date(2020, 1, 1),
            }
            for n, one in enumerate(ids)
            if n % 30 == 0
        ],
    )  # fmt: skip
    session.execute(sa.insert(Fact), [fact for one in ids for fact in _facts(chance, tenant, one)])
    return ids


def _facts(chance: random.Random, tenant: UUID, worker: UUID) -> list[dict[str, Any]]:
    return [
        {
            "worker_id": worker, "tenant_id": tenant, "statement_id": new_id(), "what": chance.choice(WHAT),
            "day": date(YEAR, 1, 1) + timedelta(days=chance.randrange(320)), "year": YEAR,
            "minutes": chance.randrange(120), "score": chance.choice([None, chance.randrange(10001)]),
            "quality": chance.randrange(1, 4), "activity_key": chance.randrange(500),
        }
        for _ in range(FACTS_EACH)
    ]  # fmt: skip


def _timed(action: Any) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
