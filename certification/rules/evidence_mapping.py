"""How Statements are read as facts: the mapping in force on a day, and `facts_of`, which needs no database.

What a Statement proves is data (`programmes/<programme>/evidence-mapping-….toml`): templates by verb, activity type and
outcome, topics that somebody stated, and a catalogue for activities that their clients do not tag. Nothing is guessed:
a verb the mapping does not know proves nothing, and no topic is given that neither the Statement nor the catalogue
states.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from certification.errors import NoMappingInForce
from certification.evaluation.measures import HIGHEST_SCORE
from certification.rules.rule_store import stored
from lrs import api
from lrs.db import Session

__all__ = [
    "LONGEST_MINUTES",
    "EvidenceMapping",
    "Fit",
    "StatedFact",
    "Template",
    "activity_type",
    "build",
    "categories",
    "day_of",
    "facts_of",
    "fitting",
    "mapping_in_force",
    "outcome",
    "stated_level",
    "stated_topics",
]

LONGEST_MINUTES = 525_600
"""A year: a longer duration is cut to it, so that no Statement can overflow what is added up."""

FAILED = "http://adlnet.gov/expapi/verbs/failed"


@dataclass(frozen=True, slots=True)
class Template:
    """What Statements with these verbs, activity types (None: any) and outcomes give. See the mapping file's head."""

    id: str
    title: str
    verbs: frozenset[str]
    activity_types: frozenset[str] | None
    outcomes: frozenset[str]
    gives: tuple[str, ...]
    stated_topics: bool
    shows_ability: bool
    quality: int
    quality_at_most: int
    quality_at_most_when_trusted: int


@dataclass(frozen=True, slots=True)
class EvidenceMapping:
    """A mapping with everything that adds to it. `rule_file_ids` are all files it was made from, the base first."""

    id: str
    rule_file_ids: tuple[UUID, ...]
    profile: str
    zone: ZoneInfo
    topics: Mapping[str, str]
    """Topic code to its Vietnamese title."""
    abilities: frozenset[str]
    templates_by_verb: Mapping[str, tuple[Template, ...]]
    catalogue: Mapping[str, frozenset[str]]
    """Activity id to the topics it is about."""

    @property
    def topic_prefix(self) -> str:
        """What the id of a category activity that states a topic begins with; the topic's code follows."""
        return f"{self.profile}/topic/"

    @property
    def level_extension(self) -> str:
        """The context extension by which a Statement claims an evidence level."""
        return f"{self.profile}/extension/evidence-level"


class Fit(NamedTuple):
    """A template that a Statement fits, at which level, and the kinds of facts it gives."""

    template: Template
    level: int
    codes: tuple[str, ...]


class StatedFact(NamedTuple):
    """One fact that a Statement gives: day in Vietnam, whole minutes, score in ten-thousandths, level 0 to 3."""

    what: str
    day: date
    minutes: int
    score: int | None
    quality: int
    activity_iri: str


def mapping_in_force(session: Session, tenant: UUID, on: date) -> EvidenceMapping:
    """The mapping in force on a day: of those begun the one that began last, with every loaded file that adds to it.

    One SQL command. Raises NoMappingInForce.
    """
    rules = stored(session, tenant, "evidence-mapping")
    bases = [rule for rule in rules if "adds_to" not in rule.document]
    begun = [base for base in bases if base.document["in_force_from"] <= on]
    if not begun:
        known = [f"{base.identifier} (from {base.document['in_force_from'].isoformat()})" for base in bases]
        raise NoMappingInForce(on, known)
    base = max(begun, key=lambda rule: rule.document["in_force_from"])
    additions = [rule for rule in rules if rule.document.get("adds_to") == base.identifier]
    return build(
        base.document,
        [addition.document for addition in additions],
        rule_file_ids=(base.id, *(addition.id for addition in additions)),
    )


def build(
    base: Mapping[str, Any], additions: Sequence[Mapping[str, Any]] = (), *, rule_file_ids: tuple[UUID, ...] = ()
) -> EvidenceMapping:
    """A mapping from checked documents."""
    documents = (base, *additions)
    topics = [topic for document in documents for topic in document.get("topic", ())]
    by_verb: dict[str, list[Template]] = {}
    for template in (_template(one) for document in documents for one in document.get("template", ())):
        for verb in template.verbs:
            by_verb.setdefault(verb, []).append(template)
    catalogue: dict[str, frozenset[str]] = {}
    for activity in (one for document in documents for one in document.get("activity", ())):
        catalogue[activity["id"]] = catalogue.get(activity["id"], frozenset()) | frozenset(activity["topics"])
    return EvidenceMapping(
        id=base["id"],
        rule_file_ids=rule_file_ids,
        profile=base["profile"],
        zone=ZoneInfo(base["time_zone"]),
        topics={topic["code"]: topic["title"] for topic in topics},
        abilities=frozenset(topic["code"] for topic in topics if topic.get("ability")),
        templates_by_verb={verb: tuple(templates) for verb, templates in by_verb.items()},
        catalogue=catalogue,
    )


def facts_of(mapping: EvidenceMapping, statement: Mapping[str, Any], *, trusted: bool = False) -> list[StatedFact]:
    """The facts that one stored Statement gives, each kind once, by kind; whoever its Actor is. None is often right.

    A voiding Statement gives none, nor does one whose Object is not an Activity. That the Statement itself may be
    voided is for the caller to know, and so is whether a signature leads to a root that is `trusted`.
    """
    levels: dict[str, int] = {}
    for fit in fitting(mapping, statement, trusted=trusted):
        for code in fit.codes:
            levels[code] = max(fit.level, levels.get(code, 0))
    if not levels:
        return []
    result = statement.get("result") or {}
    day = day_of(statement, mapping.zone)
    minutes, score = _minutes(result.get("duration")), _score(result.get("score") or {})
    return [StatedFact(code, day, minutes, score, levels[code], statement["object"]["id"]) for code in sorted(levels)]


def fitting(mapping: EvidenceMapping, statement: Mapping[str, Any], *, trusted: bool = False) -> list[Fit]:
    """The templates that one stored Statement fits, in the mapping's order. None is often right."""
    templates = mapping.templates_by_verb.get(statement["verb"]["id"])
    if not templates or statement["object"].get("objectType", "Activity") != "Activity":
        return []
    ended, kind = outcome(statement), activity_type(statement)
    return [
        Fit(template, _level(mapping, template, statement, trusted), tuple(_codes(mapping, template, statement)))
        for template in templates
        if ended in template.outcomes and (template.activity_types is None or kind in template.activity_types)
    ]


def day_of(statement: Mapping[str, Any], zone: ZoneInfo) -> date:
    """The day in `zone` on which a stored Statement says it happened: 31/12 at 17:00Z is New Year's Day in Vietnam."""
    instant = api.moment(statement["timestamp"])
    try:
        return instant.astimezone(zone).date()
    except OverflowError:  # the last hours of the year 9999
        return date.max


def _template(document: Mapping[str, Any]) -> Template:
    kinds = document.get("activity_types")
    return Template(
        id=document["id"],
        title=document["title"],
        verbs=frozenset(document["verbs"]),
        activity_types=None if kinds is None else frozenset(kinds),
        outcomes=frozenset(document["outcomes"]),
        gives=tuple(document["gives"]),
        stated_topics=document["stated_topics"],
        shows_ability=document["shows_ability"],
        quality=document["quality"],
        quality_at_most=document["quality_at_most"],
        quality_at_most_when_trusted=document.get("quality_at_most_when_trusted", document["quality_at_most"]),
    )


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
        yield from mapping.catalogue.get(activity["id"], ())


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
        scaled = _decimal(score.get("scaled"))
        if scaled is None:
            raw, top, bottom = _decimal(score.get("raw")), _decimal(score.get("max")), _decimal(score.get("min"))
            bottom = Decimal(0) if bottom is None else bottom
            if raw is None or top is None or top <= bottom:
                return None
            scaled = (raw - bottom) / (top - bottom)
    except (ArithmeticError, ValueError):  # numbers too long or too far apart to work with
        return None
    return int(min(max(scaled, Decimal(0)), Decimal(1)) * HIGHEST_SCORE)


def _decimal(value: Any) -> Decimal | None:
    """A JSON number as a finite Decimal (0.29 as it was written, not as a float holds it); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None
