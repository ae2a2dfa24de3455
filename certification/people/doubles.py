"""Two workers who may be one person: of one national number, or of one name in one enterprise at the same time.

    page    so many of them from a place on: those of one number first, as they are the likeliest
    count   how many there are, up to a bound

What somebody has said is not so (`merging.different`) is left out. Within a `Branch`, both workers are of it, and so is
the enterprise that is named as a reason. A page is read off indexes: by the hash of the
number, then enterprise by enterprise, some thousand employments at a time; so its cost does not grow with the tenant,
except that a long row of enterprises without any is passed over portion by portion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.models import Employment, IdentityEvent, NationalNumber, Organization, Worker
from certification.people import identity_events
from certification.people.suggestions import SAME_NAME, SAME_NATIONAL_NUMBER, Reason, weighed
from certification.people.workers import Person
from lrs.db import Session, among

__all__ = ["COUNTED", "EVERYWHERE", "Branch", "Double", "Place", "count", "page"]

COUNTED = 1_000
"""Up to so many are counted: more than anybody works through before counting again."""

PORTION = 5_000
"""Employments looked through at a time: some 20 ms."""

ENTERPRISES = 500
"""Enterprises in a portion at most."""

NOBODY = UUID(int=0)

Place = tuple[int, str, UUID, UUID, UUID]
"""Where a list was left: 0 and a number's hash, or 1 and an enterprise; and the two workers."""

_Pair = tuple[UUID, UUID]

Condition = Callable[[Any], sa.ColumnElement[bool]]
"""A condition on a column."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Of whom somebody may know: conditions on a column that names a worker, and on one that names an organization."""

    workers: Condition
    organizations: Condition


EVERYWHERE = Branch(lambda _: sa.true(), lambda _: sa.true())


@dataclass(frozen=True, slots=True)
class Double:
    """That two workers may be one person."""

    first: Person
    second: Person
    score: int
    reasons: tuple[Reason, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class _Position:
    """What has been looked through: groups before this one, or with it; and of this group pairs up to one of them."""

    number: str = ""
    enterprise: UUID = NOBODY
    name: str | None = None
    """None: all names of the enterprise are done."""
    pair: tuple[str, str] | None = None
    """By the workers' numbers. None: the whole group is done."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Two of a group, before it is known whether they are told of elsewhere, or said to be two."""

    group: str | UUID
    """A number's hash, or an enterprise."""
    first: tuple[str, UUID]
    second: tuple[str, UUID]
    """Number and id."""

    @property
    def numbers(self) -> tuple[str, str]:
        return self.first[0], self.second[0]

    @property
    def pair(self) -> _Pair:
        return _ordered(self.first[1], self.second[1])


def page(
    session: Session, tenant: UUID, *, limit: int, after: Place | None = None, branch: Branch = EVERYWHERE
) -> list[Double]:
    """At most `limit` of them, beginning after a place, within a branch. About ten SQL commands, however many workers
    there are."""
    found: list[Double] = []
    if after is None or after[0] == 0:
        found = _pages(session, tenant, limit, branch, _of_one_number, _left(session, tenant, after))
        after = None
    if len(found) < limit:
        found += _pages(session, tenant, limit - len(found), branch, _of_one_name, _left(session, tenant, after))
    return found


def count(session: Session, tenant: UUID, branch: Branch = EVERYWHERE) -> int:
    """How many there are; `COUNTED` where there are more."""
    return len(page(session, tenant, limit=COUNTED, branch=branch))


def _left(session: Session, tenant: UUID, place: Place | None) -> _Position:
    """The position behind a place."""
    if place is None:
        return _Position()
    rows = session.execute(
        sa.select(Worker.id, Worker.number, Worker.full_name).where(
            _beside(Worker.tenant_id) == tenant, among(session, Worker.id, place[3:])
        )
    )
    known = {row.id: row for row in rows}
    first, second = (known[one] for one in place[3:])
    return _Position(place[1], place[2], first.full_name, (first.number, second.number))


_Finder = Callable[[Session, UUID, Branch, _Position, int], tuple[list[_Candidate], _Position | None]]


def _pages(
    session: Session, tenant: UUID, limit: int, branch: Branch, find: _Finder, left: _Position | None
) -> list[Double]:
    found: list[Double] = []
    while left is not None and len(found) < limit:
        candidates, left = find(session, tenant, branch, left, limit - len(found))
        found += _looked_at(session, tenant, branch, candidates)
    return found


def _pairs(
    group: str | UUID, members: Iterable[tuple[str, UUID]], after: tuple[str, str] | None
) -> Iterator[_Candidate]:
    """Every two of a group by their numbers, those after a pair."""
    for one, other in combinations(sorted(members), 2):
        candidate = _Candidate(group, one, other)
        if after is None or candidate.numbers > after:
            yield candidate


# ---------------------------------------------------------------- candidates


def _of_one_number(
    session: Session, tenant: UUID, branch: Branch, left: _Position, limit: int
) -> tuple[list[_Candidate], _Position | None]:
    """Some candidates by the hash of the number, and where to go on; None at the end. Two SQL commands."""
    done = NationalNumber.digest > left.number if left.pair is None else NationalNumber.digest >= left.number
    digests = session.scalars(
        sa.select(NationalNumber.digest)
        .where(NationalNumber.tenant_id == tenant, done, branch.workers(NationalNumber.worker_id))
        .group_by(NationalNumber.digest)
        .having(sa.func.count() > 1)
        .order_by(NationalNumber.digest)
        .limit(limit + 1)
    ).all()
    members: dict[str, list[tuple[str, UUID]]] = {digest: [] for digest in digests}
    for digest, number, worker_id in session.execute(
        sa.select(NationalNumber.digest, Worker.number, Worker.id)
        .join(Worker, Worker.id == NationalNumber.worker_id)
        .where(
            NationalNumber.tenant_id == tenant,
            among(session, NationalNumber.digest, digests),
            branch.workers(NationalNumber.worker_id),
        )
    ):
        members[digest].append((number, worker_id))
    candidates: list[_Candidate] = []
    for digest, of in members.items():
        for one in _pairs(digest, of, left.pair if digest == left.number else None):
            candidates.append(one)
            if len(candidates) == limit:
                return candidates, _Position(digest, pair=one.numbers)
    return candidates, _Position(digests[-1]) if len(digests) > limit else None


def _of_one_name(
    session: Session, tenant: UUID, branch: Branch, left: _Position, limit: int
) -> tuple[list[_Candidate], _Position | None]:
    """The same by enterprise and name (letter by letter), of a portion of the enterprises. Three SQL commands."""
    chosen, more = _portion(session, tenant, branch, left)
    if not chosen:
        return [], None
    of_group = (Employment.enterprise_id, Worker.full_name)
    employed = (
        Employment.tenant_id == tenant,
        among(session, Employment.enterprise_id, chosen),
        branch.workers(Employment.worker_id),
        Worker.erased.is_(None),  # who was erased is called as all of them are
    )
    twice = (
        sa.select(*of_group)
        .join(Worker, Worker.id == Employment.worker_id)
        .where(*employed)
        .group_by(*of_group)
        .having(sa.func.count(Employment.worker_id.distinct()) > 1)
        .order_by(*of_group)
        .limit(limit + 1)
    )
    if left.name is not None:
        names = Worker.full_name > left.name if left.pair is None else Worker.full_name >= left.name
        twice = twice.where(sa.or_(Employment.enterprise_id > left.enterprise, names))
    groups = [(enterprise, name) for enterprise, name in session.execute(twice)]
    spans: dict[tuple[UUID, str], dict[tuple[str, UUID], list[tuple[date, date]]]] = {one: {} for one in groups}
    rows = session.execute(
        sa.select(*of_group, Worker.number, Worker.id, Employment.started, Employment.ended)
        .join(Worker, Worker.id == Employment.worker_id)
        .where(*employed, among(session, Worker.full_name, {name for _, name in groups}))
    )
    for enterprise, name, number, worker_id, started, ended in rows:
        if (members := spans.get((enterprise, name))) is not None:
            members.setdefault((number, worker_id), []).append((started, ended or date.max))
    candidates: list[_Candidate] = []
    for (enterprise, name), members in spans.items():
        resumed = left.pair if (enterprise, name) == (left.enterprise, left.name) else None
        for one in _pairs(enterprise, members, resumed):
            if _at_once(members[one.first], members[one.second]):
                candidates.append(one)
                if len(candidates) == limit:
                    return candidates, _Position("", enterprise, name, one.numbers)
    if len(groups) > limit:
        return candidates, _Position("", *groups[-1])
    return candidates, _Position("", chosen[-1]) if more else None


def _portion(session: Session, tenant: UUID, branch: Branch, left: _Position) -> tuple[list[UUID], bool]:
    """The next enterprises that have about a portion of employments, in order of id; whether there are more."""
    enterprise = Employment.enterprise_id
    on = enterprise > left.enterprise if left.name is None else enterprise >= left.enterprise
    rows = session.execute(
        sa.select(enterprise, sa.func.count())
        .where(Employment.tenant_id == tenant, on, branch.organizations(enterprise))
        .group_by(enterprise)
        .order_by(enterprise)
        .limit(ENTERPRISES + 1)
    ).all()
    chosen: list[UUID] = []
    together = 0
    for one, employments in rows[:ENTERPRISES]:
        if chosen and together + employments > PORTION:
            break
        chosen.append(one)
        together += employments
    return chosen, len(chosen) < len(rows)


def _at_once(some: Sequence[tuple[date, date]], others: Sequence[tuple[date, date]]) -> bool:
    return any(one[0] <= other[1] and other[0] <= one[1] for one in some for other in others)


# ---------------------------------------------------------------- what is known of them


def _looked_at(session: Session, tenant: UUID, branch: Branch, candidates: Sequence[_Candidate]) -> list[Double]:
    """Those of the candidates who are told of here first, and of whom nobody has said that they are two, with every
    reason. Four SQL commands."""
    if not candidates:
        return []
    ids = {one for candidate in candidates for one in candidate.pair}
    people = {
        row.id: Person(*row)
        for row in session.execute(
            sa.select(Worker.id, Worker.number, Worker.full_name, Worker.gender).where(
                _beside(Worker.tenant_id) == tenant, among(session, Worker.id, ids), Worker.merged_into.is_(None)
            )
        )
    }
    numbers: dict[UUID, dict[str, str]] = defaultdict(dict)
    for worker_id, digest, ending in session.execute(
        sa.select(NationalNumber.worker_id, NationalNumber.digest, NationalNumber.ending).where(
            _beside(NationalNumber.tenant_id) == tenant, among(session, NationalNumber.worker_id, ids)
        )
    ):
        numbers[worker_id][digest] = ending
    jobs: dict[UUID, dict[UUID, list[tuple[date, date]]]] = defaultdict(lambda: defaultdict(list))
    codes: dict[UUID, str] = {}
    for worker_id, enterprise, code, started, ended in session.execute(
        sa.select(
            Employment.worker_id, Employment.enterprise_id, Organization.code, Employment.started, Employment.ended
        )
        .join(Organization, Organization.id == Employment.enterprise_id)
        .where(
            _beside(Employment.tenant_id) == tenant,
            among(session, Employment.worker_id, ids),
            branch.organizations(Employment.enterprise_id),
        )
    ):
        jobs[worker_id][enterprise].append((started, ended or date.max))
        codes[enterprise] = code
    two = _said_to_be_two(session, tenant, ids)
    found = []
    for candidate in candidates:
        first, second = candidate.first[1], candidate.second[1]
        if candidate.pair in two or first not in people or second not in people:
            continue
        shared = sorted(numbers[first].keys() & numbers[second].keys())
        together = _together(people[first], people[second], jobs)
        if [candidate.group] != (shared or together)[:1]:  # told of at another place
            continue
        why = {SAME_NATIONAL_NUMBER: numbers[first][shared[0]]} if shared else {}
        why |= {SAME_NAME: codes[together[0]]} if together else {}
        place = (0, shared[0], NOBODY, first, second) if shared else (1, "", together[0], first, second)
        found.append(Double(people[first], people[second], *weighed(why, 1), place))
    return found


def _together(first: Person, second: Person, jobs: Mapping[UUID, Mapping[UUID, list[tuple[date, date]]]]) -> list[UUID]:
    """The enterprises that two of one name worked for at the same time, in order of id."""
    if first.full_name != second.full_name:
        return []
    mine, others = jobs[first.id], jobs[second.id]
    return sorted(one for one in mine.keys() & others.keys() if _at_once(mine[one], others[one]))


def _said_to_be_two(session: Session, tenant: UUID, ids: Collection[UUID]) -> set[_Pair]:
    undoing = aliased(IdentityEvent)
    rows = session.execute(
        sa.select(IdentityEvent.worker_id, IdentityEvent.other_id).where(
            _beside(IdentityEvent.tenant_id) == tenant,
            among(session, IdentityEvent.worker_id, ids),
            IdentityEvent.kind == identity_events.DIFFERENT,
            IdentityEvent.other_id.is_not(None),
            ~sa.exists().where(undoing.worker_id == IdentityEvent.worker_id, undoing.undoes == IdentityEvent.id),
        )
    )
    return {_ordered(one, other) for one, other in rows if other is not None}


def _beside(column: Any) -> Any:
    """A column to compare with that no index is to be chosen by: these are looked up by workers' ids, and SQLite would
    rather read all that the tenant has."""
    return sa.func.coalesce(column, column)


def _ordered(one: UUID, other: UUID) -> _Pair:
    return (one, other) if one < other else (other, one)
