"""Rates that survive questioning: distinct persons over a headcount frozen on a day, gaps in whole people."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from certification.models import Employment
from certification.rules.plans import TargetValue
from certification.targets import attainment
from certification.targets.attainment import YearTarget, year_target
from tests.certification.learning import add_facts
from tests.certification.world import World

Counting = Callable[[], Any]


# ---------------------------------------------------------------- arithmetic


@pytest.mark.parametrize(
    ("operator", "percent", "counted", "denominator", "met", "short", "points"),
    [
        (">=", 70, 7, 10, True, 0, Fraction(0)),
        (">", 70, 7, 10, False, 1, Fraction(0)),
        (">", 70, 8, 10, True, 0, Fraction(0)),
        (">=", 70, 0, 3, False, 3, Fraction(70)),
        (">", 70, 2, 3, False, 1, Fraction(10, 3)),
        (">=", 100, 9, 10, False, 1, Fraction(10)),
        (">=", 50, 1, 3, False, 1, Fraction(50, 3)),
        (">=", 30, 299999, 1000000, False, 1, Fraction(1, 10000)),
    ],
)
def test_a_gap_is_the_number_of_people_still_needed(
    operator: str, percent: int, counted: int, denominator: int, met: bool, short: int, points: Fraction
) -> None:
    assert year_target(TargetValue(2030, percent), operator, counted, denominator) == YearTarget(
        2030, operator, percent, met, short, points
    )


def test_over_nobody_there_is_no_rate_and_no_gap() -> None:
    assert year_target(TargetValue(2030, 70), ">=", 0, 0) == YearTarget(2030, ">=", 70, None, None, None)


def test_an_operator_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="'<'"):
        year_target(TargetValue(2030, 70), "<", 1, 2)


@given(
    st.sampled_from([">=", ">"]),
    st.integers(1, 99),
    st.integers(1, 10_000).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))),
)
def test_with_so_many_more_the_target_of_the_year_is_met_and_with_one_fewer_it_is_not(
    operator: str, percent: int, parts: tuple[int, int]
) -> None:
    counted, denominator = parts
    value = TargetValue(2030, percent)
    there = year_target(value, operator, counted, denominator)
    assert there.short is not None
    assert there.met == (there.short == 0)
    reached = year_target(value, operator, counted + there.short, denominator)
    assert reached.met
    if there.short:
        assert not year_target(value, operator, counted + there.short - 1, denominator).met
    rate = Fraction(counted * 100, denominator)
    assert there.met == (rate >= percent if operator == ">=" else rate > percent)


# ---------------------------------------------------------------- meeting and holding


def test_meeting_the_criteria_and_holding_the_title_are_counted_apart(world: World, other_world: World) -> None:
    with world.database.writing(world.tenant) as session:
        holder, meeting, fallen, judged_later, _nobody = (world.employ(session, "dn/a") for _ in range(5))
        world.title(session, holder, 2025, decided=date(2026, 1, 31))
        world.judged(session, holder, 1, "not_met", date(2026, 6, 1))
        world.judged(session, meeting, 1, "not_met", date(2026, 6, 1))
        world.judged(session, meeting, 2, "met", date(2026, 7, 1))
        world.judged(session, fallen, 1, "met", date(2026, 6, 1))
        world.judged(session, fallen, 2, "not_yet_known", date(2026, 7, 1))
        world.judged(session, judged_later, 1, "met", date(2026, 11, 26))  # with nothing learned since the cut-off
        world.judged(session, holder, 1, "met", date(2025, 6, 1))
    for code in ("dn/a", "cdcs/a", "vn/lai-chau", "vn"):
        organization = world.measure().of(code)
        assert organization is not None
        assert (organization.meets_criteria, organization.holds_title) == (2, 1)


# ---------------------------------------------------------------- plans


def test_each_organization_below_the_national_plan_has_one_target_of_each_common_group(world: World) -> None:
    for organization in world.measure().organizations:
        if organization.kind not in ("administrative", "enterprise"):
            continue  # trade unions stand in the other tree, which the national plan's owner is not at the top of
        groups = [one.group for one in organization.targets if one.group in attainment.COMMON_GROUPS]
        assert groups == list(attainment.COMMON_GROUPS), organization.code


def test_the_nearest_plan_binds_and_a_units_own_targets_come_beside(world: World) -> None:
    measured = world.measure()
    plans_of = {one.code: {target.group: target.plan for target in one.targets} for one in measured.organizations}
    assert len(set(plans_of["dn/c"].values())) == 1
    assert plans_of["dn/c"] == plans_of["vn/lao-cai"]
    assert plans_of["dn/c"]["G1"] != plans_of["vn"]["G1"]
    assert plans_of["dn/a"]["G1"] == plans_of["vn"]["G1"]
    assert [group for group in plans_of["dn/a"] if group.startswith("L")] == ["L1", "L2", "L3", "L4", "L5", "L6"]
    assert not any(group.startswith("L") for group in plans_of["vn"])


# ---------------------------------------------------------------- promises about all figures


def test_two_tenants_figures_stay_apart(world: World, other_world: World) -> None:
    for organization in world.measure().organizations:
        assert (organization.headcount, organization.meets_criteria, organization.holds_title) == (0, 0, 0)
        assert all(target.counted == target.participations == 0 for target in organization.targets)
    other = other_world.measure().of("vn")
    assert other is not None
    assert (other.headcount, other.women, other.union_cadres, other.holds_title) == (21, 21, 21, 21)


def test_nothing_counted_ever_exceeds_its_population_and_parents_hold_their_children(world: World) -> None:
    chance = random.Random(26)
    kinds = ["law-labour", "skill-upskilling", "life-health", "digital-able", "cadre-training", "learning"]
    with world.database.writing(world.tenant) as session:
        for _ in range(60):
            employers = chance.sample(["dn/a", "dn/b", "dn/c", "dn/moi"], chance.choice([1, 1, 2]))
            ended = chance.choice([None, None, date(2026, 6, 1)])
            worker = world.employ(session, *employers, ended=ended, cadre_in=employers[: chance.choice([0, 1])])
            add_facts(session, world.tenant, worker, chance.sample(kinds, 3), times=chance.choice([1, 3]))
            if chance.random() < 0.3:
                world.title(session, worker, chance.choice([2024, 2025, 2026]), decided=date(2026, 2, 1))
    measured = world.measure()
    for organization in measured.organizations:
        for target in organization.targets:
            assert 0 <= target.counted <= target.denominator
            assert target.participations >= target.counted
            assert all(0 <= one.counted <= target.denominator for one in target.beside)
    of = {one.code: one.headcount for one in measured.organizations}
    assert of["vn"] <= of["vn/lai-chau"] + of["vn/lao-cai"]
    assert of["vn"] == 60 - _left(world)
    assert max(of.values()) == of["vn"]


def _left(world: World) -> int:
    with world.database.reading(world.tenant) as session:
        gone = sa.select(sa.func.count(Employment.worker_id.distinct())).where(
            Employment.tenant_id == world.tenant, Employment.ended.is_not(None)
        )
        return session.scalar(gone) or 0


def test_more_people_take_no_more_commands(world: World, count_commands: Counting) -> None:
    counts = []
    for size in (1, 40):
        with world.database.writing(world.tenant) as session:
            for code in ("dn/a", "dn/b", "dn/c"):
                for _ in range(size):
                    worker = world.employ(session, code)
                    add_facts(session, world.tenant, worker, ["law-labour", "learning"], times=2)
        with count_commands() as commands:
            world.measure()
        counts.append(len(commands))
    assert counts[1] <= counts[0] <= 36, "the trees are remembered the second time"
