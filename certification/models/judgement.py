"""Tables of judgements and titles."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["Assessment", "Award", "Stale"]


class Stale(Base):
    """A worker whose assessment of a year must be worked out again; the mark tells a later change from this one.

    No personal data but the worker's id. Removed when judged.
    """

    __tablename__ = "certification_stale"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "year"),
        {"info": {"distribution": "worker_id", "merging": "stays"}, "sqlite_with_rowid": False},
    )

    worker_id: Mapped[UUID]
    year: Mapped[int]
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    mark: Mapped[UUID]
    due: Mapped[date | None]
    """The day (in Vietnam) from which on it is to be judged, for evidence of a later day than the last judgement; NULL
    means now."""


class Assessment(Base):
    """The saved result of judging one worker for one year; a different result is a new version, nothing is overwritten.

    Personal data: a judgement about a worker. Kept with the worker's dossier.
    """

    __tablename__ = "certification_assessment"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "programme", "year", "version"),
        sa.Index(None, "tenant_id", "programme", "year"),
        {"info": {"distribution": "worker_id", "merging": "stays"}},
    )

    worker_id: Mapped[UUID]
    programme: Mapped[str]
    year: Mapped[int]
    version: Mapped[int]
    tenant_id: Mapped[UUID]
    criteria_set_id: Mapped[UUID]
    as_of: Mapped[date]
    outcome: Mapped[str]
    """met, not_met or not_yet_known."""
    total: Mapped[int]
    result: Mapped[str] = mapped_column(sa.Text)
    """The whole result as JSON: points, states, reason codes, evidence counted."""
    judged: Mapped[datetime] = mapped_column(UtcDateTime)


class Award(Base):
    """That a competent body recognised the title for a worker and a year, with its decision.

    Personal data: a public legal fact about a worker. Kept for good as a register entry; `withdrawn_on` ends it.
    """

    __tablename__ = "certification_award"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "programme", "year"),
        sa.Index(None, "tenant_id", "programme", "year"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    programme: Mapped[str]
    year: Mapped[int]
    """The assessed year, not the year of the decision."""
    tenant_id: Mapped[UUID]
    decision_number: Mapped[str]
    decided_on: Mapped[date]
    body: Mapped[str]
    withdrawn_on: Mapped[date | None]
    withdrawal: Mapped[str | None]
    """By which decision, or why, it was withdrawn."""
    source: Mapped[str | None]
    """Where it was taken from, congdanhoctap.vn say; NULL where nobody said."""
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)
