"""The order readers can trust: each tenant's Statements have places (`seq`) that become visible in rising order.

A place is taken inside a critical section that lasts until the commit: on SQLite the write transaction itself
(BEGIN IMMEDIATE), on PostgreSQL an advisory lock of the transaction. The next place is read off the last row once the
lock is held, which is right because `lrs.db` writes under READ COMMITTED: each command sees all that was committed
before it. So whoever has seen place n has seen, or can see, every place before it, and "after n" misses nothing.
`stored` rises with the place even when a clock is set back.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from lrs.db import Database, Session, is_postgresql
from lrs.models import Statement

_CLOCK_AND_LAST = """
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, last.seq, last.stored
FROM (SELECT) AS always
LEFT JOIN (SELECT seq, stored FROM lrs_statement WHERE tenant_id = %b ORDER BY seq DESC LIMIT 1) AS last ON true
"""
_LAST = (
    sa.select(Statement.seq, Statement.stored)
    .where(Statement.tenant_id == sa.bindparam("tenant", type_=sa.Uuid()))
    .order_by(Statement.seq.desc())
    .limit(1)
)
# statement_timestamp() is before the look at pg_locks: whoever takes the lock later stores later.
_CLOCK_AND_BUSY = sa.text(
    "SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint, EXISTS (SELECT FROM pg_locks"
    " WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND classid = :high AND objid = :low"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_looking = threading.Lock()
_latest = 0


@dataclass(frozen=True, slots=True)
class Place:
    """The next free place of a tenant and the instant of storing that goes with it (microseconds since 1970, UTC)."""

    seq: int
    stored: int


def enter(session: Session, tenant: UUID) -> None:
    """Enter the tenant's critical section, which ends with the transaction, once nobody else is inside."""
    connection = session.connection()  # on SQLite this begins the transaction
    if is_postgresql(session):
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%b::bigint)", (_lock_number(tenant),))


def next_place(session: Session, tenant: UUID) -> Place:
    """What comes next, for one who is inside the critical section."""
    connection = session.connection()
    if is_postgresql(session):
        clock, seq, stored = connection.exec_driver_sql(_CLOCK_AND_LAST, (tenant,)).one()
    else:
        seq, stored = connection.execute(_LAST, {"tenant": tenant}).one_or_none() or (None, None)
        clock = _present(later_than=stored or 0)
    return Place(1, clock) if seq is None else Place(seq + 1, max(stored + 1, clock))


def consistent_through(session: Session, tenant: UUID) -> int:
    """The instant up to which everything stored is visible to a query that this session sends after this call.

    The present moment when nobody is storing, otherwise the newest `stored` that is visible (xAPI 1.0.3
    Communication 2.1.3, X-Experience-API-Consistent-Through). Microseconds since 1970, UTC. It must be the first that
    the session asks: on SQLite a session sees one state of the database from its first question on.
    """
    if is_postgresql(session):
        lock = _lock_number(tenant)
        halves = {"high": (lock >> 32) & 0xFFFFFFFF, "low": lock & 0xFFFFFFFF}
        clock, busy = session.connection().execute(_CLOCK_AND_BUSY, halves).one()
    else:
        database: Database = session.info["database"]
        clock = _present()
        busy = not database.nobody_writes()
    if not busy:
        return int(clock)
    last = session.connection().execute(_LAST, {"tenant": tenant}).one_or_none()
    return last.stored if last else 0


def instant(microseconds: int) -> datetime:
    """Microseconds since 1970 as an aware datetime in UTC."""
    return _EPOCH + microseconds * _MICROSECOND


def microseconds(moment: datetime) -> int:
    """An aware datetime as microseconds since 1970, UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def timestamp_text(microseconds: int) -> str:
    """As Statements carry it: 2026-11-20T05:00:00.000000Z."""
    return instant(microseconds).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _lock_number(tenant: UUID) -> int:
    """A signed 64-bit number of the tenant's own."""
    return int.from_bytes(tenant.bytes[8:], "big", signed=True)


def _present(later_than: int | None = None) -> int:
    """The present on SQLite, which is asked for the time by nobody; or, for what is stored, an instant after all that
    were told before. It never goes back in this process, whatever the clock does: what a reader was promised to have
    seen (`consistent_through`) stays before everything that is stored later."""
    global _latest
    with _looking:
        least = _latest if later_than is None else max(_latest, later_than) + 1
        _latest = max(least, time.time_ns() // 1000)
        return _latest
