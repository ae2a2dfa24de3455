"""From a checked document to the row that keeps it. Touches no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from lrs.db import new_id
from lrs.statements.keys import VOIDED, activity_key, agent_key, verb_key
from lrs.statements.validate import encode

_STORED = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


def read_exact(text: str) -> dict[str, Any]:
    """A stored Statement's text as a document; it was checked when it came in and is not checked again."""
    return _STORED.decode(text)


@dataclass(frozen=True, slots=True)
class Row:
    """A Statement ready to be stored, but for its place and its `stored`."""

    id: UUID
    actor_key: int | None
    verb_key: int
    object_key: int | None
    registration: UUID | None
    authority_key: int
    member_keys: frozenset[int]
    """Keys of the members of Groups that are Actor or Object: the Statement is found by them too."""
    voids: UUID | None
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

    The store sets `id` where none was sent, `authority` (whatever was sent: xAPI 1.0.3 Data 2.4.9), `stored`, and
    `version` where none was sent (Data 2.4.10).
    """
    finished = {key: value for key, value in document.items() if key not in ("stored", "authority")}
    statement_id = UUID(finished["id"]) if "id" in finished else new_id()
    finished["id"] = str(statement_id)
    finished.setdefault("version", version)
    finished["authority"] = authority
    _list_context_activities(finished)
    actor, verb, target = finished["actor"], finished["verb"]["id"], finished["object"]
    registration = finished.get("context", {}).get("registration")
    voids = UUID(target["id"]) if verb == VOIDED and target.get("objectType") == "StatementRef" else None
    authority_key = agent_key(authority)
    assert authority_key is not None  # noqa: S101 — the store's own Authority always has an account
    return Row(
        id=statement_id,
        actor_key=agent_key(actor),
        verb_key=verb_key(verb),
        object_key=_object_key(target),
        registration=UUID(registration) if registration else None,
        authority_key=authority_key,
        member_keys=_member_keys(actor) | _member_keys(target),
        voids=voids,
        document=finished,
        text=encode(finished),
    )


def _list_context_activities(document: dict[str, Any]) -> None:
    """Make a single context Activity a list of one: that is how it has to be returned (xAPI 1.0.3 Data 2.4.6.2)."""
    for holder in (document, document["object"]):
        kinds: dict[str, Any] = holder.get("context", {}).get("contextActivities", {})
        for kind, activities in kinds.items():
            if isinstance(activities, dict):
                kinds[kind] = [activities]


def _object_key(target: Mapping[str, Any]) -> int | None:
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        return activity_key(target["id"])
    if kind in ("Agent", "Group"):
        return agent_key(target)
    return None


def _member_keys(group: Mapping[str, Any]) -> frozenset[int]:
    if group.get("objectType") != "Group":
        return frozenset()
    return frozenset(key for key in map(agent_key, group.get("member", ())) if key is not None)
