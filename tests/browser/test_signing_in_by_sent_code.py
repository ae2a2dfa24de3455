"""A worker says on the phone where codes go, and from then on signs in by a code that comes by mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from tests.browser.visiting import Visit
from tests.certification.reports.post_office import PostOffice, open_post_office

pytestmark = pytest.mark.slow


@pytest.fixture
def office(prepared_app: Flask) -> Iterator[PostOffice]:
    settings = prepared_app.extensions["settings"]
    with open_post_office() as made:
        prepared_app.extensions["settings"] = replace(settings, smtp_url=made.url, mail_from="ma@cdht.vn")
        yield made
        prepared_app.extensions["settings"] = settings


def code_of(office: PostOffice, letters: int) -> str:
    assert len(office.letters) == letters
    found = re.search(r"\b\d{6}\b", office.letters[-1].get_content())
    assert found
    return found[0]


def test_a_worker_signs_in_on_the_phone_by_a_code_that_comes_by_mail(
    prepared_app: Flask, prepared_address: str, chromium: Browser, office: PostOffice
) -> None:
    visit = Visit(chromium, prepared_address, "nld", size="phone")
    page = visit.page
    visit.open("/tai-khoan")
    page.get_by_role("link", name="Nơi nhận mã đăng nhập một lần").click()
    found = visit.look("signing_in.where_codes_go")
    page.get_by_label("Địa chỉ thư điện tử").fill("lan.02@vidu.vn")
    page.get_by_role("button", name="Gửi mã để xác nhận").press("Enter")
    expect(page.locator("body")).to_contain_text("Một mã đang được gửi tới lan.02@vidu.vn")
    found += visit.look("signing_in.confirm_contact")
    page.get_by_label("Mã vừa nhận").fill(code_of(office, 1))
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("Đang gửi tới l•••@vidu.vn")
    found += visit.look("signing_in.where_codes_go-set")
    visit.context.clear_cookies()
    visit.open("/dang-nhap")
    page.get_by_role("link", name="đăng nhập bằng mã gửi tới điện thoại hoặc thư").click()
    found += visit.look("signing_in.ask_for_code")
    page.get_by_label("Tên đăng nhập trên phiếu").fill("nld")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mã vừa nhận")).to_be_visible()
    found += visit.look("signing_in.type_sent_code")
    page.get_by_label("Mã vừa nhận").fill("12345")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("Mã chưa đúng hoặc đã hết giờ")
    page.get_by_label("Mã vừa nhận").fill(code_of(office, 2))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{prepared_address}/cua-toi")
    expect(page.locator("h1")).to_be_visible()
    visit.close()
    assert found == []
