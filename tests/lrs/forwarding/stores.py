"""Other stores for tests of forwarding: our own program behind real HTTP, and one that answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from lrs import api
from lrs.db import NOBODY, Database
from lrs.forwarding.sending import Sender
from tests.conftest import PEPPER

HOSTS = ("127.0.0.1",)


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        pass


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """This program, answering HTTP; gives the address of its xAPI endpoint."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/xapi"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


Answering = Callable[["Scripted"], None]


class Scripted(BaseHTTPRequestHandler):
    """Answers each request by the function that the server was given."""

    server: Any
    protocol_version = "HTTP/1.0"

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.body = self.rfile.read(length)
        self.statements = json.loads(self.body) if self.body.startswith(b"[") else []
        self.server.sent.append([one.get("id") for one in self.statements])
        self.server.answering(self)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def take(self) -> None:
        """As a store does."""
        self.server.kept |= {one["id"]: one for one in self.statements}
        ids = json.dumps([one["id"] for one in self.statements]).encode()
        self.answer(200, ids, X_Experience_API_Version="2.0.0", Content_Type="application/json")

    def log_message(self, *_: Any) -> None:
        pass


class Store(ThreadingHTTPServer):
    """One that answers as it is told; takes all until then."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Scripted)
        self.answering: Answering = Scripted.take
        self.sent: list[list[str]] = []
        self.kept: dict[str, Any] = {}

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/xapi"


@contextmanager
def scripted() -> Iterator[Store]:
    with Store() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(10)


def point_at(database: Database, tenant: UUID, endpoint: str, now: datetime, **told: Any) -> None:
    """Forward everything there, from the beginning."""
    said: dict[str, Any] = {"username": "k", "password": "s", "from_beginning": True, "hosts": HOSTS, "more": {}}
    with database.writing(tenant) as session:
        api.set_destination(session, tenant, "kia", endpoint=endpoint, pepper=PEPPER, now=now, **(said | told))


def known(database: Database, tenant: UUID) -> api.Destination:
    with database.reading(tenant) as session:
        return api.destination(session, tenant, "kia")


def letters(database: Database, tenant: UUID) -> list[api.DeadLetter]:
    with database.reading(tenant) as session:
        return api.dead_letters(session, tenant, "kia")


def sender(database: Database, tenant: UUID, clock: Callable[[], datetime], **told: Any) -> Sender:
    said: dict[str, Any] = {"pepper": PEPPER, "hosts": HOSTS, "more": {}, "clock": clock, "seconds": 5.0}
    return Sender(database, tenant, known(database, tenant).id, **(said | told))


def send_all(sender: Sender) -> None:
    """Steps until there is nothing more to be sent at once."""
    for _ in range(100):
        if not sender.step():
            return
    raise AssertionError("it does not come to an end")


def secret_for(database: Database, now: datetime) -> dict[str, str]:
    """User name and password of somebody who may store Statements there."""
    with database.writing(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
        key, secret = api.create_credential(
            session, tenant, name="forwarded", scopes=["statements/write", "statements/read"], pepper=PEPPER, now=now
        )
    return {"username": key, "password": secret}
