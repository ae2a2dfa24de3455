"""Answers in JSON, and how an answer that the caller has already is not sent again."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from flask import Response, g, request

__all__ = ["Unchanged", "answer", "conditional", "public", "unless_known"]


class Unchanged(Exception):
    """The caller has this answer already, as its If-None-Match says: 304."""

    def __init__(self, etag: str) -> None:
        self.etag = etag
        super().__init__(etag)


def answer(document: Any, status: int = 200) -> Response:
    """A document (also dataclasses, dates, UUIDs) as JSON. No cache keeps it: figures and persons change."""
    response = Response(msgspec.json.encode(document), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def public(document: bytes, media_type: str) -> Response:
    """A document for everybody, any site's pages included. Verifiers and caches may keep it for five minutes, and are
    told by its ETag when it is still the same."""
    response = Response(document, mimetype=media_type)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def unless_known(*version: object) -> None:
    """Raise Unchanged when the caller sends the ETag that stands for `version`; otherwise the answer will carry it.

    For a view that can tell cheaply, before its work, whether its answer would differ: `version` must change with
    everything that the answer depends on, who asks and what for included; of this program itself that is seen to here.
    Other views need nothing: `conditional`.
    """
    g.etag = _digest(repr((_program(), version)).encode())
    if request.if_none_match.contains_weak(g.etag):
        raise Unchanged(g.etag)


@cache
def _program() -> str:
    """What tells this program from one that would answer the same question in another way: its own files."""
    package = Path(__file__).parent.parent
    files = sorted(one for kind in ("py", "html", "css", "js", "svg", "po") for one in package.rglob(f"*.{kind}"))
    return _digest(b"".join(one.read_bytes() for one in files))


def conditional(response: Response) -> Response:
    """Gives an answer to GET its ETag, and makes it 304 when the caller has it already."""
    if request.method in ("GET", "HEAD") and response.status_code == 200 and not response.is_streamed:
        response.set_etag(g.pop("etag", None) or _digest(response.get_data()))
        response.make_conditional(request)
    return response


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
