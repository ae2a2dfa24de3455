"""What every page shares, at the keyboard and without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.visiting import SIZES, Visit, walk_by_keyboard
from tests.certification.access.people import PASSWORD

pytestmark = pytest.mark.slow


@pytest.fixture(params=SIZES)
def visit(request: pytest.FixtureRequest, chromium: Browser, prepared_address: str) -> Iterator[Visit]:
    made = Visit(chromium, prepared_address, size=request.param)
    yield made
    made.close()
    assert made.complaints == []


def test_signing_in_and_out_by_keyboard_alone(visit: Visit) -> None:
    visit.open("/tai-khoan")
    assert visit.page.url.endswith("/dang-nhap?tiep=/tai-khoan")
    assert walk_by_keyboard(visit.page)[0] == "Đến nội dung chính"
    visit.page.focus("#account")
    visit.page.keyboard.type("cdcs")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.insert_text(PASSWORD)
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    assert visit.page.url.endswith("/tai-khoan")
    assert visit.page.inner_text("header .place strong") == "CĐCS Công ty A"
    walk_by_keyboard(visit.page)
    visit.page.focus("text=Đăng xuất")
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    assert visit.open("/tai-khoan") == 200
    assert "/dang-nhap" in visit.page.url


def test_faults_take_the_focus_keep_what_was_typed_and_lead_to_their_fields(visit: Visit) -> None:
    visit.open("/he-thong-thiet-ke")
    visit.page.fill("#name", "Nguyễn Thị Ửng Hộ")
    visit.page.fill("#held_on", "31/2/2026")
    visit.page.fill("#people", "0")
    visit.page.check("#kind-2")
    with visit.page.expect_navigation():
        visit.page.click("text=Thử gửi")
    page = visit.page
    assert page.title().startswith("Lỗi: ")
    assert page.evaluate("document.activeElement.className") == "summary"
    assert page.input_value("#name") == "Nguyễn Thị Ửng Hộ"
    assert page.input_value("#held_on") == "31/2/2026"
    assert page.is_checked("#kind-2")
    assert page.inner_text("#people-loi").endswith("phải là số nguyên từ 1 đến 5000")
    page.click(".summary a[href='#held_on']")
    assert page.evaluate("document.activeElement.id") == "held_on"
    assert visit.look("design-system-with-faults") == []


def test_the_text_may_be_spaced_out(visit: Visit) -> None:
    """WCAG 2.2, 1.4.12."""
    visit.open("/he-thong-thiet-ke")
    visit.page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
            sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; '
                + 'word-spacing: .16em !important } p { margin-bottom: 2em !important }');
            document.adoptedStyleSheets = [sheet] }"""
    )
    assert visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_everything_works_without_scripts(chromium: Browser, prepared_address: str) -> None:
    visit = Visit(chromium, prepared_address, "vanhanh", java_script_enabled=False)
    assert visit.open("/tai-khoan") == 200
    visit.page.click("text=Đăng xuất")
    assert "/dang-nhap" in visit.page.url
    visit.close()
