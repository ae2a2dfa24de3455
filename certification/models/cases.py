"""Tables of cases (`evidence.cases`): what workers declare and dispute, and every step taken about it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["CaseRow", "Declaration", "DeclarationStep", "Dispute", "DisputeStep", "StepRow"]


class CaseRow:
    """What every case has: whose it is, how it stands, and the day by which somebody is to do something about it."""

    worker_id: Mapped[UUID]
    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    state: Mapped[str]
    due: Mapped[date]


class StepRow:
    """What every step about a case has: what was done, in which unit's name and why, by which account and when."""

    worker_id: Mapped[UUID]
    place: Mapped[int]
    """1 for the first."""
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    what: Mapped[str]
    unit: Mapped[str | None]
    """Code of the organization in whose name it was done; NULL where in nobody's but one's own."""
    recorded_by: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


class Declaration(CaseRow, Base):
    """A certificate or self-study that a worker declared, and how it stands now; `DeclarationStep` says how it came so.

    Personal data: what the worker says of his or her own learning, with the file that shows it. Kept with the worker's
    dossier. It is declared, confirmed, refused or withdrawn.
    """

    __tablename__ = "certification_declaration"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.Index(None, "tenant_id", "state", "due"),
        sa.Index(None, "tenant_id", "sha256"),
        {"info": {"distribution": "worker_id"}},
    )

    kind: Mapped[str]
    """certificate or self_study."""
    title: Mapped[str]
    provider: Mapped[str | None]
    topics: Mapped[str]
    """Codes of the evidence mapping, parted by spaces."""
    learned_on: Mapped[date]
    minutes: Mapped[int | None]
    certificate_number: Mapped[str | None]
    sha256: Mapped[str | None]
    """Of the kept file; NULL for self-study without one, and once the person is erased, as is the file's name."""
    file_name: Mapped[str | None]
    statement_id: Mapped[UUID]
    """The Statement of it as it stands: E0 when declared, another one once confirmed."""


class DeclarationStep(StepRow, Base):
    """What was done about a declaration: by whom, when, why, and which Statement says so. Never changed.

    Personal data: the accounts of worker and officers. Kept as the declaration.
    """

    __tablename__ = "certification_declaration_step"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "declaration_id", "place"),
        sa.Index(None, "tenant_id", "recorded_by"),
        {"info": {"distribution": "worker_id"}},
    )

    declaration_id: Mapped[UUID]
    level: Mapped[int | None]
    """The evidence level it has from then on; NULL where it counts no more."""
    reason: Mapped[str | None]
    statement_id: Mapped[UUID | None]


class Dispute(CaseRow, Base):
    """That a worker disputes a piece of evidence, or that one is missing, and how it stands; `DisputeStep` says how so.

    Personal data: the worker's own words. Kept with the worker's dossier. It is open, answered or withdrawn.
    """

    __tablename__ = "certification_dispute"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.Index(None, "tenant_id", "state", "due"),
        {"info": {"distribution": "worker_id"}},
    )

    year: Mapped[int]
    """The assessment year it is about."""
    statement_id: Mapped[UUID | None]
    """The evidence disputed; NULL where the dispute is that some is missing."""
    words: Mapped[str]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    """The day (in Vietnam) of the answer or withdrawal that holds; NULL while it is open."""


class DisputeStep(StepRow, Base):
    """What was done about a dispute: by whom, when, with which outcome and why. Never changed.

    Personal data: the accounts of worker and officers, and their words. Kept as the dispute.
    """

    __tablename__ = "certification_dispute_step"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "dispute_id", "place"),
        sa.Index(None, "tenant_id", "recorded_by"),
        {"info": {"distribution": "worker_id"}},
    )

    dispute_id: Mapped[UUID]
    outcome: Mapped[str | None]
    """kept, voided or added; NULL unless answered."""
    reason: Mapped[str]
    statement_id: Mapped[UUID | None]
    """The evidence that was voided or added."""
