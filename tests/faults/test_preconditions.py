"""Writers who meet on a document: who has seen the present one writes, the others are told, and no update is lost."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import partial
from hashlib import sha1
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.faults.platforms import Counter, Platform, at_once, together
from tests.faults.serving import Server, scaled

pytestmark = pytest.mark.slow

UPDATES = scaled(4_000)
"""Of all documents together."""
RACES = scaled(100)
MERGES = scaled(400)
AGENT = json.dumps({"mbox": "mailto:bich.ngoc@example.org"})
ACTIVITY = "https://hoc.example.org/bai"
RESOURCES = {
    "state": ("/xapi/activities/state", "stateId", {"activityId": ACTIVITY, "agent": AGENT}),
    "agent profile": ("/xapi/agents/profile", "profileId", {"agent": AGENT}),
    "activity profile": ("/xapi/activities/profile", "profileId", {"activityId": ACTIVITY}),
}
WRITERS = (2, 4, 8)


def address(resource: str, name: str) -> str:
    path, id_name, context = RESOURCES[resource]
    return f"{path}?{urlencode({**context, id_name: name})}"


def tag(content: bytes) -> str:
    """As an answer to GET has it (xAPI 1.0.3 Communication 3.1)."""
    return f'"{sha1(content, usedforsecurity=False).hexdigest()}"'


def shares(total: int, parts: int) -> list[int]:
    return [total // parts + (index < total % parts) for index in range(parts)]


def compact(document: Any) -> bytes:
    """As the store writes what it has merged."""
    return json.dumps(document, separators=(",", ":")).encode()


@pytest.mark.parametrize("writers", WRITERS)
def test_no_update_is_lost(
    server: Server, platform: Callable[[], Platform], writers: int, chance: random.Random
) -> None:
    """Each writer counts a document up from what it has seen; in the end the count is that of the updates taken."""
    goals = dict(zip(RESOURCES, shares(UPDATES // len(WRITERS), len(RESOURCES)), strict=True))
    refused, created = Counter(), Counter()

    def count_up(resource: str, times: int, method: str) -> None:
        connection, url = platform(), address(resource, "count")
        seen: bytes | None = None
        while times:
            if seen is None:
                following, expected = compact({"count": 1}), {"If_None_Match": "*"}
            else:
                following, expected = compact({"count": json.loads(seen)["count"] + 1}), {"If_Match": tag(seen)}
            answer = connection.send(method, url, following, **expected)
            if answer.status == 204:
                created.add(seen is None)
                times -= 1
                seen = following
            else:
                assert answer.status == 412, answer
                refused.add()
                current = connection.send("GET", url)
                assert current.headers["etag"] == tag(current.body)
                seen = current.body

    tasks = [
        partial(count_up, resource, times, "POST" if index % 2 else "PUT")
        for resource, goal in goals.items()
        for index, times in enumerate(shares(goal, writers))
    ]
    with at_once(*tasks):
        pass
    assert created.count == len(RESOURCES)
    for resource, goal in goals.items():
        assert platform().send("GET", address(resource, "count")).json() == {"count": goal}
    print(f"{writers} writers a document: {sum(goals.values())} updates, none lost; {refused.count} refused (412)")


def test_of_writers_who_saw_the_same_one_wins(
    server: Server, platform: Callable[[], Platform], chance: random.Random
) -> None:
    """Nothing there yet, then a document that all have seen: by PUT, POST and DELETE at once, over and over."""
    connections = [platform() for _ in range(max(WRITERS))]
    for number in range(RACES):
        url = address(chance.choice([*RESOURCES]), f"race {number}")
        seen: bytes | None = None
        for methods in (["PUT", "POST"], ["PUT", "POST"], ["PUT", "POST", "DELETE"]):
            expected = {"If_None_Match": "*"} if seen is None else {"If_Match": tag(seen)}
            requests = [
                (chance.choice(methods), url, compact({"won by": chance.random()})) for _ in connections
            ]  # fmt: skip
            answers = together(connections, requests, **expected)
            won = [index for index, answer in enumerate(answers) if answer.status == 204]
            assert [answer.status for answer in answers].count(412) == len(answers) - 1, answers
            method, _, content = requests[won[0]]
            current = connections[0].send("GET", url)
            if method == "DELETE":
                assert current.status == 404
            else:
                assert current.body == content
                seen = content


def test_of_merging_posts_every_one_is_there(server: Server, platform: Callable[[], Platform]) -> None:
    """Without precondition too: each is merged into what the others left."""
    writers = max(WRITERS)
    names = [f"{writer}/{number}" for writer in range(writers) for number in range(MERGES // writers)]

    def post(own: list[str]) -> None:
        connection = platform()
        for name in own:
            for resource in RESOURCES:
                answer = connection.send("POST", address(resource, "merged"), compact({name: name}))
                assert answer.status == 204, answer

    with at_once(*(partial(post, names[writer::writers]) for writer in range(writers))):
        pass
    for resource in RESOURCES:
        assert platform().send("GET", address(resource, "merged")).json() == dict(zip(names, names, strict=True))
