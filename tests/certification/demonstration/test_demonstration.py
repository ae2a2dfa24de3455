"""The demonstration as `make demo` runs it, small: a process of its own, a real server on a free port, real clients.

What is printed, the first page and the JSON must agree to the digit, and a second run must find everything done.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.models import Worker
from lrs.db import Database

ROOT = Path(__file__).parents[3]
SMALL = ["--workers", "60", "--statements", "600", "--client-statements", "60"]
DEADLINE = 180
POSTED = "Gửi một năm học tập qua HTTP:"
COMPARED = "Đối chiếu kho với sổ của bên gửi:"

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Program:
    """The program as a user calls it, with its own data folder, database and port."""

    environment: Mapping[str, str]
    port: int

    @property
    def folder(self) -> Path:
        return Path(self.environment["DATA_DIR"]) / "demo"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "certification", "demo", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment, "PORT": str(self.port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, standard output, standard error."""
        process = self.start(*arguments)
        try:
            output, errors = process.communicate(timeout=DEADLINE)
        finally:
            process.kill()
        return process.returncode, output, errors

    def get(self, path: str) -> bytes:
        return _asked(self.port, path, {})


def _as_curl_asks(command: str) -> bytes:
    """The answer to a printed curl line, without a curl."""
    words = shlex.split(command)
    address = urlsplit(words[-1])
    headers = {}
    for option, value in zip(words[1:-1:2], words[2:-1:2], strict=True):
        match option:
            case "-u":
                headers["Authorization"] = "Basic " + base64.b64encode(value.encode()).decode()
            case "-H":
                name, text = value.split(": ", 1)
                headers[name] = text
            case _:
                raise ValueError(f"unknown option {option}")
    return _asked(address.port or 0, f"{address.path}?{address.query}", headers)


def _asked(port: int, path: str, headers: Mapping[str, str]) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    assert answer.status == 200, (path, body)
    return body


@pytest.fixture
def program(database_url: str, tmp_path: Path) -> Program:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    data = tmp_path / "data"
    return Program({"DATA_DIR": str(data), "DATABASE_URL": database_url, "PYTHONWARNINGS": "error"}, port)


@pytest.fixture
def serving(program: Program) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demonstration that keeps serving, and what it printed until then."""
    process = program.start(*SMALL)
    try:
        yield process, _until_serving(process)
    finally:
        process.kill()
        process.communicate()


def _until_serving(process: subprocess.Popen[str]) -> str:
    """What the demonstration prints until it serves; fails with its errors when it ends before."""
    assert process.stdout is not None
    printed: list[str] = []
    for line in process.stdout:
        printed.append(line)
        if line.startswith("Đang phục vụ tại"):
            return "".join(printed)
    pytest.fail(f"it ended with {process.wait()}: {process.communicate()[1]}")


class _Figures(HTMLParser):
    """Collects the text of every element that has a data-figure attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._name: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._name = dict(attrs).get("data-figure")
        if self._name is not None:
            self.found.setdefault(self._name, "")

    def handle_endtag(self, tag: str) -> None:
        self._name = None

    def handle_data(self, data: str) -> None:
        if self._name is not None:
            self.found[self._name] += data.strip()


def _printed_rows(output: str) -> dict[tuple[str, str], list[str]]:
    """The cells printed for each organization's code and target group."""
    rows: dict[tuple[str, str], list[str]] = {}
    code = ""
    for line in output.splitlines():
        if heading := re.search(r" \[([a-z0-9/-]+)\] [\d.]+ lao động", line):
            code = heading[1]
        elif row := re.match(r"  ([GL]\d) ", line):
            rows[code, row[1]] = re.split(r" {2,}", line.strip())
    return rows


def _agrees(cells: list[str], target: dict[str, Any]) -> bool:
    """Whether a printed row holds the very figures that the JSON writes."""
    words = " ".join(cells)
    written = target["written"]
    figures = [written["counted"], written["participations"], written["rate"]]
    figures += [goal["written"]["target"] for goal in target["goals"]]
    figures += [goal["written"]["gap"].removeprefix("còn thiếu ") for goal in target["goals"]]
    return all(re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d.,])", words) for figure in figures)


def test_table_page_and_json_agree_and_ctrl_c_stops_it_in_order(
    program: Program, serving: tuple[subprocess.Popen[str], str]
) -> None:
    process, output = serving
    measured = json.loads(program.get("/api/attainment"))
    page = _Figures()
    page.feed(program.get("/").decode())

    printed = _printed_rows(output)
    shown = [one for one in measured["organizations"] if one["kind"] != "grassroots_union"]
    assert sum(one["kind"] == "enterprise" for one in shown) == 14
    for organization in shown:
        for target in organization["targets"]:
            code, group, written = organization["code"], target["group"], target["written"]
            assert _agrees(printed[code, group], target), (printed[code, group], target)
            on_page = {field: page.found[f"{code}:{group}:{field}"] for field in ("counted", "participations", "rate")}
            assert on_page == {field: written[field] for field in on_page}
            for goal in target["goals"]:
                assert page.found[f"{code}:{group}:gap-{goal['year']}"] == goal["written"]["gap"]
    lai_chau = next(one for one in shown if one["code"] == "cd/lai-chau")
    assert [one["group"] for one in lai_chau["targets"]][-6:] == ["L1", "L2", "L3", "L4", "L5", "L6"]

    _check_printed_commands(output)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0


def _check_printed_commands(output: str) -> None:
    """Every curl line answers, and the worker explained is the one whose result can be asked for."""
    commands = [line.strip() for line in output.splitlines() if line.strip().startswith("curl ")]
    assert len(commands) == 6
    for command in commands:
        assert json.loads(_as_curl_asks(command))
    assert "Năm đánh giá 2026, tính đến ngày 20/11/2026" in output  # whatever today is
    explained = re.search(r"Vì sao .*?\((VD-\d{6})\)", output)
    assert explained is not None
    assert any(f"/api/workers/{explained[1]}/assessment" in command for command in commands)


def test_a_second_run_finds_everything_done_and_refuses_other_numbers(program: Program) -> None:
    status, first, errors = program.run("--no-serve", *SMALL)
    assert (status, errors) == (0, "")
    assert COMPARED in first
    assert (program.folder / "state.json").stat().st_mode & 0o077 == 0

    status, second, errors = program.run("--no-serve", *SMALL)
    assert (status, errors) == (0, "")
    assert "Dữ liệu trình diễn đã có" in second
    assert POSTED not in second
    assert _printed_rows(second) == _printed_rows(first) != {}

    status, _output, errors = program.run("--no-serve", *SMALL, "--seed", "7")
    assert status == 1
    assert "this data holds the demonstration" in errors
    assert "set DATA_DIR" in errors


def test_a_run_that_was_broken_off_is_completed_by_the_next_and_sigterm_stops_it_in_order(program: Program) -> None:
    broken = program.start("--no-serve", *SMALL)
    assert broken.stdout is not None
    for line in broken.stdout:
        if POSTED in line:  # neither checked nor remembered yet
            break
    broken.send_signal(signal.SIGTERM)
    assert broken.wait(30) == 130
    _output, errors = broken.communicate()
    assert "run it again to complete it" in errors
    assert not json.loads((program.folder / "state.json").read_text(encoding="utf-8"))["complete"]

    process = program.start(*SMALL)
    output = _until_serving(process)
    assert COMPARED in output
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert process.communicate()[1] == ""


def test_people_who_are_not_invented_keep_the_demonstration_out(
    program: Program, database: Database, tenant: UUID
) -> None:
    with database.writing() as session:
        session.add(Worker(tenant_id=tenant, number="NLD-1", full_name="Somebody real", gender=None))
    status, _output, errors = program.run("--no-serve", *SMALL)
    assert status == 1
    assert "invented people have no place among them" in errors
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Worker)) == 1


def test_a_port_in_use_is_told_before_anything_is_done(program: Program) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", program.port))
        taken.listen()
        status, output, errors = program.run("--no-serve", *SMALL)
    assert (status, output) == (1, "")
    assert f"port {program.port} is not free" in errors
    assert "set PORT to another" in errors
    assert not (program.folder / "state.json").exists()
