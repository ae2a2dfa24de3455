"""How a worker walks, on a phone."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.walks import Walk, step
from tests.browser.walks.steps import click, go, press, sign_in

__all__ = ["WORKER"]


def _points(page: Page) -> None:
    page.fill("#CS1", "7")
    page.fill("#CS1_note", "Nghe ba buổi phổ biến pháp luật đầu ca")


def _declare(page: Page) -> None:
    page.get_by_label("Tự học").check()
    page.fill("#title", "Đọc “Luật An toàn, vệ sinh lao động”")
    page.fill("#learned_on", "5/2/2026")


WORKER = Walk(
    "nguoi-lao-dong",
    "Người lao động",
    "xem mình có gì và còn thiếu gì, tự đánh giá, khai việc học, xem giấy chứng nhận, biết ai đã xem hồ sơ của mình.",
    "phone",
    (
        *sign_in("nld", "Trang của tôi: được bao nhiêu điểm, cần bao nhiêu, và việc nên làm tiếp."),
        step(
            "Bấm một chỉ số để biết vì sao được chừng ấy điểm và làm gì thì thêm điểm.",
            go("/cua-toi/chi-so/CS1"),
            picture="chi-so",
        ),
        step(
            "Về **Trang chủ**, bấm **Tự đánh giá**. Chấm cho mình từ 0 đến 10, ghi lý do nếu muốn.",
            click("Trang chủ"),
            click("Tự đánh giá năm"),
            _points,
            picture="tu-danh-gia",
        ),
        step("Bấm **Lưu tự đánh giá**. Chưa xong thì lần sau làm tiếp.", press("Lưu tự đánh giá"), picture="da-luu"),
        step(
            "Bấm **Danh hiệu “Công dân học tập”**: đăng ký, nộp tự đánh giá, xem hồ sơ tới bước nào, hoặc rút.",
            go("/cua-toi"),
            click("Danh hiệu “Công dân học tập” năm"),
            picture="danh-hieu",
        ),
        step(
            "Học ở ngoài, tự đọc sách? Bấm **Khai báo**, rồi khai thêm; có chứng chỉ thì chụp ảnh đính kèm.",
            click("Khai báo"),
            go("/cua-toi/khai-bao/them"),
            _declare,
            picture="khai-bao",
        ),
        step("Bấm **Gửi khai báo**. Công đoàn xác nhận rồi mới tính.", press("Gửi khai báo"), picture="cho-xac-nhan"),
        step(
            "Bấm **Giấy chứng nhận**, chọn năm. Đưa mã QR này cho người cần kiểm tra.",
            click("Giấy chứng nhận"),
            click("2025"),
            picture="giay-chung-nhan",
        ),
        step(
            "Bấm **Dữ liệu của tôi**: chương trình giữ gì, ai đã xem, đồng ý hay thôi đồng ý, tải về, yêu cầu xoá.",
            click("Dữ liệu của tôi"),
            picture="du-lieu",
        ),
    ),
)
