"""What a clause of the specification asks and no other test shows; each test is named by its section.

`data_…` and `communication_…` are parts two and three of xAPI 1.0.3, `ieee_…` are sections of 2.0.0 (IEEE 9274.1.1).
docs/xapi-clauses.md lists every clause with its tests, these among them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.lrs.resources.conftest import Send
from tests.lrs.statements.builders import agent, statement
from wsgi import create_app

PATH = "/xapi/statements"
TWO = {"X-Experience-API-Version": "2.0.0"}


def accepted(xapi: Send, sent: Any, **parts: Any) -> list[str]:
    """The ids under which this was stored."""
    answer = xapi("POST", PATH, json=sent, **parts)
    assert answer.status_code == 200, answer.text
    ids: list[str] = json.loads(answer.text)
    return ids


def places(xapi: Send, sent: Any, **parts: Any) -> set[str]:
    """Where this was faulty, for which it was refused."""
    answer = xapi("POST", PATH, json=sent, **parts)
    assert answer.status_code == 400, answer.text
    return {fault["place"] for fault in json.loads(answer.text)["errors"]}


def given(xapi: Send, id_: str, **query: str) -> dict[str, Any]:
    """A stored Statement as it is given back."""
    document: dict[str, Any] = json.loads(xapi("GET", PATH, query_string={"statementId": id_, **query}).text)
    return document


def listed(xapi: Send, **query: str) -> list[str]:
    """Ids of the Statements that this query finds."""
    answer = xapi("GET", PATH, query_string=query)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in json.loads(answer.text)["statements"]]


# --- Data 2.2, 4.2.1: formatting


@pytest.mark.parametrize("needed", ["actor", "verb", "object"])
def test_data_2_2_actor_verb_and_object_are_needed(xapi: Send, needed: str) -> None:
    without = {key: value for key, value in statement().items() if key != needed}
    assert places(xapi, without) == {""}
    assert places(xapi, statement() | {"object": {"objectType": "SubStatement", **without}}) == {"/object"}


def test_data_2_2_properties_come_in_any_order(xapi: Send) -> None:
    sent = statement(id=str(uuid4()), context={"platform": "p"})
    backwards = {
        key: dict(reversed(value.items())) if isinstance(value, dict) else value for key, value in sent.items()
    }
    [posted] = accepted(xapi, dict(reversed(backwards.items())))
    assert {key: given(xapi, posted)[key] for key in sent} == sent


def test_data_2_2_null_is_refused_wherever_it_stands_but_in_extensions(xapi: Send) -> None:
    sent = statement(
        id=str(uuid4()), timestamp="2026-11-20T05:00:00Z", result={"success": True, "score": {"raw": 1}},
        context={"registration": str(uuid4()), "contextActivities": {"parent": [{"id": "https://e.org/p"}]}},
    )  # fmt: skip

    def with_null(value: Any, place: str) -> Any:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield f"{place}/{key}", {**value, key: None} if isinstance(value, dict) else [None]
            if isinstance(inner, dict | list):
                for where, changed in with_null(inner, f"{place}/{key}"):
                    yield where, {**value, key: changed} if isinstance(value, dict) else [changed]

    for place, changed in with_null(sent, ""):
        assert place in places(xapi, changed)
    accepted(xapi, statement(result={"extensions": {"https://e.org/x": {"a": [None]}, "https://e.org/y": None}}))


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("/object/definition/interactionType", lambda s: s["object"]["definition"].update(interactionType="Choice")),
        ("/object/objectType", lambda s: s["object"].update(objectType="activity")),
        ("/actor/objectType", lambda s: s["actor"].update(objectType="AGENT")),
        ("/object/definition/interactionType", lambda s: s["object"]["definition"].update(interactionType="quiz")),
    ],
)
def test_data_2_2_values_of_a_list_are_written_as_in_the_list(
    xapi: Send, place: str, change: Callable[[Any], None]
) -> None:
    sent = statement()
    change(sent)
    assert place in places(xapi, sent)


# --- Data 2.3: immutability


def test_data_2_3_1_a_statement_that_is_there_is_not_changed_by_another_of_its_id(xapi: Send) -> None:
    """Communication 2.1.1, 2.1.2; 2.0.0 4.1.6.1: neither by an equal nor by a different one."""
    sent = statement(id=str(uuid4()), result={"duration": "PT1M"})
    accepted(xapi, sent)
    before = xapi("GET", PATH, query_string={"statementId": sent["id"]}).data
    accepted(xapi, {**sent, "verb": {"id": sent["verb"]["id"], "display": {"en": "another name"}}})
    for other in ({"result": {"duration": "PT60S"}}, {"actor": agent("2")}, {"result": {}}):
        assert xapi("POST", PATH, json={**sent, **other}).status_code == 409
    assert xapi("GET", PATH, query_string={"statementId": sent["id"]}).data == before


def test_data_4_6_durations_are_compared_to_the_hundredth_of_a_second(xapi: Send) -> None:
    sent = statement(id=str(uuid4()), result={"duration": "PT1.234S"})
    accepted(xapi, sent)
    accepted(xapi, {**sent, "result": {"duration": "PT1.239999S"}})
    assert xapi("POST", PATH, json={**sent, "result": {"duration": "PT1.24S"}}).status_code == 409
    assert given(xapi, sent["id"])["result"]["duration"] == "PT1.234S"


def test_data_2_3_2_a_voiding_statement_of_what_is_not_here_is_taken(xapi: Send) -> None:
    """2.0.0 4.2.4.1."""
    target = {"objectType": "StatementRef", "id": str(uuid4())}
    accepted(xapi, statement(verb="voided") | {"object": target})


# --- Data 2.4: the properties


@pytest.mark.parametrize("missing", ["homePage", "name"])
def test_data_2_4_2_4_an_account_has_a_home_page_and_a_name(xapi: Send, missing: str) -> None:
    account = {key: value for key, value in agent()["account"].items() if key != missing}
    assert places(xapi, statement({"account": account})) == {"/actor/account"}
    assert places(xapi, statement({"account": {**agent()["account"], "homePage": "hoc.example.org"}})) == {
        "/actor/account/homePage"
    }


def test_data_2_4_3_the_display_of_a_verb_comes_back_as_it_was_sent_or_left_out(xapi: Send) -> None:
    named, unnamed = statement(), statement()
    del unnamed["verb"]["display"]
    [first, second] = accepted(xapi, [named, unnamed])
    for query in ({}, {"format": "exact"}):
        assert given(xapi, first, **query)["verb"] == named["verb"]
        assert given(xapi, second, **query)["verb"] == {"id": named["verb"]["id"]}


def test_data_2_4_4_an_object_that_says_no_kind_is_an_activity(xapi: Send) -> None:
    """2.0.0 4.2.2.3."""
    [posted] = accepted(xapi, statement() | {"object": {"id": "https://e.org/a"}})
    assert listed(xapi, activity="https://e.org/a") == [posted]
    assert given(xapi, posted)["object"] == {"id": "https://e.org/a"}


@pytest.mark.parametrize("wrong", [{"objectType": "StatementRef"}, {"objectType": "StatementRef", "id": "x"}])
def test_data_2_4_4_3_a_reference_names_a_statement_by_uuid(xapi: Send, wrong: dict[str, str]) -> None:
    assert places(xapi, statement() | {"object": wrong}) <= {"/object", "/object/id"}
    assert places(xapi, statement(context={"statement": wrong})) <= {"/context/statement", "/context/statement/id"}


def test_data_2_4_6_context_statement_is_a_reference_and_no_filter_follows_it(xapi: Send) -> None:
    """The note of Communication 2.1.3: only a StatementRef as Object leads to what it refers to."""
    [target] = accepted(xapi, statement("1"))
    reference = {"objectType": "StatementRef", "id": target}
    accepted(xapi, statement("2", context={"statement": reference}))
    assert listed(xapi, agent=json.dumps(agent("1"))) == [target]
    assert "/context/statement/objectType" in places(xapi, statement(context={"statement": {"id": target}})) | places(
        xapi, statement(context={"statement": {**reference, "objectType": "Activity"}})
    )


def test_data_2_4_6_an_instructor_is_an_agent_or_a_group(xapi: Send) -> None:
    team = {"objectType": "Group", "member": [agent("1")]}
    accepted(xapi, [statement(context={"instructor": each}) for each in (agent("1"), team)])
    assert places(xapi, statement(context={"instructor": {"objectType": "Activity", "id": "https://e.org"}}))


def test_data_2_4_7_a_missing_timestamp_is_that_of_storing_and_one_to_come_is_taken(xapi: Send) -> None:
    """2.0.0 4.2.4.1, 4.2.4.2."""
    later = (datetime.now(UTC) + timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%SZ")
    [first, second] = accepted(xapi, [statement(), statement(timestamp=later)])
    assert given(xapi, first)["timestamp"] == given(xapi, first)["stored"]
    assert given(xapi, second)["timestamp"] == later


def test_data_2_4_8_stored_is_ours_whatever_was_sent(xapi: Send) -> None:
    before = datetime.now(UTC)
    [posted] = accepted(xapi, statement(stored="2001-01-01T00:00:00Z"))
    assert before <= datetime.fromisoformat(given(xapi, posted)["stored"]) <= datetime.now(UTC)
    assert places(xapi, statement(stored="yesterday")) == {"/stored"}


def test_data_2_4_9_a_credential_is_one_agent_whatever_it_sends(
    xapi: Send, tenant: UUID, credential: Callable[..., str]
) -> None:
    """2.0.0 4.2.4.2: the way from credentials to authority is always the same, and every Statement has one."""
    other = {"Authorization": credential(tenant)}
    [first] = accepted(xapi, statement(authority=agent("somebody else")))
    [second] = accepted(xapi, statement())
    [third] = accepted(xapi, statement(), headers=other)
    authorities = [given(xapi, each)["authority"] for each in (first, second, third)]
    assert authorities[0] == authorities[1] != authorities[2]
    assert all(set(each) == {"objectType", "account"} and each["objectType"] == "Agent" for each in authorities)


@pytest.mark.parametrize("version", ["1.0", "1.0.0", "1.0.2", "1.0.9"])
def test_data_2_4_10_a_version_of_the_family_is_taken_and_kept(xapi: Send, version: str) -> None:
    """2.0.0 4.2.4.3."""
    [posted] = accepted(xapi, statement(version=version))
    assert given(xapi, posted)["version"] == version
    for other in ("0.9", "1.1.0", "2.0.0"):
        assert places(xapi, statement(version=other)) == {"/version"}


# --- Data 2.5: retrieval


def test_data_2_5_a_link_to_more_is_good_in_any_process_for_as_long_as_the_secret_is(
    xapi: Send, app: Flask, client: FlaskClient, tenant: UUID, credential: Callable[..., str]
) -> None:
    """The link is to be good for a day at least: nothing about it is kept in a process, and no time stands in it."""
    posted = accepted(xapi, [statement() for _ in range(3)])
    more = json.loads(xapi("GET", PATH, query_string={"limit": "2"}).text)["more"]
    restarted = create_app(app.extensions["settings"], app.extensions["database"]).test_client()
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "1.0.3"}
    last = json.loads(restarted.get(more, headers=headers).text)
    assert ([one["id"] for one in last["statements"]], last["more"]) == (posted[:1], "")


def test_data_2_5_a_list_has_statements_and_more_and_nothing_else(xapi: Send) -> None:
    """Communication 2.1.3: of nothing found too, and that is no error."""
    answer = xapi("GET", PATH, query_string={"verb": "https://e.org/never"})
    assert (answer.status_code, json.loads(answer.text)) == (200, {"statements": [], "more": ""})


# --- Data 3, 4: identifiers and types


def test_data_3_1_iris_are_the_same_when_their_letters_are(xapi: Send) -> None:
    """2.0.0 4.2.7: simple string comparison; neither scheme nor host nor %-signs are looked into."""
    iris = ["https://e.org/a", "https://E.org/a", "https://e.org:443/a", "https://e.org/%61", "https://e.org/a/"]
    posted = accepted(xapi, [statement(activity=iri) for iri in iris])
    assert [listed(xapi, activity=iri) for iri in iris] == [[each] for each in posted]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("2026-11-20T12:30:00.123+07:00", "2026-11-20T05:30:00.123Z"),
        ("2026-11-20T12:30:00.1234567+07:00", "2026-11-20T05:30:00.1234567Z"),
        ("2026-11-20T00:00:00-03:30", "2026-11-20T03:30:00Z"),
        ("2026-11-20T05:30:00.5Z", "2026-11-20T05:30:00.5Z"),
    ],
)
def test_ieee_4_2_7_timestamps_are_told_in_utc_with_the_digits_they_had(xapi: Send, sent: str, told: str) -> None:
    """Data 4.5: the instant is kept to a millisecond at least."""
    inner = {"objectType": "SubStatement", **statement(timestamp=sent)}
    [posted] = accepted(xapi, statement(timestamp=sent) | {"object": inner})
    assert given(xapi, posted)["timestamp"] == given(xapi, posted)["object"]["timestamp"] == told


# --- Communication 2.1.3: GET


@pytest.mark.parametrize("single", ["statementId", "voidedStatementId"])
@pytest.mark.parametrize(
    "other",
    ["agent", "verb", "activity", "registration", "related_activities", "related_agents", "since", "until", "limit",
     "ascending"],
)  # fmt: skip
def test_communication_2_1_3_one_statement_is_asked_for_by_id_alone(xapi: Send, single: str, other: str) -> None:
    values = {
        "agent": json.dumps(agent()), "verb": "https://e.org/v", "activity": "https://e.org/a",
        "registration": str(uuid4()), "related_activities": "true", "related_agents": "true",
        "since": "2026-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z", "limit": "1", "ascending": "true",
    }  # fmt: skip
    assert xapi("GET", PATH, query_string={single: str(uuid4()), other: values[other]}).status_code == 400
    for beside in ({"format": "ids"}, {"attachments": "true"}):
        assert xapi("GET", PATH, query_string={single: str(uuid4()), **beside}).status_code == 404


def test_communication_2_1_3_the_newest_come_first_unless_asked_otherwise(xapi: Send) -> None:
    posted = accepted(xapi, [statement() for _ in range(3)])
    assert listed(xapi) == listed(xapi, ascending="false") == listed(xapi, limit="0") == posted[::-1]
    assert listed(xapi, ascending="true") == posted


def test_communication_2_1_3_canonical_cuts_each_map_by_itself_to_a_language_asked_for(xapi: Send) -> None:
    names = {"vi": "Bài", "en": "Lesson"}
    definition = {"name": names, "description": {"fr": "Une leçon", "en": "A lesson"}}
    [posted] = accepted(xapi, statement() | {"object": {"id": "https://e.org/a", "definition": definition}})
    query = {"statementId": posted, "format": "canonical"}
    for header, name, description in (
        ("vi, fr;q=0.5", {"vi": "Bài"}, {"fr": "Une leçon"}),
        ("en", {"en": "Lesson"}, {"en": "A lesson"}),
        ("fr;q=0.1, vi;q=0.9", {"vi": "Bài"}, {"fr": "Une leçon"}),
    ):
        answer = xapi("GET", PATH, query_string=query, headers={"Accept-Language": header})
        assert json.loads(answer.text)["object"]["definition"] == {"name": name, "description": description}
        assert "Accept-Language" in answer.headers["Vary"]
    assert given(xapi, posted)["object"]["definition"] == definition


def test_communication_3_3_a_newer_statement_is_given_as_it_is_to_who_speaks_an_older_version(xapi: Send) -> None:
    context = {"contextAgents": [{"objectType": "contextAgent", "agent": agent("2")}]}
    [posted] = accepted(xapi, statement(context=context, version="2.0.0"), headers=TWO)
    told = given(xapi, posted)
    assert (told["version"], told["context"]) == ("2.0.0", context)


def test_communication_2_2_documents_of_agents_and_activities_never_heard_of_are_taken(xapi: Send) -> None:
    """2.0.0 4.1.6."""
    unheard = {"agent": json.dumps(agent(str(uuid4()))), "activityId": f"https://e.org/{uuid4()}"}
    new = {"If-None-Match": "*"}
    for path, named in (
        ("/xapi/activities/state", {**unheard, "stateId": "s"}),
        ("/xapi/agents/profile", {"agent": unheard["agent"], "profileId": "p"}),
        ("/xapi/activities/profile", {"activityId": unheard["activityId"], "profileId": "p"}),
    ):
        assert xapi("PUT", path, query_string=named, data=b"x", headers=new).status_code == 204


def test_communication_3_2_one_bad_statement_refuses_its_whole_batch(xapi: Send) -> None:
    good, kept = statement(id=str(uuid4())), statement(id=str(uuid4()))
    accepted(xapi, kept)
    assert places(xapi, [good, statement(actor={})]) == {"/1/actor"}
    assert xapi("POST", PATH, json=[good, {**kept, "actor": agent("2")}]).status_code == 409
    assert listed(xapi) == [kept["id"]]
