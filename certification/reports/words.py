"""What people are told of reports, in Vietnamese."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

__all__ = ["PERIODS", "STATES", "STEPS"]

STATES: Mapping[str, str] = {
    "new": "chưa mở",
    "draft": "đang soạn",
    "submitted": "đã nộp, chờ duyệt",
    "returned": "bị trả lại, chờ sửa",
    "approved": "đã duyệt",
    "filed": "đã phát hành",
}

STEPS: Mapping[str, str] = {
    "open": "mở",
    "submit": "nộp",
    "return": "trả lại",
    "approve": "duyệt",
    "file": "phát hành",
    "reopen": "mở lại để đính chính",
}

PERIODS: Mapping[str, str] = {
    "yearly": "hằng năm",
    "mid-term": "sơ kết",
    "final": "tổng kết",
    "interim": "đột xuất",
}

FASTER = "Báo cáo vừa được người khác xử lý; xem lại rồi làm tiếp"
OWN = "người đã nhập hoặc nộp báo cáo không tự duyệt; nhờ người khác có thẩm quyền"
COMMENT = "ghi rõ lý do, để người lập báo cáo biết sửa gì"
NO_TEXT = "phải là một đoạn văn bản; viết trong dấu nháy kép"
NO_CELL = "phải là một đoạn văn bản hoặc một số"
REQUIRED = "chưa có nội dung; mục này bắt buộc, ghi rồi nộp lại"


def written(day: date) -> str:
    """A day as people write it."""
    return f"{day:%d/%m/%Y}"


def too_many_rows(many: int, most: int) -> str:
    return f"có {many} dòng, nhiều nhất là {most}; gộp bớt lại"


def not_in_state(step: str, state: str) -> str:
    return f"báo cáo {STATES[state]}; không làm được bước “{STEPS[step]}”"


def not_yet(cut_off: date) -> str:
    return f"chưa đến ngày chốt số liệu {written(cut_off)}; nhập tiếp được, nộp từ ngày đó"


def not_asked(name: str, top: str, on: date) -> str:
    return (
        f"“{name}” không thuộc diện báo cáo của kế hoạch này vào ngày {written(on)}: báo cáo tổng hợp từ các đơn vị "
        f"đứng dưới “{top}”"
    )


def unknown_item(code: str, meant: str) -> str:
    return f"biểu mẫu không có mục “{code}”{meant}"


def ours(title: str) -> str:
    return f"“{title}” do hệ thống tính, không nhập được"


def not_whole(value: str, most: int) -> str:
    return (
        f"“{value}” không phải số nguyên từ 0 đến {most:,}".replace(",", ".") + "; ghi số, như 3500000 hoặc 3.500.000"
    )


def too_long(length: int, most: int) -> str:
    return f"dài {length} ký tự, nhiều nhất là {most}; viết ngắn lại"


def no_day(value: str) -> str:
    return f"“{value}” không phải ngày; ghi như 20/11/2026 hoặc 2026-11-20"


def no_row(known: Collection[str]) -> str:
    return f"phải là một bảng giá trị theo mã cột: {', '.join(known)}"


def unknown_column(code: str, known: Collection[str]) -> str:
    return f"không có cột “{code}”; có: {', '.join(known)}"


def columns(known: Collection[str]) -> str:
    return f"phải là danh sách các dòng, mỗi dòng một bảng giá trị theo mã cột: {', '.join(known)}"
