"""A worker registers for the title without a mouse, hands in what the union then sees, and takes it back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, expect

from certification.models import Worker
from lrs import api
from lrs.db import NOBODY
from tests.browser.keyboard import press, reach, write
from tests.browser.visiting import SIZES, Visit
from tests.certification.access.people import account

pytestmark = pytest.mark.slow


def worker_account(app: Flask, number: str, name: str) -> None:
    """An account of a worker of whom nothing stands in the dossiers."""
    database = app.extensions["database"]
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
    with database.reading(tenant) as session:
        mine = Worker.tenant_id == tenant, Worker.number == number
        worker = session.scalars(sa.select(Worker.id).where(*mine)).one()
    account(database, tenant, name, datetime.now(UTC), worker=worker)


@pytest.mark.parametrize("size", SIZES)
def test_a_worker_registers_hands_in_is_seen_by_the_union_and_takes_it_back_by_keyboard(
    prepared_app: Flask, prepared_address: str, chromium: Browser, size: str
) -> None:
    number, name = {"phone": ("A101", "dang-ky-1"), "desk": ("A102", "dang-ky-2")}[size]
    worker_account(prepared_app, number, name)
    visit = Visit(chromium, prepared_address, name, size=size)
    page = visit.page
    visit.open("/cua-toi")
    found = visit.look("workers.home-unregistered")
    press(page, "main a:has-text('Đăng ký danh hiệu')")
    expect(page.locator(".lead")).to_contain_text("Chưa đăng ký")
    expect(page.locator("main")).to_contain_text("Hạn đăng ký: hết ngày 31/12/")
    found += visit.look("workers.title-unregistered")
    press(page, "button:has-text('Đăng ký danh hiệu')")
    expect(page.locator(".note.done")).to_contain_text("Đã đăng ký")
    expect(page.locator("main")).to_contain_text("đã chấm 0/10")
    found += visit.look("workers.title-registered")
    press(page, "main a:has-text('Tự chấm điểm')")
    for at in range(1, 11):
        write(page, f"#CS{at}", "8" if at < 10 else "80")
    write(page, "#CS1_note", "Ba buổi phổ biến pháp luật")
    press(page, "button:has-text('Lưu tự đánh giá')")
    expect(page.locator("#CS10-loi")).to_contain_text("từ 0 đến 10")
    assert page.locator("#CS9").input_value() == "8"
    found += visit.look("workers.self-assessment-fault")
    write(page, "#CS10", "8")
    press(page, "button:has-text('Lưu tự đánh giá')")
    expect(page.locator("main")).to_contain_text("Đã tự chấm đủ 10 chỉ số")
    found += visit.look("workers.title-scored")
    press(page, "button:has-text('Nộp tự đánh giá')")
    expect(page.locator(".lead")).to_contain_text("chờ công đoàn cơ sở xác nhận")
    found += visit.look("workers.title-handed-in")

    officer = Visit(chromium, prepared_address, "cdcs", size=size)
    officer.open(f"/cong-doan/ho-so?trang_thai=self_assessed&q={number}")
    officer.page.locator("tr", has_text=number).get_by_role("link").click()
    expect(officer.page.locator("td[data-label='Tự chấm']").first).to_have_text("8")
    found += officer.look("officers.dossier-handed-in")

    press(page, "main a:has-text('Rút hồ sơ')")
    press(page, "button:has-text('Rút hồ sơ')")
    expect(page.locator("#reason-loi")).to_contain_text("Ghi lý do")
    found += visit.look("workers.title-withdraw-fault")
    write(page, "#reason", "Xin để năm sau")
    press(page, "button:has-text('Rút hồ sơ')")
    expect(page.locator(".lead")).to_contain_text("Đã rút")
    expect(page.locator(".timeline")).to_contain_text("Xin để năm sau")
    reach(page, "button:has-text('Đăng ký danh hiệu')")
    found += visit.look("workers.title-withdrawn")
    officer.open(f"/cong-doan/ho-so?trang_thai=self_assessed&q={number}")
    expect(officer.page.locator("#danh-sach")).to_contain_text("Không có hồ sơ nào ở bước này")
    officer.close()
    visit.close()
    assert [*found, *visit.complaints, *officer.complaints] == []
