"""What a registration has reached, and the "satisfied" Statements that follow from it, once each.

All of it happens in the transaction that stores what it follows from: broken off, neither is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
import sqlalchemy as sa

from lrs.cmi5 import statements
from lrs.cmi5.satisfaction import Reached, satisfied
from lrs.cmi5.structure import Course
from lrs.credentials import Identity, acting
from lrs.db import Session
from lrs.models import Progress, Registration, Statement
from lrs.statements.store import check, put_inside

__all__ = ["ACCOUNT", "issue", "lms", "note", "progress", "settle"]

ACCOUNT = "cmi5/lms"
"""The account of the Authority of what the LMS says."""


def lms(session: Session, tenant: UUID, *, pepper: bytes) -> Identity:
    """Who issues the LMS's Statements."""
    return acting(session, tenant, ACCOUNT, name="cmi5", pepper=pepper)


def issue(session: Session, issuer: Identity, documents: Sequence[dict[str, Any]]) -> None:
    """Store Statements of the LMS, in the tenant's critical section; one whose id is there already is left as it is."""
    ids = [UUID(one["id"]) for one in documents]
    there = set(
        session.scalars(sa.select(Statement.id).where(Statement.tenant_id == issuer.tenant, Statement.id.in_(ids)))
    )
    new = [one for one in documents if UUID(one["id"]) not in there]
    if new:
        put_inside(session, check(issuer, new, version="1.0.3"))


def progress(session: Session, tenant: UUID, registration: UUID) -> dict[str, Progress]:
    """What is kept of a registration, by the id of the AU, block or course."""
    rows = session.scalars(
        sa.select(Progress).where(Progress.tenant_id == tenant, Progress.registration_id == registration)
    )
    return {row.object: row for row in rows}


def note(
    session: Session,
    tenant: UUID,
    registration: UUID,
    unit: str,
    what: Literal["completed", "passed", "waived"],
    at: datetime,
) -> None:
    """That this was reached in an AU; it stays as it was the first time."""
    row = session.get(Progress, (tenant, registration, unit))
    if row is None:
        row = Progress(tenant_id=tenant, registration_id=registration, object=unit)
        session.add(row)
    if getattr(row, what) is None:
        setattr(row, what, at)
    session.flush()


def settle(
    session: Session, issuer: Identity, registration: Registration, course: Course, launch: UUID, *, now: datetime
) -> list[str]:
    """Issue what is satisfied and was not said yet, with the session `launch`; the ids of these blocks and course."""
    known = progress(session, issuer.tenant, registration.id)
    reached = {
        name: Reached(row.completed is not None, row.passed is not None, row.waived is not None)
        for name, row in known.items()
    }
    actor = msgspec.json.decode(registration.actor)
    said = {name for name, row in known.items() if row.satisfied is not None}
    new = [whole for whole in satisfied(course, reached) if whole.id not in said]
    issue(session, issuer, [statements.satisfied(whole, actor, registration.id, launch, now=now) for whole in new])
    for whole in new:
        session.add(Progress(tenant_id=issuer.tenant, registration_id=registration.id, object=whole.id, satisfied=now))
    session.flush()
    return [whole.id for whole in new]
