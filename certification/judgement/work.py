"""The work loop: following the feed, judging and keeping the summaries of rates, for good, for every tenant."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from uuid import UUID

from certification.dossiers import reviews
from certification.errors import CertificationError
from certification.evidence import feed
from certification.judgement import assessments, judging
from certification.targets import settling
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database, is_away

__all__ = ["work"]

CHUNKS_IN_A_TURN = 20

IDLE_SECONDS = 1.0
"""How long the loop waits at most when there is nothing to do: a day may have begun on which something is due."""

LOOK_SECONDS = 0.025
"""How often it asks meanwhile whether anything was written to the database (`Database.state`). What that is, the feed
and the marks say; nothing else announces it."""

LONGEST_SECONDS = 0.25
"""How long one step should take: on SQLite nobody else writes for a part of it, and what came last waits for it."""

FEWEST = 100
"""So many are taken at once however long that takes: less costs almost as much."""

JUDGING_SECONDS = 1.0
"""How long a turn goes on judging at most before the sums have theirs."""

RETRY_SECONDS = 30.0
"""How long a tenant is left alone after its work failed."""

WAIT_SECONDS = 5.0
"""How long a tenant is left alone that lacks something an operator has to load."""

log = logging.getLogger(__name__)


def work(
    database: Database, *, stop: threading.Event, clock: Callable[[], datetime], beat: Callable[[], None] = lambda: None
) -> None:
    """Follows the feed and judges, for every tenant in turn, until `stop` is set.

    `clock` gives the aware present; `beat` is called at every turn, so that others see that it goes on. What an
    operator has to load is said once, what fails for a tenant is logged; both are tried again after a pause, while the
    others go on. Waits only when nobody has anything to do, and wakes at once when `stop` is set.
    """
    paused_until: dict[UUID, float] = {}
    told: dict[UUID, str] = {}
    portions: dict[UUID, _Portions] = defaultdict(_Portions)
    outages = api.Outages(log, "judging", IDLE_SECONDS)
    left: set[UUID] = set()
    """Those whose work the database did not do when it was last tried."""
    while not stop.is_set():
        beat()
        state = _state(database)
        try:
            with database.reading(NOBODY) as session:
                tenants = api.tenants(session)
        except Exception as error:
            outages.failed(error)
            stop.wait(outages.pause)
            continue
        busy = False
        for tenant, name in tenants:
            if stop.is_set():
                return
            if paused_until.get(tenant, 0.0) > monotonic():
                continue
            try:
                busy = _turn(database, tenant, stop, clock, portions[tenant]) or busy
            except CertificationError as refusal:
                if told.get(tenant) != str(refusal):
                    log.warning("tenant %s (%s) waits: %s", name, tenant, refusal)
                    told[tenant] = str(refusal)
                paused_until[tenant] = monotonic() + WAIT_SECONDS
            except Exception as error:
                if is_away(error):
                    outages.failed(error)
                    left.add(tenant)
                    paused_until[tenant] = monotonic() + outages.pause
                else:
                    log.exception(
                        "work for tenant %s (%s) failed; it is tried again in %.0f s", name, tenant, RETRY_SECONDS
                    )
                    paused_until[tenant] = monotonic() + RETRY_SECONDS
            else:
                left.discard(tenant)
        if not left:
            outages.succeeded()
        if not busy:
            _rest(database, stop, state)


def _rest(database: Database, stop: threading.Event, state: object) -> None:
    """Waits until something was written since the database was in this state, or for `IDLE_SECONDS`."""
    ends = monotonic() + IDLE_SECONDS
    while not stop.wait(LOOK_SECONDS) and monotonic() < ends:
        now = _state(database)
        if now is not None and now != state:
            return


def _state(database: Database) -> object:
    """`Database.state`; None while the database does not answer, of which the list of tenants tells the log."""
    try:
        return database.state()
    except Exception:
        return None


@dataclass(slots=True)
class Portion:
    """How much of one kind of work is taken at once: as much as `LONGEST_SECONDS` allow, as the last ones showed."""

    most: int
    limit: int = 0

    def __post_init__(self) -> None:
        self.limit = self.limit or self.most

    def took(self, many: int, seconds: float) -> None:
        """Learns from so many having taken so long."""
        if seconds > LONGEST_SECONDS and many > FEWEST:
            self.limit = max(FEWEST, min(self.limit, many) // 2)
        elif seconds < LONGEST_SECONDS / 2 and many >= self.limit:
            self.limit = min(self.most, 2 * self.limit)


@dataclass(slots=True)
class _Portions:
    """What a tenant's turns take of each kind of work."""

    changes: Portion = field(default_factory=lambda: Portion(feed.CHUNK))
    judged: Portion = field(default_factory=lambda: Portion(assessments.BATCH))
    settled: Portion = field(default_factory=lambda: Portion(settling.BATCH))


def _turn(
    database: Database, tenant: UUID, stop: threading.Event, clock: Callable[[], datetime], portions: _Portions
) -> bool:
    """Some chunks of the feed, one of Statements to be read anew, judging who is marked, looking at touched titles, and
    one step of the summaries; whether there is more to do.

    Judging comes after a chunk that was the last, so that a worker with many new Statements is judged once; and after
    `CHUNKS_IN_A_TURN` at the latest, so that a long backlog does not put it off for good. What is new waits for all of
    it, so each is taken in portions. Where evidence came, a moment's rest lets more of it come together: then only what
    was left over counts as more to do.
    """
    came = 0
    for _ in range(CHUNKS_IN_A_TURN):
        limit = portions.changes.limit
        began = monotonic()
        followed = feed.follow(database, tenant, now=clock(), limit=limit)
        portions.changes.took(followed.changes, monotonic() - began)
        came += followed.changes
        if followed.complete or stop.is_set():
            break
    if stop.is_set():
        return not followed.complete
    reread = feed.reconsider(database, tenant)
    ends = monotonic() + (JUDGING_SECONDS if followed.complete else 0.0)
    unjudged = _judge(database, tenant, clock, portions.judged)
    while unjudged and monotonic() < ends and not stop.is_set():
        unjudged = _judge(database, tenant, clock, portions.judged)
    reviewed = reviews.look(database, tenant, now=clock())
    limit, began = portions.settled.limit, monotonic()
    settled = settling.settle(database, tenant, today=vietnam_day(clock()), limit=limit)
    portions.settled.took(min(settled, limit), monotonic() - began)
    unsettled = settled >= limit or (settled > 0 and not came)
    return not followed.complete or reread > 0 or unjudged or unsettled or reviewed >= reviews.BATCH


def _judge(database: Database, tenant: UUID, clock: Callable[[], datetime], portion: Portion) -> bool:
    """Judges a portion of those who are marked; whether more may be."""
    limit, began = portion.limit, monotonic()
    judged = judging.judge_stale(database, tenant, now=clock(), limit=limit)
    portion.took(judged, monotonic() - began)
    return judged >= limit
