"""Keys for national numbers that came after the first: kept in a file beside the secret, and never in the database.

The first key follows from the installation's secret (`national_numbers.Keys`). Whoever rotates adds a key of its own to
the file, 32 random bytes in hexadecimal a line, the oldest first. None is ever removed: a hash is made with all of them
in turn, so that numbers that were never kept are put under a new key as well.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from certification.errors import CertificationError
from lrs import api

__all__ = ["FILE", "BrokenKeys", "add", "read"]

FILE = "national_number_keys"
_BYTES = 32


class BrokenKeys(CertificationError):
    """The file of keys is not what the program wrote."""

    def __init__(self, file: Path, line: int) -> None:
        super().__init__(
            f"{file}, line {line}: is no key of {2 * _BYTES} hexadecimal digits. Put back the copy that was kept with "
            "SECRET_KEY; without it nobody's national number can be compared any more."
        )


def read(folder: Path) -> tuple[bytes, ...]:
    """The keys in the data folder, the oldest first; none where nobody rotated. Raises BrokenKeys."""
    file = folder / FILE
    try:
        lines = file.read_text("ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    keys = []
    for place, line in enumerate(lines, start=1):
        try:
            key = bytes.fromhex(line)
        except ValueError:
            key = b""
        if len(key) != _BYTES:
            raise BrokenKeys(file, place)
        keys.append(key)
    return tuple(keys)


def add(folder: Path, *, after: int) -> tuple[bytes, ...]:
    """All keys, with a new one behind the first `after` unless somebody else was faster; it is on disk then. Raises
    BrokenKeys."""
    file = folder / FILE
    with os.fdopen(os.open(folder / f"{FILE}.lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = read(folder)
        if len(known) > after:
            return known
        known = (*known, secrets.token_bytes(_BYTES))
        new = folder / f"{FILE}.{os.getpid()}"
        new.unlink(missing_ok=True)
        api.write_new(new, "".join(f"{key.hex()}\n" for key in known).encode())
        new.replace(file)
        api.sync(folder)
    return known
