"""Plans: every percentage of every source document, who is counted and how, which plans bind whom, and when."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from certification.rules import plans, rule_files
from certification.rules.plans import Inheritance, Plan, Target, binding
from lrs.db import Database
from tests.certification.shipped_rules import FOLDER, document, plan

NATIONAL = "plan-1268-qd-ttg"
HOANG_HOP = "plan-hoang-hop-2023"
LAO_CAI = "plan-lao-cai-2022"
LAI_CHAU = "plan-lai-chau-31-kh-ldld-2026"
NINH_BINH = "plan-ninh-binh-2022"
EVERY_PLAN = (NATIONAL, HOANG_HOP, LAO_CAI, LAI_CHAU, NINH_BINH)

# Written down by hand from the documents, one line for each percentage they name.
PERCENTAGES = [
    # Quyết định 1268/QĐ-TTg
    (NATIONAL, "G1", 2025, 70),
    (NATIONAL, "G1", 2030, 90),
    (NATIONAL, "G2", 2025, 50),
    (NATIONAL, "G2", 2030, 75),
    (NATIONAL, "G3", 2025, 50),
    (NATIONAL, "G3", 2030, 75),
    (NATIONAL, "G4", 2025, 40),
    (NATIONAL, "G4", 2030, 65),
    (NATIONAL, "G5", 2025, 30),
    (NATIONAL, "G5", 2030, 50),
    # Kế hoạch của xã Hoằng Hợp, mục II.2
    (HOANG_HOP, "G1", 2025, 90),
    (HOANG_HOP, "G1", 2030, 95),
    (HOANG_HOP, "G2", 2025, 72),
    (HOANG_HOP, "G2", 2030, 85),
    (HOANG_HOP, "G3", 2025, 65),
    (HOANG_HOP, "G3", 2030, 85),
    (HOANG_HOP, "G4", 2025, 65),
    (HOANG_HOP, "G4", 2030, 80),
    (HOANG_HOP, "G5", 2025, 35),
    (HOANG_HOP, "G5", 2030, 60),
    # Kế hoạch của tỉnh Lào Cai, mục II.3
    (LAO_CAI, "G1", 2025, 70),
    (LAO_CAI, "G1", 2030, 90),
    (LAO_CAI, "G2", 2025, 50),
    (LAO_CAI, "G2", 2030, 75),
    (LAO_CAI, "G3", 2025, 50),
    (LAO_CAI, "G3", 2030, 75),
    (LAO_CAI, "G4", 2025, 40),
    (LAO_CAI, "G4", 2030, 65),
    (LAO_CAI, "G5", 2025, 30),
    (LAO_CAI, "G5", 2030, 50),
    # Kế hoạch 31/KH-LĐLĐ của LĐLĐ tỉnh Lai Châu, mục II.2
    (LAI_CHAU, "L1", 2030, 100),
    (LAI_CHAU, "L2", 2030, 70),
    (LAI_CHAU, "L3", 2030, 70),
    (LAI_CHAU, "L4", 2030, 60),
    (LAI_CHAU, "L5", 2030, 100),
    (LAI_CHAU, "L6", 2030, 70),
    # Kế hoạch của tỉnh Ninh Bình, mục II.2
    (NINH_BINH, "G1", 2025, 70),
    (NINH_BINH, "G1", 2030, 90),
    (NINH_BINH, "G2", 2025, 50),
    (NINH_BINH, "G2", 2030, 75),
    (NINH_BINH, "G3", 2025, 50),
    (NINH_BINH, "G3", 2030, 75),
    (NINH_BINH, "G4", 2025, 40),
    (NINH_BINH, "G4", 2030, 65),
    (NINH_BINH, "G5", 2025, 30),
    (NINH_BINH, "G5", 2030, 50),
]


def target(name: str, target_id: str) -> Target:
    return next(each for each in plan(name).targets if each.id == target_id)


# ---------------------------------------------------------------- what the documents say


@pytest.mark.parametrize(("name", "target_id", "year", "percent"), PERCENTAGES)
def test_every_percentage_of_the_documents_is_in_the_data(name: str, target_id: str, year: int, percent: int) -> None:
    assert {value.year: value.percent for value in target(name, target_id).values}[year] == percent


def test_the_data_holds_no_percentage_that_no_document_names() -> None:
    held = {
        (name, each.id, value.year, value.percent)
        for name in EVERY_PLAN
        for each in plan(name).targets
        for value in each.values
    }
    assert held == set(PERCENTAGES)


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_every_percentage_of_a_quoted_line_is_among_its_values_and_the_other_way_round(name: str) -> None:
    for each in plan(name).targets:
        quoted = {int(number) for number in re.findall(r"(\d+) ?%", each.source_line)}
        assert quoted == {value.percent for value in each.values}, each.id


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_every_year_of_a_quoted_line_is_among_its_values(name: str) -> None:
    for each in plan(name).targets:
        quoted = {int(number) for number in re.findall(r"đến năm (\d{4})", each.source_line)}
        assert quoted <= {value.year for value in each.values}, each.id


@pytest.mark.parametrize("name", EVERY_PLAN)
def test_every_target_says_how_sure_it_is_and_when_it_was_checked(name: str) -> None:
    for each in document(name)["target"]:
        assert (each["status"], each["checked"]) == ("CONFIRMED", date(2026, 11, 20))


@pytest.mark.parametrize(
    ("target_id", "population", "unit", "operator", "rule"),
    [
        ("L1", "union_cadres", "person", ">=", "any_of"),
        ("L2", "workers", "person", ">", "any_of"),
        ("L3", "grassroots_unions", "organization", ">", "commitment"),
        ("L4", "workers", "person", ">=", "any_of"),
        ("L5", "workers", "person", ">=", "all_of"),
        ("L6", "workers", "person", ">=", "any_of"),
    ],
)
def test_lai_chau_counts_other_populations_and_units(
    target_id: str, population: str, unit: str, operator: str, rule: str
) -> None:
    each = target(LAI_CHAU, target_id)
    assert (each.population, each.unit, each.operator, each.numerator.rule) == (population, unit, operator, rule)


def test_tren_is_more_than_and_toi_thieu_is_at_least() -> None:
    assert target(LAI_CHAU, "L2").source_line.startswith("Trên 70%")
    assert target(LAI_CHAU, "L3").source_line.startswith("Trên 70%")
    assert target(LAI_CHAU, "L4").source_line.startswith("Tối thiểu 60%")


def test_all_four_laws_count_for_lai_chau_and_one_topic_of_three_for_the_nation() -> None:
    assert target(LAI_CHAU, "L5").numerator.what == (
        "law-labour",
        "law-trade-union",
        "law-social-insurance",
        "law-safety",
    )
    assert target(NATIONAL, "G1").numerator.rule == "any_of"


def test_life_skills_are_seven_and_ways_to_a_trade_skill_four() -> None:
    assert len(target(NATIONAL, "G3").numerator.what) == 7
    assert len(target(NATIONAL, "G2").numerator.what) == 4


@pytest.mark.parametrize("name", [NATIONAL, HOANG_HOP, LAO_CAI, NINH_BINH])
def test_digital_targets_show_reached_and_able_side_by_side(name: str) -> None:
    each = target(name, "G4")
    assert "được phổ biến" in each.source_line
    assert each.numerator.what == ("digital-reached", "digital-able")
    assert [(beside.id, beside.numerator.what) for beside in each.also] == [("G4-able", ("digital-able",))]
    if each.result_line:
        assert "biết cách" in each.result_line


@pytest.mark.parametrize("name", [NATIONAL, HOANG_HOP, LAO_CAI, NINH_BINH])
def test_titles_of_the_cut_offs_year_or_the_year_before_count(name: str) -> None:
    assert target(name, "G5").numerator == plans.Numerator("title_holders", title_years=(0, -1))


def test_misprints_are_kept_in_quotations_and_named() -> None:
    assert "một hoặc nhiều kỹ năng số như" in target(NINH_BINH, "G3").result_line
    assert "một hoặc nhiều kỹ năng sống như" in target(LAO_CAI, "G3").result_line
    assert {"Hoàng Hợp"} <= {each["reads"] for each in document(HOANG_HOP)["hazard"]}
    assert plan(HOANG_HOP).issuer == "Ủy ban nhân dân xã Hoằng Hợp"


def test_the_report_form_holds_what_hoang_cat_counted_in_its_own_order() -> None:
    form = document("report-form-hoang-cat-2023")
    counted = [
        (section["id"], item["id"], item["unit"], item.get("reported"))
        for section in form["section"]
        for item in section.get("item", ())
    ]
    assert counted == [
        ("I.1", "documents-issued", "văn bản", None),
        ("I.2", "loudspeaker-items", "tin, bài", 10),
        ("I.2", "social-media-posts", "lượt", 20),
        ("I.2", "web-portal-articles", "bài", 2),
        ("I.2", "lifelong-learning-weeks", "tuần lễ", 1),
        ("I.4", "workers-commended", "công nhân", 5),
        ("I.4", "workers-children-commended", "cháu", 10),
        ("I.7", "commune-spending", "đồng", 3_500_000),
        ("I.7", "enterprise-spending", "đồng", None),
    ]
    sections = [section["id"] for section in form["section"]]
    assert sections == ["I", "I.1", "I.2", "I.3", "I.4", "I.5", "I.6", "I.7", "II", "II.1", "II.2", "III"]


def test_the_report_form_says_that_no_target_can_be_read_off_the_report() -> None:
    form = document("report-form-hoang-cat-2023")
    asked = " ".join(each["asked_by"] for each in form["lacking"])
    assert all(f"G{number}" in asked for number in range(1, 6))
    assert "%" not in "".join(item["source_line"] for section in form["section"] for item in section.get("item", ()))


# ---------------------------------------------------------------- a child below its parent


def below(name: str, **percents: int) -> Plan:
    """A plan of which one target asks for other percentages in 2030."""
    changed = plan(name)
    targets = tuple(
        replace(
            each, values=tuple(replace(value, percent=percents.get(each.id, value.percent)) for value in each.values)
        )
        for each in changed.targets
    )
    return replace(changed, targets=targets)


def test_a_child_target_below_its_parents_is_warned_of() -> None:
    assert plans.shortfalls(below(HOANG_HOP, G5=45), plan(NATIONAL)) == [
        "plan hoang-hop-2023, target G5: 45 % for 2030 is below the 50 % of its parent plan 1268-qd-ttg, target G5"
    ]


@pytest.mark.parametrize("name", [HOANG_HOP, LAO_CAI, NINH_BINH])
def test_plans_at_or_above_their_parent_are_not_warned_of(name: str) -> None:
    assert plans.shortfalls(plan(name), plan(NATIONAL)) == []


def test_a_target_of_its_own_is_held_against_the_group_it_is_related_to() -> None:
    assert plans.shortfalls(plan(LAI_CHAU), plan(NATIONAL)) == [
        "plan lai-chau-31-kh-ldld-2026, target L4 (related to G2, though not counted alike): 60 % for 2030 is below "
        "the 75 % of its parent plan 1268-qd-ttg, target G2"
    ]


# ---------------------------------------------------------------- which plans bind

EVERY = [plan(name) for name in EVERY_PLAN]
TODAY = date(2026, 11, 20)
HOANG_GIANG = ["dn/may-hoang-giang", "vn/thanh-hoa/hoang-giang", "cd/thanh-hoa", "vn/thanh-hoa", "cd", "vn"]
INHERITED = Inheritance("hoang-hop-2023", "vn/thanh-hoa/hoang-giang", date(2025, 7, 1), "tiếp tục thực hiện")


def test_plans_of_one_owner_from_one_day_for_one_group_are_warned_of() -> None:
    national = plan(NATIONAL)
    rival = replace(national, id="1269-qd-ttg")
    assert plans.rivals(rival, [national, rival, replace(rival, id="later", in_force_from=date(2030, 1, 1))]) == [
        f"plan 1269-qd-ttg and plan 1268-qd-ttg bind vn from the same day {national.in_force_from} with targets for "
        "the same group; 1268-qd-ttg is measured first: end one of them, or let one begin later"
    ]
    assert plans.rivals(replace(rival, targets=()), [national]) == []


def ids(found: list[Plan]) -> list[str]:
    return [each.id for each in found]


def test_the_nearest_plan_comes_first_on_either_tree() -> None:
    chain = ["dn/a", "cd/lai-chau", "vn/lai-chau", "cd", "vn"]
    assert ids(binding(EVERY, [], chain, TODAY)) == ["lai-chau-31-kh-ldld-2026", "1268-qd-ttg"]


def test_plans_of_other_branches_do_not_bind() -> None:
    assert ids(binding(EVERY, [], ["dn/b", "vn/lao-cai", "cd/lao-cai", "vn", "cd"], TODAY)) == [
        "lao-cai-2022",
        "1268-qd-ttg",
    ]


def test_the_unions_that_a_state_plan_orders_to_carry_it_out_are_bound_by_it() -> None:
    assert ids(binding(EVERY, [], ["cd/lao-cai/cdcs-1", "cd/lao-cai", "cd"], TODAY)) == ["lao-cai-2022", "1268-qd-ttg"]
    assert ids(binding(EVERY, [], ["cd/thanh-hoa", "cd"], TODAY)) == ["1268-qd-ttg"]


def test_a_successor_is_not_bound_by_its_predecessors_plan_by_itself() -> None:
    assert ids(binding(EVERY, [], HOANG_GIANG, TODAY)) == ["1268-qd-ttg"]


def test_a_loaded_record_makes_the_predecessors_plan_the_successors_own() -> None:
    assert ids(binding(EVERY, [INHERITED], HOANG_GIANG, TODAY)) == ["hoang-hop-2023", "1268-qd-ttg"]


def test_an_inherited_plan_binds_from_its_day_on() -> None:
    assert ids(binding(EVERY, [INHERITED], HOANG_GIANG, date(2025, 6, 30))) == ["1268-qd-ttg"]
    assert ids(binding(EVERY, [INHERITED], HOANG_GIANG, date(2025, 7, 1))) == ["hoang-hop-2023", "1268-qd-ttg"]


def test_a_plan_binds_from_its_first_day_to_its_last() -> None:
    chain = ["cd/lai-chau", "vn"]
    assert ids(binding(EVERY, [], chain, date(2026, 5, 10))) == ["1268-qd-ttg"]
    assert ids(binding(EVERY, [], chain, date(2026, 5, 11))) == ["lai-chau-31-kh-ldld-2026", "1268-qd-ttg"]
    assert ids(binding(EVERY, [], chain, date(2030, 12, 31))) == ["lai-chau-31-kh-ldld-2026", "1268-qd-ttg"]
    assert ids(binding(EVERY, [], chain, date(2031, 1, 1))) == []


def test_an_organizations_own_plan_comes_before_the_one_it_inherited_and_the_newer_first() -> None:
    own = replace(plan(HOANG_HOP), id="hoang-giang-2026", owner="vn/thanh-hoa/hoang-giang")
    newer = replace(own, id="hoang-giang-2026-b", in_force_from=date(2026, 6, 1))
    found = binding([*EVERY, own, newer], [INHERITED], HOANG_GIANG, TODAY)
    assert ids(found) == ["hoang-giang-2026-b", "hoang-giang-2026", "hoang-hop-2023", "1268-qd-ttg"]


def test_a_plan_that_binds_twice_is_named_once() -> None:
    twice = [INHERITED, replace(INHERITED, organization="vn/thanh-hoa")]
    assert ids(binding(EVERY, twice, HOANG_GIANG, TODAY)) == ["hoang-hop-2023", "1268-qd-ttg"]


# ---------------------------------------------------------------- from the database


def test_loaded_plans_come_back_as_they_were_written(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        loaded = {one.identifier: one for one in rule_files.load_all(session, tenant, now=now)}
    with database.reading(tenant) as session:
        found = plans.all_plans(session, tenant)
        records = plans.inheritances(session, tenant)
    assert [replace(each, rule_file_id=UUID(int=1)) for each in found] == sorted(EVERY, key=lambda each: each.id)
    assert all(each.rule_file_id == loaded[each.id].id for each in found)
    assert [(each.plan, each.organization, each.from_day) for each in records] == [
        ("hoang-hop-2023", "vn/thanh-hoa/hoang-giang", date(2025, 7, 1))
    ]


def test_another_tenants_plans_do_not_show(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=now)
    with database.reading(other_tenant) as session:
        assert plans.all_plans(session, other_tenant) == []
        assert plans.inheritances(session, other_tenant) == []


# ---------------------------------------------------------------- units named in the documents


def units() -> dict[str, dict[str, Any]]:
    return {one["code"]: one for one in rule_files.read(FOLDER / "organizations.toml")["organization"]}


def test_every_unit_that_a_plan_also_binds_is_known_and_says_why() -> None:
    bound = [one for name in EVERY_PLAN for one in document(name).get("also_binds", [])]
    assert len(bound) == 3
    assert {one["organization"] for one in bound} <= set(units())
    assert all(one["basis"] and one["status"] for one in bound)


def test_every_owner_and_heir_of_a_plan_is_a_known_unit() -> None:
    known = units()
    assert {each.owner for each in EVERY} <= set(known)
    record = document("plan-inheritance-hoang-giang")
    assert {record["organization"], record["predecessor"]} <= set(known)


def test_the_heir_and_its_predecessor_are_parted_by_the_merger() -> None:
    record, known = document("plan-inheritance-hoang-giang"), units()
    assert known[record["predecessor"]]["exists_to"] == date(2025, 6, 30)
    assert known[record["organization"]]["exists_from"] == date(2025, 7, 1)
    assert (record["succession"]["status"], record["carry_over"]["status"]) == ("CONFIRMED", "PROPOSAL")
