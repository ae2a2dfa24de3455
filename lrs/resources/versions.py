"""X-Experience-API-Version: which version a request speaks, and which one its answer names.

Requests in the 1.0 and the 2.0 family are taken; anything else is 400 (xAPI 1.0.3 Communication 3.3; 2.0.0 the same).
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, request

from lrs.errors import InvalidRequest
from lrs.versions import SUPPORTED, family

HEADER = "X-Experience-API-Version"


def request_version() -> str:
    """The version this request is answered in: "1.0.3" or "2.0.0". Raises InvalidRequest."""
    sent = request.headers.get(HEADER)
    if sent is None:
        raise InvalidRequest.at(
            HEADER, f"this header is missing; send one of {', '.join(SUPPORTED)}", "xAPI 1.0.3 Communication 3.3"
        )
    if (version := family(sent)) is not None:
        return version
    raise InvalidRequest.at(
        HEADER,
        f"version {sent!r} is not spoken here; send one of {', '.join(SUPPORTED)}",
        "xAPI 1.0.3 Communication 3.3",
    )


def named_by_default() -> str:
    """What an answer names when the request's version is missing or unknown: a setting, one of SUPPORTED."""
    named: str = current_app.extensions["settings"].xapi_version_named_by_default
    return named


def register(blueprint: Blueprint) -> None:
    """Settle the version before each view and name it on each answer, refusals included."""

    @blueprint.before_request
    def settle() -> None:
        if request.endpoint != f"{blueprint.name}.about":
            g.xapi_version = request_version()

    @blueprint.after_app_request
    def name(response: Response) -> Response:
        if request.path.startswith(f"{blueprint.url_prefix}/"):
            response.headers[HEADER] = g.get("xapi_version") or named_by_default()
        return response
