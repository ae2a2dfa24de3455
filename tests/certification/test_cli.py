"""Every command of `flask certification`: what it does, what it prints, and how it refuses."""

from __future__ import annotations

import base64
import json
import signal
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from certification import assessments, cli, workers
from certification.cli import certification_cli
from certification.models import Publication, Worker
from lrs import api
from lrs.db import Database
from tests.certification import learning
from tests.certification.import_files import (
    ORGANIZATIONS,
    attestations_csv,
    commitments_csv,
    roster_csv,
    titles_csv,
)
from tests.conftest import PEPPER

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, tmp_path: Path, other_tenant: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `flask certification …` at `now`; bytes among the arguments become files."""
    monkeypatch.setattr(cli, "_now", lambda: now)

    def run_it(*arguments: str | bytes) -> Result:
        told = []
        for place, argument in enumerate(arguments):
            if isinstance(argument, bytes):
                file = tmp_path / f"file-{place}.csv"
                file.write_bytes(argument)
                argument = str(file)
            told.append(argument)
        return app.test_cli_runner().invoke(args=["certification", *told])

    return run_it


@pytest.fixture
def ready(run: Run) -> None:
    """Rules, organizations and two workers of the tenant "default"."""
    for arguments in (
        ["load-rules"],
        ["import-organizations", ORGANIZATIONS],
        [
            "import-roster",
            roster_csv({"Mã người lao động": "A1", "Tài khoản học tập": "https://hoc.example.org|a1"},
                       {"Mã người lao động": "A2", "Giới tính": "Nữ"}),
        ],
    ):  # fmt: skip
        succeeded(run(*arguments))


def succeeded(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def count(database: Database, table: type[Any], tenant: UUID) -> int:
    with database.reading() as session:
        found = session.scalar(sa.select(sa.func.count()).where(table.tenant_id == tenant))
    return found or 0


def test_help_leads_to_every_command_and_every_command_and_option_has_help(run: Run) -> None:
    overview = succeeded(run("--help"))
    for name, command in certification_cli.commands.items():
        assert f"  {name} " in overview
        assert command.help
        assert (
            command.help in succeeded(run(name, "--help")).replace("\n  ", "\n") or command.help.split()[0] in overview
        )
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.opts}"


def test_all_commands_but_the_demonstration_take_a_tenant() -> None:
    without = {
        name
        for name, command in certification_cli.commands.items()
        if not any("--tenant" in parameter.opts for parameter in command.params)
    }
    assert without == {"demo"}


def test_an_unknown_tenant_is_refused_by_name(run: Run) -> None:
    result = run("unknown-actors", "--tenant", "nobody")
    assert result.exit_code == 1
    assert "nobody" in result.stderr


# ---------------------------------------------------------------- rules


def test_shipped_rules_load_once_and_warnings_are_told(run: Run) -> None:
    first = succeeded(run("load-rules"))
    assert "organizations.toml: " in first
    assert "plan 1268-qd-ttg: loaded\n" in first
    second = succeeded(run("load-rules"))
    assert "organizations.toml: 0 new, 0 changed" in second
    assert "plan 1268-qd-ttg: loaded already, unchanged\n" in second


def test_faults_of_all_named_rule_files_are_told_and_nothing_is_loaded(run: Run, tmp_path: Path) -> None:
    for name, text in (("one.toml", "kind = 1"), ("two.toml", "kind = ")):
        (tmp_path / name).write_text(text)
    result = run("load-rules", str(tmp_path / "one.toml"), str(tmp_path / "two.toml"))
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0].startswith("one.toml, line 1, /kind: ")
    assert lines[1].startswith("two.toml, line 1: ")
    assert lines[-1] == "2 faults: nothing was taken in; correct the file and run this again."


# ---------------------------------------------------------------- imports


def test_every_import_tells_what_it_did(run: Run, ready: None) -> None:
    assert succeeded(run("import-titles", titles_csv({}))) == "file-1.csv: 1 new, 0 changed, 0 unchanged\n"
    assert succeeded(run("import-titles", titles_csv({}))) == "file-1.csv: 0 new, 0 changed, 1 unchanged\n"
    assert succeeded(run("import-attestations", attestations_csv({}))).endswith("1 new, 0 changed, 0 unchanged\n")
    assert succeeded(run("import-commitments", commitments_csv({}))).endswith("1 new, 0 changed, 0 unchanged\n")
    renamed = roster_csv({"Mã người lao động": "A1", "Họ và tên": "Lò Thị Sến"})
    assert succeeded(run("import-roster", renamed)).splitlines() == [
        "file-1.csv: 0 new, 1 changed, 0 unchanged",
        "Dòng 2: mã “A1” đổi họ tên từ “Nguyễn Thị Hoa” thành “Lò Thị Sến”; kiểm tra cùng một người",
    ]


def test_faults_stand_on_standard_error_one_a_line_and_nothing_goes_in(
    run: Run, ready: None, database: Database, tenant: UUID
) -> None:
    result = run(
        "import-roster",
        roster_csv({"Mã người lao động": "A3", "Ngày vào làm": "hôm qua"}, {"Mã doanh nghiệp": "dn/9"}),
    )
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "Dòng 2, cột “Ngày vào làm”: “hôm qua” không phải là ngày; ghi dạng dd/mm/yyyy, ví dụ 05/09/2026, hoặc "
        "2026-09-05",
        "Dòng 3, cột “Mã người lao động”: ô trống; ghi giá trị vào ô này",
        "Dòng 3, cột “Mã doanh nghiệp”: không có doanh nghiệp nào mang mã “dn/9”; sửa mã, hoặc nhập đơn vị đó trước",
        "3 faults: nothing was taken in; correct the file and run this again.",
    ]
    assert count(database, Worker, tenant) == 2


def test_an_import_goes_to_the_tenant_named(
    run: Run, ready: None, database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    succeeded(run("import-organizations", ORGANIZATIONS, "--tenant", "other"))
    succeeded(run("import-roster", roster_csv({"Mã người lao động": "B1"}), "--tenant", "other"))
    assert (count(database, Worker, tenant), count(database, Worker, other_tenant)) == (2, 1)


# ---------------------------------------------------------------- evidence and judging


@pytest.fixture
def learned(ready: None, database: Database, identity: api.Identity) -> None:
    """A1 learned twice, and somebody unknown once."""
    learning.store(database, identity, *[learning.statement(name) for name in ("a1", "a1", "lạ")])


def test_work_once_takes_everything_in_judges_and_ends(run: Run, learned: None, other_tenant: UUID) -> None:
    assert sorted(succeeded(run("work", "--once")).splitlines()) == [
        "default: 3 changes taken in, 2 workers judged.",
        "other: 0 changes taken in, 0 workers judged.",
    ]
    assert succeeded(run("work", "--once", "--tenant", "default")) == "default: 0 changes taken in, 0 workers judged.\n"


def test_work_for_one_tenant_only_goes_with_once(run: Run) -> None:
    result = run("work", "--tenant", "default")
    assert result.exit_code == 2
    assert "--tenant goes with --once" in result.stderr


def test_work_runs_until_a_signal_stops_it(run: Run, learned: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def stopped_at_once(_database: Database, *, stop: threading.Event, clock: Callable[[], datetime]) -> None:
        assert clock().tzinfo is UTC
        signal.raise_signal(signal.SIGTERM)
        assert stop.is_set()

    monkeypatch.setattr(assessments, "work", stopped_at_once)
    succeeded(run("work"))
    assert signal.getsignal(signal.SIGTERM) is before


def test_unknown_actors_are_listed_and_can_be_linked(run: Run, learned: None, database: Database, tenant: UUID) -> None:
    succeeded(run("work", "--once"))
    *listed, last = succeeded(run("unknown-actors")).splitlines()
    assert [line.split(maxsplit=2)[0::2] for line in listed] == [["1", learning.ifi("lạ")]]
    assert last == "1 unknown actors, 1 Statements waiting."
    told = succeeded(run("link-actor", learning.ifi("lạ"), "A2", "--by", "chị Lan"))
    assert told == f"{learning.ifi('lạ')} is worker A2; 1 waiting Statements now count.\n"
    assert succeeded(run("unknown-actors")) == "0 unknown actors, 0 Statements waiting.\n"


def test_a_link_that_cannot_be_is_refused_with_the_reason(run: Run, ready: None) -> None:
    for arguments, words in (
        (("https://hoc.example.org|a1", "A2"), "đã thuộc người lao động “A1”"),
        (("https://hoc.example.org|x", "A9"), "Không có người lao động nào mang mã “A9”"),
        (("x", "A1"), "“x” không phải tài khoản học tập"),
    ):
        result = run("link-actor", *arguments)
        assert result.exit_code == 1
        assert words in result.stderr


def test_assess_judges_named_workers_or_all_and_keeps_only_what_is_new(run: Run, learned: None) -> None:
    succeeded(run("work", "--once"))
    assert succeeded(run("assess", "--all", "--year", "2025")) == (
        "2 workers judged for 2025: 0 meet the criteria, 2 do not, 0 not yet known; 2 results are new.\n"
    )
    told = succeeded(run("assess", "A1"))
    assert told.startswith("1 workers judged for 2026: ")
    assert told.endswith("; 0 results are new.\n")


def test_assess_asks_whom(run: Run, ready: None) -> None:
    for arguments in ((), ("A1", "--all")):
        result = run("assess", *arguments)
        assert result.exit_code == 2
        assert "name workers by their numbers, or give --all" in result.stderr
    assert run("assess", "A9").exit_code == 1
    without_criteria = run("assess", "--all", "--year", "2001")
    assert without_criteria.exit_code == 1
    assert "2001" in without_criteria.stderr


def test_rebuilding_facts_adds_none_that_following_had_not(
    run: Run, learned: None, database: Database, tenant: UUID
) -> None:
    succeeded(run("work", "--once"))
    before = learning.facts(database, tenant)
    assert succeeded(run("rebuild-facts")) == "3 Statements read, 0 facts added, 1 waiting.\n"
    assert learning.facts(database, tenant) == before


def test_explain_says_points_and_what_is_missing(run: Run, learned: None) -> None:
    unjudged = run("explain", "A1", "--year", "2026")
    assert unjudged.exit_code == 1
    assert "A1 has not been judged for 2026; run `flask certification assess A1 --year 2026`" in unjudged.stderr
    succeeded(run("work", "--once"))
    told = succeeded(run("explain", "A1", "--year", "2026"))
    assert "Nguyễn Thị Hoa (A1)" in told
    assert all(f"CS{indicator}" in told for indicator in range(1, 11))


# ---------------------------------------------------------------- figures


def test_attainment_prints_every_organization_on_the_day(run: Run, ready: None) -> None:
    told = succeeded(run("attainment", "--as-of", "20/11/2026"))
    assert "Đơn vị dn/1 [dn/1] 2 lao động (1 nữ)" in told
    assert "[vn/a]" in told
    assert succeeded(run("attainment")) == told
    assert "no loaded plan binds any organization on 2019-12-31" in run("attainment", "--as-of", "2019-12-31").stderr


def test_attainment_without_enterprises_says_what_to_import(run: Run) -> None:
    result = run("attainment")
    assert result.exit_code == 1
    assert "import organizations and a roster first" in result.stderr


def test_figures_are_public_only_between_publish_and_unpublish(
    run: Run, database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    def published() -> dict[UUID, date]:
        with database.reading() as session:
            rows = session.execute(sa.select(Publication.tenant_id, Publication.as_of))
            return {row[0]: row[1] for row in rows}

    assert succeeded(run("publish", "--as-of", "2026-11-19")) == "The figures of 2026-11-19 are public.\n"
    assert succeeded(run("publish", "--as-of", "20/11/2026")) == "The figures of 2026-11-20 are public.\n"
    assert published() == {tenant: date(2026, 11, 20)}
    assert succeeded(run("unpublish")) == "The figures are no longer public.\n"
    assert succeeded(run("unpublish")) == "No figures were public.\n"
    assert published() == {}


def test_a_day_that_is_none_or_still_to_come_cannot_be_published(run: Run) -> None:
    assert "is no day; write it as 2026-11-20 or 20/11/2026" in run("publish", "--as-of", "31/02/2026").stderr
    assert "2026-11-21 is still to come" in run("publish", "--as-of", "2026-11-21").stderr


def test_a_key_is_printed_last_in_json_and_opens_reading_alone(
    run: Run, database: Database, tenant: UUID, now: datetime
) -> None:

    made = json.loads(
        succeeded(run("create-key", "--name", "Chị Lan", "--scope", "certification/read")).splitlines()[-1]
    )
    assert set(made) == {"key", "secret"}
    header = "Basic " + base64.b64encode(f"{made['key']}:{made['secret']}".encode()).decode()
    with database.reading() as session:
        identity = api.identify(session, header, pepper=PEPPER, now=now)
    assert (identity.tenant, identity.name, identity.scopes) == (tenant, "Chị Lan", {"certification/read"})


def test_a_worker_of_another_tenant_does_not_exist(run: Run, ready: None) -> None:
    result = run("explain", "A1", "--tenant", "other")
    assert result.exit_code == 1
    assert str(workers.UnknownWorker("A1")) in result.stderr
