"""How days, instants and numbers are written on pages: filters of templates. Figures agree with `targets.figures`."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from babel.dates import format_date
from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup

from certification.targets import figures
from certification.vietnam import VIETNAM
from certification.web.frame import languages
from certification.web.frame.program_words import in_words

__all__ = ["as_typed", "dash", "day", "day_in_words", "instant", "number", "percent", "prepare", "size", "vi"]


def day(value: date | None) -> str:
    """A day: 05/02/2026; in English 5 Feb 2026. Nothing for None."""
    if value is None:
        return ""
    if languages.chosen() == "en":
        return format_date(value, "d MMM y", locale="en")
    return f"{value:%d/%m/%Y}"


def day_in_words(value: date) -> str:
    """A day as documents have it: ngày 05 tháng 02 năm 2026; a zero before days below 10 and months 1 and 2 alone."""
    if languages.chosen() == "en":
        return format_date(value, "d MMMM y", locale="en")
    month = f"{value.month:02}" if value.month < 3 else str(value.month)
    return f"ngày {value.day:02} tháng {month} năm {value.year}"


def instant(value: datetime | None) -> str:
    """An instant in Vietnam's time: 14:32 ngày 05/02/2026. Nothing for None."""
    if value is None:
        return ""
    there = value.astimezone(VIETNAM)
    return f"{there:%H:%M}, {day(there.date())}"


def number(value: int | None) -> str:
    """A whole number: 1.234.567; in English 1,234,567. A dash for None."""
    if value is None:
        return figures.NOTHING
    written = figures.number(value)
    return written.replace(".", ",") if languages.chosen() == "en" else written


def percent(value: Fraction | None) -> str:
    """A rate (0 to 1): 61,3%; in English 61.3%. A dash for None."""
    written = figures.percent(value)
    return written.replace(",", ".") if languages.chosen() == "en" else written


def size(count: float) -> str:
    """So many bytes as people say it: 1,4 GB, 5 MB, 262 kB; in English 1.4 GB."""
    for unit, least in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if count >= least:
            written = f"{count / least:.1f}".removesuffix(".0")
            return f"{written if languages.chosen() == 'en' else written.replace('.', ',')} {unit}"
    return f"{int(count) // 1000} kB"


def dash() -> Markup:
    """Where there is nothing: a dash for the eye, words for whoever listens."""
    return Markup('<span aria-hidden="true">{}</span><span class="sr">{}</span>').format(figures.NOTHING, _("chưa có"))


def as_typed(value: Any) -> str:
    """A value as somebody would type it into a form."""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)


def vi(words: object) -> Markup:
    """Words that there are in Vietnamese alone, of rules and what they say of somebody: marked so on other pages."""
    text = Markup.escape(words)
    return Markup('<span lang="vi">%s</span>') % text if languages.chosen() != "vi" else text


def prepare(app: Flask) -> None:
    """Makes them filters of templates, and the dash a function of theirs."""
    app.jinja_env.globals["dash"] = dash
    app.jinja_env.filters["in_words"] = in_words
    for one in (day, day_in_words, instant, number, percent, size, vi):
        app.jinja_env.filters[one.__name__] = one
