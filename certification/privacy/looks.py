"""Keeps who looked at whom while answers go out: the fact before the answer, how often a little later.

The first time that somebody looks at something of a worker on a day is written before the answer leaves, in one short
transaction for all the workers of the answer. Further times that day are counted in memory, and written by a thread
beside every few seconds and when the process ends; a process that is killed loses some counts, and no fact. Where the
database takes no writes (a full disk), reading goes on, and the fact is kept in memory until it can be written.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from certification.privacy import access, notices, purposes
from certification.rules.personal_data import NoPersonalDataRules
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import AWAY, Database, is_away

__all__ = ["IDLE_SECONDS", "MOST_KNOWN", "Looks"]

IDLE_SECONDS = 5.0
MOST_KNOWN = 100_000
"""Of so many pairs a process remembers that today's look is written; what it forgot is written again, as a count."""

log = logging.getLogger(__name__)

_Look = tuple[UUID, str, str, str]
"""Tenant, by whom, purpose, what."""


class Looks:
    """What one process has seen people look at. Any thread may call any method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day = date.min
        self._known: set[tuple[_Look, UUID]] = set()
        self._waiting: dict[tuple[_Look, UUID], tuple[int, datetime]] = {}
        self._tidied: dict[UUID, date] = {}

    def keep(
        self,
        database: Database,
        tenant: UUID,
        workers: Collection[UUID],
        *,
        by: str,
        purpose: str,
        what: str,
        now: datetime,
    ) -> None:
        """Keeps that `by` was given an answer about these workers."""
        look = (tenant, by, purpose, what)
        with self._lock:
            if vietnam_day(now) != self._day or len(self._known) > MOST_KNOWN:
                self._day, self._known = vietnam_day(now), set()
            fresh = [worker for worker in workers if (look, worker) not in self._known]
            self._count(look, set(workers).difference(fresh), now)
        if not fresh:
            return
        try:
            with database.writing(tenant) as session:
                access.note_many(session, tenant, fresh, by, purpose, what, now)
        except AWAY as error:
            if not is_away(error):
                raise
            log.exception("who looked at whom could not be kept; it is tried again")
            with self._lock:
                self._count(look, fresh, now)
        else:
            with self._lock:
                self._known.update((look, worker) for worker in fresh)

    def _count(self, look: _Look, workers: Collection[UUID], now: datetime) -> None:
        for worker in workers:
            times, _ = self._waiting.get((look, worker), (0, now))
            self._waiting[look, worker] = (times + 1, now)

    def write(self, database: Database, now: datetime) -> None:
        """Writes what was counted, and once a day removes what is older than the rules keep it, and what enterprises
        were told of erasures (`notices`); what cannot be written stays noted."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            tenants = {tenant for (tenant, *_), _ in (*self._known, *waiting)}
        try:
            for tenant in sorted(tenants):
                mine = [key for key in waiting if key[0][0] == tenant]
                if mine:
                    counted = [(worker, *look[1:], *waiting[look, worker]) for look, worker in mine]
                    with database.writing(tenant) as session:
                        access.note_counted(session, tenant, counted)
                for key in mine:
                    del waiting[key]
                self._tidy(database, tenant, vietnam_day(now))
        except Exception:
            with self._lock:
                for key, (times, last) in waiting.items():
                    more, latest = self._waiting.get(key, (0, last))
                    self._waiting[key] = (times + more, latest)
            raise

    def _tidy(self, database: Database, tenant: UUID, today: date) -> None:
        if self._tidied.get(tenant) == today:
            return
        with database.writing(tenant) as session:
            notices.remove_old(session, tenant, today)
            try:
                kept = purposes.rules(session, tenant, today).keep_looks
            except NoPersonalDataRules:
                pass
            else:
                access.forget_old(session, tenant, today - timedelta(days=kept))
        self._tidied[tenant] = today

    def keep_writing(self, database: Database, *, stop: threading.Event, clock: Callable[[], datetime]) -> None:
        """Write again and again until `stop` is set, and then once more. What fails is logged and tried again."""
        outages = api.Outages(log, "keeping how often people were looked at", IDLE_SECONDS)
        stopped = False
        while not stopped:
            stopped = stop.wait(outages.pause)
            try:
                self.write(database, clock())
                outages.succeeded()
            except Exception as error:
                outages.failed(error)
