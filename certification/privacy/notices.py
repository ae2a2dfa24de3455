"""Telling enterprises that somebody was erased, so that they delete what they have: under the numbers that they know.

An enterprise is told of a number which it gave itself (its own roster named its own employee by it) or under which it
was given a transcript, and of no other: not that the person had another record, or worked elsewhere. The number is kept
sealed until the enterprise has confirmed that it deleted, or for the days for which leavers' records are kept
(`rules.personal_data`), whichever is sooner; then nothing of it is left.

    known_to   under which numbers enterprises know the person, before anything is erased
    keep       leaves the notices; listed, confirm: for the enterprise; remove_old: what nobody confirmed in time
"""

from __future__ import annotations

import hmac
import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from certification import bulk
from certification.acts import chain
from certification.models import Employment, ErasureNotice, IdentityEvent, TranscriptHandover
from certification.people import identity_events, moved_rows
from certification.privacy import purposes
from certification.rules.personal_data import NoPersonalDataRules
from certification.units.trees import Node
from certification.vietnam import vietnam_day
from lrs.db import Session, among, beside, new_id

__all__ = ["CONFIRMED", "Notice", "confirm", "keep", "known_to", "listed", "remove_old"]

CONFIRMED = "erasure.confirm"
"""The act of an enterprise that says it has deleted what it had."""

KEPT_WITHOUT_RULES = 90
"""Days, where the rules say nothing of leavers: a default of ours, no document names a term."""


@dataclass(frozen=True, slots=True)
class Notice:
    """That the person whom the enterprise knows by this number was erased, and until when the notice is kept. `number`
    is None where it was sealed under another secret."""

    id: UUID
    number: str | None
    erased_on: date
    kept_until: date


def known_to(session: Session, tenant: UUID, survivor: UUID, numbers: Mapping[UUID, str]) -> dict[UUID, frozenset[str]]:
    """Under which of the numbers of a person's records (by id; `survivor` is the one that all were merged into) which
    enterprises know the person. Three SQL commands."""
    found: dict[UUID, set[str]] = defaultdict(set)
    employed = session.execute(
        sa.select(Employment.worker_id, Employment.enterprise_id, Employment.started).where(
            beside(Employment.tenant_id) == tenant, among(session, Employment.worker_id, list(numbers))
        )
    )
    merged = session.execute(
        sa.select(IdentityEvent.other_id, IdentityEvent.changes)
        .where(
            IdentityEvent.tenant_id == tenant,
            IdentityEvent.kind == identity_events.MERGE,
            among(session, IdentityEvent.other_id, list(numbers)),
        )
        .order_by(IdentityEvent.place)
    )
    came: dict[tuple[UUID, date], UUID] = {}
    for record, changes in merged:
        if record is None:
            continue
        told = _employments_in(changes)
        for enterprise, started in told.moved:
            came.setdefault((enterprise, started), record)  # the first merger tells with which record it came
        for row in told.removed:
            found[row["enterprise_id"]].add(numbers[record])
    for worker, enterprise, started in employed:
        found[enterprise].add(numbers[came.get((enterprise, started), worker)])
    given = session.scalars(
        sa.select(TranscriptHandover.recipient_id).where(
            TranscriptHandover.tenant_id == tenant, among(session, TranscriptHandover.worker_id, list(numbers))
        )
    )
    for recipient in given:
        found[recipient].add(numbers[survivor])
    return {enterprise: frozenset(told) for enterprise, told in found.items()}


def _employments_in(changes: str) -> moved_rows.Changes:
    """What a merger did to employments, by enterprise and first day."""
    return (moved_rows.read(changes) if changes else {}).get(Employment.__tablename__, moved_rows.Changes())


def keep(session: Session, tenant: UUID, known: Mapping[UUID, Collection[str]], *, secret: bytes, now: datetime) -> int:
    """Leaves a notice for each enterprise and number; how many."""
    remove_old(session, tenant, vietnam_day(now))
    today = vietnam_day(now)
    until = today + timedelta(days=_days(session, tenant, today))
    rows = []
    for enterprise, numbers in sorted(known.items()):
        for number in sorted(numbers):
            one = new_id()
            rows.append(
                {
                    "organization_id": enterprise, "id": one, "tenant_id": tenant, "erased_on": today,
                    "kept_until": until, "sealed": _seal(secret, tenant, one, number),
                }
            )  # fmt: skip
    bulk.insert(session, ErasureNotice, rows)
    return len(rows)


def listed(
    session: Session, tenant: UUID, enterprise: Node, on: date, *, secret: bytes, limit: int, after: UUID | None = None
) -> list[Notice]:
    """What the enterprise has not confirmed yet, in the order of erasing: at most `limit`, after the id `after`."""
    query = sa.select(ErasureNotice.id, ErasureNotice.sealed, ErasureNotice.erased_on, ErasureNotice.kept_until).where(
        ErasureNotice.tenant_id == tenant, ErasureNotice.organization_id == enterprise.id, ErasureNotice.kept_until > on
    )
    if after is not None:
        query = query.where(ErasureNotice.id > after)
    rows = session.execute(query.order_by(ErasureNotice.id).limit(limit))
    return [Notice(row.id, _opened(secret, tenant, row.id, row.sealed), row.erased_on, row.kept_until) for row in rows]


def confirm(
    session: Session, tenant: UUID, enterprise: Node, ids: Sequence[UUID], *, by: str, now: datetime
) -> list[UUID]:
    """The enterprise says that it deleted: its notices with these ids go, with an act each. Gives those of them that
    were there; one that is confirmed twice is none."""
    mine = (
        ErasureNotice.tenant_id == tenant,
        ErasureNotice.organization_id == enterprise.id,
        among(session, ErasureNotice.id, list(ids)),
    )
    removed = session.connection().execute(sa.delete(ErasureNotice).where(*mine).returning(ErasureNotice.id))
    found = sorted(removed.scalars())  # of two who confirm at once, one removed it
    if found:
        detail = {"enterprise": enterprise.code}
        chain.add_many(
            session, tenant, [(f"erasure-notice:{one}", None, detail) for one in found], by=by, act=CONFIRMED, now=now
        )
    return found


def remove_old(session: Session, tenant: UUID, today: date) -> int:
    """Removes what nobody confirmed in time; how many."""
    gone = session.connection().execute(
        sa.delete(ErasureNotice).where(ErasureNotice.tenant_id == tenant, ErasureNotice.kept_until <= today)
    )
    return int(gone.rowcount)


def _days(session: Session, tenant: UUID, on: date) -> int:
    try:
        return purposes.rules(session, tenant, on).keep_leavers or KEPT_WITHOUT_RULES
    except NoPersonalDataRules:
        return KEPT_WITHOUT_RULES


def _key(secret: bytes, tenant: UUID) -> bytes:
    return hmac.digest(secret, b"erasure notices" + tenant.bytes, "sha256")


def _seal(secret: bytes, tenant: UUID, notice: UUID, number: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(_key(secret, tenant)).encrypt(nonce, number.encode(), notice.bytes)


def _opened(secret: bytes, tenant: UUID, notice: UUID, sealed: bytes) -> str | None:
    try:
        return AESGCM(_key(secret, tenant)).decrypt(sealed[:12], sealed[12:], notice.bytes).decode()
    except InvalidTag:
        return None
