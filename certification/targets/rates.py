"""The rates of one organization and of those right below it, with what stands beside a rate.

That is the same day a year before, what is to be expected by each deadline, and where a plan asks for less than the one
above it.

A rate is `attainment`'s, to the digit. The day a year before and the beginning of a pace are counted by the same rule
over who was there on *that* day, so that each is a figure that could have been read on it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from certification.errors import CertificationError
from certification.rules import plans
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Numerator, Plan, Shortfall, Target
from certification.targets import attainment, counting, forecasts, grounds
from certification.targets.attainment import OrganizationFigures, TargetFigures
from certification.targets.forecasts import DEFAULTS, Assumptions, Forecast, Observation
from certification.targets.grounds import Land
from certification.targets.populations import ALL_ENTERPRISES, Behind, Populations
from certification.units.trees import TREES, Tree
from lrs.db import Session

__all__ = ["NotBound", "Rate", "Rates", "Side", "beside", "earlier_days", "observed", "rates", "year_before"]


class NotBound(CertificationError):
    """The plan asked for does not bind the organization on the day."""

    def __init__(self, plan: str, code: str, on: date, binding: list[str]) -> None:
        named = ", ".join(binding) or "none"
        super().__init__(
            f"plan {plan!r} does not bind {code!r} on {on}; plans that do: {named}. A plan binds its owner, those it "
            "names in also_binds and all below them, from its first day to its last; a unit that took over from "
            "another is bound by a plan-inheritance file"
        )


@dataclass(frozen=True, slots=True)
class Side:
    """What stands beside the rate of one target: `last_year` is the same day's figure a year before, None where the
    organization had nobody then, or nothing at all is known of it; a forecast for each year target, in their order;
    where its plan asks for less than its parent."""

    last_year: Observation | None
    forecasts: tuple[Forecast, ...]
    shortfalls: tuple[Shortfall, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """One target's figures and what stands beside them."""

    figures: TargetFigures
    beside: Side


@dataclass(frozen=True, slots=True)
class Rates:
    """An organization's figures on a cut-off day `on`, over the headcount of `headcount_on`; `children` are those right
    below it on either tree, by code. `to_come`: the cut-off day lies in the future, so these are figures so far.

    `in_basis`: whether any enterprise of the basis is at or below it; without one all its figures are 0.
    """

    on: date
    headcount_on: date
    basis: str
    today: date
    organization: OrganizationFigures
    targets: tuple[Rate, ...]
    children: tuple[OrganizationFigures, ...]
    behind: Behind | None = None
    """Where any of these is not the figure of now: for which instant all of them hold."""

    @property
    def to_come(self) -> bool:
        return self.on > self.today


def rates(
    session: Session,
    tenant: UUID,
    code: str,
    *,
    on: date,
    today: date,
    basis: str = ALL_ENTERPRISES,
    headcount_on: date | None = None,
    plan: str | None = None,
    programme: str = PROGRAMME,
    assumptions: Assumptions = DEFAULTS,
    exact: bool = False,
) -> Rates:
    """The rates of an organization on a cut-off day, for the targets that bind it, or those of one `plan` that does;
    `exact`: never `behind`, however long that takes.

    Raises UnknownOrganization; NotOnThatDay; NotBound; ValueError for a basis that is none.
    """
    headcount_day = headcount_on or on
    land = grounds.land(session, tenant)
    tree = land.on(headcount_day).tree
    tree.existing(code)
    every_plan = {one.id: one for one in plans.all_plans(session, tenant)}
    bound = attainment.binding_targets(session, tenant, tree, [code], on, plan)[code]
    if plan is not None and not bound:
        raise NotBound(plan, code, on, _binding(session, tenant, tree, code, on))
    below = sorted({child for which in TREES for child in tree.children(code, which)})
    measured = attainment.measure_all(
        session,
        tenant,
        on=on,
        programme=programme,
        basis=basis,
        headcount_on=headcount_on,
        plan=plan,
        codes={code, *below},
        exact=exact,
    )
    (own,) = (one for one in measured.organizations if one.code == code)
    wanted = {target.numerator for _, target in bound}
    earlier = {
        day: _counted_on(session, tenant, land, code, wanted, day, programme, basis, exact)
        for day in earlier_days(on, assumptions)
    }
    targets = tuple(
        Rate(figures, beside(code, figures, by_plan, target, earlier, every_plan, on, today, assumptions))
        for figures, (by_plan, target) in zip(own.targets, bound, strict=True)
    )
    children = tuple(one for one in measured.organizations if one.code != code and one.coverage.enterprises)
    behind = Behind.earliest(measured.behind, *[one.behind for one in earlier.values() if one is not None])
    return Rates(on, headcount_day, basis, today, own, targets, children, behind)


def earlier_days(on: date, assumptions: Assumptions = DEFAULTS) -> list[date]:
    """The days whose figures stand beside those of a cut-off day: where its pace begins, and a year before."""
    days = (forecasts.start_of_pace(on, assumptions), forecasts.same_day_a_year_before(on))
    return [day for day in days if day is not None]


def _binding(session: Session, tenant: UUID, tree: Tree, code: str, on: date) -> list[str]:
    every_plan, inherited = plans.all_plans(session, tenant), plans.inheritances(session, tenant)
    return sorted(one.id for one in plans.binding(every_plan, inherited, tree.chain(code), on))


def _counted_on(
    session: Session,
    tenant: UUID,
    land: Land,
    code: str,
    rules: set[Numerator],
    on: date,
    programme: str,
    basis: str,
    exact: bool,
) -> Populations | None:
    """The counts of an earlier day, by that day's trees; None where the organization did not exist."""
    if not land.on(on).tree.exists(code):
        return None
    return counting.count(
        session, tenant, land, rules, on=on, programme=programme, basis=basis, codes={code}, exact=exact
    )


def beside(
    code: str,
    figures: TargetFigures,
    plan: Plan,
    target: Target,
    earlier: Mapping[date, Populations | None],
    every_plan: Mapping[str, Plan],
    on: date,
    today: date,
    assumptions: Assumptions = DEFAULTS,
) -> Side:
    """What stands beside the figures of one target, which are counted under `code`; `earlier`: what was counted under
    it on the days that last year and the pace are told by, None where nobody was there."""

    def of_day(day: date | None) -> Observation | None:
        there = earlier.get(day) if day is not None else None
        return None if day is None or there is None else observed(there, code, target, day)

    start = of_day(forecasts.start_of_pace(on, assumptions))
    year_before = of_day(forecasts.same_day_a_year_before(on))
    parent = every_plan.get(plan.parent or "")
    return Side(
        last_year=year_before,
        forecasts=tuple(
            forecasts.forecast(
                value.year,
                Observation(on, figures.counted, figures.denominator),
                today=today,
                by_decision=target.numerator.rule in ("title_holders", "commitment"),
                start=start,
                year_before=year_before,
            )
            for value in target.values
        ),
        shortfalls=tuple(one for one in plans.below_parent(plan, parent) if one.target == target.id) if parent else (),
    )


def year_before(
    session: Session,
    tenant: UUID,
    codes: Collection[str],
    target: Target,
    *,
    on: date,
    basis: str = ALL_ENTERPRISES,
    programme: str = PROGRAMME,
) -> dict[str, Observation]:
    """The figures of a target on the same day a year before, of those of these organizations of which there are any, by
    code: by the trees of that day, as `Side.last_year`. As many SQL commands for many as for one."""
    day = forecasts.same_day_a_year_before(on)
    land = grounds.land(session, tenant)
    tree = land.on(day).tree
    there = {code for code in codes if code in land.nodes and tree.exists(code)}
    if not there:
        return {}
    counts = counting.count(
        session, tenant, land, {target.numerator}, on=day, programme=programme, basis=basis, codes=there
    )
    found = {code: observed(counts, code, target, day) for code in sorted(there)}
    return {code: one for code, one in found.items() if one is not None}


def observed(there: Populations, code: str, target: Target, day: date) -> Observation | None:
    """What was counted on a day. Where nothing at all is known of it, none counted is no figure: nobody had begun to
    tell."""
    counted, _, denominator = there.count(code, target.population, target.numerator)
    known = denominator and (counted or _anything_known(there, code, target.numerator))
    return Observation(day, counted, denominator) if known else None


def _anything_known(there: Populations, code: str, rule: Numerator) -> bool:
    """Whether anything is known of the year of these counts that the rule could have counted: anything learned by
    anybody there, a title, a commitment of any organization."""
    if rule.rule == "commitment":
        return any(there.committed.values())
    tallies = (there.everybody[code], there.cadres[code])
    return any(
        times
        for tally in tallies
        for one, times in tally.participations.items()
        if rule.rule == "title_holders" or one.rule != "title_holders"
    )
