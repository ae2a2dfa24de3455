"""Statements stored before an instant, as lines that are the same whenever they are written: for an archive.

The lines are those of an export (`form`): a Statement as format=exact answers it with its place, and the Attachments
that it declares before it. Places rise, and some are empty: a Statement that was stored already, or refused, used its
place up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lrs.db import Database, Session
from lrs.models import Statement
from lrs.statements.order import instant, microseconds
from lrs.transfer import exporting, form

__all__ = ["Stored", "first", "last_before", "lines"]


@dataclass(frozen=True, slots=True)
class Stored:
    """A Statement: its place in the tenant's order, its id, and when it was stored (UTC)."""

    place: int
    id: UUID
    at: datetime


def last_before(session: Session, tenant: UUID, before: datetime) -> Stored | None:
    """The last of the tenant's Statements that were stored before an instant; None where there is none."""
    of_tenant = _stored().where(Statement.tenant_id == tenant, Statement.stored < microseconds(before))
    return _first(session, of_tenant.order_by(Statement.stored.desc(), Statement.seq.desc()).limit(1))


def first(session: Session, tenant: UUID) -> Stored | None:
    """The first of the tenant's Statements; None where there is none."""
    return _first(session, _stored().where(Statement.tenant_id == tenant).order_by(Statement.seq).limit(1))


def _stored() -> sa.Select[int, UUID, int]:
    return sa.select(Statement.seq, Statement.id, Statement.stored)


def _first(session: Session, query: sa.Select[int, UUID, int]) -> Stored | None:
    row = session.execute(query).one_or_none()
    return None if row is None else Stored(row.seq, row.id, instant(row.stored))


def lines(database: Database, tenant: UUID, after: int, through: int) -> Iterator[tuple[int | None, bytes]]:
    """The lines of the Statements at the places after one through another, without their ends; of each its place, None
    for an Attachment's. A page at a time."""
    for line in exporting.statements(database, tenant, after, through):
        yield (line.place if isinstance(line, form.Statement) else None), form.write_line(line)[:-1]
