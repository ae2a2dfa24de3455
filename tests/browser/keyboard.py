"""Somebody without a mouse: Tab, Enter, Space and the arrows, and what is reached is seen to be."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from tests.certification.access.people import PASSWORD

__all__ = ["choose", "held", "press", "reach", "sign_in", "write"]

_SEEN = """one => { const style = getComputedStyle(one);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }"""


def reach(page: Page, what: str | Locator, most: int = 400, *, key: str = "Tab") -> Locator:
    """Goes on by Tab (or back, by "Shift+Tab") until it has the focus, and shows it."""
    wanted = (page.locator(what) if isinstance(what, str) else what).first
    wanted.wait_for()
    for _ in range(most):
        if wanted.evaluate("one => one === document.activeElement"):
            assert wanted.evaluate(_SEEN), f"the focus on {what} is not seen"
            return wanted
        page.keyboard.press(key)
    raise AssertionError(f"Tab never reaches {what}")


def press(page: Page, what: str | Locator, key: str = "Enter") -> None:
    """Reaches it and presses a key that leads to another page."""
    reach(page, what)
    with page.expect_navigation():
        page.keyboard.press(key)


def write(page: Page, what: str | Locator, text: str) -> None:
    """Reaches a field and types; of what stood there nothing is left."""
    reach(page, what)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def choose(page: Page, what: str, words: str) -> None:
    """Chooses from a list as a keyboard does: by the first letter of what is wanted."""
    reach(page, what)
    page.keyboard.press(words[0])
    assert page.locator(what).evaluate("one => one.selectedOptions[0].text").startswith(words)


def sign_in(page: Page, address: str, name: str) -> None:
    """From the first page of the installation to where whoever it is begins."""
    page.goto(address)
    press(page, page.get_by_role("link", name="Đăng nhập", exact=True))
    write(page, "#account", name)
    write(page, "#password", PASSWORD)
    press(page, "#password")


def held(page: Page) -> bool:
    """Whether something still has the focus, after a part of the page was exchanged."""
    has: bool = page.evaluate("document.activeElement !== document.body && document.activeElement !== null")
    return has
