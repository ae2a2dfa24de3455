"""Photographs as they are kept: the picture as it was taken, without what the telephone wrote beside it.

A telephone writes into a photograph where it was taken, when, and by which device. Whoever looks at a certificate needs
none of it, and for many it is where they live. Nothing of the picture itself changes: its bytes are copied. Which way
up it is stays, since browsers turn it by that.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

__all__ = ["bare"]

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"

_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112
_COLOURS = (b"ICC_PROFILE\0", b"Adobe")
"""How parts of a JPEG begin that its colours hang on."""

_SOS, _EOI, _APP0, _APP1, _APP15, _COM = 0xDA, 0xD9, 0xE0, 0xE1, 0xEF, 0xFE
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""Within a scan: what ends it."""

_WRITTEN_BESIDE = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
"""Chunks of a PNG that draw nothing."""


class _Broken(Exception):
    """This is not built as such a picture is."""


def bare(data: bytes) -> bytes:
    """The picture without what was written beside it, and without what was appended to it. Anything that is neither
    JPEG nor PNG, or is broken, as it is."""
    try:
        if data.startswith(_JPEG):
            return b"".join((_JPEG, *_jpeg(data)))
        if data.startswith(_PNG):
            return b"".join((_PNG, *_png(data)))
    except (_Broken, struct.error):
        pass
    return data


def _jpeg(data: bytes) -> Iterator[bytes]:
    at = len(_JPEG)
    while True:
        found = _MARKER.match(data, at)
        if found is None:
            raise _Broken
        kind, start = found[1][0], found.end()
        if kind == _EOI:
            yield b"\xff\xd9"
            return
        (length,) = struct.unpack_from(">H", data, start)
        part, at = data[start + 2 : start + length], start + length
        if length < 2 or at > len(data):
            raise _Broken
        if kind == _APP1 and part.startswith(_EXIF):
            yield from _turned(part[len(_EXIF) :])
        elif (not _APP0 < kind <= _APP15 and kind != _COM) or part.startswith(_COLOURS):
            yield b"\xff" + found[1] + data[start:at]
        if kind == _SOS:
            end = _MARKER.search(data, at)
            if end is None:
                yield data[at:]  # cut off in the middle of the picture
                return
            yield data[at : end.start()]
            at = end.start()


def _turned(tiff: bytes) -> Iterator[bytes]:
    """What says which way up the picture is, and nothing else; nothing where that does not matter."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2], "")
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, first)
        for at in range(first + 2, first + 2 + 12 * entries, 12):
            tag, kind, count, value = struct.unpack_from(order + "HHIH", tiff, at)
            if (tag, kind, count) == (_ORIENTATION, 3, 1) and 2 <= value <= 8:
                entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, value, 0)
                whole = _EXIF + b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
                yield b"\xff\xe1" + struct.pack(">H", len(whole) + 2) + whole
                return
    except struct.error:
        return


def _png(data: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise _Broken
        if kind not in _WRITTEN_BESIDE:
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end
