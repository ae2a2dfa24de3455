"""The rates of one organization: over whom, by which plan, beside what."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from certification.rules import rule_files
from certification.rules.plans import TargetValue
from certification.targets import attainment, figures, grounds, settling
from certification.targets.attainment import measure_all, year_target
from certification.targets.populations import ALL_ENTERPRISES, UNIONISED, Coverage
from certification.targets.rates import NotBound, Rates, rates, year_before
from certification.units import organizations
from certification.units.trees import NotOnThatDay, UnknownOrganization
from tests.certification.learning import add_facts
from tests.certification.shipped_rules import plan_text
from tests.certification.world import ON, World

NATIONAL = "1268-qd-ttg"


def of(world: World, code: str, on: date = ON, **other: Any) -> Rates:
    with world.database.reading(world.tenant) as session:
        return rates(session, world.tenant, code, on=on, **({"today": ON} | other))


def counts(found: Rates, group: str) -> tuple[int, int, int]:
    figures = found.organization.group(group)
    assert figures is not None
    return figures.counted, figures.participations, figures.denominator


# ---------------------------------------------------------------- which plan


def test_a_plan_replaced_within_the_year_counts_to_its_last_day_and_the_next_from_its_first(
    world: World, other_world: World
) -> None:
    old = plan_text(
        "cu", "vn/lao-cai", first=date(2026, 1, 1), last=date(2026, 6, 30), percent=50, about=["law-labour"]
    )
    new = plan_text(
        "moi", "vn/lao-cai", first=date(2026, 7, 1), last=date(2026, 12, 31), percent=100, about=["law-safety"]
    )
    with world.database.writing(world.tenant) as session:
        for text in (old, new):
            rule_files.load_text(session, world.tenant, "ke-hoach.toml", text, now=world.now)
        told = ("law-labour",), ("law-labour", "law-safety"), (), ("law-safety",)
        for place, whats in enumerate(told):
            worker = world.employ(session, "dn/c" if place < 2 else "dn/moi")
            add_facts(session, world.tenant, worker, whats, day=date(2026, 3, 2))
    expected = {
        # counted, lượt, headcount; how many more are needed
        (date(2026, 6, 30), ALL_ENTERPRISES): ("cu", (2, 2, 4), 0),
        (date(2026, 6, 30), UNIONISED): ("cu", (2, 2, 2), 0),
        (date(2026, 7, 1), ALL_ENTERPRISES): ("moi", (2, 2, 4), 2),
        (date(2026, 7, 1), UNIONISED): ("moi", (1, 1, 2), 1),
    }
    for kept in (False, True):
        if kept:
            settling.settle_all(world.database, world.tenant, today=ON)
        for (on, basis), (plan, numbers, short) in expected.items():
            found = of(world, "vn/lao-cai", on=on, basis=basis)
            group = found.organization.group("G1")
            assert group is not None
            assert (group.plan, counts(found, "G1")) == (plan, numbers), (kept, on, basis)
            assert [one.short for one in group.year_targets] == [short]
    assert of(world, "dn/c", on=date(2026, 7, 1)).organization.group("G1").plan == "moi"  # type: ignore[union-attr]
    with pytest.raises(NotBound):
        of(world, "vn/lao-cai", on=date(2026, 7, 1), plan="cu")
    with pytest.raises(NotBound):
        of(world, "vn/lao-cai", on=date(2026, 6, 30), plan="moi")
    other = of(world, "vn/lai-chau", on=date(2026, 7, 1)).organization.group("G1")
    assert other is not None
    assert other.plan == NATIONAL, "a plan of another province binds nobody here"


# ---------------------------------------------------------------- over whom


def test_both_bases_stand_beside_each_other(world: World, other_world: World) -> None:
    with world.database.writing(world.tenant) as session:
        in_union = world.employ(session, "dn/c")
        without = world.employ(session, "dn/moi")
        in_both = world.employ(session, "dn/c", "dn/moi")
        for worker in (in_union, without, in_both):
            add_facts(session, world.tenant, worker, ["law-labour"])
    assert counts(of(world, "vn/lao-cai"), "G1") == (3, 3, 3)
    assert counts(of(world, "vn/lao-cai", basis=UNIONISED), "G1") == (2, 2, 2)
    assert counts(of(world, "dn/moi", basis=UNIONISED), "G1") == (0, 0, 0)
    assert of(world, "vn/lao-cai", basis=UNIONISED).organization.coverage == Coverage(1, 1)
    with pytest.raises(ValueError, match="one of all, unionised"):
        of(world, "vn", basis="some")


def test_the_headcount_of_another_day_is_the_denominator_and_its_people_the_numerator(world: World) -> None:
    june = date(2026, 6, 30)
    with world.database.writing(world.tenant) as session:
        left, stayed, came = (
            world.employ(session, "dn/a", ended=date(2026, 7, 31)),
            world.employ(session, "dn/a"),
            world.employ(session, "dn/a", started=date(2026, 8, 1)),
        )
        for worker in (left, stayed, came):
            add_facts(session, world.tenant, worker, ["life-health"], day=date(2026, 8, 5))
    assert counts(of(world, "dn/a"), "G3") == (2, 2, 2)
    assert counts(of(world, "dn/a", headcount_on=june), "G3") == (2, 2, 2), "who left in July learned in August"
    assert counts(of(world, "dn/a", on=date(2026, 8, 4), headcount_on=june), "G3") == (0, 0, 2)


def test_how_many_enterprises_report_is_said(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        world.employ(session, "dn/a")
    assert of(world, "vn").organization.coverage == Coverage(enterprises=4, reporting=1)
    assert figures.coverage_words(Coverage(480, 12, 3, 1250)) == (
        "12 trong 480 doanh nghiệp có danh sách lao động; 3 doanh nghiệp mới khai tổng số (1.250 người, có trong mẫu "
        "số); 465 doanh nghiệp chưa báo gì, không có trong mẫu số"
    )


def test_an_organization_with_nobody_has_targets_and_no_rate(world: World) -> None:
    found = of(world, "dn/a")
    for rate in found.targets:
        if rate.figures.unit == "organization":
            continue  # its grassroots union is there
        assert (rate.figures.rate, rate.figures.denominator) == (None, 0)
        assert {one.why_not for one in rate.beside.forecasts} <= {"nobody", "past"}
    assert of(world, "cdcs/trong").organization.coverage == Coverage()


# ---------------------------------------------------------------- by which plan


def test_a_plan_that_is_not_the_nearest_is_measured_when_it_is_asked_for(world: World) -> None:
    nearest = {rate.figures.plan for rate in of(world, "dn/c").targets}
    assert NATIONAL not in nearest
    assert {rate.figures.plan for rate in of(world, "dn/c", plan=NATIONAL).targets} == {NATIONAL}
    with pytest.raises(NotBound, match=r"plans that do: .*1268-qd-ttg"):
        of(world, "dn/c", plan="lai-chau-31-kh-ldld-2026")
    with pytest.raises(NotBound, match="on 2021-01-01; plans that do: none"):
        of(world, "dn/c", on=date(2021, 1, 1), plan=NATIONAL)


def test_a_plan_without_a_target_for_the_year_looks_to_its_next_one(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        world.employ(session, "dn/a")
    found = of(world, "cd/lai-chau", plan="lai-chau-31-kh-ldld-2026")
    for rate in found.targets:
        assert [one.year for one in rate.figures.year_targets] == [2030]
        assert [one.deadline for one in rate.beside.forecasts] == [date(2030, 12, 31)]


def test_a_target_below_its_parents_is_warned_of(world: World) -> None:
    found = of(world, "cd/lai-chau", plan="lai-chau-31-kh-ldld-2026")
    warned = [figures.shortfall_words(one) for rate in found.targets for one in rate.beside.shortfalls]
    assert warned == [
        "chỉ tiêu L4 (gần với G2, tuy cách tính khác) năm 2030 là 60%, thấp hơn 75% của chỉ tiêu G2 trong kế hoạch cấp "
        "trên 1268-qd-ttg"
    ]
    assert not any(rate.beside.shortfalls for rate in of(world, "vn").targets)


# ---------------------------------------------------------------- units over time


def test_a_unit_with_two_parents_over_time_counts_where_it_stood_on_the_day(world: World) -> None:
    moved = """Mã,Tên,Loại,Mã cấp trên hành chính,Mã cấp trên công đoàn,Từ ngày,Đến ngày
dn/a,Doanh nghiệp A,doanh nghiệp,vn/lao-cai,cdcs/a,2026-07-01,
"""
    with world.database.writing(world.tenant) as session:
        organizations.import_organizations(session, world.tenant, moved.encode(), now=world.now)
        add_facts(session, world.tenant, world.employ(session, "dn/a"), ["law-labour"], day=date(2026, 3, 3))
    before, after = date(2026, 6, 30), date(2026, 7, 1)
    assert counts(of(world, "vn/lai-chau", on=before), "G1") == (1, 1, 1)
    assert counts(of(world, "vn/lao-cai", on=before), "G1") == (0, 0, 0)
    assert counts(of(world, "vn/lai-chau", on=after), "G1") == (0, 0, 0)
    assert counts(of(world, "vn/lao-cai", on=after), "G1") == (1, 1, 1)
    assert counts(of(world, "vn", on=after), "G1") == (1, 1, 1)


def test_a_unit_that_has_ended_is_asked_for_by_a_day_when_it_was_there(world: World) -> None:
    assert of(world, "dn/xong", on=date(2026, 10, 31)).organization.code == "dn/xong"
    with pytest.raises(NotOnThatDay, match="đã kết thúc ngày 31/10/2026"):
        of(world, "dn/xong")
    with pytest.raises(UnknownOrganization):
        of(world, "dn/khong-co")


# ---------------------------------------------------------------- beside


def test_last_year_and_the_pace_are_figures_of_their_own_days(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        here = [world.employ(session, "dn/a") for _ in range(8)]
        world.employ(session, "dn/a", ended=date(2025, 12, 31))
        for worker in here[:2]:
            add_facts(session, world.tenant, worker, ["law-labour"], day=date(2025, 5, 5))
        for worker in here[:3]:
            add_facts(session, world.tenant, worker, ["law-labour"], day=date(2026, 3, 3))
        add_facts(session, world.tenant, here[3], ["law-labour"], day=date(2026, 11, 1))
    rate = next(one for one in of(world, "vn").targets if one.figures.group == "G1")
    assert (rate.figures.counted, rate.figures.denominator) == (4, 8)
    assert rate.beside.last_year is not None
    assert (rate.beside.last_year.on, rate.beside.last_year.rate) == (date(2025, 11, 25), Fraction(2, 9))
    assert [one.why_not for one in rate.beside.forecasts] == ["past", None]
    trend = rate.beside.forecasts[1].rate
    assert trend == min(Fraction(1), Fraction(1, 2) + 4 * (Fraction(1, 2) - Fraction(2, 9)))


def test_a_year_of_which_nothing_is_known_is_not_taken_for_none_counted(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        here = [world.employ(session, "dn/a") for _ in range(4)]
        add_facts(session, world.tenant, here[0], ["law-labour"], day=date(2026, 3, 3))

    def beside(group: str) -> tuple[bool, list[str | None]]:
        rate = next(one for one in of(world, "vn").targets if one.figures.group == group)
        return rate.beside.last_year is not None, [one.why_not for one in rate.beside.forecasts]

    assert beside("G1") == beside("G4") == beside("G5") == (False, ["past", "no_last_year"])
    with world.database.writing(world.tenant) as session:
        add_facts(session, world.tenant, here[0], ["law-labour"], day=date(2025, 3, 3))
    assert beside("G1") == beside("G4") == beside("G5") == (True, ["past", None]), "somebody told, so nought is nought"


def test_a_cut_off_still_to_come_says_so_and_forecasts_nothing(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        world.employ(session, "dn/a")
    found = of(world, "vn", on=date(2026, 12, 31))
    assert found.to_come
    assert {one.why_not for rate in found.targets for one in rate.beside.forecasts} == {"past", "to_come"}
    assert not of(world, "vn").to_come


def test_the_units_right_below_come_along_on_both_trees(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        world.employ(session, "dn/a", "dn/b")
    found = of(world, "vn/lai-chau")
    assert [child.code for child in found.children] == ["dn/a", "dn/b"]
    assert [child.headcount for child in found.children] == [1, 1]
    assert found.organization.headcount == 1
    assert [child.code for child in of(world, "cdcs/a").children] == ["dn/a"]


def test_one_organization_alone_has_the_figures_it_has_among_all(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        for code in ("dn/a", "dn/b", "dn/c", "dn/moi"):
            add_facts(session, world.tenant, world.employ(session, *{code, "dn/a"}), ["law-labour", "digital-able"])
    for basis in (ALL_ENTERPRISES, UNIONISED):
        with world.database.reading(world.tenant) as session:
            everything = measure_all(session, world.tenant, on=ON, basis=basis)
        for one in everything.organizations:
            assert of(world, one.code, basis=basis).organization == one


def test_the_worked_example_of_the_documentation_holds_to_the_person(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        an = world.employ(session, "dn/c")
        binh = world.employ(session, "dn/c", "dn/moi")
        chi = world.employ(session, "dn/moi")
        dung = world.employ(session, "dn/c", ended=date(2026, 11, 24))
        em = world.employ(session, "dn/a", ended=date(2026, 6, 30))
        world.also(session, em, "dn/c", started=date(2026, 7, 1))
        giang = world.employ(session, "dn/moi")
        for worker, day, quality in (
            (an, date(2026, 3, 4), 1),
            (an, date(2026, 5, 9), 2),
            (binh, date(2026, 2, 2), 1),
            (chi, date(2026, 11, 30), 2),
            (dung, date(2026, 3, 3), 2),
            (em, date(2026, 4, 1), 1),
            (giang, date(2026, 5, 5), 0),
        ):
            add_facts(session, world.tenant, worker, ["law-labour"], day=day, quality=quality)
    assert counts(of(world, "vn/lao-cai"), "G1") == (3, 4, 5)
    assert counts(of(world, "vn/lao-cai", basis=UNIONISED), "G1") == (3, 4, 3)
    assert year_target(TargetValue(2026, 70), ">=", 3, 5).short == 1
    assert year_target(TargetValue(2026, 60), ">", 3, 5).short == 1
    assert year_target(TargetValue(2026, 60), ">=", 3, 5).met


def test_the_year_before_of_many_units_is_what_each_says_alone(world: World, other_world: World) -> None:
    with world.database.writing(world.tenant) as session:
        for place, unit in enumerate(("dn/a", "dn/a", "dn/b", "dn/c")):
            worker = world.employ(session, unit)
            if place % 2 == 0:
                add_facts(session, world.tenant, worker, ["law-labour"], day=date(2025, 3, 2))
    codes = ["cdcs/a", "cdcs/b", "dn/moi", "khong/co"]
    for kept in (False, True):
        if kept:
            settling.settle_all(world.database, world.tenant, today=ON)
        with world.database.reading(world.tenant) as session:
            tree = grounds.land(session, world.tenant).on(ON).tree
            _plan, target = attainment.binding_targets(session, world.tenant, tree, ["cdcs/a"], ON)["cdcs/a"][0]
            found = year_before(session, world.tenant, codes, target, on=ON)
        assert {code: (one.on, one.counted, one.denominator) for code, one in found.items()} == {
            "cdcs/a": (date(2025, 11, 25), 1, 2), "cdcs/b": (date(2025, 11, 25), 1, 1),
        }  # fmt: skip
        for code, one in found.items():
            alone = next(each for each in of(world, code).targets if each.figures.target == target.id)
            assert alone.beside.last_year == one
