"""What is large is done within memory that does not grow with it, and that the system holds the process to."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from lrs import api
from lrs.db import Database
from tests import programs
from tests.faults.conftest import installation
from tests.faults.platforms import statement
from tests.faults.serving import scaled

pytestmark = pytest.mark.slow

MOST = 400
"""Megabytes that a process may hold; a program that has read its code holds about 180."""

ROWS = scaled(4) * 1_000
"""A million with FAULTS_SCALE=250."""

PERSONS = scaled(1_000)
"""Of one paper: ten thousand with FAULTS_SCALE=10."""


def held(environment: dict[str, str], *words: str) -> int:
    """How many megabytes it held at most."""
    done = programs.run(["-m", "tests.faults.held_to", str(MOST), *words], environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return int(done.stdout.rpartition("held ")[2]) // 1024


def test_an_export_of_much_takes_little_memory(
    database: Database, database_url: str, tenant: UUID, identity: api.Identity, tmp_path: Path
) -> None:
    environment = installation(database_url, tmp_path)
    for _ in range(0, ROWS, 1_000):
        with database.writing(tenant) as session:
            api.store(session, identity, [statement(result={"response": "x" * 200}) for _ in range(1_000)])
    file = tmp_path / "all.ndjson"
    most = held(environment, "export", "lrs", "export", str(file))
    with file.open() as written:
        assert sum("statement" in json.loads(line) for line in written) == ROWS
    print(f"{ROWS} Statements, {file.stat().st_size >> 20} MB: {most} MB held at most")


def test_a_paper_about_many_takes_bounded_memory(tmp_path: Path) -> None:
    most = held(installation(f"sqlite:///{tmp_path}/none.sqlite3", tmp_path), "paper", str(PERSONS))
    print(f"{PERSONS} persons: {most} MB held at most")
