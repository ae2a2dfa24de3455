"""PostgreSQL arrays, built in the binary form in which they travel.

The driver builds an array value by value in Python; for whole columns of a batch that is a fifth of what storing costs.
Here a column is packed at once. Wrap a column in one of these and give it to the driver where it stands for `%b`.

`lrs.db` imports this module, since an engine takes over the driver's dumpers when it is made.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from struct import Struct, pack
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEAD = Struct(">iiIii")
"""Dimensions, a flag that servers pass over, type of the elements; length and lower bound of the one dimension."""
_LENGTH = Struct(">i")
_NULL = _LENGTH.pack(-1)
_16 = _LENGTH.pack(16)
_TRUE, _FALSE = _LENGTH.pack(1) + b"\1", _LENGTH.pack(1) + b"\0"
_BOOLEAN, _BYTEA, _BIGINT, _TEXT, _UUID = 16, 17, 20, 25, 2950


class _Array(bytes):
    """An array, packed."""


class Bigints(_Array):
    """bigint[]"""

    def __new__(cls, values: Sequence[int | None]) -> Bigints:
        flat: list[int | None] = [8] * (2 * len(values))
        flat[1::2] = values
        try:
            packed = pack(">" + "iq" * len(values), *flat)
        except struct.error:  # a None among them
            packed = b"".join([_NULL if value is None else pack(">iq", 8, value) for value in values])
        return super().__new__(cls, _head(_BIGINT, values) + packed)


class Uuids(_Array):
    """uuid[]"""

    def __new__(cls, values: Sequence[UUID | None]) -> Uuids:
        each = [_NULL if value is None else _16 + value.bytes for value in values]
        return super().__new__(cls, _head(_UUID, values) + b"".join(each))


class Booleans(_Array):
    """boolean[]"""

    def __new__(cls, values: Sequence[bool]) -> Booleans:
        return super().__new__(cls, _head(_BOOLEAN, values) + b"".join([_TRUE if one else _FALSE for one in values]))


class Texts(_Array):
    """text[], in UTF-8, which is what the driver speaks with every server."""

    def __new__(cls, values: Sequence[str]) -> Texts:
        return super().__new__(cls, _head(_TEXT, values) + b"".join(_with_lengths(values)))


class Blobs(_Array):
    """bytea[]"""

    def __new__(cls, values: Sequence[bytes | None]) -> Blobs:
        each = [_NULL if value is None else _LENGTH.pack(len(value)) + value for value in values]
        return super().__new__(cls, _head(_BYTEA, values) + b"".join(each))


class TextsOrNulls(_Array):
    """text[] with NULLs among them"""

    def __new__(cls, values: Sequence[str | None]) -> TextsOrNulls:
        encoded = [None if value is None else value.encode() for value in values]
        each = [_NULL if value is None else _LENGTH.pack(len(value)) + value for value in encoded]
        return super().__new__(cls, _head(_TEXT, values) + b"".join(each))


def _head(oid: int, values: Sequence[object]) -> bytes:
    return _HEAD.pack(1, 0, oid, len(values), 1)


def _with_lengths(values: Iterable[str]) -> Iterable[bytes]:
    for value in values:
        encoded = value.encode()
        yield _LENGTH.pack(len(encoded))
        yield encoded


def _register(kind: type[_Array], type_oid: int) -> None:
    class Packed(Dumper):
        oid = type_oid
        format = Format.BINARY

        def dump(self, obj: _Array) -> bytes:
            return obj

    psycopg.adapters.register_dumper(kind, Packed)


for _kind, _name in (
    (Bigints, "int8"),
    (Uuids, "uuid"),
    (Booleans, "bool"),
    (Texts, "text"),
    (TextsOrNulls, "text"),
    (Blobs, "bytea"),
):
    _register(_kind, psycopg.adapters.types[_name].array_oid)
