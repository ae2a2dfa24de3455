"""A report as it stands: form, what was entered, with that of the units below, every step; in a few SQL commands."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.errors import CertificationError
from certification.models import Report, ReportStep, ReportValue
from certification.reports import entered as values
from certification.reports import places, words
from certification.reports.entered import Entered, Value
from certification.reports.places import Place, Unit
from certification.rules import report_forms
from certification.rules.report_forms import PERIODS, ReportForm
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = [
    "CLOSED",
    "Below",
    "Key",
    "OneReport",
    "Row",
    "Taken",
    "UnknownPeriod",
    "days_between",
    "handed_in_on",
    "of_key",
    "rows",
    "show",
    "value_of",
]

NEW = "new"
CLOSED = ("submitted", "approved", "filed")
"""States in which what was entered stays as it was submitted."""
JOINED = ("approved", "filed")
"""States in which the one above counts it in."""


class UnknownPeriod(CertificationError):
    """There is no such kind of report."""

    def __init__(self, period: str) -> None:
        known = ", ".join(f"{one} ({words.PERIODS[one]})" for one in PERIODS)
        super().__init__(f"Không có loại báo cáo “{period}”; có: {known}")


@dataclass(frozen=True, slots=True)
class Key:
    """Which report of an organization: on which plan, of which period, as of which cut-off day (in Vietnam)."""

    plan: str
    period: str
    cut_off: date

    @property
    def year(self) -> int:
        """The year that it is about: the cut-off's."""
        return self.cut_off.year


@dataclass(frozen=True, slots=True)
class Row:
    """A report's own row. `said` is what was submitted last, as JSON."""

    organization_id: UUID
    id: UUID
    form_id: UUID
    state: str
    version: int
    due: date | None
    said: str | None
    changed: datetime


COLUMNS = (
    Report.organization_id, Report.id, Report.form_id, Report.state, Report.version, Report.due, Report.said,
    Report.changed,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Below:
    """A unit that hands in to this one, and how its report stands; `due` is its last day."""

    unit: Unit
    state: str
    due: date | None
    changed: datetime | None
    entered: Entered | None
    """What it submitted, where it is approved; else None."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken; `at` in UTC."""

    place: int
    step: str
    state: str
    by: str
    at: datetime
    comment: str | None


@dataclass(frozen=True)
class OneReport:
    """A report as it stands; `row` is None as long as nobody has entered anything. `own`: what is entered now."""

    key: Key
    form: ReportForm
    place: Place
    row: Row | None
    own: dict[str, Value]
    below: tuple[Below, ...]
    steps: tuple[Taken, ...]

    @property
    def state(self) -> str:
        return NEW if self.row is None else self.row.state

    @property
    def days_handed_in_late(self) -> int:
        """How many days too late it was handed in; 0 for one that is not handed in, or was in time."""
        if self.state not in CLOSED:
            return 0
        return days_between(self.due, handed_in_on((one.step, one.at) for one in self.steps))

    @property
    def due(self) -> date | None:
        """The last day on which it is handed in."""
        if self.row is not None:
            return self.row.due
        return self.form.last_day(self.key.period, self.key.year, self.place.level)

    @cached_property
    def now(self) -> Entered:
        """What is entered now, joined with the units below that are approved now."""
        parts = [(one.unit.code, one.unit.name, one.entered) for one in self.below if one.entered is not None]
        return values.join(self.form, self.own, parts)

    @cached_property
    def entered(self) -> Entered:
        """What the report says: as it was submitted, once it is; else as it would be submitted now."""
        if self.row is not None and self.row.said is not None and self.state in CLOSED:
            return Entered.from_json(json.loads(self.row.said))
        return self.now


def show(session: Session, tenant: UUID, code: str, key: Key) -> OneReport:
    """An organization's report, whether or not anything was entered.

    Raises UnknownPeriod, NoReportForm, UnknownOrganization, NotOnThatDay, NotAsked.
    """
    if key.period not in PERIODS:
        raise UnknownPeriod(key.period)
    form = report_forms.in_force(session, tenant, key.plan, key.cut_off)
    where = places.place(session, tenant, form, code, key.cut_off)
    found = rows(session, tenant, key, [where.unit.id, *(one.id for one in where.below)])
    row = found.get(where.unit.id)
    if row is not None and row.form_id != form.rule_file_ids[0]:
        form = report_forms.by_id(session, tenant, row.form_id)
    own, steps = _own(session, tenant, row) if row is not None else ({}, ())
    below = tuple(_below(form, key, where.level + 1, one, found.get(one.id)) for one in where.below)
    return OneReport(key, form, where, row, own, below, steps)


def rows(session: Session, tenant: UUID, key: Key, organizations: Collection[UUID]) -> dict[UUID, Row]:
    """The rows of these organizations' reports, by organization, in one SQL command."""
    query = sa.select(*COLUMNS).where(*of_key(tenant, key), among(session, Report.organization_id, organizations))
    return {row[0]: Row(*row) for row in session.execute(query)}


def handed_in_on(steps: Iterable[tuple[str, datetime]]) -> date | None:
    """The day in Vietnam of the last handing in, by a report's steps in their order; those that correct what was filed
    do not count."""
    day = None
    for step, at in steps:
        if step == "file":
            break
        if step == "submit":
            day = vietnam_day(at)
    return day


def days_between(due: date | None, handed_in: date | None) -> int:
    """How many days after its last day a report was handed in; 0 for one in time, or without either day."""
    return 0 if due is None or handed_in is None else max(0, (handed_in - due).days)


def of_key(tenant: UUID, key: Key) -> tuple[sa.ColumnElement[bool], ...]:
    """What is true of every organization's report of this key."""
    return (
        Report.tenant_id == tenant,
        Report.plan == key.plan,
        Report.period == key.period,
        Report.cut_off == key.cut_off,
    )


def _below(form: ReportForm, key: Key, level: int, unit: Unit, row: Row | None) -> Below:
    if row is None:
        return Below(unit, NEW, form.last_day(key.period, key.year, level), None, None)
    counts = row.state in JOINED and row.said is not None
    entered = Entered.from_json(json.loads(row.said or "")) if counts else None
    return Below(unit, row.state, row.due, row.changed, entered)


def _own(session: Session, tenant: UUID, row: Row) -> tuple[dict[str, Value], tuple[Taken, ...]]:
    entered = session.execute(
        sa.select(
            ReportValue.item, ReportValue.value, ReportValue.entered_by, ReportValue.entered, ReportValue.note
        ).where(
            ReportValue.organization_id == row.organization_id,
            ReportValue.report_id == row.id,
            ReportValue.tenant_id == tenant,
        )
    )
    own = {one.item: Value(value_of(one.value), one.entered_by, one.entered, one.note) for one in entered}
    taken = session.execute(
        sa.select(
            ReportStep.place, ReportStep.step, ReportStep.state, ReportStep.done_by, ReportStep.done, ReportStep.comment
        )
        .where(
            ReportStep.organization_id == row.organization_id,
            ReportStep.report_id == row.id,
            ReportStep.tenant_id == tenant,
        )
        .order_by(ReportStep.place)
    )
    return own, tuple(Taken(*one) for one in taken)


def value_of(text: str) -> Any:
    """A kept value: a text, a number, or rows."""
    value = json.loads(text)
    return tuple(value) if isinstance(value, list) else value
