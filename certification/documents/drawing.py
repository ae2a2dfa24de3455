"""What all that WeasyPrint draws has in common: templates of ours, escaped; nothing is fetched while drawing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

__all__ = ["Nothing", "fonts", "page"]


class Nothing(URLFetcher):  # type: ignore[misc]
    """Fetches nothing, neither from the network nor from the disk."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        raise ValueError("nothing is fetched")


@cache
def page(name: str) -> Any:
    """A template of `paper/`; the filter `lines` breaks lines where the text does."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "paper"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["lines"] = lambda text: Markup("<br>").join(escape(line) for line in str(text).splitlines())
    return environment.get_template(name)


@cache
def fonts() -> Any:
    """The fonts of the system, looked up once."""
    return FontConfiguration()
