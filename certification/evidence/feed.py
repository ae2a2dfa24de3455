"""Following the store's change feed: the only reader of it, and how far it has come.

`follow` takes one chunk of the feed; `release` goes back to Statements that waited for somebody to say whose they are;
`rebuild` takes the whole feed again. What a Statement gives, and the rows it becomes, is `evidence.facts`.

How nothing is lost and nothing counts twice. The facts of a Statement are always worked out afresh and *set*: what is
there already and still right stays, what is missing is added, what is no longer right goes. So taking a Statement again
does no harm, and voiding is setting the facts of the target to none. What a chunk says and how far the feed has been
read are written in one transaction, which moves the position only if nobody else has moved it. Whoever writes facts or
waiting Statements, or makes links, holds one lock of the tenant from the start of the transaction (`bulk.import_alone`;
on SQLite, the one writer's), so that a link made while a chunk is being taken is seen by one of the two, and neither
waits for the other half-way.

Reading and mapping happen before that transaction; it holds nothing but a handful of SQL commands, however many
Statements the chunk has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.evidence import facts, trust, waiting_list
from certification.models import FeedPosition
from certification.rules import evidence_mapping
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Database, Session

__all__ = ["CHUNK", "READER", "Followed", "follow", "rebuild", "reconsider", "release", "reread"]

READER = "evidence"
"""The name under which the position of this reader is kept."""

CHUNK = 300
"""Statements taken in one transaction: on SQLite, some 50 ms during which nobody else can write."""

_BEGINNING = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """What one step along the feed did.

    `changes`: Statements read; `facts`: facts added; `waiting`: pairs of Statement and Actor left waiting;
    `complete`: nothing newer was there. All 0 and not complete: another follower was quicker; ask again.
    """

    changes: int
    facts: int
    waiting: int
    complete: bool


# ---------------------------------------------------------------- following


def follow(database: Database, tenant: UUID, *, now: datetime, limit: int = CHUNK) -> Followed:
    """Takes the next `limit` changes of the tenant's feed, in transactions of its own.

    Several may follow at once: each change is taken by one of them. Raises NoMappingInForce when no evidence mapping is
    in force today (`now` in Vietnam); then nothing was taken, and nothing is lost by loading one later.
    """
    with database.reading(tenant) as session:
        position = _position(session, tenant)
        changes = api.changes(session, tenant, position or None, limit=limit)
        if not changes.statements:
            return Followed(0, 0, 0, complete=changes.complete)
        evidence_mapping.mapping_in_force(session, tenant, vietnam_day(now))
        reader = facts.Reader(session, tenant)
        targets = {
            target for one in changes.statements if (target := facts.target_of_voiding(one.document)) is not None
        }
        # The target of a voiding Statement may have been taken long ago; it is read again, and says nothing by now.
        voided = targets - {one.id for one in changes.statements}
        again = api.get_statements(session, tenant, voided) if voided else []
        readings = reader.read_all([*changes.statements, *again])
    with database.writing(tenant) as session:
        bulk.import_alone(session, tenant)
        # Rules loaded or trust decided since it was read: it is read again by those.
        if facts.version(session, tenant) != reader.version:
            return Followed(0, 0, 0, complete=False)
        if not _advance(session, tenant, READER, position, changes.token):
            return Followed(0, 0, 0, complete=False)
        written = facts.set_facts(session, tenant, readings)
    return Followed(len(changes.statements), written.added, written.waiting, complete=changes.complete)


def release(session: Session, tenant: UUID, *ifis: str) -> int:
    """Facts from the Statements that waited for these Actors, who must be linked by now, in the caller's transaction.

    Gives the number of Statements that waited. The workers concerned become stale. The caller has let nobody else
    import (`bulk.import_alone`) since before it made the links: then either the chunk being followed sees the link, or
    this sees the Statements it left waiting.
    """
    bulk.import_alone(session, tenant)
    return reread(session, tenant, waiting_list.take_off(session, tenant, ifis))


def reread(session: Session, tenant: UUID, statement_ids: Sequence[UUID]) -> int:
    """Works out the facts of these Statements again in the caller's transaction, for the links there are now; gives how
    many Statements there are. Whoever's facts change becomes stale. The caller has let nobody else import."""
    reader = facts.Reader(session, tenant)
    for ids in (statement_ids[start : start + CHUNK] for start in range(0, len(statement_ids), CHUNK)):
        facts.set_facts(session, tenant, reader.read_all(api.get_statements(session, tenant, ids)))
    return len(statement_ids)


def rebuild(database: Database, tenant: UUID, *, now: datetime, limit: int = CHUNK) -> Followed:
    """Works out the facts of every Statement again, from the beginning of the feed, in many short transactions.

    For a changed evidence mapping, and to prove that following lost nothing: afterwards the facts are the same,
    whatever they were before. Facts that are right stay in their place meanwhile, so figures do not drop to zero while
    it runs; the list of unknown Actors does. Only workers whose facts changed become stale. Broken off, it is taken up
    by whoever follows next.
    """
    with database.writing(tenant) as session:
        bulk.import_alone(session, tenant)
        # What waits is listed anew as it comes: an Actor erased from the store would be listed for ever.
        waiting_list.clear(session, tenant)
        session.execute(_position_row(sa.update(FeedPosition), tenant).values(token=_BEGINNING))
    changes = added = waiting = 0
    while True:
        step = follow(database, tenant, now=now, limit=limit)
        changes, added, waiting = changes + step.changes, added + step.facts, waiting + step.waiting
        if step.complete:
            return Followed(changes, added, waiting, complete=True)


def reconsider(database: Database, tenant: UUID, *, limit: int = CHUNK) -> int:
    """Reads anew the next `limit` Statements that a decision about trust concerns (`trust.decide`), in transactions of
    its own; gives how many, 0 when none is left. Broken off, it is taken up where it was; facts that are right stay."""
    with database.reading(tenant) as session:
        notes = session.execute(
            sa.select(FeedPosition.reader, FeedPosition.token)
            .where(FeedPosition.tenant_id == tenant, FeedPosition.reader.startswith(trust.REREADING, autoescape=True))
            .order_by(FeedPosition.reader)
            .limit(1)
        )
        note = notes.one_or_none()
        if note is None:
            return 0
        authority = note.reader.removeprefix(trust.REREADING)
        if authority == trust.ANYBODY:
            changes = api.changes(session, tenant, note.token or None, limit=limit)
        else:
            changes = api.vouched_for(session, tenant, authority, note.token or None, limit=limit)
        reader = facts.Reader(session, tenant)
        readings = reader.read_all(changes.statements)
    with database.writing(tenant) as session:
        # Where another follower or another decision was quicker, the next call takes what there is to take then.
        bulk.import_alone(session, tenant)
        if facts.version(session, tenant) != reader.version:
            return 1
        if not _advance(session, tenant, note.reader, note.token, changes.token):
            return 1
        facts.set_facts(session, tenant, readings)
        if changes.complete:
            session.execute(_position_row(sa.delete(FeedPosition), tenant, note.reader))
    return max(1, len(readings))


# ---------------------------------------------------------------- the position


def _position_row(command: Any, tenant: UUID, reader: str = READER) -> Any:
    return command.where(FeedPosition.tenant_id == tenant, FeedPosition.reader == reader)


def _position(session: Session, tenant: UUID) -> str:
    return session.scalar(_position_row(sa.select(FeedPosition.token), tenant)) or _BEGINNING


def _advance(session: Session, tenant: UUID, reader: str, old: str, new: str) -> bool:
    """Moves the position from `old` to `new`; False when it no longer stands at `old`. The caller imports alone."""
    if reader == READER and old == _BEGINNING:
        bulk.upsert(session, FeedPosition, [{"tenant_id": tenant, "reader": READER, "token": _BEGINNING}])
    moved = _position_row(sa.update(FeedPosition), tenant, reader).where(FeedPosition.token == old).values(token=new)
    return bool(session.execute(moved).rowcount)  # type: ignore[attr-defined]
