"""The views that State, Agent Profile and Activity Profile share (xAPI 1.0.3 Communication 2.2).

A resource says where it is, what its documents are about and what their id is called; the rest is the same for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from lrs import documents, scanning
from lrs.content_types import require_utf8
from lrs.credentials import Identity
from lrs.documents import Contents, Context, Kind
from lrs.errors import InvalidRequest, NotFound
from lrs.privacy import known_as, refuse_telling
from lrs.resources.access import caller, database, guarded
from lrs.resources.bodies import require_end
from lrs.resources.etags import read_precondition, tagged
from lrs.resources.foreign import handed_over
from lrs.resources.query_string import Parser, read, read_identifier
from lrs.resources.versions import request_version
from lrs.statements.keys import ifi_text
from lrs.statements.validate import check_timestamp

UNTYPED = "application/octet-stream"
"""The type of a document that came without one (RFC 7231 3.1.1.5)."""


@dataclass(frozen=True, slots=True)
class DocumentResource:
    """One of the three. `needed` and `allowed` are the parameters that make the context, `id_name` that of the id."""

    path: str
    kind: Kind
    scope: str
    clause: str
    id_name: str
    needed: Mapping[str, Parser]
    allowed: Mapping[str, Parser]
    deletes_all: bool
    """Whether DELETE without an id removes all documents of the context."""

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the endpoint."""
        for method, view in (
            ("PUT", self.put_document),
            ("POST", self.post_document),
            ("GET", self.get_documents),
            ("DELETE", self.delete_documents),
        ):
            scope = f"{self.scope}/read" if method == "GET" else self.scope
            endpoint = f"{method.lower()}_{self.kind}"
            blueprint.add_url_rule(self.path, endpoint, guarded(scope)(partial(view)), methods=[method])

    def put_document(self) -> Response:
        """Keep the body as the document."""
        identity = caller(self.scope)
        context, document_id = self._one(identity)
        precondition, contents, version = read_precondition(), _contents(), request_version()
        with database().writing(identity.tenant) as session:
            documents.put(
                session, identity.tenant, context, document_id, contents, precondition,
                version=version, now=datetime.now(UTC),
            )  # fmt: skip
        return Response(status=204)

    def post_document(self) -> Response:
        """Merge the body into the document, or keep it as the document where there is none."""
        identity = caller(self.scope)
        context, document_id = self._one(identity)
        precondition, contents = read_precondition(), _contents()
        with database().writing(identity.tenant) as session:
            documents.post(
                session, identity.tenant, context, document_id, contents, precondition, now=datetime.now(UTC)
            )
        return Response(status=204)

    def get_documents(self) -> Response:
        """The document as it was sent; or, without an id, the list of ids."""
        identity = caller(f"{self.scope}/read")
        if self.id_name not in request.args:
            return self._list(identity)
        context, document_id = self._one(identity)
        with database().reading(identity.tenant) as session:
            kept = documents.get(session, identity.tenant, context, document_id)
        if kept is None:
            raise NotFound(f"there is no document with the {self.id_name} {document_id!r} in this context")
        return tagged(handed_over(Response(kept.content, content_type=kept.content_type)), kept.updated)

    def delete_documents(self) -> Response:
        """Remove the document; or, without an id, all of a State's context."""
        request.get_data(cache=False)  # a body means nothing here; left unread, it would end the connection
        identity = caller(self.scope)
        precondition = read_precondition()
        if self.deletes_all and self.id_name not in request.args:
            context = self._context(identity, self._read({}, {}))
            if precondition.sent:
                message = f"stands for one document; name it with {self.id_name}"
                raise InvalidRequest.at("If-Match", message, "xAPI 1.0.3 Communication 3.1")
            with database().writing(identity.tenant) as session:
                documents.delete_all(session, identity.tenant, context)
        else:
            context, document_id = self._one(identity)
            with database().writing(identity.tenant) as session:
                documents.delete(session, identity.tenant, context, document_id, precondition)
        return Response(status=204)

    def _list(self, identity: Identity) -> Response:
        values = self._read({}, {"since": check_timestamp})
        context = self._context(identity, values)
        with database().reading(identity.tenant) as session:
            ids, updated = documents.list_ids(session, identity.tenant, context, values["since"])
        return tagged(Response(msgspec.json.encode(ids), mimetype="application/json"), updated)

    def _one(self, identity: Identity) -> tuple[Context, str]:
        """Context and id of the one document that this request names."""
        values = self._read({self.id_name: read_identifier}, {})
        return self._context(identity, values), values[self.id_name]

    def _read(self, needed: Mapping[str, Parser], allowed: Mapping[str, Parser]) -> dict[str, Any]:
        return read(request.args, self.clause, needed={**self.needed, **needed}, allowed={**self.allowed, **allowed})

    def _context(self, identity: Identity, values: Mapping[str, Any]) -> Context:
        agent = values.get("agent")
        if agent and request.method in ("PUT", "POST"):
            refuse_telling(identity.opaque_accounts, agent, "agent")
        ifi = ifi_text(known_as(identity.opaque_accounts, agent)) if agent else None
        return Context(self.kind, values.get("activityId"), ifi, values.get("registration"))


def _contents() -> Contents:
    """The document sent. A JSON text is read before it is kept, and most show their own end."""
    content_type = request.headers.get("Content-Type") or UNTYPED
    require_utf8(content_type)
    contents = Contents(content_type, request.get_data(cache=False))
    if not contents.is_json:
        scanning.require_clean(contents.content)
    if not (contents.is_json and contents.content.rstrip().endswith((b"}", b"]", b'"'))):
        require_end(request, contents.content)
    return contents
