"""An enterprise without a mouse: tells its headcount, sees hours by group, its share of titles, and what is asked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.keyboard import press, reach, write
from tests.browser.visiting import SIZES, Visit

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", SIZES)
def test_an_enterprise_tells_its_headcount_and_sees_its_hours_titles_and_duties_by_keyboard(
    prepared_address: str, chromium: Browser, size: str
) -> None:
    visit = Visit(chromium, prepared_address, "doanhnghiep", size=size)
    page = visit.page
    send = "main form.form button"
    press(page, "main a:has-text('Báo số lao động')")
    expect(page.locator("main")).to_contain_text("số lao động lấy từ danh sách")
    press(page, send)
    expect(page.locator("#total-loi")).to_contain_text("Ghi tổng số lao động")
    for field, text in (
        ("day", "30/9/2026"), ("total", "1.250"), ("women", "1300"), ("source", "Báo cáo lao động quý III/2026"),
        ("declared_by", "Phòng nhân sự"),
    ):  # fmt: skip
        write(page, f"#{field}", text)
    press(page, send)
    expect(page.locator("#women-loi")).to_contain_text("lớn hơn tổng số lao động")
    assert page.locator("#total").input_value() == "1.250"
    found = visit.look("enterprises.headcount-fault")
    write(page, "#women", "640")
    press(page, send)
    expect(page.locator(".note.done")).to_have_text("Đã ghi ngày 30/09/2026: 1.250 người")
    found += visit.look("enterprises.headcount-told")

    press(page, "nav a:has-text('Giờ học')")
    expect(page.locator(".figure")).to_contain_text("giờ học của")
    expect(page.locator("main table")).to_contain_text("Công nhân may")
    press(page, "main a:has-text('Theo nhóm người học')")
    expect(page.locator("main table caption")).to_contain_text("Giờ học theo nhóm người học")
    found += visit.look("enterprises.hours-by-group")
    with page.expect_download() as book:
        reach(page, "main a:has-text('Tải XLSX')")
        page.keyboard.press("Enter")
    assert book.value.suggested_filename.startswith("gio-hoc-")

    press(page, "nav a:has-text('Danh hiệu')")
    expect(page.locator("h1")).to_have_text("Danh hiệu ở doanh nghiệp")
    found += visit.look("enterprises.titles-of-own")
    press(page, "main a:has-text('Kế hoạch và quy định')")
    expect(page.locator("main")).to_contain_text("Luật Bảo vệ dữ liệu cá nhân")
    expect(page.locator("article.target").first).to_contain_text("đến năm 2030")
    found += visit.look("enterprises.law-read")
    visit.close()
    assert found == []
