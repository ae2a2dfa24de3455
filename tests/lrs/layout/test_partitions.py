"""`flask ops layout`: tables of PostgreSQL become parts and whole again, and nothing else about them changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql

import certification.models
import lrs.models
import migrations
from lrs.db import EVERY_TENANT, Database
from lrs.layout import partitions
from lrs.layout.declared import NotOurTable, chosen
from lrs.layout.partitions import SCHEMA, LayoutFault, lay_out, parts_of
from migrations import serving
from tests.conftest import PEPPER, application
from tests.in_parts import TABLES, divide
from tests.migrations.test_0007_row_level_security import policies
from tests.migrations.test_rows import contents, fill
from tests.postgresql import Cluster

SOME = ("lrs_statement", "lrs_statement_link", "certification_fact", "certification_worker", "certification_employment")
"""With a foreign key between two of them, to tables that stay whole, and from others."""


@pytest.fixture(params=["postgresql"])
def database_url(postgresql: Cluster) -> Iterator[str]:
    """A fresh migrated database, and a role beside its owner."""
    postgresql.as_superuser(sql.SQL("CREATE ROLE layout_reader"))
    with postgresql.lent_database("empty") as url:
        yield url
    postgresql.as_superuser(sql.SQL("DROP ROLE layout_reader"))


def differences(database: Database) -> list[Any]:
    """Between the tables and the models, as Alembic finds them."""
    with database.engine.connect() as connection:
        ours = {"compare_type": True, "include_object": partitions.is_no_part}
        context = MigrationContext.configure(connection, opts=ours)
        found: list[Any] = compare_metadata(context, [lrs.models.Base.metadata, certification.models.Base.metadata])
        return found


def described(database: Database) -> set[tuple[str, ...]]:
    """Columns, keys, checks, indexes and rights of every table, in PostgreSQL's words; of parts nothing."""
    asked = sa.text(
        "SELECT 'column', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conparentid = 0"
        " UNION ALL SELECT 'index', tablename, indexname, replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes"
        " WHERE schemaname = 'public'"
        " UNION ALL SELECT 'column', attrelid::regclass::text, attname, concat(format_type(atttypid, atttypmod),"
        " attnotnull, attnum, pg_get_expr(adbin, adrelid)) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
        " LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped"
        " UNION ALL SELECT 'right', relname, relacl::text, '' FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    )
    with database.reading(EVERY_TENANT) as session:
        return {tuple(row) for row in session.execute(asked)}


def sorted_rows(database: Database) -> dict[str, list[str]]:
    return {name: sorted(map(repr, rows)) for name, rows in contents(database).items()}


def test_tables_come_into_parts_and_whole_again_with_all_that_is_upon_them(database: Database) -> None:
    serving.grant(database, "layout_reader")
    fill(database)
    many = (
        "INSERT INTO lrs_statement SELECT tenant_id, gen_random_uuid(), place, stored + place, actor_key, verb_key,"
        " object_key, registration, authority_key, voided, exact FROM lrs_statement, generate_series(1, 40) AS place"
    )
    with database.writing(EVERY_TENANT) as session:
        session.execute(sa.text(many))
    was, rows, walls = described(database), sorted_rows(database), policies(database)
    divide(database, *SOME, parts=4)
    assert {name: parts for name, parts in parts_of(database).items() if parts > 1} == dict.fromkeys(SOME, 4)
    assert described(database) == was
    assert (sorted_rows(database), differences(database)) == (rows, [])
    assert policies(database) == walls
    divide(database, *SOME, parts=2)
    assert sorted_rows(database) == rows
    divide(database, *SOME, parts=1)
    assert (described(database), sorted_rows(database), policies(database)) == (was, rows, walls)
    with database.reading(EVERY_TENANT) as session:
        assert sa.inspect(session.connection()).get_table_names(schema=SCHEMA) == []


def test_the_wall_stands_around_each_part_too(database: Database) -> None:
    divide(database, "lrs_statement")
    fill(database)
    with database.reading(EVERY_TENANT) as session:
        (tenant,) = session.scalars(sa.text("SELECT tenant_id FROM lrs_statement"))
        parts = sa.inspect(session.connection()).get_table_names(schema=SCHEMA)
    assert len(parts) == 3
    counted = " + ".join(f"(SELECT count(*) FROM {SCHEMA}.{part})" for part in parts)
    for owner, seen in ((tenant, 1), (uuid4(), 0)):
        with database.reading(owner) as session:
            assert session.scalar(sa.text(f"SELECT {counted}")) == seen


def test_migrations_go_down_and_up_over_tables_in_parts(database: Database) -> None:
    """What comes after a layout: every step from the revision named to the newest, over tables in parts, with rows."""
    divide(database)
    divide(database, *SOME[2:])
    command.downgrade(migrations.config_for(database), "0043")
    fill(database)
    migrations.upgrade(database)
    assert migrations.is_current(database) and differences(database) == []
    assert parts_of(database)["lrs_statement"] == parts_of(database)["certification_fact"] == 3


def test_a_table_that_cannot_be_stays_as_it_was(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(database)
    was, rows = described(database), sorted_rows(database)
    monkeypatch.setattr(partitions, "WAIT_SECONDS", 1)
    table = chosen(TABLES, ["lrs_statement"])
    with database.reading(EVERY_TENANT) as session:
        session.execute(sa.text("SELECT count(*) FROM lrs_statement"))
        with pytest.raises(LayoutFault, match="lrs_statement: somebody else uses it"):
            [*lay_out(database, table, 2, migrations.LOCK)]
    with database.writing(EVERY_TENANT) as session:
        session.execute(sa.text("ALTER TABLE lrs_statement SET (fillfactor = 90)"))
    with pytest.raises(LayoutFault, match="lrs_statement has storage parameters"):
        [*lay_out(database, table, 2, migrations.LOCK)]
    with database.writing(EVERY_TENANT) as session:
        session.execute(sa.text("ALTER TABLE lrs_statement RESET (fillfactor)"))
    told = iter(((2, "a"), (1, "b")))
    monkeypatch.setattr(partitions, "_contents", lambda _session, _name: next(told))
    with pytest.raises(LayoutFault, match="held 2 rows and would hold 1"):
        [*lay_out(database, table, 2, migrations.LOCK)]
    assert (described(database), sorted_rows(database)) == (was, rows)
    with pytest.raises(NotOurTable, match="lrs_tenant, nothing_such"):
        chosen(TABLES, ["lrs_statement", "nothing_such", "lrs_tenant"])


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Callable[..., Any]:
    from wsgi import Settings

    settings = Settings(tmp_path, database.url.render_as_string(hide_password=False), PEPPER)
    app = application(settings, database)
    return lambda *words: app.test_cli_runner().invoke(args=["ops", *map(str, words)])


def test_the_command_says_how_tables_lie_and_a_backup_of_parts_is_restored(
    database: Database, run: Callable[..., Any], postgresql: Cluster, tmp_path: Path
) -> None:
    fill(database)
    done = run("layout", "--partitions", "2", "--only", "lrs_statement", "--only", "certification_worker")
    assert done.stdout.splitlines() == [
        "certification_worker: 2 parts; 1 rows, compared",
        "lrs_statement: 2 parts; 1 rows, compared",
    ]
    again = run("layout", "--partitions", "2", "--only", "lrs_statement")
    assert again.stdout.splitlines() == ["lrs_statement: 2 parts; already so"]
    told = run("layout").stdout.splitlines()
    assert "lrs_statement: 2 parts, by id" in told and "lrs_statement_link: whole, by statement_id" in told
    assert run("layout", "--partitions", "2", "--only", "x").stderr.endswith(
        "not among the tables that are spread: x\n"
    )
    backup = run("backup", tmp_path / "copies").stdout.strip()
    with postgresql.lent_database("template0") as url:
        from wsgi import Settings

        there = Database(url)
        restore = application(Settings(tmp_path, url, PEPPER), there).test_cli_runner()
        restored = restore.invoke(args=["ops", "restore", backup])
        assert restored.exit_code == 0, restored.output
        assert parts_of(there)["lrs_statement"] == 2
        was, now = sorted_rows(database), sorted_rows(there)
        assert {name for name in was if was[name] != now[name]} == {"lrs_tenant"}  # it knows that it is a copy
        there.close()


def test_a_cluster_has_to_be_one(database: Database, run: Callable[..., Any]) -> None:
    was = policies(database)
    refused = run("layout", "--citus", "8")
    assert refused.exit_code == 1 and "no extension citus" in refused.stderr
    assert policies(database) == was
    mixed = run("layout", "--citus", "8", "--only", "lrs_statement")
    assert mixed.exit_code == 2 and "all tables of the store belong together" in mixed.stderr


def test_a_file_has_one_form(migrated_sqlite: Path, tmp_path: Path) -> None:
    from wsgi import Settings

    url = f"sqlite:///{migrated_sqlite}"
    database = Database(url)
    ask = application(Settings(tmp_path, url, PEPPER), database).test_cli_runner().invoke
    for asked, code in (([], 0), (["--partitions", "8"], 1), (["--citus", "4"], 1)):
        done = ask(args=["ops", "layout", *asked])
        assert (done.exit_code, "SQLite keeps each table in one piece" in done.output) == (code, True), done.output
    database.close()
