"""Statements of launched content: held to the rules, stored, and what follows from them, in one transaction.

They go in by themselves, not with others' (`lrs.statements.writer`): whether they are allowed depends on what the
session said before, which is read inside the tenant's critical section.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from lrs.attachments import MOST_BYTES, Content
from lrs.cmi5 import courses, moving_on, rules, statements
from lrs.cmi5.keys import has_ended
from lrs.cmi5.rules import Standing
from lrs.cmi5.structure import Course
from lrs.credentials import Identity, Launch
from lrs.db import NOBODY, Database, Session, among
from lrs.errors import InvalidStatement, Unauthenticated
from lrs.models import LaunchSession, Progress, Registration, Statement
from lrs.outages import Outages
from lrs.statements.order import enter
from lrs.statements.store import check, put_inside
from lrs.tenants import tenants

__all__ = ["GRACE", "abandon_open", "end_overdue", "forget", "keep_ending", "store"]

GRACE = timedelta(minutes=5)
"""How long after "terminated" what was said before it may still come (9.3.8)."""
IDLE_SECONDS = 60.0
"""Between two looks for sessions whose time is over."""
KEPT = timedelta(days=1)
"""How long a session that has ended is kept."""

_INSTANTS = ("initialized", "completed", "passed", "failed", "terminated", "latest")

log = logging.getLogger(__name__)


def store(
    database: Database,
    identity: Identity,
    launch: Launch,
    documents: Sequence[dict[str, Any]],
    *,
    version: str,
    contents: Sequence[Content] = (),
    most_bytes: int = MOST_BYTES,
    pepper: bytes,
    now: datetime,
) -> list[UUID]:
    """Store Statements of launched content, all or none; the ids in the order sent.

    One that is stored already is passed over, as everywhere, and breaks no rule by coming twice. Raises as
    `store.check` and `store.put` do; InvalidStatement also with every rule of cmi5 that is broken.
    """
    batch = check(identity, documents, version=version, contents=contents, most_bytes=most_bytes)
    tenant = identity.tenant
    with database.writing(tenant) as session:
        enter(session, tenant)
        row, unit = _open(session, tenant, launch, now)
        ids = [one.id for one in batch.rows]
        there = set(
            session.scalars(
                sa.select(Statement.id).where(Statement.tenant_id == tenant, among(session, Statement.id, ids))
            )
        )
        several = len(documents) > 1
        said = [
            (sent, one.document, f"/{index}" if several else "")
            for index, (sent, one) in enumerate(zip(documents, batch.rows, strict=True))
            if one.id not in there
        ]
        before = _standing(row, unit, launch)
        after, faults = rules.check(before, said)
        if faults:
            raise InvalidStatement(faults)
        put_inside(session, batch)
        for name in _INSTANTS:
            setattr(row, name, getattr(after, name))
        if after.terminated is not None and before.terminated is None:
            row.ends = min(row.ends, now + GRACE)
        _move_on(session, tenant, row, before, after, pepper=pepper, now=now)
    return ids


def abandon_open(session: Session, issuer: Identity, of: Registration, course: Course, *, now: datetime) -> None:
    """Abandon whatever sessions of a registration are open (9.3.6), in the tenant's critical section."""
    rows = session.scalars(
        sa.select(LaunchSession).where(
            LaunchSession.tenant_id == issuer.tenant, LaunchSession.registration_id == of.id, *_OPEN
        )
    ).all()
    for row in rows:
        _abandon(session, issuer, row, of, course, now=now)


def end_overdue(database: Database, tenant: UUID, *, pepper: bytes, now: datetime) -> tuple[int, int]:
    """Abandon the sessions whose time is over and which never said "terminated", and remove those long ended; how many
    of each."""
    with database.reading(tenant) as session:
        overdue = session.execute(
            sa.select(LaunchSession.id)
            .where(LaunchSession.tenant_id == tenant, LaunchSession.ends <= now, *_OPEN)
            .order_by(LaunchSession.ends)
            .limit(_AT_ONCE)
        ).scalars()
        waiting = list(overdue)
        is_anything = waiting or session.scalar(sa.select(sa.exists().where(*_long_ended(tenant, now))))
    if not is_anything:
        return 0, 0
    abandoned = 0
    for id_ in waiting:
        with database.writing(tenant) as session:
            enter(session, tenant)
            row = session.get(LaunchSession, (tenant, id_))
            if row is None or row.terminated is not None or row.abandoned is not None:
                continue
            of = session.get(Registration, (tenant, row.registration_id))
            if of is None:  # its learner was erased meanwhile
                continue
            issuer = moving_on.lms(session, tenant, pepper=pepper)
            _abandon(session, issuer, row, of, courses.find(session, tenant, of.course_id).course, now=now)
            abandoned += 1
    with database.writing(tenant) as session:
        gone = session.connection().execute(
            sa.delete(LaunchSession).where(*_long_ended(tenant, now)),
            execution_options={"preserve_rowcount": True},
        )
    return abandoned, gone.rowcount


def forget(session: Session, tenant: UUID, agents: Collection[str]) -> int:
    """Remove the registrations of a learner who is erased, with all that belongs to them; how many there were."""
    ids = list(
        session.scalars(
            sa.select(Registration.id).where(
                Registration.tenant_id == tenant, among(session, Registration.agent, sorted(agents))
            )
        )
    )
    for table, column in (
        (LaunchSession, LaunchSession.registration_id),
        (Progress, Progress.registration_id),
        (Registration, Registration.id),
    ):
        session.execute(sa.delete(table).where(table.tenant_id == tenant, among(session, column, ids)))
    return len(ids)


_OPEN = (LaunchSession.terminated.is_(None), LaunchSession.abandoned.is_(None))
_AT_ONCE = 200


def _long_ended(tenant: UUID, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    is_closed = sa.or_(LaunchSession.terminated.is_not(None), LaunchSession.abandoned.is_not(None))
    return LaunchSession.tenant_id == tenant, LaunchSession.ends <= now - KEPT, is_closed


def _open(session: Session, tenant: UUID, launch: Launch, now: datetime) -> tuple[LaunchSession, Progress | None]:
    """The session as it stands now that nobody else writes; raises Unauthenticated where it has ended since."""
    row = session.get(LaunchSession, (tenant, launch.session), populate_existing=True)
    if row is None or has_ended(row, now):
        raise Unauthenticated
    return row, session.get(Progress, (tenant, launch.registration, launch.activity))


def _standing(row: LaunchSession, unit: Progress | None, launch: Launch) -> Standing:
    return Standing(
        session=row.id,
        registration=row.registration_id,
        agent=launch.agent,
        activity=row.unit,
        publisher_id=row.publisher_id,
        mode=row.mode,
        mastery_score=None if row.mastery_score is None else Decimal(str(row.mastery_score)),
        **{name: getattr(row, name) for name in _INSTANTS},
        ever_completed=unit is not None and unit.completed is not None,
        ever_passed=unit is not None and unit.passed is not None,
    )


def _move_on(
    session: Session,
    tenant: UUID,
    row: LaunchSession,
    before: Standing,
    after: Standing,
    *,
    pepper: bytes,
    now: datetime,
) -> None:
    moved = False
    if after.completed is not None and before.completed is None:
        moving_on.note(session, tenant, row.registration_id, row.unit, "completed", after.completed)
        moved = True
    if after.passed is not None and before.passed is None:
        moving_on.note(session, tenant, row.registration_id, row.unit, "passed", after.passed)
        moved = True
    if not moved:
        return
    of = session.get(Registration, (tenant, row.registration_id))
    if of is not None:
        issuer = moving_on.lms(session, tenant, pepper=pepper)
        course = courses.find(session, tenant, of.course_id).course
        moving_on.settle(session, issuer, of, course, row.id, now=now)


def _abandon(
    session: Session, issuer: Identity, row: LaunchSession, of: Registration, course: Course, *, now: datetime
) -> None:
    unit = next(one for one in course.units() if one.id == row.unit)
    lasted = (row.latest or row.launched) - row.launched
    actor = msgspec.json.decode(of.actor)
    moving_on.issue(session, issuer, [statements.abandoned(unit, actor, of.id, row.id, lasted=lasted, now=now)])
    row.abandoned, row.ends = now, min(row.ends, now)
    session.flush()


def keep_ending(database: Database, *, pepper: bytes, clock: Callable[[], datetime], stop: threading.Event) -> None:
    """`end_overdue` for every tenant in turn, again and again, until `stop` is set. What fails is logged and tried
    again. Several processes may do so: each session is ended once."""
    outages = Outages(log, "ending cmi5 sessions", IDLE_SECONDS)
    while not stop.wait(outages.pause):
        try:
            with database.reading(NOBODY) as session:
                everybody = tenants(session, sandboxes=True)
            for tenant, _ in everybody:
                end_overdue(database, tenant, pepper=pepper, now=clock())
            outages.succeeded()
        except Exception as error:
            outages.failed(error)
