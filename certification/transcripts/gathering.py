"""Gathers what transcripts tell, of many workers at once: a number of SQL commands that does not grow with them.

A Statement may speak for several topics; its minutes count once, and once for each group and indicator that it stands
in. What others tell again of the same achievement does not count here either (`evidence.repeats`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.models import Award, Certificate, Employment, Fact, Organization, Worker
from certification.people import audiences
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.transcripts import sources, subjects, words
from certification.transcripts.subjects import Subjects
from certification.transcripts.told import Basis, Employed, Learning, Sum, Title, Transcript
from lrs.db import Session, among, beside

__all__ = ["Ground", "gather", "read"]


@dataclass(slots=True)
class _Said:
    """What one Statement says of a worker."""

    day: date
    minutes: int = 0
    score: int | None = None
    quality: int = 0
    topics: set[str] = field(default_factory=set)
    levels: set[tuple[str, int]] = field(default_factory=set)


_Source = tuple[int, int]
"""Keys of an activity and of the authority that tells of it."""
_Learnt = dict[_Source, dict[UUID, _Said]]


def gather(
    session: Session, tenant: UUID, wanted: Mapping[UUID, Basis], *, on: date, programme: str = PROGRAMME
) -> dict[UUID, Transcript]:
    """The transcript of each of these workers as of the day `on`, as far as its basis goes.

    A worker of whom nothing is known is left out. What activities are called is as of `lrs.api.merge_definitions`.
    """
    found = read(session, tenant, wanted, on=on, programme=programme)
    return {worker: found.transcript(worker) for worker in found.workers}


def read(
    session: Session, tenant: UUID, wanted: Mapping[UUID, Basis], *, on: date, programme: str = PROGRAMME
) -> Ground:
    """What the transcripts of these workers are made from; `Ground.workers` are those of whom anything is known."""
    people = {
        row.id: row
        for row in session.execute(
            sa.select(Worker.id, Worker.number, Worker.full_name).where(
                beside(Worker.tenant_id) == tenant, among(session, Worker.id, wanted)
            )
        )
    }
    learnt = _learnt(session, tenant, wanted, on)
    told = audiences.told(session, tenant, list(people))
    years = {said.day.year for each in learnt.values() for one in each.values() for said in one.values()}
    rules = subjects.of(
        session, tenant, {(year, audience) for year in years for audience in _audiences(told, year)},
        programme=programme,
    )  # fmt: skip
    samples_of_activities: dict[int, UUID] = {}
    samples_of_authorities: dict[int, UUID] = {}
    for each in learnt.values():
        for (activity, authority), statements in each.items():
            one = next(iter(statements))
            samples_of_activities.setdefault(activity, one)
            samples_of_authorities.setdefault(authority, one)
    return Ground(
        on,
        {worker: wanted[worker] for worker in wanted if worker in people},
        {worker: (row.number, row.full_name) for worker, row in people.items()},
        learnt,
        told,
        rules,
        sources.activities(session, tenant, samples_of_activities) if learnt else {},
        sources.providers(session, tenant, samples_of_authorities) if learnt else {},
        _employments(session, tenant, wanted, on),
        _titles(session, tenant, wanted, on, programme),
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """What transcripts of these workers are made from, as of a day; made one by one, of whomever they are wanted."""

    on: date
    _wanted: Mapping[UUID, Basis]
    _people: Mapping[UUID, tuple[str, str]]
    _learnt: Mapping[UUID, _Learnt]
    _told: Mapping[UUID, Mapping[int, str]]
    _rules: Subjects
    _activities: Mapping[int, tuple[str, str]]
    _providers: Mapping[int, str]
    _employed: Mapping[UUID, Sequence[Employed]]
    _titles: Mapping[UUID, Sequence[Title]]

    @property
    def workers(self) -> Collection[UUID]:
        """Of whom there is a transcript."""
        return self._wanted.keys()

    def stamp(self, worker: UUID) -> bytes:
        """A digest of all that the worker's transcript is made from: while it is the same, so is what that says."""
        learnt, told, basis = self._learnt.get(worker, {}), self._told.get(worker, {}), self._wanted[worker]
        pairs = {
            (year, audiences.in_year(told, year))
            for statements in learnt.values()
            for year in {said.day.year for said in statements.values()}
        }
        said = (
            self._people[worker], basis.employer, sorted(told.items()), self._rules.stamp(pairs),
            self._employed.get(worker, ()), self._titles.get(worker, ()),
            [
                (self._activities.get(source[0]), self._providers[source[1]], *_in_short(statements))
                for source, statements in sorted(learnt.items())
            ],
        )  # fmt: skip
        return hashlib.blake2b(repr(said).encode(), digest_size=16).digest()

    def transcript(self, worker: UUID) -> Transcript:
        """The worker's transcript."""
        basis, (number, name), of_years = self._wanted[worker], self._people[worker], self._told.get(worker, {})
        rules, lines = self._rules, list[Learning]()
        for (activity, authority), statements in self._learnt.get(worker, {}).items():
            called = self._activities.get(activity, ("", ""))
            lines.append(_line(statements, called, self._providers[authority], rules, of_years))
        lines.sort(key=lambda one: (one.first, one.name, one.activity, one.provider))
        return Transcript(
            worker=worker,
            number=number,
            name=name,
            as_of=self.on,
            basis=basis,
            employments=tuple(
                one for one in self._employed.get(worker, ()) if basis.employer in (None, one.enterprise)
            ),
            learning=tuple(lines),
            groups=_sums(lines, rules.groups, lambda line: line.groups or ("",)),
            indicators=_sums(lines, rules.indicators, lambda line: line.indicators),
            titles=tuple(self._titles.get(worker, ())),
            topics={
                code: rules.topics.get(code, code) for code in sorted({one for line in lines for one in line.topics})
            },
        )


def _in_short(statements: Mapping[UUID, _Said]) -> Iterable[object]:
    """All that Statements about one activity say, in the order of their ids."""
    for said in statements.values():
        yield said.day.toordinal(), said.minutes, said.score, sorted(said.levels)


def _learnt(session: Session, tenant: UUID, wanted: Mapping[UUID, Basis], on: date) -> dict[UUID, _Learnt]:
    rows: Iterable[Any] = session.execute(
        sa.select(
            Fact.worker_id, Fact.statement_id, Fact.what, Fact.day, Fact.minutes, Fact.score, Fact.quality,
            Fact.activity_key, Fact.said_by,
        )
        .where(among(session, Fact.worker_id, wanted), beside(Fact.tenant_id) == tenant, beside(Fact.day) <= on)
        .order_by(Fact.worker_id, Fact.statement_id, Fact.what)
    )  # fmt: skip
    found: dict[UUID, _Learnt] = {}
    for worker, statement, what, day, minutes, score, quality, activity, authority in rows:
        if not wanted[worker].covers(day):
            continue
        said = found.setdefault(worker, {}).setdefault((activity, authority), {}).setdefault(statement, _Said(day))
        said.minutes = max(said.minutes, minutes)
        said.quality = max(said.quality, quality)
        said.score = score if said.score is None else said.score if score is None else max(said.score, score)
        said.topics.add(what)
        said.levels.add((what, quality))
    return found


def _audiences(told: Mapping[UUID, Mapping[int, str]], year: int) -> set[str]:
    return {AUDIENCE, *(audiences.in_year(of_years, year) for of_years in told.values())}


def _line(
    statements: Mapping[UUID, _Said],
    activity: tuple[str, str],
    provider: str,
    rules: Subjects,
    of_years: Mapping[int, str],
) -> Learning:
    groups: set[str] = set()
    indicators: set[str] = set()
    for said in statements.values():
        audience = audiences.in_year(of_years, said.day.year)
        for what, quality in said.levels:
            groups |= rules.groups_of([what], quality)
            indicators |= rules.indicators_of([what], quality, said.day.year, audience)
    days = [said.day for said in statements.values()]
    scores = [said.score for said in statements.values() if said.score is not None]
    iri, name = activity
    return Learning(
        activity=iri,
        name=name or iri or words.UNNAMED,
        provider=provider,
        first=min(days),
        last=max(days),
        times=len(statements),
        minutes=sum(said.minutes for said in statements.values()),
        score=max(scores, default=None),
        quality=max(said.quality for said in statements.values()),
        topics=tuple(sorted({topic for said in statements.values() for topic in said.topics})),
        groups=tuple(code for code in rules.groups if code in groups),
        indicators=tuple(code for code in rules.indicators if code in indicators),
    )


def _sums(lines: Collection[Learning], titles: Mapping[str, str], codes: Any) -> tuple[Sum, ...]:
    """For each code, in the order of the rules, what is learnt for it; without those for which nothing is."""
    parts: dict[str, list[Learning]] = defaultdict(list)
    for line in lines:
        for code in codes(line):
            parts[code].append(line)
    return tuple(
        Sum(
            code,
            titles.get(code, words.NO_GROUP),
            len({(one.activity, one.name) for one in parts[code]}),
            sum(one.times for one in parts[code]),
            sum(one.minutes for one in parts[code]),
            max(one.quality for one in parts[code]),
        )
        for code in (*titles, "")
        if code in parts
    )


def _employments(session: Session, tenant: UUID, wanted: Collection[UUID], on: date) -> dict[UUID, list[Employed]]:
    rows: Iterable[Any] = session.execute(
        sa.select(
            Employment.worker_id, Employment.enterprise_id, Organization.name, Employment.started, Employment.ended
        )
        .join(Organization, Organization.id == Employment.enterprise_id)
        .where(
            among(session, Employment.worker_id, wanted),
            beside(Employment.tenant_id) == tenant,
            beside(Employment.started) <= on,
        )
        .order_by(Employment.worker_id, Employment.started, Organization.name)
    )
    found: dict[UUID, list[Employed]] = defaultdict(list)
    for worker, *rest in rows:
        found[worker].append(Employed(*rest))
    return found


def _titles(
    session: Session, tenant: UUID, wanted: Collection[UUID], on: date, programme: str
) -> dict[UUID, list[Title]]:
    """Titles decided by the day, with the last certificate of each that is signed and not withdrawn."""
    certificates = {
        (row.worker_id, row.year): row
        for row in session.execute(
            sa.select(
                Certificate.worker_id, Certificate.year, Certificate.printed_number, Certificate.code,
                Certificate.issued, Certificate.signed,
            )
            .where(
                among(session, Certificate.worker_id, wanted), beside(Certificate.tenant_id) == tenant,
                Certificate.programme == programme, Certificate.signed.is_not(None), Certificate.signed != b"",
                Certificate.withdrawn_on.is_(None),
            )
            .order_by(Certificate.id)
        )
    }  # fmt: skip
    rows: Iterable[Any] = session.execute(
        sa.select(
            Award.worker_id, Award.year, Award.decision_number, Award.decided_on, Award.body, Award.withdrawn_on
        )
        .where(
            among(session, Award.worker_id, wanted), beside(Award.tenant_id) == tenant,
            Award.programme == programme, Award.decided_on <= on,
        )
        .order_by(Award.worker_id, Award.year)
    )  # fmt: skip
    found: dict[UUID, list[Title]] = defaultdict(list)
    for worker, year, *rest in rows:
        held = certificates.get((worker, year))
        found[worker].append(
            Title(year, *rest, *((held.printed_number, held.code, held.issued, held.signed) if held else (None,) * 4))
        )
    return found
