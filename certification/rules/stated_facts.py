"""What facts a Statement gives by the mapping in force (`evidence_mapping`): `facts_of`, which needs no database.

Nothing is guessed: a verb the mapping does not know proves nothing, and no topic is given that neither the Statement
nor the catalogue states. How far whoever vouches for a Statement is trusted for a topic comes from outside
(`Standing`): it bounds the level, and where it is nothing there is no fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from certification.evaluation.measures import HIGHEST_SCORE
from certification.rules import statement_templates
from certification.rules.evidence_mapping import HIGHEST_LEVEL, TRUSTED, EvidenceMapping, Standing, Template
from certification.rules.locations import as_number, with_lists
from lrs import api

__all__ = [
    "LONGEST_MINUTES",
    "Fit",
    "StatedFact",
    "activity_type",
    "categories",
    "day_of",
    "facts_of",
    "fitting",
    "outcome",
    "stated_level",
    "stated_topics",
]

LONGEST_MINUTES = 525_600
"""A year: a longer duration is cut to it, so that no Statement can overflow what is added up."""

FAILED = "http://adlnet.gov/expapi/verbs/failed"


class Fit(NamedTuple):
    """A template that a Statement fits, at which level, and the kinds of facts it gives.

    The level is that of the Statement's own words, before anybody asks how far its authority is trusted.
    """

    template: Template
    level: int
    codes: tuple[str, ...]

    def level_for(self, standing: Standing) -> int:
        """The level where whoever vouches has this standing; -1 where there is to be no fact."""
        claimed = min(self.level, max(self.template.quality, standing.claims_at_most))
        return min(claimed, standing.at_most)


class StatedFact(NamedTuple):
    """One fact that a Statement gives: day in Vietnam, whole minutes, score in ten-thousandths, level 0 to 3.

    `activity_iri` is the id under which the activity is counted. `once` names the template that gave it where what that
    tells happens once (a course is completed), and is "" for what may happen again on the same day.
    """

    what: str
    day: date
    minutes: int
    score: int | None
    quality: int
    activity_iri: str
    once: str = ""


def facts_of(
    mapping: EvidenceMapping,
    statement: Mapping[str, Any],
    *,
    trusted: bool = False,
    standing: Callable[[str], Standing] = lambda what: TRUSTED,
) -> list[StatedFact]:
    """The facts that one stored Statement gives, each kind once, by kind; whoever its Actor is. None is often right.

    A voiding Statement gives none, nor does one whose Object is not an Activity. That the Statement itself may be
    voided is for the caller to know, and so is whether a signature leads to a root that is `trusted`, and the
    `standing` of whoever vouches for the Statement, by topic.
    """
    best: dict[str, tuple[int, str]] = {}
    for fit in fitting(mapping, statement, trusted=trusted):
        for code in fit.codes:
            allowed = standing(code)
            level = fit.level_for(allowed._replace(claims_at_most=HIGHEST_LEVEL) if trusted else allowed)
            once = fit.template.id if fit.template.once else ""
            if level >= 0:
                best[code] = max((level, once), best.get(code, (-1, "")))
    if not best:
        return []
    result = statement.get("result") or {}
    day, activity = day_of(statement, mapping.zone), mapping.activity(statement["object"]["id"])
    minutes, score = _minutes(result.get("duration")), _score(result.get("score") or {})
    return [StatedFact(code, day, minutes, score, best[code][0], activity, best[code][1]) for code in sorted(best)]


def fitting(mapping: EvidenceMapping, statement: Mapping[str, Any], *, trusted: bool = False) -> list[Fit]:
    """The templates that one stored Statement fits, in the mapping's order. None is often right."""
    templates = mapping.templates_by_verb.get(statement["verb"]["id"])
    if not templates or statement["object"].get("objectType", "Activity") != "Activity":
        return []
    ended, kind = outcome(statement), activity_type(statement)
    listed = with_lists(statement)
    fits: list[Fit] = []
    for template in templates:
        if ended not in template.outcomes or not (template.activity_types is None or kind in template.activity_types):
            continue
        if not _asks_no_more(template, listed):
            continue
        level = _level(mapping, template, statement, trusted)
        if template.statement_templates:
            ours = [mapping.statement_templates[iri] for iri in sorted(template.statement_templates)]
            matched = [one for one in ours if statement_templates.matches(one, listed, mapping.known_types)]
            if not matched:
                continue
            if all(statement_templates.broken(one, listed) for one in matched):
                level = min(level, template.faulty_at_most)
        fits.append(Fit(template, level, tuple(_codes(mapping, template, statement))))
    return fits


def _asks_no_more(template: Template, statement: Mapping[str, Any]) -> bool:
    """Whether all else that the template asks for is so."""
    around = (statement.get("context") or {}).get("contextActivities") or {}
    for wanted, where in ((template.categories, "category"), (template.groupings, "grouping")):
        if wanted and wanted.isdisjoint(each["id"] for each in _activities(around.get(where))):
            return False
    result = statement.get("result") or {}
    if template.minutes_at_least and _minutes(result.get("duration")) < template.minutes_at_least:
        return False
    if template.score_at_least and (_score(result.get("score") or {}) or 0) < template.score_at_least:
        return False
    return all(condition.holds(statement) for condition in template.conditions)


def day_of(statement: Mapping[str, Any], zone: ZoneInfo) -> date:
    """The day in `zone` on which a stored Statement says it happened: 31/12 at 17:00Z is New Year's Day in Vietnam."""
    instant = api.moment(statement["timestamp"])
    try:
        return instant.astimezone(zone).date()
    except OverflowError:  # the last hours of the year 9999
        return date.max


def outcome(statement: Mapping[str, Any]) -> str:
    """How it ended, as templates tell it: fine, failed or unfinished."""
    result = statement.get("result") or {}
    if statement["verb"]["id"] == FAILED or result.get("success") is False:
        return "failed"
    return "unfinished" if result.get("completion") is False else "fine"


def activity_type(statement: Mapping[str, Any]) -> str:
    """The type that the Object, an Activity, says it has; "none" where it says none."""
    return (statement["object"].get("definition") or {}).get("type") or "none"


def stated_level(mapping: EvidenceMapping, statement: Mapping[str, Any]) -> int | None:
    """The evidence level that the Statement claims for itself; None where it claims none that can be read."""
    stated = ((statement.get("context") or {}).get("extensions") or {}).get(mapping.level_extension)
    if isinstance(stated, bool) or not isinstance(stated, int | float | Decimal) or stated not in (0, 1, 2, 3):
        return None
    return int(stated)


def _level(mapping: EvidenceMapping, template: Template, statement: Mapping[str, Any], trusted: bool) -> int:
    """The evidence level: what the Statement says of itself, up to what the template allows; else the template's."""
    stated = stated_level(mapping, statement)
    if stated is None:
        return template.quality
    return min(stated, template.quality_at_most_when_trusted if trusted else template.quality_at_most)


def _codes(mapping: EvidenceMapping, template: Template, statement: Mapping[str, Any]) -> Iterator[str]:
    yield from template.gives
    if template.stated_topics:
        for code in stated_topics(mapping, statement):
            if template.shows_ability or code not in mapping.abilities:
                yield code


def stated_topics(mapping: EvidenceMapping, statement: Mapping[str, Any]) -> Iterator[str]:
    """Topics that the Statement states by a category activity, or the catalogue by the activity or its parent."""
    prefix = mapping.topic_prefix
    for category in categories(statement):
        code = category.removeprefix(prefix)
        if code != category and code in mapping.topics:
            yield code
    parents = ((statement.get("context") or {}).get("contextActivities") or {}).get("parent")
    for activity in (statement["object"], *_activities(parents)):
        yield from mapping.catalogue.get(mapping.activity(activity["id"]), ())


def categories(statement: Mapping[str, Any]) -> list[str]:
    """The ids of the Statement's category activities."""
    around = (statement.get("context") or {}).get("contextActivities") or {}
    return [category["id"] for category in _activities(around.get("category"))]


def _activities(value: Any) -> Iterable[Mapping[str, Any]]:
    """xAPI 1.0.3 Data 2.4.6.2 lets a single Activity stand where a list of them is meant."""
    if isinstance(value, Mapping):
        return (value,)
    return value or ()


_NUMBER = r"([0-9]+(?:[.,][0-9]+)?)"
_DURATION = re.compile(
    rf"^P(?:{_NUMBER}W)?(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?$"
)
_SECONDS = (604_800, 31_536_000, 2_592_000, 86_400, 3_600, 60, 1)
"""Of a week, a year of 365 days, a month of 30, a day, an hour, a minute, a second."""


def _minutes(duration: Any) -> int:
    """Whole minutes of an ISO 8601 duration; 0 for none or for what cannot be read."""
    match = _DURATION.match(duration) if isinstance(duration, str) and len(duration) <= 100 else None
    if match is None:
        return 0
    parts = zip(match.groups(), _SECONDS, strict=True)
    seconds = sum(Decimal(part.replace(",", ".")) * unit for part, unit in parts if part)
    return int(min(seconds, Decimal(LONGEST_MINUTES * 60)) // 60)


def _score(score: Mapping[str, Any]) -> int | None:
    """The scaled score in ten-thousandths, cut to 0 to 1; worked out of raw, min and max where scaled is missing.

    Without `min` the lowest is taken to be 0; without `max` a raw score says nothing and there is none.
    """
    try:
        scaled = as_number(score.get("scaled"))
        if scaled is None:
            raw, top, bottom = as_number(score.get("raw")), as_number(score.get("max")), as_number(score.get("min"))
            bottom = Decimal(0) if bottom is None else bottom
            if raw is None or top is None or top <= bottom:
                return None
            scaled = (raw - bottom) / (top - bottom)
    except (ArithmeticError, ValueError):  # numbers too long or too far apart to work with
        return None
    return int(min(max(scaled, Decimal(0)), Decimal(1)) * HIGHEST_SCORE)
