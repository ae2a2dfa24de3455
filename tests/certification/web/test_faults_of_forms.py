"""Every form of every page, sent with a fault in each of its fields: all faults come at once, each beside its field,
and what was typed is kept."""

from __future__ import annotations

import io
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lrs.db import Database
from tests.certification.web.test_hostile_forms import ABOUT_ALL, ENDS_THE_VISIT, Found, Town, installation

__all__ = ["installation"]

UNREADABLE = "a\x07b"
"""What no field for words takes."""
PLAIN = "khong-co:/ gi"
"""What every field for words takes, and means nothing."""

NOT_TYPED = ("hidden", "button", "submit")
WORDS = ("text", "search", "textarea")

OTHERWISE = {
    "open.check_statements": "key and secret are looked at first, and never shown again",
    "signing_in.sign_in": "what is wrong is not told by field",
}
"""Forms that tell their faults in their own way."""

LISTS = frozenset({
    "enterprises.transcripts", "officers.answer_many", "officers.step_reports", "officers.take_step",
    "officers.tick_roll_call",
})  # fmt: skip
"""Lists in which somebody is ticked: who is not there any more is passed over, or told of."""

SECRETS = {"signing_in.set_password", "signing_in.change_password", "signing_in.sign_in_by_slip"}
"""Whose secret is tried with a form that is whole otherwise: tries are counted."""


@pytest.fixture
def database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """What a form says is the same on both engines."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'forms.sqlite3')}"


@dataclass
class Told(HTMLParser):
    """A page as whoever listens to it has it: which fields are called wrong, by faults that stand there, and what is
    in them."""

    page: str
    summary: list[str] = field(default_factory=list)
    """The fields that the summary leads to; "" for a fault that is about none."""
    values: dict[str, list[str]] = field(default_factory=dict)
    _ids: set[str] = field(default_factory=set)
    _described: dict[str, list[str]] = field(default_factory=dict)
    _in_summary: bool = False
    _in: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.page)

    @property
    def beside(self) -> set[str]:
        """The fields called wrong, each described by a fault of its own that is there."""
        return {name for name, by in self._described.items() if f"{name}-loi" in by and f"{name}-loi" in self._ids}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self._ids.add(named.get("id", ""))
        if named.get("aria-invalid") == "true":
            self._described[named.get("id", "")] = named.get("aria-describedby", "").split()
        if tag == "div" and named.get("class") == "summary":
            self._in_summary = True
        elif tag == "li" and self._in_summary:
            self.summary.append("")
        elif tag == "a" and self._in_summary:
            self.summary[-1] = named["href"].removeprefix("#")
        elif tag in ("input", "textarea") and named.get("name"):
            self.values.setdefault(named["name"], []).append(named.get("value", ""))
            self._in = named["name"] if tag == "textarea" else ""

    def handle_data(self, data: str) -> None:
        if self._in:
            self.values[self._in][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._in_summary = self._in_summary and tag != "ul"
        self._in = "" if tag == "textarea" else self._in


def _fields(form: Found, *kinds: str) -> set[str]:
    """The fields that somebody fills in; of these kinds, where any are named."""
    return {name for name, kind in form.kinds.items() if kind not in NOT_TYPED and (not kinds or kind in kinds)}


def _wrong(form: Found) -> dict[str, Any]:
    """The form with something in every field that it cannot be."""
    return {name: _unfit(kind) if kind not in NOT_TYPED else form.values[name] for name, kind in form.kinds.items()}


def _unfit(kind: str) -> Any:
    if kind == "file":
        return io.BytesIO(b"x"), "tep.exe"
    if kind in ("radio", "checkbox", "select"):
        return "khong-co"
    return "x" * 801 if kind == "password" else UNREADABLE


def _plain(form: Found, without: Collection[str] = ()) -> dict[str, Any]:
    """The form with something everywhere that may be, as far as a field knows by itself."""
    return {name: _fit(form, name, kind) for name, kind in form.kinds.items() if name not in without}


def _fit(form: Found, name: str, kind: str) -> Any:
    drawn = form.drawn[name]
    if kind in NOT_TYPED:
        return form.values[name]
    if kind == "file":
        return io.BytesIO(b"x"), "tep" + drawn["accept"].split(",")[0]
    if kind in ("radio", "checkbox", "select"):
        return [*form.options[name], ""][0]
    if "day" in drawn.get("class", ""):
        return "01/07/2026"
    return "3" if drawn.get("inputmode") == "numeric" else PLAIN


def _read(answer: TestResponse) -> Told:
    is_page = "html" in (answer.content_type or "") and answer.status_code in (200, 400)
    return Told(answer.text if is_page else "")


def _lost(form: Found, sent: Mapping[str, Any], told: Told) -> Iterator[str]:
    for name in sorted(_fields(form, *WORDS)):
        if sent[name] not in [one.strip("\n") for one in told.values.get(name, [])]:
            yield f"loses what was typed at {name}"


def _at_once(endpoint: str, form: Found, sent: Mapping[str, Any], answer: TestResponse) -> Iterator[str]:
    """What is not as it should be where every field is wrong."""
    told, exempt = _read(answer), _fields(form, "checkbox") if endpoint in LISTS else set()
    if answer.status_code != 400:
        yield f"answers {answer.status_code}"
    for name in sorted(_fields(form) - told.beside - exempt):
        yield f"tells no fault beside {name}"
    if "" in told.summary and endpoint not in ABOUT_ALL:
        yield "tells a fault beside no field"
    yield from _lost(form, sent, told)


def _in_rounds(endpoint: str, form: Found, send: Any) -> Iterator[str]:
    """What is told in two rounds: what the functions behind a form refuse, and what the form itself does."""
    sent = _plain(form)
    answer = send(sent)
    told = _read(answer)
    first = set(told.summary)
    if answer.status_code >= 500:
        yield f"answers {answer.status_code}"
    if answer.status_code != 400:
        return
    for name in sorted(first - told.beside - {""}):
        yield f"tells not beside {name}"
    yield from _lost(form, sent, told)
    others = {name for name in _fields(form, *WORDS) - first if "day" not in form.drawn[name].get("class", "")}
    left = first - set(_read(send(_plain(form, others))).summary) - {""}
    if left and endpoint not in SECRETS:
        yield f"tells {', '.join(sorted(left))} only when the other fields are filled in"
    mended = set(_read(send(_plain(form, first & _fields(form, *WORDS)))).summary) - first - {""}
    if mended:
        yield f"tells {', '.join(sorted(mended))} only when {', '.join(sorted(first))} is empty"


@pytest.mark.slow
def test_all_faults_of_a_form_come_at_once_each_beside_its_field_and_what_was_typed_is_kept(
    app: Flask, database: Database, installation: Mapping[str, Any]
) -> None:
    town = Town(app, installation)
    forms = [
        (endpoint, *found)
        for (endpoint, _own), found in town.forms().items()
        if endpoint not in ENDS_THE_VISIT | OTHERWISE.keys() and _fields(found[2])
    ]
    assert len(forms) > 70, "pages have lost their forms"
    found: list[str] = []
    for endpoint, name, address, form in forms:
        sent = _wrong(form)
        answer = town.people[name].send(address, sent)
        found += [f"{endpoint} {wrong}" for wrong in _at_once(endpoint, form, sent, answer)]
    for endpoint, name, address, form in forms:

        def send(sent: Mapping[str, Any], visitor: Any = town.people[name], address: str = address) -> TestResponse:
            return visitor.send(address, sent)

        found += [f"{endpoint} {wrong}" for wrong in _in_rounds(endpoint, form, send)]
    assert not found, "\n".join(found)
