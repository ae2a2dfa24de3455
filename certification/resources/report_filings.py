"""…/reports/…/filings: what was filed and never changes; …/report-contact: whom to phone about reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields

from certification.access.permissions import Act
from certification.reports import filing, late
from certification.reports.filing import Filing
from certification.reports.late import Contact
from certification.reports.places import NotAsked
from certification.resources.access import changing, database, now, today, who
from certification.resources.errors import Conflict, Fault, NotFound
from certification.resources.parameters import DAY, Body
from certification.resources.reports import PATH, key_of, resource, unit_within
from certification.resources.shapes import Answer, AsOf
from certification.targets.rates import NotBound
from certification.units.trees import NotOnThatDay

__all__ = ["resource"]


class FilingBody(Body):
    """What stands on the paper: who signs for the unit on the day, number and symbol where they are given already."""

    signer = fields.String(required=True)
    filed_on = fields.Date(required=True, validate=DAY, error_messages={"invalid": "write it as yyyy-mm-dd"})
    number = fields.String(load_default="")


class FilingAnswer(Answer):
    """A filing."""

    id = fields.UUID()
    version = fields.Integer(metadata={"description": "1 for the first; a correction has the next."})
    number = fields.String()
    filed_on = fields.Date()
    corrects = fields.UUID(allow_none=True, metadata={"description": "The filing that it corrects."})
    sha256 = fields.String(metadata={"description": "Of the kept bytes."})
    filed_by = fields.String()
    filed = fields.DateTime()


class FiledAnswer(AsOf):
    """The filing that was made."""

    filing = fields.Nested(FilingAnswer)


class FilingsAnswer(AsOf):
    """Every filing of a report, the last one first."""

    filings = fields.List(fields.Nested(FilingAnswer))


class OneFilingAnswer(AsOf):
    """A filing with all it says."""

    filing = fields.Nested(FilingAnswer)
    snapshot = fields.Dict(
        metadata={"description": "Figures, what was entered, form, letterhead and signer, as they were on that day."}
    )


class FilingChangeAnswer(Answer):
    """Something that is no longer what was filed."""

    item = fields.String(metadata={"description": "A figure by its name, or entered/<item>."})
    title = fields.String()
    filed = fields.Raw(allow_none=True)
    now = fields.Raw(allow_none=True)


class FilingDifferenceAnswer(AsOf):
    """What the same question answers otherwise today."""

    filing = fields.Nested(FilingAnswer)
    changes = fields.List(fields.Nested(FilingChangeAnswer))


class ReportContactBody(Body):
    """Whom to phone or write to about a unit's reports."""

    name = fields.String(required=True)
    phone = fields.String(load_default="")
    email = fields.String(load_default="")


class ReportContactAnswer(AsOf):
    """Whom to phone or write to; empty where nobody is named."""

    name = fields.String()
    phone = fields.String()
    email = fields.String()


@resource.post(f"{PATH}/filings", Act.FILE_REPORTS, body=FilingBody, answers=FiledAnswer, status=201)
def file_report(code: str, plan: str, period: str, cut_off: str, body: Mapping[str, Any]) -> Any:
    """File an approved report

    Keeps the figures as they are now, what was entered, form, letterhead, signer and the Word template; none of it
    changes again. Of a report that was reopened this is a correction, which names the filing before it. Nobody waits
    while the figures are worked out; a step that somebody takes about the report meanwhile refuses the filing.
    """
    key, tenant, at = key_of(plan, period, cut_off), who().tenant, now()
    try:
        with database().reading(tenant, snapshot=True) as session:
            unit_within(session, code, Act.FILE_REPORTS)
            prepared = filing.prepare(session, tenant, who(), code, key, **body, now=at)
        with changing(tenant) as session:
            unit_within(session, code, Act.FILE_REPORTS)
            made = filing.file(session, tenant, who(), prepared, now=at)
    except (NotOnThatDay, NotAsked) as error:
        raise NotFound(Fault("path/code", str(error))) from None
    except NotBound as error:
        raise Conflict(Fault("path/plan", str(error))) from None
    return {"as_of": today(), "filing": _told(made)}


@resource.get(f"{PATH}/filings", Act.READ_REPORTS, answers=FilingsAnswer)
def list_filings(code: str, plan: str, period: str, cut_off: str) -> Any:
    """Every filing of a report"""
    key = key_of(plan, period, cut_off)
    with database().reading(who().tenant) as session:
        unit_within(session, code, Act.READ_REPORTS)
        found = filing.filed(session, who().tenant, code, key)
    return {"as_of": today(), "filings": [_told(one) for one in found]}


@resource.get(f"{PATH}/filings/<uuid:filing_id>", Act.READ_REPORTS, answers=OneFilingAnswer)
def show_filing(code: str, plan: str, period: str, cut_off: str, filing_id: UUID) -> Any:
    """A filing with all it says"""
    key = key_of(plan, period, cut_off)
    with database().reading(who().tenant) as session:
        unit_within(session, code, Act.READ_REPORTS)
        one = filing.find(session, who().tenant, code, key, filing_id)
    return {"as_of": one.filed_on, "filing": _told(one), "snapshot": one.document}


@resource.get(
    f"{PATH}/filings/<uuid:filing_id>/difference", Act.READ_REPORTS, answers=FilingDifferenceAnswer, conflicts=True
)
def show_filing_difference(code: str, plan: str, period: str, cut_off: str, filing_id: UUID) -> Any:
    """What the same question answers otherwise today, item by item"""
    key = key_of(plan, period, cut_off)
    with database().reading(who().tenant, snapshot=True) as session:
        unit_within(session, code, Act.READ_REPORTS)
        one = filing.find(session, who().tenant, code, key, filing_id)
        try:
            changes = filing.difference(session, who().tenant, one, now=now())
        except (NotOnThatDay, NotAsked, NotBound) as error:
            raise Conflict(Fault("", f"{error}; nothing can be asked again")) from None
    told = [{"item": each.item, "title": each.title, "filed": each.filed, "now": each.now} for each in changes]
    return {"as_of": today(), "filing": _told(one), "changes": told}


@resource.get("/units/<path:code>/report-contact", Act.REMIND_OF_REPORTS, answers=ReportContactAnswer)
def show_report_contact(code: str) -> Any:
    """Whom to phone or write to about a unit's reports"""
    with database().reading(who().tenant) as session:
        unit = unit_within(session, code, Act.REMIND_OF_REPORTS)
        found = late.contacts(session, who().tenant, [unit]).get(unit, Contact("", "", ""))
    return {"as_of": today(), "name": found.name, "phone": found.phone, "email": found.email}


@resource.put(
    "/units/<path:code>/report-contact", Act.WRITE_REPORTS, body=ReportContactBody, answers=ReportContactAnswer
)
def set_report_contact(code: str, body: Mapping[str, Any]) -> Any:
    """Say whom to phone or write to about a unit's reports, in place of whoever was named"""
    told = Contact(body["name"], body["phone"], body["email"])
    with changing(who().tenant) as session:
        unit_within(session, code, Act.WRITE_REPORTS)
        late.set_contact(session, who().tenant, who(), code, told, now=now())
    return {"as_of": today(), "name": told.name, "phone": told.phone, "email": told.email}


def _told(one: Filing) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "number": one.number,
        "filed_on": one.filed_on,
        "corrects": one.corrects,
        "sha256": one.sha256,
        "filed_by": one.filed_by,
        "filed": one.filed,
    }
