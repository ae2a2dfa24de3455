"""What would become of Statements that a platform tries out: taken by the store or not, and what they would count for.

Nothing is stored and nothing is decided here: the store is asked by `lrs.api.try_out`, what a Statement gives is read
by `facts.Reader` as if it came from the feed, and what that feeds is asked of the rubric's components and the plans'
numerators themselves. What is missing for more is told in codes (`Remark`); words are `evidence.self_check_words`.

Who asks holds a platform's key, which opens no worker's record. So all that is told of a person is whether the very
account that was sent is linked to a worker: no name, no number, no enterprise, nothing that was judged. What could be
counted for is told by the programme's common audience and all loaded plans, not by the worker's own.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from certification.errors import NoCriteriaInForce, NoMappingInForce
from certification.evaluation import results
from certification.evaluation.measures import take
from certification.evaluation.rules import CriteriaSet
from certification.evidence import facts
from certification.people import identifiers
from certification.rules import criteria, evidence_mapping, plans, stated_facts
from certification.rules.evidence_mapping import EvidenceMapping
from certification.rules.plans import Plan
from certification.rules.stated_facts import Fit, StatedFact
from certification.targets import numerators
from certification.vietnam import VIETNAM, vietnam_day
from lrs import api
from lrs.db import Database, Session

__all__ = ["Assay", "Checked", "Feeds", "Remark", "TargetFed", "Who", "check"]


_TOLD_AS_FOUND = frozenset(
    {
        "late",
        "national-number",
        "not-trusted",
        "rule-broken",
        "no-template",
        "no-registration",
        "version-unknown",
        "extension-misplaced",
    }
)
"""Findings (`evidence.findings`) that are told as they are; the others have remarks of their own here."""

MOST_CATEGORIES = 50
"""Of so many category activities it is told why they state no topic."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that keeps a Statement from counting, or from counting for more: a code, the place it is about (a JSON
    pointer), and what its words need to know."""

    code: str
    place: str
    about: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Who:
    """An Actor that the Statement speaks of, written as a roster writes it, and whether it is linked to a worker."""

    place: str
    actor: str
    known: bool


@dataclass(frozen=True, slots=True)
class TargetFed:
    """A target of a loaded plan that a fact counts towards."""

    plan: str
    target: str
    group: str
    title: str


@dataclass(frozen=True, slots=True)
class Feeds:
    """What facts can be counted for: indicators (id and title) of a criteria set, and targets of plans."""

    criteria_set: str
    rubric: str
    indicators: tuple[tuple[str, str], ...]
    targets: tuple[TargetFed, ...]


@dataclass(frozen=True, slots=True)
class Assay:
    """What certification would make of a Statement.

    `effect` is "counts" (facts of at least one known worker), "waits" (facts, of nobody known yet) or "nothing".
    """

    effect: str
    day: date
    mapping: str
    who: tuple[Who, ...]
    fits: tuple[Fit, ...]
    facts: tuple[StatedFact, ...]
    feeds: Feeds
    remarks: tuple[Remark, ...]
    topics: Mapping[str, str]
    """Titles of topics by code."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One Statement: the id it was sent with, what the store would do, and what certification would make of it; None
    where the store would not take it, or has another one under that id."""

    id: str | None
    trial: api.Trial
    assay: Assay | None


def check(
    database: Database, identity: api.Identity, documents: Sequence[Any], *, version: str, now: datetime
) -> list[Checked]:
    """What posting these Statements at `now` would come to for each, in the order given. Nothing is stored.

    A test key asks its sandbox what would be stored, and the workers, rules and plans of its owner what would count.
    """
    with database.reading(identity.tenant) as session:
        trials = api.try_out(session, identity, documents, version=version, now=now)
    with database.reading(identity.owner) as session:
        kept = [one.kept for one in trials if one.kept is not None]
        assaying = _Assaying(session, identity.owner, kept, now)
        readings = iter(assaying.reader.read_all(kept))
        return [
            Checked(
                _sent_id(document),
                trial,
                None if trial.kept is None else assaying.assay(trial.kept, next(readings), document),
            )
            for document, trial in zip(documents, trials, strict=True)
        ]


def _sent_id(document: Any) -> str | None:
    sent = document.get("id") if isinstance(document, dict) else None
    return sent if isinstance(sent, str) else None


class _Assaying:
    """Rules, plans and links, read once for all Statements that are tried out together."""

    def __init__(self, session: Session, tenant: UUID, kept: Collection[api.StoredStatement], now: datetime) -> None:
        self._session, self._tenant = session, tenant
        self._today = vietnam_day(now)
        self.reader = facts.Reader(session, tenant)
        self._workers = facts.workers_of(
            session, tenant, {ifi for one in kept for ifi in facts.actors_of(one.document)}
        )
        self._plans = plans.all_plans(session, tenant) if kept else []
        self._criteria: dict[int, CriteriaSet | None] = {}
        try:
            evidence_mapping.mapping_in_force(session, tenant, self._today)
            self._is_read = True
        except NoMappingInForce:  # then the feed takes nothing
            self._is_read = False

    def assay(self, statement: api.StoredStatement, reading: facts.Reading, sent: Mapping[str, Any]) -> Assay:
        document = statement.document
        mapping = self.reader.mapping_for(statement) if self._is_read else None
        day = stated_facts.day_of(document, VIETNAM)
        given = reading.facts if mapping is not None else ()
        fits = (
            stated_facts.fitting(mapping, document, trusted=facts.is_trusted(statement))
            if mapping is not None and reading.counts
            else []
        )
        who = tuple(self._who(document))
        known = any(one.known for one in who)
        remarks = [
            *self._of_reading(reading.counts, statement, mapping),
            *_of_actor(document, who),
            *_of_time(sent, day, self._today),
            *(Remark(one.code, one.place, one.about) for one in reading.found if one.code in _TOLD_AS_FOUND),
        ]
        if mapping is not None and reading.counts:
            remarks += _of_mapping(mapping, document, fits, given)
        feeds = Feeds("", "", (), ())
        if given:
            feeds, more = self._feeds(statement.id, given, day)
            remarks += more
        effect = "nothing" if not given or not who else "counts" if known else "waits"
        titles = dict(mapping.topics) if mapping is not None else {}
        return Assay(effect, day, mapping.id if mapping else "", who, tuple(fits), given, feeds, tuple(remarks), titles)

    def _who(self, document: Mapping[str, Any]) -> Iterator[Who]:
        for place, agent in facts.agents_of(document):
            ifi = api.ifi_text(agent)
            if ifi is not None:
                yield Who(place, identifiers.written(ifi), ifi in self._workers)

    def _of_reading(
        self, counts: bool, statement: api.StoredStatement, mapping: EvidenceMapping | None
    ) -> Iterator[Remark]:
        if facts.target_of_voiding(statement.document) is not None:
            yield Remark("voids", "/verb/id", {})
        elif not counts:
            yield Remark("voided", "/id", {})
        elif not self._is_read:
            yield Remark("no-mapping", "", {})
        elif mapping is None:
            yield Remark("before-the-first-mapping", "/timestamp", {})

    # ------------------------------------------------------------ what it can be counted for

    def _criteria_of(self, year: int) -> CriteriaSet | None:
        if year not in self._criteria:
            try:
                _, found = criteria.in_force(self._session, self._tenant, criteria.PROGRAMME, criteria.AUDIENCE, year)
                self._criteria[year] = found
            except NoCriteriaInForce:
                self._criteria[year] = None
        return self._criteria[year]

    def _feeds(self, statement_id: UUID, given: Sequence[StatedFact], day: date) -> tuple[Feeds, list[Remark]]:
        targets = tuple(_targets(self._plans, given, day))
        criteria_set = self._criteria_of(day.year)
        if criteria_set is None:
            remark = Remark("no-criteria-for-the-year", "/timestamp", {"year": str(day.year)})
            return Feeds("", "", (), targets), [remark]
        evidence = [
            results.Fact(
                statement_id, one.what, one.day, one.minutes, one.score, one.quality, api.activity_key(one.activity_iri)
            )
            for one in given
        ]
        fed: list[tuple[str, str]] = []
        weak: dict[int, list[str]] = {}
        unscored: list[str] = []
        for indicator in criteria_set.indicators:
            taken = [(component, take(component, evidence)) for component in indicator.components]
            if any(each.counted for _, each in taken):
                fed.append((indicator.id, indicator.title))
            for component, each in taken:
                if each.matching and not each.strong:
                    weak.setdefault(component.quality_at_least, []).append(indicator.id)
                elif each.strong and not each.counted and component.measure == "best_score":
                    unscored.append(indicator.id)
        remarks = [
            Remark("too-weak-for", "/context/extensions", {"level": f"E{level}", "indicators": _listed(ids)})
            for level, ids in sorted(weak.items())
        ]
        if unscored:
            remarks.append(Remark("no-score", "/result/score", {"indicators": _listed(unscored)}))
        return Feeds(criteria_set.id, criteria_set.rubric, tuple(fed), targets), remarks


def _targets(every_plan: Iterable[Plan], given: Sequence[StatedFact], day: date) -> Iterator[TargetFed]:
    for plan in every_plan:
        if day < plan.in_force_from or (plan.in_force_to is not None and plan.in_force_to < day):
            continue
        for target in plan.targets:
            counted = [(target.id, target.title, target.numerator)]
            counted += [(beside.id, beside.title, beside.numerator) for beside in target.also]
            for identifier, title, rule in counted:
                if any(numerators.takes(rule, one.what, one.quality) for one in given):
                    yield TargetFed(plan.id, identifier, target.group, title)


# ---------------------------------------------------------------- what is missing


def _of_actor(document: Mapping[str, Any], who: Sequence[Who]) -> Iterator[Remark]:
    if not who:
        yield Remark("group-without-members", "/actor/member", {})
    agents = dict(facts.agents_of(document))
    for one in [one for one in who if "account" not in agents[one.place]][:1]:
        yield Remark("actor-is-no-account", one.place, {})
    unknown = [one for one in who if not one.known]
    for one in unknown[:1]:
        yield Remark("actor-unknown", one.place, {"actor": one.actor, "others": str(len(unknown) - 1)})


def _of_time(sent: Mapping[str, Any], day: date, today: date) -> Iterator[Remark]:
    if "timestamp" not in sent:
        yield Remark("no-timestamp", "/timestamp", {})
    if day > today:
        yield Remark("in-the-future", "/timestamp", {"day": f"{day:%d/%m/%Y}"})


def _of_mapping(
    mapping: EvidenceMapping, document: Mapping[str, Any], fits: Sequence[Fit], given: Sequence[StatedFact]
) -> Iterator[Remark]:
    """What keeps the words of a Statement from giving facts, or more of them."""
    verb = document["verb"]["id"]
    templates = mapping.templates_by_verb.get(verb)
    if not templates:
        near = [each for each in mapping.templates_by_verb if _last_part(each) == _last_part(verb)]
        near = near or difflib.get_close_matches(verb, mapping.templates_by_verb, n=1, cutoff=0.8)
        yield Remark("verb-not-mapped", "/verb/id", {"verb": verb, "near": _listed(near)})
        return
    if document["object"].get("objectType", "Activity") != "Activity":
        yield Remark("object-is-no-activity", "/object/objectType", {})
        return
    kind, ended = stated_facts.activity_type(document), stated_facts.outcome(document)
    ending_so = [template for template in templates if ended in template.outcomes]
    by_type = [template for template in ending_so if not template.statement_templates]
    if not ending_so:
        yield Remark(f"outcome-{ended}", "/result", {})
        return
    place = "/object/definition/type"
    types = sorted({each for template in by_type for each in template.activity_types or ()} - {"none"})
    if not fits:
        yield Remark("type-not-mapped", place, {"type": kind, "types": _listed(types)})
        return
    general = {code for template in by_type for code in template.gives}
    if kind == "none" and (more := general - {one.what for one in given}):
        titles = _listed(mapping.topics[code] for code in sorted(more))
        yield Remark("no-type", place, {"titles": titles, "types": _listed(types)})
    yield from _of_topics(mapping, document, fits, {one.what for one in given})
    yield from _of_level(mapping, document, fits)
    yield from _of_result(document.get("result") or {}, given)


def _of_topics(
    mapping: EvidenceMapping, document: Mapping[str, Any], fits: Sequence[Fit], given: Collection[str]
) -> Iterator[Remark]:
    place = "/context/contextActivities/category"
    for index, category in enumerate(stated_facts.categories(document)[:MOST_CATEGORIES]):
        code = category.rpartition("/topic/")[2]
        if code != category and category != mapping.topic_prefix + code and code in mapping.topics:
            yield Remark("topic-of-another-profile", f"{place}/{index}", {"right": mapping.topic_prefix + code})
        elif category.startswith(mapping.topic_prefix) and code not in mapping.topics:
            near = difflib.get_close_matches(code, mapping.topics, n=1)
            yield Remark("topic-unknown", f"{place}/{index}", {"topic": code, "near": _listed(near)})
    stated = dict.fromkeys(stated_facts.stated_topics(mapping, document))
    if not any(fit.template.stated_topics for fit in fits):
        if stated:
            titles = _listed(mapping.topics[code] for code in stated)
            yield Remark("topics-not-taken", place, {"titles": titles})
        return
    if not stated:
        yield Remark("no-topic", place, {"prefix": mapping.topic_prefix})
    for code in stated:
        if code not in given:
            yield Remark("ability-not-shown", place, {"title": mapping.topics[code]})


def _of_level(mapping: EvidenceMapping, document: Mapping[str, Any], fits: Sequence[Fit]) -> Iterator[Remark]:
    extensions = (document.get("context") or {}).get("extensions") or {}
    if mapping.level_extension not in extensions:
        return
    place = f"/context/extensions/{mapping.level_extension.replace('~', '~0').replace('/', '~1')}"
    stated = stated_facts.stated_level(mapping, document)
    if stated is None:
        yield Remark("level-unreadable", place, {})
    elif stated > (best := max(fit.level for fit in fits)):
        yield Remark("level-bounded", place, {"stated": f"E{stated}", "level": f"E{best}"})


def _of_result(result: Mapping[str, Any], given: Sequence[StatedFact]) -> Iterator[Remark]:
    if not given:
        return
    if not given[0].minutes:
        yield Remark("duration-too-short" if "duration" in result else "no-duration", "/result/duration", {})
    if result.get("score") and given[0].score is None:
        yield Remark("score-without-scale", "/result/score", {})


def _last_part(iri: str) -> str:
    return iri.rstrip("/").rpartition("/")[2].rpartition("#")[2].lower()


def _listed(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(values))
