"""What one key and one tenant may take of a web process while others need it, too.

A process works on a few requests at once (its threads), and those that come beyond wait for all before them, whoever
sent these. Where an operator wants that one who sends without a rest does not take everything, a key has a share of the
threads for as long as others were here just now; some of its requests wait for a moment, further ones are told to come
again. Who is alone has all of it. A quota goes by the minute instead, for all processes together, and holds whoever is
there. As delivered neither is set: what is too much waits, since some platforms lose what is refused.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from lrs.errors import TooMany

__all__ = ["Quota", "Shares"]

KEPT_FREE = 2
"""Threads that one key, and one tenant, leave to others."""

OTHERS_SECONDS = 10.0
"""Whoever asked within so many seconds is taken to be there."""

WAIT_SECONDS = 1.0
COME_AGAIN = 1

MOST_REMEMBERED = 1_000
LUMPS_A_MINUTE = 120

_SOMEBODY = ""
"""Stands for people and programs that come without a key of the store."""


class _Present:
    """Who was here lately."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, float] = OrderedDict()

    def note(self, who: str, now: float) -> None:
        self._last[who] = now
        self._last.move_to_end(who)
        if len(self._last) > MOST_REMEMBERED:
            self._last.popitem(last=False)

    def others(self, who: str, now: float) -> bool:
        for one, last in reversed(self._last.items()):
            if one != who:
                return now - last <= OTHERS_SECONDS
        return False


class Shares:
    """The threads of this process. Any of them may call any method."""

    def __init__(
        self,
        at_once: int,
        threads: int,
        *,
        wait_seconds: float = WAIT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A key works on `at_once` requests of `threads` while others are there; 0: on as many as it likes."""
        self._at_once, self._most, self._wait, self._clock = at_once, threads - KEPT_FREE, wait_seconds, clock
        self._changed = threading.Condition()
        self._present = _Present(), _Present()  # by key, by tenant
        self._working: Counter[str] = Counter()
        self._inside: Counter[str] = Counter()
        """Of keys and of tenants, who works or waits to."""

    def somebody(self) -> None:
        """Somebody without a key of the store is there: a key has its share. Their tenant has not, each of whose
        platforms may be an honest one."""
        if self._at_once:
            with self._changed:
                self._present[0].note(_SOMEBODY, self._clock())

    def enter(self, key: str, tenant: UUID) -> None:
        """Begin to work on a request of this key; raises TooMany. Who entered leaves."""
        if not self._at_once:
            return
        names = key, str(tenant)
        with self._changed:
            for name, present in zip(names, self._present, strict=True):
                present.note(name, now := self._clock())
                if self._inside[name] >= self._most and present.others(name, now):
                    raise TooMany(COME_AGAIN)
            self._inside.update(names)
            if not self._changed.wait_for(lambda: self._is_free(key), self._wait):
                self._inside.subtract(names)
                raise TooMany(COME_AGAIN)
            self._working[key] += 1

    def leave(self, key: str, tenant: UUID) -> None:
        """The request has its answer."""
        if not self._at_once:
            return
        with self._changed:
            self._working[key] -= 1
            self._inside.subtract((key, str(tenant)))
            for counted, name in ((self._working, key), (self._inside, key), (self._inside, str(tenant))):
                if not counted[name]:
                    del counted[name]
            self._changed.notify_all()

    def _is_free(self, key: str) -> bool:
        return self._working[key] < self._at_once or not self._present[0].others(key, self._clock())


class Limited(Protocol):
    """So many tokens a minute for each asker; those of an installation's processes come from one store."""

    def wait(self, asker: str, cost: int = 1) -> int:
        """Takes `cost` tokens and returns 0; otherwise after how many seconds there will be enough."""


class Quota:
    """Requests a minute, taken from the common store in small lumps, so that not every request has to ask there."""

    def __init__(self, limit: Limited, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._lump, self._clock = limit, max(1, a_minute // LUMPS_A_MINUTE), clock
        self._is_set = a_minute > 0
        self._lock = threading.Lock()
        self._left: OrderedDict[str, int] = OrderedDict()
        self._until: OrderedDict[str, float] = OrderedDict()

    def take(self, asker: str) -> None:
        """One request of this asker; raises TooMany."""
        if not self._is_set:
            return
        with self._lock:
            now = self._clock()
            if (again := self._until.get(asker, now)) > now:
                raise TooMany(math.ceil(again - now))
            if self._left.get(asker, 0) > 0:
                self._left[asker] -= 1
                return
        seconds = self._limit.wait(asker, self._lump)
        with self._lock:
            for kept in (self._left, self._until):
                if len(kept) > MOST_REMEMBERED:
                    kept.popitem(last=False)
            if seconds:
                self._until[asker] = self._clock() + seconds
                raise TooMany(seconds)
            self._until.pop(asker, None)
            self._left[asker] = self._left.get(asker, 0) + self._lump - 1
