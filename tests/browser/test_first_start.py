"""The program started over nothing at all leads to making its administrator, from the code in its log to his home."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.keyboard import press, write
from tests.browser.visiting import Visit
from tests.certification.access.people import PASSWORD
from tests.faults.serving import HOST, served

pytestmark = pytest.mark.slow


def test_an_empty_installation_leads_by_keyboard_from_the_log_to_an_administrator(
    tmp_path: Path, chromium: Browser
) -> None:
    told = {"full_name": "Trần Thị Quản Trị", "name": "quantri", "password": PASSWORD, "password_again": PASSWORD}
    with served({"DATA_DIR": str(tmp_path / "data")}, tmp_path) as server:
        code = re.findall(r"enter the code (\S+)", server.log.read_text())[0]
        address = f"http://{HOST}:{server.port}"
        found: list[str] = []
        for size, typed in (("phone", "AAAA-BBBB-CCCC-DDDD"), ("desk", code.lower().replace("-", " "))):
            visit = Visit(chromium, address, size=size)
            page = visit.page
            visit.open("/")
            press(page, "header a:has-text('Đăng nhập')")
            assert page.url == f"{address}/bat-dau"
            press(page, "main form button")
            assert page.locator(".summary li").count() == 5
            found += visit.look("first-start-empty")
            for field, text in {"code": typed, **told}.items():
                write(page, f"#{field}", text)
            press(page, "main form button")
            if size == "phone":
                expect(page.locator("#code-loi")).to_contain_text("Mã khởi tạo chưa đúng")
                assert page.input_value("#full_name") == told["full_name"]
                found += visit.look("first-start-wrong-code")
            visit.close() if size == "phone" else None
        assert page.url == f"{address}/tai-khoan/ma-dang-nhap", (
            "whoever runs an installation needs a second factor first"
        )
        found += visit.look("first-start-second-factor")
        press(page, "main form[action$='/bat-dau'] button")
        write(page, "#code", pyotp.TOTP(page.locator("main code").inner_text()).now())
        press(page, "main form button")
        assert page.locator("main li code").count() == 10
        press(page, "main a:has-text('Đã cất mã')")
        assert page.url == f"{address}/van-hanh"
        expect(page.locator("header.site")).to_contain_text(told["full_name"])
        visit.name = "quantri"
        found += visit.look("operators.home-of-nothing")
        for path in ("/van-hanh/nguoi-dung", "/cong-doan/don-vi", "/van-hanh/khoa", "/van-hanh/quy-tac"):
            assert visit.open(path) == 200
            found += visit.look(f"of-nothing{path.replace('/', '-')}")
        visit.close()
    assert found == []
