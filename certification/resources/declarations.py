"""/api/declarations: what workers declare of themselves, with a file, and what officers say to it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.evidence import declarations
from certification.evidence.declared import KINDS, Declared, Listed
from certification.resources.access import caller, changing, database, known_worker, now, pepper
from certification.resources.cases import (
    CaseReasonBody,
    InAUnitsNameBody,
    StepAnswer,
    by_officer,
    by_opener,
    listed,
    with_steps,
)
from certification.resources.errors import BadRequest, Fault
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, Body, Paging
from certification.resources.shapes import Answer, AsOf, Page
from certification.resources.speaking import BYTES, download, oneself_or_officer, record_id
from lrs.db import Session

resource = Resource("declarations", "Certificates and self-study that workers declare, and what officers say to them.")

MOST_BYTES = 44_000_000
"""Of a body: 30 MB, the most that a procedure may allow, in base64."""


class DeclarationsParameters(Paging):
    """In which state; all when left out."""

    state = fields.String(validate=validate.OneOf(tuple(declarations.STATES)))


class FileBody(Body):
    """A copy of what is declared."""

    name = fields.String(load_default="")
    content = fields.String(required=True, metadata={"description": "PDF, JPG or PNG, in base64.", "format": "byte"})


class DeclareBody(Body):
    """What is declared."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = fields.String(required=True)
    learned_on = fields.Date(required=True, validate=DAY)
    topics = fields.List(fields.String(), load_default=list, metadata={"description": "Codes of the evidence mapping."})
    provider = fields.String(allow_none=True, metadata={"description": "Who gave the certificate."})
    minutes = fields.Integer(allow_none=True)
    certificate_number = fields.String(allow_none=True)
    file = fields.Nested(FileBody, allow_none=True)


class DeclarationAnswer(Answer):
    """A declaration as it stands."""

    id = fields.UUID()
    worker = fields.String()
    kind = fields.String()
    title = fields.String()
    provider = fields.String(allow_none=True)
    topics = fields.List(fields.String())
    learned_on = fields.Date()
    minutes = fields.Integer(allow_none=True)
    certificate_number = fields.String(allow_none=True)
    file_name = fields.String(allow_none=True)
    sha256 = fields.String(allow_none=True)
    state = fields.String()
    due = fields.Date(metadata={"description": "The day by which somebody is to look at it."})
    statement = fields.UUID()
    same_file = fields.Integer(metadata={"description": "How many other workers declared this very file."})


class DeclarationStepAnswer(StepAnswer):
    """What was done about a declaration."""

    level = fields.Integer(allow_none=True)


class DeclarationsAnswer(Page):
    """Declarations by the day they are due."""

    items = fields.List(fields.Nested(DeclarationAnswer))


class OneDeclarationAnswer(AsOf):
    """A declaration with every step."""

    declaration = fields.Nested(DeclarationAnswer)
    steps = fields.List(fields.Nested(DeclarationStepAnswer))


@resource.get("/declarations", Act.READ_DECLARATIONS, query=DeclarationsParameters, answers=DeclarationsAnswer)
def list_declarations(query: Mapping[str, Any]) -> Any:
    """Declarations that the caller may see, the most urgent first"""
    return listed(declarations.listing, Act.READ_DECLARATIONS, query)


@resource.post(
    "/workers/<path:number>/declarations",
    Act.DECLARE,
    body=DeclareBody,
    most_bytes=MOST_BYTES,
    answers=OneDeclarationAnswer,
    status=201,
)
def declare_learning(number: str, body: Mapping[str, Any]) -> Any:
    """Declare a certificate from elsewhere, or self-study

    By the worker, or by somebody of the branch who types it in. It counts as E0 until somebody else confirms it.
    """
    said = Declared(
        body["kind"],
        body["title"],
        body["learned_on"],
        body["topics"],
        body.get("provider"),
        body.get("minutes"),
        body.get("certificate_number"),
    )
    file = body.get("file")
    data = None if file is None else _bytes(file["content"])
    with changing(caller().tenant) as session:
        worker = known_worker(session, number, Act.DECLARE)
        one = declarations.declare(
            session,
            caller().tenant,
            worker.number,
            said,
            file=data,
            file_name="" if file is None else file["name"],
            witness=oneself_or_officer(session, worker, Act.DECLARE),
            secret=pepper(),
            now=now(),
        )
        return _one(session, worker.id, one)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(Fault("/file/content", "not base64; send the file's bytes in base64")) from None


@resource.get("/workers/<path:number>/declarations/<id>", Act.READ_DECLARATIONS, answers=OneDeclarationAnswer)
def show_declaration(number: str, id: str) -> Any:
    """A declaration with every step"""
    tenant, declaration_id = caller().tenant, record_id(id)
    with database().reading(tenant) as session:
        worker = known_worker(session, number, Act.READ_DECLARATIONS)
        one = declarations.find(session, tenant, worker.number, declaration_id)
        return _one(session, worker.id, one)


@resource.get(
    "/workers/<path:number>/declarations/<id>/file",
    Act.READ_DECLARATIONS,
    answers=None,
    media_type=BYTES,
)
def show_declaration_file(number: str, id: str) -> Response:
    """The file of a declaration, to be saved"""
    with database().reading(caller().tenant) as session:
        worker = known_worker(session, number, Act.READ_DECLARATIONS)
        _, data, name = declarations.read_file(session, caller().tenant, worker.number, record_id(id))
    return download(data, name)


@resource.post(
    "/workers/<path:number>/declarations/<id>/confirm",
    Act.DECIDE_DECLARATIONS,
    body=InAUnitsNameBody,
    answers=OneDeclarationAnswer,
)
def confirm_declaration(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Confirm a declaration in a unit's name

    It then counts at the level the procedure allows. Nobody confirms one's own, nor what one typed in.
    """
    return _decide(declarations.confirm, number, id, body)


@resource.post(
    "/workers/<path:number>/declarations/<id>/refuse",
    Act.DECIDE_DECLARATIONS,
    body=InAUnitsNameBody,
    answers=OneDeclarationAnswer,
)
def refuse_declaration(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Refuse a declaration in a unit's name, also after it was confirmed"""
    return _decide(declarations.refuse, number, id, body)


@resource.post(
    "/workers/<path:number>/declarations/<id>/withdraw",
    Act.DECLARE,
    body=CaseReasonBody,
    answers=OneDeclarationAnswer,
)
def withdraw_declaration(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Take a declaration back, by whoever declared it"""
    return _decide(declarations.withdraw, number, id, body)


def _decide(decide: Any, number: str, id_: str, body: Mapping[str, Any]) -> Any:
    tenant = caller().tenant
    act = Act.DECIDE_DECLARATIONS if "unit" in body else Act.DECLARE
    with changing(tenant) as session:
        worker = known_worker(session, number, act)
        told = by_officer(session, act, body) if "unit" in body else by_opener(session, worker, act, body)
        one = decide(session, tenant, worker.number, record_id(id_), secret=pepper(), **told)
        return _one(session, worker.id, one)


def _one(session: Session, worker_id: UUID, one: Listed) -> Mapping[str, Any]:
    return with_steps("declaration", one, declarations.history(session, caller().tenant, worker_id, one.id))
