"""Valid Statements by chance, and the same with one break: their long tier, within the rig of hostile requests.

Drawn from `tests.lrs.statements.strategies`; then their parts are exchanged, so that every one is another. The number
of a batch and the seed of its run say which Statements it holds.
"""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import hypothesis

from lrs.resources.rewriting import Application
from lrs.statements.validate import decode, encode
from schemas import pointer
from tests.faults.hostile.asking import Answer, ask
from tests.faults.hostile.requests import Request
from tests.faults.requests.sendable import as_given_back, sendable
from tests.lrs.statements.strategies import breaks, broken, statements

__all__ = ["BATCH", "BREAKS", "drawn", "whole", "wrong_of"]

BATCH = 250
"""Valid ones that are sent at once."""
BREAKS = 10
"""Requests with one that is broken among three, after each batch."""
DRAWN = 1_000

HEADERS = {"CONTENT_TYPE": "application/json", "X_EXPERIENCE_API_VERSION": "2.0.0"}
SET_HERE = ("stored", "authority", "version", "timestamp")
"""What the store sets where it was not sent, or always."""


@functools.lru_cache(maxsize=2)
def drawn(seed: int) -> list[dict[str, Any]]:
    """So many by chance: the same for the same seed."""
    found: list[dict[str, Any]] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=DRAWN, database=None, deadline=None, phases=[hypothesis.Phase.generate],
        suppress_health_check=[*hypothesis.HealthCheck],
    )  # fmt: skip
    @hypothesis.given(statements("2.0.0"))
    def keep(one: dict[str, Any]) -> None:
        found.append(sendable(one))

    keep()
    return found


def whole(chance: random.Random, pool: list[dict[str, Any]]) -> dict[str, Any]:
    """A valid Statement of parts of several: what was done to what stays together with its context."""
    one = dict(chance.choice(pool))
    for part in ("actor", "result", "timestamp", "attachments", "authority", "stored", "version"):
        other = chance.choice(pool)
        one.pop(part, None)
        if part in other:
            one[part] = other[part]
    one["id"] = str(UUID(int=chance.getrandbits(128), version=4))
    return one


def wrong_of(apps: Mapping[str, Application], own: dict[str, str], seed: int, number: int) -> list[str]:
    """Whatever is wrong about the answers to the batch of this number, and to those with a break after it."""
    chance, pool = random.Random(seed * 1_000_003 + number), drawn(seed)
    batch = [whole(chance, pool) for _ in range(BATCH)]
    wrong = []
    for engine, app in apps.items():
        wrong += [f"{engine}: {one}" for one in _stored(_asking(app, own), batch)]
    for _ in range(BREAKS):
        three = [whole(chance, pool) for _ in range(3)]
        action, keys, value, place = chance.choice(breaks(three[1]))
        three[1] = broken(three[1], action, keys, value)
        body = encode(three)
        for engine, app in apps.items():
            told = f"{engine}: {action} {pointer(*keys)} {value!r}"
            wrong += [f"{told}: {one}" for one in _refused(_asking(app, own), body, f"/1{pointer(*place)}")]
    for engine, app in apps.items():
        newest = _newest(_asking(app, own), 1)
        if batch[-1]["id"].lower() not in newest:
            wrong.append(f"{engine}: of what was refused {[*newest]} is there")
    return wrong


Asking = Callable[..., Answer]


def _asking(app: Application, own: dict[str, str]) -> Asking:
    return lambda method, query="", body="": ask(
        app, Request(method, "/xapi/statements", query, body.encode(), dict(HEADERS)), own
    )


def _newest(asked: Asking, count: int) -> dict[str, dict[str, Any]]:
    answer = asked("GET", f"limit={count}")
    return {one["id"]: one for one in decode(answer.body)["statements"]}


def _stored(asked: Asking, batch: list[dict[str, Any]]) -> list[str]:
    """All are taken, and come back as they were sent."""
    answer = asked("POST", "", encode(batch))
    if answer.status != 200 or json.loads(answer.body) != [one["id"] for one in batch]:
        return [f"{answer.status}: {answer.body[:500]!r}"]
    back = _newest(asked, len(batch))
    wrong = []
    for one in batch:
        given = back.get(one["id"], {})
        added = given.keys() - one.keys()
        kept = {key: value for key, value in given.items() if key in one}
        if not given or as_given_back(kept) != as_given_back(one) or added - {*SET_HERE}:
            wrong.append(f"{encode(one)} came back as {encode(given)}"[:3000])
    return wrong


def _refused(asked: Asking, body: str, place: str) -> list[str]:
    """The whole request, with the place of the break."""
    answer = asked("POST", "", body)
    places = []
    with suppress(ValueError, KeyError, TypeError):
        places = [fault["place"] for fault in json.loads(answer.body)["errors"]]
    return (
        [] if answer.status == 400 and place in places else [f"{answer.status}, not at {place}: {answer.body[:500]!r}"]
    )
