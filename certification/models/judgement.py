"""Tables of judgements and titles."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["Assessment", "Award", "Stale", "YearClosing"]


class Stale(Base):
    """A worker whose assessment of a year must be worked out again; the mark tells a later change from this one.

    No personal data but the worker's id. Removed when judged.
    """

    __tablename__ = "certification_stale"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "year"),
        sa.Index(None, "tenant_id", "turn", "worker_id", "year"),
        {"info": {"distribution": "worker_id", "merging": "stays"}, "sqlite_with_rowid": False},
    )

    worker_id: Mapped[UUID]
    year: Mapped[int]
    tenant_id: Mapped[UUID]
    mark: Mapped[UUID]
    turn: Mapped[int] = mapped_column(server_default="0")
    """Who comes first: 0 before 1, which is whoever was marked with very many others at once (new rules, say) and by
    nothing else."""
    due: Mapped[date | None]
    """The day (in Vietnam) from which on it is to be judged, for evidence of a later day than the last judgement; NULL
    means now."""
    causes: Mapped[int]
    """What changed since the last judgement: `certification.marks.Cause`, several at once."""
    changed_by: Mapped[str | None]
    """Whose act it was, where a person's act was what changed; the last one's."""


class Assessment(Base):
    """The saved result of judging one worker for one year; a different result is a new version, nothing is overwritten.

    Personal data: a judgement about a worker. Kept with the worker's dossier.
    """

    __tablename__ = "certification_assessment"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "programme", "year", "version"),
        sa.Index(None, "tenant_id", "programme", "year", "place"),
        sa.Index(
            "ix_certification_assessment_not_yet_known",
            "tenant_id",
            "programme",
            "year",
            "worker_id",
            "version",
            sqlite_where=sa.text("outcome = 'not_yet_known'"),
            postgresql_where=sa.text("outcome = 'not_yet_known'"),
        ),
        sa.Index(
            "ix_certification_assessment_met",
            "tenant_id",
            "programme",
            "year",
            "worker_id",
            "version",
            sqlite_where=sa.text("outcome = 'met'"),
            postgresql_where=sa.text("outcome = 'met'"),
        ),
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
    result: Mapped[bytes]
    """What was found (`judgement.kept`): measures, the Statements and attestations they rest on. With the rules that
    `criteria_set_id` names it gives points, states and reasons again."""
    states: Mapped[str | None]
    """How far each indicator is, a letter for each in the order of the criteria (`evaluation.findings.states`), so that
    a population is counted by it. It follows from `result`; NULL in results from before it was kept."""
    judged: Mapped[datetime] = mapped_column(UtcDateTime)
    causes: Mapped[int]
    """Why it was judged again: `certification.marks.Cause`."""
    changed_by: Mapped[str | None]
    watermark: Mapped[str]
    """How far the feed of Statements had been followed: all up to there is in it."""
    place: Mapped[int] = mapped_column(sa.BigInteger)
    """Its place among all that were kept for the tenant, programme and year, in the order in which they were."""


class YearClosing(Base):
    """That an assessment year was closed for a programme, or opened again: an act of somebody, with a decision.

    While the last act on a year is a closing, its results stay as they are. Rules loaded after its first closing never
    count for it. Personal data: the name of whoever decided. Kept for good, with the results it speaks of.
    """

    __tablename__ = "certification_year_closing"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "programme", "year", "number"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    programme: Mapped[str]
    year: Mapped[int]
    number: Mapped[int]
    """1 for the first act on the year."""
    closes: Mapped[bool]
    """Whether it closes the year, or opens it again."""
    decision: Mapped[str]
    """The decision it rests on, or the reason."""
    decided_by: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


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
