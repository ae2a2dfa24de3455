"""Words that could be taken for markup, formulas or orders stand in every field of a branch, and every address that
shows it is looked at: pages, papers, tables, packed documents and files. None takes them for more than words; and what
pages and documents are made of is what it would be with a harmless word.

In every run one such word is tried; with FAULTS_SCALE=20 the whole list of `tests.faults.hostile.strings`. Some pages
are opened in Chromium too, as several roles: nothing runs, nothing is asked for, nothing is complained of.

An address that nobody gets an answer from here has to be named, with the reason.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import cycle
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID
from xml.etree import ElementTree

import pytest
from flask import Flask
from markupsafe import escape
from playwright.sync_api import Browser, Route
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from certification.access.look_ups import Limit
from lrs.db import Database
from tests.certification.world import World
from tests.faults.hostile.strings import FORMULAS, MARKUP, SQL, VIETNAMESE
from tests.faults.serving import scaled
from tests.walls import table
from tests.walls.asking import operations, sent
from tests.walls.callers import Caller, callers
from tests.walls.objects import Place, settle

MARK = "\"'><img src=x onerror=alert(1)></script></title>{{7*191919}}${7*191919}&lt;<b>%00=1+1"
"""Stands in every word of the branch; whoever takes a part of it for more than words is found out."""
PAGES = "default-src 'self'"


def _words() -> list[str]:
    """The list, several in a word, as many as the shortest field holds; each begins with a formula."""
    formulas, words = cycle(FORMULAS), list[str]()
    for one in (*MARKUP, *SQL, *VIETNAMESE):
        if not words or len(words[-1]) + len(one) > LONGEST:
            words.append(next(formulas))
        words[-1] += f" {one}"
    words += [next(formulas) for _ in range(len(FORMULAS) - len(words))]  # a formula is one where it begins a cell
    return [f"{one} {SEEN}" for one in words]


SEEN = "191"
"""Ends every word: a page that shows it shows the word."""
LONGEST = 150
OPENED = 3
"""So many pages that show it are opened in Chromium as each of several roles."""
WORDS = [MARK, *_words()]

SHOWN = ("text/plain", "image/png", "image/jpeg", "image/webp", "application/pdf")
"""What a browser may show by itself, beside pages: it runs nothing of these."""

NOT_ANSWERED = {
    "/api/certificates/by-code/<code>",
    "/api/certificates/by-code/<code>/credential",
    "/api/certificates/by-code/<code>/paper",
    "/api/proposals",
    "/api/rates/by",
    "/api/rates/by/<plan>/<target>/people",
    "/assets/<path:name>",
    "/bat-dau",
    "/cong-doan/ho-so-buoc/<step>/<int:year>/<path:number>",
    "/cong-doan/gui-len/<uuid:id>/gui-ngay",
    "/cong-doan/tong-hop/thanh-vien/<uuid:id>/khoa/<name>/ngung",
    "/d/<address>",
    "/dang-nhap/ma",
    "/dang-nhap/ma-mot-lan",
    "/dang-nhap/ma-mot-lan/nhap",
    "/dang-nhap/to-chuc/<uuid:tenant>/<uuid:provider>",
    "/dang-nhap/to-chuc/<uuid:tenant>/<uuid:provider>/ra",
    "/dang-nhap/to-chuc/<uuid:tenant>/<uuid:provider>/xong",
    "/doanh-nghiep/danh-sach/<uuid:id>",
    "/doanh-nghiep/danh-sach/<uuid:id>/dong-can-sua.xlsx",
    "/doanh-nghiep/danh-sach/<uuid:id>/hoan-tac",
    "/doanh-nghiep/danh-sach/<uuid:id>/sua",
    "/k/<code>",
    "/metrics",
    "/ngon-ngu/<code>",
    "/nhap-danh-sach/<uuid:id>",
    "/nhap-danh-sach/<uuid:id>/dong-can-sua.xlsx",
    "/nhap-danh-sach/<uuid:id>/hoan-tac",
    "/nhap-danh-sach/<uuid:id>/sua",
    "/profile/<programme>/<path:rest>",
    "/readyz",
    "/tai-khoan/to-chuc/<uuid:provider>/bo",
    "/tai-khoan/to-chuc/<uuid:provider>/noi",
    "/trang-chu",
    "/van-hanh/don-vi/<name>/thu-dien-tu",
    "/van-hanh/don-vi/<name>/xoa-du-lieu-thu",
    "/van-hanh/don-vi/<name>/xoa-du-lieu-thu/tien-do",
    "/van-hanh/nhap-danh-sach/<uuid:id>",
    "/van-hanh/nhap-danh-sach/<uuid:id>/dong-can-sua.xlsx",
    "/van-hanh/nhap-danh-sach/<uuid:id>/hoan-tac",
    "/van-hanh/nhap-danh-sach/<uuid:id>/sua",
    "/xapi-ext/cmi5/courses",
    "/xapi-ext/cmi5/courses/<uuid:course>",
    "/xapi-ext/cmi5/registrations/<uuid:registration>",
    "/xapi/activities/profile",
    "/xapi/activities/state",
    "/xapi/agents/profile",
}  # fmt: skip
"""What answers nobody here with a page or a file: it leads on, or is about what these places do not have."""


class Elements(HTMLParser):
    """What a browser would run or fetch of a page that nobody wrote into its template."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            leads = name in ("href", "src", "action", "formaction", "data", "srcdoc", "xlink:href")
            if name.startswith("on") or (leads and re.match(r"\s*(javascript|data:text|vbscript)", value or "", re.I)):
                self.found.append(f"<{tag} {name}={value!r}>")
        if dict(attrs).get("src") == "x" or tag in ("iframe", "object", "embed", "base"):
            self.found.append(f"<{tag}>")
        if tag == "script" and "src" not in dict(attrs):
            self.found.append("<script> of the page's own")


def made_of(text: str) -> Counter[Any]:
    """Its elements and their attributes, by name."""
    found: Counter[Any] = Counter()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.update([(tag, *sorted(name for name, _ in attrs))])  # type: ignore[method-assign]
    parser.handle_comment = lambda data: found.update(["a comment"])  # type: ignore[method-assign]
    parser.feed(text)
    return found


def harmless(text: str, word: str) -> str:
    """The same text with a harmless word where this one stands, escaped or not."""
    for form in (str(escape(word)), html.escape(word), html.escape(word, quote=False), word):
        text = text.replace(form, "x")
    return text


def wrong_of(answer: TestResponse, word: str) -> Iterator[str]:
    """Whatever of an answer is more than words."""
    kind, data = answer.mimetype, answer.get_data()
    disposition = answer.headers.get("Content-Disposition", "")
    if re.search(r"[\r\n\0]", str([*answer.headers.values()])):
        yield "a header has more than one line"
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        yield "its kind may be guessed"
    policy = answer.headers.get("Content-Security-Policy", "")
    if "unsafe" in policy or not policy.startswith((PAGES, "default-src 'none'", "sandbox")):
        yield f"the policy {policy!r}"
    if kind == "text/html" or (kind == "application/pdf" and data.lstrip().startswith(b"<")):
        yield from _of_page(data.decode(), word)
    elif kind.endswith("json"):
        json.loads(data)
    elif kind == "text/csv":
        yield from _of_rows(data.decode("utf-8-sig"))
    elif data[:2] == b"PK":
        yield from _of_packed(data, word)
    elif kind not in SHOWN and not disposition.startswith("attachment"):
        yield f"{kind} is neither known nor to be saved"


def _of_page(text: str, word: str) -> Iterator[str]:
    elements = Elements()
    elements.feed(text)
    yield from elements.found
    if "<img src=x" in text:
        yield "the words as markup"
    if "1343433" in text and "{{7*191919}}" not in text:
        yield "the words as a template"
    if more := made_of(text) - made_of(harmless(text, word)):
        yield f"what is there with this word alone: {[*more]}"


def _of_rows(text: str) -> Iterator[str]:
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not re.fullmatch(r"[-+]?[\d.,%]+|-", cell):
                yield f"the cell {cell!r} is a formula"


def _of_packed(data: bytes, word: str) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            content = packed.read(name)
            if name.endswith((".xml", ".rels")):
                tree = ElementTree.fromstring(content)  # noqa: S314 — our own
                yield from (
                    f"{name}: formula {one.text}"
                    for one in tree.iter()
                    if name.startswith("xl/worksheets/") and one.tag.endswith("}f") and (one.text or "x") in word
                )
                text = content.decode()
                if b"<img" in content:
                    yield f"{name}: the words as markup"
                if more := made_of(text) - made_of(harmless(text, word)):
                    yield f"{name}: what is there with this word alone: {[*more]}"
            elif name.endswith(".csv"):
                yield from _of_rows(content.decode("utf-8-sig"))
            elif content[:2] == b"PK":
                yield from _of_packed(content, word)
            elif name.endswith(".json"):
                json.loads(content)


def complaints_of(chromium: Browser, caller: Caller, paths: Sequence[str]) -> list[str]:
    """What Chromium runs, asks for elsewhere, or complains of, when this person opens these pages."""
    said: list[str] = []

    def answer(route: Route) -> None:
        asked = urlsplit(route.request.url)
        if asked.hostname != "localhost":
            said.append(f"{asked.geturl()} is asked for")
            route.abort()
            return
        given = caller.client.open(asked.path, query_string=asked.query, headers=caller.headers)
        if given.status_code >= 400:
            said.append(f"{asked.path} is asked for: {given.status_code}")
        route.fulfill(status=given.status_code, headers=dict(given.headers), body=given.get_data())

    context = chromium.new_context(service_workers="block")
    try:
        context.route("**/*", answer)
        page = context.new_page()
        page.on("dialog", lambda dialog: (said.append(f"a dialog: {dialog.message}"), dialog.dismiss())[-1])
        page.on("console", lambda message: said.append(f"the console: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"an error: {error}"))
        for path in paths:
            page.goto(f"http://localhost{path}", wait_until="load", timeout=60_000)
    finally:
        context.close()
    return [f"{paths}: {one}" for one in said]


@pytest.fixture
def place(database: Database, tenant: UUID, word: str) -> Place:
    now = datetime.now(UTC)
    World(database, tenant, now)
    return settle(database, Place(tenant, "cdcs/a", "dn/a", "cd/lai-chau", "NV-1", word), now)


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("word", WORDS[: scaled(1)])
def test_words_are_words_wherever_they_are_shown(
    app: Flask, database: Database, place: Place, chromium: Browser
) -> None:
    app.extensions["look_ups"] = Limit(0)  # all ask from one address
    everybody = callers(app, database, place, datetime.now(UTC))
    expected, wrong, answered, shown = table.read(), list[str](), set[str](), set[str]()
    pages: dict[str, list[str]] = {name: [] for name in ("worker", "firm", "base", "admin")}
    with table.nothing_stays(database):
        for method, rule in operations(app):
            if method != "GET":
                continue
            for name in (*pages, "team", "reads", "xapi"):
                if not expected[method, rule][name].startswith("y"):
                    continue
                what = sent(method, rule, place)
                answer = table._ask(everybody[name], method, what)
                if answer.status_code != 200:
                    continue
                answered.add(rule)
                if SEEN in table.words_of(answer):
                    shown.add(rule)
                    if answer.mimetype == "text/html" and name in pages:
                        pages[name].append(what.path + (f"?{urlencode(what.query)}" if what.query else ""))
                wrong += [f"{rule} for {name}: {one}" for one in wrong_of(answer, place.mark)]
                break
        for name, paths in pages.items():
            wrong += complaints_of(chromium, everybody[name], paths[:OPENED])
    print(f"{len(answered)} addresses answer, {len(shown)} of them show it")
    gets = {rule for method, rule in operations(app) if method == "GET"}
    assert wrong == []
    assert gets - answered <= NOT_ANSWERED, "let somebody of the walls be answered, or say that nobody is"
    assert len(shown) > 100


@pytest.mark.parametrize("word", WORDS[1:6])
def test_a_word_that_became_more_is_found(word: str) -> None:
    page = "<!doctype html><title>{0}</title><p title='{0}'>{0}</p>"
    assert [*_of_page(page.format(escape(word)), word)] == []
    assert [*_of_page(page.format(word), word)] != []


def test_what_a_browser_would_run_or_ask_for_is_found(chromium: Browser) -> None:
    page = "<!doctype html><html lang=vi><title>x</title><link rel=icon href=data:,><p>{0}</p>"
    for word, found in ((str(escape(MARK)), False), (MARK, True), (WORDS[1], True)):
        policy = {"Content-Security-Policy": f"{PAGES}; img-src data:"}
        client: Any = Client(Response(page.format(word), mimetype="text/html", headers=policy))
        assert bool(complaints_of(chromium, Caller(client, {}, {}), ["/"])) is found
