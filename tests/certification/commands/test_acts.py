"""`flask certification acts` and `verify-acts`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.acts import chain
from certification.models import RecordedAct
from lrs.db import Database
from tests.certification.commands.running import Run, succeeded


@pytest.fixture
def acted(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        for number in (1, 2):
            detail = {"lý do": f"lần {number}"}
            chain.add(session, tenant, by="chi.hoa\x1b[2J", act="thử", subject=f"việc:{number}", detail=detail, now=now)


@pytest.mark.usefixtures("acted")
def test_acts_are_listed_and_checked(run: Run) -> None:
    lines = succeeded(run("acts")).splitlines()
    assert [line.split()[0] for line in lines] == ["2", "1"]
    assert "\x1b" not in lines[0]
    assert '"lý do": "lần 2"' in lines[0]
    assert succeeded(run("acts", "--subject", "việc:1")).startswith("1 ")
    assert succeeded(run("acts", "--subject", "việc:9")) == "No acts.\n"
    said = succeeded(run("verify-acts")).splitlines()
    assert said[0] == "2 acts, 0 with erased details."
    assert said[2] == "The record is whole."
    known = said[1].removeprefix("Head: ")
    assert "holds the head named" in succeeded(run("verify-acts", "--head", known))


@pytest.mark.usefixtures("acted")
def test_a_changed_record_ends_with_1_and_names_the_act(run: Run, database: Database, tenant: UUID) -> None:
    with database.writing(tenant) as session:
        first = sa.and_(RecordedAct.tenant_id == tenant, RecordedAct.number == 1)
        session.execute(sa.update(RecordedAct).where(first).values(done_by="anh.nam"))
    result = run("verify-acts")
    assert result.exit_code == 1
    assert "act 1: changed after it was written" in result.stderr
    assert "whole" not in result.stdout


@pytest.mark.parametrize(
    "head", ["", "12", "x:" + "0" * 64, "1:" + "g" * 64, "1:" + "0" * 63, f"{'9' * 30}:{'0' * 64}"]
)
def test_what_is_no_head_is_said_so(run: Run, head: str) -> None:
    result = run("verify-acts", "--head", head)
    assert result.exit_code == 2
    assert "is no head; write it as it was printed" in result.stderr
