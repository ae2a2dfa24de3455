"""A worker with a phone: sees what there is and what is missing, gives points, declares, shows the certificate."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visiting import Visit

pytestmark = pytest.mark.slow


def test_a_worker_sees_what_is_missing_and_gives_points(prepared_address: str, chromium: Browser) -> None:
    visit = Visit(chromium, prepared_address, "nld", size="phone")
    page = visit.page
    visit.open("/cua-toi")
    expect(page.locator("main")).to_contain_text("trên 100 điểm")
    expect(page.locator("main")).to_contain_text("còn thiếu")
    page.get_by_role("link", name=re.compile("Tự đánh giá năm")).click()
    page.locator("#CS1").fill("11")
    page.get_by_role("button", name="Lưu tự đánh giá").click()
    expect(page.locator("#CS1-loi")).to_contain_text("từ 0 đến 10")
    page.locator("#CS1").fill("7")
    page.locator("#CS1_note").fill("Nghe ba buổi phổ biến pháp luật")
    page.get_by_role("button", name="Lưu tự đánh giá").click()
    expect(page.locator("main")).to_contain_text("đã chấm 1/10 chỉ số")
    found = visit.look("workers.home")
    visit.close()
    assert found == []


def test_a_worker_declares_learning_and_takes_it_back(prepared_address: str, chromium: Browser) -> None:
    visit = Visit(chromium, prepared_address, "nld", size="phone")
    page = visit.page
    visit.open("/cua-toi/khai-bao/them")
    page.get_by_role("button", name="Gửi khai báo").click()
    expect(page.locator("#title-loi")).to_contain_text("Nhập tên nội dung đã học")
    page.get_by_label(re.compile("Chứng chỉ, giấy xác nhận")).check()
    page.locator("#title").fill("An toàn lao động nhóm 3")
    page.locator("#learned_on").fill("5/2/2026")
    page.get_by_role("button", name="Gửi khai báo").click()
    expect(page.locator("main")).to_contain_text("kèm bản chụp chứng chỉ")
    assert page.locator("#title").input_value() == "An toàn lao động nhóm 3"
    page.get_by_label(re.compile("Tự học")).check()
    page.get_by_role("button", name="Gửi khai báo").click()
    row = page.get_by_role("row", name=re.compile("An toàn lao động nhóm 3"))
    expect(row).to_contain_text("chờ xác nhận")
    row.get_by_role("link", name=re.compile("Rút")).click()
    found = visit.look("workers.withdraw_declaration")
    page.locator("#reason").fill("Ghi nhầm ngày")
    page.get_by_role("button", name="Rút khai báo").click()
    expect(row).to_contain_text("đã được rút")
    visit.close()
    assert found == []


def test_a_worker_shows_the_certificate(prepared_address: str, chromium: Browser) -> None:
    visit = Visit(chromium, prepared_address, "nld", size="phone")
    page = visit.page
    visit.open("/cua-toi/giay-chung-nhan")
    page.get_by_role("link", name="2025").click()
    expect(page.get_by_role("img", name=re.compile("Mã QR"))).to_be_visible()
    found = visit.look("workers.certificate")
    page.get_by_role("link", name="Mở trang kiểm tra").click()
    expect(page.locator("main")).to_contain_text("Còn giá trị")
    visit.close()
    assert found == []
