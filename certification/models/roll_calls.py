"""Tables of roll-calls that are held with a rotating code, a list to tick or a sheet of paper."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["Presence", "RollCall", "RollCallSheet"]


class RollCall(Base):
    """A session at which people are called: what about, when, and the secret that its codes are made of.

    Personal data: the name of the instructor, where one is given, and the account that opened it. Kept as the
    Statements made there, which rest on it.
    """

    __tablename__ = "certification_roll_call"
    __table_args__ = (
        sa.PrimaryKeyConstraint("id"),
        sa.Index(None, "tenant_id", "organization_id", "starts"),
        sa.Index(None, "tenant_id", "address"),
        {"info": {"distribution": "id"}},
    )

    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    address: Mapped[str]
    """Short, and not to be guessed: stands in the address that its QR code holds."""
    title: Mapped[str]
    delivery: Mapped[str]
    topics: Mapped[str]
    """Codes of the evidence mapping, with blanks between."""
    instructor: Mapped[str | None]
    place: Mapped[str | None]
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    early_minutes: Mapped[int]
    """Codes are taken from so many minutes before the start …"""
    late_minutes: Mapped[int]
    """… to so many after the end."""
    rule_file_id: Mapped[UUID]
    """The rules by which it is held: how long codes and scans last."""
    step_seconds: Mapped[int]
    secret: Mapped[bytes]
    state: Mapped[str]
    """open, paused or closed."""
    recorded_by: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)
    closed: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Presence(Base):
    """That a worker was at a session, how it is known, and the Statement made of it; a wrong one stays, withdrawn.

    Personal data: that a worker was there and when; a digest of the telephone's mark, of this session alone, by which
    an officer sees that one telephone spoke for several. Kept as the Statement.
    """

    __tablename__ = "certification_presence"
    __table_args__ = (
        sa.PrimaryKeyConstraint("roll_call_id", "statement_id"),
        sa.Index(None, "tenant_id", "worker_id"),
        sa.Index(None, "tenant_id", "recorded_by"),
        sa.Index(None, "tenant_id", "withdrawn_by"),
        {"info": {"distribution": "roll_call_id"}},
    )

    roll_call_id: Mapped[UUID]
    statement_id: Mapped[UUID]
    """Made of session, worker and turn, so that nobody is there twice."""
    tenant_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    turn: Mapped[int]
    """1, and one more after each correction."""
    how: Mapped[str]
    """scan, digits, tick or paper."""
    present: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the code was scanned or the name ticked; on paper the start."""
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_later: Mapped[bool]
    device: Mapped[str | None]
    tick_id: Mapped[UUID | None]
    """Made where it was ticked, so that a queue sent again is known."""
    sheet: Mapped[str | None]
    """SHA-256 of the picture of the paper list that it was typed in from."""
    recorded_by: Mapped[str]
    withdrawn: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str | None]
    withdrawal_reason: Mapped[str | None]


class RollCallSheet(Base):
    """A picture of the paper list of a session; the file is `certification_kept_file`'s.

    Personal data: whoever signed the list can be read on it, and the account that handed it in. Kept as long as the
    session; where somebody is erased whom it was typed in for, the picture goes, since nobody can be taken off it.
    """

    __tablename__ = "certification_roll_call_sheet"
    __table_args__ = (
        sa.PrimaryKeyConstraint("roll_call_id", "sha256"),
        sa.Index(None, "tenant_id", "sha256"),
        {"info": {"distribution": "roll_call_id"}},
    )

    roll_call_id: Mapped[UUID]
    sha256: Mapped[str]
    tenant_id: Mapped[UUID]
    file_name: Mapped[str]
    recorded_by: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)
