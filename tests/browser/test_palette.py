"""Ctrl+K over any page: where to go, what to do, whom to look for."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looks import axe_findings
from tests.browser.visiting import Visit

pytestmark = pytest.mark.slow


def test_a_worker_a_page_and_an_action_are_found_without_diacritics_by_keyboard(
    prepared_address: str, chromium: Browser
) -> None:
    visit = Visit(chromium, prepared_address, "cdcs")
    page = visit.page
    visit.open("/cong-doan/nguoi-lao-dong")
    page.keyboard.press("Control+k")
    found = page.get_by_role("dialog")
    field = page.get_by_role("combobox", name="Tìm trang, việc, người")
    expect(field).to_be_focused()
    expect(found.get_by_role("option", name="Điểm danh", exact=True)).to_be_visible()
    assert axe_findings(page) == []
    page.keyboard.type("mo buoi")
    expect(found.get_by_role("option")).to_have_count(1)
    expect(found.get_by_role("option", selected=True)).to_have_text("Mở buổi điểm danh")
    assert field.get_attribute("aria-activedescendant") == found.get_by_role("option").get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/diem-danh/mo")
    page.keyboard.press("/")
    page.keyboard.type("a02")
    expect(found.get_by_role("group", name="Người").get_by_role("option").first).to_contain_text("a02")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    page.focus("#title")
    page.keyboard.type("1/2")
    assert page.input_value("#title") == "1/2", "in a field a stroke is a stroke"
    visit.close()
    assert visit.complaints == []


def test_without_scripts_it_is_a_page(prepared_address: str, chromium: Browser) -> None:
    visit = Visit(chromium, prepared_address, "nld", size="phone", java_script_enabled=False)
    visit.open("/cua-toi")
    visit.page.click("text=Tìm nhanh")
    visit.page.fill("#tim", "tro giup")
    visit.page.click("main form button")
    expect(visit.page.locator("#ket-qua-tim a")).to_have_text(["Trợ giúp"])
    visit.close()
