"""Which of the marks that wait (`certification.marks`) are settled next.

A few are taken as they come. Of many, those that came last in small numbers go first, so that what somebody learns just
now is not put behind a million; and with those that wait longest everybody marked of the same enterprises: their
counts add to the same few tallies, each of which is then written once instead of once for each worker.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, groupby
from uuid import UUID

import sqlalchemy as sa

from certification.models import Base, Employment, Uncounted
from lrs.db import Session, among, beside

__all__ = ["Mark", "marks", "some", "take_away"]

Mark = tuple[UUID, int, UUID]
"""Worker, year and the mark itself, which is another one after a later change."""

_UNCOUNTED = Base.metadata.tables[Uncounted.__tablename__]


def marks(session: Session, tenant: UUID, limit: int) -> list[Mark]:
    """Marks that wait, the oldest of each year first. One SQL command."""
    return [mark for mark, _ in _in_order(session, tenant, limit)]


def some(session: Session, tenant: UUID, years: Collection[int], limit: int, together: int) -> list[Mark]:
    """What to settle next: all marks where they are no more than `limit`; of more, what came last, and about so many
    workers `together` of the enterprises of whoever waits longest. A fixed number of SQL commands."""
    oldest = marks(session, tenant, limit + 1)
    if len(oldest) <= limit:
        return oldest
    taken = dict.fromkeys(_fresh(session, tenant, years, limit))
    crowd = _of_enterprises(session, tenant, {worker: None for worker, _, _ in oldest}, together)
    taken.update(dict.fromkeys(crowd))
    taken.update(dict.fromkeys(oldest[: max(0, limit - len(taken))]))
    return list(taken)


def _fresh(session: Session, tenant: UUID, years: Collection[int], limit: int) -> list[Mark]:
    """The marks that came last, as far as they came in small numbers."""
    found: list[Mark] = []
    for year in sorted(years):
        newest = _in_order(session, tenant, limit + 1, year)
        came = [[mark for mark, _ in of] for _, of in groupby(newest, key=lambda one: one[1])]
        if len(newest) > limit:
            came.pop()  # of these there may be more
        found += [mark for of in came for mark in of]
    return found[:limit]


def _in_order(session: Session, tenant: UUID, limit: int, newest_of: int | None = None) -> list[tuple[Mark, UUID]]:
    """Marks with what they came with: the oldest of each year, or the newest of one."""
    query = sa.select(Uncounted.worker_id, Uncounted.year, Uncounted.mark, Uncounted.since)
    query = query.where(Uncounted.tenant_id == tenant)
    if newest_of is None:
        query = query.order_by(Uncounted.tenant_id, Uncounted.year, Uncounted.since)
    else:
        query = query.where(Uncounted.year == newest_of).order_by(Uncounted.since.desc())
    return [((row[0], row[1], row[2]), row[3]) for row in session.execute(query.limit(limit))]


def _of_enterprises(session: Session, tenant: UUID, of: Collection[UUID], together: int) -> list[Mark]:
    """The marks of everybody in the enterprises where these workers are or were employed, the first of them and as many
    more as employ about so many `together`; and of those of them who are employed nowhere."""
    where: dict[UUID, list[UUID]] = {}
    for worker, enterprise in session.execute(
        sa.select(Employment.worker_id, Employment.enterprise_id).where(
            among(session, Employment.worker_id, of), beside(Employment.tenant_id) == tenant
        )
    ):
        where.setdefault(worker, []).append(enterprise)
    enterprises = list({one: None for worker in of for one in sorted(where.get(worker, ()))})
    employed = (
        sa.select(Employment.enterprise_id, sa.func.count())
        .where(Employment.tenant_id == tenant, among(session, Employment.enterprise_id, enterprises))
        .group_by(Employment.enterprise_id)
    )
    people = {row[0]: row[1] for row in session.execute(employed)}
    totals = accumulate(people.get(one, 0) for one in enterprises)
    chosen = [
        one for at, (one, total) in enumerate(zip(enterprises, totals, strict=True)) if not at or total <= together
    ]
    concerned = {worker for worker in of if worker not in where}
    concerned |= set(
        session.scalars(
            sa.select(Employment.worker_id).where(
                Employment.tenant_id == tenant, among(session, Employment.enterprise_id, chosen)
            )
        )
    )
    return _of_workers(session, tenant, concerned, together)


def _of_workers(session: Session, tenant: UUID, workers: Collection[UUID], limit: int) -> list[Mark]:
    rows = session.execute(
        sa.select(Uncounted.worker_id, Uncounted.year, Uncounted.mark)
        .where(among(session, Uncounted.worker_id, workers), beside(Uncounted.tenant_id) == tenant)
        .order_by(Uncounted.worker_id, Uncounted.year)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def take_away(session: Session, tenant: UUID, read: Sequence[Mark]) -> int:
    """Takes away those of the marks that are still as they were read. One that another transaction holds is being
    renewed, and so no longer as it was."""
    held: Iterable[tuple[UUID, int, UUID]] = (
        (row[0], row[1], row[2])
        for row in session.execute(
            sa.select(Uncounted.worker_id, Uncounted.year, Uncounted.mark)
            .where(
                among(session, Uncounted.worker_id, {worker for worker, _, _ in read}),
                beside(Uncounted.tenant_id) == tenant,
            )
            .order_by(Uncounted.worker_id, Uncounted.year)
            .with_for_update(skip_locked=True)
        )
    )
    as_read = set(read)
    settled = [(worker, year) for worker, year, mark in held if (worker, year, mark) in as_read]
    for of_year in {year for _, year in settled}:
        session.execute(
            sa.delete(_UNCOUNTED).where(
                among(session, _UNCOUNTED.c.worker_id, [worker for worker, year in settled if year == of_year]),
                _UNCOUNTED.c.year == of_year,
                beside(_UNCOUNTED.c.tenant_id) == tenant,
            )
        )
    return len(read)
