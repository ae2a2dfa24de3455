"""/api/sources: other stores that Statements are pulled from, how far that is, and what of them is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields, validate

from certification.access import sources
from certification.access.permissions import Act
from certification.resources.access import changing, database, everything, now, pepper, today, who
from certification.resources.destinations import WhyBody, hosts
from certification.resources.frame import Resource
from certification.resources.parameters import REASON, Body
from certification.resources.shapes import Answer, AsOf
from lrs import api
from lrs.api import Source

resource = Resource("sources", "Other stores that Statements are pulled from.")

_TEXT = validate.Length(min=1, max=500)


class SourceBody(Body):
    """How a store is pulled from. Where address, parameters or `since` change, it begins anew."""

    endpoint = fields.String(
        required=True, validate=_TEXT, metadata={"description": "Its xAPI endpoint, without `/statements` at the end."}
    )
    username = fields.String(required=True, validate=_TEXT)
    password = fields.String(
        allow_none=True, load_default=None, validate=_TEXT,
        metadata={"description": "Left out, the one kept for the same address and user stays."},
    )  # fmt: skip
    version = fields.String(load_default="1.0.3", validate=validate.OneOf(list(api.VERSIONS)))
    parameters = fields.Dict(
        load_default=dict, metadata={"description": "`verb`, `activity`, `registration`, `related_activities`."}
    )
    since = fields.AwareDateTime(allow_none=True, load_default=None, format="iso", default_timezone=UTC)
    until = fields.AwareDateTime(allow_none=True, load_default=None, format="iso", default_timezone=UTC)
    every = fields.Integer(load_default=300, metadata={"description": "Seconds between two rounds."})
    overlap = fields.Integer(
        load_default=600, metadata={"description": "So many seconds are asked for again each round."}
    )
    reason = fields.String(required=True, validate=REASON)


class SourceAnswer(Answer):
    """A store that is pulled from; all but the password."""

    name = fields.String()
    endpoint = fields.String()
    version = fields.String()
    username = fields.String()
    parameters = fields.Dict()
    since = fields.DateTime(allow_none=True)
    until = fields.DateTime(allow_none=True)
    every = fields.Integer()
    overlap = fields.Integer()
    made = fields.DateTime()
    paused = fields.DateTime(allow_none=True)
    reached = fields.DateTime(
        allow_none=True, metadata={"description": "Up to which `stored` of the other store all is here."}
    )
    under_way = fields.Boolean()
    stored = fields.Integer(metadata={"description": "How many Statements it brought that were new here."})
    failures = fields.Integer()
    again_at = fields.DateTime(allow_none=True)
    tried = fields.DateTime(allow_none=True)
    answer = fields.String(metadata={"description": "What it answered last."})
    finished = fields.DateTime(allow_none=True)
    refused = fields.Integer(metadata={"description": "How many are not taken here, up to 10,001."})


class SourcesAnswer(AsOf):
    """By name."""

    sources = fields.List(fields.Nested(SourceAnswer))


class OneSourceAnswer(AsOf):
    """The source as it is now."""

    source = fields.Nested(SourceAnswer)


class FaultOfStatementAnswer(Answer):
    """What is wrong, and where in the Statement."""

    place = fields.String()
    message = fields.String()


class RefusedAnswer(Answer):
    """A Statement of the other store; `statement` is its id there, or a digest where it has none."""

    statement = fields.String()
    faults = fields.List(fields.Nested(FaultOfStatementAnswer))
    refused = fields.DateTime()


class RefusalsAnswer(AsOf):
    """At most 100, the last first."""

    refusals = fields.List(fields.Nested(RefusedAnswer))


class SourceRemovedAnswer(AsOf):
    """Nothing comes from there any more."""


@resource.get("/sources", Act.READ_DESTINATIONS, answers=SourcesAnswer)
def list_sources() -> Any:
    """Where Statements are pulled from, and how far that is"""
    everything(Act.READ_DESTINATIONS)
    with database().reading(who().tenant) as session:
        found = api.sources(session, who().tenant)
    return {"as_of": today(), "sources": [_shown(one) for one in found]}


@resource.put("/sources/<name>", Act.CHANGE_DESTINATIONS, body=SourceBody, answers=OneSourceAnswer)
def set_source(name: str, body: Mapping[str, Any]) -> Any:
    """Pull Statements from a store, or change how

    Its host has to be among OUTGOING_HOSTS of the installation.
    """
    everything(Act.CHANGE_DESTINATIONS)
    told = {key: value for key, value in body.items() if key not in ("reason", "since", "until")}
    told |= {key: _utc(body[key]) for key in ("since", "until")}
    with changing(who().tenant) as session:
        made = sources.set_source(session, who().tenant, name, hosts=hosts(), pepper=pepper(), **told, **_told(body))
    return {"as_of": today(), "source": _shown(made)}


@resource.post("/sources/<name>/pause", Act.CHANGE_DESTINATIONS, body=WhyBody, answers=OneSourceAnswer)
def pause_source(name: str, body: Mapping[str, Any]) -> Any:
    """Ask nothing for the time being"""
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        sources.pause(session, who().tenant, name, **_told(body))
    return _one(name)


@resource.post("/sources/<name>/resume", Act.CHANGE_DESTINATIONS, body=WhyBody, answers=OneSourceAnswer)
def resume_source(name: str, body: Mapping[str, Any]) -> Any:
    """Go on at once, also where it rests or waits after a failure"""
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        sources.resume(session, who().tenant, name, **_told(body))
    return _one(name)


@resource.post("/sources/<name>/remove", Act.CHANGE_DESTINATIONS, body=WhyBody, answers=SourceRemovedAnswer)
def remove_source(name: str, body: Mapping[str, Any]) -> Any:
    """Pull from there no more

    What came stays.
    """
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        sources.remove(session, who().tenant, name, **_told(body))
    return {"as_of": today()}


@resource.get("/sources/<name>/refusals", Act.READ_DESTINATIONS, answers=RefusalsAnswer)
def list_refusals(name: str) -> Any:
    """What a store has and this one does not take, and why"""
    everything(Act.READ_DESTINATIONS)
    with database().reading(who().tenant) as session:
        found = sources.refusals(session, who().tenant, name)
    return {"as_of": today(), "refusals": found}


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)


def _one(name: str) -> Any:
    with database().reading(who().tenant) as session:
        found = sources.find(session, who().tenant, name)
    return {"as_of": today(), "source": _shown(found)}


def _told(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"by": who().name, "reason": body["reason"], "now": now()}


def _shown(one: Source) -> dict[str, Any]:
    return {name: getattr(one, name) for name in SourceAnswer().fields}
