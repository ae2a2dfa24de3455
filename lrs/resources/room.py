"""How much of large bodies one process works on in memory at once.

A batch of sixty megabytes takes more than twice as much while it is decoded, checked and stored. As many of them as
there are threads would take more than a gigabyte, and a process that is refused memory may end: the server below us and
the JSON decoder take it for granted. So whoever brings a large body waits until those before are done, and is told to
come again where that takes too long. What is read piece by piece (bulk uploads, Attachments, files of forms) takes no
room.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from werkzeug.exceptions import ServiceUnavailable

__all__ = ["MOST_BYTES", "ROOM", "Room"]

MOST_BYTES = 32 * 1024 * 1024
"""Of all large bodies that are worked on in memory; a larger one is worked on alone."""

WAIT_SECONDS = 5.0
COME_AGAIN = 5


class Room:
    """Bytes that are taken and given back. Any thread may call any method."""

    def __init__(self, most_bytes: int = MOST_BYTES, wait_seconds: float = WAIT_SECONDS) -> None:
        self._most, self._wait = most_bytes, wait_seconds
        self._taken = 0
        self.when_empty: Callable[[], object] = lambda: None
        """Called when the last of what was taken is given back: with that, much memory is free."""
        self._line: list[object] = []
        self._changed = threading.Condition()

    def take(self, size: int) -> None:
        """Wait until there is room for so many bytes, behind whoever waits already, so that nobody is passed by for
        ever; raises ServiceUnavailable where there is none for long."""
        mine = object()
        with self._changed:
            self._line.append(mine)
            try:
                if not self._changed.wait_for(lambda: self._line[0] is mine and self._fits(size), self._wait):
                    raise ServiceUnavailable(
                        "other large bodies are worked on here just now; send it again, or in smaller batches",
                        retry_after=COME_AGAIN,
                    )
                self._taken += size
            finally:
                self._line.remove(mine)
                self._changed.notify_all()

    def _fits(self, size: int) -> bool:
        return not self._taken or self._taken + size <= self._most

    def give_back(self, size: int) -> None:
        """So many bytes are let go."""
        if size:
            with self._changed:
                self._taken -= size
                empty = not self._taken
                self._changed.notify_all()
            if empty:
                self.when_empty()


ROOM = Room()
"""That of this process."""
