"""Pictures that are kept of some pages, and how like them the pages still are.

The font is one that comes with the packages that `make test` installs (Liberation), nothing moves, and the day stands
still, so that a picture changes with the page alone. What is left, edges of letters, is blurred away: of the rest a
small share may differ. `make pictures` takes them anew; look at them before they are kept.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Page

__all__ = ["compare", "still"]

KEPT = Path(__file__).parent / "pictures"
FAILED = Path(__file__).parent.parent.parent / ".cache/pictures"

RENEW = "RENEW_PICTURES"
COLOURS = 32
"""A kept picture has so many colours: some ten kilobytes."""

BLUR, NOTICED, SHARE = 3, 24, 0.002
"""Pixels blurred; by how much of 255 one may differ; what share of them may differ by more."""

_STILL = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { font-family: "Liberation Sans" !important; animation: none !important;
        transition: none !important; caret-color: transparent !important }`);
    document.adoptedStyleSheets = [sheet];
    document.activeElement?.blur();
}"""


def still(page: Page) -> None:
    """Takes from the page whatever differs between machines, or moves."""
    page.evaluate(_STILL)
    page.evaluate("document.fonts.ready.then(() => true)")


def compare(page: Page, name: str) -> list[str]:
    """What differs from the picture kept under the name, whole page. Where it does, the page's picture and the
    difference are left in `.cache/pictures`."""
    taken = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    path = KEPT / f"{name}.png"
    if os.environ.get(RENEW):
        KEPT.mkdir(exist_ok=True)
        taken.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    kept = Image.open(path).convert("RGB")
    if kept.size != taken.size:
        return _left(name, taken, None, f"is {taken.size} pixels, was {kept.size}")
    one, other = (picture.convert("L").filter(ImageFilter.BoxBlur(BLUR)) for picture in (kept, taken))
    difference = ImageChops.difference(one, other)
    counts = difference.histogram()
    share = sum(counts[NOTICED:]) / sum(counts)
    if share <= SHARE:
        return []
    return _left(name, taken, difference, f"{share:.2%} of it differs, more than {SHARE:.2%}")


def _left(name: str, taken: Image.Image, difference: Image.Image | None, words: str) -> list[str]:
    FAILED.mkdir(parents=True, exist_ok=True)
    taken.save(FAILED / f"{name}.png")
    if difference is not None:
        difference.point(lambda value: min(255, value * 4)).save(FAILED / f"{name}-difference.png")
    return [f"{name}: {words}; see .cache/pictures, and `make pictures` where the page is as it should be"]
