"""The one table from our errors to HTTP statuses, and the one JSON form of every refusal.

{"errors": [{"place": "/actor/mbox", "message": "…", "clause": "xAPI 1.0.3 Data 2.4.2.3"}]}
"""

from __future__ import annotations

import logging
import traceback

import msgspec
import sqlalchemy.exc
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from lrs.errors import (
    DocumentConflict,
    Fault,
    Forbidden,
    InvalidRequest,
    InvalidStatement,
    LrsError,
    NotFound,
    PreconditionFailed,
    StatementConflict,
    TooLarge,
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
}

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
    response = refusal(error.code or 404, [Fault("", error.description or error.name, "")])
    response.headers.extend([each for each in error.get_headers() if each[0] in ("Allow", "Retry-After")])
    return response


def register(blueprint: Blueprint) -> None:
    """Turn what views raise into answers."""

    @blueprint.errorhandler(LrsError)
    def refused(error: LrsError) -> Response:
        status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 400)
        if isinstance(error, InvalidRequest | InvalidStatement):
            return refusal(status, list(error.faults))
        place = f"/{error.statement_id}" if isinstance(error, StatementConflict) else ""
        return refusal(status, [Fault(place, str(error), "")])

    @blueprint.app_errorhandler(LrsError)
    def refused_without_view(error: LrsError) -> Response:
        """What `rewriting` refused at an address that has no view; anything from elsewhere is not ours to answer."""
        if not request.path.startswith(PREFIXES):
            raise error
        return refused(error)

    @blueprint.errorhandler(RequestEntityTooLarge)
    def too_large(_error: RequestEntityTooLarge) -> Response:
        return refusal(413, [Fault("", "the body is larger than this store takes at once; send smaller batches", "")])

    @blueprint.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        return unmatched(error)

    @blueprint.errorhandler(sqlalchemy.exc.OperationalError)
    def unavailable(error: sqlalchemy.exc.OperationalError) -> Response:
        # Its message may quote a row, and with it somebody's data: name the kind of fault and where, not the words.
        where = "".join(traceback.format_tb(error.__traceback__)[-3:])
        log.error("the database did not do its work: %s\n%s", type(error.orig).__name__, where)
        response = refusal(503, [Fault("", "the store cannot be sure of its database just now; send it again", "")])
        response.headers["Retry-After"] = "2"
        return response
