"""Whether the work loop goes on: it touches a file of the data folder every few seconds, and others see how old it is.

A file, not a row: a row would be a commit, and wake whoever waits for one.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

__all__ = ["EVERY", "FILE", "Pulse", "last_beat"]

FILE = "judging.alive"
EVERY = 5.0
"""Seconds between two touches at least."""


class Pulse:
    """Called at every turn of the loop; touches the file when it is time. A folder that takes no file stops nothing."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._touched = float("-inf")

    def __call__(self) -> None:
        if monotonic() - self._touched >= EVERY:
            self._touched = monotonic()
            with contextlib.suppress(OSError):
                self._path.touch()


def last_beat(data_dir: Path) -> datetime | None:
    """When the loop was last seen at work (UTC); None where it never was, on this machine."""
    try:
        return datetime.fromtimestamp((data_dir / FILE).stat().st_mtime, UTC)
    except OSError:
        return None
