"""The record of acts: who gave or took which right, when, about whom and why. Rows are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from certification.models import AccessRecord
from lrs.db import Session, new_id

__all__ = ["Kept", "add", "latest"]


@dataclass(frozen=True, slots=True)
class Kept:
    """An act as it is kept; `at` in UTC."""

    id: UUID
    at: datetime
    by: str
    act: str
    about: str
    role: UUID | None
    reason: str


def add(
    session: Session,
    tenant: UUID,
    *,
    by: str,
    act: str,
    about: str,
    reason: str,
    now: datetime,
    role: UUID | None = None,
) -> None:
    """Keeps that `by` did `act` to the account or key `about`."""
    session.add(
        AccessRecord(id=new_id(), tenant_id=tenant, at=now, by=by, act=act, about=about, role_id=role, reason=reason)
    )


def latest(
    session: Session, tenant: UUID, *, limit: int, before: UUID | None = None, about: str | None = None
) -> list[Kept]:
    """At most `limit` acts, the newest first; those before the act `before`; those done to `about` alone."""
    query = sa.select(
        AccessRecord.id,
        AccessRecord.at,
        AccessRecord.by,
        AccessRecord.act,
        AccessRecord.about,
        AccessRecord.role_id,
        AccessRecord.reason,
    ).where(AccessRecord.tenant_id == tenant)
    if before is not None:
        query = query.where(AccessRecord.id < before)
    if about is not None:
        query = query.where(AccessRecord.about == about)
    return [Kept(*row) for row in session.execute(query.order_by(AccessRecord.id.desc()).limit(limit))]
