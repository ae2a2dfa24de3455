"""The Agents, Activities and About Resources over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from tests.lrs.resources.conftest import Send
from tests.lrs.statements.builders import agent, statement

COURSE = "https://hoc.example.org/khoa/1"
LAN = {**agent("lan"), "name": "Chị Lan"}

each_version = pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])


def post(send: Send, *statements: dict[str, Any]) -> None:
    answer = send("POST", "/xapi/statements", json=list(statements))
    assert answer.status_code == 200, answer.text


def activity(send: Send, iri: str = COURSE) -> dict[str, Any]:
    answer = send("GET", "/xapi/activities", query_string={"activityId": iri})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.data)
    return found


def person(send: Send, asked: dict[str, Any]) -> dict[str, Any]:
    answer = send("GET", "/xapi/agents", query_string={"agent": json.dumps(asked)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.data)
    return found


@pytest.fixture(autouse=True)
def _others_say_something_else(stranger: Send) -> None:
    sent = statement({**agent("lan"), "name": "người khác"}, activity=COURSE)
    sent["object"]["definition"] = {"name": {"vi": "của người khác"}}
    post(stranger, sent)


def test_an_activity_is_answered_whole_right_after_it_was_posted(xapi: Send) -> None:
    """2.5: the complete Activity Object."""
    definition = {
        "name": {"vi": "An toàn lao động"}, "description": {"vi": "Bài 1"}, "type": "http://adlnet.gov/expapi/x",
        "moreInfo": "https://hoc.example.org/", "interactionType": "fill-in", "correctResponsesPattern": ["a"],
        "extensions": {"https://e.org/x": [1.5, None]},
    }  # fmt: skip
    sent = statement(object={"objectType": "Activity", "id": COURSE, "definition": definition})
    post(xapi, sent)
    assert activity(xapi) == sent["object"]
    other = statement(object={"id": COURSE, "definition": {"name": {"en": "Safety"}}})
    post(xapi, other)
    assert activity(xapi)["definition"]["name"] == {"vi": "An toàn lao động", "en": "Safety"}


def test_numbers_in_a_definition_come_back_as_they_were_written(xapi: Send) -> None:
    body = json.dumps([statement(object={"id": COURSE, "definition": {"extensions": {"x:n": "N"}}})])
    answer = xapi("POST", "/xapi/statements", data=body.replace('"N"', "1.10"), content_type="application/json")
    assert answer.status_code == 200
    assert b"1.10" in xapi("GET", "/xapi/activities", query_string={"activityId": COURSE}).data


@each_version
def test_an_unknown_activity_is_answered_with_its_id(xapi: Send, version: str) -> None:
    """2.5: an Activity Object is returned all the same."""
    answer = xapi(
        "GET", "/xapi/activities", query_string={"activityId": "https://e.org/chưa-có"},
        headers={"X-Experience-API-Version": version},
    )  # fmt: skip
    assert answer.status_code == 200
    assert json.loads(answer.data) == {"objectType": "Activity", "id": "https://e.org/chưa-có"}
    assert answer.headers["X-Experience-API-Version"] == version


@pytest.mark.parametrize(
    ("identified", "key"),
    [
        ({"mbox": "mailto:lan@example.org"}, "mbox"),
        ({"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"}, "mbox_sha1sum"),
        ({"openid": "https://lan.example.org/"}, "openid"),
        ({"account": {"homePage": "https://hoc.example.org", "name": "lan"}}, "account"),
    ],
)
def test_a_person_has_lists_of_what_an_agent_has(xapi: Send, identified: dict[str, Any], key: str) -> None:
    """2.4: the Person Object; every name it has been seen with, and the one asked with."""
    for name in ("Chị Lan", "Nguyễn Thị Lan", "Chị Lan"):
        post(xapi, statement({**identified, "name": name}))
    assert person(xapi, identified) == {
        "objectType": "Person", "name": ["Chị Lan", "Nguyễn Thị Lan"], key: [identified[key]],
    }  # fmt: skip
    asked = {"objectType": "Agent", "name": "Lan", **identified}
    assert person(xapi, asked)["name"] == ["Chị Lan", "Nguyễn Thị Lan", "Lan"]


def test_an_unknown_agent_is_answered_with_what_was_asked(xapi: Send) -> None:
    """2.4: MUST still return a Person Object, that only includes the information of the requested Agent."""
    unknown = agent("ai đó")
    assert person(xapi, unknown) == {"objectType": "Person", "account": [unknown["account"]]}
    assert person(xapi, {**unknown, "name": "Ai"})["name"] == ["Ai"]


@pytest.mark.parametrize(
    ("path", "query", "places"),
    [
        ("/xapi/agents", {}, {"agent"}),
        ("/xapi/agents", {"agent": "{}"}, {"agent"}),
        ("/xapi/agents", {"agent": "true"}, {"agent"}),
        ("/xapi/agents", {"agent": json.dumps({**agent(), "mbox": "mailto:a@b.vn"})}, {"agent"}),
        ("/xapi/agents", {"agent": json.dumps({**agent(), "objectType": "Group"})}, {"agent"}),
        ("/xapi/agents", {"Agent": json.dumps(agent())}, {"agent", "Agent"}),
        ("/xapi/agents", {"agent": "[", "x": "1"}, {"agent", "x"}),
        ("/xapi/activities", {}, {"activityId"}),
        ("/xapi/activities", {"activityId": "true"}, {"activityId"}),
        ("/xapi/activities", {"activityid": COURSE}, {"activityId", "activityid"}),
    ],
)
def test_bad_parameters_are_400_and_named(xapi: Send, path: str, query: dict[str, str], places: set[str]) -> None:
    """2.4, 2.5, 3.2."""
    answer = xapi("GET", path, query_string=query)
    assert answer.status_code == 400
    assert {fault["place"].partition("/")[0] for fault in json.loads(answer.data)["errors"]} == places


@pytest.mark.parametrize(
    ("path", "query"),
    [("/xapi/agents", {"agent": json.dumps(LAN)}), ("/xapi/activities", {"activityId": COURSE}), ("/xapi/about", {})],
)
def test_head_is_get_without_a_body(xapi: Send, path: str, query: dict[str, str]) -> None:
    """Communication 1.1."""
    head, get = (xapi(method, path, query_string=query) for method in ("HEAD", "GET"))
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(get.data))
    assert head.headers.get("ETag") == get.headers.get("ETag")


def test_who_may_ask(xapi: Send, tenant: UUID, credential: Callable[..., str]) -> None:
    """Communication 4.2: reading what Statements say takes a scope that reads Statements."""
    post(xapi, statement(LAN))

    def statuses(*scopes: str) -> list[int]:
        headers = {"Authorization": credential(tenant, *scopes) if scopes else None}
        return [
            xapi("GET", path, query_string=query, headers=headers).status_code
            for path, query in (
                ("/xapi/agents", {"agent": json.dumps(LAN)}), ("/xapi/activities", {"activityId": COURSE}),
            )
        ]  # fmt: skip

    assert statuses() == [401, 401]
    for scope in ("all", "all/read", "statements/read"):
        assert statuses(scope) == [200, 200]
    assert statuses("statements/read/mine") == [403, 200]
    for scope in ("statements/write", "define", "state", "profile", "certification/read"):
        assert statuses(scope) == [403, 403]


def test_a_platform_that_may_not_define_changes_neither(
    xapi: Send, tenant: UUID, credential: Callable[..., str]
) -> None:
    """Communication 4.2, define."""
    sent = statement({**agent("minh"), "name": "Minh"}, activity="https://hoc.example.org/khoa/9", id=str(uuid4()))
    writer = {"Authorization": credential(tenant, "statements/write")}
    assert xapi("POST", "/xapi/statements", json=sent, headers=writer).status_code == 200
    assert "definition" not in activity(xapi, "https://hoc.example.org/khoa/9")
    assert "name" not in person(xapi, agent("minh"))


def test_tenants_know_nothing_of_each_other(xapi: Send, stranger: Send) -> None:
    post(xapi, statement(LAN))
    assert person(xapi, agent("lan"))["name"] == ["Chị Lan"]
    assert person(stranger, agent("lan"))["name"] == ["người khác"]
    assert activity(xapi)["definition"]["name"] == {"vi": "An toàn lao động"}
    assert activity(stranger)["definition"]["name"] == {"vi": "của người khác"}


@pytest.mark.parametrize("version", [None, "1.0.3", "2.0.0", "0.95", "nonsense"])
def test_about_is_open_whatever_the_version(client: FlaskClient, version: str | None) -> None:
    """2.8: version alone, no further property; not refused for its version header."""
    headers = {} if version is None else {"X-Experience-API-Version": version}
    answer = client.get("/xapi/about", headers=headers)
    assert answer.status_code == 200
    assert json.loads(answer.data) == {"version": ["1.0.3", "2.0.0"]}
    assert "X-Experience-API-Version" in answer.headers
