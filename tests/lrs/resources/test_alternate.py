"""The Alternate Request Syntax of xAPI 1.0.x (Communication 1.3), and that 2.0.0 does without."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.lrs.statements.builders import agent, statement

STATEMENTS = "/xapi/statements"


@pytest.fixture
def form(client: FlaskClient, tenant: UUID, credential: Callable[..., str]) -> Callable[..., TestResponse]:
    """Posts a form with credentials and version among its fields; `field=None` leaves one out."""
    given = {"Authorization": credential(tenant), "X-Experience-API-Version": "1.0.3"}

    def send(
        method: str, fields: dict[str, Any], path: str = STATEMENTS, query: str = "", **parts: Any
    ) -> TestResponse:
        sent = {name: value for name, value in {**given, **fields}.items() if value is not None}
        kind = {"content_type": "application/x-www-form-urlencoded", "data": urlencode(sent)}
        return client.post(f"{path}?method={method}{query}", **{**kind, **parts})

    return send


def test_a_statement_is_put_posted_and_read(form: Callable[..., TestResponse]) -> None:
    wanted = str(uuid4())
    sent = json.dumps(statement("Đặng Thị Hoà & con, 100%"), ensure_ascii=False)
    assert form("PUT", {"statementId": wanted, "content": sent}).status_code == 204
    posted = form("POST", {"content": sent, "Content-Type": "application/json; charset=utf-8", "Content-Length": "9"})
    assert posted.status_code == 200
    one = form("GET", {"statementId": wanted})
    assert json.loads(one.text)["actor"] == agent("Đặng Thị Hoà & con, 100%")
    assert one.headers["X-Experience-API-Version"] == "1.0.3"
    assert "X-Experience-API-Consistent-Through" in one.headers
    listed = form("GET", {"agent": json.dumps(agent("Đặng Thị Hoà & con, 100%")), "limit": "1"})
    assert len(json.loads(listed.text)["statements"]) == 1


def test_what_stands_for_head_is_framed_as_the_answer_to_a_post(
    form: Callable[..., TestResponse],
) -> None:
    sent = json.dumps(statement())
    wanted = json.loads(form("POST", {"content": sent}).text)[0]
    full, headed = (form(method, {"statementId": wanted}) for method in ("GET", "HEAD"))
    assert (headed.status_code, headed.data, headed.headers["Content-Length"]) == (200, b"", "0")
    own = ("Content-Type", "ETag", "Last-Modified", "X-Experience-API-Version")
    assert [headed.headers.get(name) for name in own] == [full.headers.get(name) for name in own]
    for refused in (
        form("HEAD", {"statementId": str(uuid4())}),
        form("HEAD", {"statementId": wanted}, "/xapi/nowhere"),
    ):
        assert (refused.status_code, refused.data, refused.headers["Content-Length"]) == (404, b"", "0")
    assert form("HEAD", {"unknown": "1"}).headers["Content-Length"] == "0"


def test_documents_and_their_preconditions_work_alike(form: Callable[..., TestResponse]) -> None:
    about = {"activityId": "https://e.org/khóa", "agent": json.dumps(agent()), "stateId": "trang"}
    path = "/xapi/activities/state"
    sent = {**about, "content": "trang số 5", "Content-Type": "text/plain; charset=utf-8"}
    assert form("PUT", {**sent, "If-None-Match": "*"}, path).status_code == 204
    assert form("PUT", {**sent, "If-None-Match": "*"}, path).status_code == 412
    found = form("GET", about, path)
    assert (found.data.decode(), found.headers["Content-Type"]) == ("trang số 5", "text/plain; charset=utf-8")
    assert form("PUT", {**sent, "If-Match": found.headers["ETag"]}, path).status_code == 204
    assert form("DELETE", about, path).status_code == 204
    assert form("GET", about, path).status_code == 404


def test_credentials_in_the_form_count(form: Callable[..., TestResponse]) -> None:
    assert form("GET", {"Authorization": None}).status_code == 401
    assert form("GET", {"Authorization": "Basic eDp5"}).status_code == 401
    assert form("GET", {}, headers={"Authorization": "Basic eDp5"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "fields", "parts"),
    [
        ("GET", {"X-Experience-API-Version": None}, {}),
        ("GET", {"X-Experience-API-Version": "0.8"}, {}),
        ("GET", {}, {"query": "&limit=1"}),
        ("GET", {"unknown": "1"}, {}),
        ("PATCH", {}, {}),
        ("get", {}, {}),
        ("PUT", {"statementId": str(uuid4())}, {}),
        ("POST", {}, {}),
        ("GET", {}, {"data": b"limit=%ff"}),
        ("GET", {}, {"data": "&".join(f"f{n}=1" for n in range(500))}),
        ("GET", {}, {"content_type": "application/json"}),
        ("PUT", {}, {"data": json.dumps({"content": "{}"})}),
        ("PUT", {}, {"data": b"", "content_type": None}),
    ],
)
def test_what_is_not_in_this_syntax_is_400(
    form: Callable[..., TestResponse], method: str, fields: dict[str, Any], parts: dict[str, Any]
) -> None:
    answer = form(method, fields, **parts)
    assert answer.status_code == 400
    assert json.loads(answer.text)["errors"][0]["message"]
    assert "X-Experience-API-Version" in answer.headers


def test_it_is_no_part_of_2_0(form: Callable[..., TestResponse]) -> None:
    version = {"X-Experience-API-Version": "2.0.0"}
    for sent in ({"fields": version}, {"fields": dict.fromkeys(version), "headers": version}):
        answer = form("GET", **sent)
        assert answer.status_code == 400
        assert "not part of xAPI 2.0" in answer.text


def test_a_method_that_is_not_posted_is_an_unknown_parameter(
    client: FlaskClient, tenant: UUID, credential: Callable[..., str]
) -> None:
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "1.0.3"}
    for send in (client.get, client.put):
        assert send(f"{STATEMENTS}?method=POST", headers=headers, json=statement()).status_code == 400
