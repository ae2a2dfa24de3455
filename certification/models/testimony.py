"""Tables of learning that persons tell of, on paper lists and by hand."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = [
    "AttendanceList",
    "AttendanceRow",
    "AttendanceVersion",
    "ChannelItem",
    "Declaration",
    "DeclarationStep",
    "Dispute",
    "DisputeStep",
    "Entitlement",
    "KeptFile",
]


class KeptFile(Base):
    """A file that somebody handed in as proof, byte for byte, once for each tenant and hash.

    Personal data: whatever the file shows (a list of names, a certificate). It can be looked at by those who may see
    the record that names it, and is kept as long as that record.
    """

    __tablename__ = "certification_kept_file"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "sha256"),
        {"info": {"distribution": "sha256"}},
    )

    tenant_id: Mapped[UUID]
    sha256: Mapped[str]
    content_type: Mapped[str]
    """What its first bytes show it to be, never what somebody called it."""
    length: Mapped[int]
    content: Mapped[bytes]
    kept: Mapped[datetime] = mapped_column(UtcDateTime)


class AttendanceList(Base):
    """A roll-call or paper list of an organizer, known by the organizer's own code for it. No personal data."""

    __tablename__ = "certification_attendance_list"
    __table_args__ = (
        sa.PrimaryKeyConstraint("id"),
        sa.Index(None, "tenant_id", "organizer_id"),
        {"info": {"distribution": "id"}},
    )

    id: Mapped[UUID]
    """Made of tenant, organizer and code, so that the same list is the same row whoever brings it."""
    tenant_id: Mapped[UUID]
    organizer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    code: Mapped[str]
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class AttendanceVersion(Base):
    """A list as it was brought in, corrected or withdrawn: the file, who, when, why. Never changed.

    Personal data: the account that brought it. Kept as the list.
    """

    __tablename__ = "certification_attendance_version"
    __table_args__ = (
        sa.PrimaryKeyConstraint("list_id", "version"),
        {"info": {"distribution": "list_id"}},
    )

    list_id: Mapped[UUID]
    version: Mapped[int]
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    """paper, roll_call or withdrawal."""
    sha256: Mapped[str | None]
    """Of the kept file; NULL for a withdrawal."""
    file_name: Mapped[str | None]
    added: Mapped[int]
    removed: Mapped[int]
    left_out: Mapped[int]
    """Rows at fault that were left out because whoever brought the list said so."""
    reason: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


class AttendanceRow(Base):
    """A row of a list and the Statement made of it; a row that is gone from a later version stays, with that version.

    Personal data: that a worker is on the list. Kept as the Statement.
    """

    __tablename__ = "certification_attendance_row"
    __table_args__ = (
        sa.PrimaryKeyConstraint("list_id", "added_in", "row"),
        sa.Index(None, "tenant_id", "statement_id"),
        sa.Index(None, "tenant_id", "worker_id"),
        {"info": {"distribution": "list_id"}},
    )

    list_id: Mapped[UUID]
    added_in: Mapped[int]
    """The version that brought it."""
    row: Mapped[int]
    """Its number in the file of that version."""
    tenant_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    digest: Mapped[str]
    """Of what the row says, to know it again in a corrected list."""
    statement_id: Mapped[UUID]
    removed_in: Mapped[int | None]
    """The version in which it is no more, and its Statement voided; NULL while it holds."""


class Entitlement(Base):
    """That an organization's results and certificates count as assessed (E3), from one day to another.

    No source says who is entitled: nobody is until an operator writes it down, with the document that says so.
    No personal data but the account that recorded it.
    """

    __tablename__ = "certification_entitlement"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "valid_from"),
        {"info": {"distribution": "reference"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    valid_from: Mapped[date]
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    valid_to: Mapped[date | None]
    """Last day on which it holds; NULL while it does."""
    source: Mapped[str]
    recorded_by: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


class Declaration(Base):
    """A certificate or self-study that a worker declared, and how it stands now; `DeclarationStep` says how it came so.

    Personal data: what the worker says of his or her own learning, with the file that shows it. Kept with the worker's
    dossier.
    """

    __tablename__ = "certification_declaration"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.Index(None, "tenant_id", "state", "due"),
        sa.Index(None, "tenant_id", "sha256"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
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
    """Of the kept file; NULL for self-study without one."""
    file_name: Mapped[str | None]
    state: Mapped[str]
    """declared, confirmed, refused or withdrawn."""
    due: Mapped[date]
    """The day by which somebody is to look at it."""
    statement_id: Mapped[UUID]
    """The Statement of it as it stands: E0 when declared, another one once confirmed."""


class DeclarationStep(Base):
    """What was done about a declaration: by whom, when, why, and which Statement says so. Never changed.

    Personal data: the accounts of worker and officers. Kept as the declaration.
    """

    __tablename__ = "certification_declaration_step"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "declaration_id", "place"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    declaration_id: Mapped[UUID]
    place: Mapped[int]
    """1 for the first."""
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    what: Mapped[str]
    """declared, confirmed, refused or withdrawn."""
    unit: Mapped[str | None]
    """Code of the organization in whose name it was confirmed or refused."""
    level: Mapped[int | None]
    """The evidence level it has from then on; NULL where it counts no more."""
    reason: Mapped[str | None]
    statement_id: Mapped[UUID | None]
    recorded_by: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


class Dispute(Base):
    """That a worker disputes a piece of evidence, or that one is missing, and how it stands; `DisputeStep` says how so.

    Personal data: the worker's own words. Kept with the worker's dossier.
    """

    __tablename__ = "certification_dispute"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.Index(None, "tenant_id", "state", "due"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    year: Mapped[int]
    """The assessment year it is about."""
    statement_id: Mapped[UUID | None]
    """The evidence disputed; NULL where the dispute is that some is missing."""
    words: Mapped[str]
    state: Mapped[str]
    """open, answered or withdrawn."""
    due: Mapped[date]
    """The day by which it is to be answered."""
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    """The day (in Vietnam) of the answer or withdrawal that holds; NULL while it is open."""


class DisputeStep(Base):
    """What was done about a dispute: by whom, when, with which outcome and why. Never changed.

    Personal data: the accounts of worker and officers, and their words. Kept as the dispute.
    """

    __tablename__ = "certification_dispute_step"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "dispute_id", "place"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    dispute_id: Mapped[UUID]
    place: Mapped[int]
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    what: Mapped[str]
    """opened, answered, withdrawn or reopened."""
    outcome: Mapped[str | None]
    """kept, voided or added; NULL unless answered."""
    unit: Mapped[str | None]
    reason: Mapped[str]
    statement_id: Mapped[UUID | None]
    """The evidence that was voided or added."""
    recorded_by: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)


class ChannelItem(Base):
    """Items that a unit sent out on a day through a channel that leaves no trace of persons. They count as items.

    No personal data but the account that recorded it.
    """

    __tablename__ = "certification_channel_item"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "id"),
        sa.Index(None, "tenant_id", "day"),
        {"info": {"distribution": "reference"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    id: Mapped[UUID]
    """Made of channel, day and title, so that the same item told again is the same row."""
    tenant_id: Mapped[UUID]
    channel: Mapped[str]
    """loudspeaker, zalo, facebook, portal, leaflet, video, board or other."""
    day: Mapped[date]
    title: Mapped[str]
    items: Mapped[int]
    source: Mapped[str | None]
    """Where it can be looked up: an address, a number in the log book."""
    recorded_by: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)
