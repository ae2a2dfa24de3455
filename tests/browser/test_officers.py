"""What an officer does in the browser: from what waits to points given, on a phone and at a desk, by keyboard too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.keyboard import press, reach, write
from tests.browser.visiting import SIZES, Visit, walk_by_keyboard

pytestmark = pytest.mark.slow

SAID = "#noi-len[role=status]"
"""What a screen reader follows while a page changes."""


@pytest.fixture(params=SIZES)
def visit(request: pytest.FixtureRequest, chromium: Browser, prepared_address: str) -> Iterator[Visit]:
    made = Visit(chromium, prepared_address, "cdcs", size=request.param)
    yield made
    made.close()
    assert made.complaints == []


def test_a_worker_is_found_while_one_types_and_points_are_given_in_place(visit: Visit) -> None:
    page = visit.page
    visit.open("/cong-doan")
    page.click("nav >> text=Người lao động")
    stays = page.query_selector(SAID)
    assert stays is not None
    for typed, left in (("khong co ai nhu vay", "0 người"), ("huynh minh en", "1 người")):
        page.fill("#q", typed)
        expect(page.locator(SAID)).to_have_text(left)
        assert page.inner_text("#danh-sach [data-said]") == left
        assert page.evaluate("document.activeElement.id") == "q"
    assert stays.inner_text() == "1 người", "another element in its place is heard by nobody"
    page.click("text=Huỳnh Minh Én")
    assert page.inner_text("h1") == "Huỳnh Minh Én"
    page.fill("#o-1-CS4", "12")
    with page.expect_navigation():
        page.click(".giving button")
    assert page.title().startswith("Lỗi: ")
    assert page.evaluate("document.activeElement.className") == "summary"
    assert visit.look("worker-with-faults") == []
    page.fill("#o-1-CS4", "8")
    page.fill("#basis", f"Biên bản họp tổ ngày 20/11/2026 ({visit.size})")
    with page.expect_navigation():
        page.click(".giving button")
    assert "Đã xác nhận 1 điểm" in page.inner_text(".note.done")
    expect(page.locator(SAID)).to_contain_text("Đã xác nhận 1 điểm")
    page.click("a:text-is('Rút') >> nth=0")
    page.fill("#reason", "Nhập thử")
    with page.expect_navigation():
        page.click("button:has-text('Rút xác nhận')")
    assert "Đã rút xác nhận 8 điểm CS4" in page.inner_text(".note.done")


def test_a_sitting_goes_by_keyboard_and_its_draft_is_kept(visit: Visit) -> None:
    page = visit.page
    visit.open("/cong-doan/xac-nhan?ai=tat-ca")
    walk_by_keyboard(page, most=400)
    reach(page, ".grid input.points")
    page.keyboard.type("7")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("8")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.value") == "7"
    page.locator(".draft button").wait_for()
    assert visit.open("/cong-doan/xac-nhan?ai=tat-ca") == 200
    assert page.locator(".grid input.points").first.input_value() == "7"
    assert "Đã mở lại bản nháp" in page.inner_text(".draft")
    assert visit.look("sitting-with-draft") == []
    reach(page, "text=Xoá bản nháp")
    page.keyboard.press("Enter")
    assert page.locator(".grid input.points").first.input_value() == ""
    write(page, ".grid input.points", "11")
    press(page, "text=Xác nhận tất cả")
    assert page.title().startswith("Lỗi: ")
    assert page.evaluate("document.activeElement.className") == "summary"
    assert visit.look("sitting-with-faults") == []
    write(page, ".grid input.points", {"phone": "6", "desk": "5"}[visit.size])
    write(page, "#basis", "Biên bản họp tổ ngày 20/11/2026")
    press(page, "text=Xác nhận tất cả")
    assert "Đã xác nhận 1 điểm cho 1 người" in page.inner_text(".note.done")


def test_dossiers_are_ticked_together_by_keyboard_and_each_has_its_result(visit: Visit) -> None:
    page = visit.page
    visit.open("/cong-doan/ho-so?trang_thai=new")
    reach(page, "#q")
    page.keyboard.type("nguyen")
    page.wait_for_url("**q=nguyen*")
    assert page.evaluate("document.activeElement.id") == "q", "what is found takes the focus from nobody"
    reach(page, ".pick-all input")
    page.keyboard.press("Space")
    assert page.inner_text(".chosen").startswith("Đã chọn")
    page.keyboard.press("Space")
    reach(page, "tbody .pick input")
    page.keyboard.press("Space")
    press(page, "button:has-text('Đăng ký')")
    assert "Đã xong với 1 người" in page.inner_text(".lead")
    assert visit.look("dossier-results") == []
    visit.open("/cong-doan/ho-so?trang_thai=reviewed")
    reach(page, "tbody .pick input")
    page.keyboard.press("Space")
    press(page, "button:has-text('Đề nghị công nhận')")
    assert visit.look("proposal") == []
    press(page, "button:has-text('Gửi đề nghị')")
    assert "Ghi ngày họp xét" in page.inner_text(".summary")


def test_it_all_works_without_scripts(chromium: Browser, prepared_address: str) -> None:
    visit = Visit(chromium, prepared_address, "cdcs", java_script_enabled=False)
    visit.open("/cong-doan/nguoi-lao-dong")
    visit.page.fill("#q", "huynh minh en")
    with visit.page.expect_navigation():
        visit.page.click("text=Lọc")
    assert visit.page.inner_text("#danh-sach [data-said]") == "1 người"
    visit.open("/cong-doan/xac-nhan?ai=tat-ca")
    visit.page.locator(".grid input.points").first.fill("99")
    with visit.page.expect_navigation():
        visit.page.click("text=Xác nhận tất cả")
    assert visit.page.locator(".grid input.points").first.input_value() == "99"
    assert visit.page.locator(".summary li").count() == 2
    visit.close()
