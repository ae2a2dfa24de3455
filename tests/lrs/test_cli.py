"""`flask lrs …` as an operator types it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask

from lrs import api
from lrs.db import Database
from tests import neighbour
from tests.conftest import PEPPER


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    return lambda *words: app.test_cli_runner().invoke(args=["lrs", *words])


def test_a_credential_is_printed_last_as_json_and_opens_what_was_asked_for(
    run: Callable[..., Result], database: Database, tenant: UUID, now: datetime
) -> None:
    result = run("credential", "create", "--name", "LMS", "--scope", "statements/write", "--scope", "statements/read")
    made = json.loads(result.output.splitlines()[-1])
    assert set(made) == {"key", "secret"}
    header = "Basic " + base64.b64encode(f"{made['key']}:{made['secret']}".encode()).decode()
    with database.reading(tenant) as session:
        identity = api.identify(session, header, pepper=PEPPER, now=now)
    assert (identity.tenant, identity.scopes) == (tenant, {"statements/write", "statements/read"})


def test_a_revoked_credential_is_listed_as_such_and_opens_nothing(
    run: Callable[..., Result], database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    key = json.loads(run("credential", "create", "--name", "LMS").output.splitlines()[-1])["key"]
    run("credential", "create", "--name", "theirs", "--tenant", "other")
    assert "in use" in run("credential", "list").output
    assert "theirs" not in run("credential", "list").output
    assert run("credential", "revoke", key, "--tenant", "other").exit_code == 1
    assert run("credential", "revoke", key).exit_code == 0
    assert "revoked" in run("credential", "list").output


def test_a_tenant_is_made_once_and_listed(run: Callable[..., Result], database: Database) -> None:
    assert run("tenant", "create", "cong-doan-a").exit_code == 0
    assert run("tenant", "create", "cong-doan-a").exit_code == 1
    assert run("tenant", "list").stdout.splitlines() == ["default", neighbour.NAME, "cong-doan-a"]
    unknown = run("credential", "create", "--name", "x", "--tenant", "nobody")
    assert unknown.exit_code == 1
    assert "flask lrs tenant list" in unknown.output


def test_what_writes_says_which_database_and_what_reads_does_not(
    run: Callable[..., Result], database: Database
) -> None:
    for words in (("credential", "create", "--name", "LMS"), ("tenant", "create", "third")):
        assert run(*words).stderr.splitlines()[0] == f"Database: {database.place}"
    for words in (("credential", "list"), ("tenant", "list")):
        assert run(*words).stderr == ""
