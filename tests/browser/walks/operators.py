"""How an operator walks."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.walks import Walk, step
from tests.browser.walks.steps import click, press, sign_in

__all__ = ["OPERATOR"]

BROKEN = '{"actor": {"mbox": "an@example.org"}, "verb": {"id": "x"}, "object": {"id": "https://hoc.example.org/1"}}'


def _name_key(page: Page) -> None:
    page.fill("#name", "Nền tảng học trực tuyến")
    page.fill("#reason", "Công văn 7")


def _paste(page: Page) -> None:
    page.fill("#statement", BROKEN)


OPERATOR = Walk(
    "nguoi-van-hanh",
    "Người vận hành",
    "xem hệ thống có khoẻ không, cấp khoá cho nền tảng học, xem và kiểm tra phát biểu xAPI, mời người dùng.",
    "desk",
    (
        *sign_in("vanhanh", "Trang chủ cho biết hệ thống có khoẻ không, và nếu không thì làm gì."),
        step("Bấm **Khoá**, rồi **Tạo khoá**. Ghi khoá cho ai, theo văn bản nào.",
             click("Khoá"), click("Tạo khoá"), _name_key, picture="tao-khoa"),
        step("Bấm **Tạo khoá**. Bí mật chỉ hiện một lần: chép lại và đưa cho nền tảng.", press("Tạo khoá")),
        step("Bấm **Phát biểu**: những gì vừa được gửi đến, lọc theo người, động từ, hoạt động, ngày.",
             click("Phát biểu"), picture="phat-bieu"),
        step("Nền tảng gửi bị từ chối? Dán phát biểu vào **Kiểm tra phát biểu**.",
             click("Kiểm tra phát biểu"), _paste, picture="dan-vao"),
        step("Mỗi lỗi có chỗ sai và điều khoản của đặc tả. Không có gì bị lưu.", press("Kiểm tra"), picture="loi"),
        step("Bấm **Người dùng** để mời người mới, giao và kết thúc vai trò.", click("Người dùng"),
             picture="nguoi-dung"),
        step("Bấm **Quy tắc**: tiêu chí và kế hoạch nào đang có hiệu lực, bản sau khác bản trước ở đâu.",
             click("Quy tắc"), picture="quy-dinh"),
        step("Cộng số liệu của các nơi có hệ thống riêng? Về **Trang chủ**, bấm **Số liệu đã ký của các nơi**, rồi "
             "**Đơn vị thành viên**: mỗi nơi một khoá để kiểm tra chữ ký.",
             click("Trang chủ"), click("Số liệu đã ký của các nơi"), click("Đơn vị thành viên"), picture="thanh-vien"),
        step("Bấm **Tổng hợp từ các nơi**: mở kỳ thu, xem ai đã gửi, ai muộn, và tổng.",
             click("Tổng hợp từ các nơi"), picture="tong-hop"),
    ),
)  # fmt: skip
