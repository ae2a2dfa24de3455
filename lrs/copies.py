"""Whether this database is a restored copy. A copy signs nothing and sends nothing until an operator says that it is
the installation now: the one it was copied from may still be at work, under the same numbers and keys."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from lrs.db import Session
from lrs.models import Tenant

__all__ = ["copied_since", "mark_copy", "take_for_original"]


def copied_since(session: Session) -> datetime | None:
    """Since when this database is a copy (UTC); None: it is none. Of whatever tenant the session is."""
    return session.scalar(sa.select(sa.func.min(Tenant.copied)))


def mark_copy(session: Session, *, now: datetime) -> None:
    """From now on this is a copy, of every tenant; what is one already stays one since when it was."""
    session.execute(sa.update(Tenant).where(Tenant.copied.is_(None)).values(copied=now))


def take_for_original(session: Session) -> None:
    """From now on it is no copy any more, for every tenant."""
    session.execute(sa.update(Tenant).values(copied=None))
