"""How somebody without an account walks."""

from __future__ import annotations

from tests.browser.walks import Walk, step
from tests.browser.walks.steps import click

__all__ = ["EVERYBODY"]


EVERYBODY = Walk(
    "moi-nguoi",
    "Mọi người",
    "xem tỷ lệ đã công bố và kiểm tra một giấy chứng nhận, không cần tài khoản.",
    "phone",
    (
        step("Mở địa chỉ của chương trình: tỷ lệ từng chỉ tiêu, số người, ngày chốt.", picture="ty-le"),
        step(
            "Bấm **Xác minh giấy công nhận** ở cuối trang, hoặc quét mã QR trên giấy.",
            click("Xác minh giấy công nhận"),
            picture="kiem-tra",
        ),
    ),
)
