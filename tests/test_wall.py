"""The second wall between tenants: a query that forgets to name its tenant shows and changes nothing of another's.

Only PostgreSQL has this wall. That the first one stands on either database, every other test shows: each has a second
tenant whose data would show.
"""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
import sqlalchemy.exc
from psycopg import sql

from lrs.db import EVERY_TENANT, NOBODY, Database, Owner
from tests.migrations.test_0007_row_level_security import TABLES, WITHOUT
from tests.migrations.test_rows import fill
from tests.postgresql import Cluster, binaries
from wsgi import warn_without_wall

ROOT = Path(__file__).parent.parent
PRODUCT = sorted(
    [
        ROOT / "wsgi.py",
        *(path for name in ("lrs", "certification", "migrations") for path in (ROOT / name).rglob("*.py")),
    ]
)

WALLED = sorted(TABLES.keys() - WITHOUT.keys())


@pytest.fixture
def walled(postgresql: Cluster) -> Iterator[Database]:
    """A database with a wall."""
    with postgresql.lent_database("migrated") as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture
def owner(walled: Database) -> UUID:
    """A tenant with one row in every table."""
    tenant = uuid4()
    fill(walled, lrs_tenant=tenant, tenant_id=tenant)
    return tenant


def rows(database: Database, owner: Owner) -> dict[str, int]:
    """How many rows a session sees in the tables behind the wall, asking for all of them."""
    with database.reading(owner) as session:
        return {name: session.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in WALLED}


def test_whoever_asks_for_all_rows_is_shown_those_of_the_own_tenant(walled: Database, owner: UUID) -> None:
    assert rows(walled, owner) == dict.fromkeys(WALLED, 1)
    assert rows(walled, uuid4()) == dict.fromkeys(WALLED, 0)
    assert rows(walled, NOBODY) == dict.fromkeys(WALLED, 0)
    assert all(rows(walled, EVERY_TENANT).values())


def test_rows_of_another_tenant_are_not_taken(walled: Database, owner: UUID) -> None:
    for name in WALLED:
        table = TABLES[name]
        with walled.reading(owner) as session:
            row = dict(session.execute(sa.select(table)).mappings().one())
        for stranger in (uuid4(), NOBODY):
            with refused(), walled.writing(stranger) as session:
                session.execute(sa.insert(table), [row])


def test_rows_of_another_tenant_are_not_changed_or_removed_nor_ones_own_given_away(
    walled: Database, owner: UUID
) -> None:
    before = rows(walled, owner)
    for name in WALLED:
        owned = "tenant_id" in TABLES[name].columns
        with walled.writing(uuid4()) as session:
            if owned:
                changed = session.connection().execute(_given_away(name))
                assert changed.rowcount == 0
            assert session.connection().execute(sa.text(f"DELETE FROM {name}")).rowcount == 0
        if owned:
            with refused(), walled.writing(owner) as session:
                session.execute(_given_away(name))
    assert rows(walled, owner) == before


def refused() -> pytest.RaisesExc[Exception]:
    return pytest.raises(sqlalchemy.exc.DBAPIError, match="row-level security")


def _given_away(name: str) -> sa.TextClause:
    return sa.text(f"UPDATE {name} SET tenant_id = gen_random_uuid()")


def test_a_connection_forgets_whose_data_it_was_used_for(walled: Database, owner: UUID) -> None:
    """However the transaction ended: with a commit, a rollback, a savepoint rolled back, or an error."""

    def use(number: int) -> int:
        tenant = owner if number % 2 else uuid4()
        try:
            with walled.writing(tenant) as session:
                session.execute(sa.text("SELECT count(*) FROM lrs_statement"))
                with session.begin_nested() as savepoint:
                    session.execute(sa.text("SELECT set_config('cdht.tenant', 'every', true)"))
                    savepoint.rollback()
                seen = session.scalar(sa.text("SELECT count(*) FROM lrs_statement")) or 0
                assert seen == number % 2
                if number % 3 == 0:
                    session.execute(sa.text("SELECT 1/0"))
        except sqlalchemy.exc.DataError:
            assert number % 3 == 0
        return rows(walled, NOBODY)["lrs_statement"]

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(use, range(120))) == {0}


def test_a_setting_that_comes_with_every_connection_counts_for_nothing(
    postgresql: Cluster, walled: Database, owner: UUID
) -> None:
    name = sql.Identifier(walled.url.database or "")
    postgresql.as_superuser(sql.SQL("ALTER DATABASE {} SET cdht.tenant = 'every'").format(name))
    walled.close()  # new connections come with it
    assert not any(rows(walled, NOBODY).values())
    assert not any(rows(walled, uuid4()).values())


def test_a_row_that_another_holds_is_waited_for_behind_the_wall(walled: Database, owner: UUID) -> None:
    """PostgreSQL looks at such a row a second time when its holder is done, by another way through the policy."""

    def add(_: int) -> int:
        with walled.writing(owner if _ % 2 else EVERY_TENANT) as session:
            counted = sa.text("UPDATE lrs_document SET updated = updated + 1 WHERE tenant_id = :tenant")
            return session.connection().execute(counted, {"tenant": owner}).rowcount

    with walled.reading(owner) as session:
        before = session.scalar(sa.text("SELECT updated FROM lrs_document")) or 0
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(200))) == 200
    with walled.reading(owner) as session:
        assert session.scalar(sa.text("SELECT updated FROM lrs_document")) == before + 200


def test_to_say_whose_data_it_is_takes_no_message_of_its_own(walled: Database, owner: UUID, tmp_path: Path) -> None:
    with walled.engine.connect() as connection:
        driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with (tmp_path / "trace").open("w+b") as trace:
        driver.pgconn.trace(trace.fileno())
        rows(walled, owner)
        driver.pgconn.untrace()
        trace.seek(0)
        sent = [line.split("\t") for line in trace.read().decode().splitlines()]
    messages = [fields[3] for fields in sent if fields[1] == "F" and fields[3] in ("Query", "Sync")]
    begin, *questions, end = messages
    assert (begin, end) == ("Query", "Query")
    assert len(questions) == len(WALLED)


def test_a_dump_by_the_ordinary_role_holds_every_row_and_comes_back_behind_a_wall(
    postgresql: Cluster, walled: Database, owner: UUID, tmp_path: Path
) -> None:
    """As docs/operate.md says it. Without the setting the dump would be empty, and no error would say so."""
    before = rows(walled, EVERY_TENANT)
    name, copy = f"test_{uuid4().hex}", tmp_path / "copy.dump"
    source, target = (url.replace("+psycopg", "") for url in (str(walled.url), postgresql.create_database(name)))
    dump = [binaries() / "pg_dump", "--enable-row-security", "--format=custom", f"--file={copy}", source]
    subprocess.run(dump, check=True, env={**os.environ, "PGOPTIONS": "-c cdht.tenant=every"}, timeout=120)
    restore = [binaries() / "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={target}", copy]
    subprocess.run(restore, check=True, timeout=120)
    restored = Database(target)
    assert rows(restored, EVERY_TENANT) == before
    assert rows(restored, owner) == dict.fromkeys(WALLED, 1)
    assert rows(restored, NOBODY) == dict.fromkeys(WALLED, 0)
    restored.close()


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """What the file asks of others and what it calls."""
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute | ast.Call)]


def attributes(path: Path, name: str) -> list[ast.Attribute]:
    """Where the file asks something for the attribute of this name."""
    return [node for node in nodes_of(path) if isinstance(node, ast.Attribute) and node.attr == name]


def sessions(path: Path) -> list[ast.Call]:
    """Where the file opens sessions."""
    opening = ("reading", "writing")
    calls = [node for node in nodes_of(path) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in opening]


def test_every_session_says_whose_data_it_is_about() -> None:
    silent = [f"{path}:{call.lineno}" for path in PRODUCT for call in sessions(path) if not call.args]
    assert silent == [], "give the tenant, or NOBODY to find out who asks"
    assert sum(len(sessions(path)) for path in PRODUCT) > 40


def test_only_migrations_backups_layouts_and_the_sweeping_of_the_bucket_see_every_tenant() -> None:
    named = {str(path.relative_to(ROOT)) for path in PRODUCT if "EVERY_TENANT" in path.read_text()}
    whole_tables = {
        "lrs/backup/postgresql.py",
        "lrs/backup/taking.py",
        "lrs/bucket/sweeping.py",
        "lrs/layout/cluster.py",
        "lrs/layout/partitions.py",
    }
    assert named == {"lrs/db.py", "migrations/env.py"} | whole_tables


def test_nobody_goes_round_the_sessions() -> None:
    connecting = {str(path.relative_to(ROOT)) for path in PRODUCT if attributes(path, "engine")}
    assert connecting == {"lrs/db.py", "migrations/__init__.py"}, "an engine's own connections have no tenant"


@pytest.mark.parametrize(("role", "warned"), [("cdht", False), ("tester", True)])
def test_a_start_as_superuser_is_warned_of(
    postgresql: Cluster, caplog: pytest.LogCaptureFixture, role: str, warned: bool
) -> None:
    database = Database(postgresql.url("migrated", role))
    warn_without_wall(database)
    database.close()
    assert ("SUPERUSER" in caplog.text) == warned
