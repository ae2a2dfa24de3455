"""For modules of tests that also hold where tables are in parts: `database_url = in_parts.database_url`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import certification.models
import lrs.models
import migrations
from lrs.db import Database
from lrs.layout import partitions
from lrs.layout.declared import chosen
from tests.postgresql import Cluster

PARTS = 3
TABLES = [*lrs.models.Base.metadata.sorted_tables, *certification.models.Base.metadata.sorted_tables]


def divide(database: Database, *names: str, parts: int = PARTS) -> None:
    """Put tables into parts: these, or all that the store's models spread."""
    whose = TABLES if names else lrs.models.Base.metadata.sorted_tables
    tables = chosen(whose, names)
    assert [one.parts for one in partitions.lay_out(database, tables, parts, migrations.LOCK)] == [parts] * len(tables)


@pytest.fixture(params=["sqlite", "postgresql", "in parts"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh migrated database, on each of the two engines, and on PostgreSQL in parts."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "test.sqlite3")
        yield f"sqlite:///{tmp_path}/test.sqlite3"
        return
    divided = request.param == "in parts"
    cluster: Cluster = request.getfixturevalue("in_parts" if divided else "postgresql")
    with cluster.lent_database("in_parts" if divided else "migrated") as url:
        yield url
