"""`flask ops layout`: how the tables lie on PostgreSQL, and how they are to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext

from lrs.commands.invocation import database
from lrs.db import Database
from lrs.layout import cluster, partitions
from lrs.layout.declared import LOCAL, NotOurTable, chosen, spread_by
from lrs.models import Base

__all__ = ["layout"]

MOST_PARTS = 128
_SQLITE = "SQLite keeps each table in one piece. Parts are for tables of PostgreSQL that pass some hundred gigabytes."


@click.command()
@with_appcontext
@click.option(
    "--partitions",
    "parts",
    type=click.IntRange(1, MOST_PARTS),
    help="Put the rows of tables that the models spread into so many parts, by hash; 1: into one table again.",
)
@click.option(
    "--citus",
    "shards",
    type=click.IntRange(1, MOST_PARTS),
    metavar="SHARDS",
    help="For trials: spread the store's tables over a cluster of Citus, in so many shards. There is no way back.",
)
@click.option("--only", "names", multiple=True, metavar="TABLE", help="Of these tables; more than once for several.")
def layout(parts: int | None, shards: int | None, names: tuple[str, ...]) -> None:
    """Say how the tables lie on PostgreSQL; with --partitions or --citus lay them out. The server must not run then.

    Each table is copied in a transaction of its own, and its rows are compared: there must be room for the largest one
    twice. When it is broken off, the table it was at stays as it was; the same command goes on from there.
    """
    if (parts and shards) or (shards and names):
        raise click.UsageError(
            "--citus goes with neither --partitions nor --only: all tables of the store belong together"
        )
    if database().is_sqlite:
        if parts or shards:
            raise click.ClickException(f"{_SQLITE} Nothing was changed.")
        click.echo(_SQLITE)
        return
    with _tables_owner() as owner:
        try:
            lock: int = current_app.extensions["migration_lock"]
            if shards:
                stores = [one for one in Base.metadata.sorted_tables if one.info["distribution"] != LOCAL]
                for given in cluster.lay_out(owner, stores, shards, lock):
                    click.echo(f"{given.table}: {_spread(given.parts)}; {_what(given)}")
                return
            tables = chosen(current_app.extensions["tables"], names)
            if parts is None:
                _tell(owner, tables)
                return
            for done in partitions.lay_out(owner, tables, parts, lock):
                click.echo(f"{done.table}: {_form(done.parts)}; {_what(done)}")
        except (NotOurTable, partitions.LayoutFault) as error:
            raise click.ClickException(str(error)) from None


def _tell(owner: Database, tables: list[sa.Table]) -> None:
    found = partitions.parts_of(owner)
    for table in tables:
        column = spread_by(table)
        click.echo(f"{table.name}: {_form(found[table.name])}, by {column.name if column is not None else ''}")


def _what(done: partitions.Moved) -> str:
    return "already so" if done.rows is None else f"{done.rows:,} rows, compared"


def _spread(shards: int) -> str:
    return f"{shards} shards" if shards else "on every machine"


def _form(parts: int) -> str:
    return "whole" if parts == 1 else f"{parts} parts"


@contextmanager
def _tables_owner() -> Iterator[Database]:
    """The database, as the role that owns the tables."""
    served = database()
    click.echo(f"Database: {served.place}", err=True)
    url: str = current_app.extensions["settings"].migration_database_url
    owner = Database(url) if url else served
    try:
        yield owner
    finally:
        if owner is not served:
            owner.close()
