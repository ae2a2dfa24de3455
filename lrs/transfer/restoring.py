"""What an export holds beside Statements, put back as it was. Nothing is taken on trust: a file can be edited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import schemas
from lrs import activities, actors, documents
from lrs.db import Session
from lrs.documents import Context, Kept
from lrs.errors import Fault, InvalidRequest
from lrs.privacy import OpaqueAccounts, refuse_telling
from lrs.provenance import Chain
from lrs.statements.keys import ifi_text
from lrs.statements.lines import Outcome
from lrs.statements.validate import check_iri, check_timestamp, decode
from lrs.transfer import form

__all__ = ["check_definition", "checked_chain", "restore_definitions", "restore_document"]

_NEEDED = {"state": (True, True), "agent_profile": (False, True), "activity_profile": (True, False)}
"""Whether a document of this kind is about an Activity, and whether about an Agent."""

_IFI = re.compile(r"(mbox mailto:|mbox_sha1sum [0-9a-f]{40}\Z|openid .|account .+\|)")
_HEADER = re.compile(r"[\t\x20-\x7e\x80-\xff]{1,1000}\Z")
_LATEST = 253402300799_000000
"""The last second of the year 9999, in microseconds since 1970."""


def restore_document(
    session: Session,
    tenant: UUID,
    number: int,
    line: form.Document,
    *,
    replacing: bool,
    accounts: OpaqueAccounts | None = None,
) -> Outcome:
    """Put a document back and say what became of it; raises InvalidRequest.

    With `accounts` it is kept under the opaque account of the Agent, as if it came by a request.
    """
    with_activity, with_agent = _NEEDED[line.of]
    if (line.activity is not None, line.agent is not None) != (with_activity, with_agent):
        raise InvalidRequest.at(
            "/of", f"a document of {line.of} is about another Activity and Agent than the line says"
        )
    if line.registration is not None and line.of != "state":
        raise InvalidRequest.at("/registration", "only State has a registration")
    if line.activity is not None:
        check_iri(line.activity, "/activity")
    agent = line.agent
    if agent is not None:
        _check_ifi(agent)
        if accounts is not None:
            refuse_telling(accounts, _agent_of(agent), "/agent")
            agent = ifi_text(accounts.actor(_agent_of(agent)))
    if not line.id:
        raise InvalidRequest.at("/id", "must not be empty")
    if not _HEADER.match(line.content_type):
        raise InvalidRequest.at("/content_type", "is nothing that can stand in a header")
    if not 0 <= line.updated <= _LATEST:
        raise InvalidRequest.at("/updated", "is no moment between 1970 and 9999, in microseconds")
    context = Context(line.of, line.activity, agent, line.registration)
    kept = Kept(line.content_type, line.content, line.updated)
    result = documents.restore(session, tenant, context, line.id, kept, replacing=replacing)
    if result == "refused":
        message = "another document is there under this id; it was left as it is"
        return Outcome(number, None, result, (Fault("/id", message, ""),))
    return Outcome(number, None, result)


def restore_definitions(session: Session, tenant: UUID, lines: Sequence[form.Activity | form.Agent]) -> None:
    """Put back what was known of Activities and Agents, all of it checked with `check_definition`."""
    known = {one.id: decode(bytes(one.definition)) for one in lines if isinstance(one, form.Activity)}
    activities.restore(session, tenant, known)
    actors.restore(session, tenant, {one.agent: one.names for one in lines if isinstance(one, form.Agent)})


def check_definition(line: form.Activity | form.Agent) -> None:
    """Raise InvalidRequest for what cannot be known of an Activity or Agent."""
    if isinstance(line, form.Agent):
        _check_ifi(line.agent)
        return
    check_iri(line.id, "/id")
    _require("xapi/activity#/$defs/definition", decode(bytes(line.definition)), "/definition")


def checked_chain(chain: Sequence[dict[str, Any]]) -> Chain:
    """The same chain; raises InvalidRequest where it is none."""
    for index, store in enumerate(chain):
        place = f"/provenance/{index}"
        if not store or store.keys() - {"stored", "authority"}:
            raise InvalidRequest.at(place, "holds what a store said: its stored, its authority, or both")
        if "stored" in store:
            check_timestamp(store["stored"], f"{place}/stored")
        if "authority" in store:
            _require("xapi/actor#/$defs/authority", store["authority"], f"{place}/authority")
    return chain


def _check_ifi(text: str) -> None:
    if not _IFI.match(text) or "\0" in text:
        raise InvalidRequest.at("/agent", "is not the canonical text of an identifier, such as account homePage|name")


def _agent_of(ifi: str) -> dict[str, Any]:
    """The Agent that a checked canonical text names. No IRI holds a bar, so the first one ends the home page."""
    kind, _, rest = ifi.partition(" ")
    if kind == "account":
        home_page, _, name = rest.partition("|")
        return {"account": {"homePage": home_page, "name": name}}
    return {kind: rest}


def _require(schema: str, value: Any, place: str) -> None:
    if not schemas.validator(schema).is_valid(value):
        found = schemas.faults(schema, value)
        raise InvalidRequest([Fault(place + fault.place, fault.message, fault.clause) for fault in found])
