"""What things occupy: bytes a Statement, a fact and a worker take in the database, their indexes included.

The population of `pages`, judged and counted, every fact of a Statement of its own that is stored too. Tables are taken
together by what they grow with; what is the same for a thousand workers and for a million is left out.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import migrations
from bench import pages
from lrs import api
from lrs.db import NOBODY, Database, Session

__all__ = ["measure"]

GROWS_WITH = {
    "Statement": ("lrs_statement", "lrs_statement_link", "lrs_reference"),
    "fact": ("certification_fact", "certification_occasion", "certification_repeat"),
    "worker": (
        "certification_worker",
        "certification_worker_identifier",
        "certification_employment",
        "certification_union_role",
        "certification_attestation",
        "certification_self_score",
        "certification_assessment",
        "certification_standing",
    ),
}
"""Tables, by that of which one more makes them longer; the first is counted."""

PEPPER = b"of a database that is thrown away"


def measure(url: str, *, workers: int) -> list[dict[str, Any]]:
    """For each kind: how many there are, bytes of each, and the share of it that indexes take (PostgreSQL)."""
    database = Database(url)
    migrations.upgrade(database)
    pages.prepare(url, workers, PEPPER)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    with database.reading(tenant) as session:
        there = set(sa.inspect(session.connection()).get_table_names())
        found = []
        for kind, tables in GROWS_WITH.items():
            count = session.scalar(sa.text(f"SELECT count(*) FROM {tables[0]}")) or 0
            sizes = [_size(session, table, database.is_sqlite) for table in tables if table in there]
            whole, indexes = map(sum, zip(*sizes, strict=True))
            found.append({"kind": kind, "count": count, "bytes": whole / count, "indexes": indexes / whole})
    database.close()
    return found


def _size(session: Session, table: str, is_sqlite: bool) -> tuple[int, int]:
    """Bytes of a table with all that belongs to it, and of its indexes."""
    if is_sqlite:
        whole = session.scalar(
            sa.text(
                "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = :t)"
            ),
            {"t": table},
        )
        own = session.scalar(sa.text("SELECT sum(pgsize) FROM dbstat WHERE name = :t"), {"t": table})
        return int(whole or 0), int(whole or 0) - int(own or 0)
    whole = session.scalar(sa.text("SELECT pg_total_relation_size(:t)"), {"t": table})
    return int(whole or 0), int(session.scalar(sa.text("SELECT pg_indexes_size(:t)"), {"t": table}) or 0)
