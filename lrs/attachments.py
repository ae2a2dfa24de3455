"""Attachments: what Statements declare, the bytes that come with them, and where these are kept.

The bytes are kept once for each tenant and hash, apart from the Statements; a Statement names them by the hash it
declares (xAPI 1.0.3 Data 2.4.11). Nothing here turns bytes into text.

They lie in the database, or in a bucket (`lrs.bucket`) where the installation has one: there they are put, and
confirmed, before the transaction that says so, and removed after the one that says so. What is left over by a request
that broke off is swept later. A restored copy of the database (`lrs.copies`) reads the bucket, but puts and removes
nothing there.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lrs.bucket.store import Bucket
from lrs.copies import copied_since
from lrs.db import Database, Session, among, is_postgresql
from lrs.errors import Fault, InvalidStatement, StoreAway, TooLarge
from lrs.models import Attachment, AttachmentUse, Base
from lrs.spooling import Slice, let_go

_LENGTH = sa.func.coalesce(Attachment.length, sa.func.length(Attachment.content))

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
"""The usage type of an Attachment that signs its Statement (xAPI 1.0.3 Data 2.6)."""

MOST_BYTES = 32 * 1024 * 1024
"""The largest Attachment taken, unless the installation says otherwise."""

_CLAUSE = "xAPI 1.0.3 Communication 1.5.2"
_ALGORITHMS = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_AT_ONCE = 500
_ATTACHMENT = Base.metadata.tables[Attachment.__tablename__]
_USE = Base.metadata.tables[AttachmentUse.__tablename__]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of an Attachment that came with Statements, under their hash."""

    sha2: str
    data: Slice
    name: str | None = None
    """What they are called in the bucket, where they have been put there (`put_away`)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An Attachment that is stored: all but its bytes."""

    sha2: str
    content_type: str
    length: int


def hasher(sha2: str) -> Any:
    """A new hash object whose result would be written like this; None when this is not SHA-2 in hex digits."""
    algorithm = _ALGORITHMS.get(len(sha2))
    return hashlib.new(algorithm) if algorithm else None


def declared(statement: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every Attachment that a Statement or its SubStatement declares, with its place."""
    for index, attachment in enumerate(statement.get("attachments", ())):
        yield f"{place}/attachments/{index}", attachment
    target = statement["object"]
    if target.get("objectType") == "SubStatement":
        yield from declared(target, f"{place}/object")


def check(
    statements: Sequence[Mapping[str, Any]],
    contents: Collection[Content],
    most_bytes: int,
    there: Collection[str] = (),
) -> None:
    """What these checked Statements declare and what came with them (or is `there` already, by hash) fit each other.

    Raises InvalidStatement for an Attachment declared with neither bytes nor fileUrl, and for bytes that nobody
    declared (xAPI 1.0.3 Data 2.4.11, Communication 1.5.2); TooLarge for one of more than `most_bytes`.
    """
    came = {content.sha2 for content in contents}
    wanted = set()
    faults = []
    for index, statement in enumerate(statements):
        for place, attachment in declared(statement, f"/{index}" if len(statements) > 1 else ""):
            sha2 = attachment["sha2"].lower()
            wanted.add(sha2)
            if sha2 not in came and sha2 not in there and "fileUrl" not in attachment:
                message = "no part of the request has this X-Experience-API-Hash, and there is no fileUrl either"
                faults.append(Fault(f"{place}/sha2", message, _CLAUSE))
    for content in contents:
        if content.sha2 not in wanted:
            message = f"no Statement declares an attachment with the hash {content.sha2}"
            faults.append(Fault("X-Experience-API-Hash", message, _CLAUSE))
        if len(content.data) > most_bytes:
            raise TooLarge(f"the attachment {content.sha2} is larger than the {most_bytes} bytes that are taken here")
    if faults:
        raise InvalidStatement(faults)


def put_away(database: Database, tenant: UUID, contents: Sequence[Content]) -> list[Content]:
    """Put the bytes that are not stored yet into the bucket, where there is one, before any transaction.

    Raises StoreAway; what was put there by then is removed again, or swept later.
    """
    if database.bucket is None or not contents:
        return list(contents)
    with database.reading(tenant) as session:
        bucket = _to_put_into(session)
        there = known(session, tenant, {content.sha2 for content in contents})
    put: dict[str, Content] = {}
    try:
        for content in contents:
            if content.sha2 not in put:
                away = bucket is not None and content.sha2 not in there
                name = bucket.put(tenant, content.sha2, content.data) if bucket is not None and away else None
                put[content.sha2] = replace(content, name=name)
                let_go(content.data)
    except StoreAway:
        take_back(database, put.values())
        raise
    return list(put.values())


def take_back(database: Database, contents: Collection[Content]) -> None:
    """Remove from the bucket what was put there for a request of which nothing is stored."""
    _remove(database.bucket, [content.name for content in contents if content.name is not None])


def _to_put_into(session: Session) -> Bucket | None:
    """The bucket that bytes are put into; None where they stay in the database."""
    bucket = _bucket(session)
    return bucket if bucket is not None and copied_since(session) is None else None


def _bucket(session: Session) -> Bucket | None:
    database: Database = session.info["database"]
    return database.bucket


def _remove_later(session: Session, name: str) -> None:
    """Remove an object that no row names any more, once the transaction has said so. What fails is swept later."""
    bucket = _to_put_into(session)

    def committed(session: Session) -> None:
        if not session.in_nested_transaction():  # a savepoint's end is no commit
            _remove(bucket, [name])

    sa.event.listen(session, "after_commit", committed)


def _remove(bucket: Bucket | None, names: Collection[str]) -> None:
    if bucket is None:
        return
    for name in names:
        try:
            bucket.remove(name)
        except StoreAway as error:
            log.warning("an attachment that nobody needs stays in the bucket until it is swept: %s", error.why)


def keep(
    session: Session, tenant: UUID, statements: Sequence[Mapping[str, Any]], contents: Collection[Content]
) -> set[str]:
    """Store the bytes that checked Statements came with, one Attachment at a time; returns the hashes that are new.

    Those that are there already stay as they are, and nobody removes them before the caller's transaction ends.
    """
    bucket = _to_put_into(session) if contents else None
    types = {each["sha2"].lower(): each["contentType"] for one in statements for _, each in declared(one)}
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    new: set[str] = set()
    for sha2, content in sorted({content.sha2: content for content in contents}.items()):
        name, data = content.name, content.data
        there = sa.select(_ATTACHMENT.c.sha2).where(_ATTACHMENT.c.tenant_id == tenant, _ATTACHMENT.c.sha2 == sha2)
        # Where somebody else inserts the same at the same moment, nothing is inserted here and theirs is there then.
        while session.execute(there.with_for_update(read=True, key_share=True)).one_or_none() is None:
            if bucket is not None and name is None:
                name = bucket.put(tenant, sha2, data)
            row = {"tenant_id": tenant, "sha2": sha2, "content_type": types[sha2], "name": name, "length": len(data)}
            row["content"] = data if name is None else b""
            command = insert(_ATTACHMENT).on_conflict_do_nothing().returning(_ATTACHMENT.c.sha2)
            new.update(session.scalars(command, row))
            let_go(data)
        if name is not None and sha2 not in new:
            _remove_later(session, name)
    return new


def note_use(session: Session, tenant: UUID, statements: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Keep which Attachments these new Statements declare, by id. Costs no SQL where none declares any."""
    rows = [
        {"tenant_id": tenant, "sha2": sha2, "statement_id": statement_id, "dropped": False}
        for statement_id, statement in statements.items()
        for sha2 in {each["sha2"].lower() for _, each in declared(statement)}
    ]
    if rows:
        session.execute(sa.insert(_USE), rows)


def drop_use(session: Session, tenant: UUID, uses: Collection[tuple[UUID, str]]) -> None:
    """Keep the bytes of these Attachments (by Statement and hash) no more for the sake of these Statements."""
    if uses:
        session.connection().execute(
            sa.update(_USE)
            .where(
                _USE.c.tenant_id == tenant,
                _USE.c.sha2 == sa.bindparam("of_hash"),
                _USE.c.statement_id == sa.bindparam("of_statement", type_=sa.Uuid()),
            )
            .values(dropped=True),
            [{"of_hash": sha2, "of_statement": statement_id} for statement_id, sha2 in sorted(uses)],
        )


def dropped(session: Session, tenant: UUID) -> list[str]:
    """Hashes of the stored Attachments that are kept for nobody's sake any more."""
    query = sa.select(_ATTACHMENT.c.sha2).where(_ATTACHMENT.c.tenant_id == tenant, ~_is_kept())
    return sorted(session.scalars(query))


def drop_unused(session: Session, tenant: UUID, hashes: Collection[str]) -> int:
    """Remove the bytes under these hashes, unless a Statement keeps them; returns how many were removed.

    Whoever is storing a Statement that declares one of them is waited for, so that what it counts on is there.
    """
    removed = 0
    for sha2 in sorted(hashes):
        same = _ATTACHMENT.c.tenant_id == tenant, _ATTACHMENT.c.sha2 == sha2
        name = session.scalar(sa.select(_ATTACHMENT.c.name).where(*same).with_for_update())
        # A command of its own: it has to see what was committed while the one before it waited.
        gone = session.connection().execute(sa.delete(_ATTACHMENT).where(*same, ~_is_kept())).rowcount
        if gone and name is not None:
            _remove_later(session, name)
        removed += gone
    return removed


def _is_kept() -> sa.ColumnElement[bool]:
    """Whether a Statement keeps an Attachment."""
    return sa.exists().where(
        _USE.c.tenant_id == _ATTACHMENT.c.tenant_id, _USE.c.sha2 == _ATTACHMENT.c.sha2, _USE.c.dropped.is_(sa.false())
    )


def known(session: Session, tenant: UUID, hashes: Collection[str]) -> set[str]:
    """Those of these hashes whose bytes are stored."""
    query = sa.select(Attachment.sha2).where(Attachment.tenant_id == tenant, among(session, Attachment.sha2, hashes))
    return set(session.scalars(query)) if hashes else set()


def find(
    session: Session, tenant: UUID, statements: Sequence[Mapping[str, Any]], *, brought: bool = False
) -> list[Kept]:
    """What is stored of the Attachments that these Statements declare, each once, in the order they declare them.

    With `brought` only what must have come with them, for a caller who may not read every Statement: one with a fileUrl
    is taken without its bytes, and whoever knows a hash could declare what others have sent.
    """
    hashes = list(
        dict.fromkeys(
            each["sha2"].lower()
            for one in statements
            for _, each in declared(one)
            if not (brought and "fileUrl" in each)
        )
    )
    kept: dict[str, Kept] = {}
    for start in range(0, len(hashes), _AT_ONCE):
        rows = session.execute(
            sa.select(Attachment.sha2, Attachment.content_type, _LENGTH).where(
                Attachment.tenant_id == tenant, Attachment.sha2.in_(hashes[start : start + _AT_ONCE])
            )
        )
        kept |= {row[0]: Kept(*row) for row in rows}
    return [kept[sha2] for sha2 in hashes if sha2 in kept]


def read(session: Session, tenant: UUID, sha2: str) -> bytes:
    """The bytes of a stored Attachment. Raises StoreAway."""
    return b"".join(_pieces(_bucket(session), *_where(session, tenant, sha2)))


def pieces(database: Database, tenant: UUID, sha2: str) -> Iterator[bytes]:
    """The same, a little at a time; no session is open meanwhile."""
    with database.reading(tenant) as session:
        found = _where(session, tenant, sha2)
    yield from _pieces(database.bucket, *found)


def _where(session: Session, tenant: UUID, sha2: str) -> tuple[bytes, str | None, int, str]:
    query = sa.select(Attachment.content, Attachment.name, _LENGTH, Attachment.sha2)
    row = session.execute(query.where(Attachment.tenant_id == tenant, Attachment.sha2 == sha2)).one()
    return row[0], row[1], row[2], row[3]


def _pieces(bucket: Bucket | None, content: bytes, name: str | None, length: int, sha2: str) -> Iterator[bytes]:
    if name is None:
        yield content
    elif bucket is None:
        raise StoreAway("attachments are in a bucket, and ATTACHMENTS_URL names none")
    else:
        yield from bucket.pieces(name, length, sha2)
