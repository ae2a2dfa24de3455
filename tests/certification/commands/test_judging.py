"""`work`, `assess`, `rebuild-facts`, `explain`."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.judgement import judging
from certification.judgement import work as work_loop
from certification.models import Uncounted
from certification.people import workers
from lrs.db import Database
from tests import neighbour
from tests.certification import learning
from tests.certification.commands.running import Run, succeeded


def test_work_once_takes_everything_in_judges_and_ends(run: Run, learned: None, other_tenant: UUID) -> None:
    assert sorted(succeeded(run("work", "--once")).splitlines()) == [
        "default: 3 changes taken in, 2 workers judged.",
        f"{neighbour.NAME}: 0 changes taken in, 0 workers judged.",
        "other: 0 changes taken in, 0 workers judged.",
    ]
    assert succeeded(run("work", "--once", "--tenant", "default")) == "default: 0 changes taken in, 0 workers judged.\n"


def test_work_for_one_tenant_only_goes_with_once(run: Run) -> None:
    result = run("work", "--tenant", "default")
    assert result.exit_code == 2
    assert "--tenant goes with --once" in result.stderr


def test_work_runs_until_a_signal_stops_it(run: Run, learned: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def stopped_at_once(
        _database: Database, *, stop: threading.Event, clock: Callable[[], datetime], beat: Callable[[], None]
    ) -> None:
        assert clock().tzinfo is UTC
        beat()
        signal.raise_signal(signal.SIGTERM)
        assert stop.is_set()

    monkeypatch.setattr(work_loop, "work", stopped_at_once)
    succeeded(run("work"))
    assert signal.getsignal(signal.SIGTERM) is before


def test_assess_judges_named_workers_or_all_and_keeps_only_what_is_new(
    run: Run, learned: None, database: Database, tenant: UUID
) -> None:
    succeeded(run("work", "--once"))
    told, digest = succeeded(run("assess", "--all", "--year", "2025")).splitlines()
    assert told == "2 workers judged for 2025: 0 meet the criteria, 2 do not, 0 not yet known; 2 results are new."
    assert re.fullmatch("Digest of all results: [0-9a-f]{64}", digest)
    assert succeeded(run("assess", "--all", "--year", "2025")).splitlines()[1] == digest
    with database.reading(tenant) as session:
        waiting = sa.select(Uncounted.worker_id).where(Uncounted.tenant_id == tenant)
        assert session.scalars(waiting).all() == [], "the figures have counted everybody"
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


def test_a_worker_of_another_tenant_does_not_exist(run: Run, ready: None) -> None:
    result = run("explain", "A1", "--tenant", "other")
    assert result.exit_code == 1
    assert str(workers.UnknownWorker("A1")) in result.stderr


def test_work_once_goes_on_while_another_judge_takes_a_batch_before_it(
    run: Run, learned: None, database: Database, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_stale = judging.judge_stale
    calls = []

    def beaten_once(*arguments: Any, **named: Any) -> int:
        """The first batch is settled by somebody else between reading and writing, so this one settles none."""
        calls.append(1)
        return 0 if len(calls) == 1 else judge_stale(*arguments, **named)

    monkeypatch.setattr(judging, "judge_stale", beaten_once)
    assert "2 workers judged" in succeeded(run("work", "--once", "--tenant", "default"))
    assert learning.stale_marks(database, tenant) == {}


def test_how_a_result_changed_and_what_targets_say_of_a_worker_is_told(run: Run, learned: None) -> None:
    succeeded(run("work", "--once"))
    told = succeeded(run("assessment-history", "A1", "--year", "2026"))
    assert "Lần 1, ngày 20/11/2026: có minh chứng mới" in told
    assert "Kết quả đầu tiên" in told
    assert "Nothing has been kept for 2025" in succeeded(run("assessment-history", "A1", "--year", "2025"))
    assert "G1 Chính trị, pháp luật: đạt, 1 lượt." in succeeded(run("personal-targets", "A1"))
    assert run("personal-targets", "Z9").exit_code == 1
