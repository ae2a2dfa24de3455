"""SQL for many rows at once, on either database: the number of commands does not grow with the number of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lrs import api
from lrs.api import key_of
from lrs.db import Session, is_postgresql

__all__ = ["gather_statistics", "import_alone", "insert", "insert_columns", "upsert"]

NOTHING_MERGED: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType({})


def insert(session: Session, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows in one command or executemany; nothing when there are none."""
    if not rows:
        return
    if is_postgresql(session) and len(rows) >= IN_COLUMNS and _says_all(table.__table__, rows[0]):
        session.execute(_from_columns(sa.insert(table.__table__), rows))
    else:
        session.execute(sa.insert(table.__table__), list(rows))


IN_COLUMNS = 50
"""From so many rows on they travel to PostgreSQL column by column: a sixth of the time of row by row."""


def _says_all(table: Any, row: dict[str, Any]) -> bool:
    """Whether a row leaves no column to a default, which has to be worked out row by row."""
    return all(column.name in row or column.default is None for column in table.columns)


def _from_columns(command: Any, rows: Sequence[dict[str, Any]]) -> Any:
    """The command with its rows as one array a column."""
    columns = [command.table.c[name] for name in rows[0]]
    arrays = [sa.bindparam(None, [row[column.name] for row in rows], type_=sa.ARRAY(column.type)) for column in columns]
    listed = (
        sa.func.unnest(*arrays)
        .table_valued(*[sa.column(column.name, column.type) for column in columns])
        .render_derived()
    )
    return command.from_select([column.name for column in columns], sa.select(*listed.c), include_defaults=False)


def insert_columns(
    session: Session,
    table: type[Any],
    columns: Mapping[str, Sequence[Any]],
    *,
    everywhere: Mapping[str, Any],
    replacing: Sequence[str] = (),
) -> None:
    """Inserts rows given as columns of equal length, with the same values `everywhere`: some microseconds a row.

    For the tables of which a population has a row for each worker. Names are those of the columns; nothing is done
    when there are no rows. A row whose primary key is there already takes over the columns `replacing`; with none of
    them it is an error. No two rows may have one key; those of PostgreSQL are locked in the order given.
    """
    if not len(next(iter(columns.values()))):
        return
    of = table.__table__.columns
    names = ", ".join((*columns, *everywhere))
    known = ""
    if replacing:
        key = ", ".join(column.name for column in table.__table__.primary_key)
        known = f" ON CONFLICT ({key}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in replacing)}"
    if is_postgresql(session):
        dialect = session.get_bind().dialect
        types = {name: of[name].type.compile(dialect) for name in (*columns, *everywhere)}
        arrays = ", ".join(f"%b::{_array_type(of[name].type)}" for name in columns)
        listed = ", ".join(f"new.{name}::{types[name]}" for name in columns)
        constants = "".join(f", %s::{types[name]}" for name in everywhere)
        session.connection().exec_driver_sql(
            f"INSERT INTO {table.__tablename__} ({names})"  # noqa: S608 - names of our own columns
            f" SELECT {listed}{constants} FROM unnest({arrays}) AS new ({', '.join(columns)}){known}",
            (*everywhere.values(), *(_array(of[name].type)(values) for name, values in columns.items())),
        )
        return
    dialect = session.get_bind().dialect
    bound = [of[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns]
    written = [
        values if process is None else [process(value) for value in values]
        for process, values in zip(bound, columns.values(), strict=True)
    ]
    same = []
    for name, value in everywhere.items():
        process = of[name].type.dialect_impl(dialect).bind_processor(dialect)
        same.append(value if process is None else process(value))
    marks = ", ".join("?" for _ in range(len(columns) + len(everywhere)))
    session.connection().exec_driver_sql(
        f"INSERT INTO {table.__tablename__} ({names}) VALUES ({marks}){known}",  # noqa: S608 - as above
        [(*row, *same) for row in zip(*written, strict=True)],
    )


def _array(kind: sa.types.TypeEngine[Any]) -> Callable[[Sequence[Any]], bytes]:
    """What packs a column of this type for PostgreSQL."""
    if isinstance(kind, sa.Uuid):
        return api.Uuids
    if isinstance(kind, sa.Boolean):
        return api.Booleans
    if isinstance(kind, sa.Integer):
        return api.Bigints
    return api.Blobs if isinstance(kind, sa.LargeBinary) else api.TextsOrNulls


def _array_type(kind: sa.types.TypeEngine[Any]) -> str:
    packers = {api.Uuids: "uuid[]", api.Booleans: "boolean[]", api.Bigints: "bigint[]", api.Blobs: "bytea[]"}
    return packers.get(_array(kind), "text[]")  # type: ignore[call-overload, no-any-return]


def upsert(
    session: Session,
    table: type[Any],
    rows: Sequence[dict[str, Any]],
    *,
    replacing: Sequence[str] = (),
    merging: Mapping[str, Callable[[Any, Any], Any]] = NOTHING_MERGED,
) -> None:
    """Inserts rows as `insert` does; a row whose primary key is there already takes over the columns `replacing`.

    With none to replace, what is there stays as it is. A column in `merging` becomes what is said there of the value
    that is kept and the new one, as SQL. Rows of PostgreSQL are locked in the order given: give them in order of the
    key, so that two writers never deadlock.
    """
    if not rows:
        return
    dialect = postgresql if is_postgresql(session) else sqlite
    command = dialect.insert(table.__table__)
    if replacing or merging:
        key = [column.name for column in table.__table__.primary_key]
        kept = table.__table__.columns
        merged = {name: merge(kept[name], command.excluded[name]) for name, merge in merging.items()}
        replaced = {name: command.excluded[name] for name in replacing}
        command = command.on_conflict_do_update(index_elements=key, set_=replaced | merged)
    else:
        command = command.on_conflict_do_nothing()
    if is_postgresql(session) and len(rows) >= IN_COLUMNS and _says_all(table.__table__, rows[0]):
        session.execute(_from_columns(command, _one_of_each(table.__table__, rows, last=bool(replacing))))
    else:
        session.execute(command, list(rows))


def _one_of_each(table: Any, rows: Sequence[dict[str, Any]], *, last: bool) -> list[dict[str, Any]]:
    """Of rows with one primary key the last, or the first: one command touches no row twice."""
    key = [column.name for column in table.primary_key]
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        of_row = tuple(row[name] for name in key)
        found[of_row] = row if last else found.get(of_row, row)
    return list(found.values())


JUST_FILLED = 20_000
"""Of a table to which so many rows came, and half of all it has, PostgreSQL's statistics say too little."""


def gather_statistics(session: Session, *tables: type[Any]) -> None:
    """Has PostgreSQL look at those of the tables that were filled since it last did, before many rows are asked for by
    their ids: until then it takes a thousand ids for the whole table, and reads all of it for every thousand.

    Its own housekeeping comes by a minute or more later. A second for each such table; nothing on SQLite, whose plans
    rest on the indexes alone. Where the role does not own a table, PostgreSQL warns and leaves it.
    """
    if not is_postgresql(session):
        return
    filled = session.scalars(
        sa.text(
            "SELECT root.relname FROM pg_stat_user_tables AS one"
            " JOIN pg_class AS root ON root.oid = coalesce(pg_partition_root(one.relid), one.relid)"
            " WHERE root.relnamespace = current_schema()::regnamespace AND root.relname = ANY(:names)"
            " GROUP BY 1 HAVING sum(n_mod_since_analyze) > greatest(:many, sum(n_live_tup) / 2) ORDER BY 1"
        ),
        {"names": [table.__tablename__ for table in tables], "many": JUST_FILLED},
    ).all()
    for name in filled:
        session.execute(sa.text(f"ANALYZE {name}"))


def import_alone(session: Session, tenant: UUID) -> None:
    """Lets no second import for this tenant run before the caller's transaction ends.

    An import reads what is there, compares, then writes; two at once on PostgreSQL would each miss what the other
    adds. On SQLite a writing transaction is alone anyway.
    """
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key_of(f"certification import {tenant}"))))
