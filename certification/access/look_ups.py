"""How often one asker may look certificates up, and what is published beside them: keys, lists, the profile.

Each look-up takes a token from the asker's store; tokens come back evenly over a minute. A code cannot be guessed (135
bits; 55 before 22 November 2026), so this is not what keeps certificates apart: it keeps one caller from wearing the
server out.

Of an installation's processes each takes from the same store, kept in the database as the instant at which it will be
full again; on SQLite one process serves, and remembers by itself. Of who asked a keyed digest is kept, for a day.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from certification.access import tokens
from certification.errors import CertificationError
from certification.models import SignInAttempt
from lrs import api
from lrs.db import NOBODY, Database

__all__ = ["AskedTooOften", "Limit", "Limited", "SharedLimit", "limit"]

MOST_ASKERS = 20_000
"""Askers a process remembers; the one that was silent longest is forgotten first."""

MINUTE = timedelta(minutes=1)


class AskedTooOften(CertificationError):
    """This asker looked up too much, and may again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too much was looked up from here; ask again in {seconds} seconds")


class Limited(Protocol):
    """So many tokens a minute for each asker, and as many at once; 0: no limit."""

    def wait(self, asker: str, cost: int = 1) -> int:
        """Takes `cost` tokens of the asker and returns 0; otherwise after how many seconds there will be enough."""


def limit(database: Database, pepper: bytes, a_minute: int) -> Limited:
    """A limit that all processes of the installation keep together."""
    return Limit(a_minute) if database.is_sqlite else SharedLimit(database, pepper, a_minute)


class Limit:
    """Kept by one process."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_minute, self._clock = a_minute, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._alone = threading.Lock()

    def wait(self, asker: str, cost: int = 1) -> int:
        """As `Limited.wait`."""
        if not self._a_minute:
            return 0
        rate, now = self._a_minute / 60, self._clock()
        cost = min(cost, self._a_minute)
        with self._alone:
            left, last = self._left.pop(asker, (float(self._a_minute), now))
            left = min(float(self._a_minute), left + (now - last) * rate)
            enough = left >= cost
            self._left[asker] = (left - cost if enough else left, now)
            if len(self._left) > MOST_ASKERS:
                self._left.popitem(last=False)
        return 0 if enough else max(1, -int(-(cost - left) / rate // 1))


class SharedLimit:
    """Kept by all processes of an installation on PostgreSQL, beside the attempts to sign in."""

    def __init__(
        self,
        database: Database,
        pepper: bytes,
        a_minute: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._pepper, self._a_minute, self._clock = database, pepper, a_minute, clock
        self._tenant: UUID | None = None

    def wait(self, asker: str, cost: int = 1) -> int:
        """As `Limited.wait`; one statement, and a second one for whoever has to wait."""
        if not self._a_minute:
            return 0
        digest = tokens.digest(self._pepper, f"look-up {self._a_minute}".encode(), asker)
        takes = MINUTE * min(cost, self._a_minute) / self._a_minute
        tenant = self._tenant = self._tenant or self._operators()
        with self._database.writing(tenant) as session:
            now = self._clock()
            fresh = {"tenant_id": tenant, "digest": digest, "failures": 0, "last": now, "blocked_until": now + takes}
            full = SignInAttempt.__table__.c.blocked_until
            after = sa.func.greatest(full, now) + takes
            command = postgresql.insert(SignInAttempt).values(fresh)
            command = command.on_conflict_do_update(
                index_elements=["tenant_id", "digest"], set_={"blocked_until": after}, where=after <= now + MINUTE
            )
            if session.execute(command.returning(full)).first() is not None:
                return 0
            here = SignInAttempt.tenant_id == tenant, SignInAttempt.digest == digest
            kept = session.scalars(sa.select(SignInAttempt.blocked_until).where(*here)).one()
        return max(1, -int((now + MINUTE - kept - takes).total_seconds() // 1))

    def _operators(self) -> UUID:
        with self._database.reading(NOBODY) as session:
            return api.find_tenant(session)
