"""Judging workers and keeping the results: one worker and a million go the same way, a worker is a batch of one.

`assess` judges those it is given, now; `judgement.judging` those whose evidence changed since they were judged. What
judging says is `judgements`, what is written of it `keeping`, what is read back `archive`; all of it is called here.

A result that differs from the last one kept is a new version; nothing is overwritten, and a judgement that says the
same on a later day leaves no trace.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.evaluation.results import MET
from certification.judgement import closings
from certification.judgement.archive import (
    Assessed,
    few_judged_as,
    judged_as,
    judged_by,
    kept_after,
    latest,
    latest_of,
    newest,
    newest_place,
    outcomes,
    said_on,
    versions,
)
from certification.judgement.judgements import Judged, Judgement, judge, known_on
from certification.judgement.keeping import Batch, Row, keep, keep_rows, lock
from certification.models import Assessment, Attestation, Fact
from lrs.db import Session

__all__ = [
    "BATCH",
    "Assessed",
    "Batch",
    "Judged",
    "Judgement",
    "Row",
    "assess",
    "few_judged_as",
    "judge",
    "judged_as",
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
            Assessment.version == newest(programme, year),
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
