"""Documents that platforms keep about an Activity, an Agent, or both (xAPI 1.0.3 Communication 2.2).

One set of rules for State, Agent Profile and Activity Profile. Bytes are kept as they were sent, whatever their type.
Only POST looks inside: it merges JSON objects, one level deep.

No update is lost. Whether a document is still the one a client has seen is decided by the database, in the one command
that writes: an INSERT that gives way to a row already there, or an UPDATE that names the ETag it replaces. The number
of rows it changed says whether the precondition held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lrs.db import Database, Session, is_postgresql
from lrs.errors import DocumentConflict, InvalidRequest, PreconditionFailed
from lrs.models import Base, Document
from lrs.statements.keys import key_of
from lrs.statements.order import instant, microseconds
from lrs.statements.validate import decode, encode

__all__ = [
    "ANY",
    "Contents",
    "Context",
    "Kept",
    "Kind",
    "Precondition",
    "count",
    "delete",
    "delete_all",
    "forget",
    "get",
    "list_ids",
    "post",
    "put",
    "rename_agents",
    "restore",
]

Kind = Literal["state", "agent_profile", "activity_profile"]

ANY = "*"
"""Stands for every ETag, in If-Match and in If-None-Match."""

_DOCUMENT = Base.metadata.tables[Document.__tablename__]
_MERGING = "xAPI 1.0.3 Communication 2.2"
_CONCURRENCY = "xAPI 1.0.3 Communication 3.1"
_ATTEMPTS = 100
"""The first may meet another writer, the second holds the row's lock; each further one takes a DELETE and a POST of
others in between."""


@dataclass(frozen=True, slots=True)
class Context:
    """What documents are kept about. State with a registration and without one are contexts apart."""

    kind: Kind
    activity: str | None = None
    agent: str | None = None
    """The canonical text of the Agent's identifier (`lrs.statements.keys.ifi_text`)."""
    registration: UUID | None = None

    @property
    def key(self) -> int:
        registration = self.registration and str(self.registration)
        return key_of(f"document {encode([self.kind, self.activity, self.agent, registration])}")


@dataclass(frozen=True, slots=True)
class Contents:
    """A document as it is sent."""

    content_type: str
    content: bytes

    @property
    def is_json(self) -> bool:
        return self.content_type.partition(";")[0].strip().lower() == "application/json"

    @property
    def etag(self) -> str:
        """xAPI 1.0.3 Communication 3.1: a hexadecimal string of the SHA-1 digest of the contents."""
        return sha1(self.content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept(Contents):
    """A document as it is kept; `updated` in microseconds since 1970, UTC."""

    updated: int


@dataclass(frozen=True, slots=True)
class Precondition:
    """The ETags in If-Match and If-None-Match, ANY among them for `*`; None where the header was not sent."""

    match: frozenset[str] | None = None
    none_match: frozenset[str] | None = None

    @property
    def sent(self) -> bool:
        return self.match is not None or self.none_match is not None

    def holds(self, etag: str | None) -> bool:
        """Whether it is met by a document with this ETag; None: by there being no document (RFC 2616 14.24, 14.26)."""
        if etag is None:
            return self.match is None
        matched = self.match is None or not self.match.isdisjoint((etag, ANY))
        return matched and (self.none_match is None or self.none_match.isdisjoint((etag, ANY)))

    def holds_in_row(self) -> list[sa.ColumnElement[bool]]:
        """The same as conditions on the row of a document that is there."""
        conditions: list[sa.ColumnElement[bool]] = []
        if self.match is not None and ANY not in self.match:
            conditions.append(_DOCUMENT.c.etag.in_(sorted(self.match)))
        if self.none_match is not None:
            unmatched = _DOCUMENT.c.etag.not_in(sorted(self.none_match))
            conditions.append(sa.false() if ANY in self.none_match else unmatched)
        return conditions


_MOVED_AT_ONCE = 200
"""Documents moved in one transaction."""
_NONE_THERE = Precondition(none_match=frozenset({ANY}))


def get(session: Session, tenant: UUID, context: Context, document_id: str, *, alone: bool = False) -> Kept | None:
    """The document with this id; with `alone`, nobody else changes it before the caller's transaction ends."""
    query = sa.select(_DOCUMENT.c.content_type, _DOCUMENT.c.content, _DOCUMENT.c.updated)
    query = query.where(*_is(tenant, context, document_id))
    row = session.execute(query.with_for_update() if alone else query).one_or_none()
    return None if row is None else Kept(*row)


def list_ids(session: Session, tenant: UUID, context: Context, since: datetime | None = None) -> tuple[list[str], int]:
    """Ids of all documents of a context, those changed last at the end, and when the last was changed (0 for none).

    With `since`, only of those stored or changed after it.
    """
    query = sa.select(_DOCUMENT.c.document_id, _DOCUMENT.c.updated).where(*_is_about(tenant, context))
    if since is not None:
        query = query.where(_DOCUMENT.c.updated > microseconds(since))
    found = sorted((row.updated, decode(row.document_id.encode())) for row in session.execute(query))
    return [document_id for _, document_id in found], max((updated for updated, _ in found), default=0)


def put(
    session: Session,
    tenant: UUID,
    context: Context,
    document_id: str,
    contents: Contents,
    precondition: Precondition,
    *,
    version: str,
    now: datetime,
) -> None:
    """Keep a document under this id, in place of the one that was there.

    Raises PreconditionFailed; or, when no precondition came (Communication 3.1), DocumentConflict where a document is
    there already, and InvalidRequest for a profile in a request of xAPI 1.0.x. State is replaced without a word under
    1.0.x, as clients of that version count on.
    """
    if contents.is_json:
        decode(contents.content)
    needed = precondition
    if not precondition.sent and version.startswith("1."):
        if context.kind != "state":
            _refuse_without_precondition(session, tenant, context, document_id)
    elif not precondition.sent:
        needed = _NONE_THERE
    if not _write(session, tenant, context, document_id, contents, needed, now):
        raise PreconditionFailed if precondition.sent else DocumentConflict


def post(
    session: Session,
    tenant: UUID,
    context: Context,
    document_id: str,
    contents: Contents,
    precondition: Precondition,
    *,
    now: datetime,
) -> None:
    """Merge a JSON object into the one that is there, its properties in place of those of the same name.

    Where nothing is there, the document is kept as it came, of any type. Raises InvalidRequest when one of the two is
    no JSON object, and PreconditionFailed. Of several at once, each is merged into what the others left.
    """
    merging = _json_object(contents) if contents.is_json else None
    for attempt in range(_ATTEMPTS):
        kept = get(session, tenant, context, document_id, alone=attempt > 0)
        if not precondition.holds(kept.etag if kept else None):
            raise PreconditionFailed
        if kept is None:
            merged, needed = contents, _NONE_THERE
        else:
            merged, needed = _merge(kept, merging), Precondition(match=frozenset({kept.etag}))
        if _write(session, tenant, context, document_id, merged, needed, now):
            return
    raise DocumentConflict


def delete(session: Session, tenant: UUID, context: Context, document_id: str, precondition: Precondition) -> None:
    """Remove a document, or do nothing where there is none. Raises PreconditionFailed."""
    wanted = _is(tenant, context, document_id)
    deleted = _changed(session, sa.delete(_DOCUMENT).where(*wanted, *precondition.holds_in_row()))
    if deleted or not precondition.sent:
        return
    if precondition.match is not None or get(session, tenant, context, document_id):
        raise PreconditionFailed


def delete_all(session: Session, tenant: UUID, context: Context) -> None:
    """Remove all documents of a context (xAPI 1.0.3 Communication 2.3, Multiple Document DELETE)."""
    session.execute(sa.delete(_DOCUMENT).where(*_is_about(tenant, context)))


def count(session: Session, tenant: UUID, agent: str) -> int:
    """How many documents are kept about the Agent whose identifier has this canonical text."""
    query = sa.select(sa.func.count()).select_from(_DOCUMENT).where(*_is_of_agent(tenant, agent))
    return session.scalar(query) or 0


def forget(session: Session, tenant: UUID, agent: str) -> int:
    """Remove every document kept about the Agent whose identifier has this canonical text; returns how many."""
    return int(session.connection().execute(sa.delete(_DOCUMENT).where(*_is_of_agent(tenant, agent))).rowcount)


def _is_of_agent(tenant: UUID, agent: str) -> list[sa.ColumnElement[bool]]:
    return [_DOCUMENT.c.tenant_id == tenant, _DOCUMENT.c.agent_key == key_of(agent), _DOCUMENT.c.agent == agent]


def rename_agents(database: Database, tenant: UUID, renamed: Callable[[str], str | None]) -> int:
    """Keep every document about an Agent under the identifier that `renamed` gives for its own, None for the same one.

    In short transactions. Where a document is there under the new identifier, that one stays and the other goes. May be
    called again. Returns how many documents were moved.
    """
    moved = 0
    key = (_DOCUMENT.c.context_key, _DOCUMENT.c.document_key)
    named = (_DOCUMENT.c.kind, _DOCUMENT.c.activity, _DOCUMENT.c.agent, _DOCUMENT.c.registration)
    query = sa.select(*key, *named).where(_DOCUMENT.c.tenant_id == tenant).order_by(*key).limit(_MOVED_AT_ONCE)
    last = None
    while True:
        with database.writing(tenant) as session:
            rows = session.execute(query if last is None else query.where(sa.tuple_(*key) > sa.tuple_(*last))).all()
            for row in rows:
                agent = None if row.agent is None else renamed(row.agent)
                if agent is not None:
                    context = Context(row.kind, row.activity, agent, row.registration)
                    _move(session, tenant, row.context_key, row.document_key, context)
                    moved += 1
        if len(rows) < _MOVED_AT_ONCE:
            return moved
        last = rows[-1][:2]


def _move(session: Session, tenant: UUID, context_key: int, document_key: int, context: Context) -> None:
    """Keep one document in another context instead, unless there is one already."""
    same = [
        _DOCUMENT.c.tenant_id == tenant,
        _DOCUMENT.c.context_key == context_key,
        _DOCUMENT.c.document_key == document_key,
    ]
    assert context.agent is not None  # noqa: S101 — it is an Agent's document
    new = {"context_key": context.key, "agent_key": key_of(context.agent), "agent": context.agent}
    columns = list(_DOCUMENT.columns)
    copy = sa.select(*(sa.literal(new[one.name], one.type) if one.name in new else one for one in columns)).where(*same)
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    session.execute(insert(_DOCUMENT).from_select([one.name for one in columns], copy).on_conflict_do_nothing())
    session.execute(sa.delete(_DOCUMENT).where(*same))


def restore(
    session: Session, tenant: UUID, context: Context, document_id: str, kept: Kept, *, replacing: bool
) -> Literal["stored", "there", "refused"]:
    """Keep a document as another store kept it, with its `updated`, where none is there.

    One that is there is only replaced when it is older and `replacing`; with the same contents it is "there".
    """
    now = instant(kept.updated)
    if _write(session, tenant, context, document_id, kept, _NONE_THERE, now):
        return "stored"
    there = get(session, tenant, context, document_id, alone=True)
    if there is None or (there.content, there.content_type) == (kept.content, kept.content_type):
        return "there"
    if replacing and there.updated < kept.updated:
        _write(session, tenant, context, document_id, kept, Precondition(match=frozenset({ANY})), now)
        return "stored"
    return "refused"


def _write(
    session: Session,
    tenant: UUID,
    context: Context,
    document_id: str,
    contents: Contents,
    needed: Precondition,
    now: datetime,
) -> bool:
    """Keep the contents if what is there is as needed, in one command; whether it was."""
    moment = microseconds(now)
    changes = {"content_type": contents.content_type, "content": contents.content, "etag": contents.etag}
    later = sa.case((_DOCUMENT.c.updated < moment, moment), else_=_DOCUMENT.c.updated + 1)
    same = _is(tenant, context, document_id)
    if not needed.holds(None):
        update = sa.update(_DOCUMENT).where(*same, *needed.holds_in_row())
        return _changed(session, update.values(changes | {"updated": later}))
    row = {
        "tenant_id": tenant,
        "context_key": context.key,
        "document_key": key_of(document_id),
        "agent_key": key_of(context.agent) if context.agent is not None else None,
        "kind": context.kind,
        "activity": context.activity,
        "agent": context.agent,
        "registration": context.registration,
        "document_id": encode(document_id),
        "updated": moment,
        **changes,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(_DOCUMENT).values(row)
    if needed.none_match is not None and ANY in needed.none_match:
        return _changed(session, insert.on_conflict_do_nothing())
    return _changed(
        session,
        insert.on_conflict_do_update(
            index_elements=[column.name for column in _DOCUMENT.primary_key.columns],
            set_=changes | {"updated": later},
            where=sa.and_(*same, *needed.holds_in_row()),
        ),
    )


def _changed(session: Session, command: Any) -> bool:
    result = session.connection().execute(command, execution_options={"preserve_rowcount": True})
    return result.rowcount > 0


def _is_about(tenant: UUID, context: Context) -> list[sa.ColumnElement[bool]]:
    """Conditions for the documents of a context: the key leads, the real identifiers decide."""
    return [
        _DOCUMENT.c.tenant_id == tenant,
        _DOCUMENT.c.context_key == context.key,
        _DOCUMENT.c.kind == context.kind,
        _DOCUMENT.c.activity.is_not_distinct_from(context.activity),
        _DOCUMENT.c.agent.is_not_distinct_from(context.agent),
        _DOCUMENT.c.registration.is_not_distinct_from(context.registration),
    ]


def _is(tenant: UUID, context: Context, document_id: str) -> list[sa.ColumnElement[bool]]:
    """Conditions for one document."""
    return [
        *_is_about(tenant, context),
        _DOCUMENT.c.document_key == key_of(document_id),
        _DOCUMENT.c.document_id == encode(document_id),
    ]


def _refuse_without_precondition(session: Session, tenant: UUID, context: Context, document_id: str) -> None:
    """A PUT to a profile MUST say by If-Match or If-None-Match what it expects (xAPI 1.0.3 Communication 3.1)."""
    if get(session, tenant, context, document_id) is not None:
        raise DocumentConflict
    raise InvalidRequest.at(
        "If-Match",
        "a profile is put with this header and the ETag it replaces, or with If-None-Match: * where there is none yet",
        _CONCURRENCY,
    )


def _merge(kept: Kept, posted: dict[str, Any] | None) -> Contents:
    """What is there with the posted properties set; both must be JSON objects (xAPI 1.0.3 Communication 2.2)."""
    if posted is None:
        raise InvalidRequest.at(
            "Content-Type", "a document is there already, and only application/json can be merged into it", _MERGING
        )
    if not kept.is_json:
        message = f"the document that is there already is {kept.content_type}; use PUT to replace it"
        raise InvalidRequest.at("", message, _MERGING)
    there = decode(kept.content)
    if not isinstance(there, dict):
        message = "the document that is there already is no JSON object; use PUT to replace it"
        raise InvalidRequest.at("", message, _MERGING)
    return Contents("application/json", encode(there | posted).encode())


def _json_object(contents: Contents) -> dict[str, Any]:
    document = decode(contents.content)
    if not isinstance(document, dict):
        raise InvalidRequest.at("", "only a JSON object can be posted as application/json; use PUT", _MERGING)
    return document
