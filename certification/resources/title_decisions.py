"""/api/proposals and /api/title-decisions: what unions propose and bodies decide, about many workers at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.dossiers import decisions, proposals
from certification.dossiers.decisions import Decision, Refused
from certification.dossiers.proposals import Meeting, Proposal, Voted
from certification.resources import cursors
from certification.resources.access import changing, database, now, today, who
from certification.resources.dossiers import unit_of
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, REASON, YEAR, Body, DryRun, Paging
from certification.resources.shapes import Answer, AsOf, Page
from certification.spreadsheets import ImportFaults
from lrs.db import Session

resource = Resource("title decisions", "What unions propose and competent bodies decide about many workers at once.")

_NO_DAY: dict[str, Any] = {"invalid": "write it as yyyy-mm-dd"}
_TEXT = validate.Length(max=200)
_MANY = validate.Length(min=1, max=10_000)


_DESPITE = (
    "Why, although the criteria are not met by the last result. Nothing is refused without it; the points had and "
    "needed then are put on record either way."
)


class TitleVotedBody(Body):
    """A worker with the votes."""

    worker = fields.String(required=True)
    votes_for = fields.Integer(allow_none=True)
    votes_of = fields.Integer(allow_none=True, metadata={"description": "All that were cast."})
    despite = fields.String(allow_none=True, validate=REASON, metadata={"description": _DESPITE})


class ProposalBody(Body):
    """What a meeting proposes."""

    unit = fields.String(required=True, metadata={"description": "Code of the union in whose name."})
    year = fields.Integer(required=True, validate=YEAR)
    met_on = fields.Date(required=True, validate=DAY, error_messages=_NO_DAY)
    present = fields.Integer(required=True)
    absent = fields.Integer(required=True)
    minutes = fields.String(allow_none=True, validate=_TEXT, metadata={"description": "The number of the minutes."})
    chair = fields.String(allow_none=True, validate=_TEXT)
    secretary = fields.String(allow_none=True, validate=_TEXT)
    workers = fields.List(fields.Nested(TitleVotedBody), required=True, validate=_MANY)


class TitleProposedAnswer(Answer):
    """One of those proposed."""

    worker = fields.String()
    full_name = fields.String()
    votes_for = fields.Integer(allow_none=True)
    votes_of = fields.Integer(allow_none=True)
    despite = fields.String(allow_none=True, metadata={"description": "Why, although the criteria were not met."})


class ProposalAnswer(Answer):
    """A proposal as it was made."""

    id = fields.UUID()
    unit = fields.String()
    year = fields.Integer()
    met_on = fields.Date()
    present = fields.Integer()
    absent = fields.Integer()
    minutes = fields.String(allow_none=True)
    chair = fields.String(allow_none=True)
    secretary = fields.String(allow_none=True)
    proposed_by = fields.String()
    proposed = fields.DateTime()


class OneProposalAnswer(AsOf):
    """A proposal with its workers, those whom the caller may see."""

    proposal = fields.Nested(ProposalAnswer)
    workers = fields.List(fields.Nested(TitleProposedAnswer))


class TitleBatchesParameters(Paging):
    """Of which assessed year."""

    year = fields.Integer(validate=YEAR, metadata={"description": "The assessed year; all when left out."})


class ProposalsAnswer(Page):
    """Proposals in the order in which they were made."""

    items = fields.List(fields.Nested(ProposalAnswer))


class TitleRefusedBody(Body):
    """A worker who is not recognised, and why."""

    worker = fields.String(required=True)
    reason = fields.String(required=True)


class TitleDespiteBody(Body):
    """A worker who is recognised although the criteria are not met, and why."""

    worker = fields.String(required=True)
    reason = fields.String(required=True, validate=REASON, metadata={"description": _DESPITE})


class TitleDecisionBody(Body):
    """A decision."""

    body = fields.String(required=True, metadata={"description": "Code of the organization that decides."})
    year = fields.Integer(required=True, validate=YEAR, metadata={"description": "The assessed year."})
    number = fields.String(required=True, validate=_TEXT)
    decided_on = fields.Date(required=True, validate=DAY, error_messages=_NO_DAY)
    signer = fields.String(required=True, validate=_TEXT, metadata={"description": "The name of who signed."})
    granted = fields.List(fields.String(), load_default=list, validate=validate.Length(max=10_000))
    refused = fields.List(fields.Nested(TitleRefusedBody), load_default=list, validate=validate.Length(max=10_000))
    despite = fields.List(fields.Nested(TitleDespiteBody), load_default=list, validate=validate.Length(max=10_000))


class TitleDecidedAnswer(Answer):
    """One of those decided on."""

    worker = fields.String()
    full_name = fields.String()
    step = fields.String(metadata={"description": "grant or refuse."})
    reason = fields.String(
        allow_none=True, metadata={"description": "Why refused; of somebody granted, why although not met."}
    )


class TitleDecisionAnswer(Answer):
    """A decision as it was recorded."""

    id = fields.UUID()
    body = fields.String()
    programme = fields.String()
    year = fields.Integer()
    number = fields.String()
    decided_on = fields.Date()
    signer = fields.String()
    signer_title = fields.String()
    authority = fields.String(allow_none=True, metadata={"description": "The line above the signer's office."})
    recorded_by = fields.String()
    recorded = fields.DateTime()


class TitleDecisionsAnswer(Page):
    """Decisions in the order in which they were recorded."""

    items = fields.List(fields.Nested(TitleDecisionAnswer))


class OneTitleDecisionAnswer(AsOf):
    """A decision with its workers, those whom the caller may see."""

    decision = fields.Nested(TitleDecisionAnswer)
    workers = fields.List(fields.Nested(TitleDecidedAnswer))


@resource.post("/proposals", Act.PROPOSE_TITLES, query=DryRun, body=ProposalBody, answers=OneProposalAnswer, status=201)
def propose_titles(query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Propose workers for the title after a meeting, all or none

    Every fault is told by its place, with the worker's number; then nobody is proposed.
    """
    meeting = Meeting(
        body["met_on"], body["present"], body["absent"], body.get("minutes"), body.get("chair"), body.get("secretary")
    )
    members = [
        Voted(one["worker"], one.get("votes_for"), one.get("votes_of"), one.get("despite")) for one in body["workers"]
    ]
    with changing(who().tenant, dry_run=query["dry_run"]) as session:
        unit_of(session, body["unit"], Act.PROPOSE_TITLES, "/unit")
        try:
            made = proposals.propose(
                session, who().tenant, who(), body["unit"], body["year"], meeting, members, now=now()
            )
        except ImportFaults as error:
            raise _pointed(error, lambda row, column: f"/workers/{row - 1}/{_FIELDS.get(column, column)}") from None
        return _proposal(session, made)


@resource.get("/proposals", Act.READ_TITLE_DECISIONS, query=TitleBatchesParameters, answers=ProposalsAnswer)
def list_proposals(query: Mapping[str, Any]) -> Any:
    """Proposals of the unions that the caller may see, without their workers"""
    return _listed(query, proposals.listing, _proposed)


@resource.get("/title-decisions", Act.READ_TITLE_DECISIONS, query=TitleBatchesParameters, answers=TitleDecisionsAnswer)
def list_title_decisions(query: Mapping[str, Any]) -> Any:
    """Decisions about workers whom the caller may see, without those workers"""
    return _listed(query, decisions.listing, asdict)


def _listed(query: Mapping[str, Any], listing: Any, show: Any) -> Mapping[str, Any]:
    tenant = who().tenant
    left = cursors.after(tenant, (UUID,))
    within = rights.reach(who(), Act.READ_TITLE_DECISIONS, today())
    with database().reading(tenant) as session:
        found = listing(
            session,
            tenant,
            limit=query["limit"] + 1,
            year=query.get("year"),
            within=within,
            after=left[0] if left else None,
        )
    return cursors.page(tenant, found, query["limit"], as_of=today(), key=lambda one: (one.id,), show=show)


@resource.get("/proposals/<uuid:proposal>", Act.READ_TITLE_DECISIONS, answers=OneProposalAnswer)
def show_proposal(proposal: UUID) -> Any:
    """A proposal with its meeting and its workers"""
    with database().reading(who().tenant) as session:
        found = proposals.find(session, who().tenant, proposal)
        try:
            unit_of(session, found.unit, Act.READ_TITLE_DECISIONS)
        except BadRequest:
            raise NotFound(Fault("path/proposal", str(proposals.UnknownProposal(proposal)))) from None
        return _proposal(session, found)


@resource.post(
    "/title-decisions",
    Act.DECIDE_TITLES,
    query=DryRun,
    body=TitleDecisionBody,
    answers=OneTitleDecisionAnswer,
    status=201,
)
def decide_titles(query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Record a decision about many workers, all of it or nothing

    Whoever is granted holds the title from then on. The same decision sent again is the one that is there already.
    Every fault is told by its place, with the worker's number: an unknown signer, a number that the body used already
    that year, a day before the proposal, a worker with a title of the year.
    """
    refused = [Refused(one["worker"], one["reason"]) for one in body["refused"]]
    granted = len(body["granted"])
    whom = set(body["granted"])
    why = [one["worker"] for one in body["despite"]]
    wrong = [
        Fault(f"/despite/{at}/worker", f"{one!r} is not among those granted")
        for at, one in enumerate(why)
        if one not in whom
    ]
    wrong += [
        Fault(f"/despite/{at}/worker", f"{one!r} stands here twice") for at, one in enumerate(why) if one in why[:at]
    ]
    if wrong:
        raise BadRequest(*wrong)

    def place(row: int, column: str) -> str:
        if row <= granted:
            return f"/granted/{row - 1}"
        return f"/refused/{row - granted - 1}/{_FIELDS.get(column, column)}"

    with changing(who().tenant, dry_run=query["dry_run"]) as session:
        try:
            made = decisions.decide(
                session,
                who().tenant,
                who(),
                body["body"],
                body["year"],
                number=body["number"],
                decided_on=body["decided_on"],
                signer=body["signer"],
                granted=body["granted"],
                refused=refused,
                despite={one["worker"]: one["reason"] for one in body["despite"]},
                now=now(),
            )
        except ImportFaults as error:
            raise _pointed(error, place) from None
        return _decision(session, made)


@resource.get("/title-decisions/<uuid:decision>", Act.READ_TITLE_DECISIONS, answers=OneTitleDecisionAnswer)
def show_title_decision(decision: UUID) -> Any:
    """A decision with its workers, those whom the caller may see"""
    with database().reading(who().tenant) as session:
        found = _decision(session, decisions.find(session, who().tenant, decision))
    if not found["workers"] and not rights.reach(who(), Act.READ_TITLE_DECISIONS, today()).everything:
        raise NotFound(Fault("path/decision", str(decisions.UnknownDecision(decision))))
    return found


_FIELDS = {"number": "worker", "votes": "votes_for"}


def _pointed(error: ImportFaults, place: Any) -> BadRequest:
    return BadRequest(
        *(Fault(place(one.row, one.column) if one.row else f"/{one.column}", one.message) for one in error.faults)
    )


def _proposal(session: Session, one: Proposal) -> Mapping[str, Any]:
    within = rights.reach(who(), Act.READ_TITLE_DECISIONS, today())
    members = proposals.proposed(session, who().tenant, one.id, within=within)
    return {
        "as_of": today(),
        "proposal": _proposed(one),
        "workers": [
            {
                "worker": each.number, "full_name": each.full_name, "votes_for": each.votes_for,
                "votes_of": each.votes_of, "despite": each.despite,
            }
            for each in members
        ],
    }  # fmt: skip


def _proposed(one: Proposal) -> Mapping[str, Any]:
    shown = {"id": one.id, "unit": one.unit, "year": one.year, **asdict(one.meeting)}
    return {**shown, "proposed_by": one.proposed_by, "proposed": one.proposed}


def _decision(session: Session, one: Decision) -> Mapping[str, Any]:
    within = rights.reach(who(), Act.READ_TITLE_DECISIONS, today())
    members = decisions.decided(session, who().tenant, one.id, within=within)
    return {
        "as_of": today(),
        "decision": asdict(one),
        "workers": [
            {"worker": each.number, "full_name": each.full_name, "step": each.step, "reason": each.reason}
            for each in members
        ],
    }
