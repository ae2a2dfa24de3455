"""Requests that are turned into others before Flask finds out which view they are for.

What a rewriter refuses is noted in the environment and raised once the application has the request, so that the answer
has the same form, and the same headers, as any other refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from flask import Blueprint, Flask, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException

from lrs.errors import LrsError
from lrs.resources.bodies import Request

__all__ = ["Environment", "read_body", "register", "replace_body"]

Environment = dict[str, Any]
"""A WSGI environment."""

Rewriter = Callable[[Environment, int | None], None]
"""Changes an environment, reading at most so many bytes of body; raises LrsError or HTTPException to refuse."""

_REFUSAL = "lrs.refusal"


def register(blueprint: Blueprint, rewriters: Iterable[Rewriter]) -> None:
    """Have every request to this endpoint go through these, in their order."""
    prefix = f"{blueprint.url_prefix}/"

    @blueprint.record_once
    def wrap(state: BlueprintSetupState) -> None:
        assert isinstance(state.app, Flask)  # noqa: S101 — nothing else has a WSGI application to wrap
        app, wrapped = state.app, state.app.wsgi_app

        def rewriting(environ: Environment, start_response: Any) -> Iterable[bytes]:
            if environ.get("PATH_INFO", "").startswith(prefix):
                try:
                    for rewrite in rewriters:
                        rewrite(environ, app.config["MAX_CONTENT_LENGTH"])
                except (LrsError, HTTPException) as error:
                    environ[_REFUSAL] = error
            return wrapped(environ, start_response)

        app.wsgi_app = rewriting  # type: ignore[method-assign]

    @blueprint.before_app_request
    def refuse() -> None:
        if (error := request.environ.get(_REFUSAL)) is not None:
            raise error


def read_body(environ: Environment, most_bytes: int | None) -> bytes:
    """The body, however it is delimited; raises as `bodies.Request`."""
    reader = Request(environ)
    reader.max_content_length = most_bytes
    return reader.get_data(cache=False)


def replace_body(environ: Environment, body: bytes) -> None:
    """Let this be the body."""
    for name in ("HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "wsgi.input_terminated", "werkzeug.request"):
        environ.pop(name, None)
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
