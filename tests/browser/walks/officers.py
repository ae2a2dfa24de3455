"""How officers of unions walk: of a grassroots union, and of what stands above it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.walks import Walk, step
from tests.browser.walks.steps import click, go, press, sign_in

__all__ = ["GRASSROOTS", "UPPER"]


def _seek(page: Page) -> None:
    page.fill("#q", "huynh minh en")
    page.wait_for_url("**q=huynh*")
    expect(page.locator("#danh-sach [data-said]")).to_have_text("1 người")


def _give(page: Page) -> None:
    page.fill("#o-1-CS4", "8")
    page.fill("#basis", "Biên bản họp tổ ngày 20/11")
    with page.expect_navigation():
        page.click(".giving button")


def _sitting(page: Page) -> None:
    page.locator(".grid input.points").first.focus()
    page.keyboard.type("7")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("8")


def _about(page: Page) -> None:
    page.fill("#title", "An toàn điện trong xưởng may")
    page.check("text=Pháp luật an toàn, vệ sinh lao động")


def _tick(page: Page) -> None:
    page.click("main >> text=Đánh dấu danh sách")
    for number in ("a01", "a02", "a03"):
        page.check(f"input[value={number}]")
    page.wait_for_selector("#tinh-trang:has-text('Đã gửi hết')")


def _choose(page: Page) -> None:
    for box in page.locator("tbody .pick input").all()[:3]:
        box.check()


GRASSROOTS = Walk(
    "cong-doan-co-so",
    "Cán bộ công đoàn cơ sở",
    "xem chỉ tiêu của đơn vị, ai còn thiếu gì, xác nhận điểm, điểm danh ở cổng ca, đăng ký danh hiệu.",
    "desk",
    (
        *sign_in("cdcs", "Trang chủ cho biết hôm nay cần làm gì, còn bao nhiêu ngày, đơn vị đạt bao nhiêu chỉ tiêu."),
        step(
            "Bấm **Người lao động**: cả danh sách, mỗi người đạt hay còn thiếu gì.",
            click("Người lao động"),
            picture="danh-sach",
        ),
        step("Gõ tên vào ô tìm, không cần dấu. Danh sách lọc ngay trong lúc gõ.", _seek, picture="tim"),
        step(
            "Bấm tên: mười chỉ số của một người, mỗi chỉ số bao nhiêu điểm, vì sao, và còn thiếu gì.",
            click("Huỳnh Minh Én"),
            picture="mot-nguoi",
        ),
        step(
            "Chỉ số nào máy không tự tính được thì gõ điểm tại đó, ghi căn cứ, rồi xác nhận. Gõ nhầm thì bấm **Rút**.",
            _give,
            picture="da-xac-nhan",
        ),
        step(
            "Bấm **Xác nhận điểm** để làm cho cả tổ: đi từ ô này sang ô khác bằng phím mũi tên. Gõ dở được giữ lại.",
            click("Xác nhận điểm"),
            go("/cong-doan/xac-nhan?ai=tat-ca"),
            _sitting,
            picture="bang-diem",
        ),
        step(
            "Buổi học ở cổng ca: bấm **Điểm danh**, rồi **Mở buổi điểm danh**. Ghi tên buổi và chọn nội dung.",
            click("Điểm danh"),
            click("Mở buổi điểm danh"),
            _about,
            picture="mo-buoi",
        ),
        step(
            "Bấm **Mở buổi**. Người dự tự quét mã, hoặc cán bộ đánh dấu danh sách, hoặc nhập danh sách giấy.",
            press("Mở buổi"),
            picture="ba-cach",
        ),
        step(
            "Bấm **Đánh dấu danh sách**, đánh dấu từng người. Mất mạng vẫn đánh dấu được; có mạng lại thì máy tự gửi.",
            _tick,
            picture="danh-dau",
        ),
        step(
            "Bấm **Xong, xem kết quả**. Buổi học đã vào hồ sơ của từng người.",
            click("Xong, xem kết quả"),
            picture="ket-qua",
        ),
        step(
            "Bấm **Hồ sơ danh hiệu**, chọn trạng thái chưa đăng ký, đánh dấu những người muốn đăng ký.",
            click("Hồ sơ danh hiệu"),
            go("/cong-doan/ho-so?trang_thai=new"),
            _choose,
            picture="ho-so",
        ),
        step(
            "Bấm **Đăng ký**. Ai chưa làm được thì có lý do bên cạnh; những người khác đã xong.",
            press("Đăng ký"),
            picture="ho-so-xong",
        ),
    ),
)


def _second_target(page: Page) -> None:
    page.select_option("#chi_tieu", index=1)
    page.wait_for_url("**chi_tieu=*")


def _reason(page: Page) -> None:
    page.fill("#reason", "Báo cáo số 05/BC-LĐLĐ")


UPPER = Walk(
    "cong-doan-cap-tren",
    "Cán bộ công đoàn cấp trên",
    "xem tỷ lệ của cả nhánh, đi xuống tận người còn thiếu, chốt số liệu, xét hồ sơ, tổng hợp báo cáo.",
    "desk",
    (
        *sign_in("captren", "Trang chủ: việc cần làm hôm nay và các chỉ tiêu của cả nhánh."),
        step(
            "Bấm **Đơn vị**: từng đơn vị trực tiếp so với chỉ tiêu, đơn vị còn thiếu nhiều người xếp trước.",
            click("Đơn vị"),
            picture="don-vi",
        ),
        step("Chọn chỉ tiêu khác; bảng và biểu đồ đổi theo.", _second_target, picture="chi-tieu"),
        step(
            "Bấm tên một đơn vị để đi xuống, đến từng doanh nghiệp.",
            click("CĐCS Công ty A"),
            picture="don-vi-duoi",
        ),
        step(
            "Bấm **Người còn thiếu** để xem danh sách. Ai xem ai đều được ghi lại.",
            click("Người còn thiếu"),
            picture="con-thieu",
        ),
        step(
            "Bấm **Đơn vị** để về đơn vị của mình, bấm **Chốt số liệu này** và ghi số báo cáo.",
            click("Đơn vị"),
            click("Chốt số liệu này"),
            _reason,
            picture="chot",
        ),
        step(
            "Bấm **Chốt số liệu**. Số đã chốt không đổi về sau, và luôn so được với số hôm nay.",
            press("Chốt số liệu ngày"),
            picture="da-chot",
        ),
        step("Bấm **Hồ sơ danh hiệu** để xét, trả lại kèm ý kiến, đề nghị.", click("Hồ sơ danh hiệu"), picture="ho-so"),
        step(
            "Bấm **Báo cáo**: báo cáo nào đến hạn, cấp dưới nào đã nộp, cấp nào trễ.",
            click("Báo cáo"),
            picture="bao-cao",
        ),
    ),
)
