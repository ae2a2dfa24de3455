"""Tables of what workers agreed to, of what they ask about their data, and of who looked at whom."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from certification.models.cases import CaseRow, StepRow
from lrs.db import UtcDateTime

__all__ = ["Consent", "DataRequest", "DataRequestStep", "ErasureNotice", "Look"]


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
        sa.Index(None, "tenant_id", "given_by"),
        sa.Index(None, "tenant_id", "ended_by"),
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
    """withdrawn, replaced or erased."""


class ErasureNotice(Base):
    """That somebody was erased whom an enterprise knows by a number, so that it deletes what it has.

    Personal data: the number that the enterprise knows, sealed with the installation's secret. Kept until the
    enterprise has confirmed that it deleted, or for the days for which leavers' records are kept.
    """

    __tablename__ = "certification_erasure_notice"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "id"),
        sa.Index(None, "tenant_id", "kept_until"),
        {"info": {"distribution": "organization_id"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    erased_on: Mapped[date]
    """In Vietnam."""
    kept_until: Mapped[date]
    """The first day on which it is kept no more."""
    sealed: Mapped[bytes]


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


class DataRequest(CaseRow, Base):
    """What a worker asks about his or her data, how it stands, and by when; `DataRequestStep` says how it came so.

    Personal data: the worker's own words. Kept as the proof that it was met in time (Decree 356/2025/NĐ-CP), as long
    as the worker's dossier. It is received, confirmed, extended, done, lifted, refused or taken_back; `due` is the day
    of what is to be done next.
    """

    __tablename__ = "certification_data_request"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.Index(None, "tenant_id", "state", "due"),
        {"info": {"distribution": "worker_id"}},
    )

    kind: Mapped[str]
    """One of `rules.personal_data.REQUESTS`."""
    purpose: Mapped[str | None]
    """What use of the data it is about; NULL: every use."""
    words: Mapped[str]
    rule_file_id: Mapped[UUID]
    """The file that the terms come from."""
    received_on: Mapped[date]
    confirm_by: Mapped[date]
    meet_by: Mapped[date]
    with_others: Mapped[bool]
    """Others, who have the data as well, have to act too."""
    unknown_years: Mapped[str]
    """Years, parted by spaces, of which no calendar of working days was loaded when `confirm_by` was counted."""
    closed_on: Mapped[date | None]
    """The day (in Vietnam) of the last step that closed it; NULL while it is open."""


class DataRequestStep(StepRow, Base):
    """What was done about a request: by whom, when and in which words. Never changed.

    Personal data: the accounts of worker and officers, and their words. Kept as the request.
    """

    __tablename__ = "certification_data_request_step"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "request_id", "place"),
        sa.Index(None, "tenant_id", "recorded_by"),
        {"info": {"distribution": "worker_id"}},
    )

    request_id: Mapped[UUID]
    reason: Mapped[str]
    statement_id: Mapped[UUID | None]
    """Always NULL: as other cases have it."""
