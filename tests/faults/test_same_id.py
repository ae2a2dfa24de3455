"""One id, several contents, at once and across batches: one wins, the others are told, and nothing of theirs stays."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from lrs.db import Database
from tests.faults.platforms import Platform, everything_stored, statement, together
from tests.faults.serving import Server, scaled

pytestmark = pytest.mark.slow

ROUNDS = scaled(150)
CONTENTS = 3
TIMES = 2
"""Each content is sent so often, every time in other words for the same."""


def content(statement_id: str, raw: int) -> dict[str, Any]:
    return statement(
        id=statement_id,
        actor={
            "objectType": "Group",
            "member": [{"mbox": f"mailto:w{number}@example.org"} for number in range(3)],
        },
        verb={"id": "http://adlnet.gov/expapi/verbs/scored", "display": {"vi": "được điểm"}},
        object={"objectType": "Activity", "id": "https://hoc.example.org/bai", "definition": {"name": {"vi": "Bài"}}},
        result={"score": {"raw": raw, "min": 0, "max": 100}, "duration": "PT1M2.04S"},
        context={"registration": "5b1a6c05-3f7b-4f8c-9d3a-0c9f2f0f5ae1", "contextActivities": {"other": {"id": "x:y"}}},
        timestamp="2026-11-20T09:30:00.5+07:00",
    )


def in_other_words(one: dict[str, Any], chance: random.Random) -> bytes:
    """The same Statement by the rules of xAPI 1.0.3 Data 2.3.1, in other bytes."""
    other = json.loads(json.dumps(one))
    chance.shuffle(other["actor"]["member"])
    other["id"] = chance.choice([str.lower, str.upper])(other["id"])
    other["verb"]["display"] = {"en": chance.choice(["scored", "got"])}
    other["object"]["definition"]["name"] = {"vi": chance.choice(["Bài học", "Bài một"])}
    other["result"]["score"]["raw"] = chance.choice(
        [one["result"]["score"]["raw"], one["result"]["score"]["raw"] + 0.0]
    )
    other["result"]["duration"] = chance.choice(["PT1M2.04S", "PT1M2.049S"])
    other["context"]["contextActivities"]["other"] = chance.choice([{"id": "x:y"}, [{"id": "x:y"}]])
    other["timestamp"] = chance.choice(["2026-11-20T09:30:00.5+07:00", "2026-11-20T02:30:00.500Z"])
    parts = list(other.items())
    chance.shuffle(parts)
    return json.dumps(dict(parts), ensure_ascii=chance.random() < 0.5).encode()


def test_one_content_wins_and_a_losers_batch_is_not_stored(
    server: Server, database: Database, tenant: UUID, platform: Callable[[], Platform], chance: random.Random
) -> None:
    connections = [platform() for _ in range(CONTENTS * TIMES)]
    expected: set[UUID] = set()
    for _ in range(ROUNDS):
        shared = str(uuid4())
        requests, companions, contents = [], [], []
        for raw in chance.sample(range(100), CONTENTS):
            one = content(shared, raw)
            for _ in range(TIMES):
                around = [statement(chance) for _ in range(chance.randint(0, 3))]
                words = in_other_words(one, chance)
                if around:
                    batch = [json.dumps(other).encode() for other in around]
                    batch.insert(chance.randint(0, len(batch)), words)
                    requests.append(("POST", "/xapi/statements", b"[" + b",".join(batch) + b"]"))
                else:
                    requests.append(("PUT", f"/xapi/statements?statementId={shared}", words))
                contents.append(raw)
                companions.append({UUID(other["id"]) for other in around})
        answers = together(connections, requests)
        taken = [index for index, answer in enumerate(answers) if answer.status in (200, 204)]
        refused = [index for index, answer in enumerate(answers) if answer.status == 409]
        assert sorted(taken + refused) == list(range(len(requests))), answers
        assert len({contents[index] for index in taken}) == 1, "not one winner"
        assert len(taken) == TIMES, "the same in other words was refused"
        for index in refused:
            assert shared in answers[index].body.decode()
            assert b"/result/score/raw" in answers[index].body
        expected |= {UUID(shared)}.union(*(companions[index] for index in taken))
        kept = connections[0].send("GET", f"/xapi/statements?statementId={shared}").json()
        assert kept["result"]["score"]["raw"] == contents[taken[0]]
    stored = [one.id for one in everything_stored(database, tenant)]
    assert len(stored) == len(set(stored))
    assert set(stored) == expected


def test_of_batches_that_contradict_each_other_crosswise_the_stored_ones_agree(
    server: Server, database: Database, tenant: UUID, platform: Callable[[], Platform], chance: random.Random
) -> None:
    """Each batch holds the ids of a ring's two neighbours: what one says of an id, the next says otherwise."""
    size = 6
    connections = [platform() for _ in range(size)]
    for _ in range(ROUNDS):
        ids = [str(uuid4()) for _ in range(size)]
        batches = []
        for index in range(size):
            batch = [content(ids[index], raw=index), content(ids[(index + 1) % size], raw=index)]
            chance.shuffle(batch)
            batches.append(batch)
        requests = [("POST", "/xapi/statements", json.dumps(batch).encode()) for batch in batches]
        answers = together(connections, requests)
        assert {answer.status for answer in answers} == {200, 409}, answers
        won = [index for index, answer in enumerate(answers) if answer.status == 200]
        assert all((index + 1) % size not in won for index in won)
        # Nobody is refused without a neighbour that was taken.
        assert all({(index - 1) % size, index, (index + 1) % size} & set(won) for index in range(size))
        there = {one for one in ids if connections[0].send("GET", f"/xapi/statements?statementId={one}").status == 200}
        assert there == {ids[index] for index in won} | {ids[(index + 1) % size] for index in won}
