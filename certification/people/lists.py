"""Lists of workers for people who look for somebody: by name or number, employer, team; in the order of their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.evidence.witnesses import Within
from certification.models import Employment, Organization, Team, TeamMember, Worker
from certification.people.names import folded
from lrs.db import Session, among, beside, is_postgresql

__all__ = ["Found", "Place", "Sought", "count", "horizon", "narrowed", "numbered", "search", "where"]

Place = tuple[str, UUID]
"""Where in the order of names a list was left."""

WORDS = 8
"""So many words of what is looked for count."""

FEW = 2_000
"""Of many people, those with a name or number that so few have are found before they are put in order."""


FIRST = 2_000
"""Of those with a name that very many have, so many are put in order before it is asked who is of the branch."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom to list: those whose name or number has all of `words`, of one enterprise, of one team, as of the day `on`;
    `also` are further conditions about `Worker`. `few`: these name few workers, who are looked up and put in order.
    `until`: nobody is looked at behind this place."""

    on: date
    words: str = ""
    enterprise: UUID | None = None
    team: UUID | None = None
    also: tuple[sa.ColumnElement[bool], ...] = ()
    few: bool = False
    until: Place | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A worker of a list; `place` is where the list goes on after this one."""

    id: UUID
    number: str
    full_name: str
    place: Place


def narrowed(session: Session, tenant: UUID, wanted: Sought, within: Within) -> Sought:
    """The same, with those whom its words name in the words' place where they are few of many. Going through everybody
    in the order of names costs five times what going through the table does, which also ends soon where many have the
    name. Asked of the database once in a session."""
    if wanted.few or not folded(wanted.words) or not within.is_wide(session):
        return wanted
    known: dict[tuple[UUID, str], list[UUID] | None] = session.info.setdefault("few_named", {})
    key = tenant, wanted.words
    if key not in known:
        query = sa.select(Worker.id).where(beside(Worker.tenant_id) == tenant, *_has_words(wanted.words))
        found = list(session.scalars(query.limit(FEW + 1)))
        known[key] = None if len(found) > FEW else found
    few = known[key]
    return (
        wanted
        if few is None
        else replace(wanted, words="", also=(among(session, Worker.id, few), *wanted.also), few=True)
    )


def search(
    session: Session,
    tenant: UUID,
    wanted: Sought,
    *,
    within: Within,
    limit: int,
    after: Place | None = None,
) -> list[Found]:
    """At most `limit` of the workers `within` reach who are wanted, by name, those after a place. One SQL command, and
    up to two more where words are looked for among many people."""
    wanted = narrowed(session, tenant, wanted, within)
    own = [*_conditions(session, tenant, wanted, within), *([_place > _at(after)] if after is not None else [])]
    columns = Worker.id, Worker.number, Worker.full_name, Worker.name_order
    found: Sequence[Any] = []
    if wanted.words and is_postgresql(session) and _gone_through(session, wanted, within):
        # It would go through everybody in order, or hold all who have the name against the branch.
        order = beside(Worker.name_order).label("place"), beside(Worker.id).label("same")
        first = sa.select(*columns, *order).where(*own).order_by(*order).limit(FIRST).subquery()
        of_them = sa.select(first).where(within.workers(session, first.c.id)).order_by(first.c.place, first.c.same)
        found = session.execute(of_them.limit(limit)).all()
    if len(found) < limit:
        query = sa.select(*columns).where(*own, within.workers(session, Worker.id))
        found = session.execute(query.order_by(*_ORDER).limit(limit)).all()
    return [Found(row[0], row[1], row[2], (row[3].hex(), row[0])) for row in found]


def count(session: Session, tenant: UUID, wanted: Sought, *, within: Within, most: int) -> int:
    """How many there are; of more than `most`, `most` + 1. One SQL command, and one more for words."""
    wanted = narrowed(session, tenant, wanted, within)
    # Fetched and counted here: within `count(*)` SQLite works the branch out again for each worker.
    own, of_branch = _conditions(session, tenant, wanted, within), within.workers(session, Worker.id)
    return len(session.scalars(sa.select(Worker.number).where(*own, of_branch).limit(most + 1)).all())


def horizon(session: Session, tenant: UUID, after: Place | None, most: int) -> Place | None:
    """The place behind so many workers of the tenant, whoever they are; None where there are not so many. A list that
    is left there looks at no more of them, however few it finds. One SQL command."""
    query = sa.select(Worker.name_order, Worker.id).where(Worker.tenant_id == tenant)
    if after is not None:
        query = query.where(_place > _at(after))
    row = session.execute(query.order_by(*_ORDER).offset(most - 1).limit(1)).one_or_none()
    return None if row is None else (row[0].hex(), row[1])


def numbered(session: Session, numbers: Collection[str]) -> sa.ColumnElement[bool]:
    """That a worker has one of these numbers: a condition of `Sought.also`."""
    return among(session, Worker.number, [one for one in numbers if "\0" not in one])


def where(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], on: date
) -> Mapping[UUID, tuple[tuple[str, str], ...]]:
    """Where each of these works on the day: pairs of the enterprise's name and the team's ("" for none). Two SQL
    commands."""
    jobs = session.execute(
        sa.select(Employment.worker_id, Employment.enterprise_id, Organization.name)
        .join(Organization, Organization.id == Employment.enterprise_id)
        .where(among(session, Employment.worker_id, worker_ids), beside(Employment.tenant_id) == tenant, *_employed(on))
        .distinct()
        .order_by(Organization.name)
    ).all()
    teams = {
        (worker, enterprise): name
        for worker, enterprise, name in session.execute(
            sa.select(TeamMember.worker_id, Team.enterprise_id, Team.name)
            .join(Team, Team.id == TeamMember.team_id)
            .where(among(session, TeamMember.worker_id, worker_ids), beside(TeamMember.tenant_id) == tenant)
            .where(*_in_team(on))
            .order_by(Team.name)
        )
    }
    found: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for worker, enterprise, name in jobs:
        found[worker].append((name, teams.get((worker, enterprise), "")))
    return {worker: tuple(each) for worker, each in found.items()}


def _has_words(words: str) -> list[sa.ColumnElement[bool]]:
    """That a worker's name or number has all of these words."""
    patterns = [
        word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        for word in folded(words.replace("\0", "")).split()[:WORDS]
    ]
    return [
        sa.or_(
            Worker.name_sought.like(f"% {one}%", escape="\\"),
            sa.func.lower(Worker.number).like(f"%{one}%", escape="\\"),
        )
        for one in patterns
    ]


def _conditions(session: Session, tenant: UUID, wanted: Sought, within: Within) -> list[Any]:
    # Few are looked up and put in order; of many, the index that has everybody in order is gone through.
    asked: list[Any] = [
        (Worker.tenant_id if _gone_through(session, wanted, within) else beside(Worker.tenant_id)) == tenant,
        # PostgreSQL knows how few were merged.
        (Worker.merged_into if is_postgresql(session) else beside(Worker.merged_into)).is_(None),
        Worker.erased.is_(None),
        *_has_words(wanted.words),
        *wanted.also,
    ]
    if wanted.until is not None:
        asked.append(_place <= _at(wanted.until))
    if wanted.enterprise is not None:
        there = Employment.tenant_id == tenant, Employment.enterprise_id == wanted.enterprise
        asked.append(Worker.id.in_(sa.select(Employment.worker_id).where(*there, *_employed(wanted.on))))
    if wanted.team is not None:
        members = TeamMember.tenant_id == tenant, TeamMember.team_id == wanted.team
        asked.append(Worker.id.in_(sa.select(TeamMember.worker_id).where(*members, *_in_team(wanted.on))))
    return asked


def _gone_through(session: Session, wanted: Sought, within: Within) -> bool:
    """Whether everybody is gone through in the order of names."""
    return within.is_wide(session) and not wanted.few


_ORDER = Worker.name_order, Worker.id
_place = sa.tuple_(*_ORDER)


def _at(place: Place) -> sa.Tuple:
    return sa.tuple_(bytes.fromhex(place[0]), place[1], types=[Worker.name_order.type, Worker.id.type])


def _employed(on: date) -> tuple[sa.ColumnElement[bool], ...]:
    return Employment.started <= on, sa.or_(Employment.ended.is_(None), Employment.ended >= on)


def _in_team(on: date) -> tuple[sa.ColumnElement[bool], ...]:
    return TeamMember.starts <= on, sa.or_(TeamMember.until.is_(None), TeamMember.until > on)
