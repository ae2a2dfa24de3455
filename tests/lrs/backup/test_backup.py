"""`flask ops backup`, `verify` and `restore` as an operator types them, on both databases."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

import migrations
from certification.people import national_keys, national_numbers
from certification.people.national_numbers import Keys
from lrs.backup import form, noted, postgresql, sqlite, taking
from lrs.backup.form import BackupFault
from lrs.copies import copied_since, take_for_original
from lrs.db import EVERY_TENANT, NOBODY, Database
from lrs.models import Statement
from tests.certification.people.test_number_rotation import OTHER, SAME, Staff
from tests.certification.world import World
from tests.conftest import PEPPER, application
from tests.lrs.statements.builders import statement
from tests.postgresql import Cluster, binaries
from tests.threads import ended

Run = Callable[..., Result]
NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs are those of the server under test."""
    monkeypatch.setenv("PATH", f"{binaries()}:{os.environ['PATH']}")


@pytest.fixture
def run(app: Flask) -> Run:
    return lambda *words: app.test_cli_runner().invoke(args=["ops", *map(str, words)])


@pytest.fixture
def elsewhere(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of the same kind, as on a machine where nothing was ever started."""
    if database.is_sqlite:
        empty = Database(f"sqlite:///{tmp_path}/elsewhere/cdht.sqlite3")
        yield empty
        empty.close()
    else:
        cluster: Cluster = request.getfixturevalue("postgresql")
        with cluster.lent_database("template0") as url:
            empty = Database(url)
            yield empty
            empty.close()


@pytest.fixture
def on_sqlite(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """For what only files have."""
    shutil.copy(migrated_sqlite, tmp_path / "test.sqlite3")
    found = Database(f"sqlite:///{tmp_path}/test.sqlite3")
    yield found
    found.close()


@pytest.fixture
def on_postgresql(postgresql: Cluster) -> Iterator[Database]:
    """For what only servers have."""
    with postgresql.lent_database("migrated") as url:
        found = Database(url)
        yield found
        found.close()


@pytest.fixture
def there(elsewhere: Database, tmp_path: Path) -> Run:
    """`flask ops` of an installation on that database, which has the same secret."""
    return running_on(elsewhere, tmp_path / "there")


def running_on(database: Database, data_dir: Path, secret: bytes = PEPPER) -> Run:
    from wsgi import Settings

    data_dir.mkdir(exist_ok=True)
    url = database.url.render_as_string(hide_password=False)
    app = application(Settings(data_dir=data_dir, database_url=url, secret_key=secret), database)
    return lambda *words: app.test_cli_runner().invoke(args=["ops", *map(str, words)])


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with database.reading(EVERY_TENANT) as session:
        names = sa.inspect(session.connection()).get_table_names()
        return {
            name: sorted((tuple(row) for row in session.execute(sa.text(f'SELECT * FROM "{name}"'))), key=repr)
            for name in names
        }


def taken(run: Run, folder: Path, *words: str) -> Path:
    result = run("backup", folder, *words)
    assert result.exit_code == 0, result.output
    return Path(result.stdout.splitlines()[-1])


def test_a_backup_is_restored_elsewhere_row_by_row(
    run: Run, there: Run, database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    backup = taken(run, tmp_path / "copies")
    assert sorted(path.name for path in backup.iterdir()) == sorted(
        ["SHA256SUMS", "manifest.json", sqlite.DATA if database.is_sqlite else postgresql.DATA]
    )
    assert run("verify", backup).stdout == "Whole.\n"
    result = there("restore", backup)
    assert result.exit_code == 0, result.output
    assert "the same" in result.stdout
    with elsewhere.writing(NOBODY) as session:
        assert copied_since(session) is not None
        take_for_original(session)
    assert everything(elsewhere) == everything(database)
    assert migrations.is_current(elsewhere)
    assert database.is_sqlite or elsewhere.has_wall()
    with elsewhere.reading(EVERY_TENANT) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM lrs_statement")) > 0
        assert session.scalar(sa.text("SELECT count(*) FROM certification_worker")) > 0


def test_the_wall_stands_after_a_restore(there: Run, run: Run, elsewhere: Database, tmp_path: Path) -> None:
    assert there("restore", taken(run, tmp_path)).exit_code == 0
    if elsewhere.is_sqlite:
        assert not elsewhere.has_wall()
        return
    with elsewhere.reading(UUID(int=1)) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM lrs_statement")) == 0


def test_what_is_stored_while_a_backup_is_taken_is_in_it_whole_or_not_at_all(
    run: Run, there: Run, elsewhere: Database, tmp_path: Path, client: FlaskClient, tenant: UUID,
    credential: Callable[..., str],
) -> None:  # fmt: skip
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "2.0.0"}
    acknowledged: list[list[str]] = []
    first, stop = threading.Event(), threading.Event()

    def post() -> None:
        while not stop.is_set():
            answer = client.post("/xapi/statements", json=[statement() for _ in range(7)], headers=headers)
            assert answer.status_code == 200, answer.data
            acknowledged.append(answer.json)
            first.set()

    poster = threading.Thread(daemon=True, target=post)
    poster.start()
    try:
        assert first.wait(30)
        before = [batch[0] for batch in acknowledged]
        backup = taken(run, tmp_path / "copies")
    finally:
        stop.set()
        ended(poster)
    assert there("restore", backup).exit_code == 0
    with elsewhere.reading(tenant) as session:
        there_now = set(session.scalars(sa.select(Statement.id)))
        stored = [sum(UUID(id_) in there_now for id_ in batch) for batch in acknowledged]
    assert set(stored) <= {0, 7}
    assert stored[: len(before)] == [7] * len(before)


def test_any_byte_that_changed_is_noticed(run: Run, there: Run, elsewhere: Database, tmp_path: Path) -> None:
    backup = taken(run, tmp_path / "copies")
    chance = random.Random(7)
    for path in sorted(backup.iterdir()):
        whole = path.read_bytes()
        for place in {0, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(8))}:
            path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :])
            for result in (run("verify", backup), there("restore", backup)):
                assert result.exit_code == 1, (path.name, place)
                assert "Traceback" not in result.output
        path.write_bytes(whole)
    assert taking.is_empty(elsewhere)
    assert run("verify", backup).exit_code == 0


@pytest.mark.parametrize("harm", ["cut", "missing", "more"])
def test_a_backup_that_lacks_something_or_has_too_much_is_named(run: Run, tmp_path: Path, harm: str) -> None:
    backup = taken(run, tmp_path)
    data = next(backup.glob("data.*"))
    if harm == "cut":
        data.write_bytes(data.read_bytes()[:-1])
    elif harm == "missing":
        data.unlink()
    else:
        (backup / "data.sqlite3-wal").write_bytes(b"x")
    result = run("verify", backup)
    assert result.exit_code == 1
    expected = {
        "cut": f"{data.name}: is not as it was written",
        "missing": f"{data.name}: is missing",
        "more": "data.sqlite3-wal: is not part of the backup",
    }
    assert expected[harm] in result.output


def test_a_folder_that_is_no_backup_is_told(run: Run, tmp_path: Path) -> None:
    for result in (run("verify", tmp_path), run("restore", tmp_path)):
        assert result.exit_code == 1
        assert "is no backup, or was not finished" in result.output


def test_nothing_is_restored_over_data(run: Run, database: Database, tmp_path: Path) -> None:
    backup = taken(run, tmp_path / "copies")
    before = everything(database)
    result = run("restore", backup)
    assert result.exit_code == 1
    assert ("holds data" if database.is_sqlite else "holds tables") in result.output
    assert everything(database) == before


def test_a_file_is_put_aside_only_while_nobody_has_it_open(on_sqlite: Database, tmp_path: Path) -> None:
    database, run = on_sqlite, running_on(on_sqlite, tmp_path / "data")
    backup = taken(run, tmp_path / "copies")
    file = sqlite.file_of(database)
    holder = subprocess.Popen(
        ["python3", "-c", _HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )  # fmt: skip
    assert holder.stdin and holder.stdout
    holder.stdout.readline()
    database.close()
    refused = run("restore", backup, "--replace")
    assert refused.exit_code == 1
    assert "is in use; stop the server" in refused.output
    holder.communicate(b"\n", timeout=30)
    database.close()
    before = everything(database)
    database.close()
    done = run("restore", backup, "--replace")
    assert done.exit_code == 0, done.output
    aside = next(file.parent.glob(f"{file.name}.replaced-*"))
    assert str(aside) in done.output
    assert everything(Database(f"sqlite:///{aside}")) == before


_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM lrs_statement").fetchone()
print("open", flush=True)
sys.stdin.readline()
"""


def test_a_database_without_room_is_told_in_words(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("SELECT", {}, psycopg.errors.DiskFull("no room: No space left on device\nmore"))

    monkeypatch.setattr(taking, "take", full)
    said = run("backup", str(tmp_path))
    assert said.exit_code == 1
    assert "Error: No room is left on the disk of " in said.output and "No space left on device)" in said.output
    monkeypatch.setattr(taking, "take", lambda *_, **__: (_ for _ in ()).throw(sa.exc.DataError("x", {}, Exception())))
    assert isinstance(run("backup", str(tmp_path)).exception, sa.exc.DataError), "a fault of ours is no lack"


def test_a_backup_that_fails_leaves_nothing(
    run: Run, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path))

    monkeypatch.setattr(form, "write", no_space)
    result = run("backup", tmp_path / "copies")
    assert result.exit_code == 1
    assert "No space left on device" in result.output
    assert list((tmp_path / "copies").iterdir()) == []


def test_without_pg_dump_it_is_said_what_to_install(
    on_postgresql: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = running_on(on_postgresql, tmp_path / "data")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(Path, "glob", lambda _self, _pattern: iter(()))
    result = run("backup", tmp_path)
    assert result.exit_code == 1
    assert "apt install postgresql-client" in result.output


def test_a_password_is_never_among_a_program_s_arguments(
    on_postgresql: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[str]] = []

    def note(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        told.append(command)
        return subprocess.CompletedProcess(command, 1, "", "refused")

    monkeypatch.setattr(subprocess, "run", note)
    with_password = Database(on_postgresql.url.set(password="giữ kín").render_as_string(hide_password=False))
    with pytest.raises(BackupFault, match="refused"):
        taking.take(with_password, tmp_path, now=NOW, secret=PEPPER)
    with_password.close()
    assert told
    assert "kín" not in repr(told)
    assert "k%C3%ADn" not in repr(told)


def test_only_the_newest_are_kept_and_what_is_no_backup_stays(database: Database, run: Run, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    for days in range(4):
        taking.take(database, copies, now=NOW + timedelta(days=days - 10), secret=PEPPER)
    (copies / "cdht-note.txt").write_text("not mine")
    (copies / "cdht-2020-01-01T00-00-00Z").mkdir()  # one that was never finished, or somebody's own
    newest = taken(run, copies, "--keep", "2")
    assert [path.name for path in form.backups_in(copies)] == ["cdht-2026-11-13T05-00-00Z", newest.name]
    assert {path.name for path in copies.iterdir()} >= {"cdht-note.txt", "cdht-2020-01-01T00-00-00Z"}


def test_when_a_backup_was_taken_and_read_whole_is_noted(app: Flask, run: Run, tmp_path: Path) -> None:
    data_dir = app.extensions["settings"].data_dir
    assert noted.read(data_dir) == noted.Noted()
    whole = taken(run, tmp_path / "copies")
    told = noted.read(data_dir)
    assert (told.folder, told.fault, told.taken) == (str(whole), "", told.verified)
    assert told.size == sum(path.stat().st_size for path in whole.iterdir())
    (whole / form.MANIFEST).write_text("{}")
    assert run("verify", whole).exit_code == 1
    assert "damaged" in noted.read(data_dir).fault and noted.read(data_dir).taken == told.taken
    (data_dir / noted.FILE).write_text("nothing")
    assert noted.read(data_dir) == noted.Noted()


def test_two_backups_of_one_second_do_not_become_one(database: Database, tmp_path: Path) -> None:
    taking.take(database, tmp_path, now=NOW, secret=PEPPER)
    with pytest.raises(BackupFault, match="is there already"):
        taking.take(database, tmp_path, now=NOW, secret=PEPPER)


def test_a_backup_is_readable_by_its_owner_alone(run: Run, tmp_path: Path) -> None:
    backup = taken(run, tmp_path / "copies", "--with-secret")
    assert backup.stat().st_mode & 0o077 == 0
    assert (backup / "secret_key").stat().st_mode & 0o077 == 0


def test_with_another_secret_nothing_is_restored(run: Run, elsewhere: Database, tmp_path: Path) -> None:
    backup = taken(run, tmp_path / "copies")
    result = running_on(elsewhere, tmp_path / "there", b"another secret")("restore", backup)
    assert result.exit_code == 1
    assert "another SECRET_KEY" in result.output
    assert taking.is_empty(elsewhere)


def test_the_secret_comes_back_where_it_was_taken_along(
    run: Run, elsewhere: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = taken(run, tmp_path / "copies", "--with-secret")
    data_dir = tmp_path / "there"
    data_dir.mkdir()
    (data_dir / "secret_key").write_text("made by the first command")
    new = running_on(elsewhere, data_dir, b"made by the first command")
    monkeypatch.setenv("SECRET_KEY", "made by the first command")
    assert "SECRET_KEY is another one" in new("restore", backup).output
    monkeypatch.delenv("SECRET_KEY")
    result = new("restore", backup)
    assert result.exit_code == 0, result.output
    assert (data_dir / "secret_key").read_bytes() == PEPPER
    assert next(data_dir.glob("secret_key.replaced-*")).read_text() == "made by the first command"


def test_every_secret_that_reading_takes_comes_back(
    run: Run, database: Database, elsewhere: Database, tenant: UUID, app: Flask, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.delenv("SECRET_KEY", raising=False)
    own = app.extensions["settings"].data_dir
    staff = Staff(World(database, tenant, NOW))
    staff.rotate(*national_keys.add(own, after=0))
    backup = taken(run, tmp_path / "copies", "--with-secret")
    assert national_keys.FILE in {path.name for path in backup.iterdir()}
    assert (backup / national_keys.FILE).stat().st_mode & 0o077 == 0
    assert f"{national_keys.FILE} is in it." in run("verify", backup).output

    data_dir = tmp_path / "there"
    data_dir.mkdir()
    (data_dir / "secret_key").write_text("made by the first command")
    (data_dir / national_keys.FILE).write_text("00\n")
    new = running_on(elsewhere, data_dir, b"made by the first command")
    assert new("restore", backup).exit_code == 0
    assert (data_dir / national_keys.FILE).read_bytes() == (own / national_keys.FILE).read_bytes()
    assert (data_dir / national_keys.FILE).stat().st_mode & 0o077 == 0
    assert next(data_dir.glob(f"{national_keys.FILE}.replaced-*")).read_text() == "00\n"
    keys = Keys.of(tenant, (data_dir / "secret_key").read_bytes(), national_keys.read(data_dir))
    with elsewhere.reading(tenant) as session:
        found = national_numbers.opened_all(session, tenant, staff.ids, keys)
        assert [found[one]["cccd"] for one in staff.ids] == [SAME, SAME, OTHER]


def test_without_the_keys_beside_the_secret_nothing_is_restored(
    run: Run, there: Run, elsewhere: Database, app: Flask, tmp_path: Path
) -> None:
    own = app.extensions["settings"].data_dir
    national_keys.add(own, after=0)
    backup = taken(run, tmp_path / "copies")
    assert national_keys.FILE not in {path.name for path in backup.iterdir()}
    assert "this installation has it" in run("verify", backup).output
    assert f"{national_keys.FILE} is NOT in it" in there("verify", backup).output
    refused = there("restore", backup)
    assert (refused.exit_code, national_keys.FILE in refused.output) == (1, True)
    assert taking.is_empty(elsewhere)
    national_keys.add(tmp_path / "there", after=0)
    assert there("restore", backup).exit_code == 1, "other keys than those"
    national_keys.add(own, after=1)
    shutil.copy(own / national_keys.FILE, tmp_path / "there")
    assert there("restore", backup).exit_code == 0, "keys that were added since harm nothing"


def test_a_backup_of_another_kind_of_database_is_refused(
    run: Run, database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    backup = taken(run, tmp_path / "copies")
    if database.is_sqlite:
        cluster: Cluster = request.getfixturevalue("postgresql")
        other = Database(cluster.url("nothing"))
    else:
        other = Database(f"sqlite:///{tmp_path}/other.sqlite3")
    result = running_on(other, tmp_path / "there")("restore", backup)
    other.close()
    assert result.exit_code == 1
    assert "flask lrs export" in result.output


def test_a_backup_of_a_newer_program_is_refused(database: Database, elsewhere: Database, tmp_path: Path) -> None:
    backup = taking.take(database, tmp_path, now=NOW, secret=PEPPER)
    older = migrations.revisions() - {json.loads((backup / "manifest.json").read_text())["revision"]}
    with pytest.raises(BackupFault, match="a newer version of this program"):
        taking.restore(backup, elsewhere, secret=PEPPER, revisions=older)
    assert taking.is_empty(elsewhere)


def test_a_backup_of_an_older_program_is_restored_and_then_brought_up_to_date(
    elsewhere: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if elsewhere.is_sqlite:
        url = f"sqlite:///{tmp_path}/old.sqlite3"
    else:
        url = request.getfixturevalue("postgresql").create_database(f"old_{os.getpid()}")
    old = Database(url)
    migrations.upgrade(old, "0007")
    backup = taking.take(old, tmp_path / "copies", now=NOW, secret=PEPPER)
    old.close()
    taking.restore(backup, elsewhere, secret=PEPPER, revisions=migrations.revisions())
    migrations.upgrade(elsewhere)
    assert migrations.is_current(elsewhere)


def test_what_changed_since_a_backup_is_told_table_by_table(
    run: Run, tmp_path: Path, client: FlaskClient, tenant: UUID, credential: Callable[..., str]
) -> None:
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "2.0.0"}
    backup = taken(run, tmp_path)
    assert run("verify", backup, "--compare").stdout == "The database holds the same.\n"
    assert client.post("/xapi/statements", json=statement(), headers=headers).status_code == 200
    told = run("verify", backup, "--compare").stdout
    assert "lrs_statement: " in told
    assert "are there" in told


def test_a_copy_of_a_damaged_file_is_not_called_a_backup(on_sqlite: Database, tmp_path: Path) -> None:
    database, run = on_sqlite, running_on(on_sqlite, tmp_path / "data")
    database.empty_log()
    database.close()
    file = sqlite.file_of(database)
    with closing(sqlite3.connect(file)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'lrs_statement'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with file.open("r+b") as opened:
        opened.seek((page - 1) * size)
        opened.write(b"\xff" * 64)
    result = run("backup", tmp_path / "copies")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert list((tmp_path / "copies").iterdir()) == []
