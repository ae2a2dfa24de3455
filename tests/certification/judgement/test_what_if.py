"""What would be, by the same working out, and nothing is kept of it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import pytest

from certification.judgement import assessments, what_if
from certification.judgement.what_if import Supposed, Supposition
from lrs.db import Database
from tests.certification.learning import PROGRAMME, add_facts, add_worker, attest, kept, load_rules

AS_OF = date(2026, 11, 20)
EIGHT = {f"CS{number}": 8 for number in range(1, 11)}


@pytest.fixture
def worker(database: Database, tenant: UUID, now: datetime) -> UUID:
    load_rules(database, tenant, now=now)
    found = add_worker(database, tenant, "NV-1", now=now)
    with database.writing(tenant) as session:
        add_facts(session, tenant, found, ["language"], day=date(2026, 3, 1))
        points = {**EIGHT, "CS4": 6}
        del points["CS6"]
        attest(session, tenant, found, points, on=date(2026, 11, 1), year=2026, now=now)
    return found


def ask(database: Database, tenant: UUID, worker: UUID, supposed: Supposition) -> what_if.Answer:
    with database.reading(tenant) as session:
        return what_if.of_worker(session, tenant, worker, PROGRAMME, 2026, AS_OF, supposed)


def test_a_course_more_and_points_of_a_team_lead(database: Database, tenant: UUID, worker: UUID) -> None:
    course = tuple(Supposed("language", date(2026, 12, number), 3, 60, 9000, number, number) for number in range(1, 6))
    answer = ask(database, tenant, worker, Supposition(course, (("CS4", 9),)))
    points = {one.indicator: one.points for one in answer.then.indicators}
    assert (points["CS4"], points["CS6"]) == (9, 9)
    assert {one.indicator: one.points for one in answer.now.indicators}["CS6"] == 1
    assert (answer.now.outcome, answer.then.outcome) == ("not_met", "met")
    assert answer.then.as_of == date(2026, 12, 5)
    assert not [one for one in kept(database, tenant) if one[0] == worker]


def test_what_is_supposed_and_comes_true_is_judged_so(
    database: Database, tenant: UUID, worker: UUID, now: datetime
) -> None:
    days = [date(2026, 12, number) for number in range(1, 4)]
    supposed = Supposition(tuple(Supposed("language", day, 2, 60, None, day.day, day.day) for day in days))
    told = ask(database, tenant, worker, supposed).then
    with database.writing(tenant) as session:
        for day in days:
            add_facts(session, tenant, worker, ["language"], day=day, activity=day.day)
        [real] = assessments.judge(session, tenant, [worker], PROGRAMME, 2026, days[-1]).judgements
    assert [(one.points, one.state, one.reasons) for one in told.indicators] == [
        (one.points, one.state, one.reasons) for one in real.result.indicators
    ]


def test_a_population_by_another_pass_mark_and_with_courses_that_reach_everyone(
    database: Database, tenant: UUID, worker: UUID, now: datetime
) -> None:
    sure = add_worker(database, tenant, "NV-2", now=now)
    with database.writing(tenant) as session:
        attest(session, tenant, sure, EIGHT, on=date(2026, 11, 1), year=2026, now=now)

    def count(supposed: Supposition) -> what_if.Counts:
        with database.reading(tenant) as session:
            return what_if.of_population(session, tenant, [worker, sure], PROGRAMME, 2026, AS_OF, supposed)

    higher = count(Supposition(total_at_least=85))
    assert (higher.now["met"], higher.then["met"]) == (1, 0)
    course = tuple(Supposed("language", date(2026, number, 5), 3, 60, 9000, number, number) for number in range(1, 9))
    reached = count(Supposition(course, total_at_least=75))
    assert (reached.now["met"], reached.then["met"]) == (1, 2)
    for one in (worker, sure):
        alone = ask(database, tenant, one, Supposition(course, total_at_least=75)).then.outcome
        assert alone == "met"


@pytest.mark.parametrize(("points", "words"), [(("CS11", 5), "no chỉ số"), (("CS4", 11), "0 to 10")])
def test_points_that_the_criteria_do_not_know_are_refused(
    database: Database, tenant: UUID, worker: UUID, points: tuple[str, int], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        ask(database, tenant, worker, Supposition(points=(points,)))
