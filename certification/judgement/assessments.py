"""Judging workers and keeping the results: one worker and a million go the same way, a worker is a batch of one.

`assess` judges those it is given, now; `judgement.judging` those whose evidence changed since they were judged. The
judgement itself is `certification.evaluation.evaluate`; here is only what it needs to be told, and what is kept of its
answer.

A result that differs from the last one kept is a new version; nothing is overwritten, and a judgement that says the
same on a later day leaves no trace.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification import bulk
from certification.errors import NoCriteriaInForce
from certification.evaluation.evaluate import evaluate
from certification.evaluation.results import MET, Result, from_json, to_json
from certification.evidence import gathering
from certification.models import Assessment, Attestation, Fact, Worker
from certification.people import audiences
from certification.rules import criteria
from lrs.db import Session, among

__all__ = [
    "BATCH",
    "Assessed",
    "Judged",
    "Judgement",
    "assess",
    "judge",
    "keep",
    "known_on",
    "latest",
    "lock",
    "meeting",
]

BATCH = 200
"""Workers judged in one transaction: some 50 ms of writing on SQLite."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What judging says of one worker, whether it is kept or not."""

    worker_id: UUID
    criteria_set_id: UUID
    result: Result
    text: str
    """The result as it is kept, written out before the write transaction begins."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """The last result kept for a worker. `changed`: whether it was this call that kept it.

    `result.as_of` is the day on which a judgement first said so, which may lie before the day asked about.
    """

    worker_id: UUID
    version: int
    criteria_set_id: UUID
    result: Result
    judged: datetime
    changed: bool


def latest(session: Session, tenant: UUID, worker_id: UUID, programme: str, year: int) -> Assessed | None:
    """The last result kept for a worker of this tenant and an assessment year, or None."""
    last = _last(session, tenant, [worker_id], programme, year).get(worker_id)
    if last is None:
        return None
    return Assessed(worker_id, last.version, last.criteria_set_id, from_json(last.result), last.judged, changed=False)


def meeting(session: Session, tenant: UUID, programme: str, on: date) -> set[UUID]:
    """The workers who meet the criteria of the year of `on`, by what had been learned and attested up to that day.

    Kept results say it for all of whom nothing became known between the day they speak of and `on`, whichever is
    earlier. Only the others are judged anew for `on`, and nothing is kept of that.
    """
    year = on.year
    rows = session.execute(
        sa.select(Assessment.worker_id, Assessment.outcome, Assessment.as_of).where(
            Assessment.tenant_id == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version == _newest(programme, year),
        )
    ).all()
    between = {row.worker_id: (min(row.as_of, on), max(row.as_of, on)) for row in rows if row.as_of != on}
    grown = {
        worker_id
        for worker_id, day in _days_with_news(session, tenant, programme, year, between.values())
        if worker_id in between and between[worker_id][0] < day <= between[worker_id][1]
    }
    anew = known_on(session, tenant, grown, programme, on)
    return {row.worker_id for row in rows if row.outcome == MET and row.worker_id not in grown} | {
        one.worker_id for one in anew if one.result.outcome == MET
    }


def _days_with_news(
    session: Session, tenant: UUID, programme: str, year: int, spans: Collection[tuple[date, date]]
) -> Iterable[tuple[UUID, date]]:
    """Worker and day of each fact and of each attestation given or withdrawn, on the days that the spans lie in; in one
    SQL command."""
    if not spans:
        return ()
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    learned = sa.select(Fact.worker_id, Fact.day.label("day")).where(
        Fact.tenant_id == tenant, Fact.year == year, Fact.day > first, Fact.day <= last
    )
    attested, withdrawn = (
        sa.select(Attestation.worker_id, day).where(
            Attestation.tenant_id == tenant,
            Attestation.programme == programme,
            Attestation.year == year,
            day > first,
            day <= last,
        )
        for day in (Attestation.attested_on, Attestation.withdrawn_on)
    )
    rows: Iterable[Any] = session.execute(sa.union(learned, attested, withdrawn))
    return [(worker_id, day) for worker_id, day in rows]


def known_on(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, on: date
) -> tuple[Judgement, ...]:
    """What is to be said of these workers for the year of `on`, by what was known on that day. Keeps nothing.

    Workers for whom no criteria set is in force are left out.
    """
    return judge(session, tenant, worker_ids, programme, on.year, on).judgements


def assess(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    *,
    as_of: date,
    now: datetime,
) -> list[Assessed]:
    """Judges these workers of the tenant for an assessment year, on what is known up to the day `as_of`.

    Gives one answer a worker, in the order of `worker_ids`, and keeps those that differ from the last, unless the last
    is of a later day than `as_of`. A fixed number
    of SQL commands, however many workers; ids that are no worker of this tenant are passed over. Raises
    NoCriteriaInForce when one of them has none; then nothing is kept.
    """
    known = lock(session, tenant, worker_ids)
    judged = judge(session, tenant, known, programme, year, as_of)
    for missing in judged.without_criteria:
        raise missing
    kept = {one.worker_id: one for one in keep(session, tenant, judged.judgements, programme, year, now)}
    return [kept[worker_id] for worker_id in worker_ids if worker_id in kept]


# ---------------------------------------------------------------- judging


@dataclass(frozen=True, slots=True)
class Judged:
    judgements: tuple[Judgement, ...]
    without_criteria: tuple[NoCriteriaInForce, ...]
    """Why the workers of some audience could not be judged."""


def judge(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int, as_of: date
) -> Judged:
    """What is to be said of these workers; changes nothing.

    `as_of` may lie after the year: facts are bound to their year anyway, and what was learned in it is often attested
    only in the next January.
    """
    evidence_of = gathering.gather(session, tenant, worker_ids, programme=programme, year=year, as_of=as_of)
    judgements: list[Judgement] = []
    without: list[NoCriteriaInForce] = []
    for audience, ids in sorted(_by_audience(session, tenant, worker_ids, year).items()):
        try:
            criteria_set_id, criteria_set = criteria.in_force(session, tenant, programme, audience, year)
        except NoCriteriaInForce as missing:
            without.append(missing)
            continue
        for one in ids:
            result = evaluate(criteria_set, evidence_of[one], year=year, as_of=as_of)
            judgements.append(Judgement(one, criteria_set_id, result, to_json(result)))
    return Judged(tuple(judgements), tuple(without))


def _by_audience(session: Session, tenant: UUID, worker_ids: Collection[UUID], year: int) -> dict[str, list[UUID]]:
    """The workers parted by the table of the criteria that applies to each in the year."""
    audience_of = audiences.of(session, tenant, worker_ids, year)
    parted: dict[str, list[UUID]] = defaultdict(list)
    for worker_id in worker_ids:
        parted[audience_of[worker_id]].append(worker_id)
    return parted


# ---------------------------------------------------------------- keeping


def lock(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> list[UUID]:
    """Those of the ids that are workers of this tenant; nobody else keeps a result of theirs until the caller's
    transaction ends (on SQLite there is one writer anyway). Of a record that was merged into another, nothing is kept
    any more."""
    workers = sa.select(Worker.id).where(
        among(session, Worker.id, worker_ids), Worker.tenant_id == tenant, Worker.merged_into.is_(None)
    )
    return list(session.scalars(workers.order_by(Worker.id).with_for_update(key_share=True)))


def _last(session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int) -> dict[UUID, Any]:
    """The newest version of each worker's result: version, criteria_set_id, as_of, result, judged."""
    rows: Iterable[Any] = session.execute(
        sa.select(
            Assessment.worker_id,
            Assessment.version,
            Assessment.criteria_set_id,
            Assessment.as_of,
            Assessment.result,
            Assessment.judged,
        ).where(
            among(session, Assessment.worker_id, worker_ids),
            Assessment.tenant_id == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version == _newest(programme, year),
        )
    )
    return {row.worker_id: row for row in rows}


def _newest(programme: str, year: int) -> sa.ScalarSelect[int]:
    """The newest version of the worker whose row of `certification_assessment` is looked at."""
    other = aliased(Assessment)
    return (
        sa.select(sa.func.max(other.version))
        .where(other.worker_id == Assessment.worker_id, other.programme == programme, other.year == year)
        .scalar_subquery()
    )


def keep(
    session: Session, tenant: UUID, judgements: Collection[Judgement], programme: str, year: int, now: datetime
) -> list[Assessed]:
    """Adds a version for each judgement that differs from the last kept in more than the day it was made for."""
    last = _last(session, tenant, [one.worker_id for one in judgements], programme, year)
    answers: list[Assessed] = []
    rows: list[dict[str, Any]] = []
    for one in judgements:
        before = last.get(one.worker_id)
        if before is not None and before.as_of > one.result.as_of:
            # What is kept speaks of a later day, and the newest version has to be the latest word.
            answers.append(Assessed(one.worker_id, before.version, one.criteria_set_id, one.result, now, changed=False))
            continue
        if before is not None and before.criteria_set_id == one.criteria_set_id:
            earlier = dataclasses.replace(one.result, as_of=before.as_of)
            if before.result == (one.text if earlier == one.result else to_json(earlier)):
                answers.append(
                    Assessed(one.worker_id, before.version, one.criteria_set_id, earlier, before.judged, changed=False)
                )
                continue
        version = 1 if before is None else before.version + 1
        answers.append(Assessed(one.worker_id, version, one.criteria_set_id, one.result, now, changed=True))
        rows.append(
            {
                "worker_id": one.worker_id,
                "programme": programme,
                "year": year,
                "version": version,
                "tenant_id": tenant,
                "criteria_set_id": one.criteria_set_id,
                "as_of": one.result.as_of,
                "outcome": one.result.outcome,
                "total": one.result.total,
                "result": one.text,
                "judged": now,
            }
        )
    bulk.insert(session, Assessment, rows)
    return answers
