"""Each measure, and the worst case that a rubric is held to."""

from __future__ import annotations

from datetime import date

import pytest

from certification.evaluation.measures import (
    HIGHEST_SCORE,
    MEASURES,
    Measured,
    columns,
    most_from_one_statement,
    points_for,
)
from certification.evaluation.results import Fact
from certification.evaluation.rules import Component, Indicator, Step
from tests.certification.shipped_rules import fact

MONDAY, TUESDAY, NEXT_MONTH = date(2026, 3, 2), date(2026, 3, 3), date(2026, 4, 6)


def measured(name: str, *facts: Fact, **options: int) -> Measured:
    return MEASURES[name].function(columns(facts), range(len(facts)), options)


def measure(name: str, *facts: Fact, **options: int) -> int:
    return measured(name, *facts, **options)[0]


def test_days_months_and_activities_count_each_once() -> None:
    learned = [
        fact(1, "reading", MONDAY, activity_key=7),
        fact(2, "reading", MONDAY, activity_key=7),
        fact(3, "reading", TUESDAY, activity_key=8),
        fact(4, "reading", NEXT_MONTH, activity_key=8),
    ]
    assert measure("distinct_days", *learned) == 3
    assert measure("distinct_months", *learned) == 2
    assert measure("distinct_activities", *learned) == 2


def test_a_day_counts_no_more_statements_than_its_cap() -> None:
    hundred = [fact(number, "learning", MONDAY) for number in range(100)]
    assert measure("statements", *hundred, fact(200, "learning", TUESDAY), at_most_per_day=2) == 3


def test_one_statement_with_two_kinds_of_fact_is_one_statement() -> None:
    both = [fact(1, "learning", MONDAY, minutes=30), fact(1, "reading", MONDAY, minutes=30)]
    assert measure("statements", *both, at_most_per_day=5) == 1
    assert measure("minutes", *both, at_most_per_statement=60, at_most_per_day=120) == 30


def test_minutes_are_capped_by_statement_and_by_day() -> None:
    learned = [fact(number, "learning", MONDAY, minutes=6000) for number in range(3)]
    learned.append(fact(9, "learning", TUESDAY, minutes=45))
    assert measure("minutes", *learned, at_most_per_statement=120, at_most_per_day=240) == 240 + 45


def test_the_best_score_counts_and_rests_on_the_earliest_statement_that_reached_it() -> None:
    learned = [
        fact(1, "language", MONDAY, score=None),
        fact(2, "language", MONDAY, score=7000),
        fact(3, "language", TUESDAY, score=9000),
        fact(4, "language", NEXT_MONTH, score=9000),
    ]
    assert measured("best_score", *learned) == (9000, (2,))


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_no_evidence_measures_nothing(name: str) -> None:
    options = dict.fromkeys(MEASURES[name].options, 10)
    value, counted = measured(name, **options)
    assert (value, list(counted)) == (0, [])


def test_points_are_those_of_the_highest_step_reached() -> None:
    steps = (Step(2, 1), Step(5, 4))
    assert [points_for(steps, value) for value in (0, 1, 2, 4, 5, 99)] == [0, 0, 1, 1, 4, 4]


def component(measure: str, *steps: tuple[int, int], **options: int) -> Component:
    return Component(measure, ("learning",), 0, tuple(sorted(options.items())), tuple(Step(*step) for step in steps))


def indicator(*components: Component) -> Indicator:
    return Indicator("CS1", "", "", 10, True, components)


def test_the_worst_case_is_the_greatest_rise_one_statement_can_make() -> None:
    assert most_from_one_statement(indicator(component("distinct_days", (1, 2), (2, 3), (9, 8)))) == 5


def test_the_worst_case_of_a_score_is_all_of_its_points() -> None:
    assert most_from_one_statement(indicator(component("best_score", (5000, 1), (HIGHEST_SCORE, 6)))) == 6


def test_the_worst_case_of_minutes_spans_all_steps_within_one_statements_cap() -> None:
    steps = ((60, 2), (120, 4), (600, 10))
    narrow = component("minutes", *steps, at_most_per_statement=60, at_most_per_day=600)
    wide = component("minutes", *steps, at_most_per_statement=700, at_most_per_day=700)
    assert most_from_one_statement(indicator(narrow)) == 6
    assert most_from_one_statement(indicator(wide)) == 10


def test_the_worst_case_moves_every_component_at_once() -> None:
    three = [component("distinct_days", (1, 2)), component("distinct_months", (1, 2)), component("best_score", (1, 2))]
    assert most_from_one_statement(indicator(*three)) == 6


def test_the_worst_case_is_never_more_than_the_indicator_has() -> None:
    assert most_from_one_statement(indicator(component("best_score", (1, 9)), component("best_score", (1, 9)))) == 10
