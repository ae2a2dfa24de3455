"""The work loop: following the feed, judging and keeping the summaries of rates, for good, for every tenant."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from uuid import UUID

from certification.errors import CertificationError
from certification.evidence import feed
from certification.judgement import judging
from certification.targets import summaries
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database

__all__ = ["work"]

CHUNKS_IN_A_TURN = 20

IDLE_SECONDS = 1.0
"""How long the loop waits when no tenant has had anything to do for some time: the longest an arrived Statement goes
unread."""

SOON_SECONDS = 0.05
"""How long it waits right after there was something to do. The pause doubles each time it finds nothing, up to
`IDLE_SECONDS`: while Statements keep coming each is read soon, and an idle store is left in peace."""

RETRY_SECONDS = 30.0
"""How long a tenant is left alone after its work failed."""

WAIT_SECONDS = 5.0
"""How long a tenant is left alone that lacks something an operator has to load."""

log = logging.getLogger(__name__)


def work(database: Database, *, stop: threading.Event, clock: Callable[[], datetime]) -> None:
    """Follows the feed and judges, for every tenant in turn, until `stop` is set.

    `clock` gives the aware present. What an operator has to load is said once, what fails for a tenant is logged; both
    are tried again after a pause, while the others go on. Waits only when nobody has anything to do, and wakes at once
    when `stop` is set.
    """
    paused_until: dict[UUID, float] = {}
    told: dict[UUID, str] = {}
    pause = SOON_SECONDS
    while not stop.is_set():
        busy = False
        for tenant, name in _tenants(database):
            if stop.is_set():
                return
            if paused_until.get(tenant, 0.0) > monotonic():
                continue
            try:
                busy = _turn(database, tenant, stop, clock) or busy
            except CertificationError as refusal:
                if told.get(tenant) != str(refusal):
                    log.warning("tenant %s (%s) waits: %s", name, tenant, refusal)
                    told[tenant] = str(refusal)
                paused_until[tenant] = monotonic() + WAIT_SECONDS
            except Exception:
                log.exception(
                    "work for tenant %s (%s) failed; it is tried again in %.0f s", name, tenant, RETRY_SECONDS
                )
                paused_until[tenant] = monotonic() + RETRY_SECONDS
        if busy:
            pause = SOON_SECONDS
        else:
            stop.wait(pause)
            pause = min(2 * pause, IDLE_SECONDS)


def _tenants(database: Database) -> list[tuple[UUID, str]]:
    """Who there is to work for; nobody, said in the log, while the database does not answer."""
    try:
        with database.reading(NOBODY) as session:
            return api.tenants(session)
    except Exception:
        log.exception("the list of tenants cannot be read; it is tried again in %.0f s", IDLE_SECONDS)
        return []


def _turn(database: Database, tenant: UUID, stop: threading.Event, clock: Callable[[], datetime]) -> bool:
    """Some chunks of the feed, one of Statements to be read anew, one batch of judging and one step of the summaries;
    whether there may be more to do.

    Judging comes after a chunk that was the last, so that a worker with many new Statements is judged once; and after
    `CHUNKS_IN_A_TURN` at the latest, so that a long backlog does not put it off for good.
    """
    for _ in range(CHUNKS_IN_A_TURN):
        followed = feed.follow(database, tenant, now=clock())
        if followed.complete or stop.is_set():
            break
    if stop.is_set():
        return not followed.complete
    reread = feed.reconsider(database, tenant)
    now = clock()
    judged = judging.judge_stale(database, tenant, now=now)
    settled = summaries.settle(database, tenant, today=vietnam_day(now))
    return not followed.complete or reread > 0 or judged > 0 or settled > 0
