"""The numbers and days of the source documents beside the percentages (test_plans.py), each with document and place.

Written down by hand from the documents; the data must say the same, and nothing else of the kind.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from certification.rules import rule_files
from tests.certification.rules.test_plans import EVERY_PLAN, HOANG_HOP, LAI_CHAU, LAO_CAI, NATIONAL, NINH_BINH
from tests.certification.shipped_rules import FOLDER, document, plan

FRAMES = {
    # document, number, its day, first and last assessment year, place
    "criteria-244-qd-khvn-2022-nguoi-lao-dong": ("244/QĐ-KHVN", date(2022, 7, 28), 2022, 2022),  # Lào Cai II.3.5
    "criteria-324-qd-khvn-2023-nguoi-lao-dong": ("324/QĐ-KHVN", date(2023, 10, 25), 2023, None),  # báo Quảng Ngãi
}

# Khung tiêu chí, Tạp chí Công dân & Khuyến học 25/5/2022; Hội Khuyến học Đắk Lắk: points of each chỉ số
POINTS = [
    ("I", "CS1", 10),
    ("I", "CS2", 10),
    ("I", "CS3", 10),
    ("I", "CS4", 10),
    ("II", "CS5", 10),
    ("II", "CS6", 10),
    ("II", "CS7", 10),
    ("II", "CS8", 10),
    ("III", "CS9", 10),
    ("III", "CS10", 10),
]

DAYS_OF_PLANS = [
    # plan, number, day as printed in full, first day, last day (the end of the programme's period)
    (NATIONAL, "1268/QĐ-TTg", date(2022, 10, 19), date(2022, 10, 19)),  # cited at the head of every plan
    (HOANG_HOP, "", None, date(2023, 12, 1)),  # “ngày tháng 12 năm 2023”, head
    (LAO_CAI, "", None, date(2022, 11, 24)),  # no day printed; cites HD 69/HD-TLĐ of 24/11/2022
    (LAI_CHAU, "31/KH-LĐLĐ", date(2026, 5, 11), date(2026, 5, 11)),  # head
    (NINH_BINH, "", None, date(2022, 12, 1)),  # “ngày tháng 12 năm 2022”, head
]

LAW = ("law-labour", "law-trade-union", "working-class-theory")
SKILL = ("skill-new-hire", "skill-upskilling", "skill-contest", "skill-external")
LIFE = (
    "life-industrial-style", "life-conduct", "life-traffic", "life-health", "life-social-evils", "life-family",
    "life-children",
)  # fmt: skip
FIVE_GROUPS = {
    # “Kết quả hoàn thành mục tiêu”, Lào Cai II.3.1–3.5 and Ninh Bình II.2.1–2.5: what each group counts
    "G1": ("any_of", LAW, 1),  # luật lao động, luật công đoàn; chức năng của giai cấp công nhân, tổ chức Công đoàn
    "G2": ("any_of", SKILL, 1),  # four routes
    "G3": ("any_of", LIFE, 1),  # “một hoặc nhiều kỹ năng”, seven of them
    "G4": ("any_of", ("digital-reached", "digital-able"), 1),  # “được phổ biến”
    "G5": ("title_holders", (), None),  # “đạt danh hiệu Công dân học tập”
}


@pytest.mark.parametrize("name", FRAMES)
def test_number_day_and_years_of_each_decision(name: str) -> None:
    number, issued, first, last = FRAMES[name]
    frame = document(name)
    years = frame["years"]
    assert (frame["number"], frame["issued"], years["first"]["value"]) == (number, issued, first)
    assert years.get("last", {}).get("value") == last


@pytest.mark.parametrize("name", FRAMES)
def test_points_of_each_indicator_in_its_competence(name: str) -> None:
    held = [
        (competence["id"], one["id"], one["max_points"]["value"])
        for competence in document(name)["competence"]
        for one in competence["indicator"]
    ]
    assert held == POINTS
    weights = {numeral: sum(points for other, _, points in held if other == numeral) for numeral in ("I", "II", "III")}
    assert weights == {"I": 40, "II": 40, "III": 20}
    assert sum(points for *_, points in held) == 100


@pytest.mark.parametrize("name", FRAMES)
def test_pass_mark_and_floor_of_each_decision(name: str) -> None:
    rule = document(name)["title_rule"]
    # UBND thành phố Thái Bình 2024, thành phố Tây Ninh 2023: 80 of 100, no chỉ số below 5
    assert (rule["total_at_least"]["value"], rule["each_indicator_at_least"]["value"]) == (80, 5)
    assert {one["status"] for one in rule.values()} == {"CONFIRMED"}


@pytest.mark.parametrize(("name", "number", "issued", "first"), DAYS_OF_PLANS)
def test_number_and_days_of_each_plan(name: str, number: str, issued: date | None, first: date) -> None:
    one = document(name)
    assert (one["number"], one.get("issued"), one["in_force_from"]) == (number, issued, first)
    assert one["in_force_to"] == date(2030, 12, 31), "đến năm 2030; Lai Châu: giai đoạn 2026 - 2030"
    assert one["in_force_status"] == "INFERRED"


def test_every_plan_is_held_to_its_days() -> None:
    assert {name for name, *_ in DAYS_OF_PLANS} == set(EVERY_PLAN)


@pytest.mark.parametrize("name", [NATIONAL, HOANG_HOP, LAO_CAI, NINH_BINH])
@pytest.mark.parametrize("group", FIVE_GROUPS)
def test_who_is_counted_in_each_of_the_five_groups(name: str, group: str) -> None:
    one = next(each for each in plan(name).targets if each.group == group)
    rule, what, quality = FIVE_GROUPS[group]
    assert (one.numerator.rule, one.numerator.what) == (rule, what)
    assert quality is None or one.numerator.quality_at_least == quality
    assert (one.population, one.unit, one.operator) == ("workers", "person", ">="), "“đạt …% công nhân lao động”"


# Lai Châu 31/KH-LĐLĐ, mục II.2, in the order of its lines
OF_LAI_CHAU = [
    ("L1", ("cadre-training",), 1),  # “được tập huấn kỹ năng tuyên truyền”
    ("L2", ("*",), 1),  # “được tiếp cận các chương trình học tập suốt đời”
    ("L3", (), None),  # “Công đoàn học tập” in the yearly programme
    ("L4", (*SKILL, "digital-reached", "digital-able"), 1),  # “kỹ năng nghề hoặc kỹ năng số mỗi năm”
    ("L5", ("law-labour", "law-trade-union", "law-social-insurance", "law-safety"), 1),  # four laws
    ("L6", ("digital-able",), 2),  # “biết khai thác”
]


def test_who_is_counted_in_each_of_lai_chaus_six() -> None:
    held = [(one.id, one.numerator.what, one.numerator.quality_at_least) for one in plan(LAI_CHAU).targets]
    assert [(name, what) for name, what, _ in held] == [(name, what) for name, what, _ in OF_LAI_CHAU]
    assert [quality for _, what, quality in held if what] == [quality for *_, quality in OF_LAI_CHAU if quality]
    assert plan(LAI_CHAU).targets[2].numerator.commitment == "Công đoàn học tập"


def test_reports_are_due_before_25_november_where_a_plan_says_so() -> None:
    due = {name: document(name).get("report", {}).get("before") for name in EVERY_PLAN}
    # Lào Cai, tổ chức thực hiện, điểm 10: “trước ngày 25/11”; Lai Châu and Ninh Bình: “định kỳ”; Hoằng Hợp: nothing
    assert due == {NATIONAL: None, HOANG_HOP: None, LAO_CAI: "11-25", LAI_CHAU: None, NINH_BINH: None}
    to = {name: document(name)["report"]["to"] for name in EVERY_PLAN if "report" in document(name)}
    assert to == {LAO_CAI: "cd/lao-cai", LAI_CHAU: "cd/lai-chau", NINH_BINH: "cd/ninh-binh"}


def test_the_report_of_hoang_cat_names_what_it_answers_with_its_days() -> None:
    form = document("report-form-hoang-cat-2023")
    assert "Công văn số 3628/UBND-LĐLĐ ngày 08/12/2023" in form["basis"]
    assert "Kế hoạch số 53/KH-UBND ngày 10/3/2023" in form["basis"]
    assert form["period"] == 2023


def units() -> Any:
    return rule_files.read(FOLDER / "organizations.toml")


# NQ 202/2025/QH15 ngày 12/6/2025; NQ 1686/NQ-UBTVQH15 ngày 16/6/2025
MERGED = [
    ("vn/thanh-hoa/hoang-cat", "vn/thanh-hoa/hoang-son"),
    ("vn/thanh-hoa/hoang-hop", "vn/thanh-hoa/hoang-giang"),
    ("vn/yen-bai", "vn/lao-cai"),
    ("vn/ha-nam", "vn/ninh-binh"),
    ("vn/nam-dinh", "vn/ninh-binh"),
]
ENDED = {before for before, _ in MERGED} | {"vn/thanh-hoa/hoang-hoa", "cd/thanh-hoa/hoang-hoa"}


def test_who_followed_whom_on_1_july_2025() -> None:
    told = units()["succession"]
    assert [(one["predecessor"], one["successor"]) for one in told] == MERGED
    assert {one["took_place"] for one in told} == {date(2025, 7, 1)}
    assert {one["status"] for one in told} == {"CONFIRMED"}


def test_districts_and_their_unions_end_with_june_2025_and_the_four_provinces_stay() -> None:
    listed = {one["code"]: one for one in units()["organization"]}
    assert {code for code, one in listed.items() if "exists_to" in one} == ENDED
    assert {one["exists_to"] for one in listed.values() if "exists_to" in one} == {date(2025, 6, 30)}
    for province in ("lao-cai", "lai-chau", "ninh-binh", "thanh-hoa"):
        assert "exists_to" not in listed[f"vn/{province}"]
        assert "exists_to" not in listed[f"cd/{province}"]
