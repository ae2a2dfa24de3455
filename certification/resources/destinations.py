"""/api/destinations: where Statements are forwarded to, webhooks among them, how far that is, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app
from marshmallow import fields, validate

from certification.access import destinations
from certification.access.permissions import Act
from certification.resources.access import changing, database, everything, now, pepper, today, who
from certification.resources.frame import Resource
from certification.resources.parameters import REASON, Body, Parameters
from certification.resources.shapes import Answer, AsOf
from lrs import api
from lrs.api import Destination

resource = Resource("destinations", "Other stores that Statements are forwarded to.")

_TEXT = validate.Length(min=1, max=500)


class DestinationBody(Body):
    """How a store is forwarded to. Sent again for one that is there, it goes on from its place."""

    endpoint = fields.String(
        required=True, validate=_TEXT, metadata={"description": "Its xAPI endpoint, without `/statements` at the end."}
    )
    username = fields.String(required=True, validate=_TEXT)
    password = fields.String(
        allow_none=True, load_default=None, validate=_TEXT,
        metadata={"description": "Left out, the one kept for the same address and user stays."},
    )  # fmt: skip
    version = fields.String(load_default="2.0.0", validate=validate.OneOf(list(api.VERSIONS)))
    filter = fields.Dict(
        load_default=dict, metadata={"description": "Which Statements: see docs/operate.md; `{}` is all of them."}
    )
    from_beginning = fields.Boolean(
        load_default=False, metadata={"description": "Whether a new one begins with what is stored already."}
    )
    reason = fields.String(required=True, validate=REASON)


class WhyBody(Body):
    """Why."""

    reason = fields.String(required=True, validate=REASON)


class ReplayBody(WhyBody):
    """Which, too."""

    statements = fields.List(
        fields.UUID(), allow_none=True, load_default=None, validate=validate.Length(min=1, max=1000),
        metadata={"description": "Left out: all."},
    )  # fmt: skip


class LettersQuery(Parameters):
    """Which part of the list."""

    after = fields.Integer(
        load_default=0, validate=validate.Range(min=0), metadata={"description": "The `place` of the last one seen."}
    )


class DestinationAnswer(Answer):
    """Where Statements go; all but the password. `waiting` counts places of the store's order."""

    name = fields.String()
    kind = fields.String(
        metadata={
            "description": "`store`: an xAPI store; `webhook`: told by signed messages, without version and user."
        }
    )
    endpoint = fields.String()
    version = fields.String()
    username = fields.String()
    old_secret_until = fields.DateTime(
        allow_none=True, metadata={"description": "Until when a webhook's messages carry two signatures."}
    )
    filter = fields.Dict()
    made = fields.DateTime()
    paused = fields.DateTime(allow_none=True)
    waiting = fields.Integer()
    waiting_since = fields.DateTime(allow_none=True)
    delivered = fields.Integer()
    failures = fields.Integer(metadata={"description": "How often in a row it did not take what comes next."})
    again_at = fields.DateTime(allow_none=True)
    tried = fields.DateTime(allow_none=True)
    answer = fields.String(metadata={"description": "What it answered last."})
    took = fields.DateTime(allow_none=True, metadata={"description": "When it took something last."})
    dead_letters = fields.Integer(metadata={"description": "Up to 10,001."})


class DestinationsAnswer(AsOf):
    """By name."""

    destinations = fields.List(fields.Nested(DestinationAnswer))


class OneDestinationAnswer(AsOf):
    """The destination as it is now."""

    destination = fields.Nested(DestinationAnswer)


class LetterAnswer(Answer):
    """A Statement that was refused. `status` is the answer's; 0: it was not sent."""

    statement = fields.UUID()
    place = fields.Integer()
    status = fields.Integer()
    reason = fields.String()
    refused = fields.DateTime()
    again = fields.Boolean(metadata={"description": "Whether it waits to be sent again."})


class LettersAnswer(AsOf):
    """At most 100, in the order of the store."""

    dead_letters = fields.List(fields.Nested(LetterAnswer))


class ReplayedAnswer(AsOf):
    """How many will be sent again."""

    count = fields.Integer()


class RemovedAnswer(AsOf):
    """Nothing goes there any more."""


@resource.get("/destinations", Act.READ_DESTINATIONS, answers=DestinationsAnswer)
def list_destinations() -> Any:
    """Where Statements are forwarded to, and how far that is"""
    everything(Act.READ_DESTINATIONS)
    with database().reading(who().tenant) as session:
        found = api.destinations(session, who().tenant)
    return {"as_of": today(), "destinations": [shown(one) for one in found]}


@resource.put("/destinations/<name>", Act.CHANGE_DESTINATIONS, body=DestinationBody, answers=OneDestinationAnswer)
def set_destination(name: str, body: Mapping[str, Any]) -> Any:
    """Forward Statements to a store, or change how

    Its host has to be among OUTGOING_HOSTS of the installation.
    """
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        made = destinations.set_destination(
            session, who().tenant, name, endpoint=body["endpoint"], username=body["username"],
            password=body["password"], version=body["version"], filter=body["filter"],
            from_beginning=body["from_beginning"], hosts=hosts(), pepper=pepper(), **told(body),
        )  # fmt: skip
    return {"as_of": today(), "destination": shown(made)}


@resource.post("/destinations/<name>/pause", Act.CHANGE_DESTINATIONS, body=WhyBody, answers=OneDestinationAnswer)
def pause_destination(name: str, body: Mapping[str, Any]) -> Any:
    """Forward nothing there for the time being"""
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        destinations.pause(session, who().tenant, name, **told(body))
    return _one(name)


@resource.post("/destinations/<name>/resume", Act.CHANGE_DESTINATIONS, body=WhyBody, answers=OneDestinationAnswer)
def resume_destination(name: str, body: Mapping[str, Any]) -> Any:
    """Go on at once, also where it waits after a failure"""
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        destinations.resume(session, who().tenant, name, **told(body))
    return _one(name)


@resource.post("/destinations/<name>/remove", Act.CHANGE_DESTINATIONS, body=WhyBody, answers=RemovedAnswer)
def remove_destination(name: str, body: Mapping[str, Any]) -> Any:
    """Forward there no more

    Its place and its dead letters are forgotten. What it has it keeps.
    """
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        destinations.remove(session, who().tenant, name, **told(body))
    return {"as_of": today()}


@resource.get("/destinations/<name>/dead-letters", Act.READ_DESTINATIONS, query=LettersQuery, answers=LettersAnswer)
def list_dead_letters(name: str, query: Mapping[str, Any]) -> Any:
    """What a store refused, and why"""
    everything(Act.READ_DESTINATIONS)
    tenant = who().tenant
    with database().reading(tenant) as session:
        found = destinations.letters(session, tenant, name, after=query["after"])
    listed = [
        {
            "statement": one.statement, "place": one.seq, "status": one.status, "reason": one.reason,
            "refused": one.refused, "again": one.again,
        }
        for one in found
    ]  # fmt: skip
    return {"as_of": today(), "dead_letters": listed}


@resource.post("/destinations/<name>/replay", Act.CHANGE_DESTINATIONS, body=ReplayBody, answers=ReplayedAnswer)
def replay_dead_letters(name: str, body: Mapping[str, Any]) -> Any:
    """Send what was refused again, some or all"""
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        wanted: list[UUID] | None = body["statements"]
        count = destinations.replay(session, who().tenant, name, wanted, **told(body))
    return {"as_of": today(), "count": count}


def hosts() -> tuple[str, ...]:
    """Where destinations may lie."""
    found: tuple[str, ...] = current_app.extensions["settings"].outgoing_hosts
    return found


def _one(name: str) -> Any:
    with database().reading(who().tenant) as session:
        found = destinations.find(session, who().tenant, name)
    return {"as_of": today(), "destination": shown(found)}


def told(body: Mapping[str, Any]) -> dict[str, Any]:
    """By whom, why and when, for the record."""
    return {"by": who().name, "reason": body["reason"], "now": now()}


def shown(one: Destination) -> dict[str, Any]:
    """A destination as it is answered."""
    names = set(DestinationAnswer().fields) - {"dead_letters"}
    return {**{name: getattr(one, name) for name in sorted(names)}, "dead_letters": one.letters}
