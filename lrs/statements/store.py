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

from lrs import attachments, privacy, signatures
from lrs.attachments import MOST_BYTES, Content
from lrs.credentials import Identity
from lrs.db import Session, among, is_postgresql
from lrs.errors import StatementConflict
from lrs.models import Statement
from lrs.signatures import Signed
from lrs.statements import insert_postgresql, insert_sqlite, originals, references
from lrs.statements.comparison import differences
from lrs.statements.order import enter, next_place, timestamp_text
from lrs.statements.rows import Row, prepare, read_exact
from lrs.statements.validate import check_statements


@dataclass(frozen=True, slots=True)
class Batch:
    """Statements that were found good, as rows, with the Attachments and signatures that came with them."""

    sender: Identity
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
    them, none of more than `most_bytes`; what is `there` already, by hash, need not come again. Where the tenant wants
    opaque accounts, they are in place afterwards (`lrs.privacy`).

    Raises InvalidStatement with every fault, or TooLarge.
    """
    check_statements(list(statements), version=version)
    if identity.opaque_accounts is not None:
        statements = privacy.take_in(identity.opaque_accounts, statements)
    attachments.check(statements, contents, most_bytes, there)
    signed = signatures.check(statements, contents)
    rows = [prepare(document, identity.authority, version) for document in statements]
    return Batch(identity, rows, contents, signed)


def put(session: Session, batch: Batch) -> set[UUID]:
    """Store a checked batch in the caller's transaction; returns the ids that were not there before.

    Raises StatementConflict, or InvalidStatement where a voiding Statement would be voided; the caller then rolls back.
    """
    enter(session, batch.sender.tenant)
    return put_inside(session, batch)


def put_inside(session: Session, batch: Batch) -> set[UUID]:
    """The same for one who is inside the tenant's critical section already (`order.enter`).

    Attachments are put in here too, not before: two who brought the same ones would wait for each other, the one for
    the section and the other for the row.
    """
    tenant = batch.sender.tenant
    brought: set[str] = set()
    if batch.contents:
        brought = attachments.keep(session, tenant, [row.document for row in batch.rows], batch.contents)
    new = _insert_rows(session, batch.sender, batch.rows)
    if brought and len(new) < len(batch.rows):  # a repeat does not bring back what was erased
        attachments.drop_unused(session, tenant, brought)
    signed: dict[UUID, list[Signed]] = {}
    for one in batch.signatures:
        if (statement_id := batch.rows[one.index].id) in new:
            signed.setdefault(statement_id, []).append(one)
    if signed:
        signatures.keep(session, tenant, signed, now=datetime.now(UTC))
    return new


def join(batches: Sequence[Batch]) -> Batch:
    """Several checked batches of one tenant as one; no two of them hold a Statement of the same id."""
    rows: list[Row] = []
    signed: list[Signed] = []
    for batch in batches:
        signed += [replace(one, index=one.index + len(rows)) for one in batch.signatures]
        rows += batch.rows
    contents = [content for batch in batches for content in batch.contents]
    return Batch(batches[0].sender, rows, contents, signed)


def store(
    session: Session, identity: Identity, statements: Sequence[dict[str, Any]], *, version: str = "2.0.0"
) -> list[UUID]:
    """Check and store a batch without Attachments (xAPI 1.0.3 Communication 2.1.1 and 2.1.2); as `check` and `put`."""
    batch = check(identity, statements, version=version)
    put(session, batch)
    return [row.id for row in batch.rows]


def _insert_rows(session: Session, sender: Identity, rows: Sequence[Row]) -> set[UUID]:
    """Put built rows in, in the tenant's order, and return the ids that are new; raises as `put`."""
    if not rows:
        return set()
    tenant = sender.tenant
    place = next_place(session, tenant)
    ids = [row.id for row in rows]
    connection = session.connection()
    insert = insert_postgresql if is_postgresql(session) else insert_sqlite
    waiting = references.referring_to(session, tenant, ids)
    cannot_be_voided = frozenset(row.id for row in rows if row.voids)
    voided = frozenset(one.target_id for one in waiting if one.voids) - cannot_be_voided
    new: set[UUID] = insert.insert_statements(connection, tenant, rows, place, voided)
    if len(new) < len(rows):
        _refuse_conflicts(session, sender, [row for row in rows if row.id not in new])
    placed = {row.id: (place.seq + index, row) for index, row in enumerate(rows) if row.id in new}
    places = {row.id: f"/{index}" if len(rows) > 1 else "" for index, row in enumerate(rows) if row.voids}
    if links := references.keep(session, tenant, placed, waiting, places):
        insert.insert_links(connection, tenant, links)
    attachments.note_use(session, tenant, {id_: row.document for id_, (_, row) in placed.items()})
    return new


def _refuse_conflicts(session: Session, sender: Identity, repeats: Sequence[Row]) -> None:
    """Raise StatementConflict for the first Statement that says something else than the one kept under its id."""
    for statement_id, found in compare(session, sender, repeats).items():
        if found is not None:
            raise StatementConflict(statement_id, found)


def compare(session: Session, sender: Identity, rows: Sequence[Row]) -> dict[UUID, tuple[str, ...] | None]:
    """Of those rows whose id is stored already, where each differs from what is kept; None where both say the same.

    A repeat of what was stored before the tenant had opaque accounts says the same, and so does one of what was sent
    before an Agent in it was erased. Of such a Statement no difference is named: it would tell what had been there.
    """
    there = session.execute(
        sa.select(Statement.id, Statement.stored, Statement.exact).where(
            Statement.tenant_id == sender.tenant, among(session, Statement.id, [row.id for row in rows])
        )
    )
    by_id = {row.id: row for row in rows}
    found: dict[UUID, tuple[str, ...]] = {}
    for one in there:
        row = by_id[one.id]
        is_word_for_word = row.exact(timestamp_text(one.stored)) == one.exact
        kept = {} if is_word_for_word else privacy.as_kept(sender.opaque_accounts, read_exact(one.exact))
        found[one.id] = () if is_word_for_word else differences(read_exact(row.text), kept)
    differing = [statement_id for statement_id, places in found.items() if places]
    erased = originals.known(session, sender.tenant, differing) if differing else {}

    def places_of(statement_id: UUID) -> tuple[str, ...] | None:
        places = found[statement_id]
        if places and statement_id in erased:
            sent = read_exact(by_id[statement_id].text)
            is_original = originals.is_one(erased[statement_id], sender.erasure_key, statement_id, sent)
            return None if is_original else ()
        return places or None

    return {statement_id: places_of(statement_id) for statement_id in found}
