"""A result in Vietnamese words."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from certification.evaluation.evaluate import evaluate
from certification.evaluation.measures import MEASURES
from certification.evaluation.results import Evidence, IndicatorResult, Reason, Result
from certification.evaluation.rules import Component, CriteriaSet, Indicator, Step
from certification.judgement.explanations import Explanation, explain, plan_name, plan_names
from tests.certification.shipped_rules import BY_PERSON, attested, attested_by_person, criteria_set, fact, plan


def judge(evidence: Evidence) -> Explanation:
    result = evaluate(criteria_set(), evidence, year=2026, as_of=date(2026, 11, 20))
    return explain(criteria_set(), result)


def row(explanation: Explanation, indicator: str) -> tuple[str, ...]:
    return next(one.remarks for one in explanation.rows if one.indicator == indicator)


def test_the_summary_says_the_year_the_day_the_total_and_what_is_asked() -> None:
    assert judge(Evidence()).summary == (
        "Năm đánh giá 2026, tính đến ngày 20/11/2026: chưa đủ điều kiện. Tổng 0 trên 100 điểm; cần từ 80 điểm và không "
        "chỉ số nào dưới 5."
    )


def test_meeting_the_criteria_is_said_not_to_be_the_title() -> None:
    every = tuple(attested(indicator.id, 8) for indicator in criteria_set().indicators)
    explanation = judge(Evidence((), every))
    assert explanation.outcome_words == "đủ điều kiện theo bộ tiêu chí"
    assert "chưa phải là có danh hiệu" in explanation.remarks[-1]


def test_what_is_missing_is_said_with_its_numbers_and_what_it_earns() -> None:
    learned = tuple(fact(number, "reading", activity_key=1) for number in range(1, 6))
    assert row(judge(Evidence(learned)), "CS1") == (
        "Mới 2 điểm, dưới mức tối thiểu 5 của mỗi chỉ số; còn thiếu 3 điểm.",
        "Số ngày có đọc, học hoặc tra cứu: đã có 5, cần 8, còn thiếu 3 để thêm 2 điểm, trước hết ngày 31/12/2026.",
        "Số nội dung khác nhau đã đọc hoặc học: đã có 1, cần 2, còn thiếu 1 để thêm 1 điểm, trước hết ngày 31/12/2026.",
    )


def test_scores_are_said_in_per_cent() -> None:
    learned = (fact(1, "language", score=5550, quality=3),)
    said = (
        "Kết quả cao nhất của bài kiểm tra ngoại ngữ: đã có 55,5 %, cần 65 %, còn thiếu 9,5 % để thêm 1 điểm, "
        "trước hết ngày 31/12/2026."
    )
    assert said in row(judge(Evidence(learned)), "CS6")


def test_evidence_that_is_too_weak_is_said_with_the_level_it_lacks() -> None:
    learned = (fact(1, "language", quality=0), fact(2, "language", quality=0))
    assert "2 minh chứng chưa được tính vào “số ngày học ngoại ngữ” vì dưới mức E1 (có tên trong danh sách)." in row(
        judge(Evidence(learned)), "CS6"
    )


@pytest.mark.parametrize("indicator", BY_PERSON)
def test_an_indicator_for_persons_says_that_it_waits_for_one(indicator: str) -> None:
    assert row(judge(Evidence()), indicator) == (
        "Chưa có xác nhận: chỉ số này do người có trách nhiệm cho điểm, cần từ 5 đến 10 điểm.",
    )


def test_attested_points_say_what_the_log_had_suggested() -> None:
    explanation = judge(Evidence((fact(1, "community"),), (attested("CS3", 7),)))
    assert row(explanation, "CS3") == ("Nhật ký học tập gợi ý 2 điểm; điểm do người xác nhận thay cho gợi ý.",)
    [shown] = [one for one in explanation.rows if one.indicator == "CS3"]
    assert len(shown.counted) == 1


def test_overall_reasons_are_said() -> None:
    assert judge(Evidence()).remarks == (
        "6 chỉ số dưới mức tối thiểu 5 điểm.",
        "4 chỉ số chờ người xác nhận: CS4, CS8, CS9, CS10.",
        "Với minh chứng đến nay, dù mọi chỉ số còn chờ xác nhận được điểm tối đa, tổng cũng chỉ 40 điểm, dưới 80.",
    )
    high = judge(Evidence((), tuple(attested(f"CS{number}", 8) for number in (1, 2, 3, 5, 6, 7))))
    assert high.remarks == (
        "4 chỉ số chờ người xác nhận: CS4, CS8, CS9, CS10.",
        "Tổng mới 48 điểm, còn thiếu 32 điểm để đủ 80.",
    )


def test_rows_stand_in_the_order_of_the_criteria_each_under_its_competence() -> None:
    rows = judge(Evidence((), attested_by_person(5))).rows
    assert list(dict.fromkeys(one.competence for one in rows)) == [
        "Tự học, học tập suốt đời",
        "Sử dụng công cụ học tập, làm việc",
        "Xây dựng và thực hiện quan hệ xã hội",
    ]
    assert [one.indicator for one in rows] == [f"CS{number}" for number in range(1, 11)]
    fourth = rows[3]
    assert (fourth.points, fourth.max_points, fourth.state_words) == (5, 10, "đạt")
    assert fourth.source_words == "do người xác nhận"


def test_a_plan_is_called_by_its_number_and_issuer_or_by_its_issuer_alone() -> None:
    numbered = plan("plan-1268-qd-ttg")
    assert plan_name(numbered) == f"1268/QĐ-TTg của {numbered.issuer}"
    assert plan_names([dataclasses.replace(numbered, number="")]) == {numbered.id: f"kế hoạch của {numbered.issuer}"}


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_every_measure_and_its_reason_have_words(name: str) -> None:
    options = tuple((option, 60) for option in MEASURES[name].options)
    component = Component(name, ("learning",), 1, options, (Step(10, 3),), "học tập")
    rules = CriteriaSet("x", "p", "a", "t", 2026, None, 3, 1, 5, (Indicator("CS1", "c", "k", 10, True, (component,)),))
    result = evaluate(rules, Evidence(), year=2026, as_of=date(2026, 12, 31))
    (one,) = explain(rules, result).rows
    assert one.remarks[1].endswith(" để thêm 3 điểm, trước hết ngày 31/12/2026.")
    assert " học tập: đã có 0" in one.remarks[1]


def test_a_reason_without_words_is_a_mistake_of_ours() -> None:
    odd = Reason("because")
    with pytest.raises(ValueError, match="because"):
        explain(criteria_set(), Result("x", 2026, date(2026, 1, 1), "met", 0, (), (odd,)))
    with pytest.raises(ValueError, match="because"):
        row_of = IndicatorResult("CS1", 0, "not_met", "none", (), (odd,))
        explain(criteria_set(), Result("x", 2026, date(2026, 1, 1), "met", 0, (row_of,), ()))
