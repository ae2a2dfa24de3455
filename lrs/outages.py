"""What threads beside the server say, and how long they wait, while the database is away: little, and ever longer.

Each of them tries again and again. When the database goes it has one line for that, without a traceback, and one when
all is well again; between them it asks less and less often, and never more seldom than every `LONGEST_SECONDS`, so that
whatever came back is noticed soon. Any other failure is a fault of ours, and told with its traceback every time.
"""

from __future__ import annotations

import logging
import time

from lrs.db import is_away

__all__ = ["LONGEST_SECONDS", "Outages"]

LONGEST_SECONDS = 8.0
"""The longest pause between two tries."""


class Outages:
    """Of one thing that is done again and again: `what` it is, for the log, and how long it rests between two times."""

    def __init__(self, log: logging.Logger, what: str, rest: float) -> None:
        self._log, self._what, self._rest = log, what, rest
        self._since: float | None = None
        self.pause = rest
        """How many seconds to wait before it is tried again."""

    def failed(self, error: Exception) -> None:
        """It did not succeed. Call it where the error is handled."""
        if not is_away(error):
            self._log.exception("%s failed; it is tried again in %.0f s", self._what, self.pause)
            return
        if self._since is None:
            self._since = time.monotonic()
            self.pause = self._rest
            self._log.warning(
                "%s waits: the database does not do its work (%s); it is tried again after %.0f s at most, and when it"
                " goes on there is a line more",
                self._what, _kind(error), LONGEST_SECONDS,
            )  # fmt: skip
        else:
            self.pause = max(self._rest, min(LONGEST_SECONDS, 2 * self.pause))

    def succeeded(self) -> None:
        """It did; said where it had not."""
        if self._since is not None:
            self._log.warning("%s goes on, after %.0f s", self._what, time.monotonic() - self._since)
            self._since, self.pause = None, self._rest


def _kind(error: Exception) -> str:
    """What to say of it. Words of the database may quote a row; those about a connection have none to quote."""
    orig = getattr(error, "orig", None)
    if orig is not None and getattr(error, "statement", None) is None:
        return str(orig).strip().partition("\n")[0]
    return getattr(error, "strerror", None) or type(orig or error).__name__
