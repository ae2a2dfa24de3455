"""What criteria sets and rubrics must keep to that their JSON Schemas cannot say (`rule_checks`)."""

from __future__ import annotations

from collections.abc import Iterator

from certification.evaluation.measures import HIGHEST_SCORE, MEASURES, most_from_one_statement
from certification.evaluation.rules import Indicator
from certification.rules import criteria
from certification.rules.check_parts import (
    CheckFault,
    Document,
    Known,
    Path,
    count,
    fact_faults,
    meant,
    not_loaded,
    repeats,
)

__all__ = ["criteria_set_faults", "rubric_faults"]

LEAST_STEPS = 3
"""So many steps at least lead to the points of an indicator that the log may suggest: no all-or-nothing."""

_MOST_OF = {"best_score": HIGHEST_SCORE, "distinct_days": 366, "distinct_months": 12}
"""The highest value a measure can come to in a year, where there is one."""


# ---------------------------------------------------------------- criteria set


def criteria_set_faults(document: Document, known: Known) -> Iterator[CheckFault]:
    """Limits that cannot be reached, indicators named twice, years that another set has."""
    indicators = [
        (("competence", place, "indicator", number), indicator)
        for place, competence in enumerate(document["competence"])
        for number, indicator in enumerate(competence["indicator"])
    ]
    yield from repeats("indicator", [((*path, "id"), one["id"]) for path, one in indicators])
    floor = document["title_rule"]["each_indicator_at_least"]["value"]
    for path, one in indicators:
        if one["max_points"]["value"] < floor:
            most = one["max_points"]["value"]
            yield (
                (*path, "max_points"),
                f"{one['id']} can reach {most} points, less than the {floor} every one must have",
            )
    reachable = sum(one["max_points"]["value"] for _, one in indicators)
    total = document["title_rule"]["total_at_least"]["value"]
    if total > reachable:
        yield (
            ("title_rule", "total_at_least"),
            f"the total of {total} cannot be reached: all indicators together have {reachable} points",
        )
    years = document["years"]
    if "last" in years and years["last"]["value"] < years["first"]["value"]:
        yield ("years", "last"), "the last year lies before the first; correct one of them"
    for other in known.of("criteria-set").values():
        same = [key for key in ("programme", "audience") if other[key] == document[key]]
        if len(same) == 2 and other["years"]["first"]["value"] == years["first"]["value"]:
            yield (
                ("years", "first"),
                f"criteria set {other['id']!r} is loaded for the same audience from the same year; "
                "a new decision needs a later first year",
            )


# ---------------------------------------------------------------- rubric


def rubric_faults(document: Document, known: Known) -> Iterator[CheckFault]:
    """Whether every step of every component fits the criteria set it is for, and no one Statement is worth too much."""
    frame = known.of("criteria-set").get(document["criteria_set"])
    if frame is None:
        yield ("criteria_set",), not_loaded("criteria set", document["criteria_set"], known.of("criteria-set"))
        return
    if document["programme"] != frame["programme"]:
        yield ("programme",), f"criteria set {frame['id']!r} belongs to programme {frame['programme']!r}; name that one"
    first = frame["years"]["first"]["value"]
    if document["first_year"] < first:
        yield ("first_year",), f"lies before {first}, the first year of criteria set {frame['id']!r}"
    yield from _check_rivals(document, known)

    indicators = {one["id"]: one for competence in frame["competence"] for one in competence["indicator"]}
    yield from repeats(
        "indicator", [(("indicator", place, "id"), one["id"]) for place, one in enumerate(document["indicator"])]
    )
    for place, one in enumerate(document["indicator"]):
        path: Path = ("indicator", place)
        asked = indicators.get(one["id"])
        if asked is None:
            yield (
                (*path, "id"),
                f"criteria set {frame['id']!r} has no indicator {one['id']}; {meant(one['id'], indicators)}",
            )
        elif asked["by_person_only"]:
            yield (
                (*path, "id"),
                f"{one['id']} gets its points from attestations alone (by_person_only in criteria set "
                f"{frame['id']!r}); take it out of the rubric",
            )
        else:
            yield from _check_scoring(path, one, asked["max_points"]["value"], document, known)


def _check_rivals(document: Document, known: Known) -> Iterator[CheckFault]:
    rubrics = known.of("rubric")
    replaced = document.get("replaces")
    if replaced is not None and replaced not in rubrics:
        yield ("replaces",), not_loaded("rubric", replaced, rubrics)
    given_up = {replaced} | {other.get("replaces") for other in rubrics.values()}
    for other in rubrics.values():
        same = other["criteria_set"] == document["criteria_set"] and other["first_year"] == document["first_year"]
        if same and other["id"] not in given_up:
            yield (
                ("first_year",),
                f"rubric {other['id']!r} is loaded for the same criteria set from the same year; add "
                f'replaces = "{other["id"]}", or let this one begin later',
            )


def _check_scoring(
    path: Path, document: Document, most_points: int, rubric: Document, known: Known
) -> Iterator[CheckFault]:
    """The components of one indicator: each by itself, then the worst case of one Statement over all of them."""
    faults = [
        fault
        for number, component in enumerate(document["component"])
        for fault in _check_component((*path, "component", number), component, most_points, known)
    ]
    yield from faults
    if faults:
        return
    steps = sum(len(component["steps"]) for component in document["component"])
    if steps < LEAST_STEPS:
        yield (
            (*path, "component"),
            f"{document['id']} has {count(steps, 'step')}; it needs at least {LEAST_STEPS}, so that some effort earns "
            "some points",
        )
    components = criteria.build_components(document["component"])
    worst = most_from_one_statement(Indicator(document["id"], "", "", most_points, True, components))
    allowed = rubric["single_statement_at_most"]
    if worst > allowed:
        yield (
            (*path, "component"),
            f"one Statement could be worth {worst} points in {document['id']}, more than the {allowed} that "
            "single_statement_at_most allows (worst case: it moves every component at once as far as one Statement "
            "can); make the steps smaller, or cap what one Statement counts",
        )


def _check_component(path: Path, document: Document, most_points: int, known: Known) -> Iterator[CheckFault]:
    measure = MEASURES.get(document["measure"])
    if measure is None:
        yield (
            (*path, "measure"),
            f"there is no measure {document['measure']!r}; {meant(document['measure'], MEASURES)}",
        )
        return
    yield from fact_faults((*path, "what"), document["what"], known)
    options = document.get("options", {})
    for name in measure.options:
        if name not in options:
            yield path, f"measure {document['measure']!r} needs the option {name!r}: add options = {{ {name} = … }}"
    for name in options:
        if name not in measure.options:
            has = ", ".join(measure.options) or "no options"
            yield (*path, "options"), f"measure {document['measure']!r} does not know the option {name!r}; it has {has}"
    steps = document["steps"]
    for number in range(1, len(steps)):
        for key in ("at_least", "points"):
            if steps[number][key] <= steps[number - 1][key]:
                yield (
                    (*path, "steps", number),
                    f"{key} must rise from step to step, but {steps[number][key]} follows {steps[number - 1][key]}",
                )
    if steps[-1]["points"] > most_points:
        yield (*path, "steps"), f"is worth up to {steps[-1]['points']} points; the indicator has {most_points}"
    reachable = _MOST_OF.get(document["measure"])
    if reachable is not None and steps[-1]["at_least"] > reachable:
        yield (*path, "steps"), f"{document['measure']} never comes to more than {reachable} in a year"
