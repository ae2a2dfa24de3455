"""The loop that forwards, for every tenant, until it is stopped: whoever has something to be sent has a step, each
destination in a thread of its own, so that one that hangs holds up nobody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from time import monotonic
from uuid import UUID

import sqlalchemy as sa

from lrs.copies import copied_since
from lrs.db import NOBODY, Database, is_away
from lrs.forwarding.filters import More
from lrs.forwarding.sending import Sender
from lrs.models import Destination
from lrs.outages import Outages
from lrs.tenants import tenants

__all__ = ["forward"]

LOOK_SECONDS = 0.1
IDLE_SECONDS = 1.0
"""How often it asks whether anything was written, and how long it waits at most: somebody's pause may be over."""

RETRY_SECONDS = 30.0
ENDING_SECONDS = 2.0
"""How long requests under way are waited for in the end; what is not answered by then is sent again another time."""

log = logging.getLogger(__name__)


def forward(
    database: Database,
    *,
    pepper: bytes,
    hosts: Collection[str],
    more: More | None = None,
    stop: threading.Event,
    clock: Callable[[], datetime],
) -> None:
    """Forwards until `stop` is set. `hosts` are those at which destinations may lie; where there is none, nothing is
    ever sent and this ends at once."""
    if not hosts:
        return
    senders: dict[UUID, Sender] = {}
    under_way: dict[UUID, threading.Thread] = {}
    resting: dict[UUID, float] = {}
    outages = Outages(log, "forwarding", IDLE_SECONDS)
    while not stop.is_set():
        try:
            state = database.state()
            there = _destinations(database)
        except Exception as error:
            outages.failed(error)
            stop.wait(outages.pause)
            continue
        outages.succeeded()
        for id_, tenant in there.items():
            running = under_way.get(id_)
            if (running is not None and running.is_alive()) or resting.get(id_, 0.0) > monotonic():
                continue
            if id_ not in senders:
                senders[id_] = Sender(
                    database, tenant, id_, pepper=pepper, hosts=hosts, more=more or {}, clock=clock, stop=stop
                )
            under_way[id_] = threading.Thread(
                target=_steps, args=(senders[id_], id_, resting, stop), name="forwarding", daemon=True
            )
            under_way[id_].start()
        _rest(database, stop, state)
    ends = monotonic() + ENDING_SECONDS
    for thread in under_way.values():
        thread.join(max(0.0, ends - monotonic()))


def _destinations(database: Database) -> Mapping[UUID, UUID]:
    """The tenant of every destination that is not paused; nobody's in a copy."""
    with database.reading(NOBODY) as session:
        if copied_since(session) is not None:
            return {}
        owners = [tenant for tenant, _ in tenants(session)]
    found: dict[UUID, UUID] = {}
    for tenant in owners:
        with database.reading(tenant) as session:
            ids = sa.select(Destination.id).where(Destination.tenant_id == tenant, Destination.paused.is_(None))
            found |= dict.fromkeys(session.scalars(ids), tenant)
    return found


def _steps(sender: Sender, destination: UUID, resting: dict[UUID, float], stop: threading.Event) -> None:
    try:
        while not stop.is_set() and sender.step():
            pass
    except Exception as error:
        if not is_away(error):  # of which the loop tells the log
            log.exception("forwarding to %s failed; it is tried again in %.0f s", destination, RETRY_SECONDS)
        resting[destination] = monotonic() + RETRY_SECONDS


def _rest(database: Database, stop: threading.Event, state: object) -> None:
    """Waits until something was written since the database was in this state, or for IDLE_SECONDS."""
    ends = monotonic() + IDLE_SECONDS
    while not stop.wait(LOOK_SECONDS) and monotonic() < ends:
        try:
            if database.state() != state:
                return
        except Exception:  # the list of destinations tells the log
            return
