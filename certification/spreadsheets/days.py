"""Days as people in Vietnam write them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from certification.spreadsheets.faults import shortened

__all__ = ["FIRST_YEAR", "LAST_YEAR", "read_day", "written"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years that a date may have: outside of them it is a slip of the hand."""

_SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of spreadsheets, reckoned from any day after February 1900."""


@lru_cache(maxsize=4096)
def read_day(text: str) -> date:
    """The date written dd/mm/yyyy or yyyy-mm-dd. Raises ValueError, in Vietnamese, when it is not one."""
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII):
        day, month, year = (int(part) for part in match.groups())
    elif match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text, re.ASCII):
        year, month, day = (int(part) for part in match.groups())
    else:
        raise ValueError(_no_day(text))
    try:
        found = date(year, month, day)
    except ValueError:
        raise ValueError(f"“{text}” không có trong lịch; ghi ngày/tháng/năm, ví dụ 05/09/2026") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"“{text}” có năm ngoài khoảng {FIRST_YEAR}–{LAST_YEAR}; kiểm tra lại năm")
    return found


def _no_day(text: str) -> str:
    """Why a text is no day. A spreadsheet's number of a day is named, not guessed: a bare year looks the same."""
    if re.fullmatch(r"[1-6]\d{4}", text, re.ASCII):
        meant = written(_SERIAL_ZERO + timedelta(days=int(text)))
        return (
            f"“{text}” là số thứ tự ngày của bảng tính (có lẽ {meant}), không phải là ngày; định dạng cột là Ngày "
            f"(Date), hoặc ghi dạng dd/mm/yyyy, ví dụ {meant}"
        )
    return f"“{shortened(text)}” không phải là ngày; ghi dạng dd/mm/yyyy, ví dụ 05/09/2026, hoặc 2026-09-05"


def written(day: date) -> str:
    """A date as people in Vietnam write it: dd/mm/yyyy."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"
