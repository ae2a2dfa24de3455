"""Courses kept and found."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
import sqlalchemy as sa

from lrs import models
from lrs.cmi5 import reading
from lrs.cmi5.structure import Course
from lrs.db import Session, new_id
from lrs.errors import NotFound

__all__ = ["KnownCourse", "ReadCourse", "bring", "courses", "find", "read"]


@dataclass(frozen=True, slots=True)
class KnownCourse:
    """A course as it is kept."""

    id: UUID
    made: datetime
    course: Course


@dataclass(frozen=True, slots=True)
class ReadCourse:
    """A course as its file says it, ready to be kept."""

    course: Course
    text: str
    digest: str


def read(document: bytes, tenant: UUID, *, base: str | None) -> ReadCourse:
    """The course of a file (`reading.read`). A large one takes seconds: it is read before anything is locked.

    Raises InvalidRequest with every fault, or TooLarge.
    """
    course = reading.read(document, tenant, base=base)
    text = msgspec.json.encode(course)
    return ReadCourse(course, text.decode(), hashlib.sha256(text).hexdigest())


def bring(session: Session, tenant: UUID, sent: ReadCourse, *, now: datetime) -> tuple[KnownCourse, bool]:
    """Keep a course, and whether it is new: the same one twice is one. In the tenant's critical section.

    Another edition, which differs in anything, is a course beside it: who is enrolled goes on in the one they began.
    """
    there = sa.select(models.Course.id, models.Course.made).where(
        models.Course.tenant_id == tenant, models.Course.digest == sent.digest
    )
    if (known := session.execute(there).one_or_none()) is not None:
        return KnownCourse(known.id, known.made, sent.course), False
    row = models.Course(
        tenant_id=tenant,
        id=new_id(),
        digest=sent.digest,
        publisher_id=sent.course.publisher_id,
        structure=sent.text,
        made=now,
    )
    session.add(row)
    session.flush()
    return KnownCourse(row.id, row.made, sent.course), True


def courses(session: Session, tenant: UUID) -> list[KnownCourse]:
    """All, oldest first."""
    rows = session.scalars(
        sa.select(models.Course).where(models.Course.tenant_id == tenant).order_by(models.Course.made, models.Course.id)
    )
    return [_known(row) for row in rows]


def find(session: Session, tenant: UUID, id_: UUID) -> KnownCourse:
    """The course of this id; raises NotFound."""
    row = session.get(models.Course, (tenant, id_))
    if row is None:
        raise NotFound(f"there is no course {id_}")
    return _known(row)


def _known(row: models.Course) -> KnownCourse:
    return KnownCourse(row.id, row.made, msgspec.json.decode(row.structure, type=Course))
