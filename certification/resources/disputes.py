"""/api/disputes: workers dispute evidence or its absence; officers answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.evidence import disputes, retold
from certification.evidence.disputes import Disputed
from certification.evidence.retold_words import beside_words
from certification.resources.access import caller, changing, database, known_worker, pepper
from certification.resources.cases import (
    CaseReasonBody,
    InAUnitsNameBody,
    StepAnswer,
    by_officer,
    by_opener,
    listed,
    with_steps,
)
from certification.resources.frame import Resource
from certification.resources.parameters import YEAR, Body, Paging
from certification.resources.shapes import Answer, AsOf, Page, TellingAnswer
from certification.resources.speaking import record_id
from lrs.db import Session

resource = Resource("disputes", "Evidence that workers dispute, or that is missing, and how it was answered.")


class DisputesParameters(Paging):
    """In which state; all when left out."""

    state = fields.String(validate=validate.OneOf(tuple(disputes.STATES)))


class OpenBody(Body):
    """What is disputed."""

    year = fields.Integer(required=True, validate=YEAR)
    statement = fields.UUID(allow_none=True, metadata={"description": "null: evidence is missing."})
    reason = fields.String(required=True)


class AnswerBody(InAUnitsNameBody):
    """The answer, in a unit's name."""

    outcome = fields.String(required=True, validate=validate.OneOf(disputes.OUTCOMES))
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


class DisputeStepAnswer(StepAnswer):
    """What was done about a dispute."""

    outcome = fields.String(allow_none=True)
    reason = fields.String()


class DisputesAnswer(Page):
    """Disputes by the day they are due."""

    items = fields.List(fields.Nested(DisputeAnswer))


class DisputeBesideAnswer(Answer):
    """What else tells what the disputed Statement tells of the worker."""

    repeats = fields.List(fields.Nested(TellingAnswer), metadata={"description": "What counts in its place already."})
    again = fields.List(fields.Nested(TellingAnswer), metadata={"description": "What tells it again, not counted."})
    instead = fields.List(fields.Nested(TellingAnswer), metadata={"description": "What counts if it is voided."})
    words = fields.List(fields.String(), metadata={"description": "The same in Vietnamese."})


class OneDisputeAnswer(AsOf):
    """A dispute with every step."""

    dispute = fields.Nested(DisputeAnswer)
    steps = fields.List(fields.Nested(DisputeStepAnswer))
    beside = fields.Nested(
        DisputeBesideAnswer,
        allow_none=True,
        metadata={"description": "null: nothing else tells the same, or it is voided."},
    )


@resource.get("/disputes", Act.READ_DISPUTES, query=DisputesParameters, answers=DisputesAnswer)
def list_disputes(query: Mapping[str, Any]) -> Any:
    """Disputes that the caller may see, the most urgent first"""
    return listed(disputes.listing, Act.READ_DISPUTES, query)


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
            **by_opener(session, worker, Act.DISPUTE, body),
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

    The evidence is kept, is voided by this, or was added. Nobody answers one's own, nor what one opened. `beside` says
    what else tells the same of the worker, and what counts once this is voided.
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
            added=body.get("added"),
            secret=pepper(),
            **by_officer(session, Act.ANSWER_DISPUTES, body),
        )
        return _one(session, worker.id, one)


@resource.post(
    "/workers/<path:number>/disputes/<id>/withdraw", Act.DISPUTE, body=CaseReasonBody, answers=OneDisputeAnswer
)
def withdraw_dispute(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Take a dispute back, by whoever opened it"""
    return _again(disputes.withdraw, number, id, body)


@resource.post(
    "/workers/<path:number>/disputes/<id>/reopen", Act.DISPUTE, body=CaseReasonBody, answers=OneDisputeAnswer
)
def reopen_dispute(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Say that the answer does not settle it"""
    return _again(disputes.reopen, number, id, body)


def _again(act: Any, number: str, id_: str, body: Mapping[str, Any]) -> Any:
    with changing(caller().tenant) as session:
        worker = known_worker(session, number, Act.DISPUTE)
        told = by_opener(session, worker, Act.DISPUTE, body)
        one = act(session, caller().tenant, worker.number, record_id(id_), **told)
        return _one(session, worker.id, one)


def _one(session: Session, worker_id: UUID, one: Disputed) -> Mapping[str, Any]:
    shown = with_steps("dispute", one, disputes.history(session, caller().tenant, worker_id, one.id))
    return {**shown, "beside": _beside(session, worker_id, one)}


def _beside(session: Session, worker_id: UUID, one: Disputed) -> Mapping[str, Any] | None:
    if one.statement_id is None:
        return None
    found = retold.beside(session, caller().tenant, worker_id, one.statement_id)
    if found is None:
        return None
    parts = {"repeats": found.repeats, "again": found.again, "instead": found.instead}
    return {**parts, "words": list(beside_words(found))}
