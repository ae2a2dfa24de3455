"""What is known of Agents: the names that Statements give them (xAPI 1.0.3 Communication 2.4).

`lrs.definitions` hands over what was said, in the order it was stored; nobody else writes here. Two identifiers are
never taken for one person: xAPI asks for "increased, explicitly given permissions" before a store tells such things.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lrs.db import Session, among
from lrs.models import AgentNames, Base
from lrs.statements.keys import ifi_text, key_of

__all__ = ["MOST_NAMES", "forget", "merge", "names_in", "person", "restore"]

MOST_NAMES = 20
"""So many names of an Agent are kept, the ones seen last; a platform that makes up a name a day fills no table."""

_NAMES = Base.metadata.tables[AgentNames.__tablename__]


def person(session: Session, tenant: UUID, agent: Mapping[str, Any]) -> dict[str, Any]:
    """The Person Object of an Agent: its one identifier, and every name it is known by, the one asked with included.

    Names are those that had been merged when `lrs.definitions.catch_up` was last called.
    """
    ifi = _ifi(agent)
    names = _known(session, tenant, [ifi]).get(ifi, [])
    if "name" in agent and agent["name"] not in names:
        names = [*names, agent["name"]]
    answer: dict[str, Any] = {"objectType": "Person"}
    if names:
        answer["name"] = names
    return answer | {key: [agent[key]] for key in ("mbox", "mbox_sha1sum", "openid", "account") if key in agent}


def names_in(statement: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Canonical identifier and name of each Agent that a Statement names, wherever it stands."""
    for agent in _agents(statement):
        if "name" in agent:
            yield _ifi(agent), agent["name"]


def merge(session: Session, tenant: UUID, said: Sequence[tuple[str, str]]) -> None:
    """Take over names, in the order given; a few SQL commands, however many. There must be one writer at a time."""
    if not said:
        return
    known = _known(session, tenant, {ifi for ifi, _ in said})
    new: dict[str, list[str]] = {}
    for ifi, name in said:
        names = new.get(ifi, known.get(ifi, []))
        if name not in names:
            new[ifi] = [*names, name][-MOST_NAMES:]
    restore(session, tenant, new)


def restore(session: Session, tenant: UUID, names: Mapping[str, Sequence[str]]) -> None:
    """Let these be the names of the Agents with these canonical identifiers, whatever was known of them."""
    rows = [
        {"tenant_id": tenant, "agent_key": key_of(ifi), "ifi": ifi, "names": msgspec.json.encode(known).decode()}
        for ifi, known in names.items()
    ]
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        insert = dialect.insert(_NAMES)
        # Of two Agents with one key, the first is kept: the other is answered with the name it is asked with.
        replace = insert.on_conflict_do_update(
            index_elements=["tenant_id", "agent_key"],
            set_={"names": insert.excluded.names},
            where=_NAMES.c.ifi == insert.excluded.ifi,
        )
        session.execute(replace, rows)


def forget(session: Session, tenant: UUID, ifi: str) -> None:
    """Remove the names of the Agent whose identifier has this canonical text."""
    session.execute(
        sa.delete(_NAMES).where(_NAMES.c.tenant_id == tenant, _NAMES.c.agent_key == key_of(ifi), _NAMES.c.ifi == ifi)
    )


def _known(session: Session, tenant: UUID, ifis: Collection[str]) -> dict[str, list[str]]:
    keys = [key_of(ifi) for ifi in ifis]
    rows = session.execute(
        sa.select(_NAMES.c.ifi, _NAMES.c.names).where(
            _NAMES.c.tenant_id == tenant, among(session, _NAMES.c.agent_key, keys)
        )
    )
    wanted = set(ifis)
    return {row.ifi: msgspec.json.decode(row.names) for row in rows if row.ifi in wanted}


def _agents(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every Agent of a Statement: alone, as a member of a Group, in the context, in its SubStatement."""
    context = statement.get("context", {})
    actors = [
        statement["actor"],
        *(context[key] for key in ("instructor", "team") if key in context),
        *(each["agent"] for each in context.get("contextAgents", ())),
        *(each["group"] for each in context.get("contextGroups", ())),
    ]
    target = statement["object"]
    kind = target.get("objectType")
    if kind == "SubStatement":
        yield from _agents(target)
    elif kind in ("Agent", "Group"):
        actors.append(target)
    for actor in actors:
        if actor.get("objectType") == "Group":
            yield from actor.get("member", ())
        else:
            yield actor


def _ifi(agent: Mapping[str, Any]) -> str:
    text = ifi_text(agent)
    assert text is not None  # noqa: S101 — only a Group can be without identifier
    return text
