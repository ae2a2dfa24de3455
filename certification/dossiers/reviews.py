"""What a recognised title rested on is gone: a review item, and what a named person decides about it.

    look      compares titles that were touched with what they rested on when they were recognised, and opens items
    listing   items as far as one may know of the workers
    decide    keep the title with the reason, correct the certificate, or withdraw the title

A title rests on the last result that had been kept when its decision was recorded: on the Statements and attestations
in it, and on its having been "met". Of closed years nothing is judged again, and their titles are reviewed all the
same. Nothing here ends a title but `decide`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access.rights import Reach
from certification.access.who import Who
from certification.acts import chain
from certification.dossiers import ending, review_words, steps
from certification.dossiers.ending import OPEN
from certification.dossiers.steps import WrongState
from certification.errors import CertificationError
from certification.evaluation.results import MET, NOT_MET
from certification.evidence import withdrawals
from certification.evidence.witnesses import NotForYou
from certification.evidence.words import reason_faults
from certification.judgement import archive, kept
from certification.marks import Cause
from certification.models import (
    Assessment,
    Attestation,
    Award,
    Certificate,
    Fact,
    Repeat,
    TitleReview,
    TouchedTitle,
    Worker,
)
from certification.rules import title_procedures
from certification.spreadsheets import Fault, ImportFaults
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Database, Session, among, beside, new_id

__all__ = [
    "OUTCOMES",
    "Change",
    "Review",
    "UnknownReview",
    "decide",
    "find",
    "listing",
    "look",
    "look_at_all",
    "look_within",
]

BATCH = 200
"""Titles looked at in one transaction."""

OUTCOMES = ("kept", "corrected", "withdrawn")
STATES = (OPEN, *OUTCOMES)


class UnknownReview(CertificationError):
    """The tenant has no such item, or not for whoever asks."""

    def __init__(self, review: UUID) -> None:
        super().__init__(f"Không có việc xem lại “{review}”; xem danh sách")


@dataclass(frozen=True, slots=True)
class Change:
    """What changed: a kind of `review_words.KINDS`, the id of what is gone, and whose act it was, where known."""

    kind: str
    of: UUID | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Review:
    """An item; instants in UTC. `number` is the worker's."""

    id: UUID
    worker_id: UUID
    number: str
    programme: str
    year: int
    opened: datetime
    why: tuple[Change, ...]
    state: str
    decided_by: str | None
    decided: datetime | None
    reason: str | None


_Title = tuple[UUID, str, int]
"""Worker, programme, assessed year."""


# ---------------------------------------------------------------- what is to be looked at


def look_at_all(database: Database, tenant: UUID, *, now: datetime) -> int:
    """Looks until nothing is left to be looked at; how many titles that were."""
    done = 0
    while some := look(database, tenant, now=now):
        done += some
    return done


def look(database: Database, tenant: UUID, *, now: datetime, limit: int = BATCH) -> int:
    """Looks at up to `limit` touched titles, in a transaction of its own; how many it looked at.

    An item is opened, or the open one added to, where something changed that no earlier item of the title told. A
    number of SQL commands that grows with the assessed years alone.
    """
    with database.reading(tenant) as session:
        if session.scalar(sa.select(TouchedTitle.worker_id).where(TouchedTitle.tenant_id == tenant).limit(1)) is None:
            return 0
    with database.writing(tenant) as session:
        return look_within(session, tenant, now=now, limit=limit)


def look_within(session: Session, tenant: UUID, *, now: datetime, limit: int = BATCH) -> int:
    """As `look`, within the caller's transaction: what that touched itself nobody else looks at before. Titles that
    somebody else is looking at are left to them."""
    rows = session.execute(
        sa.select(
            TouchedTitle.worker_id, TouchedTitle.programme, TouchedTitle.year, TouchedTitle.mark,
            TouchedTitle.causes,
        )
        .where(TouchedTitle.tenant_id == tenant)
        .order_by(TouchedTitle.worker_id, TouchedTitle.programme, TouchedTitle.year)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()  # fmt: skip
    touched: dict[_Title, Cause] = {(row[0], row[1], row[2]): Cause(row[4]) for row in rows}
    _open(session, tenant, _changed(session, tenant, touched), now)
    marks = [row.mark for row in rows]
    session.execute(
        sa.delete(TouchedTitle).where(
            TouchedTitle.tenant_id == tenant,
            among(session, TouchedTitle.worker_id, {row.worker_id for row in rows}),
            among(session, TouchedTitle.mark, set(marks)),
        )
    )
    return len(rows)


def _changed(session: Session, tenant: UUID, touched: Mapping[_Title, Cause]) -> dict[_Title, list[Change]]:
    """What changed of each title, as far as anything did."""
    by_year: dict[tuple[str, int], list[UUID]] = defaultdict(list)
    for worker, programme, year in touched:
        by_year[programme, year].append(worker)
    found: dict[_Title, list[Change]] = {}
    for (programme, year), workers in by_year.items():
        causes = {worker: touched[worker, programme, year] for worker in workers}
        for worker, changes in _of_year(session, tenant, programme, year, causes).items():
            found[worker, programme, year] = changes
    return found


def _of_year(
    session: Session, tenant: UUID, programme: str, year: int, causes: Mapping[UUID, Cause]
) -> dict[UUID, list[Change]]:
    mine = beside(Award.tenant_id) == tenant, Award.programme == programme, Award.year == year
    awards = session.execute(
        sa.select(Award.worker_id, Award.recorded, Award.withdrawn_on).where(
            *mine, among(session, Award.worker_id, list(causes))
        )
    ).all()
    changes: dict[UUID, list[Change]] = defaultdict(list)
    ended = {row.worker_id for row in awards if row.withdrawn_on is not None}
    for worker in _still_certified(session, tenant, programme, year, ended):
        changes[worker].append(Change("title_withdrawn", None, None))
    recorded = {row.worker_id: row.recorded for row in awards if row.withdrawn_on is None}
    grounds = _grounds(session, tenant, programme, year, recorded)
    now = archive.outcomes(session, tenant, list(grounds), programme, year)
    rested = {worker: kept.decode(row.result) for worker, row in grounds.items() if not kept.is_of_old(row.result)}
    for worker, gone in _gone(session, tenant, {one: found.statements for one, found in rested.items()}, causes):
        changes[worker].append(gone)
    given = {one: {each.id: each.points for each in found.attested if each.id} for one, found in rested.items()}
    for worker, taken in _taken_back(session, tenant, programme, year, given, recorded):
        changes[worker].append(taken)
    for worker, row in grounds.items():
        if row.outcome == MET and now.get(worker) == NOT_MET:
            changes[worker].append(Change("not_met", None, None))
    return {worker: found for worker, found in changes.items() if found}


def _grounds(
    session: Session, tenant: UUID, programme: str, year: int, recorded: Mapping[UUID, datetime]
) -> dict[UUID, Any]:
    """Of each of these workers the last result that had been kept when the title was recorded."""
    rows = session.execute(
        sa.select(
            Assessment.worker_id, Assessment.version, Assessment.judged, Assessment.outcome, Assessment.result
        )
        .where(
            Assessment.tenant_id == tenant, Assessment.programme == programme, Assessment.year == year,
            among(session, Assessment.worker_id, list(recorded)),
        )
        .order_by(Assessment.version)
    )  # fmt: skip
    return {row.worker_id: row for row in rows if row.judged <= recorded[row.worker_id]}


def _gone(
    session: Session, tenant: UUID, rested: Mapping[UUID, Collection[UUID]], causes: Mapping[UUID, Cause]
) -> Iterable[tuple[UUID, Change]]:
    """Statements that say nothing of the worker any more: voided, or found to be another's."""
    statements = {one for told in rested.values() for one in told}
    if not statements:
        return
    still: set[tuple[UUID, UUID]] = set()
    for table in (Fact, Repeat):
        rows = session.execute(
            sa.select(table.worker_id, table.statement_id)
            .where(
                table.tenant_id == tenant, among(session, table.worker_id, list(rested)),
                among(session, table.statement_id, statements),
            )
            .distinct()
        )  # fmt: skip
        still.update((row[0], row[1]) for row in rows)
    missing = {(worker, one) for worker, told in rested.items() for one in told} - still
    voided = {one.id for one in api.get_statements(session, tenant, {one for _, one in missing}) if one.voided}
    whose = withdrawals.whose(session, tenant, missing)
    for worker, one in sorted(missing):
        if one in voided:
            yield worker, Change("statement_voided", one, whose.get((worker, one)))
        elif causes[worker] & Cause.PERSON:
            yield worker, Change("statement_of_another", one, None)


def _taken_back(
    session: Session,
    tenant: UUID,
    programme: str,
    year: int,
    given: Mapping[UUID, Mapping[UUID, int]],
    recorded: Mapping[UUID, datetime],
) -> Iterable[tuple[UUID, Change]]:
    """Attestations that were taken back, or replaced by fewer points, since."""
    rows = session.execute(
        sa.select(
            Attestation.worker_id, Attestation.id, Attestation.indicator, Attestation.points,
            Attestation.withdrawn_on, Attestation.withdrawn_by, Attestation.attested_by, Attestation.recorded,
        ).where(
            Attestation.tenant_id == tenant, Attestation.programme == programme, Attestation.year == year,
            among(session, Attestation.worker_id, [worker for worker, told in given.items() if told]),
        )
    ).all()  # fmt: skip
    rested = {(row.worker_id, row.indicator): row for row in rows if row.id in given[row.worker_id]}
    for row in rested.values():
        if row.withdrawn_on is not None:
            yield row.worker_id, Change("attestation_withdrawn", row.id, row.withdrawn_by)
    for row in rows:
        before = rested.get((row.worker_id, row.indicator))
        if before is not None and row.recorded > recorded[row.worker_id] and row.points < before.points:
            yield row.worker_id, Change("attestation_lower", row.id, row.attested_by)


def _still_certified(session: Session, tenant: UUID, programme: str, year: int, ended: Collection[UUID]) -> set[UUID]:
    """Those whose title has ended and whose certificate has not."""
    return set(
        session.scalars(
            sa.select(Certificate.worker_id).where(
                Certificate.tenant_id == tenant, Certificate.programme == programme, Certificate.year == year,
                Certificate.withdrawn_on.is_(None), among(session, Certificate.worker_id, ended),
            )
        )
    )  # fmt: skip


def _open(session: Session, tenant: UUID, changed: Mapping[_Title, list[Change]], now: datetime) -> None:
    """Opens items, or adds to the open ones, for what no item of the title told before."""
    known: dict[_Title, set[tuple[str, str | None]]] = defaultdict(set)
    opened: dict[_Title, Any] = {}
    rows = session.scalars(
        sa.select(TitleReview).where(
            TitleReview.tenant_id == tenant, among(session, TitleReview.worker_id, {one[0] for one in changed})
        )
    )
    for row in rows:
        key = (row.worker_id, row.programme, row.year)
        known[key].update((each["kind"], each["of"]) for each in json.loads(row.why))
        if row.state == OPEN:
            opened[key] = row
    new = []
    about: list[tuple[str, UUID | None, Mapping[str, Any]]] = []
    for key, changes in sorted(changed.items()):
        told = [{"kind": one.kind, "of": None if one.of is None else str(one.of), "by": one.by} for one in changes]
        news = [one for one in told if (one["kind"], one["of"]) not in known[key]]
        if not news:
            continue
        if key in opened:
            opened[key].why = json.dumps([*json.loads(opened[key].why), *news], ensure_ascii=False)
            continue
        worker, programme, year = key
        new.append(
            {
                "worker_id": worker, "id": new_id(), "tenant_id": tenant, "programme": programme, "year": year,
                "opened": now, "why": json.dumps(news, ensure_ascii=False), "state": OPEN, "decided_by": None,
                "decided": None, "reason": None,
            }
        )  # fmt: skip
        about.append((f"title-review:{new[-1]['id']}", worker, {"year": year, "why": [one["kind"] for one in news]}))
    session.flush()
    if new:
        bulk.insert(session, TitleReview, new)
        chain.add_many(session, tenant, about, by="system", act="title-review.open", now=now)


# ---------------------------------------------------------------- what people do about it


def listing(
    session: Session,
    tenant: UUID,
    *,
    limit: int,
    state: str | None = OPEN,
    within: Reach | None = None,
    worker: UUID | None = None,
    after: UUID | None = None,
) -> list[Review]:
    """Items in the order in which they were opened, at most `limit`, those after the id `after`."""
    query = _items().where(TitleReview.tenant_id == tenant)
    if state is not None:
        query = query.where(TitleReview.state == state)
    if within is not None:
        query = query.where(within.workers(session, TitleReview.worker_id))
    if worker is not None:
        query = query.where(TitleReview.worker_id == worker)
    if after is not None:
        query = query.where(TitleReview.id > after)
    return [_read(row) for row in session.execute(query.order_by(TitleReview.id).limit(limit))]


def find(session: Session, tenant: UUID, review: UUID, *, within: Reach | None = None) -> Review:
    """One item. Raises UnknownReview, also for one of somebody of whom one may not know."""
    query = _items().where(TitleReview.tenant_id == tenant, TitleReview.id == review)
    if within is not None:
        query = query.where(within.workers(session, TitleReview.worker_id))
    row = session.execute(query).first()
    if row is None:
        raise UnknownReview(review)
    return _read(row)


def decide(
    session: Session, tenant: UUID, who: Who, review: UUID, outcome: str, *, reason: str, now: datetime
) -> Review:
    """Answers an item, once: the title is `kept` for the reason; or its certificate is withdrawn and the next issue
    `corrected` it; or the title is `withdrawn`, with dossier and certificates (`ending.end`).

    Whoever may revoke titles by the procedure in force may, about everybody but himself or herself. Raises
    UnknownReview, NotForYou, WrongState for one that is answered, ImportFaults, NoTitleProcedure.
    """
    faults = list(reason_faults(0, "reason", reason))
    if outcome not in OUTCOMES:
        faults.append(Fault(0, "outcome", f"không có cách giải quyết “{outcome}”; chọn {', '.join(OUTCOMES)}"))
    if faults:
        raise ImportFaults(faults)
    today = vietnam_day(now)
    one = find(session, tenant, review)
    step = title_procedures.in_force(session, tenant, one.programme, today).step(ending.REVOKE)
    if one.worker_id in steps.persons(session, tenant, who):
        raise NotForYou(review_words.OWN)
    if one.worker_id not in steps.within(session, tenant, who, step, {one.worker_id}, today):
        raise NotForYou(review_words.OUTSIDE)
    ending.hold(session, tenant, one.worker_id, one.programme, one.year)
    answered = session.connection().execute(
        sa.update(TitleReview)
        .where(TitleReview.tenant_id == tenant, TitleReview.id == review, TitleReview.state == OPEN)
        .values(state=outcome, decided_by=who.name, decided=now, reason=reason)
    )
    if answered.rowcount != 1:
        raise WrongState(review_words.ANSWERED)
    title = one.worker_id, one.programme, one.year
    told: dict[str, Any] = {"reason": reason, "by": who.name, "now": now}
    if outcome == "withdrawn":
        ending.end(session, tenant, *title, **told)
    elif outcome == "corrected" and not ending.withdraw_certificates(session, tenant, *title, title=False, **told):
        raise ImportFaults([Fault(0, "outcome", review_words.NO_CERTIFICATE)])
    chain.add(
        session, tenant, by=who.name, act=f"title-review.{outcome}", subject=f"title-review:{review}",
        worker=one.worker_id, detail={"reason": reason}, now=now,
    )  # fmt: skip
    session.expire_all()
    return find(session, tenant, review)


def _items() -> Any:
    return sa.select(
        TitleReview.id, TitleReview.worker_id, Worker.number, TitleReview.programme, TitleReview.year,
        TitleReview.opened, TitleReview.why, TitleReview.state, TitleReview.decided_by, TitleReview.decided,
        TitleReview.reason,
    ).join(Worker, Worker.id == TitleReview.worker_id)  # fmt: skip


def _read(row: Any) -> Review:
    changes = tuple(
        Change(one["kind"], None if one["of"] is None else UUID(one["of"]), one["by"]) for one in json.loads(row.why)
    )
    return Review(
        row.id, row.worker_id, row.number, row.programme, row.year, row.opened, changes, row.state, row.decided_by,
        row.decided, row.reason,
    )  # fmt: skip
