"""Storing Statements: all rows are built first, then one short critical section puts them in.

A batch is all or nothing and a bounded number of SQL commands, whatever its size. The unique key on the id decides
what is a repeat: an equal Statement is passed over, a different one is a StatementConflict, and nothing of the batch
stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs.credentials import Identity
from lrs.db import Session, among
from lrs.errors import InvalidStatement, StatementConflict
from lrs.models import Statement, StatementLink, Voiding
from lrs.statements import insert_postgresql, insert_sqlite
from lrs.statements.comparison import differences
from lrs.statements.keys import VOIDED, verb_key
from lrs.statements.order import take_place
from lrs.statements.rows import Row, prepare, read_exact
from lrs.statements.validate import check_statements
from schemas import Fault


def store(
    session: Session, identity: Identity, statements: Sequence[dict[str, Any]], *, version: str = "2.0.0"
) -> list[UUID]:
    """Check and store a batch for `identity` in the caller's transaction; returns the ids in the order sent.

    `version` is that of the request, given to Statements which name none. Raises InvalidStatement with every fault,
    or StatementConflict; the caller then rolls back. xAPI 1.0.3 Communication 2.1.1 and 2.1.2.
    """
    check_statements(list(statements), version=version)
    rows = [prepare(document, identity.authority, version) for document in statements]
    insert_rows(session, identity.tenant, rows)
    return [row.id for row in rows]


def insert_rows(session: Session, tenant: UUID, rows: Sequence[Row]) -> None:
    """Put built rows in, in the tenant's order; raises as `store`."""
    if not rows:
        return
    place = take_place(session, tenant)
    ids = [row.id for row in rows]
    connection = session.connection()
    insert = insert_postgresql if connection.dialect.name == "postgresql" else insert_sqlite
    voided = frozenset(
        session.scalars(
            sa.select(Voiding.target_id).where(Voiding.tenant_id == tenant, among(session, Voiding.target_id, ids))
        )
    )
    cannot_be_voided = frozenset(row.id for row in rows if row.voids)
    new = insert.insert_statements(connection, tenant, rows, place, voided - cannot_be_voided)
    if len(new) < len(rows):
        _refuse_conflicts(session, tenant, [row for row in rows if row.id not in new])
    links = [
        {"tenant_id": tenant, "key": key, "seq": place.seq + index, "statement_id": row.id}
        for index, row in enumerate(rows)
        if row.id in new
        for key in sorted(row.member_keys)
    ]
    if links:
        session.execute(sa.insert(StatementLink), links)
    _void(session, tenant, {place: row for place, row in enumerate(rows) if row.voids and row.id in new}, len(rows))


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


def _void(session: Session, tenant: UUID, voiding: Mapping[int, Row], batch: int) -> None:
    """Note what these Statements void, and mark what is there already.

    A voiding Statement cannot itself be voided (xAPI 1.0.3 Data 2.3.2): naming one is refused when it is known.
    """
    if not voiding:
        return
    targets = [row.voids for row in voiding.values() if row.voids]
    protected = set(
        session.scalars(
            sa.select(Statement.id).where(
                Statement.tenant_id == tenant,
                among(session, Statement.id, targets),
                Statement.verb_key == verb_key(VOIDED),
            )
        )
    )
    if protected:
        raise InvalidStatement(
            [
                Fault(
                    f"/{index}/object/id" if batch > 1 else "/object/id",
                    f"Statement {row.voids} is itself a voiding Statement and cannot be voided; issue a new Statement"
                    " with the content it had voided instead",
                    "xAPI 1.0.3 Data 2.3.2",
                )
                for index, row in voiding.items()
                if row.voids in protected
            ]
        )
    session.execute(
        sa.insert(Voiding),
        [{"tenant_id": tenant, "target_id": row.voids, "statement_id": row.id} for row in voiding.values()],
    )
    session.execute(
        sa.update(Statement)
        .where(Statement.tenant_id == tenant, among(session, Statement.id, targets))
        .values(voided=True)
    )
