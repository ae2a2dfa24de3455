"""One standing server of each engine for all the requests of a module, which must not trouble it."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from lrs import api
from lrs.db import NOBODY, Database
from tests.conftest import PEPPER
from tests.faults.conftest import installation
from tests.faults.requests.wire import Wire
from tests.faults.serving import served
from tests.postgresql import Cluster


@dataclass(frozen=True, slots=True)
class Standing:
    wire: Wire
    database: Database
    tenant: UUID


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """The served program, a platform that may do everything there, and its tenant."""
    folder: Path = tmp_path_factory.mktemp("standing")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "test.sqlite3")
        url = f"sqlite:///{folder / 'test.sqlite3'}"
    else:
        cluster: Cluster = request.getfixturevalue("postgresql")
        url = cluster.create_database(f"test_{uuid4().hex}", template="migrated")
    database = Database(url)
    with database.writing(NOBODY) as session:
        tenant = api.find_tenant(session)
        pair = api.create_credential(session, tenant, name="test", scopes=["all"], pepper=PEPPER, now=datetime.now(UTC))
    with served(installation(url, folder), folder) as server:
        wire = Wire(server, "Basic " + base64.b64encode(":".join(pair).encode()).decode())
        yield Standing(wire, database, tenant)
        wire.close()
    database.close()


@pytest.fixture
def wire(standing: Standing) -> Wire:
    """Sends requests of that platform byte by byte."""
    return standing.wire


@pytest.fixture
def database(standing: Standing) -> Database:
    return standing.database


@pytest.fixture
def tenant(standing: Standing) -> UUID:
    return standing.tenant
