"""What several walks do alike."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.walks import Step, step
from tests.certification.access.people import PASSWORD

__all__ = ["click", "go", "press", "sign_in"]


def sign_in(account: str, then: str) -> list[Step]:
    """From the first page of all to the own home, of which `then` says what is seen."""

    def fill(page: Page) -> None:
        page.fill("#account", account)
        page.fill("#password", PASSWORD)

    return [
        step("Mở địa chỉ của chương trình và bấm **Đăng nhập** ở góc trên.", click("Đăng nhập")),
        step("Gõ tên tài khoản và mật khẩu.", fill, picture="dang-nhap"),
        step(f"Bấm **Đăng nhập**. {then}", press("Đăng nhập"), picture="trang-chu"),
    ]


def click(words: str) -> Callable[[Page], None]:
    """Clicks the first link called so, and waits for where it leads."""

    def do(page: Page) -> None:
        with page.expect_navigation():
            page.locator("a", has_text=words).first.click()

    return do


def press(words: str) -> Callable[[Page], None]:
    """Presses the last button called so (a form's own stands below the header's), and waits for what it brings."""

    def do(page: Page) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile(re.escape(words))).last.click()

    return do


def go(path: str) -> Callable[[Page], None]:
    """Opens a page by its address."""

    def do(page: Page) -> None:
        page.goto("/".join(page.url.split("/")[:3]) + path)

    return do
