"""Judging: what differs is kept, an equal judgement leaves no trace, a day is told by what was known on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from certification.errors import NoCriteriaInForce
from certification.judgement import assessments
from certification.models import Audience
from lrs.db import Database
from tests.certification.learning import PROGRAMME, add_facts, add_worker, attest, kept

Counting = Callable[[], Any]
ALL_EIGHT = {f"CS{n}": 8 for n in range(1, 11)}
TODAY = date(2026, 11, 20)


def assess(
    database: Database, tenant: UUID, *workers: UUID, now: datetime, year: int = 2026, as_of: date = TODAY
) -> list[assessments.Assessed]:
    with database.writing(tenant) as session:
        return assessments.assess(session, tenant, workers, PROGRAMME, year, as_of=as_of, now=now)


def test_the_first_judgement_is_kept_and_an_equal_one_leaves_no_trace(
    database: Database, tenant: UUID, an: UUID, now: datetime
) -> None:
    (first,) = assess(database, tenant, an, now=now, as_of=date(2026, 11, 19))
    (again,) = assess(database, tenant, an, now=now + timedelta(days=1))
    assert (first.version, first.changed, first.result.outcome) == (1, True, "not_met")
    assert (again.version, again.changed, again.result) == (1, False, first.result)
    assert again.result.as_of == date(2026, 11, 19)
    assert kept(database, tenant) == [(an, 2026, 1, "not_met")]


def test_a_different_result_is_a_new_version_and_the_old_one_stays(
    database: Database, tenant: UUID, other_tenant: UUID, an: UUID, other_an: UUID, now: datetime
) -> None:
    assess(database, tenant, an, now=now)
    with database.writing(tenant) as session:
        attest(session, tenant, an, ALL_EIGHT, on=date(2026, 11, 1), year=2026, now=now)
    with database.writing(other_tenant) as session:
        attest(session, other_tenant, other_an, {"CS1": 1}, on=date(2026, 11, 1), year=2026, now=now)
    (assessed,) = assess(database, tenant, an, now=now)
    assert (assessed.version, assessed.result.outcome, assessed.result.total) == (2, "met", 80)
    assert kept(database, tenant) == [(an, 2026, 1, "not_met"), (an, 2026, 2, "met")]
    with database.reading(tenant) as session:
        last = assessments.latest(session, tenant, an, PROGRAMME, 2026)
        assert last is not None
        assert (last.version, last.result, last.changed) == (2, assessed.result, False)
        assert assessments.latest(session, tenant, an, PROGRAMME, 2025) is None
    with database.reading(other_tenant) as session:
        assert assessments.latest(session, other_tenant, an, PROGRAMME, 2026) is None


def test_only_what_happened_up_to_the_day_counts(database: Database, tenant: UUID, an: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        attest(session, tenant, an, ALL_EIGHT, on=date(2026, 11, 19), year=2026, now=now)
        attest(session, tenant, an, {"CS10": 4}, on=date(2026, 11, 20), year=2026, now=now)
        attest(session, tenant, an, {"CS9": 4}, on=date(2026, 11, 1), year=2025, now=now)
    (before,) = assess(database, tenant, an, now=now, as_of=date(2026, 11, 19))
    (after,) = assess(database, tenant, an, now=now, as_of=date(2026, 11, 20))
    assert (before.result.outcome, after.result.outcome) == ("met", "not_met")


def test_facts_suggest_points_and_facts_of_another_year_or_tenant_do_not(
    database: Database, tenant: UUID, other_tenant: UUID, an: UUID, other_an: UUID, now: datetime
) -> None:
    with database.writing(other_tenant) as session:
        add_facts(session, other_tenant, other_an, ["reading", "learning"], times=40)
    with database.writing(tenant) as session:
        add_facts(session, tenant, an, ["reading", "learning"], times=40, day=date(2025, 5, 4))
    (poor,) = assess(database, tenant, an, now=now)
    assert poor.result.total == 0
    with database.writing(tenant) as session:
        for month in range(1, 11):
            add_facts(session, tenant, an, ["reading", "learning"], times=6, day=date(2026, month, 4))
    (rich,) = assess(database, tenant, an, now=now)
    assert rich.result.total > 0
    assert rich.result.outcome != "met", "logs alone never certify anyone"


def test_a_batch_takes_as_many_commands_as_one_worker(
    database: Database, tenant: UUID, rules: None, now: datetime, count_commands: Counting
) -> None:
    people = [add_worker(database, tenant, f"NV-{n}", now=now) for n in range(31)]
    with database.writing(tenant) as session:
        for person in people:
            attest(session, tenant, person, ALL_EIGHT, on=date(2026, 11, 1), year=2026, now=now)
            add_facts(session, tenant, person, ["reading", "language"], times=3)
    assess(database, tenant, people[0], now=now)  # a process reads each rule file once
    counts = []
    for batch in (people[1:2], people[2:]):
        with count_commands() as commands:
            assessed = assess(database, tenant, *batch, now=now)
        assert [one.worker_id for one in assessed] == batch
        assert {one.result.outcome for one in assessed} == {"met"}
        counts.append(len(commands))
    assert counts[0] == counts[1]
    assert counts[0] <= 17


def test_another_tenants_worker_is_passed_over(
    database: Database, tenant: UUID, other_tenant: UUID, an: UUID, other_an: UUID, now: datetime
) -> None:
    assert [one.worker_id for one in assess(database, tenant, other_an, an, uuid4(), now=now)] == [an]
    assert kept(database, other_tenant) == []


def test_a_year_without_criteria_is_an_error_that_says_so_and_nothing_is_kept(
    database: Database, tenant: UUID, an: UUID, now: datetime
) -> None:
    with pytest.raises(NoCriteriaInForce, match="2020"):
        assess(database, tenant, an, now=now, year=2020, as_of=date(2020, 12, 31))
    assert kept(database, tenant) == []


def test_the_audience_is_that_of_the_year(database: Database, tenant: UUID, an: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        session.add(Audience(worker_id=an, year=2027, tenant_id=tenant, audience="doanh-nhan"))
        session.add(Audience(worker_id=an, year=2026, tenant_id=tenant, audience="nguoi-lao-dong"))
    assert len(assess(database, tenant, an, now=now, as_of=date(2026, 6, 30))) == 1
    with database.writing(tenant) as session:
        session.execute(sa.delete(Audience).where(Audience.worker_id == an, Audience.year == 2026))
    with pytest.raises(NoCriteriaInForce, match="doanh-nhan"):
        assess(database, tenant, an, now=now, as_of=date(2026, 6, 30))


def test_who_meets_the_criteria_on_a_day_is_told_by_what_was_known_up_to_it(
    database: Database, tenant: UUID, an: UUID, other_an: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session:
        attest(session, tenant, an, ALL_EIGHT, on=date(2026, 7, 1), year=2026, now=now)
        attest(session, tenant, an, {"CS4": 4}, on=date(2026, 9, 1), year=2026, now=now)
        attest(session, tenant, an, {"CS4": 8}, on=date(2026, 11, 1), year=2026, now=now)
    assess(database, tenant, an, now=now)
    with database.reading(tenant) as session:
        days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 1), date(2026, 11, 1), date(2026, 12, 31)]
        met = [an in assessments.meeting(session, tenant, PROGRAMME, day) for day in days]
    assert met == [False, True, False, True, True]


def test_what_was_learned_and_attested_since_a_result_was_kept_is_seen_on_a_later_day(
    database: Database, tenant: UUID, an: UUID, other_an: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session:
        attest(session, tenant, an, {**ALL_EIGHT, "CS4": 4}, on=date(2026, 7, 1), year=2026, now=now)
        attest(session, tenant, an, {"CS4": 8}, on=date(2026, 11, 25), year=2026, now=now)
    (kept_result,) = assess(database, tenant, an, now=now)
    assert kept_result.result.outcome == "not_met"
    with database.reading(tenant) as session:
        days = [TODAY, date(2026, 11, 24), date(2026, 11, 25), date(2026, 12, 31)]
        met = [an in assessments.meeting(session, tenant, PROGRAMME, day) for day in days]
    assert met == [False, False, True, True]


def test_what_is_dated_after_the_day_of_a_kept_result_is_seen_from_its_own_day_on(
    database: Database, tenant: UUID, other_tenant: UUID, an: UUID, other_an: UUID, now: datetime
) -> None:
    attested = {f"CS{n}": 9 for n in range(1, 11) if n != 3}
    for of, who in ((tenant, an), (other_tenant, other_an)):
        with database.writing(of) as session:
            attest(session, of, who, attested, on=date(2026, 7, 1), year=2026, now=now)
            for month in range(1, 11):
                add_facts(session, of, who, ["learning"], day=date(2026, month, 4))
    with database.writing(tenant) as session:
        for day in range(21, 31):
            add_facts(session, tenant, an, ["community"], day=date(2026, 11, day))
    for of, who in ((tenant, an), (other_tenant, other_an)):
        (today,) = assess(database, of, who, now=now)
        assert today.result.outcome == "not_met"
    with database.reading(tenant) as session:
        days = [TODAY, date(2026, 11, 21), date(2026, 11, 30), date(2026, 12, 31)]
        met = [assessments.meeting(session, tenant, PROGRAMME, day) for day in days]
    with database.reading(other_tenant) as session:
        assert assessments.meeting(session, other_tenant, PROGRAMME, days[-1]) == set()
    assert met == [set(), set(), {an}, {an}]
