"""Whose result waits for points that a person has to give: of these few are found among very many.

some        the first workers who wait for points of somebody
waits       that the worker whom a column names does, for the WHERE of a list
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.evaluation.findings import NOT_GIVEN
from certification.evaluation.results import NOT_YET_KNOWN
from certification.evidence.witnesses import Within
from certification.judgement.archive import newest
from certification.models import Assessment, Worker
from lrs.db import Session, beside

__all__ = ["Asked", "Giving", "some", "waits"]


@dataclass(frozen=True, slots=True)
class Giving:
    """Whom somebody may give points: `places` are those of the indicators, in the order of the criteria, for which;
    None: for all."""

    within: Within
    places: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The year of a programme by the criteria (the rule file that brings them back), what the reader may give whom, and
    the workers that the reader is."""

    tenant: UUID
    programme: str
    year: int
    criteria: UUID
    givings: Sequence[Giving]
    oneself: Collection[UUID] = ()


def some(session: Session, asked: Asked, *, limit: int) -> list[UUID]:
    """Ids of at most `limit` of the workers who wait for points of the reader. One SQL command."""
    if not asked.givings:
        return []
    here = (
        Assessment.tenant_id == asked.tenant,
        Assessment.programme == asked.programme,
        Assessment.year == asked.year,
        # Written out: only then is the index of these alone taken.
        Assessment.outcome == sa.literal_column(f"'{NOT_YET_KNOWN}'"),
        Assessment.version == newest(asked.programme, asked.year),
    )
    there = sa.exists().where(
        Worker.id == Assessment.worker_id, beside(Worker.tenant_id) == asked.tenant,
        Worker.merged_into.is_(None), Worker.erased.is_(None),
    )  # fmt: skip
    found = sa.select(Assessment.worker_id).where(*here, there, _given(session, asked, Assessment.worker_id))
    return list(session.scalars(found.limit(limit)))


def waits(session: Session, asked: Asked, worker: Any) -> sa.ColumnElement[bool]:
    """That the worker whom the column names waits for points of the reader."""
    if not asked.givings:
        return sa.false()
    return sa.exists().where(
        Assessment.worker_id == worker,
        beside(Assessment.tenant_id) == asked.tenant,
        Assessment.programme == asked.programme,
        Assessment.year == asked.year,
        Assessment.outcome == NOT_YET_KNOWN,
        Assessment.version == newest(asked.programme, asked.year),
        _given(session, asked, worker),
    )


def _given(session: Session, asked: Asked, worker: Any) -> sa.ColumnElement[bool]:
    """That one of the indicators which nobody gave points is the reader's to give, of this worker. A result from before
    that was kept, or by other criteria, says only that there is such an indicator."""
    unsaid = Assessment.states.is_(None), Assessment.criteria_set_id != asked.criteria
    each = []
    for one in asked.givings:
        waiting = [sa.func.substr(Assessment.states, place + 1, 1) == NOT_GIVEN for place in one.places or ()]
        indicators = sa.true() if one.places is None else sa.or_(*unsaid, *waiting)
        each.append(sa.and_(indicators, one.within.workers(session, worker)))
    return sa.and_(sa.or_(*each), worker.not_in(list(asked.oneself)) if asked.oneself else sa.true())
