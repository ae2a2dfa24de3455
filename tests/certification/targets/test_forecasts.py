"""Looking ahead: only where the figures allow it, with the days it was drawn from."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.targets import figures, forecasts
from certification.targets.forecasts import PACE_OF_YEAR, TREND_OF_YEARS, Assumptions, Forecast, Observation, forecast

ON = date(2026, 9, 30)
NOW = Observation(ON, 40, 100)


def look(year: int, now: Observation = NOW, **other: object) -> Forecast:
    given_: dict[str, object] = {"today": ON, "by_decision": False, "start": None, "year_before": None} | other
    return forecast(year, now, **given_)  # type: ignore[arg-type]


def test_within_the_year_the_rate_goes_on_as_over_the_last_ninety_days() -> None:
    start = forecasts.start_of_pace(ON)
    assert start == date(2026, 7, 2)
    found = look(2026, start=Observation(start, 31, 100))
    assert (found.method, found.deadline) == (PACE_OF_YEAR, date(2026, 12, 31))
    assert found.rate == Fraction(40, 100) + Fraction(9, 100) * Fraction(92, 90)
    assert found.counted == 49
    assert figures.forecast_words(found) == (
        "khoảng 49,2% vào 31/12/2026, nếu tỷ lệ tiếp tục tăng mỗi ngày như giữa hai ngày: 31,0% (31/100 ngày "
        "02/07/2026) và 40,0% (40/100 ngày 30/09/2026)"
    )


def test_to_a_later_year_the_rate_changes_each_year_as_it_did_since_the_last() -> None:
    found = look(2030, year_before=Observation(date(2025, 9, 30), 30, 80))
    assert (found.method, found.rate) == (
        TREND_OF_YEARS,
        Fraction(40, 100) + 4 * (Fraction(40, 100) - Fraction(30, 80)),
    )


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (look(2025), "past"),
        (look(2026, today=date(2026, 9, 29)), "to_come"),
        (look(2026, Observation(ON, 0, 0)), "nobody"),
        (look(2026, by_decision=True, start=Observation(date(2026, 7, 2), 0, 100)), "by_decision"),
        (look(2026), "too_early"),
        (look(2030), "no_last_year"),
        (look(2030, year_before=Observation(date(2025, 9, 30), 0, 0)), "no_last_year"),
    ],
)
def test_where_it_would_be_a_guess_nothing_is_forecast_and_why_is_said(found: Forecast, why: str) -> None:
    assert (found.rate, found.counted, found.why_not) == (None, None, why)
    assert figures.forecast_words(found) == f"không dự báo: {figures.NO_FORECAST[why]}"


def test_in_the_first_days_of_a_year_there_is_no_pace_and_later_it_never_reaches_into_the_year_before() -> None:
    assert forecasts.start_of_pace(date(2026, 3, 1)) is None
    assert forecasts.start_of_pace(date(2026, 3, 2)) == date(2026, 1, 1)
    assert forecasts.start_of_pace(date(2026, 1, 11), Assumptions(window=5, first_days=10)) == date(2026, 1, 6)
    assert forecasts.same_day_a_year_before(date(2028, 2, 29)) == date(2027, 2, 28)


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50), st.sampled_from([2026, 2028]))
def test_a_forecast_is_a_rate(counted: int, of: int, before: int, of_before: int, year: int) -> None:
    earlier = Observation(date(2026, 7, 2), min(before, of_before), of_before)
    found = look(year, Observation(ON, min(counted, of), of), start=earlier, year_before=earlier)
    assert found.rate is not None
    assert 0 <= found.rate <= 1
    assert found.counted == found.rate * of // 1
