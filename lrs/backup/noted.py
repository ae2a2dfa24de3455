"""When the last backup was taken and read through, kept in a file of the data folder, for whoever looks after it."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import msgspec

__all__ = ["FILE", "Noted", "Sized", "keep", "read"]

FILE = "last-backup.json"


SIZES = 30
"""Of so many backups it is kept how large they were."""


class Sized(msgspec.Struct, frozen=True):
    """How many bytes the backup of an instant (UTC) had."""

    at: datetime
    bytes: int


class Noted(msgspec.Struct, frozen=True):
    """The last backup taken from here: where, when, how large; when a backup was last read to its end, and what did not
    hold then ("": all did); how large the last ones were. Instants in UTC."""

    folder: str = ""
    taken: datetime | None = None
    size: int = 0
    verified: datetime | None = None
    fault: str = ""
    sizes: tuple[Sized, ...] = ()


def keep(data_dir: Path, backup: Path, *, at: datetime, is_new: bool = False, fault: str = "") -> None:
    """Keeps that a backup was read to its end at an instant, and with `is_new` that it was taken then. Where the folder
    takes no file nothing is kept: a backup is no worse for that."""
    before = read(data_dir)
    at = at.astimezone(UTC)
    if is_new:
        size = sum(path.stat().st_size for path in backup.iterdir())
        new = Noted(str(backup), at, size, at, fault, (*before.sizes, Sized(at, size))[-SIZES:])
    else:
        new = msgspec.structs.replace(before, verified=at, fault=fault)
    part = data_dir / f"{FILE}.part"
    with contextlib.suppress(OSError):
        part.write_bytes(msgspec.json.encode(new))
        part.replace(data_dir / FILE)


def read(data_dir: Path) -> Noted:
    """What is known of the last backup; nothing where none was taken from here."""
    try:
        return msgspec.json.decode((data_dir / FILE).read_bytes(), type=Noted)
    except (OSError, msgspec.DecodeError):
        return Noted()
