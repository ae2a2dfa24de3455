"""Reading figures back out of a page."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["figures_in"]


class _Figures(HTMLParser):
    """Collects the text of each element with data-figure, up to the next tag of any kind."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("data-figure")
        self._open = name is not None
        if name is not None:
            self.found.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            name, text = self.found[-1]
            self.found[-1] = (name, (text + data).strip())


def figures_in(html: str) -> dict[str, str]:
    """Every figure of a page by its name "organization:target:field". Fails when one name has two texts."""
    parser = _Figures()
    parser.feed(html)
    figures: dict[str, str] = {}
    for name, text in parser.found:
        assert figures.setdefault(name, text) == text, f"{name} stands in the page as {figures[name]} and as {text}"
    return figures
