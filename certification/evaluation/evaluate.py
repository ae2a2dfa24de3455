"""The judgement itself: a criteria set and a worker's evidence in, a `Result` out.

The title rule is that of Quyết định 324/QĐ-KHVN as data gives it: a total to reach and a floor under every chỉ số. What
the log suggests is only a suggestion: the points a person attested stand in its place, and an indicator without
components waits for a person, so that logs alone never make the criteria met.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from certification.evaluation.measures import MEASURES, points_for, take
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
from certification.evaluation.rules import Component, CriteriaSet, Indicator

__all__ = ["evaluate"]


def evaluate(criteria_set: CriteriaSet, evidence: Evidence, *, year: int, as_of: date) -> Result:
    """Judge one worker for the assessment year `year` (1 January to 31 December, days in Vietnam), as known on `as_of`.

    Facts of other years or after `as_of` do not count, nor attestations after `as_of` or from before the year began:
    `evidence.attested` must hold those made for this year, which are often signed in the next. The order of the
    evidence means nothing and repeats count once. Raises nothing for evidence that is merely useless.
    """
    facts = sorted(
        (fact for fact in evidence.facts if fact.day.year == year and fact.day <= as_of),
        key=lambda fact: (fact.day, fact.statement_id.bytes, fact.what),
    )
    attested = _last_of_each(one for one in evidence.attested if date(year, 1, 1) <= one.attested_on <= as_of)
    judged = tuple(
        _judge(indicator, facts, attested.get(indicator.id), criteria_set.each_at_least)
        for indicator in criteria_set.indicators
    )
    return _conclude(criteria_set, judged, year, as_of)


_NEVER_RECORDED = datetime.min.replace(tzinfo=UTC)


def _last_of_each(attested: Iterable[Attested]) -> dict[str, Attested]:
    last: dict[str, Attested] = {}
    for one in attested:
        other = last.get(one.indicator)
        if other is None or _place(one) > _place(other):
            last[one.indicator] = one
    return last


def _place(one: Attested) -> tuple[date, bool, datetime, int, str, str]:
    recorded = one.recorded or _NEVER_RECORDED
    return (one.attested_on, one.recorded is not None, recorded, -one.points, one.attested_by, one.basis)


def _judge(indicator: Indicator, facts: Sequence[Fact], attested: Attested | None, floor: int) -> IndicatorResult:
    suggested: int | None = None
    counted: tuple[UUID, ...] = ()
    missing: list[Reason] = []
    if indicator.loggable and indicator.components:
        suggested, counted, missing = _suggest(indicator, facts)

    if attested is not None:
        points: int | None = attested.points
        source = "attestation"
        reasons = [] if suggested is None else [Reason("log_suggests", (("points", suggested),))]
    else:
        points = suggested
        source = "log" if counted else "none"
        reasons = missing

    if points is None:
        needed = Reason("attestation_needed", (("at_least", floor), ("at_most", indicator.max_points)))
        return IndicatorResult(indicator.id, None, NOT_YET_KNOWN, "none", (), (needed,))
    if points < floor:
        reasons = [Reason("below_floor", (("have", points), ("need", floor))), *reasons]
    return IndicatorResult(indicator.id, points, MET if points >= floor else NOT_MET, source, counted, tuple(reasons))


def _suggest(indicator: Indicator, facts: Sequence[Fact]) -> tuple[int, tuple[UUID, ...], list[Reason]]:
    """The points the log suggests, the Statements they rest on, and what more would earn."""
    points = 0
    counted: dict[UUID, Fact] = {}
    came_to: list[tuple[int, Sequence[Fact]]] = []
    for component in indicator.components:
        taken = take(component, facts)
        measured = taken.measured
        points += points_for(component.steps, measured.value)
        came_to.append((measured.value, taken.matching))
        if measured.counted:
            chosen = set(measured.counted)
            counted.update((fact.statement_id, fact) for fact in taken.strong if fact.statement_id in chosen)
    points = min(points, indicator.max_points)
    in_order = sorted(counted.values(), key=lambda fact: (fact.day, fact.statement_id.bytes))
    room = indicator.max_points - points
    missing = [
        reason
        for place, (component, (have, matching)) in enumerate(zip(indicator.components, came_to, strict=True))
        for reason in _missing(component, place, have, room, matching)
    ]
    return points, tuple(fact.statement_id for fact in in_order), missing


def _missing(component: Component, place: int, have: int, room: int, matching: Sequence[Fact]) -> list[Reason]:
    """What would earn more: the next step of the component, while the indicator has room for points."""
    step = next((step for step in component.steps if have < step.at_least), None)
    if step is None or room <= 0:
        return []
    gain = min(step.points - points_for(component.steps, have), room)
    code = MEASURES[component.measure].reason
    reasons = [Reason(code, (("component", place), ("gain", gain), ("have", have), ("need", step.at_least)))]
    need = component.quality_at_least
    weak = {fact.statement_id for fact in matching if fact.quality < need}
    if weak:
        weak -= {fact.statement_id for fact in matching if fact.quality >= need}
    if weak:
        reasons.append(Reason("evidence_too_weak", (("component", place), ("have", len(weak)), ("need", need))))
    return reasons


def _conclude(criteria_set: CriteriaSet, judged: tuple[IndicatorResult, ...], year: int, as_of: date) -> Result:
    total = sum(one.points for one in judged if one.points is not None)
    unknown = {one.indicator for one in judged if one.points is None}
    below = sum(one.state == NOT_MET for one in judged)
    room = sum(indicator.max_points for indicator in criteria_set.indicators if indicator.id in unknown)
    need = criteria_set.total_at_least

    if below or total + room < need:
        outcome = NOT_MET
    elif unknown:
        outcome = NOT_YET_KNOWN
    else:
        outcome = MET

    reasons = []
    if below:
        reasons.append(Reason("indicators_below_floor", (("count", below), ("need", criteria_set.each_at_least))))
    if unknown:
        reasons.append(Reason("attestations_missing", (("count", len(unknown)),)))
    if total + room < need:
        reasons.append(Reason("total_out_of_reach", (("best", total + room), ("need", need))))
    elif total < need:
        reasons.append(Reason("total_short", (("have", total), ("need", need))))
    return Result(criteria_set.id, year, as_of, outcome, total, judged, tuple(reasons), rubric=criteria_set.rubric)
