"""Bodies in gzip, coming and going.

A compressed request may unfold to no more than an uncompressed one may hold. Answers in JSON are compressed for whoever
asks for it, lightly: at this level it costs less than sending them would. One with an ETag is not, because the tag is
that of the content as it is (xAPI 1.0.3 Communication 3.1).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from lrs.errors import InvalidRequest
from lrs.resources.rewriting import Environment, body_stream, replace_body
from lrs.spooling import gather, pieces

WORTHWHILE = 1024
"""Answers of fewer bytes are sent as they are."""

_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 1
_PIECE = 64 * 1024


def unfold(environ: Environment, most_bytes: int | None) -> None:
    """Replace a gzip body by what it holds, on disk where that is much.

    Raises InvalidRequest, TooLarge as soon as it holds too much, RequestEntityTooLarge or UnsupportedMediaType.
    """
    encoding = environ.get("HTTP_CONTENT_ENCODING", "identity").strip().lower()
    if encoding in ("identity", ""):
        return
    if encoding not in ("gzip", "x-gzip"):
        raise UnsupportedMediaType(f"the Content-Encoding {encoding!r} is not taken here; send gzip or none")
    replace_body(environ, gather(_unfolded(pieces(body_stream(environ, most_bytes))), most_bytes))


def register(blueprint: Blueprint) -> None:
    """Compress answers."""

    @blueprint.after_request
    def fold(response: Response) -> Response:
        if response.mimetype != "application/json" or response.is_streamed:
            return response
        if "Content-Encoding" in response.headers or "ETag" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.quality("gzip") > 0 and len(body := response.get_data()) > WORTHWHILE:
            response.set_data(gzip.compress(body, _LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response


def _unfolded(body: Iterable[bytes]) -> Iterator[bytes]:
    """What the members of a gzip file hold, one after another, a little at a time however well it is packed."""
    member = None
    begun = False
    for piece in body:
        while piece:
            if member is None:
                member, begun = zlib.decompressobj(_GZIP), True
            yield _next(member, piece)
            piece = member.unconsumed_tail
            if member.eof:
                piece, member = member.unused_data, None
    while member is not None and not member.eof and (rest := _next(member, b"")):
        yield rest
    if not begun or (member is not None and not member.eof):
        raise _broken()


def _next(member: Any, piece: bytes) -> bytes:
    """So much of what this piece holds; the rest of the piece stays in `unconsumed_tail`."""
    try:
        return bytes(member.decompress(piece, _PIECE))
    except zlib.error:
        raise _broken() from None


def _broken() -> InvalidRequest:
    return InvalidRequest.at("Content-Encoding", "the body is not gzip, or breaks off")
