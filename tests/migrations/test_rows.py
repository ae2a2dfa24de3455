"""Every step of the history goes down and up again with rows in the tables, on either engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

import migrations
from lrs.db import EVERY_TENANT, Database

REPLACED = {"lrs_voiding"}
"""Tables whose rows a later step carries over into another one; a test of that step's own looks after them."""


REWRITTEN = {
    ("0010", "certification_worker_identifier"): {"basis"},
    ("0013", "certification_assessment"): {"result"},
    ("0013", "certification_stale"): {"mark", "due"},
}
"""Columns that a step says otherwise on purpose, by step and table; a test of that step's own looks after them."""


def tables(database: Database) -> list[sa.Table]:
    """The tables as they stand in the database, those that others refer to first; not the parts of any."""
    metadata = sa.MetaData()
    metadata.reflect(database.engine)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version" and table.schema is None]


def value(column: sa.Column[Any], made: dict[str, UUID]) -> Any:
    """Something that fits a column; ids of one tenant, worker, organization … are the same everywhere."""
    kind = column.type
    if column.foreign_keys:
        referred = made[next(key.column.table.name for key in column.foreign_keys if key.column.table.schema is None)]
        return referred if isinstance(kind, sa.Uuid) else referred.hex
    if isinstance(kind, sa.Uuid) or (isinstance(kind, sa.CHAR) and kind.length == 32):
        fresh = made.setdefault(column.table.name if column.name == "id" else column.name, uuid4())
        return fresh if isinstance(kind, sa.Uuid) else fresh.hex
    for types, sample in (
        (sa.Boolean, True),
        (sa.DateTime, datetime(2026, 11, 20, 5, tzinfo=UTC)),
        (sa.Date, date(2026, 11, 20)),
        (sa.Integer, 2026),
        (sa.Float, 0.5),
        (sa.LargeBinary, b"\x00\xffbytes"),
        (sa.String, f"chữ có dấu {column.name}"),
    ):
        if isinstance(kind, types):
            return sample
    raise AssertionError(f"{column}: say here what a {kind!r} may hold")


def fill(database: Database, **made: UUID) -> dict[str, int]:
    """A row more in every table, with these ids by what they are of; how many rows each has then."""
    with database.writing(EVERY_TENANT) as session:
        for table in tables(database):
            session.execute(table.insert(), [{column.name: value(column, made) for column in table.columns}])
    return count(database)


def names(database: Database) -> list[str]:
    """What the tables are called, without asking for their columns: `tables` takes a hundred times as long."""
    return sorted(set(sa.inspect(database.engine).get_table_names()) - {"alembic_version"})


def count(database: Database) -> dict[str, int]:
    each = [f"SELECT '{name}', count(*) FROM {name}" for name in names(database)]
    with database.reading(EVERY_TENANT) as session:
        return {name: rows for name, rows in session.execute(sa.text(" UNION ALL ".join(each)))} if each else {}  # noqa: C416


def contents(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as the database itself gives it, in the order it was put there."""
    with database.reading(EVERY_TENANT) as session:
        return {
            name: [dict(row._mapping) for row in session.execute(sa.text(f"SELECT * FROM {name}"))]
            for name in names(database)
        }


def steps() -> Iterator[tuple[str, str]]:
    """Each revision with the one before it."""
    for script in ScriptDirectory(str(migrations.HERE)).walk_revisions():
        yield script.revision, str(script.down_revision or "base")


NEWEST = 10


def taking_turns(first: int) -> list[tuple[str, str, str]]:
    """Each step with an engine: the newest on both, those before, which nobody changes any more, on one and then the
    other, so that the two tests below have each of them on each engine between them."""
    engines = ("sqlite", "postgresql")
    found = []
    for at, (revision, before) in enumerate(steps()):
        on = engines if at < NEWEST else (engines[(at + first) % 2],)
        found += [(engine, revision, before) for engine in on]
    return found


EARLIER = ("0007", "0043")
"""Of the newest revisions that landings had: whoever installed then and upgrades now takes all steps at once. That
each single step keeps the rows, the tests below hold."""


@pytest.mark.slow
@pytest.mark.parametrize("revision", EARLIER)
def test_an_installation_of_an_earlier_landing_comes_up_to_the_newest_with_its_rows(
    database: Database, revision: str
) -> None:
    config = migrations.config_for(database)
    command.downgrade(config, revision)
    filled = fill(database)
    migrations.upgrade(database)
    assert migrations.is_current(database)
    now = count(database)
    assert {name: now[name] for name in filled.keys() - REPLACED if now[name] < filled[name]} == {}


@pytest.mark.slow
@pytest.mark.parametrize(("database_url", "revision", "before"), taking_turns(0), indirect=["database_url"])
def test_a_step_goes_down_and_up_again_with_rows_in_every_table(database: Database, revision: str, before: str) -> None:
    config = migrations.config_for(database)
    command.downgrade(config, revision)
    filled = fill(database)
    assert all(filled.values())
    command.downgrade(config, before)
    left = count(database)
    command.upgrade(config, revision)
    again = count(database)
    assert again.keys() == filled.keys()
    assert all(again[name] == rows for name, rows in left.items() if name in again)
    command.upgrade(config, "head")
    assert migrations.is_current(database)


@pytest.mark.slow
@pytest.mark.parametrize(("database_url", "revision", "before"), taking_turns(1), indirect=["database_url"])
def test_a_step_up_keeps_the_rows_of_the_tables_that_were_there(database: Database, revision: str, before: str) -> None:
    config = migrations.config_for(database)
    command.downgrade(config, before)
    if before == "base":
        command.upgrade(config, revision)
        assert count(database)["lrs_tenant"] == 1
        return
    fill(database)
    filled = contents(database)
    command.upgrade(config, revision)
    now = contents(database)
    for name in filled.keys() - REPLACED:
        assert len(now[name]) == len(filled[name]), name
        for was, became in zip(filled[name], now[name], strict=True):
            shared = (was.keys() & became.keys()) - REWRITTEN.get((revision, name), set())
            assert {column: became[column] for column in shared} == {column: was[column] for column in shared}, name
