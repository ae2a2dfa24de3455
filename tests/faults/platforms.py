"""Platforms that post to the real server: bytes as they are, answers or the loss of one, many at once."""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import msgspec

from lrs import api
from lrs.db import Database
from tests.faults.serving import HOST, Server

PATIENCE = 60.0
"""Seconds after which a missing answer counts as a hang."""


class Lost(Exception):
    """The connection ended without an answer: what was sent may be stored or not."""


class GaveUp(Exception):
    """A slow writer rolls back."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Platform:
    """One connection of a platform; made again when it is lost."""

    def __init__(self, server: Server, authorization: str, version: str = "2.0.0") -> None:
        self._server = server
        self._headers = {"Authorization": authorization, "X-Experience-API-Version": version}
        self._connection: http.client.HTTPConnection | None = None
        self.asked_at = 0.0
        """When the last request went out (monotonic): what is waited before for a server that is down is not ours."""

    def send(
        self, method: str, path: str, body: bytes = b"", *, content_type: str = "application/json", **headers: str
    ) -> Answer:
        """The answer; header names with _ for -. Raises Lost when none came, and AssertionError for a hang."""
        sent = {**self._headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body:
            sent["Content-Type"] = content_type
        self._server.up.wait(PATIENCE)
        self.asked_at = time.monotonic()
        connection = self._connection or http.client.HTTPConnection(HOST, self._server.port, timeout=PATIENCE)
        self._connection = None
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, dict(response.getheaders()), response.read())
        except TimeoutError:
            connection.close()
            raise AssertionError(f"no answer to {method} {path} within {PATIENCE} seconds") from None
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Lost(f"{type(error).__name__}: {error}") from error
        self._connection = connection
        return answer

    def send_until_answered(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """As `send`, sent again for as long as no answer comes, as platforms do."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.send(method, path, body, **headers)
            except Lost:
                assert time.monotonic() < deadline, "the server does not come back"
                time.sleep(0.01)

    def post(self, statements: Sequence[Mapping[str, Any]]) -> Answer:
        return self.send("POST", "/xapi/statements", json.dumps(statements).encode())

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def hang_up(server: Server, authorization: str, body: bytes, *, after: int) -> None:
    """Post Statements, and go after so many bytes of them, without an answer."""
    head = (
        f"POST /xapi/statements HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\nContent-Type: application/json"
        f"\r\nX-Experience-API-Version: 2.0.0\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    try:
        with socket.create_connection((HOST, server.port), timeout=PATIENCE) as connection:
            connection.sendall(head.encode() + body[:after])
    except OSError:
        pass  # the server was just killed


def together(
    connections: Sequence[Platform], requests: Sequence[tuple[str, str, bytes]], **headers: str
) -> list[Answer]:
    """Send each request (method, path, body) on a connection of its own, all at the same time."""
    for connection in connections:
        connection.close()  # the server may just have closed one that was idle
    start = threading.Barrier(len(requests))
    answers: dict[int, Answer] = {}

    def send(index: int) -> None:
        start.wait(PATIENCE)
        answers[index] = connections[index].send(*requests[index], **headers)

    with at_once(*(partial(send, index) for index in range(len(requests)))):
        pass
    return [answers[index] for index in range(len(requests))]


class _Listed(msgspec.Struct):
    id: UUID
    stored: str


class _Page(msgspec.Struct):
    statements: list[_Listed]
    more: str


_PAGE = msgspec.json.Decoder(_Page)


def pages(platform: Platform, query: str) -> Iterator[tuple[list[_Listed], str]]:
    """The pages of a list, `more` followed to the end: (id and stored of each, Consistent-Through of the answer)."""
    path = f"/xapi/statements?{query}"
    while path:
        answer = platform.send_until_answered("GET", path)
        assert answer.status == 200, answer
        page = _PAGE.decode(answer.body)
        yield page.statements, answer.headers["x-experience-api-consistent-through"]
        path = page.more


def everything_listed(platform: Platform) -> list[UUID]:
    """The id of every Statement in the order stored, as a platform reads it (voided ones are not among them)."""
    return [one.id for page, _ in pages(platform, "ascending=true") for one in page]


def everything_stored(database: Database, tenant: UUID) -> list[api.StoredStatement]:
    """Every Statement of the tenant in the order stored, voided ones too, as of one moment."""
    found: list[api.StoredStatement] = []
    token = None
    with database.reading(tenant, snapshot=True) as session:
        while True:
            changes = api.changes(session, tenant, token)
            found += changes.statements
            token = changes.token
            if changes.complete:
                return found


class Counter:
    """How often something happened, for whoever waits until it did so often."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = threading.Condition()

    def add(self, number: int = 1) -> None:
        with self._changed:
            self.count += number
            self._changed.notify_all()

    def wait_for_more(self, number: int) -> None:
        """Return when it happened so many times more; raises as `wait_until`."""
        self.wait_until(self.count + number)

    def wait_until(self, count: int) -> None:
        """Return when it happened so often; AssertionError when it does not go on within PATIENCE."""
        with self._changed:
            while self.count < count:
                goes_on = self._changed.wait_for(lambda before=self.count: self.count > before, PATIENCE)
                assert goes_on, "nothing happens any more"


@contextmanager
def at_once(*tasks: Callable[[], None], stop: threading.Event | None = None) -> Iterator[None]:
    """Run these, each in a thread of its own, beside the block; what they raise is raised when all have ended.

    `stop` is set when the block ends, so that tasks without an end of their own know.
    """
    with ThreadPoolExecutor(len(tasks)) as threads:
        running = [threads.submit(task) for task in tasks]
        try:
            yield
        finally:
            if stop is not None:
                stop.set()
            errors = [error for one in running if isinstance(error := one.exception(), Exception)]
            if errors:
                raise ExceptionGroup("of those who ran at once", errors)


def statement(chance: random.Random | None = None, **parts: Any) -> dict[str, Any]:
    """A Statement of somebody about something."""
    number = chance.randrange(50) if chance else 0
    return {
        "id": str(uuid4()),
        "actor": {"account": {"homePage": "https://hoc.example.org", "name": f"w-{number}"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": f"https://hoc.example.org/bai/{number % 7}"},
        **parts,
    }
