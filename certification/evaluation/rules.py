"""What a criteria set asks, as plain values: made by `rules.criteria` from rule files, read by `evaluate`.

The legal frame (indicators, pass mark, floor) and our rubric (components, steps) meet here: an `Indicator` without
components is one that only a person can attest.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Component", "Counting", "CriteriaSet", "Indicator", "Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """From `at_least` of a measure on, a component is worth `points`."""

    at_least: int
    points: int


@dataclass(frozen=True, slots=True)
class Component:
    """One way evidence earns points for an indicator: a measure over facts of some kinds, and its steps.

    `what` are fact codes; ("*",) means any. Facts below `quality_at_least` (0 to 3 = E0 to E3) do not count.
    `options` are the measure's own settings, sorted by name. `steps` rise strictly in both numbers. `title` says in
    Vietnamese what is counted, to go on after the measure's unit: "có đọc, học hoặc tra cứu" after "ngày".
    """

    measure: str
    what: tuple[str, ...]
    quality_at_least: int
    options: tuple[tuple[str, int], ...]
    steps: tuple[Step, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One chỉ số. Its points are the sum of its components' points, at most `max_points`.

    `loggable`: the log may suggest points. Where it is false, points come from attestations alone.
    """

    id: str
    title: str
    competence: str
    max_points: int
    loggable: bool
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """The rules in force for one programme, one audience and the assessment years `first_year` to `last_year`.

    `id` names the criteria set's file; `rubric` the file whose components are in `indicators`, "" when there is none.
    The criteria are met when the total is `total_at_least` or more and no indicator is below `each_at_least`. No
    single Statement is worth more than `single_statement_at_most` points in any indicator (checked on loading).
    """

    id: str
    programme: str
    audience: str
    title: str
    first_year: int
    last_year: int | None
    total_at_least: int
    each_at_least: int
    single_statement_at_most: int
    indicators: tuple[Indicator, ...]
    rubric: str = ""
    number: str = ""
    """Of the decision, as people cite it: 324/QĐ-KHVN."""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Counting:
    """Who counts towards a target by what was learned: `any_of` the kinds in `what`, or `all_of` them.

    `what` are fact codes, ("*",) for any; facts below `quality_at_least` do not count. `key` names it for good: two
    targets that count alike have one.
    """

    key: int
    rule: str
    what: tuple[str, ...]
    quality_at_least: int
