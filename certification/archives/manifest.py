"""What an archive says of itself: `manifest.json`, of the shape of `schemas/certification/statement-archive-1.json`.

Canonical JSON with a proof, as a roll-up. Its digests are a chain: what stands after a line is SHA-256 over what stood
before it and the SHA-256 of the line, so the last one speaks for every line and for their order.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import Any

import schemas
from certification.credentials import jcs
from certification.credentials.canonical import NotSignable
from lrs.api import Fault, InvalidRequest, decode

__all__ = ["BEGINNING", "MANIFEST", "MOST_BYTES", "TYPE", "Chain", "opened", "read"]

TYPE = "statement-archive/1"
SCHEMA = "certification/statement-archive-1"
MANIFEST = "manifest.json"
MOST_BYTES = 256 * 1024 * 1024
BEGINNING = "00" * 32
"""Stands before the first line."""


class Chain:
    """The digest over lines and their order."""

    def __init__(self, before: str = BEGINNING) -> None:
        self._digest = bytes.fromhex(before)

    def add(self, line: bytes) -> None:
        """Goes on by a line, without its end."""
        self._digest = hashlib.sha256(self._digest + hashlib.sha256(line).digest()).digest()

    @property
    def digest(self) -> str:
        """What stands after the last line, in hexadecimal."""
        return self._digest.hex()


def opened(path: Path) -> BufferedReader:
    """A file of an archive, to be read. Raises OSError for whatever is no regular file: links are not followed, and
    nothing is waited for."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(errno.EINVAL, f"{path.name} is no regular file")
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def read(folder: Path) -> dict[str, Any]:
    """The manifest of an archive, of which the shape was checked and nothing else.

    Raises InvalidRequest with every fault, OSError where there is none.
    """
    with opened(folder / MANIFEST) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InvalidRequest([Fault("", f"a manifest has at most {MOST_BYTES} bytes; is this another file?")])
    document = decode(content.strip())
    if not schemas.validator(SCHEMA).is_valid(document):
        raise InvalidRequest([Fault(one.place, one.message) for one in schemas.faults(SCHEMA, document, most=100)])
    try:
        jcs.canonical(document)
    except NotSignable as error:
        raise InvalidRequest([Fault("", str(error))]) from None
    found: dict[str, Any] = document
    return found
