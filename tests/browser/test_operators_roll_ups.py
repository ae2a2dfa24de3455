"""From whom signed figures are gathered, for which day, and where our own go: said by keyboard alone, on both sizes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.keyboard import press, reach, write
from tests.browser.visiting import SIZES, Visit

pytestmark = pytest.mark.slow

DID = "did:web:lai-chau.example.vn"
KEY = "2026-1 z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
OF = {"phone": ("cdcs/b", "30/12/2026"), "desk": ("cdcs/c", "31/12/2026")}
"""A unit and a cut-off day: others on each size, since what is set stays set."""


@pytest.mark.parametrize("size", SIZES)
def test_a_member_is_taken_up_a_round_opened_and_a_recipient_refused_by_keyboard(
    prepared_address: str, chromium: Browser, size: str
) -> None:
    visit, (unit, cut_off) = Visit(chromium, prepared_address, "vanhanh", size=size), OF[size]
    page, send = visit.page, "main form button"
    press(page, "main a[href='/cong-doan/tong-hop']")
    press(page, "main a[href='/cong-doan/tong-hop/thanh-vien']")
    press(page, "main a[href='/cong-doan/tong-hop/thanh-vien/them']")
    write(page, "#unit", unit)
    write(page, "#did", f"{DID}:{size}")
    write(page, "#key", KEY[:-4])
    write(page, "#since", "1/12/2026")
    write(page, "#reason", "Công văn 15/TLĐ")
    press(page, send)
    expect(page.locator("#key-loi")).to_contain_text("Khoá chưa đúng hoặc bị chép thiếu")
    found = visit.look("roll-up-member-with-fault")
    write(page, "#key", KEY)
    press(page, send)
    expect(page.locator("main")).to_contain_text("đang nhận")

    press(page, "nav.way a[href='/cong-doan/tong-hop']")
    press(page, "main a[href='/cong-doan/tong-hop/moi']")
    reach(page, "#plan")
    page.keyboard.press("ArrowDown")
    write(page, "#cut_off", cut_off)
    write(page, "#due", "15/1/2027")
    press(page, send)
    expect(page.locator("h1")).to_have_text(f"Tổng hợp ngày {cut_off}")
    expect(page.locator("tbody").first).to_contain_text("chưa gửi, còn")
    press(page, "main a[href$='/doi/dong']")
    write(page, "#reason", "Mở nhầm ngày")
    press(page, send)
    expect(page.locator(".lead")).to_contain_text("đã đóng")
    found += visit.look("roll-up-round-closed")

    press(page, "nav.sections a[href='/van-hanh']")
    press(page, "main a[href='/cong-doan/gui-len']")
    press(page, "main a[href='/cong-doan/gui-len/noi-nhan']")
    reach(page, "#paused")
    page.keyboard.press("Space")
    write(page, "#reason", "Bên nhận bảo trì")
    press(page, send)
    expect(page.locator("#endpoint-loi")).to_contain_text("người quản trị máy thêm tên máy bên kia vào OUTGOING_HOSTS")
    expect(page.locator("#paused")).to_be_checked()
    found += visit.look("roll-up-recipient-refused")
    visit.close()
    assert found == []
