"""/api/disputes: workers dispute evidence or its absence; officers answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence import disputes
from certification.evidence.disputes import Disputed
from certification.resources import cursors
from certification.resources.access import caller, changing, database, known_worker, now, pepper, today, who
from certification.resources.frame import Resource
from certification.resources.parameters import YEAR, Body, Paging
from certification.resources.shapes import Answer, AsOf, Page
from certification.resources.speaking import in_the_name_of, oneself_or_officer, record_id

resource = Resource("disputes", "Evidence that workers dispute, or that is missing, and how it was answered.")


class DisputesParameters(Paging):
    """In which state; all when left out."""

    state = fields.String(validate=validate.OneOf(tuple(disputes.STATES)))


class OpenBody(Body):
    """What is disputed."""

    year = fields.Integer(required=True, strict=True, validate=YEAR)
    statement = fields.UUID(allow_none=True, metadata={"description": "null: evidence is missing."})
    reason = fields.String(required=True)


class DisputeReasonBody(Body):
    """Why."""

    reason = fields.String(required=True)


class AnswerBody(Body):
    """The answer, in a unit's name."""

    outcome = fields.String(required=True, validate=validate.OneOf(disputes.OUTCOMES))
    unit = fields.String(required=True, metadata={"description": "The code of a unit of the caller's branch."})
    reason = fields.String(required=True)
    added = fields.UUID(allow_none=True, metadata={"description": "The Statement that was added."})


class DisputeAnswer(Answer):
    """A dispute as it stands."""

    id = fields.UUID()
    worker = fields.String()
    year = fields.Integer()
    statement = fields.UUID(allow_none=True)
    words = fields.String()
    state = fields.String()
    due = fields.Date(metadata={"description": "The day by which it is to be answered."})
    opened_on = fields.Date()
    closed_on = fields.Date(allow_none=True)


class DisputeStepAnswer(Answer):
    """What was done about it."""

    place = fields.Integer()
    what = fields.String()
    outcome = fields.String(allow_none=True)
    unit = fields.String(allow_none=True)
    reason = fields.String()
    statement_id = fields.UUID(allow_none=True)
    recorded_by = fields.String()
    recorded = fields.DateTime()


class DisputesAnswer(Page):
    """Disputes by the day they are due."""

    items = fields.List(fields.Nested(DisputeAnswer))


class OneDisputeAnswer(AsOf):
    """A dispute with every step."""

    dispute = fields.Nested(DisputeAnswer)
    steps = fields.List(fields.Nested(DisputeStepAnswer))


@resource.get("/disputes", Act.READ_DISPUTES, query=DisputesParameters, answers=DisputesAnswer)
def list_disputes(query: Mapping[str, Any]) -> Any:
    """Disputes that the caller may see, the most urgent first"""
    tenant = caller().tenant
    left = cursors.after(tenant, (date, UUID))
    with database().reading(tenant) as session:
        found = disputes.listing(
            session,
            tenant,
            state=query.get("state"),
            within=rights.reach(who(), Act.READ_DISPUTES, today()),
            limit=query["limit"] + 1,
            after=None if left is None else (left[0], left[1]),
        )
    return cursors.page(tenant, found, query["limit"], as_of=today(), key=lambda one: (one.due, one.id), show=_shown)


@resource.post("/workers/<path:number>/disputes", Act.DISPUTE, body=OpenBody, answers=OneDisputeAnswer, status=201)
def open_dispute(number: str, body: Mapping[str, Any]) -> Any:
    """Dispute a piece of evidence, or that one is missing"""
    tenant = caller().tenant
    with changing(tenant) as session:
        worker = known_worker(session, number, Act.DISPUTE)
        one = disputes.open_dispute(
            session,
            tenant,
            worker.number,
            year=body["year"],
            statement_id=body.get("statement"),
            reason=body["reason"],
            witness=oneself_or_officer(session, worker, Act.DISPUTE),
            now=now(),
        )
        return _one(session, worker.id, one)


@resource.get("/workers/<path:number>/disputes/<id>", Act.READ_DISPUTES, answers=OneDisputeAnswer)
def show_dispute(number: str, id: str) -> Any:
    """A dispute with every step"""
    dispute_id = record_id(id)
    with database().reading(caller().tenant) as session:
        worker = known_worker(session, number, Act.READ_DISPUTES)
        one = disputes.find(session, caller().tenant, worker.number, dispute_id)
        return _one(session, worker.id, one)


@resource.post(
    "/workers/<path:number>/disputes/<id>/answer", Act.ANSWER_DISPUTES, body=AnswerBody, answers=OneDisputeAnswer
)
def answer_dispute(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Answer a dispute in a unit's name

    The evidence is kept, is voided by this, or was added. Nobody answers one's own, nor what one opened.
    """
    tenant = caller().tenant
    with changing(tenant) as session:
        worker = known_worker(session, number, Act.ANSWER_DISPUTES)
        one = disputes.answer(
            session,
            tenant,
            worker.number,
            record_id(id),
            outcome=body["outcome"],
            unit=in_the_name_of(session, body["unit"], Act.ANSWER_DISPUTES, "/unit"),
            reason=body["reason"],
            witness=rights.witness(session, who(), Act.ANSWER_DISPUTES, today()),
            secret=pepper(),
            now=now(),
            added=body.get("added"),
        )
        return _one(session, worker.id, one)


@resource.post(
    "/workers/<path:number>/disputes/<id>/withdraw", Act.DISPUTE, body=DisputeReasonBody, answers=OneDisputeAnswer
)
def withdraw_dispute(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Take a dispute back, by whoever opened it"""
    return _again(disputes.withdraw, number, id, body)


@resource.post(
    "/workers/<path:number>/disputes/<id>/reopen", Act.DISPUTE, body=DisputeReasonBody, answers=OneDisputeAnswer
)
def reopen_dispute(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Say that the answer does not settle it"""
    return _again(disputes.reopen, number, id, body)


def _again(act: Any, number: str, id_: str, body: Mapping[str, Any]) -> Any:
    with changing(caller().tenant) as session:
        worker = known_worker(session, number, Act.DISPUTE)
        witness = oneself_or_officer(session, worker, Act.DISPUTE)
        told = {"reason": body["reason"], "witness": witness, "now": now()}
        one = act(session, caller().tenant, worker.number, record_id(id_), **told)
        return _one(session, worker.id, one)


def _one(session: Any, worker_id: UUID, one: Disputed) -> Mapping[str, Any]:
    steps = disputes.history(session, caller().tenant, worker_id, one.id)
    return {"as_of": today(), "dispute": _shown(one), "steps": steps}


def _shown(one: Disputed) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "worker": one.number,
        "year": one.year,
        "statement": one.statement_id,
        "words": one.words,
        "state": one.state,
        "due": one.due,
        "opened_on": one.opened_on,
        "closed_on": one.closed_on,
    }
