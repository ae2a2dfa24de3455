"""Entity tags: what a request expects of a document, and what an answer says it is (xAPI 1.0.3 Communication 3.1)."""

from __future__ import annotations

from hashlib import sha1

from flask import Response, request
from werkzeug.http import parse_etags

from lrs.documents import ANY, Precondition
from lrs.statements.order import instant

__all__ = ["read_precondition", "tagged"]


def read_precondition() -> Precondition:
    """If-Match and If-None-Match of this request; a weak tag can only be one that is not to match (RFC 7232 2.3.2)."""
    return Precondition(_tags("If-Match", weak=False), _tags("If-None-Match", weak=True))


def tagged(response: Response, updated: int = 0) -> Response:
    """The answer to a GET, with its ETag and, when it has an `updated` (microseconds), its Last-Modified.

    No cache keeps it: it is a person's. Who asks with a tag that is current is told so without the content.
    """
    response.set_etag(sha1(response.get_data(), usedforsecurity=False).hexdigest())
    if updated:
        response.last_modified = instant(updated)
    response.headers["Cache-Control"] = "no-store"
    response.make_conditional(request)
    return response


def _tags(header: str, *, weak: bool) -> frozenset[str] | None:
    sent = request.headers.get(header)
    if sent is None:
        return None
    tags = parse_etags(sent)
    return frozenset({ANY}) if tags.star_tag else frozenset(tags.as_set(include_weak=weak))
