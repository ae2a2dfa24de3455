"""The examples of docs/platforms.md, run as they stand there: what they send is stored once, and counts."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from certification.evidence.findings_words import FINDINGS
from certification.evidence.self_check_words import REMARKS
from certification.people import linking
from lrs.db import Database
from tests.certification.learning import add_worker, facts, follow_all, load_rules, waiting
from tests.threads import ended

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent / "docs/platforms.md").read_text()


def examples(language: str) -> list[str]:
    """The code blocks of the page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def node() -> str:
    beside = Path(sys.executable).with_name("node")
    found = str(beside) if beside.exists() else shutil.which("node")
    assert found, "Node.js is not installed; `make test` installs it"
    return found


COMMANDS: dict[str, Callable[[], list[str]]] = {"python": lambda: [sys.executable, "-"], "js": lambda: [node(), "-"]}


@pytest.fixture
def authorization(database: Database, tenant: UUID, credential: Callable[..., str], now: datetime) -> str:
    load_rules(database, tenant, now=now)
    return credential(tenant, "statements/write")


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served while the test runs."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(daemon=True, target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    ended(thread)
    server.server_close()


@pytest.mark.parametrize("language", COMMANDS)
def test_an_example_runs_stores_its_statement_once_and_counts(
    database: Database, tenant: UUID, authorization: str, address: str, now: datetime, language: str
) -> None:
    [code] = examples(language)
    key, _, secret = base64.b64decode(authorization.split()[1]).decode().partition(":")
    finished = subprocess.run(
        COMMANDS[language](),
        cwd=HERE, input=code, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "LRS_ENDPOINT": f"{address}/xapi/", "LRS_KEY": key, "LRS_SECRET": secret},
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    sent = UUID(finished.stdout.strip())
    assert follow_all(database, tenant, now) == 1
    assert {statement for _, statement, _ in waiting(database, tenant)} == {sent}

    add_worker(database, tenant, "W-1", now=now)
    with database.writing(tenant) as session:
        linking.link(session, tenant, "https://hoc.example.org|NV-0001", "W-1", by="test", now=now)
    assert {(number, what, minutes, score) for number, _, what, _, minutes, score, *_ in facts(database, tenant)} == {
        ("W-1", "law-labour", 45, 8500), ("W-1", "learning", 45, 8500),
    }  # fmt: skip


def test_what_the_example_of_the_self_check_sends_is_valid_and_what_it_lacks_is_told(
    client: FlaskClient, authorization: str
) -> None:
    [command] = examples("sh")
    assert '"$LRS/xapi-ext/check"' in command
    found = re.search(r"-d '(.*)'", command, re.DOTALL)
    assert found
    answer = client.post(
        "/xapi-ext/check",
        data=found[1],
        headers={"Authorization": authorization, "Content-Type": "application/json"},
    )
    assert answer.json is not None
    [one] = answer.json["statements"]
    assert one["valid"]
    assert one["store"]["outcome"] == "new"
    codes = {remark["code"] for remark in one["certification"]["missing"]}
    assert {"actor-unknown", "no-topic", "no-duration"} <= codes
    [fields] = re.findall(r"^\| Field \| Says \|\n(.*?)\n\n", PAGE, re.DOTALL | re.MULTILINE)
    named = {
        name.rpartition(".")[2]
        for row in fields.splitlines()[1:]
        for name in re.findall(r"`([\w.]+)`", row.split("|")[1])
    }
    assert named <= {*one, *one["store"], *one["certification"]}
    assert one["certification"].keys() - named <= {"message", "day", "year", "mapping"}


def test_every_fragment_of_json_is_json() -> None:
    assert [json.loads(one) for one in examples("json")]


def test_the_page_explains_every_code_of_what_is_missing_and_no_other() -> None:
    [table] = re.findall(r"^Codes of `missing`:\n\n(.*?)\n\n", PAGE, re.DOTALL | re.MULTILINE)
    explained = {code for row in table.splitlines()[2:] for code in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    told_otherwise = {"claims-too-much", "extension-unreadable"}  # as `level-bounded` and `level-unreadable`
    assert explained == REMARKS.keys() | FINDINGS.keys() - told_otherwise
