"""How far every organization is from every target that binds it, on one day.

A rate is a number of distinct persons over a population, both frozen on the cut-off day: the population is who is
employed (or a union cadre, or a grassroots union) on that day; what counts are facts of the day's calendar year in
Vietnam up to and with the day, titles not withdrawn on or before it, commitments of its year. Evidence follows the
person: what was learned at another employer earlier in the year counts where the person works on the day. *Lượt*
(participations) stands beside and is never a numerator.

Counted in the database: one query for each distinct numerator rule, one answer a worker. Rolled up in memory: workers
with the same employments form a cohort, and a cohort counts once in every organization above any of its enterprises,
so that somebody with two employers is one person wherever both meet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa

from certification import assessments, organizations, plans, workers
from certification.models import Award, Commitment, Fact, Organization
from certification.plans import Numerator, Plan, Target, TargetValue
from certification.trees import ENTERPRISE, GRASSROOTS_UNION, UNION, Tree
from lrs.db import Session

__all__ = [
    "COMMON_GROUPS",
    "Attainment",
    "BesideFigures",
    "Goal",
    "OrganizationFigures",
    "TargetFigures",
    "goal",
    "measure_all",
]

COMMON_GROUPS = ("G1", "G2", "G3", "G4", "G5")
"""Groups of the national programme: each organization has one target of each, that of the nearest plan with it."""

WORKERS = "workers"
UNION_CADRES = "union_cadres"
GRASSROOTS_UNIONS = "grassroots_unions"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a target asks by the end of `year`, held against what there is.

    `short` is how many more persons (or organizations) are needed to satisfy the operator exactly, 0 when it is;
    `points_short` how far the rate lies below the percentage, in percentage points, never negative. With nobody in the
    population, `met` and both gaps are None.
    """

    year: int
    operator: str
    percent: int
    met: bool | None
    short: int | None
    points_short: Fraction | None


@dataclass(frozen=True, slots=True)
class BesideFigures:
    """A second numerator over the same population, for information: no goal is held against it."""

    id: str
    title: str
    counted: int
    participations: int
    rate: Fraction | None


@dataclass(frozen=True, slots=True)
class TargetFigures:
    """One target of one plan, for one organization.

    `counted` are distinct persons (or organizations) of the population, `denominator` its size, `rate` their exact
    quotient or None when there is nobody. `participations` (lượt) counts every Statement, title or commitment.
    """

    plan: str
    plan_title: str
    target: str
    group: str
    title: str
    population: str
    unit: str
    counted: int
    participations: int
    denominator: int
    rate: Fraction | None
    goals: tuple[Goal, ...]
    beside: tuple[BesideFigures, ...]


@dataclass(frozen=True, slots=True)
class OrganizationFigures:
    """All figures of one organization, with everything below it on either tree.

    `meets_criteria` (the last saved assessment for the day's year says met) and `holds_title` (a competent body
    recognised it, for a year that the binding plan's title target counts; without such a plan, the day's year or the
    one before) are counted apart, because the program judges and does not award.
    """

    code: str
    name: str
    kind: str
    headcount: int
    women: int
    union_cadres: int
    grassroots_unions: int
    meets_criteria: int
    holds_title: int
    targets: tuple[TargetFigures, ...]

    def group(self, group: str) -> TargetFigures | None:
        """The figures of a target group ("G1", "L3"), or None when no plan that binds has it."""
        return next((one for one in self.targets if one.group == group), None)


@dataclass(frozen=True, slots=True)
class Attainment:
    """The figures of a tenant on the cut-off day `on` (in Vietnam), organizations in order of code."""

    on: date
    programme: str
    organizations: tuple[OrganizationFigures, ...]

    def of(self, code: str) -> OrganizationFigures | None:
        """The figures of one organization, or None when it has no enterprise at or below it on the day."""
        return next((one for one in self.organizations if one.code == code), None)


def goal(value: TargetValue, operator: str, counted: int, denominator: int) -> Goal:
    """Holds a count against a percentage, in whole numbers: at least 70 % of 10 is 7, more than 70 % of 10 is 8.

    Raises ValueError for an operator that is neither ">=" nor ">".
    """
    if operator == ">=":
        needed = -(-value.percent * denominator // 100)
    elif operator == ">":
        needed = value.percent * denominator // 100 + 1
    else:
        raise ValueError(f'the operator of a target is ">=" or ">", not {operator!r}')
    if not denominator:
        return Goal(value.year, operator, value.percent, met=None, short=None, points_short=None)
    points = value.percent - Fraction(100 * counted, denominator)
    return Goal(
        value.year,
        operator,
        value.percent,
        met=counted >= needed,
        short=max(0, needed - counted),
        points_short=max(Fraction(0), points),
    )


def measure_all(session: Session, tenant: UUID, *, on: date, programme: str = "cong-dan-hoc-tap") -> Attainment:
    """The figures of every enterprise of the tenant that exists on the day, and of every unit above one.

    The number of SQL commands depends on how many distinct numerator rules the plans have, on nothing else.
    """
    tree = organizations.tree(session, tenant, on)
    chains = {node.code: tree.chain(node.code) for node in tree.nodes if node.kind == ENTERPRISE}
    concerned = sorted({code for chain in chains.values() for code in chain})
    targets = _targets(session, tenant, tree, concerned, on)
    holding = {code: _title_rule(targets[code]) for code in concerned}
    rules = {rule for code in concerned for _, target in targets[code] for rule in _rules(target)} | set(
        holding.values()
    )

    counts = {rule: _count(session, tenant, rule, on, programme) for rule in rules if rule.rule != "commitment"}
    everybody, cadres = _roll_up(
        _cohorts(session, tenant, tree, on), chains, counts, assessments.meeting(session, tenant, programme, on)
    )
    populations = _Populations(everybody, cadres, _grassroots_unions(tree, chains), _commitments(session, tenant, on))
    return Attainment(
        on,
        programme,
        tuple(
            OrganizationFigures(
                code=code,
                name=tree.node(code).name,
                kind=tree.node(code).kind,
                headcount=everybody[code].headcount,
                women=everybody[code].women,
                union_cadres=cadres[code].headcount,
                grassroots_unions=len(populations.unions[code]),
                meets_criteria=everybody[code].meeting,
                holds_title=everybody[code].persons[holding[code]],
                targets=tuple(_figures(populations, code, plan, target) for plan, target in targets[code]),
            )
            for code in concerned
        ),
    )


def _figures(populations: _Populations, code: str, plan: Plan, target: Target) -> TargetFigures:
    counted, participations, denominator = populations.count(code, target.population, target.numerator)
    beside = []
    for other in target.also:
        also, times, _ = populations.count(code, target.population, other.numerator)
        beside.append(BesideFigures(other.id, other.title, also, times, _rate(also, denominator)))
    return TargetFigures(
        plan=plan.id,
        plan_title=plan.title,
        target=target.id,
        group=target.group,
        title=target.title,
        population=target.population,
        unit=target.unit,
        counted=counted,
        participations=participations,
        denominator=denominator,
        rate=_rate(counted, denominator),
        goals=tuple(goal(value, target.operator, counted, denominator) for value in target.values),
        beside=tuple(beside),
    )


def _rate(counted: int, denominator: int) -> Fraction | None:
    return Fraction(counted, denominator) if denominator else None


# ---------------------------------------------------------------- which targets


def _targets(
    session: Session, tenant: UUID, tree: Tree, codes: Iterable[str], on: date
) -> dict[str, list[tuple[Plan, Target]]]:
    """The targets that bind each organization: one of each common group, the nearest plan's; then all others."""
    every_plan = plans.all_plans(session, tenant)
    inherited = plans.inheritances(session, tenant)
    found: dict[str, list[tuple[Plan, Target]]] = {}
    for code in codes:
        binding = plans.binding(every_plan, inherited, tree.chain(code), on)
        nearest: dict[str, tuple[Plan, Target]] = {}
        others: list[tuple[Plan, Target]] = []
        for plan in binding:
            for target in plan.targets:
                if target.group not in COMMON_GROUPS:
                    others.append((plan, target))
                elif target.group not in nearest:
                    nearest[target.group] = (plan, target)
        found[code] = [nearest[group] for group in COMMON_GROUPS if group in nearest] + others
    return found


def _rules(target: Target) -> list[Numerator]:
    return [target.numerator, *(other.numerator for other in target.also)]


def _title_rule(targets: Sequence[tuple[Plan, Target]]) -> Numerator:
    for _, target in targets:
        if target.numerator.rule == "title_holders" and target.population == WORKERS:
            return target.numerator
    return Numerator("title_holders", title_years=(0, -1))


# ---------------------------------------------------------------- counting in the database


def _count(session: Session, tenant: UUID, rule: Numerator, on: date, programme: str) -> dict[UUID, int]:
    """Who of the tenant's workers satisfies a rule on the day, and in how many participations."""
    if rule.rule == "title_holders":
        return _title_holders(session, tenant, rule, on, programme)
    if rule.rule not in ("any_of", "all_of"):
        raise ValueError(f"the rule of a numerator is any_of, all_of, title_holders or commitment, not {rule.rule!r}")
    query = (
        sa.select(Fact.worker_id, sa.func.count(Fact.statement_id.distinct()))
        .where(Fact.tenant_id == tenant, Fact.year == on.year, Fact.day <= on)
        .group_by(Fact.worker_id)
    )
    if rule.quality_at_least:
        query = query.where(Fact.quality >= rule.quality_at_least)
    if rule.what != ("*",):
        query = query.where(Fact.what.in_(rule.what))
    if rule.rule == "all_of":
        query = query.having(sa.func.count(Fact.what.distinct()) == len(set(rule.what)))
    return _by_worker(session, query)


def _by_worker(session: Session, query: sa.Select[UUID, int]) -> dict[UUID, int]:
    return {row[0]: row[1] for row in session.execute(query)}


def _title_holders(session: Session, tenant: UUID, rule: Numerator, on: date, programme: str) -> dict[UUID, int]:
    query = (
        sa.select(Award.worker_id, sa.func.count())
        .where(
            Award.tenant_id == tenant,
            Award.programme == programme,
            Award.year.in_([on.year + offset for offset in rule.title_years]),
            Award.decided_on <= on,
            sa.or_(Award.withdrawn_on.is_(None), Award.withdrawn_on > on),
        )
        .group_by(Award.worker_id)
    )
    return _by_worker(session, query)


def _commitments(session: Session, tenant: UUID, on: date) -> Mapping[str | None, set[str]]:
    """Codes of the organizations that took each thing into their programme of the day's year."""
    query = (
        sa.select(Commitment.kind, Organization.code)
        .join(Organization, Organization.id == Commitment.organization_id)
        .where(Organization.tenant_id == tenant, Commitment.year == on.year)
    )
    found: dict[str | None, set[str]] = defaultdict(set)
    for kind, code in session.execute(query):
        found[kind].add(code)
    return found


# ---------------------------------------------------------------- rolling up in memory


@dataclass(frozen=True, slots=True)
class _Cohort:
    """Workers with the same employments on the day: `employments` are pairs of enterprise and "as union cadre"."""

    employments: frozenset[tuple[str, bool]]
    workers: list[UUID]
    women: set[UUID]


@dataclass(slots=True)
class _Tally:
    headcount: int = 0
    women: int = 0
    meeting: int = 0
    persons: Counter[Numerator] = field(default_factory=Counter)
    participations: Counter[Numerator] = field(default_factory=Counter)

    def add(self, other: _Tally) -> None:
        self.headcount += other.headcount
        self.women += other.women
        self.meeting += other.meeting
        self.persons.update(other.persons)
        self.participations.update(other.participations)


def _cohorts(session: Session, tenant: UUID, tree: Tree, on: date) -> list[_Cohort]:
    """Everybody employed on the day by an enterprise that exists on it."""
    codes = {node.id: node.code for node in tree.nodes if node.kind == ENTERPRISE}
    employed: dict[UUID, set[tuple[str, bool]]] = defaultdict(set)
    women: set[UUID] = set()
    for one in workers.employments(session, tenant, on):
        if one.enterprise_id in codes:
            employed[one.worker_id].add((codes[one.enterprise_id], one.union_cadre))
            if one.gender == "female":
                women.add(one.worker_id)
    parted: dict[frozenset[tuple[str, bool]], list[UUID]] = defaultdict(list)
    for worker_id, employments in employed.items():
        parted[frozenset(employments)].append(worker_id)
    return [_Cohort(employments, ids, women.intersection(ids)) for employments, ids in parted.items()]


def _roll_up(
    cohorts: Iterable[_Cohort],
    chains: Mapping[str, Sequence[str]],
    counts: Mapping[Numerator, Mapping[UUID, int]],
    meeting: Collection[UUID],
) -> tuple[dict[str, _Tally], dict[str, _Tally]]:
    """Tallies by organization: of everybody, and of those who are union cadres there."""
    everybody: dict[str, _Tally] = defaultdict(_Tally)
    cadres: dict[str, _Tally] = defaultdict(_Tally)
    for cohort in cohorts:
        tally = _Tally(len(cohort.workers), len(cohort.women), sum(one in meeting for one in cohort.workers))
        for rule, count in counts.items():
            found = [count[one] for one in cohort.workers if one in count]
            tally.persons[rule] = len(found)
            tally.participations[rule] = sum(found)
        for code in {above for enterprise, _ in cohort.employments for above in chains[enterprise]}:
            everybody[code].add(tally)
        for code in {above for enterprise, cadre in cohort.employments if cadre for above in chains[enterprise]}:
            cadres[code].add(tally)
    return everybody, cadres


def _grassroots_unions(tree: Tree, chains: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """The grassroots unions of enterprises at or below each organization, on either tree."""
    found: dict[str, set[str]] = defaultdict(set)
    for enterprise, chain in chains.items():
        unions = [code for code in tree.parents(enterprise, UNION) if tree.node(code).kind == GRASSROOTS_UNION]
        for code in chain:
            found[code].update(unions)
    return found


@dataclass(frozen=True, slots=True)
class _Populations:
    """Who there is in each organization, by population, and who of them satisfies each rule."""

    everybody: Mapping[str, _Tally]
    cadres: Mapping[str, _Tally]
    unions: Mapping[str, set[str]]
    committed: Mapping[str | None, set[str]]

    def count(self, code: str, population: str, rule: Numerator) -> tuple[int, int, int]:
        """How many of a population satisfy a rule, in how many participations, and how many the population has.

        Raises ValueError where the rule does not speak of that population.
        """
        if population == GRASSROOTS_UNIONS and rule.rule == "commitment":
            counted = len(self.unions[code] & self.committed[rule.commitment])
            return counted, counted, len(self.unions[code])
        if population in (WORKERS, UNION_CADRES) and rule.rule != "commitment":
            tally = (self.everybody if population == WORKERS else self.cadres)[code]
            return tally.persons[rule], tally.participations[rule], tally.headcount
        raise ValueError(f"a numerator by {rule.rule!r} cannot be counted over the population {population!r}")
