"""Results, plans and populations in Vietnamese words: made when read, one place for terminal, page and JSON.

Results hold codes and quantities; a wording can be bettered here without judging anybody again. Nothing is worked out
here that the result does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from certification.evaluation.results import MET, NOT_MET, NOT_YET_KNOWN, IndicatorResult, Reason, Result
from certification.evaluation.rules import Component, CriteriaSet, Indicator
from certification.rules.plans import Plan

__all__ = [
    "LEVELS",
    "NOT_A_TITLE",
    "OUTCOMES",
    "POPULATIONS",
    "SOURCES",
    "STATES",
    "Explanation",
    "IndicatorRow",
    "explain",
    "plan_name",
    "plan_names",
    "remarks",
    "subject",
]

OUTCOMES: Mapping[str, str] = {
    MET: "đủ điều kiện theo bộ tiêu chí",
    NOT_MET: "chưa đủ điều kiện",
    NOT_YET_KNOWN: "chưa kết luận được, còn chờ xác nhận",
}
STATES: Mapping[str, str] = {MET: "đạt", NOT_MET: "chưa đạt", NOT_YET_KNOWN: "chưa rõ"}
SOURCES: Mapping[str, str] = {
    "log": "gợi ý từ nhật ký học tập",
    "attestation": "do người xác nhận",
    "none": "chưa có minh chứng",
}
LEVELS: tuple[str, ...] = (
    "tự khai",
    "có tên trong danh sách",
    "có mặt được xác minh, hoặc hoàn thành trong hệ thống",
    "được kiểm tra, chấm điểm",
)
"""What the evidence levels E0 to E3 mean."""

POPULATIONS: Mapping[str, str] = {
    "workers": "lao động",
    "union_cadres": "cán bộ công đoàn",
    "grassroots_unions": "công đoàn cơ sở",
}
"""Of whom a target speaks."""

NOT_A_TITLE = (
    "Đủ điều kiện chưa phải là có danh hiệu: danh hiệu “Công dân học tập” do cơ quan có thẩm quyền công nhận "
    "bằng quyết định."
)

_SUBJECTS: Mapping[str, str] = {
    "best_score": "Kết quả cao nhất của",
    "distinct_activities": "Số nội dung khác nhau",
    "distinct_days": "Số ngày",
    "distinct_months": "Số tháng",
    "minutes": "Số phút",
    "statements": "Số lượt",
}

_MORE_NEEDED = frozenset(
    f"{kind}_needed"
    for kind in (
        "better_score",
        "more_activities",
        "more_days",
        "more_minutes",
        "more_months",
        "more_statements",
    )
)


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One chỉ số as people read it. `points` are those that count, None where nobody has given any yet; beside them
    stand what the log suggests, what the worker gave and what a person attested. `clause` says where it is asked."""

    indicator: str
    title: str
    competence: str
    clause: str
    points: int | None
    suggested: int | None
    self_given: int | None
    attested: int | None
    to_floor: int
    max_points: int
    state: str
    state_words: str
    source: str
    source_words: str
    counted: tuple[UUID, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A whole result as people read it: a summary, what stands in the way, and a row for each chỉ số."""

    summary: str
    outcome: str
    outcome_words: str
    remarks: tuple[str, ...]
    rows: tuple[IndicatorRow, ...]


def explain(criteria_set: CriteriaSet, result: Result) -> Explanation:
    """The result in words. `criteria_set` must be the one it was judged by: `criteria.of_rule_file` brings it back."""
    indicators = {indicator.id: indicator for indicator in criteria_set.indicators}
    rows = tuple(_row(criteria_set, indicators[one.indicator], one, result.year) for one in result.indicators)
    reachable = sum(indicator.max_points for indicator in criteria_set.indicators)
    summary = (
        f"Năm đánh giá {result.year}, tính đến ngày {result.as_of:%d/%m/%Y}: {OUTCOMES[result.outcome]}. "
        f"Tổng {result.total} trên {reachable} điểm; cần từ {criteria_set.total_at_least} điểm và không chỉ số nào "
        f"dưới {criteria_set.each_at_least}."
    )
    waiting = [one.indicator for one in result.indicators if one.points is None]
    said = remarks(result.outcome, result.reasons, waiting)
    return Explanation(summary, result.outcome, OUTCOMES[result.outcome], said, rows)


def remarks(outcome: str, reasons: Iterable[Reason], waiting: Sequence[str]) -> tuple[str, ...]:
    """What stands in the way as a whole; `waiting` are the indicators that nobody has given any points yet."""
    said = tuple(_overall(reason, waiting) for reason in reasons)
    return (*said, NOT_A_TITLE) if outcome == MET else said


def plan_name(plan: Plan) -> str:
    """How a plan is called in a sentence: by number and issuer; not every source document prints its number."""
    return f"{plan.number} của {plan.issuer}" if plan.number else f"kế hoạch của {plan.issuer}"


def plan_names(plans: Iterable[Plan]) -> dict[str, str]:
    """How each plan is called, by its id."""
    return {plan.id: plan_name(plan) for plan in plans}


def subject(component: Component) -> str:
    """What a component counts: "Số ngày có đọc, học hoặc tra cứu"."""
    return f"{_SUBJECTS[component.measure]} {component.title or ', '.join(component.what)}"


def _row(criteria_set: CriteriaSet, indicator: Indicator, result: IndicatorResult, year: int) -> IndicatorRow:
    return IndicatorRow(
        indicator=indicator.id,
        title=indicator.title,
        competence=indicator.competence,
        clause=f"{criteria_set.number}, năng lực “{indicator.competence}”, chỉ số {indicator.id}",
        points=result.points,
        suggested=result.suggested,
        self_given=result.self_given,
        attested=result.attested,
        to_floor=result.to_floor,
        max_points=indicator.max_points,
        state=result.state,
        state_words=STATES[result.state],
        source=result.source,
        source_words=SOURCES[result.source],
        counted=result.counted,
        remarks=tuple(_remark(indicator, reason, year) for reason in result.reasons),
    )


def _overall(reason: Reason, waiting: Sequence[str]) -> str:
    quantity = dict(reason.quantities)
    match reason.code:
        case "indicators_below_floor":
            return f"{quantity['count']} chỉ số dưới mức tối thiểu {quantity['need']} điểm."
        case "attestations_missing":
            return f"{quantity['count']} chỉ số chờ người xác nhận: {', '.join(waiting)}."
        case "total_short":
            missing = quantity["need"] - quantity["have"]
            return f"Tổng mới {quantity['have']} điểm, còn thiếu {missing} điểm để đủ {quantity['need']}."
        case "total_out_of_reach":
            return (
                f"Với minh chứng đến nay, dù mọi chỉ số còn chờ xác nhận được điểm tối đa, tổng cũng chỉ "
                f"{quantity['best']} điểm, dưới {quantity['need']}."
            )
    raise ValueError(f"no words for the reason {reason.code!r}")


def _remark(indicator: Indicator, reason: Reason, year: int) -> str:
    quantity = dict(reason.quantities)
    if reason.code in _MORE_NEEDED:
        component = indicator.components[quantity["component"]]
        return (
            f"{subject(component)}: đã có {_amount(component, quantity['have'])}, cần "
            f"{_amount(component, quantity['need'])}, còn thiếu "
            f"{_amount(component, quantity['need'] - quantity['have'])} để thêm {quantity['gain']} điểm, trước hết "
            f"ngày 31/12/{year}."
        )
    match reason.code:
        case "evidence_too_weak":
            counted, need = subject(indicator.components[quantity["component"]]), quantity["need"]
            return (
                f"{quantity['have']} minh chứng chưa được tính vào “{counted[0].lower()}{counted[1:]}” vì dưới mức "
                f"E{need} ({LEVELS[need]})."
            )
        case "below_floor":
            return (
                f"Mới {quantity['have']} điểm, dưới mức tối thiểu {quantity['need']} của mỗi chỉ số; còn thiếu "
                f"{quantity['need'] - quantity['have']} điểm."
            )
        case "attestation_needed":
            return (
                "Chưa có xác nhận: chỉ số này do người có trách nhiệm cho điểm, cần từ "
                f"{quantity['at_least']} đến {quantity['at_most']} điểm."
            )
        case "log_suggests":
            return f"Nhật ký học tập gợi ý {quantity['points']} điểm; điểm do người xác nhận thay cho gợi ý."
    raise ValueError(f"no words for the reason {reason.code!r}")


def _amount(component: Component, value: int) -> str:
    """A number as people read it; a score in per cent, without decimals that are 0."""
    if component.measure != "best_score":
        return str(value)
    whole, rest = divmod(value, 100)
    decimals = f"{rest:02}".rstrip("0")
    return f"{whole},{decimals} %" if decimals else f"{whole} %"
