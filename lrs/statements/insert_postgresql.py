"""How rows enter PostgreSQL: one INSERT from binary arrays a table, the fastest way that also tells repeats.

`%b` asks the driver for its binary form; as text the same arrays are four times slower. A row whose id is already
there is left alone and missing from what RETURNING gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from lrs.statements.order import Place, timestamp_text
from lrs.statements.references import Link
from lrs.statements.rows import Row

_STATEMENTS = """
INSERT INTO lrs_statement
    (tenant_id, id, seq, stored, actor_key, verb_key, object_key, registration, authority_key, voided, exact)
SELECT %b::uuid, id, seq, %b::bigint, actor_key, verb_key, object_key, registration, authority_key, voided, exact
FROM unnest(%b::uuid[], %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[], %b::uuid[], %b::bigint[],
    %b::boolean[], %b::text[])
    AS new (id, seq, actor_key, verb_key, object_key, registration, authority_key, voided, exact)
ON CONFLICT DO NOTHING RETURNING id
"""

_LINKS = """
INSERT INTO lrs_statement_link (tenant_id, key, seq, statement_id)
SELECT %b::uuid, key, seq, statement_id FROM unnest(%b::bigint[], %b::bigint[], %b::uuid[])
    AS new (key, seq, statement_id)
"""


def insert_statements(
    connection: sa.Connection, tenant: UUID, rows: Sequence[Row], place: Place, voided: frozenset[UUID]
) -> set[UUID]:
    """Insert the rows from `place` on; returns the ids that were new."""
    stored = timestamp_text(place.stored)
    result = connection.exec_driver_sql(
        _STATEMENTS,
        (
            tenant,
            place.stored,
            [row.id for row in rows],
            list(range(place.seq, place.seq + len(rows))),
            [row.keys.actor for row in rows],
            [row.keys.verb for row in rows],
            [row.keys.object for row in rows],
            [row.keys.registration for row in rows],
            [row.keys.authority for row in rows],
            [row.id in voided for row in rows],
            [row.exact(stored) for row in rows],
        ),
    )
    return {row[0] for row in result}


def insert_links(connection: sa.Connection, tenant: UUID, links: Sequence[Link]) -> None:
    """Insert the further keys of Statements; none of them is there yet."""
    connection.exec_driver_sql(
        _LINKS,
        (tenant, [link.key for link in links], [link.seq for link in links], [link.statement_id for link in links]),
    )
