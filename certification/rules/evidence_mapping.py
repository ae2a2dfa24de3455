"""How Statements are to be read: the mapping in force on a day, made of the loaded files. `stated_facts` reads by it.

What a Statement proves is data (`programmes/<programme>/evidence-mapping-….toml`): templates by verb, activity type,
outcome and whatever else stands in it, or by a Statement Template of our published Profile; topics that somebody
stated; and a catalogue for activities that their clients do not tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from certification.errors import NoMappingInForce
from certification.rules import rule_store
from certification.rules.locations import as_compared, as_number, location
from certification.rules.rule_store import StoredRule, stored
from certification.rules.statement_templates import CONTEXTS, Rule, StatementTemplate
from lrs.db import Session

__all__ = [
    "HIGHEST_LEVEL",
    "TRUSTED",
    "Condition",
    "Dating",
    "EvidenceMapping",
    "Standing",
    "Template",
    "Unlisted",
    "build",
    "mapping_in_force",
    "mappings",
    "template_iri",
    "titles",
]

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
        number = as_number(value)
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
    groups: Mapping[str, str] = field(default_factory=dict)
    """Topic code to the group of the programme that it is of, where it is of one."""
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
        groups={topic["code"]: topic["group"] for topic in topics if "group" in topic},
        dating=next((_dating(one) for one in reversed(documents) if "dating" in one), None),
        unlisted=next((_unlisted(one) for one in reversed(documents) if "unlisted_authority" in one), Unlisted()),
    )


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
        at_least=as_number(document.get("at_least")),
        at_most=as_number(document.get("at_most")),
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
