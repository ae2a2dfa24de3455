"""A platform that comes with tokens of its own provider (npm's oidc-provider) to the served program."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lrs import api
from lrs.db import NOBODY, Database
from lrs.models import Credential
from tests.clients.conftest import Platform, Served
from tests.test_wsgi import free_port

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
CLIENT, SECRET, AUDIENCE, SCOPE = "moodle-a", "bi-mat", "https://lrs.example.vn/xapi", "lrs:gui lrs:doc"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The provider, serving: its issuer."""
    port = free_port()
    told = {"client": CLIENT, "secret": SECRET, "audience": AUDIENCE, "scope": SCOPE, "port": port}
    command = ["node", "token_provider.mjs", json.dumps(told)]
    process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    too_late = threading.Timer(60, process.kill)
    too_late.start()
    try:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        too_late.cancel()
        yield f"http://127.0.0.1:{port}"
    finally:
        too_late.cancel()
        process.kill()
        process.communicate(timeout=30)


def send(
    address: str, authorization: str, body: bytes | None = None, kind: str = "application/json"
) -> tuple[int, Any, HTTPMessage]:
    headers = {"Authorization": authorization, "Content-Type": kind, "X-Experience-API-Version": "2.0.0"}
    request = urllib.request.Request(address, body, headers)  # noqa: S310 — on this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status, json.load(answer), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), error.headers


def token(issuer: str, scope: str) -> str:
    """A token that the provider gives the platform for itself."""
    asked = urlencode({"grant_type": "client_credentials", "resource": AUDIENCE, "scope": scope}).encode()
    basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
    status, given, _ = send(f"{issuer}/token", basic, asked, "application/x-www-form-urlencoded")
    assert (status, given["token_type"]) == (200, "Bearer"), given
    return f"Bearer {given['access_token']}"


@pytest.mark.parametrize("program", ["postgresql"], indirect=True)
def test_a_platform_posts_and_reads_with_a_token_of_its_own_provider(
    program: Served, platform: Platform, issuer: str
) -> None:
    now = datetime.now(UTC)
    database = Database(program.database_url)
    with database.reading(NOBODY) as session:
        tenant = session.scalars(sa.select(Credential.tenant_id).where(Credential.key == platform.key)).one()
    grants = {"lrs:gui": "statements/write", "lrs:doc": "statements/read/mine"}
    client = {"issuer": issuer, "audience": AUDIENCE, "client_id": CLIENT, "grants": grants}
    with database.writing(tenant) as session:
        api.set_token_client(session, tenant, platform.key, **client, hosts=["127.0.0.1"], now=now)
    statement = {
        "id": str(uuid4()),
        "actor": {"account": {"homePage": "https://hoc.example.org", "name": "a01"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": "https://hoc.example.org/khoa/1"},
    }
    statements, bearer = f"{program.endpoint}/statements", token(issuer, SCOPE)
    status, ids, _ = send(statements, bearer, json.dumps([statement]).encode())
    assert (status, ids) == (200, [statement["id"]])
    status, found, _ = send(f"{statements}?statementId={statement['id']}", bearer)
    account = {"homePage": f"urn:uuid:{tenant}", "name": platform.key}
    assert (status, found["authority"]["account"]) == (200, account)

    status, refusal, headers = send(statements, token(issuer, "lrs:gui"))
    assert (status, refusal["errors"][0]["message"]) == (403, "these credentials lack the scope 'statements/read/mine'")
    assert 'error="insufficient_scope"' in headers["WWW-Authenticate"]

    with database.writing(tenant) as session:
        api.remove_token_client(session, tenant, platform.key)
    status, refusal, headers = send(statements, bearer)
    words = "this client of this issuer, with this audience, is not known here"
    assert (status, refusal["errors"][0]["message"]) == (401, words)
    challenge = f'Bearer realm="xAPI", error="invalid_token", error_description="{words}"'
    assert headers.get_all("WWW-Authenticate") == [challenge]
    database.close()
