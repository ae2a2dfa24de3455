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
    "Entitlement",
    "KeptFile",
]


class KeptFile(Base):
    """A file that somebody handed in as proof, byte for byte, once for each tenant and hash.

    Personal data: whatever the file shows (a list of names, a certificate). It can be looked at by those who may see
    the record that names it, and is kept as long as that record, or until the person is erased
    (`evidence.forgetting`): a declaration's file goes, and of a list's the rows of that person are emptied.
    """

    __tablename__ = "certification_kept_file"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "sha256"),
        {"info": {"distribution": "sha256"}},
    )

    tenant_id: Mapped[UUID]
    sha256: Mapped[str]
    """Of the file as it was handed in; the content has another one once somebody's rows were emptied in it."""
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
    """Of the file as it was brought in; NULL for a withdrawal."""
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
