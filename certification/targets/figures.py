"""How figures are written for people: one place, so that page, JSON and terminal agree to the digit.

Vietnamese: a comma before the decimals, a full stop between thousands, one decimal for per cent, halves rounded up.
Nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from certification.rules.plans import Shortfall
from certification.targets.attainment import BesideFigures, OrganizationFigures, TargetFigures, YearTarget
from certification.targets.forecasts import PACE_OF_YEAR, Forecast, Observation
from certification.targets.populations import ALL_ENTERPRISES, UNIONISED, Behind, Coverage
from certification.vietnam import VIETNAM

__all__ = [
    "BASIS_WORDS",
    "HIDDEN",
    "HIDDEN_WORD",
    "NOTHING",
    "BesideWords",
    "OrganizationWords",
    "TargetWords",
    "YearTargetWords",
    "behind_words",
    "beside_words",
    "coverage_words",
    "day",
    "forecast_words",
    "gap",
    "last_year_words",
    "mean",
    "number",
    "organization_words",
    "percent",
    "points",
    "shortfall_words",
    "target_words",
    "year_target_words",
]

NOTHING = "–"
"""Stands where there is no figure: a rate over nobody."""

HIDDEN = -1
"""Stands in place of a count of few people in published figures (`targets.disclosure`)."""

HIDDEN_WORD = "ẩn"

MET = "đạt"

UNITS = {"person": "người", "organization": "đơn vị"}

OPERATORS = {">=": "≥", ">": ">"}

BASIS_WORDS: Mapping[str, str] = {
    ALL_ENTERPRISES: "mọi doanh nghiệp",
    UNIONISED: "doanh nghiệp có công đoàn cơ sở",
}
"""Over whom a rate is."""

NO_FORECAST: Mapping[str, str] = {
    "past": "hạn đã qua",
    "to_come": "ngày chốt số liệu chưa tới",
    "nobody": "không có ai trong mẫu số",
    "too_early": "đầu năm, chưa đủ số ngày để tính nhịp độ",
    "by_decision": "tính theo quyết định công nhận hoặc đăng ký từng đợt, không tăng đều theo ngày",
    "no_last_year": "không có số liệu cùng ngày năm trước để so",
}
"""Why nothing is forecast."""


@dataclass(frozen=True, slots=True)
class YearTargetWords:
    """A target as written: `target` "≥ 70%", `gap` "đạt" or "còn thiếu 12 người (4,5 điểm %)"."""

    year: int
    target: str
    gap: str


@dataclass(frozen=True, slots=True)
class BesideWords:
    """A numerator shown beside a target, as written."""

    counted: str
    participations: str
    rate: str


@dataclass(frozen=True, slots=True)
class TargetWords:
    """The figures of a target, as written."""

    counted: str
    participations: str
    denominator: str
    rate: str
    year_targets: tuple[YearTargetWords, ...]
    beside: tuple[BesideWords, ...]


@dataclass(frozen=True, slots=True)
class OrganizationWords:
    """The figures of an organization but for its targets, as written."""

    headcount: str
    women: str
    union_cadres: str
    grassroots_unions: str
    meets_criteria: str
    holds_title: str


def number(value: int) -> str:
    """A whole number with a full stop between thousands: 12.345. `HIDDEN_WORD` for a count that is hidden."""
    if value == HIDDEN:
        return HIDDEN_WORD
    return f"{value:,}".replace(",", ".")


def percent(rate: Fraction | None) -> str:
    """A rate (1 is the whole) as per cent with one decimal, halves up: 52,3%. `NOTHING` for None."""
    return NOTHING if rate is None else f"{_tenths(100 * rate)}%"


def mean(value: Fraction | None) -> str:
    """A mean with one decimal, halves up: 7,5. `NOTHING` for None."""
    return NOTHING if value is None else _tenths(value)


def points(distance: Fraction | None) -> str:
    """A distance in percentage points with one decimal: 4,5 điểm %. What would round to nothing is "dưới 0,1"."""
    if distance is None:
        return NOTHING
    written = "dưới 0,1" if 0 < distance < Fraction(1, 20) else _tenths(distance)
    return f"{written} điểm %"


def gap(year_target: YearTarget, unit: str) -> str:
    """What is still missing to a target: "đạt", "còn thiếu 12 người (4,5 điểm %)", or `NOTHING` when nobody is there.

    `unit` is the target's: person or organization.
    """
    if year_target.short is None:
        return NOTHING
    if year_target.met:
        return MET
    return f"còn thiếu {number(year_target.short)} {UNITS[unit]} ({points(year_target.points_short)})"


def year_target_words(year_target: YearTarget, unit: str) -> YearTargetWords:
    """A target as written for people."""
    return YearTargetWords(
        year_target.year, f"{OPERATORS[year_target.operator]} {year_target.percent}%", gap(year_target, unit)
    )


def beside_words(figures: BesideFigures) -> BesideWords:
    """A numerator shown beside a target, as written for people."""
    return BesideWords(number(figures.counted), number(figures.participations), percent(figures.rate))


def target_words(figures: TargetFigures) -> TargetWords:
    """The figures of a target as written for people."""
    return TargetWords(
        counted=number(figures.counted),
        participations=number(figures.participations),
        denominator=number(figures.denominator),
        rate=percent(figures.rate),
        year_targets=tuple(year_target_words(one, figures.unit) for one in figures.year_targets),
        beside=tuple(beside_words(one) for one in figures.beside),
    )


def organization_words(figures: OrganizationFigures) -> OrganizationWords:
    """The figures of an organization as written for people."""
    return OrganizationWords(
        headcount=number(figures.headcount),
        women=number(figures.women),
        union_cadres=number(figures.union_cadres),
        grassroots_unions=number(figures.grassroots_unions),
        meets_criteria=number(figures.meets_criteria),
        holds_title=number(figures.holds_title),
    )


def day(value: date) -> str:
    """25/11/2026."""
    return f"{value:%d/%m/%Y}"


def coverage_words(coverage: Coverage) -> str:
    """How much of the headcount is known: "12 trong 480 doanh nghiệp có danh sách; …"."""
    words = f"{number(coverage.reporting)} trong {number(coverage.enterprises)} doanh nghiệp có danh sách lao động"
    if coverage.declared:
        words += (
            f"; {number(coverage.declared)} doanh nghiệp mới khai tổng số ({number(coverage.declared_people)} người, "
            "có trong mẫu số)"
        )
    silent = coverage.enterprises - coverage.reporting - coverage.declared
    return words + (f"; {number(silent)} doanh nghiệp chưa báo gì, không có trong mẫu số" if silent else "")


def behind_words(behind: Behind) -> str:
    """For which instant figures hold: "Có đủ những gì đã biết đến 13:05 ngày 21/11/2026; …". In Vietnam's time."""
    known = behind.known_until.astimezone(VIETNAM)
    many = ("ít nhất " if behind.waiting_more else "") + number(behind.waiting)
    return (
        f"Có đủ những gì đã biết đến {known:%H:%M} ngày {day(known)}; từ đó còn {many} người lao động có thay đổi đang "
        "chờ tính lại, số liệu sẽ tự cập nhật"
    )


def last_year_words(before: Observation | None) -> str:
    """ "48,0% (240/500 ngày 25/11/2025)", or `NOTHING`."""
    if before is None:
        return NOTHING
    return f"{percent(before.rate)} ({_observed(before)})"


def forecast_words(forecast: Forecast) -> str:
    """What is to be expected by a deadline and on what assumption, or why nothing is said."""
    if forecast.rate is None:
        return f"không dự báo: {NO_FORECAST[forecast.why_not or 'nobody']}"
    first, last = forecast.observations
    if forecast.method == PACE_OF_YEAR:
        how = "tỷ lệ tiếp tục tăng mỗi ngày như giữa hai ngày"
    else:
        how = "tỷ lệ cùng ngày mỗi năm tiếp tục thay đổi như giữa hai năm"
    return (
        f"khoảng {percent(forecast.rate)} vào {day(forecast.deadline)}, nếu {how}: {percent(first.rate)} "
        f"({_observed(first)}) và {percent(last.rate)} ({_observed(last)})"
    )


def shortfall_words(one: Shortfall) -> str:
    """That a plan asks for less than the one above it."""
    related = f" (gần với {one.related_to}, tuy cách tính khác)" if one.related_to else ""
    return (
        f"chỉ tiêu {one.target}{related} năm {one.year} là {one.percent}%, thấp hơn {one.parent_percent}% của chỉ tiêu "
        f"{one.parent_target} trong kế hoạch cấp trên {one.parent}"
    )


def _observed(one: Observation) -> str:
    return f"{number(one.counted)}/{number(one.denominator)} ngày {day(one.on)}"


def _tenths(value: Fraction) -> str:
    """What is not negative, with one decimal after a comma, halves up. In whole numbers, so that no half is missed."""
    whole, tenth = divmod((20 * value.numerator + value.denominator) // (2 * value.denominator), 10)
    return f"{number(whole)},{tenth}"
