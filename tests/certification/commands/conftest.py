"""Fixtures of the commands' tests."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask

from certification.commands import invocation
from lrs import api
from lrs.db import Database
from tests.certification import learning
from tests.certification.commands.running import Run, succeeded
from tests.certification.import_files import ORGANIZATIONS, roster_csv


@pytest.fixture
def run(app: Flask, tmp_path: Path, other_tenant: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `flask certification …` at `now`; bytes among the arguments become files."""
    monkeypatch.setattr(invocation, "now", lambda: now)

    def run_it(*arguments: str | bytes) -> Result:
        told = []
        for place, argument in enumerate(arguments):
            if isinstance(argument, bytes):
                file = tmp_path / f"file-{place}.csv"
                file.write_bytes(argument)
                argument = str(file)
            told.append(argument)
        return app.test_cli_runner().invoke(args=["certification", *told])

    return run_it


@pytest.fixture
def ready(run: Run) -> None:
    """Rules, organizations and two workers of the tenant "default"."""
    for arguments in (
        ["load-rules"],
        ["import-organizations", ORGANIZATIONS],
        [
            "import-roster",
            roster_csv({"Mã người lao động": "A1", "Tài khoản học tập": "https://hoc.example.org|a1"},
                       {"Mã người lao động": "A2", "Giới tính": "Nữ"}),
        ],
    ):  # fmt: skip
        succeeded(run(*arguments))


@pytest.fixture
def learned(ready: None, database: Database, identity: api.Identity) -> None:
    """A1 learned twice, and somebody unknown once."""
    learning.store(database, identity, *[learning.statement(name) for name in ("a1", "a1", "lạ")])
