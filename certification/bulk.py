"""SQL for many rows at once, on either database: the number of commands does not grow with the number of rows."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs.api import key_of
from lrs.db import Session

__all__ = ["among_values", "import_alone", "insert"]


def among_values(session: Session, column: Any, values: Collection[str] | Collection[int]) -> sa.ColumnElement[bool]:
    """`column IN (values)` for texts or whole numbers with one bound parameter, as `lrs.db.among` does for ids."""
    if session.get_bind().dialect.name == "postgresql":
        equal: sa.ColumnElement[bool] = sa.any_(sa.bindparam(None, list(values), type_=sa.ARRAY(column.type))) == column
        return equal
    listed = sa.func.json_each(json.dumps(list(values))).table_valued("value").c.value
    found: sa.ColumnElement[bool] = column.in_(sa.select(sa.type_coerce(listed, column.type)))
    return found


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
