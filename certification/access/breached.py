"""Passwords known from breaches of other sites, in a file of the operator's own: nobody is asked over the network.

The file holds SHA-1 of each as 40 hexadecimal digits, one a line and in their order, with whatever follows a colon: as
"Pwned Passwords, ordered by hash" comes. It is read by halving, some thirty lines a password, however large it is.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

__all__ = ["fault_of", "is_among"]

_DIGITS = 40
_LONGEST_LINE = 200


def is_among(file: Path, password: str) -> bool:
    """Whether the file holds this password, as it was typed. Raises OSError where it cannot be read."""
    sought = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().encode()
    with file.open("rb") as opened:
        low, high = 0, opened.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            start, line = _line_after(opened, middle)
            if line and line[:_DIGITS].lower() < sought:
                low = start + len(line)
            else:
                high = middle
        return _line_after(opened, low)[1][:_DIGITS].lower() == sought


def fault_of(file: Path) -> str | None:
    """Why this is no such file; None when its first line looks like one."""
    try:
        with file.open("rb") as opened:
            first = opened.readline(_LONGEST_LINE)
            bytes.fromhex(first[:_DIGITS].decode("ascii"))
    except (OSError, ValueError):
        return "cannot be read"
    return None if len(first) > _DIGITS and first[_DIGITS:].strip(b"\r\n")[:1] in (b"", b":") else "is none"


def _line_after(opened: BinaryIO, place: int) -> tuple[int, bytes]:
    """The first line that begins at or after a place, and where; b"" behind the last."""
    opened.seek(max(place - 1, 0))
    if place:
        opened.readline(_LONGEST_LINE)
    start = opened.tell()
    return start, opened.readline(_LONGEST_LINE)
