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

__all__ = ["KnownCourse", "bring", "courses", "find"]


@dataclass(frozen=True, slots=True)
class KnownCourse:
    """A course as it is kept."""

    id: UUID
    made: datetime
    course: Course


def bring(
    session: Session, tenant: UUID, document: bytes, *, base: str | None, now: datetime
) -> tuple[KnownCourse, bool]:
    """Keep the course of a file (`reading.read`), and whether it is new: the same one twice is one.

    Another edition, which differs in anything, is a course beside it: who is enrolled goes on in the one they began.
    Raises InvalidRequest with every fault, or TooLarge.
    """
    course = reading.read(document, tenant, base=base)
    text = msgspec.json.encode(course)
    digest = hashlib.sha256(text).hexdigest()
    known = sa.select(models.Course).where(models.Course.tenant_id == tenant, models.Course.digest == digest)
    if (row := session.scalar(known)) is not None:
        return _known(row), False
    row = models.Course(
        tenant_id=tenant,
        id=new_id(),
        digest=digest,
        publisher_id=course.publisher_id,
        structure=text.decode(),
        made=now,
    )
    session.add(row)
    session.flush()
    return _known(row), True


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
