"""Where a rate would stand on a deadline if it went on as observed. Pure: whole numbers and fractions, no database.

No document says how to look ahead; this is ours, and each forecast names its method and the days it was drawn from:

- *pace of the year*, for a deadline in the cut-off's own year: the rate goes on rising each day as it did over the last
  `window` days, or since 1 January where that is later.
- *trend of the years*, for a deadline in a later year: the rate of the same day changes each year as it did since last
  year. Evidence counts by the year, so every year begins at nothing; only equal days of different years compare.

No forecast is made where it would be a guess: titles within a year (they come by decision, not by the day), the first
days of a year, a year before with nobody in the population, a cut-off still to come, a deadline that is past.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

__all__ = [
    "DEFAULTS",
    "PACE_OF_YEAR",
    "TREND_OF_YEARS",
    "Assumptions",
    "Forecast",
    "Observation",
    "forecast",
    "same_day_a_year_before",
    "start_of_pace",
]

PACE_OF_YEAR = "pace_of_year"
TREND_OF_YEARS = "trend_of_years"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """How far back a pace is looked at, and from how many days on there is one. In no document: ours, to be set."""

    window: int = 90
    first_days: int = 60


DEFAULTS = Assumptions()


@dataclass(frozen=True, slots=True)
class Observation:
    """So many counted of a population on a day."""

    on: date
    counted: int
    denominator: int

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.counted, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a rate comes to by `deadline`, or why nothing is said.

    `rate` lies between 0 and 1, `counted` is that share of today's denominator, rounded down; both None where
    `why_not` says why: "past", "to_come", "nobody", "too_early", "by_decision" or "no_last_year". `observations` are
    what the `method` was drawn from.
    """

    deadline: date
    method: str
    rate: Fraction | None = None
    counted: int | None = None
    observations: tuple[Observation, ...] = ()
    why_not: str | None = None


def start_of_pace(on: date, assumptions: Assumptions = DEFAULTS) -> date | None:
    """The earlier day that a pace within the year of `on` is drawn from; None where it is too early in the year."""
    new_year = date(on.year, 1, 1)
    if (on - new_year).days < assumptions.first_days:
        return None
    return max(new_year, on - timedelta(days=assumptions.window))


def same_day_a_year_before(on: date) -> date:
    """The same day of the year before; 28 February for 29 February."""
    last = calendar.monthrange(on.year - 1, on.month)[1]
    return date(on.year - 1, on.month, min(on.day, last))


def forecast(
    year: int,
    now: Observation,
    *,
    today: date,
    by_decision: bool,
    start: Observation | None,
    year_before: Observation | None,
) -> Forecast:
    """The forecast for a target that is due by the end of `year`.

    `now` is the cut-off's own figure; `start` that of `start_of_pace`, `year_before` that of
    `same_day_a_year_before`, where there are any. `by_decision`: whether those counted are title holders.
    """
    deadline = date(year, 12, 31)
    method = PACE_OF_YEAR if year == now.on.year else TREND_OF_YEARS
    earlier = start if method == PACE_OF_YEAR else year_before
    if deadline < now.on:
        return Forecast(deadline, method, why_not="past")
    if now.on > today:
        return Forecast(deadline, method, why_not="to_come")
    if now.rate is None:
        return Forecast(deadline, method, why_not="nobody")
    if method == PACE_OF_YEAR and by_decision:
        return Forecast(deadline, method, why_not="by_decision")
    if earlier is None or earlier.rate is None:
        return Forecast(deadline, method, why_not="too_early" if method == PACE_OF_YEAR else "no_last_year")
    if method == PACE_OF_YEAR:
        steps = Fraction((deadline - now.on).days, (now.on - earlier.on).days)
    else:
        steps = Fraction(year - now.on.year)
    rate = min(Fraction(1), max(Fraction(0), now.rate + (now.rate - earlier.rate) * steps))
    return Forecast(deadline, method, rate, int(rate * now.denominator), (earlier, now))
