"""A package of pages.

    pages = Pages("officers", __name__, home="home", navigation=(Entry(_l("Trang chủ"), "home"),))

    @pages.page("/cong-doan", Act.READ_RATES)
    def home() -> Response:
        ...
        return shown("officers/home.html", unit=unit)

A view is short: what it may be asked (`Act`, by `access.permissions.TABLE`), the same functions that the JSON interface
calls, a view model of plain values, a template.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from flask import Blueprint, Response, g, make_response, render_template, request
from jinja2 import BaseLoader, FileSystemLoader, PrefixLoader

from certification.access.permissions import Act, Role, guarded
from certification.resources import looking

__all__ = ["FORM_BYTES", "HEADERS", "Entry", "Pages", "shown", "shown_once"]

FORM_BYTES = 1024 * 1024
"""The longest form read, where a page does not say otherwise."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of the navigation: words, the view's name in its package, and for which roles (None: all of them)."""

    words: Any
    view: str
    roles: frozenset[Role] | None = None


class Pages(Blueprint):
    """Views of one audience with their templates. `home` is the view where somebody of the audience begins.

    `shortcuts` are actions that the quick search (Ctrl+K) offers beside the navigation; `people` is the view about one
    worker, by `number`, that it leads to.
    """

    def __init__(
        self,
        name: str,
        module: str,
        *,
        home: str = "",
        navigation: Sequence[Entry] = (),
        shortcuts: Sequence[Entry] = (),
        people: str = "",
    ) -> None:
        from certification.web.frame import admission, faults, form_tokens, messages

        super().__init__(name, module)
        self.home = home
        self.navigation = tuple(navigation)
        self.shortcuts = tuple(shortcuts)
        self.people = people
        admission.register(self)
        form_tokens.register(self)
        faults.register(self)
        looking.register(self)
        self.after_request(_finish)
        self.after_request(messages.forget)

    @cached_property
    def jinja_loader(self) -> BaseLoader:
        """Templates of the package, named with the package before them: "officers/home.html"."""
        return PrefixLoader({self.name: FileSystemLoader(Path(self.root_path) / "templates")})

    def page(
        self, rule: str, act: Act, *, methods: Sequence[str] = ("GET",), most_bytes: int = FORM_BYTES
    ) -> Callable[[_View], _View]:
        """Adds a view at an address. A page with a form takes GET and POST; `most_bytes` bounds what is posted."""

        def add(view: _View) -> _View:
            view.most_bytes = most_bytes  # type: ignore[attr-defined]
            self.add_url_rule(rule, view.__name__, guarded(act)(view), methods=[*methods])
            return view

        return add


def shown(template: str, status: int = 200, **values: Any) -> Response:
    """A page. A form among the values, as `form`, brings its faults to the top of the page, and 400 for the status."""
    form = values.get("form")
    if status == 200 and form is not None and form.faults:
        status = 400
    return make_response(render_template(template, **values), status)


def shown_once(template: str, **values: Any) -> Response:
    """A page with a secret that nobody can be shown again: it stays in no cache, and offers no other language, which
    would lead away from it."""
    g.shown_once = True
    response = shown(template, **values)
    response.headers["Cache-Control"] = "no-store"
    return response


def _finish(response: Response) -> Response:
    """Headers that every page carries; an ETag, so that an unchanged page is not sent again; and less to send."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    caller = g.get("certification_caller")
    if caller is not None and caller.who is not None:
        response.headers["Cache-Control"] = "no-store"  # what somebody may see stays in no cache
    response.vary.add("Cookie")
    if response.direct_passthrough or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and request.method in ("GET", "HEAD") and not response.cache_control.no_store:
        if "Cache-Control" not in response.headers:
            response.cache_control.no_cache = True  # keep it, but ask every time whether it still holds
        if (etag := g.pop("etag", None)) is not None:
            response.set_etag(etag, weak=True)
        response.add_etag(weak=True)
        response.make_conditional(request)
    if response.status_code in (200, 400) and request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
        response.content_encoding = "gzip"
    return response
