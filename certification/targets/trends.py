"""How the rates of an organization grew over twelve months: what could have been read at the end of each.

The days before the cut-off are read as they are kept (`summaries.kept_on`), all at once: whoever waits to be counted at
this moment is in the last figure alone. A month of which nothing is kept or known has no figure. Commitments are taken
for a year, not on a day, and have no trend.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from certification.people import headcounts
from certification.rules import plans
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Target
from certification.targets import grounds, rates, summaries
from certification.targets.forecasts import Observation
from certification.targets.populations import GRASSROOTS_UNIONS, Coverage, Populations
from certification.targets.rates import Rates
from lrs.db import Session

__all__ = ["MONTHS", "Month", "month_ends", "trends"]

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """The figure of a target at the end of a month, of the last one on the cut-off day; None where there is none."""

    on: date
    told: Observation | None


def month_ends(on: date) -> list[date]:
    """The last days of the eleven months before that of `on`, then `on` itself."""
    found = [on]
    for _ in range(MONTHS - 1):
        found.append(found[-1].replace(day=1) - timedelta(days=1))
    return found[::-1]


def trends(
    session: Session, tenant: UUID, found: Rates, *, programme: str = PROGRAMME
) -> dict[tuple[str, str], tuple[Month, ...]]:
    """By plan and target the twelve months up to the cut-off day of these rates, or up to today where that is earlier;
    nothing of a target of which fewer than two months have a figure. Six SQL commands at most.
    """
    code, ends = found.organization.code, min(found.on, found.today)
    every_plan = {one.id: one for one in plans.all_plans(session, tenant)}
    wanted = {
        (one.figures.plan, one.figures.target): target
        for one in found.targets
        for target in every_plan[one.figures.plan].targets
        if target.id == one.figures.target and target.population != GRASSROOTS_UNIONS
    }
    days = month_ends(ends)
    if ends == found.on:
        days.pop()
    there = _kept(session, tenant, code, list(wanted.values()), days, found.basis, programme)
    listed = {}
    for one in found.targets:
        key = one.figures.plan, one.figures.target
        if key not in wanted:
            continue
        months = [Month(day, _observed(there, code, wanted[key], day)) for day in days]
        if ends == found.on:
            now = Observation(ends, one.figures.counted, one.figures.denominator)
            months.append(Month(ends, now if now.denominator else None))
        if sum(month.told is not None for month in months) > 1:
            listed[key] = tuple(months)
    return listed


def _observed(there: Mapping[date, Populations], code: str, target: Target, day: date) -> Observation | None:
    return rates.observed(there[day], code, target, day) if day in there else None


def _kept(
    session: Session, tenant: UUID, code: str, targets: list[Target], days: list[date], basis: str, programme: str
) -> dict[date, Populations]:
    """What is kept of the organization on those of the days on which it was there."""
    land = grounds.land(session, tenant)
    days = [day for day in days if land.nodes[code].exists_on(day)]
    rules = {target.numerator for target in targets}
    if not days or not rules:
        return {}
    tallies = summaries.kept_on(session, tenant, land, rules, code, days=days, programme=programme, basis=basis)
    declared = headcounts.totals_on(session, tenant, tallies) if tallies else {}
    return {
        day: Populations(
            {code: everybody},
            {code: cadres},
            {},
            {},
            {
                code: Coverage(
                    declared_people=sum(
                        people
                        for enterprise, people in declared[day].items()
                        if code in land.chain(land.by_id[enterprise].code, basis, day)
                    )
                )
            },
        )
        for day, (everybody, cadres) in tallies.items()
    }
