"""PostgreSQL's own disk is full, that of its data and then that of its log: the answer is 503, nothing acknowledged is
lost, nothing is there by half, and with room everything goes on."""

from __future__ import annotations

import base64
import errno
import json
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import migrations
from lrs import api
from lrs.db import NOBODY, Database
from tests.conftest import PEPPER
from tests.faults.ledger.cluster import Postgres
from tests.faults.platforms import everything_stored, statement
from tests.faults.test_database_away import running

pytestmark = pytest.mark.slow

MEGABYTE = 1 << 20


class Disk:
    """A file system of its own, of so many megabytes; filled up to the last half of one, and emptied again.

    Who may not mount one has no file grow beyond `limit` in its place: the server is told of a lack of room as well.
    """

    def __init__(self, place: Path, megabytes: int, limit: int) -> None:
        self.place, self._limit = place, limit
        place.mkdir()
        place.chmod(0o777)  # PostgreSQL may run as somebody else
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "none", place]
        self._mounted = os.geteuid() == 0 and subprocess.run(mount, timeout=20, check=False).returncode == 0

    def fill(self, postgres: Postgres) -> None:
        if not self._mounted:
            postgres.limit_files(self._limit)
            return None
        with (self.place / "filling").open("wb") as file:
            for _ in range(100):
                free = os.statvfs(self.place)
                try:
                    return os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize - MEGABYTE // 2)
                except OSError as error:  # the server took some of it just now
                    if error.errno != errno.ENOSPC:
                        raise
        raise AssertionError("it cannot be filled")

    def empty(self, postgres: Postgres) -> None:
        if self._mounted:
            (self.place / "filling").unlink()
        else:
            postgres.limit_files(resource.RLIM_INFINITY)

    def remove(self) -> None:
        if self._mounted:
            subprocess.run(["umount", "-l", self.place], check=True, timeout=20)


@pytest.fixture
def disks() -> Iterator[tuple[Disk, Disk]]:
    """For data and for the log."""
    folder = Path(tempfile.mkdtemp(prefix="cdht-test-disks-"))
    folder.chmod(0o755)
    made: list[Disk] = []
    try:
        made += [Disk(folder / "data", 120, 3 * MEGABYTE), Disk(folder / "log", 48, MEGABYTE // 2)]
        yield made[0], made[1]
    finally:
        for disk in made:
            disk.remove()
        shutil.rmtree(folder)


@pytest.fixture
def postgres(disks: tuple[Disk, Disk]) -> Iterator[Postgres]:
    data, log = disks
    # No checkpoint meanwhile: on a full disk that ends PostgreSQL, which the log's turn shows as well.
    settings = {"max_wal_size": "1GB", "checkpoint_timeout": "1h", "shared_buffers": "16MB"}
    postgres = Postgres(data.place / "server", log=log.place / "wal", settings=settings)
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.stop()


def large_batch() -> list[dict[str, object]]:
    return [statement(result={"response": base64.b64encode(os.urandom(6000)).decode()}) for _ in range(20)]


def test_while_it_is_full_writing_is_503_and_with_room_all_goes_on(
    postgres: Postgres, disks: tuple[Disk, Disk], tmp_path: Path
) -> None:
    database = Database(postgres.url)
    migrations.upgrade(database)
    with database.writing(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
        pair = api.create_credential(session, tenant, name="test", scopes=["all"], pepper=PEPPER, now=datetime.now(UTC))
    authorization = "Basic " + base64.b64encode(":".join(pair).encode()).decode()
    acknowledged: list[str] = []
    unsure: list[list[str]] = []
    with running(postgres.url, tmp_path, authorization) as program:

        def post() -> int:
            batch = large_batch()
            status, headers = program.ask("/xapi/statements", method="POST", data=json.dumps(batch))
            ids = [str(one["id"]) for one in batch]
            assert status == 200 or (status == 503 and "Retry-After" in headers), status
            if status == 200:
                acknowledged.extend(ids)
            else:
                unsure.append(ids)
            return int(status)

        assert post() == 200
        for disk in disks:
            disk.fill(postgres)
            assert 503 in (post() for _ in range(400)), "it was never full"
            program.says_503("/xapi/statements", method="POST", data=json.dumps(large_batch()))
            if disk is disks[0]:
                assert program.ask("/xapi/statements?limit=5")[0] == 200, "what needs no room goes on"
                assert program.ask("/readyz")[0] == 200
            disk.empty(postgres)
            if disk is disks[1]:
                # Without room for its log PostgreSQL ends by itself; systemd starts it again, here it is us. Should it
                # be about to end, it has.
                postgres.kill()
                postgres.start()
            assert post() == 200, "there is room, and nobody had to do anything"
            assert program.ask("/readyz")[0] == 200
    database.close()
    database = Database(postgres.url)
    there = [str(one.id) for one in everything_stored(database, tenant)]
    database.close()
    assert len(there) == len(set(there)), "Statements twice"
    assert set(there) >= set(acknowledged), "acknowledged and lost"
    assert {len(set(ids) & set(there)) for ids in unsure} <= {0, 20}, "a batch by half"
    assert postgres.check() > 0
