"""The real server over a fresh database of either engine, and those who post to it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from lrs import api
from lrs.db import NOBODY, Database
from tests.conftest import PEPPER
from tests.faults.platforms import Platform
from tests.faults.serving import Server, served


def installation(database_url: str, folder: Path) -> dict[str, str]:
    """Its settings, with two web processes where the database can have them."""
    return {
        **os.environ,
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": database_url,
        "SECRET_KEY": PEPPER.decode(),
        "WORKERS": "2",
    }


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """The served program over this test's database."""
    with served(installation(database_url, tmp_path), tmp_path) as server:
        yield server


@pytest.fixture
def authorization(tenant: UUID, credential: Callable[..., str]) -> str:
    """The Authorization header of a platform that may do everything."""
    return credential(tenant)


@pytest.fixture
def writer(database: Database, authorization: str) -> api.Identity:
    """The same platform, for what is stored beside the server."""
    with database.reading(NOBODY) as session:
        return api.identify(session, authorization, pepper=PEPPER, now=datetime.now(UTC))


@pytest.fixture
def platform(server: Server, authorization: str) -> Iterator[Callable[[], Platform]]:
    """Makes connections of that platform."""
    made: list[Platform] = []

    def make() -> Platform:
        made.append(Platform(server, authorization))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def chance() -> random.Random:
    """Chance that is told when a test fails, so that it can be had again."""
    seed = random.randrange(2**32)
    print(f"chance: {seed}")
    return random.Random(seed)
