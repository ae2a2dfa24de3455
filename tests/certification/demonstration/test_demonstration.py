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
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import sqlalchemy as sa
import weasyprint

from certification.access.permissions import Role
from certification.demonstration import people, sign_ins, simulator
from certification.demonstration.book import Book
from certification.dossiers import review_words
from certification.judgement import judging
from certification.models import Repeat, Worker
from certification.rules import evidence_mapping
from certification.targets import attainment
from certification.targets.figures import organization_words
from lrs import api
from lrs.db import Database
from lrs.models import Statement
from tests.certification.demonstration.recount import recount
from tests.certification.web.figures_of_pages import figures_in
from tests.conftest import PEPPER
from wsgi import Settings, create_app

ROOT = Path(__file__).parents[3]
SMALL = ["--workers", "60", "--statements", "600", "--client-statements", "60"]
DEADLINE = 180
POSTED = "Gửi một năm học tập qua HTTP:"
COMPARED = "Đối chiếu kho với sổ của bên gửi:"

AS_OF = date(2026, 11, 20)

STILL_TO_COME = date(datetime.now(UTC).year + 1, 11, 20)
"""An as-of day that the server, which judges as of its own today, has not reached."""

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Program:
    """The program as a user calls it, with its own data folder, database and port."""

    environment: Mapping[str, str]
    port: int

    @property
    def folder(self) -> Path:
        return Path(self.environment["DATA_DIR"]) / "demo"

    @property
    def said_at_first(self) -> str:
        """What is on standard error when nothing goes wrong."""
        return f"Database: {Database(self.environment['DATABASE_URL']).place}\n"

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
    colours = Path(weasyprint.__file__).with_name("pdf") / "sRGB2014.icc"
    warnings = f"error,ignore:unclosed file <_io.BufferedReader name='{colours}'>:ResourceWarning"
    return Program({"DATA_DIR": str(data), "DATABASE_URL": database_url, "PYTHONWARNINGS": warnings}, port)


@pytest.fixture
def serving(program: Program) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demonstration that keeps serving, and what it printed until then."""
    process = program.start(*SMALL)
    try:
        yield process, _until_serving(process)
    finally:
        process.kill()
        process.communicate(timeout=30)


def _until_serving(process: subprocess.Popen[str]) -> str:
    """What the demonstration prints until it serves; fails with its errors when it ends before."""
    assert process.stdout is not None
    printed: list[str] = []
    late = threading.Timer(DEADLINE, process.kill)  # or its next line is waited for without an end
    late.start()
    try:
        for line in process.stdout:
            printed.append(line)
            if line.startswith("Đang phục vụ tại"):
                return "".join(printed)
    finally:
        late.cancel()
    pytest.fail(f"it ended with {process.wait(30)}: {process.communicate(timeout=30)[1]}")


HEADING = re.compile(
    r"\[(?P<code>[a-z0-9/-]+)\] (?P<headcount>[\d.]+) lao động \((?P<women>[\d.]+) nữ\); "
    r"đủ tiêu chí (?P<meets_criteria>[\d.]+), có danh hiệu (?P<holds_title>[\d.]+)\n".replace(" ", r"\s+")
)
"""A long one goes on in the next line."""


def _printed_headings(output: str) -> dict[str, set[tuple[str, ...]]]:
    """The figures in the headings of each organization: headcount, women, who meets the criteria, who holds the title.

    An organization may have two headings, for its common targets and for a plan's own.
    """
    found: dict[str, set[tuple[str, ...]]] = {}
    for heading in HEADING.finditer(output):
        code, *figures = heading.groups()
        found.setdefault(code, set()).add(tuple(figures))
    return found


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
    figures += [year_target["written"]["target"] for year_target in target["by_year"]]
    figures += [year_target["written"]["gap"].removeprefix("còn thiếu ") for year_target in target["by_year"]]
    return all(re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d.,])", words) for figure in figures)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_table_page_and_json_agree_and_ctrl_c_stops_it_in_order(
    program: Program, serving: tuple[subprocess.Popen[str], str]
) -> None:
    process, output = serving
    measured = json.loads(program.get("/api/attainment"))
    page = figures_in(program.get("/").decode())

    printed, headings = _printed_rows(output), _printed_headings(output)
    shown = [one for one in measured["organizations"] if one["kind"] != "grassroots_union"]
    assert sum(one["kind"] == "enterprise" for one in shown) == 14
    assert set(headings) == {one["code"] for one in shown}
    for organization in shown:
        fields = ("headcount", "women", "meets_criteria", "holds_title")
        heading = tuple(organization["written"][field] for field in fields)
        assert headings[organization["code"]] == {heading}
        assert tuple(page[f"{organization['code']}::{field}"] for field in fields) == heading
        for target in organization["targets"]:
            code, group, written = organization["code"], target["group"], target["written"]
            assert _agrees(printed[code, group], target), (printed[code, group], target)
            on_page = {field: page[f"{code}:{group}:{field}"] for field in ("counted", "participations", "rate")}
            assert on_page == {field: written[field] for field in on_page}
            for year_target in target["by_year"]:
                assert page[f"{code}:{group}:gap-{year_target['year']}"] == year_target["written"]["gap"]
    lai_chau = next(one for one in shown if one["code"] == "cd/lai-chau")
    assert [one["group"] for one in lai_chau["targets"]][-6:] == ["L1", "L2", "L3", "L4", "L5", "L6"]

    _check_printed_commands(output)
    _check_printed_sign_ins(program, output)
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


def _check_printed_sign_ins(program: Program, output: str) -> None:
    """Every account that is printed signs in by the password that is, and is what its line says."""
    told = re.search(r"/dang-nhap; mật khẩu của mọi tài khoản: (\S+)\n((?:  .+\n)+)", output)
    assert told is not None
    lines = [line.split(maxsplit=1) for line in told[2].splitlines()]
    assert [name for name, _words in lines] == [one.account for one in sign_ins.sign_ins()]
    for one, (name, words) in zip(sign_ins.sign_ins(), lines, strict=True):
        token = _session_of(program.port, name, told[1])
        said = json.loads(_asked(program.port, "/api/session", {"Authorization": f"Bearer {token}"}))
        assert one.words in words
        assert [role["role"] for role in said["roles"]] == [one.role.value]
        assert said["is_worker"] == (one.role is Role.WORKER)


def _session_of(port: int, name: str, password: str) -> str:
    """The token of a session that this account begins."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        body = json.dumps({"account": name, "password": password})
        connection.request("POST", "/api/sign-in", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = json.loads(answer.read())
    assert answer.status == 200, (name, said)
    token: str = said["token"]
    return token


def test_the_rates_agree_to_the_person_with_what_sql_counts_in_the_raw_statements(
    program: Program, database: Database, tenant: UUID
) -> None:
    more = ["--workers", "300", "--statements", "4000", "--client-statements", "60"]
    status, output, errors = program.run("--no-serve", *more)
    assert (status, errors) == (0, program.said_at_first), output
    with database.reading(tenant) as session:
        profile = evidence_mapping.mapping_in_force(session, tenant, AS_OF).profile
        for day in (AS_OF, AS_OF - timedelta(days=100)):
            measured = attainment.measure_all(session, tenant, on=day).organizations
            ours = {(one.code, "employed"): one.headcount for one in measured}
            ours |= {(one.code, figures.group): figures.counted for one in measured for figures in one.targets}
            theirs = recount(database, tenant, day, profile)
            enterprises = {code for code, _ in theirs}
            groups = ["employed", "G1", "G2", "G3", "G4", "G5"]
            assert len(enterprises) == 14
            assert {(code, group): ours[code, group] for code in enterprises for group in groups} == {
                (code, group): theirs.get((code, group), 0) for code in enterprises for group in groups
            }
            assert ours["vn", "employed"] > 200
    _check_what_two_platforms_told(database, tenant, output, profile)
    _check_certificates(program, output)
    plain = " ".join(output.split())
    assert plain.count("Xem lại danh hiệu của") == 1
    assert re.search(r"Xem lại danh hiệu của VD-\d{6} vì [^:]+: (.+?)\.", plain)[1] == review_words.STATES["kept"]  # type: ignore[index]


def _check_what_two_platforms_told(database: Database, tenant: UUID, output: str, profile: str) -> None:
    """Of what the device at the door told again by its own key, and is not voided, one counts and one repeats it."""
    world = people.invent(seed=1268, as_of=AS_OF, workers=300)
    simulation = simulator.simulate(world, statements=4000, profile=profile)
    sent = [one for post in simulation.posts for one in post.statements]
    voided = {one["object"]["id"] for one in sent if one["verb"]["id"] == api.VOIDED}
    standing = {_occasion(one) for one in sent if one["id"] not in voided}
    again = [one for post in simulation.told_again for one in post.statements]
    with database.reading(tenant) as session:
        rows = session.execute(sa.select(Repeat.statement_id, Repeat.repeats).where(Repeat.tenant_id == tenant)).all()
    paired = {str(one) for row in rows for one in row}
    assert {one["id"] for one in again if _occasion(one) in standing} <= paired
    said = re.search(r"(\d+) lần học được máy điểm danh báo lại", output)
    assert said is not None
    assert int(said[1]) == len(again) >= 39


def _occasion(one: Mapping[str, Any]) -> tuple[str, str, datetime]:
    return str(one["actor"]), one["object"]["id"], datetime.fromisoformat(one["timestamp"])


def _check_certificates(program: Program, output: str) -> None:
    """As many were recognised, issued, drawn and verified; and the first are named with their addresses."""
    said = re.search(r"(\d+) người đăng ký và tự đánh giá, (\d+) được đề nghị, (\d+) được công nhận", output)
    assert said is not None
    registered, proposed, recognised = (int(one) for one in said.groups())
    assert registered == proposed > recognised > 3
    papers = sorted((program.folder / "giay-cong-nhan").glob("*.pdf"))
    assert len(papers) == recognised
    assert all(one.read_bytes().startswith(b"%PDF-1.7") for one in papers)
    assert f"máy chủ công bố: {recognised} giấy" in output
    codes = re.findall(rf"^  \d{{4}}/2026/CDHT .*http://127.0.0.1:{program.port}/k/(\S+)$", output, re.MULTILINE)
    assert [one.stem.rpartition("_")[2] for one in papers[:3]] == codes
    written = [one.name for one in (program.folder / "bang-ke-hoc-tap").iterdir()]
    assert len({name.partition(".")[0].removesuffix("-clr") for name in written}) == 3
    assert {name[-4:] for name in written} == {"json", ".pdf", "xlsx"}
    assert (len(written), "chữ ký của bảng kê kết quả học tập: 3 bảng" in output) == (12, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_second_run_finds_everything_done_and_refuses_other_numbers(program: Program) -> None:
    status, first, errors = program.run("--no-serve", *SMALL)
    assert (status, errors) == (0, program.said_at_first)
    assert COMPARED in first
    assert (program.folder / "state.json").stat().st_mode & 0o077 == 0

    status, second, errors = program.run("--no-serve", *SMALL)
    assert (status, errors) == (0, program.said_at_first)
    assert "Dữ liệu trình diễn đã có" in second
    assert POSTED not in second
    assert _printed_rows(second) == _printed_rows(first) != {}

    status, _output, errors = program.run("--no-serve", *SMALL, "--seed", "7")
    assert status == 1
    assert "this data holds the demonstration" in errors
    assert "set DATA_DIR" in errors


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_run_that_was_broken_off_is_completed_by_the_next_and_sigterm_stops_it_in_order(program: Program) -> None:
    broken = program.start("--no-serve", *SMALL)
    assert broken.stdout is not None
    for line in broken.stdout:
        if POSTED in line:  # neither checked nor remembered yet
            break
    broken.send_signal(signal.SIGTERM)
    assert broken.wait(30) == 130
    _output, errors = broken.communicate(timeout=30)
    assert "run it again to complete it" in errors
    assert not json.loads((program.folder / "state.json").read_text(encoding="utf-8"))["complete"]

    process = program.start(*SMALL)
    output = _until_serving(process)
    assert COMPARED in output
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert process.communicate(timeout=30)[1] == program.said_at_first


def test_people_who_are_not_invented_keep_the_demonstration_out(
    program: Program, database: Database, tenant: UUID
) -> None:
    with database.writing(tenant) as session:
        session.add(Worker(tenant_id=tenant, number="NLD-1", full_name="Somebody real", gender=None))
    status, _output, errors = program.run("--no-serve", *SMALL)
    assert status == 1
    assert "invented people have no place among them" in errors
    with database.reading(tenant) as session:
        assert session.scalars(sa.select(Worker.number).where(Worker.tenant_id == tenant)).all() == ["NLD-1"]


def test_a_port_in_use_is_told_before_anything_is_done(program: Program) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", program.port))
        taken.listen()
        status, output, errors = program.run("--no-serve", *SMALL)
    assert (status, output) == (1, "")
    assert f"port {program.port} is not free" in errors
    assert "set PORT to another" in errors
    assert not (program.folder / "state.json").exists()


@pytest.mark.parametrize("tamper", ["drop", "change"])
def test_a_store_that_disagrees_with_the_book_ends_the_demonstration_with_a_fault(
    program: Program, database: Database, tenant: UUID, monkeypatch: pytest.MonkeyPatch, tamper: str
) -> None:
    """All is posted and acknowledged; then, before the store is read back, one Statement in it is made another."""
    compare = Book.compare
    tampered: list[str] = []

    def compare_what_was_tampered_with(book: Book, *arguments: Any, **named: Any) -> int:
        if not tampered:  # each platform has a book of its own; one Statement of all is enough
            with database.writing(tenant) as session:
                ordinary = sa.select(Statement.id).where(~Statement.voided, Statement.exact.contains('"platform"'))
                ours = ordinary.where(Statement.tenant_id == tenant)
                chosen = session.scalars(ours.order_by(Statement.seq).limit(1)).one()
                if tamper == "drop":
                    session.execute(sa.delete(Statement).where(Statement.id == chosen))
                else:
                    changed = sa.func.replace(Statement.exact, '"platform"', '"revision"')
                    session.execute(sa.update(Statement).where(Statement.id == chosen).values(exact=changed))
            tampered.append(str(chosen))
        return compare(book, *arguments, **named)

    monkeypatch.setattr(Book, "compare", compare_what_was_tampered_with)
    folder = Path(program.environment["DATA_DIR"])
    settings = Settings(folder, program.environment["DATABASE_URL"], PEPPER, port=program.port)
    result = create_app(settings).test_cli_runner().invoke(args=["certification", "demo", "--no-serve", *SMALL])
    assert result.exit_code == 1
    assert "The store and the poster's book differ in 1 places" in result.stderr
    said = "acknowledged, but not in the store" if tamper == "drop" else "context.platform is missing"
    assert f"{tampered[0]}: {said}" in result.stderr
    assert "Số liệu tính đến" not in result.stdout
    assert not json.loads((program.folder / "state.json").read_text(encoding="utf-8"))["complete"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_figures_are_those_of_the_as_of_day_though_it_is_still_to_come_for_the_server(
    program: Program, database: Database, tenant: UUID
) -> None:
    status, output, errors = program.run("--no-serve", *SMALL, "--on", f"{STILL_TO_COME}")
    assert (status, errors) == (0, program.said_at_first)
    with database.reading(tenant) as session:
        before = attainment.measure_all(session, tenant, on=STILL_TO_COME)
        assert judging.count_due(session, tenant, STILL_TO_COME) > 0
    assert sum(one.meets_criteria for one in before.organizations) > 0
    headings = _printed_headings(output)
    for code, headed in headings.items():
        organization = before.of(code)
        assert organization is not None
        words = organization_words(organization)
        assert headed == {(words.headcount, words.women, words.meets_criteria, words.holds_title)}

    later = datetime.combine(STILL_TO_COME + timedelta(days=10), time(5), tzinfo=UTC)
    assert judging.judge_all_stale(database, tenant, clock=lambda: later) > 0
    with database.reading(tenant) as session:
        assert judging.count_due(session, tenant, date.max) == 0
        assert attainment.measure_all(session, tenant, on=STILL_TO_COME) == before
