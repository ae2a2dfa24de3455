"""What the first page says, from figures to text."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from uuid import uuid4

import pytest

from certification.rules.plans import Plan, TargetValue
from certification.targets.attainment import Attainment, OrganizationFigures, TargetFigures, year_target
from certification.units.trees import (
    ADMINISTRATIVE,
    ENTERPRISE,
    GRASSROOTS_UNION,
    TRADE_UNION,
    UNION,
    Edge,
    Node,
    Tree,
)
from certification.web.open import first_page
from certification.web.open.first_page import Page, Unit

ON = date(2026, 11, 20)
SINCE = date(2025, 7, 1)

KINDS = {
    "vn": ADMINISTRATIVE,
    "vn/x": ADMINISTRATIVE,
    "vn/x/p": ADMINISTRATIVE,
    "vn/y": ADMINISTRATIVE,
    "cd": TRADE_UNION,
    "cdcs/1": GRASSROOTS_UNION,
    "dn/1": ENTERPRISE,
    "dn/2": ENTERPRISE,
}
PARENTS = {
    ADMINISTRATIVE: {"vn/x": "vn", "vn/x/p": "vn/x", "vn/y": "vn", "dn/1": "vn/x/p", "dn/2": "vn/x"},
    UNION: {"cdcs/1": "cd", "dn/1": "cdcs/1", "dn/2": "cdcs/1"},
}


def tree() -> Tree:
    nodes = [Node(uuid4(), code, f"Tên {code}", kind, None, None) for code, kind in KINDS.items()]
    edges = [
        Edge(child, which, parent, SINCE, None) for which, pairs in PARENTS.items() for child, parent in pairs.items()
    ]
    return Tree(nodes, edges, ON)


def target(
    group: str = "G1", counted: int = 60, of: int = 100, *, plan: str = "quoc-gia", **year_targets: int
) -> TargetFigures:
    """Figures of a target; `year_targets` are percentages by year, as y2025=70."""
    values = year_targets or {"y2025": 70, "y2030": 90}
    return TargetFigures(
        plan=plan,
        plan_title="Chương trình",
        target=group,
        group=group,
        title=f"Nhóm {group}",
        population="workers",
        unit="person",
        counted=counted,
        participations=3 * counted,
        denominator=of,
        rate=Fraction(counted, of) if of else None,
        year_targets=tuple(
            year_target(TargetValue(int(y[1:]), percent), ">=", counted, of) for y, percent in values.items()
        ),
        beside=(),
    )


def organization(code: str, *targets: TargetFigures, headcount: int = 100) -> OrganizationFigures:
    return OrganizationFigures(code, f"Tên {code}", KINDS[code], headcount, 40, 3, 1, 8, 30, targets or (target(),))


def plan(identifier: str = "quoc-gia", number: str = "1268/QĐ-TTg") -> Plan:
    return Plan(
        id=identifier,
        rule_file_id=uuid4(),
        title="Chương trình học tập suốt đời",
        number=number,
        issued=date(2022, 10, 19),
        issuer="Thủ tướng Chính phủ",
        owner="vn",
        parent=None,
        in_force_from=date(2022, 10, 19),
        in_force_to=None,
        targets=(),
        source="",
    )


def page(*organizations: OrganizationFigures, on: date = ON, plans: tuple[Plan, ...] = ()) -> Page:
    built = first_page.build(Attainment(on, "cong-dan-hoc-tap", organizations), tree(), plans or (plan(),))
    assert built is not None
    return built


def every_organization() -> list[OrganizationFigures]:
    return [organization(code, headcount=200 if code == "vn" else 100) for code in sorted(KINDS) if code != "vn/y"]


def unit(shown: Page, code: str) -> Unit:
    return next(one for section in shown.sections for one in section.units if one.code == code)


def test_the_widest_unit_comes_first_and_its_parts_stand_in_sections_enterprises_under_their_commune() -> None:
    shown = page(*every_organization())
    assert shown.whole.code == "vn"
    assert [(section.title, [one.code for one in section.units]) for section in shown.sections] == [
        ("Tên vn/x", ["vn/x", "dn/2", "vn/x/p", "dn/1"]),
        ("Hệ thống công đoàn", ["cd"]),
    ]


def test_units_nested_however_deep_are_shown() -> None:
    codes = ["vn", *(f"vn/{depth:04d}" for depth in range(2000))]
    deep = Tree(
        [Node(uuid4(), code, code, ADMINISTRATIVE, None, None) for code in codes],
        [Edge(child, ADMINISTRATIVE, above, SINCE, None) for above, child in pairwise(codes)],
        ON,
    )
    measured = [OrganizationFigures(code, code, ADMINISTRATIVE, 1, 0, 0, 0, 0, 0, (target(),)) for code in codes]
    shown = first_page.build(Attainment(ON, "cong-dan-hoc-tap", tuple(measured)), deep, (plan(),))
    assert shown is not None
    assert [one.code for one in shown.sections[0].units] == codes[1:]


def test_only_the_unit_that_a_section_is_about_leads_it() -> None:
    shown = page(*every_organization())
    assert [one.code for section in shown.sections for one in section.units if one.leads] == ["vn/x", "cd"]


def test_a_unit_without_an_enterprise_on_the_day_is_not_shown() -> None:
    shown = page(*every_organization())
    assert "vn/y" not in {one.code for section in shown.sections for one in section.units}


def test_without_any_enterprise_there_is_no_page() -> None:
    assert first_page.build(Attainment(ON, "cong-dan-hoc-tap", ()), tree(), [plan()]) is None


def test_enterprises_right_under_the_widest_unit_have_a_section_of_their_own() -> None:
    shown = page(organization("vn/x"), organization("dn/2"))
    assert shown.whole.code == "vn/x"
    assert [section.title for section in shown.sections] == ["Trực thuộc Tên vn/x"]


def test_figures_are_written_as_everywhere_else() -> None:
    [line] = unit(page(*every_organization()), "dn/1").lines
    assert (line.name, line.counted, line.participations, line.rate) == ("dn/1:G1", "60", "180", "60,0%")
    assert (line.year_targets[2025].target, line.year_targets[2025].gap) == (
        "≥ 70%",
        "còn thiếu 10 người (10,0 điểm %)",
    )
    assert (line.year_targets[2030].target, line.year_targets[2030].gap) == (
        "≥ 90%",
        "còn thiếu 30 người (30,0 điểm %)",
    )


@pytest.mark.parametrize(
    ("on", "missing", "due"),
    [
        (date(2025, 12, 31), "thiếu 10", "2025"),
        (date(2026, 1, 1), "thiếu 30", "2030"),
        (date(2031, 1, 1), "thiếu 30", "2030"),
    ],
)
def test_comparisons_look_at_the_next_target_to_fall_due(on: date, missing: str, due: str) -> None:
    shown = page(*every_organization(), on=on)
    [line] = unit(shown, "dn/1").lines
    assert (line.due, shown.due) == (missing, due)


def test_a_target_of_a_year_that_is_reached_is_said_to_be() -> None:
    shown = page(organization("vn"), organization("dn/2", target(counted=90)), organization("vn/x"))
    [line] = unit(shown, "dn/2").lines
    assert (line.due, line.met) == ("đạt", True)


def test_a_rate_over_nobody_is_a_dash() -> None:
    shown = page(organization("vn"), organization("vn/x", target(counted=0, of=0), headcount=0))
    [line] = unit(shown, "vn/x").lines
    assert (line.rate, line.due, line.met, line.reached) == ("–", "–", False, "0")


def test_a_plan_with_groups_of_its_own_is_compared_apart() -> None:
    own = [target(f"L{number}", plan="rieng", y2030=70) for number in (1, 2, 3)]
    shown = page(
        organization("vn"),
        organization("vn/x"),
        organization("dn/2", target(), *own),
        plans=(plan(), plan("rieng", "31/KH-LĐLĐ")),
    )
    assert [group for group, _ in shown.common.columns] == ["G1"]
    [table] = shown.own
    assert table.title == "31/KH-LĐLĐ của Thủ tướng Chính phủ"
    assert [group for group, _ in table.columns] == ["L1", "L2", "L3"]
    assert [[one.code for one, _ in rows] for _, rows in table.sections] == [["dn/2"]]


def test_a_unit_says_which_targets_come_from_which_plan() -> None:
    own = [target(f"L{number}", plan="rieng", y2030=70) for number in (1, 2, 4)]
    common = [target(f"G{number}") for number in (1, 2, 3)]
    shown = page(
        organization("vn"),
        organization("vn/x", *common, *own),
        plans=(plan(), plan("rieng", "")),
    )
    assert [(note.groups, note.name) for note in unit(shown, "vn/x").plans] == [
        ("G1 đến G3", "1268/QĐ-TTg của Thủ tướng Chính phủ"),
        ("L1, L2, L4", "kế hoạch của Thủ tướng Chính phủ"),
    ]


def test_only_plans_that_bind_somebody_shown_are_listed() -> None:
    shown = page(*every_organization(), plans=(plan(), plan("khac")))
    assert [one.anchor for one in shown.plans] == ["quoc-gia"]


def test_a_target_missing_for_one_unit_leaves_its_place_empty() -> None:
    shown = page(organization("vn", target("G1"), target("G2")), organization("vn/x", target("G2")))
    [(_, [(_, lines)])] = shown.common.sections
    assert [line and line.group for line in lines] == [None, "G2"]
