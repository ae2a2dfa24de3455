"""The figures in a terminal: whole within 120 characters, and in the words of page and JSON."""

from __future__ import annotations

import dataclasses
import io
from datetime import date
from fractions import Fraction

import pytest
from rich.console import Console

from certification.judgement import explanations
from certification.rules.plans import TargetValue
from certification.targets.attainment import Attainment, BesideFigures, OrganizationFigures, TargetFigures, year_target
from certification.terminal import tables

NAMES = {"national": "1268/QĐ-TTg của Thủ tướng Chính phủ", "own": "31/KH-LĐLĐ của LĐLĐ tỉnh Lai Châu"}


def _target(
    group: str, title: str, counted: int, of: int, *, plan: str = "national", years: tuple[int, ...] = (2025, 2030)
) -> TargetFigures:
    return TargetFigures(
        plan=plan,
        plan_title="",
        target=group,
        group=group,
        title=title,
        population="workers",
        unit="person",
        counted=counted,
        participations=12 * counted,
        denominator=of,
        rate=Fraction(counted, of),
        year_targets=tuple(year_target(TargetValue(year, 70), ">=", counted, of) for year in years),
        beside=(BesideFigures(f"{group}-able", "Công nghệ số: biết cách sử dụng", 3, 5, Fraction(3, of)),)
        if group == "G4"
        else (),
    )


def _organization(code: str, kind: str, *targets: TargetFigures) -> OrganizationFigures:
    return OrganizationFigures(code, f"Đơn vị {code}", kind, 12_345, 6_000, 20, 3, 100, 2_000, targets)


@pytest.fixture
def page() -> Console:
    return Console(file=io.StringIO(), width=120, markup=False, highlight=False)


def _text(page: Console) -> str:
    assert isinstance(page.file, io.StringIO)
    return page.file.getvalue()


def test_a_unit_has_its_figures_targets_and_gaps_on_lines_that_fit(page: Console) -> None:
    every_group = [_target(f"G{number}", "Tên", 1_234, 12_345) for number in range(1, 6)]
    tables.print_groups(
        page, Attainment(date(2026, 11, 20), "", (_organization("vn", "administrative", *every_group),)), NAMES
    )
    lines = _text(page).splitlines()
    assert max(len(line) for line in lines) <= 120
    assert "Đơn vị vn [vn] 12.345 lao động (6.000 nữ); đủ tiêu chí 100, có danh hiệu 2.000" in lines
    assert "  Theo 1268/QĐ-TTg của Thủ tướng Chính phủ" in lines
    (row,) = (line for line in lines if "G1 Chính trị, pháp luật" in line)
    assert " ".join(row.split()) == (
        "G1 Chính trị, pháp luật 1.234 14.808 10,0% ≥ 70% 7.408 người (60,0 điểm %) ≥ 70% 7.408 người (60,0 điểm %)"
    )
    assert any("biết cách sử dụng" in line and "0,0%" in line for line in lines)


def test_a_target_that_is_met_says_so(page: Console) -> None:
    met = _organization("dn/1", "enterprise", _target("G2", "Tên", 80, 100))
    tables.print_groups(page, Attainment(date(2026, 11, 20), "", (met,)), NAMES)
    assert _text(page).count("đạt") == 2


def test_targets_of_several_plans_name_each(page: Console) -> None:
    mixed = _organization("dn/1", "enterprise", _target("G1", "", 1, 2), _target("G2", "", 1, 2, plan="own"))
    tables.print_groups(page, Attainment(date(2026, 11, 20), "", (mixed,)), NAMES)
    assert "Theo 1268/QĐ-TTg của Thủ tướng Chính phủ (G1); 31/KH-LĐLĐ của LĐLĐ tỉnh Lai Châu (G2)" in _text(page)


def test_a_plans_further_targets_stand_apart_and_only_where_they_bind(page: Console) -> None:
    bound = _organization(
        "cd/lai-chau", "trade_union", _target("L2", "Được tiếp cận", 50, 100, plan="own", years=(2030,))
    )
    free = _organization("cd/lao-cai", "trade_union", _target("G1", "Tên", 50, 100))
    tables.print_further(page, Attainment(date(2026, 11, 20), "", (bound, free)), NAMES)
    text = _text(page)
    assert "Chỉ tiêu riêng của 31/KH-LĐLĐ của LĐLĐ tỉnh Lai Châu" in text
    assert "L2 Được tiếp cận" in text
    assert "50 / 100 lao động" in text
    assert "cd/lao-cai" not in text


def test_a_grassroots_union_is_left_out(page: Console) -> None:
    union = _organization("cdcs/1", "grassroots_union", _target("G1", "Tên", 50, 100))
    tables.print_groups(page, Attainment(date(2026, 11, 20), "", (union,)), NAMES)
    assert "cdcs/1" not in _text(page)


def test_a_name_from_outside_cannot_steer_the_terminal(page: Console) -> None:
    odd = OrganizationFigures(
        "dn/1\x1b", "Công ty\x1b[2J", "enterprise", 1, 1, 1, 1, 1, 1, (_target("L1", "T\x07", 1, 2),)
    )
    measured = Attainment(date(2026, 11, 20), "", (odd,))
    names = {"national": "kế hoạch\x1b của ai"}
    tables.print_groups(page, measured, names)
    tables.print_further(page, measured, names)
    assert not set(_text(page)) & {"\x1b", "\x07"}
    assert "Công ty\\u001b[2J" in _text(page)


def test_a_population_is_named_in_full_as_on_the_page(page: Console) -> None:
    target = dataclasses.replace(_target("L2", "Cam kết", 10, 20, years=(2030,)), population="grassroots_unions")
    tables.print_further(
        page, Attainment(date(2026, 11, 20), "", (_organization("cd/a", "trade_union", target),)), NAMES
    )
    assert f"10 / 20 {explanations.POPULATIONS['grassroots_unions']}" in _text(page)
    assert max(len(line) for line in _text(page).splitlines()) <= 120
