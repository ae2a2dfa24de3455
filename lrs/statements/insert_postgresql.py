"""How rows enter PostgreSQL: one command for Statements and their links, the fastest way that also tells repeats.

Columns travel as binary arrays (`lrs.arrays`); as text the same arrays are four times slower. A row whose id is already
there is left alone, is missing from what RETURNING gives, and gets no links.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from lrs.arrays import Bigints, Booleans, Texts, Uuids
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
    AS link (key, seq, statement_id)
"""

_BOTH = f"""
WITH new AS ({_STATEMENTS}), linked AS ({_LINKS} WHERE statement_id IN (SELECT id FROM new))
SELECT id FROM new
"""  # noqa: S608 - made of the two above


def insert_statements(
    connection: sa.Connection, tenant: UUID, rows: Sequence[Row], place: Place, voided: frozenset[UUID]
) -> set[UUID]:
    """Insert the rows from `place` on, each with the links to itself; returns the ids that were new."""
    stored = timestamp_text(place.stored)
    values: tuple[object, ...] = (
        tenant,
        place.stored,
        Uuids([row.id for row in rows]),
        Bigints(range(place.seq, place.seq + len(rows))),
        Bigints([row.keys.actor for row in rows]),
        Bigints([row.keys.verb for row in rows]),
        Bigints([row.keys.object for row in rows]),
        Uuids([row.keys.registration for row in rows]),
        Bigints([row.keys.authority for row in rows]),
        Booleans([row.id in voided for row in rows]),
        Texts([row.exact(stored) for row in rows]),
    )
    links = [(key, seq, row.id) for seq, row in enumerate(rows, place.seq) for key in row.keys.links]
    result = connection.exec_driver_sql(
        _BOTH if links else _STATEMENTS, values + _columns(tenant, links) if links else values
    )
    return {row[0] for row in result}


def insert_links(connection: sa.Connection, tenant: UUID, links: Sequence[Link]) -> None:
    """Insert further links; none of them is there yet."""
    connection.exec_driver_sql(_LINKS, _columns(tenant, [(link.key, link.seq, link.statement_id) for link in links]))


def _columns(tenant: UUID, links: list[tuple[int, int, UUID]]) -> tuple[object, ...]:
    """What `_LINKS` is to be run with; sorted, so that neighbours in the index come one after the other."""
    links.sort()
    keys, places, ids = zip(*links, strict=True)
    return tenant, Bigints(keys), Bigints(places), Uuids(ids)
