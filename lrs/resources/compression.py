"""Bodies in gzip, coming and going.

A compressed request may unfold to no more than an uncompressed one may hold. Answers in JSON are compressed for whoever
asks for it, lightly: at this level it costs less than sending them would. One with an ETag is not, because the tag is
that of the content as it is (xAPI 1.0.3 Communication 3.1).
"""

from __future__ import annotations

import gzip
import zlib

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from lrs.errors import InvalidRequest
from lrs.resources.rewriting import Environment, read_body, replace_body

WORTHWHILE = 1024
"""Answers of fewer bytes are sent as they are."""

_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 1


def unfold(environ: Environment, most_bytes: int | None) -> None:
    """Replace a gzip body by what it holds; raises InvalidRequest, RequestEntityTooLarge or UnsupportedMediaType."""
    encoding = environ.get("HTTP_CONTENT_ENCODING", "identity").strip().lower()
    if encoding in ("identity", ""):
        return
    if encoding not in ("gzip", "x-gzip"):
        raise UnsupportedMediaType(f"the Content-Encoding {encoding!r} is not taken here; send gzip or none")
    replace_body(environ, _unfolded(read_body(environ, most_bytes), most_bytes))


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


def _unfolded(body: bytes, most_bytes: int | None) -> bytes:
    """What the members of a gzip file hold, one after another."""
    pieces: list[bytes] = []
    left = most_bytes
    while body:
        member = zlib.decompressobj(_GZIP)
        try:
            # One byte more than allowed is enough to know that it is too much, however much there would be.
            pieces.append(member.decompress(body, 0 if left is None else left + 1))
        except zlib.error:
            raise _broken() from None
        if left is not None:
            left -= len(pieces[-1])
            if left < 0:
                raise RequestEntityTooLarge
        if not member.eof:
            raise _broken()
        body = member.unused_data
    return b"".join(pieces)


def _broken() -> InvalidRequest:
    return InvalidRequest.at("Content-Encoding", "the body is not gzip, or breaks off")
