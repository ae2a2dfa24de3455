"""Tables of dossiers: who applies, every step taken, what unions propose and bodies decide, what is looked at again."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["Dossier", "DossierStep", "Proposal", "TitleDecision", "TitleReview", "TouchedTitle"]


class Dossier(Base):
    """That a worker applies for the title of an assessment year, and how that stands; `DossierStep` says how so.

    Personal data: that the worker applied, and what became of it. Kept with the title's register, to show how a title
    was or was not recognised. One for each worker and year.
    """

    __tablename__ = "certification_dossier"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.UniqueConstraint("worker_id", "programme", "year"),
        sa.Index(None, "tenant_id", "programme", "year", "id"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    programme: Mapped[str]
    year: Mapped[int]
    """The assessed year."""
    state: Mapped[str]
    """`rules.title_procedures.STATES`."""
    version: Mapped[int]
    """How many steps were taken."""
    proposal_id: Mapped[UUID | None]
    """The last proposal it was part of."""
    decision_id: Mapped[UUID | None]
    """The last decision about it."""
    due: Mapped[date | None]
    """The day by which an appeal is to be answered; NULL without one."""
    changed: Mapped[datetime] = mapped_column(UtcDateTime)


class DossierStep(Base):
    """What was done about a dossier: which step, by whom, when, why. Never changed.

    Personal data: the account of whoever took it, the reason, the votes, and the points a worker gave himself or
    herself. Kept as the dossier.
    """

    __tablename__ = "certification_dossier_step"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "dossier_id", "place"),
        sa.Index(None, "tenant_id", "batch_id"),
        sa.Index(None, "tenant_id", "done_by"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    dossier_id: Mapped[UUID]
    place: Mapped[int]
    """1 for the first."""
    tenant_id: Mapped[UUID]
    step: Mapped[str]
    state: Mapped[str]
    """How the dossier stood from then on."""
    done_by: Mapped[str]
    """The name of the account or key."""
    done: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None]
    batch_id: Mapped[UUID | None]
    """The proposal or decision that it is part of."""
    votes_for: Mapped[int | None]
    votes_of: Mapped[int | None]
    points: Mapped[str | None]
    """What the worker gave himself or herself, by indicator, as JSON; NULL but for a self-assessment."""


class Proposal(Base):
    """What a union proposes upward after a meeting: one for many workers.

    Personal data: the names of who led the meeting and who took the minutes. Kept with the dossiers it proposes.
    """

    __tablename__ = "certification_proposal"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "id"),
        {"info": {"distribution": "organization_id"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    id: Mapped[UUID]
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    programme: Mapped[str]
    year: Mapped[int]
    met_on: Mapped[date]
    minutes: Mapped[str | None]
    """The number of the minutes."""
    chair: Mapped[str | None]
    secretary: Mapped[str | None]
    present: Mapped[int]
    absent: Mapped[int]
    proposed_by: Mapped[str]
    proposed: Mapped[datetime] = mapped_column(UtcDateTime)


class TitleDecision(Base):
    """A decision of a competent body about many dossiers. Never changed.

    Personal data: the signer's name and office, as they stand on the decision, which is public. Kept for good.
    """

    __tablename__ = "certification_title_decision"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "id"),
        sa.UniqueConstraint("organization_id", "decision_year", "number_key"),
        {"info": {"distribution": "organization_id"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    """The body."""
    id: Mapped[UUID]
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    programme: Mapped[str]
    year: Mapped[int]
    """The assessed year."""
    decision_year: Mapped[int]
    number: Mapped[str]
    number_key: Mapped[str]
    """The number without blanks, in small letters: a body gives it once a year."""
    decided_on: Mapped[date]
    signer: Mapped[str]
    signer_title: Mapped[str]
    authority: Mapped[str | None]
    """The line above the office: TM., KT. …"""
    digest: Mapped[str]
    """Of all that was sent, so that the same decision sent again is known."""
    recorded_by: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


class TouchedTitle(Base):
    """A recognised title whose ground may have changed; the mark tells a later change from this one.

    No personal data but the worker's id. Removed when it was looked at.
    """

    __tablename__ = "certification_touched_title"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "programme", "year"),
        {"info": {"distribution": "worker_id", "merging": "stays"}},
    )

    worker_id: Mapped[UUID]
    programme: Mapped[str]
    year: Mapped[int]
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    mark: Mapped[UUID]
    causes: Mapped[int]
    """`marks.Cause`, several at once."""


class TitleReview(Base):
    """That the ground of a recognised title changed, how, and what a named person decided about it.

    Personal data: which evidence of a worker is gone, and the reason of whoever decided. Kept as the dossier.
    """

    __tablename__ = "certification_title_review"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.Index(None, "tenant_id", "state", "id"),
        sa.Index(None, "tenant_id", "decided_by"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    programme: Mapped[str]
    year: Mapped[int]
    """The assessed year of the title."""
    opened: Mapped[datetime] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(sa.Text)
    """What changed, as JSON: a list of kind, id of what is gone or NULL, and whose act it was or NULL."""
    state: Mapped[str]
    """open, kept, corrected or withdrawn."""
    decided_by: Mapped[str | None]
    decided: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None]
