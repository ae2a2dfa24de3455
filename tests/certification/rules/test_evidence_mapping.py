"""What Statements prove: published clients in their own words, our tags, the catalogue, days, lengths and scores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.errors import NoMappingInForce
from certification.rules import evidence_mapping, rule_files
from certification.rules.stated_facts import LONGEST_MINUTES, facts_of
from lrs.db import Database
from tests.certification.shipped_rules import FOLDER, document, mapping

ADL = "http://adlnet.gov/expapi/verbs/"
STREAMS = "http://activitystrea.ms/schema/1.0/"
TINCAN = "http://id.tincanapi.com/verb/"
COURSE = "http://adlnet.gov/expapi/activities/course"
MEETING = "http://adlnet.gov/expapi/activities/meeting"
ASSESSMENT = "http://adlnet.gov/expapi/activities/assessment"
BOOK = "http://id.tincanapi.com/activitytype/book"
GOAL = "http://id.tincanapi.com/activitytype/goal"
SUGGESTION = "http://id.tincanapi.com/activitytype/suggestion"

TOPICS_NOBODY_MAY_GUESS = {
    code for code in mapping().topics if code.startswith(("law-", "life-", "skill-", "digital-"))
}


def statement(
    verb: str,
    kind: str | None = None,
    *,
    about: tuple[str, ...] = (),
    level: object = None,
    timestamp: str = "2026-05-04T02:00:00Z",
    activity: str = "https://example.org/something",
    parent: str | None = None,
    **result: Any,
) -> dict[str, Any]:
    around: dict[str, Any] = {"category": [{"id": f"{mapping().profile}/topic/{code}"} for code in about]}
    if parent is not None:
        around["parent"] = [{"id": parent}]
    context: dict[str, Any] = {"contextActivities": around}
    if level is not None:
        context["extensions"] = {f"{mapping().profile}/extension/evidence-level": level}
    return {
        "actor": {"mbox": "mailto:a@example.org"},
        "verb": {"id": verb},
        "object": {"id": activity, "definition": {"type": kind} if kind else {}},
        "result": result,
        "context": context,
        "timestamp": timestamp,
    }


def levels(one: Mapping[str, Any]) -> dict[str, int]:
    return {fact.what: fact.quality for fact in facts_of(mapping(), one)}


# ---------------------------------------------------------------- published clients in their own words


@pytest.mark.parametrize(
    ("verb", "kind", "expected"),
    [
        (f"{ADL}completed", COURSE, {"learning": 2}),
        (f"{ADL}passed", ASSESSMENT, {"learning": 3}),
        (f"{ADL}mastered", None, {"learning": 3}),
        (f"{ADL}scored", ASSESSMENT, {"learning": 3}),
        (f"{ADL}experienced", COURSE, {"learning": 1}),
        (f"{ADL}experienced", "http://adlnet.gov/expapi/activities/media", {"learning": 1, "reading": 1}),
        (f"{ADL}completed", BOOK, {"learning": 2, "reading": 1}),
        (f"{ADL}answered", "http://adlnet.gov/expapi/activities/question", {"learning": 1}),
        (f"{ADL}attended", MEETING, {"learning": 1, "community": 1}),
        (f"{ADL}attended", None, {"learning": 1, "community": 1}),
        (f"{ADL}attended", COURSE, {"learning": 1}),
        (f"{ADL}registered", COURSE, {"study-plan": 1}),
        (f"{ADL}progressed", COURSE, {"learning": 1}),
        (f"{ADL}progressed", GOAL, {"learning": 1, "study-plan": 1}),
        (f"{ADL}attempted", COURSE, {"learning": 0}),
        (f"{ADL}interacted", COURSE, {"learning": 0}),
        (f"{ADL}failed", ASSESSMENT, {"learning": 1}),
        (f"{ADL}commented", "http://id.tincanapi.com/activitytype/discussion", {"community": 1}),
        (f"{STREAMS}read", BOOK, {"learning": 1, "reading": 1}),
        (f"{STREAMS}watch", f"{STREAMS}video", {"learning": 1, "reading": 1}),
        (f"{STREAMS}attend", f"{STREAMS}event", {"learning": 1, "community": 1}),
        (f"{STREAMS}join", "http://id.tincanapi.com/activitytype/conference", {"learning": 1, "community": 1}),
        (f"{TINCAN}viewed", None, {"learning": 1, "reading": 1}),
        (f"{TINCAN}earned", "https://www.opigno.org/en/tincan_registry/activity_type/certificate", {"learning": 3}),
        (f"{TINCAN}mentored", "http://id.tincanapi.com/activitytype/tutor-session", {"learning": 1, "community": 1}),
        (f"{TINCAN}defined", GOAL, {"study-plan": 1}),
        (f"{ADL}completed", SUGGESTION, {"learning": 2, "improvement": 1}),
    ],
)
def test_published_clients_give_general_facts(verb: str, kind: str | None, expected: dict[str, int]) -> None:
    assert levels(statement(verb, kind)) == expected


@pytest.mark.parametrize("verb", sorted(mapping().templates_by_verb))
@pytest.mark.parametrize("kind", [None, COURSE, MEETING, BOOK, GOAL, SUGGESTION])
def test_no_law_life_skill_or_digital_topic_is_given_that_nobody_stated(verb: str, kind: str | None) -> None:
    assert not TOPICS_NOBODY_MAY_GUESS & set(levels(statement(verb, kind, success=True, completion=True)))


@pytest.mark.parametrize(
    "verb",
    [
        "http://adlnet.gov/expapi/verbs/voided",
        "http://adlnet.gov/expapi/verbs/launched",
        "http://activitystrea.ms/schema/1.0/reject",
        "http://id.tincanapi.com/verb/expired",
        "https://example.org/verbs/ate",
    ],
)
def test_verbs_that_say_nothing_of_learning_give_nothing_even_tagged(verb: str) -> None:
    assert facts_of(mapping(), statement(verb, COURSE, about=("law-labour",))) == []


def test_a_voiding_statement_gives_nothing() -> None:
    voiding = statement("http://adlnet.gov/expapi/verbs/voided")
    voiding["object"] = {"objectType": "StatementRef", "id": "8f1c0a1e-0000-4000-8000-000000000000"}
    assert facts_of(mapping(), voiding) == []


def test_an_object_that_is_not_an_activity_gives_nothing() -> None:
    about_somebody = statement(f"{TINCAN}mentored")
    about_somebody["object"] = {"objectType": "Agent", "mbox": "mailto:b@example.org"}
    assert facts_of(mapping(), about_somebody) == []


# ---------------------------------------------------------------- topics that somebody stated


def test_a_stated_topic_counts_with_the_level_of_the_statement() -> None:
    assert levels(statement(f"{ADL}completed", COURSE, about=("law-labour", "law-safety"))) == {
        "law-labour": 2,
        "law-safety": 2,
        "learning": 2,
    }


def test_a_topic_nobody_defined_is_ignored() -> None:
    assert levels(statement(f"{ADL}completed", COURSE, about=("law-of-the-sea",))) == {"learning": 2}


def test_a_category_of_somebody_elses_profile_is_ignored() -> None:
    one = statement(f"{ADL}completed", COURSE)
    one["context"]["contextActivities"]["category"] = [{"id": "https://else.example/topic/law-labour"}]
    assert levels(one) == {"learning": 2}


def test_a_single_category_need_not_stand_in_a_list() -> None:
    one = statement(f"{ADL}completed", COURSE)
    one["context"]["contextActivities"]["category"] = {"id": f"{mapping().profile}/topic/language"}
    assert levels(one) == {"language": 2, "learning": 2}


def test_to_register_is_not_to_be_reached() -> None:
    assert levels(statement(f"{ADL}registered", COURSE, about=("law-labour",))) == {"study-plan": 1}


@pytest.mark.parametrize("verb", [f"{ADL}attended", f"{ADL}experienced", f"{STREAMS}watch", f"{ADL}scored"])
def test_being_there_does_not_show_that_one_can(verb: str) -> None:
    given_facts = levels(statement(verb, COURSE, about=("digital-reached", "digital-able")))
    assert "digital-reached" in given_facts
    assert "digital-able" not in given_facts


@pytest.mark.parametrize("verb", [f"{ADL}passed", f"{ADL}mastered", f"{ADL}completed", f"{TINCAN}earned"])
def test_passing_or_completing_shows_that_one_can_where_that_is_stated(verb: str) -> None:
    assert levels(statement(verb, ASSESSMENT, about=("digital-able",)))["digital-able"] >= 2


@pytest.mark.parametrize(
    ("verb", "result"),
    [
        (f"{ADL}failed", {}),
        (f"{ADL}failed", {"success": True}),
        (f"{ADL}passed", {"success": False}),
        (f"{ADL}completed", {"success": False}),
        (f"{ADL}completed", {"completion": False}),
        (f"{ADL}passed", {"completion": False}),
        (f"{ADL}answered", {"success": False}),
    ],
)
def test_failed_or_unfinished_is_learning_but_neither_completed_nor_able(verb: str, result: dict[str, Any]) -> None:
    assert levels(statement(verb, ASSESSMENT, about=("digital-able", "law-labour"), **result)) == {"learning": 1}


def test_leaving_early_is_not_attendance_but_a_failed_quiz_does_not_undo_it() -> None:
    left = statement(f"{ADL}attended", MEETING, about=("law-labour",), completion=False)
    failed_quiz = statement(f"{ADL}attended", MEETING, about=("law-labour",), success=False)
    assert levels(left) == {"learning": 1}
    assert levels(failed_quiz)["law-labour"] == 1


# ---------------------------------------------------------------- evidence levels


def test_a_stated_level_counts_up_to_what_the_verb_can_bear() -> None:
    stated = [levels(statement(f"{ADL}attended", MEETING, level=level))["learning"] for level in (0, 1, 2, 3)]
    assert stated == [0, 1, 2, 2]


def test_a_self_declared_completion_stays_self_declared() -> None:
    assert levels(statement(f"{ADL}completed", COURSE, about=("language",), level=0)) == {"language": 0, "learning": 0}


@pytest.mark.parametrize("level", ["3", True, 4, -1, 2.5, [3], None])
def test_a_level_that_is_none_is_ignored(level: object) -> None:
    assert levels(statement(f"{ADL}completed", COURSE, level=level)) == {"learning": 2}


# ---------------------------------------------------------------- catalogue

KNOWN_COURSE = "https://lms.example.org/khoa-hoc/luat-lao-dong-co-ban"


def test_the_catalogue_says_what_an_untagged_course_is_about() -> None:
    assert "law-labour" in levels(statement(f"{ADL}completed", COURSE, activity=KNOWN_COURSE))


def test_a_lesson_of_a_course_in_the_catalogue_is_about_the_same() -> None:
    assert "law-labour" in levels(
        statement(f"{ADL}completed", activity="https://lms.example.org/1", parent=KNOWN_COURSE)
    )


def test_an_operators_file_adds_activities_topics_and_templates() -> None:
    own = {
        "id": "may-bac-son",
        "adds_to": "evidence-mapping-2026",
        "topic": [{"code": "sewing", "title": "May công nghiệp"}],
        "activity": [
            {"id": "https://may.example/khoa/1", "title": "May cơ bản", "topics": ["sewing", "skill-new-hire"]},
            {"id": KNOWN_COURSE, "title": "Luật lao động", "topics": ["law-other"]},
        ],
        "template": [
            {
                "id": "joined-shift-talk",
                "title": "Họp ca",
                "verbs": ["https://may.example/verbs/hop-ca"],
                "outcomes": ["fine"],
                "gives": ["community"],
                "stated_topics": True,
                "shows_ability": False,
                "quality": 1,
                "quality_at_most": 1,
            }
        ],
    }
    both = evidence_mapping.build(document("evidence-mapping-2026"), [own])

    def whats(one: Mapping[str, Any]) -> set[str]:
        return {fact.what for fact in facts_of(both, one)}

    assert whats(statement(f"{ADL}completed", activity="https://may.example/khoa/1")) >= {"sewing", "skill-new-hire"}
    assert whats(statement(f"{ADL}completed", activity=KNOWN_COURSE)) >= {"law-labour", "law-other"}
    assert whats(statement("https://may.example/verbs/hop-ca")) == {"community"}


# ---------------------------------------------------------------- what else a template may ask for

PROGRAMME_OF_SAFETY = "https://lms.example.org/chuong-trinh/an-toan"
GROUP_OF_COURSES = "https://lms.example.org/nhom/bat-buoc"
ATTEMPT = "https://lms.example.org/lan-thi"
ASKING = {
    "id": "an-toan-co-sat-hach",
    "title": "Sát hạch an toàn",
    "verbs": [f"{ADL}passed"],
    "activity_types": [ASSESSMENT],
    "outcomes": ["fine"],
    "gives": ["law-safety"],
    "stated_topics": False,
    "shows_ability": False,
    "categories": [GROUP_OF_COURSES],
    "groupings": [PROGRAMME_OF_SAFETY],
    "minutes_at_least": 30,
    "score_at_least": 8000,
    "where": [
        {"location": f"$.context.extensions['{ATTEMPT}']", "at_least": 1, "at_most": 3},
        {"location": "$.context.platform", "equals": "LMS A"},
        {"location": "$.context.language", "one_of": ["vi", "en"]},
    ],
    "quality": 3,
    "quality_at_most": 3,
}


def all_that_is_asked() -> dict[str, Any]:
    """A Statement of which everything holds that the template asks for, each just so."""
    one = statement(f"{ADL}passed", ASSESSMENT, duration="PT30M", score={"scaled": 0.8})
    one["context"] |= {"extensions": {ATTEMPT: 3}, "platform": "LMS A", "language": "vi"}
    one["context"]["contextActivities"] = {
        "category": [{"id": "https://lms.example.org/khac"}, {"id": GROUP_OF_COURSES}],
        "grouping": [{"id": PROGRAMME_OF_SAFETY}],
    }
    return one


@pytest.mark.parametrize(
    ("place", "value", "gives"),
    [
        ((), None, True),
        (("verb", "id"), f"{ADL}completed", False),
        (("object", "definition", "type"), COURSE, False),
        (("result", "success"), False, False),
        (("result", "completion"), False, False),
        (("result", "duration"), "PT29M59S", False),
        (("result", "duration"), None, False),
        (("result", "score"), {"scaled": 0.7999}, False),
        (("result", "score"), {"raw": 8, "max": 10}, True),
        (("result", "score"), None, False),
        (("context", "contextActivities", "category"), [{"id": "https://lms.example.org/khac"}], False),
        (("context", "contextActivities", "category"), {"id": GROUP_OF_COURSES}, True),
        (("context", "contextActivities", "grouping"), [], False),
        (("context", "contextActivities", "grouping"), [{"id": GROUP_OF_COURSES}], False),
        (("context", "extensions", ATTEMPT), 1, True),
        (("context", "extensions", ATTEMPT), 0, False),
        (("context", "extensions", ATTEMPT), 4, False),
        (("context", "extensions", ATTEMPT), "3", False),
        (("context", "extensions"), None, False),
        (("context", "platform"), "LMS B", False),
        (("context", "language"), "en", True),
        (("context", "language"), "fr", False),
    ],
)
def test_all_that_a_template_asks_for_must_hold(place: tuple[str, ...], value: Any, gives: bool) -> None:
    own = {"id": "sat-hach", "adds_to": "evidence-mapping-2026", "template": [ASKING]}
    asking = evidence_mapping.build(document("evidence-mapping-2026"), [own])
    one = all_that_is_asked()
    if place:
        part = one
        for name in place[:-1]:
            part = part[name]
        part.pop(place[-1], None) if value is None else part.update({place[-1]: value})
    found = {fact.what: fact.quality for fact in facts_of(asking, one)}
    assert found.get("law-safety") == (3 if gives else None)


# ---------------------------------------------------------------- day, length, score


@pytest.mark.parametrize(
    ("timestamp", "day"),
    [
        ("2026-12-31T16:59:59.999Z", date(2026, 12, 31)),
        ("2026-12-31T17:00:00Z", date(2027, 1, 1)),
        ("2027-01-01T00:00:00+07:00", date(2027, 1, 1)),
        ("2026-12-31T20:00:00-05:00", date(2027, 1, 1)),
        ("2026-06-01T23:30:00", date(2026, 6, 2)),
        ("2026-06-01T10:00:00.123456789Z", date(2026, 6, 1)),
        ("2026-03-01t18:00:00z", date(2026, 3, 2)),
        ("2016-12-31T23:59:60Z", date(2017, 1, 1)),
        ("9999-12-31T23:00:00Z", date(9999, 12, 31)),
    ],
)
def test_the_day_is_the_one_in_vietnam(timestamp: str, day: date) -> None:
    assert facts_of(mapping(), statement(f"{ADL}completed", timestamp=timestamp))[0].day == day


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [
        ("PT30M", 30),
        ("PT1H30M", 90),
        ("PT59.9S", 0),
        ("PT90S", 1),
        ("PT1,5H", 90),
        ("P1D", 1440),
        ("P2W", 20160),
        ("P1DT1H", 1500),
        ("P0Y0M0DT0H45M0S", 45),
        ("P100Y", LONGEST_MINUTES),
        ("PT99999999999999999999999999999999999999999999999999H", LONGEST_MINUTES),
        ("half an hour", 0),
        ("P", 0),
        ("PT-5M", 0),
        ("P1" + "0" * 200 + "D", 0),
    ],
)
def test_lengths_are_whole_minutes(duration: str, minutes: int) -> None:
    assert facts_of(mapping(), statement(f"{ADL}completed", duration=duration))[0].minutes == minutes


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        ({"scaled": 0.85}, 8500),
        ({"scaled": 0.29}, 2900),
        ({"scaled": Decimal("0.99999")}, 9999),
        ({"scaled": 1}, 10_000),
        ({"scaled": -0.5}, 0),
        ({"scaled": 0.2, "raw": 90, "max": 100}, 2000),
        ({"raw": 8, "max": 10}, 8000),
        ({"raw": 60, "min": 50, "max": 100}, 2000),
        ({"raw": 7, "min": 0, "max": 9}, 7777),
        ({"raw": 8}, None),
        ({"raw": 8, "min": 10, "max": 10}, None),
        ({"max": 10}, None),
        ({"scaled": float("nan")}, None),
        ({"raw": Decimal("1e999999"), "max": Decimal("2e-999999")}, None),
        ({"raw": Decimal("1e999999"), "min": Decimal("0"), "max": Decimal("1e999999")}, 10_000),
        ({}, None),
    ],
)
def test_scores_are_scaled_or_worked_out_of_raw_min_and_max(score: dict[str, Any], expected: int | None) -> None:
    assert facts_of(mapping(), statement(f"{ADL}passed", score=score))[0].score == expected


@given(
    st.sampled_from(sorted(mapping().templates_by_verb)),
    st.sampled_from([None, COURSE, MEETING, BOOK, GOAL]),
    st.lists(st.sampled_from(sorted(mapping().topics)), max_size=4),
    st.fixed_dictionaries(
        {},
        optional={
            "success": st.booleans(),
            "completion": st.booleans(),
            "duration": st.text("PTYMWDHS0123456789.,", max_size=40),
            "score": st.dictionaries(
                st.sampled_from(["scaled", "raw", "min", "max"]), st.integers() | st.floats() | st.decimals()
            ),
        },
    ),
)
def test_every_fact_fits_its_columns_whatever_the_statement(
    verb: str, kind: str | None, about: list[str], result: dict[str, Any]
) -> None:
    facts = facts_of(mapping(), statement(verb, kind, about=tuple(about), **result))
    assert [fact.what for fact in facts] == sorted({fact.what for fact in facts})
    for fact in facts:
        assert fact.what in mapping().topics
        assert 0 <= fact.minutes <= LONGEST_MINUTES
        assert fact.score is None or 0 <= fact.score <= 10_000
        assert 0 <= fact.quality <= 3


# ---------------------------------------------------------------- in force


def test_the_mapping_in_force_has_every_loaded_addition(database: Database, tenant: UUID, now: datetime) -> None:
    own = """
kind = "evidence-mapping"
id = "khoa-hoc-cua-toi"
programme = "cong-dan-hoc-tap"
title = "Khóa học của tôi"
status = "PROPOSAL"
checked = 2026-11-20
adds_to = "evidence-mapping-2026"
[[activity]]
id = "https://may.example/khoa/1"
title = "May cơ bản"
topics = ["skill-new-hire"]
"""
    with database.writing(tenant) as session:
        base = rule_files.load(session, tenant, FOLDER / "evidence-mapping-2026.toml", now=now)
        added = rule_files.load_text(session, tenant, "khoa-hoc.toml", own, now=now)
    with database.reading(tenant) as session:
        found = evidence_mapping.mapping_in_force(session, tenant, date(2026, 11, 20))
    assert found.rule_file_ids == (base.id, added.id)
    assert found.catalogue["https://may.example/khoa/1"] == {"skill-new-hire"}


def test_a_day_without_a_mapping_is_an_error_that_says_so(
    database: Database, tenant: UUID, other_tenant: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=now)
    with (
        database.reading(tenant) as session,
        pytest.raises(NoMappingInForce, match=r"on 2022-10-18.*Loaded are: evidence-mapping-2026 \(from 2022-10-19\)"),
    ):
        evidence_mapping.mapping_in_force(session, tenant, date(2022, 10, 18))
    with (
        database.reading(other_tenant) as session,
        pytest.raises(NoMappingInForce, match=r"No evidence mapping is loaded"),
    ):
        evidence_mapping.mapping_in_force(session, other_tenant, date(2026, 11, 20))
