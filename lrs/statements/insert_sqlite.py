"""How rows enter SQLite: plain tuples through the driver. The write transaction has the file to itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from uuid import UUID

import sqlalchemy as sa

from lrs.statements.order import Place, timestamp_text
from lrs.statements.references import Link
from lrs.statements.rows import Row

_STATEMENTS = """
INSERT INTO lrs_statement
    (tenant_id, id, seq, stored, actor_key, verb_key, object_key, registration, authority_key, voided, exact)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""

_THERE_BEFORE = """
SELECT id FROM lrs_statement WHERE tenant_id = ? AND id IN (SELECT value FROM json_each(?)) AND seq < ?
"""

_LINKS = "INSERT INTO lrs_statement_link (tenant_id, key, seq, statement_id) VALUES (?, ?, ?, ?)"


def insert_statements(
    connection: sa.Connection, tenant: UUID, rows: Sequence[Row], place: Place, voided: frozenset[UUID]
) -> set[UUID]:
    """Insert the rows from `place` on, each with the links to itself; returns the ids that were new."""
    stored = timestamp_text(place.stored)
    owner = tenant.hex
    ids = [row.id.hex for row in rows]
    values = [
        (
            owner,
            id_,
            seq,
            place.stored,
            row.keys.actor,
            row.keys.verb,
            row.keys.object,
            row.keys.registration.hex if row.keys.registration else None,
            row.keys.authority,
            row.id in voided,
            row.exact(stored),
        )
        for seq, id_, row in zip(count(place.seq), ids, rows, strict=False)
    ]
    there_before: set[str] = set()
    if connection.exec_driver_sql(_STATEMENTS, values).rowcount < len(rows):
        found = connection.exec_driver_sql(_THERE_BEFORE, (owner, json.dumps(ids), place.seq))
        there_before = {row[0] for row in found}
    links = [
        (owner, key, seq, id_)
        for seq, id_, row in zip(count(place.seq), ids, rows, strict=False)
        if row.keys.links and id_ not in there_before
        for key in row.keys.links
    ]
    if links:
        connection.exec_driver_sql(_LINKS, sorted(links))
    return {row.id for id_, row in zip(ids, rows, strict=True) if id_ not in there_before}


def insert_links(connection: sa.Connection, tenant: UUID, links: Sequence[Link]) -> None:
    """Insert further links; none of them is there yet."""
    connection.exec_driver_sql(
        _LINKS, sorted((tenant.hex, link.key, link.seq, link.statement_id.hex) for link in links)
    )
