"""Somebody without an account reads the published rates and checks a certificate, by the keyboard alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, expect

from certification.models import Certificate, CertificateCode
from lrs import api
from lrs.db import NOBODY
from tests.browser.keyboard import press, reach, write
from tests.browser.visiting import SIZES, Visit

pytestmark = pytest.mark.slow


def code_of_a_certificate(app: Flask) -> str:
    database = app.extensions["database"]
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
    with database.reading(tenant) as session:
        first = sa.select(CertificateCode.code).join(Certificate, Certificate.id == CertificateCode.certificate_id)
        code: str = session.scalars(
            first.where(CertificateCode.tenant_id == tenant).order_by(Certificate.number)
        ).first()
    return code


@pytest.mark.parametrize("size", SIZES)
def test_the_rates_are_read_and_a_certificate_is_checked_by_its_typed_code(
    prepared_app: Flask, prepared_address: str, chromium: Browser, size: str
) -> None:
    code = code_of_a_certificate(prepared_app)
    visit = Visit(chromium, prepared_address, size=size)
    page = visit.page
    assert visit.open("/") == 200
    rate = page.locator("[data-figure='vn:G1:rate']").first
    expect(rate).to_contain_text("%")
    expect(page.locator("main")).to_contain_text("1268/QĐ-TTg")
    reach(page, page.locator("footer").get_by_role("link", name="Xác minh giấy công nhận"), key="Shift+Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    write(page, "#ma", "AAAA-BBBB-CCCC")
    press(page, "main form button")
    expect(page.locator("h1")).to_have_text("Không tìm thấy giấy có mã này")
    found = visit.look("open.certificate-unknown")
    write(page, "#ma", f" {code.lower()} ")
    press(page, "main form button")
    expect(page.locator("main [role=status]")).to_contain_text("Còn giá trị")
    expect(page.locator("main")).to_contain_text("Nội dung đúng như khi ký")
    found += visit.look("open.certificate-found")
    visit.close()
    assert found == []
