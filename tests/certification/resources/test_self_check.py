"""POST /xapi-ext/check: who may, what is answered, and that nothing sent can break it."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from certification.resources.self_check import MOST_BYTES, MOST_STATEMENTS
from lrs.db import Database
from tests.certification.learning import add_worker, load_rules, statement, voiding

PATH = "/xapi-ext/check"


@pytest.fixture
def platform(tenant: UUID, credential: Callable[..., str]) -> dict[str, str]:
    """Headers of a learning platform that may write Statements and nothing else."""
    return {"Authorization": credential(tenant, "statements/write")}


@pytest.fixture
def known(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    load_rules(database, tenant, other_tenant, now=now)
    add_worker(database, tenant, "NV-AN", "an", now=now)


def post(client: FlaskClient, headers: dict[str, str], document: Any, **more: str) -> TestResponse:
    body = document if isinstance(document, bytes) else json.dumps(document)
    return client.post(PATH, data=body, headers={"Content-Type": "application/json", **headers, **more})


def errors(response: TestResponse) -> list[tuple[str, str]]:
    assert response.json is not None
    assert all(one.keys() == {"place", "message", "clause"} for one in response.json["errors"])
    return [(one["place"], one["message"]) for one in response.json["errors"]]


@pytest.mark.usefixtures("known")
def test_a_statement_is_answered_in_full(client: FlaskClient, platform: dict[str, str]) -> None:
    sent = statement("an", result={"duration": "PT45M"})
    response = post(client, platform, sent)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json is not None
    [one] = response.json["statements"]
    assert (one["id"], one["valid"], one["faults"]) == (sent["id"], True, [])
    assert one["store"]["outcome"] == "new"
    told = one["certification"]
    assert (told["effect"], told["day"], told["year"], told["mapping"]) == (
        "counts", "2026-05-04", 2026, "evidence-mapping-2026",
    )  # fmt: skip
    assert told["actors"] == [{"place": "/actor", "actor": "account https://hoc.example.org|an", "known": True}]
    assert told["templates"] == [
        {"id": "completed", "title": "Hoàn thành", "quality": "E2", "gives": ["learning", "law-labour"]}
    ]
    assert told["facts"][0] == {
        "what": "law-labour", "title": "Pháp luật lao động", "minutes": 45, "score": None, "quality": "E2",
    }  # fmt: skip
    assert "CS1" in {one["id"] for one in told["counts_for"]["indicators"]}
    assert {"plan": "1268-qd-ttg", "target": "G1", "group": "G1", "title": "Chính trị, pháp luật"} in told[
        "counts_for"
    ]["targets"]
    assert {one["code"] for one in told["missing"]} == {"late", "no-type"}


@pytest.mark.usefixtures("known")
def test_each_of_a_list_is_answered_for_itself_in_order(client: FlaskClient, platform: dict[str, str]) -> None:
    stored = statement("an")
    assert client.post(
        "/xapi/statements", json=stored, headers={**platform, "X-Experience-API-Version": "2.0.0"}
    ).status_code == 200  # fmt: skip
    response = post(
        client, platform, [statement("an"), stored, {**stored, "id": stored["id"], "result": {"success": False}}, 5]
    )
    assert response.json is not None
    first, same, other, wrong = response.json["statements"]
    assert [one["store"]["outcome"] for one in (first, same, other, wrong)] == [
        "new", "already there", "refused", "refused",
    ]  # fmt: skip
    assert [fault["place"] for fault in other["faults"]] == ["/id"]
    assert (wrong["id"], wrong["valid"], wrong["certification"]) == (None, False, None)
    [conflict] = (post(client, platform, {**stored, "result": {"success": False}}).json or {})["statements"]
    assert (conflict["valid"], conflict["store"]["outcome"]) == (True, "conflict")
    assert conflict["store"]["differences"] == ["/result"]
    assert conflict["certification"] is None


def test_faults_are_those_of_a_post(client: FlaskClient, platform: dict[str, str]) -> None:
    wrong = {"actor": {"mbox": "an@example.org"}, "verb": {"id": "hoàn thành"}, "result": {"score": {"raw": "8"}}}
    posted = client.post("/xapi/statements", json=wrong, headers={**platform, "X-Experience-API-Version": "2.0.0"})
    checked = post(client, platform, wrong)
    assert posted.json is not None
    assert checked.json is not None
    assert checked.json["statements"][0]["faults"] == posted.json["errors"]


def test_the_version_may_be_left_out_but_not_be_wrong(client: FlaskClient, platform: dict[str, str]) -> None:
    agents = {"contextAgents": [{"objectType": "contextAgent", "agent": {"mbox": "mailto:b@example.org"}}]}
    sent = statement("an", context=agents)
    for version, valid in ((None, True), ("2.0", True), ("1.0.3", False), ("1.0", False)):
        headers = {"X-Experience-API-Version": version} if version else {}
        response = post(client, platform, sent, **headers)
        assert response.json is not None
        assert response.json["statements"][0]["valid"] is valid
    for version in ("0.95", "2.0.0\u00a0", "x", ""):
        response = post(client, platform, sent, **{"X-Experience-API-Version": version})
        assert response.status_code == 400
        assert errors(response)[0][0] == "X-Experience-API-Version"


def test_a_parameter_is_a_slip_and_told_so(client: FlaskClient, platform: dict[str, str]) -> None:
    response = client.post(f"{PATH}?store=true", json=statement("an"), headers=platform)
    assert response.status_code == 400
    assert [place for place, _ in errors(response)] == ["store"]


@pytest.mark.parametrize("scope", ["statements/read", "certification/read", "state", "all/read", "define"])
def test_a_key_without_the_scope_is_told_which(
    client: FlaskClient, tenant: UUID, credential: Callable[..., str], scope: str
) -> None:
    response = post(client, {"Authorization": credential(tenant, scope)}, statement("an"))
    assert response.status_code == 403
    assert "'statements/write'" in errors(response)[0][1]


def test_without_good_credentials_there_is_no_answer(client: FlaskClient) -> None:
    for authorization in ("", "Basic", "Basic ???", "Bearer x", "Basic " + base64.b64encode(b"a:b").decode()):
        response = post(client, {"Authorization": authorization} if authorization else {}, statement("an"))
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic ")
        assert len(errors(response)) == 1


@pytest.mark.usefixtures("known")
def test_a_key_of_another_tenant_sees_that_tenants_workers_and_statements(
    client: FlaskClient, platform: dict[str, str], other_tenant: UUID, credential: Callable[..., str]
) -> None:
    sent = statement("an")
    client.post("/xapi/statements", json=sent, headers={**platform, "X-Experience-API-Version": "2.0.0"})
    response = post(client, {"Authorization": credential(other_tenant, "statements/write")}, sent)
    assert response.json is not None
    [one] = response.json["statements"]
    assert one["store"]["outcome"] == "new"
    assert [who["known"] for who in one["certification"]["actors"]] == [False]


@pytest.mark.usefixtures("known")
def test_no_name_or_number_of_a_worker_is_answered(
    client: FlaskClient, platform: dict[str, str], database: Database, tenant: UUID, now: datetime
) -> None:
    worker = add_worker(database, tenant, "NV-BINH", "binh", now=now)
    response = post(client, platform, [statement("an"), statement("binh"), voiding(statement("an"))])
    for private in ("NV-AN", "NV-BINH", "Người NV", str(worker)):
        assert private not in response.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"nul", 400),
        (b"\xff\xfe{\x00}\x00", 400),
        (b'{"actor": "\\ud800"}', 400),
        (b'{"a": 1, "a": 2}', 400),
        (b'{"a": NaN}', 400),
        (b'{"a": 1e99999999999999999999}', 400),
        (b"[" * 5000 + b"]" * 5000, 400),
        (b"[" * 500_000, 400),
        (b"[]", 200),
        (b"[null, true, 7, [], {}, \"x\"]", 200),
        (b'{"id": "\\u0000", "actor": {"account": {"homePage": "\\u0000", "name": "\\u0000"}}}', 200),
        (b"[" + b",".join([b"{}"] * (MOST_STATEMENTS + 1)) + b"]", 413),
        (b"[" + b",".join([b"0"] * 400_000) + b"]", 413),
        (b" " * (MOST_BYTES + 1), 413),
    ],
)  # fmt: skip
def test_bodies_that_make_no_sense_are_refused_or_answered(
    client: FlaskClient, platform: dict[str, str], body: bytes, status: int
) -> None:
    response = post(client, platform, body)
    assert response.status_code == status
    assert response.is_json
    assert status == 200 or errors(response)


def test_bodies_of_another_kind_are_refused(client: FlaskClient, platform: dict[str, str]) -> None:
    body = json.dumps(statement("an"))
    for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/mixed; boundary=x"):
        response = post(client, platform, body.encode(), **{"Content-Type": kind})
        assert response.status_code == 415
        assert errors(response)[0][0] == "Content-Type"
    response = post(client, platform, gzip.compress(body.encode()), **{"Content-Encoding": "gzip"})
    assert response.status_code == 415
    assert errors(response)[0][0] == "Content-Encoding"


@pytest.mark.usefixtures("known")
def test_a_statement_made_to_be_slow_or_odd_is_answered(client: FlaskClient, platform: dict[str, str]) -> None:
    prefix = "https://profiles.example.org/cong-dan-hoc-tap/topic/"
    odd = [
        statement("an", verb={"id": "http://adlnet.gov/expapi/verbs/" + "a" * 200_000}),
        statement("an", verb={"id": "urn:x:%25s"}),
        statement("{actor}{near}"),
        statement({"objectType": "Group", "member": [{"mbox": f"mailto:a{n}@example.org"} for n in range(2000)]}),
        statement("an", context={"contextActivities": {"category": [{"id": f"{prefix}{n}"} for n in range(2000)]}}),
        statement("an", result={"duration": "P" + "9" * 90 + "Y"}),
        statement("an", result={"score": {"raw": 1e300, "max": 1e301, "min": -1e300}}),
        statement("an", timestamp="9999-12-31T23:59:59Z"),
        statement("an", timestamp="0001-01-01T00:00:00Z"),
        statement("\0\u202e\u2028"),
    ]
    response = post(client, platform, odd)
    assert response.status_code == 200
    assert response.json is not None
    assert [one["valid"] for one in response.json["statements"]] == [True] * len(odd)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_no_bytes_break_it(client: FlaskClient, platform: dict[str, str], body: bytes) -> None:
    assert post(client, platform, body).status_code in (200, 400)
