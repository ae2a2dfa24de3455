"""An officer signs in at the own sign-in of the federation, from the button to the home, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from certification.access import providers
from lrs import api
from lrs.db import NOBODY
from tests.browser.visiting import Visit, walk_by_keyboard
from tests.certification.access.oidc_provider import CLIENT, SECRET, OidcProvider, serving
from tests.certification.access.people import PASSWORD
from tests.conftest import PEPPER

pytestmark = pytest.mark.slow


@pytest.fixture
def there(prepared_app: Flask, prepared_address: str) -> Iterator[OidcProvider]:
    """The federation's sign-in, which knows the officer as u-17."""
    app, settings = prepared_app, prepared_app.extensions["settings"]
    with app.extensions["database"].reading(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
    said: dict[str, Any] = {"pepper": PEPPER, "by": "test", "reason": "công văn 12", "now": datetime.now(UTC)}
    with serving() as provider:
        provider.asks_first = True
        with app.extensions["database"].writing(tenant) as session:
            told = {"name": "LĐLĐ tỉnh", "issuer": provider.issuer, "client_id": CLIENT, "secret": SECRET}
            providers.set_provider(session, tenant, "ldld", **told, **said)
            providers.link(session, tenant, "cdcs", "ldld", "u-17", **said)
        app.extensions["settings"] = replace(settings, public_url=prepared_address)
        yield provider
        app.extensions["settings"] = settings
        with app.extensions["database"].writing(tenant) as session:
            providers.end(session, tenant, "ldld", by="test", reason="hết", now=datetime.now(UTC))


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_an_officer_signs_in_at_the_federations_sign_in_and_out_of_both(
    prepared_address: str, chromium: Browser, there: OidcProvider, size: str
) -> None:
    visit = Visit(chromium, prepared_address, size=size)
    page = visit.page
    visit.open("/tai-khoan")  # where the officer wanted to
    found = visit.look("signing_in.sign_in-with-organization")
    assert "Đăng nhập bằng LĐLĐ tỉnh" in walk_by_keyboard(page)
    page.get_by_role("button", name="Đăng nhập bằng LĐLĐ tỉnh").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Đăng nhập SSO của tổ chức")).to_be_visible()
    page.get_by_role("button", name="Là tôi").press("Enter")
    page.wait_for_url(f"{prepared_address}/tai-khoan")
    expect(page.locator("h1")).to_contain_text("Tài khoản của tôi")
    there.person = {"sub": "người lạ"}
    visit.context.clear_cookies()
    visit.open("/dang-nhap")
    page.get_by_role("button", name="Đăng nhập bằng LĐLĐ tỉnh").click()
    page.get_by_role("button", name="Là tôi").click()
    expect(page.locator("body")).to_contain_text("chưa được nối với tài khoản nào")
    found += visit.look("signing_in.come_back-refused")
    there.person = {"sub": "u-17"}
    page.get_by_role("button", name="Đăng nhập bằng LĐLĐ tỉnh").click()
    page.get_by_role("button", name="Là tôi").click()
    page.wait_for_url(lambda url: "/xong" not in url and url.startswith(prepared_address))
    visit.open("/tai-khoan")
    page.evaluate("document.querySelector('form[action=\"/dang-xuat\"]').requestSubmit()")
    page.get_by_role("link", name="Đăng xuất ở LĐLĐ tỉnh").wait_for()
    found += visit.look("signing_in.sign_in-after-leaving")
    page.get_by_role("link", name="Đăng xuất ở LĐLĐ tỉnh").click()
    expect(page.get_by_role("heading", name="Đã đăng xuất SSO")).to_be_visible()
    visit.close()
    assert [one for one in found if there.issuer not in one and "favicon" not in one] == []


@pytest.mark.parametrize(("size", "account"), [("phone", "captren"), ("desk", "kiemtra")])
def test_an_owner_links_the_own_account_with_the_federations_sign_in_and_ends_that(
    prepared_address: str, chromium: Browser, there: OidcProvider, size: str, account: str
) -> None:
    visit = Visit(chromium, prepared_address, account, size=size)
    page = visit.page
    there.person = {"sub": f"u-{account}"}
    visit.open("/tai-khoan")
    page.get_by_role("link", name="Xem Đăng nhập bằng tổ chức").click()
    found = visit.look("signing_in.own_organizations")
    page.get_by_role("link", name="Nối LĐLĐ tỉnh").click()
    found += visit.look("signing_in.link_organization")
    page.get_by_label("Mật khẩu của tài khoản này").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Tiếp tục").wait_for()
    found += visit.look("signing_in.link_organization-sent")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="Là tôi").press("Enter")
    page.wait_for_url(f"{prepared_address}/tai-khoan/to-chuc")
    expect(page.locator(".note.done")).to_contain_text("Đã nối")
    found += visit.look("signing_in.own_organizations-linked")
    page.get_by_role("link", name="Bỏ nối LĐLĐ tỉnh").click()
    found += visit.look("signing_in.unlink_organization")
    page.get_by_label("Mật khẩu của tài khoản này").fill(PASSWORD)
    page.get_by_role("button", name="Bỏ nối").click()
    expect(page.locator(".note.done")).to_contain_text("Đã bỏ nối")
    visit.close()
    assert [one for one in found if there.issuer not in one and "favicon" not in one] == []
