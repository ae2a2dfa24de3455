"""How somebody without an account walks."""

from __future__ import annotations

from tests.browser.walks import Walk, step
from tests.browser.walks.steps import go

__all__ = ["EVERYBODY"]


EVERYBODY = Walk(
    "moi-nguoi",
    "Mọi người",
    "xem tỷ lệ đã công bố và kiểm tra một giấy chứng nhận, không cần tài khoản.",
    "phone",
    (
        step("Mở địa chỉ của chương trình: tỷ lệ từng chỉ tiêu, số người, ngày chốt.", picture="ty-le"),
        step("Bấm **Kiểm tra giấy chứng nhận**, hoặc quét mã QR trên giấy.", go("/k"), picture="kiem-tra"),
    ),
)
