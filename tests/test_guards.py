"""Every address of the whole program says who may call it, and means it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

OPEN_TO_EVERYBODY = {
    "/",
    "/api/certificates/by-code/<code>",
    "/api/certificates/by-code/<code>/credential",
    "/api/certificates/by-code/<code>/paper",
    "/api/docs",
    "/api/openapi.json",
    "/api/set-password",
    "/api/sign-in",
    "/api/templates/<table>.xlsx",
    "/assets/<name>",
    "/healthz",
    "/k",
    "/k/<code>",
    "/issuers/<uuid:tenant>/did.json",
    "/issuers/<uuid:tenant>/status/<int:number>",
    "/profile/<programme>",
    "/profile/<programme>/<path:rest>",
    "/profile/<programme>/v/<int:number>",
    "/readyz",
    "/xapi/about",
}
"""What answers without credentials, whatever is published. Whoever adds to this says so here."""

A_FORM_WITH_A_KEY = "/kiem-tra-phat-bieu"
"""Whoever opens it sees the form; it is answered, with a page, to whoever fills in a good key."""


def _rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def test_every_address_states_its_guard(app: Flask) -> None:
    without = {rule.rule for rule in _rules(app) if getattr(app.view_functions[rule.endpoint], "guard", None) is None}
    assert without == set(), "mark these views with their guard"


@pytest.mark.parametrize("authorization", [None, "Basic bm9ib2R5OndyaXRl", "Bearer x"])
def test_every_other_address_is_closed_to_whoever_has_no_good_credentials(
    app: Flask, client: FlaskClient, authorization: str | None
) -> None:
    headers = {"X-Experience-API-Version": "2.0.0"} | ({"Authorization": authorization} if authorization else {})
    closed = [rule for rule in _rules(app) if rule.rule not in {*OPEN_TO_EVERYBODY, A_FORM_WITH_A_KEY}]
    assert {rule.rule.split("/")[1] for rule in closed} == {"api", "xapi", "xapi-ext"}
    for rule in closed:
        some = "0190f3b0-0000-7000-8000-000000000001" if "<uuid:" in rule.rule else "x"
        path = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, some))
        for method in (rule.methods or set()) - {"OPTIONS"}:
            answer = client.open(path, method=method, headers=headers)
            assert answer.status_code == 401, f"{method} {rule.rule} answers {answer.status_code}"


@pytest.mark.parametrize("sent", [{}, {"key": "nobody", "secret": "write"}, {"key": "", "secret": ""}])
def test_a_form_is_closed_to_whoever_fills_in_no_good_key(client: FlaskClient, sent: dict[str, str]) -> None:
    assert client.get(A_FORM_WITH_A_KEY).status_code == 200
    assert client.post(A_FORM_WITH_A_KEY, data={"statement": "{}", **sent}).status_code == 403
