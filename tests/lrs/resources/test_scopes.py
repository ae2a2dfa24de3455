"""Which scope opens which route, each scope tried alone; and that a key which ends, ends everywhere at once."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lrs import api, tenants
from lrs.credentials import revoke_credential
from lrs.db import Database
from lrs.models import Credential
from tests.lrs.resources.conftest import sender
from tests.lrs.statements.builders import agent, statement
from wsgi import Settings, create_app

COURSE = "https://hoc.example.org/khoa/1"
STATE = {"activityId": COURSE, "agent": json.dumps(agent()), "stateId": "s"}
AGENT = {"agent": json.dumps(agent()), "profileId": "p"}
ACTIVITY = {"activityId": COURSE, "profileId": "p"}
NEW = {"If-None-Match": "*"}
ALL = frozenset({"all"})
READ = frozenset({"all", "all/read"})

ROUTES: list[tuple[str, str, dict[str, Any], frozenset[str]]] = [
    ("GET", "/xapi/statements", {}, READ | {"statements/read", "statements/read/mine"}),
    ("HEAD", "/xapi/statements", {}, READ | {"statements/read", "statements/read/mine"}),
    ("POST", "/xapi/statements", {"json": [statement()]}, ALL | {"statements/write"}),
    ("PUT", "/xapi/statements", {"query_string": {"statementId": str(uuid4())}, "json": statement()},
     ALL | {"statements/write"}),
    ("GET", "/xapi/agents", {"query_string": {"agent": json.dumps(agent())}}, READ | {"statements/read"}),
    ("GET", "/xapi/activities", {"query_string": {"activityId": COURSE}},
     READ | {"statements/read", "statements/read/mine"}),
    *((method, path, {"query_string": query, "json": {}, "headers": NEW if method == "PUT" else {}}, ALL | {scope})
      for method in ("PUT", "POST", "DELETE")
      for path, query, scope in (("/xapi/activities/state", STATE, "state"), ("/xapi/agents/profile", AGENT, "profile"),
                                 ("/xapi/activities/profile", ACTIVITY, "profile"))),
    ("GET", "/xapi/activities/state", {"query_string": STATE}, READ | {"state"}),
    ("GET", "/xapi/agents/profile", {"query_string": AGENT}, READ | {"profile"}),
    ("GET", "/xapi/activities/profile", {"query_string": ACTIVITY}, READ | {"profile"}),
]  # fmt: skip


def test_the_table_below_names_every_route_of_the_endpoint(app: Flask) -> None:
    there = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/xapi/") and rule.rule != "/xapi/about"
        for method in (rule.methods or set()) - {"OPTIONS"}
    }
    named = {(method, path) for method, path, _, _ in ROUTES}
    assert {one for one in there if one[0] != "HEAD" or ("GET", one[1]) not in named} == {
        one for one in named if one[0] != "HEAD"
    }


@pytest.mark.parametrize("scope", [*sorted(api.XAPI_SCOPES), "certification/read"])
def test_a_scope_alone_opens_its_routes_and_no_other(
    client: FlaskClient, tenant: UUID, credential: Callable[..., str], scope: str
) -> None:
    send = sender(client, credential(tenant, scope))
    for method, path, parts, scopes in ROUTES:
        answer = send(method, path, **parts)
        if scope in scopes:
            assert answer.status_code in (200, 204, 404), f"{method} {path} with {scope}: {answer.text}"
        else:
            assert answer.status_code == 403, f"{method} {path} with {scope} answers {answer.status_code}"


@pytest.fixture
def another(database: Database, database_url: str, app: Flask) -> FlaskClient:
    """A client of a second process: an application of its own over its own connections to the same database."""
    settings: Settings = app.extensions["settings"]
    return create_app(settings, Database(database_url)).test_client()


def key_of(header: str) -> str:
    return base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")[0]


def status(client: FlaskClient, header: str) -> int:
    return sender(client, header)("GET", "/xapi/statements").status_code


def test_a_key_ends_in_every_process_at_the_next_request(
    database: Database,
    client: FlaskClient,
    another: FlaskClient,
    tenant: UUID,
    credential: Callable[..., str],
) -> None:
    revoked, expired = credential(tenant), credential(tenant)
    for each in (client, another):
        assert [status(each, header) for header in (revoked, expired)] == [200, 200]
    present = datetime.now(UTC)
    with database.writing(tenant) as session:
        revoke_credential(session, tenant, key_of(revoked), now=present)
        ends = sa.update(Credential).where(Credential.key == key_of(expired)).values(expires=present)
        session.execute(ends)
    for each in (client, another):
        assert [status(each, header) for header in (revoked, expired)] == [401, 401]
    another.application.extensions["database"].close()


def test_a_tenants_choice_of_opaque_accounts_holds_in_every_process_at_the_next_request(
    database: Database, another: FlaskClient, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    send = sender(another, credential(tenant))
    assert send("POST", "/xapi/statements", json=statement({"mbox": "mailto:an@example.org"})).status_code == 200
    with database.writing(tenant) as session:
        tenants.set_opaque_accounts(session, tenant, True, now=now)
    assert send("POST", "/xapi/statements", json=statement({"mbox": "mailto:an@example.org"})).status_code == 200
    newest, oldest = send("GET", "/xapi/statements").json["statements"]
    assert ("mbox" in oldest["actor"], "mbox" in newest["actor"]) == (True, False)
    another.application.extensions["database"].close()
