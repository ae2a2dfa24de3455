"""Files that are on disk, and not merely on their way there, once a function returns."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["sync", "write_new"]


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there, readable by its owner alone; its name is on disk when its folder was synced.

    Raises FileExistsError.
    """
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Return when the disk has this file, or the names in this folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
