"""Requests that are turned into others before Flask finds out which view they are for.

What a rewriter refuses is noted in the environment and raised once the application has the request, so that the answer
has the same form, and the same headers, as any other refusal.
"""

from __future__ import annotations

import logging
import mmap
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, Any

import flask
from flask import Blueprint, Flask, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from lrs.errors import LrsError
from lrs.resources.bodies import Request
from lrs.spooling import Body, gather, pieces

__all__ = ["Application", "Environment", "body_stream", "read_body", "register", "replace_body", "spooled_body"]

Environment = dict[str, Any]
"""A WSGI environment."""

Rewriter = Callable[[Environment, int | None], None]
"""Changes an environment, reading at most so many bytes of body; raises LrsError or HTTPException to refuse."""

log = logging.getLogger("lrs.requests")

_REFUSAL = "lrs.refusal"
_REWRITERS = "lrs.rewriters"


def register(blueprint: Blueprint, rewriters: Iterable[Rewriter]) -> None:
    """Have every request to this endpoint of an `Application` go through these, in their order."""
    prefix = f"{blueprint.url_prefix}/"

    @blueprint.record_once
    def remember(state: BlueprintSetupState) -> None:
        state.app.extensions.setdefault(_REWRITERS, {})[prefix] = tuple(rewriters)

    @blueprint.before_app_request
    def refuse() -> None:
        if (error := request.environ.get(_REFUSAL)) is not None:
            raise error


class Application(Flask):
    """An application whose requests go through the rewriters of the endpoint that they are for, and whose log names no
    address: Flask would log that of a request that failed, which may name a person."""

    def log_exception(self, exc_info: Any) -> None:
        log.error("a request failed", exc_info=exc_info)

    def create_url_adapter(self, request: flask.Request | None) -> MapAdapter | None:
        """A `Host` that is none is refused like anything else: with nowhere to be, no page could say so."""
        try:
            return super().create_url_adapter(request)
        except HTTPException as error:
            if request is None:
                raise
            request.environ[_REFUSAL] = error
            return self.url_map.bind("localhost", default_method=request.method, path_info=request.path)

    def wsgi_app(self, environ: Environment, start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for prefix, rewriters in self.extensions[_REWRITERS].items():
            if path.startswith(prefix):
                try:
                    for rewrite in rewriters:
                        rewrite(environ, self.config["MAX_CONTENT_LENGTH"])
                except (LrsError, HTTPException) as error:
                    environ[_REFUSAL] = error
        answer: Iterable[bytes] = super().wsgi_app(environ, start_response)
        return answer


def body_stream(environ: Environment, most_bytes: int | None) -> IO[bytes]:
    """The body, however it is delimited, to be read once, piece by piece; raises as `bodies.Request`."""
    return _reader(environ, most_bytes).stream


def read_body(environ: Environment, most_bytes: int | None) -> bytes:
    """The whole body in memory; raises RequestEntityTooLarge."""
    with _reader(environ, most_bytes) as reader:
        return reader.stream.read()


def _reader(environ: Environment, most_bytes: int | None) -> Request:
    reader = Request(environ, populate_request=False)
    reader.max_content_length = most_bytes
    return reader


def spooled_body(environ: Environment, most_bytes: int | None) -> Body:
    """The whole body, on disk where it is large; raises RequestEntityTooLarge or ServiceUnavailable."""
    body = environ["wsgi.input"]
    if isinstance(body, mmap.mmap):  # unfolded into a file already
        return body
    return gather(pieces(body_stream(environ, most_bytes)), None)


def replace_body(environ: Environment, body: Body) -> None:
    """Let this be the body."""
    for name in ("HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "wsgi.input_terminated", "werkzeug.request"):
        environ.pop(name, None)
    environ["wsgi.input"] = body if isinstance(body, mmap.mmap) else BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
