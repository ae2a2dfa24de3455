"""What commands say where the machine or the database lacks something."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from lrs import credentials
from lrs.backup import sqlite
from lrs.commands.lacking import words
from lrs.db import Database


def full_file() -> sqlite3.OperationalError:
    """What SQLite itself says where a file has no room to grow."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as raised:
            connection.executescript("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))")
    return raised.value


@pytest.mark.parametrize("command", ["lrs credential create --name x", "certification units"])
def test_a_command_on_a_full_disk_says_so_in_one_line(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, full_file())

    monkeypatch.setattr(credentials, "create_credential", fail)
    monkeypatch.setattr("certification.commands.units.organizations.listed", fail, raising=False)
    if command.startswith("certification"):
        monkeypatch.setattr(Database, "reading", fail)
    said = app.test_cli_runner().invoke(args=command.split())
    told = [line for line in said.output.splitlines() if line.startswith("Error: ")]
    assert (said.exit_code, len(told)) == (1, 1), said.output
    assert "No room is left on the disk of " in told[0] and "docs/operate.md#full-disk" in told[0]


def test_a_backup_that_finds_no_room_names_its_own_folder(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise full_file()

    monkeypatch.setattr(sqlite, "copy", fail)
    monkeypatch.setattr("lrs.backup.postgresql.copy", fail)
    folder = tmp_path / "copies"
    said = app.test_cli_runner().invoke(args=["ops", "backup", str(folder)])
    assert said.exit_code == 1
    assert f"No room is left on the disk of {folder} (" in said.output
    assert list(folder.iterdir()) == [], "nothing is left behind"


def test_what_fails_is_told_for_what_it_is(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def of(raw: Exception) -> str:
        return words(sa.exc.OperationalError("SELECT", {}, raw), database)

    assert "#full-disk" in of(psycopg.errors.DiskFull("could not extend file\nDETAIL: Nguyễn Thị A"))
    assert "Nguyễn" not in of(psycopg.errors.DiskFull("could not extend file\nDETAIL: Nguyễn Thị A"))
    assert "#full-disk" in words(OSError(errno.ENOSPC, "No space left on device", "/x/y"), database)
    assert "may not be written" in of(sqlite3.OperationalError("attempt to write a readonly database"))
    with monkeypatch.context() as closed:
        closed.setattr("os.access", lambda *_: False)
        unable = of(sqlite3.OperationalError("unable to open database file"))
    assert ("may not be written" in unable) == database.is_sqlite
    assert "whether DATABASE_URL is right" in of(psycopg.OperationalError("connection refused"))
    lost = sqlite3.OperationalError("disk I/O error")
    lost.sqlite_errorcode = sqlite3.SQLITE_IOERR
    assert "#full-disk" not in of(lost)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))  # type: ignore[attr-defined]
    assert "#full-disk" in of(lost), "SQLite calls it so where it cannot make a file beside its own"
