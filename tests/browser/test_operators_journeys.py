"""What an operator does in the browser, on a phone and at a desk: keys, people, Statements, rules."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.visiting import SIZES, Visit, walk_by_keyboard

pytestmark = pytest.mark.slow


@pytest.fixture(params=SIZES)
def visit(request: pytest.FixtureRequest, chromium: Browser, prepared_address: str) -> Iterator[Visit]:
    made = Visit(chromium, prepared_address, "vanhanh", size=request.param)
    yield made
    made.close()
    assert made.complaints == []


def press(page: Page, words: str) -> None:
    """The button of the page's own form."""
    with page.expect_navigation():
        page.click(f"main button:has-text('{words}')")


def post(visit: Visit, key: str, secret: str, id: str) -> int:
    """The status of a Statement posted by real HTTP, as a platform does."""
    document = {
        "id": id,
        "actor": {"account": {"homePage": "https://hoc.example.org", "name": "a07"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": "https://hoc.example.org/khoa-hoc/9", "definition": {"name": {"vi": f"Khoá {id[:8]}"}}},
    }
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    headers = {
        "Authorization": f"Basic {basic}", "X-Experience-API-Version": "2.0.0", "Content-Type": "application/json",
    }  # fmt: skip
    sent = json.dumps(document)
    return visit.context.request.post(f"{visit.address}/xapi/statements", data=sent, headers=headers).status


def test_a_key_is_made_a_statement_is_seen_live_and_after_revoking_none_is_taken(visit: Visit) -> None:
    page, id = visit.page, str(uuid4())
    visit.open("/van-hanh/khoa")
    with page.expect_navigation():
        page.click("text=Tạo khoá")
    page.fill("#name", f"Nền tảng {id[:8]}")
    page.fill("#reason", "Công văn 7")
    press(page, "Tạo khoá")
    key, secret = page.inner_text("#khoa"), page.inner_text("#bi-mat")
    assert visit.look("key-made") == []
    visit.open("/van-hanh/phat-bieu?truc_tiep=1")
    assert post(visit, key, secret, id) == 200
    page.locator(f"#ket-qua td >> text=Khoá {id[:8]}").wait_for(timeout=15_000)
    assert visit.look("statements-live") == []
    with page.expect_navigation():
        page.click("text=Thôi theo dõi")
    visit.open(f"/van-hanh/khoa/{key}")
    with page.expect_navigation():
        page.click("text=Ngừng khoá")
    page.fill("#reason", "Hết hợp đồng")
    press(page, "Ngừng khoá")
    assert "Khoá đã ngừng" in page.inner_text(".note.done")
    assert post(visit, key, secret, str(uuid4())) == 401


def test_somebody_is_invited_signs_in_and_is_ended(visit: Visit, chromium: Browser) -> None:
    page, name = visit.page, f"moi-{uuid4().hex[:8]}"
    visit.open("/van-hanh/nguoi-dung")
    with page.expect_navigation():
        page.click("text=Mời người dùng mới")
    page.fill("#full_name", "Hoàng Thị Mới")
    page.fill("#name", name)
    page.select_option("#role", "grassroots_officer")
    page.fill("#organization", "không có đơn vị này")
    page.fill("#reason", "Quyết định 9")
    press(page, "Tạo và in phiếu mời")
    assert "Không có đơn vị nào như vậy" in page.inner_text(".summary")
    page.fill("#organization", "Công ty C")
    press(page, "Tạo và in phiếu mời")
    token = page.inner_text("#ma")
    assert visit.look("invitation") == []
    guest = Visit(chromium, visit.address, size=visit.size)
    guest.open("/dat-mat-khau")
    guest.page.fill("#token", token)
    guest.page.fill("#password", "mưa rừng tạnh rồi")
    guest.page.fill("#password_again", "mưa rừng tạnh rồi")
    press(guest.page, "Đặt mật khẩu")
    guest.page.fill("#account", name)
    guest.page.fill("#password", "mưa rừng tạnh rồi")
    press(guest.page, "Đăng nhập")
    assert guest.open("/cong-doan") == 200
    visit.open(f"/van-hanh/nguoi-dung/{name}")
    with page.expect_navigation():
        page.click("text=Ngừng tài khoản")
    page.fill("#reason", "Thử xong")
    press(page, "Ngừng tài khoản")
    assert "đã ngừng" in page.inner_text("main")
    guest.open("/cong-doan")
    assert "/dang-nhap" in guest.page.url
    guest.close()


def test_by_keyboard_alone_every_fault_of_a_statement_is_shown_with_its_clause(visit: Visit) -> None:
    page = visit.page
    visit.open("/van-hanh/kiem-tra-phat-bieu")
    walk_by_keyboard(page)
    page.focus("#statement")
    broken = {"actor": {"mbox": "an@example.org"}, "verb": {"id": "x"}, "result": {"score": {"raw": 5, "max": 3}}}
    page.keyboard.insert_text(json.dumps(broken))
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.tagName") != "BUTTON":
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    rows = page.locator("section table tbody tr").all_inner_texts()
    for place in ("/actor/mbox", "/verb/id", "/result/score/raw"):
        assert any(place in row and "xAPI 1.0.3 Data" in row for row in rows), (place, rows)
    assert page.locator("section table tbody tr").count() >= 4
    assert visit.look("validator-with-faults") == []


RULES = """\
kind = "working-days"
id = "working-days-{year}"
programme = "cong-dan-hoc-tap"
title = "Ngày nghỉ năm {year}"
year = {year}
in_force_from = {year}-01-01
checked = 2026-11-21
weekly_rest = ["saturday", "sunday"]
off = [{{ day = {year}-01-01, what = "Tết Dương lịch", status = "INFERRED", sources = [], checked = 2026-11-21 }}]
worked = []
"""


def test_a_rule_file_with_a_fault_then_a_good_one_with_its_difference(visit: Visit) -> None:
    page = visit.page
    good = RULES.format(year={"phone": 2041, "desk": 2042}[visit.size])
    visit.open("/van-hanh/quy-tac/nap")
    for text in (good.replace('"sunday"', '"rest"'), good):
        page.set_input_files(
            "#rules", {"name": "moi.toml", "mimeType": "application/octet-stream", "buffer": text.encode()}
        )
        press(page, "Thử tệp")
        assert visit.look(f"load-rules-{'good' if text == good else 'faults'}") == []
        if text != good:
            assert "chưa nạp gì" in page.inner_text(".summary")
            assert "8" in page.locator("table tbody th").all_inner_texts()
    assert "người được thử" in page.inner_text(".figure")
    assert page.locator("ins").count() >= 1
    press(page, "Nạp tệp này")
    assert "Đã nạp" in page.inner_text(".note.done")
    assert "working-days-204" in page.inner_text("main")


def test_an_unknown_account_is_linked_to_a_worker_whose_statements_then_count(visit: Visit) -> None:
    page, worker = visit.page, {"phone": "A105", "desk": "A106"}[visit.size]
    visit.open("/van-hanh")
    with page.expect_navigation():
        page.click("main a:has-text('Tài khoản học chưa biết là của ai')")
    waiting = page.locator("main tbody tr")
    before = waiting.count()
    found = visit.look("unknown-actors")
    with page.expect_navigation():
        waiting.filter(has_text="hoc.example.org|la").first.get_by_role("link").first.click()
    page.fill("#worker", "khong-co")
    page.fill("#basis", "Danh sách của phòng nhân sự")
    press(page, "Gắn")
    assert "khong-co" in page.inner_text(".summary")
    found += visit.look("link-fault")
    page.fill("#worker", worker)
    press(page, "Gắn")
    assert f"Đã gắn với {worker}; 1 phát biểu chờ nay được tính" in page.inner_text(".note.done")
    assert waiting.count() == before - 1
    visit.open(f"/van-hanh/danh-tinh?ma={worker}")
    assert "Danh sách của phòng nhân sự" in page.inner_text("main")
    found += visit.look("identity-linked")
    visit.open("/van-hanh")
    found += visit.look("home-with-jobs")
    assert "Việc đang chạy" in page.inner_text("main")
    assert found == []


def test_a_tenant_is_made_with_its_operator_who_sees_nothing_of_ours_and_its_sandbox_is_emptied(
    visit: Visit, chromium: Browser
) -> None:
    page, name = visit.page, f"ldld-{visit.size}"
    visit.open("/van-hanh")
    with page.expect_navigation():
        page.click("text=Các đơn vị chủ quản dữ liệu")
    with page.expect_navigation():
        page.click("text=Thêm đơn vị chủ quản")
    page.fill("#name", "LĐLĐ Lai Châu")
    page.fill("#full_name", "Lò Thị Mới")
    press(page, "Tạo đơn vị")
    assert "Chỉ chữ thường không dấu" in page.inner_text(".summary")
    found = visit.look("make-tenant-fault")
    page.fill("#name", name)
    press(page, "Tạo đơn vị")
    token = page.inner_text("#ma")
    found += visit.look("tenant-made")
    guest = Visit(chromium, visit.address, size=visit.size)
    guest.open("/dat-mat-khau")
    for field, text in (("token", token), ("password", "mưa rừng tạnh rồi"), ("password_again", "mưa rừng tạnh rồi")):
        guest.page.fill(f"#{field}", text)
    press(guest.page, "Đặt mật khẩu")
    guest.page.fill("#account", f"quan-tri@{name}")
    guest.page.fill("#password", "mưa rừng tạnh rồi")
    press(guest.page, "Đăng nhập")
    assert guest.open("/van-hanh/nguoi-dung") == 200
    assert "cdcs" not in guest.page.inner_text("main")
    assert guest.open("/van-hanh/danh-tinh?ma=a02") == 400
    assert guest.open("/van-hanh/don-vi") == 403
    guest.open("/van-hanh")
    assert "Các đơn vị chủ quản dữ liệu" not in guest.page.inner_text("main")
    found += guest.look(f"home-of-{name}")
    guest.close()
    visit.open("/van-hanh/don-vi")
    found += visit.look("tenants")
    with page.expect_navigation():
        page.click(f"tr:has-text('{name}') >> text=Xoá dữ liệu thử")
    found += visit.look("empty-sandbox")
    page.fill("#reason", "Thử xong")
    press(page, "Xoá")
    assert f"Đã xoá 0 phát biểu thử của {name}" in page.inner_text(".note.done")
    assert found == []
