"""What judging says of workers: gathers what is known of them, asks the plain functions, changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

import sqlalchemy as sa

from certification.errors import NoCriteriaInForce
from certification.evaluation.evaluate import conclude
from certification.evaluation.findings import Prepared, find, states, tally
from certification.evaluation.results import Result
from certification.evidence import gathering
from certification.judgement import closings, kept
from certification.models import FeedPosition
from certification.people import audiences
from certification.rules import criteria, plans
from lrs.db import Session

__all__ = ["Judged", "Judgement", "judge", "known_on"]


@dataclass(frozen=True)
class Judgement:
    """What judging says of one worker, whether it is kept or not."""

    worker_id: UUID
    criteria_set_id: UUID
    rules: Prepared = field(repr=False, compare=False)
    year: int
    as_of: date
    outcome: str
    total: int
    kept: bytes
    """What was found, as it is kept: worked out before a write transaction begins."""
    watermark: str = ""
    states: str | None = None
    """How far each indicator is (`evaluation.findings.states`); None where that was not kept."""

    @cached_property
    def result(self) -> Result:
        if kept.is_of_old(self.kept):
            return kept.of_old(self.kept)
        return conclude(self.rules, kept.decode(self.kept), self.year, self.as_of)


@dataclass(frozen=True, slots=True)
class Judged:
    judgements: tuple[Judgement, ...]
    without_criteria: tuple[NoCriteriaInForce, ...]
    """Why the workers of some audience could not be judged."""


def judge(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int, as_of: date
) -> Judged:
    """What is to be said of these workers; changes nothing.

    `as_of` may lie after the year: facts are bound to their year anyway, and what was learned in it is often attested
    only in the next January.
    """
    # Asked first: whatever comes meanwhile may be in what is read, and what came before is.
    watermark = _watermark(session, tenant)
    counted = plans.countings(plans.all_plans(session, tenant), year)
    until = closings.rules_until(session, tenant, programme, year)
    judgements: list[Judgement] = []
    without: list[NoCriteriaInForce] = []
    parted: list[tuple[UUID, Prepared, Collection[UUID]]] = []
    for audience, ids in sorted(_by_audience(session, tenant, worker_ids, year).items()):
        try:
            criteria_set_id, criteria_set = criteria.in_force(
                session, tenant, programme, audience, year, loaded_until=until
            )
        except NoCriteriaInForce as missing:
            without.append(missing)
            continue
        parted.append((criteria_set_id, criteria.prepared(criteria_set, counted), ids))
    kinds = {kind for _, rules, _ in parted for kind in rules.kinds}
    learned = gathering.learned(session, tenant, worker_ids, year=year, as_of=as_of, kinds=kinds)
    named = sorted({one for _, rules, _ in parted for one in rules.places})
    attested = gathering.points_attested(
        session, tenant, worker_ids, programme=programme, year=year, as_of=as_of, indicators=named
    )
    self_given = gathering.points_self_given(
        session, tenant, worker_ids, programme=programme, year=year, as_of=as_of, indicators=named
    )
    for criteria_set_id, rules, some in parted:
        for one in some:
            found = find(rules, learned.get(one, ()), attested.get(one, ()), self_given.get(one, ()))
            _, decided, total, outcome = tally(rules, found)
            bytes_kept, far = kept.encode(found), states(rules, decided)
            judgements.append(
                Judgement(one, criteria_set_id, rules, year, as_of, outcome, total, bytes_kept, watermark, far)
            )
    return Judged(tuple(judgements), tuple(without))


def known_on(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, on: date
) -> tuple[Judgement, ...]:
    """What is to be said of these workers for the year of `on`, by what was known on that day. Keeps nothing.

    Workers for whom no criteria set is in force are left out.
    """
    return judge(session, tenant, worker_ids, programme, on.year, on).judgements


def _watermark(session: Session, tenant: UUID) -> str:
    """How far the feed of Statements has been followed."""
    position = sa.select(sa.func.max(FeedPosition.token)).where(FeedPosition.tenant_id == tenant)
    return session.scalar(position) or ""


def _by_audience(session: Session, tenant: UUID, worker_ids: Collection[UUID], year: int) -> dict[str, list[UUID]]:
    """The workers parted by the table of the criteria that applies to each in the year."""
    told = audiences.told(session, tenant, worker_ids)
    if not told and worker_ids:
        return {criteria.AUDIENCE: list(worker_ids)}
    parted: dict[str, list[UUID]] = defaultdict(list)
    for worker_id in worker_ids:
        parted[audiences.in_year(told.get(worker_id, {}), year)].append(worker_id)
    return parted
