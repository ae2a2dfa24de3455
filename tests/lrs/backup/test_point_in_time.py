"""The scripts beside the guide: PostgreSQL's log is archived, and a server put back to the moment before a mistake."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

import migrations
from lrs import api
from lrs.db import NOBODY, Database
from tests.conftest import PEPPER
from tests.postgresql import Cluster, _free_port, _superuser, binaries, end_with_parent, unprivileged
from wsgi import Settings, create_app

SCRIPTS = Path(__file__).resolve().parents[3] / "docs/operate/point-in-time"
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of the user who runs PostgreSQL, with the scripts, an archive and copies."""
    shm = Path("/dev/shm")  # noqa: S108 - a folder of our own is made inside it
    home = Path(tempfile.mkdtemp(prefix="cdht-test-pitr-", dir=shm if os.access(shm, os.W_OK) else None))
    for script in SCRIPTS.iterdir():
        shutil.copy(script, home / script.name)
    for name in ("archive", "copies"):
        (home / name).mkdir()
    who = unprivileged()
    for path in [home, *home.iterdir()] if who else ():
        os.chown(path, who["user"], who["group"])
    yield home
    shutil.rmtree(home, ignore_errors=True)


def as_postgres(*words: object, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
    who = unprivileged()
    as_whom = {**who, "extra_groups": []} if who else {}
    environment = {"PATH": f"{binaries()}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", **variables}
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [str(word) for word in words],
        cwd="/", env=environment, capture_output=True, text=True, check=check, timeout=120, **as_whom,
    )  # fmt: skip


@contextmanager
def running(data: Path) -> Iterator[int]:
    """A server over these files, once it has replayed what it is to and takes changes; its port."""
    port, who = _free_port(), unprivileged()
    as_whom = {**who, "extra_groups": []} if who else {}
    log = data.parent / "restored.log"
    with log.open("wb") as output:
        server = subprocess.Popen(  # type: ignore[call-overload]
            [
                binaries() / "postgres",
                "-c", f"config_file={_settings_elsewhere(data)}", "-c", f"data_directory={data}",
                "-c", "external_pid_file=", "-c", f"port={port}", "-k", data.parent, "-h", "127.0.0.1",
                "-c", "fsync=off",
            ],
            cwd="/", stdout=output, stderr=subprocess.STDOUT, preexec_fn=end_with_parent, **as_whom,
        )  # fmt: skip
    try:
        with _superuser(port, server, log) as superuser:
            until(lambda: not _asked(superuser, "SELECT pg_is_in_recovery()"), log)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _settings_elsewhere(data: Path) -> Path:
    """The settings of a server, which Debian keeps apart from its data."""
    apart = data.parent / "settings"
    apart.mkdir()
    for name in ("postgresql.conf", "pg_hba.conf", "pg_ident.conf"):
        (data / name).rename(apart / name)
    with (apart / "postgresql.conf").open("a") as file:
        file.write(
            f"data_directory = '/nowhere'\nhba_file = '{apart}/pg_hba.conf'\nident_file = '{apart}/pg_ident.conf'\n"
        )
        file.write("max_connections = 200\n")
    return apart / "postgresql.conf"


def until(holds: Callable[[], bool], log: Path | None = None) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, log.read_text() if log else "not in time"
        time.sleep(0.05)


def _asked(connection: psycopg.Connection, question: str) -> object:
    row = connection.execute(question).fetchone()  # type: ignore[arg-type]
    return row and row[0]


def test_a_server_is_put_back_to_the_moment_before_a_mistake_and_knows_it_is_a_copy(
    place: Path, tmp_path: Path
) -> None:
    settings = {"archive_mode": "on", "archive_command": f"{place}/archive-log {place}/archive %p %f"}
    with Cluster.start(settings=settings) as cluster:
        database = Database(cluster.create_database("cdht"))
        migrations.upgrade(database)
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(cluster.port), "PGUSER": "tester"}
        for _ in range(2):
            copied = as_postgres(place / "base-backup", place / "copies", place / "archive", "1", **where)
            base = Path(copied.stdout.splitlines()[0])
            until(lambda: datetime.now(UTC).strftime("%H-%M-%S") not in base.name)  # noqa: B023 - another second, another name
        assert [path.name for path in (place / "copies").iterdir()] == [base.name], "one is kept"
        with database.writing(NOBODY) as session:
            kept = api.create_tenant(session, "before", now=NOW)
        moment = _asked(cluster.superuser, "SELECT clock_timestamp()::text")
        with database.writing(NOBODY) as session:
            session.execute(sa.text("UPDATE lrs_tenant SET name = 'a mistake' WHERE name = 'before'"))
        last = _asked(cluster.superuser, "SELECT pg_walfile_name(pg_switch_wal())")
        until(lambda: (place / "archive" / str(last)).exists())
        engine = api.engine_of(database)
        assert engine.archiving is not None and engine.archiving.archived and not engine.archiving.is_failing
        database.close()
    as_postgres(place / "restore-to-a-moment", base, place / "archive", place / "data", moment)
    again = as_postgres(place / "restore-to-a-moment", base, place / "archive", place / "data", moment, check=False)
    assert again.returncode == 1 and "is not empty" in again.stderr
    with running(place / "data") as port:
        url = f"postgresql://cdht@127.0.0.1:{port}/cdht"
        restored = Database(url)
        with restored.reading(NOBODY) as session:
            assert (kept, "before") in api.tenants(session) and api.copied_since(session) is None
        app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=PEPPER), restored)
        assert app.test_cli_runner().invoke(args=["ops", "mark-copy"]).exit_code == 0
        with restored.reading(NOBODY) as session:
            assert api.copied_since(session) is not None
        restored.close()


def test_a_byte_that_changed_in_a_copy_is_noticed_before_anything_is_restored(place: Path) -> None:
    with Cluster.start() as cluster:
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(cluster.port), "PGUSER": "tester"}
        copied = as_postgres(place / "base-backup", place / "copies", place / "archive", **where)
    base = Path(copied.stdout.splitlines()[0])
    victim = max((base / "base").rglob("*"), key=lambda path: path.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    done = as_postgres(place / "restore-to-a-moment", base, place / "archive", place / "data", check=False)
    assert done.returncode != 0 and victim.name in done.stderr and not (place / "data").exists()


def test_a_part_of_the_log_is_archived_once_and_never_replaced_by_another(place: Path) -> None:
    (place / "part").write_text("one")
    assert as_postgres(place / "archive-log", place / "archive", place / "part", "0001").returncode == 0
    assert as_postgres(place / "archive-log", place / "archive", place / "part", "0001", check=False).returncode == 0
    (place / "part").write_text("two")
    assert as_postgres(place / "archive-log", place / "archive", place / "part", "0001", check=False).returncode != 0
    assert (place / "archive/0001").read_text() == "one"
