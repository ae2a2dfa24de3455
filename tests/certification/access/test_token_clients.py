"""Tokens in place of key and secret, as operators see to them: over HTTP, on pages and by commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.access import records
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification.access.test_destinations import on_sqlite
from tests.certification.web.test_operators import operator, words
from tests.certification.web.visitor import ORIGIN, Visitor
from tests.conftest import PEPPER

__all__ = ["operator"]

ISSUER = "https://sso.example.vn/realms/a"
TOLD: dict[str, Any] = {"issuer": ISSUER, "audience": "kho-xapi", "client_id": "moodle-a", "reason": "CV 12"}


@pytest.fixture(autouse=True)
def allowed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the machine lets the issuer be asked."""
    settings = replace(app.extensions["settings"], outgoing_hosts=("sso.example.vn",))
    monkeypatch.setitem(app.extensions, "settings", settings)


@pytest.fixture
def key(database: Database, tenant: UUID, operator: Visitor) -> str:
    told: dict[str, Any] = {
        "name": "Moodle",
        "scopes": ["statements/write"],
        "pepper": PEPPER,
        "now": datetime.now(UTC),
    }
    with database.writing(tenant) as session:
        return api.create_credential(session, tenant, **told)[0]


@on_sqlite
def test_an_operator_sees_to_tokens_of_a_key_on_pages(
    operator: Visitor, database: Database, tenant: UUID, key: str
) -> None:
    at = f"/van-hanh/khoa/{key}"
    assert "Nền tảng có thể gửi token" in operator.get(at).text
    assert operator.get(f"{at}/token/bo").status_code == 404
    said = {**TOLD, "algorithms": ["RS256", "ES256"], "claim": "scope", "grants": "gui=statements/write"}
    wrong = operator.fill_in(f"{at}/token", {**said, "issuer": "https://10.0.0.8/", "grants": "gui"}).text
    assert "Ghi từng cặp" in wrong
    wrong = operator.fill_in(f"{at}/token", {**said, "issuer": "https://10.0.0.8/", "grants": "gui=het"}).text
    assert "OUTGOING_HOSTS" in wrong and "Ghi từng cặp" in wrong
    assert operator.fill_in(f"{at}/token", said).status_code == 303
    page = words(operator.get(at).text)
    assert ISSUER in page and "RS256, ES256" in page and "scope: gui → statements/write" in page
    assert 'value="gui=statements/write"' in operator.get(f"{at}/token").text
    assert operator.fill_in(f"{at}/token/bo", {"reason": "hết hợp đồng"}).status_code == 303
    assert "Nền tảng có thể gửi token" in operator.get(at).text
    with database.reading(tenant) as session:
        acts = [(one.act, one.reason) for one in records.latest(session, tenant, limit=2, about=key)]
    assert acts == [("remove-token-client", "hết hợp đồng"), ("set-token-client", f"{ISSUER} moodle-a: CV 12")]


@on_sqlite
def test_the_same_by_json_with_every_fault_at_once_and_by_commands(
    operator: Visitor, app: Flask, client: FlaskClient, database: Database, tenant: UUID, key: str
) -> None:
    def ask(method: str, path: str, expected: int = 200, **body: Any) -> Any:
        answer = client.open(f"/api/{path}", method=method, json=body or None, headers=ORIGIN)
        assert answer.status_code == expected, answer.text
        return answer.get_json()

    def run(*arguments: str, expected: int = 0) -> str:
        done = app.test_cli_runner().invoke(args=["certification", *arguments])
        assert done.exit_code == expected, done.output
        return done.output

    at = f"keys/{key}/token-client"
    wrong = ask(
        "PUT", at, 400, **TOLD | {"issuer": "http://sso.example.vn"},
        algorithms=["none", "HS256"], claim="a b", grants={"a=b": "statements/write", "gui": "certification/read"},
    )  # fmt: skip
    places = [one["place"] for one in wrong["errors"]]
    assert places == ["issuer", "algorithms", "algorithms", "claim", "grants", "grants"]
    made = ask("PUT", at, **TOLD, grants={"gui": "statements/write"})["client"]
    assert (made["key"], made["claim"], made["algorithms"]) == (key, "scope", ["RS256", "PS256", "ES256"])
    assert ask("GET", "token-clients")["clients"] == [made]
    ask("PUT", "keys/khong-co/token-client", 404, **TOLD)
    ask("POST", f"{at}/remove", reason="x")
    ask("POST", f"{at}/remove", 404, reason="x")

    told = ["--issuer", ISSUER, "--audience", "kho-xapi", "--client-id", "moodle-a", "--reason", "CV 12"]
    with database.reading(NOBODY) as session:
        own = ["--tenant", dict(api.tenants(session))[tenant]]
    assert "write what tokens say" in run("set-token-client", key, *told, "--grant", "gui", *own, expected=2)
    assert "sso.khac.vn is none of the hosts" in run(
        "set-token-client", key, *told, "--issuer", "https://sso.khac.vn", *own, expected=1
    )
    assert f"stand for {key} from now on" in run(
        "set-token-client", key, *told, "--grant", "gui=statements/write", "--algorithm", "ES256", *own
    )
    assert f"{key}  {ISSUER}  moodle-a  for kho-xapi  [ES256]  scope: gui gives statements/write" in run(
        "token-clients", *own
    )
    run("remove-token-client", key, "--reason", "x", *own)
    assert "no tokens are taken" in run("remove-token-client", key, "--reason", "x", *own, expected=1)
