"""The table of walls: for every address and everybody who may ask, what becomes of the own, the other, the foreign.

`walls.txt` is read by people; `observed` finds out what is so.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lrs.db import Database, Owner, Session
from tests.walls.asking import Sent, is_about_a_place, sent
from tests.walls.callers import COLUMNS, Caller
from tests.walls.objects import Place

__all__ = [
    "OF_ALL_BRANCHES", "SAME_FOR_ALL", "Key", "Row", "kept_out_of", "nothing_stays", "observed", "read", "words_of",
    "write",
]  # fmt: skip

PATH = Path(__file__).parent / "walls.txt"
Key = tuple[str, str]
Row = Mapping[str, str]

_OWN_FILE = "gives back the file that was sent"
_PASSED_OVER = "a list of what one may see; another unit in the query is passed over"
_ONESELF = "about oneself, whatever the form names"
_OWN_STORE = "ids and Agents are the tenant's own: what is stored or asked for lies in the store of whoever asks"
_EMPTY = "a form that says nothing yet of what it is about"

SAME_FOR_ALL: Mapping[str, str] = {
    "/api/assessments/status": "a number of which one may not know is answered as one that nobody has",
    "/api/attestations/refused": _OWN_FILE,
    "/api/commitments/refused": _OWN_FILE,
    "/api/headcounts/refused": _OWN_FILE,
    "/api/links/refused": _OWN_FILE,
    "/api/report-contacts/refused": _OWN_FILE,
    "/api/roster/refused": _OWN_FILE,
    "/api/titles/refused": _OWN_FILE,
    "/cong-doan/ho-so": _PASSED_OVER,
    "/cong-doan/nguoi-lao-dong": _PASSED_OVER,
    "/cong-doan/xac-nhan": _PASSED_OVER,
    "/cua-toi/du-lieu/ban-sao": _ONESELF,
    "/d/co-mat/<phieu>": _ONESELF,
    "/issuers/<uuid:tenant>/did.json": "the keys by which anybody verifies certificates",
    "/issuers/<uuid:tenant>/status/<int:number>": "the list by which anybody sees what was withdrawn",
    "/nhap-danh-sach": _PASSED_OVER,
    "/noi-lam-viec/doi": _ONESELF,
    "/tai-khoan/ma-dang-nhap/bat-dau": _ONESELF,
    "/tai-khoan/nhan-ma/bo": _ONESELF,
    "/tim-nhanh": "finds what one may see",
    "/van-hanh/hoan-tac/<uuid:id>": _EMPTY,
    "/van-hanh/nhap-danh-sach": _PASSED_OVER,
    "/van-hanh/so-ghi/kiem-tra": "the record of the own tenant, whatever the form names",
    "/van-hanh/tai-khoan-hoc/gan": _EMPTY,
    "/xapi-ext/check": _OWN_STORE,
    "/xapi/activities/state": _OWN_STORE,
    "/xapi/agents": _OWN_STORE,
    "/xapi/agents/profile": _OWN_STORE,
    "/xapi/statements": _OWN_STORE,
}
"""Addresses at which a place is named and nothing of it shown, with the reason."""

_UNITS = "how units stand is known to everybody who works with them"

OF_ALL_BRANCHES: Mapping[str, str] = {
    "/api/consent-wordings": "what would be agreed to, in words that are the same for every unit",
    "/api/units/<path:code>": _UNITS,
    "/api/units/<path:code>/children": _UNITS,
    "/api/units/<path:code>/entitlements": _UNITS,
}
"""What everybody who may ask at all is told of every branch of the tenant, with the reason."""


def read() -> dict[Key, Row]:
    """The table, by method and rule."""
    found: dict[Key, Row] = {}
    for text in PATH.read_text(encoding="utf-8").splitlines():
        parts = text.split()
        if text.startswith("#") or not parts or parts[0] == COLUMNS[0]:
            continue
        method, rule, *cells = parts
        found[method, rule] = dict(zip(COLUMNS, cells, strict=True))
    return found


def write(found: Mapping[Key, Row]) -> None:
    """Keeps the table, below what stands above it for readers."""
    text = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
    above = [line for line in text.splitlines() if line.startswith("#")]
    head = f"{'':6} {'':88} {' '.join(f'{name:6}' for name in COLUMNS)}".rstrip()
    lines = [
        f"{method:6} {rule:88} {' '.join(f'{row[name]:6}' for name in COLUMNS)}".rstrip()
        for (method, rule), row in found.items()
    ]
    PATH.write_text("\n".join([*above, head, *lines]) + "\n", encoding="utf-8")


def observed(key: Key, caller: Caller, places: Collection[Place]) -> tuple[str, list[tuple[Sent, TestResponse]]]:
    """A cell of the table, and the answers it comes from. Where the own is refused for the act itself, so is all else;
    where the address is about no place, once is enough."""
    answers: list[tuple[Sent, TestResponse]] = []
    cell = ""
    for place in places if is_about_a_place(*key) else [*places][:1]:
        asked = sent(*key, place)
        answer = _ask(caller, key[0], asked)
        answers.append((asked, answer))
        cell += _sign(answer)
        if cell in ("x", "-"):
            break
    return cell, answers


def _ask(caller: Caller, method: str, what: Sent) -> TestResponse:
    client: FlaskClient = caller.client
    headers = {"X-Experience-API-Version": "2.0.0", **caller.headers}
    told: dict[str, Any] = {}
    if what.json is not None:
        told["json"] = what.json
    elif what.content_type is not None:
        told |= {"data": what.data, "content_type": what.content_type}
    elif method == "POST":
        told["data"] = {**(what.data or {}), **caller.fields}
    return client.open(what.path, method=method, query_string=what.query, headers=headers, **told)


def _sign(answer: TestResponse) -> str:
    status = answer.status_code
    if status in (302, 303) and answer.headers.get("Location", "").startswith("/dang-nhap"):
        return "x"
    signs = {401: "x", 403: "-", 404: ".", 400: "?", 409: "?", 412: "?", 413: "?", 415: "?", 422: "?", 429: "?"}
    return "y" if status < 400 else signs.get(status, "!")


@contextmanager
def nothing_stays(database: Database) -> Iterator[None]:
    """Whatever is written meanwhile is taken back at the end of each transaction."""
    writing = database.writing

    @contextmanager
    def taken_back(owner: Owner) -> Iterator[Session]:
        with database._writer_lock if database.is_sqlite else _nothing(), database._session("write", owner) as session:
            try:
                yield session
                session.flush()
            finally:
                session.rollback()

    database.writing = taken_back  # type: ignore[method-assign]
    try:
        yield
    finally:
        database.writing = writing  # type: ignore[method-assign]


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def words_of(answer: TestResponse) -> str:
    """All that an answer says: headers and body, the parts of packed documents too."""
    data = answer.get_data()
    if answer.headers.get("Content-Encoding") == "gzip":
        data = gzip.decompress(data)
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            data = b"".join(packed.read(name) for name in packed.namelist())
    elif answer.mimetype.endswith("json") and data:
        data = json.dumps(json.loads(data), ensure_ascii=False).encode()
    return f"{answer.headers}\n{data.decode(errors='replace')}"


def kept_out_of(
    key: Key, column: str, answers: Collection[tuple[Sent, TestResponse]], marks: Collection[str]
) -> list[str]:
    """Which of the marks stand in answers to requests that did not say them themselves: leaks."""
    return [
        f"{key[0]} {key[1]} shows {mark!r} to {column}"
        for asked, answer in answers
        for mark in marks
        if mark in words_of(answer) and mark not in _said(asked)
    ]


def _said(asked: Sent) -> str:
    data = asked.data.decode(errors="replace") if isinstance(asked.data, bytes) else asked.data
    return f"{asked.path} {asked.query} {json.dumps(asked.json, ensure_ascii=False)} {data}"
