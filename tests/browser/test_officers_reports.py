"""The yearly report in the browser, from a grassroots officer's sign-in to the province's filing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from certification.access.permissions import Role
from certification.units import letterheads
from lrs import api
from lrs.db import NOBODY
from tests.browser.samples.reports import PLAN
from tests.browser.visiting import SIZES, Visit, walk_by_keyboard
from tests.certification.access.people import account, give

pytestmark = pytest.mark.slow

TOP = "cd/lao-cai"
CUT_OFF = {"phone": "15/07/2026", "desk": "15/05/2026"}


def two_of_the_province(app: Flask, size: str) -> tuple[str, str]:
    """Two officers of the union of the province, since nobody approves what he or she handed in; and who signs."""
    database, now = app.extensions["database"], datetime.now(UTC)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
    names = f"tinh-{size}", f"tinh-hai-{size}"
    for name in names:
        account(database, tenant, name, now)
        give(database, tenant, name, Role.UPPER_OFFICER, now, organization=TOP)
    with database.writing(tenant) as session:
        if not letterheads.signers(session, tenant, TOP):
            letterheads.add_signer(
                session, tenant, TOP, name="Giàng Thị Dung", office="CHỦ TỊCH", authority="TM. BAN THƯỜNG VỤ",
                starts=date(2026, 1, 1), source="QĐ 2", by="test", now=now,
            )  # fmt: skip
    return names


def press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.click(f"main button:has-text('{words}') >> nth=0")


def go_on(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.click(f"main a:has-text('{words}') >> nth=0")


def type_in(page: Page, values: dict[str, str]) -> None:
    """By the keyboard alone: Tab until the field is reached, then type."""
    left = dict(values)
    page.locator("form.report .top button").focus()
    for _ in range(250):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || ''")
        if name in left:
            page.keyboard.type(left.pop(name))
        if not left:
            break
    assert not left
    # Enter in a line of text saves, from wherever in the form.
    page.locator("input[name='m-leaflets']").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("size", SIZES)
def test_a_report_goes_from_sign_in_to_the_filing_of_the_province(
    chromium: Browser, prepared_app: Flask, prepared_address: str, size: str
) -> None:
    names = two_of_the_province(prepared_app, size)
    base = Visit(chromium, prepared_address, "cdcs", size=size)
    page = base.page
    base.open("/cong-doan")
    page.click("nav.sections >> text=Báo cáo")
    base.open(f"/cong-doan/bao-cao/mo/{PLAN}/yearly/cdcs/a")
    page.fill("#cut_off", CUT_OFF[size])
    press(page, "Tiếp tục")
    page.locator("#tinh-base", has_text="công nhân lao động").wait_for()
    walk_by_keyboard(page, most=400)
    type_in(page, {"m-loudspeaker-items": "12", "g-loudspeaker-items": "sổ 12", "m-leaflets": "1500", "m-videos": "x"})
    page.locator("#tinh-base", has_text="công nhân lao động").wait_for()  # which comes later, and leaves the title
    assert page.title().startswith("Lỗi: ")
    assert page.input_value("main [name='m-loudspeaker-items']") == "12"
    assert base.look("report-with-faults") == []
    page.fill("main [name='m-videos']", "3")
    page.fill("main [name='m-results-text']", "Nhận thức có chuyển biến")
    page.fill("main [name='m-limits-text']", "Kinh phí còn hạn hẹp")
    press(page, "Lưu bản nháp")
    assert "Đã lưu bản nháp, 5 mục" in page.inner_text(".note.done")
    assert page.input_value("main [name='m-leaflets']") == "1.500"
    assert base.look("report-entered") == []
    go_on(page, "Về báo cáo, để nộp")
    go_on(page, "Nộp báo cáo")
    assert base.look("report-to-hand-in") == []
    press(page, "Nộp báo cáo")
    here = page.url.removeprefix(prepared_address)

    tinh = Visit(chromium, prepared_address, names[0], size=size)
    page = tinh.page
    assert "Duyệt báo cáo cấp dưới đã nộp" in page.inner_text("main")
    collect = here.replace("/xem/cdcs/a", f"/tong-hop/{TOP}")
    tinh.open(collect)
    go_on(page, "CĐCS Công ty A")
    go_on(page, "Trả lại để sửa")
    page.fill("#comment", "Sót số cuộc thi")
    press(page, "Trả lại để sửa")

    base.open(here)
    assert "Sót số cuộc thi" in base.page.inner_text(".note.warning")
    assert base.look("report-returned") == []
    go_on(base.page, "Nhập các mục")
    base.page.fill("main [name='m-contests']", "2")
    press(base.page, "Lưu bản nháp")
    go_on(base.page, "Về báo cáo, để nộp")
    go_on(base.page, "Nộp báo cáo")
    press(base.page, "Nộp báo cáo")

    tinh.open(collect)
    page.check("input[name=nguoi] >> nth=0")
    press(page, "Duyệt")
    assert "Đã xong 1 báo cáo" in page.inner_text(".lead")
    assert tinh.look("reports-approved") == []
    tinh.open(collect)
    assert tinh.look("reports-collected") == []
    top = here.replace("/xem/cdcs/a", f"/xem/{TOP}")
    tinh.open(top)
    go_on(page, "Nhập các mục")
    page.fill("main [name='m-leaflets']", "500")
    page.fill("main [name='m-results-text']", "Toàn tỉnh có chuyển biến")
    page.fill("main [name='m-limits-text']", "Ít lớp ca đêm")
    press(page, "Lưu bản nháp")
    assert "1.500 (1 đơn vị)" in page.inner_text("main")
    go_on(page, "Về báo cáo, để nộp")
    go_on(page, "Nộp báo cáo")
    press(page, "Nộp báo cáo")

    other = Visit(chromium, prepared_address, names[1], size=size)
    other.open(top)
    go_on(other.page, "Duyệt báo cáo")
    press(other.page, "Duyệt báo cáo")
    other.close()

    tinh.open(top)
    go_on(page, "Phát hành")
    page.fill("#number", f"05/BC-{size}")
    page.fill("#filed_on", f"{(datetime.now(UTC) + timedelta(hours=7)).date():%d/%m/%Y}")
    page.select_option("#signer", "Giàng Thị Dung")
    assert tinh.look("report-to-file") == []
    press(page, "Phát hành báo cáo")
    assert "2.000 tờ" in page.inner_text(".paper")
    assert tinh.look("report-filed") == []
    for kind, first in {"DOCX": b"PK", "PDF": b"%PDF", "XLSX": b"PK"}.items():
        assert downloaded(page, kind).startswith(first)
    base.close()
    tinh.close()
    assert [*base.complaints, *tinh.complaints] == []


def downloaded(page: Page, kind: str) -> bytes:
    with page.expect_download() as waiting:
        page.click(f"main a:has-text('{kind}')")
    return Path(waiting.value.path()).read_bytes()
