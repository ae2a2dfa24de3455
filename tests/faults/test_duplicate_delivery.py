"""However often and in whatever order batches are delivered, each Statement is there once and counts once."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from queue import Empty, SimpleQueue
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.models import Assessment, Worker
from lrs.db import Database
from tests.certification import learning
from tests.faults.platforms import Platform, at_once, everything_stored, hang_up
from tests.faults.serving import Server, scaled

pytestmark = pytest.mark.slow

BATCHES = scaled(1_000)
MOST_TIMES = 5
PLATFORMS = 4
WORKERS = 40
TOPICS = ("law-labour", "digital-able", "reading", "law-general")


def batch(chance: random.Random, earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What some workers learned, by themselves and together, for a minute or for hours; some of it is taken back."""
    made = []
    for _ in range(chance.randint(1, 4)):
        who = [f"w-{number}" for number in chance.sample(range(WORKERS + 5), 3)]  # five are nobody's yet
        if earlier and chance.random() < 0.1:
            made.append(learning.voiding(chance.choice(earlier)))
            continue
        one = learning.statement(
            learning.group(*who) if chance.random() < 0.2 else who[0],
            chance.choice(TOPICS),
            result={"duration": f"PT{chance.randint(1, 300)}M", "score": {"scaled": chance.randint(0, 100) / 100}},
            timestamp=f"{date(2026, chance.randint(1, 11), chance.randint(1, 28))}T{chance.randint(0, 23):02}:10:00Z",
        )
        made.append(one)
        earlier.append(one)
    return made


def judged(database: Database, tenant: UUID) -> list[tuple[Any, ...]]:
    """What was made of it for each worker in the end, by the number."""
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.select(Worker.number, Assessment.year, Assessment.outcome, Assessment.total, Assessment.result)
            .join(Worker, Worker.id == Assessment.worker_id)
            .where(Assessment.tenant_id == tenant)
            .order_by(Worker.number, Assessment.year, Assessment.version)
        )
        return sorted({(row[0], row[1]): tuple(row) for row in rows}.values())


def digest(rows: Any) -> str:
    return sha256(repr(sorted(rows, key=repr)).encode()).hexdigest()


def test_what_comes_many_times_is_there_once_and_counts_once(
    server: Server,
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    credential: Callable[..., str],
    authorization: str,
    platform: Callable[[], Platform],
    now: datetime,
    chance: random.Random,
) -> None:
    """One tenant is delivered everything once and in order, the other many times, shuffled, by several at once."""
    learning.load_rules(database, tenant, other_tenant, now=now)
    for owner in (tenant, other_tenant):
        for number in range(WORKERS):
            learning.add_worker(database, owner, f"NV-{number}", f"w-{number}", now=now)
    earlier: list[dict[str, Any]] = []
    batches = [batch(chance, earlier) for _ in range(BATCHES)]
    deliveries = [one for one in batches for _ in range(chance.randint(1, MOST_TIMES))]
    chance.shuffle(deliveries)
    queue: SimpleQueue[list[dict[str, Any]]] = SimpleQueue()
    for one in deliveries:
        queue.put(one)

    def deliver(connection: Platform, own_chance: random.Random) -> None:
        while True:
            try:
                statements = queue.get_nowait()
            except Empty:
                return
            ids = [one["id"] for one in statements]
            if own_chance.random() < 0.1:  # a client that goes without the answer, and then sends again
                body = json.dumps(statements).encode()
                hang_up(server, authorization, body, after=own_chance.choice([len(body), len(body), len(body) // 2]))
            if len(ids) == 1:
                answer = connection.send(
                    "PUT", f"/xapi/statements?statementId={ids[0]}", json.dumps(statements[0]).encode()
                )
                assert answer.status == 204, answer
            else:
                answer = connection.post(statements)
                assert (answer.status, answer.json()) == (200, ids), answer

    with at_once(*(partial(deliver, platform(), random.Random(chance.random())) for _ in range(PLATFORMS))):
        pass
    single = Platform(server, credential(other_tenant))
    for start in range(0, len(batches), 10):
        assert single.post([one for each in batches[start : start + 10] for one in each]).status == 200
    single.close()

    stored = [one.id for one in everything_stored(database, tenant)]
    assert len(stored) == len(set(stored))
    assert set(stored) == {UUID(one["id"]) for each in batches for one in each}
    server.flask("certification", "work", "--once")
    for found in (learning.facts, _waiting, judged):
        assert digest(found(database, tenant)) == digest(found(database, other_tenant)), found.__name__
    facts = learning.facts(database, tenant)
    assert facts
    assert judged(database, tenant)
    print(
        f"{len(batches)} batches of {len(stored)} Statements delivered {len(deliveries)} times: each there once;"
        f" {len(facts)} facts, the same as after a single delivery: {digest(facts)[:16]}"
    )


def _waiting(database: Database, tenant: UUID) -> set[tuple[str, UUID]]:
    return {(ifi, statement_id) for ifi, statement_id, _ in learning.waiting(database, tenant)}
