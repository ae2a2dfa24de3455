"""How somebody of an enterprise walks."""

from __future__ import annotations

from playwright.sync_api import FilePayload, Page

from tests.browser.walks import Walk, step
from tests.browser.walks.steps import click, press, sign_in

__all__ = ["ENTERPRISE"]

ROSTER = (
    "Mã người lao động;Họ và tên;Giới tính;Mã doanh nghiệp;Ngày vào làm;Ngày nghỉ việc;Chức danh;Đoàn viên;"
    "Cán bộ công đoàn;Tài khoản học tập\n"
    "a90;Nguyễn Thị Ửng Hộ;nữ;dn/a;02/03/2026;;Công nhân may;có;không;\n"
    "a91;Lê Văn Nam;nam;dn/a;31/02/2026;;;có;không;\n"
)


def _choose(page: Page) -> None:
    page.set_input_files("#table", FilePayload(name="danh-sach.csv", mimeType="text/csv", buffer=ROSTER.encode()))


ENTERPRISE = Walk(
    "doanh-nghiep",
    "Doanh nghiệp",
    "nhập danh sách lao động từ tệp đang dùng, xem chỗ sai trước khi nhập, hoàn tác được.",
    "desk",
    (
        *sign_in("doanhnghiep", "Trang chủ của doanh nghiệp: có bao nhiêu người, và làm được gì ở đây."),
        step(
            "Bấm **Danh sách lao động**. Chưa có tệp thì tải tệp mẫu.",
            click("Danh sách lao động"),
            picture="danh-sach",
        ),
        step(
            "Kéo tệp vào trang (hoặc chọn tệp), bấm **Kiểm tra tệp**. Chưa có gì đổi: xem ai mới, dòng nào sai.",
            _choose,
            press("Kiểm tra tệp"),
            picture="kiem-tra",
        ),
        step(
            "Sửa tệp rồi chọn lại, hoặc nhập các dòng đúng trước. Nhầm tệp thì bấm **Hoàn tác lần nhập này**.",
            press("Nhập các dòng đúng"),
            picture="da-nhap",
        ),
    ),
)
