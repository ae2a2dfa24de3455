"""How Statements are read as facts: the mapping in force on a day, and `facts_of`, which needs no database.

What a Statement proves is data (`programmes/<programme>/evidence-mapping-….toml`): templates by verb, activity type,
outcome and whatever else stands in it, or by a Statement Template of our published Profile; topics that somebody
stated; and a catalogue for activities that their clients do not tag. Nothing is guessed: a verb the mapping does not
know proves nothing, and no topic is given that neither the Statement nor the catalogue states.

How far whoever vouches for a Statement is trusted for a topic comes from outside (`Standing`): it bounds the level, and
where it is nothing there is no fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from certification.errors import NoMappingInForce
from certification.evaluation.measures import HIGHEST_SCORE
from certification.rules import rule_store, statement_templates
from certification.rules.locations import as_compared, location, with_lists
from certification.rules.rule_store import StoredRule, stored
from certification.rules.statement_templates import CONTEXTS, Rule, StatementTemplate
from lrs import api
from lrs.db import Session

__all__ = [
    "HIGHEST_LEVEL",
    "LONGEST_MINUTES",
    "Condition",
    "Dating",
    "EvidenceMapping",
    "Fit",
    "Standing",
    "StatedFact",
    "Template",
    "Unlisted",
    "activity_type",
    "build",
    "categories",
    "day_of",
    "facts_of",
    "fitting",
    "mapping_in_force",
    "mappings",
    "outcome",
    "stated_level",
    "stated_topics",
    "template_iri",
    "titles",
]

LONGEST_MINUTES = 525_600
"""A year: a longer duration is cut to it, so that no Statement can overflow what is added up."""

FAILED = "http://adlnet.gov/expapi/verbs/failed"

HIGHEST_LEVEL = 3


class Standing(NamedTuple):
    """How far somebody who vouches for Statements is trusted: the level facts reach at most (-1: there are none), and
    the level that a Statement may claim for itself beyond what its template gives."""

    at_most: int = HIGHEST_LEVEL
    claims_at_most: int = HIGHEST_LEVEL


TRUSTED = Standing()


@dataclass(frozen=True, slots=True)
class Condition:
    """Something more that a template asks of a Statement: that one of the values at a location is this one, one of
    these, at least or at most so much. What is not asked is None."""

    location: str
    equals: Any = None
    one_of: tuple[Any, ...] | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None

    def holds(self, statement: Mapping[str, Any]) -> bool:
        """`statement` with its context activities in lists."""
        return any(self._allows(value) for value in location(self.location).values(statement))

    def _allows(self, value: Any) -> bool:
        if self.equals is not None and as_compared(value) != as_compared(self.equals):
            return False
        if self.one_of is not None and as_compared(value) not in {as_compared(one) for one in self.one_of}:
            return False
        if self.at_least is None and self.at_most is None:
            return True
        number = _decimal(value)
        if number is None:
            return False
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)


@dataclass(frozen=True, slots=True)
class Dating:
    """From when on a Statement's timestamp is so far from when it was stored that somebody should look at it. `source`
    is the file that says so, `status` how sure it is."""

    late_after_days: int
    future_after_minutes: int
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Unlisted:
    """How far an authority is trusted that nobody has listed; see Standing. `source` is the file that says so."""

    standing: Standing = TRUSTED
    status: str = "PROPOSAL"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """What Statements with these verbs, activity types (None: any) and outcomes give. See the mapping file's head.

    With `statement_templates` (IRIs of our Profile) a Statement must match one of them; where it breaks a rule of each
    that it matches, its level is `faulty_at_most`. `minutes_at_least` and `score_at_least` (in ten-thousandths) are 0
    where they are not asked for. `once`: what it tells happens once, and told again it is a repeat.
    """

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
    statement_templates: frozenset[str] = frozenset()
    faulty_at_most: int = HIGHEST_LEVEL
    categories: frozenset[str] = frozenset()
    groupings: frozenset[str] = frozenset()
    conditions: tuple[Condition, ...] = ()
    minutes_at_least: int = 0
    score_at_least: int = 0
    once: bool = False


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
    same_activities: Mapping[str, str] = field(default_factory=dict)
    """Activity id to the one id under which all that were declared the same are counted."""
    statement_templates: Mapping[str, StatementTemplate] = field(default_factory=dict)
    """By IRI: the Statement Templates of our Profile."""
    known_types: Mapping[str, str] = field(default_factory=dict)
    """Activity id to its type, for the activities that our Profile defines."""
    dating: Dating | None = None
    unlisted: Unlisted = Unlisted()

    @property
    def topic_prefix(self) -> str:
        """What the id of a category activity that states a topic begins with; the topic's code follows."""
        return f"{self.profile}/topic/"

    @property
    def level_extension(self) -> str:
        """The context extension by which a Statement claims an evidence level."""
        return f"{self.profile}/extension/evidence-level"

    @property
    def certificate_extension(self) -> str:
        """The context extension by which a Statement names the number of the certificate it is about."""
        return f"{self.profile}/extension/certificate-number"

    @property
    def version_prefix(self) -> str:
        """What the ids of our Profile's versions begin with; a whole number follows."""
        return f"{self.profile}/v/"

    def activity(self, iri: str) -> str:
        """The id under which an activity is counted: its own, unless it was declared the same as others."""
        return self.same_activities.get(iri, iri)


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


def mapping_in_force(session: Session, tenant: UUID, on: date) -> EvidenceMapping:
    """The mapping in force on a day: of those begun the one that began last, with every loaded file that adds to it.

    One SQL command. Raises NoMappingInForce.
    """
    known = mappings(session, tenant)
    for first_day, mapping in known:
        if first_day <= on:
            return mapping
    raise NoMappingInForce(on, [f"{mapping.id} (from {first_day.isoformat()})" for first_day, mapping in known])


def mappings(session: Session, tenant: UUID) -> Sequence[tuple[date, EvidenceMapping]]:
    """Every loaded mapping with the first day on which it is in force, the latest first.

    One SQL command; two where other files are loaded than at the last call, since a loaded file never changes.
    """
    files = rule_store.ids(session, tenant, "evidence-mapping")
    if files not in _made:
        if len(_made) >= _MOST_MADE:
            _made.clear()
        _made[files] = _make(stored(session, tenant, "evidence-mapping"))
    return _made[files]


def titles(session: Session, tenant: UUID) -> dict[str, str]:
    """What each topic of the loaded mappings is called, by its code; by the latest that knows it."""
    return {code: title for _, mapping in reversed(mappings(session, tenant)) for code, title in mapping.topics.items()}


_made: dict[frozenset[UUID], tuple[tuple[date, EvidenceMapping], ...]] = {}
"""What was made of which files, for all tenants: ids of files are unique, and what is made of them never changes."""

_MOST_MADE = 64


def _make(rules: Sequence[StoredRule]) -> tuple[tuple[date, EvidenceMapping], ...]:
    rules = sorted(rules, key=lambda rule: (rule.loaded, rule.identifier))
    made: list[tuple[date, EvidenceMapping]] = []
    for base in (rule for rule in rules if "adds_to" not in rule.document):
        additions = [rule for rule in rules if rule.document.get("adds_to") == base.identifier]
        mapping = build(
            base.document,
            [addition.document for addition in additions],
            rule_file_ids=(base.id, *(addition.id for addition in additions)),
        )
        made.append((base.document["in_force_from"], mapping))
    return tuple(sorted(made, key=lambda one: (one[0], one[1].id), reverse=True))


def build(
    base: Mapping[str, Any], additions: Sequence[Mapping[str, Any]] = (), *, rule_file_ids: tuple[UUID, ...] = ()
) -> EvidenceMapping:
    """A mapping from checked documents, the base first; of settings that several make, the last one holds."""
    documents = (base, *additions)
    profile = base["profile"]
    topics = [topic for document in documents for topic in document.get("topic", ())]
    published = {
        one.id: one
        for document in documents
        for one in (_statement_template(profile, each) for each in document.get("statement_template", ()))
    }
    once = {identifier for document in documents for identifier in document.get("once", ())}
    by_verb: dict[str, list[Template]] = {}
    for template in (
        _template(one, profile, published, once) for document in documents for one in document.get("template", ())
    ):
        for verb in template.verbs:
            by_verb.setdefault(verb, []).append(template)
    listed = [one for document in documents for one in document.get("activity", ())]
    same = _same_activities((one["id"], one["same_as"]) for one in listed if "same_as" in one)
    catalogue: dict[str, frozenset[str]] = {}
    for activity in listed:
        for iri in (activity["id"], same.get(activity["id"], activity["id"])):
            catalogue[iri] = catalogue.get(iri, frozenset()) | frozenset(activity.get("topics", ()))
    return EvidenceMapping(
        id=base["id"],
        rule_file_ids=rule_file_ids,
        profile=profile,
        zone=ZoneInfo(base["time_zone"]),
        topics={topic["code"]: topic["title"] for topic in topics},
        abilities=frozenset(topic["code"] for topic in topics if topic.get("ability")),
        templates_by_verb={verb: tuple(templates) for verb, templates in by_verb.items()},
        catalogue=catalogue,
        same_activities=same,
        statement_templates=published,
        known_types=_known_types(profile, documents, topics),
        dating=next((_dating(one) for one in reversed(documents) if "dating" in one), None),
        unlisted=next((_unlisted(one) for one in reversed(documents) if "unlisted_authority" in one), Unlisted()),
    )


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


def _template(
    document: Mapping[str, Any], profile: str, published: Mapping[str, StatementTemplate], once: Iterable[str]
) -> Template:
    kinds = document.get("activity_types")
    named = frozenset(template_iri(profile, one) for one in document.get("statement_templates", ()))
    return Template(
        id=document["id"],
        title=document["title"],
        verbs=frozenset(document["verbs"]) if "verbs" in document else frozenset(published[iri].verb for iri in named),
        activity_types=None if kinds is None else frozenset(kinds),
        outcomes=frozenset(document["outcomes"]),
        gives=tuple(document["gives"]),
        stated_topics=document["stated_topics"],
        shows_ability=document["shows_ability"],
        quality=document["quality"],
        quality_at_most=document["quality_at_most"],
        quality_at_most_when_trusted=document.get("quality_at_most_when_trusted", document["quality_at_most"]),
        statement_templates=named,
        faulty_at_most=document.get("quality_at_most_when_faulty", HIGHEST_LEVEL),
        categories=frozenset(document.get("categories", ())),
        groupings=frozenset(document.get("groupings", ())),
        conditions=tuple(_condition(one) for one in document.get("where", ())),
        minutes_at_least=document.get("minutes_at_least", 0),
        score_at_least=document.get("score_at_least", 0),
        once=bool(document.get("once")) or document["id"] in once,
    )


def _condition(document: Mapping[str, Any]) -> Condition:
    return Condition(
        location=document["location"],
        equals=document.get("equals"),
        one_of=tuple(document["one_of"]) if "one_of" in document else None,
        at_least=_decimal(document.get("at_least")),
        at_most=_decimal(document.get("at_most")),
    )


def template_iri(profile: str, name: str) -> str:
    """The IRI of a Statement Template of our Profile, which a rule file names in full or without the address."""
    return f"{profile}/{name}" if name.startswith("template/") else name


def _statement_template(profile: str, document: Mapping[str, Any]) -> StatementTemplate:
    return StatementTemplate(
        id=f"{profile}/template/{document['id']}",
        title={"vi": document["title"], "en": document["title_en"]},
        definition={"vi": document["definition"], "en": document["definition_en"]},
        verb=document["verb"],
        object_type=_own(profile, document.get("object_type", "")),
        context_types={
            name: tuple(_own(profile, one) for one in document[name]) for name in CONTEXTS if name in document
        },
        attachment_usage_types=tuple(document.get("attachment_usage_types", ())),
        rules=tuple(_rule(profile, one) for one in document.get("rule", ())),
    )


def _rule(profile: str, document: Mapping[str, Any]) -> Rule:
    lists = {
        name: tuple(_own(profile, one) if isinstance(one, str) else one for one in document[name])
        for name in ("any", "all", "none")
        if name in document
    }
    notes = {"vi": document.get("note"), "en": document.get("note_en")}
    said = {language: text for language, text in notes.items() if text}
    return Rule(
        location=_own(profile, document["location"]),
        presence=document.get("presence", ""),
        selector=_own(profile, document.get("selector", "")),
        scope_note=said or None,
        **lists,
    )


def _own(profile: str, iri: str) -> str:
    """What a rule file writes with <profile> in place of the profile's address."""
    return iri.replace("<profile>", profile)


def _known_types(
    profile: str, documents: Sequence[Mapping[str, Any]], topics: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    kinds = [one["id"] for document in documents for one in document.get("kind_of_learning", ())]
    known = {f"{profile}/kind/{code}": f"{profile}/activity-type/{code}" for code in kinds}
    return known | {f"{profile}/topic/{topic['code']}": f"{profile}/activity-type/topic" for topic in topics}


def _dating(document: Mapping[str, Any]) -> Dating:
    said = document["dating"]
    return Dating(said["late_after_days"], said["future_after_minutes"], said["status"], document["id"])


def _unlisted(document: Mapping[str, Any]) -> Unlisted:
    said = document["unlisted_authority"]
    return Unlisted(Standing(said["at_most"], said["claims_at_most"]), said["status"], document["id"])


def _same_activities(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of activities declared the same, directly or through others, the smallest id stands for all."""
    above: dict[str, str] = {}

    def root(iri: str) -> str:
        while iri in above:
            iri = above[iri]
        return iri

    members: set[str] = set()
    for one, other in pairs:
        members |= {one, other}
        low, high = sorted((root(one), root(other)))
        if low != high:
            above[high] = low
    return {iri: root(iri) for iri in members}


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
