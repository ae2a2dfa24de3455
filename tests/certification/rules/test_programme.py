"""What a programme is made of goes in in one order, whoever loads it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from certification.errors import RuleFileFaults
from certification.rules import programme
from lrs.db import Database


def test_loading_again_finds_everything_there(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        first = programme.load_shipped(session, tenant, now=now)
    assert first.new_kinds >= {"criteria-set", "rubric", "evidence-mapping", "plan"}
    assert first.units[0][1].created > 0
    with database.writing(tenant) as session:
        again = programme.load_shipped(session, tenant, now=now)
    assert again.new_kinds == set()
    assert (again.units[0][1].created, again.units[0][1].changed) == (0, 0)


def test_faults_of_all_files_are_told_at_once_units_and_rules(
    database: Database, tenant: UUID, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / "units.toml").write_text('kind = "organizations"\n')
    (tmp_path / "rules.toml").write_text('kind = "plan"\n')
    with pytest.raises(RuleFileFaults) as refused, database.writing(tenant) as session:
        programme.load_files(session, tenant, [tmp_path / "rules.toml", tmp_path / "units.toml"], now=now)
    assert {fault.file for fault in refused.value.faults} == {"rules.toml", "units.toml"}
