"""What the first page shows, made ready for its template: published figures, in the order people look for them.

Pure: takes figures, trees and plans, gives texts. Nothing is counted here and no figure is written here; counting is
`targets.attainment`, writing `targets.figures`. No worker is named.

Units stand in sections: one for each unit right below the widest administrative unit, with its communes and
enterprises, and one for the trade unions. Grassroots unions are left out, because each has the people of its
enterprise; the JSON has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from certification.judgement import explanations
from certification.rules.plans import Plan
from certification.targets import figures
from certification.targets.attainment import COMMON_GROUPS, Attainment, OrganizationFigures, TargetFigures, YearTarget
from certification.units.trees import ADMINISTRATIVE, ENTERPRISE, TRADE_UNION, UNION, Tree

__all__ = ["Comparison", "Line", "Page", "PlanNote", "Section", "Unit", "build"]

TRADE_UNIONS = "Hệ thống công đoàn"

THE_HEADCOUNT = "workers"
"""The population that is not named beside a target, because it is the unit's headcount."""


@dataclass(frozen=True, slots=True)
class YearTargetText:
    """What a target asks by the end of a year, and how far it is."""

    year: int
    target: str
    gap: str


@dataclass(frozen=True, slots=True)
class BesideText:
    """A count shown beside a target, for information."""

    name: str
    title: str
    counted: str
    participations: str
    rate: str


@dataclass(frozen=True, slots=True)
class Line:
    """One target of one unit.

    `name` ("dn/vd-01:G1") begins the name of each of its figures in the page. `population` is empty where the
    denominator is the headcount. `reached` is the rate for drawing, 0 to 100, and `marks` where targets stand on it.
    `due` is what is missing to the next target, in few words; `met` whether that target is met.
    """

    name: str
    group: str
    title: str
    plan: str
    population: str
    counted: str
    participations: str
    denominator: str
    rate: str
    reached: str
    marks: tuple[int, ...]
    year_targets: Mapping[int, YearTargetText]
    due: str
    met: bool
    beside: tuple[BesideText, ...]


@dataclass(frozen=True, slots=True)
class PlanNote:
    """Which of a unit's targets come from which plan: "G1 đến G5", and the plan's name and its anchor in the page."""

    groups: str
    name: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Unit:
    """An organization with its lines. `leads` marks the unit that a section is about."""

    code: str
    anchor: str
    name: str
    is_enterprise: bool
    leads: bool
    words: figures.OrganizationWords
    lines: tuple[Line, ...]
    plans: tuple[PlanNote, ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Units beside each other, one column for each target; `rows` of a section pair a unit with its lines by column."""

    title: str
    columns: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, tuple[tuple[Unit, tuple[Line | None, ...]], ...]], ...]


@dataclass(frozen=True, slots=True)
class PlanText:
    """A plan that binds a unit shown: how it is called, and where we read it (`href` "" where that has no address)."""

    anchor: str
    name: str
    title: str
    issued_by: str
    source: str
    href: str


@dataclass(frozen=True, slots=True)
class Page:
    """All of the page. `due` is the year of the targets that gaps in comparisons refer to, in words."""

    on: date
    day: str
    behind: str
    """For which instant the figures hold where that is not now; empty otherwise."""
    years: tuple[int, ...]
    due: str
    enterprises: str
    whole: Unit
    sections: tuple[Section, ...]
    common: Comparison
    own: tuple[Comparison, ...]
    plans: tuple[PlanText, ...]


def build(attainment: Attainment, tree: Tree, plans: Sequence[Plan]) -> Page | None:
    """The page of these figures; None when there is no enterprise to show. `tree` is that of the same day."""
    shown = {one.code: one for one in attainment.organizations}
    roots = _roots(shown, tree, ADMINISTRATIVE)
    if not roots:
        return None
    widest = max(roots, key=lambda code: (shown[code].headcount, code))
    named = {plan.id: plan for plan in plans}
    units = {code: _unit(one, named, attainment.on) for code, one in shown.items()}
    sections = tuple(
        Section(title, tuple(replace(units[code], leads=code == codes[0]) for code in codes))
        for title, codes in _order(widest, roots, shown, tree)
    )
    used = {line.plan for unit in units.values() for line in unit.lines}
    targets = [target for one in shown.values() for target in one.targets]
    due = {year_target.year for target in targets if (year_target := _due(target, attainment.on))}
    return Page(
        on=attainment.on,
        day=_day(attainment.on),
        behind=figures.behind_words(attainment.behind) + "." if attainment.behind else "",
        years=tuple(sorted({one.year for target in targets for one in target.year_targets})),
        due=" và ".join(str(year) for year in sorted(due)),
        enterprises=figures.number(sum(one.kind == ENTERPRISE for one in shown.values())),
        whole=units[widest],
        sections=sections,
        common=_comparison("Năm nhóm chỉ tiêu chung", _columns(shown.values(), None), sections),
        own=tuple(
            _comparison(explanations.plan_name(plan), columns, sections, plan.id)
            for plan in plans
            if (columns := _columns(shown.values(), plan.id))
        ),
        plans=tuple(_plan_text(plan) for plan in plans if plan.id in used),
    )


# ---------------------------------------------------------------- in which order


def _roots(shown: Mapping[str, OrganizationFigures], tree: Tree, which: str) -> list[str]:
    """The units shown that have no unit shown above them, in one of the trees."""
    kind = ADMINISTRATIVE if which == ADMINISTRATIVE else TRADE_UNION
    return [
        code
        for code, one in shown.items()
        if one.kind == kind and not any(parent in shown for parent in tree.parents(code, which))
    ]


def _order(
    widest: str, roots: Sequence[str], shown: Mapping[str, OrganizationFigures], tree: Tree
) -> Iterator[tuple[str, list[str]]]:
    """Titles of sections with the codes of their units."""
    below = [code for code in tree.children(widest, ADMINISTRATIVE) if code in shown]
    heads = [code for code in below if shown[code].kind == ADMINISTRATIVE]
    for head in sorted([*heads, *(root for root in roots if root != widest)]):
        yield shown[head].name, list(_walk(head, ADMINISTRATIVE, shown, tree))
    if direct := [code for code in below if shown[code].kind == ENTERPRISE]:
        yield f"Trực thuộc {shown[widest].name}", direct
    if unions := [code for root in _roots(shown, tree, UNION) for code in _walk(root, UNION, shown, tree)]:
        yield TRADE_UNIONS, unions


def _walk(code: str, which: str, shown: Mapping[str, OrganizationFigures], tree: Tree) -> Iterator[str]:
    """A unit, then on the administrative tree the enterprises right below it, then the units below it likewise."""
    waiting = [code]
    while waiting:
        here = waiting.pop()
        yield here
        below = [child for child in tree.children(here, which) if child in shown]
        if which == ADMINISTRATIVE:
            yield from (child for child in below if shown[child].kind == ENTERPRISE)
        waiting += [child for child in reversed(below) if shown[child].kind in (ADMINISTRATIVE, TRADE_UNION)]


# ---------------------------------------------------------------- side by side


def _columns(shown: Iterable[OrganizationFigures], plan: str | None) -> tuple[tuple[str, str], ...]:
    """Groups and titles: the common groups, or those that a plan has beside them."""
    titles: dict[str, str] = {}
    for one in shown:
        for target in one.targets:
            common = target.group in COMMON_GROUPS
            if common if plan is None else (target.plan == plan and not common):
                titles.setdefault(target.group, target.title)
    return tuple(sorted(titles.items()))


def _comparison(
    title: str, columns: tuple[tuple[str, str], ...], sections: Sequence[Section], plan: str | None = None
) -> Comparison:
    compared = []
    for section in sections:
        rows = []
        for unit in section.units:
            lines = {line.group: line for line in unit.lines if plan is None or line.plan == plan}
            cells = tuple(lines.get(group) for group, _ in columns)
            if any(cells):
                rows.append((unit, cells))
        if rows:
            compared.append((section.title, tuple(rows)))
    return Comparison(title, columns, tuple(compared))


# ---------------------------------------------------------------- one unit


def _unit(one: OrganizationFigures, plans: Mapping[str, Plan], on: date) -> Unit:
    lines = tuple(_line(one.code, target, on) for target in one.targets)
    return Unit(
        code=one.code,
        anchor=_anchor(one.code),
        name=one.name,
        is_enterprise=one.kind == ENTERPRISE,
        leads=False,
        words=figures.organization_words(one),
        lines=lines,
        plans=tuple(_plan_notes(lines, plans)),
    )


def _line(code: str, target: TargetFigures, on: date) -> Line:
    words = figures.target_words(target)
    due = _due(target, on)
    return Line(
        name=f"{code}:{target.group}",
        group=target.group,
        title=target.title,
        plan=target.plan,
        population="" if target.population == THE_HEADCOUNT else explanations.POPULATIONS[target.population],
        counted=words.counted,
        participations=words.participations,
        denominator=words.denominator,
        rate=words.rate,
        reached=f"{float(100 * target.rate):.1f}" if target.rate is not None else "0",
        marks=tuple(one.percent for one in target.year_targets),
        year_targets={
            year_target.year: YearTargetText(year_target.year, year_target.target, year_target.gap)
            for year_target in words.year_targets
        },
        due=_missing(due),
        met=bool(due and due.met),
        beside=tuple(
            BesideText(f"{code}:{beside.id}", beside.title, text.counted, text.participations, text.rate)
            for beside, text in zip(target.beside, words.beside, strict=True)
        ),
    )


def _due(target: TargetFigures, on: date) -> YearTarget | None:
    """The target to look at on a day: the next one to fall due, or the last one when all are past."""
    coming = [year_target for year_target in target.year_targets if year_target.year >= on.year]
    return coming[0] if coming else target.year_targets[-1] if target.year_targets else None


def _missing(year_target: YearTarget | None) -> str:
    if year_target is None or year_target.short is None:
        return figures.NOTHING
    return figures.MET if year_target.met else f"thiếu {figures.number(year_target.short)}"


# ---------------------------------------------------------------- plans


def _plan_notes(lines: Sequence[Line], plans: Mapping[str, Plan]) -> Iterator[PlanNote]:
    for plan in dict.fromkeys(line.plan for line in lines):
        groups = [line.group for line in lines if line.plan == plan]
        span = f"{groups[0]} đến {groups[-1]}" if _in_a_row(groups) else ", ".join(groups)
        yield PlanNote(span, explanations.plan_name(plans[plan]), _anchor(plan))


def _in_a_row(groups: Sequence[str]) -> bool:
    """Whether these are at least three groups numbered without a gap: G1, G2, G3."""
    numbers = [int(group[1:]) for group in groups]
    letters = {group[0] for group in groups}
    return len(groups) > 2 and len(letters) == 1 and numbers == list(range(numbers[0], numbers[0] + len(groups)))


def _plan_text(plan: Plan) -> PlanText:
    issued = f", ngày {_day(plan.issued)}" if plan.issued else ""
    return PlanText(_anchor(plan.id), plan.number, plan.title, f"{plan.issuer}{issued}", plan.source, plan.source_href)


def _anchor(code: str) -> str:
    return code.replace("/", "-")


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
