"""Database engine, sessions and naming, shared by both halves.

Two ways in, and no third: `Database.reading()` for questions and `Database.writing()` for changes. The caller's
`with` block is the transaction: it commits when the block ends and rolls back when the block raises. Nothing below
a view, a command or the work loop commits.

On SQLite every write transaction of this process holds one lock and starts with BEGIN IMMEDIATE, so that a writer
never meets "database is locked" half-way; a second process (a command beside the running server) waits for the file
lock up to `BUSY_SECONDS`. On PostgreSQL writers run side by side and the database arbitrates.

A session says whose data it is about: one tenant's, NOBODY's or EVERY_TENANT's. Every query names its tenant as well;
this is the second wall, for the query that forgets to. On PostgreSQL the database itself then shows and takes rows of
that tenant alone (row-level security, migration 0007). What it is to let through reaches it as the setting
`cdht.tenant` of the transaction, in the message that carries BEGIN, so that it costs no journey of its own and nothing
of it outlasts the transaction on a connection that somebody else uses next. SQLite has no such wall.
"""

from __future__ import annotations

import enum
import errno
import json
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

import lrs.arrays  # noqa: F401 - engines are to know how to send these
from lrs import patience

if TYPE_CHECKING:
    from lrs.bucket.store import Bucket

__all__ = [
    "AWAY",
    "BUSY_SECONDS",
    "EVERY_TENANT",
    "NAMING",
    "NOBODY",
    "Database",
    "Owner",
    "Session",
    "UtcDateTime",
    "among",
    "asked_once",
    "beside",
    "is_away",
    "is_postgresql",
    "listed",
    "new_id",
]

BUSY_SECONDS = 30

IDLE_SECONDS = 1.0
"""A connection that nobody used for so long is asked whether it still lives before somebody does."""

WAIT_SECONDS = 5
"""How long is waited for a connection to PostgreSQL: for a free one, for a new one, for a network that says nothing.
All waits of one request together are shorter (`lrs.patience`)."""

AWAY = (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError, MemoryError)
"""Kinds of errors among which are those of `is_away`."""

_OUR_FAULT = (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.ProgrammingError, sa.exc.NotSupportedError)
_OUT_OF_ROOM = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO,
}  # fmt: skip

_Answer = TypeVar("_Answer")

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


class _Owner(enum.Enum):
    NOBODY = ""
    EVERY_TENANT = "every"


NOBODY: Final = _Owner.NOBODY
"""Of no tenant: for what has no policy, credentials and the list of tenants, which tell whose data is asked for."""

EVERY_TENANT: Final = _Owner.EVERY_TENANT
"""Of all tenants at once, past the wall: for migrations and backups, and for nothing that serves a request."""

Owner = UUID | Literal[_Owner.NOBODY, _Owner.EVERY_TENANT]
"""Whose data a session is about."""

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


def asked_once(session: Session, key: object, ask: Callable[[], _Answer]) -> _Answer:
    """What `ask` says, asked once in a session for questions, of which a request has one or two: as on SQLite, where
    each sees one moment. One that may change things asks each time."""
    known: dict[object, Any] | None = session.info.get("known")
    if known is None:
        return ask()
    if key not in known:
        known[key] = ask()
    answer: _Answer = known[key]
    return answer


def is_away(error: BaseException) -> bool:
    """Whether an error tells that the database, or room on this machine, is not to be had just now.

    It then lies neither in what was asked nor in the program, and the same may be asked again. Nothing can be said of
    what was being written.
    """
    if isinstance(error, OSError):
        return error.errno in _OUT_OF_ROOM
    return isinstance(error, AWAY) and not isinstance(error, _OUR_FAULT)


def among(session: Session, column: Any, values: Collection[UUID] | Collection[str] | Collection[int]) -> Condition:
    """`column IN (values)` with one bound parameter, however many there are (`in_` binds each, up to a limit)."""
    if is_postgresql(session):
        equal: Condition = column == sa.any_(sa.bindparam(None, list(values), type_=sa.ARRAY(column.type)))
        return equal
    found: Condition = column.in_(listed(session, column, values))
    return found


def listed(
    session: Session, column: Any, values: Collection[UUID] | Collection[str] | Collection[int]
) -> sa.Select[Any]:
    """These values of a column as a question, with one bound parameter."""
    if is_postgresql(session):
        array = sa.bindparam(None, list(values), type_=sa.ARRAY(column.type))
        return sa.select(sa.func.unnest(array, type_=column.type))
    texts = json.dumps([value.hex if isinstance(value, UUID) else value for value in values])
    each = sa.func.json_each(texts).table_valued("value").c.value
    return sa.select(sa.type_coerce(each, column.type))


def beside(column: Any) -> sa.ColumnElement[Any]:
    """The column, to be compared so that no index is chosen by it: of rows that are looked up by ids anyway, what else
    has to be true of them. SQLite knows no numbers of a tenant's rows and would read all of them instead."""
    return sa.func.coalesce(column, column)


_Kind = Literal["read", "snapshot", "write"]

_SAYS_SOMETHING: dict[str, Any] = {
    "connect_timeout": WAIT_SECONDS,
    "tcp_user_timeout": WAIT_SECONDS * 1000,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
}
"""So that a machine or network which is gone without a word is noticed. The URL may say otherwise."""


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
        self.bucket: Bucket | None = None
        """Where the bytes of Attachments are put, when not in the database itself."""
        self._writer_lock = threading.RLock()
        self._probe_lock = threading.Lock()
        self._probe: sqlite3.Connection | None = None
        self._watch: sqlite3.Connection | None = None
        if self.is_sqlite:
            self.engine = sa.create_engine(
                parsed,
                connect_args={"timeout": BUSY_SECONDS},
                hide_parameters=True,
                execution_options={"begin": _sqlite_begin("read")},
            )
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
        else:
            # prepare_threshold=None: nothing stays on the server's session, so PgBouncer may stand in between.
            # autocommit: the driver opens no transaction of its own, `_begin` does.
            self.engine = sa.create_engine(
                parsed,
                poolclass=_Pool,
                pool_size=8,
                max_overflow=8,
                pool_timeout=WAIT_SECONDS,
                connect_args=_SAYS_SOMETHING
                | {"prepare_threshold": None, "autocommit": True}
                | {name: value for name, value in parsed.query.items() if name in _SAYS_SOMETHING},
                hide_parameters=True,
                execution_options={"begin": _postgresql_begin("read", NOBODY)},
            )
            sa.event.listen(self.engine, "do_connect", _connect)
            _ping_after_idling(self.engine)
        sa.event.listen(self.engine, "begin", _begin)
        self._engine = lru_cache(maxsize=1024)(self._engine_for)

    def _engine_for(self, kind: _Kind, owner: Owner) -> sa.Engine:
        """The engine, whose transactions begin as this kind of session needs."""
        begin = _sqlite_begin(kind) if self.is_sqlite else _postgresql_begin(kind, owner)
        return self.engine.execution_options(begin=begin)

    def hear(self, event: str, told: Callable[..., None]) -> None:
        """Have `told` called at an event of every connection, as SQLAlchemy names it."""
        sa.event.listen(self.engine, event, told)

    @property
    def place(self) -> str:
        """Which database this is, as its URL without the password, for people."""
        secret = {name: "***" for name in self.url.query if "password" in name}
        return self.url.update_query_dict(secret).render_as_string(hide_password=True)

    def _session(self, kind: _Kind, owner: Owner) -> Session:
        known: dict[object, object] | None = None if kind == "write" else {}
        return Session(self._engine(kind, owner), expire_on_commit=False, info={"database": self, "known": known})

    @contextmanager
    def reading(self, owner: Owner, *, snapshot: bool = False) -> Iterator[Session]:
        """A session for questions about the data of one tenant (or NOBODY's), which can change nothing.

        With `snapshot` all its questions are answered as of one moment, for figures that must agree with one another.
        (On SQLite they always are.) Never ask `consistent_through` in a snapshot: it looks at what others do now.
        """
        with self._session("snapshot" if snapshot else "read", owner) as session:
            yield session

    @contextmanager
    def writing(self, owner: Owner) -> Iterator[Session]:
        """A session for changes of one tenant's data (or NOBODY's): commits when the block ends, rolls back when it
        raises."""
        held = self._writer_lock if self.is_sqlite else nullcontext()
        with held, self._session("write", owner) as session, session.begin():
            yield session

    def version(self) -> str:
        """Which database this is, and its version: "PostgreSQL 15.8", say."""
        if self.is_sqlite:
            return f"SQLite {sqlite3.sqlite_version}"
        with self.reading(NOBODY) as session:
            return f"PostgreSQL {session.scalar(sa.text('SHOW server_version'))}"

    def size(self) -> int:
        """How many bytes it takes on disk, of all tenants."""
        if self.is_sqlite:
            path = Path(self.url.database or "")
            return sum(one.stat().st_size for one in (path, path.with_name(f"{path.name}-wal")) if one.is_file())
        with self.reading(NOBODY) as session:
            return int(session.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)

    def connections(self) -> dict[str, int]:
        """How many connections this process holds, by use: busy and idle."""
        pool = self.engine.pool
        if not isinstance(pool, sa.QueuePool):
            return {}
        return {"busy": pool.checkedout(), "idle": pool.checkedin()}

    def has_wall(self) -> bool:
        """Whether the database holds tenants apart: PostgreSQL does, unless it is a superuser or a role with BYPASSRLS
        that connects."""
        if self.is_sqlite:
            return False
        passes = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        with self.reading(NOBODY) as session:
            return not session.scalar(sa.text(passes))

    def nobody_writes(self) -> bool:
        """Whether no write transaction is open at this moment, in this process or any other (SQLite alone).

        The file itself is asked, by taking its write lock and giving it back: a command may be storing beside us. On
        PostgreSQL ask the server.
        """
        with self._probe_lock:
            if not self._writer_lock.acquire(blocking=False):
                return False
            try:
                if self._probe is None:
                    path = self.url.database or ":memory:"
                    self._probe = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
                self._probe.execute("BEGIN IMMEDIATE")
                self._probe.execute("ROLLBACK")
            except sqlite3.OperationalError:  # locked, or not to be opened: then nothing is certain
                return False
            finally:
                self._writer_lock.release()
        return True

    def state(self) -> object:
        """Another value after every commit of anybody, the same as long as nobody wrote anything.

        It costs next to nothing, so a loop that looks for work can ask many times a second; what there is to do, it
        asks when something was written.
        """
        if not self.is_sqlite:
            return self._transactions()
        with self._probe_lock:
            if self._watch is None:
                path = self.url.database or ":memory:"
                self._watch = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            return self._watch.execute("PRAGMA data_version").fetchone()[0]

    def _transactions(self) -> object:
        """Which transactions a snapshot of PostgreSQL would see: a writer's number is among those under way until what
        it wrote can be seen."""
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("SELECT pg_current_snapshot()::text")
            row = cursor.fetchone()
            return row and row[0]
        finally:
            connection.close()

    def empty_log(self) -> None:
        """On SQLite, bring what was changed out of the log beside the file, unless somebody is reading just now."""
        if self.is_sqlite:
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def close(self) -> None:
        """Close every connection."""
        with self._probe_lock:
            for held in (self._probe, self._watch):
                if held is not None:
                    held.close()
            self._probe = self._watch = None
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
        "secure_delete=ON",  # what is deleted, or replaced by an erasure, is not left readable in the file
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(kind: _Kind) -> tuple[str, ...]:
    return ("PRAGMA query_only=OFF", "BEGIN IMMEDIATE") if kind == "write" else ("PRAGMA query_only=ON", "BEGIN")


def _postgresql_begin(kind: _Kind, owner: Owner) -> tuple[str, ...]:
    """What opens a transaction, as one message.

    READ COMMITTED whatever the server's default is: taking a place in the order (`lrs.statements.order`) and importing
    alone both wait for a lock and must then see what its last holder committed. The setting is made in every
    transaction, so that none that came with the connection or the role ever counts. Nothing is compiled (`jit`): our
    questions are short, and PostgreSQL, which guesses them long, would compile for seconds what runs in milliseconds.
    """
    mode = {
        "read": "ISOLATION LEVEL READ COMMITTED READ ONLY",
        "snapshot": "ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "write": "ISOLATION LEVEL READ COMMITTED",
    }[kind]
    value = owner.value if isinstance(owner, _Owner) else owner.hex
    return (f"BEGIN {mode}; SET LOCAL jit = off; SET LOCAL cdht.tenant = '{value}'",)


def _begin(connection: sa.Connection) -> None:
    for command in connection.get_execution_options()["begin"]:
        connection.exec_driver_sql(command)


class _Pool(sa.QueuePool):
    """Whoever waits for a free connection waits as long as the patience of their request lasts."""

    @property
    def _timeout(self) -> float:
        return patience.left(self._longest)

    @_timeout.setter
    def _timeout(self, seconds: float) -> None:
        self._longest = seconds

    def _do_get(self) -> sa.pool.ConnectionPoolEntry:
        with patience.waiting():
            return super()._do_get()


def _connect(dialect: sa.Dialect, _record: Any, words: Any, named: dict[str, Any]) -> Any:
    """Make a new connection within what is left of the patience of a request; where the URL names several servers, to
    each of them within its share."""
    servers = str(named.get("host", "")).count(",") + 1
    most = float(named["connect_timeout"]) or math.inf
    least = min(most, patience.LEAST_SECONDS)
    with patience.waiting():
        left = patience.left(most * servers)
        if left < least:
            raise sa.exc.TimeoutError("no connection to the database within the time that a request waits for one")
        seconds = 0 if left == math.inf else int(max(least, left / servers))
        return dialect.connect(*words, **{**named, "connect_timeout": seconds})


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
