"""The state of a tenant's organizations as one stamp: what is remembered of the trees holds as long as it is the same.

Whoever changes an organization, a parent or a succession calls `changed` in the same transaction.
"""

from __future__ import annotations

from uuid import UUID, uuid4

import sqlalchemy as sa

from certification import bulk
from certification.models import Revision
from lrs.db import Session, asked_once

__all__ = ["changed", "current"]


def changed(session: Session, tenant: UUID) -> None:
    """Notes that the tenant's organizations are others from this transaction on."""
    bulk.upsert(session, Revision, [{"tenant_id": tenant, "stamp": uuid4()}], replacing=("stamp",))


def current(session: Session, tenant: UUID) -> UUID | None:
    """The stamp of the tenant's organizations; None where nobody noted a change yet."""
    stamp = sa.select(Revision.stamp).where(Revision.tenant_id == tenant)
    return asked_once(session, ("revision", tenant), lambda: session.scalar(stamp))
