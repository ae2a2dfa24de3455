"""How many hours an enterprise's workers learnt in a year, by group of the programme, and by position or audience.

Told of the same learning that a transcript for the employer tells: of the days on which each was employed there, each
Statement's minutes once, and once for each group that it counts for; without those who had this use of their data
restricted. A number of SQL commands that does not grow with the workers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.models import Employment, Fact
from certification.people import audiences
from certification.privacy import consents
from certification.transcripts import subjects
from lrs.db import Session, beside

__all__ = ["Part", "Training", "hours"]


@dataclass(slots=True)
class Part:
    """People of one position, audience, or all: how many are employed, how many learnt, and minutes, in all and by
    group."""

    name: str
    employed: int = 0
    learnt: int = 0
    minutes: int = 0
    by_group: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Training:
    """A year of an enterprise, by the end of the day `on`. `groups` are titles by code; parts by name."""

    year: int
    on: date
    groups: Mapping[str, str]
    whole: Part
    positions: tuple[Part, ...]
    audiences: tuple[Part, ...]
    left_out: int
    """Workers of whom nothing is told: they had this use of their data restricted."""


_Minutes = Mapping[tuple[UUID, str], int]
"""By worker and position."""


def hours(session: Session, tenant: UUID, enterprise: UUID, year: int, *, purpose: str, on: date) -> Training:
    """The hours of those employed there on some day of the year, up to the day `on`."""
    last = min(on, date(year, 12, 31))
    people = _people(session, tenant, enterprise, date(year, 1, 1), last)
    stopped = consents.held_back(session, tenant, {worker for worker, _ in people}, purpose, on)
    people = [one for one in people if one[0] not in stopped]
    told = audiences.told(session, tenant, {worker for worker, _ in people})
    rules = subjects.of(session, tenant, ())
    learnt = _learnt(session, tenant, enterprise, year, last, sa.true())
    by_group = {
        code: _learnt(session, tenant, enterprise, year, last, sa.or_(*rules.asked(code, Fact.what, Fact.quality)))
        for code in rules.groups
    }

    def parts(name: Callable[[UUID, str], str]) -> tuple[Part, ...]:
        return tuple(sorted(_parts(people, learnt, by_group, name), key=lambda one: (one.name == "", one.name)))

    def audience(worker: UUID, _position: str) -> str:
        return audiences.AUDIENCES.get(audiences.in_year(told.get(worker, {}), year), "")

    (whole,) = parts(lambda _worker, _position: "all") or (Part("all"),)
    return Training(
        year, last, rules.groups, whole, parts(lambda _worker, position: position), parts(audience), len(stopped)
    )


def _people(session: Session, tenant: UUID, enterprise: UUID, first: date, last: date) -> list[tuple[UUID, str]]:
    """Who was employed there on some of the days, with each position once."""
    rows = session.execute(
        sa.select(Employment.worker_id, Employment.position)
        .where(
            Employment.tenant_id == tenant,
            Employment.enterprise_id == enterprise,
            Employment.started <= last,
            sa.or_(Employment.ended.is_(None), Employment.ended >= first),
        )
        .distinct()
    )
    return sorted({(worker, position or "") for worker, position in rows})


def _learnt(
    session: Session, tenant: UUID, enterprise: UUID, year: int, last: date, which: sa.ColumnElement[bool]
) -> _Minutes:
    """Minutes of facts of a kind, each Statement's once, by worker and the position of the day."""
    position = sa.func.coalesce(Employment.position, "").label("position")
    once = (
        sa.select(Fact.worker_id, position, sa.func.max(Fact.minutes).label("minutes"))
        .join(Employment, Employment.worker_id == Fact.worker_id)
        .where(
            beside(Fact.tenant_id) == tenant,
            Employment.tenant_id == tenant,
            Employment.enterprise_id == enterprise,
            Fact.day >= date(year, 1, 1),
            Fact.day <= last,
            Fact.day >= Employment.started,
            sa.or_(Employment.ended.is_(None), Fact.day <= Employment.ended),
            which,
        )
        .group_by(Fact.worker_id, position, Fact.statement_id)
        .subquery()
    )
    rows: Any = session.execute(
        sa.select(once.c.worker_id, once.c.position, sa.func.sum(once.c.minutes)).group_by(
            once.c.worker_id, once.c.position
        )
    )
    return {(worker, name): int(minutes) for worker, name, minutes in rows}


def _parts(
    people: Collection[tuple[UUID, str]],
    learnt: _Minutes,
    by_group: Mapping[str, _Minutes],
    name: Callable[[UUID, str], str],
) -> Collection[Part]:
    found: dict[str, Part] = {}
    employed: dict[str, set[UUID]] = defaultdict(set)
    learning: dict[str, set[UUID]] = defaultdict(set)
    for one in people:
        called = name(*one)
        part = found.setdefault(called, Part(called, by_group=dict.fromkeys(by_group, 0)))
        employed[called].add(one[0])
        if one in learnt:
            learning[called].add(one[0])
            part.minutes += learnt[one]
        for code, minutes in by_group.items():
            part.by_group[code] += minutes.get(one, 0)
    for called, part in found.items():
        part.employed, part.learnt = len(employed[called]), len(learning[called])
    return found.values()
