"""One request waits for connections to the database for five seconds at most, however many it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy.util import queue

from lrs import patience
from lrs.db import Database

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Clock:
    """Time that goes by only where somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(patience, "clock", clock)
    yield clock
    patience.end()


@pytest.fixture
def ask(app: Flask, tenant: UUID, credential: Callable[..., str]) -> Callable[[], int]:
    """Posts a Statement; the status of the answer."""
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "2.0.0"}
    body = {
        "actor": {"mbox": "mailto:a@example.org"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": "https://hoc.example.org/bai/1"},
    }
    return lambda: app.test_client().post("/xapi/statements", json=body, headers=headers).status_code


def silent(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A server that never says a word: whoever connects gives up when their time is over. The times they gave it."""
    given: list[int] = []

    def connect(*_: Any, connect_timeout: int, **__: Any) -> None:
        given.append(connect_timeout)
        clock.now += connect_timeout
        raise psycopg.errors.ConnectionTimeout("connection timeout expired")

    database.engine.dispose()
    monkeypatch.setattr(database.engine.pool._dialect, "connect", connect)
    return given


def all_busy(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, free_after: float = 1e9) -> None:
    """All connections are lent to others until then."""
    pool: Any = database.engine.pool
    pool._overflow = pool._max_overflow
    get = pool._pool.get

    def wait(block: bool = True, timeout: float = 0.0) -> Any:
        if free_after > timeout:
            clock.now += timeout
            raise queue.Empty
        clock.now += free_after
        return get(False)

    monkeypatch.setattr(pool._pool, "get", wait)


def test_a_server_that_says_nothing_is_waited_for_five_seconds_and_not_again_and_again(
    database: Database, ask: Callable[[], int], clock: Clock, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask() == 200
    given, began = silent(app.extensions["database"], clock, monkeypatch), clock.now
    assert ask() == 503
    assert 0 < clock.now - began <= 5
    assert ask() == 503, "whoever comes next has patience of their own"
    assert len(given) == 2


def test_for_a_free_connection_and_a_new_one_together_it_waits_five_seconds(
    database: Database, ask: Callable[[], int], clock: Clock, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask() == 200
    own = app.extensions["database"]
    all_busy(own, clock, monkeypatch)
    began = clock.now
    assert ask() == 503
    assert 0 < clock.now - began <= 5


def test_what_was_waited_once_is_not_to_be_had_again(database: Database, clock: Clock) -> None:
    patience.begin()
    with patience.waiting():
        clock.now += 3
        with patience.waiting():
            clock.now += 0.5
    clock.now += 5  # work, which is no wait
    assert patience.left(5.0) == pytest.approx(1.0)
    clock.now += patience.LONG_SECONDS
    assert patience.left(5.0) == 5.0, "an upload that goes on for long"
    patience.begin()
    assert patience.left(5.0) == patience.REQUEST_SECONDS
    patience.end()
    assert patience.left(5.0) == 5.0, "whom nobody waits for"


def test_with_too_little_time_left_no_connection_is_begun(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = silent(database, clock, monkeypatch)
    patience.begin()
    with patience.waiting():
        clock.now += 3
    with (
        pytest.raises(Exception, match="within the time that a request waits"),
        database.reading(UUID(int=1)) as session,
    ):
        session.connection()
    assert given == []
