"""/api/units/<code>/reports/<plan>/<period>/<cut_off>: the report of a unit on a plan, entered, handed in, approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from marshmallow import fields

from certification.access import rights
from certification.access.permissions import Act
from certification.models import Organization
from certification.reports import entering, late, reading, steps
from certification.reports.entered import Value
from certification.reports.places import NotAsked
from certification.reports.reading import Key, OneReport
from certification.resources.access import changing, database, now, today, who
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import Body, DryRun
from certification.resources.shapes import Answer, AsOf
from certification.resources.uploads import TABLES, Upload
from certification.rules.report_forms import Item
from certification.units.trees import NotOnThatDay
from lrs.db import Session

__all__ = ["key_of", "resource", "unit_within", "whole"]

resource = Resource(
    "reports", "The report of a unit on a plan as of a cut-off day: entered, collected up the tree, approved, filed."
)

PATH = "/units/<path:code>/reports/<plan>/<period>/<cut_off>"


class ReportValueBody(Body):
    """What stands under an item: a text, a whole number (3500000 or "3.500.000"), or rows by column; null: none."""

    value = fields.Raw(allow_none=True)
    note = fields.String(allow_none=True)


class ReportValuesBody(Body):
    """Values by the item's code; null takes away what stands there. Items that are not named stay as they are."""

    values = fields.Dict(keys=fields.String(), values=fields.Nested(ReportValueBody, allow_none=True), required=True)


class ReportStepBody(Body):
    """Why; returning and reopening need it."""

    comment = fields.String(allow_none=True)


class ReportColumnAnswer(Answer):
    """A column of an item of rows."""

    code = fields.String()
    title = fields.String()
    entered = fields.String(metadata={"description": "text, count, money or day."})


class ReportApartAnswer(Answer):
    """What a unit below said, where values are not joined."""

    unit = fields.String()
    name = fields.String()
    value = fields.Raw()


class ReportItemAnswer(Answer):
    """An item with what is said under it."""

    code = fields.String()
    title = fields.String()
    entered = fields.String(metadata={"description": "text, count, money or rows by people; figure: worked out here."})
    unit = fields.String()
    join = fields.String(metadata={"description": "sum, list or apart: what becomes of values of the units below."})
    required = fields.Boolean()
    figure = fields.String()
    target = fields.String(allow_none=True)
    columns = fields.List(fields.Nested(ReportColumnAnswer))
    note = fields.String()
    own = fields.Raw(allow_none=True, metadata={"description": "What the unit itself entered; null: nothing."})
    own_note = fields.String()
    entered_by = fields.String(allow_none=True)
    entered_at = fields.DateTime(allow_none=True)
    value = fields.Raw(allow_none=True, metadata={"description": "Of the whole branch; null: nobody said it."})
    organizations = fields.Integer(metadata={"description": "How many units the value comes from."})
    apart = fields.List(fields.Nested(ReportApartAnswer))


class ReportSectionAnswer(Answer):
    """A section in the order of the report."""

    id = fields.String()
    title = fields.String()
    items = fields.List(fields.Nested(ReportItemAnswer))


class ReportBelowAnswer(Answer):
    """A unit that hands in to this one."""

    unit = fields.String()
    name = fields.String()
    state = fields.String()
    due = fields.Date(allow_none=True)
    changed = fields.DateTime(allow_none=True)


class ReportStepAnswer(Answer):
    """A step that was taken."""

    place = fields.Integer()
    step = fields.String()
    state = fields.String()
    by = fields.String()
    at = fields.DateTime()
    comment = fields.String(allow_none=True)


class ReportAnswer(AsOf):
    """A report as it stands."""

    unit = fields.String()
    name = fields.String()
    plan = fields.String()
    period = fields.String(metadata={"description": "yearly, mid-term, final or interim."})
    cut_off = fields.Date()
    form = fields.String()
    heading = fields.String()
    state = fields.String(metadata={"description": "new, draft, submitted, returned, approved or filed."})
    version = fields.Integer(metadata={"description": "How many steps were taken."})
    due = fields.Date(allow_none=True, metadata={"description": "The last day to hand it in; null: none is set."})
    above = fields.String(allow_none=True, metadata={"description": "To whom it is handed in; null at the top."})
    sections = fields.List(fields.Nested(ReportSectionAnswer))
    below = fields.List(fields.Nested(ReportBelowAnswer))
    steps = fields.List(fields.Nested(ReportStepAnswer))


class ReportStandingAnswer(Answer):
    """How far a unit's report is, and whom to phone."""

    unit = fields.String()
    name = fields.String()
    level = fields.Integer()
    above = fields.String(allow_none=True)
    state = fields.String()
    due = fields.Date(allow_none=True)
    days_late = fields.Integer()
    contact = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)


class ReportStandingsAnswer(AsOf):
    """Every unit of the branch that reports, from the top down."""

    units = fields.List(fields.Nested(ReportStandingAnswer))
    late = fields.Integer(metadata={"description": "How many of them are late."})


@resource.get(PATH, Act.READ_REPORTS, answers=ReportAnswer)
def show_report(code: str, plan: str, period: str, cut_off: str) -> Any:
    """The report of a unit with its form, what is said under each item, and who hands in to it

    There is one for every unit below the one at which the plan's reports are collected, whether or not anybody has
    entered anything. Once handed in it says what it said then.
    """
    key = key_of(plan, period, cut_off)
    with database().reading(who().tenant) as session:
        unit_within(session, code, Act.READ_REPORTS)
        return whole(_shown(session, code, key))


@resource.post(f"{PATH}/values", Act.WRITE_REPORTS, query=DryRun, body=ReportValuesBody, answers=ReportAnswer)
def enter_report(
    code: str, plan: str, period: str, cut_off: str, query: Mapping[str, Any], body: Mapping[str, Any]
) -> Any:
    """Enter values, all or none

    Not while the report is handed in: it is returned or reopened first.
    """
    key = key_of(plan, period, cut_off)
    with changing(who().tenant, dry_run=query["dry_run"]) as session:
        unit_within(session, code, Act.WRITE_REPORTS)
        _shown(session, code, key)
        report = entering.enter(session, who().tenant, who(), code, key, body["values"], now=now())
    return whole(report)


@resource.post(f"{PATH}/table", Act.WRITE_REPORTS, query=DryRun, file=TABLES, answers=ReportAnswer)
def enter_report_table(code: str, plan: str, period: str, cut_off: str, query: Mapping[str, Any], file: Upload) -> Any:
    """Enter values by a table (CSV or XLSX), all or none

    A line an item: `Mã mục`, `Giá trị`, `Ghi chú`; an item of rows has a line for each row, with its columns in
    `Giá trị`, `Cột 2`, `Cột 3` …
    """
    key = key_of(plan, period, cut_off)
    with changing(who().tenant, dry_run=query["dry_run"]) as session:
        unit_within(session, code, Act.WRITE_REPORTS)
        told, _ = entering.from_table(_shown(session, code, key).form, file.data)
        report = entering.enter(session, who().tenant, who(), code, key, told, now=now())
    return whole(report)


@resource.post(f"{PATH}/steps/<step>", Act.TAKE_REPORT_STEPS, body=ReportStepBody, answers=ReportAnswer)
def take_report_step(code: str, plan: str, period: str, cut_off: str, step: str, body: Mapping[str, Any]) -> Any:
    """Hand a report in, return, approve or reopen it

    `step` is submit, return, approve or reopen. Returning and approving take a role over the unit above (at the top:
    over the unit itself); nobody approves a report that he or she entered or handed in. A filed report is reopened to
    correct it: the correction is a filing of its own.
    """
    taken = [one for one in steps.STEPS if one != "file"]
    if step not in taken:
        raise NotFound(Fault("path/step", f"there is no step {step!r}; there are {', '.join(taken)}"))
    key = key_of(plan, period, cut_off)
    with changing(who().tenant) as session:
        unit_within(session, code, Act.TAKE_REPORT_STEPS)
        _shown(session, code, key)
        report = steps.take(session, who().tenant, who(), code, key, step, comment=body.get("comment"), now=now())
    return whole(report)


@resource.get(f"{PATH}/standings", Act.REMIND_OF_REPORTS, answers=ReportStandingsAnswer)
def list_report_standings(code: str, plan: str, period: str, cut_off: str) -> Any:
    """How far every unit of a branch is with its report, who is late, and whom to phone"""
    key = key_of(plan, period, cut_off)
    with database().reading(who().tenant) as session:
        unit_within(session, code, Act.REMIND_OF_REPORTS)
        try:
            found = late.standings(session, who().tenant, code, key)
        except (NotOnThatDay, NotAsked) as error:
            raise NotFound(Fault("path/code", str(error))) from None
    units = [
        {
            "unit": one.unit.code,
            "name": one.unit.name,
            "level": one.level,
            "above": one.above,
            "state": one.state,
            "due": one.due,
            "days_late": one.days_late(today()),
            "contact": None if one.contact is None else one.contact.name,
            "phone": None if one.contact is None else one.contact.phone,
            "email": None if one.contact is None else one.contact.email,
        }
        for one in found
    ]
    return {"as_of": today(), "units": units, "late": sum(one.days_late(today()) > 0 for one in found)}


def key_of(plan: str, period: str, cut_off: str) -> Key:
    """Which report an address names. Raises NotFound for a day that is none, or of which nobody reports yet.

    How early a day may be the plan's form says (`report_forms.in_force`); the latest is the last of the next year, so
    that a report can be begun before its year does.
    """
    try:
        day = date.fromisoformat(cut_off)
    except ValueError:
        day = None
    if day is None or day.isoformat() != cut_off:
        raise NotFound(Fault("path/cut_off", f"{cut_off!r} is no day; write it as 2026-11-20"))
    last = date(today().year + 1, 12, 31)
    if day > last:
        said = f"{day} is too far ahead; a report's cut-off day is {last} at the latest"
        raise NotFound(Fault("path/cut_off", said))
    return Key(plan, period, day)


def unit_within(session: Session, code: str, act: Act) -> UUID:
    """The id of a unit about which the caller may do the act. Raises NotFound, as for one that is not there."""
    found = session.scalar(
        sa.select(Organization.id).where(Organization.tenant_id == who().tenant, Organization.code == code)
    )
    if found is None or not rights.may(session, who(), act, today(), organization=found):
        raise NotFound(Fault("path/code", f"there is no unit {code!r} about which you may {act.value}"))
    return found


def _shown(session: Session, code: str, key: Key) -> OneReport:
    try:
        return reading.show(session, who().tenant, code, key)
    except (NotOnThatDay, NotAsked) as error:
        raise NotFound(Fault("path/code", str(error))) from None


def whole(report: OneReport) -> Mapping[str, Any]:
    """A report as answers show it."""
    form, place, key = report.form, report.place, report.key
    return {
        "as_of": today(),
        "unit": place.unit.code,
        "name": place.unit.name,
        "plan": key.plan,
        "period": key.period,
        "cut_off": key.cut_off,
        "form": form.id,
        "heading": form.heading_of(key.year, place.unit.name),
        "state": report.state,
        "version": 0 if report.row is None else report.row.version,
        "due": report.due,
        "above": None if place.above is None else place.above.code,
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "items": [_item(report, item) for item in form.of_section(section.id)],
            }
            for section in form.sections
        ],
        "below": [
            {
                "unit": one.unit.code,
                "name": one.unit.name,
                "state": one.state,
                "due": one.due,
                "changed": one.changed,
            }
            for one in report.below
        ],
        "steps": [
            {
                "place": one.place,
                "step": one.step,
                "state": one.state,
                "by": one.by,
                "at": one.at,
                "comment": one.comment,
            }
            for one in report.steps
        ],
    }


def _item(report: OneReport, item: Item) -> Mapping[str, Any]:
    said: Value | None = report.own.get(item.code)
    joined = report.entered.joined.get(item.code)
    return {
        "code": item.code,
        "title": item.title,
        "entered": item.entered,
        "unit": item.unit,
        "join": item.join,
        "required": item.required,
        "figure": item.figure,
        "target": item.target,
        "columns": [{"code": one.code, "title": one.title, "entered": one.entered} for one in item.columns],
        "note": item.note,
        "own": None if said is None else said.value,
        "own_note": "" if said is None else said.note,
        "entered_by": None if said is None else said.by,
        "entered_at": None if said is None else said.at,
        "value": None if joined is None else joined.value,
        "organizations": 0 if joined is None else joined.organizations,
        "apart": [
            {"unit": one.code, "name": one.organization, "value": one.value}
            for one in report.entered.apart.get(item.code, ())
        ],
    }
