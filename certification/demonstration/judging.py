"""Waiting for the server to judge, and everybody's result as of the as-of day.

The server judges as of today; the demonstration shows what was true on its as-of day, whatever today is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from certification.demonstration.errors import JudgingBehind
from certification.demonstration.server import Server
from certification.evidence import feed
from certification.judgement import assessments, judging
from certification.judgement.assessments import Judgement
from certification.models import FeedPosition, Worker
from certification.rules.criteria import PROGRAMME
from lrs import api
from lrs.db import Database, Session

JUDGED_WITHIN = 240
"""Seconds from the last Statement posted to the last worker judged."""
AT_ONCE = 500
"""Workers judged between two movements of the bar."""


def await_judging(database: Database, tenant: UUID, server: Server, *, today: date) -> None:
    """Return when the server's judging, whose day is `today`, has caught up with the store.

    Raises JudgingBehind after a time.
    """
    deadline = time.monotonic() + JUDGED_WITHIN
    while time.monotonic() < deadline:
        server.check()
        with database.reading(tenant) as session:
            if _caught_up(session, tenant, today):
                return
        time.sleep(0.25)
    raise JudgingBehind(f"judging did not catch up within {JUDGED_WITHIN} seconds; see {server.log}, and run it again")


def _caught_up(session: Session, tenant: UUID, today: date) -> bool:
    """Every Statement that the store holds was read as evidence, and nobody is to be judged by the end of `today`.

    Who learned something on a later day stays marked until that day.
    """
    position = session.scalar(
        sa.select(FeedPosition.token).where(FeedPosition.tenant_id == tenant, FeedPosition.reader == feed.READER)
    )
    return position == api.latest_token(session, tenant) and not judging.count_due(session, tenant, today)


def judge_as_of(database: Database, tenant: UUID, day: date, *, on_judged: Callable[[int], None]) -> list[Judgement]:
    """What is to be said of everybody for the year of `day`, as known on it, by worker number. Keeps nothing."""
    judged: list[Judgement] = []
    with database.reading(tenant) as session:
        everybody = session.scalars(
            sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.merged_into.is_(None)).order_by(Worker.number)
        ).all()
        for start in range(0, len(everybody), AT_ONCE):
            some = everybody[start : start + AT_ONCE]
            by_worker = {one.worker_id: one for one in assessments.known_on(session, tenant, some, PROGRAMME, day)}
            judged += [by_worker[worker] for worker in some if worker in by_worker]
            on_judged(len(some))
    return judged
