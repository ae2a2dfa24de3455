"""Acts are added to the end of a tenant's record, in the transaction of what they are about; and the record is checked.

The digest of an act goes over all that is kept of it and over the digest before it. Whoever changes, removes, adds or
reorders acts afterwards must work out every later digest anew, and then the last one (`head`) differs from the one that
was printed, sent away or backed up before. What an act says of a person goes in by a salted digest, so that it can be
erased while the chain holds; that it was erased is an act as well.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.models import RecordedAct
from lrs.api import key_of
from lrs.db import Session, is_postgresql

__all__ = ["Checked", "Done", "Head", "add", "add_many", "erase_details", "head", "listed", "verify"]

SALT_BYTES = 16
ERASING = "person.erase"
"""The act that explains why details of earlier acts are empty."""

_START = b"\0" * 32
"""Stands in for the digest before the first act."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last act's number and digest (hexadecimal); 0 and zeros of a record without acts.

    Whoever keeps this elsewhere can tell later whether the record up to there is the one that it was.
    """

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Done:
    """An act as it is kept; `at` in UTC. `detail` is None once it was erased."""

    number: int
    at: datetime
    by: str
    act: str
    subject: str
    worker: UUID | None
    detail: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking the record found: its head, how many details were erased, and every fault in words."""

    head: Head
    erased: int
    faults: tuple[str, ...]


def add(
    session: Session,
    tenant: UUID,
    *,
    by: str,
    act: str,
    subject: str,
    now: datetime,
    worker: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Adds one act to the end of the record and returns its number; it stays if the caller's transaction does.

    `by` is the name of an account or key, or "worker:<id>" of a worker who acts for himself or herself. `detail` is
    JSON; what could identify a person belongs there and nowhere else. From here to the end of the transaction nobody
    else adds to the tenant's record, so call it last.
    """
    return add_many(session, tenant, [(subject, worker, detail or {})], by=by, act=act, now=now)[0]


def add_many(
    session: Session,
    tenant: UUID,
    about: Sequence[tuple[str, UUID | None, Mapping[str, Any]]],
    *,
    by: str,
    act: str,
    now: datetime,
) -> list[int]:
    """The same act done to many things at once, each a (subject, worker, detail): a number of commands that does not
    grow with them. Returns their numbers."""
    _alone(session, tenant)
    number, before = _last(session, tenant)
    rows = []
    for subject, worker, detail in about:
        number += 1
        said = json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        salt = secrets.token_bytes(SALT_BYTES)
        detail_digest = _of_detail(salt, said)
        before = _digest(before, number, now, by, act, subject, worker, detail_digest)
        rows.append(
            {
                "tenant_id": tenant, "number": number, "at": now, "done_by": by, "act": act, "subject": subject,
                "worker_id": worker, "detail": said, "salt": salt, "detail_digest": detail_digest, "digest": before,
            }
        )  # fmt: skip
    if rows:
        session.execute(sa.insert(RecordedAct), rows)
    return list(range(number - len(rows) + 1, number + 1))


def head(session: Session, tenant: UUID) -> Head:
    """The record's last act."""
    number, digest = _last(session, tenant)
    return Head(number, digest.hex())


def listed(
    session: Session,
    tenant: UUID,
    *,
    limit: int,
    before: int | None = None,
    subject: str | None = None,
    worker: UUID | None = None,
    act: str | None = None,
) -> list[Done]:
    """At most `limit` acts, the newest first: those before the act `before`; to `subject`, about `worker`, of the kind
    `act` alone."""
    query = sa.select(
        RecordedAct.number, RecordedAct.at, RecordedAct.done_by, RecordedAct.act, RecordedAct.subject,
        RecordedAct.worker_id, RecordedAct.detail,
    ).where(RecordedAct.tenant_id == tenant)  # fmt: skip
    if before is not None:
        query = query.where(RecordedAct.number < before)
    if subject is not None:
        query = query.where(RecordedAct.subject == subject)
    if worker is not None:
        query = query.where(RecordedAct.worker_id == worker)
    if act is not None:
        query = query.where(RecordedAct.act == act)
    return [
        Done(*row[:6], detail=None if row[6] is None else json.loads(row[6]))
        for row in session.execute(query.order_by(RecordedAct.number.desc()).limit(limit))
    ]


def erase_details(session: Session, tenant: UUID, worker: UUID, *, by: str, now: datetime) -> int:
    """Empties what acts about the worker say beside who did what and when, and adds the act of erasing.

    Returns how many acts it emptied. The chain holds still.
    """
    _alone(session, tenant)
    emptied = session.execute(
        sa.update(RecordedAct)
        .where(RecordedAct.tenant_id == tenant, RecordedAct.worker_id == worker, RecordedAct.detail.is_not(None))
        .values(detail=None, salt=None)
    )
    count = int(emptied.rowcount)  # type: ignore[attr-defined]
    if count:
        add(session, tenant, by=by, act=ERASING, subject=f"worker:{worker}", worker=worker, now=now)
    return count


def verify(session: Session, tenant: UUID, known: Head | None = None) -> Checked:
    """Works out every digest again, and whether the record still holds the act `known` from elsewhere.

    Reads the record once, some acts at a time. Names the faults in the order of the acts; after a break it goes on from
    the digest that is kept, so that one change is one fault.
    """
    faults: list[str] = []
    number, before, erased = 0, _START, 0
    unexplained: dict[UUID | None, list[int]] = {}
    for row in _rows(session, tenant):
        number += 1
        if row.number != number:
            faults.append(f"act {number} to {row.number - 1}: missing")
            number = row.number
        if row.detail is None or row.salt is None:
            erased += 1
            unexplained.setdefault(row.worker_id, []).append(number)
        elif _of_detail(row.salt, row.detail) != row.detail_digest:
            faults.append(f"act {number}: its detail is not what was written")
        if row.act == ERASING:
            unexplained.pop(row.worker_id, None)
        expected = _digest(
            before, row.number, row.at, row.done_by, row.act, row.subject, row.worker_id, row.detail_digest
        )
        if expected != row.digest:
            faults.append(f"act {number}: changed after it was written, or something before it is missing or added")
        if known is not None and known.number == number and known.digest != row.digest.hex():
            faults.append(f"act {number}: its digest is {row.digest.hex()}, known from elsewhere is {known.digest}")
        before = row.digest
    if known is not None and known.number > number:
        faults.append(f"act {known.number}: known from elsewhere, but the record ends with act {number}")
    faults += [
        f"act {one}: its detail is gone, and no act of erasing says why" for n in unexplained.values() for one in n
    ]
    return Checked(Head(number, before.hex()), erased, tuple(faults))


def _rows(session: Session, tenant: UUID) -> Iterator[Any]:
    query = sa.select(RecordedAct.__table__).where(RecordedAct.tenant_id == tenant).order_by(RecordedAct.number)
    return iter(session.execute(query.execution_options(yield_per=1000)))


def _last(session: Session, tenant: UUID) -> tuple[int, bytes]:
    row = session.execute(
        sa.select(RecordedAct.number, RecordedAct.digest)
        .where(RecordedAct.tenant_id == tenant)
        .order_by(RecordedAct.number.desc())
        .limit(1)
    ).first()
    return (0, _START) if row is None else (row.number, row.digest)


def _alone(session: Session, tenant: UUID) -> None:
    """Nobody else adds to the record until the caller's transaction ends. On SQLite a writer is alone anyway."""
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key_of(f"certification acts {tenant}"))))


def _of_detail(salt: bytes, detail: str) -> bytes:
    return hashlib.sha256(salt + detail.encode()).digest()


def _digest(
    before: bytes, number: int, at: datetime, by: str, act: str, subject: str, worker: UUID | None, detail_digest: bytes
) -> bytes:
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    about = json.dumps(
        [number, instant, by, act, subject, None if worker is None else str(worker), detail_digest.hex()],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(before + about.encode()).digest()
