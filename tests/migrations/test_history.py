"""The tables a migrated database has are the models', and the history is one straight line."""

from __future__ import annotations

import multiprocessing
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import certification.models
import lrs.models
import migrations
from lrs import api
from lrs.db import NOBODY, Database
from tests.lrs.statements.builders import statement

VERSIONS = Path(migrations.__file__).parent / "versions"


def test_a_migrated_database_equals_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, _both())
    assert found == []


def test_the_history_is_one_line_of_numbered_names() -> None:
    script = ScriptDirectory(str(VERSIONS.parent))
    assert len(script.get_heads()) == 1
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_no_migration_imports_models() -> None:
    for path in VERSIONS.glob("*.py"):
        assert "models" not in path.read_text(), f"{path.name}: models change, a migration must not change with them"


def test_the_whole_history_goes_down_and_up_again(database: Database) -> None:
    command.downgrade(migrations.config_for(database), "base")
    with database.engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(database)
    assert migrations.is_current(database)
    with database.reading(NOBODY) as session:
        assert [name for _, name in api.tenants(session)] == ["default"]


@pytest.mark.slow
def test_several_processes_may_migrate_at_once(database: Database) -> None:
    command.downgrade(migrations.config_for(database), "base")
    url = database.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_migrate_in_process, args=(url,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    assert migrations.is_current(database)


def test_a_start_with_nothing_to_migrate_does_not_wait_for_who_writes(
    database: Database, identity: api.Identity
) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    with database.writing(identity.tenant) as session:
        api.store(session, identity, [statement()])
        migrations.upgrade(other)
    other.close()


def _migrate_in_process(url: str) -> None:
    database = Database(url)
    migrations.upgrade(database)
    database.close()


def _both() -> list[sa.MetaData]:
    return [lrs.models.Base.metadata, certification.models.Base.metadata]
