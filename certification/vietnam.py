"""Days in Vietnam: those that decisions, plans and criteria speak of."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

__all__ = ["VIETNAM", "vietnam_day"]

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def vietnam_day(instant: datetime) -> date:
    """The day in Vietnam at an aware instant."""
    return instant.astimezone(VIETNAM).date()
