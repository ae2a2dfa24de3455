"""The same achievement told by several Statements, for people to see: which counts, which tell it again, who says so.

What counts and what repeats it is settled where facts are set (`evidence.repeats`); here it is read, and worked out
what would count if one of them were voided. `retold_words` says it in Vietnamese.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.evidence import trust
from certification.evidence.tellings import There
from certification.models import Repeat
from certification.rules import stated_facts
from certification.vietnam import VIETNAM
from lrs import api
from lrs.db import Session, among

__all__ = ["NAMED", "Beside", "Retold", "Telling", "beside", "of_counting", "tellings"]

NAMED = 10
"""So many of those that tell the same again are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A Statement, its day in Vietnam, what it is about (the activity's name or id) and who said it first: the name of
    the key, or of the authority."""

    statement: UUID
    day: date
    about: str
    said_by: str


@dataclass(frozen=True, slots=True)
class Retold:
    """A Statement that counts, and those that tell the same and do not: `others` in all, of which `again` are named."""

    counts: Telling
    again: tuple[Telling, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What else tells what a Statement tells of a worker. `repeats`: what counts in its place already; `again`: what
    repeats it; `instead`: what would begin to count if it were voided. Each at most `NAMED`."""

    statement: Telling
    repeats: tuple[Telling, ...]
    again: tuple[Telling, ...]
    instead: tuple[Telling, ...]


def of_counting(session: Session, tenant: UUID, worker_id: UUID, statement_ids: Collection[UUID]) -> dict[UUID, Retold]:
    """Of these Statements those that others repeat about this worker, with the others. As many SQL commands for a
    thousand as for one."""
    again: dict[UUID, list[UUID]] = defaultdict(list)
    rows = session.execute(
        sa.select(Repeat.repeats, Repeat.statement_id)
        .where(
            Repeat.tenant_id == tenant,
            Repeat.worker_id == worker_id,
            among(session, Repeat.repeats, statement_ids),
        )
        .distinct()
        .order_by(Repeat.repeats, Repeat.statement_id)
    )
    for counts, statement_id in rows:
        again[counts].append(statement_id)
    named = {one for each in again.values() for one in each[:NAMED]}
    told = tellings(session, tenant, named | again.keys())
    return {
        counts: Retold(told[counts], _of(told, each), len(each)) for counts, each in again.items() if counts in told
    }


def beside(session: Session, tenant: UUID, worker_id: UUID, statement_id: UUID) -> Beside | None:
    """What else tells what this Statement tells of the worker; None where nothing does, and where it is voided."""
    there = There(session, tenant, {statement_id}, ())
    if not there.repeated:
        return None
    after, _ = there.settled({})
    counted = {(one, what) for worker, one, what in there.facts if worker == worker_id}
    mine = [row for row in there.repeated.values() if row["worker_id"] == worker_id]
    repeats = sorted({row["repeats"] for row in mine if row["statement_id"] == statement_id})
    again = sorted({row["statement_id"] for row in mine if row["repeats"] == statement_id})
    then = {(one, what) for worker, one, what in after if worker == worker_id}
    instead = sorted({one for one, _ in then - counted})
    told = tellings(session, tenant, {statement_id, *repeats[:NAMED], *again[:NAMED], *instead[:NAMED]})
    if not (repeats or again) or statement_id not in told:
        return None
    return Beside(told[statement_id], _of(told, repeats), _of(told, again), _of(told, instead))


def _of(told: Mapping[UUID, Telling], ids: Sequence[UUID]) -> tuple[Telling, ...]:
    found = [told[one] for one in ids[:NAMED] if one in told]
    return tuple(sorted(found, key=lambda one: (one.day, one.statement)))


def tellings(session: Session, tenant: UUID, ids: Collection[UUID]) -> dict[UUID, Telling]:
    """What each of these Statements tells, in three SQL commands; those that are not there are left out."""
    if not ids:
        return {}
    chains = api.provenance(session, tenant, list(ids))
    names = trust.names(session, tenant)
    return {
        one.id: Telling(
            one.id,
            stated_facts.day_of(one.document, VIETNAM),
            _about(one.document["object"]),
            _said_by(one.document, chains.get(one.id, ()), names),
        )
        for one in api.get_statements(session, tenant, ids)
    }


def _about(activity: Mapping[str, Any]) -> str:
    named: Mapping[str, str] = activity.get("definition", {}).get("name", {})
    return named.get("vi") or next(iter(named.values()), None) or str(activity.get("id", ""))


def _said_by(statement: Mapping[str, Any], chain: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """Who is first of those who vouch for it; of a Group (an application with a user) its first member."""
    vouching = (*(store.get("authority") for store in chain), statement.get("authority"))
    authority: Mapping[str, Any] = next((one for one in vouching if one), {})
    agent = authority if api.ifi_text(authority) else next(iter(authority.get("member", ())), {})
    text = api.ifi_text(agent) or ""
    return names.get(text) or agent.get("name") or agent.get("account", {}).get("name") or text
