"""PostgreSQL's server is lost for good and its standby takes over: with synchronous replication nothing that was
acknowledged is lost, and the program, whose URL names both, goes on without a restart."""

from __future__ import annotations

import base64
import os
import tempfile
import threading
from collections import Counter as Tally
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

import migrations
from lrs import api
from lrs.backup import postgresql as backup
from lrs.db import NOBODY, Database
from tests.conftest import PEPPER
from tests.faults.ledger.cluster import Postgres
from tests.faults.platforms import Counter, at_once, everything_stored, statement
from tests.faults.serving import scaled
from wsgi import Settings, create_app

pytestmark = pytest.mark.slow

FAILOVERS = scaled(1)
"""20 with FAULTS_SCALE=20."""
PLATFORMS = 3
BATCH = 20


@pytest.fixture
def folder() -> Iterator[Path]:
    shm = Path("/dev/shm")  # noqa: S108 — a folder of our own is made inside it
    with tempfile.TemporaryDirectory(
        prefix=f"cdht-failover-{os.getpid()}-", dir=shm if os.access(shm, os.W_OK) else None, ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o777)  # PostgreSQL may run as somebody else
        yield Path(folder)


@pytest.fixture
def pair(folder: Path) -> Iterator[list[Postgres]]:
    """The server, and its standby: what the one acknowledges the other has."""
    pair = [Postgres(folder / "0"), Postgres(folder / "1")]
    try:
        pair[0].start()
        pair[1].follow(pair[0])
        yield pair
    finally:
        for one in pair:
            one.stop()


def either(pair: list[Postgres]) -> str:
    """The URL that names both, for whoever wants to write, as docs/operate.md has it."""
    ports = ",".join(str(one.port) for one in pair)
    return f"postgresql://cdht@/cdht?host=127.0.0.1,127.0.0.1&port={ports}&target_session_attrs=read-write"


def test_a_standby_takes_over_and_nothing_acknowledged_is_lost(
    pair: list[Postgres], folder: Path, tmp_path: Path
) -> None:
    url = either(pair)
    database = Database(url)
    migrations.upgrade(database)
    with database.writing(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
        key = api.create_credential(session, tenant, name="test", scopes=["all"], pepper=PEPPER, now=datetime.now(UTC))
    authorization = "Basic " + base64.b64encode(":".join(key).encode()).decode()
    app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=PEPPER), database)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    acknowledged: list[list[UUID]] = []
    unsure: list[list[UUID]] = []
    statuses: Tally[int] = Tally()
    good, answers, stop = Counter(), Counter(), threading.Event()

    def post() -> None:
        client = app.test_client()
        headers = {"Authorization": authorization, "X-Experience-API-Version": "2.0.0"}
        while not stop.is_set():
            batch = [statement() for _ in range(BATCH)]
            answer = client.post("/xapi/statements", json=batch, headers=headers)
            statuses[answer.status_code] += 1
            assert answer.status_code == 200 or (answer.status_code == 503 and "Retry-After" in answer.headers)
            (acknowledged if answer.status_code == 200 else unsure).append([UUID(one["id"]) for one in batch])
            (good if answer.status_code == 200 else answers).add()

    try:
        with at_once(*[post] * PLATFORMS, stop=stop):
            for number in range(FAILOVERS):
                good.wait_for_more(10)
                lost, standby = pair
                lost.kill()
                answers.wait_for_more(1)
                standby.take_over()
                good.wait_for_more(10)
                if number + 1 < FAILOVERS:  # the lost one comes back as the other's standby, at the port it had
                    lost.remove()
                    lost.follow(standby)
                pair.reverse()
        assert set(statuses) == {200, 503}
        backup.copy(database, tmp_path / "copy")  # PostgreSQL's own programs take the same URL
        stored = [one.id for one in everything_stored(database, tenant)]
        there = set(stored)
        assert len(stored) == len(there), "Statements twice"
        assert all(there.issuperset(ids) for ids in acknowledged), "acknowledged and lost"
        assert {len(there & set(ids)) for ids in unsure} <= {0, BATCH}, "batches by half"
        print(f"{FAILOVERS} failovers: {len(acknowledged)} batches acknowledged, all there; answers {dict(statuses)}")
    finally:
        database.close()
