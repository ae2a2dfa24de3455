"""What would be if: a worker with one course more or points that somebody gives, a population by another pass mark.

The same working out as for what is kept, on evidence or rules that are supposed; nothing is kept of it. What a course
gives is what the evidence mapping reads in a Statement that it was completed.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid5

from certification.evaluation.evaluate import evaluate
from certification.evaluation.findings import Prepared, find, last_of_each, tally
from certification.evaluation.measures import HIGHEST_SCORE
from certification.evaluation.results import DAY, Attested, Evidence, Fact, Result
from certification.evaluation.rules import CriteriaSet
from certification.evidence import gathering
from certification.judgement import closings
from certification.judgement.engines import Engine, batches_of
from certification.people import audiences
from certification.rules import criteria, evidence_mapping
from certification.rules.evidence_mapping import EvidenceMapping
from certification.rules.stated_facts import facts_of
from lrs import api
from lrs.db import Database, Session

__all__ = [
    "Answer",
    "Counts",
    "Course",
    "NotSupposable",
    "Supposed",
    "Supposition",
    "of_everybody",
    "of_population",
    "of_worker",
]

NOWHERE = UUID("5f0d9c1e-7a54-4f0e-9d0f-2f8f6c1b3a77")
"""Statements that are supposed have ids in here: no store holds them."""

COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
COURSE = "http://adlnet.gov/expapi/activities/course"


class NotSupposable(ValueError):
    """What cannot be supposed: each fault with its place, a JSON pointer into the supposition, and what to do."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(message for _, message in faults))


@dataclass(frozen=True, slots=True)
class Supposed:
    """Learning that is supposed: a kind of fact on a day, with its level (E0 to E3), minutes and score (0 to 10000).

    Those with one `statement` number come from one Statement; it is the place among all that is supposed by which a
    fault is told. Those with one `activity` are the same activity; `activity_key` is that of one that is known.
    """

    what: str
    day: date
    quality: int = 2
    minutes: int = 0
    score: int | None = None
    statement: int = 0
    activity: int = 0
    activity_key: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A course that is supposed to be finished on a day: the id of its Activity; level, minutes, score and `statement`
    as of what is `Supposed`."""

    iri: str
    day: date
    quality: int = 2
    minutes: int = 0
    score: int | None = None
    statement: int = 0


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is supposed: more learning, courses that are finished, points that persons give (by indicator), another pass
    mark, another floor."""

    learned: tuple[Supposed, ...] = ()
    points: tuple[tuple[str, int], ...] = ()
    total_at_least: int | None = None
    each_at_least: int | None = None
    courses: tuple[Course, ...] = ()

    def rules(self, criteria_set: CriteriaSet) -> CriteriaSet:
        """The criteria with what is supposed of them. Raises NotSupposable for points that they do not know
        or cannot give."""
        most = {indicator.id: indicator.max_points for indicator in criteria_set.indicators}
        faults = []
        for indicator, points in self.points:
            if indicator not in most:
                message = f"there is no chỉ số {indicator!r}; there are {', '.join(most)}"
                faults.append((f"/points/{indicator}", message))
            elif not 0 <= points <= most[indicator]:
                message = f"{indicator} takes 0 to {most[indicator]} points, not {points}"
                faults.append((f"/points/{indicator}", message))
        total, each = self.total_at_least, self.each_at_least
        whole, widest = sum(most.values()), max(most.values())
        if total is not None and total > whole:
            message = (
                f"all chỉ số together give {whole} points at most, so nobody could reach {total}; say up to {whole}"
            )
            faults.append(("/pass_mark", message))
        if each is not None and each > widest:
            message = f"a chỉ số gives {widest} points at most, so nobody could reach {each}; say up to {widest}"
            faults.append(("/floor", message))
        if faults:
            raise NotSupposable(faults)
        return dataclasses.replace(
            criteria_set,
            total_at_least=criteria_set.total_at_least if total is None else total,
            each_at_least=criteria_set.each_at_least if each is None else each,
        )

    def facts(self) -> list[Fact]:
        return [
            Fact(
                uuid5(NOWHERE, f"statement {one.statement}"),
                one.what,
                one.day,
                one.minutes,
                one.score,
                one.quality,
                -1 - one.activity if one.activity_key is None else one.activity_key,
            )
            for one in self.learned
        ]

    def attested(self, on: date) -> list[Attested]:
        return [Attested(indicator, points, on, "", "") for indicator, points in self.points]

    def day(self, as_of: date) -> date:
        """The day on which all that is supposed has happened."""
        return max([as_of, *(one.day for one in self.learned)])


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said of a worker now, and what would be; both of the rules they were worked out by."""

    now: Result
    then: Result
    rules: CriteriaSet
    supposed_rules: CriteriaSet


def of_worker(
    session: Session, tenant: UUID, worker_id: UUID, programme: str, year: int, as_of: date, supposed: Supposition
) -> Answer:
    """What a worker would be judged to be for the year. Raises NoCriteriaInForce, and NotSupposable for learning of
    another year or kind than there is, for courses of which no rule says what they are about, and for points that the
    criteria do not know."""
    supposed, faults = _of_learning(session, tenant, year, supposed)
    audience = audiences.of(session, tenant, [worker_id], year)[worker_id]
    changed, rules = _rules(session, tenant, programme, audience, year, supposed, faults)
    then = supposed.day(as_of)
    known = gathering.gather(session, tenant, [worker_id], programme=programme, year=year, as_of=as_of)[worker_id]
    given = {indicator for indicator, _ in supposed.points}
    attested = [one for one in known.attested if one.indicator not in given] + supposed.attested(then)
    evidence = Evidence((*known.facts, *supposed.facts()), tuple(attested), known.self_given)
    return Answer(
        evaluate(rules, known, year=year, as_of=as_of),
        evaluate(changed, evidence, year=year, as_of=then),
        rules,
        changed,
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many workers have each outcome now, and how many would."""

    workers: int
    now: Counter[str]
    then: Counter[str]


def of_population(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    as_of: date,
    supposed: Supposition,
) -> Counts:
    """What would become of these workers if all of it held for each of them. Raises as `of_worker` does."""
    asked = _asked(session, tenant, programme, year, as_of, supposed)
    return _sum(_count(asked, session, batch) for batch in batches_of(sorted(worker_ids)))


def of_everybody(
    database: Database,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    as_of: date,
    supposed: Supposition,
    engine: Engine,
) -> Counts:
    """The same, worked out by an engine in sessions of its own. Raises EngineFailed, too."""
    with database.reading(tenant) as session:
        asked = _asked(session, tenant, programme, year, as_of, supposed)
    return _sum(engine(database, partial(_count_there, asked), batches_of(sorted(worker_ids))))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked about every batch."""

    tenant: UUID
    programme: str
    year: int
    as_of: date
    supposed: Supposition


def _asked(session: Session, tenant: UUID, programme: str, year: int, as_of: date, supposed: Supposition) -> _Asked:
    supposed, faults = _of_learning(session, tenant, year, supposed)
    if faults:
        _rules(session, tenant, programme, criteria.AUDIENCE, year, supposed, faults)
    return _Asked(tenant, programme, year, as_of, supposed)


def _sum(counted: Iterable[Counts]) -> Counts:
    counts = Counts(0, Counter(), Counter())
    for one in counted:
        counts = Counts(counts.workers + one.workers, counts.now + one.now, counts.then + one.then)
    return counts


def _count_there(asked: _Asked, database: Database, worker_ids: Sequence[UUID]) -> Counts:
    with database.reading(asked.tenant) as session:
        return _count(asked, session, worker_ids)


def _count(asked: _Asked, session: Session, worker_ids: Sequence[UUID]) -> Counts:
    tenant, programme, year, as_of, supposed = (
        asked.tenant, asked.programme, asked.year, asked.as_of, asked.supposed,
    )  # fmt: skip
    counts = Counts(len(worker_ids), Counter(), Counter())
    then = supposed.day(as_of)
    by_audience: dict[str, tuple[Prepared, Prepared]] = {}
    audience_of = audiences.of(session, tenant, worker_ids, year)
    for audience in sorted(set(audience_of.values())):
        changed, rules = _rules(session, tenant, programme, audience, year, supposed)
        by_audience[audience] = (criteria.prepared(rules), criteria.prepared(changed))
    kinds = {kind for pair in by_audience.values() for kind in pair[0].kinds}
    learned = gathering.learned(session, tenant, worker_ids, year=year, as_of=as_of, kinds=kinds)
    attested = gathering.attested(session, tenant, worker_ids, programme=programme, year=year, as_of=as_of)
    more = [fact for fact in supposed.facts() if fact.day.year == year]
    given = dict.fromkeys(indicator for indicator, _ in supposed.points)
    wished = last_of_each(supposed.attested(then), year, then)
    for one in worker_ids:
        before, after = by_audience[audience_of[one]]
        facts, vouched = learned.get(one, []), attested.get(one, ())
        counts.now[tally(before, find(before, facts, vouched)).outcome] += 1
        # What is supposed comes last of its day: the order matters to which Statement is named, and none is here.
        both = sorted([*facts, *more], key=itemgetter(DAY)) if more else facts
        kept = [each for each in vouched if each.indicator not in given]
        counts.then[tally(after, find(after, both, [*kept, *wished])).outcome] += 1
    return counts


def _of_learning(
    session: Session, tenant: UUID, year: int, supposed: Supposition
) -> tuple[Supposition, list[tuple[str, str]]]:
    """The supposition with what its courses give, and what is wrong with the learning: nobody learns what no evidence
    mapping knows, or in another year than is judged."""
    known = {code for _, mapping in evidence_mapping.mappings(session, tenant) for code in mapping.topics}
    faults: list[tuple[int, str, str]] = []
    for one in supposed.learned:
        if one.what not in known:
            near = difflib.get_close_matches(one.what, sorted(known), n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(known)) or 'none loaded'}"
            faults.append((one.statement, "what", f"no loaded evidence mapping defines {one.what!r}; {meant}"))
        if one.day.year != year:
            faults.append((one.statement, "day", f"{one.day} is not in the assessment year {year}"))
    given = list(supposed.learned)
    for course in supposed.courses:
        if course.day.year != year:
            faults.append((course.statement, "day", f"{course.day} is not in the assessment year {year}"))
            continue
        mapping = evidence_mapping.mapping_in_force(session, tenant, course.day)
        if mapping.catalogue.get(mapping.activity(course.iri)):
            given += _finished(mapping, course)
            continue
        near = difflib.get_close_matches(course.iri, sorted(mapping.catalogue), n=1)
        meant = f"did you mean {near[0]!r}?" if near else "say it in a rule file, or name kinds of learning instead"
        message = f"no loaded evidence mapping says what the course {course.iri!r} is about; {meant}"
        faults.append((course.statement, "course", message))
    told = [(f"/learned/{place}/{field}", message) for place, field, message in sorted(faults, key=itemgetter(0))]
    return dataclasses.replace(supposed, learned=tuple(given), courses=()), told


def _finished(mapping: EvidenceMapping, course: Course) -> list[Supposed]:
    """What a Statement that the course was completed gives."""
    noon = datetime.combine(course.day, time(12), mapping.zone)
    result: dict[str, Any] = {"completion": True, "duration": f"PT{course.minutes}M"}
    if course.score is not None:
        result["score"] = {"scaled": course.score / HIGHEST_SCORE}
    statement = {
        "verb": {"id": COMPLETED},
        "object": {"id": course.iri, "definition": {"type": COURSE}},
        "result": result,
        "context": {"extensions": {mapping.level_extension: course.quality}},
        "timestamp": noon.isoformat(),
    }
    return [
        Supposed(
            fact.what, fact.day, fact.quality, fact.minutes, fact.score, course.statement,
            activity_key=api.activity_key(fact.activity_iri),
        )
        for fact in facts_of(mapping, statement)
    ]  # fmt: skip


def _rules(
    session: Session,
    tenant: UUID,
    programme: str,
    audience: str,
    year: int,
    supposed: Supposition,
    faults: Sequence[tuple[str, str]] = (),
) -> tuple[CriteriaSet, CriteriaSet]:
    """The criteria as supposed, and those in force: for a year that was closed, those it was closed with."""
    until = closings.rules_until(session, tenant, programme, year)
    _, rules = criteria.in_force(session, tenant, programme, audience, year, loaded_until=until)
    try:
        changed = supposed.rules(rules)
    except NotSupposable as error:
        raise NotSupposable([*faults, *error.faults]) from None
    if faults:
        raise NotSupposable(faults)
    return changed, rules
