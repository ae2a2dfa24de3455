"""The store's tables are spread over a cluster of Citus, as their models declare.

Citus is its operator's to install and to join machines to (docs/scale.md); here tables are given to it: reference
tables are copied to every machine, tables that are spread go into shards by their column, and those by columns of one
type lie side by side, so that a Statement and its links are on one machine. What is not given stays on the first.

The wall between tenants comes down on tables that are given: Citus takes no policy with a sub-select, and moves the
rows of INSERT … SELECT by COPY, which PostgreSQL refuses where there is a policy. Every question names its tenant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from lrs.db import EVERY_TENANT, Database, Session
from lrs.layout.declared import spread_by
from lrs.layout.partitions import LayoutFault, Moved

__all__ = ["lay_out", "shards_of"]

_KNOWN = sa.text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')")
_MACHINES = sa.text("SELECT count(*) FROM pg_dist_node WHERE isactive AND noderole = 'primary' AND groupid > 0")
_SHARDS = sa.text(
    "SELECT table_name::text, CASE citus_table_type WHEN 'distributed' THEN shard_count ELSE 0 END FROM citus_tables"
    " WHERE citus_table_type IN ('distributed', 'reference')"
)
_POLICIES = sa.text("SELECT polname FROM pg_policy WHERE polrelid = CAST(:name AS regclass)")
_REFERENCE = sa.text("SELECT create_reference_table(CAST(:name AS regclass))")
_SPREAD = sa.text("SELECT create_distributed_table(CAST(:name AS regclass), :column, shard_count => :shards)")


def shards_of(database: Database) -> dict[str, int]:
    """Of each table that the cluster has, into how many shards it is spread: 0 where every machine has all of it.

    Raises LayoutFault where there is no cluster.
    """
    with database.reading(EVERY_TENANT) as session:
        if not session.scalar(_KNOWN):
            raise LayoutFault("the database has no extension citus; on each machine: CREATE EXTENSION citus")
        if not session.scalar(_MACHINES):
            raise LayoutFault("no machine has joined the cluster: SELECT citus_add_node('host', 5432)")
        return {name: int(shards) for name, shards in session.execute(_SHARDS)}


def lay_out(database: Database, tables: Sequence[sa.Table], shards: int, lock: int) -> Iterator[Moved]:
    """Give each of the tables to the cluster, unless it has it, in a transaction of its own; told as they are done.

    `lock` is the number under which migrations wait for one another. Raises LayoutFault where there is no cluster, or
    for the first table that cannot be given; those before it stay given.
    """
    known = shards_of(database)
    with database.writing(EVERY_TENANT) as session:
        name = session.scalar(sa.select(sa.func.quote_ident(sa.func.current_database())))
        session.connection().exec_driver_sql(f"ALTER DATABASE {name} SET citus.enable_repartition_joins = on")
        for table in tables:  # all at once: Citus takes those over that refer to what it is given
            _take_wall_down(session, table.name)
    for table in sorted(tables, key=lambda one: spread_by(one) is not None):  # what others refer to comes first
        column = spread_by(table)
        parts, rows = shards if column is not None else 0, None
        if table.name in known:
            parts = known[table.name]
        else:
            try:
                with database.writing(EVERY_TENANT) as session:
                    session.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
                    rows = _given(session, table.name, column.name if column is not None else "", shards)
            except sa.exc.DBAPIError as error:
                raise LayoutFault(f"{table.name}: {' '.join(str(error.orig).split())}") from None
        yield Moved(table.name, parts, rows)


def _given(session: Session, name: str, column: str, shards: int) -> int:
    """Give one table to the cluster; how many rows it has."""
    counted = sa.select(sa.func.count()).select_from(sa.table(name))
    before = session.scalar(counted) or 0
    if column:
        session.execute(_SPREAD, {"name": name, "column": column, "shards": shards})
    else:
        session.execute(_REFERENCE, {"name": name})
    if (after := session.scalar(counted) or 0) != before:
        raise LayoutFault(f"{name} held {before:,} rows and would hold {after:,}")
    return before


def _take_wall_down(session: Session, name: str) -> None:
    run = session.connection().exec_driver_sql
    for policy in session.scalars(_POLICIES, {"name": name}).all():
        run(f"DROP POLICY {policy} ON {name}")
        run(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
