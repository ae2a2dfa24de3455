"""Which reports a unit hands in, by when, and how far each is; a few SQL commands for each form in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from certification.models import Organization, OrganizationParent, Report
from certification.reports import places, words
from certification.reports.places import NotAsked, Place
from certification.reports.reading import CLOSED, NEW, Key
from certification.rules import report_forms
from certification.rules.report_forms import ReportForm
from certification.units.trees import NotOnThatDay, UnknownOrganization
from certification.web.frame.program_words import in_words
from certification.web.officers.work import Due
from lrs.db import Session

__all__ = ["Owed", "days_due", "owed", "usual_cut_off"]

WITH_A_DAY = ("yearly", "mid-term", "final")


@dataclass(frozen=True, slots=True)
class Owed:
    """A report of a unit. `cut_off` is None as long as nobody has said one; `due` the last day to hand it in, None
    where none is set. `below`: reports of the units right below, by state; `units_below`: how many units these are."""

    code: str
    title: str
    plan: str
    period: str
    cut_off: date | None
    state: str
    due: date | None
    units_below: int
    below: Mapping[str, int] = field(default_factory=dict)

    @property
    def key(self) -> Key | None:
        return None if self.cut_off is None else Key(self.plan, self.period, self.cut_off)

    @property
    def is_done(self) -> bool:
        """Whether it is handed in, or more."""
        return self.state in CLOSED

    @property
    def to_approve(self) -> int:
        """How many units right below have handed in and wait."""
        return self.below.get("submitted", 0)

    @property
    def handed_in_below(self) -> int:
        return sum(self.below.get(one, 0) for one in CLOSED)

    def days_left(self, on: date) -> int | None:
        """Days until the last one; below nought: so many too late."""
        return None if self.due is None else (self.due - on).days


def owed(session: Session, tenant: UUID, code: str | None, *, on: date) -> list[Owed]:
    """The reports of the unit: those of this year by the forms in force, begun or not, others that are there and not
    older than last year. Without a code those of the units at which collections end. The most urgent first."""
    latest: dict[str, ReportForm] = {}
    for form in report_forms.all_forms(session, tenant):
        if form.in_force_from <= on and (
            form.plan not in latest or form.in_force_from >= latest[form.plan].in_force_from
        ):
            latest[form.plan] = form
    found: list[Owed] = []
    for form in latest.values():
        try:
            place = places.place(session, tenant, form, code or form.top, on)
        except (NotAsked, UnknownOrganization, NotOnThatDay):
            continue
        found += _of_form(session, tenant, form, place, on)
    return sorted(found, key=lambda one: (one.is_done, one.due or date.max, one.title, one.cut_off or date.max))


def days_due(session: Session, tenant: UUID, code: str, *, on: date) -> list[Due]:
    """Those of the unit that have a day, as things to be done by it."""
    return [
        Due(one.title, in_words(words.STATES[one.state]), one.due, (one.due - on).days, one.is_done)
        for one in owed(session, tenant, code, on=on)
        if one.due is not None
    ]


def _of_form(session: Session, tenant: UUID, form: ReportForm, place: Place, on: date) -> list[Owed]:
    own = _own(session, tenant, form, place, on)
    below = _below(session, tenant, form, place, on)
    found = []
    for period, cut_off in sorted({*own, *below}):
        last = form.last_day(period, cut_off.year, place.level)
        state, due = own.get((period, cut_off), (NEW, last))
        counts = below.get((period, cut_off), {})
        found.append(_owed(form, place, period, cut_off, state, due, counts))
    for period in WITH_A_DAY:
        last = form.last_day(period, on.year, place.level)
        if last is not None and not any(one.period == period and _year(one) == on.year for one in found):
            found.append(_owed(form, place, period, None, NEW, last, {}))
    return found


def _year(one: Owed) -> int | None:
    return None if one.cut_off is None else one.cut_off.year


def _owed(
    form: ReportForm, place: Place, period: str, cut_off: date | None, state: str, due: date | None,
    below: Mapping[str, int],
) -> Owed:  # fmt: skip
    return Owed(place.unit.code, form.title, form.plan, period, cut_off, state, due, len(place.below), below)


def _own(
    session: Session, tenant: UUID, form: ReportForm, place: Place, on: date
) -> dict[tuple[str, date], tuple[str, date | None]]:
    rows = session.execute(
        sa.select(Report.period, Report.cut_off, Report.state, Report.due).where(
            Report.tenant_id == tenant,
            Report.organization_id == place.unit.id,
            Report.plan == form.plan,
            sa.or_(Report.cut_off >= date(on.year - 1, 1, 1), Report.state.not_in(CLOSED)),
        )
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def _below(
    session: Session, tenant: UUID, form: ReportForm, place: Place, on: date
) -> dict[tuple[str, date], dict[str, int]]:
    """Reports of the units right below, of this year and the last, counted by state."""
    if not place.below:
        return {}
    rows = session.execute(
        sa.select(Report.period, Report.cut_off, Report.state, sa.func.count())
        .join(OrganizationParent, OrganizationParent.organization_id == Report.organization_id)
        .where(
            Report.tenant_id == tenant,
            Report.plan == form.plan,
            Report.cut_off >= date(on.year - 1, 1, 1),
            OrganizationParent.parent_id == place.unit.id,
            OrganizationParent.tree == form.tree,
            OrganizationParent.valid_from <= on,
            sa.or_(OrganizationParent.valid_to.is_(None), OrganizationParent.valid_to >= on),
        )
        .group_by(Report.period, Report.cut_off, Report.state)
    )
    found: dict[tuple[str, date], dict[str, int]] = {}
    for period, cut_off, state, count in rows:
        found.setdefault((period, cut_off), {})[state] = count
    return found


def usual_cut_off(
    session: Session, tenant: UUID, form: ReportForm, place: Place, period: str, year: int
) -> date | None:
    """The day that others of the collection chose for this report: the unit above, the topmost, otherwise most of them.
    Reports of different days are not added up, so the same one is proposed. None where nobody has begun."""
    near = [form.top] if place.above is None else [form.top, place.above.code]
    rows = session.execute(
        sa.select(Report.cut_off, sa.func.max(sa.case((Organization.code.in_(near), 1), else_=0)), sa.func.count())
        .join(Organization, Organization.id == Report.organization_id)
        .where(
            Report.tenant_id == tenant,
            Report.plan == form.plan,
            Report.period == period,
            Report.cut_off >= date(year, 1, 1),
            Report.cut_off <= date(year, 12, 31),
        )
        .group_by(Report.cut_off)
    )
    known = [(above, many, cut_off) for cut_off, above, many in rows]
    return max(known)[2] if known else None
