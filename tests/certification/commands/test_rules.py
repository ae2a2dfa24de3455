"""`load-rules`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from certification.demonstration import preparation
from certification.models import Organization, RuleFile
from certification.rules.rule_files import PROGRAMMES
from lrs.db import Database
from tests.certification.commands.running import Run, succeeded, told_apart_from_the_database


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
    lines = told_apart_from_the_database(result)
    assert lines[0].startswith("one.toml, line 1, /kind: ")
    assert lines[1].startswith("two.toml, line 1: ")
    assert lines[-1] == "2 faults: nothing was taken in; correct the file and run this again."


def test_new_rules_say_what_must_be_run_for_them_to_count_and_old_ones_say_nothing(run: Run) -> None:
    told = succeeded(run("load-rules"))
    assert "`flask certification rebuild-facts`" in told
    assert "flask certification" not in succeeded(run("load-rules"))
    other = succeeded(run("load-rules", "--tenant", "other"))
    assert "`flask certification rebuild-facts --tenant other`" in other


def _shipped(name: str) -> str:
    return str(PROGRAMMES / "cong-dan-hoc-tap" / f"{name}.toml")


def test_a_plan_alone_asks_for_no_judging(run: Run) -> None:
    succeeded(run("load-rules", _shipped("evidence-mapping-2026")))
    told = succeeded(run("load-rules", _shipped("plan-1268-qd-ttg")))
    assert told == "plan 1268-qd-ttg: loaded\n"


def test_units_go_in_before_the_rules_whatever_the_order_of_the_files(run: Run) -> None:
    files = [_shipped(name) for name in ("evidence-mapping-2026", "plan-1268-qd-ttg", "organizations")]
    told = succeeded(run("load-rules", *files))
    assert told.index("organizations.toml: ") < told.index("plan 1268-qd-ttg: ")


def test_nothing_is_said_to_be_in_when_in_the_end_it_is_not(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("kind = 1")
    result = run("load-rules", _shipped("organizations"), str(tmp_path / "bad.toml"))
    assert (result.exit_code, result.stdout) == (1, "")


def test_the_command_and_the_demonstration_load_alike(
    run: Run, database: Database, tenant: UUID, other_tenant: UUID, now: datetime
) -> None:
    succeeded(run("load-rules"))
    preparation.load_rules(database, other_tenant, now=now)
    assert _loaded(database, tenant) == _loaded(database, other_tenant)


def _loaded(database: Database, tenant: UUID) -> set[tuple[str, str]]:
    with database.reading(tenant) as session:
        units = sa.select(sa.literal("unit"), Organization.code).where(Organization.tenant_id == tenant)
        rules = sa.select(RuleFile.kind, RuleFile.identifier).where(RuleFile.tenant_id == tenant)
        return {(row[0], row[1]) for row in session.execute(units.union_all(rules))}
