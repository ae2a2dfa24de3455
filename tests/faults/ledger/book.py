"""The book: what each client sent and which answers it had, on disk and apart from the server.

One file for each client, only ever added to, so that it outlasts whoever writes it. Before a request goes out its
Statements are noted by id and digest; when it was answered, that. A note is in the operating system's hands before
the request is, so a rig that is killed loses nothing it knew.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

_HEAD = struct.Struct("<BBII")
_SENT, _ANSWERED = 1, 2
_DIGEST = 16
_ENTRY = 16 + _DIGEST


class Kind(IntEnum):
    """How Statements are sent. A bulk upload promises each of its lines for itself, all others the whole request."""

    SINGLE = 1
    BATCH = 2
    BULK = 3
    ATTACHMENT = 4

    @property
    def is_whole(self) -> bool:
        return self is not Kind.BULK


@dataclass(slots=True)
class Request:
    """What one request held, by id and digest, and whether it was acknowledged."""

    kind: Kind
    entries: bytes
    acknowledged: bool = False

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        """Id and digest of each Statement."""
        for start in range(0, len(self.entries), _ENTRY):
            yield self.entries[start : start + 16], self.entries[start + 16 : start + _ENTRY]

    def __len__(self) -> int:
        return len(self.entries) // _ENTRY


def digest(text: bytes) -> bytes:
    """Of the bytes of a Statement, without the brace at its end, to which the store adds its own parts."""
    return blake2b(text, digest_size=_DIGEST).digest()


class Book:
    """The notes of one client."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("ab", buffering=0)
        self._number = 0

    def sent(self, kind: Kind, statements: Sequence[tuple[UUID, bytes]]) -> int:
        """Note a request before it goes out: id and text of each Statement. Gives the number to acknowledge it by."""
        self._number += 1
        entries = b"".join(id_.bytes + digest(text[:-1]) for id_, text in statements)
        self._file.write(_HEAD.pack(_SENT, kind, self._number, len(statements)) + entries)
        return self._number

    def acknowledged(self, number: int) -> None:
        """Note that the server said of a request that all of it is stored."""
        self._file.write(_HEAD.pack(_ANSWERED, 0, number, 0))

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> list[Request]:
    """All that a client noted. A note that breaks off, because the rig was killed over it, was never sent."""
    data = path.read_bytes()
    requests: dict[int, Request] = {}
    place = 0
    while place + _HEAD.size <= len(data):
        what, kind, number, count = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        if what == _ANSWERED:
            requests[number].acknowledged = True
            continue
        entries = data[place : place + count * _ENTRY]
        place += count * _ENTRY
        if place <= len(data):
            requests[number] = Request(Kind(kind), entries)
    return list(requests.values())
