"""SQL for many rows at once, on either database: the number of commands does not grow with the number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lrs.api import key_of
from lrs.db import Session, is_postgresql

__all__ = ["import_alone", "insert", "upsert"]


def insert(session: Session, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows in one executemany; nothing when there are none."""
    if rows:
        session.execute(sa.insert(table.__table__), list(rows))


def upsert(
    session: Session, table: type[Any], rows: Sequence[dict[str, Any]], *, replacing: Sequence[str] = ()
) -> None:
    """Inserts rows as `insert` does; a row whose primary key is there already takes over the columns `replacing`.

    With none to replace, what is there stays as it is. Rows of PostgreSQL are locked in the order given: give them in
    order of the key, so that two writers never deadlock.
    """
    if not rows:
        return
    dialect = postgresql if is_postgresql(session) else sqlite
    command = dialect.insert(table.__table__)
    if replacing:
        key = [column.name for column in table.__table__.primary_key]
        command = command.on_conflict_do_update(
            index_elements=key, set_={name: command.excluded[name] for name in replacing}
        )
    else:
        command = command.on_conflict_do_nothing()
    session.execute(command, list(rows))


def import_alone(session: Session, tenant: UUID) -> None:
    """Lets no second import for this tenant run before the caller's transaction ends.

    An import reads what is there, compares, then writes; two at once on PostgreSQL would each miss what the other
    adds. On SQLite a writing transaction is alone anyway.
    """
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key_of(f"certification import {tenant}"))))
