"""Working out the figures of a report: rates as `targets` has them, with what a report tells beside them.

A number of SQL commands that depends on the plans alone, not on how many people, enterprises or Statements there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa

from certification.dossiers import listing
from certification.evidence import channel_items
from certification.models import Award, Employment, FeedPosition, UnionRole
from certification.reports import blockers, points, topics
from certification.reports.figures import Figures, Part, PlanNamed, TargetRow, Titles, UnitRow, UnitTarget
from certification.rules import evidence_mapping, plans
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Numerator, Target
from certification.targets import attainment, counting, grounds, numerators, rates
from certification.targets.attainment import OrganizationFigures, TargetFigures
from certification.targets.figures import shortfall_words
from certification.targets.grounds import Ground
from certification.targets.populations import ALL_ENTERPRISES, UNIONISED, WORKERS
from certification.units.trees import ENTERPRISE
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = ["MOST_ENTERPRISES", "Form", "gather"]

MOST_ENTERPRISES = 5000
"""So many enterprises are listed one by one; a country's report lists its provinces."""


class Form(Protocol):
    """What is asked of a report form here: on which plan it reports."""

    @property
    def plan(self) -> str: ...


def gather(
    session: Session,
    tenant: UUID,
    form: Form | None,
    organization: str,
    cut_off: date,
    *,
    now: datetime,
    basis: str = ALL_ENTERPRISES,
    headcount_on: date | None = None,
    programme: str = PROGRAMME,
    most_enterprises: int = MOST_ENTERPRISES,
) -> Figures:
    """Every figure of an organization's report on a cut-off day, for the plan of the form; without a form for all that
    bind it.

    Raises UnknownOrganization; NotOnThatDay; NotBound; ValueError for a basis that is none.
    """
    plan = None if form is None else form.plan
    measured = rates.rates(
        session,
        tenant,
        organization,
        on=cut_off,
        today=vietnam_day(now),
        basis=basis,
        headcount_on=headcount_on,
        plan=plan,
        programme=programme,
        exact=True,
    )
    own = measured.organization
    land = grounds.land(session, tenant)
    ground = land.on(measured.headcount_on)
    below = sorted(ground.enterprises[basis].get(organization, ()))
    listed = [code for code in below if code != organization][:most_enterprises]
    rows = {one.code: _unit(one, cut_off.year) for one in measured.children}
    missing = [code for code in listed if code not in rows]
    if missing:
        more = attainment.measure_all(
            session,
            tenant,
            on=cut_off,
            programme=programme,
            basis=basis,
            headcount_on=headcount_on,
            plan=plan,
            codes=missing,
            exact=True,
        )
        rows |= {one.code: _unit(one, cut_off.year) for one in more.organizations}
    ids = [ground.tree.node(code).id for code in below]
    workers = counting.employed_by(session, tenant, ids, measured.headcount_on)
    every_plan = {one.id: one for one in plans.all_plans(session, tenant)}
    targets = {
        (figures.plan, figures.target): target
        for figures in own.targets
        for target in every_plan[figures.plan].targets
        if target.id == figures.target
    }
    parts, evidence = _parts(
        session,
        tenant,
        [one for one in targets.values() if one.population == WORKERS],
        workers,
        cut_off,
        most=2 * len(ids) > len(ground.chains[basis]),
    )
    named = dict.fromkeys(one.plan for one in own.targets)
    return Figures(
        organization=organization,
        name=own.name,
        kind=own.kind,
        cut_off=cut_off,
        headcount_on=measured.headcount_on,
        basis=basis,
        as_of=now.astimezone(UTC),
        watermark=_watermark(session, tenant),
        plans=tuple(
            PlanNamed(one.id, one.title, one.number, one.issuer, one.issued)
            for one in map(every_plan.__getitem__, named)
        ),
        headcount=own.headcount,
        women=own.women,
        members=_members(session, tenant, ids, measured.headcount_on),
        union_cadres=own.union_cadres,
        grassroots_unions=own.grassroots_unions,
        unionised_enterprises=len(set(below) & set(ground.enterprises[UNIONISED].get(organization, ()))),
        meets_criteria=own.meets_criteria,
        holds_title=own.holds_title,
        coverage=own.coverage,
        targets=tuple(
            TargetRow(
                one.figures,
                one.beside.last_year,
                one.beside.forecasts,
                tuple(shortfall_words(each) for each in one.beside.shortfalls),
                parts.get(targets[one.figures.plan, one.figures.target].numerator, ()),
            )
            for one in measured.targets
        ),
        titles=_titles(session, tenant, ground, organization, workers, cut_off, programme),
        commitments=_commitments(session, tenant, ground, organization, basis, cut_off),
        channels=channel_items.counts(session, tenant, organization, date(cut_off.year, 1, 1), cut_off).by_channel,
        evidence=evidence,
        units=tuple(rows[one.code] for one in measured.children if one.kind != ENTERPRISE),
        enterprises=tuple(rows[code] for code in listed),
        enterprises_left_out=max(0, len([one for one in below if one != organization]) - len(listed)),
        points=points.of_decided(session, tenant, cut_off.year, workers, on=cut_off, programme=programme),
        blockers=blockers.of_those_who_lack(session, tenant, cut_off.year, workers, on=cut_off, programme=programme),
    )


def _unit(one: OrganizationFigures, year: int) -> UnitRow:
    return UnitRow(
        one.code,
        one.name,
        one.kind,
        one.headcount,
        one.women,
        one.meets_criteria,
        one.holds_title,
        one.coverage,
        tuple(_unit_target(target, year) for target in one.targets),
    )


def _unit_target(one: TargetFigures, year: int) -> UnitTarget:
    goal = TargetRow(one, None, (), (), ()).goal(year)
    return UnitTarget(
        one.group,
        one.counted,
        one.participations,
        one.denominator,
        goal.operator if goal else ">=",
        goal.percent if goal else None,
    )


def _parts(
    session: Session, tenant: UUID, targets: Collection[Target], workers: numerators.Workers, on: date, *, most: bool
) -> tuple[dict[Numerator, tuple[Part, ...]], tuple[int, int, int, int]]:
    """For each numerator that names several topics how many persons there are of each; and how many participations of
    any topic rest on each level of evidence. `most`: the workers are most of the tenant's."""
    asked = {one.numerator for one in targets}
    levels: dict[str, set[int]] = defaultdict(set)
    for one in asked:
        for what in {*one.what} - {"*"}:
            levels[what].add(one.quality_at_least)
    if not levels:
        return {}, (0, 0, 0, 0)
    found = topics.count(session, tenant, levels, on, workers, most=most)
    titles = evidence_mapping.titles(session, tenant)

    def part(what: str, level: int) -> Part:
        topic = found[what]
        return Part(what, titles.get(what, what), topic.persons[level], sum(topic.participations[level:]))

    parts = {one: tuple(part(what, one.quality_at_least) for what in one.what) for one in asked if len(one.what) > 1}
    none, listed, seen, assessed = (sum(one.participations[level] for one in found.values()) for level in topics.LEVELS)
    return parts, (none, listed, seen, assessed)


def _members(session: Session, tenant: UUID, enterprises: Collection[UUID], on: date) -> int:
    """How many persons are union members in these enterprises on the day, employed there."""
    return (
        session.scalar(
            sa.select(sa.func.count(UnionRole.worker_id.distinct()))
            .join(
                Employment,
                sa.and_(
                    Employment.worker_id == UnionRole.worker_id,
                    Employment.enterprise_id == UnionRole.enterprise_id,
                    Employment.tenant_id == tenant,
                    Employment.started <= on,
                    sa.or_(Employment.ended.is_(None), Employment.ended >= on),
                ),
            )
            .where(
                UnionRole.tenant_id == tenant,
                UnionRole.role == "member",
                among(session, UnionRole.enterprise_id, enterprises),
                UnionRole.started <= on,
                sa.or_(UnionRole.ended.is_(None), UnionRole.ended >= on),
            )
        )
        or 0
    )


def _titles(
    session: Session,
    tenant: UUID,
    ground: Ground,
    organization: str,
    workers: numerators.Workers,
    on: date,
    programme: str,
) -> Titles:
    come = listing.counts(session, tenant, on.year, ground.tree.node(organization).id, on=on, programme=programme)
    held = [
        Award.tenant_id == tenant,
        Award.programme == programme,
        Award.decided_on <= on,
        sa.or_(Award.withdrawn_on.is_(None), Award.withdrawn_on > on),
        Award.worker_id.in_(workers),
    ]
    by_year = tuple(
        (row[0], row[1])
        for row in session.execute(
            sa.select(Award.year, sa.func.count(Award.worker_id.distinct()))
            .where(*held)
            .group_by(Award.year)
            .order_by(Award.year)
        )
    )
    ever = session.scalar(sa.select(sa.func.count(Award.worker_id.distinct())).where(*held)) or 0
    return Titles(come.registered, come.self_assessed, come.proposed, come.recognised, come.refused, by_year, ever)


def _commitments(
    session: Session, tenant: UUID, ground: Ground, organization: str, basis: str, on: date
) -> Mapping[str, int]:
    """How many of the organizations below took each thing into their programme of the year."""
    there = {
        organization,
        *ground.enterprises[basis].get(organization, ()),
        *ground.grassroots_unions[basis].get(organization, ()),
    }
    taken = numerators.commitments(session, tenant, on)
    return {kind: many for kind in sorted(one for one in taken if one) if (many := len(taken[kind] & there))}


def _watermark(session: Session, tenant: UUID) -> str:
    """How far the feed of Statements has been followed."""
    return session.scalar(sa.select(sa.func.max(FeedPosition.token)).where(FeedPosition.tenant_id == tenant)) or ""
