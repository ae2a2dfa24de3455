"""Handing transcripts to an enterprise: many in parts, or one; and telling it when its right to one ends.

What was handed out is kept as a digest, with a place that rises: whoever asks with `since`, the greatest place so far,
gets whatever changed after it, whichever way it came to change, and misses nothing. Beside it a digest of what it was
made from: whose ground is the same as then has the same transcript, and none is made only to be compared. The first of
each content is an act on record, about the worker; every look is noted for the worker to read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.models import Consent, Employment, TranscriptHandover, Worker
from certification.people import workers
from certification.people.workers import UnknownWorker
from certification.privacy import access, consents
from certification.rules.personal_data import Purpose
from certification.transcripts import words
from certification.transcripts.gathering import gather, read
from certification.transcripts.grants import NotGranted, Refusal, grants
from certification.transcripts.told import Basis, Transcript
from certification.units.trees import Node
from lrs.api import key_of
from lrs.db import Database, Session, among, is_postgresql

__all__ = ["LOOKED_AT", "Candidate", "Item", "candidates", "one", "pull", "record_one"]

LOOKED_AT = "transcript"
"""What is noted as looked at."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A worker of whom the enterprise is, or was, told."""

    id: UUID
    number: str
    merged: bool


@dataclass(frozen=True, slots=True)
class Item:
    """What an enterprise is told of a worker: the transcript, or why there is none any more. `place` goes into
    `since`."""

    number: str
    place: int
    told: Transcript | Refusal


def candidates(
    session: Session, tenant: UUID, enterprise: Node, purpose: Purpose, on: date, *, limit: int, after: UUID | None
) -> Sequence[Candidate]:
    """Those who are employed there on the day (or, for a purpose that needs consent, ever agreed to it), and those of
    whom it was given a transcript before; by id, those after `after`. One SQL command."""
    if purpose.needs_consent:
        mine: Any = consents.whose(tenant, purpose.id, enterprise.id)
    else:
        mine = sa.select(Employment.worker_id).where(
            Employment.tenant_id == tenant, Employment.enterprise_id == enterprise.id, Employment.started <= on,
            sa.or_(Employment.ended.is_(None), Employment.ended >= on),
        )  # fmt: skip
    held = sa.select(TranscriptHandover.worker_id).where(*_of(tenant, enterprise, purpose))
    query = sa.select(Worker.id, Worker.number, Worker.merged_into.is_not(None)).where(
        Worker.tenant_id == tenant, Worker.id.in_(sa.union(mine, held))
    )
    if after is not None:
        query = query.where(Worker.id > after)
    return [Candidate(*row) for row in session.execute(query.order_by(Worker.id).limit(limit))]


def pull(
    database: Database,
    tenant: UUID,
    enterprise: Node,
    purpose: Purpose,
    whom: Sequence[Candidate],
    *,
    since: int,
    on: date,
    by: str,
    now: datetime,
) -> dict[UUID, Item]:
    """What the enterprise is told of these workers, of whom it is: whatever has a greater place than `since`.

    Where another pull kept something of them after this one had read, it reads again: what is kept last is never older
    than what was kept before. Names of activities are as of `lrs.api.merge_definitions`.
    """
    while True:
        with database.reading(tenant, snapshot=True) as session:
            granted: dict[UUID, Basis | Refusal] = dict(
                grants(session, tenant, [one.id for one in whom], enterprise, purpose, on)
            )
            granted |= {one.id: Refusal(words.GONE) for one in whom if one.merged}
            ground = read(
                session, tenant, {one: basis for one, basis in granted.items() if isinstance(basis, Basis)}, on=on
            )
            known = _known(session, tenant, enterprise, purpose, list(granted))
        stamps = {worker: ground.stamp(worker) for worker in ground.workers}
        found = {
            worker: ground.transcript(worker)
            for worker, stamp in stamps.items()
            if worker not in known or known[worker].stamp != stamp or known[worker].place > since
        }
        digests = {worker: _digest(one) for worker, one in found.items()}
        changed = _changed(whom, granted, digests, known)
        looked = [worker for worker in found if worker in changed or known[worker].place > since]
        others = [worker for worker in found if worker not in changed and known[worker].stamp != stamps[worker]]
        if not (changed or looked or others):
            break
        with database.writing(tenant) as session:
            _alone(session, tenant, enterprise, purpose)
            if _known(session, tenant, enterprise, purpose, list(granted)) == known:
                known |= _keep(session, tenant, enterprise, purpose, changed, stamps, now)
                _keep_stamps(session, tenant, enterprise, purpose, {one: stamps[one] for one in others})
                access.note_many(session, tenant, looked, by, purpose.id, LOOKED_AT, now)
                _record(session, tenant, enterprise, purpose, changed, granted, by=by, now=now)
                break
    return {
        one.id: Item(one.number, known[one.id].place, _told(one.id, found, granted))
        for one in whom
        if one.id in known and known[one.id].place > since
    }


def one(session: Session, tenant: UUID, number: str, enterprise: Node, purpose: Purpose, on: date) -> Transcript:
    """The transcript of one worker for the enterprise; before it is given, `record_one`.

    Raises NotGranted, or UnknownWorker for somebody who never had to do with it: as for a number that nobody has.
    """
    worker = workers.find(session, tenant, number).id
    basis = grants(session, tenant, [worker], enterprise, purpose, on)[worker]
    if isinstance(basis, Refusal):
        if basis.code == words.NEVER_EMPLOYED or not _knows(session, tenant, worker, enterprise):
            raise UnknownWorker(number)
        raise NotGranted(basis.said)
    return gather(session, tenant, {worker: basis}, on=on)[worker]


def _knows(session: Session, tenant: UUID, worker: UUID, enterprise: Node) -> bool:
    """Whether the enterprise ever employed the worker, was given a transcript, or was agreed to as a recipient."""
    of = (
        (Employment, Employment.enterprise_id), (TranscriptHandover, TranscriptHandover.recipient_id),
        (Consent, Consent.recipient_id),
    )  # fmt: skip
    known = [
        sa.exists().where(table.tenant_id == tenant, table.worker_id == worker, place == enterprise.id)
        for table, place in of
    ]
    return bool(session.scalar(sa.select(sa.or_(*known))))


def record_one(
    session: Session,
    tenant: UUID,
    transcript: Transcript,
    enterprise: Node,
    purpose: Purpose,
    *,
    form: str,
    by: str,
    now: datetime,
) -> None:
    """The look and the act that go with handing a transcript to the enterprise in a form."""
    access.note(session, tenant, transcript.worker, by, purpose.id, LOOKED_AT, now)
    detail = {**_said(enterprise, purpose, transcript.basis), "form": form}
    chain.add(
        session, tenant, by=by, act="transcript.hand-over", subject=f"transcript:{transcript.worker}",
        worker=transcript.worker, detail=detail, now=now,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    digest: bytes | None
    place: int
    stamp: bytes | None


def _of(tenant: UUID, enterprise: Node, purpose: Purpose) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        TranscriptHandover.tenant_id == tenant,
        TranscriptHandover.recipient_id == enterprise.id,
        TranscriptHandover.purpose == purpose.id,
    )


def _known(
    session: Session, tenant: UUID, enterprise: Node, purpose: Purpose, worker_ids: Sequence[UUID]
) -> dict[UUID, _Known]:
    rows = session.execute(
        sa.select(
            TranscriptHandover.worker_id, TranscriptHandover.digest, TranscriptHandover.place, TranscriptHandover.stamp
        ).where(*_of(tenant, enterprise, purpose), among(session, TranscriptHandover.worker_id, worker_ids))
    )
    return {worker: _Known(digest, place, stamp) for worker, digest, place, stamp in rows}


def _changed(
    whom: Sequence[Candidate],
    granted: Mapping[UUID, Basis | Refusal],
    digests: Mapping[UUID, bytes],
    known: Mapping[UUID, _Known],
) -> dict[UUID, bytes | None]:
    """What differs from what the enterprise holds: digests, None for what it may hold no more. Of whom none was made,
    nothing does."""
    changed: dict[UUID, bytes | None] = {}
    for worker in (one.id for one in whom):
        held = known.get(worker)
        if isinstance(granted[worker], Refusal):
            if held is not None and held.digest is not None:
                changed[worker] = None
        elif worker in digests and (held is None or held.digest != digests[worker]):
            changed[worker] = digests[worker]
    return changed


def _keep(
    session: Session,
    tenant: UUID,
    enterprise: Node,
    purpose: Purpose,
    changed: Mapping[UUID, bytes | None],
    stamps: Mapping[UUID, bytes],
    now: datetime,
) -> dict[UUID, _Known]:
    """Gives each change the next place."""
    last = session.scalar(sa.select(sa.func.max(TranscriptHandover.place)).where(*_of(tenant, enterprise, purpose)))
    kept = {
        worker: _Known(digest, place, stamps.get(worker))
        for place, (worker, digest) in enumerate(changed.items(), (last or 0) + 1)
    }
    of = {"recipient_id": enterprise.id, "purpose": purpose.id, "tenant_id": tenant, "given": now}
    rows = [
        {"worker_id": worker, "digest": one.digest, "place": one.place, "stamp": one.stamp, **of}
        for worker, one in kept.items()
    ]
    bulk.upsert(session, TranscriptHandover, rows, replacing=["digest", "place", "given", "stamp"])
    return kept


def _keep_stamps(
    session: Session, tenant: UUID, enterprise: Node, purpose: Purpose, stamps: Mapping[UUID, bytes]
) -> None:
    """Of transcripts that say the same as before, though they are made from something else. One SQL command."""
    if stamps:
        table: Any = TranscriptHandover.__table__
        mine = sa.and_(*_of(tenant, enterprise, purpose), table.c.worker_id == sa.bindparam("of_worker"))
        rows = [{"of_worker": worker, "made_from": stamp} for worker, stamp in stamps.items()]
        session.connection().execute(sa.update(table).where(mine).values(stamp=sa.bindparam("made_from")), rows)


def _record(
    session: Session,
    tenant: UUID,
    enterprise: Node,
    purpose: Purpose,
    changed: Mapping[UUID, bytes | None],
    granted: Mapping[UUID, Basis | Refusal],
    *,
    by: str,
    now: datetime,
) -> None:
    given, ended = [], []
    for worker, digest in changed.items():
        basis, subject = granted[worker], f"transcript:{worker}"
        if isinstance(basis, Refusal):
            ended.append((subject, worker, {"recipient": enterprise.code, "purpose": purpose.id, "why": basis.code}))
        else:
            said = {**_said(enterprise, purpose, basis), "digest": (digest or b"").hex()}
            given.append((subject, worker, said))
    for act, about in (("transcript.hand-over", given), ("transcript.end", ended)):
        if about:
            chain.add_many(session, tenant, about, by=by, act=act, now=now)


def _said(enterprise: Node, purpose: Purpose, basis: Basis) -> dict[str, Any]:
    until = None if basis.until is None else basis.until.isoformat()
    return {"recipient": enterprise.code, "purpose": purpose.id, "ground": basis.ground, "until": until}


def _told(worker: UUID, found: Mapping[UUID, Transcript], granted: Mapping[UUID, Basis | Refusal]) -> Any:
    return found[worker] if worker in found else granted[worker]


def _digest(transcript: Transcript) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(transcript.content()), digest_size=16).digest()


def _alone(session: Session, tenant: UUID, enterprise: Node, purpose: Purpose) -> None:
    """Whoever gives out places for the enterprise and purpose does so alone until the caller's transaction ends."""
    if is_postgresql(session):
        session.execute(
            sa.select(sa.func.pg_advisory_xact_lock(key_of(f"transcripts {tenant} {enterprise.id} {purpose.id}")))
        )
