"""Requests with headers or parameters that do not fit, each with the status that it must be answered with."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import uuid4

from tests.faults.requests.bad_statements import body
from tests.faults.requests.wire import Request

STATEMENTS = b"/xapi/statements"
JSON = [("Content-Type", "application/json")]
AGENT = '{"mbox":"mailto:bich.ngoc@example.org"}'
CONTEXTS = {
    "state": ("/xapi/activities/state", "stateId", {"activityId": "x:y", "agent": AGENT}),
    "agent profile": ("/xapi/agents/profile", "profileId", {"agent": AGENT}),
    "activity profile": ("/xapi/activities/profile", "profileId", {"activityId": "x:y"}),
}


def document(kind: str, name: str) -> bytes:
    """Where the document of that name is."""
    path, id_name, context = CONTEXTS[kind]
    return f"{path}?{urlencode({**context, id_name: name})}".encode()


def documents(kind: str) -> bytes:
    """Where the names of all documents of that kind are."""
    path, _, context = CONTEXTS[kind]
    return f"{path}?{urlencode(context)}".encode()


def headers_that_do_not_fit() -> Iterator[tuple[Request, int]]:
    """A request, and the status of the answer."""
    one = body()
    for version in (
        None, "", "2", "1", "0.95", "1.1.0", "2.1.0", "3.0.0", "99", "1.0.", "1.0.3.", "v2.0.0", "2.0.0-beta", "2.0.0x",
        "1.0.3 2", "１.0.3", "1.0.3,2.0.0",
    ):  # fmt: skip
        yield Request("POST", STATEMENTS, one, JSON, version=version), 400
    for version in ("1.0", "1.0.0", "1.0.99", "2.0", "2.0.0", "2.0.17"):
        yield Request("POST", STATEMENTS, body(), JSON, version=version), 200
    for content_type in (
        "", "text/plain", "application/xml", "application/json/x", "json", "*/*", ";", "application/jsonx", "text/json",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/octet-stream",
    ):  # fmt: skip
        yield Request("POST", STATEMENTS, one, [("Content-Type", content_type)]), 400
    yield Request("POST", STATEMENTS, one), 400
    for content_type in (
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/json;",
        "application/json;;=;",
    ):
        yield Request("POST", STATEMENTS, body(), [("Content-Type", content_type)]), 200
    for encoding, status in (("gzip", 400), ("br", 415), ("gzip, gzip", 415), ("identity", 200), ("GZIP", 400)):
        yield Request("POST", STATEMENTS, body(), [*JSON, ("Content-Encoding", encoding)]), status
    for secret in (
        "", "Basic", "Basic ", "Basic !", "Basic e", "Basic " + "A" * 10_000, "Basic Og==", "Basic /////w==",
        "Bearer x",
        "Basic AAA6AAA=", "Digest username=x", "Basic eDp5 eDp5",
    ):  # fmt: skip
        yield Request("POST", STATEMENTS, one, [*JSON, ("Authorization", secret)], authorized=False), 401
    yield Request("POST", STATEMENTS, one, JSON, authorized=False), 401
    many = ", ".join(f'"{number}"' for number in range(20_000))
    for address in (document(kind, "of nobody") for kind in CONTEXTS):
        for tags in (many, '"', "W/", "x" * 60_000, ",,,", '"a" "b', "*, *"):
            yield Request("PUT", address, b"{}", [*JSON, ("If-Match", tags)]), 412
        yield (
            Request("GET", address, headers=[("If-None-Match", many), ("If-Modified-Since", "yesterday")]),
            404,
        )
    for path in (
        "",
        "/",
        "/statement",
        "/statements/",
        "/statements/x",
        "/%00",
        "/%ff",
        "/..%2f",
        "/activities/states",
    ):
        yield Request("GET", b"/xapi" + path.encode()), 404
    for method in ("DELETE", "PATCH", "TRACE", "PROPFIND"):
        yield Request(method, STATEMENTS), 405
    yield Request("GET", STATEMENTS, headers=[("X", "x" * 1_000_000)]), 431


def parameters_that_do_not_fit() -> Iterator[tuple[str, str, dict[str, str] | list[tuple[str, str]], int]]:
    """(method, path, parameters, status of the answer), of every resource"""
    bad: dict[str, list[str]] = {
        "agent": ["", "x", "{}", "[]", "null", '{"mbox":"a@b.vn"}', '{"mbox":"mailto:a@b.vn"', '{"name":"x"}',
                  '{"mbox":"mailto:a@b.vn","openid":"x:y"}', '{"mbox":"mailto:a@b.vn","mbox":"mailto:a@b.vn"}',
                  "[" * 10_000, '{"mbox":"mailto:a@b.vn","name":NaN}', '{"mbox":"mailto:a@b.vn","name":"\\ud800"}',
                  '{"account":{"homePage":"x:y","name":1e400}}', AGENT + "\x00"],
        "activityId": ["", "x", "x y", "a:\x00", "//x"],
        "registration": ["", "x", "0" * 36, "{" + str(uuid4()) + "}", str(uuid4()) + "\n"],
        "since": ["", "now", "2026", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "1" * 5000,
                  "2026-11-20 09:30Z"],
        "stateId": [""], "profileId": [""],
        "verb": ["", "x", "x y"], "activity": ["", "x"], "until": ["", "x"],
        "related_agents": ["", "True", "1"], "related_activities": ["yes"], "ascending": ["TRUE"], "attachments": ["0"],
        "limit": ["", "-1", "1.0", "1e3", "x", "9" * 100, " 1", "１"],
        "format": ["", "Exact", "x"], "statementId": ["", "x"], "voidedStatementId": ["", "x"],
        "more": ["", "x", "A" * 10_000, "é"], "unknown": ["x"], "Agent": [AGENT],
    }  # fmt: skip
    good = {
        "agent": AGENT, "activityId": "x:y", "registration": str(uuid4()), "since": "2026-11-20T09:30:00Z",
        "stateId": "1", "profileId": "1",
    }  # fmt: skip
    for names, needed, path in (
        (("agent", "activityId", "registration", "stateId"), ("agent", "activityId"), "/xapi/activities/state"),
        (("agent", "profileId"), ("agent",), "/xapi/agents/profile"),
        (("activityId", "profileId"), ("activityId",), "/xapi/activities/profile"),
        (("agent",), ("agent",), "/xapi/agents"),
        (("activityId",), ("activityId",), "/xapi/activities"),
    ):
        full = {name: good[name] for name in names}
        for name in (*names, "unknown", "Agent"):
            for text in bad[name]:
                yield "GET", path, {**full, name: text}, 400
        for name in needed:
            yield "GET", path, {other: text for other, text in full.items() if other != name}, 400
        for name in names:
            yield "GET", path, [*full.items(), (name, full[name])], 400
        if path.endswith(("state", "profile")):
            listed = {name: text for name, text in full.items() if not name.endswith("Id") or name == "activityId"}
            for text in bad["since"]:
                yield "GET", path, {**listed, "since": text}, 400
            for method in ("PUT", "POST", "DELETE"):
                yield method, path, {**full, "since": good["since"]}, 400
                yield method, path, {**full, "unknown": "x"}, 400
            yield "PUT", path, listed, 400
    for name in (
        "agent", "verb", "activity", "registration", "related_agents", "related_activities", "since", "until", "limit",
        "format", "attachments", "ascending", "statementId", "voidedStatementId", "more", "unknown", "Agent",
    ):  # fmt: skip
        for text in bad[name]:
            yield "GET", "/xapi/statements", {name: text}, 400
    one = str(uuid4())
    yield "GET", "/xapi/statements", {"statementId": one, "voidedStatementId": one}, 400
    yield "GET", "/xapi/statements", {"statementId": one, "limit": "1"}, 400
    yield "GET", "/xapi/statements", [("limit", "1"), ("limit", "1")], 400
    yield "POST", "/xapi/statements", {"statementId": one}, 400
    yield "PUT", "/xapi/statements", {}, 400
    yield "PUT", "/xapi/statements", {"statementId": "x"}, 400
    yield "GET", "/xapi/statements", {"statementId": one}, 404
    yield "GET", "/xapi/statements", {"limit": "0" * 9}, 200
    yield "GET", "/xapi/statements", {"since": "9999-12-31T23:59:59.999999Z", "until": "0001-01-01T00:00:00Z"}, 200
