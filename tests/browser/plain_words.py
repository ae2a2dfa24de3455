"""Words on Vietnamese pages that look like codes of the program: what is one of these stands in <code> or the like."""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["codes_on"]

_AS_THEY_ARE = {"code", "kbd", "pre", "samp", "script", "style", "template", "textarea"}
_EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

_WORDS = (
    "accepted administrative and appealed approved are assessed attested be been closed completed confirmed "
    "conflict consent corrected declared disputed draft employment enterprise erased excluded expired failed "
    "filed granted included inferred interim is kept lifted mid-term missing monthly must none of operator "
    "organization paused pending proposal proposed quarterly received refused registered rejected replaced "
    "returned revoked running sandbox sector sent signed submitted superseded the this trade-union unionised "
    "upheld voided waiting was were which with withdrawn worker workers yearly your"
)
_CODE = re.compile(
    r"(?<![\w./:@#?&=(-])(?:"
    r"[a-z]+(?:_[a-z0-9]+)+|[A-Z]{7,}(?!_)"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    rf"|{'|'.join(_WORDS.split())}"
    r")(?![\w@/-]| =)"
)
"""No code is what stands in brackets behind words that say the same, or is told with its value; nor a setting of the
machine, which goes by its name."""


class _Said(HTMLParser):
    """The words of a page that are said in Vietnamese, and not as code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.silent: list[bool] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _EMPTY:
            return
        told = dict(attrs)
        as_it_is = tag in _AS_THEY_ARE or told.get("translate") == "no" or "code" in (told.get("class") or "").split()
        foreign = told.get("lang", "vi") != "vi"
        self.silent.append(bool(self.silent and self.silent[-1]) or as_it_is or foreign)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY and self.silent:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if self.silent and not self.silent[-1] and data.strip():
            self.texts.append(" ".join(data.split()))


def codes_on(page: str) -> list[str]:
    """What looks like a code in a Vietnamese page, each with the words around it; of an English page nothing."""
    if '<html lang="vi"' not in page:
        return []
    return [f"{found[0]!r} in {text[:100]!r}" for text in _Said(page).texts for found in _CODE.finditer(text)]
