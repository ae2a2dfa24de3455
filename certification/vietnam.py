"""Days in Vietnam: those that decisions, plans and criteria speak of."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["VIETNAM", "end_of_day", "vietnam_day"]

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def vietnam_day(instant: datetime) -> date:
    """The day in Vietnam at an aware instant."""
    return instant.astimezone(VIETNAM).date()


def end_of_day(day: date) -> datetime:
    """The last instant of a day in Vietnam, to the microsecond that databases keep."""
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM) - timedelta(microseconds=1)
