"""A code of the telephone is set up, and then signed in with: by the keyboard alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from lrs import api
from lrs.db import NOBODY
from tests.browser.keyboard import press, reach, write
from tests.browser.visiting import SIZES, Visit
from tests.certification.access.people import PASSWORD, account

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", SIZES)
def test_a_code_is_set_up_and_asked_for_at_the_next_sign_in(
    prepared_app: Flask, prepared_address: str, chromium: Browser, size: str
) -> None:
    database, name = prepared_app.extensions["database"], f"ma-{size}"
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
    account(database, tenant, name, datetime.now(UTC))
    visit = Visit(chromium, prepared_address, name, size=size)
    page = visit.page
    visit.open("/tai-khoan")
    press(page, "a[href='/tai-khoan/ma-dang-nhap']")
    press(page, "main form[action$='/bat-dau'] button")
    secret = pyotp.TOTP(page.locator("main code").inner_text())
    found = visit.look("signing_in.second-factor-begun")
    write(page, "#code", "000000")
    press(page, "main form button")
    expect(page.locator("#code-loi")).to_contain_text("Đây không phải mã đang hiện")
    write(page, "#code", secret.now())
    press(page, "main form button")
    spare = page.locator("main li code").all_inner_texts()
    assert len(spare) == 10
    found += visit.look("signing_in.recovery-codes")
    press(page, "main a:has-text('Đã cất mã, xong')")
    press(page, "form[action='/dang-xuat'] button")
    write(page, "#account", name)
    write(page, "#password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    reach(page, "#code")
    found += visit.look("signing_in.type-code")
    write(page, "#code", spare[0].lower())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    visit.open("/tai-khoan")
    expect(page.locator("main")).to_contain_text("đang bật")
    visit.close()
    assert found == []
