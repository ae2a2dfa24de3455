"""What is the same for every Resource: versions, compression, other web sites' pages, unknown paths."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.lrs.statements.builders import agent, statement

THROUGH = "X-Experience-API-Consistent-Through"
SITE = "https://hoc.example.org"


@pytest.fixture
def xapi(client: FlaskClient, tenant: UUID, credential: Callable[..., str]) -> Callable[..., TestResponse]:
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "2.0.0"}

    def send(method: str = "GET", path: str = "/xapi/statements", **parts: Any) -> TestResponse:
        sent = {**headers, **parts.pop("headers", {})}
        return client.open(path, method=method, headers={k: v for k, v in sent.items() if v is not None}, **parts)

    return send


def set_to(client: FlaskClient, **settings: Any) -> None:
    for name, value in settings.items():
        object.__setattr__(client.application.extensions["settings"], name, value)


# --- Versions


def test_a_setting_says_which_version_is_named_when_the_request_names_none(
    client: FlaskClient, xapi: Callable[..., TestResponse]
) -> None:
    for named in ("1.0.3", "2.0.0"):
        set_to(client, xapi_version_named_by_default=named)
        for sent in (None, "0.9", "nonsense"):
            answer = xapi(headers={"X-Experience-API-Version": sent})
            assert (answer.status_code, answer.headers["X-Experience-API-Version"]) == (400, named)
        assert client.get("/xapi/about").headers["X-Experience-API-Version"] == named
        assert xapi().headers["X-Experience-API-Version"] == "2.0.0"


def test_what_is_not_there_is_refused_in_the_one_form(xapi: Callable[..., TestResponse], client: FlaskClient) -> None:
    for method, path, status in (("GET", "/xapi/nothing", 404), ("DELETE", "/xapi/statements", 405)):
        answer = xapi(method, path)
        assert answer.status_code == status
        assert json.loads(answer.text)["errors"][0]["message"]
        assert "X-Experience-API-Version" in answer.headers
    assert "PUT" in xapi("DELETE").headers["Allow"]
    assert "X-Experience-API-Version" not in client.get("/nothing").headers


def test_a_body_that_cannot_be_read_is_refused_in_the_one_form_also_where_nothing_is(
    xapi: Callable[..., TestResponse], client: FlaskClient
) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 1000
    packed = gzip.compress(b" " * 2000)
    for encoding, data, status in (("gzip", b"none", 400), ("br", b"x", 415), ("gzip", packed, 413)):
        answer = xapi("POST", "/xapi/nothing", data=data, headers={"Content-Encoding": encoding})
        assert answer.status_code == status
        assert json.loads(answer.text)["errors"][0]["message"]
        assert "X-Experience-API-Version" in answer.headers


# --- X-Experience-API-Consistent-Through


def test_every_answer_to_get_says_how_far_it_is_consistent_and_that_is_now(
    xapi: Callable[..., TestResponse],
) -> None:
    xapi("POST", json=statement())
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    for parts in ({}, {"query_string": {"limit": "x"}}, {"headers": {"X-Experience-API-Version": None}},
                  {"headers": {"Authorization": None}}, {"query_string": {"statementId": str(UUID(int=1))}},
                  {"query_string": {"attachments": "true"}}):  # fmt: skip
        for method in ("GET", "HEAD"):
            assert xapi(method, **parts).headers[THROUGH] >= before
    assert THROUGH not in xapi("POST", json=statement()).headers


def test_last_modified_is_the_newest_stored(xapi: Callable[..., TestResponse]) -> None:
    xapi("POST", json=[statement(), statement()])
    answer = xapi()
    stored = datetime.fromisoformat(json.loads(answer.text)["statements"][0]["stored"])
    assert answer.last_modified == stored.replace(microsecond=0)


# --- Compression


@pytest.mark.parametrize("name", ["gzip", "x-gzip", "GZIP"])
def test_a_compressed_body_is_taken(xapi: Callable[..., TestResponse], name: str) -> None:
    text = json.dumps(statement("Trần Thị Mỹ")).encode()
    for packed in (gzip.compress(text), gzip.compress(text[:9]) + gzip.compress(text[9:])):
        answer = xapi("POST", data=packed, headers={"Content-Encoding": name, "Content-Type": "application/json"})
        assert answer.status_code == 200
    assert json.loads(xapi().text)["statements"][0]["actor"] == agent("Trần Thị Mỹ")


@pytest.mark.parametrize(
    ("data", "encoding", "status"),
    [
        (b"not gzip", "gzip", 400),
        (gzip.compress(b"[]", mtime=0)[:-3], "gzip", 400),
        (gzip.compress(b"[]", mtime=0) + b"more", "gzip", 400),
        (b"", "gzip", 400),
        (zlib.compress(b"[]"), "deflate", 415),
        (b"[]", "br", 415),
        (b"[]", "identity", 200),
    ],
    ids=["no gzip", "broken off", "more behind", "empty", "deflate", "brotli", "identity"],
)
def test_what_cannot_be_unfolded_is_refused(
    xapi: Callable[..., TestResponse], data: bytes, encoding: str, status: int
) -> None:
    answer = xapi("POST", data=data, headers={"Content-Encoding": encoding, "Content-Type": "application/json"})
    assert answer.status_code == status
    assert "X-Experience-API-Version" in answer.headers


def test_a_body_that_unfolds_beyond_the_limit_is_413_before_it_does(
    client: FlaskClient, xapi: Callable[..., TestResponse]
) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 100_000
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    assert xapi("POST", data=bomb, headers=headers).status_code == 413
    assert xapi("POST", data=gzip.compress(b" " * 60_000) * 2, headers=headers).status_code == 413
    assert xapi("POST", data=b"x" * 100_001, headers=headers).status_code == 413


def test_large_answers_are_compressed_for_who_asks(xapi: Callable[..., TestResponse]) -> None:
    xapi("POST", json=[statement(str(n)) for n in range(10)])
    plain = xapi()
    for method in ("GET", "HEAD"):
        packed = xapi(method, headers={"Accept-Encoding": "br, gzip;q=0.5"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert int(packed.headers["Content-Length"]) < len(plain.data) / 3
        if method == "GET":
            assert gzip.decompress(packed.data) == plain.data
    for refused in (None, "br", "gzip;q=0"):
        assert "Content-Encoding" not in xapi(headers={"Accept-Encoding": refused}).headers
    small = xapi(query_string={"limit": "1", "verb": "https://e.org/none"}, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in small.headers


# --- Other web sites' pages (CORS)


def test_pages_of_listed_sites_may_call_and_read(client: FlaskClient, xapi: Callable[..., TestResponse]) -> None:
    set_to(client, cors_origins=(SITE,))
    asking = {"Origin": SITE, "Access-Control-Request-Method": "PUT"}
    preflight = client.options("/xapi/activities/state", headers=asking)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == SITE
    assert "PUT" in preflight.headers["Access-Control-Allow-Methods"]
    assert "X-Experience-API-Version" in preflight.headers["Access-Control-Allow-Headers"]
    for answer in (xapi(headers={"Origin": SITE}), xapi(headers={"Origin": SITE, "Authorization": None})):
        assert answer.headers["Access-Control-Allow-Origin"] == SITE
        assert THROUGH in answer.headers["Access-Control-Expose-Headers"]
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("allowed", [(), ("https://another.example.org",), (SITE + ":8443",)])
def test_pages_of_other_sites_may_not(
    client: FlaskClient, xapi: Callable[..., TestResponse], allowed: tuple[str, ...]
) -> None:
    set_to(client, cors_origins=allowed)
    asking = {"Origin": SITE, "Access-Control-Request-Method": "GET"}
    for answer in (client.options("/xapi/statements", headers=asking), xapi(headers={"Origin": SITE})):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_every_site_may_where_the_setting_says_so_and_only_at_the_endpoint(
    client: FlaskClient, xapi: Callable[..., TestResponse]
) -> None:
    set_to(client, cors_origins=("*",))
    assert xapi(headers={"Origin": SITE}).headers["Access-Control-Allow-Origin"] == SITE
    assert "Access-Control-Allow-Origin" not in client.get("/healthz", headers={"Origin": SITE}).headers
