"""Statements over HTTP: one kept-alive connection a thread, Basic key and secret, nothing else.

Everything asked for here may be asked twice (reads, and Statements that carry their ids), so a connection that
breaks is opened anew and the request sent again.
"""

from __future__ import annotations

import base64
import http.client
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec

from certification.demonstration.errors import StatementsRefused, StoreUnreachable

TIMEOUT = 60
"""Seconds to wait for one answer."""
ATTEMPTS = 4
"""How often a request is sent when the connection breaks."""


@dataclass(frozen=True, slots=True)
class Post:
    """One request that stores Statements: a batch by POST, or a single one by PUT."""

    statements: tuple[dict[str, Any], ...]
    version: str = "2.0.0"
    """For the header X-Experience-API-Version."""
    put: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


@dataclass(slots=True)
class Connection:
    """A kept-alive connection to a server, with the Authorization of one key. For one thread at a time."""

    base: str
    """Address without a path: http://127.0.0.1:8000"""
    key: str
    secret: str
    _http: http.client.HTTPConnection | None = field(default=None, init=False)

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()

    def request(
        self, method: str, path: str, body: bytes | None = None, *, version: str | None = None, key: bool = True
    ) -> Answer:
        """The answer to one request. `path` begins with "/". Raises StoreUnreachable when none comes."""
        headers = {"Authorization": self.authorization} if key else {}
        if version:
            headers["X-Experience-API-Version"] = version
        if body is not None:
            headers["Content-Type"] = "application/json"
        fault: Exception | None = None
        for _ in range(ATTEMPTS):
            try:
                if self._http is None:
                    place = urlsplit(self.base)
                    self._http = http.client.HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT)
                self._http.request(method, path, body, headers)
                response = self._http.getresponse()
                return Answer(response.status, response.read())
            except (OSError, http.client.HTTPException) as broken:
                fault = broken
                self.close()
        raise StoreUnreachable(f"{method} {self.base}{path}: {fault}")

    def close(self) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None


def post_all(
    connect: Callable[[], Connection],
    posts: Sequence[Post],
    *,
    threads: int = 2,
    on_posted: Callable[[Post, Sequence[str]], None],
) -> None:
    """Send `posts` in order, some at once, and tell `on_posted` of each with the ids acknowledged.

    `on_posted` is called by one thread at a time. Stops at the first refusal and raises StatementsRefused, or
    StoreUnreachable.
    """
    waiting = deque(posts)
    lock = threading.Lock()
    faults: list[BaseException] = []

    def work() -> None:
        connection = connect()
        try:
            while not faults:
                try:
                    post = waiting.popleft()
                except IndexError:
                    return
                ids = _send(connection, post)
                with lock:
                    on_posted(post, ids)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, name=f"poster-{number}") for number in range(threads)]
    for worker in workers:
        worker.start()
    try:
        for worker in workers:
            worker.join()
    except KeyboardInterrupt as interrupt:
        faults.append(interrupt)
        for worker in workers:
            worker.join()
    if faults:
        raise faults[0]


def _send(connection: Connection, post: Post) -> list[str]:
    """The ids acknowledged."""
    if post.put:
        (statement,) = post.statements
        body = msgspec.json.encode(statement)
        answer = connection.request(
            "PUT", f"/xapi/statements?statementId={statement['id']}", body, version=post.version
        )
        if answer.status != 204:
            raise StatementsRefused(_words(answer))
        return [statement["id"]]
    answer = connection.request("POST", "/xapi/statements", msgspec.json.encode(post.statements), version=post.version)
    if answer.status != 200:
        raise StatementsRefused(_words(answer))
    ids: list[str] = msgspec.json.decode(answer.body)
    return ids


def _words(answer: Answer) -> str:
    return f"the store answered {answer.status}: {answer.body[:2000].decode(errors='replace')}"
