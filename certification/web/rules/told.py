"""What a page says of a rule file: lines in the language of the page; what the file itself says stays in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from certification.judgement.explanations import LEVELS
from certification.rules.topics import code_of
from certification.web.frame.written import vi as own

__all__ = ["Line", "Part", "Told", "line", "own", "readings", "said", "sure", "topics_of"]


_NO_NOTE = Markup()


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence. `sure`: where it comes from, where that is not a document's own words; `note` is the file's."""

    words: Markup
    sure: str = ""
    note: Markup = _NO_NOTE


@dataclass(frozen=True, slots=True)
class Part:
    """An indicator, a target, a step: `code` is what it is called for short, and where an address can lead."""

    code: str
    heading: Markup
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is asked as a whole, then part by part, then how open places of the text are read."""

    lead: tuple[Line, ...]
    parts: tuple[Part, ...] = ()
    readings: tuple[Line, ...] = ()


def said(words: str, /, **values: Any) -> Markup:
    """A sentence of ours with values in it; what is no markup is escaped."""
    return Markup(words) % values  # noqa: S704 — the sentence stands in this program or in its catalogue


def sure(status: str | None) -> str:
    """Where a value comes from; nothing for one that a document says."""
    match status:
        case "INFERRED":
            return str(_("suy ra từ văn bản"))
        case "PROPOSAL":
            return str(_("do người vận hành đặt, chưa thấy văn bản nào quy định"))
    return ""


def line(words: Markup, figure: Mapping[str, Any] | None = None) -> Line:
    """A sentence about a figure, which says how sure it is and may have a note."""
    if figure is None:
        return Line(words)
    note, status = figure.get("note") or "", figure.get("status")
    if status == "PROPOSAL" and note.startswith("Chưa thấy văn bản nào quy định"):
        note = ""  # which is said already
    return Line(words, sure(status), own(note) if note else _NO_NOTE)


def readings(document: Mapping[str, Any]) -> tuple[Line, ...]:
    """How the file understands what its source leaves open."""
    return tuple(line(_reading(one), {"status": one.get("status")}) for one in document.get("reading", ()))


def _reading(one: Mapping[str, Any]) -> Markup:
    about = str(one["about"])
    if about.isascii() and "_" in about:  # the name of a value in the file, which nobody needs who reads its words
        return own(one["text"])
    return said("%(about)s: %(text)s", about=own(about), text=own(one["text"]))


def topics_of(codes: Iterable[str], names: Mapping[str, str]) -> Markup:
    """What learning is about, by name: “Pháp luật lao động”; “Ngoại ngữ”."""
    listed = [code_of(one) for one in codes]
    if "*" in listed:
        return Markup.escape(_("việc học bất kỳ"))
    return own("; ".join(names.get(one, one) for one in listed))


def level(of: int) -> Markup:
    """A level of evidence in words."""
    return said("E%(of)s (%(words)s)", of=of, words=own(LEVELS[of]))
