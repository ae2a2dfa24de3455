"""An enterprise pulls transcripts, and makes a key by which its own program then pulls them over HTTP."""

from __future__ import annotations

import base64
import json
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visiting import Visit, walk_by_keyboard

pytestmark = pytest.mark.slow

DRAWN_WITHIN = 120_000
"""Milliseconds: the first paper of a process takes long where many tests run."""


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_an_enterprise_pulls_transcripts_and_makes_a_key_that_works(
    prepared_address: str, chromium: Browser, size: str
) -> None:
    visit = Visit(chromium, prepared_address, "doanhnghiep", size=size)
    page = visit.page
    visit.open("/doanh-nghiep")
    page.get_by_role("link", name="Lấy bảng kê kết quả học tập").click()
    page.get_by_role("button", name="Lấy bảng kê").click()
    expect(page.locator("body")).to_contain_text("Đánh dấu ít nhất một người")
    found = visit.look("enterprises.transcripts-refused")
    page.get_by_role("checkbox", name="Người Bịa 3", exact=True).check()
    with page.expect_download(timeout=DRAWN_WITHIN) as download:
        page.get_by_role("button", name="Lấy bảng kê").click(timeout=DRAWN_WITHIN)
    assert download.value.suggested_filename.endswith(".pdf")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_role("link", name="Cung cấp bảng ghi").click()
    expect(page.locator("body")).to_contain_text("chưa đồng ý cho mục đích này")
    found += visit.look("enterprises.transcripts-without-consent")
    visit.open("/doanh-nghiep/khoa")
    assert "Tạo khoá" in walk_by_keyboard(page)
    page.locator("#name").focus()
    page.keyboard.type(f"Phần mềm nhân sự {size}")
    page.keyboard.press("Tab")
    page.keyboard.type("31/12/2099")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("Mã bí mật chỉ hiện lần này")
    found += visit.look("enterprises.new-key")
    key, secret = (page.locator(f"dt:text-is('{name}') + dd").inner_text() for name in ("Khoá", "Mã bí mật"))
    assert pulled(prepared_address, key, secret) >= 12
    page.get_by_role("button", name="Đã chép xong").click()
    expect(page.locator("table")).to_contain_text(key)
    assert secret not in page.content()
    page.get_by_role("link", name="Thu hồi Phần mềm nhân sự").first.click()
    found += visit.look("enterprises.end-key")
    page.get_by_role("button", name="Thu hồi khoá").click()
    expect(page.locator("body")).to_contain_text("Đã thu hồi khoá")
    found += visit.look("enterprises.keys-after")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        pulled(prepared_address, key, secret)
    visit.close()
    assert found == []


def pulled(address: str, key: str, secret: str) -> int:
    """How many transcripts a program with this key gets."""
    path = f"{address}/api/enterprises/dn/a/transcripts?purpose=employer-training"
    told = {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(path, headers=told), timeout=60) as answer:  # noqa: S310 — our own
        return len(json.load(answer)["items"])
