"""Tables of PostgreSQL become parts by hash, and whole again, with every row, key, index, policy and right they had.

Each table goes in a transaction of its own: it is in parts or it is as it was. What the catalogue says of it is put
upon the new table under the same names, so that Alembic's history and later migrations find what they expect. The
parts themselves are in a schema of their own, in which nobody but their owner has any right; rows are reached through
the table. The wall between tenants stands around each part as well.

A table is copied, so that for its time there is twice of it on the disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from psycopg import errors

from lrs.db import EVERY_TENANT, Database, Session
from lrs.layout.declared import spread_by

__all__ = ["SCHEMA", "LayoutFault", "Moved", "is_no_part", "lay_out", "parts_of"]

SCHEMA = "cdht_parts"
"""Where the parts are, out of the way of whoever lists tables."""

WAIT_SECONDS = 10
"""How long is waited for others to let go of a table."""

_PARTS = sa.text(
    "SELECT root.relname, count(part.inhrelid) FROM pg_class root"
    " LEFT JOIN pg_inherits part ON part.inhparent = root.oid"
    " WHERE root.relnamespace = current_schema()::regnamespace AND root.relkind IN ('r', 'p') GROUP BY 1"
)
_CONSTRAINTS = sa.text(
    "SELECT conrelid::regclass::text AS owner, conname, contype::text AS kind, pg_get_constraintdef(oid) AS words"
    " FROM pg_constraint WHERE conparentid = 0 AND contype IN ('p', 'u', 'c', 'f')"
    " AND (conrelid = CAST(:name AS regclass) OR confrelid = CAST(:name AS regclass))"
    " ORDER BY contype = 'f', conname"
)
_INDEXES = sa.text(
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = CAST(:name AS regclass)"
    " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid) ORDER BY 1"
)
_POLICIES = sa.text(
    "SELECT polname, pg_get_expr(polqual, polrelid) AS shown, pg_get_expr(polwithcheck, polrelid) AS taken"
    " FROM pg_policy WHERE polrelid = CAST(:name AS regclass) AND polcmd = '*' AND polpermissive AND polroles = '{0}'"
)
_ODD = sa.text(
    "SELECT concat_ws(', ',"
    " (SELECT 'a trigger' FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal LIMIT 1),"
    " (SELECT 'a rule' FROM pg_rewrite WHERE ev_class = c.oid LIMIT 1),"
    " (SELECT 'a policy of its own kind' FROM pg_policy WHERE polrelid = c.oid"
    "   AND NOT (polcmd = '*' AND polpermissive AND polroles = '{0}') LIMIT 1),"
    " (SELECT 'rights to single columns' FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL LIMIT 1),"
    " (SELECT 'storage parameters' WHERE reloptions IS NOT NULL))"
    " FROM pg_class c WHERE oid = CAST(:name AS regclass)"
)
_WALL = sa.text("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = CAST(:name AS regclass)")
_RIGHTS = sa.text(
    "SELECT privilege_type AS right, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END"
    " AS holder FROM pg_class, aclexplode(relacl) WHERE oid = CAST(:name AS regclass) AND grantee <> relowner"
)


class LayoutFault(Exception):
    """A table cannot be laid out so; nothing of it was changed."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was done to a table: its rows are in so many parts now (1: it is whole); `rows` None: it was so already."""

    table: str
    parts: int
    rows: int | None


@dataclass(frozen=True, slots=True)
class _Upon:
    """All that is upon a table beside its columns, as commands that put it there again."""

    within: Sequence[str]
    foreign: Sequence[tuple[str, str, str]]
    """Foreign keys of it and to it: whose, called what, in which words."""
    policies: Sequence[sa.Row[tuple[str, str, str]]]
    wall: tuple[str, ...]
    rights: Sequence[str]


def is_no_part(found: object, _name: str | None, kind: str, _reflected: bool, _beside: object) -> bool:
    """For Alembic's comparing: whether this is the models' business. A foreign key to a table in parts has a copy for
    each part, which PostgreSQL keeps by itself."""
    if kind != "foreign_key_constraint" or not isinstance(found, sa.ForeignKeyConstraint):
        return True
    return not any(key.target_fullname.startswith(f"{SCHEMA}.") for key in found.elements)


def parts_of(database: Database) -> dict[str, int]:
    """Of each table in how many parts it is: 1 where it is whole."""
    with database.reading(EVERY_TENANT) as session:
        return {name: parts or 1 for name, parts in session.execute(_PARTS)}


def lay_out(database: Database, tables: Sequence[sa.Table], parts: int, lock: int) -> Iterator[Moved]:
    """Bring each of the tables into so many parts (1: whole), one transaction each; told as they are done.

    `lock` is the number under which migrations wait for one another. Raises LayoutFault for the first table that cannot
    be; those before it stay done.
    """
    for table in tables:
        with _refusing(table.name), database.writing(EVERY_TENANT) as session:
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
            rows = _rebuilt(session, table, parts)
        yield Moved(table.name, parts, rows)


def _rebuilt(session: Session, table: sa.Table, parts: int) -> int | None:
    """Copy one table into its new form; the number of its rows, or None where there was nothing to do."""
    name, kept = table.name, f"{SCHEMA}.{table.name}"
    _run(session, f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
    if _count_of_parts(session, name) == parts:
        return None
    _run(session, f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}", f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
    if odd := session.scalar(_ODD, {"name": name}):
        raise LayoutFault(f"{name} has {odd}, which this program does not put on tables")
    upon = _upon(session, name)
    before = _contents(session, name)
    _run(session, *(f"ALTER TABLE {owner} DROP CONSTRAINT {key}" for owner, key, _ in upon.foreign))
    _run(session, f"ALTER TABLE {name} SET SCHEMA {SCHEMA}")
    column = spread_by(table)
    how = f"PARTITION BY HASH ({column.name})" if column is not None and parts > 1 else ""
    alike = "INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING COMMENTS"
    _run(session, f"CREATE TABLE {name} (LIKE {kept} {alike}) {how}")
    names = [name, *(f"{SCHEMA}.{name}_{one}_of_{parts}" for one in range(parts) if how)]
    for remainder, part in enumerate(names[1:]):
        values = f"FOR VALUES WITH (MODULUS {parts}, REMAINDER {remainder})"
        _run(session, f"CREATE TABLE {part} PARTITION OF {name} {values}")
    _run(session, f"INSERT INTO {name} SELECT * FROM {kept}", f"DROP TABLE {kept}")  # noqa: S608 - names of ours
    _run(session, *upon.within)
    _run(session, *(f"ALTER TABLE {owner} ADD CONSTRAINT {key} {words}" for owner, key, words in upon.foreign))
    for one in names:
        _run(session, *(f"ALTER TABLE {one} {words} ROW LEVEL SECURITY" for words in upon.wall))
        for policy in upon.policies:
            conditions = f"USING ({policy.shown}) WITH CHECK ({policy.taken})"
            _run(session, f"CREATE POLICY {policy.polname} ON {one} {conditions}")
    _run(session, *upon.rights, f"ANALYZE {name}")
    if (after := _contents(session, name)) != before:
        raise LayoutFault(f"{name} held {before[0]:,} rows and would hold {after[0]:,}, or others")
    return before[0]


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Tell in words why PostgreSQL does not want a table laid out."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        match error.orig:
            case errors.LockNotAvailable():
                why = "somebody else uses it: stop the server and every other command first"
            case errors.OutOfMemory():
                why = "so many parts want a larger max_locks_per_transaction in postgresql.conf, then a restart"
            case errors.InsufficientPrivilege() | errors.InvalidTableDefinition() | errors.FeatureNotSupported():
                why = " ".join(str(error.orig).split())
            case _:
                raise
        raise LayoutFault(f"{name}: {why}") from None


def _count_of_parts(session: Session, name: str) -> int:
    found = {one: parts or 1 for one, parts in session.execute(_PARTS)}
    if name not in found:
        raise LayoutFault(f"there is no table {name}; bring the tables up to date first: flask ops migrate")
    return found[name]


def _upon(session: Session, name: str) -> _Upon:
    of = {"name": name}
    constraints = session.execute(_CONSTRAINTS, of).all()
    within = [f"ALTER TABLE {name} ADD CONSTRAINT {one.conname} {one.words}" for one in constraints if one.kind != "f"]
    within += [words.replace(" ON ONLY ", " ON ", 1) for words in session.scalars(_INDEXES, of)]
    walled, forced = session.execute(_WALL, of).one()
    return _Upon(
        within,
        [(one.owner, one.conname, one.words) for one in constraints if one.kind == "f"],
        session.execute(_POLICIES, of).all(),
        tuple(words for words, stands in (("ENABLE", walled), ("FORCE", forced)) if stands),
        [f"GRANT {one.right} ON {name} TO {one.holder}" for one in session.execute(_RIGHTS, of)],
    )


def _contents(session: Session, name: str) -> tuple[int, str]:
    """How many rows, and a digest of them whatever their order."""
    asked = f"SELECT count(*), coalesce(sum(hash_record_extended(t, 0)::numeric), 0)::text FROM {name} AS t"  # noqa: S608
    rows, digest = session.execute(sa.text(asked)).one()
    return rows, digest


def _run(session: Session, *commands: str) -> None:
    for command in commands:
        session.connection().exec_driver_sql(command)
