"""Attachments: what Statements declare, the bytes that come with them, and where these are kept.

The bytes are kept once for each tenant and hash, apart from the Statements; a Statement names them by the hash it
declares (xAPI 1.0.3 Data 2.4.11). Nothing here turns bytes into text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lrs.db import Session, among, is_postgresql
from lrs.errors import Fault, InvalidStatement, TooLarge
from lrs.models import Attachment, AttachmentUse, Base
from lrs.spooling import Slice, let_go

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
"""The usage type of an Attachment that signs its Statement (xAPI 1.0.3 Data 2.6)."""

MOST_BYTES = 32 * 1024 * 1024
"""The largest Attachment taken, unless the installation says otherwise."""

_CLAUSE = "xAPI 1.0.3 Communication 1.5.2"
_ALGORITHMS = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_AT_ONCE = 500
_ATTACHMENT = Base.metadata.tables[Attachment.__tablename__]
_USE = Base.metadata.tables[AttachmentUse.__tablename__]


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of an Attachment that came with Statements, under their hash."""

    sha2: str
    data: Slice


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


def keep(
    session: Session, tenant: UUID, statements: Sequence[Mapping[str, Any]], contents: Collection[Content]
) -> set[str]:
    """Store the bytes that checked Statements came with, one Attachment at a time; returns the hashes that are new.

    Those that are there already stay as they are, and nobody removes them before the caller's transaction ends.
    """
    types = {each["sha2"].lower(): each["contentType"] for one in statements for _, each in declared(one)}
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    new: set[str] = set()
    for sha2, data in sorted({content.sha2: content.data for content in contents}.items()):
        there = sa.select(_ATTACHMENT.c.sha2).where(_ATTACHMENT.c.tenant_id == tenant, _ATTACHMENT.c.sha2 == sha2)
        # Where somebody else inserts the same at the same moment, nothing is inserted here and theirs is there then.
        while session.execute(there.with_for_update(read=True, key_share=True)).one_or_none() is None:
            row = {"tenant_id": tenant, "sha2": sha2, "content_type": types[sha2], "content": data}
            command = insert(_ATTACHMENT).on_conflict_do_nothing().returning(_ATTACHMENT.c.sha2)
            new.update(session.scalars(command, row))
            let_go(data)
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
        session.execute(sa.select(_ATTACHMENT.c.sha2).where(*same).with_for_update())
        # A command of its own: it has to see what was committed while the one before it waited.
        removed += session.connection().execute(sa.delete(_ATTACHMENT).where(*same, ~_is_kept())).rowcount
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
            sa.select(Attachment.sha2, Attachment.content_type, sa.func.length(Attachment.content)).where(
                Attachment.tenant_id == tenant, Attachment.sha2.in_(hashes[start : start + _AT_ONCE])
            )
        )
        kept |= {row[0]: Kept(*row) for row in rows}
    return [kept[sha2] for sha2 in hashes if sha2 in kept]


def read(session: Session, tenant: UUID, sha2: str) -> bytes:
    """The bytes of a stored Attachment."""
    query = sa.select(Attachment.content).where(Attachment.tenant_id == tenant, Attachment.sha2 == sha2)
    return session.execute(query).scalar_one()
