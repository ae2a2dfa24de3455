"""What large bodies may take together."""

from __future__ import annotations

import threading
import time

import pytest
from werkzeug.exceptions import ServiceUnavailable

from lrs.resources.room import Room


def test_a_large_body_waits_for_those_before_it_and_is_told_to_come_again() -> None:
    room = Room(most_bytes=100, wait_seconds=0.01)
    room.take(60)
    room.take(40)
    with pytest.raises(ServiceUnavailable) as told:
        room.take(1)
    assert told.value.retry_after == 5
    room.give_back(60)
    room.take(60)


def test_one_larger_than_the_room_is_worked_on_alone() -> None:
    room = Room(most_bytes=100, wait_seconds=0.01)
    room.take(500)
    with pytest.raises(ServiceUnavailable):
        room.take(1)
    room.give_back(500)
    room.take(1)
    with pytest.raises(ServiceUnavailable):
        room.take(500)


def test_who_waits_is_let_in_when_there_is_room() -> None:
    room = Room(most_bytes=100, wait_seconds=30)
    room.take(100)
    let_in = threading.Event()

    def wait() -> None:
        room.take(100)
        let_in.set()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    assert not let_in.is_set()
    room.give_back(100)
    assert let_in.wait(30)
    thread.join(30)


def test_smaller_ones_do_not_pass_by_a_larger_one_that_waits() -> None:
    room = Room(most_bytes=100, wait_seconds=30)
    room.take(60)
    order: list[int] = []

    def wait(size: int) -> None:
        room.take(size)
        order.append(size)

    large, small = (threading.Thread(target=wait, args=(size,), daemon=True) for size in (90, 10))
    for thread, waiting in ((large, 1), (small, 2)):
        thread.start()
        deadline = time.monotonic() + 30
        while len(room._line) < waiting and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.001)
    assert order == [], "the small one would fit"
    room.give_back(60)
    large.join(30)
    small.join(30)
    assert sorted(order) == [10, 90]


def test_when_all_is_given_back_memory_can_go_back_to_the_machine() -> None:
    room, told = Room(most_bytes=100, wait_seconds=0.01), list[int]()
    room.when_empty = lambda: told.append(room._taken)
    for size in (60, 40):
        room.take(size)
    room.give_back(0)
    room.give_back(60)
    assert told == []
    room.give_back(40)
    assert told == [0]
