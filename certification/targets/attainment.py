"""How far every organization is from every target that binds it, on one day.

A rate is a number of distinct persons over a population, both frozen on the cut-off day: the population is who is
employed (or a union cadre, or a grassroots union) on that day; what counts are facts of the day's calendar year in
Vietnam up to and with the day, titles not withdrawn on or before it, commitments of its year. Evidence follows the
person: what was learned at another employer earlier in the year counts where the person works on the day. *Lượt*
(participations) stands beside and is never a numerator.

Over whom: all enterprises or those with a grassroots union (`populations.BASES`), each with its headcount of the
cut-off day or of another day that was stated (`headcount_on`). An enterprise without a roster is in the denominator
with what it declared, and `Coverage` says how many those are.

Counting is `targets.counting`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from uuid import UUID

from certification.rules import plans
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Numerator, Plan, Target, TargetValue
from certification.targets import counting, grounds
from certification.targets.populations import ALL_ENTERPRISES, BASES, WORKERS, Behind, Coverage, Populations
from certification.units.trees import Tree
from lrs.db import Session

__all__ = [
    "COMMON_GROUPS",
    "Attainment",
    "BesideFigures",
    "OrganizationFigures",
    "TargetFigures",
    "YearTarget",
    "binding_targets",
    "figures_of",
    "measure_all",
    "rules_of",
    "targets_of",
    "year_target",
]

COMMON_GROUPS = ("G1", "G2", "G3", "G4", "G5")
"""Groups of the national programme: each organization has one target of each, that of the nearest plan with it."""


@dataclass(frozen=True, slots=True)
class YearTarget:
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
    """A second numerator over the same population, for information: no target is held against it."""

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
    year_targets: tuple[YearTarget, ...]
    beside: tuple[BesideFigures, ...]


@dataclass(frozen=True, slots=True)
class OrganizationFigures:
    """All figures of one organization, with everything below it on either tree.

    `meets_criteria` (the criteria of the day's year were met on the day, by what was known up to it) and `holds_title`
    (a competent body recognised it, for a year that the binding plan's title target counts; without such a plan, the
    day's year or the one before) are counted apart, because the program judges and does not award.
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
    coverage: Coverage = field(default_factory=Coverage)

    def group(self, group: str) -> TargetFigures | None:
        """The figures of a target group ("G1", "L3"), or None when no plan that binds has it."""
        return next((one for one in self.targets if one.group == group), None)


@dataclass(frozen=True, slots=True)
class Attainment:
    """The figures of a tenant on the cut-off day `on` (in Vietnam), organizations in order of code."""

    on: date
    programme: str
    organizations: tuple[OrganizationFigures, ...]
    basis: str = ALL_ENTERPRISES
    headcount_on: date | None = None
    """The day whose headcount is the denominator; the cut-off day itself where None."""
    behind: Behind | None = None
    """Where these are not the figures of now: for which instant they hold."""

    def of(self, code: str) -> OrganizationFigures | None:
        """The figures of one organization, or None when it has no enterprise at or below it on the day."""
        return next((one for one in self.organizations if one.code == code), None)


def year_target(value: TargetValue, operator: str, counted: int, denominator: int) -> YearTarget:
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
        return YearTarget(value.year, operator, value.percent, met=None, short=None, points_short=None)
    points = value.percent - Fraction(100 * counted, denominator)
    return YearTarget(
        value.year,
        operator,
        value.percent,
        met=counted >= needed,
        short=max(0, needed - counted),
        points_short=max(Fraction(0), points),
    )


def measure_all(
    session: Session,
    tenant: UUID,
    *,
    on: date,
    programme: str = PROGRAMME,
    basis: str = ALL_ENTERPRISES,
    headcount_on: date | None = None,
    plan: str | None = None,
    codes: Collection[str] | None = None,
    exact: bool = False,
) -> Attainment:
    """The figures of every enterprise of the basis that exists on the day, and of every unit above one.

    With `plan`, its targets alone, wherever it binds on the day, though a nearer plan may bind too. With `codes`, these
    organizations alone, also those that have no enterprise at or below them. Figures may be `behind` where very much
    changed, unless they are to be `exact`, however long that takes. The number of SQL commands depends on how
    many distinct numerator rules the plans have, on nothing else. Raises ValueError for a basis that is none.
    """
    if basis not in BASES:
        raise ValueError(f"the basis of a rate is one of {', '.join(BASES)}, not {basis!r}")
    land = grounds.land(session, tenant)
    ground = land.on(headcount_on or on)
    tree = ground.tree
    concerned = sorted(ground.enterprises[basis] if codes is None else codes)
    targets = binding_targets(session, tenant, tree, concerned, on, plan)
    rules = {rule for code in concerned for rule in rules_of(targets[code])}
    there = counting.count(
        session,
        tenant,
        land,
        rules,
        on=on,
        programme=programme,
        basis=basis,
        headcount_on=headcount_on,
        codes=codes,
        meeting=True,
        exact=exact,
    )
    return Attainment(
        on,
        programme,
        tuple(figures_of(there, code, tree.node(code).name, tree.node(code).kind, targets[code]) for code in concerned),
        basis,
        headcount_on,
        there.behind,
    )


def figures_of(
    there: Populations, code: str, name: str, kind: str, targets: Sequence[tuple[Plan, Target]]
) -> OrganizationFigures:
    """What was counted for one organization, held against these targets; all `rules_of` them have to be counted."""
    return OrganizationFigures(
        code=code,
        name=name,
        kind=kind,
        headcount=there.headcount(code),
        women=there.everybody[code].women,
        union_cadres=there.cadres[code].headcount,
        grassroots_unions=len(there.unions[code]),
        meets_criteria=there.everybody[code].meeting,
        holds_title=there.everybody[code].persons[_title_rule(targets)],
        targets=tuple(_figures(there, code, plan, target) for plan, target in targets),
        coverage=there.coverage[code],
    )


def _figures(there: Populations, code: str, plan: Plan, target: Target) -> TargetFigures:
    counted, participations, denominator = there.count(code, target.population, target.numerator)
    beside = []
    for other in target.also:
        also, times, _ = there.count(code, target.population, other.numerator)
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
        year_targets=tuple(year_target(value, target.operator, counted, denominator) for value in target.values),
        beside=tuple(beside),
    )


def _rate(counted: int, denominator: int) -> Fraction | None:
    return Fraction(counted, denominator) if denominator else None


# ---------------------------------------------------------------- which targets


def binding_targets(
    session: Session, tenant: UUID, tree: Tree, codes: Iterable[str], on: date, only: str | None = None
) -> dict[str, list[tuple[Plan, Target]]]:
    """The targets that bind each organization: one of each common group, the nearest plan's; then all others.

    With `only`, those of the plan with this id.
    """
    every_plan = plans.all_plans(session, tenant)
    inherited = plans.inheritances(session, tenant)
    return {code: _of_plans(plans.binding(every_plan, inherited, tree.chain(code), on), only) for code in codes}


def targets_of(
    session: Session, tenant: UUID, chain: Sequence[str], on: date, only: str | None = None
) -> list[tuple[Plan, Target]]:
    """The same of whoever stands below all of a chain, whose codes come nearest first."""
    every_plan, inherited = plans.all_plans(session, tenant), plans.inheritances(session, tenant)
    return _of_plans(plans.binding(every_plan, inherited, chain, on), only)


def _of_plans(binding: Iterable[Plan], only: str | None) -> list[tuple[Plan, Target]]:
    if only is not None:
        return [(plan, target) for plan in binding if plan.id == only for target in plan.targets]
    nearest: dict[str, tuple[Plan, Target]] = {}
    others: list[tuple[Plan, Target]] = []
    for plan in binding:
        for target in plan.targets:
            if target.group not in COMMON_GROUPS:
                others.append((plan, target))
            elif target.group not in nearest:
                nearest[target.group] = (plan, target)
    return [nearest[group] for group in COMMON_GROUPS if group in nearest] + others


def rules_of(targets: Sequence[tuple[Plan, Target]]) -> set[Numerator]:
    """What has to be counted for these targets, and for who holds the title beside them."""
    rules = {_title_rule(targets)}
    for _, target in targets:
        rules.update([target.numerator, *(other.numerator for other in target.also)])
    return rules


def _title_rule(targets: Sequence[tuple[Plan, Target]]) -> Numerator:
    for _, target in targets:
        if target.numerator.rule == "title_holders" and target.population == WORKERS:
            return target.numerator
    return Numerator("title_holders", title_years=(0, -1))
