"""The one table from our errors to HTTP statuses, and the one JSON form of every refusal.

{"errors": [{"place": "/actor/mbox", "message": "…", "clause": "xAPI 1.0.3 Data 2.4.2.3"}]}

A place is a JSON pointer into the body, or the name of a parameter or header; "" where the whole request is meant.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable

import msgspec
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from lrs import spooling
from lrs.db import AWAY, is_away
from lrs.errors import (
    DocumentConflict,
    Fault,
    Forbidden,
    InvalidRequest,
    InvalidStatement,
    InvalidToken,
    IssuerAway,
    LrsError,
    NotFound,
    NotStored,
    PreconditionFailed,
    StatementConflict,
    StoreAway,
    TooLarge,
    TooMany,
    Unauthenticated,
    listed,
)

STATUSES: dict[type[LrsError], int] = {
    InvalidRequest: 400,
    InvalidStatement: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    StatementConflict: 409,
    DocumentConflict: 409,
    PreconditionFailed: 412,
    TooLarge: 413,
    TooMany: 429,
    NotStored: 503,
    IssuerAway: 503,
    StoreAway: 503,
}

CLAUSES: dict[type[LrsError], str] = {
    Unauthenticated: "xAPI 1.0.3 Communication 4.0",
    Forbidden: "xAPI 1.0.3 Communication 3.2",
    NotFound: "xAPI 1.0.3 Communication 3.2",
    StatementConflict: "xAPI 1.0.3 Communication 2.1.2",
    DocumentConflict: "xAPI 1.0.3 Communication 3.1",
    PreconditionFailed: "xAPI 1.0.3 Communication 3.1",
    TooLarge: "xAPI 1.0.3 Communication 3.2",
    TooMany: "xAPI 1.0.3 Communication 3.2",
}
"""What asks for a refusal, where its faults do not say so themselves."""
PREFIXES = ("/xapi/", "/xapi-ext/")
"""Where refusals have this form."""

log = logging.getLogger(__name__)


def refusal(status: int, faults: list[Fault]) -> Response:
    """An answer in the one form."""
    response = Response(msgspec.json.encode({"errors": listed(faults)}), status, mimetype="application/json")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="xAPI", charset="UTF-8"'
    return response


def unmatched(error: HTTPException) -> Response:
    """The refusal of what no view of the endpoint answers to: an address, a method, a body that cannot be unfolded."""
    words = error.description or error.name
    if isinstance(error, RequestEntityTooLarge):
        words = str(spooling.too_large(request.max_content_length or 0))
    response = refusal(error.code or 404, [Fault("", words, "")])
    response.headers.extend([each for each in error.get_headers() if each[0] in ("Allow", "Retry-After")])
    return response


def _faults(error: LrsError) -> Iterable[Fault]:
    """Each fault with its place, and the clause that asks for the refusal."""
    if isinstance(error, InvalidRequest | InvalidStatement):
        return error.faults
    clause = CLAUSES.get(type(error), "")
    if isinstance(error, StatementConflict) and error.differences:
        message = f"another Statement with the id {error.statement_id} is stored already; it differs here"
        return [Fault(error.place + place, message, clause) for place in error.differences]
    return [Fault(getattr(error, "place", ""), str(error), clause)]


def _challenge(error: LrsError) -> str | None:
    """What is told to whoever came with a Bearer token (RFC 6750 3); None where that is not what was wrong."""
    if isinstance(error, InvalidToken):
        return f'Bearer realm="xAPI", error="invalid_token", error_description="{error}"'
    if isinstance(error, Forbidden) and g.get("by_token"):
        words = f"the token, or the key it stands for, lacks the scope {error.scope}" if error.scope else "not allowed"
        return f'Bearer realm="xAPI", error="insufficient_scope", error_description="{words}"'
    return None


def register(blueprint: Blueprint) -> None:
    """Turn what views raise into answers."""

    @blueprint.errorhandler(LrsError)
    def refused(error: LrsError) -> Response:
        status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 400)
        response = refusal(status, list(_faults(error)))
        if isinstance(error, StoreAway):
            log.error("the bucket of attachments: %s", error.why)
        if status in (429, 503):
            response.headers["Retry-After"] = str(error.wait if isinstance(error, IssuerAway | TooMany) else 2)
        if (challenge := _challenge(error)) is not None:
            response.headers["WWW-Authenticate"] = challenge
        return response

    @blueprint.app_errorhandler(LrsError)
    def refused_without_view(error: LrsError) -> Response:
        """What `rewriting` refused at an address that has no view; anything from elsewhere is not ours to answer."""
        if not request.path.startswith(PREFIXES):
            raise error
        return refused(error)

    @blueprint.errorhandler(RequestEntityTooLarge)
    def too_large(_error: RequestEntityTooLarge) -> Response:
        return refused(spooling.too_large(request.max_content_length or 0))

    @blueprint.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        return unmatched(error)

    def unavailable(error: Exception) -> Response:
        if not is_away(error):
            raise error
        # Its message may quote a row, and with it somebody's data: name the kind of fault and where, not the words.
        where = "".join(traceback.format_tb(error.__traceback__)[-3:])
        what = error.strerror if isinstance(error, OSError) else type(getattr(error, "orig", None) or error).__name__
        log.error("the database, or this machine, did not do its work: %s\n%s", what, where)
        return refused(NotStored())

    for kind in AWAY:
        blueprint.register_error_handler(kind, unavailable)
