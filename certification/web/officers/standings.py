"""How a unit stands against the targets of the plans in force, as a page shows it: plain values and words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from certification.judgement import explanations
from certification.rules import plans
from certification.targets import figures
from certification.targets.attainment import OrganizationFigures, TargetFigures, YearTarget
from certification.targets.rates import Rate, Rates
from certification.targets.trends import Month
from certification.web.frame.written import day, number, percent
from lrs.db import Session

__all__ = ["BelowShown", "MonthShown", "PlanShown", "TargetShown", "below", "months", "of_plans", "of_target", "wanted"]

MOST_BELOW = 20
"""Units right below that a page shows: those with the greatest gap."""


@dataclass(frozen=True, slots=True)
class TargetShown:
    """A target with its bar (`rate`, `target` and `last_year` from 0 to 100) and the same in words; `later` are the
    targets of the years after."""

    id: str
    group: str
    title: str
    rate: float | None
    target: int | None
    last_year: float | None
    met: bool | None
    words: str
    gap: str
    participations: str
    before: str
    forecasts: tuple[str, ...]
    later: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthShown:
    """A month of a trend: `rate` from 0 to 100, None where there is no figure; `anew`: the first of a year."""

    label: str
    rate: float | None
    words: str
    counted: str
    anew: bool


@dataclass(frozen=True, slots=True)
class PlanShown:
    """A plan and its targets."""

    id: str
    name: str
    targets: tuple[TargetShown, ...]


@dataclass(frozen=True, slots=True)
class BelowShown:
    """A unit right below, against one target; `address`: its page."""

    name: str
    rate: float
    target: int | None
    words: str
    met: bool
    address: str


def of_plans(session: Session, tenant: UUID, found: Rates) -> list[PlanShown]:
    """The unit's targets by plan, those nearest to the unit first."""
    names = explanations.plan_names(plans.all_plans(session, tenant))
    by_plan: dict[str, list[TargetShown]] = {}
    for one in found.targets:
        by_plan.setdefault(one.figures.plan, []).append(of_target(one, found.on.year))
    return [PlanShown(plan, names.get(plan, plan), tuple(targets)) for plan, targets in by_plan.items()]


def wanted(targets: Iterable[YearTarget], year: int) -> YearTarget | None:
    """The target that is next due in the year; the last one when all are past."""
    listed = sorted(targets, key=lambda one: one.year)
    return next((one for one in listed if one.year >= year), listed[-1] if listed else None)


def below(found: Rates, target: TargetFigures) -> list[BelowShown]:
    """The units right below against one of the targets, those that miss most people first."""
    rows = []
    for unit in found.children:
        own = next((one for one in unit.targets if (one.plan, one.target) == (target.plan, target.target)), None)
        if own is not None and own.denominator:
            rows.append((_short(own, found.on.year), _below(unit, own, found.on.year)))
    rows.sort(key=lambda one: (-one[0], one[1].name))
    return [shown for _short_of, shown in rows[:MOST_BELOW]]


def months(listed: Iterable[Month]) -> list[MonthShown]:
    """The months of a trend. What a plan counts begins anew with each year."""
    return [
        MonthShown(
            day(one.on),
            _bar(one.told.rate) if one.told is not None else None,
            percent(one.told.rate) if one.told is not None else "",
            f"{number(one.told.counted)}/{number(one.told.denominator)}" if one.told is not None else "",
            one.on.month == 1,
        )
        for one in listed
    ]


def _short(target: TargetFigures, year: int) -> int:
    asked = wanted(target.year_targets, year)
    return (asked.short or 0) if asked is not None else 0


def _below(unit: OrganizationFigures, target: TargetFigures, year: int) -> BelowShown:
    asked = wanted(target.year_targets, year)
    gap = figures.gap(asked, target.unit) if asked is not None else ""
    words = _("%(rate)s · %(gap)s", rate=percent(target.rate), gap=gap)
    is_met = bool(asked is not None and asked.met)
    address = url_for("officers.show_unit", code=unit.code, chi_tieu=f"{target.plan}:{target.target}")
    return BelowShown(unit.name, _bar(target.rate) or 0.0, asked.percent if asked else None, words, is_met, address)


def of_target(one: Rate, year: int) -> TargetShown:
    """A target with its bar and words, as of a day of the year."""
    told, beside = one.figures, one.beside
    asked = wanted(told.year_targets, year)
    counted = _(
        "%(counted)s/%(all)s %(unit)s · %(rate)s",
        counted=number(told.counted),
        all=number(told.denominator),
        unit=_("đơn vị") if told.unit == "organization" else _("người"),
        rate=percent(told.rate),
    )
    words = counted
    if asked is not None:
        words = _(
            "%(counted)s · mục tiêu %(year)s: %(percent)s%%", counted=counted, year=asked.year, percent=asked.percent
        )
    return TargetShown(
        id=told.target,
        group=told.group,
        title=told.title,
        rate=_bar(told.rate),
        target=asked.percent if asked else None,
        last_year=_bar(beside.last_year.rate) if beside.last_year else None,
        met=asked.met if asked else None,
        words=words,
        gap=_gap(asked, told.unit),
        participations=number(told.participations),
        before=figures.last_year_words(beside.last_year) if beside.last_year else "",
        forecasts=tuple(
            figures.forecast_words(each)
            for each in beside.forecasts
            if each.rate is not None and asked is not None and each.deadline.year == asked.year
        ),
        later=tuple(
            _("năm %(year)s: %(percent)s%%, %(gap)s", year=each.year, percent=each.percent, gap=_gap(each, told.unit))
            for each in told.year_targets
            if asked is not None and each.year > asked.year
        ),
        remarks=tuple(figures.shortfall_words(each) for each in beside.shortfalls),
    )


def _gap(asked: YearTarget | None, unit: str) -> str:
    """What is missing, in people: "còn thiếu 87 người"."""
    if asked is None or asked.short is None:
        return ""
    words: str = _("đạt") if asked.met else _("còn thiếu %(count)s người", count=number(asked.short))
    if not asked.met and unit == "organization":
        words = ngettext(
            "còn thiếu %(count)s đơn vị", "còn thiếu %(count)s đơn vị", asked.short, count=number(asked.short)
        )
    return words


def _bar(rate: Fraction | None) -> float | None:
    return None if rate is None else round(float(rate) * 100, 1)
