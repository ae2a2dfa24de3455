"""The Statements Resource (xAPI 1.0.3 Communication 2.1): read headers and body, call one function, draw the answer."""

from __future__ import annotations

import email.utils
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from flask import Blueprint, Response, current_app, g, request

from lrs import attachments, multipart, scanning
from lrs.activities import canonical_definitions
from lrs.attachments import Content, Kept
from lrs.cmi5 import sessions
from lrs.content_types import require_utf8
from lrs.credentials import Identity
from lrs.db import Database, Session
from lrs.definitions import catch_up
from lrs.errors import InvalidRequest, InvalidStatement, NotFound, StatementConflict
from lrs.resources import launched, more
from lrs.resources.access import caller, database, guarded, writer
from lrs.resources.foreign import handed_over
from lrs.resources.rewriting import spooled_body
from lrs.resources.versions import request_version
from lrs.statements import formats, query
from lrs.statements.order import consistent_through, instant, microseconds, timestamp_text
from lrs.statements.parameters import Shape, Single, read_parameters
from lrs.statements.rows import read_exact
from lrs.statements.store import check
from lrs.statements.validate import decode, encode

CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"


def register(blueprint: Blueprint) -> None:
    """Add the views to the endpoint."""
    blueprint.add_url_rule("/statements", view_func=put_statement, methods=["PUT"])
    blueprint.add_url_rule("/statements", view_func=post_statements, methods=["POST"])
    blueprint.add_url_rule("/statements", view_func=get_statements, methods=["GET", "HEAD"])

    @blueprint.after_request
    def name_consistency(response: Response) -> Response:
        """On every answer to GET, refusals included: pollers rely on it (Communication 2.1.3)."""
        asked = request.path.endswith("/statements") and request.method in ("GET", "HEAD")
        if asked and CONSISTENT_THROUGH not in response.headers:
            response.headers[CONSISTENT_THROUGH] = timestamp_text(_through_in_refusal(response.status_code))
        return response


@guarded("statements/write")
def put_statement() -> Response:
    """Store one Statement under the id in the query string."""
    identity = caller("statements/write")
    wanted = read_parameters(request.args, allowed=("statementId",))
    if not isinstance(wanted, Single):
        raise InvalidRequest.at("statementId", "this parameter is required", "xAPI 1.0.3 Communication 2.1.1")
    document, contents = _body()
    if not isinstance(document, dict):
        raise InvalidRequest.at("", "PUT takes one Statement, not a list", "xAPI 1.0.3 Communication 2.1.1")
    sent_id = document.setdefault("id", str(wanted.id))
    if isinstance(sent_id, str) and sent_id.lower() != str(wanted.id):
        raise InvalidRequest.at(
            "/id", f"the Statement says {sent_id}, the parameter statementId says {wanted.id}",
            "xAPI 1.0.3 Communication 2.1.1",
        )  # fmt: skip
    _store(identity, [document], contents)
    return Response(status=204)


@guarded("statements/write")
def post_statements() -> Response:
    """Store one Statement or a list of them, all or nothing; answers the list of ids."""
    identity = caller("statements/write")
    read_parameters(request.args, allowed=())
    body, contents = _body()
    with _pointing_into(body):
        ids = _store(identity, body if isinstance(body, list) else [body], contents)
    return Response(msgspec.json.encode(ids), mimetype="application/json")


@guarded("statements/read/mine")
def get_statements() -> Response:
    """One Statement by id, or a page of those that the filters describe; in the format asked for, with Attachments."""
    identity = caller("statements/read/mine")
    g.tenant = identity.tenant
    mine = None if identity.may("statements/read") else identity.authority
    secret: bytes = current_app.extensions["settings"].secret_key
    arguments = request.args
    after_seq = None
    if more.PARAMETER in arguments:
        arguments, after_seq = more.read(arguments, identity.tenant, secret)
    wanted = read_parameters(arguments)
    if identity.launch is not None and not isinstance(wanted, Single):
        launched.require_registration(identity.launch, wanted.values.get("registration"))
    if wanted.shape.format == "canonical":
        catch_up(database(), identity.tenant)
    with database().reading(identity.tenant) as session:
        through = consistent_through(session, identity.tenant)
        if isinstance(wanted, Single):
            found = query.one(session, identity.tenant, wanted.id, voided=wanted.voided, authority=mine)
            if found is None or not launched.shows(identity.launch, found.exact):
                raise NotFound(f"there is no {'voided ' if wanted.voided else ''}Statement with the id {wanted.id}")
            texts, kept = _drawn(session, identity, [found.exact], wanted.shape)
            answer = texts[0]
            newest = found.stored
        else:
            page = query.page(session, identity.tenant, wanted.filters(mine, identity.opaque_accounts), after_seq)
            texts, kept = _drawn(session, identity, page.texts, wanted.shape)
            link = more.link(request.path, arguments, page.next_after, identity.tenant, secret)
            answer = f'{{"statements":[{",".join(texts)}],"more":{encode(link)}}}'
            newest = page.newest
    if wanted.shape.attachments:
        response = _with_attachments(database(), identity.tenant, answer, kept)
    else:
        response = Response(answer, mimetype="application/json")
    if wanted.shape.format == "canonical":
        response.vary.add("Accept-Language")
    response.headers[CONSISTENT_THROUGH] = timestamp_text(max(through, newest))
    if newest:
        response.headers["Last-Modified"] = email.utils.format_datetime(instant(newest), usegmt=True)
    return response


def _body() -> tuple[Any, list[Content]]:
    """The decoded JSON of the body, and the Attachments that came with it; raises InvalidRequest."""
    if request.mimetype == multipart.MEDIA_TYPE:
        body = spooled_body(request.environ, request.max_content_length)
        statements, contents = multipart.read(body, request.headers["Content-Type"])
        for number, content in enumerate(contents, 2):
            scanning.require_clean(content.data, f"part {number}")
        return decode(statements), contents
    if request.mimetype != "application/json":
        raise InvalidRequest.at(
            "Content-Type",
            f"Statements come as application/json or {multipart.MEDIA_TYPE}, not as {request.mimetype or 'nothing'}",
            "xAPI 1.0.3 Communication 1.5",
        )
    require_utf8(request.headers["Content-Type"])
    return decode(request.get_data(cache=False)), []


@contextmanager
def _pointing_into(body: Any) -> Iterator[None]:
    """Let the places of faults be pointers into the body as it was sent: in a list, of one too, they begin with the
    index. Which Statement a conflict is about is known by its id."""
    try:
        yield
    except InvalidStatement as error:
        if not (isinstance(body, list) and len(body) == 1):
            raise
        raise InvalidStatement(
            replace(fault, place=f"/0{fault.place}") if fault.place[:1] in ("", "/") else fault
            for fault in error.faults
        ) from None
    except StatementConflict as error:
        ids = [str(one.get("id")).lower() for one in body] if isinstance(body, list) else []
        if (conflicting := str(error.statement_id)) in ids:
            error.place = f"/{ids.index(conflicting)}"
        raise


def _store(identity: Identity, documents: Sequence[Any], contents: Sequence[Content]) -> list[UUID]:
    """Store these; the ids in the order sent. What can be done before the database is asked is done first, so that
    other writers need not wait for it."""
    settings = current_app.extensions["settings"]
    most_bytes: int = settings.attachment_max_bytes
    version = request_version()
    if identity.launch is None:
        batch = check(identity, documents, version=version, contents=contents, most_bytes=most_bytes)
        return writer().put(batch)
    return sessions.store(
        database(), identity, identity.launch, documents, version=version, contents=contents, most_bytes=most_bytes,
        pepper=settings.secret_key, now=datetime.now(UTC),
    )  # fmt: skip


def _drawn(session: Session, to: Identity, texts: Sequence[str], shape: Shape) -> tuple[Sequence[str], list[Kept]]:
    """The Statements in the format asked for, and what is stored of their Attachments where these are asked for."""
    if shape.format == "exact" and not shape.attachments:
        return texts, []
    documents = [read_exact(text) for text in texts]
    sees_all = to.may("statements/read") and to.launch is None
    kept = attachments.find(session, to.tenant, documents, brought=not sees_all) if shape.attachments else []
    if shape.format == "ids":
        texts = [encode(formats.ids(one)) for one in documents]
    elif shape.format == "canonical":
        iris = {iri for one in documents for iri in formats.activity_ids(one)}
        definitions = canonical_definitions(session, to.tenant, iris)
        languages = formats.read_languages(request.headers.get("Accept-Language"))
        texts = [encode(formats.canonical(one, definitions, languages)) for one in documents]
    return texts, kept


def _with_attachments(source: Database, tenant: UUID, answer: str, kept: Sequence[Kept]) -> Response:
    """The answer as multipart/mixed. Each Attachment is read when its turn comes: one at a time, or less, is in memory.

    The first is begun at once, so that a refusal can still be told where it cannot be read.
    """
    boundary = multipart.new_boundary()
    first, heads, last = multipart.heads(boundary, answer.encode(), kept)
    opening = attachments.pieces(source, tenant, kept[0].sha2) if kept else iter(())
    begun = next(opening, b"")

    def pieces() -> Iterator[bytes]:
        yield first
        for head, one in zip(heads, kept, strict=True):
            yield head
            if one is kept[0]:
                yield begun
                yield from opening
            else:
                yield from attachments.pieces(source, tenant, one.sha2)
        yield last

    response = handed_over(Response(pieces(), content_type=multipart.content_type(boundary)))
    response.content_length = sum(map(len, (first, *heads, last))) + sum(one.length for one in kept)
    return response


def _through_in_refusal(status: int) -> int:
    """How far a refused request would have been answered consistently (microseconds since 1970, UTC).

    Of nobody's Statements nothing is outstanding; a database that does not answer promises nothing.
    """
    if status >= 500:
        return 0
    tenant: UUID | None = g.get("tenant")
    if tenant is None:
        return microseconds(datetime.now(UTC))
    with database().reading(tenant) as session:
        return consistent_through(session, tenant)
