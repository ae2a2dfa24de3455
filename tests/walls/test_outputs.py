"""Words that could be taken for markup, formulas or orders stand in every field of a branch, and every address that
shows it is looked at: pages, papers, tables, packed documents and files. None takes them for more than words.

An address that nobody gets an answer from here has to be named, with the reason.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from uuid import UUID
from xml.etree import ElementTree

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from certification.access.look_ups import Limit
from lrs.db import Database
from tests.certification.world import World
from tests.walls import table
from tests.walls.asking import operations, sent
from tests.walls.callers import callers
from tests.walls.objects import Place, settle

MARK = "\"'><img src=x onerror=alert(1)></script></title>{{7*191}}${7*191}&lt;<b>%00=1+1"
"""Stands in every word of the branch; whoever takes a part of it for more than words is found out."""
PAGES = "default-src 'self'"

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


def wrong_of(answer: TestResponse) -> Iterator[str]:
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
        yield from _of_page(data.decode())
    elif kind.endswith("json"):
        json.loads(data)
    elif kind == "text/csv":
        yield from _of_rows(data.decode("utf-8-sig"))
    elif data[:2] == b"PK":
        yield from _of_packed(data)
    elif kind not in SHOWN and not disposition.startswith("attachment"):
        yield f"{kind} is neither known nor to be saved"


def _of_page(text: str) -> Iterator[str]:
    elements = Elements()
    elements.feed(text)
    yield from elements.found
    if "<img src=x" in text:
        yield "the words as markup"
    if "1337" in text and "{{7*191}}" not in text:
        yield "the words as a template"


def _of_rows(text: str) -> Iterator[str]:
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not re.fullmatch(r"[-+]?[\d.,%]+|-", cell):
                yield f"the cell {cell!r} is a formula"


def _of_packed(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            content = packed.read(name)
            if name.endswith((".xml", ".rels")):
                tree = ElementTree.fromstring(content)  # noqa: S314 — our own
                if name.startswith("xl/worksheets/") and b"1+1" in content and b"<f>" in content:
                    yield from (
                        f"{name}: formula {one.text}"
                        for one in tree.iter()
                        if "1+1" in (one.text or "") and one.tag.endswith("}f")
                    )
                if b"<img" in content:
                    yield f"{name}: the words as markup"
            elif name.endswith(".csv"):
                yield from _of_rows(content.decode("utf-8-sig"))
            elif content[:2] == b"PK":
                yield from _of_packed(content)
            elif name.endswith(".json"):
                json.loads(content)


@pytest.fixture
def place(database: Database, tenant: UUID) -> Place:
    now = datetime.now(UTC)
    World(database, tenant, now)
    return settle(database, Place(tenant, "cdcs/a", "dn/a", "cd/lai-chau", "NV-1", MARK), now)


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_words_are_words_wherever_they_are_shown(app: Flask, database: Database, place: Place) -> None:
    app.extensions["look_ups"] = Limit(0)  # all ask from one address
    everybody = callers(app, database, place, datetime.now(UTC))
    expected, wrong, answered, shown = table.read(), list[str](), set[str](), set[str]()
    with table.nothing_stays(database):
        for method, rule in operations(app):
            if method != "GET":
                continue
            for name in ("admin", "base", "firm", "worker", "team", "reads", "xapi"):
                if not expected[method, rule][name].startswith("y"):
                    continue
                answer = table._ask(everybody[name], method, sent(method, rule, place))
                if answer.status_code != 200:
                    continue
                answered.add(rule)
                if "191" in table.words_of(answer):
                    shown.add(rule)
                wrong += [f"{rule} for {name}: {one}" for one in wrong_of(answer)]
                break
    print(f"{len(answered)} addresses answer, {len(shown)} of them show it")
    gets = {rule for method, rule in operations(app) if method == "GET"}
    assert wrong == []
    assert gets - answered <= NOT_ANSWERED, "let somebody of the walls be answered, or say that nobody is"
    assert len(shown) > 100
