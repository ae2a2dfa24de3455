"""The Statements Resource over HTTP: what a platform sends and what it gets back."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.lrs.statements.builders import VERBS, agent, statement, voiding

ENDPOINT = "/xapi/statements"
NOBODYS = "3f1b0c2e-7d4a-4c59-9a5e-0d6a1b2c3d4e"


@pytest.fixture
def xapi(client: FlaskClient, tenant: UUID, credential: Callable[..., str]) -> Callable[..., TestResponse]:
    """Sends a request as a platform with scope all, speaking 1.0.3 unless told otherwise."""
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "1.0.3"}

    def send(method: str, path: str = ENDPOINT, **parts: Any) -> TestResponse:
        sent = {**headers, **parts.pop("headers", {})}
        return client.open(path, method=method, headers={k: v for k, v in sent.items() if v is not None}, **parts)

    return send


def ids(response: TestResponse) -> list[str]:
    assert response.status_code == 200, response.text
    return [one["id"] for one in json.loads(response.text)["statements"]]


def test_a_batch_is_posted_and_read_back(xapi: Callable[..., TestResponse]) -> None:
    answer = xapi("POST", json=[statement("1"), statement("2")])
    assert answer.status_code == 200
    posted = json.loads(answer.text)
    assert ids(xapi("GET", query_string={"ascending": "true"})) == posted
    one = xapi("GET", query_string={"statementId": posted[0]})
    assert json.loads(one.text)["actor"] == agent("1")
    assert one.headers["Last-Modified"].endswith("GMT")


def test_a_statement_is_put_under_its_id(xapi: Callable[..., TestResponse]) -> None:
    wanted = str(uuid4())
    for _ in range(2):
        answer = xapi("PUT", query_string={"statementId": wanted}, json=statement())
        assert (answer.status_code, answer.text) == (204, "")
    assert ids(xapi("GET")) == [wanted]
    assert xapi("PUT", query_string={"statementId": wanted}, json=statement("other")).status_code == 409
    assert xapi("PUT", query_string={"statementId": wanted}, json=statement(id=str(uuid4()))).status_code == 400
    assert xapi("PUT", json=statement()).status_code == 400


def test_a_conflict_names_the_difference(xapi: Callable[..., TestResponse]) -> None:
    wanted = str(uuid4())
    xapi("PUT", query_string={"statementId": wanted}, json=statement("1"))
    answer = xapi("PUT", query_string={"statementId": wanted}, json=statement("2"))
    assert answer.status_code == 409
    assert wanted in answer.text
    assert "/actor/account/name" in answer.text


def test_a_voided_statement_answers_to_voided_statement_id_alone(xapi: Callable[..., TestResponse]) -> None:
    [target] = json.loads(xapi("POST", json=statement()).text)
    assert xapi("POST", json=voiding(target)).status_code == 200
    assert xapi("GET", query_string={"statementId": target}).status_code == 404
    assert json.loads(xapi("GET", query_string={"voidedStatementId": target}).text)["id"] == target
    assert target not in ids(xapi("GET"))


def test_more_leads_to_the_end_whatever_comes_in_meanwhile(xapi: Callable[..., TestResponse]) -> None:
    posted = json.loads(xapi("POST", json=[statement("1") for _ in range(7)] + [statement("2")]).text)
    query = {"agent": json.dumps(agent("1")), "limit": "3", "verb": VERBS + "completed", "ascending": "true"}
    seen: list[str] = []
    answer = xapi("GET", query_string=query)
    while True:
        seen += ids(answer)
        xapi("POST", json=statement("2"))
        more = json.loads(answer.text)["more"]
        if not more:
            break
        assert more.startswith("/xapi/statements?more=")
        answer = xapi("GET", more)
    assert seen == posted[:7]


def test_a_more_link_says_nothing_of_whom_was_asked_about(xapi: Callable[..., TestResponse]) -> None:
    """Whoever reads addresses on the way, in a proxy's log say, learns no one's mail address."""
    who = {"mbox": "mailto:canh-bao-7c1@example.org"}
    xapi("POST", json=[statement(who), statement(who)])
    asked = {"agent": json.dumps(who), "limit": "1"}
    first, again = (json.loads(xapi("GET", query_string=asked).text)["more"] for _ in range(2))
    assert first == again
    token = first.partition("more=")[2]
    assert b"canh-bao" not in base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert len(json.loads(xapi("GET", first).text)["statements"]) == 1


def test_a_more_link_is_good_for_its_tenant_alone_and_cannot_be_altered(
    xapi: Callable[..., TestResponse], other_tenant: UUID, credential: Callable[..., str]
) -> None:
    xapi("POST", json=[statement() for _ in range(3)])
    more = json.loads(xapi("GET", query_string={"limit": "1"}).text)["more"]
    assert xapi("GET", more).status_code == 200
    assert xapi("GET", more, headers={"Authorization": credential(other_tenant)}).status_code == 400
    changed = more[:-10] + ("A" if more[-10] != "A" else "B") + more[-9:]  # not the last letter: not all its bits count
    token = more.partition("more=")[2]
    padded = (more + "=", more + "%3D%3D", more + "!", more.replace("more=", "more=."), f"{more}&more={token}")
    for broken in (changed, more + "&limit=2", "/xapi/statements?more=é", *padded):
        answer = xapi("GET", broken)
        assert (answer.status_code, json.loads(answer.text)["errors"][0]["place"]) == (400, "more"), broken


def test_every_get_says_how_far_it_is_consistent(xapi: Callable[..., TestResponse]) -> None:
    [posted] = json.loads(xapi("POST", json=statement()).text)
    listed = xapi("GET")
    through = listed.headers["X-Experience-API-Consistent-Through"]
    assert through >= json.loads(listed.text)["statements"][0]["stored"]
    for query in ({"statementId": posted}, {"statementId": str(uuid4())}, {"limit": "x"}, {"agent": "{"}):
        assert "X-Experience-API-Consistent-Through" in xapi("GET", query_string=query).headers


def test_head_is_get_without_a_body(xapi: Callable[..., TestResponse]) -> None:
    xapi("POST", json=statement())
    head, get = xapi("HEAD"), xapi("GET")
    assert (head.status_code, head.text) == (200, "")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


@pytest.mark.parametrize(
    ("sent", "status", "named"),
    [
        ("1.0", 400, "1.0.3"), ("1.0.1", 400, "1.0.3"), ("1.0.3", 400, "1.0.3"), ("2.0", 400, "2.0.0"),
        ("2.0.0", 400, "2.0.0"), ("2.0.9", 400, "2.0.0"), (None, 400, "2.0.0"), ("1.1", 400, "2.0.0"),
        ("0.95", 400, "2.0.0"), ("1.0.3x", 400, "2.0.0"), ("3.0", 400, "2.0.0"),
    ],
)  # fmt: skip
def test_every_answer_names_its_version_refusals_included(
    xapi: Callable[..., TestResponse], sent: str | None, status: int, named: str
) -> None:
    answer = xapi("GET", query_string={"limit": "-1"}, headers={"X-Experience-API-Version": sent})
    assert (answer.status_code, answer.headers["X-Experience-API-Version"]) == (status, named)


@pytest.mark.parametrize(("spoken", "given"), [("1.0", "1.0.0"), ("1.0.3", "1.0.0"), ("2.0.0", "2.0.0")])
def test_a_statement_without_version_is_given_the_first_of_the_family_spoken(
    xapi: Callable[..., TestResponse], spoken: str, given: str
) -> None:
    [posted] = json.loads(xapi("POST", json=statement(), headers={"X-Experience-API-Version": spoken}).text)
    assert json.loads(xapi("GET", query_string={"statementId": posted}).text)["version"] == given


def test_about_is_open_and_names_what_is_spoken(client: FlaskClient) -> None:
    answer = client.get("/xapi/about")
    assert answer.status_code == 200
    assert json.loads(answer.text) == {"version": ["1.0.3", "2.0.0"]}


@pytest.mark.parametrize(
    "query",
    [
        {"Agent": "{}"}, {"unknown": "1"}, {"limit": "-1"}, {"limit": "x"}, {"ascending": "yes"},
        {"since": "yesterday"},
        {"statementId": "1"}, {"agent": "{}"}, {"agent": "["}, {"verb": "completed"}, {"registration": "x"},
        {"statementId": NOBODYS, "limit": "1"}, {"statementId": NOBODYS, "voidedStatementId": NOBODYS},
        {"activity": "no scheme"}, {"until": "2026-11-20T05:00:00-00:00"}, {"format": "pdf"},
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_parameter_is_400_and_named(xapi: Callable[..., TestResponse], query: dict[str, str]) -> None:
    answer = xapi("GET", query_string=query)
    assert answer.status_code == 400
    places = {fault["place"].partition("/")[0] for fault in json.loads(answer.text)["errors"]}
    assert places & set(query), answer.text


def test_all_faults_of_a_batch_are_named_at_once_and_nothing_is_stored(xapi: Callable[..., TestResponse]) -> None:
    broken = statement(actor={"mbox": "bob"})
    broken["verb"] = {}
    answer = xapi("POST", json=[statement(), broken, statement(extra=1)])
    assert answer.status_code == 400
    faults = json.loads(answer.text)["errors"]
    places = [fault["place"] for fault in faults]
    assert any(place.startswith("/1/actor/mbox") for place in places)
    assert any(place.startswith("/1/verb") for place in places)
    assert any(place.startswith("/2") for place in places)
    assert all(fault["message"] and "xAPI" in fault["clause"] for fault in faults)
    assert ids(xapi("GET")) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nonsense", b"[1]", b"null", b'"text"', b"[[]]", b'{"a":NaN}', b"\xff\xfe{}", b'{"a":1,"a":2}',
     b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b'{"actor":"\\ud800"}', b"{} trailing"],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_what_is_no_statement_is_400(xapi: Callable[..., TestResponse], body: bytes) -> None:
    answer = xapi("POST", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert json.loads(answer.text)["errors"]


def test_an_empty_batch_stores_nothing_and_is_no_error(xapi: Callable[..., TestResponse]) -> None:
    answer = xapi("POST", json=[])
    assert (answer.status_code, json.loads(answer.text)) == (200, [])


def test_a_body_of_another_type_is_refused(xapi: Callable[..., TestResponse]) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", None):
        assert xapi("POST", data=json.dumps(statement()), headers={"Content-Type": kind}).status_code == 400


def test_an_oversized_body_is_413(xapi: Callable[..., TestResponse], client: FlaskClient) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 100
    answer = xapi("POST", json=statement())
    assert answer.status_code == 413
    assert json.loads(answer.text)["errors"]


def test_who_may_not_is_told_401_or_403(
    client: FlaskClient, tenant: UUID, credential: Callable[..., str], xapi: Callable[..., TestResponse]
) -> None:
    assert xapi("GET", headers={"Authorization": None}).status_code == 401
    nobody = xapi("POST", json=statement(), headers={"Authorization": "Basic bm9ib2R5OnNlY3JldA=="})
    assert nobody.status_code == 401
    assert "HTTP Basic" in json.loads(nobody.text)["errors"][0]["message"]
    assert nobody.headers["WWW-Authenticate"].startswith("Basic")
    reader = {"Authorization": credential(tenant, "statements/read")}
    assert xapi("POST", json=statement(), headers=reader).status_code == 403
    assert xapi("GET", headers=reader).status_code == 200
    writer = {"Authorization": credential(tenant, "statements/write")}
    assert xapi("POST", json=statement(), headers=writer).status_code == 200
    assert xapi("GET", headers=writer).status_code == 403
    certifier = {"Authorization": credential(tenant, "certification/read")}
    assert xapi("GET", headers=certifier).status_code == 403


def test_a_reader_of_mine_sees_only_what_its_key_wrote(
    xapi: Callable[..., TestResponse], tenant: UUID, credential: Callable[..., str]
) -> None:
    mine = {"Authorization": credential(tenant, "statements/read/mine", "statements/write")}
    [theirs] = json.loads(xapi("POST", json=statement()).text)
    [own] = json.loads(xapi("POST", json=statement(), headers=mine).text)
    assert ids(xapi("GET", headers=mine)) == [own]
    assert xapi("GET", query_string={"statementId": theirs}, headers=mine).status_code == 404


def test_one_tenant_sees_nothing_of_another(
    xapi: Callable[..., TestResponse], other_tenant: UUID, credential: Callable[..., str]
) -> None:
    [ours] = json.loads(xapi("POST", json=statement()).text)
    stranger = {"Authorization": credential(other_tenant)}
    assert ids(xapi("GET", headers=stranger)) == []
    assert xapi("GET", query_string={"statementId": ours}, headers=stranger).status_code == 404
    assert ids(xapi("GET", query_string={"agent": json.dumps(agent())}, headers=stranger)) == []


def test_text_in_vietnamese_comes_back_to_the_letter(xapi: Callable[..., TestResponse]) -> None:
    words = "Huấn luyện an toàn, vệ sinh lao động — “ca 3” \U0001f4da"
    sent = statement(context={"platform": words, "extensions": {"https://e.org/từ-khóa": words}})
    [posted] = json.loads(xapi("POST", json=sent).text)
    answer = xapi("GET", query_string={"statementId": posted})
    assert json.loads(answer.data.decode("utf-8"))["context"] == sent["context"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_context_agents_are_of_2_0_alone(xapi: Callable[..., TestResponse]) -> None:
    sent = statement(context={"contextAgents": [{"objectType": "contextAgent", "agent": agent("2")}]})
    assert xapi("POST", json=sent, headers={"X-Experience-API-Version": "2.0.0"}).status_code == 200
    assert xapi("POST", json=sent, headers={"X-Experience-API-Version": "1.0.3"}).status_code == 400


@pytest.mark.parametrize(("method", "path"), [("GET", "/xapi/nothing"), ("DELETE", ENDPOINT), ("GET", ENDPOINT + "/")])
def test_an_address_nobody_answers_to_is_refused_in_the_same_form(
    xapi: Callable[..., TestResponse], method: str, path: str
) -> None:
    answer = xapi(method, path)
    assert answer.status_code in (404, 405)
    assert json.loads(answer.text)["errors"][0]["message"]
    assert answer.headers["X-Experience-API-Version"] in ("1.0.3", "2.0.0")
