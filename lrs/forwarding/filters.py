"""Which Statements a destination is to have: an object of fields, all of which have to hold; {} is every Statement.

    verbs           ids of verbs, any of which it has
    activities      ids of activities, any of which is its object
    activity_types  types, any of which its object has in the Statement itself
    platforms       texts, any of which is its context's platform
    keys            keys of this store, by any of which it was stored

What else may be asked comes from whoever knows more of Statements (`Named`), under names of its own. A Statement that
voids another one goes where that one went (`lrs.forwarding.sending`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lrs.db import Session
from lrs.errors import Fault, InvalidRequest

__all__ = ["FIELDS", "More", "Named", "Takes", "check", "made"]

FIELDS = ("verbs", "activities", "activity_types", "platforms", "keys")
MOST = 1000
"""So many values a field may have."""

Takes = Callable[[Mapping[str, Any]], bool]
"""Whether a stored Statement is to be forwarded."""


@dataclass(frozen=True, slots=True)
class Named:
    """A field that somebody else understands: `check` gives what is wrong with its value, `made` what asks by it."""

    check: Callable[[Any], list[str]]
    made: Callable[[Session, UUID, Any, datetime], Takes]


More = Mapping[str, Named]


def check(document: Any, more: More) -> None:
    """Raise InvalidRequest, with every fault, for what is no filter."""
    if not isinstance(document, dict):
        raise InvalidRequest.at("filter", "a filter is an object; {} is every Statement")
    faults = []
    for name, value in document.items():
        place = f"filter/{name}"
        if name in more:
            faults += [Fault(place, message) for message in more[name].check(value)]
        elif name not in FIELDS:
            known = ", ".join((*FIELDS, *more))
            faults.append(Fault(place, f"there is no such field; there are {known}"))
        elif not _is_texts(value):
            faults.append(Fault(place, f"write a list of 1 to {MOST} texts, any of which is to fit"))
    if faults:
        raise InvalidRequest(faults)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MOST and all(isinstance(one, str) and one for one in value)


def made(session: Session, tenant: UUID, document: Mapping[str, Any], more: More, *, now: datetime) -> Takes:
    """What asks by a filter that was checked. Raises InvalidRequest for one that is not understood any more: then
    nothing is to be forwarded by it."""
    check(dict(document), more)
    asked = [_of_field(tenant, name, frozenset(document[name])) for name in FIELDS if name in document]
    asked += [more[name].made(session, tenant, value, now) for name, value in document.items() if name in more]
    return lambda statement: all(takes(statement) for takes in asked)


def _of_field(tenant: UUID, name: str, wanted: frozenset[str]) -> Takes:
    home = f"urn:uuid:{tenant}"

    def key(statement: Mapping[str, Any]) -> str | None:
        account = statement["authority"].get("account") or {}
        return account.get("name") if account.get("homePage") == home else None

    read: Mapping[str, Takes] = {
        "verbs": lambda statement: statement["verb"]["id"] in wanted,
        "activities": lambda statement: statement["object"].get("id") in wanted and _is_activity(statement),
        "activity_types": lambda statement: (statement["object"].get("definition") or {}).get("type") in wanted,
        "platforms": lambda statement: (statement.get("context") or {}).get("platform") in wanted,
        "keys": lambda statement: key(statement) in wanted,
    }
    return read[name]


def _is_activity(statement: Mapping[str, Any]) -> bool:
    return bool(statement["object"].get("objectType", "Activity") == "Activity")
