"""An upgrade that is broken off at any command leaves the database as it was, and the next one does all of it.

By killing real processes at commands that chance chooses; at every one of them with FAULTS_SCALE=200. That one
transaction holds all commands is looked at for each of them, every time.
"""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

import migrations
from lrs.db import EVERY_TENANT, Database
from tests import programs
from tests.faults.conftest import chance as chance
from tests.faults.serving import scaled
from tests.migrations.test_rows import contents, fill
from tests.postgresql import Cluster

KILLS = scaled(2)
"""On each engine."""


@contextmanager
def twin(database: Database, request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    """Another database with the same tables and rows."""
    url = database.url.render_as_string(hide_password=False)
    database.close()
    if database.is_sqlite:
        shutil.copy(str(database.url.database), folder / "twin.sqlite3")
        other = Database(f"sqlite:///{folder}/twin.sqlite3")
        yield other
        other.close()
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    with cluster.lent_database(url.rpartition("/")[2]) as copy:
        other = Database(copy)
        yield other
        other.close()


MADE_ON_SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
MADE_ON_POSTGRESQL = """
    SELECT 'column', attrelid::regclass::text, attname, format_type(atttypid, atttypmod) || attnotnull::text
           || coalesce(pg_get_expr(adbin, adrelid), '')
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
              WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'policy', tablename, policyname, concat(cmd, qual, with_check) FROM pg_policies
    UNION ALL SELECT 'walled', relname, '', concat(relrowsecurity, relforcerowsecurity) FROM pg_class
              WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""


def whole(database: Database) -> tuple[object, object, object]:
    """The version, all that is made (columns, indexes, constraints, policies), and every row."""
    with database.reading(EVERY_TENANT) as session:
        made = session.execute(sa.text(MADE_ON_SQLITE if database.is_sqlite else MADE_ON_POSTGRESQL))
        version = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return (
            version,
            sorted(map(repr, made)),
            {name: sorted(map(repr, rows)) for name, rows in contents(database).items()},
        )


def upgraded(database: Database) -> int:
    """How many commands bringing it to the newest version takes: all in one transaction, which is committed once."""
    commands: list[str] = []
    outside: list[str] = []
    commits: list[object] = []

    def before(_connection: sa.Connection, cursor: Any, text: str, *_: Any) -> None:
        raw = cursor.connection
        begun = raw.in_transaction if database.is_sqlite else raw.info.transaction_status.name == "INTRANS"
        commands.append(text)
        if not begun:
            outside.append(text.split()[0])

    sa.event.listen(database.engine, "before_cursor_execute", before)
    sa.event.listen(database.engine, "commit", commits.append)
    migrations.upgrade(database)
    assert set(outside) <= {"PRAGMA", "BEGIN"} and len(commits) == 1
    return len(commands)


@pytest.mark.slow
def test_an_upgrade_broken_off_at_any_command_leaves_everything_as_it_was_and_is_made_again(
    database: Database, request: pytest.FixtureRequest, tmp_path: Path, chance: random.Random
) -> None:
    history = [script.revision for script in ScriptDirectory(str(migrations.HERE)).walk_revisions()][1:]
    start = chance.choice(history)
    command.downgrade(migrations.config_for(database), start)
    fill(database)
    before = whole(database)
    url = database.url.render_as_string(hide_password=False)
    with twin(database, request, tmp_path) as undisturbed:
        commands = upgraded(undisturbed)
        after = whole(undisturbed)
    ways = ["killed"] if database.is_sqlite else ["killed", "cut"]
    for number in sorted(chance.sample(range(1, commands + 1), min(KILLS, commands))):
        how = chance.choice(ways)
        done = programs.run(["-m", "tests.migrations.killed_at", url, how, str(number)], {})
        expected = -signal.SIGKILL if how == "killed" else 1
        assert done.returncode == expected, (start, number, done.stderr)
        assert whole(database) == before, f"from {start}, {how} at command {number} of {commands}"
    migrations.upgrade(database)
    assert whole(database) == after, f"from {start}"
