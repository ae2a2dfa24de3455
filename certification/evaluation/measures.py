"""How evidence is measured: the named measures a rubric may choose among. A rubric cannot define new ones.

None of the measures is prescribed by a decision: the rubric is ours (docs/rules.md). What they have in common is on
purpose. Each never falls when a fact is added, gives nothing for no facts, counts one Statement once, and says how far
a single Statement can move it, so that a rubric in which one Statement is worth too much is refused before it is used.

A new measure is a function here and an entry in `MEASURES`; with it go the words of its reason in
`judgement.explanations`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from certification.evaluation.results import ACTIVITY, DAY, MINUTES, SCORE, STATEMENT, Fact
from certification.evaluation.rules import Component, Indicator, Step

__all__ = [
    "HIGHEST_SCORE",
    "MEASURES",
    "NOTHING",
    "Columns",
    "Measure",
    "Measured",
    "Taken",
    "columns",
    "most_from_one_statement",
    "points_for",
    "take",
]

HIGHEST_SCORE = 10_000
"""A scaled score of 1 in ten-thousandths."""


class Columns(NamedTuple):
    """Facts in the order of (day, Statement id), column by column: what a measure looks at. Statements may be named by
    anything that tells them apart."""

    statements: Sequence[Any]
    days: Sequence[date]
    minutes: Sequence[int]
    scores: Sequence[int | None]
    activities: Sequence[int]


Measured = tuple[int, Sequence[int]]
"""What a measure came to, and the facts it rests on (one for each thing counted, the earliest), by their places."""

NOTHING: Measured = (0, ())

Function = Callable[[Columns, Sequence[int], Mapping[str, int]], Measured]
"""Facts, the places of those that are to be measured (in order), options."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A function, the options it needs, and its bound.

    `most_from_one(options)` is how far one more Statement can raise the value, whatever else there is. `reason` is the
    code that tells a worker that more of it would earn points.
    """

    function: Function
    options: tuple[str, ...]
    most_from_one: Callable[[Mapping[str, int]], int]
    reason: str


def columns(facts: Sequence[Fact]) -> Columns:
    """Facts, turned over."""
    if not facts:
        return Columns((), (), (), (), ())
    turned: Sequence[Sequence[Any]] = tuple(zip(*facts, strict=True))
    return Columns(turned[STATEMENT], turned[DAY], turned[MINUTES], turned[SCORE], turned[ACTIVITY])


def distinct_days(facts: Columns, taken: Sequence[int], options: Mapping[str, int]) -> Measured:
    """Days in Vietnam on which there is at least one fact: a hundred Statements in a day are one day."""
    days = facts.days
    return _distinct([days[place] for place in taken], taken) if len(taken) > 1 else (len(taken), taken)


def distinct_months(facts: Columns, taken: Sequence[int], options: Mapping[str, int]) -> Measured:
    """Calendar months with at least one fact: learning kept up through the year, not crammed into a week."""
    days = facts.days
    return _distinct([days[place].month for place in taken], taken) if len(taken) > 1 else (len(taken), taken)


def distinct_activities(facts: Columns, taken: Sequence[int], options: Mapping[str, int]) -> Measured:
    """Different activities (Statement objects): the same course taken again is the same activity."""
    activities = facts.activities
    return _distinct([activities[place] for place in taken], taken) if len(taken) > 1 else (len(taken), taken)


def _distinct(things: Sequence[Any], taken: Sequence[int]) -> Measured:
    if len(set(things)) == len(things):
        return len(things), taken
    first = dict(zip(reversed(things), reversed(taken), strict=True))
    return len(first), sorted(first.values())


def statements(facts: Columns, taken: Sequence[int], options: Mapping[str, int]) -> Measured:
    """Statements, of one day no more than `at_most_per_day`."""
    at_most = options["at_most_per_day"]
    counted: dict[Any, int] = {}
    of_day: dict[date, int] = {}
    for place in taken:
        statement, day = facts.statements[place], facts.days[place]
        if statement not in counted and of_day.get(day, 0) < at_most:
            counted[statement] = place
            of_day[day] = of_day.get(day, 0) + 1
    return len(counted), tuple(counted.values())


def minutes(facts: Columns, taken: Sequence[int], options: Mapping[str, int]) -> Measured:
    """Minutes learned, of one Statement no more than `at_most_per_statement`, of one day than `at_most_per_day`."""
    longest: dict[Any, int] = {}
    for place in taken:
        known = longest.get(facts.statements[place])
        if facts.minutes[place] > (0 if known is None else facts.minutes[known]):
            longest[facts.statements[place]] = place
    of_day: dict[date, int] = {}
    for place in longest.values():
        day, counts = facts.days[place], min(facts.minutes[place], options["at_most_per_statement"])
        of_day[day] = min(of_day.get(day, 0) + counts, options["at_most_per_day"])
    return sum(of_day.values()), tuple(longest.values())


def best_score(facts: Columns, taken: Sequence[int], options: Mapping[str, int]) -> Measured:
    """The best scaled score, in ten-thousandths; 0 where nothing was scored."""
    best, by = -1, -1
    for place in taken:
        score = facts.scores[place]
        if score is not None and score > best:
            best, by = score, place
    return NOTHING if by < 0 else (best, (by,))


MEASURES: Mapping[str, Measure] = {
    "best_score": Measure(best_score, (), lambda options: HIGHEST_SCORE, "better_score_needed"),
    "distinct_activities": Measure(distinct_activities, (), lambda options: 1, "more_activities_needed"),
    "distinct_days": Measure(distinct_days, (), lambda options: 1, "more_days_needed"),
    "distinct_months": Measure(distinct_months, (), lambda options: 1, "more_months_needed"),
    "minutes": Measure(
        minutes,
        ("at_most_per_day", "at_most_per_statement"),
        lambda options: options["at_most_per_statement"],
        "more_minutes_needed",
    ),
    "statements": Measure(statements, ("at_most_per_day",), lambda options: 1, "more_statements_needed"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a component takes of some facts: those of its kinds, those of them that are strong enough, those counted
    (by their places among the strong)."""

    matching: Sequence[Fact]
    strong: Sequence[Fact]
    counted: Sequence[int]


def take(component: Component, facts: Sequence[Fact]) -> Taken:
    """What a component of a rubric takes of facts in the order of (day, Statement id)."""
    matching = facts if component.what == ("*",) else [fact for fact in facts if fact.what in component.what]
    strong = [fact for fact in matching if fact.quality >= component.quality_at_least]
    measure = MEASURES[component.measure].function
    _, counted = measure(columns(strong), range(len(strong)), dict(component.options))
    return Taken(matching, strong, counted)


def points_for(steps: Sequence[Step], value: int) -> int:
    """The points of the highest step that `value` reaches; 0 below the first."""
    points = 0
    for step in steps:
        if value < step.at_least:
            break
        points = step.points
    return points


def most_from_one_statement(indicator: Indicator) -> int:
    """The most points that one Statement can add to an indicator, whatever other evidence there is.

    The worst case, worked out: the Statement moves every component at once as far as one Statement can, from the value
    where that earns most. Exact for a component, never too low for the indicator.
    """
    most = sum(_greatest_rise(component) for component in indicator.components)
    return min(most, indicator.max_points)


def _greatest_rise(component: Component) -> int:
    reach = MEASURES[component.measure].most_from_one(dict(component.options))
    # The gain is greatest where the raised value has just reached a step.
    return max(
        (step.points - points_for(component.steps, step.at_least - reach) for step in component.steps), default=0
    )
