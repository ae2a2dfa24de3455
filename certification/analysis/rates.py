"""Rows of rates: every unit and every target that binds it, on one day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from uuid import UUID

from certification.analysis.days import Standing
from certification.analysis.protecting import protected
from certification.rules import plans
from certification.rules.plans import Numerator, Target
from certification.targets import attainment
from certification.targets.attainment import Attainment
from certification.targets.populations import Behind
from lrs.db import Session

__all__ = ["COLUMNS", "rates"]

COLUMNS = {
    "day": "DATE",
    "unit": "VARCHAR",
    "unit_name": "VARCHAR",
    "unit_kind": "VARCHAR",
    "above": "VARCHAR",
    "above_union": "VARCHAR",
    "plan": "VARCHAR",
    "target": "VARCHAR",
    "target_group": "VARCHAR",
    "title": "VARCHAR",
    "population": "VARCHAR",
    "counted": "VARCHAR",
    "numerator": "INTEGER",
    "denominator": "INTEGER",
    "asked_percent": "INTEGER",
    "asked_by": "INTEGER",
}

_Row = tuple[object, ...]


def rates(
    session: Session, tenant: UUID, on: date, there: Standing, below: int
) -> tuple[Iterator[_Row], Behind | None]:
    """The rows of a day, units in order of code, and whether the counts are those of an instant that is past."""
    measured = attainment.measure_all(session, tenant, on=on)
    targets = {(plan.id, one.id): one for plan in plans.all_plans(session, tenant) for one in plan.targets}
    return _rows(measured, targets, there, below), measured.behind


def _rows(measured: Attainment, targets: dict[tuple[str, str], Target], there: Standing, below: int) -> Iterator[_Row]:
    populations: dict[str, dict[str, int]] = defaultdict(dict)
    counts: dict[tuple[str, Numerator], dict[str, int]] = defaultdict(dict)
    for one in measured.organizations:
        for of in one.targets:
            if of.unit == "person":
                populations[of.population][one.code] = of.denominator
                counts[of.population, targets[of.plan, of.target].numerator][one.code] = of.counted
    denominators = {name: protected(of, there.ends, below) for name, of in populations.items()}
    numerators = {series: protected(of, there.ends, below, of=populations[series[0]]) for series, of in counts.items()}
    for one in measured.organizations:
        for of in one.targets:
            target = targets[of.plan, of.target]
            if of.unit == "person":
                counted = numerators[of.population, target.numerator].get(one.code)
                among = denominators[of.population].get(one.code)
            else:
                counted, among = of.counted, of.denominator
            ahead = [value for value in target.values if value.year >= measured.on.year]
            asked = min(ahead, key=lambda value: value.year, default=None)
            yield (
                measured.on, *there.said[one.code], of.plan, of.target, of.group, of.title, of.population, of.unit,
                counted, among, asked and asked.percent, asked and asked.year,
            )  # fmt: skip
