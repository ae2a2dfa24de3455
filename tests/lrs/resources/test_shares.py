"""What one key may take while others are there, and what it may send in a minute."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from lrs.errors import TooMany
from lrs.resources.shares import Quota, Shares
from tests.lrs.resources.conftest import Send, sender

OURS, THEIRS = uuid4(), uuid4()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Store:
    """What processes share: so many tokens, and then a wait."""

    def __init__(self, tokens: int) -> None:
        self.left, self.asked = tokens, list[int]()

    def wait(self, asker: str, cost: int = 1) -> int:
        self.asked.append(cost)
        if self.left < cost:
            return 7
        self.left -= cost
        return 0


def shares(at_once: int = 4, clock: Callable[[], float] | None = None) -> Shares:
    return Shares(at_once, 8, wait_seconds=0.01, clock=clock or Clock())


def test_who_is_alone_has_all_of_it() -> None:
    ours = shares()
    for _ in range(20):
        ours.enter("a", OURS)


@pytest.mark.parametrize("other", ["key", "somebody"])
def test_a_key_has_its_share_while_others_are_there(other: str) -> None:
    clock = Clock()
    ours = shares(clock=clock)
    if other == "key":
        ours.enter("b", THEIRS)
        ours.leave("b", THEIRS)
    else:
        ours.somebody()
    for _ in range(4):
        ours.enter("a", OURS)
    with pytest.raises(TooMany) as told:
        ours.enter("a", OURS)
    assert told.value.wait == 1
    ours.enter("b", THEIRS)
    ours.leave("a", OURS)
    ours.enter("a", OURS)
    ours.leave("b", THEIRS)
    clock.now += 11
    ours.enter("a", OURS)


def test_a_tenant_leaves_threads_to_others_however_many_keys_it_has() -> None:
    ours = shares()
    ours.enter("z", THEIRS)
    for key in "abcdef":
        ours.enter(key, OURS)
    with pytest.raises(TooMany):
        ours.enter("g", OURS)
    ours.enter("z", THEIRS)


def test_people_are_no_other_tenant_so_platforms_of_theirs_wait_and_are_not_refused() -> None:
    ours = shares()
    ours.somebody()
    for key in "abcdefghijklmnop":
        ours.enter(key, OURS)


def test_with_0_nothing_is_shared_out() -> None:
    ours = shares(0)
    for key in "ab" * 20:
        ours.enter(key, OURS)


def test_a_quota_is_taken_in_lumps_and_who_waits_asks_the_store_no_more() -> None:
    clock, store = Clock(), Store(24)
    quota = Quota(store, 1200, clock)  # ten at a time
    for _ in range(20):
        quota.take("a")
    assert store.asked == [10, 10]
    for _ in range(3):
        with pytest.raises(TooMany) as told:
            quota.take("a")
        assert told.value.wait == 7
    assert store.asked == [10, 10, 10]
    store.left, clock.now = 10, clock.now + 7
    quota.take("a")
    Quota(Store(0), 0).take("a")


def test_too_many_are_429_and_told_when_to_come_again(
    client: FlaskClient, xapi: Send, other_tenant: UUID, credential: Callable[..., str]
) -> None:
    extensions = client.application.extensions
    extensions["shares"] = crowded = Shares(1, 8, wait_seconds=0)
    crowded.somebody()
    for _ in range(3):  # each leaves when it has its answer
        assert xapi("GET", "/xapi/statements").status_code == 200
    crowded.enter(key := list(crowded._present[0]._last)[-1], UUID(next(iter(crowded._present[1]._last))))
    assert key
    answer = xapi("GET", "/xapi/statements")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert "send it again in 1 s" in answer.json["errors"][0]["message"]
    assert sender(client, credential(other_tenant))("GET", "/xapi/statements").status_code == 200

    extensions["shares"] = Shares(0, 8)
    extensions["quotas"] = Quota(Store(1), 1), Quota(Store(0), 0)
    assert xapi("GET", "/xapi/about").status_code == 200  # open to everybody: it takes nothing
    assert xapi("GET", "/xapi/statements").status_code == 200
    answer = xapi("GET", "/xapi/statements")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
