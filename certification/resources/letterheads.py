"""/api/units/<code>/letterhead, …/signers: how documents of a unit are headed on a day, and who signs them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.resources.access import changing, database, now, today, who
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, Body
from certification.resources.shapes import Answer, AsOf
from certification.resources.units import UnitParameters
from certification.units import letterheads, organizations
from certification.units.letterheads import Letterhead, Signer
from certification.units.trees import UnknownOrganization
from lrs.db import Session

resource = Resource("letterheads", "How documents of a unit are headed on a day, and who may sign for it.")

_LINE = validate.Length(max=letterheads.AT_MOST)
_NO_DAY: dict[str, Any] = {"invalid": "write it as yyyy-mm-dd"}


class LetterheadAnswer(Answer):
    """Lines of a letterhead; a line break stands where the line breaks."""

    parent = fields.String(allow_none=True, metadata={"description": "The body above; null: none is printed."})
    issuer = fields.String()
    place = fields.String(allow_none=True)
    symbol = fields.String(allow_none=True, metadata={"description": "LĐLĐ of 05/BC-LĐLĐ, say."})
    recipients = fields.List(fields.String())
    address = fields.String(allow_none=True)
    told_from = fields.Date(
        allow_none=True, metadata={"description": "From which day somebody said so; null: worked out of the trees."}
    )


class OneLetterheadAnswer(AsOf):
    """How documents are headed on the day."""

    letterhead = fields.Nested(LetterheadAnswer)


class LetterheadBody(Body):
    """How documents are headed from a day on."""

    starts = fields.Date(required=True, validate=DAY, error_messages=_NO_DAY)
    issuer = fields.String(required=True, validate=_LINE)
    parent = fields.String(allow_none=True, validate=_LINE)
    place = fields.String(allow_none=True, validate=_LINE)
    symbol = fields.String(allow_none=True, validate=_LINE)
    recipients = fields.List(fields.String(validate=_LINE), load_default=list)
    address = fields.String(allow_none=True, validate=_LINE)


class SignerAnswer(Answer):
    """Who may sign."""

    id = fields.UUID()
    name = fields.String()
    office = fields.String()
    authority = fields.String(allow_none=True, metadata={"description": "The line above the office."})
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True, metadata={"description": "The last day; null: open."})
    source = fields.String()


class SignersAnswer(AsOf):
    """Who may sign on the day."""

    signers = fields.List(fields.Nested(SignerAnswer))


class SignerBody(Body):
    """Who may sign from a day on."""

    name = fields.String(required=True, validate=_LINE)
    office = fields.String(required=True, validate=_LINE)
    authority = fields.String(allow_none=True, validate=_LINE)
    starts = fields.Date(required=True, validate=DAY, error_messages=_NO_DAY)
    last = fields.Date(
        allow_none=True, validate=DAY, error_messages=_NO_DAY, metadata={"description": "The last day, if it is known."}
    )
    source = fields.String(required=True, validate=_LINE, metadata={"description": "The document that says so."})


class EndSignerBody(Body):
    """The last day on which somebody signs, and why it ends."""

    last = fields.Date(required=True, validate=DAY, error_messages=_NO_DAY)
    reason = fields.String(required=True, validate=_LINE)


@resource.get("/units/<path:code>/letterhead", Act.READ_LETTERHEADS, query=UnitParameters, answers=OneLetterheadAnswer)
def show_letterhead(code: str, query: Mapping[str, Any]) -> Any:
    """How documents of a unit are headed on a day

    What nobody has told is worked out of the trees, and `told_from` is null then.
    """
    on: date = query.get("on") or today()
    with database().reading(who().tenant) as session:
        _within_reach(session, code, Act.READ_LETTERHEADS)
        found = letterheads.letterhead(session, who().tenant, code, on)
    return {"as_of": on, "letterhead": _shown(found)}


@resource.post(
    "/units/<path:code>/letterhead", Act.CHANGE_LETTERHEADS, body=LetterheadBody, answers=OneLetterheadAnswer
)
def set_letterhead(code: str, body: Mapping[str, Any]) -> Any:
    """Say how documents of a unit are headed from a day on

    Documents of earlier days stay headed as they were. Saying it again for the same day replaces what was said.
    """
    told = Letterhead(
        body["issuer"],
        body.get("parent"),
        body.get("place"),
        body.get("symbol"),
        tuple(body["recipients"]),
        body.get("address"),
    )
    with changing(who().tenant) as session:
        _within_reach(session, code, Act.CHANGE_LETTERHEADS)
        letterheads.set_letterhead(session, who().tenant, code, told, starts=body["starts"], by=who().name, now=now())
        found = letterheads.letterhead(session, who().tenant, code, body["starts"])
    return {"as_of": body["starts"], "letterhead": _shown(found)}


@resource.get("/units/<path:code>/signers", Act.READ_LETTERHEADS, query=UnitParameters, answers=SignersAnswer)
def list_signers(code: str, query: Mapping[str, Any]) -> Any:
    """Who may sign for a unit on a day"""
    on: date = query.get("on") or today()
    with database().reading(who().tenant) as session:
        _within_reach(session, code, Act.READ_LETTERHEADS)
        found = letterheads.signers(session, who().tenant, code, on)
    return {"as_of": on, "signers": [_signer(one) for one in found]}


@resource.post("/units/<path:code>/signers", Act.CHANGE_LETTERHEADS, body=SignerBody, answers=SignersAnswer, status=201)
def add_signer(code: str, body: Mapping[str, Any]) -> Any:
    """Say who may sign for a unit from a day on; answers everybody who may on that day"""
    with changing(who().tenant) as session:
        _within_reach(session, code, Act.CHANGE_LETTERHEADS)
        letterheads.add_signer(
            session,
            who().tenant,
            code,
            name=body["name"],
            office=body["office"],
            authority=body.get("authority"),
            starts=body["starts"],
            last=body.get("last"),
            source=body["source"],
            by=who().name,
            now=now(),
        )
        found = letterheads.signers(session, who().tenant, code, body["starts"])
    return {"as_of": body["starts"], "signers": [_signer(one) for one in found]}


@resource.post(
    "/units/<path:code>/signers/<uuid:signer>/end",
    Act.CHANGE_LETTERHEADS,
    body=EndSignerBody,
    answers=SignersAnswer,
)
def end_signer(code: str, signer: UUID, body: Mapping[str, Any]) -> Any:
    """Say that somebody signs no more after a day; answers everybody who may still sign on that day"""
    with changing(who().tenant) as session:
        _within_reach(session, code, Act.CHANGE_LETTERHEADS)
        letterheads.end_signer(
            session,
            who().tenant,
            code,
            signer,
            last=body["last"],
            reason=body["reason"],
            by=who().name,
            now=now(),
        )
        found = letterheads.signers(session, who().tenant, code, body["last"])
    return {"as_of": body["last"], "signers": [_signer(one) for one in found]}


def _within_reach(session: Session, code: str, act: Act) -> None:
    """Raise NotFound for a unit that the act may not be about, as for one that never was."""
    nodes = organizations.nodes(session, who().tenant)
    if code not in nodes or not rights.may(session, who(), act, today(), organization=nodes[code].id):
        raise NotFound(Fault("path/code", str(UnknownOrganization(code))))


def _shown(found: Letterhead) -> Mapping[str, Any]:
    return {
        "parent": found.parent,
        "issuer": found.issuer,
        "place": found.place,
        "symbol": found.symbol,
        "recipients": list(found.recipients),
        "address": found.address,
        "told_from": found.told_from,
    }


def _signer(one: Signer) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "office": one.office,
        "authority": one.authority,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "source": one.source,
    }
