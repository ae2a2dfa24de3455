"""Batches that meet on the same people, courses, definitions, attachments and targets, in any order: none is a 5xx."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter as Tally
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from lrs import api
from lrs.db import Database
from tests.faults.platforms import Platform, at_once, everything_stored, statement
from tests.faults.serving import Server, scaled

pytestmark = pytest.mark.slow

BATCHES = scaled(5_000)
PLATFORMS = 8
LARGEST = 4
ATTACHMENTS = [bytes([number]) * 100 for number in range(6)]
AGENTS = [{"account": {"homePage": "https://hoc.example.org", "name": f"w-{number}"}} for number in range(10)]
ACTIVITIES = [f"https://hoc.example.org/bai/{number}" for number in range(5)]


class Sent:
    """What all platforms have sent and will send, shared by them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.ids: set[UUID] = set()
        self.voided: set[UUID] = set()
        self._announced = [uuid4() for _ in range(20)]
        self._targets = list(self._announced)
        self.statuses: Tally[int] = Tally()

    def next_target(self, chance: random.Random) -> UUID:
        """An id that a Statement which voids nothing has, or is going to have."""
        with self._lock:
            return chance.choice(self._targets)

    def announced_id(self, chance: random.Random) -> UUID:
        """The id for a new Statement: one that others may refer to already, and will for a while."""
        with self._lock:
            taken = self._announced.pop(chance.randrange(len(self._announced)))
            new = uuid4()
            self._announced.append(new)
            self._targets = [*self._targets[-60:], new]
            return taken

    def note(self, batch: list[dict[str, Any]], status: int) -> None:
        with self._lock:
            self.statuses[status] += 1
            if status == 200:
                self.ids |= {UUID(one["id"]) for one in batch}
                self.voided |= {UUID(one["object"]["id"]) for one in batch if one["verb"]["id"] == api.VOIDED}


def one_of_many(sent: Sent, chance: random.Random) -> dict[str, Any]:
    """A Statement that overlaps with what everybody else sends."""
    kind = chance.random()
    if kind < 0.1:
        target = {"objectType": "StatementRef", "id": str(sent.next_target(chance))}
        return statement(chance, actor=chance.choice(AGENTS), verb={"id": api.VOIDED}, object=target)
    people = chance.sample(AGENTS, 3)
    activities = [
        {"id": iri, "definition": {"name": {"vi": f"Bài {chance.randrange(100)}"}}}
        for iri in chance.sample(ACTIVITIES, 3)
    ]
    one = statement(
        chance,
        actor={"objectType": "Group", "member": people} if chance.random() < 0.3 else {**people[0], "name": "Ngọc"},
        object=activities[0],
        context={"instructor": people[1], "contextActivities": {"parent": activities[1:]}},
    )
    if kind < 0.3:
        one["object"] = {"objectType": "StatementRef", "id": str(sent.next_target(chance))}
    else:
        one["id"] = str(sent.announced_id(chance))
    return one


def with_attachments(batch: list[dict[str, Any]], chance: random.Random) -> tuple[str, bytes]:
    """The batch with a few Attachments that others send too, as multipart/mixed."""
    chosen = chance.sample(ATTACHMENTS, chance.randint(1, 4))
    for content in chosen:
        chance.choice(batch).setdefault("attachments", []).append(
            {
                "usageType": "x:y", "display": {"vi": "Tệp"}, "contentType": "application/octet-stream",
                "length": len(content), "sha2": sha256(content).hexdigest(),
            }
        )  # fmt: skip
    parts = [b"Content-Type: application/json\r\n\r\n" + json.dumps(batch).encode()]
    for content in chosen:
        head = f"Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha256(content).hexdigest()}\r\n\r\n"
        parts.append(head.encode() + content)
    body = b"".join(b"--xyz\r\n" + part + b"\r\n" for part in parts) + b"--xyz--\r\n"
    return "multipart/mixed; boundary=xyz", body


def test_batches_that_meet_on_everything_all_come_through(
    server: Server, database: Database, tenant: UUID, platform: Callable[[], Platform], chance: random.Random
) -> None:
    sent = Sent()

    def post(own_chance: random.Random) -> None:
        connection = platform()
        earlier: list[tuple[list[dict[str, Any]], str, bytes]] = []
        for _ in range(BATCHES // PLATFORMS):
            if earlier and own_chance.random() < 0.1:
                batch, content_type, body = own_chance.choice(earlier)  # a repeat
            else:
                batch = [one_of_many(sent, own_chance) for _ in range(own_chance.randint(1, LARGEST))]
                content_type, body = "application/json", json.dumps(batch).encode()
                if own_chance.random() < 0.2:
                    content_type, body = with_attachments(batch, own_chance)
            answer = connection.send("POST", "/xapi/statements", body, content_type=content_type)
            sent.note(batch, answer.status)
            assert answer.status == 200, answer
            earlier = [*earlier[-20:], (batch, content_type, body)]
            if own_chance.random() < 0.03:  # what was defined is merged when it is asked for
                path, asked = own_chance.choice(
                    [
                        ("agents", {"agent": json.dumps(own_chance.choice(AGENTS))}),
                        ("activities", {"activityId": own_chance.choice(ACTIVITIES)}),
                        ("statements", {"format": "canonical", "limit": "5"}),
                        ("statements", {"agent": json.dumps(own_chance.choice(AGENTS)), "related_agents": "true"}),
                    ]
                )
                answer = connection.send("GET", f"/xapi/{path}?{urlencode(asked)}")
                assert answer.status == 200, answer

    with at_once(*(partial(post, random.Random(chance.random())) for _ in range(PLATFORMS))):
        pass
    assert sent.statuses == {200: BATCHES // PLATFORMS * PLATFORMS}
    stored = everything_stored(database, tenant)
    ids = [one.id for one in stored]
    assert len(ids) == len(set(ids))
    assert set(ids) == sent.ids
    assert {one.id for one in stored if one.voided} == sent.voided & sent.ids
    print(
        f"{sum(sent.statuses.values())} batches, {len(ids)} Statements, {len(sent.voided & sent.ids)} voided: 0 x 5xx"
    )
