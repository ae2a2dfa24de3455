"""Somebody at a browser: signs in, looks at pages, and notes whatever is wrong with them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.looks import DESK, NARROWEST, PHONE, axe_findings, heard, open_details, too_wide_by
from tests.browser.plain_words import codes_on
from tests.certification.access.people import PASSWORD

__all__ = ["PICTURES", "SIZES", "Visit", "walk_by_keyboard"]

PICTURES = Path(__file__).parent.parent.parent / ".cache/pages"
"""Pictures of pages, by who looked and how wide, where KEEP_PICTURES is set: to be looked at after a run. Not in the
repository."""

SIZES: dict[str, tuple[int, Any]] = {"phone": (PHONE, "light"), "desk": (DESK, "dark")}
"""Width and colours."""


class Visit:
    """A browser with one person in it. `complaints` are what the browser had to say."""

    def __init__(self, chromium: Browser, address: str, name: str = "", *, size: str = "desk", **more: Any) -> None:
        self.address, self.name, self.size = address, name, size
        width, scheme = SIZES[size]
        self.complaints: list[str] = []
        self.lost_network = False
        self.context: BrowserContext = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **more
        )
        self.context.add_init_script(
            "addEventListener('securitypolicyviolation', event => console.error('policy', event.violatedDirective))"
        )
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self._complain(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", lambda one: self._left(one.url))
        if name:
            self.sign_in()

    def _complain(self, kind: str, text: str) -> None:
        # What a test brings about: something refused; or being without a network, which may be said at any later try.
        lost = self.lost_network and "net::ERR_" in text
        meant = lost or "the server responded with a status of 4" in text
        if kind in ("error", "warning") and not meant:
            self.complaints.append(f"console: {text}")

    def _left(self, url: str) -> None:
        if not url.startswith((self.address, "data:")):
            self.complaints.append(f"asked for {url}")

    def sign_in(self) -> None:
        """By the page, as everybody does."""
        self.page.goto(f"{self.address}/dang-nhap")
        self.page.fill("#account", self.name)
        self.page.fill("#password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/dang-nhap" not in url)

    def turn(self, size: str) -> None:
        """Go on at another size, and in its colours, with what is on the screen."""
        width, scheme = SIZES[size]
        self.size = size
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)

    def open(self, path: str) -> int:
        """The status of a page, which is then on the screen."""
        answer = self.page.goto(f"{self.address}{path}", wait_until="load")
        assert answer is not None
        return answer.status

    def look(self, name: str, within: str = "") -> list[str]:
        """What is wrong with the page that is on the screen; where pictures are wanted, one is kept under this name.
        `within` is what the accessibility checker looks at of a page that is too long for it."""
        found = [*self.complaints]
        self.complaints.clear()
        open_details(self.page)
        if os.environ.get("KEEP_PICTURES"):
            folder = PICTURES / f"{self.name or 'nobody'}-{self.size}"
            self.page.screenshot(path=folder / f"{name}.png", full_page=True)
        heads = self.page.locator("h1").count()
        found += [] if heads == 1 else [f"{heads} headings of the first level"]
        found += [] if self.page.title().strip() else ["no title"]
        found += axe_findings(self.page, within)
        found += heard(self.page)
        found += [f"say it in words, or mark it as code: {one}" for one in codes_on(self.page.content())]
        if self.size == "phone":
            found += self._narrow()
        return [f"{name}: {one}" for one in found]

    def _narrow(self) -> list[str]:
        found = [f"{wide} px too wide at {PHONE}" for wide in [too_wide_by(self.page)] if wide]
        self.page.set_viewport_size({"width": NARROWEST, "height": 900})
        found += [f"{wide} px too wide at {NARROWEST}" for wide in [too_wide_by(self.page)] if wide]
        self.page.set_viewport_size({"width": PHONE, "height": 900})
        return found

    def close(self) -> None:
        self.context.close()


def walk_by_keyboard(page: Page, most: int = 200) -> list[str]:
    """What Tab reaches, in order, from the top of the page: the words or the name of each. Fails where the focus is not
    seen, or where something to use is never reached."""
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    reached: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => { const on = document.activeElement; if (on === document.body) return null;
                if (on.dataset.reached) return null; on.dataset.reached = 1;
                const style = getComputedStyle(on);
                const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                return [(on.textContent || '').trim() || on.name || on.id, seen] }"""
        )
        if told is None:
            break
        assert told[1], f"the focus on {told[0]!r} is not seen"
        reached.append(told[0])
    missed: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
            .filter(one => one.checkVisibility() && !one.dataset.reached && !one.disabled && one.tabIndex >= 0
                && !(one.type === 'radio'))
            .map(one => one.outerHTML.slice(0, 120))"""
    )
    assert missed == [], "never reached by keyboard"
    return reached
