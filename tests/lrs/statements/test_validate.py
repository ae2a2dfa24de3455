"""Every rule about a Statement by example: what is refused, where, and in which words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from lrs.errors import Fault, InvalidStatement
from lrs.statements.validate import MOST_FAULTS, check_statements, decode, encode

REF = {"objectType": "StatementRef", "id": "8f87ccde-bb56-4c2e-ab83-44982ef22df0"}
AGENT = {"objectType": "Agent", "name": "Đỗ Thị Bích Ngọc", "mbox": "mailto:bich.ngoc@example.org"}
CONSUMER = {"account": {"homePage": "https://lms.example.org/oauth", "name": "khoá-1"}}
GROUP = {"objectType": "Group", "name": "Tổ 1", "member": [AGENT, {"openid": "https://id.example.org/2"}]}
ACTIVITY = {
    "objectType": "Activity",
    "id": "https://example.org/khoa-hoc/an-toan-điện",
    "definition": {
        "name": {"vi": "An toàn điện", "en": "Electrical safety"},
        "description": {"vi-VN": "Bài kiểm tra cuối khoá"},
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
        "moreInfo": "https://example.org/thêm",
        "interactionType": "choice",
        "correctResponsesPattern": ["a[,]b"],
        "choices": [{"id": "a", "description": {"vi": "Ngắt điện"}}, {"id": "b"}],
        "extensions": {"https://example.org/số-câu": None},
    },
}
ATTACHMENT = {
    "usageType": "http://adlnet.gov/expapi/attachments/certificate",
    "display": {"vi": "Giấy chứng nhận"},
    "description": {"vi": "Bản quét"},
    "contentType": "application/pdf",
    "length": 27,
    "sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a",
    "fileUrl": "https://example.org/giay.pdf",
}
COMMON: dict[str, Any] = {
    "actor": AGENT,
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"vi": "đã hoàn thành"}},
    "object": ACTIVITY,
    "result": {
        "score": {"scaled": Decimal("0.8"), "raw": 80, "min": 0, "max": 100},
        "success": True,
        "completion": True,
        "response": "a[,]b",
        "duration": "PT1H30M",
        "extensions": {"https://example.org/x": [None]},
    },
    "context": {
        "registration": "ec531277-b57b-4c15-8d91-d292c5b2b8f7",
        "instructor": {"account": {"homePage": "https://lms.example.org", "name": "gv-7"}},
        "team": GROUP,
        "contextActivities": {"parent": [{"id": "https://example.org/khoa-hoc"}], "category": ACTIVITY},
        "contextAgents": [
            {"objectType": "contextAgent", "agent": AGENT, "relevantTypes": ["https://example.org/vai-trò"]}
        ],
        "contextGroups": [{"objectType": "contextGroup", "group": GROUP}],
        "revision": "2",
        "platform": "Xưởng học",
        "language": "vi-VN",
        "statement": REF,
        "extensions": {"https://example.org/y": {"nested": {"null": None}}},
    },
    "timestamp": "2026-11-20T09:30:00.123+07:00",
    "attachments": [ATTACHMENT],
}
STATEMENT = {
    "id": "12345678-1234-5678-1234-567812345678",
    **COMMON,
    "stored": "2026-11-20T02:30:01Z",
    "authority": CONSUMER,
    "version": "2.0.0",
}
SUBSTATEMENT = {
    **{key: STATEMENT[key] for key in ("id", "actor", "verb", "stored", "authority", "version")},
    "object": {"objectType": "SubStatement", **COMMON},
}

MISSING = object()


def changed(document: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy in which the JSON pointer `place` holds `value` (or nothing, for MISSING)."""
    copied: dict[str, Any] = decode(encode(document).encode())  # nothing of it is shared with the original
    *way, last = [key.replace("~1", "/").replace("~0", "~") for key in place.split("/")[1:]]
    container: Any = copied
    for key in way:
        container = container[int(key) if isinstance(container, list) else key]
    if value is MISSING:
        del container[last]
    elif isinstance(container, list):
        container[int(last)] = value
    else:
        container[last] = value
    return copied


def faults_of(*documents: Any, version: str = "2.0.0") -> list[Fault]:
    try:
        check_statements(documents, version=version)
    except InvalidStatement as refusal:
        return list(refusal.faults)
    return []


def said(*documents: Any, version: str = "2.0.0") -> list[str]:
    return [str(fault) for fault in faults_of(*documents, version=version)]


def test_statements_using_every_property_pass() -> None:
    assert said(STATEMENT) == []
    assert said(SUBSTATEMENT) == []


IRI = "must be an IRI with its scheme, such as https://example.org/verbs/read (a space is written %20)"
UUID = "must be a UUID in its standard form, such as 8f87ccde-bb56-4c2e-ab83-44982ef22df0"
TAG = "must be a language tag of RFC 5646, such as vi or vi-VN"
MAP = 'must be a language map, such as {"vi": "đã hoàn thành"}'
TIME = "must be a date and time such as 2026-11-20T09:30:00.000+07:00 (an offset of zero is Z or +00:00, never -00:00)"
DURATION = "must be an ISO 8601 duration such as PT1H30M (weeks stand alone; only the last number may have a fraction)"
ONE_IFI = "the object must have exactly one of mbox, mbox_sha1sum, openid and account"
MAILTO = "must be a mailto IRI such as mailto:name@example.org"
UNKNOWN = "is not a property that may stand here"
ACTIVITY_KEYS = (
    "choices, correctResponsesPattern, description, extensions, interactionType, moreInfo, name, scale, source, steps, "
    "target, type"
)
AT_ITS_PLACE = None
WORDS: list[tuple[str, Any, str | None, str, str]] = [
    # what is changed, value put there, where the fault is told, in which words, with which clause
    ("/actor", MISSING, "", "needs the property 'actor'", "1.0.3 Data 2.4"),
    ("/actor", "Ngọc", AT_ITS_PLACE, "'Ngọc' must be an object", "1.0.3 Data 2.4.2"),
    ("/actor/mbox", "bob@x", AT_ITS_PLACE, f"'bob@x' {MAILTO}", "1.0.3 Data 2.4.2.3"),
    ("/actor/mbox", MISSING, "/actor", ONE_IFI, "1.0.3 Data 2.4.2.1"),
    ("/actor/openid", "https://id.example.org/1", "/actor", ONE_IFI, "1.0.3 Data 2.4.2.1"),
    ("/actor/objectType", "agent", AT_ITS_PLACE, "'agent' must be 'Agent' or 'Group'", "1.0.3 Data 2.4.2"),
    ("/actor/name", 7, AT_ITS_PLACE, "7 must be a text", "1.0.3 Data 2.4.2.1"),
    ("/actor/Name", "Ngọc", AT_ITS_PLACE, f"'Name' {UNKNOWN}; did you mean 'name'?", "1.0.3 Data 2.4.2.1"),
    ("/verb/id", "completed", AT_ITS_PLACE, f"'completed' {IRI}", "1.0.3 Data 4.3"),
    ("/verb/id", MISSING, "/verb", "needs the property 'id'", "1.0.3 Data 2.4.3"),
    ("/verb/display", "đã học", AT_ITS_PLACE, f"'đã học' {MAP}", "1.0.3 Data 4.2"),
    ("/verb/display/tiếng Việt", "đã học", AT_ITS_PLACE, f"the key 'tiếng Việt' {TAG}", "1.0.3 Data 4.2"),
    ("/verb/display/vi", None, AT_ITS_PLACE, "null must be a text", "1.0.3 Data 4.2"),
    ("/object/definition/type", "a b:c", AT_ITS_PLACE, f"'a b:c' {IRI}", "1.0.3 Data 4.3"),
    ("/object/definition/y", 1, AT_ITS_PLACE, f"'y' {UNKNOWN}; allowed are {ACTIVITY_KEYS}", "1.0.3 Data 2.4.4.1"),
    ("/object/definition/extensions/số", 1, AT_ITS_PLACE, f"the key 'số' {IRI}", "1.0.3 Data 4.3"),
    ("/object/definition/choices/1/id", "a", AT_ITS_PLACE,
     "'a' is the id of another entry of choices; each needs its own", "1.0.3 Data 2.4.4.1"),
    ("/result/score/scaled", 80, AT_ITS_PLACE,
     "80 must be a number from -1 to 1 (80 of 100 is 0.8)", "1.0.3 Data 2.4.5.1"),
    ("/result/score/raw", Decimal("100.5"), AT_ITS_PLACE,
     "100.5 must be at most max, which is 100", "1.0.3 Data 2.4.5.1"),
    ("/result/score/raw", -1, AT_ITS_PLACE, "-1 must be at least min, which is 0", "1.0.3 Data 2.4.5.1"),
    ("/result/score", {"min": 5, "max": 5}, "/result/score/min",
     "5 must be less than max, which is 5", "1.0.3 Data 2.4.5.1"),
    ("/result/success", "true", AT_ITS_PLACE, "'true' must be true or false", "1.0.3 Data 2.4.5"),
    ("/result/duration", "P4W1D", AT_ITS_PLACE, f"'P4W1D' {DURATION}", "1.0.3 Data 4.6"),
    ("/context/registration", "7", AT_ITS_PLACE, f"'7' {UUID}", "1.0.3 Data 4.4"),
    ("/context/language", "tiếng Việt", AT_ITS_PLACE, f"'tiếng Việt' {TAG}", "1.0.3 Data 4.2"),
    ("/context/contextActivities/tags", [], AT_ITS_PLACE,
     f"'tags' {UNKNOWN}; allowed are category, grouping, other, parent", "1.0.3 Data 2.4.6.2"),
    ("/context/contextActivities/parent", "x", AT_ITS_PLACE, "'x' must be a list of Activities", "1.0.3 Data 2.4.6.2"),
    ("/context/contextAgents/0/objectType", "Agent", AT_ITS_PLACE, "'Agent' must be 'contextAgent'", "2.0.0 4.2.2.5"),
    ("/context/contextAgents/0/relevantTypes", [], AT_ITS_PLACE, "the list must not be empty", "2.0.0 4.2.2.5"),
    ("/timestamp", "20/11/2026", AT_ITS_PLACE, f"'20/11/2026' {TIME}", "1.0.3 Data 4.5"),
    ("/timestamp", "2026-02-30T00:00:00Z", AT_ITS_PLACE,
     "'2026-02-30T00:00:00Z' is not a real date and time: day is out of range for month", "1.0.3 Data 4.5"),
    ("/attachments/0/length", Decimal("27.5"), AT_ITS_PLACE,
     "27.5 must be the number of bytes, a whole number from 0 on", "1.0.3 Data 2.4.11"),
    ("/attachments/0/sha2", "abc", AT_ITS_PLACE,
     "'abc' must be the SHA-2 hash of the data in hexadecimal digits (64 of them for SHA-256)", "1.0.3 Data 2.4.11"),
    ("/attachments/0/contentType", "pdf", AT_ITS_PLACE,
     "'pdf' must be an Internet media type such as application/pdf", "1.0.3 Data 2.4.11"),
]  # fmt: skip


@pytest.mark.parametrize(("changed_at", "value", "place", "words", "clause"), WORDS)
def test_a_fault_is_told_where_it_is_with_what_to_do_and_the_clause(
    changed_at: str, value: Any, place: str | None, words: str, clause: str
) -> None:
    place = changed_at if place is AT_ITS_PLACE else place
    assert faults_of(changed(STATEMENT, changed_at, value)) == [Fault(place, words, f"xAPI {clause}")]


@pytest.mark.parametrize(("changed_at", "value", "place", "words", "clause"), [row for row in WORDS if row[2] != ""])
def test_a_substatement_is_held_to_the_same_rules(
    changed_at: str, value: Any, place: str | None, words: str, clause: str
) -> None:
    place = changed_at if place is AT_ITS_PLACE else place
    assert faults_of(changed(SUBSTATEMENT, f"/object{changed_at}", value)) == [
        Fault(f"/object{place}", words, f"xAPI {clause}")
    ]


WRONG_TYPES: dict[str, list[Any]] = {
    "text": [None, 12345, True, {}, [], Decimal("1.5")],
    "object": [None, 12345, "should fail", True, []],
    "list": [None, 12345, "should fail", True, {}],
    "number": [None, "80", True, {}, []],
    "boolean": [None, "true", "false", 0, 1, {}, []],
}
TEXTS = [
    "/actor/name", "/actor/mbox", "/verb/id", "/verb/display/vi", "/object/id", "/object/definition/name/vi",
    "/object/definition/type", "/object/definition/moreInfo", "/object/definition/interactionType",
    "/object/definition/correctResponsesPattern/0", "/object/definition/choices/0/id",
    "/object/definition/choices/0/description/vi", "/result/response", "/result/duration", "/context/registration",
    "/context/instructor/account/homePage", "/context/instructor/account/name", "/context/team/name",
    "/context/team/member/1/openid", "/context/revision", "/context/platform", "/context/language",
    "/context/statement/id", "/context/statement/objectType", "/timestamp", "/attachments/0/usageType",
    "/attachments/0/display/vi", "/attachments/0/contentType", "/attachments/0/sha2", "/attachments/0/fileUrl",
    "/context/contextAgents/0/relevantTypes/0", "/context/contextActivities/parent/0/id",
]  # fmt: skip
OBJECTS = [
    "/actor", "/verb", "/verb/display", "/object", "/object/definition", "/object/definition/name",
    "/object/definition/description", "/object/definition/extensions", "/object/definition/choices/0", "/result",
    "/result/score", "/result/extensions", "/context", "/context/instructor", "/context/instructor/account",
    "/context/team", "/context/team/member/0", "/context/contextActivities", "/context/contextActivities/parent/0",
    "/context/statement", "/context/extensions", "/context/contextAgents/0", "/context/contextAgents/0/agent",
    "/context/contextGroups/0", "/context/contextGroups/0/group", "/attachments/0", "/attachments/0/display",
    "/attachments/0/description",
]  # fmt: skip
LISTS = [
    "/object/definition/correctResponsesPattern", "/object/definition/choices", "/context/team/member",
    "/context/contextAgents", "/context/contextAgents/0/relevantTypes", "/context/contextGroups", "/attachments",
]  # fmt: skip
NUMBERS = [
    "/result/score/scaled",
    "/result/score/raw",
    "/result/score/min",
    "/result/score/max",
    "/attachments/0/length",
]
BOOLEANS = ["/result/success", "/result/completion"]
TYPES = [
    (place, value)
    for places, kind in (
        (TEXTS, "text"),
        (OBJECTS, "object"),
        (LISTS, "list"),
        (NUMBERS, "number"),
        (BOOLEANS, "boolean"),
    )
    for place in places
    for value in WRONG_TYPES[kind]
]


@pytest.mark.parametrize("whole", [STATEMENT, SUBSTATEMENT], ids=["Statement", "SubStatement"])
@pytest.mark.parametrize(("place", "value"), TYPES)
def test_a_value_of_the_wrong_type_is_one_fault_at_its_place(whole: dict[str, Any], place: str, value: Any) -> None:
    within = place if whole is STATEMENT else f"/object{place}"
    assert [fault.place for fault in faults_of(changed(whole, within, value))] == [within]


@pytest.mark.parametrize("place", ["", *[place for place in OBJECTS if "extensions" not in place]])
def test_a_property_that_xapi_does_not_know_is_refused_everywhere_but_in_extensions(place: str) -> None:
    for whole, within in ((STATEMENT, place), (SUBSTATEMENT, f"/object{place}")):
        spoilt = changed(whole, f"{within}/not allowed", "x")
        assert [fault.place for fault in faults_of(spoilt)] == [f"{within}/not allowed"]


@pytest.mark.parametrize("place", ["/id", "/stored", "/version", "/authority"])
def test_a_substatement_has_neither_id_nor_stored_nor_version_nor_authority(place: str) -> None:
    assert [fault.place for fault in faults_of(changed(SUBSTATEMENT, f"/object{place}", STATEMENT[place[1:]]))] == [
        f"/object{place}"
    ]


def test_a_substatement_holds_no_other_substatement() -> None:
    assert said(changed(SUBSTATEMENT, "/object/object", {"objectType": "SubStatement", **COMMON}))[0] == (
        "/object/object/objectType: 'SubStatement' must be 'Activity', 'Agent', 'Group' or 'StatementRef'; "
        "a SubStatement holds no other SubStatement (xAPI 1.0.3 Data 2.4.4)"
    )


@pytest.mark.parametrize("kind", ["activity", "agent", "group", "statementref", "substatement", "", "Person", None, 5])
def test_the_kind_of_an_object_is_written_as_xapi_writes_it(kind: Any) -> None:
    assert {fault.place for fault in faults_of(changed(STATEMENT, "/object/objectType", kind))} >= {
        "/object/objectType"
    }


@pytest.mark.parametrize("missing", ["usageType", "display", "contentType", "length", "sha2"])
def test_an_attachment_needs_what_describes_it(missing: str) -> None:
    assert said(changed(STATEMENT, f"/attachments/0/{missing}", MISSING)) == [
        f"/attachments/0: needs the property '{missing}' (xAPI 1.0.3 Data 2.4.11)"
    ]


IDENTIFIERS = {
    "mbox": "mailto:a@example.org",
    "mbox_sha1sum": "cd9b00a5611f94eaa7b1661edab976068e364975",
    "openid": "https://id.example.org/12345",
    "account": {"homePage": "https://lms.example.org", "name": "7"},
}


@pytest.mark.parametrize("first", IDENTIFIERS)
@pytest.mark.parametrize("second", IDENTIFIERS)
@pytest.mark.parametrize("kind", ["Agent", "Group"])
def test_an_actor_has_one_identifier_and_never_two(kind: str, first: str, second: str) -> None:
    actor = {"objectType": kind, first: IDENTIFIERS[first], second: IDENTIFIERS[second]}
    for place in ("/actor", "/object", "/context/instructor", *(["/context/team"] if kind == "Group" else [])):
        whole = changed(changed(STATEMENT, "/context/revision", MISSING), "/context/platform", MISSING)
        found = faults_of(changed(whole, place, actor))
        assert [fault.place for fault in found] == ([] if first == second else [place])


def test_an_anonymous_group_lists_its_members_who_are_agents() -> None:
    assert said(changed(STATEMENT, "/actor", {"objectType": "Group", "name": "Tổ 2"})) == [
        f"/actor: {ONE_IFI}, or none of them and a list of members (xAPI 1.0.3 Data 2.4.2.2)"
    ]
    assert said(changed(STATEMENT, "/actor", {"objectType": "Group", "member": [AGENT]})) == []
    inner = {"objectType": "Group", "mbox": "mailto:to-2@example.org"}
    assert said(changed(STATEMENT, "/actor", {"objectType": "Group", "member": [AGENT, inner]})) == [
        "/actor/member/1/objectType: 'Group' must be 'Agent' (xAPI 1.0.3 Data 2.4.2.1)"
    ]


def test_a_team_is_a_group() -> None:
    assert said(changed(STATEMENT, "/context/team", AGENT)) == [
        "/context/team/objectType: 'Agent' must be 'Group' (xAPI 1.0.3 Data 2.4.2.2)"
    ]


def test_an_agent_as_object_says_that_it_is_one() -> None:
    agent = {key: value for key, value in AGENT.items() if key != "objectType"}
    assert "/object: needs the property 'id' (xAPI 1.0.3 Data 2.4.4.1)" in said(changed(STATEMENT, "/object", agent))


@pytest.mark.parametrize("target", [AGENT, GROUP, REF], ids=["Agent", "Group", "StatementRef"])
def test_revision_and_platform_stand_only_with_an_activity(target: dict[str, Any]) -> None:
    words = "may stand here only when the object is an Activity (xAPI 1.0.3 Data 2.4.6)"
    assert said(changed(STATEMENT, "/object", target)) == [
        f"/context/revision: '2' {words}",
        f"/context/platform: 'Xưởng học' {words}",
    ]
    assert len(faults_of(changed(SUBSTATEMENT, "/object/object", target))) == 2


def test_revision_and_platform_stand_only_with_an_activity_that_is_no_substatement() -> None:
    whole = changed(SUBSTATEMENT, "/context", {"revision": "2", "platform": "p"})
    assert [fault.place for fault in faults_of(whole)] == ["/context/revision", "/context/platform"]


VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def test_a_voiding_statement_names_the_statement_to_be_voided() -> None:
    whole = changed(changed(STATEMENT, "/verb/id", VOIDED), "/context", {})
    words = "because the Verb says voided: name the Statement to be voided (xAPI 1.0.3 Data 2.3.2)"
    assert said(whole) == [f"/object/objectType: 'Activity' must be 'StatementRef', {words}"]
    assert said(changed(whole, "/object/objectType", MISSING)) == [
        f"/object: the object must have the objectType 'StatementRef', {words}"
    ]
    assert said(changed(whole, "/object", REF)) == []


@pytest.mark.parametrize(
    "field", ["correctResponsesPattern", "choices", "scale", "source", "target", "steps"]
)  # fmt: skip
def test_interaction_fields_need_an_interaction_type(field: str) -> None:
    definition = {"name": {"vi": "Câu 1"}, field: []}
    assert said(changed(STATEMENT, "/object/definition", definition)) == [
        f"/object/definition: needs the property 'interactionType', because it has '{field}' (xAPI 1.0.3 Data 2.4.4.1)"
    ]


@pytest.mark.parametrize("field", ["choices", "scale", "source", "target", "steps"])
@pytest.mark.parametrize(
    "place", ["/object", "/context/contextActivities/category", "/context/contextActivities/parent/0"]
)
def test_component_ids_are_distinct_wherever_an_activity_stands(place: str, field: str) -> None:
    definition = {"interactionType": "other", field: [{"id": "1"}, {"id": "2"}, {"id": "1"}]}
    for whole, within in ((STATEMENT, place), (SUBSTATEMENT, f"/object{place}")):
        found = faults_of(changed(whole, f"{within}/definition", definition))
        assert [fault.place for fault in found] == [f"{within}/definition/{field}/2/id"]


def test_an_authority_is_an_agent_or_an_anonymous_group_of_two_with_an_oauth_consumer() -> None:
    two = {"objectType": "Group", "member": [CONSUMER, AGENT]}
    assert said(changed(STATEMENT, "/authority", two)) == []
    assert said(changed(STATEMENT, "/authority", AGENT)) == []
    assert said(changed(STATEMENT, "/authority", {**two, "mbox": "mailto:to-1@example.org"})) == [
        "/authority: the object must be an Agent, or a Group that has two members and no identifier of its own "
        "(xAPI 1.0.3 Data 2.4.9)"
    ]
    words = "the list must have exactly two members, the OAuth consumer and the user (xAPI 1.0.3 Data 2.4.9)"
    for members in ([CONSUMER], [CONSUMER, AGENT, AGENT]):
        assert said(changed(STATEMENT, "/authority", {**two, "member": members})) == [f"/authority/member: {words}"]
    assert said(changed(STATEMENT, "/authority", {**two, "member": [AGENT, AGENT]})) == [
        "/authority/member: the list must have one member with an account, the OAuth consumer (xAPI 1.0.3 Data 2.4.9)"
    ]


# --- The special data types

GOOD: dict[str, list[str]] = {
    "/id": ["12345678-1234-5678-1234-567812345678", "00000000-0000-0000-0000-000000000000",
            "019AA3C0-8F4B-7C3D-9A1E-2B3C4D5E6F70"],
    "/verb/id": ["http://adlnet.gov/expapi/verbs/attended", "urn:x", "https://example.org/đọc?a=b#c", "tag:a.vn,2026:x",
                 "http://example.com/فعل/خواندن", "http://[::1]:8000/", "https://a.vn/%C4%91"],
    "/actor/mbox": ["mailto:a@b", "mailto:nguyễn@thợ.vn", "mailto:a+b.c@example.org"],
    "/context/language": ["vi", "vi-VN", "cmn", "zh-Hans-CN", "sr-Latn-RS", "es-419", "sl-rozaj", "de-CH-1996",
                          "de-DE-u-co-phonebk", "x-cong-nhan", "vi-x-a", "i-klingon", "tlh", "en-GB-oed",
                          "sgn-BE-FR"],
    "/timestamp": ["2026-11-20T09:30:00Z", "2026-11-20T09:30:00.123456789+07:00", "2026-11-20T09:30Z",
                   "20261120T093000Z", "2026-11-20T09:30:00+07", "2026-11-20T09:30:00-0330", "2026-11-20T09:30:00",
                   "2026-11-20t09:30:00z", "2008-09-15T15:53:00.601+00:00", "2016-12-31T23:59:60Z",
                   "2017-01-01T06:59:60+07:00", "2026-11-20T09:30:00,5Z", "2031-01-01T00:00:00Z"],
    "/result/duration": ["PT0S", "P3Y1M29DT4H35M59.14S", "PT16559.14S", "P4W", "P0.5Y", "PT1H0M0.123456S",
                         "PT1,5H", "P1M", "PT1M"],
    "/version": ["1.0", "1.0.0", "1.0.3", "1.0.12", "2.0.0", "2.0.1"],
    "/attachments/0/contentType": ["text/plain; charset=ascii", "application/vnd.ms-excel", "image/svg+xml",
                                   "a/b;c=\"d e\""],
    "/attachments/0/sha2": ["a" * 56, "B" * 64, "0" * 96, "f" * 128],
}  # fmt: skip
BAD: dict[str, list[str]] = {
    "/id": ["AA97B177-9383-4934-8543-0F91A7A028368", "MA97B177-9383-4934-8543-0F91A7A02836", "",
            "AA97B1779383493485430F91A7A02836", "{AA97B177-9383-4934-8543-0F91A7A02836}",
            "urn:uuid:aa97b177-9383-4934-8543-0f91a7a02836", "aa97b177-9383-4934-8543-0f91a7a0283\uff16"],
    "/verb/id": ["", "attended", "/verbs/x", "//example.org/x", "ab=c://should.fail.com", "1a:b", "http:", "http://a b",
                 "http://a/<b>", "http://a/%zz", "http://a/%4", "http://a|b", " http://a", "http://a\t", "đ:x"],
    "/actor/mbox": ["", "mailto:", "mailto:should.fail.com", "http://should.fail.com", "a@b.vn", "MAILTO:a@b.vn",
                    "mailto:a@b.vn?subject=x", "mailto:a@b@c.vn", "mailto:@b.vn", "mailto:a@", "mailto: a@b.vn"],
    "/context/language": ["", "something", "a12345678", "vi_VN", "v", "vi-", "-vi", "zh-something-ccc", "s-something",
                          "vi-VN-x", "vi--VN", "en-a", "i-unknown", "tiếng", "vi VN", "\u212al", "vi-\u017f\u017f"],
    "/timestamp": ["", "should fail", "01/011/2015", "2026-11-20", "2026-11-20 09:30:00Z", "2026-11-20T09Z",
                   "2008-09-15T15:53:00.601-00", "2008-09-15T15:53:00.601-0000", "2008-09-15T15:53:00.601-00:00",
                   "2026-13-20T09:30:00Z", "2026-11-32T09:30:00Z", "2026-11-20T24:00:00Z", "2026-11-20T09:60:00Z",
                   "2026-11-20T09:30:61Z", "2026-11-20T09:30:00.Z", "2026-11-20T09:30:00+24:00",
                   "2026-11-20T09:30:00+07:60", "2026-11-31T09:30:00Z", "2025-02-29T09:30:00Z", "2026-11-20T09:30:60Z",
                   "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:60Z", "2026-W47-5T09:30:00Z",
                   "2026-324T09:30:00Z",
                   "\u0662\u0660\u0662\u0666-11-20T09:30:00Z", "2026-11-20T09:30:00Zulu", "20261120T09:30:00Z"],
    "/result/duration": ["", "P", "PT", "P1", "1H", "PT1H30", "P4W1D", "P1YT", "-PT1H", "PT-1H", "PA1H0M0S", "pt1h",
                         "PT1.5H30M", "P1.5DT1H", "PT30M1H", "P1H", "P0003-06-04T12:30:05", "PT1S1S", "PT.5S", "PT5.S"],
    "/version": ["", "1", "1.1.0", "0.9.9", "2.1.0", "1.0.", "1.0.x", "v1.0.3", "1.0.03", "2.0"],
    "/attachments/0/contentType": ["", "pdf", "/pdf", "application/", "a/b/c", "a b/c", "text/plain\n; x", "văn/bản"],
    "/attachments/0/sha2": ["", "a" * 40, "a" * 63, "g" * 64, "a" * 65],
}  # fmt: skip
OLD_WHOLE = {**STATEMENT, "version": "1.0.0"}


@pytest.mark.parametrize(("place", "value"), [(place, value) for place, values in GOOD.items() for value in values])
def test_what_the_special_types_allow_passes(place: str, value: str) -> None:
    assert said(changed(STATEMENT, place, value)) == []


@pytest.mark.parametrize(("place", "value"), [(place, value) for place, values in BAD.items() for value in values])
def test_what_the_special_types_forbid_is_refused(place: str, value: str) -> None:
    assert [fault.place for fault in faults_of(changed(STATEMENT, place, value))] == [place]


@pytest.mark.parametrize(("place", "value"), [(place, values[0]) for place, values in GOOD.items()])
def test_a_line_break_at_the_end_is_part_of_the_text_and_refused(place: str, value: str) -> None:
    assert [fault.place for fault in faults_of(changed(STATEMENT, place, value + "\n"))] == [place]


@pytest.mark.parametrize(
    "scaled", [0, 1, -1, Decimal("1.0"), Decimal("-1.0000"), Decimal("0.999999999999999999999"), 0.5]
)
def test_a_scaled_score_lies_between_minus_one_and_one(scaled: Any) -> None:
    assert said(changed(STATEMENT, "/result/score/scaled", scaled)) == []


@pytest.mark.parametrize(
    "scaled", [2, Decimal("1.01"), Decimal("-1.00001"), Decimal("1.00000000000000000000001"), 10**40]
)
def test_a_scaled_score_beyond_one_is_refused_by_however_little(scaled: Any) -> None:
    assert [fault.place for fault in faults_of(changed(STATEMENT, "/result/score/scaled", scaled))] == [
        "/result/score/scaled"
    ]


@pytest.mark.parametrize(
    "score",
    [{}, {"raw": 5}, {"raw": -5, "max": 0}, {"raw": 5, "min": 5, "max": 6}, {"raw": 6, "min": 5, "max": 6},
     {"min": Decimal("1E+999999999"), "max": Decimal("1E+1000000000")}, {"min": 0, "max": Decimal("0.1")}],
)  # fmt: skip
def test_scores_that_agree_with_each_other_pass(score: dict[str, Any]) -> None:
    assert said(changed(STATEMENT, "/result/score", score)) == []


# --- Versions


def test_context_agents_and_groups_are_unknown_to_1_0() -> None:
    words = "came with xAPI 2.0.0; send it with the header X-Experience-API-Version: 2.0.0 (xAPI 1.0.3 Data 2.4.6)"
    both = [f"/context/contextAgents: the list {words}", f"/context/contextGroups: the list {words}"]
    for version in ("1.0", "1.0.0", "1.0.3"):
        assert said(OLD_WHOLE, version=version) == both
        assert said({**SUBSTATEMENT, "version": "1.0.0"}, version=version) == [
            line.replace("/context", "/object/context", 1) for line in both
        ]
    assert said(OLD_WHOLE, version="2.0.0") == []


def test_a_request_of_1_0_brings_no_statement_of_2_0() -> None:
    old = changed(OLD_WHOLE, "/context", {})
    assert said(old, version="1.0.3") == []
    assert said({**old, "version": "2.0.0"}, version="1.0.3") == [
        "/version: '2.0.0' must be 1.0.x in a request of xAPI 1.0.x; send it with the header "
        "X-Experience-API-Version: 2.0.0 (xAPI 1.0.3 Data 2.4.10)"
    ]


# --- Batches


def test_every_fault_of_every_statement_is_told_with_the_index() -> None:
    first = changed(changed(STATEMENT, "/actor/mbox", "bob"), "/verb/id", "read")
    last = changed(changed(STATEMENT, "/id", MISSING), "/result/score/max", -1)
    assert [fault.place for fault in faults_of(first, changed(STATEMENT, "/id", MISSING), last)] == [
        "/0/actor/mbox", "/0/verb/id", "/2/result/score/min", "/2/result/score/raw",
    ]  # fmt: skip


def test_faults_of_form_and_faults_across_fields_are_told_together() -> None:
    whole = changed(changed(STATEMENT, "/result/score/max", 50), "/result/success", "yes")
    whole = changed(whole, "/timestamp", "2026-02-30T00:00:00Z")
    assert [fault.place for fault in faults_of(whole)] == ["/result/success", "/timestamp", "/result/score/raw"]


def test_two_statements_of_a_batch_never_share_an_id() -> None:
    shouted = changed(STATEMENT, "/id", "ABCDEFAB-0000-4000-8000-000000000001")
    same = changed(STATEMENT, "/id", "abcdefab-0000-4000-8000-000000000001")
    assert said(shouted, STATEMENT, same) == [
        "/2/id: 'abcdefab-0000-4000-8000-000000000001' is the id of /0 too; each Statement of a batch has its own "
        "(xAPI 1.0.3 Communication 2.1.2)"
    ]


@pytest.mark.parametrize("document", [None, 5, "x", True, [], [STATEMENT]])
def test_what_is_no_object_is_no_statement(document: Any) -> None:
    assert faults_of(document)[0].message.endswith("must be an object")
    assert [fault.place for fault in faults_of(document, STATEMENT)] == ["/0"]


def test_an_empty_batch_has_no_faults() -> None:
    assert said() == []


def test_the_error_reads_as_its_faults_line_by_line() -> None:
    with pytest.raises(InvalidStatement) as refusal:
        check_statements([{}], version="2.0.0")
    assert str(refusal.value).splitlines() == [
        "needs the property 'actor' (xAPI 1.0.3 Data 2.4)",
        "needs the property 'verb' (xAPI 1.0.3 Data 2.4)",
        "needs the property 'object' (xAPI 1.0.3 Data 2.4)",
    ]


def test_a_long_text_is_cut_in_the_message() -> None:
    [fault] = faults_of(changed(STATEMENT, "/verb/id", "x" * 10_000))
    assert len(fault.message) < 200


def test_a_batch_of_nothing_but_faults_is_not_named_to_its_end() -> None:
    with pytest.raises(InvalidStatement) as refused:
        check_statements([None] * 100_000, version="2.0.0")
    assert len(refused.value.faults) == MOST_FAULTS + 1
    assert "mend these first" in refused.value.faults[-1].message


@pytest.mark.parametrize(
    "wrong",
    [
        {f"k{n}": 1 for n in range(20_000)},
        {"context": {"contextActivities": {"category": [{"id": n} for n in range(20_000)]}}},
    ],
)
def test_a_statement_of_nothing_but_faults_is_not_named_to_its_end(wrong: dict[str, Any]) -> None:
    found = faults_of({**STATEMENT, **wrong})
    assert len(found) == MOST_FAULTS + 1
    assert found[-1] == Fault("", "there are more; mend these first, then send it again")
