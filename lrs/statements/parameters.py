"""The query string of GET and PUT /statements, checked to the same rules as the Statements themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from lrs.errors import Fault, InvalidRequest
from lrs.privacy import OpaqueAccounts, known_as
from lrs.statements.query import Filters
from lrs.statements.validate import check_actor, check_iri, check_timestamp, check_uuid, decode

_CLAUSE = "xAPI 1.0.3 Communication 2.1.3"


@dataclass(frozen=True, slots=True)
class Shape:
    """How the answer is to be drawn."""

    format: str = "exact"
    attachments: bool = False


@dataclass(frozen=True, slots=True)
class Single:
    """One Statement asked for by id."""

    id: UUID
    voided: bool
    shape: Shape


@dataclass(frozen=True, slots=True)
class Listed:
    """A list asked for; `values` are the parsed parameters by name."""

    values: Mapping[str, Any]
    shape: Shape

    def filters(self, authority: Mapping[str, Any] | None, accounts: OpaqueAccounts | None) -> Filters:
        """The same as the query takes it, seen with the eyes of a reader who may see only this Authority's.

        The agent is looked for under its opaque account where the tenant has these.
        """
        values = dict(self.values)
        if "agent" in values:
            values["agent"] = known_as(accounts, values["agent"])
        return Filters(authority=authority, **values)


def _boolean(text: str, name: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidRequest.at(name, f"{text!r} is neither true nor false", _CLAUSE)
    return text == "true"


def _limit(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidRequest.at(name, f"{text!r} is not a whole number from 0 on", _CLAUSE)
    return int(text)


def _agent(text: str, name: str) -> Mapping[str, Any]:
    document = decode(text.encode("utf-8", "surrogatepass"), name)
    actor: Mapping[str, Any] = check_actor(document, name)
    return actor


def _format(text: str, name: str) -> str:
    if text not in ("exact", "ids", "canonical"):
        raise InvalidRequest.at(name, f"{text!r} is none of exact, ids and canonical", _CLAUSE)
    return text


_LISTED: dict[str, Callable[[str, str], Any]] = {
    "agent": _agent,
    "related_agents": _boolean,
    "verb": check_iri,
    "activity": check_iri,
    "related_activities": _boolean,
    "registration": check_uuid,
    "since": check_timestamp,
    "until": check_timestamp,
    "limit": _limit,
    "ascending": _boolean,
}
_SINGLE: dict[str, Callable[[str, str], Any]] = {"statementId": check_uuid, "voidedStatementId": check_uuid}
_ALWAYS: dict[str, Callable[[str, str], Any]] = {"format": _format, "attachments": _boolean}
_ALL = _LISTED | _SINGLE | _ALWAYS


def read_parameters(arguments: MultiDict[str, str], allowed: Collection[str] = tuple(_ALL)) -> Single | Listed:
    """Parse and check; raises InvalidRequest naming every parameter that is unknown, doubled, ill-formed or at odds."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name in arguments:
        if name not in allowed:
            known = ", ".join(allowed) or "none"
            faults.append(Fault(name, f"unknown parameter; known here (letter case counts): {known}", _CLAUSE))
            continue
        if len(arguments.getlist(name)) > 1:
            faults.append(Fault(name, "this parameter stands more than once", _CLAUSE))
            continue
        try:
            values[name] = _ALL[name](arguments[name], name)
        except InvalidRequest as error:
            faults += error.faults
    single = [name for name in _SINGLE if name in values]
    listed = [name for name in _LISTED if name in values]
    if len(single) == 2:
        faults.append(Fault("voidedStatementId", "ask for statementId or voidedStatementId, not for both", _CLAUSE))
    if single and listed:
        faults.append(Fault(single[0], f"cannot be combined with {', '.join(listed)}", _CLAUSE))
    if faults:
        raise InvalidRequest(faults)
    shape = Shape(**{name: values.pop(name) for name in _ALWAYS if name in values})
    if single:
        return Single(values[single[0]], single[0] == "voidedStatementId", shape)
    return Listed(values, shape)
