"""What an officer of a province does: from the own unit down to who is missing, and figures kept for a report."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visiting import SIZES, Visit, walk_by_keyboard

pytestmark = pytest.mark.slow


@pytest.fixture(params=SIZES)
def visit(request: pytest.FixtureRequest, chromium: Browser, prepared_address: str) -> Iterator[Visit]:
    made = Visit(chromium, prepared_address, "captren", size=request.param)
    yield made
    made.close()
    assert made.complaints == []


def gaps_of(page: Page) -> list[int]:
    """How many are missing in each unit of the table, from its first row on."""
    told = page.locator("#ket-qua tbody td[data-label='Còn thiếu']").all_inner_texts()
    return [int("".join(re.findall(r"[0-9]+", one.partition("(")[0])) or 0) for one in told]


def test_the_way_leads_from_the_province_to_whoever_is_missing(visit: Visit) -> None:
    page = visit.page
    page.click("nav >> text=Đơn vị")
    page.wait_for_url("**/don-vi/cd/lao-cai")
    assert page.inner_text("h1") == "Liên đoàn Lao động tỉnh Lào Cai"
    assert visit.look("province") == []
    walk_by_keyboard(page)
    page.select_option("#chi_tieu", index=1)
    page.wait_for_url("**chi_tieu=*")
    assert "G2" in page.inner_text(".chosen h2")
    expect(page.locator("#noi-len[role=status]")).to_contain_text("mục tiêu")
    page.select_option("#tinh", "unionised")
    page.wait_for_url("**tinh=unionised*")
    gaps = gaps_of(page)
    assert gaps and gaps == sorted(gaps, reverse=True)
    page.select_option("#sap", "ten")
    page.wait_for_url("**sap=ten*")
    names = page.locator("#ket-qua tbody th a").all_inner_texts()
    assert names and names == sorted(names)
    today = page.url
    page.fill("#ngay", "31/12/2025")
    page.press("#ngay", "Enter")
    page.wait_for_url("**ngay=31*2025*")
    page.locator("#ket-qua", has_text="đến hết 31/12/2025").wait_for()
    assert "Năm trước" in page.inner_text("#ket-qua thead")
    assert visit.look("province-last-year") == []
    page.goto(today)
    page.click("#ket-qua tbody >> text=CĐCS Công ty A")
    assert page.inner_text("h1") == "CĐCS Công ty A"
    page.click("#ket-qua tbody >> text=Công ty A & <con>")
    assert page.locator(".way li").count() == 2
    assert visit.look("enterprise") == []
    page.click("text=Người còn thiếu")
    assert page.inner_text("h1").startswith("Còn thiếu: G2")
    assert visit.look("who-is-missing") == []
    page.locator("tbody a").first.click()
    page.wait_for_url("**/nguoi-lao-dong/*")
    visit.open("/cong-doan/ke-hoach/cdcs/a")
    compared = page.locator("section", has=page.locator("#so-sanh")).locator("tbody tr")
    assert compared.count() >= 2, "two plans ask for one thing"
    assert visit.look("plans-in-force") == []
    page.click(".way >> text=Liên đoàn Lao động tỉnh Lào Cai")
    with page.expect_download() as table:
        page.click("text=XLSX")
    assert table.value.suggested_filename.startswith("ty-le-cd-lao-cai-")


def test_figures_are_kept_after_a_page_that_names_them_and_compared_with_today(visit: Visit) -> None:
    page = visit.page
    visit.open("/cong-doan/don-vi/cd/lao-cai")
    page.click("text=Chốt số liệu này")
    assert visit.look("freeze") == []
    with page.expect_navigation():
        page.click("button:has-text('Chốt số liệu ngày')")
    assert "Ghi báo cáo hoặc công văn" in page.inner_text(".summary")
    page.fill("#reason", f"Báo cáo số 05/BC-LĐLĐ ({visit.size})")
    with page.expect_navigation():
        page.click("button:has-text('Chốt số liệu ngày')")
    assert "Đã chốt số liệu" in page.inner_text(".note.done >> nth=0")
    assert "vẫn ra đúng các số này" in page.inner_text("main")
    assert visit.look("frozen-record") == []
    page.click(".way >> text=Số liệu đã chốt")
    assert "05/BC-LĐLĐ" in page.inner_text("tbody")
    assert visit.look("frozen-records") == []
