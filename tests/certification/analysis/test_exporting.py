"""Rates and facts as Parquet: what analysts read in them, and what is not there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from flask import Flask

from certification.acts import chain
from certification.analysis import days, exporting, parquet
from certification.analysis.exporting import AnotherThreshold, Exported
from certification.commands import invocation
from tests.certification.learning import add_facts
from tests.certification.world import World

ROOT = Path(__file__).parents[3]
MAY = date(2026, 5, 31)


@pytest.fixture(autouse=True)
def _of_this_year(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five months take less time than twenty-nine."""
    monkeypatch.setattr(days, "YEARS", 1)


@pytest.fixture
def filled(world: World, other_world: World) -> World:
    """In one province A and B, where many learned law in May, and one person works in both; in another C, where three
    did, and an enterprise without a union."""
    with world.database.writing(world.tenant) as session:
        for code, many, learned in (("dn/a", 30, 12), ("dn/b", 20, 8), ("dn/c", 25, 3), ("dn/moi", 15, 6)):
            for number in range(many):
                worker = world.employ(session, code)
                if number < learned:
                    add_facts(session, world.tenant, worker, ["law-labour"], times=2)
        both = world.employ(session, "dn/a", "dn/b")
        add_facts(session, world.tenant, both, ["law-labour"])
    return world


def asked(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("SET file_search_path = $1", [str(folder)])
        return connection.execute(query).fetchall()


def export(world: World, folder: Path, now: datetime, below: int = 5, *, other_readers: bool = False) -> Exported:
    return exporting.export(
        world.database, world.tenant, folder, below=below, by="Hoa", today=date(2026, 6, 20), now=now,
        other_readers=other_readers,
    )  # fmt: skip


def test_counts_of_few_are_nowhere_and_analysts_questions_are_answered(
    filled: World, tmp_path: Path, now: datetime
) -> None:
    made = export(filled, folder := tmp_path / "ra", now)
    assert (made.first, made.last, made.behind) == (date(2026, 1, 31), MAY, None)
    found = dict(asked(folder, "SELECT unit, persons FROM 'facts.parquet' ORDER BY unit"))
    assert found["dn/a"] == 15, "thirteen people"
    assert found["dn/b"] == 10, "nine people"
    assert found["vn/lai-chau"] == 20, "twenty-one, one of whom both have"
    assert not found.keys() & {"dn/c", "cdcs/c", "cd/lao-cai"}, "three, and whatever has these three alone"
    assert len(found.keys() & {"dn/moi", "vn/lao-cai"}) < 2, "nine less six are three"
    rates = asked(
        folder,
        "SELECT unit, numerator, denominator, asked_percent FROM 'rates.parquet'"
        f" WHERE day = '{MAY}' AND target_group = 'G1'",
    )
    told = {unit: rest for unit, *rest in rates}
    assert told["dn/a"][:2] == [15, 30]
    assert told["dn/c"][:2] == [None, 25]
    of_persons = "SELECT numerator, denominator FROM 'rates.parquet' WHERE counted = 'person'"
    counts = {count for row in asked(folder, of_persons) for count in row if count is not None}
    assert counts
    assert all(count >= 5 and count % 5 == 0 for count in counts)
    # The questions of the documentation.
    questions = re.findall(r"```sql\n(.*?)```", (ROOT / "docs/analysts.md").read_text(encoding="utf-8"), re.DOTALL)
    grown, behind, learnt = (asked(folder, question) for question in questions)
    assert {row[0] for row in grown} >= {MAY}
    assert any(row[3] is not None for row in grown)
    assert behind
    assert all(isinstance(row[3], float) for row in behind)
    assert (date(2026, 5, 1), "dn/a", "law-labour", 15, 50.0) in learnt


def test_a_row_of_facts_counts_persons_and_nothing_else(filled: World, tmp_path: Path, now: datetime) -> None:
    export(filled, folder := tmp_path / "ra", now)
    counts = asked(folder, "SELECT column_name FROM (DESCRIBE FROM 'facts.parquet') WHERE column_type = 'INTEGER'")
    assert counts == [("persons",)], "another count bounds from below who is in the units that are hidden"


def test_all_but_few_of_those_employed_at_the_end_of_the_month_are_hidden(
    world: World, tmp_path: Path, now: datetime
) -> None:
    with world.database.writing(world.tenant) as session:
        workers = {code: [world.employ(session, code) for _ in range(20)] for code in ("dn/a", "dn/b", "dn/c")}
        for _ in range(9):  # gone before the month was over
            world.employ(session, "dn/a", ended=date(2026, 5, 30))
        workers["dn/a"].append(world.employ(session, "dn/a", "dn/b"))
        for code, many in (("dn/a", 17), ("dn/b", 8), ("dn/c", 16)):
            for worker in workers[code][:many]:
                add_facts(session, world.tenant, worker, ["law-labour"])
            for worker in workers[code][:15]:
                add_facts(session, world.tenant, worker, ["law-state"])
    export(world, folder := tmp_path / "ra", now)
    persons = "SELECT unit, persons FROM 'facts.parquet' WHERE fact = '{}'"
    assert not dict(asked(folder, persons.format("law-labour"))).keys() & {"dn/a", "dn/c"}, "twenty-one less seventeen"
    found = dict(asked(folder, persons.format("law-state")))
    assert (found["dn/a"], found["dn/b"], found["dn/c"]) == (15, 15, 15), "five and more have not"
    assert found["vn/lai-chau"] == 30


def test_nobody_and_few_are_told_alike(filled: World, tmp_path: Path, now: datetime) -> None:
    with filled.database.writing(filled.tenant) as session:
        for worker in [filled.employ(session, "dn/a") for _ in range(12)]:
            add_facts(session, filled.tenant, worker, ["law-state"])
    export(filled, folder := tmp_path / "ra", now)
    assert asked(folder, "SELECT unit FROM 'facts.parquet' WHERE unit = 'dn/c'") == [], (
        "three of one, none of the other"
    )
    numerators = "SELECT DISTINCT numerator FROM 'rates.parquet' WHERE unit = 'dn/c' AND counted = 'person'"
    assert asked(folder, numerators) == [(None,)], "three at one target, nobody at the others"


def test_a_higher_threshold_hides_more_and_is_told(filled: World, tmp_path: Path, now: datetime) -> None:
    export(filled, folder := tmp_path / "ra", now, below=14)
    with pytest.raises(AnotherThreshold, match="--hide-below 14"):
        export(filled, tmp_path / "khác", now, below=5)
    assert not (tmp_path / "khác").exists()
    export(filled, tmp_path / "người khác", now, below=5, other_readers=True)
    assert asked(folder, "SELECT count(*) FROM 'facts.parquet' WHERE unit = 'dn/a'") == [(0,)]
    metadata = asked(folder, "SELECT decode(key), decode(value) FROM parquet_kv_metadata('rates.parquet')")
    assert metadata == [("hidden_below", "14")]


def test_equal_data_make_equal_files_as_documented_and_who_made_them_is_on_record(
    filled: World, tmp_path: Path, now: datetime
) -> None:
    documented = (ROOT / "docs/analysts.md").read_text(encoding="utf-8")
    for folder in ("một", "hai"):
        made = export(filled, tmp_path / folder, now)
    for name in (exporting.RATES, exporting.FACTS):
        assert (tmp_path / "một" / name).read_bytes() == (tmp_path / "hai" / name).read_bytes()
        for column, kind, *_ in asked(tmp_path / "một", f"DESCRIBE FROM '{name}'"):
            assert re.search(rf"^\|.*`{column}`.*\| {kind} \|", documented, re.MULTILINE), column
    with filled.database.reading(filled.tenant) as session:
        acts = chain.listed(session, filled.tenant, limit=3)
    assert [(act.by, act.act, act.subject) for act in acts] == [("Hoa", "figures.export", "figures:2026-05-31")] * 2
    assert acts[0].detail == {"hide_below": 5, "from": "2026-01-31", "rows": made.rates + made.facts}


def test_what_breaks_off_leaves_nothing(
    filled: World, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = parquet.write

    def full(path: Path, columns: dict[str, str], rows: Iterable[Any], *, below: int) -> int:
        if path.name == exporting.FACTS:
            raise OSError(28, "No space left on device")
        return real(path, columns, rows, below=below)

    monkeypatch.setattr(parquet, "write", full)
    (home := tmp_path / "nhà").mkdir()
    with pytest.raises(OSError, match="No space"):
        export(filled, home / "ra", now)
    assert list(home.iterdir()) == []
    with filled.database.reading(filled.tenant) as session:
        assert chain.listed(session, filled.tenant, limit=1) == []


def test_the_folder_is_there_only_when_the_act_is_on_record(
    filled: World, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home := tmp_path / "nhà").mkdir()
    lying: list[tuple[bool, list[str]]] = []

    def refused(*_: object, **__: object) -> int:
        lying.append(((home / "ra").exists(), sorted(file.name for file in next(home.iterdir()).iterdir())))
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(chain, "add", refused)
    with pytest.raises(OSError, match="Input/output"):
        export(filled, home / "ra", now)
    assert lying == [(False, ["facts.parquet", "rates.parquet"])]
    assert list(home.iterdir()) == []
    monkeypatch.undo()
    monkeypatch.setattr(days, "YEARS", 1)
    (home / "ra").symlink_to(home / "không đâu")
    with pytest.raises(FileExistsError):
        export(filled, home / "ra", now)
    assert [file.name for file in home.iterdir()] == ["ra"]
    with filled.database.reading(filled.tenant) as session:
        assert chain.listed(session, filled.tenant, limit=1) == []


@pytest.mark.parametrize("rows", [5000, 1])
def test_a_disk_that_is_full_is_one_fault_and_no_more(tmp_path: Path, rows: int) -> None:
    """Where the table of text does not fit, and where it does and the file does not."""
    program = f"""
import pathlib, resource, shutil
from certification.analysis import parquet
import duckdb
folder = pathlib.Path({str(tmp_path)!r}, "phần")
folder.mkdir()
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    parquet.write(folder / "x.parquet", {{"x": "VARCHAR"}}, [["mười chữ"]] * {rows}, below=5)
except OSError as error:
    print(error.strerror)
    shutil.rmtree(folder)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "File too large\n"


def test_the_command_says_what_it_wrote_and_what_it_cannot(
    app: Flask, filled: World, tenant: UUID, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invocation, "now", lambda: now)

    def run(folder: Path, *options: str) -> Any:
        arguments = ["certification", "export-figures", str(folder), "--by", "Hoa", *options]
        return app.test_cli_runner().invoke(args=arguments)

    done = run(tmp_path / "ra")
    assert done.exit_code == 0, done.output
    assert "counts of fewer than 5 persons are hidden" in done.stdout
    assert sorted(file.name for file in (tmp_path / "ra").iterdir()) == ["facts.parquet", "rates.parquet"]
    assert "is there already; name a new folder" in run(tmp_path / "ra").stderr
    (tmp_path / "nối").symlink_to(tmp_path / "không đâu")
    assert "is there already; name a new folder" in run(tmp_path / "nối").stderr
    assert "cannot be written: No such file or directory" in run(tmp_path / "không có" / "ra").stderr
    assert "4 is not in the range 5<=x<=1000" in run(tmp_path / "khác", "--hide-below", "4").stderr
