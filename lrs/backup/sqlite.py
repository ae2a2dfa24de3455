"""SQLite: the file, copied page by page as of one moment while others read and write."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from lrs.backup.form import BackupFault, Table, sha256
from lrs.db import Database
from lrs.durable import sync

__all__ = ["DATA", "check", "contents", "copy", "file_of", "has_tables", "put_back", "revision"]

DATA = "data.sqlite3"

_DEAD_MAN_SWITCH = 128
"""The byte of the `-shm` file on which every connection to a file in WAL mode holds a shared lock (wal.c)."""


def copy(database: Database, target: Path) -> None:
    """Write all that is committed at this moment into a new file. In one step: one of several would begin anew
    whenever another process writes."""
    with closing(sqlite3.connect(file_of(database))) as source, closing(sqlite3.connect(target)) as copied:
        source.backup(copied, pages=-1)
        copied.execute("PRAGMA journal_mode=DELETE")  # one file, and nothing beside it
    check(target)


def contents(path: Path) -> dict[str, Table]:
    """How many rows each table of a file holds, which others may be writing to."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("BEGIN")
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            name: Table(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608
            for (name,) in sorted(names.fetchall())
        }


def revision(path: Path) -> str | None:
    """At which revision the tables of a copy stand."""
    with closing(_opened(path)) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return row[0] if row else None


def check(path: Path) -> None:
    """Every page, index and foreign key of a copy holds; raises BackupFault with what does not."""
    try:
        with closing(_opened(path)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
            found += [
                f"{table}, row {row}: refers to nothing"
                for table, row, *_ in connection.execute("PRAGMA foreign_key_check")
            ]
    except sqlite3.DatabaseError as error:
        raise BackupFault(f"{path}: {error}") from None
    if found != ["ok"]:
        raise BackupFault("\n".join([f"{path} is damaged", *found]))


def put_back(data: Path, database: Database, *, replace: bool) -> Path | None:
    """Put a copy where the database is looked for; returns where the file went that was there before.

    Raises BackupFault where there is one and it is not to be replaced, or somebody has it open.
    """
    target = file_of(database)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = None
    if target.exists():
        if not replace and has_tables(target):
            raise BackupFault(f"{target} holds data; add --replace to put it aside, or name an empty DATA_DIR")
        if _is_open(target):
            raise BackupFault(f"{target} is in use; stop the server and every command first")
    new = target.with_name(f"{target.name}.part")
    shutil.copyfile(data, new)
    new.chmod(0o640)
    sync(new)
    if sha256(new) != sha256(data):
        raise BackupFault(f"{new} could not be written as it was read; is the disk in order?")
    if target.exists():
        with closing(sqlite3.connect(target)) as connection:  # what is in the log beside it goes into the file
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode=DELETE")
        aside = target.with_name(f"{target.name}.replaced-{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}")
        target.rename(aside)
    new.rename(target)
    sync(target.parent)
    return aside


def file_of(database: Database) -> Path:
    """The file that a database is in."""
    if not database.url.database or database.url.database == ":memory:":
        raise BackupFault("a database in memory has no backup")
    return Path(database.url.database)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def has_tables(path: Path) -> bool:
    """Whether there is a file, with any table in it."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as connection:
        return bool(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])


def _is_open(path: Path) -> bool:
    """Whether another process has the file open, as far as SQLite's own locks tell."""
    shared = path.with_name(f"{path.name}-shm")
    if not shared.exists():
        return False
    with shared.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _DEAD_MAN_SWITCH)
        except OSError:
            return True
        fcntl.lockf(file, fcntl.LOCK_UN, 1, _DEAD_MAN_SWITCH)
    return False
