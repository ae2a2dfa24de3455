"""Errands to other machines, beside the requests and the judging: whoever has something to do has a step, each in a
thread of its own, so that one that hangs holds up nobody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs.copies import copied_since
from lrs.db import NOBODY, Database, is_away
from lrs.outages import Outages
from lrs.tenants import tenants

__all__ = ["Errand", "keep_doing"]

LOOK_SECONDS = 0.1
IDLE_SECONDS = 1.0
"""How often it asks whether anything was written, and how long it waits at most: somebody's pause may be over."""

RETRY_SECONDS = 30.0
ENDING_SECONDS = 2.0
"""How long requests under way are waited for in the end; what is not answered by then is asked again another time."""

log = logging.getLogger(__name__)

Errand = Callable[[], bool]
"""Does one step; whether there may be more to do at once."""


def keep_doing(
    database: Database,
    table: type[Any],
    make: Callable[[UUID, UUID], Errand],
    *,
    what: str,
    stop: threading.Event,
) -> None:
    """Has each row of this table that is not paused do its steps until `stop` is set; `make` gives a row's errand, by
    its tenant and id, `what` is what they do, for the log. In a restored copy nobody does anything. The table has
    `tenant_id`, `id` and `paused`."""
    errands: dict[UUID, Errand] = {}
    under_way: dict[UUID, threading.Thread] = {}
    resting: dict[UUID, float] = {}
    outages = Outages(log, what, IDLE_SECONDS)
    while not stop.is_set():
        try:
            state = database.state()
            there = _rows(database, table)
        except Exception as error:
            outages.failed(error)
            stop.wait(outages.pause)
            continue
        outages.succeeded()
        for id_, tenant in there.items():
            running = under_way.get(id_)
            if (running is not None and running.is_alive()) or resting.get(id_, 0.0) > monotonic():
                continue
            errand = errands.setdefault(id_, make(tenant, id_))
            told = (errand, id_, resting, stop)
            under_way[id_] = threading.Thread(target=_steps, args=told, name=table.__tablename__, daemon=True)
            under_way[id_].start()
        _rest(database, stop, state)
    ends = monotonic() + ENDING_SECONDS
    for thread in under_way.values():
        thread.join(max(0.0, ends - monotonic()))


def _rows(database: Database, table: type[Any]) -> Mapping[UUID, UUID]:
    """The tenant of every row that is not paused."""
    with database.reading(NOBODY) as session:
        if copied_since(session) is not None:
            return {}
        owners = [tenant for tenant, _ in tenants(session)]
    found: dict[UUID, UUID] = {}
    for tenant in owners:
        with database.reading(tenant) as session:
            ids = sa.select(table.id).where(table.tenant_id == tenant, table.paused.is_(None))
            found |= dict.fromkeys(session.scalars(ids), tenant)
    return found


def _steps(errand: Errand, row: UUID, resting: dict[UUID, float], stop: threading.Event) -> None:
    try:
        while not stop.is_set() and errand():
            pass
    except Exception as error:
        if not is_away(error):  # of which the loop tells the log
            log.exception("an errand (%s) failed; it is tried again in %.0f s", row, RETRY_SECONDS)
        resting[row] = monotonic() + RETRY_SECONDS


def _rest(database: Database, stop: threading.Event, state: object) -> None:
    """Waits until something was written since the database was in this state, or for IDLE_SECONDS."""
    ends = monotonic() + IDLE_SECONDS
    while not stop.wait(LOOK_SECONDS) and monotonic() < ends:
        try:
            if database.state() != state:
                return
        except Exception:  # the list of what there is to do tells the log
            return
