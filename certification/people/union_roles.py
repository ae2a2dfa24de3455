"""Members and cadres of the union, from one day to another.

Pure but for the last three: what a roster says of a role is laid over what was known of it, so that nobody who joins in
May was a member in March. A roster that gives days is taken at its word. One that only says yes or no speaks of the
day it comes in: what was known before stays, and a role begins or ends on that day; of an employment that is new, or
over, it speaks of the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification.models import Employment, UnionRole
from lrs.db import Session, among, beside

__all__ = ["CADRE", "MEMBER", "Periods", "Told", "held", "holders", "laid_over", "stored"]

MEMBER, CADRE = "member", "cadre"

Periods = Mapping[date, date | None]
"""First day of each term, and its last (None: it lasts)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a row says of a role: that somebody `holds` it, and from when to when where it says so. Where the file has
    no column for it, there is none."""

    holds: bool
    started: date | None = None
    ended: date | None = None
    left_empty: bool = False
    """The cells are empty: nobody holds the role then, unless only the union may say so (`own_people`)."""


def laid_over(
    known: Periods,
    told: Told | None,
    *,
    started: date,
    ended: date | None,
    is_new: bool,
    today: date,
    corrected: Collection[date] = (),
) -> dict[date, date | None]:
    """The terms of a role after a row about an employment from `started` to `ended` (both included; None: it lasts).

    `known` are those of the same worker in the same enterprise, `is_new` whether no employment there at that time was
    known. No term outlasts the employment it began in; where another one follows it from the next day, in another
    position say, and the row is silent of the role, it is held on. `corrected` are the first days of the employments
    that the row corrects: where one really began sooner, right after another, so did the term that began with it.
    """
    kept = dict(known)
    before = started - timedelta(days=1)
    for day in sorted(corrected):
        if started < day and day in kept and before in kept.values():
            kept[started] = kept.pop(day)
    if told is None:
        if is_new and before in kept.values() and not any(before < (end or date.max) for end in kept.values()):
            kept[started] = ended
        return _cut(kept, started, ended)
    last = told.ended or ended
    is_over = last is not None and last < today
    looked_at = max(started, last if is_over and last is not None else today)
    if not told.holds:
        return _ended(kept, started, ended, date.min if is_over else looked_at)
    first = told.started
    if first is None:
        held = [day for day, end in kept.items() if day <= looked_at and (end is None or end >= looked_at)]
        first = held[0] if held and not is_new else started if is_new or is_over else looked_at
    for day, end in list(kept.items()):
        if day <= (last or date.max) and first <= (end or date.max):
            del kept[day]
    kept[first] = last
    return _cut(kept, started, ended)


def _cut(periods: dict[date, date | None], started: date, ended: date | None) -> dict[date, date | None]:
    """No term that began in the employment goes on after it."""
    for day, end in periods.items():
        if ended is not None and started <= day <= ended and (end is None or end > ended):
            periods[day] = ended
    return periods


def _ended(periods: dict[date, date | None], started: date, ended: date | None, since: date) -> dict[date, date | None]:
    """Nobody holds the role in the employment from the day `since` on."""
    left: dict[date, date | None] = {}
    for day, end in periods.items():
        touches = day <= (ended or date.max) and started <= (end or date.max)
        if not touches or (end is not None and end < since):
            left[day] = end
        elif day < since:
            left[day] = since - timedelta(days=1)
    return left


def holders(session: Session, tenant: UUID, role: str, on: date) -> set[tuple[UUID, UUID]]:
    """The worker and the enterprise of everybody who holds the role on the day, in one SQL command.

    Count only those who are employed there on that day.
    """
    rows = session.execute(
        sa.select(UnionRole.worker_id, UnionRole.enterprise_id).where(
            UnionRole.tenant_id == tenant,
            UnionRole.role == role,
            UnionRole.started <= on,
            sa.or_(UnionRole.ended.is_(None), UnionRole.ended >= on),
        )
    )
    return {(worker_id, enterprise_id) for worker_id, enterprise_id in rows}


def stored(
    session: Session, tenant: UUID, worker_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID, str], dict[date, date | None]]:
    """The terms known of these workers, by worker, enterprise and role, in one SQL command."""
    rows = session.execute(
        sa.select(
            UnionRole.worker_id, UnionRole.enterprise_id, UnionRole.role, UnionRole.started, UnionRole.ended
        ).where(beside(UnionRole.tenant_id) == tenant, among(session, UnionRole.worker_id, worker_ids))
    )
    found: dict[tuple[UUID, UUID, str], dict[date, date | None]] = {}
    for worker_id, enterprise_id, role, started, ended in rows:
        found.setdefault((worker_id, enterprise_id, role), {})[started] = ended
    return found


def held(role: str, on: date) -> sa.ColumnElement[bool]:
    """That whoever an Employment is about holds the role in that enterprise on the day, as a condition of a query."""
    return sa.exists().where(
        UnionRole.worker_id == Employment.worker_id,
        UnionRole.enterprise_id == Employment.enterprise_id,
        UnionRole.role == role,
        UnionRole.started <= on,
        sa.or_(UnionRole.ended.is_(None), UnionRole.ended >= on),
    )
