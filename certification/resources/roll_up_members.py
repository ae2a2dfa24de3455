"""/api/roll-up-members: whose signed roll-ups are gathered here, and the keys by which they are verified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.federation import members
from certification.resources.access import changing, database, everything, now, today, who
from certification.resources.destinations import WhyBody
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, REASON, Body
from certification.resources.shapes import Answer, AsOf
from certification.resources.speaking import record_id

resource = Resource("roll-up members", "Whose signed roll-ups are gathered here, and the keys that verify them.")

_TEXT = validate.Length(min=1, max=600)


class RollUpMemberBody(Body):
    """Who, from which cut-off day on."""

    unit = fields.String(required=True, validate=_TEXT, metadata={"description": "The code of its unit."})
    did = fields.String(required=True, validate=_TEXT)
    key = fields.String(
        required=True, validate=_TEXT,
        metadata={"description": "Name and Multikey of its key, as its installation shows it: `2026-1 z6Mk…`."},
    )  # fmt: skip
    since = fields.Date(required=True, format="iso", validate=DAY)
    reason = fields.String(required=True, validate=REASON)


class EndRollUpMemberBody(Body):
    """The last cut-off day for which it is asked, and why."""

    until = fields.Date(required=True, format="iso", validate=DAY)
    reason = fields.String(required=True, validate=REASON)


class RollUpKeyBody(Body):
    """Another key."""

    key = fields.String(required=True, validate=_TEXT)
    reason = fields.String(required=True, validate=REASON)


class RollUpKeyAnswer(Answer):
    """A key."""

    name = fields.String()
    multikey = fields.String()
    added = fields.DateTime()
    ended = fields.DateTime(
        allow_none=True, metadata={"description": "From when on nothing is taken that it signed."}
    )  # fmt: skip


class RollUpMemberAnswer(Answer):
    """A member."""

    id = fields.UUID()
    unit = fields.String()
    name = fields.String()
    did = fields.String()
    since = fields.Date()
    until = fields.Date(allow_none=True)
    keys = fields.List(fields.Nested(RollUpKeyAnswer))


class OneRollUpMemberAnswer(AsOf):
    """The member as it is now."""

    member = fields.Nested(RollUpMemberAnswer)


class RollUpMembersAnswer(AsOf):
    """All there ever were, by unit."""

    installations = fields.List(fields.Nested(RollUpMemberAnswer))


@resource.get("/roll-up-members", Act.GATHER_ROLL_UPS, answers=RollUpMembersAnswer)
def list_roll_up_members() -> Any:
    """Whose roll-ups are gathered"""
    everything(Act.GATHER_ROLL_UPS)
    with database().reading(who().tenant) as session:
        found = members.members(session, who().tenant)
    return {"as_of": today(), "installations": [_shown(one) for one in found]}


@resource.post(
    "/roll-up-members", Act.GATHER_ROLL_UPS, body=RollUpMemberBody, answers=OneRollUpMemberAnswer, status=201
)
def add_roll_up_member(body: Mapping[str, Any]) -> Any:
    """Take up a member

    Its unit may stand neither above nor below another member's: the same people would be in the sum twice.
    """
    everything(Act.GATHER_ROLL_UPS)
    told = {name: value for name, value in body.items() if name != "unit"}
    with changing(who().tenant) as session:
        one = members.add(session, who().tenant, organization=body["unit"], by=who().name, now=now(), **told)
    return {"as_of": today(), "member": _shown(one)}


@resource.post(
    "/roll-up-members/<id>/end", Act.GATHER_ROLL_UPS, body=EndRollUpMemberBody, answers=OneRollUpMemberAnswer
)
def end_roll_up_member(id: str, body: Mapping[str, Any]) -> Any:
    """Ask a member for no cut-off after a day; what came stays"""
    everything(Act.GATHER_ROLL_UPS)
    with changing(who().tenant) as session:
        members.end(session, who().tenant, record_id(id), by=who().name, now=now(), **body)
        one = members.find(session, who().tenant, record_id(id))
    return {"as_of": today(), "member": _shown(one)}


@resource.post("/roll-up-members/<id>/keys", Act.GATHER_ROLL_UPS, body=RollUpKeyBody, answers=OneRollUpMemberAnswer)
def add_roll_up_key(id: str, body: Mapping[str, Any]) -> Any:
    """Take another key of a member, beside those it has"""
    everything(Act.GATHER_ROLL_UPS)
    with changing(who().tenant) as session:
        members.add_key(session, who().tenant, record_id(id), by=who().name, now=now(), **body)
        one = members.find(session, who().tenant, record_id(id))
    return {"as_of": today(), "member": _shown(one)}


@resource.post(
    "/roll-up-members/<id>/keys/<name>/end", Act.GATHER_ROLL_UPS, body=WhyBody, answers=OneRollUpMemberAnswer
)
def end_roll_up_key(id: str, name: str, body: Mapping[str, Any]) -> Any:
    """Take nothing more that a key signed; what came before stays"""
    everything(Act.GATHER_ROLL_UPS)
    with changing(who().tenant) as session:
        members.end_key(session, who().tenant, record_id(id), name, by=who().name, now=now(), **body)
        one = members.find(session, who().tenant, record_id(id))
    return {"as_of": today(), "member": _shown(one)}


def _shown(one: members.Member) -> dict[str, Any]:
    return {
        "id": one.id,
        "unit": one.organization,
        "name": one.name,
        "did": one.did,
        "since": one.since,
        "until": one.until,
        "keys": [
            {"name": key.name, "multikey": key.multikey, "added": key.added, "ended": key.ended} for key in one.keys
        ],
    }
