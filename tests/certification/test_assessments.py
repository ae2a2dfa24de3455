"""Judging: what differs is kept, what changed meanwhile stays stale, and the loop never gives up on anybody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from certification import assessments, stale
from certification.errors import NoCriteriaInForce
from certification.models import Assessment, Employment, Organization, Stale
from lrs import api
from lrs.db import Database, new_id
from tests.certification import learning
from tests.certification.learning import PROGRAMME, add_facts, add_worker, attest, stale_marks, statement, store

Counting = Callable[[], Any]
ALL_EIGHT = {f"CS{n}": 8 for n in range(1, 11)}
TODAY = date(2026, 11, 20)


@pytest.fixture
def rules(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    learning.load_rules(database, tenant, other_tenant, now=now)


@pytest.fixture
def an(database: Database, tenant: UUID, rules: None, now: datetime) -> UUID:
    return add_worker(database, tenant, "NV-AN", "an", now=now)


@pytest.fixture
def other_an(database: Database, other_tenant: UUID, rules: None, now: datetime) -> UUID:
    return add_worker(database, other_tenant, "NV-AN", "an", now=now)


def assess(
    database: Database, tenant: UUID, *workers: UUID, now: datetime, year: int = 2026, as_of: date = TODAY
) -> list[assessments.Assessed]:
    with database.writing() as session:
        return assessments.assess(session, tenant, workers, PROGRAMME, year, as_of=as_of, now=now)


def kept(database: Database, tenant: UUID) -> list[tuple[UUID, int, int, str]]:
    with database.reading() as session:
        rows = session.execute(
            sa.select(Assessment.worker_id, Assessment.year, Assessment.version, Assessment.outcome)
            .where(Assessment.tenant_id == tenant)
            .order_by(Assessment.worker_id, Assessment.year, Assessment.version)
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]


def mark(database: Database, tenant: UUID, *concerned: tuple[UUID, int]) -> None:
    with database.writing() as session:
        stale.mark_stale(session, tenant, concerned)


# ---------------------------------------------------------------- assess


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
    with database.writing() as session:
        attest(session, tenant, an, ALL_EIGHT, on=date(2026, 11, 1), year=2026, now=now)
        attest(session, other_tenant, other_an, {"CS1": 1}, on=date(2026, 11, 1), year=2026, now=now)
    (assessed,) = assess(database, tenant, an, now=now)
    assert (assessed.version, assessed.result.outcome, assessed.result.total) == (2, "met", 80)
    assert kept(database, tenant) == [(an, 2026, 1, "not_met"), (an, 2026, 2, "met")]
    with database.reading() as session:
        last = assessments.latest(session, tenant, an, PROGRAMME, 2026)
        assert last is not None
        assert (last.version, last.result, last.changed) == (2, assessed.result, False)
        assert assessments.latest(session, tenant, an, PROGRAMME, 2025) is None
        assert assessments.latest(session, other_tenant, an, PROGRAMME, 2026) is None


def test_only_what_happened_up_to_the_day_counts(database: Database, tenant: UUID, an: UUID, now: datetime) -> None:
    with database.writing() as session:
        attest(session, tenant, an, ALL_EIGHT, on=date(2026, 11, 19), year=2026, now=now)
        attest(session, tenant, an, {"CS10": 4}, on=date(2026, 11, 20), year=2026, now=now)
        attest(session, tenant, an, {"CS9": 4}, on=date(2026, 11, 1), year=2025, now=now)
    (before,) = assess(database, tenant, an, now=now, as_of=date(2026, 11, 19))
    (after,) = assess(database, tenant, an, now=now, as_of=date(2026, 11, 20))
    assert (before.result.outcome, after.result.outcome) == ("met", "not_met")


def test_facts_suggest_points_and_facts_of_another_year_or_tenant_do_not(
    database: Database, tenant: UUID, other_tenant: UUID, an: UUID, other_an: UUID, now: datetime
) -> None:
    with database.writing() as session:
        add_facts(session, other_tenant, other_an, ["reading", "learning"], times=40)
        add_facts(session, tenant, an, ["reading", "learning"], times=40, day=date(2025, 5, 4))
    (poor,) = assess(database, tenant, an, now=now)
    assert poor.result.total == 0
    with database.writing() as session:
        for month in range(1, 11):
            add_facts(session, tenant, an, ["reading", "learning"], times=6, day=date(2026, month, 4))
    (rich,) = assess(database, tenant, an, now=now)
    assert rich.result.total > 0
    assert rich.result.outcome != "met", "logs alone never certify anyone"


def test_a_batch_takes_as_many_commands_as_one_worker(
    database: Database, tenant: UUID, rules: None, now: datetime, count_commands: Counting
) -> None:
    people = [add_worker(database, tenant, f"NV-{n}", now=now) for n in range(31)]
    with database.writing() as session:
        for person in people:
            attest(session, tenant, person, ALL_EIGHT, on=date(2026, 11, 1), year=2026, now=now)
            add_facts(session, tenant, person, ["reading", "language"], times=3)
    counts = []
    for batch in (people[:1], people[1:]):
        with count_commands() as commands:
            assessed = assess(database, tenant, *batch, now=now)
        assert [one.worker_id for one in assessed] == batch
        assert {one.result.outcome for one in assessed} == {"met"}
        counts.append(len(commands))
    assert counts[0] == counts[1]
    assert counts[0] <= 8


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


def test_the_audience_is_that_of_the_employment_on_the_day(
    database: Database, tenant: UUID, an: UUID, now: datetime
) -> None:
    enterprise = Organization(
        id=new_id(), tenant_id=tenant, code="dn/a", name="A", kind="enterprise", exists_from=None, exists_to=None
    )
    with database.writing() as session:
        session.add(enterprise)
        session.flush()
        for audience, started, ended in (
            ("nguoi-lao-dong", date(2020, 1, 1), date(2026, 6, 30)),
            ("doanh-nhan", date(2026, 7, 1), None),
        ):
            session.add(
                Employment(
                    worker_id=an,
                    tenant_id=tenant,
                    enterprise_id=enterprise.id,
                    started=started,
                    ended=ended,
                    position=None,
                    audience=audience,
                    union_member=True,
                    union_cadre=False,
                )
            )
    assert len(assess(database, tenant, an, now=now, as_of=date(2026, 6, 30))) == 1
    with pytest.raises(NoCriteriaInForce, match="doanh-nhan"):
        assess(database, tenant, an, now=now, as_of=date(2026, 7, 1))


def test_who_meets_the_criteria_on_a_day_is_told_by_what_was_known_up_to_it(
    database: Database, tenant: UUID, an: UUID, other_an: UUID, now: datetime
) -> None:
    with database.writing() as session:
        attest(session, tenant, an, ALL_EIGHT, on=date(2026, 7, 1), year=2026, now=now)
        attest(session, tenant, an, {"CS4": 4}, on=date(2026, 9, 1), year=2026, now=now)
        attest(session, tenant, an, {"CS4": 8}, on=date(2026, 11, 1), year=2026, now=now)
    assess(database, tenant, an, now=now)
    with database.reading() as session:
        days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 1), date(2026, 11, 1), date(2026, 12, 31)]
        met = [an in assessments.meeting(session, tenant, PROGRAMME, day) for day in days]
    assert met == [False, True, False, True, True]


def test_what_is_attested_in_january_counts_for_the_year_before(
    database: Database, tenant: UUID, an: UUID, other_an: UUID, now: datetime
) -> None:
    with database.writing() as session:
        attest(session, tenant, an, ALL_EIGHT, on=date(2027, 1, 15), year=2026, now=now)
    mark(database, tenant, (an, 2026))
    assert assessments.judge_stale(database, tenant, now=datetime(2027, 1, 20, 5, 0, tzinfo=UTC)) == 1
    assert kept(database, tenant) == [(an, 2026, 1, "met")]


# ---------------------------------------------------------------- judge_stale


def test_stale_workers_are_judged_in_batches_and_their_marks_removed(
    database: Database, tenant: UUID, other_tenant: UUID, rules: None, other_an: UUID, now: datetime
) -> None:
    people = [add_worker(database, tenant, f"NV-{n}", now=now) for n in range(3)]
    mark(database, tenant, *((person, year) for person in people for year in (2025, 2026)))
    mark(database, other_tenant, (other_an, 2026))
    settled = [assessments.judge_stale(database, tenant, now=now, limit=4) for _ in range(3)]
    assert settled == [4, 2, 0]
    assert stale_marks(database, tenant) == {}
    assert sorted(row[:2] for row in kept(database, tenant)) == sorted(
        (person, year) for person in people for year in (2025, 2026)
    )
    assert set(stale_marks(database, other_tenant)) == {(other_an, 2026)}
    assert kept(database, other_tenant) == []


def test_a_change_while_judging_stays_stale_and_the_outdated_result_is_not_kept(
    database: Database, tenant: UUID, an: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    binh = add_worker(database, tenant, "NV-BINH", now=now)
    mark(database, tenant, (an, 2026), (binh, 2026))
    judge = assessments._judge

    def judge_and_change(*args: Any) -> Any:
        judged = judge(*args)
        monkeypatch.setattr(assessments, "_judge", judge)
        with database.writing() as session:
            attest(session, tenant, an, ALL_EIGHT, on=date(2026, 11, 1), year=2026, now=now)
            stale.mark_stale(session, tenant, [(an, 2026)])
        return judged

    monkeypatch.setattr(assessments, "_judge", judge_and_change)
    assert assessments.judge_stale(database, tenant, now=now) == 1
    assert set(stale_marks(database, tenant)) == {(an, 2026)}
    assert [row[0] for row in kept(database, tenant)] == [binh]

    assert assessments.judge_stale(database, tenant, now=now) == 1
    assert stale_marks(database, tenant) == {}
    assert [row[3] for row in kept(database, tenant) if row[0] == an] == ["met"]


def test_judges_at_once_keep_each_result_once(database: Database, tenant: UUID, rules: None, now: datetime) -> None:
    people = [add_worker(database, tenant, f"NV-{n}", now=now) for n in range(12)]
    mark(database, tenant, *((person, 2026) for person in people))
    failures: list[BaseException] = []

    def run() -> None:
        try:
            while stale_marks(database, tenant):
                assessments.judge_stale(database, tenant, now=now, limit=3)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(row[:3] for row in kept(database, tenant)) == sorted((person, 2026, 1) for person in people)


def test_who_has_no_criteria_is_logged_and_does_not_hold_up_the_others(
    database: Database, tenant: UUID, an: UUID, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    mark(database, tenant, (an, 2019), (an, 2026))
    with caplog.at_level(logging.WARNING):
        assert assessments.judge_stale(database, tenant, now=now) == 2
    assert str(tenant) in caplog.text
    assert "2019" in caplog.text
    assert stale_marks(database, tenant) == {}
    assert [row[1] for row in kept(database, tenant)] == [2026]


def test_with_nothing_stale_nothing_is_written(
    database: Database, tenant: UUID, an: UUID, now: datetime, count_commands: Counting
) -> None:
    with count_commands() as commands:
        assert assessments.judge_stale(database, tenant, now=now) == 0
    assert all(command.split()[0] in ("BEGIN", "SELECT") for command in commands)


# ---------------------------------------------------------------- the work loop


class WhenIdle(threading.Event):
    """Stops the loop when it waits for the last of `turns`; before that does what each of them says."""

    def __init__(self, *turns: Callable[[], None]) -> None:
        super().__init__()
        self.turns = list(turns)
        self.waits = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        if self.turns:
            self.turns.pop(0)()
        else:
            self.set()
        return self.is_set()


def test_the_loop_follows_and_judges_every_tenant_before_it_waits(
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    identity: api.Identity,
    other_identity: api.Identity,
    an: UUID,
    other_an: UUID,
    now: datetime,
) -> None:
    store(database, identity, *(statement("an") for _ in range(70)))
    store(database, other_identity, statement("an", "reading"))
    stop = WhenIdle()
    assessments.work(database, stop=stop, clock=lambda: now)
    assert stop.waits == 1
    assert len(learning.facts(database, tenant)) == 140
    assert kept(database, tenant) == [(an, 2026, 1, "not_met")]
    assert kept(database, other_tenant) == [(other_an, 2026, 1, "not_met")]
    assert stale_marks(database, tenant) == stale_marks(database, other_tenant) == {}


def test_the_loop_wakes_for_what_comes_while_it_waits(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, other_an: UUID, now: datetime
) -> None:
    stop = WhenIdle(lambda: store(database, identity, statement("an")))
    assessments.work(database, stop=stop, clock=lambda: now)
    assert stop.waits == 2
    assert kept(database, tenant) == [(an, 2026, 1, "not_met")]


def test_a_tenant_whose_work_fails_is_logged_tried_again_and_holds_up_nobody(
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    identity: api.Identity,
    other_identity: api.Identity,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(assessments, "RETRY_SECONDS", 0.0)
    learning.load_rules(database, other_tenant, now=now)  # `tenant` has none: its work fails
    an = add_worker(database, tenant, "NV-AN", "an", now=now)
    other_an = add_worker(database, other_tenant, "NV-AN", "an", now=now)
    store(database, identity, statement("an"))
    store(database, other_identity, statement("an"))
    seen: list[Any] = []

    def look_then_load() -> None:
        seen.append((kept(database, tenant), kept(database, other_tenant)))
        learning.load_rules(database, tenant, now=now)

    with caplog.at_level(logging.ERROR):
        assessments.work(database, stop=WhenIdle(look_then_load), clock=lambda: now)
    assert seen == [([], [(other_an, 2026, 1, "not_met")])]
    assert str(tenant) in caplog.text
    assert "NoMappingInForce" in caplog.text
    assert kept(database, tenant) == [(an, 2026, 1, "not_met")]


def test_a_failing_tenant_is_left_alone_for_a_while(
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    identity: api.Identity,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    learning.load_rules(database, other_tenant, now=now)
    store(database, identity, statement("an"))
    with caplog.at_level(logging.ERROR):
        assessments.work(database, stop=WhenIdle(lambda: None, lambda: None), clock=lambda: now)
    assert len(caplog.records) == 1


def test_a_database_that_does_not_answer_is_logged_and_asked_again(
    database: Database,
    tenant: UUID,
    identity: api.Identity,
    an: UUID,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store(database, identity, statement("an"))
    tenants = api.tenants

    def fail(_session: object) -> Any:
        raise OSError("gone")

    monkeypatch.setattr(api, "tenants", fail)
    stop = WhenIdle(lambda: monkeypatch.setattr(api, "tenants", tenants))
    with caplog.at_level(logging.ERROR):
        assessments.work(database, stop=stop, clock=lambda: now)
    assert "gone" in caplog.text
    assert kept(database, tenant) == [(an, 2026, 1, "not_met")]


def test_the_loop_stops_at_once_when_it_is_told_to(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, identity, statement("an"))
    stop = threading.Event()
    stop.set()
    assessments.work(database, stop=stop, clock=lambda: now)
    assert kept(database, tenant) == []
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Stale)) == 0
