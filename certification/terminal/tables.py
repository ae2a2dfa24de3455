"""The figures as tables for a terminal. Words come from `targets.figures`, so that page and JSON say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from certification.judgement.explanations import POPULATIONS
from certification.targets import figures
from certification.targets.attainment import COMMON_GROUPS, Attainment, OrganizationFigures, TargetFigures
from certification.targets.gathered import Gathered
from certification.targets.populations import Behind
from certification.targets.rates import Rate, Rates
from certification.terminal.printable import printable
from certification.units.trees import ADMINISTRATIVE, ENTERPRISE, TRADE_UNION

SHOWN_KINDS = (ADMINISTRATIVE, TRADE_UNION, ENTERPRISE)
GROUP_TITLES = {
    "G1": "G1 Chính trị, pháp luật",
    "G2": "G2 Kỹ năng nghề",
    "G3": "G3 Kỹ năng sống",
    "G4": "G4 Công nghệ số",
    "G5": "G5 Công dân học tập",
}
_SHORT_OF = "còn thiếu "


def print_groups(console: Console, attainment: Attainment, plan_names: Mapping[str, str]) -> None:
    """G1 to G5 of every unit and enterprise: distinct persons, lượt, rate, and the gap to each year's target.

    `plan_names` says, by plan id, how a plan is called in a sentence.
    """
    _print_behind(console, attainment.behind)
    for organization in _in_order(attainment):
        targets = [one for one in organization.targets if one.group in COMMON_GROUPS]
        console.print()
        console.print(_heading(organization))
        if not targets:
            console.print(Text("  Không có kế hoạch nào nêu nhóm G1–G5 cho đơn vị này.", style="dim"))
            continue
        console.print(Text(f"  Theo {printable(_bound_by(targets, plan_names))}", style="dim"))
        console.print(Padding(_group_table(targets), (0, 0, 0, 2)))


def print_further(console: Console, attainment: Attainment, plan_names: Mapping[str, str]) -> None:
    """The targets that a plan has beside G1 to G5 (Lai Châu's six), of every unit and enterprise they bind."""
    for plan in _further_plans(attainment):
        console.print()
        console.rule(Text(f"Chỉ tiêu riêng của {printable(plan_names[plan])}", style="bold"), align="left")
        for organization in _in_order(attainment):
            targets = [one for one in organization.targets if one.plan == plan and one.group not in COMMON_GROUPS]
            if targets:
                console.print()
                console.print(_heading(organization))
                console.print(Padding(_further_table(targets), (0, 0, 0, 2)))


def print_rates(console: Console, rates: Rates, plan_names: Mapping[str, str]) -> None:
    """One organization's targets, with last year's, the forecast and its assumption; then the units right below it."""
    one = rates.organization
    console.print(_heading(one))
    headcount = f", lao động của ngày {figures.day(rates.headcount_on)}" if rates.headcount_on != rates.on else ""
    console.print(
        Text(f"  Số liệu đến hết {figures.day(rates.on)}, {figures.BASIS_WORDS[rates.basis]}{headcount}", style="dim")
    )
    console.print(Text(f"  {figures.coverage_words(one.coverage)}", style="dim"))
    _print_behind(console, rates.behind)
    if rates.to_come:
        console.print(Text("  Ngày chốt chưa tới: đây là số liệu đến nay.", style="yellow"))
    for rate in rates.targets:
        _print_rate(console, rate, plan_names)
    for child in rates.children:
        console.print()
        console.print(_heading(child))
        console.print(Text(f"  {figures.coverage_words(child.coverage)}", style="dim"))
        if child.targets:
            console.print(Padding(_further_table(child.targets), (0, 0, 0, 2)))


def print_gathered(console: Console, found: Gathered, plan_names: Mapping[str, str]) -> None:
    """Enterprises of a zone or sector together, against every target that binds them."""
    one = found.figures
    headcount = f", lao động của ngày {figures.day(found.headcount_on)}" if found.headcount_on != found.on else ""
    console.print(_heading(one))
    console.print(
        Text(f"  Số liệu đến hết {figures.day(found.on)}, {figures.BASIS_WORDS[found.basis]}{headcount}", style="dim")
    )
    console.print(Text(f"  {figures.coverage_words(one.coverage)}", style="dim"))
    _print_behind(console, found.behind)
    if one.targets:
        for rate in found.targets:
            _print_rate(console, rate, plan_names)
    else:
        console.print(Text("  Không có kế hoạch nào nêu chỉ tiêu chung cho các doanh nghiệp này.", style="dim"))


def _in_order(attainment: Attainment) -> list[OrganizationFigures]:
    """Administrative units, then trade unions, then enterprises, each by code.

    A grassroots union has its enterprise's figures and is left out.
    """
    shown = [one for one in attainment.organizations if one.kind in SHOWN_KINDS]
    return sorted(shown, key=lambda one: (SHOWN_KINDS.index(one.kind), one.code))


def _further_plans(attainment: Attainment) -> list[str]:
    return list(
        dict.fromkeys(
            target.plan
            for organization in attainment.organizations
            for target in organization.targets
            if target.group not in COMMON_GROUPS
        )
    )


def _print_rate(console: Console, rate: Rate, plan_names: Mapping[str, str]) -> None:
    """One target's figures, last year's, the forecasts and where its plan asks for less."""
    target, words = rate.figures, figures.target_words(rate.figures)
    console.print()
    console.print(Text(printable(f"{target.group} {target.title}"), style="bold"))
    console.print(
        f"  {words.counted} / {words.denominator} {POPULATIONS[target.population]} = {words.rate}; "
        f"{words.participations} lượt; cùng ngày năm trước {figures.last_year_words(rate.beside.last_year)}",
        highlight=False,
    )
    console.print(Text(f"  theo {printable(plan_names[target.plan])}", style="dim"))
    for year_target, forecast in zip(words.year_targets, rate.beside.forecasts, strict=True):
        console.print(
            f"  đến hết {year_target.year}: {year_target.target}, {year_target.gap}; "
            f"{figures.forecast_words(forecast)}",
            highlight=False,
        )
    for beside, beside_words in zip(target.beside, words.beside, strict=True):
        told = f"{beside_words.counted} người, {beside_words.participations} lượt, {beside_words.rate}"
        console.print(Text(f"  {printable(beside.title)}: {told}", style="dim"))
    for shortfall in rate.beside.shortfalls:
        console.print(Text(f"  Lưu ý: {printable(figures.shortfall_words(shortfall))}", style="yellow"))


def _print_behind(console: Console, behind: Behind | None) -> None:
    """For which instant the figures hold, where that is not now."""
    if behind is not None:
        console.print(Text(f"  {figures.behind_words(behind)}.", style="yellow"))


def _heading(organization: OrganizationFigures) -> Text:
    words = figures.organization_words(organization)
    code = f" [{printable(organization.code)}]" if organization.code else ""
    facts = (
        f"{code} {words.headcount} lao động ({words.women} nữ); "
        f"đủ tiêu chí {words.meets_criteria}, có danh hiệu {words.holds_title}"
    )
    return Text.assemble((printable(organization.name), "bold"), facts)


def _bound_by(targets: Sequence[TargetFigures], plan_names: Mapping[str, str]) -> str:
    """ "kế hoạch của …", or, where several plans bind, which groups each gives."""
    groups: dict[str, list[str]] = {}
    for target in targets:
        groups.setdefault(target.plan, []).append(target.group)
    if len(groups) == 1:
        return plan_names[targets[0].plan]
    return "; ".join(f"{plan_names[plan]} ({', '.join(of)})" for plan, of in groups.items())


def _group_table(targets: Sequence[TargetFigures]) -> Table:
    years = sorted({one.year for target in targets for one in target.year_targets})
    table = _table()
    table.add_column("Nhóm", width=23)
    for name, width in (("Số người", 8), ("Lượt", 7), ("Tỷ lệ", 6)):
        table.add_column(name, width=width, justify="right")
    for year in years:
        table.add_column(str(year), width=6, justify="right")
        table.add_column("Còn thiếu", width=25)
    for target in targets:
        words = figures.target_words(target)
        year_targets = {one.year: one for one in words.year_targets}
        cells: list[str | Text] = [GROUP_TITLES[target.group], words.counted, words.participations, words.rate]
        for year in years:
            year_target = year_targets.get(year)
            cells += [year_target.target, _gap(year_target.gap)] if year_target else ["", ""]
        table.add_row(*cells)
        for beside, beside_words in zip(target.beside, words.beside, strict=True):
            title = "   " + printable(beside.title.rsplit(": ", 1)[-1])
            table.add_row(title, beside_words.counted, beside_words.participations, beside_words.rate, style="dim")
    return table


def _further_table(targets: Sequence[TargetFigures]) -> Table:
    table = _table()
    table.add_column("Chỉ tiêu", width=39)
    table.add_column("Đạt / tổng số", width=31, justify="right")
    for name, width in (("Lượt", 7), ("Tỷ lệ", 6), ("Cuối kỳ", 7)):
        table.add_column(name, width=width, justify="right")
    table.add_column("Còn thiếu", width=23)
    for target in targets:
        words = figures.target_words(target)
        last = words.year_targets[-1]
        table.add_row(
            printable(f"{target.group} {target.title}"),
            f"{words.counted} / {words.denominator} {POPULATIONS[target.population]}",
            words.participations,
            words.rate,
            last.target,
            _gap(last.gap),
        )
    return table


def _table() -> Table:
    return Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")


def _gap(words: str) -> Text:
    """The heading says "Còn thiếu" already."""
    return Text(words.removeprefix(_SHORT_OF), style="green" if words == figures.MET else "")
