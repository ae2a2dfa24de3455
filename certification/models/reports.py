"""Tables of reports on plans: what units enter, every step, what was filed, whom to phone, who was reminded."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = [
    "Report",
    "ReportAuthor",
    "ReportContact",
    "ReportFiling",
    "ReportReminder",
    "ReportStep",
    "ReportValue",
]


class Report(Base):
    """That an organization reports on a plan as of a cut-off day, and how that stands; `ReportStep` says how so.

    No personal data but the names of accounts in `said`: who entered what. Kept as the plan's record, for good.
    """

    __tablename__ = "certification_report"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "id"),
        sa.UniqueConstraint("organization_id", "plan", "period", "cut_off"),
        sa.Index(None, "tenant_id", "plan", "period", "cut_off"),
        {"info": {"distribution": "organization_id"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    plan: Mapped[str]
    period: Mapped[str]
    """yearly, mid-term, final or interim."""
    cut_off: Mapped[date]
    form_id: Mapped[UUID]
    """The rule file that says what it holds, as it was in force on the cut-off day when the report was opened."""
    state: Mapped[str]
    """`reports.steps.STATES`."""
    version: Mapped[int]
    """How many steps were taken."""
    due: Mapped[date | None]
    """The last day on which it is to be handed in; NULL where none is set."""
    said: Mapped[str | None]
    """What was entered, with that of the units below, as it was submitted last (JSON); NULL before."""
    changed: Mapped[datetime] = mapped_column(UtcDateTime)


class ReportValue(Base):
    """What stands under an item of a report now. What was submitted and filed is kept with these.

    Personal data: the account of whoever entered it. Items ask for numbers and texts about a unit, never for a worker.
    Kept as the report.
    """

    __tablename__ = "certification_report_value"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "report_id", "item"),
        {"info": {"distribution": "organization_id"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    report_id: Mapped[UUID]
    item: Mapped[str]
    """The item's code in the form."""
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    value: Mapped[str]
    """A text, a number or rows, as JSON."""
    note: Mapped[str]
    entered_by: Mapped[str]
    entered: Mapped[datetime] = mapped_column(UtcDateTime)


class ReportAuthor(Base):
    """Who ever entered something in a report, or took something away, whatever became of it: none of them approves it.

    Personal data: the names of accounts. Kept as the report.
    """

    __tablename__ = "certification_report_author"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "report_id", "name"),
        {"info": {"distribution": "organization_id"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    report_id: Mapped[UUID]
    name: Mapped[str]
    """Of the account, as `ReportValue.entered_by`."""
    tenant_id: Mapped[UUID] = mapped_column(index=True)


class ReportStep(Base):
    """What was done about a report: which step, by whom, when, with which comment. Never changed.

    Personal data: the account of whoever took it. Kept as the report.
    """

    __tablename__ = "certification_report_step"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "report_id", "place"),
        {"info": {"distribution": "organization_id"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    report_id: Mapped[UUID]
    place: Mapped[int]
    """1 for the first."""
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    step: Mapped[str]
    state: Mapped[str]
    """How the report stood from then on."""
    done_by: Mapped[str]
    done: Mapped[datetime] = mapped_column(UtcDateTime)
    comment: Mapped[str | None]


class ReportFiling(Base):
    """A report as it was filed: figures, what was entered, form, letterhead and signer, in the bytes of that day. Never
    changed; a correction is another filing that names the former.

    Personal data: the signer's name and office, as they stand on the paper, and the names of accounts. Kept for good.
    """

    __tablename__ = "certification_report_filing"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "id"),
        sa.UniqueConstraint("organization_id", "report_id", "version"),
        {"info": {"distribution": "organization_id"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    id: Mapped[UUID]
    report_id: Mapped[UUID]
    version: Mapped[int]
    """1 for the first filing of the report."""
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    corrects_id: Mapped[UUID | None]
    """The filing that this one corrects; NULL for the first."""
    number: Mapped[str]
    """Number and symbol of the paper; empty where it is given later by hand."""
    filed_on: Mapped[date]
    content: Mapped[bytes]
    """The snapshot: canonical JSON."""
    sha256: Mapped[str]
    filed_by: Mapped[str]
    filed: Mapped[datetime] = mapped_column(UtcDateTime)


class ReportContact(Base):
    """Whom to phone or write to about an organization's reports.

    Personal data: name, telephone number and mail address of an officer, given for this purpose. Kept until somebody
    else is named or it is taken away.
    """

    __tablename__ = "certification_report_contact"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id"),
        {"info": {"distribution": "organization_id"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    said_by: Mapped[str]
    said: Mapped[datetime] = mapped_column(UtcDateTime)


class ReportReminder(Base):
    """That an organization was reminded of a report at a stage, once, by mail.

    Personal data: the mail address and the text that were sent. Kept with the report, to show who was reminded when.
    """

    __tablename__ = "certification_report_reminder"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "plan", "period", "cut_off", "stage"),
        {"info": {"distribution": "organization_id"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    plan: Mapped[str]
    period: Mapped[str]
    cut_off: Mapped[date]
    stage: Mapped[str]
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    outcome: Mapped[str]
    """sending, sent, failed (it did not go out; it is tried again) or unknown (the line broke; it is not)."""
    email: Mapped[str]
    message: Mapped[str]
    sent_by: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    fault: Mapped[str]
    """What the mail server said; empty when all went well."""
