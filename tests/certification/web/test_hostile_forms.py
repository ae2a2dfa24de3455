"""Every form of every page, as the pages themselves have it, sent with what nobody should send.

The forms are found by opening the pages as each role; what posts without a page that was opened is sent the names of
all fields there are. On PostgreSQL goes what a database might refuse, on SQLite what it would take.
"""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urljoin
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter
from werkzeug.test import TestResponse

from certification.web import AUDIENCES
from certification.web.frame.fields import Form
from lrs.db import Database
from tests.browser.prepared import NOBODY, PEOPLE, prepare, samples
from tests.browser.test_every_page import is_open, pages
from tests.certification.web.visitor import Visitor, hidden_fields

HTML = '"><script>alert(1)</script>'
BYTES = 400_000
"""Of all fields together, as they travel: less than any form may be long."""
HOSTILE = {"sqlite": ("", HTML), "postgresql": ("\0", "Đ" * BYTES)}

ABOUT_ALL = frozenset({
    "officers.take_step", "officers.step_reports", "officers.answer_many",  # nobody is ticked
    "officers.tick_roll_call", "workers.assess_oneself", "signing_in.sign_in",
})  # fmt: skip
"""Whose faults may be of the form as a whole."""
OTHERS = {"number": "b01", "code": "cdcs/b"}
"""Whoever and whatever is of another branch than that of these."""
NARROW = ("cdcs", "totruong", "doanhnghiep")
ENDS_THE_VISIT = frozenset({"signing_in.sign_out"})
TYPED = frozenset({"text", "search", "email", "tel", "number", "textarea"})
STANDS_IN = {UUIDConverter: str(UUID(int=7)), IntegerConverter: "2026"}


@dataclass
class Found:
    """A form, and the words in it by field."""

    method: str
    action: str
    kinds: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)
    drawn: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """How each field is drawn: its attributes."""
    options: dict[str, list[str]] = field(default_factory=dict)
    """What can be chosen."""


class Read(HTMLParser):
    """The forms of a page, its ids, and the faults that it tells at its top: each with the field it leads to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Found] = []
        self.ids: set[str] = set()
        self.faults: list[tuple[str, str]] = []
        self._open: Found | None = None
        self._text = self._last = ""
        self._in_summary = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.ids.add(named.get("id", ""))
        if tag == "div" and named.get("class") == "summary":
            self._in_summary = True
        elif tag == "li" and self._in_summary:
            self.faults.append(("", ""))
        elif tag == "a" and self._in_summary:
            self.faults[-1] = (named["href"].removeprefix("#"), "")
        elif tag == "form":
            self._open = Found(named.get("method", "get"), named.get("action", ""))
            self.forms.append(self._open)
        elif tag in ("input", "textarea", "select", "button") and self._open and named.get("name"):
            kind = named.get("type", "text") if tag == "input" else tag
            self._open.kinds[named["name"]] = kind
            self._open.values.setdefault(named["name"], []).append(named.get("value", ""))
            self._open.drawn[named["name"]] = named
            self._open.options.setdefault(named["name"], [])
            self._last = named["name"]
            if kind in ("radio", "checkbox"):
                self._open.options[self._last].append(named.get("value", ""))
            self._text = named["name"] if tag == "textarea" else ""
        elif tag == "option" and self._open and named.get("value"):
            self._open.options[self._last].append(named["value"])

    def handle_data(self, data: str) -> None:
        if self._in_summary and self.faults:
            self.faults[-1] = (self.faults[-1][0], self.faults[-1][1] + data.strip())
        elif self._open and self._text:
            self._open.values[self._text][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._in_summary = self._in_summary and tag != "ul"
        self._open = None if tag == "form" else self._open
        self._text = "" if tag == "textarea" else self._text


@pytest.fixture
def installation(database: Database, tenant: UUID) -> Iterator[Mapping[str, Any]]:
    """Somebody of every role; the samples of pages. Samples are of the last installation: others get theirs back."""
    modules = [importlib.import_module(f"tests.browser.samples.{one.name}") for one in AUDIENCES]
    before = [dict(module.SAMPLES) for module in modules]
    prepare(database, tenant, datetime.now(UTC))
    yield samples()
    for module, kept in zip(modules, before, strict=True):
        if isinstance(module.SAMPLES, dict):
            module.SAMPLES.clear()
            module.SAMPLES.update(kept)


class Town:
    """Everybody at a browser."""

    def __init__(self, app: Flask, known: Mapping[str, Any]) -> None:
        self.app, self.known = app, known
        self.adapter = app.url_map.bind("localhost")
        self.people = {name: Visitor(app.test_client()) for name in (*PEOPLE, NOBODY)}
        for name in PEOPLE:
            self.people[name].sign_in(name)

    def may(self, name: str, rule: Rule) -> bool:
        return is_open(self.app, rule, PEOPLE[name][0] if name in PEOPLE else None)

    def address(self, rule: Rule, **instead: str) -> str:
        """Of the sample; of nothing that is there, where it has none. `instead` goes in as it is."""
        sample = self.known.get(rule.endpoint) or {}

        def part(found: re.Match[str]) -> str:
            other = STANDS_IN.get(type(rule._converters[found[1]]), "a02")
            return quote(instead.get(found[1], str(sample.get(found[1], other))), safe="/")

        return re.sub(r"<(?:\w+:)?(\w+)>", part, rule.rule)

    def forms(self) -> dict[tuple[str, frozenset[str]], tuple[str, str, Found]]:
        """Every form that posts, by where it goes and its fields: who may send it, the address, the form."""
        found: dict[tuple[str, frozenset[str]], tuple[str, str, Found]] = {}
        seen: set[str] = set()
        for name in self.people:
            for rule in pages(self.app):
                if rule.endpoint in seen or self.known.get(rule.endpoint, {}) is None or not self.may(name, rule):
                    continue
                path = self.address(rule)
                answer = self.people[name].get(path)
                if "POST" not in (rule.methods or ()):
                    seen.add(rule.endpoint)
                if answer.status_code != 200 or "html" not in (answer.content_type or ""):
                    continue
                for form in Read(answer.text).forms:
                    if form.method == "post":
                        address = urljoin(path, form.action)
                        endpoint, _parts = self.adapter.match(address.partition("?")[0], method="POST")
                        seen.add(endpoint)
                        own = frozenset(one for one in form.kinds if not one.startswith("_"))
                        found.setdefault((endpoint, own), (name, address, form))
        return found

    def unseen(self, endpoints: set[str]) -> Iterator[tuple[str, str, str, Found]]:
        """What posts, and stood in no page: endpoint, who, address, and a form with every name there is."""
        names = sorted({name for one in _all_forms(Form) for name in one().fields})
        for rule in self.app.url_map.iter_rules():
            if "POST" not in (rule.methods or ()) or rule.endpoint in endpoints:
                continue
            if rule.endpoint.partition(".")[0] in {one.name for one in AUDIENCES}:
                name = next(one for one in self.people if self.may(one, rule))
                page = self.people[name].get("/dang-nhap" if name == NOBODY else "/tai-khoan").text
                tokens = hidden_fields(page, "/dang-nhap" if name == NOBODY else "/dang-xuat")
                kinds = {**dict.fromkeys(names, "hostile"), **dict.fromkeys(tokens, "hidden")}
                values = {key: [value] for key, value in tokens.items()}
                yield rule.endpoint, name, self.address(rule), Found("post", "", kinds, values)

    def open_to_others(self) -> Iterator[str]:
        """What somebody of a branch is answered about another one, where that is not 403 or 404."""
        for name in NARROW:
            visitor = self.people[name]
            tokens = hidden_fields(visitor.get("/tai-khoan").text, "/dang-xuat")
            for rule in self.app.url_map.iter_rules():
                parts = {part: value for part, value in OTHERS.items() if part in rule.arguments}
                mine = rule.endpoint.partition(".")[0] in {one.name for one in AUDIENCES} and self.may(name, rule)
                if not parts or not mine:
                    continue
                address = self.address(rule, **parts)
                answers = [visitor.get(address)] if "GET" in (rule.methods or ()) else []
                answers += [visitor.send(address, tokens)] if "POST" in (rule.methods or ()) else []
                for answer in answers:
                    if answer.status_code not in (403, 404):
                        yield f"{rule.endpoint} of another branch answers {answer.status_code} to {name}"


def _all_forms(kind: type[Form]) -> Iterator[type[Form]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("certification."):
            yield one
        yield from _all_forms(one)


def _filled(form: Found, hostile: str) -> dict[str, Any]:
    """The form with something in every field that somebody fills in; nothing for "". Each has its own."""
    sent: dict[str, Any] = {}
    most = BYTES // 6 // max(1, len(form.kinds))
    for place, (name, kind) in enumerate(form.kinds.items()):
        typed = f"{place}a{hostile[:most]}z" if hostile else ""
        if kind in ("hidden", "button", "submit"):
            sent[name] = form.values[name]
        elif typed and kind == "file":
            sent[name] = io.BytesIO(typed.encode()), f"{typed[:40]}.pdf".replace("\0", "")
        elif typed:
            sent[name] = typed
    if "_lan" in sent:
        sent["_lan"] = f"{form.values['_lan'][0]}{len(hostile)}"
    return sent


def _wrong(endpoint: str, form: Found, sent: Mapping[str, Any], answer: TestResponse) -> Iterator[str]:
    """What is wrong with an answer to such a form."""
    if answer.status_code not in (200, 303, 400, 401, 403, 404, 409, 429):
        yield f"answers {answer.status_code}"
    if "html" not in (answer.content_type or ""):
        return
    if HTML in answer.text:
        yield "is not escaped"
    if answer.status_code != 400:
        return
    page = Read(answer.text)
    if not page.faults:
        yield "says 400 and tells no fault"
    kept = [{key: [text.strip("\n") for text in texts] for key, texts in one.values.items()} for one in page.forms]
    for name, kind in form.kinds.items():
        if kind in TYPED and name in sent and not any(sent[name] in one.get(name, []) for one in kept):
            yield f"has lost {name}"
    for place, words in page.faults:
        if words.isascii():
            yield f"speaks no Vietnamese: {words}"
        if not place and endpoint not in ABOUT_ALL and "đã gửi đúng nội dung này" not in words:
            yield f"tells beside no field: {words[:80]}"
        if place and not {place, f"{place}-loi"} <= page.ids:
            yield f"tells not beside {place}: {words[:80]}"


@pytest.mark.slow
def test_whatever_is_put_into_a_form_is_kept_and_its_faults_are_told_beside_their_fields(
    app: Flask, database: Database, installation: Mapping[str, Any]
) -> None:
    town = Town(app, installation)
    forms = [(key[0], *found) for key, found in town.forms().items() if key[0] not in ENDS_THE_VISIT]
    assert len(forms) > 50, "pages have lost their forms"
    found: list[str] = []
    for hostile in HOSTILE[database.engine.dialect.name]:
        for endpoint, name, address, form in forms:
            visitor, sent = town.people[name], _filled(form, hostile)
            answer = visitor.send(address, sent)
            found += [f"{endpoint} {wrong} ({hostile[:9]!r})" for wrong in _wrong(endpoint, form, sent, answer)]
            if answer.status_code == 303:  # done: a double click, or the back button
                again = visitor.send(address, _filled(form, hostile))
                if (again.status_code, again.location) != (303, answer.location):
                    found.append(f"{endpoint} sent twice answers {again.status_code} {again.location}")
        for endpoint, name, address, form in town.unseen({one[0] for one in forms} | ENDS_THE_VISIT):
            status = town.people[name].send(address, _filled(form, hostile)).status_code
            found += [f"{endpoint} answers {status}"] if status >= 500 else []
    found += town.open_to_others()
    for rule in pages(app):
        for part in rule.arguments:
            if isinstance(rule._converters[part], UUIDConverter):
                continue
            bad = "9" * 30 if isinstance(rule._converters[part], IntegerConverter) else "a\0b"
            name = next(one for one in town.people if town.may(one, rule))
            status = town.people[name].get(town.address(rule, **{part: bad})).status_code
            found += [] if status in (303, 400, 403, 404) else [f"{rule.endpoint} with {bad!r} answers {status}"]
    assert not found, "\n".join(found)
