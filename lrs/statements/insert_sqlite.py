"""How rows enter SQLite: plain tuples through the driver. The write transaction has the file to itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from lrs.statements.order import Place, timestamp_text
from lrs.statements.references import Link
from lrs.statements.rows import Row

_STATEMENTS = """
INSERT INTO lrs_statement
    (tenant_id, id, seq, stored, actor_key, verb_key, object_key, registration, authority_key, voided, exact)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_LINKS = "INSERT INTO lrs_statement_link (tenant_id, key, seq, statement_id) VALUES (?, ?, ?, ?)"


def insert_statements(
    connection: sa.Connection, tenant: UUID, rows: Sequence[Row], place: Place, voided: frozenset[UUID]
) -> set[UUID]:
    """Insert the rows from `place` on, each with the links to itself; returns the ids that were new."""
    there = connection.exec_driver_sql(
        "SELECT id FROM lrs_statement WHERE tenant_id = ? AND id IN (SELECT value FROM json_each(?))",
        (tenant.hex, json.dumps([row.id.hex for row in rows])),
    )
    known = {UUID(row[0]) for row in there}
    stored = timestamp_text(place.stored)
    new = [
        (
            tenant.hex,
            row.id.hex,
            place.seq + index,
            place.stored,
            row.keys.actor,
            row.keys.verb,
            row.keys.object,
            row.keys.registration.hex if row.keys.registration else None,
            row.keys.authority,
            row.id in voided,
            row.exact(stored),
        )
        for index, row in enumerate(rows)
        if row.id not in known
    ]
    if new:
        connection.exec_driver_sql(_STATEMENTS, new)
    links = [
        (tenant.hex, key, seq, row.id.hex)
        for seq, row in enumerate(rows, place.seq)
        if row.id not in known
        for key in row.keys.links
    ]
    if links:
        connection.exec_driver_sql(_LINKS, sorted(links))
    return {row.id for row in rows} - known


def insert_links(connection: sa.Connection, tenant: UUID, links: Sequence[Link]) -> None:
    """Insert further links; none of them is there yet."""
    connection.exec_driver_sql(
        _LINKS, sorted((tenant.hex, link.key, link.seq, link.statement_id.hex) for link in links)
    )
