"""How many persons learned of each topic, in how many participations, on what levels of evidence: counted in sets.

Of an organization with most of the enterprises everybody's facts are counted, in the order of an index that holds all
that is asked, and those of the others taken away, who are fewer; of any other one its own people's facts alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from certification.models import Fact, Worker
from certification.targets.numerators import Workers
from lrs.db import Session

__all__ = ["LEVELS", "Topic", "count"]

LEVELS = range(4)
"""E0 to E3."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Of one topic: distinct persons by the level that their best evidence has at least, of the levels asked for, and
    participations (lượt) by their level, E0 to E3."""

    persons: Mapping[int, int]
    participations: Sequence[int]


def count(
    session: Session, tenant: UUID, asked: Mapping[str, Collection[int]], on: date, workers: Workers, *, most: bool
) -> dict[str, Topic]:
    """Each topic that is asked for, with the levels at which its persons are: of facts of the day's year up to and with
    the day, of these workers; `most`: they are most of the tenant's. One SQL command, or three."""
    if not most:
        return _of(session, tenant, asked, on, Fact.worker_id.in_(workers))
    others = sa.except_(sa.select(Worker.id).where(Worker.tenant_id == tenant), workers)
    everybody = _of_everybody(session, tenant, asked, on)
    without = _of(session, tenant, asked, on, Fact.worker_id.in_(others))
    return {
        what: Topic(
            {level: persons - without[what].persons[level] for level, persons in topic.persons.items()},
            [all_of - less for all_of, less in zip(topic.participations, without[what].participations, strict=True)],
        )
        for what, topic in everybody.items()
    }


def _of(
    session: Session,
    tenant: UUID,
    asked: Mapping[str, Collection[int]],
    on: date,
    whose: sa.ColumnElement[bool],
) -> dict[str, Topic]:
    """Worker by worker."""
    each = (
        sa.select(
            Fact.what,
            sa.func.max(Fact.quality).label("best"),
            *(_of_level(level).label(f"e{level}") for level in LEVELS),
        )
        .where(*_until(tenant, on), Fact.what.in_(sorted(asked)), whose)
        .group_by(Fact.what, Fact.worker_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            each.c.what,
            *(sa.func.sum(sa.case((each.c.best >= level, 1), else_=0)) for level in LEVELS),
            *(sa.func.sum(each.c[f"e{level}"]) for level in LEVELS),
        ).group_by(each.c.what)
    )
    found = {row[0]: [int(one) for one in row[1:]] for row in rows}
    none = [0] * 2 * len(LEVELS)
    return {
        what: Topic(
            {level: found.get(what, none)[level] for level in levels}, found.get(what, none)[len(LEVELS) :]
        )
        for what, levels in asked.items()
    }  # fmt: skip


def _of_everybody(session: Session, tenant: UUID, asked: Mapping[str, Collection[int]], on: date) -> dict[str, Topic]:
    """Topic by topic, each as it lies in the index (tenant, year, topic, worker, day, level)."""
    whats = sorted(asked)
    counted = [
        sa.select(sa.literal(place), *(sa.func.coalesce(_of_level(level), 0) for level in LEVELS)).where(
            *_until(tenant, on), Fact.what == what
        )
        for place, what in enumerate(whats)
    ]
    participations = {row[0]: [int(one) for one in row[1:]] for row in session.execute(sa.union_all(*counted))}
    wanted = [(what, level) for what in whats for level in sorted(asked[what])]
    learned = [
        sa.select(Fact.worker_id)
        .where(*_until(tenant, on), Fact.what == what, Fact.quality >= level)
        .group_by(Fact.worker_id)
        .subquery()
        for what, level in wanted
    ]
    persons = session.execute(
        sa.union_all(
            *[sa.select(sa.literal(place), sa.func.count()).select_from(one) for place, one in enumerate(learned)]
        )
    )
    by_level: dict[str, dict[int, int]] = {what: {} for what in whats}
    for place, many in persons:
        what, level = wanted[place]
        by_level[what][level] = many
    return {what: Topic(by_level[what], participations[place]) for place, what in enumerate(whats)}


def _of_level(level: int) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((Fact.quality == level, 1), else_=0))


def _until(tenant: UUID, on: date) -> tuple[sa.ColumnElement[bool], ...]:
    return Fact.tenant_id == tenant, Fact.year == on.year, Fact.day <= on
