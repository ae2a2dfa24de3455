"""What a page may cost whoever opens it: bytes, requests, scripts that hold it up, how much of it jumps.

The one place for these numbers. Sizes are as they travel, with everything the page asks for, as if nothing of it were
in the browser yet, and without a service worker: of what passes through one a browser tells the size unpacked.
"""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import BrowserContext, Page

__all__ = ["over", "watch"]

BYTES = 100_000
MORE_BYTES: Mapping[str, int] = {"open.show_api": 200_000}
"""The whole description of the JSON interface on one page."""

REQUESTS = 8
"""The page, a sheet and a script of all, those of its audience, an icon, and what is left for pictures."""

SHIFT = 0.1
"""Of Web Vitals: up to here people do not mind."""

_WATCH = """
    Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined });
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
    }).observe({ type: 'layout-shift', buffered: true });
"""

_COST = """() => {
    const page = performance.getEntriesByType('navigation')[0];
    const parts = performance.getEntriesByType('resource');
    const held = [...document.querySelectorAll('script')].filter(
        (one) => one.src ? !one.defer && !one.async && one.type !== 'module' : !/json/.test(one.type));
    return [page.encodedBodySize + parts.reduce((sum, one) => sum + one.encodedBodySize, 0), parts.length + 1,
        held.map((one) => one.outerHTML.slice(0, 80)), window.shifted];
}"""


def watch(context: BrowserContext) -> None:
    """Has the pages of this browser note what jumps."""
    context.add_init_script(_WATCH)


def over(page: Page, name: str) -> list[str]:
    """By how much the page that was just opened goes over its budget, each in a sentence."""
    size, requests, held, shifted = page.evaluate(_COST)
    most = MORE_BYTES.get(name, BYTES)
    found = [f"{size} bytes, more than {most}"] if size > most else []
    found += [f"{requests} requests, more than {REQUESTS}"] if requests > REQUESTS else []
    found += [f"a script holds the page up: {one}" for one in held]
    found += [f"jumps by {shifted:.2f}, more than {SHIFT}"] if shifted > SHIFT else []
    return [f"{name}: {one}" for one in found]
