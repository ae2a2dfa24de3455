"""On which days of a year workers met the criteria, as kept results and the evidence there is now say it.

`assessments.meeting` asks the same of one day. A kept result says it for the days between which and its own nothing
became known of the worker. For other days the worker is judged again, from what was known then; but only where that can
end with criteria met, and not on every day: what is learned never takes points away, so that between two changes of
attestations a worker who meets the criteria once does so from then on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.errors import NoCriteriaInForce
from certification.evaluation import results
from certification.evaluation.findings import Prepared, find, last_of_each, tally
from certification.evaluation.results import DAY, MET
from certification.evidence import gathering
from certification.judgement import closings
from certification.models import Assessment
from certification.people import audiences
from certification.rules import criteria
from lrs.db import Session, among, beside

__all__ = ["Spell", "spells"]

Spell = tuple[date, date]
"""A first and a last day."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The last result kept of a worker: whether it says that the criteria are met, and the day it speaks of."""

    met: bool
    as_of: date


@dataclass(frozen=True, slots=True)
class _Given:
    """An attestation, with the first day on which it no longer held."""

    points: results.Attested
    withdrawn_on: date | None

    def holds(self, on: date) -> bool:
        return self.points.attested_on <= on and (self.withdrawn_on is None or self.withdrawn_on > on)


def spells(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    *,
    on: date | None = None,
) -> dict[UUID, list[Spell]]:
    """When each of the workers met the criteria within the year, those left out who never did. Spells are in order and
    do not touch. With `on`, that day alone is looked at.

    Five SQL commands, and some for each audience among the workers.
    """
    first, last = (on, on) if on else (date(year, 1, 1), date(year, 12, 31))
    kept = _kept(session, tenant, worker_ids, programme, year)
    if not kept:
        return {}
    given = _given(session, tenant, list(kept), programme, year)
    rules = _rules(session, tenant, list(kept), programme, year)
    wanted = [one for one, result in kept.items() if result.met or _may_meet(rules.get(one), given.get(one, ()))]
    kinds = {kind for prepared in {*rules.values()} for kind in prepared.kinds}
    learned = gathering.learned(session, tenant, wanted, year=year, as_of=date(year, 12, 31), kinds=kinds)
    found: dict[UUID, list[Spell]] = {}
    for one in wanted:
        course = _Course(year, rules.get(one), learned.get(one, ()), given.get(one, ()))
        if met := course.spells(kept[one], first, last):
            found[one] = met
    return found


class _Course:
    """What became known of one worker, day by day."""

    def __init__(
        self, year: int, rules: Prepared | None, facts: Sequence[results.Fact], given: Sequence[_Given]
    ) -> None:
        self._year = year
        self._rules, self._facts, self._given = rules, facts, given
        self._learned_on: list[date] = [fact[DAY] for fact in facts]

    def spells(self, kept: _Kept, first: date, last: date) -> list[Spell]:
        news = {*self._learned_on}
        for one in self._given:
            news.add(one.points.attested_on)
            if one.withdrawn_on is not None:
                news.add(one.withdrawn_on)
        since = max((day for day in news if day <= kept.as_of), default=date.min)
        until = min((day for day in news if day > kept.as_of), default=date.max)
        starts = [first, *sorted(day for day in news if first < day <= last)]
        met: set[date] = set()
        for holding, some in groupby(starts, key=self._holding):
            days = list(some)
            by_result = [day for day in days if since <= day < until]
            met.update(by_result if kept.met else ())
            met.update(self._from_first([day for day in days if day not in by_result], holding))
        found: list[Spell] = []
        for start, following in pairwise([*starts, None]):
            if start in met and start is not None:
                ends = last if following is None else following.fromordinal(following.toordinal() - 1)
                touches = bool(found) and found[-1][1].toordinal() + 1 == start.toordinal()
                found[-1:] = [(found[-1][0], ends)] if touches else [*found[-1:], (start, ends)]
        return found

    def _holding(self, on: date) -> tuple[int, ...]:
        """Which attestations hold on a day."""
        return tuple([place for place, one in enumerate(self._given) if one.holds(on)])

    def _from_first(self, days: Sequence[date], holding: Sequence[int]) -> Sequence[date]:
        """Those of the days, between which no attestation changes, from the first one on which the criteria are met."""
        given = [self._given[place] for place in holding]
        if not days or not _may_meet(self._rules, given) or not self._meets(days[-1], given):
            return ()
        low, high = 0, len(days) - 1
        while low < high:
            middle = (low + high) // 2
            if self._meets(days[middle], given):
                high = middle
            else:
                low = middle + 1
        return days[high:]

    def _meets(self, on: date, given: Iterable[_Given]) -> bool:
        assert self._rules is not None  # noqa: S101 — `_may_meet` says so
        facts = self._facts[: bisect_right(self._learned_on, on)]
        attested = last_of_each([one.points for one in given], self._year, on)
        return tally(self._rules, find(self._rules, facts, attested)).outcome == MET


def _may_meet(rules: Prepared | None, given: Iterable[_Given]) -> bool:
    """Whether anything that is learned could make the criteria met: points that a log cannot suggest are all given."""
    if rules is None:
        return False
    attested = {rules.places.get(one.points.indicator) for one in given}
    return all(row.suggests or place in attested for place, row in enumerate(rules.rows))


def _rules(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int
) -> Mapping[UUID, Prepared]:
    """What each of the workers is judged by; nothing for those for whom no criteria are in force."""
    until = closings.rules_until(session, tenant, programme, year)
    of_audience: dict[str, Prepared | None] = {}
    found: dict[UUID, Prepared] = {}
    for worker, audience in audiences.of(session, tenant, worker_ids, year).items():
        if audience not in of_audience:
            try:
                _, criteria_set = criteria.in_force(session, tenant, programme, audience, year, loaded_until=until)
                of_audience[audience] = criteria.prepared(criteria_set, ())
            except NoCriteriaInForce:
                of_audience[audience] = None
        prepared = of_audience[audience]
        if prepared is not None:
            found[worker] = prepared
    return found


def _kept(session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int) -> dict[UUID, _Kept]:
    rows: Iterable[Any] = session.execute(
        sa.select(Assessment.worker_id, Assessment.version, Assessment.outcome, Assessment.as_of).where(
            among(session, Assessment.worker_id, worker_ids),
            beside(Assessment.tenant_id) == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
        )
    )
    newest: dict[UUID, tuple[int, _Kept]] = {}
    for worker, version, outcome, as_of in rows:
        if worker not in newest or newest[worker][0] < version:
            newest[worker] = (version, _Kept(outcome == MET, as_of))
    return {worker: result for worker, (_, result) in newest.items()}


def _given(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int
) -> Mapping[UUID, Sequence[_Given]]:
    found: dict[UUID, list[_Given]] = defaultdict(list)
    for worker, given, withdrawn_on in gathering.all_attested(session, tenant, worker_ids, programme, year):
        found[worker].append(_Given(given, withdrawn_on))
    return found
