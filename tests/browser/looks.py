"""How a page looks and reads, asked of the browser that shows it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
HEARD = Path(__file__).parent / "heard.js"

PHONE, DESK = 360, 1280
NARROWEST = 320
"""CSS pixels at which WCAG 2.2, 1.4.10, wants a page to need no scrolling sideways."""


def open_details(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")


def too_wide_by(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def axe_findings(page: Page, within: str = "") -> list[str]:
    """What the checker finds in the page, or in the part of it that a selector names."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(
        """async within => (await axe.run(within || document, { resultTypes: ['violations'] })).violations.map(
            one => `${one.id}: ${one.help}: ${one.nodes.map(node => node.html).slice(0, 3).join(' | ')}`)""",
        within,
    )
    return found


def heard(page: Page) -> list[str]:
    """What somebody who listens to the page, and cannot see it, would stumble over, beyond what the checker finds."""
    found: list[str] = page.evaluate(HEARD.read_text(encoding="utf-8"))
    return found
