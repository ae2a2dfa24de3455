"""Emptying a sandbox: everything that test keys stored goes; the keys stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

import sqlalchemy as sa

from lrs import definitions
from lrs.db import Database, Session
from lrs.models import Base, Credential, DefinitionsPosition, Statement, TokenClient
from lrs.statements import query
from lrs.statements.order import enter
from lrs.tenants import find_sandbox

__all__ = ["CHUNK", "count", "empty"]

CHUNK = 1000
"""Rows that go in one transaction, so that nobody waits long."""

_POSITION = Base.metadata.tables[DefinitionsPosition.__tablename__]
_STATEMENT = Base.metadata.tables[Statement.__tablename__]
_BESIDE_STATEMENTS = [
    table
    for table in Base.metadata.sorted_tables
    if "tenant_id" in table.columns
    and table.name not in (Credential.__tablename__, TokenClient.__tablename__, _POSITION.name, _STATEMENT.name)
]


def count(database: Database, tenant: UUID, most: int | None = None) -> int:
    """How many rows the tenant's sandbox holds; of each table up to `most`."""
    with database.reading(tenant) as session:
        sandbox = find_sandbox(session, tenant)
    if sandbox is None:
        return 0
    with database.reading(sandbox) as session:
        some = [
            sa.select(sa.literal(1)).where(table.c.tenant_id == sandbox).limit(most).subquery()
            for table in (*_BESIDE_STATEMENTS, _STATEMENT)
        ]
        return sum(session.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in some)


def empty(
    database: Database, tenant: UUID, progress: Callable[[int, int], object] = lambda rows, statements: None
) -> Mapping[str, int]:
    """Remove all that the tenant's sandbox holds, in short transactions; how many rows went, by table. `progress` is
    told how many rows and Statements have gone so far.

    What test keys store meanwhile goes too. Broken off, it can be called again.
    """
    with database.reading(tenant) as session:
        sandbox = find_sandbox(session, tenant)
    gone: Counter[str] = Counter()
    if sandbox is None:
        return gone
    with database.reading(sandbox) as session:
        newest = query.newest_place(session, sandbox)
    # Statements last, and of them only those there are now: one sent again meanwhile is still known as a repeat.
    for table in (*_BESIDE_STATEMENTS, _STATEMENT):
        wanted = [table.c.tenant_id == sandbox] + ([table.c.seq <= newest] if table is _STATEMENT else [])
        removed = CHUNK
        while removed == CHUNK:
            with _alone(database, sandbox) as session:
                removed = _remove(session, table, wanted, limit=CHUNK)
            gone[table.name] += removed
            progress(gone.total(), gone[_STATEMENT.name])
    # What came in between, all at once; places and what is merged start anew from here.
    with _alone(database, sandbox) as session:
        for table in (*_BESIDE_STATEMENTS, _STATEMENT):
            gone[table.name] += _remove(session, table, [table.c.tenant_id == sandbox])
        _remove(session, _POSITION, [_POSITION.c.tenant_id == sandbox])
    return +gone


@contextmanager
def _alone(database: Database, sandbox: UUID) -> Iterator[Session]:
    """A transaction beside which nobody stores Statements or merges what they define."""
    with database.writing(sandbox) as session:
        enter(session, sandbox)
        definitions.hold(session, sandbox)
        yield session


def _remove(
    session: Session, table: sa.Table, wanted: list[sa.ColumnElement[bool]], *, limit: int | None = None
) -> int:
    """Delete the rows that are wanted, or so many of them; how many went."""
    delete = sa.delete(table).where(*wanted)
    if limit is not None:
        key = list(table.primary_key.columns)
        delete = sa.delete(table).where(sa.tuple_(*key).in_(sa.select(*key).where(*wanted).limit(limit)))
    return session.connection().execute(delete, execution_options={"preserve_rowcount": True}).rowcount
