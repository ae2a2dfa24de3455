"""One straight history of tables for both halves.

A revision is named `NNNN_what_it_does.py`, imports no models, and is tested with rows in it (tests/migrations/).
"""

from __future__ import annotations

import functools
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from lrs.db import Database

__all__ = ["LOCK", "config_for", "is_current", "revision", "revisions", "upgrade"]

HERE = Path(__file__).parent

LOCK = 0x6364_6874
"""("cdht") On PostgreSQL, the number of the advisory lock that whoever changes tables takes, in every process."""


def config_for(database: Database) -> Config:
    """Alembic's configuration for one database; its commands then run over that database's own connections."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["database"] = database
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the tables to `revision`. Safe to call from several processes at once: one migrates, the others wait.

    Where there is nothing to do nothing is locked, so that a server can start beside a command that stores for long.
    """
    if revision == "head" and is_current(database):
        return
    command.upgrade(config_for(database), revision)


def is_current(database: Database) -> bool:
    """Whether the database stands at the newest revision; raises SQLAlchemy's errors when it does not answer."""
    return revision(database) == _history().get_current_head()


def revision(database: Database) -> str | None:
    """Where the tables stand; None where there are none. Raises SQLAlchemy's errors when nothing answers."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def revisions() -> set[str]:
    """Every revision that this version of the program knows."""
    return {script.revision for script in _history().walk_revisions()}


@functools.cache
def _history() -> ScriptDirectory:
    """All steps. Reading them runs each file; a start or a command asks more than once, and none changes meanwhile."""
    return ScriptDirectory(str(HERE))
