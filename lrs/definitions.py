"""What Statements define (Activities, and names of Agents), merged after they are stored and never while they are.

One position for each tenant says up to which place of the order (`lrs.statements.order`) Statements have been merged.
Who merges moves it on by an UPDATE that names the old one, and writes what follows from the chunk in the same
transaction. So every Statement is merged once and in order, by whoever comes first; a second one waits for that row,
finds the position moved, and goes on from there. It is the first lock taken and the only one contended for: there is
nothing to deadlock with, however many batches meet on one Activity.

A reader calls `catch_up` before it asks, so that what was posted before is in the answer. `keep_up` does the same in
the background, so that a reader finds little left to do.
"""

from __future__ import annotations

import logging
import threading
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lrs import activities, actors, credentials, tenants
from lrs.db import NOBODY, Database, Session, is_postgresql
from lrs.models import Base, DefinitionsPosition
from lrs.outages import Outages
from lrs.statements import query
from lrs.statements.rows import read_exact

__all__ = ["CHUNK", "IDLE_SECONDS", "catch_up", "hold", "keep_up"]

CHUNK = 500
"""Statements merged in one transaction."""

IDLE_SECONDS = 2.0
"""How long `keep_up` waits before it looks again."""

_POSITION = Base.metadata.tables[DefinitionsPosition.__tablename__]

log = logging.getLogger(__name__)


def catch_up(database: Database, tenant: UUID) -> None:
    """Merge everything that is stored when this is called, in short transactions of its own.

    Call it outside of any session. When nothing is left to merge it costs two look-ups.
    """
    with database.reading(tenant) as session:
        goal = query.newest_place(session, tenant)
        position: int | None = _position(session, tenant)
    while position is not None and position < goal:
        position = _merge_next(database, tenant)


def hold(session: Session, tenant: UUID) -> None:
    """Let nobody merge anything of this tenant before the caller's transaction ends."""
    if is_postgresql(session):
        _start(session, tenant)
        session.execute(sa.select(_POSITION.c.seq).where(_POSITION.c.tenant_id == tenant).with_for_update())


def keep_up(database: Database, *, stop: threading.Event) -> None:
    """Catch up for every tenant in turn, again and again, until `stop` is set. What fails is logged and tried again."""
    outages = Outages(log, "merging what Statements define", IDLE_SECONDS)
    while not stop.wait(outages.pause):
        try:
            with database.reading(NOBODY) as session:
                everybody = tenants.tenants(session, sandboxes=True)
            for tenant, _ in everybody:
                catch_up(database, tenant)
            outages.succeeded()
        except Exception as error:
            outages.failed(error)


def _merge_next(database: Database, tenant: UUID) -> int | None:
    """Merge the next chunk, or find that somebody else just did; returns a place up to which all is merged.

    None when nothing comes after it: a sandbox that is emptied (`lrs.sandbox`) loses what was to be merged.
    """
    with database.reading(tenant) as session:
        position = _position(session, tenant)
        found = query.after(session, tenant, position, CHUNK, query.MOST_TEXT)
        definers = credentials.definers(session, tenant)
    if not found:
        return None
    documents = [read_exact(one.exact) for one in found]
    # xAPI 1.0.3 Communication 4.2, `define`: without it a Statement changes nothing of what is known.
    defining = [one for one in documents if one["authority"].get("account", {}).get("name") in definers]
    definitions = [pair for one in defining for pair in activities.activities_in(one)]
    names = [pair for one in defining for pair in actors.names_in(one)]
    with database.writing(tenant) as session:
        if not _advance(session, tenant, position, found[-1].seq):
            return position
        if not query.many(session, tenant, [found[-1].id]):
            _advance(session, tenant, found[-1].seq, position)  # emptied since it was read
            return None
        activities.merge(session, tenant, definitions)
        actors.merge(session, tenant, names)
    return found[-1].seq


def _position(session: Session, tenant: UUID) -> int:
    return session.scalar(sa.select(_POSITION.c.seq).where(_POSITION.c.tenant_id == tenant)) or 0


def _advance(session: Session, tenant: UUID, old: int, new: int) -> bool:
    """Move the position from `old` to `new`; False when it no longer stands at `old`."""
    if old == 0:
        _start(session, tenant)
    moved = sa.update(_POSITION).where(_POSITION.c.tenant_id == tenant, _POSITION.c.seq == old).values(seq=new)
    return session.connection().execute(moved).rowcount == 1


def _start(session: Session, tenant: UUID) -> None:
    """Begin at 0 where nothing has been merged yet."""
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    session.execute(insert(_POSITION).values(tenant_id=tenant, seq=0).on_conflict_do_nothing())
