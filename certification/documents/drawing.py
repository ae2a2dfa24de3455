"""What all that WeasyPrint draws has in common: templates of ours, escaped; nothing is fetched while drawing.

WeasyPrint is loaded when something is drawn for the first time: whatever draws nothing, as most commands do, would
spend a quarter of its start on it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

__all__ = ["attachment", "leaves", "page", "pdf"]


@cache
def page(name: str) -> Any:
    """A template of `paper/`; the filter `lines` breaks lines where the text does."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "paper"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["lines"] = lambda text: Markup("<br>").join(escape(line) for line in str(text).splitlines())
    return environment.get_template(name)


def pdf(
    html: str,
    *,
    styles: str | None = None,
    told: bytes | None = None,
    variant: str | None = None,
    attachments: Sequence[Any] = (),
) -> bytes:
    """What is drawn of a page of ours; the same bytes for the same `told` (without it, the same page).

    `styles` names a file of `paper/` that is the same for all such pages and read once. `variant` is what WeasyPrint
    calls a kind of PDF ("pdf/a-3b"), `attachments` are made by `attachment`.
    """
    draw, fonts = _weasyprint()
    drawn: bytes = draw(html).write_pdf(
        stylesheets=[] if styles is None else [_styles(styles)],
        attachments=list(attachments),
        pdf_variant=variant,
        pdf_identifier=hashlib.sha256(html.encode() if told is None else told).digest()[:16],
        font_config=fonts,
    )
    return drawn


def leaves(htmls: Iterable[str]) -> bytes:
    """What is drawn of several pages of ours in one file, each begun on a leaf of its own: printed on both sides, no
    leaf has anything of two. The same bytes for the same pages."""
    draw, fonts = _weasyprint()
    sheets: list[Any] = []
    first, read = None, hashlib.sha256()
    for html in htmls:
        drawn = draw(html).render(font_config=fonts)
        first = first or drawn
        sheets += drawn.pages
        if len(drawn.pages) % 2:
            last = drawn.pages[-1]
            size = f"{last.width}px {last.height}px"
            sheets += draw(f"<style>@page {{ size: {size}; margin: 0 }}</style>").render(font_config=fonts).pages
        read.update(html.encode())
    if first is None:
        raise ValueError("nothing to draw")
    together: bytes = first.copy(sheets).write_pdf(pdf_identifier=read.digest()[:16])
    return together


@cache
def _styles(name: str) -> Any:
    from weasyprint import CSS

    _, fonts = _weasyprint()
    return CSS(string=(Path(__file__).parent / "paper" / name).read_text(encoding="utf-8"), font_config=fonts)


def attachment(**said: Any) -> Any:
    """A file to lie within a PDF: `string`, `name`, `description`, `created`, `modified`, `relationship`."""
    from weasyprint import Attachment

    return Attachment(**said)


@cache
def _weasyprint() -> tuple[Callable[[str], Any], Any]:
    """What makes a document of a page, and the fonts of the system, looked up once.

    What it has to say of its own progress, some lines for every page, is nothing for our log; its warnings are.
    """
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.WARNING)
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):  # type: ignore[misc]
        """Fetches nothing, neither from the network nor from the disk."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError("nothing is fetched")

    return lambda html: HTML(string=html, url_fetcher=Nothing()), FontConfiguration()
