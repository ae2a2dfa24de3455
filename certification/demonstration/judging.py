"""Waiting for the server to judge, and everybody's result as of the as-of day.

The server judges as of today; the demonstration shows what was true on its as-of day, whatever today is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification import assessments, evidence
from certification.assessments import PROGRAMME, Assessed
from certification.demonstration.errors import JudgingBehind
from certification.demonstration.server import Server
from certification.evaluation.results import from_json
from certification.models import Assessment, FeedPosition, Stale, Worker
from lrs import api
from lrs.db import Database, Session

JUDGED_WITHIN = 240
"""Seconds from the last Statement posted to the last worker judged."""
AT_ONCE = 500
"""Workers judged in one transaction."""


def await_judging(database: Database, tenant: UUID, server: Server) -> None:
    """Return when the server's judging has caught up with the store. Raises JudgingBehind after a time."""
    deadline = time.monotonic() + JUDGED_WITHIN
    while time.monotonic() < deadline:
        server.check()
        with database.reading() as session:
            if _caught_up(session, tenant):
                return
        time.sleep(0.25)
    raise JudgingBehind(f"judging did not catch up within {JUDGED_WITHIN} seconds; see {server.log}, and run it again")


def _caught_up(session: Session, tenant: UUID) -> bool:
    """Every Statement that the store holds was read as evidence, and nobody waits to be judged."""
    position = session.scalar(
        sa.select(FeedPosition.token).where(FeedPosition.tenant_id == tenant, FeedPosition.reader == evidence.READER)
    )
    waiting = session.scalar(sa.select(sa.func.count()).where(Stale.tenant_id == tenant))
    return position == api.latest_token(session, tenant) and not waiting


def judge_as_of(
    database: Database, tenant: UUID, day: date, *, now: datetime, on_judged: Callable[[int], None]
) -> list[Assessed]:
    """Everybody's result for the year of `day`, as known on it, by worker number. Judges those who have none yet."""
    with database.reading() as session:
        judged = {row.worker_id for row in _newest(session, tenant, day.year) if row.as_of == day}
        query = sa.select(Worker.id).where(Worker.tenant_id == tenant).order_by(Worker.number)
        missing = [worker for worker in session.scalars(query) if worker not in judged]
    on_judged(len(judged))
    for start in range(0, len(missing), AT_ONCE):
        some = missing[start : start + AT_ONCE]
        with database.writing() as session:
            assessments.assess(session, tenant, some, PROGRAMME, day.year, as_of=day, now=now)
        on_judged(len(some))
    with database.reading() as session:
        return [
            Assessed(row.worker_id, row.version, row.criteria_set_id, from_json(row.result), row.judged, changed=False)
            for row in _newest(session, tenant, day.year)
        ]


def _newest(session: Session, tenant: UUID, year: int) -> list[Assessment]:
    """The last version of each worker's result, by worker number, in one SQL command."""
    of_year = (Assessment.tenant_id == tenant, Assessment.programme == PROGRAMME, Assessment.year == year)
    newest = (
        sa.select(Assessment.worker_id, sa.func.max(Assessment.version).label("version"))
        .where(*of_year)
        .group_by(Assessment.worker_id)
        .subquery()
    )
    query = (
        sa.select(Assessment)
        .join(newest, sa.and_(newest.c.worker_id == Assessment.worker_id, newest.c.version == Assessment.version))
        .join(Worker, Worker.id == Assessment.worker_id)
        .where(*of_year)
        .order_by(Worker.number)
    )
    return list(session.scalars(query))
