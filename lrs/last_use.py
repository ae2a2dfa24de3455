"""When each credential was last used: kept to the hour, and never at the cost of a request.

A request only notes in memory that a credential was used, and only where what is kept is an hour old. A thread beside
it writes what was noted in a short transaction of its own, by an UPDATE that does nothing where another process has
written already. What a process noted and could not write before it died is noted again at the next use.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from lrs.credentials import Identity
from lrs.db import Database
from lrs.models import Credential
from lrs.outages import Outages

__all__ = ["EVERY", "IDLE_SECONDS", "LastUses"]

EVERY = timedelta(hours=1)
"""How old the kept instant is before a new one is written."""

IDLE_SECONDS = 5.0
"""How long `keep_writing` waits before it looks again."""

log = logging.getLogger(__name__)


class LastUses:
    """What one process has seen and not written yet. Any thread may call any method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[UUID, tuple[UUID, datetime]] = {}
        """By credential: its tenant and the instant."""

    def note(self, identity: Identity, now: datetime) -> None:
        """That this credential was used. Touches no database."""
        if identity.last_used is None or abs(now - identity.last_used) >= EVERY:
            with self._lock:
                self._seen[identity.credential] = (identity.tenant, now)

    def write(self, database: Database) -> None:
        """Keep what was noted, one short transaction for each tenant; what cannot be written stays noted."""
        with self._lock:
            seen, self._seen = self._seen, {}
        try:
            for owner in sorted({tenant for tenant, _ in seen.values()}):
                # In order of id, so that two processes never wait for each other half-way.
                rows = sorted((credential, at) for credential, (tenant, at) in seen.items() if tenant == owner)
                with database.writing(owner) as session:
                    for credential, at in rows:
                        session.execute(_keep(credential, at))
        except Exception:
            with self._lock:
                self._seen = seen | self._seen
            raise

    def keep_writing(self, database: Database, *, stop: threading.Event) -> None:
        """Write again and again until `stop` is set, and then once more. What fails is logged and tried again."""
        outages = Outages(log, "keeping when credentials were last used", IDLE_SECONDS)
        stopped = False
        while not stopped:
            stopped = stop.wait(outages.pause)
            try:
                self.write(database)
                outages.succeeded()
            except Exception as error:
                outages.failed(error)


def _keep(credential: UUID, at: datetime) -> sa.Update:
    """Set the instant where the one that is kept is an hour away from it: earlier, or later by a clock set wrong."""
    kept = Credential.last_used
    is_far = sa.or_(kept.is_(None), kept <= at - EVERY, kept >= at + EVERY)
    return sa.update(Credential).where(Credential.id == credential, is_far).values(last_used=at)
