"""Which days are worked: terms in working days, over calendars that come as data, one for each year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from certification.rules.rule_store import stored
from lrs.db import Session

__all__ = ["WEEKEND", "Counted", "YearCalendar", "build", "calendars", "count"]

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

WEEKEND = frozenset({5, 6})
"""Days of the week (0 is Monday) that are not worked where no calendar says otherwise."""


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """Of one year: days of the week that are not worked, days off beside them, and such as are worked all the same."""

    year: int
    weekly_rest: frozenset[int]
    off: frozenset[date]
    worked: frozenset[date]

    def is_worked(self, day: date) -> bool:
        """Whether a day of the year is a working day."""
        return day in self.worked or (day.weekday() not in self.weekly_rest and day not in self.off)


@dataclass(frozen=True, slots=True)
class Counted:
    """The last day of a term, and the years it runs through of which no calendar is loaded: there it was counted by
    weeks alone, which ends it no later."""

    day: date
    unknown_years: tuple[int, ...]


def calendars(session: Session, tenant: UUID, programme: str, on: date) -> dict[int, YearCalendar]:
    """The calendars by year as they were known on a day: of those begun for a year the one that began last."""
    found: dict[int, tuple[date, str, YearCalendar]] = {}
    for rule in stored(session, tenant, "working-days"):
        document = rule.document
        if document["programme"] == programme and document["in_force_from"] <= on:
            one = (document["in_force_from"], rule.identifier, build(document))
            found[document["year"]] = max(found.get(document["year"], one), one, key=lambda each: each[:2])
    return {year: one for year, (_, _, one) in found.items()}


def build(document: Mapping[str, Any]) -> YearCalendar:
    """The calendar of a checked document."""
    return YearCalendar(
        document["year"],
        frozenset(_DAYS.index(name) for name in document["weekly_rest"]),
        frozenset(one["day"] for one in document["off"]),
        frozenset(one["day"] for one in document["worked"]),
    )


def count(known: Mapping[int, YearCalendar], day: date, working_days: int) -> Counted:
    """The last of so many working days after `day`, which itself is not counted."""
    unknown: set[int] = set()
    left = working_days
    while left:
        day += timedelta(days=1)
        calendar = known.get(day.year)
        if calendar is None:
            unknown.add(day.year)
        if day.weekday() not in WEEKEND if calendar is None else calendar.is_worked(day):
            left -= 1
    return Counted(day, tuple(sorted(unknown)))
