"""How long one request waits for connections to the database, all its waits taken together.

A request opens several sessions: who asks, what is to be stored, who looked. Each may wait for a free connection and
then for a new one, so that five seconds for each of these would be twenty for whoever asked. Instead they share
`REQUEST_SECONDS`; when nothing of it is left, the answer is 503 at once. Threads beside the server and commands, which
nobody waits for, have as much for every wait.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

__all__ = ["LEAST_SECONDS", "REQUEST_SECONDS", "begin", "end", "left", "waiting"]

REQUEST_SECONDS = 4.5
LEAST_SECONDS = 2.0
"""What making a connection takes at least (libpq knows no shorter time): with less left none is begun."""

LONG_SECONDS = 15.0
"""Who has been at work for so long (an upload, an export) is not short of patience for what it waited at first."""

clock = time.monotonic


@dataclass(slots=True)
class _Patience:
    began: float = field(default_factory=lambda: clock())
    waited: float = 0.0
    since: float | None = None
    """When the wait began that goes on just now."""


_CURRENT: ContextVar[_Patience | None] = ContextVar("patience", default=None)


def begin() -> None:
    """A request begins in this thread: from here to the next call its waits are added up."""
    _CURRENT.set(_Patience())


def end() -> None:
    """The request in this thread has its answer."""
    _CURRENT.set(None)


def left(most: float) -> float:
    """How many seconds may still be waited, `most` where nobody waits for this thread."""
    mine = _CURRENT.get()
    if mine is None or clock() - mine.began > LONG_SECONDS:
        return most
    spent = mine.waited + (0.0 if mine.since is None else clock() - mine.since)
    return max(0.0, min(most, REQUEST_SECONDS - spent))


@contextmanager
def waiting() -> Iterator[None]:
    """What goes on in the block is a wait. One within another is not counted twice."""
    mine = _CURRENT.get()
    if mine is None or mine.since is not None:
        yield
        return
    mine.since = clock()
    try:
        yield
    finally:
        mine.waited += clock() - mine.since
        mine.since = None
