"""/api/data-requests: what workers ask about their data, and how it is met in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence.cases import NotSo
from certification.people.workers import Person
from certification.privacy import requests
from certification.privacy.requests import Request
from certification.resources.access import changing, database, known_worker, now, today, who
from certification.resources.cases import CaseReasonBody, StepAnswer, listed, with_steps
from certification.resources.errors import Conflict, Fault
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, Body, Paging
from certification.resources.shapes import Answer, AsOf, Page
from certification.resources.speaking import oneself_or_officer, record_id
from certification.rules.personal_data import REQUESTS
from lrs.db import Session

resource = Resource("data requests", "What workers ask about their data, and by when it is met.")

STEPS = {
    "extend": requests.extend,
    "meet": requests.meet,
    "refuse": requests.refuse,
    "lift": requests.lift,
}


class DataRequestsParameters(Paging):
    """In which state; all when left out."""

    state = fields.String(validate=validate.OneOf(tuple(requests.STATES)))


class AskAboutDataBody(Body):
    """What is asked."""

    kind = fields.String(required=True, validate=validate.OneOf(REQUESTS))
    reason = fields.String(required=True, metadata={"description": "In the worker's own words."})
    purpose = fields.String(
        allow_none=True, load_default=None, metadata={"description": "About this use of the data; null: every use."}
    )
    received_on = fields.Date(
        allow_none=True,
        load_default=None,
        validate=DAY,
        error_messages={"invalid": "not a day; write it as yyyy-mm-dd"},
        metadata={"description": "The day it came on paper; today when left out."},
    )


class ConfirmRequestBody(CaseReasonBody):
    """What the worker was told."""

    with_others = fields.Boolean(
        truthy={True}, falsy={False}, load_default=False, metadata={"description": "Others have to act as well."}
    )


class RequestStepBody(CaseReasonBody):
    """Which step, and why."""

    step = fields.String(required=True, validate=validate.OneOf(tuple(STEPS)))


class DataRequestAnswer(Answer):
    """A request as it stands."""

    id = fields.UUID()
    worker = fields.String()
    kind = fields.String()
    purpose = fields.String(allow_none=True)
    words = fields.String()
    state = fields.String()
    due = fields.Date(metadata={"description": "The day of what is to be done next."})
    received_on = fields.Date()
    confirm_by = fields.Date()
    meet_by = fields.Date()
    with_others = fields.Boolean()
    unknown_years = fields.List(
        fields.Integer(),
        metadata={"description": "Of which no calendar of working days is loaded: there weeks alone were counted."},
    )
    closed_on = fields.Date(allow_none=True)


class DataRequestsAnswer(Page):
    """Requests by the day they are due."""

    items = fields.List(fields.Nested(DataRequestAnswer))


class OneDataRequestAnswer(AsOf):
    """A request with every step."""

    request = fields.Nested(DataRequestAnswer)
    steps = fields.List(fields.Nested(StepAnswer))


@resource.get("/data-requests", Act.READ_DATA_REQUESTS, query=DataRequestsParameters, answers=DataRequestsAnswer)
def list_data_requests(query: Mapping[str, Any]) -> Any:
    """Requests of workers whom the caller may see, the most urgent first"""
    return listed(requests.listing, Act.READ_DATA_REQUESTS, query)


@resource.get("/data-requests/overdue", Act.READ_DATA_REQUESTS, query=Paging, answers=DataRequestsAnswer)
def list_overdue_data_requests(query: Mapping[str, Any]) -> Any:
    """Requests that somebody should have acted on before today, the longest first"""

    def overdue(session: Session, tenant: UUID, *, state: None, **asked: Any) -> list[Request]:
        del state  # whichever of the open ones
        return requests.overdue(session, tenant, today(), **asked)

    return listed(overdue, Act.READ_DATA_REQUESTS, query)


@resource.post(
    "/workers/<path:number>/data-requests",
    Act.ASK_ABOUT_DATA,
    body=AskAboutDataBody,
    answers=OneDataRequestAnswer,
    status=201,
)
def open_data_request(number: str, body: Mapping[str, Any]) -> Any:
    """Ask to see, copy, correct, delete, restrict, object or withdraw

    By the worker, or by an officer for one who came in person. Asking to withdraw ends the consents at once.
    """
    with changing(who().tenant) as session:
        person = known_worker(session, number, Act.ASK_ABOUT_DATA)
        witness = oneself_or_officer(session, person, Act.ASK_ABOUT_DATA)
        made = requests.open_request(session, who().tenant, person.number, witness=witness, now=now(), **body)
        return _one(session, person, made)


@resource.get("/workers/<path:number>/data-requests/<id>", Act.READ_DATA_REQUESTS, answers=OneDataRequestAnswer)
def show_data_request(number: str, id: str) -> Any:
    """A request with every step"""
    with database().reading(who().tenant) as session:
        person = known_worker(session, number, Act.READ_DATA_REQUESTS)
        return _one(session, person, requests.find(session, who().tenant, person.number, record_id(id)))


@resource.post(
    "/workers/<path:number>/data-requests/<id>/confirm",
    Act.ANSWER_DATA_REQUESTS,
    body=ConfirmRequestBody,
    answers=OneDataRequestAnswer,
)
def confirm_data_request(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Keep that the worker was told that it came, and how it goes on"""
    return _answered(requests.confirm, number, id, body)


@resource.post(
    "/workers/<path:number>/data-requests/<id>/steps",
    Act.ANSWER_DATA_REQUESTS,
    body=RequestStepBody,
    answers=OneDataRequestAnswer,
)
def take_data_request_step(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Put a request off once, meet or refuse it, or lift a restriction

    Nobody answers the own request.
    """
    return _answered(STEPS[body["step"]], number, id, {"reason": body["reason"]})


@resource.post(
    "/workers/<path:number>/data-requests/<id>/take-back",
    Act.ASK_ABOUT_DATA,
    body=CaseReasonBody,
    answers=OneDataRequestAnswer,
)
def take_back_data_request(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Ask no more, by whoever asked"""
    with changing(who().tenant) as session:
        person = known_worker(session, number, Act.ASK_ABOUT_DATA)
        witness = oneself_or_officer(session, person, Act.ASK_ABOUT_DATA)
        told = {"reason": body["reason"], "witness": witness, "now": now()}
        return _one(session, person, requests.take_back(session, who().tenant, person.number, record_id(id), **told))


def _answered(step: Any, number: str, id_: str, body: Mapping[str, Any]) -> Any:
    with changing(who().tenant) as session:
        person = known_worker(session, number, Act.ANSWER_DATA_REQUESTS)
        witness = rights.witness(session, who(), Act.ANSWER_DATA_REQUESTS, today())
        try:
            done = step(session, who().tenant, person.number, record_id(id_), witness=witness, now=now(), **body)
        except NotSo as error:
            raise Conflict(Fault("/step", str(error))) from None
        return _one(session, person, done)


def _one(session: Session, person: Person, one: Request) -> Mapping[str, Any]:
    return with_steps("request", one, requests.history(session, who().tenant, person.id, one.id))
