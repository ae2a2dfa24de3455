"""How a member stands in a round, in Vietnamese."""

from __future__ import annotations

from certification.federation.sums import Gathered, Line
from certification.targets.figures import number
from certification.vietnam import vietnam_day

__all__ = ["completeness", "state"]


def state(line: Line) -> str:
    """ "đúng hạn", "muộn 2 ngày, đã sửa lần 2 ngày 20/11/2026", "chưa gửi, quá hạn 3 ngày"."""
    days = number(line.days)
    if not line.editions:
        return f"chưa gửi, quá hạn {days} ngày" if line.state == "missing" else f"chưa gửi, còn {days} ngày"
    words = f"muộn {days} ngày" if line.state == "late" else "đúng hạn"
    if len(line.editions) > 1:
        last = line.editions[-1]
        words += f", bản sửa lần {last.document.edition - 1} ngày {vietnam_day(last.received):%d/%m/%Y}"
    return words


def completeness(found: Gathered) -> str:
    """Whether the sums are whole."""
    if found.is_whole:
        return f"Đủ {number(len(found.lines))} đơn vị"
    if not found.lines:
        return "Chưa có đơn vị thành viên nào cho kỳ này"
    return (
        f"CHƯA ĐỦ: thiếu {number(found.lacking)} trong {number(len(found.lines))} đơn vị; "
        "tổng chỉ gồm các đơn vị đã gửi, đơn vị thiếu không được tính là 0"
    )
