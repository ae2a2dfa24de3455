"""Emptying a tenant's sandbox as a piece of work that is kept: begun, told how far it is, ended, or gone on with.

Rows go in short steps. Who is killed in between leaves it running, and whoever opens its page next goes on with what is
left: it is said to be done only once nothing is left.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification.access import records
from certification.errors import CertificationError
from certification.models import Emptying
from lrs import api
from lrs.db import Database, Session

__all__ = ["BEAT", "BROKEN", "DONE", "RUNNING", "AlreadyRuns", "begin", "find", "take_up", "work"]

RUNNING, DONE, BROKEN = "running", "done", "broken"

BEAT = timedelta(seconds=30)
"""Work that nobody has told of for so long is done by nobody."""

TOLD_AFTER = timedelta(seconds=1)
"""So long passes before it is told again how far the work is."""

log = logging.getLogger(__name__)


class AlreadyRuns(CertificationError):
    """Somebody has begun it already."""


def begin(session: Session, tenant: UUID, *, about: str, by: str, reason: str, now: datetime) -> None:
    """Keeps that all test keys stored is to go, and in the record who wants it why; `about` is the tenant's name.
    Raises AlreadyRuns."""
    before = find(session, tenant)
    if before is not None:
        if before.state == RUNNING:
            raise AlreadyRuns(f"the test data of {about} is being removed already")
        session.delete(before)
        session.flush()
    records.add(session, tenant, by=by, act="empty-test-data", about=about, reason=reason, now=now)
    counts = dict.fromkeys(("rows_done", "rows", "statements"), 0)
    session.add(Emptying(tenant_id=tenant, state=RUNNING, began=now, beat=now, by=by, **counts))
    session.flush()


def find(session: Session, tenant: UUID) -> Emptying | None:
    """The last one of the tenant."""
    return session.get(Emptying, tenant)


def take_up(session: Session, tenant: UUID, now: datetime) -> bool:
    """Whether the caller is the one to go on with the work that nobody has told of for `BEAT`."""
    stale = Emptying.state == RUNNING, Emptying.beat < now - BEAT
    found = session.connection().execute(
        sa.update(Emptying).where(Emptying.tenant_id == tenant, *stale).values(beat=now)
    )
    return bool(found.rowcount)


def work(database: Database, tenant: UUID, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Removes what is there, and tells how far that is. What fails leaves it broken, with all that is left still there
    to be removed by another one."""
    with database.reading(tenant) as session:
        before = find(session, tenant)
        if before is None or before.state != RUNNING:
            return
        rows_gone, statements_gone = before.rows_done, before.statements
    told = clock()

    def tell(rows: int, statements: int) -> None:
        if clock() - told >= TOLD_AFTER:
            keep(rows_done=rows_gone + rows, statements=statements_gone + statements)

    def keep(**values: object) -> None:
        nonlocal told
        told = clock()
        with database.writing(tenant) as session:
            session.execute(sa.update(Emptying).where(Emptying.tenant_id == tenant).values(beat=told, **values))

    try:
        keep(rows=rows_gone + api.count_sandbox(database, tenant))
        gone = api.empty_sandbox(database, tenant, tell)
        rows, statements = rows_gone + sum(gone.values()), statements_gone + gone.get("lrs_statement", 0)
        keep(state=DONE, rows_done=rows, statements=statements)
    except Exception:
        log.exception("emptying a sandbox was broken off")
        keep(state=BROKEN)
