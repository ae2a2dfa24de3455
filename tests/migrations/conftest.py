"""Migrations are tried on tables whose rows a test put there itself, so that it can count them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh migrated database without the tenant next door, on each of the two engines."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite").with_name("empty.sqlite3"), tmp_path / "test.sqlite3")
        yield f"sqlite:///{tmp_path}/test.sqlite3"
    else:
        cluster: Cluster = request.getfixturevalue("postgresql")
        with cluster.lent_database("empty") as url:
            yield url
