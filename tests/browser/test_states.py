"""Pages as they seldom are: names as long as people have them, dark on a telephone, on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.looks import axe_findings, open_details, too_wide_by
from tests.browser.visiting import Visit

pytestmark = pytest.mark.slow

LONG = "Công Tằng Tôn Nữ Thị Huyền Trân Nguyễn-Phước-Bảo-Long-Hưng-Thịnh-Vượng Ngọc Phương Thảo Nguyên"
PAGES = {
    "cdcs": (
        "/cong-doan", "/cong-doan/nguoi-lao-dong", "/cong-doan/nguoi-lao-dong/a02", "/cong-doan/xac-nhan?ai=tat-ca",
        "/cong-doan/ho-so", "/cong-doan/viec", "/diem-danh",
    ),
    "captren": ("/cong-doan/don-vi/cd/lao-cai", "/cong-doan/bao-cao", "/cong-doan/de-nghi"),
    "doanhnghiep": ("/doanh-nghiep", "/doanh-nghiep/bang-ke"),
    "nld": ("/cua-toi", "/cua-toi/hoc-tap", "/cua-toi/du-lieu"),
    "vanhanh": ("/van-hanh", "/van-hanh/nguoi-dung", "/van-hanh/phat-bieu"),
}  # fmt: skip
"""Of every audience those on which people and units are named."""

NAMES = "main h1, main th[scope=row] a, main .lines a, main .units .name a, main tbody td a, header .place strong"


def hidden(page: Page, selector: str) -> bool:
    """Whether nothing of this is drawn."""
    return not any(one.is_visible() for one in page.locator(selector).all())


@pytest.mark.parametrize("name", PAGES)
def test_long_names_dark_colours_and_paper_harm_no_page(prepared_address: str, chromium: Browser, name: str) -> None:
    visit = Visit(chromium, prepared_address, name, size="phone")
    page = visit.page
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 320, "height": 900})
    found: list[str] = []
    for path in PAGES[name]:
        assert visit.open(path) == 200, path
        open_details(page)
        page.evaluate("([all, long]) => document.querySelectorAll(all).forEach(one => one.textContent = long)",
                      [NAMES, LONG])  # fmt: skip
        found += [f"{path}: {wide} px too wide" for wide in [too_wide_by(page)] if wide]
        found += [f"{path}: {one}" for one in axe_findings(page)]
        page.emulate_media(media="print")
        found += [] if hidden(page, "nav.sections, header .account") else [f"{path}: what is clicked is printed"]
        found += [] if page.locator("h1").is_visible() else [f"{path}: no heading on paper"]
        page.emulate_media(media="screen")
    visit.close()
    assert [*found, *visit.complaints] == []
