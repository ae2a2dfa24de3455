"""Asking by GET changes nothing: every address, by those who are answered.

What is kept of asking itself (who looked, what was handed out) is listed here, with its reason. A GET that writes into
any other table fails, and so does a line that holds no longer.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from certification.models import AccountSession
from lrs.db import EVERY_TENANT, Database
from tests.walls import table
from tests.walls.asking import operations
from tests.walls.callers import Caller
from tests.walls.objects import Place

pytestmark = [
    pytest.mark.usefixtures("undrawn"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

OF_ANY: Mapping[str, str] = {
    "certification_look": "who looked at which worker, that day",
    "certification_account_session": "until when a session holds that is in use",
}
"""What a GET of any address may write, and why."""

_HANDED_OUT = "an act in the record: a transcript was handed out"

OF_ADDRESSES: Mapping[tuple[str, str], str] = {
    ("/api/enterprises/<path:code>/transcripts", "certification_act"): _HANDED_OUT,
    ("/api/enterprises/<path:code>/transcripts", "certification_transcript_handover"): "what was handed out to whom",
    ("/api/enterprises/<path:code>/transcripts", "lrs_definitions_position"): "how far names of Activities are merged",
    ("/api/workers/<path:number>/transcript", "certification_act"): _HANDED_OUT,
}
"""What a GET of one address may add besides, by address and table, and why."""

ASKED = ("admin", "worker", "base", "firm", "upper", "audit", "team", "reads", "xapi", "nobody")
"""In whose name: the first of these whom the table says is answered, or the first where nobody is."""

_ADDRESS = re.compile(r"(?:href|src|action|formaction|hx-get|hx-post)=\"([^\"]*)\"")
_READING = re.compile(r"\s*(SELECT|PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|WITH)\b", re.IGNORECASE)
_WRITING = re.compile(r"(?:INSERT(?: OR \w+)? INTO|(?<!DO )UPDATE|DELETE FROM|REPLACE INTO)\s+\"?(\w+)", re.IGNORECASE)


def test_a_get_changes_nothing_but_what_is_kept_of_asking(
    app: Flask, database: Database, places: list[Place], everybody: dict[str, Caller], tmp_path: Path
) -> None:
    _let_time_pass(database)
    before, files = _contents(database), _files(tmp_path)
    writes: list[str] = []

    def hear(_connection: Any, _cursor: Any, command: str, *_: Any) -> None:
        writes.extend(_WRITING.findall(command) or ([] if _READING.match(command) else [command]))

    found: set[tuple[str, str]] = set()
    told: set[str] = set()
    answered = 0
    expected = table.read()
    sa.event.listen(database.engine, "before_cursor_execute", hear)
    for method, rule in operations(app):
        if method != "GET":
            continue
        row = expected[method, rule]
        for name in [name for name in ASKED if row[name].startswith("y")][:1] or ASKED[:1]:
            _, answers = table.observed((method, rule), everybody[name], places[:1])
            answered += answers[0][1].status_code == 200
            typed = [str(one) for one in answers[0][0].query.values()]
            led = {one for one in _addresses(answers[0][1]) if not any(each in one for each in typed)}
            told |= {f"{rule}: {one}" for one in led if _names_somebody(one, places[0])}
            found |= {(rule, one) for one in writes}
            writes.clear()
    sa.event.remove(database.engine, "before_cursor_execute", hear)
    assert answered > 120
    assert told == set(), "a name, a mail address or a secret in an address that a page leads to"
    assert {each for each in found if each[1] not in OF_ANY} == set(OF_ADDRESSES)
    assert {each[1] for each in found} >= set(OF_ANY)
    after = _contents(database)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {*OF_ANY, *(name for _, name in OF_ADDRESSES)}, "by whatever way"
    assert all(before[name] <= after[name] for name in changed - {*OF_ANY, "lrs_definitions_position"}), "added alone"
    assert _files(tmp_path) == files


def _let_time_pass(database: Database) -> None:
    """Sessions end soon where nobody uses them."""
    with database.writing(EVERY_TENANT) as session:
        session.execute(sa.update(AccountSession).values(expires=datetime.now(UTC) + timedelta(minutes=5)))


def _contents(database: Database) -> dict[str, set[str]]:
    with database.reading(EVERY_TENANT) as session:
        names = sa.inspect(session.connection()).get_table_names()
        return {name: set(map(repr, session.execute(sa.text(f'SELECT * FROM "{name}"')))) for name in names}


def _addresses(answer: TestResponse) -> set[str]:
    """Every address that an answer leads a browser to, as people would read it."""
    found = _ADDRESS.findall(answer.text) if answer.mimetype == "text/html" else []
    return {unquote(html.unescape(one)) for one in [*found, answer.headers.get("Location", "")]}


def _names_somebody(address: str, place: Place) -> bool:
    """Whether it says a name that was written somewhere, a mail address, or a number of twelve digits. What a member
    calls its key of signed figures names nobody."""
    if address.startswith("/assets/"):
        return False
    address = re.sub("(?<=/khoa/)[^/]+(?=/ngung)", "", address)
    return place.mark in address or "@" in address or re.search(r"(?<![\w-])\d{12}(?![\w-])", address) is not None


def _files(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
