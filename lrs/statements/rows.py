"""From a checked document to the row that keeps it. Touches no database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid4

from lrs.statements.keys import (
    VOIDED,
    activity_key,
    agent_key,
    related_activity_key,
    related_agent_key,
    verb_key,
)
from lrs.statements.validate import check_timestamp, encode

_STORED = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


def read_exact(text: str) -> dict[str, Any]:
    """A stored Statement's text as a document; it was checked when it came in and is not checked again."""
    return _STORED.decode(text)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys under which a Statement is found; None where it has no such part."""

    actor: int | None
    verb: int
    object: int | None
    registration: UUID | None
    authority: int | None
    links: frozenset[int]
    """Members of Groups that are Actor or Object, and, as keys of their own kind, whatever else the Statement relates
    to (xAPI 1.0.3 Communication 2.1.3, related_agents and related_activities)."""


@dataclass(frozen=True, slots=True)
class Row:
    """A Statement ready to be stored, but for its place and its `stored`."""

    id: UUID
    keys: Keys
    refers_to: UUID | None
    """The Statement that is this one's Object."""
    voids: bool
    document: Mapping[str, Any]
    """What was sent, with `id`, `authority` and `version` as the store sets them."""
    text: str
    """The same as JSON, but for `stored` (and `timestamp` where none was sent)."""

    def exact(self, stored: str) -> str:
        """The finished text, for the instant of storing."""
        timestamp = "" if "timestamp" in self.document else f',"timestamp":"{stored}"'
        return f'{self.text[:-1]}{timestamp},"stored":"{stored}"}}'


def prepare(document: Mapping[str, Any], authority: Mapping[str, Any], version: str) -> Row:
    """Build the row of one checked Statement.

    The store sets `id` where none was sent (of version 4: clients exist that read none after 5), `authority` (whatever
    was sent: xAPI 1.0.3 Data 2.4.9), `stored`, and `version` where none was sent: 1.0.0 whatever 1.0.x was spoken, or
    2.0.0 (Data 2.4.10; xAPI 2.0.0 4.2.4.3). It gives timestamps in UTC (xAPI 2.0.0 4.2.7) and context Activities as
    lists.
    """
    finished = {key: value for key, value in document.items() if key not in ("stored", "authority")}
    statement_id = UUID(finished["id"]) if "id" in finished else uuid4()
    finished["id"] = finished["id"].lower() if "id" in finished else str(statement_id)
    finished.setdefault("version", "1.0.0" if version.startswith("1.") else "2.0.0")
    finished["authority"] = authority
    finished = unified(finished)
    target = finished["object"]
    refers_to = UUID(target["id"]) if target.get("objectType") == "StatementRef" else None
    return Row(
        id=statement_id,
        keys=keys_in(finished),
        refers_to=refers_to,
        voids=refers_to is not None and finished["verb"]["id"] == VOIDED,
        document=finished,
        text=encode(finished),
    )


def keys_in(finished: Mapping[str, Any]) -> Keys:
    """The keys of a finished Statement."""
    actor, target = finished["actor"], finished["object"]
    context = finished.get("context", {})
    registration = context.get("registration")
    links = _of_members(actor, agent_key) | _of_members(target, agent_key)
    for agent in _related_agents(target, context):
        links.add(related_agent_key(agent))
        links |= _of_members(agent, related_agent_key)
    links.update(related_activity_key(activity["id"]) for activity in _related_activities(target, context))
    return Keys(
        actor=agent_key(actor),
        verb=verb_key(finished["verb"]["id"]),
        object=_object_key(target),
        registration=UUID(registration) if registration else None,
        authority=agent_key(finished["authority"]),
        links=frozenset(key for key in links if key is not None),
    )


def unified(statement: Mapping[str, Any]) -> dict[str, Any]:
    """The Statement, and its SubStatement, in the one form in which this store gives them back."""
    result = dict(statement)
    target = result["object"]
    if target.get("objectType") == "SubStatement":
        result["object"] = target = dict(target)
        _unify(target)
    _unify(result)
    return result


def _unify(statement: dict[str, Any]) -> None:
    """Bring what may be written in several ways into the one in which it is given back.

    A single context Activity becomes a list of one (xAPI 1.0.3 Data 2.4.6.2), and a timestamp is told in UTC to all the
    digits it came with (xAPI 2.0.0 4.2.7).
    """
    timestamp = statement.get("timestamp")
    if timestamp is not None and not _UTC.match(timestamp):
        second = check_timestamp(timestamp).replace(microsecond=0, tzinfo=None).isoformat()
        fraction = _FRACTION.search(timestamp)
        statement["timestamp"] = f"{second}{f'.{fraction[1]}' if fraction else ''}Z"
    context = statement.get("context")
    if context is not None and "contextActivities" in context:
        kinds = context["contextActivities"].items()
        listed = {kind: [one] if isinstance(one, dict) else one for kind, one in kinds}
        statement["context"] = {**context, "contextActivities": listed}


_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:(?!60)\d\d(?:\.\d+)?(?:Z|\+00:00)\Z")
_FRACTION = re.compile(r"[.,](\d+)")


def _object_key(target: Mapping[str, Any]) -> int | None:
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        return activity_key(target["id"])
    if kind in ("Agent", "Group"):
        return agent_key(target)
    return None


def _of_members(group: Mapping[str, Any], key: Callable[[Mapping[str, Any]], int | None]) -> set[int | None]:
    if group.get("objectType") != "Group":
        return set()
    return {key(member) for member in group.get("member", ())}


def _related_agents(target: Mapping[str, Any], context: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every actor but the Statement's own Actor, Object and Authority, which have columns."""
    if "instructor" in context:
        yield context["instructor"]
    if "team" in context:
        yield context["team"]
    for each in context.get("contextAgents", ()):
        yield each["agent"]
    for each in context.get("contextGroups", ()):
        yield each["group"]
    if target.get("objectType") == "SubStatement":
        yield target["actor"]
        yield target["object"]  # without identifier and members, when it is no actor
        yield from _related_agents({}, target.get("context", {}))


def _related_activities(target: Mapping[str, Any], context: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every Activity but the Statement's own Object, which has a column."""
    for activities in context.get("contextActivities", {}).values():
        yield from activities
    if target.get("objectType") == "SubStatement":
        if target["object"].get("objectType", "Activity") == "Activity":
            yield target["object"]
        yield from _related_activities({}, target.get("context", {}))
