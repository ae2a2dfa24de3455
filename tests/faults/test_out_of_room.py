"""The real server short of what a machine gives, disk and descriptors; and ended while everybody sends."""

from __future__ import annotations

import json
import random
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from lrs.db import Database
from tests.faults.conftest import installation
from tests.faults.platforms import Answer, Counter, Lost, Platform, at_once, everything_stored, statement
from tests.faults.serving import Server

pytestmark = pytest.mark.slow

MEGABYTE = 1024 * 1024
MOST_RESIDENT, MOST_DATA = 400 * MEGABYTE, 512 * MEGABYTE
"""What a web process may hold, and have from the system, while 100 MB of lines and batches of 20 MB come at once."""


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """The served program. What its log says is not looked at: a full disk may well be told there, at length."""
    server = Server(installation(database_url, tmp_path) | {"WORKERS": "1"}, tmp_path / "server.log")
    try:
        server.start()
        yield server
    finally:
        server.kill()
        print(server.log.read_text())


@contextmanager
def allowed(server: Server, what: int, most: Callable[[int], int]) -> Iterator[None]:
    """Every web process is allowed no more than this of a resource for as long as the block lasts."""
    before = {pid: resource.prlimit(pid, what) for pid in server._workers()}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, what, (most(pid), hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            with suppress(ProcessLookupError):  # it ended over it
                resource.prlimit(pid, what, limits)


def lines(count: int, size: int) -> tuple[list[str], bytes]:
    """So many Statements of about so many bytes, one a line, and their ids."""
    made = [statement(result={"response": "x" * size}) for _ in range(count)]
    return [one["id"] for one in made], b"\n".join(json.dumps(one).encode() for one in made)


def upload(platform: Platform, body: bytes) -> Answer:
    return platform.send("POST", "/xapi-ext/statements/bulk", body, content_type="application/x-ndjson")


def data(pid: int) -> int:
    """What RLIMIT_DATA goes by of a process (VmData), in bytes."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))


def resident(pid: int) -> int:
    """The most memory that a process has held (VmHWM), in bytes."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def test_short_of_disk_or_descriptors_it_says_503_and_goes_on_when_there_is_room(
    server: Server, database: Database, tenant: UUID, platform: Callable[[], Platform]
) -> None:
    connection, known = platform(), statement()
    assert connection.post([known]).status == 200
    workers = server._workers()
    acknowledged = {known["id"]}
    large = [statement(result={"response": "x" * MEGABYTE}) for _ in range(3)]

    def post(batch: list[dict[str, Any]], *expected: int) -> None:
        answer = connection.post(batch)
        assert answer.status in expected, answer
        if answer.status == 200:
            acknowledged.update(one["id"] for one in batch)

    with allowed(server, resource.RLIMIT_FSIZE, lambda _: 4096):
        post(large, 503)  # a large body lies in a file until all of it is there
        connection.close()
        assert upload(connection, lines(100, 1_000)[1]).status == 503
        connection.close()  # a refusal before the whole body was read ends the connection
        post([statement(result={"response": "x" * 20_000})], 503 if database.is_sqlite else 200)
        assert connection.send("GET", "/xapi/statements").status == 200
    post(large, 200)

    with allowed(server, resource.RLIMIT_NOFILE, lambda pid: len(list(Path(f"/proc/{pid}/fd").iterdir()))):
        for _ in range(5):
            post([statement()], 200, 503)
        assert connection.post(large).status in (200, 503)
    assert platform().send("GET", "/xapi/statements").status == 200

    ids, body = lines(100, MEGABYTE)  # much in all, little at a time
    batches = [[statement(result={"response": "x" * MEGABYTE}) for _ in range(20)] for _ in range(3)]
    connection.close()

    def upload_all() -> None:
        answer = upload(connection, body)
        assert answer.status == 200, answer
        acknowledged.update(ids)

    def send(batch: list[dict[str, Any]]) -> None:
        try:
            answer = platform().post(batch)
        except Lost:  # it was told 503 before all of it was read
            return
        assert answer.status in (200, 503), answer
        if answer.status == 200:
            acknowledged.update(one["id"] for one in batch)

    with allowed(server, resource.RLIMIT_DATA, lambda _: MOST_DATA):
        with at_once(upload_all, *(partial(send, batch) for batch in batches)):
            pass
        post([statement()], 200)
    assert server._workers() == workers, "none of them ended over it"
    print(f"{max(map(resident, workers)) // MEGABYTE} MB held at most")
    assert max(map(resident, workers)) <= MOST_RESIDENT

    with allowed(server, resource.RLIMIT_DATA, lambda pid: data(pid) + 4 * MEGABYTE), suppress(Lost):
        for batch in batches[:2]:  # it says 503, or ends and is started again; what it had acknowledged stays
            post([one | {"id": statement()["id"]} for one in batch], 200, 503)
    answer = platform().send_until_answered("POST", "/xapi/statements", json.dumps([last := statement()]).encode())
    assert answer.status == 200, answer
    acknowledged.add(last["id"])
    stored = [str(one.id) for one in everything_stored(database, tenant)]
    assert len(stored) == len(set(stored))
    assert acknowledged <= set(stored)
    for batch in batches:
        assert len({one["id"] for one in batch} & set(stored)) in (0, len(batch)), "a batch is there by half"


def test_ended_in_order_it_answers_whatever_it_has_taken(
    server: Server, database: Database, tenant: UUID, platform: Callable[[], Platform], chance: random.Random
) -> None:
    answered: list[str] = []
    unanswered: list[str] = []
    answers, refused, stop = Counter(), Counter(), threading.Event()

    def post(own_chance: random.Random) -> None:
        connection = platform()
        while not stop.is_set():
            batch = [statement(own_chance) for _ in range(own_chance.choice([1, 50, 200]))]
            ids = [one["id"] for one in batch]
            try:
                answer = connection.send("POST", "/xapi/statements", json.dumps(batch).encode())
            except Lost:
                unanswered.extend(ids)
                refused.add()
            else:
                assert answer.status == 200, answer
                answered.extend(ids)
                answers.add()

    with at_once(*(partial(post, random.Random(chance.random())) for _ in range(6)), stop=stop):
        answers.wait_for_more(30)
        assert server._process is not None
        server._process.send_signal(signal.SIGTERM)  # `stop` would tell the senders before
        assert server._process.wait(40) == 0
        refused.wait_until(1)
    stored = {str(one.id) for one in everything_stored(database, tenant)}
    assert stored.isdisjoint(unanswered)
    assert stored == set(answered), "what was taken was answered, and nothing else is there"
