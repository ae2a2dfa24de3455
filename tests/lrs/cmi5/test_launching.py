"""Launches over HTTP: what the learner's browser is given, what its key opens, and what follows from what it says."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from lrs import api
from lrs.cmi5 import keys, moving_on, sessions
from lrs.cmi5.rules import CMI5, SESSION_ID
from lrs.db import NOBODY, Database
from lrs.errors import Unauthenticated
from lrs.resources import cmi5
from tests.conftest import PEPPER
from tests.lrs.cmi5.conftest import ACTOR, VERBS, XAPI, Content, Platform
from tests.lrs.cmi5.course_files import BLOCK, FIRE, ID, QUIZ, READING, WHOLE, au, structure


def our(platform: Platform, publisher_id: str) -> str:
    return str(next(one["id"] for one in platform.course["aus"] if one["publisherId"] == publisher_id))


def test_a_course_is_brought_in_once_and_listed(platform: Platform) -> None:
    again = platform.bring()
    assert (again.status_code, again.get_json()["id"]) == (200, platform.course["id"])
    other = platform.bring(WHOLE.replace("Phần 1".encode(), "Phần một".encode()))
    assert other.status_code == 201
    listed = platform.send("GET", "/xapi-ext/cmi5/courses").get_json()["courses"]
    assert [one["id"] for one in listed] == [platform.course["id"], other.get_json()["id"]]
    assert [one["aus"] for one in listed] == [3, 3]
    assert platform.bring(b"<a/>").get_json()["errors"][0]["clause"] == "cmi5 14.0"


def test_what_a_launch_url_says(platform: Platform) -> None:
    answer = platform.launch(FIRE, returnURL="https://lms.example.vn/khoa/1", hours=1)
    launched = answer.get_json()
    assert answer.status_code == 201
    parts = urlsplit(launched["url"])
    said = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://noi-dung.example.vn/bai/index.html"
    assert said.pop("v") == "2"
    assert said.pop("endpoint") == "https://cdht.example.vn/xapi/"
    assert said.pop("fetch").startswith("https://cdht.example.vn/xapi-ext/cmi5/fetch?k=")
    assert json.loads(said.pop("actor")) == ACTOR
    assert said == {"registration": launched["registration"], "activityId": our(platform, FIRE)}


def test_launch_data_and_launched_are_there_before_the_content_opens(platform: Platform) -> None:
    content = platform.open(FIRE, returnURL="https://lms.example.vn/khoa/1")
    data = content.get("/activities/state", stateId="LMS.LaunchData", **content.about).get_json()
    session = data["contextTemplate"]["extensions"][SESSION_ID]
    assert data == {
        "contextTemplate": {
            "contextActivities": {"grouping": [{"id": FIRE}]},
            "extensions": {SESSION_ID: session},
        },
        "launchMode": "Normal",
        "launchParameters": "a=1",
        "masteryScore": 0.8,
        "moveOn": "CompletedAndPassed",
        "returnURL": "https://lms.example.vn/khoa/1",
    }
    (launched,) = content.get("/statements", registration=content.said["registration"]).get_json()["statements"]
    extensions = "https://w3id.org/xapi/cmi5/context/extensions"
    assert launched["verb"]["id"] == f"{VERBS}launched"
    assert launched["context"] == {
        "registration": content.said["registration"],
        "contextActivities": {"category": [{"id": CMI5}], "grouping": [{"id": FIRE}]},
        "extensions": {
            SESSION_ID: session,
            f"{extensions}/masteryscore": 0.8,
            f"{extensions}/launchmode": "Normal",
            f"{extensions}/launchurl": "https://noi-dung.example.vn/bai/index.html?v=2",
            f"{extensions}/moveon": "CompletedAndPassed",
            f"{extensions}/launchparameters": "a=1",
        },
    }
    assert launched["authority"]["account"]["name"] == "cmi5/lms"


def test_the_auth_token_is_given_once(platform: Platform, client: FlaskClient) -> None:
    content = Content(client, platform.launch(FIRE).get_json()["url"])
    assert list(content.fetch()) == ["auth-token"]
    assert content.fetch()["error-code"] == "1"
    for wrong in ("", "a/b/c", content.said["fetch"].partition("k=")[2][:-1]):
        answer = client.post("/xapi-ext/cmi5/fetch", query_string={"k": wrong})
        assert (answer.status_code, answer.get_json()["error-code"]) == (200, "2")
    assert client.get("/xapi-ext/cmi5/fetch").status_code == 405


def test_a_whole_course(platform: Platform) -> None:
    fire = platform.open(FIRE)
    registration = fire.said["registration"]
    assert fire.tell("initialized").status_code == 200
    assert fire.tell(fire.statement("passed", scaled=0.9)).status_code == 200
    assert platform.said("satisfied") == []
    completed = fire.statement("completed")
    assert fire.tell(completed, "terminated").status_code == 200
    assert fire.tell(completed).status_code == 200
    course, block = platform.course["activityId"], platform.progress(registration)["blocks"]
    assert platform.said("satisfied") == list(block)
    quiz = platform.open(QUIZ)
    assert quiz.said["registration"] == registration
    assert quiz.tell("initialized", "completed", "passed", "terminated").status_code == 200
    assert platform.said("satisfied") == [*block, course]
    told = platform.progress(registration)
    assert told["satisfied"] is not None
    key = fire.said["fetch"].partition("k=")[2].partition("%2F")[0]
    told_by = {one["authority"]["account"]["name"] for one in platform.statements()}
    assert told_by == {f"{key}/cmi5", "cmi5/lms"}
    assert [(one["publisherId"], one["satisfied"]) for one in told["aus"]] == [
        (FIRE, True), (READING, True), (QUIZ, True),
    ]  # fmt: skip
    one, whole = (one for one in platform.statements() if one["verb"]["display"] == {"en": "satisfied"})
    assert one["context"]["contextActivities"]["grouping"] == [{"id": BLOCK}]
    assert one["context"]["extensions"] == fire.context["extensions"]
    assert whole["object"]["definition"]["type"] == "https://w3id.org/xapi/cmi5/activitytype/course"
    assert whole["context"]["contextActivities"]["grouping"] == [{"id": ID}]


def test_what_needs_nothing_is_satisfied_at_registration(platform: Platform) -> None:
    document = WHOLE.replace(b'moveOn="CompletedAndPassed"', b"").replace(b'moveOn="CompletedOrPassed"', b"")
    platform.course = platform.bring(document).get_json()
    content = platform.open(QUIZ)
    sessions = {one["context"]["extensions"][SESSION_ID] for one in platform.statements()}
    assert len(platform.said("satisfied")) == 2
    assert len(sessions) == 2
    assert content.context["extensions"][SESSION_ID] in sessions


OTHER = {"agent": '{"mbox": "mailto:a@example.vn"}'}
ELSEWHERE = {"activityId": "https://hoc.example.org/khac"}
BEYOND: list[tuple[str, str, dict[str, str]]] = [
    ("GET", "/statements", {}),
    ("GET", "/statements", {"registration": str(uuid4())}),
    ("GET", "/activities/state", OTHER),
    ("GET", "/activities/state", ELSEWHERE),
    ("GET", "/activities/state", {"registration": str(uuid4())}),
    ("PUT", "/activities/state", {"stateId": "LMS.LaunchData"}),
    ("DELETE", "/activities/state", {"stateId": "LMS.LaunchData"}),
    ("DELETE", "/activities/state", {}),
    ("GET", "/agents/profile", OTHER | {"profileId": "cmi5LearnerPreferences"}),
    ("GET", "/agents/profile", {"profileId": "khac"}),
    ("GET", "/activities/profile", ELSEWHERE | {"profileId": "a"}),
    ("GET", "/agents", OTHER),
    ("GET", "/activities", ELSEWHERE),
]


def test_beyond_the_launch_nothing_is_opened(platform: Platform, client: FlaskClient) -> None:
    content = platform.open(FIRE)
    usual = {"/activities/state": content.about, "/agents/profile": {"agent": content.said["actor"]}}
    for method, path, changed in BEYOND:
        query = usual.get(path, {}) | changed
        answer = content.send(method, path, query_string=query, data=b"{}" if method == "PUT" else b"")
        assert answer.status_code == 403, (method, path, changed)
        assert answer.get_json()["errors"][0]["message"].startswith("this key opens one launch only: ")
    headers = {"Authorization": content.authorization, **XAPI}
    for path in ("/xapi-ext/cmi5/launches", "/xapi-ext/statements/bulk", "/xapi-ext/cmi5/courses"):
        assert client.post(path, headers=headers, json={}).status_code == 403
    assert client.get("/api/attainment", headers=headers).status_code == 401


def test_within_the_launch_state_and_preferences_are_open(platform: Platform) -> None:
    content = platform.open(FIRE)
    state = {"query_string": content.about | {"stateId": "trang"}, "json": {"page": 3}}
    assert content.send("PUT", "/activities/state", **state).status_code == 204
    assert content.get("/activities/state", **content.about).get_json() == ["LMS.LaunchData", "trang"]
    preferences = {"agent": content.said["actor"], "profileId": "cmi5LearnerPreferences"}
    sent = {"query_string": preferences, "json": {"languagePreference": "vi"}, "headers": {"If-None-Match": "*"}}
    assert content.send("PUT", "/agents/profile", **sent).status_code == 204
    assert content.get("/agents/profile", **preferences).get_json() == {"languagePreference": "vi"}
    shared = {"query_string": {"activityId": content.said["activityId"], "profileId": "bang-diem"}, "json": {"cao": 9}}
    assert content.send("PUT", "/activities/profile", **shared, headers={"If-None-Match": "*"}).status_code == 204
    assert content.send("PUT", "/activities/profile", **shared).status_code == 409
    told = content.tell("initialized").get_json()
    assert content.get("/statements", statementId=told[0]).status_code == 200
    foreign = platform.send("POST", "/xapi/statements", json={
        "actor": ACTOR, "verb": {"id": f"{VERBS}answered"}, "object": {"id": FIRE},
    }).get_json()  # fmt: skip
    assert content.get("/statements", statementId=foreign[0]).status_code == 404


def test_a_launch_asks_for_the_scope_and_says_every_fault(
    platform: Platform, client: FlaskClient, tenant: UUID, credential: Callable[..., str]
) -> None:
    without = Platform(client, credential(tenant, "all"), platform.course)
    assert without.launch(FIRE).status_code == 403
    sent = {"au": 3, "actor": {"mbox": "mailto:a@example.vn"}, "launchMode": "Fast", "returnURL": "x", "hours": 25}
    answer = platform.send("POST", "/xapi-ext/cmi5/launches", json=sent | {"more": 1})
    assert answer.status_code == 400
    assert {one["place"] for one in answer.get_json()["errors"]} == {
        "/course", "/au", "/actor", "/launchMode", "/returnURL", "/hours", "/more",
    }  # fmt: skip
    assert platform.launch("https://hoc.example.org/khac").get_json()["errors"][0]["place"] == "/au"
    assert platform.launch(FIRE, course=str(uuid4())).status_code == 404
    assert platform.launch(FIRE, registration=str(uuid4())).status_code == 404
    other = {"objectType": "Agent", "account": {"homePage": "https://lms.example.vn", "name": "hv-0002"}}
    registration = platform.launch(FIRE).get_json()["registration"]
    refused = platform.launch(FIRE, registration=registration, actor=other)
    assert refused.get_json()["errors"][0]["place"] == "/registration"


def test_a_session_ends_and_with_it_its_key(
    platform: Platform, database: Database, tenant: UUID, client: FlaskClient
) -> None:
    first = platform.open(FIRE)
    assert first.tell("initialized").status_code == 200
    second = platform.open(READING)
    assert platform.said("abandoned") == [first.said["activityId"]]
    assert first.tell("completed").status_code == 401
    later = datetime.now(UTC) + timedelta(hours=9)
    told: dict[str, Any] = {"pepper": PEPPER}
    assert sessions.end_overdue(database, tenant, now=datetime.now(UTC), **told) == (0, 0)
    assert sessions.end_overdue(database, tenant, now=later, **told) == (1, 0)
    assert sessions.end_overdue(database, tenant, now=later, **told) == (0, 0)
    assert platform.said("abandoned") == [first.said["activityId"], second.said["activityId"]]
    assert second.tell("initialized").status_code == 401
    unfetched = Content(client, platform.launch(FIRE).get_json()["url"])
    assert sessions.end_overdue(database, tenant, now=later + timedelta(days=2), **told) == (1, 3)
    assert unfetched.fetch()["error-code"] in ("1", "2")
    durations = [
        one["result"]["duration"] for one in platform.statements() if one["verb"]["display"] == {"en": "abandoned"}
    ]
    assert len(durations) == 3


def test_a_key_that_is_revoked_takes_its_launches_along(
    platform: Platform, database: Database, tenant: UUID, now: datetime
) -> None:
    content = platform.open(FIRE)
    key = b64decode(platform.authorization.partition(" ")[2]).decode().partition(":")[0]
    with database.writing(NOBODY) as session:
        api.revoke_credential(session, tenant, key, now=now)
    assert content.tell("initialized").status_code == 401


def test_what_breaks_off_between_a_statement_and_what_follows_leaves_neither(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.course = platform.bring(structure(au(QUIZ, moveOn="Completed"))).get_json()
    content = platform.open(QUIZ)
    content.tell("initialized")
    completed = content.statement("completed")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(moving_on, "issue", killed)
        with pytest.raises(KeyboardInterrupt):
            content.tell(completed)
    assert content.get("/statements", statementId=completed["id"]).status_code == 404
    assert platform.progress(content.said["registration"])["satisfied"] is None
    assert content.tell(completed).status_code == 200
    assert content.tell(completed).status_code == 200
    assert platform.said("satisfied") == [platform.course["activityId"]]


def test_five_minutes_after_terminated_the_key_ends_whether_launched_again_or_not(
    platform: Platform, database: Database, tenant: UUID
) -> None:
    content = platform.open(FIRE)
    for verb in ("initialized", "terminated"):
        assert content.tell(verb).status_code == 200
    platform.open(READING)
    assert content.get("/activities/state", **content.about).status_code == 200
    known: dict[str, Any] = {"pepper": PEPPER}
    grace = datetime.now(UTC) + sessions.GRACE
    keys.identify(database, content.authorization, now=grace - timedelta(minutes=1), **known)
    with pytest.raises(Unauthenticated):
        keys.identify(database, content.authorization, now=grace, **known)
    assert platform.said("abandoned") == []


def test_a_large_course_is_read_before_anybody_waits_for_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    for module, name in ((cmi5.courses, "read"), (cmi5, "enter")):
        kept = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, _of=kept, _is=name, **k: (done.append(_is), _of(*a, **k))[1])
    assert platform.bring(structure(au(QUIZ))).status_code == 201
    assert done == ["read", "enter"]


def test_an_au_is_waived_once(platform: Platform) -> None:
    registration = platform.launch(FIRE).get_json()["registration"]
    where = f"/xapi-ext/cmi5/registrations/{registration}/waivers"
    for au_, satisfied in ((FIRE, 1), (FIRE, 0), (QUIZ, 1)):
        answer = platform.send("POST", where, json={"au": au_, "reason": "Tested Out"})
        assert (answer.status_code, len(answer.get_json()["satisfied"])) == (200, satisfied)
    assert platform.progress(registration)["satisfied"] is not None
    told = [one for one in platform.statements() if one["verb"]["display"] == {"en": "waived"}]
    assert len(told) == 2
    reason = "https://w3id.org/xapi/cmi5/result/extensions/reason"
    assert told[0]["result"] == {"success": True, "completion": True, "extensions": {reason: "Tested Out"}}


def test_the_course_taken_anew_is_another_registration(platform: Platform) -> None:
    first = platform.launch(FIRE).get_json()["registration"]
    where = f"/xapi-ext/cmi5/courses/{platform.course['id']}/registrations"
    second = platform.send("POST", where, json={"actor": ACTOR}).get_json()["registration"]
    assert second != first
    assert platform.launch(FIRE).get_json()["registration"] == second
    assert platform.launch(FIRE, registration=first).get_json()["registration"] == first


def test_another_tenant_finds_nothing(
    platform: Platform, client: FlaskClient, other_tenant: UUID, credential: Callable[..., str]
) -> None:
    registration = platform.launch(FIRE).get_json()["registration"]
    stranger = Platform(client, credential(other_tenant, "launch"), platform.course)
    assert stranger.launch(FIRE).status_code == 404
    assert stranger.send("GET", f"/xapi-ext/cmi5/courses/{platform.course['id']}").status_code == 404
    assert stranger.send("GET", f"/xapi-ext/cmi5/registrations/{registration}").status_code == 404
    assert stranger.send("GET", "/xapi-ext/cmi5/courses").get_json() == {"courses": []}


def test_registrations_go_with_a_learner_who_is_erased(
    platform: Platform, database: Database, tenant: UUID, now: datetime
) -> None:
    registration = platform.open(FIRE).said["registration"]
    with database.writing(tenant) as session:
        assert sessions.forget(session, tenant, ["account https://lms.example.vn hv-0002"]) == 0
    api.erase(database, tenant, ACTOR, secret=PEPPER, reason="xin xoá", now=now)
    assert platform.send("GET", f"/xapi-ext/cmi5/registrations/{registration}").status_code == 404


def test_rules_are_told_with_place_and_clause(platform: Platform) -> None:
    content = platform.open(FIRE)
    answer = content.tell(content.statement("passed", scaled=0.5))
    assert answer.status_code == 400
    assert {(one["place"], one["clause"]) for one in answer.get_json()["errors"]} == {
        ("/0/result/score/scaled", "cmi5 9.3.4"),
    }
    answer = content.tell("completed")
    assert [(one["place"], one["clause"]) for one in answer.get_json()["errors"]] == [("/0/verb/id", "cmi5 7.1.1")]
    assert content.tell("initialized", "completed", "completed").get_json()["errors"][0]["place"] == "/2/verb/id"
    assert content.get("/statements", registration=content.said["registration"]).get_json()["statements"][1:] == []
