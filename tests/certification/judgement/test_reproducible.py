"""What is kept names all it rests on: worked out again from that, in any order, on either database, it is the same."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from certification.evaluation.evaluate import find_in
from certification.evaluation.results import Evidence
from certification.evidence import feed, gathering
from certification.judgement import assessments, judging, kept
from certification.rules import criteria, plans
from lrs import api
from lrs.db import Database
from tests.certification.learning import PROGRAMME, add_worker, follow_all, load_rules, statement, store, voiding

TODAY = date(2026, 11, 20)
KINDS = ("law-labour", "law-safety", "digital-able", "skill-contest", "life-health")


def sent(chance: random.Random) -> list[dict[str, Any]]:
    """A year's Statements of one worker, some of them voided later."""
    learned = [
        statement("an", chance.choice(KINDS), timestamp=f"2026-{1 + number % 10:02}-{1 + number:02}T03:00:00Z")
        for number in range(12)
    ]
    return [*learned, *(voiding(one) for one in learned[:3])]


def judged(database: Database, tenant: UUID, worker: UUID, now: datetime) -> assessments.Assessed:
    follow_all(database, tenant, now, limit=4)
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    with database.reading(tenant) as session:
        last = assessments.latest(session, tenant, worker, PROGRAMME, 2026)
    assert last is not None
    return last


def test_the_order_in_which_evidence_arrives_means_nothing_and_a_rebuild_changes_nothing(
    database: Database, identity: api.Identity, tenant: UUID, now: datetime
) -> None:
    """Judged after each batch, in an order of chance; the plain function over all there is, on ids of another kind
    than either database gives, finds the same bytes, so both databases keep the same."""
    chance = random.Random(7)
    load_rules(database, tenant, now=now)
    worker = add_worker(database, tenant, "NV-AN", "an", now=now)
    arriving = sent(chance)
    learned, voids = arriving[:12], arriving[12:]
    chance.shuffle(learned)
    for batch in (learned[:5], learned[5:], voids):
        store(database, identity, *batch)
        last = judged(database, tenant, worker, now)
    with database.reading(tenant) as session:
        _, rules = criteria.in_force(session, tenant, PROGRAMME, criteria.AUDIENCE, 2026)
        ready = criteria.prepared(rules, plans.countings(plans.all_plans(session, tenant), 2026))
        known = gathering.gather(session, tenant, [worker], programme=PROGRAMME, year=2026, as_of=TODAY)[worker]
        assert last.watermark == api.latest_token(session, tenant)
    facts = list(known.facts)
    chance.shuffle(facts)
    assert kept.encode(find_in(ready, Evidence(tuple(facts)), 2026, TODAY)) == last.kept

    named = set(kept.decode(last.kept).statements)
    again = tuple(fact for fact in known.facts if fact.statement_id in named)
    assert kept.encode(find_in(ready, Evidence(again), 2026, TODAY)) == last.kept

    feed.rebuild(database, tenant, now=now)
    assert judged(database, tenant, worker, now).version == last.version


def test_what_had_been_said_and_what_holds_of_what_had_happened_are_two_answers(
    database: Database, identity: api.Identity, tenant: UUID, now: datetime
) -> None:
    load_rules(database, tenant, now=now)
    worker = add_worker(database, tenant, "NV-AN", "an", now=now)
    store(database, identity, statement("an", "life-health", timestamp="2026-02-01T03:00:00Z"))
    early = now - timedelta(days=30)
    first = judged(database, tenant, worker, early)
    store(database, identity, statement("an", "law-labour", timestamp="2026-03-01T03:00:00Z"))
    second = judged(database, tenant, worker, now)
    assert (first.version, second.version) == (1, 2)
    with database.reading(tenant) as session:
        said = assessments.said_on(session, tenant, worker, PROGRAMME, 2026, early)
        never = assessments.said_on(session, tenant, worker, PROGRAMME, 2026, datetime(2026, 1, 1, tzinfo=UTC))
        [holds] = assessments.known_on(session, tenant, [worker], PROGRAMME, date(2026, 4, 1))
    assert said is not None and never is None
    assert (said.version, said.kept) == (1, first.kept)
    assert holds.kept == second.kept, "what arrived later had happened by then"
