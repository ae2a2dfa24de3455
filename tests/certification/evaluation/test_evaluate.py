"""The judgement: the title rule, what a person attests, what counts when, and the reasons given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from certification.evaluation.evaluate import evaluate, find_in
from certification.evaluation.findings import Prepared
from certification.evaluation.results import (
    MET,
    NOT_MET,
    NOT_YET_KNOWN,
    Attested,
    Evidence,
    Fact,
    IndicatorResult,
    Reason,
    Result,
)
from certification.evaluation.rules import Component, Step
from tests.certification.shipped_rules import (
    BY_PERSON,
    attested,
    attested_by_person,
    criteria_set,
    criteria_set_2022,
    fact,
)

ALL = tuple(indicator.id for indicator in criteria_set().indicators)


def judge(
    facts: tuple[Fact, ...] = (), attestations: tuple[Attested, ...] = (), as_of: date = date(2026, 12, 31)
) -> Result:
    return evaluate(criteria_set(), Evidence(facts, attestations), year=2026, as_of=as_of)


def everywhere(points: int, **other: int) -> tuple[Attested, ...]:
    """The same points attested for every indicator, but for those named."""
    return tuple(attested(indicator, other.get(indicator, points)) for indicator in ALL)


def of(result: Result, indicator: str) -> IndicatorResult:
    return next(one for one in result.indicators if one.indicator == indicator)


# ---------------------------------------------------------------- rules of any size


def test_rules_without_any_component_find_nothing_in_facts() -> None:
    found = find_in(Prepared(criteria_set_2022()), Evidence((fact(1, "learning"),)), 2022, date(2026, 12, 31))
    result = evaluate(criteria_set_2022(), Evidence((fact(1, "learning"),)), year=2026, as_of=date(2026, 12, 31))
    assert (found.statements, found.found, found.reached) == ((), (), ())
    assert result.outcome == NOT_YET_KNOWN and all(one.points is None for one in result.indicators)


def test_rules_with_hundreds_of_kinds_count_each_kind_for_itself() -> None:
    """So many that a byte cannot tell the ways apart in which facts go."""
    kinds = [f"topic-{number:03}" for number in range(150)]
    steps = (Step(1, 1),)
    many = replace(
        criteria_set().indicators[0],
        components=tuple(Component("distinct_days", (kind,), 2, (), steps) for kind in kinds),
    )
    prepared = Prepared(replace(criteria_set(), indicators=(many,)))
    facts = tuple(fact(number, kind, quality=number % 3) for number, kind in enumerate(kinds))
    found = find_in(prepared, Evidence(facts), 2026, date(2026, 12, 31))
    assert [one.value for one in found.found] == [int(number % 3 == 2) for number in range(150)]
    assert [found.statements[place] for one in found.found for place in one.counted] == [
        one.statement_id for one in facts if one.quality == 2
    ]
    assert [found.statements[place] for one in found.found for place in one.weak] == [
        one.statement_id for one in facts if one.quality < 2
    ]


# ---------------------------------------------------------------- the title rule


def test_a_flat_eight_is_exactly_eighty_and_enough() -> None:
    result = judge(attestations=everywhere(8))
    assert (result.outcome, result.total, result.reasons) == (MET, 80, ())


def test_one_point_below_eighty_is_not_enough() -> None:
    result = judge(attestations=everywhere(8, CS1=7))
    assert (result.outcome, result.total) == (NOT_MET, 79)
    assert Reason("total_out_of_reach", (("best", 79), ("need", 80))) in result.reasons


@pytest.mark.parametrize("indicator", ALL)
def test_one_indicator_at_four_fails_whatever_the_total(indicator: str) -> None:
    result = judge(attestations=everywhere(10, **{indicator: 4}))
    assert (result.outcome, result.total) == (NOT_MET, 94)
    assert result.reasons == (Reason("indicators_below_floor", (("count", 1), ("need", 5))),)
    assert of(result, indicator).state == NOT_MET


@pytest.mark.parametrize("indicator", ALL)
def test_exactly_five_is_above_the_floor(indicator: str) -> None:
    assert judge(attestations=everywhere(10, **{indicator: 5})).outcome == MET


def test_nothing_known_is_not_met_because_the_log_shows_nothing() -> None:
    result = judge()
    assert (result.outcome, result.total) == (NOT_MET, 0)
    assert {one.indicator for one in result.indicators if one.points is None} == set(BY_PERSON)


# ---------------------------------------------------------------- what a person attests


def test_indicators_for_persons_stay_unknown_until_somebody_attests() -> None:
    for indicator in BY_PERSON:
        one = of(judge(facts=tuple(fact(number, "learning") for number in range(40))), indicator)
        assert (one.points, one.state, one.source) == (None, NOT_YET_KNOWN, "none")
        assert one.reasons == (Reason("attestation_needed", (("at_least", 5), ("at_most", 10))),)


@pytest.mark.parametrize("points", [0, 10])
def test_attested_points_replace_what_the_log_suggests_up_and_down(points: int) -> None:
    learned = tuple(fact(number, "reading") for number in range(1, 6))
    one = of(judge(learned, (attested("CS1", points),)), "CS1")
    assert (one.points, one.source) == (points, "attestation")
    assert Reason("log_suggests", (("points", 4),)) in one.reasons


def test_the_last_attestation_of_an_indicator_counts() -> None:
    early, late = attested("CS4", 9, date(2026, 3, 1)), attested("CS4", 6, date(2026, 10, 1))
    assert of(judge(attestations=(late, early)), "CS4").points == 6


def test_of_one_day_the_attestation_entered_last_counts() -> None:
    first = attested("CS4", 3, recorded=datetime(2026, 11, 1, 2, tzinfo=UTC))
    corrected = attested("CS4", 7, recorded=datetime(2026, 11, 1, 3, tzinfo=UTC))
    assert of(judge(attestations=(corrected, first)), "CS4").points == 7


def test_an_attestation_for_the_year_may_be_signed_in_the_next() -> None:
    signed = attested("CS4", 7, date(2027, 1, 15))
    assert of(judge(attestations=(signed,), as_of=date(2027, 2, 1)), "CS4").points == 7


def test_an_attestation_from_before_the_year_or_after_the_day_does_not_count() -> None:
    early, late = attested("CS4", 7, date(2025, 12, 31)), attested("CS4", 7, date(2026, 12, 1))
    assert of(judge(attestations=(early, late), as_of=date(2026, 11, 30)), "CS4").points is None


# ---------------------------------------------------------------- which facts count


def test_facts_count_within_the_year_and_up_to_the_day() -> None:
    learned = (
        fact(1, "community", date(2025, 12, 31)),
        fact(2, "community", date(2026, 1, 1)),
        fact(3, "community", date(2026, 11, 20)),
        fact(4, "community", date(2026, 11, 21)),
        fact(5, "community", date(2027, 1, 1)),
    )
    one = of(judge(learned, as_of=date(2026, 11, 20)), "CS3")
    assert one.counted == (UUID(int=2), UUID(int=3))
    assert one.points == 4


def test_facts_below_the_level_do_not_count_and_are_told() -> None:
    learned = tuple(fact(number, "language", quality=0) for number in range(1, 8))
    one = of(judge(learned), "CS6")
    assert (one.points, one.source, one.counted) == (0, "none", ())
    assert Reason("evidence_too_weak", (("component", 0), ("have", 7), ("need", 1))) in one.reasons


def test_reasons_say_what_is_there_what_is_needed_and_what_it_would_earn() -> None:
    learned = tuple(fact(number, "reading", activity_key=1) for number in range(1, 6))
    one = of(judge(learned), "CS1")
    assert one.points == 2
    assert one.reasons == (
        Reason("below_floor", (("have", 2), ("need", 5))),
        Reason("more_days_needed", (("component", 0), ("gain", 2), ("have", 5), ("need", 8))),
        Reason("more_activities_needed", (("component", 1), ("gain", 1), ("have", 1), ("need", 2))),
    )


def test_a_full_indicator_asks_for_nothing_more() -> None:
    one = of(judge(tuple(fact(number, "reading") for number in range(1, 30))), "CS1")
    assert (one.points, one.reasons) == (10, ())


def test_points_never_exceed_what_the_indicator_has() -> None:
    rules = criteria_set()
    doubled = replace(rules, indicators=tuple(replace(one, components=one.components * 2) for one in rules.indicators))
    learned = tuple(fact(number, "reading") for number in range(1, 30))
    result = evaluate(doubled, Evidence(learned), year=2026, as_of=date(2026, 12, 31))
    assert of(result, "CS1").points == 10


# ---------------------------------------------------------------- what one Statement can be worth


def kinds() -> tuple[str, ...]:
    return tuple(sorted({what for one in criteria_set().indicators for part in one.components for what in part.what}))


def test_one_hundred_hour_course_tagged_with_everything_is_worth_at_most_five_anywhere() -> None:
    course = tuple(fact(1, what, minutes=6000, score=10_000, quality=3) for what in kinds())
    assert max(one.points or 0 for one in judge(course).indicators) <= 5


def test_the_same_statement_twice_is_worth_what_it_is_worth_once() -> None:
    course = tuple(fact(1, what, score=10_000, quality=3) for what in kinds())
    assert judge(course + course) == judge(course)


def test_the_same_activity_a_hundred_times_in_a_day_is_worth_what_it_is_worth_once() -> None:
    day = date(2026, 5, 4)
    once = (fact(1, "learning", day, activity_key=7), fact(1, "digital-reached", day, activity_key=7))
    hundred = tuple(one._replace(statement_id=UUID(int=number)) for number in range(1, 101) for one in once)
    assert [one.points for one in judge(hundred).indicators] == [one.points for one in judge(once).indicators]


def test_five_statements_reach_the_full_points_nowhere() -> None:
    best_spread = tuple(
        fact(number, what, date(2026, 2 * number, 1), score=10_000, quality=3)
        for number in range(1, 6)
        for what in kinds()
    )
    assert max(one.points or 0 for one in judge(best_spread).indicators) < 10


def test_a_perfect_log_alone_leaves_the_answer_open() -> None:
    perfect = tuple(fact(number, what, score=10_000, quality=3) for number in range(365) for what in kinds())
    result = judge(perfect)
    assert (result.outcome, result.total) == (NOT_YET_KNOWN, 60)
    assert Reason("attestations_missing", (("count", 4),)) in result.reasons


def test_a_perfect_log_and_four_attestations_of_five_are_exactly_eighty() -> None:
    perfect = tuple(fact(number, what, score=10_000, quality=3) for number in range(365) for what in kinds())
    result = judge(perfect, attested_by_person(5))
    assert (result.outcome, result.total) == (MET, 80)
