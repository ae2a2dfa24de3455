"""Threads of tests have an end: one that hangs fails its test, and says where, in place of holding up the whole run."""

from __future__ import annotations

import sys
import threading
import traceback

__all__ = ["PATIENCE", "ended"]

PATIENCE = 120.0
"""Seconds after which whatever has not ended is taken to hang."""


def ended(*threads: threading.Thread, within: float = PATIENCE) -> None:
    """Wait until all have ended; AssertionError with the place where one hangs.

    Start them with `daemon=True`: a process that ends waits for all others, however long."""
    for thread in threads:
        thread.join(within)
        if thread.is_alive():
            frame = sys._current_frames().get(thread.ident or 0)
            where = "".join(traceback.format_stack(frame)) if frame else ""
            raise AssertionError(f"{thread.name} does not end; it is at\n{where}")
