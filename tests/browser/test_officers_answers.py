"""A worker declares with a photo and disputes what is missing; the officer answers; the worker reads the answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.samples.answers import photo
from tests.browser.visiting import SIZES, Visit, walk_by_keyboard

pytestmark = pytest.mark.slow


def press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.click(f"main button:has-text('{words}')")


def follow(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.click(f"main a:has-text('{words}')")


@pytest.mark.parametrize("size", SIZES)
def test_what_a_worker_declares_and_disputes_is_answered_and_read(
    chromium: Browser, prepared_address: str, size: str
) -> None:
    title, missing = f"Sơ cứu tại xưởng ({size})", f"Thiếu buổi học ca đêm ({size})"
    worker = Visit(chromium, prepared_address, "nld", size=size)
    page = worker.page
    worker.open("/cua-toi/khai-bao/them")
    page.check("text=Chứng chỉ, giấy xác nhận")
    page.fill("#title", title)
    page.fill("#learned_on", "5/3/2026")
    page.fill("#provider", "Trung tâm y tế")
    page.fill("#certificate_number", f"SC-{size}")
    page.check("#topics-1")
    picture = photo(60, 40) + size.encode() if size == "desk" else photo(60, 40)
    page.set_input_files("#proof", {"name": "anh.png", "mimeType": "image/png", "buffer": picture})
    press(page, "Gửi khai báo")
    worker.open("/cua-toi/khieu-nai")
    follow(page, "Nêu khiếu nại")
    page.select_option("#about", "thieu")
    page.fill("#reason", missing)
    assert worker.look("workers.dispute-filled") == []
    press(page, "Gửi khiếu nại")

    officer = Visit(chromium, prepared_address, "cdcs", size=size)
    page = officer.page
    officer.open("/cong-doan")
    follow(page, "Xác nhận khai báo học tập")
    assert officer.look("cases-declared") == []
    follow(page, title)
    page.wait_for_function("document.querySelector('.photo img').naturalWidth === 60")
    walk_by_keyboard(page)
    assert officer.look("declared-with-photo") == []
    page.check("text=Xác nhận: đúng như khai")
    press(page, "Gửi trả lời")
    assert "Ghi lý do và căn cứ" in page.inner_text(".summary")
    page.fill("#reason", "Đã xem bản chính tại công đoàn")
    press(page, "Gửi trả lời")
    assert "Đã xác nhận khai báo" in page.inner_text(".note.done")
    officer.open("/cong-doan/viec?loai=khieu-nai")
    follow(page, missing)
    page.check("text=Giữ nguyên như đang tính")
    page.fill("#reason", "Sổ điểm danh ca đêm không có tên; đã hỏi tổ trưởng")
    press(page, "Gửi trả lời")
    officer.close()

    page = worker.page
    worker.open("/cua-toi/khai-bao")
    assert "Đã xem bản chính tại công đoàn" in page.inner_text("main")
    worker.open("/cua-toi/khieu-nai")
    assert "Sổ điểm danh ca đêm không có tên" in page.inner_text("main")
    assert worker.look("workers.disputes-answered") == []
    page.click("main a:has-text('Tôi chưa đồng ý') >> nth=0")
    page.wait_for_url("**/chua-dong-y")
    assert worker.look("workers.reopen-dispute") == []
    worker.close()
    assert [*worker.complaints, *officer.complaints] == []
