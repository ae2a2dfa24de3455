"""Signing in that fails is told as an event of the log, whichever way it was tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from certification.access.accounts import SignInRefused
from certification.access.attempts import TooOften
from lrs import api

__all__ = ["failing"]


@contextmanager
def failing(way: str) -> Iterator[None]:
    """Tells of what is refused within; not of a code that is asked for as well, which is no failure."""
    try:
        yield
    except (SignInRefused, TooOften) as error:
        if not getattr(error, "goes_on", False):
            api.tell("sign-in-failed", way=way, why=type(error).__name__)
        raise
