"""/api/dossiers and /api/workers/<number>/dossiers/<year>: who applies for the title, and every step taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.certificates import register
from certification.dossiers import listing, proceedings
from certification.dossiers.steps import OneDossier
from certification.resources import cursors
from certification.resources.access import changing, database, everything, known_worker, now, today, who
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, REASON, YEAR, Body, Paging, Parameters
from certification.resources.shapes import Answer, AsOf, Page
from certification.rules import title_procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.title_procedures import STATES, NoTitleProcedure
from certification.units import organizations
from lrs.db import Session

resource = Resource("dossiers", "Who applies for the title of a year, and every step from registering to a decision.")

_YEAR = {"description": "The assessed year."}
_UNIT = {"description": "Code of a unit: workers employed there or below it today."}


class DossiersParameters(Paging):
    """Of which year, in which state, of which unit."""

    year = fields.Integer(required=True, validate=YEAR, metadata=_YEAR)
    state = fields.String(validate=validate.OneOf(STATES))
    unit = fields.String(metadata=_UNIT)


class DossierCountsParameters(Parameters):
    """Of which year and unit; without a unit, of everybody."""

    year = fields.Integer(required=True, validate=YEAR, metadata=_YEAR)
    unit = fields.String(metadata=_UNIT)


class TitleProcedureParameters(Parameters):
    """The procedure in force on a day; today when left out."""

    on = fields.Date(format="iso", validate=DAY, error_messages={"invalid": "write it as yyyy-mm-dd"})


class DossierStepBody(Body):
    """Why; some steps need it."""

    reason = fields.String(allow_none=True, validate=REASON)


class DossierAnswer(Answer):
    """A dossier as it stands."""

    id = fields.UUID()
    worker = fields.String()
    year = fields.Integer()
    state = fields.String()
    version = fields.Integer(metadata={"description": "How many steps were taken."})
    proposal = fields.UUID(allow_none=True, metadata={"description": "The last one it was part of."})
    decision = fields.UUID(allow_none=True, metadata={"description": "The last one about it."})
    due = fields.Date(allow_none=True, metadata={"description": "By when an appeal is to be answered."})
    changed = fields.DateTime()


class DossiersAnswer(Page):
    """Dossiers in the order of registering."""

    items = fields.List(fields.Nested(DossierAnswer))


class DossierStepAnswer(Answer):
    """A step that was taken."""

    place = fields.Integer()
    step = fields.String()
    state = fields.String(metadata={"description": "How the dossier stood from then on."})
    done_by = fields.String()
    done = fields.DateTime()
    reason = fields.String(allow_none=True)
    batch_id = fields.UUID(allow_none=True, metadata={"description": "The proposal or decision it is part of."})
    votes_for = fields.Integer(allow_none=True)
    votes_of = fields.Integer(allow_none=True)
    points = fields.Dict(allow_none=True, metadata={"description": "What the worker gave, by indicator."})


class DossierTitleAnswer(Answer):
    """The title of the year, as it is recognised."""

    decision_number = fields.String()
    decided_on = fields.Date()
    body = fields.String()
    withdrawn_on = fields.Date(allow_none=True)


class DossierCertificateAnswer(Answer):
    """A certificate of the title, in the register."""

    id = fields.UUID()
    number = fields.String()
    issued = fields.DateTime(allow_none=True, metadata={"description": "null: numbered and not signed yet."})
    withdrawn_on = fields.Date(allow_none=True)
    replaced_by = fields.UUID(allow_none=True, metadata={"description": "The one that corrects it."})


class OneDossierAnswer(AsOf):
    """A dossier with every step."""

    dossier = fields.Nested(DossierAnswer)
    steps = fields.List(fields.Nested(DossierStepAnswer))
    title = fields.Nested(DossierTitleAnswer, allow_none=True)
    certificates = fields.List(fields.Nested(DossierCertificateAnswer))


class DossierCountsAnswer(AsOf):
    """How many persons have come how far; each is counted in everything before as well."""

    year = fields.Integer()
    unit = fields.String(allow_none=True)
    registered = fields.Integer()
    self_assessed = fields.Integer()
    proposed = fields.Integer()
    recognised = fields.Integer()
    refused = fields.Integer()
    by_state = fields.Dict()


class TitleProcedureStepAnswer(Answer):
    """A step that may be taken."""

    name = fields.String()
    before = fields.List(fields.String(), metadata={"description": "In which states; new: where there is no dossier."})
    after = fields.String()
    roles = fields.List(fields.String())
    own = fields.String(metadata={"description": "About the own dossier: only, may or never."})
    needs = fields.List(fields.String())
    closes = fields.Integer(
        allow_none=True, metadata={"description": "Days after the assessed year; null: at any time."}
    )


class TitleProcedureAnswer(AsOf):
    """Which steps lead to a title."""

    id = fields.String()
    title = fields.String()
    status = fields.String(metadata={"description": "How sure it is: CONFIRMED, INFERRED or PROPOSAL."})
    steps = fields.List(fields.Nested(TitleProcedureStepAnswer))
    appeal_within_days = fields.Integer()
    answer_within_days = fields.Integer()
    present_per_cent = fields.Integer(
        allow_none=True, metadata={"description": "Of those called to the meeting, at least; null: not judged."}
    )
    votes_per_cent = fields.Integer(
        allow_none=True, metadata={"description": "Of the votes cast for somebody, at least; null: not judged."}
    )


@resource.get("/title-procedure", Act.READ_DOSSIERS, query=TitleProcedureParameters, answers=TitleProcedureAnswer)
def show_title_procedure(query: Mapping[str, Any]) -> Any:
    """Which steps lead to a title, and who may take them"""
    on: date = query.get("on") or today()
    with database().reading(who().tenant) as session:
        try:
            found = title_procedures.in_force(session, who().tenant, PROGRAMME, on)
        except NoTitleProcedure as error:
            raise NotFound(Fault("on", str(error))) from None
    steps = [
        {
            "name": one.name,
            "before": list(one.before),
            "after": one.after,
            "roles": sorted(role.value for role in one.roles),
            "own": one.own,
            "needs": sorted(one.needs),
            "closes": one.closes,
        }
        for one in found.steps.values()
    ]
    return {
        "as_of": on,
        "id": found.id,
        "title": found.title,
        "status": found.status,
        "steps": steps,
        "appeal_within_days": found.appeal_within_days,
        "answer_within_days": found.answer_within_days,
        "present_per_cent": found.present_per_cent,
        "votes_per_cent": found.votes_per_cent,
    }


@resource.get("/dossiers", Act.READ_DOSSIERS, query=DossiersParameters, answers=DossiersAnswer)
def list_dossiers(query: Mapping[str, Any]) -> Any:
    """Dossiers of a year that the caller may see"""
    tenant = who().tenant
    left = cursors.after(tenant, (UUID,))
    with database().reading(tenant) as session:
        found = listing.listing(
            session,
            tenant,
            query["year"],
            on=today(),
            state=query.get("state"),
            unit=unit_of(session, query.get("unit"), Act.READ_DOSSIERS),
            within=rights.reach(who(), Act.READ_DOSSIERS, today()),
            limit=query["limit"] + 1,
            after=left[0] if left else None,
        )
    return cursors.page(tenant, found, query["limit"], as_of=today(), key=lambda one: (one.id,), show=_shown)


@resource.get("/dossiers/counts", Act.COUNT_DOSSIERS, query=DossierCountsParameters, answers=DossierCountsAnswer)
def count_dossiers(query: Mapping[str, Any]) -> Any:
    """How many of a unit registered, self-assessed, were proposed, recognised, refused"""
    code: str | None = query.get("unit")
    if code is None:
        everything(Act.COUNT_DOSSIERS)
    with database().reading(who().tenant) as session:
        unit = unit_of(session, code, Act.COUNT_DOSSIERS)
        found = listing.counts(session, who().tenant, query["year"], unit, on=today())
    return {"as_of": today(), "year": query["year"], "unit": code, **asdict(found)}


@resource.get("/workers/<path:number>/dossiers/<year>", Act.READ_DOSSIERS, answers=OneDossierAnswer)
def show_dossier(number: str, year: str) -> Any:
    """A worker's dossier of a year, with every step"""
    with database().reading(who().tenant) as session:
        person = known_worker(session, number, Act.READ_DOSSIERS)
        one = listing.find(session, who().tenant, person.id, person.number, _year(year))
        return _whole(session, one)


@resource.post(
    "/workers/<path:number>/dossiers/<year>/<step>",
    Act.TAKE_DOSSIER_STEPS,
    body=DossierStepBody,
    answers=OneDossierAnswer,
)
def take_dossier_step(number: str, year: str, step: str, body: Mapping[str, Any]) -> Any:
    """Take a step about one dossier

    `step` is one of register, self-assess, confirm, return, review, appeal, uphold, reconsider, withdraw, revoke; which
    of them there are, and who may take which, says the procedure in force (`/api/title-procedure`). Nobody takes a step
    that judges about the own dossier.
    """
    if step not in proceedings.SINGLE:
        raise NotFound(Fault("path/step", f"there is no step {step!r}; there are {', '.join(proceedings.SINGLE)}"))
    of_year = _year(year)
    with changing(who().tenant) as session:
        person = known_worker(session, number, Act.TAKE_DOSSIER_STEPS)
        one = proceedings.step(
            session, who().tenant, who(), step, person.number, of_year, reason=body.get("reason"), now=now()
        )
        return _whole(session, one)


def unit_of(session: Session, code: str | None, act: Act, place: str = "unit") -> UUID | None:
    """The id of a unit within reach. Raises BadRequest, as for one that is not there."""
    if code is None:
        return None
    node = organizations.find(session, who().tenant, code)
    if node is None or not rights.may(session, who(), act, today(), organization=node.id):
        raise BadRequest(Fault(place, f"there is no unit {code!r} about which you may {act.value}"))
    return node.id


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4 and 2000 <= int(text) <= 2100):
        raise NotFound(Fault("path/year", f"{text!r} is no assessed year"))
    return int(text)


def _whole(session: Session, one: OneDossier) -> Mapping[str, Any]:
    history = listing.history(session, who().tenant, one)
    title = listing.title(session, who().tenant, one)
    return {
        "as_of": today(),
        "dossier": _shown(one),
        "steps": [asdict(step) for step in history],
        "title": None if title is None else asdict(title),
        "certificates": [
            {
                "id": each.id,
                "number": each.number,
                "issued": each.issued,
                "withdrawn_on": each.withdrawn_on,
                "replaced_by": each.replaced_by,
            }
            for each in register.entries(session, who().tenant, limit=1000, worker=one.worker_id)
            if each.year == one.year
        ],
    }


def _shown(one: OneDossier) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "worker": one.number,
        "year": one.year,
        "state": one.state,
        "version": one.version,
        "proposal": one.proposal_id,
        "decision": one.decision_id,
        "due": one.due,
        "changed": one.changed,
    }
