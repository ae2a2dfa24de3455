"""How far the reports of a branch are: every unit with its state and last day, who is late, and whom to phone.

Contacts are given for this purpose and no other: a name, a telephone number, a mail address of a unit's officer.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access.permissions import Act
from certification.access.who import Who
from certification.models import Report, ReportContact, ReportStep
from certification.reports import places, reading, steps
from certification.reports.places import Unit
from certification.reports.reading import CLOSED, NEW, Key
from certification.rules import report_forms
from certification.rules.report_forms import ReportForm
from certification.spreadsheets import Fault, ImportFaults
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = ["MOST", "Contact", "Standing", "contact", "contact_faults", "contacts", "plain", "set_contact", "standings"]

MOST = 200


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to phone or write to; a telephone number, a mail address or both."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a unit's report is; `above` the code of the unit it hands in to; `due` its last day."""

    unit: Unit
    level: int
    above: str | None
    state: str
    due: date | None
    changed: datetime | None
    contact: Contact | None
    handed_in_on: date | None = None
    """The day of the last handing in, of a report that is handed in."""

    @property
    def handed_in(self) -> bool:
        return self.state in CLOSED

    def days_late(self, today: date) -> int:
        """How many days too late it is; 0 for one that is handed in or has time left or no day."""
        if self.handed_in or self.due is None:
            return 0
        return max(0, (today - self.due).days)

    @property
    def days_handed_in_late(self) -> int:
        """How many days too late it was handed in; 0 for one that is not handed in, or was in time."""
        return reading.days_between(self.due, self.handed_in_on)


def standings(session: Session, tenant: UUID, code: str, key: Key) -> list[Standing]:
    """Every unit that reports, from the organization down, in a number of SQL commands that does not grow with them.

    Raises as `reading.show`.
    """
    form = form_of(session, tenant, key)
    branch = places.branch(session, tenant, form, code, key.cut_off)
    ids = [unit.id for unit, _, _ in branch.units]
    reports = _reports(session, tenant, key, ids)
    known = contacts(session, tenant, ids)
    days = _handed_in(session, tenant, key, ids)
    found = []
    for unit, level, above in branch.units:
        new = (NEW, form.last_day(key.period, key.year, level), None)
        state, due, changed = reports.get(unit.id, new)
        day = days.get(unit.id) if state in CLOSED else None
        found.append(Standing(unit, level, above, state, due, changed, known.get(unit.id), day))
    return found


def _handed_in(session: Session, tenant: UUID, key: Key, ids: Collection[UUID]) -> dict[UUID, date | None]:
    """When these organizations last handed in, in one SQL command."""
    rows = session.execute(
        sa.select(ReportStep.organization_id, ReportStep.step, ReportStep.done)
        .join(Report, sa.and_(Report.organization_id == ReportStep.organization_id, Report.id == ReportStep.report_id))
        .where(
            *reading.of_key(tenant, key),
            ReportStep.tenant_id == tenant,
            ReportStep.step.in_(("submit", "file")),
            among(session, Report.organization_id, ids),
        )
        .order_by(ReportStep.organization_id, ReportStep.place)
    )
    return {
        unit: reading.handed_in_on((row.step, row.done) for row in taken)
        for unit, taken in groupby(rows, key=lambda row: row.organization_id)
    }


_Standing = tuple[str, date | None, datetime | None]


def _reports(session: Session, tenant: UUID, key: Key, ids: Collection[UUID]) -> dict[UUID, _Standing]:
    """State, last day and last change of these organizations' reports, in one SQL command; not what they say."""
    rows = session.execute(
        sa.select(Report.organization_id, Report.state, Report.due, Report.changed).where(
            *reading.of_key(tenant, key), among(session, Report.organization_id, ids)
        )
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def form_of(session: Session, tenant: UUID, key: Key) -> ReportForm:
    """The form of a report. Raises UnknownPeriod, NoReportForm."""
    if key.period not in report_forms.PERIODS:
        raise reading.UnknownPeriod(key.period)
    return report_forms.in_force(session, tenant, key.plan, key.cut_off)


def contacts(session: Session, tenant: UUID, ids: Collection[UUID]) -> dict[UUID, Contact]:
    """Whom to phone about the reports of these organizations, in one SQL command."""
    rows = session.execute(
        sa.select(ReportContact.organization_id, ReportContact.name, ReportContact.phone, ReportContact.email).where(
            ReportContact.tenant_id == tenant, among(session, ReportContact.organization_id, ids)
        )
    )
    return {row[0]: Contact(*row[1:]) for row in rows}


def contact(session: Session, tenant: UUID, code: str) -> Contact | None:
    """Whom to phone about an organization's reports; None where nobody is named. Raises UnknownOrganization."""
    one = organizations.node(session, tenant, code)
    return contacts(session, tenant, [one.id]).get(one.id)


def set_contact(session: Session, tenant: UUID, who: Who, code: str, told: Contact | None, *, now: datetime) -> None:
    """Says whom to phone about an organization's reports in place of whoever was named; None takes that away.

    Raises ImportFaults with every fault, NotAllowed, UnknownOrganization.
    """
    one = organizations.node(session, tenant, code)
    steps.allowed(session, who, Act.WRITE_REPORTS, one.id, vietnam_day(now))
    if told is None:
        session.execute(
            sa.delete(ReportContact).where(ReportContact.tenant_id == tenant, ReportContact.organization_id == one.id)
        )
        return
    if faults := [Fault(0, field, message) for field, message in contact_faults(told)]:
        raise ImportFaults(faults)
    told = plain(told)
    row = {
        "organization_id": one.id, "tenant_id": tenant, "name": told.name, "phone": told.phone,
        "email": told.email, "said_by": who.name, "said": now,
    }  # fmt: skip
    bulk.upsert(session, ReportContact, [row], replacing=("name", "phone", "email", "said_by", "said"))


def plain(told: Contact) -> Contact:
    """The contact without blanks around what it says."""
    return Contact(told.name.strip(), told.phone.strip(), told.email.strip())


def contact_faults(told: Contact) -> list[tuple[str, str]]:
    """Everything that is wrong with a contact: field and words."""
    faults = [
        (field, f"viết trên một dòng, nhiều nhất {MOST} ký tự")
        for field, text in (("name", told.name), ("phone", told.phone), ("email", told.email))
        if len(text) > MOST or not text.isprintable()
    ]
    if not told.name.strip():
        faults.append(("name", "ghi tên người liên hệ"))
    if not told.phone.strip() and not told.email.strip():
        faults.append(("phone", "ghi số điện thoại hoặc địa chỉ thư điện tử"))
    if told.phone.strip() and not re.fullmatch(r"\+?[0-9][0-9 .()-]{5,30}", told.phone.strip()):
        faults.append(("phone", f"“{told.phone[:40]}” không phải số điện thoại"))
    if told.email.strip() and not re.fullmatch(
        r"[^@\s<>,;:\"()\[\]\\]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+", told.email.strip()
    ):
        faults.append(("email", f"“{told.email[:40]}” không phải địa chỉ thư điện tử"))
    return faults
