"""The back button of a browser: what was sent once is done once, and nobody sees what somebody left."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visiting import Visit

pytestmark = pytest.mark.slow


def test_whoever_goes_back_doubles_nothing_and_sees_nothing_after_signing_out(
    prepared_address: str, chromium: Browser
) -> None:
    visit = Visit(chromium, prepared_address, "nld")
    page, send = visit.page, "main form button"
    visit.open("/cua-toi/khai-bao/them")
    page.get_by_label("Tự học").check()
    page.fill("#title", "Đọc sách về pháp luật")
    page.fill("#learned_on", "5/2/2026")
    page.click(send)
    rows = page.get_by_role("row", name=re.compile("Đọc sách về pháp luật"))
    expect(rows).to_have_count(1)
    page.go_back()
    page.get_by_label("Tự học").check()
    expect(page.locator("#title")).to_have_value("Đọc sách về pháp luật")
    page.click(send)
    expect(page.get_by_role("alert")).to_contain_text("đã gửi đúng nội dung này")
    visit.open("/cua-toi/khai-bao")
    expect(rows).to_have_count(1)
    rows.get_by_role("link", name=re.compile("Rút")).click()
    page.fill("#reason", "Khai để thử")
    page.get_by_role("button", name="Rút khai báo").click()
    expect(rows).to_contain_text("đã được rút")
    with page.expect_navigation():
        page.click("text=Đăng xuất")
    page.go_back()
    expect(page).to_have_url(re.compile("/dang-nhap"))
    expect(page.locator("body")).not_to_contain_text("Đọc sách về pháp luật")
    visit.close()
    assert visit.complaints == []


def test_a_key_that_was_made_is_not_made_again_by_going_back_unless_it_is_said_to_be_meant(
    prepared_address: str, chromium: Browser
) -> None:
    visit = Visit(chromium, prepared_address, "doanhnghiep")
    page, send = visit.page, "main form button"
    visit.open("/doanh-nghiep/khoa")
    rows = page.get_by_role("row", name=re.compile("Phần mềm quay lại"))

    def fill_in() -> None:
        page.get_by_label("Khoá dùng cho phần mềm nào").fill("Phần mềm quay lại")
        page.get_by_label("Dùng đến hết ngày nào").fill("31/12/2029")
        page.click(send)

    fill_in()
    expect(page.get_by_role("heading", name="Khoá mới: Phần mềm quay lại")).to_be_visible()
    page.go_back()
    fill_in()
    expect(page.get_by_role("alert")).to_contain_text("đã gửi đúng nội dung này")
    expect(rows).to_have_count(1)
    assert visit.look("said-before") == []
    page.get_by_role("button", name="Ghi thêm lần nữa").click()
    expect(page.get_by_role("heading", name="Khoá mới: Phần mềm quay lại")).to_be_visible()
    visit.open("/doanh-nghiep/khoa")
    expect(rows).to_have_count(2)
    visit.close()
    assert visit.complaints == []
