"""Storing Statements: all rows are built first, then one short critical section puts them in.

A batch is all or nothing and a bounded number of SQL commands, whatever its size. The unique key on the id decides
what is a repeat: an equal Statement is passed over, a different one is a StatementConflict, and nothing of the batch
stays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs import attachments, signatures
from lrs.attachments import MOST_BYTES, Content
from lrs.credentials import Identity
from lrs.db import Session, among, is_postgresql
from lrs.errors import StatementConflict
from lrs.models import Statement
from lrs.signatures import Signed
from lrs.statements import insert_postgresql, insert_sqlite, references
from lrs.statements.comparison import differences
from lrs.statements.order import take_place, timestamp_text
from lrs.statements.references import Link
from lrs.statements.rows import Row, prepare, read_exact
from lrs.statements.validate import check_statements


@dataclass(frozen=True, slots=True)
class Batch:
    """Statements that were found good, as rows, with the Attachments and signatures that came with them."""

    rows: list[Row]
    contents: Sequence[Content]
    signatures: list[Signed]


def check(
    identity: Identity,
    statements: Sequence[dict[str, Any]],
    *,
    version: str = "2.0.0",
    contents: Sequence[Content] = (),
    there: Collection[str] = (),
    most_bytes: int = MOST_BYTES,
) -> Batch:
    """Everything that can be done before the database is asked: check a batch sent by `identity` and build its rows.

    `version` is that of the request, given to Statements which name none; `contents` are the Attachments that came with
    them, none of more than `most_bytes`; what is `there` already, by hash, need not come again. Raises InvalidStatement
    with every fault, or TooLarge.
    """
    check_statements(list(statements), version=version)
    attachments.check(statements, contents, most_bytes, there)
    signed = signatures.check(statements, contents)
    return Batch([prepare(document, identity.authority, version) for document in statements], contents, signed)


def put(session: Session, identity: Identity, batch: Batch) -> list[UUID]:
    """Store a checked batch in the caller's transaction; returns the ids in the order sent.

    Raises as `put_new`.
    """
    put_new(session, identity, batch)
    return [row.id for row in batch.rows]


def put_new(session: Session, identity: Identity, batch: Batch) -> set[UUID]:
    """Store a checked batch in the caller's transaction; returns the ids that were not there before.

    Raises StatementConflict, or InvalidStatement where a voiding Statement would be voided; the caller then rolls back.
    """
    if batch.contents:
        attachments.keep(session, identity.tenant, [row.document for row in batch.rows], batch.contents)
    new = insert_rows(session, identity.tenant, batch.rows)
    signed: dict[UUID, list[Signed]] = {}
    for one in batch.signatures:
        if (statement_id := batch.rows[one.index].id) in new:
            signed.setdefault(statement_id, []).append(one)
    if signed:
        signatures.keep(session, identity.tenant, signed, now=datetime.now(UTC))
    return new


def join(batches: Sequence[Batch]) -> Batch:
    """Several checked batches as one; no two of them hold a Statement of the same id."""
    rows: list[Row] = []
    signed: list[Signed] = []
    for batch in batches:
        signed += [replace(one, index=one.index + len(rows)) for one in batch.signatures]
        rows += batch.rows
    return Batch(rows, [content for batch in batches for content in batch.contents], signed)


def store(
    session: Session, identity: Identity, statements: Sequence[dict[str, Any]], *, version: str = "2.0.0"
) -> list[UUID]:
    """Check and store a batch without Attachments (xAPI 1.0.3 Communication 2.1.1 and 2.1.2); as `check` and `put`."""
    return put(session, identity, check(identity, statements, version=version))


def insert_rows(session: Session, tenant: UUID, rows: Sequence[Row]) -> set[UUID]:
    """Put built rows in, in the tenant's order, and return the ids that are new; raises as `put_new`."""
    if not rows:
        return set()
    place = take_place(session, tenant)
    ids = [row.id for row in rows]
    connection = session.connection()
    insert = insert_postgresql if is_postgresql(session) else insert_sqlite
    waiting = references.referring_to(session, tenant, ids)
    cannot_be_voided = frozenset(row.id for row in rows if row.voids)
    voided = frozenset(one.target_id for one in waiting if one.voids) - cannot_be_voided
    new: set[UUID] = insert.insert_statements(connection, tenant, rows, place, voided)
    if len(new) < len(rows):
        _refuse_conflicts(session, tenant, [row for row in rows if row.id not in new])
    placed = {row.id: (place.seq + index, row) for index, row in enumerate(rows) if row.id in new}
    links = [Link(key, seq, row.id) for seq, row in placed.values() for key in sorted(row.keys.links)]
    places = {row.id: f"/{index}" if len(rows) > 1 else "" for index, row in enumerate(rows) if row.voids}
    links += references.keep(session, tenant, placed, waiting, places)
    if links:
        insert.insert_links(connection, tenant, links)
    return new


def _refuse_conflicts(session: Session, tenant: UUID, repeats: Sequence[Row]) -> None:
    """Raise StatementConflict for the first Statement that says something else than the one kept under its id."""
    there = session.execute(
        sa.select(Statement.id, Statement.stored, Statement.exact).where(
            Statement.tenant_id == tenant, among(session, Statement.id, [row.id for row in repeats])
        )
    )
    kept = {one.id: one for one in there}
    for row in repeats:
        one = kept[row.id]
        if row.exact(timestamp_text(one.stored)) == one.exact:  # sent again, word for word
            continue
        if found := differences(read_exact(row.text), read_exact(one.exact)):
            raise StatementConflict(row.id, found)
