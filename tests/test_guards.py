"""Every address of the whole program says who may call it, and means it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from certification.access.permissions import Act
from certification.privacy import words
from certification.resources import looking
from certification.resources.access import COOKIE
from certification.resources.openapi import description
from certification.web import AUDIENCES

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
    "/assets/<path:name>",
    "/bat-dau",
    "/d/<address>",
    "/dang-nhap",
    "/dang-nhap/ma",
    "/dang-nhap/ma-mot-lan",
    "/dang-nhap/ma-mot-lan/nhap",
    "/dang-nhap/phieu",
    "/dang-nhap/to-chuc/<uuid:tenant>/<uuid:provider>",
    "/dang-nhap/to-chuc/<uuid:tenant>/<uuid:provider>/ra",
    "/dang-nhap/to-chuc/<uuid:tenant>/<uuid:provider>/xong",
    "/dat-mat-khau",
    "/he-thong-thiet-ke",
    "/healthz",
    "/k",
    "/k/<code>",
    "/ngon-ngu/<code>",
    "/tro-giup",
    "/issuers/<uuid:tenant>/did.json",
    "/issuers/<uuid:tenant>/status/<int:number>",
    "/profile/<programme>",
    "/profile/<programme>/<path:rest>",
    "/profile/<programme>/v/<int:number>",
    "/readyz",
    "/xapi/about",
    "/xapi-ext/cmi5/fetch",
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
    closed = [rule for rule in _closed(app) if not _is_page(rule)]
    assert {rule.rule.split("/")[1] for rule in closed} == {"api", "metrics", "xapi", "xapi-ext"}
    for rule in closed:
        some = "0190f3b0-0000-7000-8000-000000000001" if "<uuid:" in rule.rule else "x"
        path = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, some))
        for method in (rule.methods or set()) - {"OPTIONS"}:
            answer = client.open(path, method=method, headers=headers)
            assert answer.status_code == 401, f"{method} {rule.rule} answers {answer.status_code}"


def _closed(app: Flask) -> list[Rule]:
    return [rule for rule in _rules(app) if rule.rule not in {*OPEN_TO_EVERYBODY, A_FORM_WITH_A_KEY}]


def _is_page(rule: Rule) -> bool:
    return rule.endpoint.split(".")[0] in {pages.name for pages in AUDIENCES}


@pytest.mark.parametrize("cookie", [None, "x"])
def test_a_page_leads_whoever_is_not_signed_in_to_signing_in(
    app: Flask, client: FlaskClient, cookie: str | None
) -> None:
    if cookie:
        client.set_cookie(COOKIE, cookie)
    pages = [rule for rule in _closed(app) if _is_page(rule)]
    assert pages
    for rule in pages:
        some = "0190f3b0-0000-7000-8000-000000000001" if "<uuid:" in rule.rule else "1"
        path = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, some))
        if "GET" in (rule.methods or ()):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/dang-nhap"), rule.rule
        if "POST" in (rule.methods or ()):
            assert client.post(path).status_code == 403, f"{rule.rule}: sent from nowhere"
            answer = client.post(path, headers={"Origin": "http://localhost"})
            assert (answer.status_code, "Đăng nhập" in answer.text) == (401, True), rule.rule


@pytest.mark.parametrize("sent", [{}, {"key": "nobody", "secret": "write"}, {"key": "", "secret": ""}])
def test_a_form_is_closed_to_whoever_fills_in_no_good_key(client: FlaskClient, sent: dict[str, str]) -> None:
    assert client.get(A_FORM_WITH_A_KEY).status_code == 200
    assert client.post(A_FORM_WITH_A_KEY, data={"statement": "{}", **sent}).status_code == 403


def test_whatever_is_answered_a_browser_holds_it_to_its_kind_and_to_https(app: Flask, client: FlaskClient) -> None:
    told: dict[str, int] = {}
    for rule in _rules(app):
        path = re.sub(r"<uuid:\w+>", "0190f3b0-0000-7000-8000-000000000001", rule.rule)
        path = re.sub(r"<[^>]+>", "1", path)
        headers = client.open(path, method="GET" if "GET" in (rule.methods or ()) else "POST").headers
        policy = headers["Content-Security-Policy"]
        told[policy] = told.get(policy, 0) + 1
        assert headers["X-Content-Type-Options"] == "nosniff", rule.rule
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", rule.rule
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), rule.rule
        for_programs = rule.rule.startswith(("/api/", "/xapi")) and rule.rule != "/api/docs"
        assert not for_programs or headers["Cache-Control"] in ("no-store", "public, max-age=300"), rule.rule
        assert {"frame-ancestors 'none'"} <= set(policy.split("; ")) or policy.startswith("sandbox"), rule.rule
    assert len(told) == 2, told
    assert client.get("/nowhere").headers["X-Content-Type-Options"] == "nosniff"
    assert client.open("/dang-nhap", method="TRACE").status_code == 405


# ---------------------------------------------------------------- who looked at whom is noted


PEOPLE = {"worker", "workers", "other", "full_name", "members"}
"""Fields by which answers name workers."""

NOT_NOTED = {
    "/api/accounts": "names of those who sign in, officers, for operators",
    "/api/accounts/{name}/deactivation": "as above",
    "/api/session": "one's own",
    "/api/session/password": "one's own",
    "/api/sign-in": "one's own",
    "/api/teams": "counts",
    "/api/roster": "what the caller's own file says",
    "/api/what-if": "counts",
    "/api/findings/by-platform": "counts",
}
BY_HAND = {"/api/teams/{id}"}
"""Named in another way than `looking` finds by itself: the view says `saw`."""


def _schemas(value: Any, way: tuple[str, ...], seen: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The ways to every property of a schema."""
    if isinstance(value, Mapping):
        if ref := value.get("$ref"):
            if ref not in seen:
                schema = description()["components"]["schemas"][ref.rpartition("/")[2]]
                yield from _schemas(schema, way, (*seen, ref))
            return
        for name, inner in value.get("properties", {}).items():
            yield (*way, name)
            yield from _schemas(inner, (*way, name), seen)
        for name in ("items", "allOf", "anyOf", "oneOf"):
            yield from _schemas(value.get(name), way, seen)
    elif isinstance(value, list):
        for one in value:
            yield from _schemas(one, way, seen)


def test_every_answer_that_names_workers_is_noted_or_says_why_not() -> None:
    found: dict[str, set[tuple[str, ...]]] = {}
    for path, operations in description()["paths"].items():
        for operation in (one for one in operations.values() if isinstance(one, Mapping)):
            for status in ("200", "201"):
                content = operation.get("responses", {}).get(status, {}).get("content", {})
                ways = set(_schemas(content.get("application/json", {}).get("schema"), ()))
                found.setdefault(path, set()).update(way for way in ways if way[-1] in PEOPLE)
    names = {path for path, ways in found.items() if ways}
    assert set(NOT_NOTED) - names == set()
    by_itself = {
        path
        for path in names - set(NOT_NOTED) - BY_HAND
        if "{number}" in path or any(way[-1] in looking.NAMES and set(way) <= set(looking.BELOW) for way in found[path])
    }
    assert names - set(NOT_NOTED) - BY_HAND - by_itself == set(), "let `looking` find whom these name, or say why not"


def test_whatever_can_be_looked_at_has_words_for_the_worker() -> None:
    guards = {
        operation["x-guard"]
        for path, operations in description()["paths"].items()
        for operation in operations.values()
        if "{number}" in path and isinstance(operation, dict)
    }
    by_oneself = {"SCORE_ONESELF"}
    assert {name for name in guards if Act[name] not in words.LOOKED_AT} - by_oneself == set(), "privacy/words.py"
    assert words.looked_at(words.TRANSCRIPT) == words.looked_at("READ_TRANSCRIPT")
    assert words.looked_at("x") == words.OTHERWISE != words.looked_at(words.CANDIDATES)
