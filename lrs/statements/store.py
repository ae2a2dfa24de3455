"""Storing Statements: all rows are built first, then one short critical section puts them in.

A batch is all or nothing and a bounded number of SQL commands, whatever its size. The unique key on the id decides
what is a repeat: an equal Statement is passed over, a different one is a StatementConflict, and nothing of the batch
stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from lrs.statements.order import enter, next_place
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
    most_bytes: int = MOST_BYTES,
) -> Batch:
    """Everything that can be done before the database is asked: check a batch sent by `identity` and build its rows.

    `version` is that of the request, given to Statements which name none; `contents` are the Attachments that came with
    them, none of more than `most_bytes`. Raises InvalidStatement with every fault, or TooLarge.
    """
    check_statements(list(statements), version=version)
    attachments.check(statements, contents, most_bytes)
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
    enter(session, identity.tenant)
    return put_inside(session, identity, batch)


def put_inside(session: Session, identity: Identity, batch: Batch) -> set[UUID]:
    """The same for one who is inside the tenant's critical section already (`order.enter`).

    Attachments are put in here too, not before: two who brought the same ones would wait for each other, the one for
    the section and the other for the row.
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
    """Put built rows in, at the end of the tenant's order, and return the ids that are new; raises as `put_new`."""
    if not rows:
        return set()
    place = next_place(session, tenant)
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
    places = {row.id: f"/{index}" if len(rows) > 1 else "" for index, row in enumerate(rows) if row.voids}
    if links := references.keep(session, tenant, placed, waiting, places):
        insert.insert_links(connection, tenant, links)
    return new


def _refuse_conflicts(session: Session, tenant: UUID, repeats: Sequence[Row]) -> None:
    """Raise StatementConflict for the first Statement that says something else than the one kept under its id."""
    kept: dict[UUID, Mapping[str, Any]] = {
        row.id: read_exact(row.exact)
        for row in session.execute(
            sa.select(Statement.id, Statement.exact).where(
                Statement.tenant_id == tenant, among(session, Statement.id, [row.id for row in repeats])
            )
        )
    }
    for row in repeats:
        sent = read_exact(row.text)
        if found := differences(sent, kept[row.id]):
            raise StatementConflict(row.id, found)
