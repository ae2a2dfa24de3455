"""Judging by a clock that is wrong: what it kept is right again with the next evidence, or when the day comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from certification.judgement import assessments, judging
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Database
from tests.certification.learning import (
    PROGRAMME,
    add_worker,
    follow_all,
    load_rules,
    stale_marks,
    statement,
    store,
)

STEPS = (timedelta(), timedelta(days=2), timedelta(), -timedelta(days=2), timedelta())
"""By how much the clock of the machine that judges is wrong, one after the other."""


def judged(database: Database, tenant: UUID, now: datetime) -> None:
    follow_all(database, tenant, now, limit=4)
    judging.judge_all_stale(database, tenant, clock=lambda: now)


def kept_and_anew(database: Database, tenant: UUID, worker: UUID, now: datetime) -> tuple[bytes, bytes]:
    """What is kept of the worker, and what judging by the right clock says."""
    with database.reading(tenant) as session:
        last = assessments.latest(session, tenant, worker, PROGRAMME, 2026)
        [anew] = assessments.judge(session, tenant, [worker], PROGRAMME, 2026, vietnam_day(now)).judgements
    assert last is not None
    return last.kept, anew.kept


def test_results_do_not_hang_on_a_clock_that_was_wrong_meanwhile(
    database: Database, identity: api.Identity, tenant: UUID, now: datetime
) -> None:
    load_rules(database, tenant, now=now)
    worker = add_worker(database, tenant, "NV-AN", "an", now=now)
    tomorrow = now + timedelta(days=1)
    store(database, identity, statement("an", "law-safety", timestamp=tomorrow.isoformat()))
    seen = []
    for number, step in enumerate(STEPS):
        learned = {"object": {"id": f"https://hoc.example.org/khoa/{number}"}}
        yesterday = (now - timedelta(days=1)).isoformat()
        store(database, identity, statement("an", "law-labour", timestamp=yesterday, **learned))
        judged(database, tenant, now + step)
        kept, anew = kept_and_anew(database, tenant, worker, now)
        seen.append(kept == anew)
    assert seen == [True, False, True, False, True]
    assert len(stale_marks(database, tenant)) == 1, "put off to the day of the next evidence"
    judged(database, tenant, tomorrow)
    kept, anew = kept_and_anew(database, tenant, worker, tomorrow)
    assert kept == anew and stale_marks(database, tenant) == {}


def test_what_was_judged_ahead_of_its_day_is_right_on_it_and_what_was_judged_behind_is_judged_again(
    database: Database, identity: api.Identity, tenant: UUID, now: datetime
) -> None:
    load_rules(database, tenant, now=now)
    worker = add_worker(database, tenant, "NV-AN", "an", now=now)
    store(database, identity, statement("an", "law-labour", timestamp=(now - timedelta(hours=1)).isoformat()))
    for wrong, right in ((-timedelta(days=2), timedelta()), (timedelta(days=2), timedelta(days=1))):
        judged(database, tenant, now + wrong)
        judged(database, tenant, now + right)
        kept, anew = kept_and_anew(database, tenant, worker, now + right)
        assert kept == anew
        store(database, identity, statement("an", "law-safety", timestamp=(now + timedelta(days=1)).isoformat()))
