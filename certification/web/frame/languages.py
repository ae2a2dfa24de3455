"""Vietnamese first, English second.

Words stand in Vietnamese in templates and views, marked by `_("…")`; a package of pages has their English in
`translations/en.po`. The catalogues are read as they are when they are first needed: there is nothing to compile.
`make words` brings them up to date.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context
from flask_babel import Babel, Domain

from certification.resources import cookies

__all__ = ["CATALOGUES", "LANGUAGES", "LASTS", "chosen", "prepare", "spoken"]

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
"""Each named in itself; the first one is that of the texts themselves."""

LASTS = timedelta(days=365)
"""How long a browser keeps which one was chosen."""

CATALOGUES = Path(__file__).parent.parent
"""Below it, in every package of pages, `translations/<language>.po`."""


class _Catalogues(Domain):  # type: ignore[misc]
    def get_translations(self) -> NullTranslations:
        return _read(chosen())


_SPOKEN: ContextVar[str] = ContextVar("spoken", default="")


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Words are of this language within the block, for whoever is no browser: a command."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def chosen() -> str:
    """The language of this request, the one that its form asks for or by its cookie; of a command, the one that it
    speaks."""
    if said := _SPOKEN.get():
        return said
    if has_request_context() and (asked := g.get("language")):
        return str(asked)
    sent = cookies.sent(cookies.LANGUAGE) if has_request_context() else None
    return sent if sent in LANGUAGES else "vi"


@cache
def _read(language: str) -> NullTranslations:
    """All catalogues of a language as one."""
    whole = Translations()
    for path in sorted(CATALOGUES.glob(f"*/translations/{language}.po")):
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        found = Translations(compiled)
        if whole.files or whole._catalog:
            whole.merge(found)
        else:
            whole = found
    return whole


def prepare(app: Flask) -> None:
    """Lets templates and views of the application speak the language of whoever asks."""
    babel = Babel(app, default_locale="vi", default_timezone="Asia/Ho_Chi_Minh", locale_selector=chosen)
    babel.domain_instance = _Catalogues()
