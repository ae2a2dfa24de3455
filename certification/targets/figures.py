"""How figures are written for people: one place, so that page, JSON and terminal agree to the digit.

Vietnamese: a comma before the decimals, a full stop between thousands, one decimal for per cent, halves rounded up.
Nothing is counted here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from certification.targets.attainment import BesideFigures, OrganizationFigures, TargetFigures, YearTarget

__all__ = [
    "NOTHING",
    "BesideWords",
    "OrganizationWords",
    "TargetWords",
    "YearTargetWords",
    "beside_words",
    "gap",
    "number",
    "organization_words",
    "percent",
    "points",
    "target_words",
    "year_target_words",
]

NOTHING = "–"
"""Stands where there is no figure: a rate over nobody."""

MET = "đạt"

UNITS = {"person": "người", "organization": "đơn vị"}

OPERATORS = {">=": "≥", ">": ">"}


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
    """A whole number with a full stop between thousands: 12.345."""
    return f"{value:,}".replace(",", ".")


def percent(rate: Fraction | None) -> str:
    """A rate (1 is the whole) as per cent with one decimal, halves up: 52,3%. `NOTHING` for None."""
    return NOTHING if rate is None else f"{_tenths(100 * rate)}%"


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


def _tenths(value: Fraction) -> str:
    """What is not negative, with one decimal after a comma, halves up. In whole numbers, so that no half is missed."""
    whole, tenth = divmod((20 * value.numerator + value.denominator) // (2 * value.denominator), 10)
    return f"{number(whole)},{tenth}"
