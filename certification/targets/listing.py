"""Who is behind a rate: the people of a target's population, page by page, for those who may know them.

The same question as the rate's, so that as many names come as the numerator says: counted ones, those still missing,
or both. For a target over grassroots unions, the unions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from certification.models import Employment, UnionRole, Worker
from certification.people import union_roles
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Plan, Target
from certification.targets import attainment, grounds, numerators, populations
from certification.targets.gathered import Which
from certification.targets.populations import ALL_ENTERPRISES, GRASSROOTS_UNIONS, UNION_CADRES
from certification.targets.rates import NotBound
from certification.units.trees import Tree
from lrs.db import Session, among, beside, listed

__all__ = ["COUNTED", "EVERYBODY", "MISSING", "WHICH", "Listed", "Page", "people"]

COUNTED = "counted"
MISSING = "missing"
EVERYBODY = "everybody"
WHICH = (COUNTED, MISSING, EVERYBODY)

WIDE = 10_000
"""Employments; of fewer, all of them are looked up for each part of the list."""
LOOKED_AT = 4
"""Of so many workers for each that is wanted is asked at first whether they count."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One of a target's population: a worker's number and name (a grassroots union's code and name), the enterprises
    of the organization asked about that employ them on the headcount's day, and in how many participations they count;
    0: they do not."""

    number: str
    name: str
    enterprises: tuple[str, ...]
    participations: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list, by number; `after` is what to ask with for the next ones, None when these are the last."""

    people: tuple[Listed, ...]
    after: str | None


def people(
    session: Session,
    tenant: UUID,
    code: str | Which,
    *,
    plan: str,
    target: str,
    on: date,
    which: str = COUNTED,
    basis: str = ALL_ENTERPRISES,
    headcount_on: date | None = None,
    after: str = "",
    limit: int = 500,
    most: int | None = None,
    programme: str = PROGRAMME,
) -> Page:
    """Up to `limit` of those whom a target of a plan counts (or misses) in an organization, or in the enterprises of a
    zone or sector, after the number `after`.

    Raises UnknownOrganization; NoSuchEnterprises; NotBound when no such target binds the organization on the day;
    ValueError for another `which` or basis than there are. Who counts is asked of some workers at a time, each time of
    twice as many, until there are enough: SQL commands grow with the logarithm of the population. With `most`, about so
    many workers are looked at, and the page may be shorter than asked for though more follow.
    """
    if which not in WHICH:
        raise ValueError(f"whom to list is one of {', '.join(WHICH)}, not {which!r}")
    headcount_day = headcount_on or on
    ground = grounds.land(session, tenant).on(headcount_day)
    tree = ground.tree
    enterprises: Sequence[str]
    if isinstance(code, Which):
        enterprises = code.existing(ground, basis, headcount_day)
        bound = code.bound(session, tenant, tree, enterprises, on, plan)
    else:
        tree.node(code)
        if basis not in populations.BASES:
            raise ValueError(f"the basis of a rate is one of {', '.join(populations.BASES)}, not {basis!r}")
        enterprises = ground.enterprises[basis].get(code, [])
        bound = attainment.binding_targets(session, tenant, tree, [code], on, plan)[code]
    found = next(((by, one) for by, one in bound if one.id == target), None)
    if found is None:
        named = code.named if isinstance(code, Which) else code
        raise NotBound(f"{plan}, {target}", named, on, [f"{by.id}, {one.id}" for by, one in bound])
    if found[1].population == GRASSROOTS_UNIONS:
        return _unions(session, tenant, tree, enterprises, found, on, which, after, limit)
    return _workers(
        session, tenant, tree, headcount_day, enterprises, found[1], on, which, after, limit, most, programme
    )


def _workers(
    session: Session,
    tenant: UUID,
    tree: Tree,
    headcount_day: date,
    enterprises: Sequence[str],
    target: Target,
    on: date,
    which: str,
    after: str,
    limit: int,
    most: int | None,
    programme: str,
) -> Page:
    employers_asked = [tree.node(one).id for one in enterprises]
    holds = _holding(session, tenant, employers_asked, headcount_day, target)
    belongs = _belongs(session, tenant, employers_asked, holds, target)
    rows: list[tuple[UUID, str, str, int]] = []
    left, window, looked, goes_on = after, LOOKED_AT * (limit + 1), 0, True
    while len(rows) <= limit and (most is None or looked < most):
        some = session.execute(
            sa.select(Worker.id, Worker.number, Worker.full_name)
            .where(Worker.tenant_id == tenant, belongs, Worker.number > left)
            .order_by(Worker.number, Worker.id)
            .limit(window)
        ).all()
        these = listed(session, Worker.id, [row[0] for row in some])
        counted = numerators.count(session, tenant, target.numerator, on, programme, these)
        rows += [
            (*row, counted.get(row[0], 0))
            for row in some
            if which == EVERYBODY or (row[0] in counted) == (which == COUNTED)
        ]
        goes_on = len(some) == window
        if not goes_on:
            break
        left, looked, window = some[-1][1], looked + window, 2 * window
    partial = left if goes_on and len(rows) <= limit else None
    rows = rows[: limit + 1]
    employers: dict[UUID, list[str]] = defaultdict(list)
    listed_ids = among(session, Employment.worker_id, [row[0] for row in rows])
    for worker_id, enterprise_id in session.execute(
        sa.select(Employment.worker_id, Employment.enterprise_id).where(listed_ids, *holds).distinct()
    ):
        employers[worker_id].append(tree.by_id[enterprise_id].code)
    told = [Listed(row[1], row[2], tuple(sorted(employers[row[0]])), row[3]) for row in rows]
    return _page(told, limit) if partial is None else Page(tuple(told), partial)


def _holding(
    session: Session, tenant: UUID, enterprises: Collection[UUID], on: date, target: Target
) -> tuple[sa.ColumnElement[bool], ...]:
    """That an employment found by its worker is of the target's population in one of the enterprises on the day."""
    return (
        beside(Employment.tenant_id) == tenant,
        among(session, beside(Employment.enterprise_id), enterprises),
        Employment.started <= on,
        sa.or_(Employment.ended.is_(None), Employment.ended >= on),
        *([union_roles.held(union_roles.CADRE, on)] if target.population == UNION_CADRES else []),
    )


def _belongs(
    session: Session,
    tenant: UUID,
    enterprises: Collection[UUID],
    holds: Collection[sa.ColumnElement[bool]],
    target: Target,
) -> sa.ColumnElement[bool]:
    """That a worker is of the population: few are looked up, of many each is held against the enterprises in turn."""
    there: tuple[sa.ColumnElement[bool], ...]
    there = Employment.tenant_id == tenant, among(session, Employment.enterprise_id, enterprises)
    if target.population == UNION_CADRES:
        of_role = UnionRole.tenant_id == tenant, UnionRole.role == union_roles.CADRE
        cadres = sa.select(UnionRole.worker_id).where(*of_role, among(session, UnionRole.enterprise_id, enterprises))
        there = (Employment.worker_id.in_(cadres),)
    else:
        some = sa.select(sa.literal(1)).where(*there).limit(WIDE + 1).subquery()
        if (session.scalar(sa.select(sa.func.count()).select_from(some)) or 0) > WIDE:
            own = sa.select(sa.literal(1)).where(Employment.worker_id == Worker.id, *holds)
            return own.limit(1).scalar_subquery() == 1
    return Worker.id.in_(sa.select(Employment.worker_id).where(*there, *holds))


def _unions(
    session: Session,
    tenant: UUID,
    tree: Tree,
    enterprises: Sequence[str],
    found: tuple[Plan, Target],
    on: date,
    which: str,
    after: str,
    limit: int,
) -> Page:
    committed = numerators.commitments(session, tenant, on)[found[1].numerator.commitment]
    employers: dict[str, list[str]] = defaultdict(list)
    for enterprise in enterprises:
        for union in populations.unions_of(tree, enterprise):
            employers[union].append(enterprise)
    told = [
        Listed(union, tree.node(union).name, tuple(sorted(of)), int(union in committed))
        for union, of in sorted(employers.items())
        if union > after and (which == EVERYBODY or (union in committed) == (which == COUNTED))
    ]
    return _page(told[: limit + 1], limit)


def _page(told: Sequence[Listed], limit: int) -> Page:
    return Page(tuple(told[:limit]), told[limit - 1].number if len(told) > limit else None)
