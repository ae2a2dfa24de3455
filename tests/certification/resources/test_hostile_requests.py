"""Whatever is sent under /api is answered with faults and their places, and never with an error of the server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.resources.openapi import description
from lrs.db import Database
from tests.certification.access.people import account, give, signed_in
from tests.certification.world import World

Headers = dict[str, str]

NOTHING_LIKE_IT = [
    None, True, -1, 1.5, 10**30, -(2**63) - 1, 2**63, "", "  ", "\0", "a\0b", "x\u202ey", "9" * 5000, "0001-01-01",
    "9999-12-31", "2026-02-31", [], {}, [[]], [None], {"a\0": 1}, {"": {}}, {"CS4": 10**25}, {"CS4": True},
    ["x"] * 1001,
]  # fmt: skip
FOR_DATABASES = [10**30, -(2**63) - 1, 2**63, "a\0b", "9" * 5000, {"CS4": 10**25}]
"""Of these, what a database may refuse where nothing before it does."""
KEPT = UUID("01900000-0000-7000-8000-000000000001")


@pytest.fixture
def callers(world: World, client: FlaskClient) -> list[Headers]:
    """One who may do most things of an operator, one of an officer, one of a worker, one of an enterprise."""
    with world.database.writing(world.tenant) as session:
        worker = world.employ(session, "dn/a")
    made = []
    for name, role, unit, who in (
        ("quan-tri", Role.OPERATOR, None, None),
        ("can-bo", Role.UPPER_OFFICER, "cd/lai-chau", None),
        ("nguoi-lao-dong", None, None, worker),
        ("doanh-nghiep", Role.ENTERPRISE, "dn/a", None),
    ):
        account(world.database, world.tenant, name, world.now, worker=who)
        if role is not None:
            give(world.database, world.tenant, name, role, world.now, organization=unit)
        made.append(signed_in(client, name))
    return made


def _operations() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post", "put", "delete") and path not in ("/api/session", "/api/session/password"):
                yield method.upper(), path, operation


def _schema(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _plausible(name: str, schema: Mapping[str, Any]) -> Any:
    """Something of the right kind; of somebody or a unit that is there, where the name tells."""
    schema = _schema(schema)
    if "anyOf" in schema or "oneOf" in schema:
        schema = _schema((schema.get("anyOf") or schema["oneOf"])[0])
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    known = {"worker": "NV-1", "number": "NV-1", "unit": "cdcs/a", "organizer": "cdcs/a", "code": "dn/a", "year": 2026}
    if schema.get("enum"):
        return schema["enum"][0]
    if name in known:
        return known[name]
    if schema.get("format") in ("date", "uuid"):
        return "2026-11-20" if schema["format"] == "date" else str(KEPT)
    if kind == "object":
        return {key: _plausible(key, below) for key, below in schema.get("properties", {}).items()}
    if kind == "array":
        return [_plausible(name.removesuffix("s"), schema.get("items", {}))]
    return {"integer": 1, "number": 1, "boolean": False}.get(kind or "", "chữ")


def _address(path: str, value: str | None = None) -> str:
    return re.sub(r"\{(\w+)\}", lambda part: quote(str(value or _plausible(part[1], {})), safe=""), path)


def _places(document: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    below = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, one in below:
        yield from _places(one, (*at, key))


def _with(document: Any, at: tuple[Any, ...], value: Any) -> Any:
    if not at:
        return value
    copy = document.copy()
    copy[at[0]] = _with(copy[at[0]], at[1:], value)
    return copy


def _requests(values: list[Any]) -> Iterator[tuple[str, str, Any]]:
    """Method, address and body: each with one thing in it that is nothing like what is asked for."""
    for method, path, operation in _operations():
        for value in {str(one) for one in values if not isinstance(one, list | dict)} - {""}:
            if "{" in path:
                yield method, _address(path, value), None
            for parameter in operation.get("parameters", []):
                if parameter.get("in") == "query":
                    yield method, f"{_address(path)}?{parameter['name']}={quote(value)}", None
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            body = _plausible("", content["application/json"]["schema"])
            for at in _places(body):
                for value in values:
                    yield method, _address(path), _with(body, at, value)


def _send(client: FlaskClient, headers: Headers, method: str, address: str, body: Any) -> Any:
    """The client (`tests.described`) refuses an answer that is not described, so every error of the server."""
    sent: dict[str, Any] = {}
    if method in ("POST", "PUT"):
        sent = {"data": json.dumps(body), "content_type": "application/json"}
    return client.open(address, method=method, headers=headers, **sent)


def test_nul_is_told_wherever_it_stands(world: World, client: FlaskClient, callers: list[Headers]) -> None:
    for number, (method, address, body) in enumerate(_requests(["a\0b"])):
        answer = _send(client, callers[number % len(callers)], method, address, body)
        assert answer.status_code in (400, 401, 403, 404, 415, 429), f"{method} {address}: {answer.status_code}"


@pytest.mark.slow
def test_nothing_that_is_sent_is_an_error_of_the_server(
    world: World, client: FlaskClient, callers: list[Headers], database: Database
) -> None:
    """On PostgreSQL, which takes less, all of it; on SQLite everywhere what comes as far as the database."""
    for number, (method, address, body) in enumerate(
        _requests(FOR_DATABASES if database.is_sqlite else NOTHING_LIKE_IT)
    ):
        answer = _send(client, callers[number % len(callers)], method, address, body)
        assert answer.status_code < 500


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/api/accounts", {"name": "lan", "full_name": "Lan", "reason": "a\0b"}, "/reason"),
        ("/api/accounts", {"name": "lan", "full_name": "Lan", "reason": "  "}, "/reason"),
        ("/api/links", {"ifi": "mailto:a@example.org", "worker": "NV-1", "basis": " \n"}, "/basis"),
        ("/api/workers/NV-1/split", {"other": " ", "basis": "hai người"}, "/other"),
        ("/api/units/dn%2Fa/move", {"tree": "union", "on": "2026-11-01", "source": "\t"}, "/source"),
        ("/api/headcounts", {"enterprise": "dn/a", "day": "2026-06-30", "total": 5, "source": " ", "declared_by": "x"},
         "/source"),
    ],
)  # fmt: skip
def test_blanks_and_nul_are_no_reason(
    client: FlaskClient, callers: list[Headers], path: str, body: Mapping[str, Any], place: str
) -> None:
    answer = client.post(path, json=body, headers=callers[0])
    assert answer.status_code == 400
    assert [one["place"] for one in answer.json["errors"]] == [place]  # type: ignore[index]


def test_a_worker_who_is_split_off_gets_a_number_as_on_a_roster(client: FlaskClient, callers: list[Headers]) -> None:
    for number in ("X" * 101, "x\u202ey", "A\r\nB", " A1", "A" * 300_000):
        body = {"other": number, "full_name": "Tên\u200b", "basis": "hai người", "titles": [2026]}
        answer = client.post("/api/workers/NV-1/split", json=body, headers=callers[0])
        assert answer.status_code == 400
        told = [one["message"] for one in answer.json["errors"]]  # type: ignore[index]
        assert [message.partition(" dài")[0] for message in told] == ["Mã người lao động mới", "Họ và tên mới"]


def test_a_one_time_token_that_holds_no_longer_is_told_as_such(client: FlaskClient, callers: list[Headers]) -> None:
    made = client.post(
        "/api/accounts", json={"name": "lan", "full_name": "Lan", "worker": None, "reason": "mới"}, headers=callers[0]
    )
    body = {"token": made.json["token"], "password": "đi làm về qua cầu"}  # type: ignore[index]
    assert client.post("/api/set-password", json=body).status_code == 200
    for token in (body["token"], "không-có"):
        answer = client.post("/api/set-password", json={**body, "token": token})
        assert answer.status_code == 401
        assert "token" in answer.json["errors"][0]["message"]  # type: ignore[index]


def test_an_enterprise_cannot_be_taken_out_of_every_province(client: FlaskClient, callers: list[Headers]) -> None:
    for code, tree, said in (
        ("dn/a", "administrative", "doanh nghiệp phải có đơn vị hành chính"),
        ("cdcs/a", "union", "công đoàn cơ sở phải có công đoàn"),
    ):
        body = {"tree": tree, "parent": None, "on": "2026-11-01", "source": "QĐ 1"}
        answer = client.post(f"/api/units/{quote(code, safe='')}/move", json=body, headers=callers[0])
        assert answer.status_code == 400
        [fault] = answer.json["errors"]  # type: ignore[index]
        assert fault["place"] == "/parent"
        assert fault["message"].startswith(said)


def test_a_year_to_come_is_not_closed(world: World, client: FlaskClient, callers: list[Headers]) -> None:
    answer = client.post("/api/years/2062/close", json={"decision": "QĐ 1"}, headers=callers[0])
    assert answer.status_code == 409
    assert "has not begun" in answer.json["errors"][0]["message"]  # type: ignore[index]


def test_the_very_same_role_is_not_given_twice(client: FlaskClient, callers: list[Headers]) -> None:
    """Of two, whoever ends one believes that nothing is left."""
    role = {"role": "auditor", "account": "doanh-nghiep", "organization": "cd/lai-chau", "reason": "QĐ 1"}
    dated = {**role, "starts": "2026-12-01", "until": "2027-01-01"}
    first = client.post("/api/roles", json=dated, headers=callers[0])
    assert first.status_code == 201
    again = client.post("/api/roles", json={**role, "starts": "2026-11-25"}, headers=callers[0])
    assert again.status_code == 400
    [fault] = again.json["errors"]  # type: ignore[index]
    assert fault["place"] == "/account"
    assert first.json["role"]["id"] in fault["message"]  # type: ignore[index]
    for others in ({"starts": "2027-01-01"}, {"organization": None}):
        given = client.post("/api/roles", json={**dated, "until": None, **others}, headers=callers[0])
        assert given.status_code == 201


def test_nobody_says_which_accounts_and_records_are_ones_own(
    world: World, client: FlaskClient, callers: list[Headers]
) -> None:
    """Otherwise an officer takes over others' learning, or points attested to somebody else."""
    with world.database.writing(world.tenant) as session:
        own = world.employ(session, "dn/a")
        world.employ(session, "dn/a")
    account(world.database, world.tenant, "vua-la", world.now, worker=own)
    give(world.database, world.tenant, "vua-la", Role.UPPER_OFFICER, world.now, organization="cd/lai-chau")
    headers = signed_in(client, "vua-la")
    for path, body in (
        ("links", {"ifi": "mailto:x@example.org", "worker": "NV-2"}),
        ("links/not", {"ifi": "mailto:x@example.org", "worker": "NV-2"}),
        ("workers/NV-2/merge", {"other": "NV-3"}),
        ("workers/NV-3/merge", {"other": "NV-2"}),
        ("workers/NV-3/different", {"other": "NV-2"}),
        ("workers/NV-2/split", {"other": "NV-9"}),
    ):
        assert client.post(f"/api/{path}", json={**body, "basis": "x"}, headers=headers).status_code == 403
    linked = {"ifi": "mailto:x@example.org", "worker": "NV-2", "basis": "thẻ"}
    assert client.post("/api/links", json=linked, headers=callers[0]).status_code == 200
    removed = client.post("/api/links/remove", json={"ifi": linked["ifi"], "basis": "x"}, headers=headers)
    assert removed.status_code == 403
    history = client.get("/api/workers/NV-2/identity", headers=callers[0]).json["history"]  # type: ignore[index]
    undone = client.post(f"/api/identity-events/{history[0]['id']}/undo", json={"basis": "x"}, headers=headers)
    assert undone.status_code == 403
    others = client.post("/api/workers/NV-1/merge", json={"other": "NV-3", "basis": "x"}, headers=headers)
    assert others.status_code == 200


def test_an_account_of_another_branch_is_not_told_whose_it_is(
    world: World, client: FlaskClient, callers: list[Headers]
) -> None:
    with world.database.writing(world.tenant) as session:
        world.employ(session, "dn/c")
    linked = {"ifi": "mailto:x@example.org", "worker": "NV-2", "basis": "thẻ"}
    assert client.post("/api/links", json=linked, headers=callers[0]).status_code == 200
    taken = client.post("/api/links", json={**linked, "worker": "NV-1"}, headers=callers[1])
    assert taken.status_code == 409
    assert "NV-2" not in taken.text


def test_faults_of_a_body_stand_at_a_pointer(client: FlaskClient, callers: list[Headers]) -> None:
    body = {"kind": "certificate", "title": "Hàn", "learned_on": "2026-03-01", "certificate_number": "CC-1"}
    answer = client.post("/api/workers/NV-1/declarations", json=body, headers=callers[2])
    assert {one["place"] for one in answer.json["errors"]} == {"/provider", "/file"}  # type: ignore[index]
