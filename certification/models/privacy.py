"""Tables of what workers agreed to, and of who looked at whom."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["Consent", "Look"]


class Consent(Base):
    """That a worker agreed to one purpose for one recipient, with the proof of it: what was shown, how, when, by whom
    it was noted; and how it ended.

    Personal data: what the worker agreed to, and the account of whoever noted it. Kept as the proof that data was
    handed out with consent (Law 91/2025/QH15, article 9), as long as the worker's dossier. Nothing is changed in it
    but its end.
    """

    __tablename__ = "certification_consent"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.Index(None, "tenant_id", "recipient_id", "purpose", "until"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    purpose: Mapped[str]
    """An id of `rules.personal_data`."""
    recipient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    rule_file_id: Mapped[UUID]
    """The file that the wording comes from."""
    shown: Mapped[str]
    """Word for word what the worker was shown."""
    shown_digest: Mapped[str]
    given: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by: Mapped[str]
    """"worker:<id>", or the account that noted what the worker signed."""
    given_how: Mapped[str]
    """own_account or paper."""
    paper: Mapped[str | None]
    """Where the signed paper is; NULL unless on paper."""
    starts: Mapped[date]
    expires: Mapped[date]
    """The last day on which it holds unless it ends before."""
    until: Mapped[date]
    """The first day (in Vietnam) on which it holds no more."""
    ended: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was withdrawn or replaced; NULL while it was not, though it may have run out."""
    ended_by: Mapped[str | None]
    ended_why: Mapped[str | None]
    """withdrawn or replaced."""


class Look(Base):
    """That somebody looked at something of a worker on a day, what for, and how often.

    Personal data: who was interested in whom. Kept as long as the rules on personal data say (`looks.keep_days`), for
    the worker to read, then removed. Not in the record of acts: there are too many.
    """

    __tablename__ = "certification_look"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "day", "looked_by", "what", "purpose"),
        sa.Index(None, "tenant_id", "day"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    day: Mapped[date]
    """In Vietnam."""
    looked_by: Mapped[str]
    """The name of an account or key."""
    what: Mapped[str]
    purpose: Mapped[str]
    tenant_id: Mapped[UUID]
    times: Mapped[int]
    first: Mapped[datetime] = mapped_column(UtcDateTime)
    last: Mapped[datetime] = mapped_column(UtcDateTime)
