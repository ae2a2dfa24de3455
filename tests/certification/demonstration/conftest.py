"""Fixtures of the demonstration's tests: the whole application, served over HTTP."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.serving import make_server

from certification.demonstration.poster import Connection
from tests.threads import ended


@pytest.fixture
def connect(app: Flask, tenant: UUID, credential: Callable[..., str]) -> Iterator[Callable[[], Connection]]:
    """New connections, with one key, to the whole application served on a port of its own."""
    key, secret = base64.b64decode(credential(tenant).removeprefix("Basic ")).decode().split(":", 1)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(daemon=True, target=server.serve_forever)
    thread.start()

    made: list[Connection] = []

    def connect() -> Connection:
        made.append(Connection(f"http://127.0.0.1:{server.server_port}", key, secret))
        return made[-1]

    yield connect
    for connection in made:
        connection.close()
    server.shutdown()
    ended(thread)
    server.server_close()
