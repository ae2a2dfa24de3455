"""Which figures a tenant shows without signing in: none unless an operator says so."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification.acts import chain
from certification.models import Publication
from certification.targets.disclosure import BELOW
from lrs.db import Session

__all__ = ["hides_below", "publish", "published_day", "unpublish"]


OPERATOR = "operator"
"""Who acts at the command line, where no name is told."""


def published_day(session: Session, tenant: UUID) -> date | None:
    """The cut-off day (in Vietnam) whose figures the tenant shows, or None when it shows none."""
    return session.scalar(sa.select(Publication.as_of).where(Publication.tenant_id == tenant))


def hides_below(session: Session, tenant: UUID) -> int:
    """Of how few persons a count is hidden in what the tenant shows."""
    found = session.scalar(sa.select(Publication.hide_below).where(Publication.tenant_id == tenant))
    return BELOW if found is None else found


def publish(
    session: Session,
    tenant: UUID,
    *,
    as_of: date,
    now: datetime,
    hide_below: int | None = None,
    by: str = OPERATOR,
) -> None:
    """Shows the tenant's figures of the cut-off day `as_of` (in Vietnam), instead of those shown until now.

    `by` is who says so. Counts of fewer than `hide_below` persons are hidden (None: the program's default; 0: none).
    """
    session.merge(Publication(tenant_id=tenant, as_of=as_of, published=now, hide_below=hide_below))
    session.flush()
    detail = {"hide_below": BELOW if hide_below is None else hide_below}
    chain.add(session, tenant, by=by, act="figures.publish", subject=f"figures:{as_of}", detail=detail, now=now)


def unpublish(session: Session, tenant: UUID, *, now: datetime, by: str = OPERATOR) -> bool:
    """Shows no figures any more, because `by` says so; whether there were any."""
    gone = session.execute(sa.delete(Publication).where(Publication.tenant_id == tenant).returning(Publication.as_of))
    shown = gone.first()
    if shown is None:
        return False
    chain.add(session, tenant, by=by, act="figures.unpublish", subject=f"figures:{shown[0]}", now=now)
    return True
