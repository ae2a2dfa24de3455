"""What is said to people about roll-calls, in Vietnamese."""

from __future__ import annotations

from datetime import datetime

from certification.spreadsheets import written
from certification.vietnam import VIETNAM, vietnam_day

__all__ = [
    "ALREADY_CLOSED", "CHANGED", "CLOSED", "MISTICKED", "NOBODY", "NO_SUCH_SESSION", "OUTSIDE", "PAUSED", "TOO_LATE",
    "WHICH", "again", "clock", "opens", "over",
]  # fmt: skip

CHANGED = "Mã này đã đổi. Quét lại mã đang hiện, hoặc nhập 6 số dưới mã"
PAUSED = "Điểm danh đang tạm dừng. Chờ cán bộ công đoàn mở lại rồi quét mã đang hiện"
CLOSED = "Buổi này đã kết thúc điểm danh. Anh/chị có mặt thì báo cán bộ công đoàn ghi bổ sung"
ALREADY_CLOSED = "Buổi này đã kết thúc điểm danh; mở lại buổi rồi đánh dấu"
OUTSIDE = "Anh/chị không có trong danh sách của đơn vị tổ chức buổi này. Báo cán bộ công đoàn tại buổi học"
NO_SUCH_SESSION = "Không có buổi điểm danh nào ở địa chỉ này. Quét lại mã đang hiện"
TOO_LATE = "Lượt này gửi quá muộn nên không tự ghi được. Báo cán bộ công đoàn ghi bổ sung"
WHICH = "Hai buổi đang hiện cùng một mã. Chờ mã đổi rồi nhập lại, hoặc quét mã"
NOBODY = "không có người lao động nào mang mã này trong danh sách của đơn vị; kiểm tra mã"
MISTICKED = "Đánh dấu nhầm"


def clock(moment: datetime) -> str:
    """07:42, in Vietnam."""
    return moment.astimezone(VIETNAM).strftime("%H:%M")


def again(first: datetime) -> str:
    """To whoever scans a second time."""
    return f"Anh/chị đã được ghi có mặt lúc {clock(first)}. Không cần quét lại"


def opens(moment: datetime, now: datetime) -> str:
    """To whoever comes too early."""
    day = vietnam_day(moment)
    on = "" if day == vietnam_day(now) else f" ngày {written(day)}"
    return f"Buổi học mở lúc {clock(moment)}{on}. Lúc đó quét lại mã đang hiện"


def over(moment: datetime) -> str:
    """To whoever comes too late."""
    return f"Buổi này đã hết giờ điểm danh lúc {clock(moment)}. Anh/chị có mặt thì báo cán bộ công đoàn ghi bổ sung"
