"""State, Agent Profile and Activity Profile over HTTP, for each of the three what holds for all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha1
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.http import parse_date

from tests.lrs.resources.conftest import Send
from tests.lrs.statements.builders import agent

NEW = {"If-None-Match": "*"}
V2 = {"X-Experience-API-Version": "2.0.0"}
COURSE = "https://hoc.example.org/khoa/1"
REGISTRATION = "3f1b0c2e-7d4a-4c59-9a5e-0d6a1b2c3d4e"


@dataclass(frozen=True)
class Resource:
    path: str
    id_name: str
    context: dict[str, str]
    read_scope: str

    def named(self, document_id: str = "d", **more: str) -> dict[str, str]:
        return {**self.context, self.id_name: document_id, **more}


LAN = json.dumps(agent("lan"))
STATE = Resource("/xapi/activities/state", "stateId", {"activityId": COURSE, "agent": LAN}, "state")
AGENT = Resource("/xapi/agents/profile", "profileId", {"agent": LAN}, "profile")
ACTIVITY = Resource("/xapi/activities/profile", "profileId", {"activityId": COURSE}, "profile")
ALL = [STATE, AGENT, ACTIVITY]

each = pytest.mark.parametrize("resource", ALL, ids=["state", "agent_profile", "activity_profile"])
each_profile = pytest.mark.parametrize("resource", [AGENT, ACTIVITY], ids=["agent_profile", "activity_profile"])
each_version = pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])


def etag_of(content: bytes) -> str:
    return f'"{sha1(content, usedforsecurity=False).hexdigest()}"'


@pytest.fixture(autouse=True)
def _others_keep_the_same(stranger: Send) -> None:
    """Another tenant keeps documents of the same names."""
    for resource in ALL:
        sent = {"query_string": resource.named(), "data": b"theirs", "headers": NEW}
        assert stranger("PUT", resource.path, **sent).status_code == 204


@each
@each_version
def test_a_document_is_put_and_read_back_byte_for_byte(xapi: Send, resource: Resource, version: str) -> None:
    """Communication 2.2, 2.3, 2.6, 2.7: 204 for PUT and DELETE, 200 and the document for GET; 3.1: its ETag."""
    content = "bài 3 — “xong”\r\n".encode() + bytes(range(256))
    headers = {"X-Experience-API-Version": version}
    answer = xapi(
        "PUT", resource.path, query_string=resource.named(), data=content,
        headers={**headers, **NEW, "Content-Type": "image/x-own; a=b"},
    )  # fmt: skip
    assert (answer.status_code, answer.data) == (204, b"")
    answer = xapi("GET", resource.path, query_string=resource.named(), headers=headers)
    assert (answer.status_code, answer.data) == (200, content)
    assert answer.headers["Content-Type"] == "image/x-own; a=b"
    assert answer.headers["ETag"] == etag_of(content)
    assert parse_date(answer.headers["Last-Modified"])
    assert answer.headers["X-Experience-API-Version"] == version
    assert xapi("DELETE", resource.path, query_string=resource.named(), headers=headers).status_code == 204
    assert xapi("GET", resource.path, query_string=resource.named(), headers=headers).status_code == 404
    assert xapi("DELETE", resource.path, query_string=resource.named(), headers=headers).status_code == 204


@given(content=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@each
def test_any_bytes_come_back(xapi: Send, resource: Resource, content: bytes) -> None:
    xapi("DELETE", resource.path, query_string=resource.named())
    sent = {"query_string": resource.named(), "data": content, "headers": {**NEW, "Content-Type": "application/zip"}}
    assert xapi("PUT", resource.path, **sent).status_code == 204
    answer = xapi("GET", resource.path, query_string=resource.named())
    assert answer.data == content
    assert answer.headers["ETag"] == etag_of(content)


@each
def test_a_document_without_a_type_is_of_bytes(xapi: Send, resource: Resource) -> None:
    xapi("PUT", resource.path, query_string=resource.named(), data=b"{", headers={**NEW, "Content-Type": None})
    assert xapi("GET", resource.path, query_string=resource.named()).headers["Content-Type"] == (
        "application/octet-stream"
    )


@each
def test_head_is_get_without_the_document(xapi: Send, resource: Resource) -> None:
    """Communication 1.1: the same headers and no body, for a document and for a list."""
    xapi("PUT", resource.path, query_string=resource.named(), data=b"12345", headers=NEW)
    for query in (resource.named(), resource.context):
        head, get = (xapi(method, resource.path, query_string=query) for method in ("HEAD", "GET"))
        assert (head.status_code, head.data) == (200, b"")
        for name in ("Content-Length", "Content-Type", "ETag", "Last-Modified"):
            assert head.headers[name] == get.headers[name]
    assert xapi("HEAD", resource.path, query_string=resource.named("unknown")).status_code == 404


@each
def test_posting_merges_json_objects_one_level_deep(xapi: Send, resource: Resource) -> None:
    """Communication 2.2, JSON Procedure with Requirements."""
    query = resource.named()
    assert xapi("POST", resource.path, query_string=query, json={"a": {"b": 1}, "c": 1}).status_code == 204
    assert xapi("POST", resource.path, query_string=query, json={"a": {"d": 2}, "e": "ữ"}).status_code == 204
    answer = xapi("GET", resource.path, query_string=query)
    assert json.loads(answer.data) == {"a": {"d": 2}, "c": 1, "e": "ữ"}
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["ETag"] == etag_of(answer.data)


@each
def test_posting_what_is_not_there_is_putting_it(xapi: Send, resource: Resource) -> None:
    content = b'{ "kept" : "as it came" }'
    headers = {"Content-Type": "application/json"}
    assert xapi("POST", resource.path, query_string=resource.named(), data=content, headers=headers).status_code == 204
    assert xapi("GET", resource.path, query_string=resource.named()).data == content
    sent = {"query_string": resource.named("t"), "data": b"\x00\xff", "headers": {"Content-Type": "text/plain"}}
    assert xapi("POST", resource.path, **sent).status_code == 204
    assert xapi("GET", resource.path, query_string=resource.named("t")).data == b"\x00\xff"


@each
@pytest.mark.parametrize(
    ("there_type", "there", "posted_type", "posted"),
    [
        ("application/json", b'{"a":1}', "text/plain", b'{"b":1}'),
        ("text/plain", b'{"a":1}', "application/json", b'{"b":1}'),
        ("application/json", b"[1]", "application/json", b'{"b":1}'),
        ("application/json", b'{"a":1}', "application/json", b"[1]"),
        ("application/json", b'{"a":1}', "application/json", b'{"b":'),
        ("application/json", b'{"a":1}', "application/json", b""),
    ],
)
def test_what_cannot_be_merged_is_400_and_nothing_changes(
    xapi: Send, resource: Resource, there_type: str, there: bytes, posted_type: str, posted: bytes
) -> None:
    """Communication 2.2: 400 Bad Request, and MUST NOT update the target document."""
    query = resource.named()
    xapi("PUT", resource.path, query_string=query, data=there, headers={**NEW, "Content-Type": there_type})
    answer = xapi("POST", resource.path, query_string=query, data=posted, headers={"Content-Type": posted_type})
    assert answer.status_code == 400
    assert json.loads(answer.data)["errors"]
    assert xapi("GET", resource.path, query_string=query).data == there


@each
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_json_that_is_none_is_400(xapi: Send, resource: Resource, method: str) -> None:
    """Communication 3.2: a content type that does not match the content."""
    sent = {"data": b"{'a': 1}", "headers": {**NEW, "Content-Type": "application/json"}}
    assert xapi(method, resource.path, query_string=resource.named(), **sent).status_code == 400
    assert xapi("GET", resource.path, query_string=resource.named()).status_code == 404


@each
def test_a_list_names_documents_and_since_is_exclusive(xapi: Send, resource: Resource) -> None:
    """2.3, 2.6, 2.7, Multiple Document GET; 2.2: Last-Modified of the newest."""
    assert json.loads(xapi("GET", resource.path, query_string=resource.context).data) == []
    for name in ("một", "hai / 2", "ba"):
        xapi("PUT", resource.path, query_string=resource.named(name), data=b"x", headers=NEW)
    answer = xapi("GET", resource.path, query_string=resource.context)
    assert json.loads(answer.data) == ["một", "hai / 2", "ba"]
    assert answer.headers["ETag"] == etag_of(answer.data)
    single = xapi("GET", resource.path, query_string=resource.named("ba"))
    assert answer.headers["Last-Modified"] == single.headers["Last-Modified"]
    for since, expected in (("2020-01-01T00:00:00Z", 3), ("2999-01-01T00:00:00+07:00", 0)):
        answer = xapi("GET", resource.path, query_string={**resource.context, "since": since})
        assert len(json.loads(answer.data)) == expected


@each
@pytest.mark.parametrize(
    ("method", "changed"),
    [
        ("GET", {"unknown": "1"}), ("PUT", {"unknown": "1"}), ("POST", {"Agent": LAN}), ("DELETE", {"since": "2020"}),
        ("GET", {"since": "2020-01-01T00:00:00Z"}), ("PUT", {"StateId": "x"}), ("GET", {"ProfileId": "x"}),
    ],
)  # fmt: skip
def test_a_parameter_of_no_meaning_is_400_and_named(
    xapi: Send, resource: Resource, method: str, changed: dict[str, str]
) -> None:
    """Communication 3.2: parameters not recognized in their context, or matching in all but case."""
    answer = xapi(method, resource.path, query_string=resource.named(**changed), data=b"x", headers=NEW)
    assert answer.status_code == 400
    assert {fault["place"] for fault in json.loads(answer.data)["errors"]} == set(changed)


@each
@pytest.mark.parametrize("method", ["PUT", "POST", "GET", "DELETE"])
def test_every_bad_or_missing_parameter_is_named_at_once(xapi: Send, resource: Resource, method: str) -> None:
    """2.3, 2.6, 2.7: the parameters required, each of its type."""
    bad = {"activityId": "no scheme", "agent": "true", "registration": "true", "since": "yesterday"}
    answer = xapi(method, resource.path, query_string="x=1&x=2", data=b"x", headers=NEW)
    places = {fault["place"] for fault in json.loads(answer.data)["errors"]}
    needed = set(resource.context) | (
        {resource.id_name} if method in ("PUT", "POST") or resource is not STATE else set()
    )
    if method == "GET":
        needed -= {resource.id_name}
    assert answer.status_code == 400
    assert places == needed | {"x"}
    wrong = {name: bad[name] for name in resource.context}
    answer = xapi(method, resource.path, query_string={**wrong, resource.id_name: ""}, data=b"x", headers=NEW)
    places = {fault["place"].partition("/")[0] for fault in json.loads(answer.data)["errors"]}
    assert answer.status_code == 400
    assert places == {*wrong, resource.id_name}


@pytest.mark.parametrize(
    "query",
    [
        {"registration": "true"}, {"agent": "{}"}, {"agent": '{"mbox":"bob"}'}, {"agent": "["}, {"since": "true"},
        {"agent": '{"objectType":"Group","member":[]}'}, {"activityId": "1"},
        {"agent": '{"mbox":"mailto:a@b.vn","openid":"https://a.vn/"}'},
    ],
    ids=str,
)  # fmt: skip
def test_a_state_parameter_is_held_to_its_type(xapi: Send, query: dict[str, str]) -> None:
    answer = xapi("GET", STATE.path, query_string={**STATE.context, **query})
    assert answer.status_code == 400
    assert {fault["place"].partition("/")[0] for fault in json.loads(answer.data)["errors"]} == set(query)


def test_state_with_and_without_registration_is_kept_apart(xapi: Send) -> None:
    """2.3: the context is the Activity, the Agent and the registration, if there is one."""
    contexts = [STATE.context, {**STATE.context, "registration": REGISTRATION}]
    for number, context in enumerate(contexts):
        for name in ("a", "b"):
            query = {**context, "stateId": name}
            assert xapi("PUT", STATE.path, query_string=query, data=str(number)).status_code == 204
    for number, context in enumerate(contexts):
        assert xapi("GET", STATE.path, query_string={**context, "stateId": "a"}).data == str(number).encode()
    upper = {**STATE.context, "registration": REGISTRATION.upper(), "stateId": "a"}
    assert xapi("GET", STATE.path, query_string=upper).data == b"1"
    assert xapi("DELETE", STATE.path, query_string=contexts[0]).status_code == 204
    lists = [json.loads(xapi("GET", STATE.path, query_string=context).data) for context in contexts]
    assert lists == [[], ["a", "b"]]


def test_deleting_all_of_a_context_takes_no_precondition(xapi: Send) -> None:
    xapi("PUT", STATE.path, query_string=STATE.named(), data=b"x")
    answer = xapi("DELETE", STATE.path, query_string=STATE.context, headers={"If-Match": etag_of(b"x")})
    assert answer.status_code == 400
    assert xapi("GET", STATE.path, query_string=STATE.named()).status_code == 200


@each_profile
def test_all_profiles_are_never_deleted_at_once(xapi: Send, resource: Resource) -> None:
    """2.6, 2.7: profileId is required."""
    xapi("PUT", resource.path, query_string=resource.named(), data=b"x", headers=NEW)
    assert xapi("DELETE", resource.path, query_string=resource.context).status_code == 400
    assert xapi("GET", resource.path, query_string=resource.named()).status_code == 200


def test_an_agent_is_known_by_its_identifier_alone(xapi: Send) -> None:
    """2.6: a Group's identifier may be used within an Agent; a name does not make another Agent."""
    account = agent("lan")["account"]
    xapi("PUT", AGENT.path, query_string=AGENT.named(), data=b"x", headers=NEW)
    for same in (
        {"account": account, "name": "Chị Lan"},
        {"objectType": "Group", "account": account, "member": [agent("x")]},
    ):
        query = {"agent": json.dumps(same), "profileId": "d"}
        assert xapi("GET", AGENT.path, query_string=query).data == b"x"


def test_long_activity_ids_and_ids_in_any_script(xapi: Send) -> None:
    """Data 2.4.4.1: an Activity id is any IRI; conformance holds it to no length."""
    course = "https://hoc.example.org/" + "khóa-học-an-toàn/" * 400
    for content_type, content in (("application/octet-stream", b"\xff\x00"), ("application/json", b'{"a":1}')):
        query = {"activityId": course, "agent": LAN, "stateId": "trạng thái “1” & ? # + \U0001f4da"}
        headers = {"Content-Type": content_type}
        assert xapi("PUT", STATE.path, query_string=query, data=content, headers=headers).status_code == 204
        assert xapi("GET", STATE.path, query_string=query).data == content


# --- Concurrency (Communication 3.1)


@each
@each_version
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_if_match_lets_through_what_the_client_has_seen_and_nothing_else(
    xapi: Send, resource: Resource, version: str, method: str
) -> None:
    query, versioned = resource.named(), {"X-Experience-API-Version": version}
    xapi("PUT", resource.path, query_string=query, json={"a": 1}, headers={**NEW, **versioned})
    before = xapi("GET", resource.path, query_string=query)
    for tag in ('"1111111111111111111111111111111111111111"', '"1234"', "nonsense", "", f"W/{before.headers['ETag']}"):
        refused = xapi(method, resource.path, query_string=query, json={"b": 2}, headers={"If-Match": tag, **versioned})
        assert refused.status_code == 412, tag
        assert json.loads(refused.data)["errors"]
        assert xapi("GET", resource.path, query_string=query).data == before.data
    headers = {"If-Match": f'"1234", {before.headers["ETag"]}', **versioned}
    assert xapi(method, resource.path, query_string=query, json={"b": 2}, headers=headers).status_code == 204
    after = xapi("GET", resource.path, query_string=query)
    assert after.status_code == (404 if method == "DELETE" else 200)
    if method != "DELETE":
        assert json.loads(after.data) == ({"b": 2} if method == "PUT" else {"a": 1, "b": 2})
        assert xapi(method, resource.path, query_string=query, json={"c": 3}, headers=headers).status_code == 412


@each
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_if_match_needs_a_document(xapi: Send, resource: Resource, method: str) -> None:
    for tag in ("*", etag_of(b"theirs")):
        answer = xapi(method, resource.path, query_string=resource.named(), data=b"x", headers={"If-Match": tag})
        assert answer.status_code == 412
    assert xapi("GET", resource.path, query_string=resource.named()).status_code == 404


@each
@each_version
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_if_none_match_any_is_for_new_documents(xapi: Send, resource: Resource, version: str, method: str) -> None:
    headers = {**NEW, "X-Experience-API-Version": version}
    query = resource.named()
    assert xapi(method, resource.path, query_string=query, json={"a": 1}, headers=headers).status_code == 204
    assert xapi(method, resource.path, query_string=query, json={"b": 2}, headers=headers).status_code == 412
    assert json.loads(xapi("GET", resource.path, query_string=query).data) == {"a": 1}


@each
@each_version
def test_put_without_a_precondition(xapi: Send, resource: Resource, version: str) -> None:
    """3.1 and IEEE 9274.1.1: a new profile is 400 under 1.0.x; one that is there is 409; State under 1.0.x is free."""
    query, headers = resource.named(), {"X-Experience-API-Version": version}
    free = resource is STATE and version == "1.0.3"
    answer = xapi("PUT", resource.path, query_string=query, data=b"1", headers=headers)
    assert answer.status_code == (400 if resource is not STATE and version == "1.0.3" else 204)
    xapi("POST", resource.path, query_string=query, data=b"1", headers=headers)
    answer = xapi("PUT", resource.path, query_string=query, data=b"2", headers=headers)
    assert answer.status_code == (204 if free else 409)
    if not free:
        [fault] = json.loads(answer.data)["errors"]
        assert "current state" in fault["message"]
        assert "If-Match" in fault["message"]
    assert xapi("GET", resource.path, query_string=query).data == (b"2" if free else b"1")


@each
def test_who_has_the_current_document_is_not_sent_it_again(xapi: Send, resource: Resource) -> None:
    xapi("PUT", resource.path, query_string=resource.named(), data=b"x", headers=NEW)
    answer = xapi("GET", resource.path, query_string=resource.named(), headers={"If-None-Match": etag_of(b"x")})
    assert (answer.status_code, answer.data) == (304, b"")
    answer = xapi("GET", resource.path, query_string=resource.named(), headers={"If-None-Match": etag_of(b"y")})
    assert answer.data == b"x"
    assert answer.headers["Cache-Control"] == "no-store"


@each
def test_an_answer_with_an_etag_is_sent_as_it_is(xapi: Send, resource: Resource) -> None:
    """3.1: with another encoding, the ETag would have to be another."""
    content = json.dumps({"a": "x" * 5000}).encode()
    xapi(
        "PUT",
        resource.path,
        query_string=resource.named(),
        data=content,
        headers={**NEW, "Content-Type": "application/json"},
    )
    answer = xapi("GET", resource.path, query_string=resource.named(), headers={"Accept-Encoding": "gzip"})
    assert (answer.data, answer.headers["ETag"]) == (content, etag_of(content))
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_preconditions_hold_in_the_alternate_request_syntax(xapi: Send, method: str) -> None:
    """1.3: parameters, headers and content as fields of a form."""
    xapi("PUT", STATE.path, query_string=STATE.named(), data=b"1")
    for tag, status in ((etag_of(b"2"), 412), (etag_of(b"1"), 204)):
        form = {**STATE.named(), "If-Match": tag, "content": "nội dung", "Content-Type": "text/plain"}
        assert xapi("POST", STATE.path, query_string={"method": method}, data=form).status_code == status
    answer = xapi("POST", STATE.path, query_string={"method": "GET"}, data=STATE.named())
    if method == "DELETE":
        assert answer.status_code == 404
    else:
        assert (answer.text, answer.headers["Content-Type"]) == ("nội dung", "text/plain")


# --- Who may


@each
def test_a_scope_opens_its_own_documents_and_all_read_opens_them_for_reading(
    xapi: Send, resource: Resource, tenant: UUID, credential: Callable[..., str]
) -> None:
    """Communication 4.2."""

    def statuses(*scopes: str) -> list[int]:
        headers = {"Authorization": credential(tenant, *scopes), **NEW}
        query = resource.named(str(uuid4()))
        return [
            xapi(method, resource.path, query_string=query, data=b"x", headers=headers).status_code
            for method in ("PUT", "GET", "HEAD")
        ]

    other = "profile" if resource is STATE else "state"
    assert statuses("all")[0] == 204
    assert statuses(resource.read_scope)[0] == 204
    assert statuses("all/read") == [403, 404, 404]
    for scope in (other, "statements/write", "statements/read", "define", "certification/read"):
        assert statuses(scope) == [403, 403, 403]


@each
def test_nobody_gets_in_without_credentials(xapi: Send, resource: Resource) -> None:
    for method in ("PUT", "POST", "GET", "DELETE"):
        answer = xapi(method, resource.path, query_string=resource.named(), headers={"Authorization": None})
        assert answer.status_code == 401


@each
def test_what_one_tenant_does_is_not_seen_by_the_other(xapi: Send, stranger: Send, resource: Resource) -> None:
    query = resource.named()
    assert xapi("GET", resource.path, query_string=query).status_code == 404
    assert json.loads(xapi("GET", resource.path, query_string=resource.context).data) == []
    xapi("PUT", resource.path, query_string=query, data=b"ours", headers=NEW)
    xapi("POST", resource.path, query_string=query, data=b"ours")
    assert stranger("GET", resource.path, query_string=query).data == b"theirs"
    xapi("DELETE", resource.path, query_string=query)
    if resource is STATE:
        xapi("DELETE", resource.path, query_string=resource.context)
    assert stranger("GET", resource.path, query_string=query).data == b"theirs"


@each
def test_a_method_that_is_none_is_405(xapi: Send, resource: Resource) -> None:
    assert xapi("PATCH", resource.path, query_string=resource.named()).status_code == 405


@each
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_document_that_is_too_large_is_413(xapi: Send, client: FlaskClient, resource: Resource, method: str) -> None:
    """Communication 3.2."""
    client.application.config["MAX_CONTENT_LENGTH"] = 100
    answer = xapi(method, resource.path, query_string=resource.named(), data=b"x" * 101, headers=NEW)
    assert answer.status_code == 413
    assert xapi("GET", resource.path, query_string=resource.named()).status_code == 404


@each
def test_a_version_that_is_missing_is_400(xapi: Send, resource: Resource) -> None:
    answer = xapi("GET", resource.path, query_string=resource.named(), headers={"X-Experience-API-Version": None})
    assert answer.status_code == 400
