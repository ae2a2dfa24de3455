"""/api/roll-ups: figures of a unit for another installation's sum: drafted, looked at again, signed, sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.certificates.keys import Issuer
from certification.federation import making, recipients
from certification.federation.making import Made, UnknownRollUp
from certification.federation.recipients import Recipient
from certification.resources.access import caller, changing, database, everything, now, pepper, today, who
from certification.resources.attainment import seen_by
from certification.resources.destinations import WhyBody, hosts
from certification.resources.errors import BadRequest, Fault
from certification.resources.frame import Resource
from certification.resources.issuers import public_url
from certification.resources.parameters import DAY, REASON, Body
from certification.resources.shapes import Answer, AsOf
from certification.resources.speaking import in_the_name_of, record_id
from certification.targets.freezing import NotFrozen
from certification.targets.populations import ALL_ENTERPRISES, BASES
from certification.targets.rates import NotBound
from certification.units import organizations
from certification.units.trees import NotOnThatDay
from lrs.db import Session

__all__ = ["find_made", "issuer", "may_make"]

resource = Resource("roll-ups", "Figures of a unit, signed, for the sum of another installation.")

_TEXT = validate.Length(min=1, max=500)


class RollUpBody(Body):
    """What is counted, and why."""

    unit = fields.String(required=True, validate=_TEXT)
    plan = fields.String(required=True, validate=_TEXT)
    on = fields.Date(required=True, format="iso", validate=DAY, metadata={"description": "Cut-off day."})
    headcount_on = fields.Date(
        allow_none=True, load_default=None, format="iso", validate=DAY,
        metadata={"description": "The day whose headcount is the denominator; the cut-off day."},
    )  # fmt: skip
    basis = fields.String(load_default=ALL_ENTERPRISES, validate=validate.OneOf(BASES))
    reason = fields.String(required=True, validate=REASON)


class RollUpRecipientBody(Body):
    """Where what is signed goes over the network."""

    endpoint = fields.String(
        required=True, validate=_TEXT, metadata={"description": "Address of the installation that adds up."}
    )
    username = fields.String(required=True, validate=_TEXT, metadata={"description": "The key that it gave."})
    password = fields.String(
        allow_none=True, load_default=None, validate=_TEXT,
        metadata={"description": "The key's secret. Left out, the one kept for the same address and key stays."},
    )  # fmt: skip
    paused = fields.Boolean(load_default=False, metadata={"description": "Keep back what is signed."})
    reason = fields.String(required=True, validate=REASON)


class RollUpAnswer(Answer):
    """A roll-up made here. `state`: draft, signed, sent, refused, superseded."""

    id = fields.UUID()
    state = fields.String()
    edition = fields.Integer()
    unit = fields.String()
    plan = fields.String()
    cut_off = fields.Date()
    drafted = fields.DateTime()
    drafted_by = fields.String()
    signed = fields.DateTime(allow_none=True)
    signed_by = fields.String(allow_none=True)
    delivered = fields.DateTime(allow_none=True)
    refused = fields.String(allow_none=True)
    frozen_figures = fields.UUID(metadata={"description": "The figures frozen with it: /api/frozen-figures."})
    document = fields.Dict(metadata={"description": "schemas/certification/roll-up-1.json; a draft has no proof."})


class OneRollUpAnswer(AsOf):
    """The roll-up as it is now."""

    roll_up = fields.Nested(RollUpAnswer)


class RollUpsAnswer(AsOf):
    """At most 200, the newest first."""

    roll_ups = fields.List(fields.Nested(RollUpAnswer))


class RollUpRecipientAnswer(Answer):
    """Where they go; all but the secret."""

    endpoint = fields.String()
    username = fields.String()
    paused = fields.DateTime(allow_none=True)
    failures = fields.Integer()
    again_at = fields.DateTime(allow_none=True)
    tried = fields.DateTime(allow_none=True)
    answer = fields.String()
    waiting = fields.Integer()


class OneRollUpRecipientAnswer(AsOf):
    """The recipient; null where roll-ups are carried as files."""

    recipient = fields.Nested(RollUpRecipientAnswer, allow_none=True)


class RollUpDoneAnswer(AsOf):
    """It is done."""


@resource.get("/roll-ups", Act.READ_ROLL_UPS, answers=RollUpsAnswer)
def list_roll_ups() -> Any:
    """Roll-ups that were made here, of units of the caller's branches"""
    with database().reading(who().tenant) as session:
        seen = seen_by(session, caller(), Act.READ_ROLL_UPS)
        found = [one for one in making.made(session, who().tenant) if seen is None or one.document.unit in seen]
    return {"as_of": today(), "roll_ups": [_shown(one) for one in found]}


@resource.post("/roll-ups", Act.MAKE_ROLL_UPS, body=RollUpBody, answers=OneRollUpAnswer, status=201)
def draft_roll_up(body: Mapping[str, Any]) -> Any:
    """Count a unit against a plan, freeze the figures, and draft a roll-up of them

    A draft of the same question that nobody signed gives way; one that was signed is corrected. Look at it, then sign.
    """
    tenant, on = who().tenant, body["on"]
    days: dict[str, date] = {"on": on, "headcount_on": body["headcount_on"] or on}
    if ahead := [name for name, day in days.items() if day > today()]:
        raise BadRequest(*[Fault(f"/{name}", f"{days[name]} is still to come; today is {today()}") for name in ahead])
    to = issuer()
    try:
        with database().reading(tenant, snapshot=True) as session:
            code = in_the_name_of(session, body["unit"], Act.MAKE_ROLL_UPS, "/unit")
            told = {name: body[name] for name in ("plan", "on", "headcount_on", "basis", "reason")}
            prepared = making.prepare(session, tenant, code, by=who().name, now=now(), **told)
        with changing(tenant) as session:
            made = making.draft(session, tenant, prepared, issuer=to, now=now())
    except NotOnThatDay as error:
        raise BadRequest(Fault("/unit", str(error))) from None
    except (NotBound, UnknownRollUp) as error:
        raise BadRequest(Fault("/plan", str(error))) from None
    except NotFrozen as error:
        raise BadRequest(Fault("/on", str(error))) from None
    return {"as_of": today(), "roll_up": _shown(made)}


@resource.get("/roll-ups/<id>", Act.READ_ROLL_UPS, answers=OneRollUpAnswer)
def show_roll_up(id: str) -> Any:
    """One roll-up"""
    with database().reading(who().tenant) as session:
        made = find_made(session, record_id(id), Act.READ_ROLL_UPS)
    return {"as_of": today(), "roll_up": _shown(made)}


@resource.get("/roll-ups/<id>/file", Act.READ_ROLL_UPS, answers=None)
def roll_up_file(id: str) -> Response:
    """The very bytes that are sent, to be carried by hand"""
    with database().reading(who().tenant) as session:
        made = find_made(session, record_id(id), Act.READ_ROLL_UPS)
    return file_of(made)


@resource.post("/roll-ups/<id>/sign", Act.MAKE_ROLL_UPS, answers=OneRollUpAnswer)
def sign_roll_up(id: str) -> Any:
    """Sign a draft with the installation's key, for good

    Where there is a recipient it is sent now, and again until it has arrived. Signed already, it stays as it is.
    """
    with changing(who().tenant) as session:
        made = find_made(session, record_id(id), Act.MAKE_ROLL_UPS)
        told: dict[str, Any] = {"issuer": issuer(), "secret": pepper(), "by": who().name, "now": now()}
        made = making.sign(session, who().tenant, made.document.id, **told)
    return {"as_of": today(), "roll_up": _shown(made)}


@resource.post("/roll-ups/<id>/discard", Act.MAKE_ROLL_UPS, answers=RollUpDoneAnswer)
def discard_roll_up(id: str) -> Any:
    """Throw a draft away"""
    with changing(who().tenant) as session:
        made = find_made(session, record_id(id), Act.MAKE_ROLL_UPS)
        making.discard(session, who().tenant, made.document.id, by=who().name, now=now())
    return {"as_of": today()}


@resource.post("/roll-ups/<id>/send-again", Act.MAKE_ROLL_UPS, answers=RollUpDoneAnswer)
def send_roll_up_again(id: str) -> Any:
    """Send one that was refused once more, and whatever waits, at once"""
    with changing(who().tenant) as session:
        made = find_made(session, record_id(id), Act.MAKE_ROLL_UPS)
        recipients.send_again(session, who().tenant, made.document.id, by=who().name, now=now())
    return {"as_of": today()}


@resource.get("/roll-up-recipient", Act.READ_DESTINATIONS, answers=OneRollUpRecipientAnswer)
def show_roll_up_recipient() -> Any:
    """Where signed roll-ups go, and what was answered last"""
    everything(Act.READ_DESTINATIONS)
    with database().reading(who().tenant) as session:
        found = recipients.find(session, who().tenant)
    return {"as_of": today(), "recipient": None if found is None else _recipient(found)}


@resource.put("/roll-up-recipient", Act.CHANGE_DESTINATIONS, body=RollUpRecipientBody, answers=OneRollUpRecipientAnswer)
def set_roll_up_recipient(body: Mapping[str, Any]) -> Any:
    """Send signed roll-ups to an installation, or say otherwise how

    Its host has to be among OUTGOING_HOSTS of the installation.
    """
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        found = recipients.set_recipient(
            session, who().tenant, **body, hosts=hosts(), pepper=pepper(), by=who().name, now=now()
        )
    return {"as_of": today(), "recipient": _recipient(found)}


@resource.post("/roll-up-recipient/remove", Act.CHANGE_DESTINATIONS, body=WhyBody, answers=RollUpDoneAnswer)
def remove_roll_up_recipient(body: Mapping[str, Any]) -> Any:
    """Send none over the network any more"""
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        recipients.remove(session, who().tenant, by=who().name, reason=body["reason"], now=now())
    return {"as_of": today()}


def find_made(session: Session, id: UUID, act: Act) -> Made:
    """One made here of a unit that the caller may do this about. Raises UnknownRollUp, as for one that never was."""
    made = making.find(session, who().tenant, id)
    if not may_make(session, made.document.unit, act):
        raise UnknownRollUp(f"no roll-up was made here under {id}")
    return made


def may_make(session: Session, unit: str, act: Act = Act.MAKE_ROLL_UPS) -> bool:
    """Whether the caller may do this about roll-ups of a unit."""
    node = organizations.find(session, who().tenant, unit)
    return rights.may(session, who(), act, today(), organization=None if node is None else node.id) and (
        node is not None or rights.reach(who(), act, today()).everything
    )


def issuer() -> Issuer:
    """As whom this installation signs. Raises NoPublicAddress."""
    return Issuer.of(public_url(), who().tenant)


def file_of(made: Made) -> Response:
    """A roll-up to be saved."""
    one = made.document
    name = f"roll-up-{one.unit.replace('/', '-')}-{one.plan}-{one.cut_off}-{one.edition}.json"
    response = Response(one.content, mimetype="application/json")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _shown(one: Made) -> dict[str, Any]:
    return {
        "id": one.document.id,
        "state": one.state,
        "edition": one.document.edition,
        "unit": one.document.unit,
        "plan": one.document.plan,
        "cut_off": one.document.cut_off,
        "drafted": one.drafted,
        "drafted_by": one.drafted_by,
        "signed": one.signed,
        "signed_by": one.signed_by,
        "delivered": one.delivered,
        "refused": one.refused,
        "frozen_figures": one.freezing_id,
        "document": one.document.whole,
    }


def _recipient(one: Recipient) -> dict[str, Any]:
    return {name: getattr(one, name) for name in RollUpRecipientAnswer().fields}
