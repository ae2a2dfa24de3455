"""How far what runs beside the pages has come: reading Statements, judging, summing up. Bounded: marks are counted up
to a limit, and nothing is counted over all that is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.evidence import feed
from certification.models import FeedPosition, Stale, Uncounted, UnknownActor
from lrs import api
from lrs.db import Session

__all__ = ["COUNTED", "Lag", "lag_of", "up_to"]

COUNTED = 10_000
"""So many marks are counted; of more it is said that there are more."""


@dataclass(frozen=True, slots=True)
class Lag:
    """What a tenant's Statements wait for. `stored`: Statements taken, ever; `unread` of them the feed's reader has not
    read, the first of these since `unread_since` (UTC); workers who wait to be judged and to be counted again (both up
    to one more than COUNTED), the first of the latter since `uncounted_since`; Actors whom nobody knows."""

    stored: int
    unread: int
    unread_since: datetime | None
    unjudged: int
    uncounted: int
    uncounted_since: datetime | None
    unknown_actors: int


def lag_of(session: Session, tenant: UUID) -> Lag:
    """How far behind the tenant's Statements the rest is. A fixed number of SQL commands."""
    token = session.scalar(
        sa.select(FeedPosition.token).where(FeedPosition.tenant_id == tenant, FeedPosition.reader == feed.READER)
    )
    done, total = api.places(session, tenant, token)
    first = api.changes(session, tenant, token or None, limit=1).statements if done < total else []
    due = sa.select(Stale.worker_id).where(Stale.tenant_id == tenant, Stale.due.is_(None))
    uncounted = sa.select(Uncounted.since).where(Uncounted.tenant_id == tenant)
    oldest = session.scalar(
        sa.select(uncounted.limit(COUNTED).subquery().c.since).order_by(sa.literal_column("since")).limit(1)
    )
    return Lag(
        stored=total,
        unread=max(0, total - done),
        unread_since=first[0].stored if first else None,
        unjudged=up_to(session, due),
        uncounted=up_to(session, uncounted),
        uncounted_since=_made(oldest),
        unknown_actors=up_to(session, sa.select(UnknownActor.actor_key).where(UnknownActor.tenant_id == tenant)),
    )


def up_to(session: Session, query: sa.Select[Any]) -> int:
    """How many rows there are, up to one more than are counted."""
    return session.scalar(sa.select(sa.func.count()).select_from(query.limit(COUNTED + 1).subquery())) or 0


def _made(mark: UUID | None) -> datetime | None:
    """When a UUIDv7 was made; None for none, and for marks from before they said."""
    return datetime.fromtimestamp((mark.int >> 80) / 1000, UTC) if mark is not None and mark.int else None
