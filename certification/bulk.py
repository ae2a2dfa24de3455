"""SQL for many rows at once, on either database: the number of commands does not grow with the number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs.api import key_of
from lrs.db import Session

__all__ = ["import_alone", "insert"]


def insert(session: Session, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows in one executemany; nothing when there are none."""
    if rows:
        session.execute(sa.insert(table.__table__), list(rows))


def import_alone(session: Session, tenant: UUID) -> None:
    """Lets no second import for this tenant run before the caller's transaction ends.

    An import reads what is there, compares, then writes; two at once on PostgreSQL would each miss what the other
    adds. On SQLite a writing transaction is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key_of(f"certification import {tenant}"))))
