"""What would be, by the same working out, and nothing is kept of it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import pytest

from certification.judgement import assessments, what_if
from certification.judgement.what_if import Course, Supposed, Supposition
from certification.rules import rule_files
from lrs import api
from lrs.db import Database
from tests.certification.learning import (
    PROGRAMME,
    add_facts,
    add_worker,
    attest,
    follow_all,
    kept,
    load_rules,
    statement,
    store,
)

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


LANGUAGE = "https://lms.example.org/khoa-hoc/tieng-anh-giao-tiep"
CATALOGUE = f"""kind = "evidence-mapping"
id = "khoa-hoc"
programme = "{PROGRAMME}"
title = "Khóa học"
status = "INFERRED"
checked = 2026-11-20
adds_to = "evidence-mapping-2026"

[[activity]]
id = "{LANGUAGE}"
title = "Tiếng Anh giao tiếp"
topics = ["language"]

[[activity]]
id = "{LANGUAGE}-2"
title = "Tiếng Anh giao tiếp 2"
topics = ["language"]
"""


def test_a_course_that_is_finished_gives_what_posting_so_then_gives(
    database: Database, tenant: UUID, identity: api.Identity, now: datetime
) -> None:
    load_rules(database, tenant, now=now)
    worker = add_worker(database, tenant, "NV-AN", "an", now=now)
    with database.writing(tenant) as session:
        rule_files.load_text(session, tenant, "khoa-hoc.toml", CATALOGUE, now=now)
    courses = tuple(
        Course(iri, AS_OF, minutes=90, statement=place) for place, iri in enumerate((LANGUAGE, f"{LANGUAGE}-2"))
    )
    answer = ask(database, tenant, worker, Supposition(courses=courses))
    for iri in (LANGUAGE, f"{LANGUAGE}-2"):
        course = {"id": iri, "definition": {"type": "http://adlnet.gov/expapi/activities/course"}}
        finished = statement("an", object=course, context={}, timestamp="2026-11-20T05:00:00Z",
                             result={"completion": True, "duration": "PT1H30M"})  # fmt: skip
        store(database, identity, finished)
    follow_all(database, tenant, now)
    real = ask(database, tenant, worker, Supposition()).now
    assert [(one.points, one.state, one.reasons) for one in answer.then.indicators] == [
        (one.points, one.state, one.reasons) for one in real.indicators
    ]
    assert answer.then.total is not None
    assert answer.now.total is not None
    assert answer.then.total > answer.now.total
    again = ask(database, tenant, worker, Supposition(courses=courses)).then
    assert [one.points for one in again.indicators] == [one.points for one in real.indicators]
    with database.reading(tenant) as session:
        counts = what_if.of_population(
            session,
            tenant,
            [worker],
            PROGRAMME,
            2026,
            AS_OF,
            Supposition(courses=courses, total_at_least=0, each_at_least=0),
        )
    assert counts.workers == 1
    with pytest.raises(what_if.NotSupposable) as refused:
        ask(
            database,
            tenant,
            worker,
            Supposition(courses=(Course(f"{LANGUAGE}-x", AS_OF), Course(LANGUAGE, date(2025, 1, 1), statement=1))),
        )
    assert [place for place, _ in refused.value.faults] == ["/learned/0/course", "/learned/1/day"]
    assert f"did you mean '{LANGUAGE}" in str(refused.value)


@pytest.mark.parametrize(("points", "words"), [(("CS11", 5), "no chỉ số"), (("CS4", 11), "0 to 10")])
def test_points_that_the_criteria_do_not_know_are_refused(
    database: Database, tenant: UUID, worker: UUID, points: tuple[str, int], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        ask(database, tenant, worker, Supposition(points=(points,)))
