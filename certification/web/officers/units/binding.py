"""/cong-doan/ke-hoach: the plans that bind a unit, side by side, with what each asks, how it stands, and the days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _

from certification.access import rights
from certification.access.permissions import Act
from certification.judgement import closings, explanations
from certification.resources.access import database, today, who
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Plan, Target
from certification.targets import attainment, counting, figures, grounds
from certification.targets.attainment import TargetFigures, YearTarget
from certification.units.trees import NotOnThatDay
from certification.web.frame.pages import shown
from certification.web.frame.written import number, percent
from certification.web.officers import pages, standings, work
from certification.web.officers.reports import owed
from certification.web.officers.units.asked import Asked, asked, tabs, way
from certification.web.officers.units.branch import not_then
from certification.web.officers.work import Due
from lrs.db import Session

__all__ = ["Compared", "PlanInForce", "plans_of"]


@dataclass(frozen=True, slots=True)
class Compared:
    """What one plan asks of a group, and how the unit stands against it; `is_used`: the nearest one with the group."""

    plan: str
    target: str
    title: str
    asked: YearTarget | None
    rate: float | None
    words: str
    gap: str
    is_used: bool
    address: str


@dataclass(frozen=True, slots=True)
class PlanInForce:
    """A plan with its days, whose it is, and its targets."""

    plan: Plan
    name: str
    whose: str
    days_left: int | None
    targets: tuple[Compared, ...]


@pages.page("/cong-doan/ke-hoach/<path:code>", Act.READ_RATES)
def show_binding(code: str) -> Response:
    """The page."""
    tenant = who().tenant
    with database().reading(tenant, snapshot=True) as session:
        try:
            told = asked(session, code, Act.READ_RATES)
        except NotOnThatDay as error:
            return not_then(session, code, error)
        plans, behind = plans_of(session, told)
        due = [*owed.days_due(session, tenant, code, on=told.on), *_steps(session, told.on)]
        closed = closings.closed_years(session, tenant, PROGRAMME) if _may(Act.READ_YEARS) else {}
        path = way(session, told, Act.READ_RATES)
    return shown(
        "officers/units/binding.html", asked=told, way=path, tabs=tabs(told), plans=plans, several=_several(plans),
        due=[*due, *_deadlines(plans, told.on)], years=[told.on.year, told.on.year - 1], closed=closed, behind=behind,
        may_read_years=_may(Act.READ_YEARS),
    )  # fmt: skip


def plans_of(session: Session, told: Asked) -> tuple[list[PlanInForce], str]:
    """The plans that bind the unit, nearest first, each with every target of its own measured; and where figures are
    behind, that. Counted once for all."""
    tenant, code = who().tenant, told.node.code
    every = [(plan, target) for plan in told.binding for target in plan.targets]
    there = counting.count(
        session, tenant, grounds.land(session, tenant), attainment.rules_of(every), on=told.on, programme=PROGRAMME,
        basis=told.basis, codes={code},
    )  # fmt: skip
    measured = attainment.figures_of(there, code, told.name, told.node.kind, every).targets
    names = explanations.plan_names(told.binding)
    used: dict[str, str] = {}
    for plan, target in every:
        used.setdefault(target.group, plan.id)
    of = dict(zip([(plan.id, target.id) for plan, target in every], measured, strict=True))
    found = [
        PlanInForce(
            plan,
            names[plan.id],
            _whose(plan, told),
            None if plan.in_force_to is None else (plan.in_force_to - told.on).days,
            tuple(
                _compared(plan, names[plan.id], one, of[plan.id, one.id], told, used.get(one.group) == plan.id)
                for one in plan.targets
            ),
        )
        for plan in told.binding
    ]
    return found, figures.behind_words(there.behind) if there.behind is not None else ""


def _compared(plan: Plan, name: str, target: Target, told: TargetFigures, of: Asked, is_used: bool) -> Compared:
    wanted = standings.wanted(told.year_targets, of.on.year)
    words = f"{number(told.counted)}/{number(told.denominator)} · {percent(told.rate)}"
    query: dict[str, Any] = {**of.query, "chi_tieu": f"{plan.id}:{target.id}"}
    return Compared(
        name,
        target.id,
        target.title,
        wanted,
        None if told.rate is None else round(float(told.rate) * 100, 1),
        words,
        figures.gap(wanted, target.unit) if wanted is not None else "",
        is_used,
        url_for("officers.show_unit", code=of.node.code, **query),
    )


def _whose(plan: Plan, told: Asked) -> str:
    """Through whom the plan binds the unit."""
    tree = told.ground.tree
    owners = [code for code in tree.chain(told.node.code) if code in (plan.owner, *plan.also_binds)]
    if not owners:
        return str(_("kế thừa từ đơn vị cũ"))
    if owners[0] == told.node.code:
        return str(_("giao cho chính đơn vị này"))
    return str(_("giao cho %(unit)s", unit=tree.node(owners[0]).name))


def _several(plans: Sequence[PlanInForce]) -> list[tuple[str, str, list[Compared]]]:
    """Groups about which several plans ask for something: the group's id, its title, what each plan asks."""
    by: dict[str, list[tuple[str, Compared]]] = {}
    for one in plans:
        for target, shown_ in zip(one.plan.targets, one.targets, strict=True):
            by.setdefault(target.related_to or target.group, []).append((target.title, shown_))
    return [
        (group, each[0][0], [shown_ for _title, shown_ in each])
        for group, each in sorted(by.items())
        if len({shown_.plan for _title, shown_ in each}) > 1
    ]


def _deadlines(plans: Sequence[PlanInForce], on: date) -> list[Due]:
    """The ends of the years by which targets are to be met, the nearest of each plan."""
    found = []
    for one in plans:
        years = sorted({value.year for target in one.plan.targets for value in target.values if value.year >= on.year})
        if years:
            last = date(years[0], 12, 31)
            words = _("Chỉ tiêu năm %(year)s theo %(plan)s", year=years[0], plan=one.name)
            found.append(Due(words, "", last, (last - on).days, False))
    return found


def _steps(session: Session, on: date) -> list[Due]:
    return work.deadlines(session, who().tenant, on=on)


def _may(act: Act) -> Any:
    return bool(rights.reach(who(), act, today()))
