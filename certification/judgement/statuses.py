"""The status of workers, of one and of thousands alike: the last word on them, or that of a past day.

Three questions, which differ where something came late or was voided since. The last word and what had been said by a
day are read as they were kept; what is to be said of a past day by all that is known now is judged anew, and nothing of
it is kept. Points, reasons and words come out of the findings and the rules they were found by, without what only an
explanation in full needs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from certification.evaluation.evaluate import overall
from certification.evaluation.findings import tally
from certification.judgement import assessments, explanations, kept
from certification.judgement.assessments import Assessed, Judgement
from certification.vietnam import end_of_day
from lrs.db import Session

__all__ = ["Moment", "Status", "counted", "of_workers", "status"]


@dataclass(frozen=True, slots=True)
class Moment:
    """Which word is asked for: what had been said by the end of the day `said_on` in Vietnam, or what is to be said of
    the day `known_on`; the last word where neither is given."""

    said_on: date | None = None
    known_on: date | None = None

    @property
    def by(self) -> datetime | None:
        """The instant up to which what was kept counts; None: all of it."""
        return None if self.said_on is None else end_of_day(self.said_on)


@dataclass(frozen=True, slots=True)
class Status:
    """What is said of a worker, in short. `points` by indicator are those that count, None where nobody has given any;
    `remarks` say in Vietnamese what stands in the way. `version`, `judged` (UTC) and `place` are None for what is not
    kept; `as_of` is the day of which a judgement first said so."""

    outcome: str
    total: int
    points: Mapping[str, int | None]
    remarks: tuple[str, ...]
    criteria_set: str
    as_of: date
    version: int | None
    judged: datetime | None
    place: int | None


def of_workers(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int, moment: Moment
) -> Mapping[UUID, Judgement]:
    """What is said of each of these workers for an assessment year; who was not judged, or cannot be, is left out.

    A number of SQL commands that does not depend on how many they are.
    """
    if moment.known_on is not None:
        judged = assessments.judge(session, tenant, worker_ids, programme, year, moment.known_on)
        return {one.worker_id: one for one in judged.judgements}
    return assessments.latest_of(session, tenant, worker_ids, programme, year, by=moment.by)


def counted(one: Judgement) -> set[UUID]:
    """The Statements that earn the worker points."""
    if kept.is_of_old(one.kept):
        return {statement for indicator in one.result.indicators for statement in indicator.counted}
    findings = kept.decode(one.kept)
    return {findings.statements[place] for found in findings.found for place in found.counted}


def status(one: Judgement) -> Status:
    """A judgement in short."""
    criteria_set = one.rules.criteria_set
    if kept.is_of_old(one.kept):
        decided = {each.indicator: each.points for each in one.result.indicators}
        reasons = one.result.reasons
    else:
        came_to = tally(one.rules, kept.decode(one.kept))
        decided = {each.id: points for each, points in zip(criteria_set.indicators, came_to.decided, strict=True)}
        reasons = overall(criteria_set, came_to)
    waiting = [indicator for indicator, points in decided.items() if points is None]
    version, judged, place = (one.version, one.judged, one.place) if isinstance(one, Assessed) else (None, None, None)
    return Status(
        outcome=one.outcome,
        total=one.total,
        points=decided,
        remarks=explanations.remarks(one.outcome, reasons, waiting),
        criteria_set=criteria_set.id,
        as_of=one.as_of,
        version=version,
        judged=judged,
        place=place,
    )
