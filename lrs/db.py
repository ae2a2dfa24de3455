"""Database engine, sessions and naming, shared by both halves.

Two ways in, and no third: `Database.reading()` for questions and `Database.writing()` for changes. The caller's
`with` block is the transaction: it commits when the block ends and rolls back when the block raises. Nothing below
a view, a command or the work loop commits.

On SQLite every write transaction of this process holds one lock and starts with BEGIN IMMEDIATE, so that a writer
never meets "database is locked" half-way; a second process (a command beside the running server) waits for the file
lock up to `BUSY_SECONDS`. On PostgreSQL writers run side by side and the database arbitrates.
"""

from __future__ import annotations

import json
import math
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

import lrs.arrays  # noqa: F401 - engines are to know how to send these

__all__ = ["BUSY_SECONDS", "NAMING", "Database", "Session", "UtcDateTime", "among", "is_postgresql", "new_id"]

BUSY_SECONDS = 30

IDLE_SECONDS = 1.0
"""A connection that nobody used for so long is asked whether it still lives before somebody does."""

Condition = sa.ColumnElement[bool]
"""What stands in a WHERE."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraint names by convention, so that a migration can name what it changes on either database."""

new_id = uuid7
"""A new identifier for a row of ours: a UUIDv7, made by the application so that no database has to number rows."""


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant. Takes and gives aware datetimes in UTC; refuses naive ones with ValueError."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def is_postgresql(session: Session) -> bool:
    """Whether this session talks to PostgreSQL; to SQLite otherwise."""
    return session.get_bind().dialect.name == "postgresql"


def among(session: Session, column: Any, values: Collection[UUID] | Collection[str] | Collection[int]) -> Condition:
    """`column IN (values)` with one bound parameter, however many there are (`in_` binds each, up to a limit)."""
    if is_postgresql(session):
        equal: Condition = column == sa.any_(sa.bindparam(None, list(values), type_=sa.ARRAY(column.type)))
        return equal
    texts = json.dumps([value.hex if isinstance(value, UUID) else value for value in values])
    listed = sa.func.json_each(texts).table_valued("value").c.value
    found: Condition = column.in_(sa.select(sa.type_coerce(listed, column.type)))
    return found


class Database:
    """One database, by SQLAlchemy URL: `sqlite:////path/file.db` or `postgresql+psycopg://…`.

    A plain `postgresql://` (or `postgres://`) URL is taken to mean psycopg 3, the only driver supported.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._writer_lock = threading.RLock()
        if self.is_sqlite:
            self.engine = sa.create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        else:
            # prepare_threshold=None: nothing stays on the server's session, so PgBouncer may stand in between.
            # READ COMMITTED whatever the server's default is: taking a place in the order (`lrs.statements.order`)
            # and importing alone both wait for a lock and must then see what its last holder committed.
            self.engine = sa.create_engine(
                parsed,
                isolation_level="READ COMMITTED",
                pool_size=8,
                max_overflow=8,
                connect_args={"prepare_threshold": None},
                hide_parameters=True,
            )
            _ping_after_idling(self.engine)
        self._write_engine = self.engine.execution_options(writes=True)
        self._read_engine = self.engine.execution_options(postgresql_readonly=True)
        self._snapshot_engine = self.engine.execution_options(
            **({} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}), postgresql_readonly=True
        )

    @property
    def place(self) -> str:
        """Which database this is, as its URL without the password, for people."""
        secret = {name: "***" for name in self.url.query if "password" in name}
        return self.url.update_query_dict(secret).render_as_string(hide_password=True)

    def _session(self, engine: sa.Engine, tenant: UUID | None) -> Session:
        return Session(engine, expire_on_commit=False, info={"database": self, "tenant": tenant})

    @contextmanager
    def reading(self, tenant: UUID | None = None, *, snapshot: bool = False) -> Iterator[Session]:
        """A session for questions about one tenant's data, which can change nothing.

        With `snapshot` all its questions are answered as of one moment, for figures that must agree with one another.
        (On SQLite they always are.) Never ask `consistent_through` in a snapshot: it looks at what others do now.
        """
        with self._session(self._snapshot_engine if snapshot else self._read_engine, tenant) as session:
            yield session

    @contextmanager
    def writing(self, tenant: UUID | None = None) -> Iterator[Session]:
        """A session for changes of one tenant's data: commits when the block ends, rolls back when it raises."""
        if self.is_sqlite:
            with self._writer_lock, self._session(self._write_engine, tenant) as session, session.begin():
                yield session
        else:
            with self._session(self._write_engine, tenant) as session, session.begin():
                yield session

    def nobody_writes_here(self) -> bool:
        """Whether no other thread of this process is inside a write transaction (SQLite; on PostgreSQL ask it)."""
        free = self._writer_lock.acquire(blocking=False)
        if free:
            self._writer_lock.release()
        return free

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Settings of every SQLite connection; the figures behind them are in docs/performance.md."""
    connection.isolation_level = None  # the driver opens no transaction of its own; `_begin_sqlite` does
    for pragma in (
        "page_size=8192",
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=20000",
        "foreign_keys=ON",
        "cache_size=-16384",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _ping_after_idling(engine: sa.Engine) -> None:
    """Replace connections that died while idle. (`pool_pre_ping` asks every time: a journey more for each session.)"""

    @sa.event.listens_for(engine, "checkin")
    def note(_connection: Any, record: sa.pool.ConnectionPoolEntry) -> None:
        record.info["left"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def ping(connection: Any, record: sa.pool.ConnectionPoolEntry, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("left", math.inf) > IDLE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except psycopg.Error as error:
                raise sa.exc.DisconnectionError from error  # the pool tries another one
