"""Which figures a tenant shows without signing in: none unless an operator says so."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification.models import Publication
from lrs.db import Session

__all__ = ["publish", "published_day", "unpublish"]


def published_day(session: Session, tenant: UUID) -> date | None:
    """The cut-off day (in Vietnam) whose figures the tenant shows, or None when it shows none."""
    return session.scalar(sa.select(Publication.as_of).where(Publication.tenant_id == tenant))


def publish(session: Session, tenant: UUID, *, as_of: date, now: datetime) -> None:
    """Shows the tenant's figures of the cut-off day `as_of` (in Vietnam), instead of those shown until now."""
    session.merge(Publication(tenant_id=tenant, as_of=as_of, published=now))
    session.flush()


def unpublish(session: Session, tenant: UUID) -> bool:
    """Shows no figures any more; whether there were any."""
    gone = session.execute(sa.delete(Publication).where(Publication.tenant_id == tenant).returning(Publication.as_of))
    return gone.first() is not None
