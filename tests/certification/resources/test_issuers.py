"""/issuers/…/status/<n>: anybody may ask, and what it costs does not grow with the certificates."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.access.look_ups import Limit
from certification.certificates import keys, register
from certification.certificates.keys import Issuer
from certification.credentials import status_lists
from certification.models import Certificate
from certification.rules.criteria import PROGRAMME
from lrs.db import Database
from tests.certification.certificates.issued import PUBLIC_URL, entries, issue, recognise
from tests.conftest import PEPPER


@pytest.fixture
def path(database: Database, tenant: UUID, now: datetime) -> str:
    """Of the first list of a tenant that issued two certificates."""
    recognise(database, tenant, now, "NV-1", "NV-2")
    issue(database, tenant, now)
    return f"/issuers/{tenant}/status/1"


def withdraw(database: Database, tenant: UUID, place: int, now: datetime) -> None:
    one = entries(database, tenant)[place]
    with database.writing(tenant) as session:
        register.withdraw(session, tenant, one.id, reason="QĐ 20", ends_title=False, by="hoa", now=now)


def listed(client: FlaskClient, path: str) -> frozenset[int]:
    answer = client.get(path)
    assert answer.status_code == 200
    return status_lists.decode(json.loads(answer.data)["credentialSubject"]["encodedList"])


@pytest.mark.parametrize(
    ("at", "began", "ends"),
    [
        (datetime(2026, 11, 21, 16, 59, tzinfo=UTC), "2026-11-20T17:00:00Z", "2026-11-22T17:00:00Z"),
        (datetime(2026, 11, 21, 17, 0, tzinfo=UTC), "2026-11-21T17:00:00Z", "2026-11-23T17:00:00Z"),
    ],
)
def test_it_holds_from_the_beginning_of_the_day_in_vietnam(
    client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch, at: datetime, began: str, ends: str
) -> None:
    monkeypatch.setattr(import_module("certification.resources.issuers"), "now", lambda: at)
    said = json.loads(client.get(path).data)
    assert (said["validFrom"], said["validUntil"]) == (began, ends)


def test_an_answer_is_kept_until_something_changes(
    client: FlaskClient,
    database: Database,
    tenant: UUID,
    path: str,
    now: datetime,
    count_commands: Callable[[], Any],
) -> None:
    assert listed(client, path) == frozenset()
    with count_commands() as asked:
        assert listed(client, path) == frozenset()
    questions = [one for one in asked if "SELECT" in one]
    assert len(questions) == 1
    assert "certification_act" in questions[0]
    withdraw(database, tenant, 1, now)
    assert listed(client, path) == {1}
    with database.writing(tenant) as session:
        keys.rotate(session, tenant, Issuer.of(PUBLIC_URL, tenant), secret=PEPPER, by="hoa", now=now)
    again = json.loads(client.get(path).data)
    assert again["proof"]["verificationMethod"].endswith("#2026-2")
    with count_commands() as asked:
        assert listed(client, path) == {1}
    assert len([one for one in asked if "SELECT" in one]) == 1


def test_lists_that_there_are_not_are_not_found(client: FlaskClient, path: str) -> None:
    for other in (path[:-1] + "0", path[:-1] + "2", path[:-1] + "9" * 30, f"/issuers/{UUID(int=7)}/status/1"):
        answer = client.get(other)
        assert (answer.status_code, answer.mimetype) == (404, "application/json")


@pytest.mark.parametrize("which", ["list", "keys", "profile"])
def test_what_is_published_is_kept_by_caches_and_an_address_that_asks_too_often_waits(
    app: Flask, client: FlaskClient, path: str, which: str
) -> None:
    keys_of_issuer = path.replace("status/1", "did.json")
    asked = {"list": path, "keys": keys_of_issuer, "profile": f"/profile/{PROGRAMME}"}[which]
    app.extensions["look_ups"] = Limit(3, lambda: 100.0)
    first = client.get(asked)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "public, max-age=300")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(asked, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get(f"{asked}x").status_code == 404
    answers = [client.get(asked) for _ in range(2)]
    assert [one.status_code for one in answers][-1] == 429
    assert answers[-1].headers["Retry-After"] == "20"
    other = client.get(keys_of_issuer, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert other.status_code == 200, "another address is not held up"


def test_what_is_withdrawn_is_found_without_reading_the_rest(
    database: Database, tenant: UUID, path: str, now: datetime
) -> None:
    withdraw(database, tenant, 0, now)
    table: Any = Certificate.__table__
    with database.writing(tenant) as session:
        one = dict(
            session.execute(sa.select(table).where(table.c.tenant_id == tenant, table.c.list_place == 1)).one()._mapping
        )
        many = [{**one, "id": UUID(int=place), "list_place": place} for place in range(2, 2002)]
        session.execute(sa.insert(table), many)
    plans: list[str] = []

    def explain(_connection: Any, cursor: Any, command: str, values: Any, *_: Any) -> None:
        if not command.startswith("SELECT"):
            return
        beside = cursor.connection.cursor()
        if not database.is_sqlite:
            beside.execute("ANALYZE certification_certificate")
        beside.execute(("EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN ") + command, values)
        plans.extend(str(row) for row in beside.fetchall())

    with database.writing(tenant) as session:
        sa.event.listen(database.engine, "before_cursor_execute", explain)
        try:
            assert register.withdrawn_places(session, tenant, 0, status_lists.LENGTH - 1) == [0]
        finally:
            sa.event.remove(database.engine, "before_cursor_execute", explain)
    assert "ix_certification_certificate_withdrawn" in "".join(plans)
