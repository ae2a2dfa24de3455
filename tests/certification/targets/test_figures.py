"""Figures as people read them: Vietnamese digits, one decimal, gaps that never contradict the count."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.rules.plans import TargetValue
from certification.targets import figures
from certification.targets.attainment import year_target


@pytest.mark.parametrize(
    ("value", "written"), [(0, "0"), (999, "999"), (1000, "1.000"), (1026000, "1.026.000"), (12345678, "12.345.678")]
)
def test_thousands_are_parted_by_full_stops(value: int, written: str) -> None:
    assert figures.number(value) == written


@pytest.mark.parametrize(
    ("rate", "written"),
    [
        (Fraction(0), "0,0%"),
        (Fraction(1), "100,0%"),
        (Fraction(1, 3), "33,3%"),
        (Fraction(2, 3), "66,7%"),
        (Fraction(1, 8), "12,5%"),
        (Fraction(1, 2000), "0,1%"),  # 0.05: a half goes up, where a float or the banker's rule would not
        (Fraction(5, 2000), "0,3%"),  # 0.25
        (Fraction(6995, 10000), "70,0%"),
        (Fraction(69949, 100000), "69,9%"),
    ],
)
def test_per_cent_has_one_decimal_and_halves_go_up(rate: Fraction, written: str) -> None:
    assert figures.percent(rate) == written


def test_a_rate_over_nobody_is_a_dash() -> None:
    assert figures.percent(None) == "–"
    assert figures.points(None) == "–"


def test_a_distance_too_small_for_one_decimal_is_not_written_as_nothing() -> None:
    assert figures.points(Fraction(1, 1000)) == "dưới 0,1 điểm %"
    assert figures.points(Fraction(1, 20)) == "0,1 điểm %"
    assert figures.points(Fraction(0)) == "0,0 điểm %"


def test_a_gap_says_how_many_more_people_and_how_many_points() -> None:
    words = figures.year_target_words(
        year_target(TargetValue(2025, 70), ">=", counted=1500, denominator=4000), "person"
    )
    assert (words.year, words.target, words.gap) == (2025, "≥ 70%", "còn thiếu 1.300 người (32,5 điểm %)")


def test_organizations_are_counted_as_units() -> None:
    words = figures.year_target_words(
        year_target(TargetValue(2030, 70), ">", counted=7, denominator=10), "organization"
    )
    assert (words.target, words.gap) == ("> 70%", "còn thiếu 1 đơn vị (0,0 điểm %)")


def test_a_target_of_a_year_that_is_reached_says_so_and_one_over_nobody_says_nothing() -> None:
    assert figures.gap(year_target(TargetValue(2025, 70), ">=", 7, 10), "person") == "đạt"
    assert figures.gap(year_target(TargetValue(2025, 70), ">=", 0, 0), "person") == "–"


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_rate_as_written_is_never_further_than_half_a_tenth_from_the_rate(part: int, rest: int) -> None:
    rate = Fraction(part, part + rest)
    whole, tenth = figures.percent(rate).rstrip("%").split(",")
    distance = Fraction(int(whole) * 10 + int(tenth), 1000) - rate
    assert -Fraction(1, 2000) < distance <= Fraction(1, 2000)
