"""One worker explained on a terminal, with evidence as odd as the record store takes in."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console

from certification.evidence import feed
from certification.judgement import assessments
from certification.models import Worker
from certification.rules.criteria import PROGRAMME
from certification.terminal.explanation import print_explanation
from lrs import api
from lrs.db import Database
from tests.certification import learning


@pytest.fixture(autouse=True)
def ready(database: Database, tenant: UUID, now: datetime) -> None:
    learning.load_rules(database, tenant, now=now)
    learning.add_worker(database, tenant, "A1", "a1", now=now)


def explained(
    database: Database, identity: api.Identity, now: datetime, *statements: dict[str, Any], name: str = "Lan"
) -> str:
    """What is printed of A1 after these Statements."""
    tenant = identity.tenant
    learning.store(database, identity, *statements)
    feed.follow(database, tenant, now=now)
    with database.writing(tenant) as session:
        worker = session.query(Worker).filter_by(tenant_id=tenant).one()
        [assessed] = assessments.assess(
            session, tenant, [worker.id], PROGRAMME, 2026, as_of=date(2026, 11, 20), now=now
        )
    console = Console(file=io.StringIO(), width=200, markup=False, highlight=False)
    with database.reading(tenant) as session:
        print_explanation(session, tenant, console, assessed, number="A1", full_name=name)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("timestamp", "day"),
    [
        ("2026-05-04T03:00:00z", "04/05/2026"),
        ("2026-07-01T06:59:60+07:00", "01/07/2026"),  # a leap second
        ("2026-05-04T17:30:00", "05/05/2026"),  # no offset means UTC, wherever the machine stands
        ("2026-05-04T23:30:00+07:00", "04/05/2026"),
    ],
)
def test_evidence_is_named_with_its_day_in_vietnam_however_its_time_is_written(
    database: Database, identity: api.Identity, now: datetime, timestamp: str, day: str
) -> None:
    told = explained(database, identity, now, learning.statement("a1", "reading", timestamp=timestamp))
    assert f"gần đây: https://hoc.example.org/reading ({day})" in told


def test_what_a_platform_calls_its_activities_cannot_steer_the_terminal(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    about = {"id": "https://hoc.example.org/x", "definition": {"name": {"vi": "Sổ tay\x1b[2J\nkhác"}}}
    told = explained(database, identity, now, learning.statement("a1", "reading", object=about), name="Lan\x1b]0;x\x07")
    assert "\x1b" not in told
    assert "Sổ tay\\u001b[2J\\nkhác (04/05/2026)" in told
    assert "Vì sao Lan\\u001b]0;x\\u0007 (A1)" in told
