"""Every refusal of the endpoint has one JSON form: each fault with its place, what to do, and the clause."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
import sqlalchemy.exc
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.lrs.resources.conftest import Send
from tests.lrs.statements.builders import agent, statement

STATEMENTS = "/xapi/statements"
STATE = "/xapi/activities/state"
NOBODYS = "00000000-0000-4000-8000-000000000000"
PROFILE = {"agent": json.dumps(agent()), "profileId": "p"}
STATE_OF = {"activityId": "https://e.org/a", "agent": json.dumps(agent()), "stateId": "s"}


def faults(answer: TestResponse) -> list[dict[str, str]]:
    """The faults of a refusal, which is in the one form and shows nothing of our insides."""
    assert answer.status_code >= 400
    assert answer.mimetype == "application/json"
    assert "X-Experience-API-Version" in answer.headers
    body = json.loads(answer.text)
    assert list(body) == ["errors"]
    assert body["errors"]
    for fault in body["errors"]:
        assert list(fault) == ["place", "message", "clause"]
        assert fault["message"]
    for word in ("Traceback", 'File "', ".py", "sqlalchemy", "psycopg", "sqlite"):
        assert word not in answer.text
    found: list[dict[str, str]] = body["errors"]
    return found


@pytest.mark.parametrize(
    ("request_", "status", "places", "clause"),
    [
        (("GET", STATEMENTS, {"query_string": {"limit": "x", "Verb": "y"}}), 400, {"limit", "Verb"}, "2.1.3"),
        (("POST", STATEMENTS, {"json": {**statement(actor={}), "verb": {}}}), 400, {"/actor", "/verb"}, "Data 2"),
        (("POST", STATEMENTS, {"data": b"{", "content_type": "application/json"}), 400, {""}, "Data 2.2"),
        (("POST", STATEMENTS, {"data": b"x", "content_type": "text/plain"}), 400, {"Content-Type"}, "1.5"),
        (("POST", STATEMENTS, {"data": b"x", "content_type": "multipart/mixed"}), 400, {"Content-Type"}, "1.5.2"),
        (("PUT", STATEMENTS, {"json": statement()}), 400, {"statementId"}, "2.1.1"),
        (("POST", f"{STATEMENTS}?method=GET", {"data": {"a": "b"}, "headers": {"X-Experience-API-Version": "2.0.0"}}),
         400, {"method"}, "1.3"),
        (("GET", STATEMENTS, {"headers": {"X-Experience-API-Version": None}}),
         400, {"X-Experience-API-Version"}, "3.3"),
        (("GET", STATE, {"query_string": {"activityId": "x"}}), 400, {"activityId", "agent"}, ""),
        (("PUT", STATE, {"query_string": STATE_OF, "data": b"{", "content_type": "application/json"}), 400, {""}, ""),
        (("PUT", "/xapi/agents/profile", {"query_string": PROFILE, "data": b"x"}), 400, {"If-Match"}, "3.1"),
        (("GET", "/xapi/agents", {}), 400, {"agent"}, "2.4"),
        (("GET", "/xapi/activities", {"query_string": {"activityId": "x"}}), 400, {"activityId"}, "4.3"),
        (("GET", STATEMENTS, {"headers": {"Authorization": None}}), 401, {""}, "4.0"),
        (("GET", STATEMENTS, {"query_string": {"statementId": NOBODYS}}), 404, {""}, "3.2"),
        (("GET", STATE, {"query_string": STATE_OF}), 404, {""}, "3.2"),
        (("GET", "/xapi/nothing", {}), 404, {""}, None),
        (("DELETE", STATEMENTS, {}), 405, {""}, None),
        (("PUT", STATE, {"query_string": STATE_OF, "data": b"x", "headers": {"If-Match": '"x"'}}), 412, {""}, "3.1"),
        (("POST", STATEMENTS, {"data": b"x", "headers": {"Content-Encoding": "br"}}), 415, {""}, None),
    ],
    ids=lambda value: value[0] + value[1] if isinstance(value, tuple) else "",
)  # fmt: skip
def test_a_refusal_names_places_and_clause(
    xapi: Send, request_: tuple[str, str, dict[str, Any]], status: int, places: set[str], clause: str | None
) -> None:
    method, path, parts = request_
    answer = xapi(method, path, **{**parts, "headers": dict(parts.get("headers", {}))})
    found = faults(answer)
    assert answer.status_code == status
    assert {fault["place"] for fault in found} == places
    for fault in found:
        assert (fault["clause"] == "") if clause is None else fault["clause"].startswith("xAPI 1.0.3 ")
        assert clause is None or clause in fault["clause"]


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("bytes_", ["%ff", "%ED%A0%80", "a%C3", "\xe9"])
def test_a_parameter_that_is_not_utf_8_is_named(xapi: Send, method: str, bytes_: str) -> None:
    others = {"activityId": STATE_OF["activityId"], "agent": STATE_OF["agent"]}
    query = f"{urlencode(others)}&stateId={bytes_}&{bytes_}=x"
    answer = xapi(method, STATE, environ_overrides={"QUERY_STRING": query}, data=b"x" if method == "PUT" else None)
    found = faults(answer)
    assert (answer.status_code, found[0]["place"], len(found)) == (400, "stateId", 2)
    assert "UTF-8" in found[0]["message"]
    assert xapi("GET", STATE, query_string=others).text == "[]", "nothing was kept"


def test_a_scope_that_is_lacking_is_named(xapi: Send, tenant: UUID, credential: Any) -> None:
    answer = xapi("POST", STATEMENTS, json=statement(), headers={"Authorization": credential(tenant, "state")})
    [fault] = faults(answer)
    assert (answer.status_code, fault["clause"]) == (403, "xAPI 1.0.3 Communication 3.2")
    assert "'statements/write'" in fault["message"]


def test_a_document_that_would_be_lost_says_what_to_do(xapi: Send) -> None:
    first = {"query_string": PROFILE, "data": b"1", "headers": {"If-None-Match": "*"}}
    assert xapi("PUT", "/xapi/agents/profile", **first).status_code == 204
    answer = xapi("PUT", "/xapi/agents/profile", query_string=PROFILE, data=b"2")
    [fault] = faults(answer)
    assert (answer.status_code, fault["clause"]) == (409, "xAPI 1.0.3 Communication 3.1")
    assert "check the current state" in fault["message"]
    assert "If-Match" in fault["message"]


def test_a_conflict_points_to_each_difference_in_the_statement_sent(xapi: Send) -> None:
    """Communication 2.1.2: which of a batch it is, and where it differs from the one that is stored."""
    kept = statement(id=str(uuid4()), result={"score": {"raw": 1}})
    assert xapi("POST", STATEMENTS, json=kept).status_code == 200
    other = {**kept, "id": kept["id"].upper(), "result": {"score": {"raw": 2}}, "actor": agent("2")}
    answer = xapi("POST", STATEMENTS, json=[statement(), other])
    assert answer.status_code == 409
    assert {fault["place"] for fault in faults(answer)} == {"/1/result/score/raw", "/1/actor/account/name"}
    assert all(kept["id"] in fault["message"] for fault in faults(answer))
    alone = xapi("POST", STATEMENTS, json=other)
    assert {fault["place"] for fault in faults(alone)} == {"/result/score/raw", "/actor/account/name"}


@pytest.mark.parametrize(
    ("body", "places"),
    [
        (statement(actor={"mbox": "x"}), {"/actor/mbox"}),
        ([statement(actor={"mbox": "x"})], {"/0/actor/mbox"}),
        ([5], {"/0"}),
        ([statement(), statement(actor={"mbox": "x"})], {"/1/actor/mbox"}),
    ],
    ids=["a Statement", "a list of one", "a list of a number", "a list of two"],
)
def test_a_place_points_into_the_body_as_it_was_sent(xapi: Send, body: Any, places: set[str]) -> None:
    assert {fault["place"] for fault in faults(xapi("POST", STATEMENTS, json=body))} == places


def test_a_conflict_in_a_list_of_one_has_the_index_too(xapi: Send) -> None:
    kept = statement(id=str(uuid4()))
    xapi("POST", STATEMENTS, json=kept)
    answer = xapi("POST", STATEMENTS, json=[{**kept, "actor": agent("2")}])
    assert [fault["place"] for fault in faults(answer)] == ["/0/actor/account/name"]


def test_a_fault_of_ours_is_told_without_our_insides(app: Flask, xapi: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a secret of the insides")

    monkeypatch.setattr("lrs.resources.statements.check", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = xapi("POST", STATEMENTS, json=statement())
    assert answer.status_code == 500
    assert len(faults(answer)) == 1
    assert "secret" not in answer.text


def test_a_database_that_fails_is_503_and_may_be_asked_again(xapi: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise sqlalchemy.exc.OperationalError("INSERT a secret", {}, Exception("a secret"))

    monkeypatch.setattr("lrs.resources.statements.check", broken)
    answer = xapi("POST", STATEMENTS, json=statement())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert len(faults(answer)) == 1
    assert "secret" not in answer.text


# --- Encoding (Communication 1.4)


@pytest.mark.parametrize("charset", ["utf-16", "UTF-16LE", "iso-8859-1", "windows-1258"])
def test_json_in_another_encoding_is_refused_with_a_word(xapi: Send, charset: str) -> None:
    kind = {"Content-Type": f"application/json; charset={charset}"}
    body = json.dumps(statement())
    for data in (body.encode(charset), body.encode()):
        [fault] = faults(xapi("POST", STATEMENTS, data=data, headers=kind))
        assert (fault["place"], fault["clause"]) == ("Content-Type", "xAPI 1.0.3 Communication 1.4")
        assert charset in fault["message"]
    [fault] = faults(xapi("PUT", STATE, query_string=STATE_OF, data=b"{}", headers=kind))
    assert fault["place"] == "Content-Type"
    part = f"--b\r\nContent-Type: application/json; charset={charset}\r\n\r\n{body}\r\n--b--".encode()
    mixed = {"Content-Type": "multipart/mixed; boundary=b"}
    assert faults(xapi("POST", STATEMENTS, data=part, headers=mixed))[0]["place"] == "Content-Type"


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8", "us-ascii"])
def test_json_that_says_it_is_utf_8_is_taken(xapi: Send, charset: str) -> None:
    kind = {"Content-Type": f"application/json; charset={charset}"}
    assert xapi("POST", STATEMENTS, data=json.dumps(statement()), headers=kind).status_code == 200


def test_documents_that_are_not_json_may_be_in_any_encoding(xapi: Send) -> None:
    kind = {"Content-Type": "text/plain; charset=utf-16"}
    content = "đã học".encode("utf-16")
    assert xapi("PUT", STATE, query_string=STATE_OF, data=content, headers=kind).status_code == 204
    answer = xapi("GET", STATE, query_string=STATE_OF)
    assert (answer.data, answer.headers["Content-Type"]) == (content, kind["Content-Type"])


# --- Equal keys (Data 2.2: each property at most once)


def test_a_key_that_stands_twice_is_refused_wherever_json_comes_in_and_nothing_is_kept(xapi: Send) -> None:
    """One rule, before any database is asked: equal values make it no better."""
    kind = {"Content-Type": "application/json"}
    twice = json.dumps(statement())[:-1] + ',"verb":{"id":"https://e.org/v"}}'
    assert [fault["place"] for fault in faults(xapi("POST", STATEMENTS, data=twice, headers=kind))] == ["/verb"]
    in_extensions = statement(result={"extensions": {"https://e.org/x": "here"}})
    twice = json.dumps(in_extensions).replace('"here"', '{"a":1,"\\u0061":1}')
    [fault] = faults(xapi("POST", STATEMENTS, data=f"[{twice}]", headers=kind))
    assert fault["place"] == "/0/result/extensions/https:~1~1e.org~1x/a"
    for method in ("PUT", "POST"):
        answer = xapi(method, STATE, query_string=STATE_OF, data=b'{"a":1,"a":1}', headers=kind)
        assert [fault["place"] for fault in faults(answer)] == ["/a"]
    doubled = '{"mbox":"mailto:a@e.org","mbox":"mailto:a@e.org"}'
    answer = xapi("GET", STATEMENTS, query_string={"agent": doubled})
    assert [fault["place"] for fault in faults(answer)] == ["agent/mbox"]
    assert json.loads(xapi("GET", STATEMENTS).text)["statements"] == []
    assert xapi("GET", STATE, query_string=STATE_OF).status_code == 404


# --- HEAD and OPTIONS


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (STATEMENTS, {}), (STATEMENTS, {"statementId": "x"}), (STATEMENTS, {"statementId": NOBODYS}),
        (STATE, STATE_OF), (STATE, {key: STATE_OF[key] for key in ("activityId", "agent")}), (STATE, {}),
        ("/xapi/agents/profile", PROFILE), ("/xapi/agents", {"agent": json.dumps(agent())}), ("/xapi/agents", {}),
        ("/xapi/activities", {"activityId": "https://e.org/a"}), ("/xapi/about", {}), ("/xapi/nothing", {}),
        ("/xapi/activities/profile", {"activityId": "https://e.org/a"}),
    ],
    ids=str,
)  # fmt: skip
def test_head_is_answered_as_get_is_but_for_the_body(xapi: Send, path: str, query: dict[str, str]) -> None:
    """Communication 1.1, refusals included."""
    passing = {"Date", "X-Experience-API-Consistent-Through", "X-Request-Id"}
    got, head = xapi("GET", path, query_string=query), xapi("HEAD", path, query_string=query)
    assert (head.status_code, head.data) == (got.status_code, b"")
    for each in (got, head):
        for name in passing & set(each.headers.keys()):
            del each.headers[name]
    assert sorted(head.headers.items()) == sorted(got.headers.items())


def test_options_names_the_methods_of_an_address(xapi: Send, client: FlaskClient) -> None:
    answer = xapi("OPTIONS", STATEMENTS)
    assert answer.status_code == 200
    assert {"GET", "HEAD", "PUT", "POST"} <= set(answer.headers["Allow"].split(", "))
