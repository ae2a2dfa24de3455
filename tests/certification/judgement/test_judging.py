"""Judging again: what changed meanwhile stays marked, what is dated later waits for its day, nobody waits for ever."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification import marks
from certification.judgement import assessments, judging
from certification.marks import Cause
from certification.models import Stale
from certification.people import roster, workers
from certification.rules import rule_files
from certification.units import organizations
from lrs.db import Database
from tests.certification.import_files import ORGANIZATIONS, roster_csv
from tests.certification.learning import PROGRAMME, add_facts, add_worker, attest, kept, mark, stale_marks
from tests.certification.shipped_rules import FOLDER
from tests.threads import ended

Counting = Callable[[], Any]
ALL_EIGHT = {f"CS{n}": 8 for n in range(1, 11)}
TODAY = date(2026, 11, 20)

ROUNDS = 30
"""How often each side of two that run at once does its work."""


def test_stale_workers_are_judged_in_batches_and_their_marks_removed(
    database: Database, tenant: UUID, other_tenant: UUID, rules: None, other_an: UUID, now: datetime
) -> None:
    people = [add_worker(database, tenant, f"NV-{n}", now=now) for n in range(3)]
    mark(database, tenant, *((person, year) for person in people for year in (2025, 2026)))
    mark(database, other_tenant, (other_an, 2026))
    settled = [judging.judge_stale(database, tenant, now=now, limit=4) for _ in range(3)]
    assert settled == [4, 2, 0]
    assert stale_marks(database, tenant) == {}
    assert sorted(row[:2] for row in kept(database, tenant)) == sorted(
        (person, year) for person in people for year in (2025, 2026)
    )
    assert set(stale_marks(database, other_tenant)) == {(other_an, 2026)}
    assert kept(database, other_tenant) == []


def test_who_is_marked_alone_comes_before_those_marked_with_very_many(
    database: Database, tenant: UUID, rules: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = sorted(add_worker(database, tenant, f"NV-{n}", now=now) for n in range(5))
    *others, fresh, alone = people
    monkeypatch.setattr(marks, "MANY", 3)
    with database.writing(tenant) as session:
        marks.mark_stale(session, tenant, [(alone, 2026)])
        marks.mark_stale(session, tenant, [(one, 2026) for one in people], cause=Cause.RULES)
        marks.mark_stale(session, tenant, [(fresh, 2026)])
    assert judging.judge_stale(database, tenant, now=now, limit=2) == 2
    assert {worker for worker, _ in stale_marks(database, tenant)} == set(others)
    assert judging.judge_all_stale(database, tenant, clock=lambda: now) == 3
    assert stale_marks(database, tenant) == {}


def test_a_change_while_judging_stays_stale_and_the_outdated_result_is_not_kept(
    database: Database, tenant: UUID, an: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    binh = add_worker(database, tenant, "NV-BINH", now=now)
    mark(database, tenant, (an, 2026), (binh, 2026))
    judge = assessments.judge

    def judge_and_change(*args: Any) -> Any:
        judged = judge(*args)
        monkeypatch.setattr(assessments, "judge", judge)
        with database.writing(tenant) as session:
            attest(session, tenant, an, ALL_EIGHT, on=date(2026, 11, 1), year=2026, now=now)
            marks.mark_stale(session, tenant, [(an, 2026)])
        return judged

    monkeypatch.setattr(assessments, "judge", judge_and_change)
    assert judging.judge_stale(database, tenant, now=now) == 1
    assert set(stale_marks(database, tenant)) == {(an, 2026)}
    assert [row[0] for row in kept(database, tenant)] == [binh]

    assert judging.judge_stale(database, tenant, now=now) == 1
    assert stale_marks(database, tenant) == {}
    assert [row[3] for row in kept(database, tenant) if row[0] == an] == ["met"]


def test_judges_at_once_keep_each_result_once(database: Database, tenant: UUID, rules: None, now: datetime) -> None:
    people = [add_worker(database, tenant, f"NV-{n}", now=now) for n in range(12)]
    mark(database, tenant, *((person, 2026) for person in people))
    failures: list[BaseException] = []

    def run() -> None:
        try:
            while stale_marks(database, tenant):
                judging.judge_stale(database, tenant, now=now, limit=3)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(daemon=True, target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        ended(thread)
    assert failures == []
    assert sorted(row[:3] for row in kept(database, tenant)) == sorted((person, 2026, 1) for person in people)


def test_who_has_no_criteria_is_logged_and_does_not_hold_up_the_others(
    database: Database, tenant: UUID, an: UUID, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    mark(database, tenant, (an, 2019), (an, 2026))
    with caplog.at_level(logging.WARNING):
        assert judging.judge_stale(database, tenant, now=now) == 2
    assert str(tenant) in caplog.text
    assert "2019" in caplog.text
    assert stale_marks(database, tenant) == {}
    assert [row[1] for row in kept(database, tenant)] == [2026]


def test_with_nothing_stale_nothing_is_written(
    database: Database, tenant: UUID, an: UUID, now: datetime, count_commands: Counting
) -> None:
    with count_commands() as commands:
        assert judging.judge_stale(database, tenant, now=now) == 0
    assert all(command.split()[0] in ("BEGIN", "PRAGMA", "SELECT") for command in commands)


def test_what_is_attested_in_january_counts_for_the_year_before(
    database: Database, tenant: UUID, an: UUID, other_an: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session:
        attest(session, tenant, an, ALL_EIGHT, on=date(2027, 1, 15), year=2026, now=now)
    mark(database, tenant, (an, 2026))
    assert judging.judge_stale(database, tenant, now=datetime(2027, 1, 20, 5, 0, tzinfo=UTC)) == 1
    assert kept(database, tenant) == [(an, 2026, 1, "met")]


# ---------------------------------------------------------------- evidence that is dated later


def due_days(database: Database, tenant: UUID) -> dict[tuple[UUID, int], date | None]:
    with database.reading(tenant) as session:
        rows = session.execute(sa.select(Stale.worker_id, Stale.year, Stale.due).where(Stale.tenant_id == tenant))
        return {(row[0], row[1]): row[2] for row in rows}


def test_who_has_evidence_of_a_later_day_is_judged_again_on_that_day(
    database: Database, tenant: UUID, other_tenant: UUID, an: UUID, other_an: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session:
        attest(session, tenant, an, ALL_EIGHT, on=date(2026, 11, 1), year=2026, now=now)
        add_facts(session, tenant, an, ["reading"], day=date(2026, 11, 23))
        attest(session, tenant, an, {"CS4": 4}, on=date(2026, 11, 22), year=2026, now=now)
    with database.writing(other_tenant) as session:
        add_facts(session, other_tenant, other_an, ["reading"], day=date(2026, 11, 21))
    mark(database, tenant, (an, 2026))

    def outcomes_after(days: int) -> list[str]:
        at = now + timedelta(days=days)
        settled = [judging.judge_stale(database, tenant, now=at) for _ in range(2)]
        assert settled[1] == 0, "a mark that is not due yet keeps nobody busy"
        return [row[3] for row in kept(database, tenant)]

    assert outcomes_after(0) == ["met"]
    assert due_days(database, tenant) == {(an, 2026): date(2026, 11, 22)}
    assert outcomes_after(1) == ["met"]
    assert outcomes_after(2) == ["met", "not_met"]
    assert due_days(database, tenant) == {(an, 2026): date(2026, 11, 23)}
    outcomes_after(3)
    assert due_days(database, tenant) == {}


def test_a_change_makes_a_mark_due_at_once(database: Database, tenant: UUID, an: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        add_facts(session, tenant, an, ["reading"], day=date(2026, 11, 23))
    mark(database, tenant, (an, 2026))
    judging.judge_stale(database, tenant, now=now)
    with database.reading(tenant) as session:
        assert judging.count_due(session, tenant, TODAY) == 0
        assert judging.count_due(session, tenant, date(2026, 11, 23)) == 1
    mark(database, tenant, (an, 2026))
    assert due_days(database, tenant) == {(an, 2026): None}
    assert judging.judge_stale(database, tenant, now=now) == 1


# ---------------------------------------------------------------- beside others


def test_judging_goes_on_until_nobody_is_due_whoever_settles_a_batch(
    database: Database, tenant: UUID, rules: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [add_worker(database, tenant, f"NV-{n}", now=now) for n in range(3)]
    mark(database, tenant, *((person, 2026) for person in people))
    judge = assessments.judge

    def judge_after_somebody_else(*args: Any) -> Any:
        monkeypatch.setattr(assessments, "judge", judge)
        assert judging.judge_stale(database, tenant, now=now) == 3
        mark(database, tenant, (people[0], 2026))
        return judge(*args)

    monkeypatch.setattr(assessments, "judge", judge_after_somebody_else)
    assert judging.judge_all_stale(database, tenant, clock=lambda: now) == 1
    assert stale_marks(database, tenant) == {}


def test_what_was_judged_by_rules_that_are_not_the_newest_any_more_is_not_kept(
    database: Database, tenant: UUID, an: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = next(FOLDER.glob("rubric-*.toml")).name
    text = (FOLDER / name).read_text(encoding="utf-8")
    identifier = re.findall('^id = "(.+)"$', text, re.MULTILINE)[0]
    newer = text.replace(f'id = "{identifier}"', f'id = "{identifier}-moi"\nreplaces = "{identifier}"', 1)
    mark(database, tenant, (an, 2026))
    judge = assessments.judge

    def judge_and_load(*args: Any) -> Any:
        judged = judge(*args)
        monkeypatch.setattr(assessments, "judge", judge)
        with database.writing(tenant) as session:
            rule_files.load_text(session, tenant, "moi.toml", newer, now=now)
            assessments.assess(session, tenant, [an], PROGRAMME, 2026, as_of=TODAY, now=now)
        return judged

    def rubric_of_newest() -> str:
        with database.reading(tenant) as session:
            last = assessments.latest(session, tenant, an, PROGRAMME, 2026)
        assert last is not None
        return last.result.rubric

    monkeypatch.setattr(assessments, "judge", judge_and_load)
    assert judging.judge_stale(database, tenant, now=now) == 0
    assert set(stale_marks(database, tenant)) == {(an, 2026)}
    assert rubric_of_newest() == f"{identifier}-moi"

    assert judging.judge_all_stale(database, tenant, clock=lambda: now) == 1
    assert rubric_of_newest() == f"{identifier}-moi"
    assert [row[2] for row in kept(database, tenant)] == [1]


def together(*sides: Callable[[], object]) -> None:
    """Runs each side in a thread of its own; raises what one of them raised."""
    failures: list[BaseException] = []

    def run(side: Callable[[], object]) -> None:
        try:
            side()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(daemon=True, target=run, args=(side,)) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        ended(thread)
    for failure in failures:
        raise failure


def test_judging_and_renaming_workers_do_not_stop_each_other(
    database: Database, tenant: UUID, rules: None, now: datetime
) -> None:
    with database.writing(tenant) as session:
        organizations.import_organizations(session, tenant, ORGANIZATIONS, now=now)
    numbers = [f"NV-{n:03d}" for n in range(200)]

    def take_in(name: str) -> None:
        rows = [{"Mã người lao động": number, "Họ và tên": name} for number in reversed(numbers)]
        with database.writing(tenant) as session:
            roster.import_roster(session, tenant, roster_csv(*rows), now=now)

    take_in("Người lao động")
    with database.reading(tenant) as session:
        # Ids rise with the order of a file, so renaming goes from the last to the first, as a second file may.
        numbers = [one.number for one in sorted(workers.known_workers(session, tenant, numbers).values(), key=by_id)]
        people = workers.ids(session, tenant)
    done = threading.Event()

    def rename() -> None:
        try:
            for turn in range(ROUNDS):
                take_in(f"Người lao động {turn}")
        finally:
            done.set()

    def judge() -> None:
        while not done.is_set():
            with database.writing(tenant) as session:
                assessments.lock(session, tenant, people)

    together(rename, judge)
    with database.reading(tenant) as session:
        named = {one.full_name for one in workers.known_workers(session, tenant, numbers).values()}
    assert named == {f"Người lao động {ROUNDS - 1}"}


def by_id(person: workers.Person) -> UUID:
    return person.id


def test_judging_waits_for_nobody_who_is_marking(database: Database, tenant: UUID, rules: None, now: datetime) -> None:
    people = sorted(add_worker(database, tenant, f"NV-{n}", now=now) for n in range(4))
    mark(database, tenant, *((person, 2026) for person in people))
    settled: list[int] = []
    judge = threading.Thread(daemon=True, target=lambda: settled.append(judging.judge_stale(database, tenant, now=now)))
    with database.writing(tenant) as session:
        marks.mark_stale(session, tenant, [(person, 2026) for person in people[2:]])
        if not database.is_sqlite:  # there judging cannot even write before this transaction ends
            judge.start()
            judge.join(10)
            assert settled == [2]
        marks.mark_stale(session, tenant, [(person, 2026) for person in people[:2]])
    assert set(stale_marks(database, tenant)) == {(person, 2026) for person in people}
    assert judging.judge_stale(database, tenant, now=now) == 4


def test_judging_and_marking_do_not_stop_each_other(
    database: Database, tenant: UUID, rules: None, now: datetime
) -> None:
    people = sorted(add_worker(database, tenant, f"NV-{n:02d}", now=now) for n in range(40))
    mark(database, tenant, *((person, 2026) for person in reversed(people)))

    def judge() -> None:
        for _ in range(ROUNDS):
            judging.judge_stale(database, tenant, now=now)

    def mark_in_several_turns() -> None:
        for _ in range(ROUNDS):
            with database.writing(tenant) as session:
                for some in (people[20:], people[:20]):
                    marks.mark_stale(session, tenant, [(person, 2026) for person in some])

    together(judge, mark_in_several_turns)
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    assert stale_marks(database, tenant) == {}
    assert [row[:3] for row in kept(database, tenant)] == [(person, 2026, 1) for person in people]
