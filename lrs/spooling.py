"""Bodies too large to be held in memory: kept on disk while they are worked on, and read as if they were in memory.

A large body is written to a file without a name, in the folder that TMPDIR says, and mapped. The map can be searched
and sliced like bytes, and a slice of it (a memoryview) is no copy. The file is gone when nobody holds the map or a
slice any more, and also when the process is killed.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from werkzeug.exceptions import ServiceUnavailable

from lrs.errors import TooLarge

__all__ = ["IN_MEMORY", "Body", "Slice", "gather", "let_go", "pieces", "too_large"]

IN_MEMORY = 1024 * 1024
"""Bodies of no more bytes are held in memory."""

Body = bytes | mmap.mmap
Slice = bytes | memoryview

_PIECE = 64 * 1024


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """What a stream gives, a little at a time."""
    while piece := stream.read(_PIECE):
        yield piece


def gather(pieces: Iterable[bytes], most_bytes: int | None) -> Body:
    """All the pieces, in one. Raises TooLarge as soon as they are more than `most_bytes`, and takes no more of them.

    Raises ServiceUnavailable when the disk has no room for them.
    """
    size = 0
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        for piece in pieces:
            size += len(piece)
            if most_bytes is not None and size > most_bytes:
                raise too_large(most_bytes)
            _write(file, piece)
        if size <= IN_MEMORY:
            file.seek(0)
            return file.read()
        _write(file, b"")
        return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)


def too_large(most_bytes: int) -> TooLarge:
    """The refusal of a body larger than this."""
    return TooLarge(
        f"the body is larger than the {most_bytes} bytes that this store takes at once; send smaller batches"
    )


def let_go(data: Body | Slice) -> None:
    """Keep no pages of this body in memory; they are read from disk again when they are next looked at."""
    body = data.obj if isinstance(data, memoryview) else data
    if isinstance(body, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        body.madvise(mmap.MADV_DONTNEED)


def _write(file: tempfile.SpooledTemporaryFile[bytes], piece: bytes) -> None:
    try:
        file.write(piece)
        if not piece:
            file.flush()
    except OSError:
        raise ServiceUnavailable("there is no room here for a body of this size just now; send it again") from None
