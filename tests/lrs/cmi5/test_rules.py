"""What a Statement of a session may be: one rule at a time, each refused at its place with its clause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from lrs.cmi5 import rules
from lrs.cmi5.rules import CMI5, MASTERY_SCORE, MOVE_ON, SESSION_ID, Standing, check
from lrs.statements.keys import ifi_text

SESSION, REGISTRATION = UUID(int=1), UUID(int=2)
AGENT = {"account": {"homePage": "https://lms.example.vn", "name": "hv-0001"}}
UNIT, PUBLISHED = "urn:uuid:0190f3b0-0000-7000-8000-000000000001", "https://hoc.example.org/cmi5/1"
START = Standing(
    session=SESSION,
    registration=REGISTRATION,
    agent=str(ifi_text(AGENT)),
    activity=UNIT,
    publisher_id=PUBLISHED,
    mode="Normal",
    mastery_score=Decimal("0.8"),
)
EARLIER = datetime(2026, 11, 22, 3, tzinfo=UTC)

Statement = dict[str, Any]


def statement(verb: str, minute: int = 0) -> Statement:
    category = [{"id": CMI5}]
    result: Statement = {} if verb == "initialized" else {"duration": "PT1M"}
    result |= {"passed": {"success": True}, "failed": {"success": False}, "completed": {"completion": True}}.get(
        verb, {}
    )
    if {"success", "completion"} & set(result):
        category.append({"id": MOVE_ON})
    return {
        "id": f"0190f3b0-0000-7000-8000-0000000000{minute:02}",
        "actor": dict(AGENT),
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {"id": UNIT},
        "context": {
            "registration": str(REGISTRATION),
            "contextActivities": {"grouping": [{"id": PUBLISHED}], "category": category},
            "extensions": {SESSION_ID: str(SESSION)},
        },
        "timestamp": f"2026-11-22T03:{minute:02}:00Z",
    } | ({"result": result} if result else {})


def scored(verb: str, score: Statement) -> Statement:
    made = statement(verb, 1)
    made["result"]["score"] = score
    made["context"]["extensions"][MASTERY_SCORE] = Decimal("0.8")
    return made


def allowed(minute: int = 1) -> Statement:
    made = statement("answered", minute)
    del made["context"]["contextActivities"]["category"]
    return made


def broken(standing: Standing, *statements: Statement) -> list[tuple[str, str]]:
    """Place and clause of everything that these break, after "initialized" where the session has not said it."""
    told = [(one, one, f"/{index}" if len(statements) > 1 else "") for index, one in enumerate(statements)]
    return [(fault.place, fault.clause) for fault in check(standing, told)[1]]


RUNNING = check(START, [(statement("initialized"), statement("initialized"), "")])[0]


def test_a_session_as_it_should_be() -> None:
    said = [
        statement("initialized"),
        allowed(1),
        scored("passed", {"scaled": Decimal("0.8")}),
        statement("completed", 2),
    ]
    said.append(statement("terminated", 3))
    assert broken(START, *said) == []
    assert broken(START, *reversed(said)) == []  # the order is that of the timestamps
    standing = check(START, [(one, one, "") for one in said])[0]
    assert standing.ever_completed and standing.ever_passed
    assert standing.terminated == standing.latest == EARLIER.replace(minute=3)


def put(*path: str) -> Callable[[Statement, Any], None]:
    def change(made: Statement, value: Any) -> None:
        for name in path[:-1]:
            made = made.setdefault(name, {})
        made[path[-1]] = value

    return change


def without(*path: str) -> Callable[[Statement, Any], None]:
    def change(made: Statement, _: Any) -> None:
        for name in path[:-1]:
            made = made[name]
        del made[path[-1]]

    return change


@pytest.mark.parametrize(
    ("verb", "change", "value", "place", "clause"),
    [
        ("completed", without("id"), None, "/id", "9.1"),
        ("completed", without("timestamp"), None, "/timestamp", "9.7"),
        ("completed", put("timestamp"), "2026-11-22T10:01:00+07:00", "/timestamp", "9.7"),
        ("completed", put("timestamp"), "2026-11-22T03:01:00", "/timestamp", "9.7"),
        ("completed", put("actor"), {"mbox": "mailto:a@example.vn"}, "/actor", "8.1.3"),
        ("completed", put("context", "registration"), str(SESSION), "/context/registration", "9.6.1"),
        ("completed", put("context", "contextActivities", "grouping"), [],
         "/context/contextActivities/grouping", "10.2.1"),
        ("completed", put("object"), {"id": PUBLISHED}, "/object/id", "9.4"),
        ("completed", put("object"), {"objectType": "Agent", "id": UNIT}, "/object/id", "9.4"),
        ("completed", put("result", "completion"), False, "/result/completion", "9.5.3"),
        ("completed", put("result", "success"), True, "/result/success", "9.5.2"),
        ("completed", without("result", "duration"), None, "/result/duration", "9.5.4.1"),
        ("completed", put("result", "score"), {"scaled": 1}, "/result/score", "9.5.1"),
        ("passed", put("result", "success"), False, "/result/success", "9.5.2"),
        ("passed", put("result", "completion"), True, "/result/completion", "9.5.3"),
        ("passed", put("result", "score"), {"raw": 5}, "/result/score", "9.5.1"),
        ("terminated", without("result"), None, "/result/duration", "9.5.4.1"),
        ("completed", put("context", "contextActivities", "category"), [{"id": CMI5}],
         "/context/contextActivities/category", "9.6.2.2"),
        ("terminated", put("context", "contextActivities", "category"), [{"id": CMI5}, {"id": MOVE_ON}],
         "/context/contextActivities/category", "9.6.2.2"),
        ("completed", put("verb"), {"id": "https://w3id.org/xapi/adl/verbs/satisfied"}, "/verb/id", "7.1.3"),
        ("completed", put("verb"), {"id": "http://adlnet.gov/expapi/verbs/answered"}, "/verb/id", "7.1.3"),
    ],
)  # fmt: skip
def test_one_rule_at_a_time(
    verb: str, change: Callable[[Statement, Any], None], value: Any, place: str, clause: str
) -> None:
    made = statement(verb, 1)
    change(made, value)
    assert broken(RUNNING, made) == [(place, f"cmi5 {clause}")]


@pytest.mark.parametrize("key", [SESSION_ID, rules.PROGRESS, MASTERY_SCORE])
def test_extensions_have_their_places(key: str) -> None:
    made = statement("passed", 1)
    at, value, clause = {
        SESSION_ID: ("context", "khac", "9.6.3.1"),
        MASTERY_SCORE: ("context", Decimal("0.5"), "9.6.3.2"),
        rules.PROGRESS: ("result", 101, "9.5.5.1"),
    }[key]
    made[at].setdefault("extensions", {})[key] = value
    assert broken(RUNNING, made) == [(f"/{at}/extensions/{key.replace('/', '~1')}", f"cmi5 {clause}")]


@pytest.mark.parametrize(
    ("verb", "scaled", "clause"),
    [("passed", "0.79", "9.3.4"), ("failed", "0.8", "9.3.5"), ("passed", "0.8", None), ("failed", "0.7999", None)],
)
def test_the_mastery_score_decides(verb: str, scaled: str, clause: str | None) -> None:
    expected = [("/result/score/scaled", f"cmi5 {clause}")] if clause else []
    assert broken(RUNNING, scored(verb, {"scaled": Decimal(scaled)})) == expected


def test_a_score_is_from_0_to_1_and_says_by_what_it_was_judged() -> None:
    assert ("/result/score/scaled", "cmi5 9.5.1") in broken(RUNNING, scored("failed", {"scaled": -1}))
    made = scored("passed", {"scaled": 1})
    del made["context"]["extensions"][MASTERY_SCORE]
    assert [clause for _, clause in broken(RUNNING, made)] == ["cmi5 9.6.3.2"]


def test_what_is_only_allowed_is_held_to_actor_context_and_its_place() -> None:
    made = allowed()
    made["result"] = {"success": True, "score": {"scaled": 1}}
    assert broken(RUNNING, made) == []
    assert broken(START, made) == [("/verb/id", "cmi5 7.1.1")]
    made["context"]["contextActivities"]["category"] = [{"id": MOVE_ON}]
    assert broken(RUNNING, made) == [("/context/contextActivities/category", "cmi5 9.6.2.2")]
    voiding = allowed() | {"verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}}
    assert broken(RUNNING, voiding) == [("/verb/id", "cmi5 6.3")]


@pytest.mark.parametrize(
    ("said", "next_", "clause"),
    [
        (["completed"], statement("completed", 9), "9.3"),
        (["passed"], statement("failed", 9), "9.3"),
        (["failed"], statement("passed", 9), "9.3"),
        ([], statement("initialized", 9), "9.3"),
        (["terminated"], allowed(9), "7.1.2"),
        (["completed"], statement("terminated", 1), "7.1.2"),
        (["terminated"], allowed(1), None),
    ],
)
def test_order_and_repetition_in_a_session(said: list[str], next_: Statement, clause: str | None) -> None:
    standing = RUNNING
    for minute, verb in enumerate(said, 2):
        one = statement(verb, minute)
        standing = check(standing, [(one, one, "")])[0]
    assert [found for _, found in broken(standing, next_)] == ([f"cmi5 {clause}"] if clause else [])


def test_before_initialized_there_is_nothing() -> None:
    late = check(START, [(statement("initialized", 5), statement("initialized", 5), "")])[0]
    assert broken(late, statement("completed", 4)) == [("/timestamp", "cmi5 9.3")]


def test_a_registration_passes_and_completes_once_whichever_session() -> None:
    again = replace(RUNNING, ever_completed=True, ever_passed=True)
    assert broken(again, statement("completed", 1)) == [("/verb/id", "cmi5 9.3.3")]
    assert broken(again, statement("passed", 1)) == [("/verb/id", "cmi5 9.3.4")]
    assert broken(again, statement("failed", 1)) == [("/verb/id", "cmi5 9.3")]


@pytest.mark.parametrize("mode", ["Browse", "Review"])
def test_looking_around_is_not_judged(mode: str) -> None:
    looking = replace(RUNNING, mode=mode)
    assert broken(looking, statement("completed", 1)) == [("/verb/id", "cmi5 10.2.2")]
    assert broken(looking, allowed(1), statement("terminated", 2)) == []
