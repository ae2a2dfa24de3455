"""PostgreSQL killed (kill -9) while platforms post: they are told 503, nothing acknowledged is lost, and when the
database is back everything goes on without a restart of ours."""

from __future__ import annotations

import base64
import os
import random
import tempfile
import threading
from collections import Counter as Tally
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

import migrations
from lrs import api
from lrs.db import NOBODY, Database
from tests.conftest import PEPPER
from tests.faults.ledger.cluster import Postgres
from tests.faults.platforms import Counter, at_once, everything_stored, statement
from tests.faults.serving import scaled
from wsgi import Settings, create_app

pytestmark = pytest.mark.slow

KILLS = scaled(10)
PLATFORMS = 3
BATCH = 50


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A server of this test's own."""
    shm = Path("/dev/shm")  # noqa: S108 — a folder of our own is made inside it
    with tempfile.TemporaryDirectory(
        prefix=f"cdht-killed-{os.getpid()}-", dir=shm if os.access(shm, os.W_OK) else None, ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as somebody else
        postgres = Postgres(Path(folder) / "postgresql")
        try:
            postgres.start()
            yield postgres
        finally:
            postgres.stop()


def test_killed_again_and_again_the_database_loses_nothing_and_we_say_503_meanwhile(
    postgres: Postgres, tmp_path: Path, chance: random.Random
) -> None:
    database = Database(postgres.url)
    try:
        migrations.upgrade(database)
        with database.writing(NOBODY) as session:
            tenant = api.find_tenant(session, "default")
            pair = api.create_credential(
                session, tenant, name="test", scopes=["all"], pepper=PEPPER, now=datetime.now(UTC)
            )
        authorization = "Basic " + base64.b64encode(":".join(pair).encode()).decode()
        app = create_app(Settings(data_dir=tmp_path, database_url=postgres.url, secret_key=PEPPER), database)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        acknowledged: list[list[UUID]] = []
        unsure: list[list[UUID]] = []
        statuses: Tally[int] = Tally()
        good, answers, stop = Counter(), Counter(), threading.Event()

        def post(own_chance: random.Random) -> None:
            client = app.test_client()
            headers = {"Authorization": authorization, "X-Experience-API-Version": "2.0.0"}
            while not stop.is_set():
                batch = [statement(own_chance) for _ in range(BATCH)]
                ids, status = [UUID(one["id"]) for one in batch], 503
                while status == 503 and not stop.is_set():
                    answer = client.post("/xapi/statements", json=batch, headers=headers)
                    status = answer.status_code
                    statuses[status] += 1
                    assert status == 200 or (status == 503 and "Retry-After" in answer.headers), answer.text
                    answers.add()
                    if status == 503 and own_chance.random() < 0.5:
                        break
                (acknowledged if status == 200 else unsure).append(ids)
                if status == 200:
                    good.add()

        tasks = [partial(post, random.Random(chance.random())) for _ in range(PLATFORMS)]
        with at_once(*tasks, stop=stop):
            for _ in range(KILLS):
                good.wait_for_more(chance.randint(1, 6))
                postgres.kill()
                answers.wait_for_more(1)
                postgres.start()
        assert set(statuses) == {200, 503}
        stored = [one.id for one in everything_stored(database, tenant)]
        there = set(stored)
        assert len(stored) == len(there), "Statements twice"
        assert all(there.issuperset(ids) for ids in acknowledged), "acknowledged and lost"
        assert {sum(one in there for one in ids) for ids in unsure} <= {0, BATCH}, "batches by half"
        assert postgres.check() > 0
        print(f"{KILLS} kills: {len(acknowledged)} batches acknowledged, all there; answers {dict(statuses)}")
    finally:
        database.close()
