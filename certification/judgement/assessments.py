"""Judging workers and keeping the results: one worker and a million go the same way, a worker is a batch of one.

`assess` judges those it is given, now; `judgement.judging` those whose evidence changed since they were judged. The
judgement itself is `certification.evaluation.evaluate`; here is only what it needs to be told, and what is kept of its
answer.

A result that differs from the last one kept is a new version; nothing is overwritten, and a judgement that says the
same on a later day leaves no trace.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification import bulk
from certification.errors import NoCriteriaInForce
from certification.evaluation.evaluate import conclude
from certification.evaluation.findings import Prepared, find, tally
from certification.evaluation.results import MET, Result
from certification.evidence import gathering
from certification.judgement import closings, kept
from certification.judgement.causes import Cause
from certification.models import Assessment, Attestation, Fact, FeedPosition, Worker
from certification.people import audiences
from certification.rules import criteria, plans
from certification.targets.marks import mark_uncounted
from lrs.db import Session, among, beside

__all__ = [
    "BATCH",
    "Assessed",
    "Batch",
    "Judged",
    "Judgement",
    "Row",
    "assess",
    "judge",
    "judged_by",
    "keep",
    "keep_rows",
    "kept_after",
    "known_on",
    "latest",
    "latest_of",
    "lock",
    "meeting",
    "newest_place",
    "outcomes",
    "said_on",
    "versions",
]

BATCH = 200
"""Workers judged in one transaction: some 50 ms of writing on SQLite."""


NOBODY_SAID: Mapping[UUID, tuple[Cause, str | None]] = MappingProxyType({})


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

    @cached_property
    def result(self) -> Result:
        if kept.is_of_old(self.kept):
            return kept.of_old(self.kept)
        return conclude(self.rules, kept.decode(self.kept), self.year, self.as_of)


@dataclass(frozen=True, kw_only=True)
class Assessed(Judgement):
    """The last result kept for a worker. `changed`: whether it was this call that kept it.

    `as_of` is the day on which a judgement first said so, which may lie before the day asked about.
    """

    version: int
    judged: datetime
    causes: Cause
    changed_by: str | None
    changed: bool
    place: int = 0
    """Its place among all that were kept; 0 where it is not known."""


def latest(session: Session, tenant: UUID, worker_id: UUID, programme: str, year: int) -> Assessed | None:
    """The last result kept for a worker of this tenant and an assessment year, or None."""
    return latest_of(session, tenant, [worker_id], programme, year).get(worker_id)


def latest_of(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    *,
    by: datetime | None = None,
) -> dict[UUID, Assessed]:
    """The last result kept for each of these workers who has any: by an instant, where one is given, for what had been
    said by then on what was known then. As many SQL commands for a thousand as for one.

    `known_on` answers the other question, what is to be said today of what had happened by a day.
    """
    return _read(session, tenant, _last(session, tenant, worker_ids, programme, year, by).values(), year)


def kept_after(
    session: Session,
    tenant: UUID,
    programme: str,
    year: int,
    place: int,
    *,
    limit: int,
    by: datetime | None = None,
    whom: sa.ColumnElement[bool] | None = None,
) -> list[tuple[str, Assessed]]:
    """The last results of workers (by number), those that were kept after a place, in the order of their places.

    `by` as in `latest_of`; `whom` is a condition on `Worker.id`, for whoever may not see everybody.
    """
    rows = session.execute(
        sa.select(Worker.number, *_COLUMNS)
        .join(Worker, Worker.id == Assessment.worker_id)
        .where(
            Assessment.tenant_id == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.place > place,
            Assessment.version == _newest(programme, year, by),
            Worker.merged_into.is_(None),
            sa.true() if whom is None else whom,
        )
        .order_by(Assessment.place)
        .limit(limit)
    ).all()
    return [(row.number, _assessed(row, rules, year)) for row, rules in _with_rules(session, tenant, rows, year)]


def versions(
    session: Session,
    tenant: UUID,
    worker_id: UUID,
    programme: str,
    year: int,
    *,
    first: int = 1,
    limit: int | None = None,
) -> list[Assessed]:
    """Every result kept for a worker and a year from the version `first` on (`limit` of them), the first one first."""
    rows = session.execute(
        sa.select(*_COLUMNS)
        .where(
            Assessment.worker_id == worker_id,
            Assessment.tenant_id == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version >= first,
        )
        .order_by(Assessment.version)
        .limit(limit)
    ).all()
    return [_assessed(row, rules, year) for row, rules in _with_rules(session, tenant, rows, year)]


def said_on(
    session: Session, tenant: UUID, worker_id: UUID, programme: str, year: int, instant: datetime
) -> Assessed | None:
    """What had been said of a worker at an instant: the last version kept by then, on what was known then."""
    return latest_of(session, tenant, [worker_id], programme, year, by=instant).get(worker_id)


def _read(session: Session, tenant: UUID, rows: Iterable[Any], year: int) -> dict[UUID, Assessed]:
    return {row.worker_id: _assessed(row, rules, year) for row, rules in _with_rules(session, tenant, list(rows), year)}


def _with_rules(session: Session, tenant: UUID, rows: Collection[Any], year: int) -> Iterator[tuple[Any, Prepared]]:
    """Each row with the rules that it was judged by."""
    if not rows:
        return
    counted = plans.countings(plans.all_plans(session, tenant), year)
    rules = {
        one: criteria.prepared(criteria.of_rule_file(session, tenant, one), counted)
        for one in {row.criteria_set_id for row in rows}
    }
    for row in rows:
        yield row, rules[row.criteria_set_id]


def _assessed(row: Any, rules: Prepared, year: int) -> Assessed:
    return Assessed(
        row.worker_id,
        row.criteria_set_id,
        rules,
        year,
        row.as_of,
        row.outcome,
        row.total,
        row.result,
        row.watermark,
        version=row.version,
        judged=row.judged,
        causes=Cause(row.causes),
        changed_by=row.changed_by,
        changed=False,
        place=row.place,
    )


def outcomes(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int
) -> dict[UUID, str]:
    """The outcome of the last result kept for each of these workers that has one for the year."""
    rows = session.execute(
        sa.select(Assessment.worker_id, Assessment.outcome).where(
            among(session, Assessment.worker_id, worker_ids),
            beside(Assessment.tenant_id) == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version == _newest(programme, year),
        )
    )
    return {row[0]: row[1] for row in rows}


def meeting(session: Session, tenant: UUID, programme: str, on: date) -> set[UUID]:
    """The workers who meet the criteria of the year of `on`, by what had been learned and attested up to that day.

    Kept results say it for all of whom nothing became known between the day they speak of and `on`, whichever is
    earlier. Only the others are judged anew for `on`, and nothing is kept of that.
    """
    year = on.year
    rows = session.execute(
        sa.select(Assessment.worker_id, Assessment.outcome, Assessment.as_of).where(
            Assessment.tenant_id == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version == _newest(programme, year),
        )
    ).all()
    between = {row.worker_id: (min(row.as_of, on), max(row.as_of, on)) for row in rows if row.as_of != on}
    grown = {
        worker_id
        for worker_id, day in _days_with_news(session, tenant, programme, year, between.values())
        if worker_id in between and between[worker_id][0] < day <= between[worker_id][1]
    }
    anew = known_on(session, tenant, grown, programme, on)
    return {row.worker_id for row in rows if row.outcome == MET and row.worker_id not in grown} | {
        one.worker_id for one in anew if one.outcome == MET
    }


def _days_with_news(
    session: Session, tenant: UUID, programme: str, year: int, spans: Collection[tuple[date, date]]
) -> Iterable[tuple[UUID, date]]:
    """Worker and day of each fact and of each attestation given or withdrawn, on the days that the spans lie in; in one
    SQL command."""
    if not spans:
        return ()
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    learned = sa.select(Fact.worker_id, Fact.day.label("day")).where(
        Fact.tenant_id == tenant, Fact.year == year, Fact.day > first, Fact.day <= last
    )
    attested, withdrawn = (
        sa.select(Attestation.worker_id, day).where(
            Attestation.tenant_id == tenant,
            Attestation.programme == programme,
            Attestation.year == year,
            day > first,
            day <= last,
        )
        for day in (Attestation.attested_on, Attestation.withdrawn_on)
    )
    rows: Iterable[Any] = session.execute(sa.union(learned, attested, withdrawn))
    return [(worker_id, day) for worker_id, day in rows]


def known_on(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, on: date
) -> tuple[Judgement, ...]:
    """What is to be said of these workers for the year of `on`, by what was known on that day. Keeps nothing.

    Workers for whom no criteria set is in force are left out.
    """
    return judge(session, tenant, worker_ids, programme, on.year, on).judgements


def assess(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    *,
    as_of: date,
    now: datetime,
) -> list[Assessed]:
    """Judges these workers of the tenant for an assessment year, on what is known up to the day `as_of`.

    Gives one answer a worker, in the order of `worker_ids`, and keeps those that differ from the last, unless the last
    is of a later day than `as_of`. A fixed number
    of SQL commands, however many workers; ids that are no worker of this tenant are passed over. Raises
    NoCriteriaInForce when one of them has none, YearIsClosed for a closed year; then nothing is kept.
    """
    closings.refuse_closed(session, tenant, programme, year)
    known = lock(session, tenant, worker_ids)
    judged = judge(session, tenant, known, programme, year, as_of)
    for missing in judged.without_criteria:
        raise missing
    kept = {one.worker_id: one for one in keep(session, tenant, judged.judgements, programme, year, now)}
    return [kept[worker_id] for worker_id in worker_ids if worker_id in kept]


# ---------------------------------------------------------------- judging


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
    attested = gathering.attested(session, tenant, worker_ids, programme=programme, year=year, as_of=as_of)
    self_given = gathering.self_given(session, tenant, worker_ids, programme=programme, year=year, as_of=as_of)
    for criteria_set_id, rules, some in parted:
        for one in some:
            found = find(rules, learned.get(one, ()), attested.get(one, ()), self_given.get(one, ()))
            _, _, total, outcome = tally(rules, found)
            judgements.append(
                Judgement(one, criteria_set_id, rules, year, as_of, outcome, total, kept.encode(found), watermark)
            )
    return Judged(tuple(judgements), tuple(without))


def _watermark(session: Session, tenant: UUID) -> str:
    """How far the feed of Statements has been followed."""
    position = sa.select(sa.func.max(FeedPosition.token)).where(FeedPosition.tenant_id == tenant)
    return session.scalar(position) or ""


def _by_audience(session: Session, tenant: UUID, worker_ids: Collection[UUID], year: int) -> dict[str, list[UUID]]:
    """The workers parted by the table of the criteria that applies to each in the year."""
    audience_of = audiences.of(session, tenant, worker_ids, year)
    parted: dict[str, list[UUID]] = defaultdict(list)
    for worker_id in worker_ids:
        parted[audience_of[worker_id]].append(worker_id)
    return parted


# ---------------------------------------------------------------- keeping


def lock(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> list[UUID]:
    """Those of the ids that are workers of this tenant; nobody else keeps a result of theirs until the caller's
    transaction ends (on SQLite there is one writer anyway). Of a record that was merged into another, nothing is kept
    any more."""
    workers = sa.select(Worker.id).where(
        among(session, Worker.id, worker_ids),
        beside(Worker.tenant_id) == tenant,
        beside(Worker.merged_into).is_(None),
    )
    return list(session.scalars(workers.order_by(Worker.id).with_for_update(key_share=True)))


_COLUMNS = (
    Assessment.worker_id,
    Assessment.version,
    Assessment.criteria_set_id,
    Assessment.as_of,
    Assessment.outcome,
    Assessment.total,
    Assessment.result,
    Assessment.judged,
    Assessment.causes,
    Assessment.changed_by,
    Assessment.watermark,
    Assessment.place,
)


def _last(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    by: datetime | None = None,
) -> dict[UUID, Any]:
    """The newest version (kept by an instant) of each worker's result."""
    rows: Iterable[Any] = session.execute(
        sa.select(*_COLUMNS).where(
            among(session, Assessment.worker_id, worker_ids),
            beside(Assessment.tenant_id) == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version == _newest(programme, year, by),
        )
    )
    return {row.worker_id: row for row in rows}


def _newest(programme: str, year: int, by: datetime | None = None) -> sa.ScalarSelect[int]:
    """The newest version (kept by an instant) of the worker whose row of `certification_assessment` is looked at."""
    other = aliased(Assessment)
    newest = sa.select(sa.func.max(other.version)).where(
        other.worker_id == Assessment.worker_id, other.programme == programme, other.year == year
    )
    return (newest if by is None else newest.where(other.judged <= by)).scalar_subquery()


def keep(
    session: Session,
    tenant: UUID,
    judgements: Collection[Judgement],
    programme: str,
    year: int,
    now: datetime,
    *,
    why: Mapping[UUID, tuple[Cause, str | None]] = NOBODY_SAID,
) -> list[Assessed]:
    """Adds a version for each judgement that differs from the last kept in more than the day it was made for.

    `why` says for a worker what changed and whose act it was; who is not in it was asked about.
    """
    closings.one_after_the_other(session, tenant)
    closings.refuse_closed(session, tenant, programme, year)
    last = _last(session, tenant, [one.worker_id for one in judgements], programme, year)
    answers: list[Assessed] = []
    new: list[Assessed] = []
    for one in judgements:
        before = last.get(one.worker_id)
        if before is not None and before.as_of > one.as_of:
            # What is kept speaks of a later day, and the newest version has to be the latest word.
            answers.append(
                Assessed(
                    **_said(one), version=before.version, judged=now, causes=Cause.ASKED, changed_by=None, changed=False
                )
            )
        elif before is not None and before.criteria_set_id == one.criteria_set_id and before.result == one.kept:
            answers.append(_assessed(before, one.rules, year))
        else:
            causes, changed_by = why.get(one.worker_id, (Cause.ASKED, None))
            version = 1 if before is None else before.version + 1
            answer = Assessed(
                **_said(one), version=version, judged=now, causes=causes, changed_by=changed_by, changed=True
            )
            answers.append(answer)
            new.append(answer)
    rows = [(*_row(one), one.version, int(one.causes), one.changed_by) for one in new]
    if new:
        _insert(session, tenant, rows, programme, Batch(year, new[0].as_of, new[0].watermark), now)
        mark_uncounted(session, tenant, [(one.worker_id, year) for one in new])
    return answers


@dataclass(frozen=True, slots=True)
class Batch:
    """What all results kept at once have in common."""

    year: int
    as_of: date
    watermark: str


Row = tuple[UUID, UUID, str, int, bytes]
"""What judging says of one worker, to be kept: worker, criteria set, outcome, total, findings."""


def _row(one: Judgement) -> Row:
    return (one.worker_id, one.criteria_set_id, one.outcome, one.total, one.kept)


def judged_by(session: Session, tenant: UUID, programme: str, year: int) -> dict[UUID, list[UUID]]:
    """The workers who have a result for the year, by the rule file that the last one was judged by."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    rows = session.execute(
        sa.select(Assessment.criteria_set_id, Assessment.worker_id).where(
            Assessment.tenant_id == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.version == _newest(programme, year),
        )
    )
    for rule_file_id, worker_id in rows:
        found[rule_file_id].append(worker_id)
    return found


def newest_place(session: Session, tenant: UUID, programme: str, year: int) -> int:
    """The place of what was kept last for the year; 0 where nothing was."""
    place = sa.select(sa.func.max(Assessment.place)).where(
        Assessment.tenant_id == tenant, Assessment.programme == programme, Assessment.year == year
    )
    return session.scalar(place) or 0


def keep_rows(
    session: Session, tenant: UUID, rows: Sequence[Row], programme: str, like: Batch, now: datetime, *, after: int
) -> int:
    """Keeps results as `keep` does, a population's worth of them; gives how many are new versions.

    `like` tells the year, the day and the watermark that all of them have. Of whom something was kept after the place
    `after`, which had been reached when they were judged, nothing is kept: somebody has judged them since.
    """
    closings.one_after_the_other(session, tenant)
    closings.refuse_closed(session, tenant, programme, like.year)
    last = _last(session, tenant, [row[0] for row in rows], programme, like.year)
    new: list[tuple[Any, ...]] = []
    for row in rows:
        before = last.get(row[0])
        if before is None:
            new.append((*row, 1, int(Cause.ASKED), None))
        elif (
            before.place <= after
            and before.as_of <= like.as_of
            and (before.criteria_set_id, before.result) != (row[1], row[4])
        ):
            new.append((*row, before.version + 1, int(Cause.ASKED), None))
    if new:
        _insert(session, tenant, new, programme, like, now)
        mark_uncounted(session, tenant, [(row[0], like.year) for row in new])
    return len(new)


def _said(one: Judgement) -> dict[str, Any]:
    return {
        "worker_id": one.worker_id,
        "criteria_set_id": one.criteria_set_id,
        "rules": one.rules,
        "year": one.year,
        "as_of": one.as_of,
        "outcome": one.outcome,
        "total": one.total,
        "kept": one.kept,
        "watermark": one.watermark,
    }


def _insert(
    session: Session, tenant: UUID, rows: Sequence[tuple[Any, ...]], programme: str, like: Batch, now: datetime
) -> None:
    """Keeps new versions (a `Row` with version, causes and whose act it was), with places after all others."""
    first = newest_place(session, tenant, programme, like.year) + 1
    workers, criteria_sets, outcomes, totals, found, numbers, causes, by = zip(*rows, strict=True)
    bulk.insert_columns(
        session,
        Assessment,
        {
            "worker_id": workers,
            "version": numbers,
            "criteria_set_id": criteria_sets,
            "outcome": outcomes,
            "total": totals,
            "result": found,
            "causes": causes,
            "changed_by": by,
            "place": range(first, first + len(rows)),
        },
        everywhere={
            "programme": programme,
            "year": like.year,
            "tenant_id": tenant,
            "as_of": like.as_of,
            "judged": now,
            "watermark": like.watermark,
        },
    )
