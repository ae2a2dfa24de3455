"""Pages in Vietnamese speak Vietnamese: no sentence of English stands in them that is not marked as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask

from tests.browser.prepared import NOBODY, PEOPLE, samples
from tests.browser.test_every_page import is_open, pages
from tests.certification.web.visitor import Visitor

ENGLISH = frozenset(
    {
        "the", "of", "and", "is", "are", "not", "for", "with", "this", "that", "from", "has", "have", "was", "were",
        "does", "cannot", "nobody", "there", "which", "your", "must", "should", "please", "invalid", "missing",
        "unknown", "refused", "nothing",
    }
)  # fmt: skip
"""Words that stand in nearly every English sentence, and in no Vietnamese one."""

CODE = frozenset({"code", "pre", "kbd", "script", "style", "textarea", "svg"})
VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "wbr", "source"})
OURS = frozenset({"aria-label", "title", "alt", "placeholder"})


class _Words(HTMLParser):
    """The texts of a page, without code and without what is said to be in another language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.left_out: list[bool] = [False]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        out = self.left_out[-1] or tag in CODE or (told.get("lang") or "vi") != "vi"
        if not out:
            self.texts += [told[name] or "" for name in OURS if name in told]
        if tag not in VOID:
            self.left_out.append(out)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and len(self.left_out) > 1:
            self.left_out.pop()

    def handle_data(self, data: str) -> None:
        if not self.left_out[-1]:
            self.texts.append(data)


def english(page: str) -> Iterator[str]:
    """The texts in which such a word stands."""
    for text in _Words(page).texts:
        # Without paths, addresses and commands; what is kept as JSON is shown as it was kept.
        plain = "" if text.lstrip().startswith("{") else re.sub(r"\S*/\S*|flask [\w-]+ [\w-]+", " ", text.lower())
        found = [one for one in re.findall(r"[^\W\d_]+", plain) if one in ENGLISH]
        if found:
            yield f"{found}: {' '.join(text.split())[:120]}"


@pytest.mark.parametrize("name", [NOBODY, "captren", "doanhnghiep", "nld", "vanhanh"])
def test_no_page_in_vietnamese_speaks_english(prepared_app: Flask, name: str) -> None:
    role = None if name == NOBODY else PEOPLE[name][0]
    visitor, known = Visitor(prepared_app.test_client()), samples()
    if role is not None:
        visitor.sign_in(name)
    adapter, wrong = prepared_app.url_map.bind("localhost"), {}
    for rule in pages(prepared_app):
        sample: Any = known.get(rule.endpoint, {})
        if sample is None or (role is not None and is_open(prepared_app, rule, None)):
            continue
        path = adapter.build(rule.endpoint, dict(sample))
        answer = visitor.get(path, follow_redirects=True)
        if answer.mimetype == "text/html" and (found := sorted(set(english(answer.text)))):
            wrong[path] = found
    assert wrong == {}, "put it in Vietnamese, into code, or mark it as English"
