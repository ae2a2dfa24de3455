"""Keeping results: a result that differs from the last one kept is a new version, and nothing is overwritten."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.evaluation.results import MET
from certification.judgement import closings
from certification.judgement.archive import Assessed, last_rows, newest_place, read_row
from certification.judgement.judgements import Judgement
from certification.marks import Cause, mark_titles, mark_uncounted
from certification.models import Assessment, Worker
from certification.vietnam import vietnam_day
from lrs.db import Session, among, beside

__all__ = ["Batch", "Row", "keep", "keep_rows", "lock"]


NOBODY_SAID: Mapping[UUID, tuple[Cause, str | None]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Batch:
    """What all results kept at once have in common."""

    year: int
    as_of: date
    watermark: str


Row = tuple[UUID, UUID, str, int, bytes, str | None]
"""What judging says of one worker, to be kept: worker, criteria set, outcome, total, findings, and how far each
indicator is."""


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
    last = last_rows(session, tenant, [one.worker_id for one in judgements], programme, year)
    today = vietnam_day(now)
    answers: list[Assessed] = []
    new: list[Assessed] = []
    for one in judgements:
        before = last.get(one.worker_id)
        if before is not None and _is_later(before.as_of, one.as_of, today):
            # What is kept speaks of a later day, and the newest version has to be the latest word.
            answers.append(
                Assessed(
                    **_said(one), version=before.version, judged=now, causes=Cause.ASKED, changed_by=None, changed=False
                )
            )
        elif before is not None and before.criteria_set_id == one.criteria_set_id and before.result == one.kept:
            answers.append(read_row(before, one.rules, year))
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


def keep_rows(
    session: Session, tenant: UUID, rows: Sequence[Row], programme: str, like: Batch, now: datetime, *, after: int
) -> int:
    """Keeps results as `keep` does, a population's worth of them; gives how many are new versions.

    `like` tells the year, the day and the watermark that all of them have. Of whom something was kept after the place
    `after`, which had been reached when they were judged, nothing is kept: somebody has judged them since.
    """
    closings.one_after_the_other(session, tenant)
    closings.refuse_closed(session, tenant, programme, like.year)
    last = last_rows(session, tenant, [row[0] for row in rows], programme, like.year)
    today = vietnam_day(now)
    new: list[tuple[Any, ...]] = []
    for row in rows:
        before = last.get(row[0])
        if before is None:
            new.append((*row, 1, int(Cause.ASKED), None))
        elif (
            before.place <= after
            and not _is_later(before.as_of, like.as_of, today)
            and (before.criteria_set_id, before.result) != (row[1], row[4])
        ):
            new.append((*row, before.version + 1, int(Cause.ASKED), None))
    if new:
        _insert(session, tenant, new, programme, like, now)
        mark_uncounted(session, tenant, [(row[0], like.year) for row in new])
    return len(new)


def _is_later(kept: date, day: date, today: date) -> bool:
    """Whether what is kept speaks of a day later than this one. Where this one is today, a clock said so that was
    ahead, and today's word is the latest."""
    return kept > day != today


def _row(one: Judgement) -> Row:
    return (one.worker_id, one.criteria_set_id, one.outcome, one.total, one.kept, one.states)


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
        "states": one.states,
    }


def _insert(
    session: Session, tenant: UUID, rows: Sequence[tuple[Any, ...]], programme: str, like: Batch, now: datetime
) -> None:
    """Keeps new versions (a `Row` with version, causes and whose act it was), with places after all others."""
    first = newest_place(session, tenant, programme, like.year) + 1
    workers, criteria_sets, outcomes, totals, found, states, numbers, causes, by = zip(*rows, strict=True)
    worse = [worker for worker, outcome in zip(workers, outcomes, strict=True) if outcome != MET]
    mark_titles(session, tenant, dict.fromkeys([(worker, like.year) for worker in worse], Cause.ASKED))
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
            "states": states,
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
