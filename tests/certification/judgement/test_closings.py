"""A closed year stays as it is: late evidence waits, newer rules never count for it, and opening it is an act too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from certification.judgement import assessments, closings, judging, population
from certification.judgement.closings import NothingToDo, StillRuns, YearIsClosed
from certification.marks import Cause
from certification.rules import rule_files
from lrs.db import Database
from tests.certification.learning import PROGRAMME, add_facts, add_worker, attest, kept, load_rules, mark
from tests.certification.rules.test_criteria import RUBRIC, own_rubric

LATER = datetime(2027, 3, 1, 5, tzinfo=UTC)


@pytest.fixture
def judged(database: Database, tenant: UUID, now: datetime) -> UUID:
    """A worker judged for 2026, whose year is then closed."""
    load_rules(database, tenant, now=now)
    worker = add_worker(database, tenant, "NV-1", now=now)
    with database.writing(tenant) as session:
        add_facts(session, tenant, worker, ["reading"], times=1)
    mark(database, tenant, (worker, 2026))
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    close(database, tenant, now)
    return worker


def close(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        closings.close(
            session,
            tenant,
            2026,
            decision="12/QĐ-UBND",
            by="Chủ tịch",
            now=now,
            programme=PROGRAMME,
            still_running=True,
        )


def reopen(database: Database, tenant: UUID) -> None:
    with database.writing(tenant) as session:
        closings.reopen(session, tenant, 2026, decision="Xét bổ sung", by="Chủ tịch", now=LATER, programme=PROGRAMME)


def late(database: Database, tenant: UUID, worker: UUID) -> None:
    with database.writing(tenant) as session:
        add_facts(session, tenant, worker, ["language"], day=date(2026, 6, 1))
    mark(database, tenant, (worker, 2026))


def test_a_year_that_runs_is_closed_only_where_that_is_said(database: Database, tenant: UUID, now: datetime) -> None:
    asked: dict[str, Any] = {"decision": "12/QĐ-UBND", "by": "Chủ tịch", "programme": PROGRAMME}
    last_hour = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    with database.writing(tenant) as session:
        for at in (now, last_hour):
            with pytest.raises(StillRuns, match="31/12/2026"):
                closings.close(session, tenant, 2026, now=at, **asked)
        assert closings.closed_years(session, tenant, PROGRAMME) == {}
        closings.close(session, tenant, 2025, now=now, **asked)
        closings.close(session, tenant, 2026, now=last_hour + timedelta(minutes=1), **asked)


def test_what_comes_late_waits_until_the_year_is_opened_again(
    database: Database, tenant: UUID, judged: UUID, now: datetime
) -> None:
    late(database, tenant, judged)
    assert judging.judge_all_stale(database, tenant, clock=lambda: LATER) == 0
    assert len(kept(database, tenant)) == 1
    with database.reading(tenant) as session:
        assert judging.count_waiting(session, tenant, 2026) == 1
    reopen(database, tenant)
    assert judging.judge_all_stale(database, tenant, clock=lambda: LATER) == 1
    assert [version for _, _, version, _ in kept(database, tenant)] == [1, 2]
    with database.reading(tenant) as session:
        acts = closings.history(session, tenant, PROGRAMME, 2026)
    assert [(act.number, act.closes, act.decision) for act in acts] == [
        (1, True, "12/QĐ-UBND"),
        (2, False, "Xét bổ sung"),
    ]


def test_a_newer_set_never_scores_a_closed_year_again_even_when_it_is_opened(
    database: Database, tenant: UUID, judged: UUID
) -> None:
    with database.writing(tenant) as session:
        text = own_rubric("cua-tinh", 2023, f'replaces = "{RUBRIC}"')
        loaded = rule_files.load_text(session, tenant, "cua-tinh.toml", text, now=LATER)
        assert judging.mark_touched(session, tenant, [loaded.id]) == 0
    reopen(database, tenant)
    late(database, tenant, judged)
    judging.judge_all_stale(database, tenant, clock=lambda: LATER)
    with database.reading(tenant) as session:
        results = assessments.versions(session, tenant, judged, PROGRAMME, 2026)
    assert [one.result.rubric for one in results] == [RUBRIC, RUBRIC]


def test_nobody_can_be_judged_for_a_closed_year(database: Database, tenant: UUID, judged: UUID, now: datetime) -> None:
    with pytest.raises(YearIsClosed, match="12/QĐ-UBND"), database.writing(tenant) as session:
        assessments.assess(session, tenant, [judged], PROGRAMME, 2026, as_of=date(2026, 12, 31), now=now)
    late(database, tenant, judged)
    with pytest.raises(YearIsClosed):
        population.judge_everybody(
            database, tenant, [judged], programme=PROGRAMME, year=2026, as_of=date(2026, 12, 31), now=now
        )
    with pytest.raises(NothingToDo):
        close(database, tenant, now)
    with database.reading(tenant) as session:
        assert closings.closed_years(session, tenant, PROGRAMME) == {2026: "12/QĐ-UBND"}


def test_another_tenants_year_is_its_own(
    database: Database, tenant: UUID, other_tenant: UUID, judged: UUID, now: datetime
) -> None:
    with database.reading(other_tenant) as session:
        assert closings.closed_years(session, other_tenant, PROGRAMME) == {}


def test_new_rules_mark_exactly_those_whom_they_concern(database: Database, tenant: UUID, now: datetime) -> None:
    load_rules(database, tenant, now=now)
    judged_2026, judged_2025, never = (add_worker(database, tenant, f"NV-{one}", now=now) for one in "abc")
    with database.writing(tenant) as session:
        add_facts(session, tenant, judged_2026, ["reading"])
        add_facts(session, tenant, judged_2025, ["reading"], day=date(2025, 5, 4))
        attest(session, tenant, judged_2025, {"CS4": 7}, on=date(2025, 6, 1), year=2025, now=now)
    mark(database, tenant, (judged_2026, 2026), (judged_2025, 2025))
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    with database.writing(tenant) as session:
        loaded = rule_files.load_text(session, tenant, "cua-tinh.toml", own_rubric("cua-tinh-2026", 2026), now=now)
        assert judging.mark_touched(session, tenant, [loaded.id]) == 1
        assert judging.mark_touched(session, tenant, []) == 1, "asked again it says the same"
    assert judging.judge_all_stale(database, tenant, clock=lambda: now) == 1
    with database.reading(tenant) as session:
        [first, second] = assessments.versions(session, tenant, judged_2026, PROGRAMME, 2026)
        assert len(assessments.versions(session, tenant, judged_2025, PROGRAMME, 2025)) == 1
        assert assessments.latest(session, tenant, never, PROGRAMME, 2026) is None
    assert (first.result.rubric, second.result.rubric) == (RUBRIC, "cua-tinh-2026")
    assert Cause.RULES in second.causes
