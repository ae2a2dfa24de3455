"""What was acknowledged is there after any kill -9, whole and once; what was not is there whole or not at all."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import pytest

from lrs.db import Database
from tests.faults.platforms import Counter, Lost, Platform, at_once, everything_listed, everything_stored, statement
from tests.faults.serving import Server, scaled

pytestmark = pytest.mark.slow

KILLS = scaled(50)
PLATFORMS = 3
BATCH = 50
MOST_BETWEEN = 6
"""A kill comes after 0 to so many further answers: chance decides what it interrupts."""


@dataclass(slots=True)
class Sent:
    ids: list[UUID]
    acknowledged: bool = False


def test_nothing_acknowledged_is_lost_and_nothing_is_there_by_half_or_twice(
    server: Server,
    database: Database,
    tenant: UUID,
    platform: Callable[[], Platform],
    chance: random.Random,
) -> None:
    books: list[list[Sent]] = [[] for _ in range(PLATFORMS)]
    answers, stop = Counter(), threading.Event()

    def post(book: list[Sent], own_chance: random.Random) -> None:
        connection = platform()
        while not stop.is_set():
            batch = [statement(own_chance) for _ in range(BATCH)]
            body = json.dumps(batch).encode()
            sent = Sent([UUID(one["id"]) for one in batch])
            book.append(sent)
            try:
                answer = connection.send("POST", "/xapi/statements", body)
            except Lost:
                if own_chance.random() < 0.5:
                    continue  # some give up, and must find all of it or nothing
                answer = connection.send_until_answered("POST", "/xapi/statements", body)
            assert answer.status == 200, answer
            assert answer.json() == [one["id"] for one in batch]
            sent.acknowledged = True
            answers.add()

    silences = []
    tasks = [partial(post, book, random.Random(chance.random())) for book in books]
    with at_once(*tasks, stop=stop):
        for _ in range(KILLS):
            answers.wait_for_more(chance.randint(0, MOST_BETWEEN))
            if database.is_sqlite:
                server.kill()
                server.start()
            else:
                server.kill_a_worker()
            killed = time.monotonic()
            answers.wait_for_more(1)
            silences.append(time.monotonic() - killed)
    server.stop()

    stored = [one.id for one in everything_stored(database, tenant)]
    there = set(stored)
    assert len(stored) == len(there), "Statements twice"
    batches = [sent for book in books for sent in book]
    present = Tally((sent.acknowledged, sum(one in there for one in sent.ids)) for sent in batches)
    assert set(present) <= {(True, BATCH), (False, 0), (False, BATCH)}, present
    assert there == {one for sent in batches if sent.ids[0] in there for one in sent.ids}
    server.start()
    assert everything_listed(platform()) == stored
    print(
        f"{KILLS} kills: {present[True, BATCH]} batches acknowledged, all there; of the others"
        f" {present[False, BATCH]} there whole, {present[False, 0]} not at all;"
        f" first answer after a kill: median {sorted(silences)[len(silences) // 2]:.2f} s, latest {max(silences):.2f} s"
    )
