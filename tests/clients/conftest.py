"""The served program, once for each database and file of tests; every test is a tenant of its own in it."""

from __future__ import annotations

import base64
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest

from lrs import api
from lrs.db import NOBODY, Database
from tests.conftest import PEPPER
from tests.postgresql import Cluster
from tests.test_wsgi import free_port, served
from tests.threads import ended


@dataclass(frozen=True, slots=True)
class Platform:
    """What a platform is given: where the endpoint is, and a key."""

    endpoint: str
    key: str
    secret: str

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Served:
    """The running program and the database behind it."""

    endpoint: str
    database_url: str


class _EmptyPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Course</title>")

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The origin of another web site, which has an empty page at each of its addresses.

    A browser opens connections on which it may never ask: one after the other, they would be waited for without an end.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _EmptyPage)
    thread = threading.Thread(daemon=True, target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    ended(thread)
    server.server_close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, site: str) -> Iterator[Served]:
    """`make run`'s process, which lets pages of `site` in; on PostgreSQL with two web processes."""
    folder = tmp_path_factory.mktemp("served")
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_sqlite'), folder / 'cdht.sqlite3')}"
    else:
        cluster: Cluster = request.getfixturevalue("postgresql")
        url = cluster.create_database(f"test_{uuid4().hex}", template="migrated")
    port = free_port()
    settings = {
        "DATA_DIR": str(folder), "DATABASE_URL": url, "SECRET_KEY": PEPPER.decode(), "PORT": str(port),
        "WORKERS": "2", "CORS_ORIGINS": site, "OUTGOING_HOSTS": "127.0.0.1",
    }  # fmt: skip
    with served({**os.environ, **settings}):
        yield Served(f"http://127.0.0.1:{port}/xapi", url)


@pytest.fixture
def platform(program: Served, request: pytest.FixtureRequest) -> Platform:
    """A platform of a tenant that nobody else is in, with the scopes asked for, or all."""
    now = datetime.now(UTC)
    scopes = getattr(request, "param", ("all",))
    database = Database(program.database_url)
    with database.writing(NOBODY) as session:
        tenant = api.create_tenant(session, f"tenant {uuid4()}", now=now)
    with database.writing(tenant) as session:
        key, secret = api.create_credential(session, tenant, name="LMS", scopes=scopes, pepper=PEPPER, now=now)
    database.close()
    return Platform(program.endpoint, key, secret)
