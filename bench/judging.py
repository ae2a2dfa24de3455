"""Judging a population: the working out alone, reading and keeping with it, the counts in bare SQL beside that."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import migrations
from bench import machine
from bench.memory import most_together
from bench.population import FACTS_EACH, YEAR, populate
from certification.evaluation.findings import find, tally
from certification.evidence import gathering
from certification.judgement import engines, kept, population
from certification.people import workers as people
from certification.rules import criteria, plans, rule_files
from lrs import api
from lrs.db import NOBODY, Database

AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
CHUNK = 1000
"""Workers of whom judging alone is measured."""

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
    """For a population made up for the occasion: the counts in bare SQL (before and after, the median), everybody
    judged as `assess --all` does with a result to keep for each, and again with nothing new. By the clock, and of CPU
    of all processes (the server's among them); MB that these processes, without the server, held at most."""
    database, tenant = prepared(url, workers)
    found = measure_filled(database, tenant, rounds, processes)
    database.close()
    return found


def prepared(url: str, workers: int) -> tuple[Database, UUID]:
    """A new database with the rules and a population made up for the occasion, and the tenant whose it is."""
    database = Database(url)
    migrations.upgrade(database)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=NOW)
    populate(database, tenant, workers)
    return database, tenant


def measure_filled(database: Database, tenant: UUID, rounds: int, processes: int | None = None) -> dict[str, Any]:
    """The same of a population that is there."""
    with database.reading(tenant) as session:
        ids = people.ids(session, tenant)

    def everybody() -> None:
        population.judge_everybody(
            database,
            tenant,
            ids,
            programme=criteria.PROGRAMME,
            year=YEAR,
            as_of=AS_OF,
            now=NOW,
            engine=engines.BuiltIn(processes),
        )

    bare = [_cost(lambda: _count(database, tenant)) for _ in range(rounds)]
    with most_together(os.getpid(), besides=_servers()) as held:
        first = _cost(everybody)
    again = _cost(everybody)
    bare += [_cost(lambda: _count(database, tenant)) for _ in range(rounds)]
    wall, cpu = (statistics.median(one[place] for one in bare) for place in (0, 1))
    return {
        "workers": len(ids),
        "facts": len(ids) * FACTS_EACH,
        "load": os.getloadavg(),
        "pure": statistics.median(_pure(database, tenant, ids[:CHUNK]) for _ in range(3)) * len(ids) / CHUNK,
        "bare": wall,
        "bare_cpu": cpu,
        "assess": first[0],
        "assess_cpu": first[1],
        "memory": max(held),
        "ratio": first[0] / wall,
        "again": again[0],
        "again_cpu": again[1],
    }


def _cost(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of CPU."""
    began, cpu = time.perf_counter(), machine.cpu_seconds()
    action()
    return time.perf_counter() - began, machine.cpu_seconds() - cpu


def _servers() -> set[int]:
    """Processes of this one's that were there before anybody was judged: the database server, where there is one."""
    return {int(one) for one in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


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


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
