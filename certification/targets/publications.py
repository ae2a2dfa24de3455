"""Which figures a tenant shows without signing in: none unless an operator says so."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification.models import Publication
from certification.targets.disclosure import BELOW
from lrs.db import Session

__all__ = ["hides_below", "publish", "published_day", "unpublish"]


def published_day(session: Session, tenant: UUID) -> date | None:
    """The cut-off day (in Vietnam) whose figures the tenant shows, or None when it shows none."""
    return session.scalar(sa.select(Publication.as_of).where(Publication.tenant_id == tenant))


def hides_below(session: Session, tenant: UUID) -> int:
    """Of how few persons a count is hidden in what the tenant shows."""
    found = session.scalar(sa.select(Publication.hide_below).where(Publication.tenant_id == tenant))
    return BELOW if found is None else found


def publish(session: Session, tenant: UUID, *, as_of: date, now: datetime, hide_below: int | None = None) -> None:
    """Shows the tenant's figures of the cut-off day `as_of` (in Vietnam), instead of those shown until now.

    Counts of fewer than `hide_below` persons are hidden (None: the program's default; 0: none).
    """
    session.merge(Publication(tenant_id=tenant, as_of=as_of, published=now, hide_below=hide_below))
    session.flush()


def unpublish(session: Session, tenant: UUID) -> bool:
    """Shows no figures any more; whether there were any."""
    gone = session.execute(sa.delete(Publication).where(Publication.tenant_id == tenant).returning(Publication.as_of))
    return gone.first() is not None
