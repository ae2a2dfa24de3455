"""Judging workers and keeping the results: one worker and a million go the same way, a worker is a batch of one.

`assess` judges those it is given, now. `judge_stale` judges those whose evidence changed since they were judged.
`work` does that for good, with following the feed, for every tenant. The judgement itself is
`certification.evaluation.evaluate`; here is only what it needs to be told, and what is kept of its answer.

A result that differs from the last one kept is a new version; nothing is overwritten, and a judgement that says the
same on a later day leaves no trace.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification import criteria, evidence
from certification.bulk import insert
from certification.criteria import AUDIENCE
from certification.errors import NoCriteriaInForce
from certification.evaluation.evaluate import evaluate
from certification.evaluation.results import MET, Result, from_json, to_json
from certification.models import Assessment, Attestation, Base, Employment, Fact, Stale, Worker
from lrs import api
from lrs.db import Database, Session, among

__all__ = [
    "BATCH",
    "PROGRAMME",
    "Assessed",
    "Judgement",
    "assess",
    "judge_stale",
    "known_on",
    "latest",
    "meeting",
    "work",
]

PROGRAMME = "cong-dan-hoc-tap"
BATCH = 200
"""Workers judged in one transaction: some 50 ms of writing on SQLite."""

CHUNKS_IN_A_TURN = 20

IDLE_SECONDS = 1.0
"""How long the work loop waits when no tenant has anything to do: the longest an arrived Statement goes unread."""

RETRY_SECONDS = 30.0
"""How long a tenant is left alone after its work failed."""

log = logging.getLogger(__name__)

_STALE = Base.metadata.tables[Stale.__tablename__]


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

    Kept results say it for all whose evidence has not grown since: a judgement of a later day holds for `on` as long as
    nothing lies between. Only the others are judged anew for `on`, and nothing is kept of that.
    """
    year = on.year
    facts_since = sa.exists().where(
        Fact.worker_id == Assessment.worker_id, Fact.tenant_id == tenant, Fact.year == year, Fact.day > on
    )
    attested_since = sa.exists().where(
        Attestation.worker_id == Assessment.worker_id, Attestation.year == year, Attestation.attested_on > on
    )
    rows = session.execute(
        sa.select(
            Assessment.worker_id,
            Assessment.outcome,
            sa.and_(Assessment.as_of > on, sa.or_(facts_since, attested_since)).label("grown"),
        ).where(
            Assessment.tenant_id == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version == _newest(programme, year),
        )
    ).all()
    grown = known_on(session, tenant, [row.worker_id for row in rows if row.grown], programme, on)
    return {row.worker_id for row in rows if row.outcome == MET and not row.grown} | {
        one.worker_id for one in grown if one.result.outcome == MET
    }


def known_on(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, on: date
) -> tuple[Judgement, ...]:
    """What is to be said of these workers for the year of `on`, by what was known on that day. Keeps nothing.

    Workers for whom no criteria set is in force are left out.
    """
    return _judge(session, tenant, worker_ids, programme, on.year, on).judgements


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
    known = _lock(session, tenant, worker_ids)
    judged = _judge(session, tenant, known, programme, year, as_of)
    for missing in judged.without_criteria:
        raise missing
    kept = {one.worker_id: one for one in _keep(session, tenant, judged.judgements, programme, year, now)}
    return [kept[worker_id] for worker_id in worker_ids if worker_id in kept]


def judge_stale(
    database: Database, tenant: UUID, *, now: datetime, limit: int = BATCH, programme: str = PROGRAMME
) -> int:
    """Judges up to `limit` workers of those marked stale, in transactions of its own; gives how many it settled.

    Evidence is read and judged before the write transaction. A mark is removed only if it is still the one read: a
    worker whose evidence changed meanwhile keeps the newer mark, and what was just worked out is not kept. Workers for
    whom no criteria set is in force (a Statement of a year that had none) are logged and let go: nothing can be said of
    them before a criteria set is loaded, and then `flask certification assess` says it.
    """
    with database.reading() as session:
        marks = _marks(session, tenant, limit)
        judged: dict[int, _Judged] = {}
        for year in sorted({mark.year for mark in marks}):
            ids = [mark.worker_id for mark in marks if mark.year == year]
            judged[year] = _judge(session, tenant, ids, programme, year, evidence.vietnam_day(now))
            for missing in judged[year].without_criteria:
                log.warning("tenant %s: some stale workers cannot be judged: %s", tenant, missing)
    if not marks:
        return 0
    with database.writing() as session:
        known = set(_lock(session, tenant, {mark.worker_id for mark in marks}))
        settled = _settle(session, tenant, marks)
        for year, of_year in judged.items():
            still = [one for one in of_year.judgements if one.worker_id in known and (one.worker_id, year) in settled]
            _keep(session, tenant, still, programme, year, now)
    return len(settled)


# ---------------------------------------------------------------- the work loop


def work(database: Database, *, stop: threading.Event, clock: Callable[[], datetime]) -> None:
    """Follows the feed and judges, for every tenant in turn, until `stop` is set.

    `clock` gives the aware present. What fails for one tenant is logged and tried again after a pause, while the
    others go on. Waits only when nobody has anything to do, and wakes at once when `stop` is set.
    """
    paused_until: dict[UUID, float] = {}
    while not stop.is_set():
        busy = False
        for tenant, name in _tenants(database):
            if stop.is_set():
                return
            if paused_until.get(tenant, 0.0) > monotonic():
                continue
            try:
                busy = _turn(database, tenant, stop, clock) or busy
            except Exception:
                log.exception(
                    "work for tenant %s (%s) failed; it is tried again in %.0f s", name, tenant, RETRY_SECONDS
                )
                paused_until[tenant] = monotonic() + RETRY_SECONDS
        if not busy:
            stop.wait(IDLE_SECONDS)


def _tenants(database: Database) -> list[tuple[UUID, str]]:
    """Who there is to work for; nobody, said in the log, while the database does not answer."""
    try:
        with database.reading() as session:
            return api.tenants(session)
    except Exception:
        log.exception("the list of tenants cannot be read; it is tried again in %.0f s", IDLE_SECONDS)
        return []


def _turn(database: Database, tenant: UUID, stop: threading.Event, clock: Callable[[], datetime]) -> bool:
    """Some chunks of the feed and one batch of judging; whether there may be more to do.

    Judging comes after a chunk that was the last, so that a worker with many new Statements is judged once; and after
    `CHUNKS_IN_A_TURN` at the latest, so that a long backlog does not put it off for good.
    """
    for _ in range(CHUNKS_IN_A_TURN):
        followed = evidence.follow(database, tenant, now=clock())
        if followed.complete or stop.is_set():
            break
    judged = 0 if stop.is_set() else judge_stale(database, tenant, now=clock())
    return not followed.complete or judged > 0


# ---------------------------------------------------------------- judging


@dataclass(frozen=True, slots=True)
class _Judged:
    judgements: tuple[Judgement, ...]
    without_criteria: tuple[NoCriteriaInForce, ...]
    """Why the workers of some audience could not be judged."""


def _judge(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int, as_of: date
) -> _Judged:
    """What is to be said of these workers; changes nothing.

    `as_of` may lie after the year: facts are bound to their year anyway, and what was learned in it is often attested
    only in the next January.
    """
    evidence_of = evidence.gather(session, tenant, worker_ids, programme=programme, year=year, as_of=as_of)
    judgements: list[Judgement] = []
    without: list[NoCriteriaInForce] = []
    employed_on = min(as_of, date(year, 12, 31))
    for audience, ids in sorted(_by_audience(session, tenant, worker_ids, employed_on).items()):
        try:
            criteria_set_id, criteria_set = criteria.in_force(session, tenant, programme, audience, year)
        except NoCriteriaInForce as missing:
            without.append(missing)
            continue
        for one in ids:
            result = evaluate(criteria_set, evidence_of[one], year=year, as_of=as_of)
            judgements.append(Judgement(one, criteria_set_id, result, to_json(result)))
    return _Judged(tuple(judgements), tuple(without))


def _by_audience(session: Session, tenant: UUID, worker_ids: Collection[UUID], as_of: date) -> dict[str, list[UUID]]:
    """The workers parted by the table of the criteria that applies to each.

    That is the audience of the employment held on `as_of`, the one begun last if there are several; else of the last
    one held before; `AUDIENCE` for somebody without any.
    """
    best: dict[UUID, tuple[bool, date, str]] = {}
    rows = session.execute(
        sa.select(Employment.worker_id, Employment.audience, Employment.started, Employment.ended).where(
            among(session, Employment.worker_id, worker_ids),
            Employment.tenant_id == tenant,
            Employment.started <= as_of,
        )
    )
    for worker_id, audience, started, ended in rows:
        holds = ended is None or ended >= as_of
        best[worker_id] = max(best.get(worker_id, (False, date.min, "")), (holds, started, audience))
    parted: dict[str, list[UUID]] = defaultdict(list)
    for worker_id in worker_ids:
        parted[best[worker_id][2] if worker_id in best else AUDIENCE].append(worker_id)
    return parted


# ---------------------------------------------------------------- keeping


def _lock(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> list[UUID]:
    """Those of the ids that are workers of this tenant; nobody else keeps a result of theirs until the caller's
    transaction ends (on SQLite there is one writer anyway)."""
    workers = sa.select(Worker.id).where(among(session, Worker.id, worker_ids), Worker.tenant_id == tenant)
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


def _keep(
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
    insert(session, Assessment, rows)
    return answers


# ---------------------------------------------------------------- stale marks


@dataclass(frozen=True, slots=True)
class _Mark:
    worker_id: UUID
    year: int
    mark: UUID


def _marks(session: Session, tenant: UUID, limit: int) -> list[_Mark]:
    rows = session.execute(
        sa.select(Stale.worker_id, Stale.year, Stale.mark)
        .where(Stale.tenant_id == tenant)
        .order_by(Stale.worker_id, Stale.year)
        .limit(limit)
    )
    return [_Mark(*row) for row in rows]


def _settle(session: Session, tenant: UUID, marks: Collection[_Mark]) -> set[tuple[UUID, int]]:
    """Removes the marks that are still as they were read; gives whose they were."""
    removed = session.execute(
        sa.delete(_STALE)
        .where(
            _STALE.c.tenant_id == tenant,
            sa.tuple_(_STALE.c.worker_id, _STALE.c.year, _STALE.c.mark).in_(
                [(mark.worker_id, mark.year, mark.mark) for mark in marks]
            ),
        )
        .returning(_STALE.c.worker_id, _STALE.c.year)
    )
    return {(worker_id, year) for worker_id, year in removed}
