"""The Statements Resource (xAPI 1.0.3 Communication 2.1): read headers and body, call one function, draw the answer."""

from __future__ import annotations

import email.utils
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, request

from lrs.errors import InvalidRequest, NotFound
from lrs.resources import more
from lrs.resources.access import caller, database, guarded
from lrs.resources.parameters import Single, read_parameters
from lrs.resources.versions import request_version
from lrs.statements import query
from lrs.statements.order import consistent_through, instant, timestamp_text
from lrs.statements.store import store
from lrs.statements.validate import decode

CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"


def register(blueprint: Blueprint) -> None:
    """Add the views to the endpoint."""
    blueprint.add_url_rule("/statements", view_func=put_statement, methods=["PUT"])
    blueprint.add_url_rule("/statements", view_func=post_statements, methods=["POST"])
    blueprint.add_url_rule("/statements", view_func=get_statements, methods=["GET", "HEAD"])

    @blueprint.after_request
    def name_consistency(response: Response) -> Response:
        """On every answer to GET, refusals included: pollers rely on it (Communication 2.1.3)."""
        if request.path.endswith("/statements") and request.method in ("GET", "HEAD"):
            response.headers.setdefault(CONSISTENT_THROUGH, timestamp_text(0))
        return response


@guarded("statements/write")
def put_statement() -> Response:
    """Store one Statement under the id in the query string."""
    identity = caller("statements/write")
    wanted = read_parameters(request.args, allowed=("statementId",))
    if not isinstance(wanted, Single):
        raise InvalidRequest.at("statementId", "this parameter is required", "xAPI 1.0.3 Communication 2.1.1")
    document = _body()
    if not isinstance(document, dict):
        raise InvalidRequest.at("", "PUT takes one Statement, not a list", "xAPI 1.0.3 Communication 2.1.1")
    sent_id = document.setdefault("id", str(wanted.id))
    if isinstance(sent_id, str) and sent_id.lower() != str(wanted.id):
        raise InvalidRequest.at(
            "/id", f"the Statement says {sent_id}, the parameter statementId says {wanted.id}",
            "xAPI 1.0.3 Communication 2.1.1",
        )  # fmt: skip
    with database().writing() as session:
        store(session, identity, [document], version=request_version())
    return Response(status=204)


@guarded("statements/write")
def post_statements() -> Response:
    """Store one Statement or a list of them, all or nothing; answers the list of ids."""
    identity = caller("statements/write")
    read_parameters(request.args, allowed=())
    body = _body()
    documents = body if isinstance(body, list) else [body]
    with database().writing() as session:
        ids = store(session, identity, documents, version=request_version())
    return Response(msgspec.json.encode(ids), mimetype="application/json")


@guarded("statements/read/mine")
def get_statements() -> Response:
    """One Statement by id, or a page of those that the filters describe."""
    identity = caller("statements/read/mine")
    mine = None if identity.may("statements/read") else identity.authority
    secret: bytes = current_app.extensions["settings"].secret_key
    arguments = request.args
    after_seq = None
    if more.PARAMETER in arguments:
        arguments, after_seq = more.read(arguments, identity.tenant, secret)
    wanted = read_parameters(arguments)
    with database().reading() as session:
        through = consistent_through(session, identity.tenant)
        if isinstance(wanted, Single):
            found = query.one(session, identity.tenant, wanted.id, voided=wanted.voided, authority=mine)
            if found is None:
                raise NotFound(f"there is no {'voided ' if wanted.voided else ''}Statement with the id {wanted.id}")
            response = Response(found.exact, mimetype="application/json")
            newest = found.stored
        else:
            page = query.page(session, identity.tenant, wanted.filters(mine), after_seq)
            link = more.link(request.path, arguments, page.next_after, identity.tenant, secret)
            answer = ['{"statements":[', ",".join(page.texts), '],"more":', msgspec.json.encode(link).decode(), "}"]
            response = Response("".join(answer), mimetype="application/json")
            newest = page.newest
    response.headers[CONSISTENT_THROUGH] = timestamp_text(max(through, newest))
    if newest:
        response.headers["Last-Modified"] = email.utils.format_datetime(instant(newest), usegmt=True)
    return response


def _body() -> Any:
    """The decoded JSON body; raises InvalidRequest."""
    if request.mimetype != "application/json":
        raise InvalidRequest.at(
            "Content-Type", f"Statements come as application/json, not as {request.mimetype or 'nothing'}",
            "xAPI 1.0.3 Communication 1.5",
        )  # fmt: skip
    return decode(request.get_data(cache=False))
