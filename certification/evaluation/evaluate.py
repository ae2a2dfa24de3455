"""The judgement itself: a criteria set and a worker's evidence in, a `Result` out.

The title rule is that of Quyết định 324/QĐ-KHVN (and of 244/QĐ-KHVN before it) as data gives it: a total to reach and a
floor under every chỉ số. What the log suggests is only a suggestion: the points a person attested stand in its place,
and an indicator without components waits for a person, so that logs alone never make the criteria met.

`findings` works it out; here it is said what the outcome rests on and what would change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from certification.evaluation.findings import Prepared, Tally, find, in_order, last_of_each, tally
from certification.evaluation.measures import MEASURES, points_for
from certification.evaluation.results import (
    MET,
    NOT_MET,
    NOT_YET_KNOWN,
    ComponentResult,
    Evidence,
    Findings,
    Found,
    Given,
    IndicatorResult,
    Reason,
    Result,
)
from certification.evaluation.rules import Component, CriteriaSet, Indicator

__all__ = ["conclude", "evaluate", "find_in", "overall"]


def evaluate(criteria_set: CriteriaSet | Prepared, evidence: Evidence, *, year: int, as_of: date) -> Result:
    """Judge one worker for the assessment year `year` (1 January to 31 December, days in Vietnam), as known on `as_of`.

    Facts of other years or after `as_of` do not count, nor attestations after `as_of` or from before the year began:
    `evidence.attested` must hold those made for this year, which are often signed in the next. The order of the
    evidence means nothing and repeats count once. Raises nothing for evidence that is merely useless.
    """
    prepared = criteria_set if isinstance(criteria_set, Prepared) else Prepared(criteria_set)
    return conclude(prepared, find_in(prepared, evidence, year, as_of), year, as_of)


def find_in(prepared: Prepared, evidence: Evidence, year: int, as_of: date) -> Findings:
    """What is found in all that is known of a worker: `find` with the evidence cut to the year and the day."""
    return find(
        prepared,
        in_order(evidence.facts, year, as_of),
        last_of_each(evidence.attested, year, as_of),
        last_of_each(evidence.self_given, year, as_of),
    )


def conclude(prepared: Prepared, findings: Findings, year: int, as_of: date) -> Result:
    """What the findings come to, with the reasons: the same whenever it is asked, and whoever kept them meanwhile."""
    criteria_set = prepared.criteria_set
    came_to = tally(prepared, findings)
    attested = {given.indicator: given for given in findings.attested}
    self_given = {given.indicator: given.points for given in findings.self_given}
    judged = tuple(
        _indicator(
            indicator,
            findings,
            findings.found[row.first : row.last],
            came_to,
            place,
            (attested.get(place), self_given.get(place), criteria_set.each_at_least),
        )
        for place, (indicator, row) in enumerate(zip(criteria_set.indicators, prepared.rows, strict=True))
    )
    return Result(
        criteria_set.id,
        year,
        as_of,
        came_to.outcome,
        came_to.total,
        judged,
        overall(criteria_set, came_to),
        rubric=criteria_set.rubric,
        to_total=max(0, criteria_set.total_at_least - came_to.total),
        reached=tuple((key, _named(findings, places)) for key, places in findings.reached),
    )


def _indicator(
    indicator: Indicator,
    findings: Findings,
    found: Sequence[Found],
    came_to: Tally,
    place: int,
    persons: tuple[Given | None, int | None, int],
) -> IndicatorResult:
    attested, self_given, floor = persons
    suggested, points = came_to.suggested[place], came_to.decided[place]
    components: tuple[ComponentResult, ...] = ()
    counted: tuple[UUID, ...] = ()
    if suggested is not None:
        room = indicator.max_points - suggested
        components = tuple(
            _component(component, findings, one, room)
            for component, one in zip(indicator.components, found, strict=True)
        )
        counted = _named(findings, sorted({each for one in found for each in one.counted}))
    reasons: list[Reason] = []
    if points is None:
        reasons.append(Reason("attestation_needed", (("at_least", floor), ("at_most", indicator.max_points))))
        state, source = NOT_YET_KNOWN, "none"
    else:
        state = MET if points >= floor else NOT_MET
        if points < floor:
            reasons.append(Reason("below_floor", (("have", points), ("need", floor))))
        if attested is None:
            source = "log" if counted else "none"
            reasons += _missing(indicator, components)
        else:
            source = "attestation"
            reasons += [] if suggested is None else [Reason("log_suggests", (("points", suggested),))]
    return IndicatorResult(
        indicator.id,
        points,
        state,
        source,
        counted,
        tuple(reasons),
        suggested=suggested,
        self_given=self_given,
        attested=attested.points if attested else None,
        attestation=attested.id if attested else None,
        to_floor=max(0, floor - (points or 0)),
        components=components,
    )


def _component(component: Component, findings: Findings, found: Found, room: int) -> ComponentResult:
    have = found.value
    points = points_for(component.steps, have)
    step = next((step for step in component.steps if have < step.at_least), None) if room > 0 else None
    return ComponentResult(
        have=have,
        need=step.at_least if step else None,
        missing=step.at_least - have if step else 0,
        gain=min(step.points - points, room) if step else 0,
        points=points,
        weak=len(found.weak),
        counted=_named(findings, found.counted),
    )


def _missing(indicator: Indicator, components: Sequence[ComponentResult]) -> list[Reason]:
    """What would earn more: the next step of each component, while the indicator has room for points."""
    reasons = []
    for place, (component, one) in enumerate(zip(indicator.components, components, strict=True)):
        if one.need is None:
            continue
        code = MEASURES[component.measure].reason
        reasons.append(Reason(code, (("component", place), ("gain", one.gain), ("have", one.have), ("need", one.need))))
        if one.weak:
            weak = (("component", place), ("have", one.weak), ("need", component.quality_at_least))
            reasons.append(Reason("evidence_too_weak", weak))
    return reasons


def overall(criteria_set: CriteriaSet, came_to: Tally) -> tuple[Reason, ...]:
    """What stands in the way as a whole, without what each chỉ số lacks."""
    decided, total = came_to.decided, came_to.total
    unknown = [one for one, points in zip(criteria_set.indicators, decided, strict=True) if points is None]
    below = sum(points is not None and points < criteria_set.each_at_least for points in decided)
    room = sum(indicator.max_points for indicator in unknown)
    need = criteria_set.total_at_least
    reasons = []
    if below:
        reasons.append(Reason("indicators_below_floor", (("count", below), ("need", criteria_set.each_at_least))))
    if unknown:
        reasons.append(Reason("attestations_missing", (("count", len(unknown)),)))
    if total + room < need:
        reasons.append(Reason("total_out_of_reach", (("best", total + room), ("need", need))))
    elif total < need:
        reasons.append(Reason("total_short", (("have", total), ("need", need))))
    return tuple(reasons)


def _named(findings: Findings, places: Sequence[int]) -> tuple[UUID, ...]:
    statements = findings.statements
    return tuple([statements[place] for place in places])
