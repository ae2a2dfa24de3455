"""`flask lrs …` as an operator types it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask

from lrs import api
from lrs.db import NOBODY, Database
from lrs.errors import Unauthenticated
from lrs.statements.store import store
from tests import neighbour
from tests.conftest import PEPPER
from tests.lrs.statements.builders import statement


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
    assert set(run("tenant", "list").stdout.splitlines()) == {"default", neighbour.NAME, "cong-doan-a"}
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


def made(result: Result) -> dict[str, str]:
    """The key and the secret that a command printed."""
    assert result.exit_code == 0, result.output
    found: dict[str, str] = json.loads(result.output.splitlines()[-1])
    return found


def identify(database: Database, made: dict[str, str], at: datetime) -> api.Identity | None:
    header = "Basic " + base64.b64encode(f"{made['key']}:{made['secret']}".encode()).decode()
    try:
        with database.reading(NOBODY) as session:
            return api.identify(session, header, pepper=PEPPER, now=at)
    except Unauthenticated:
        return None


SECOND = timedelta(seconds=1)


def test_a_key_expires_at_the_first_moment_of_a_day_in_vietnam_or_after_so_many_days(
    run: Callable[..., Result], database: Database
) -> None:
    on_a_day = made(run("credential", "create", "--name", "x", "--expires", "2127-01-31"))
    midnight = datetime(2127, 1, 30, 17, tzinfo=UTC)
    assert identify(database, on_a_day, midnight - SECOND)
    assert identify(database, on_a_day, midnight) is None
    assert "in use until 2127-01-31 00:00" in run("credential", "list").output
    before = datetime.now(UTC)
    in_days = made(run("credential", "create", "--name", "x", "--for-days", "30"))
    assert identify(database, in_days, before + timedelta(days=30) - SECOND)
    assert identify(database, in_days, datetime.now(UTC) + timedelta(days=30)) is None


@pytest.mark.parametrize("name", ["", " ", "x" * 201])
def test_a_name_that_says_nothing_is_refused_and_nothing_made(run: Callable[..., Result], name: str) -> None:
    for words in (("credential", "create", "--name", name), ("tenant", "create", name)):
        result = run(*words)
        assert (result.exit_code, "1 to 200 characters" in result.output) == (1, True), result.output
    assert run("credential", "list").output == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--expires", "2020-01-31"), "has passed already"),
        (("--expires", "0001-01-01"), "is no day"),
        (("--expires", "31/01/2127"), "is no day"),
        (("--expires", "2127-02-30"), "is no day"),
        (("--expires", ""), "is no day"),
        (("--expires", "2127-01-31", "--for-days", "3"), "not both"),
        (("--for-days", "0"), "0 is not in the range"),
        (("--for-days", "x"), "not a valid integer"),
    ],
)
def test_an_expiry_that_cannot_be_is_refused_and_nothing_made(
    run: Callable[..., Result], words: tuple[str, ...], said: str
) -> None:
    result = run("credential", "create", "--name", "x", *words)
    assert result.exit_code == 2
    assert said in result.output
    assert run("credential", "list").output == ""


def test_a_rotated_key_is_told_with_its_overlap(run: Callable[..., Result], database: Database) -> None:
    first = made(run("credential", "create", "--name", "LMS"))
    second = made(run("credential", "rotate", first["key"], "--overlap-days", "3"))
    assert first["key"] == second["key"]
    now = datetime.now(UTC)
    assert identify(database, first, now) == identify(database, second, now)
    assert identify(database, second, now) is not None
    assert identify(database, first, now + timedelta(days=3)) is None
    assert "old secret until" in run("credential", "list").output
    third = made(run("credential", "rotate", first["key"], "--overlap-days", "0", "--for-days", "2"))
    assert [bool(identify(database, one, now)) for one in (first, second, third)] == [False, False, True]
    assert identify(database, third, now + timedelta(days=2, seconds=60)) is None
    assert "old secret" not in run("credential", "list").output
    run("credential", "revoke", first["key"])
    refused = run("credential", "rotate", first["key"])
    assert refused.exit_code == 1
    assert "make a new credential" in refused.output
    assert run("credential", "rotate", "nobody").exit_code == 1


def test_a_list_says_of_each_key_what_there_is_to_know(
    app: Flask, run: Callable[..., Result], database: Database
) -> None:
    used = made(run("credential", "create", "--name", "used", "--scope", "state", "--scope", "profile"))
    made(run("credential", "create", "--name", "trial", "--test"))
    identity = identify(database, used, datetime.now(UTC))
    assert identity is not None
    app.extensions["last_uses"].note(identity, datetime(2026, 11, 20, 5, tzinfo=UTC))
    app.extensions["last_uses"].write(database)
    first, second = run("credential", "list").output.splitlines()
    assert "used 2026-11-20 12:00" in first
    assert "[profile state]  'used'" in first
    assert "test" not in first
    assert "never used" in second
    assert "test  [all]  'trial'" in second


def test_the_sandbox_is_emptied_and_says_how_much_went(
    run: Callable[..., Result], database: Database, tenant: UUID, identity: api.Identity, now: datetime
) -> None:
    nothing = "0 Statements, 0 documents and 0 attachments of test keys are removed; 0 rows in all."
    assert nothing in run("tenant", "empty-test").output
    trying = identify(database, made(run("credential", "create", "--name", "x", "--test")), datetime.now(UTC))
    assert trying is not None
    for who, count in ((trying, 3), (identity, 2)):
        with database.writing(who.tenant) as session:
            store(session, who, [statement() for _ in range(count)])
    assert "3 Statements, 0 documents and 0 attachments" in run("tenant", "empty-test").output
    assert nothing in run("tenant", "empty-test").output
    assert run("tenant", "empty-test", "--tenant", "nobody").exit_code == 1
    assert set(run("tenant", "list").stdout.splitlines()) == {"default", neighbour.NAME}
    with database.reading(tenant) as session:
        assert len(api.changes(session, tenant, None).statements) == 2


def test_opaque_accounts_are_switched_and_shown(
    run: Callable[..., Result], database: Database, other_tenant: UUID
) -> None:
    assert run("tenant", "privacy").stdout == "opaque accounts: off\n"
    switched = run("tenant", "privacy", "--opaque-accounts", "on").stdout.splitlines()
    assert switched == ["0 documents of State and profiles moved to opaque accounts", "opaque accounts: on"]
    assert run("tenant", "privacy", "--tenant", "other").stdout == "opaque accounts: off\n"
    assert run("tenant", "privacy").stdout == "opaque accounts: on\n"
    assert run("tenant", "privacy", "--opaque-accounts", "off").stdout == "opaque accounts: off\n"
    assert run("tenant", "privacy", "--opaque-accounts", "perhaps").exit_code == 2
    assert run("tenant", "privacy", "--tenant", "nobody").exit_code == 1


def test_no_tenant_takes_a_sandbox_s_name(run: Callable[..., Result], tenant: UUID) -> None:
    made(run("credential", "create", "--name", "x", "--test"))
    assert run("tenant", "create", f"sandbox of {tenant}").exit_code == 1
    assert run("credential", "list", "--tenant", f"sandbox of {tenant}").exit_code == 1
