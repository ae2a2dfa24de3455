"""One achievement told by several is shown as such: which counts, who else tells it, what counts once one is voided."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console

from certification.evidence import retold
from certification.evidence.retold import NAMED, Beside, Retold
from certification.evidence.retold_words import beside_words, retold_words
from certification.judgement import assessments
from certification.terminal.explanation import print_explanation
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification import learning
from tests.certification.learning import PROGRAMME, follow_all, statement, store, voiding
from tests.conftest import PEPPER

LESSON = {"objectType": "Activity", "id": "https://hoc.example.org/khoa/1", "definition": {"name": {"vi": "Tin học"}}}
Counting = Callable[[], Any]


@pytest.fixture
def platforms(database: Database, tenant: UUID, now: datetime) -> tuple[api.Identity, ...]:
    """Two platforms of the tenant, by the names of their keys."""
    with database.writing(NOBODY) as session:
        keys = [
            api.create_credential(session, tenant, name=name, scopes=("all",), pepper=PEPPER, now=now)
            for name in ("Nền tảng A", "Nền tảng B")
        ]
    headers = ["Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode() for key, secret in keys]
    with database.reading(NOBODY) as session:
        return tuple(api.identify(session, header, pepper=PEPPER, now=now) for header in headers)


@pytest.fixture
def told(
    database: Database, tenant: UUID, platforms: tuple[api.Identity, ...], an: UUID, now: datetime
) -> list[dict[str, Any]]:
    """That "an" completed a course, by A, and passed it, by B the next hour: only the second counts."""
    first = course(LESSON)
    second = statement(
        "an", "language", object=LESSON, verb={"id": learning.VERBS + "passed"}, timestamp="2026-05-04T04:00:00Z"
    )
    store(database, platforms[0], first)
    store(database, platforms[1], second)
    follow_all(database, tenant, now)
    return [first, second]


def course(lesson: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """That "an" completed a course of a language."""
    return statement("an", "language", object=lesson, **parts)


def of(database: Database, tenant: UUID, worker: UUID, one: dict[str, Any]) -> Retold | None:
    with database.reading(tenant) as session:
        return retold.of_counting(session, tenant, worker, [UUID(one["id"])]).get(UUID(one["id"]))


def beside(database: Database, tenant: UUID, worker: UUID, one: dict[str, Any]) -> Beside | None:
    with database.reading(tenant) as session:
        return retold.beside(session, tenant, worker, UUID(one["id"]))


def test_it_is_told_which_counts_and_which_platform_tells_it_again(
    database: Database, tenant: UUID, told: list[dict[str, Any]], an: UUID
) -> None:
    found = of(database, tenant, an, told[1])
    assert found is not None
    assert (found.counts.statement, found.counts.said_by, found.counts.day) == (
        UUID(told[1]["id"]), "Nền tảng B", date(2026, 5, 4),
    )  # fmt: skip
    assert [(one.statement, one.said_by) for one in found.again] == [(UUID(told[0]["id"]), "Nền tảng A")]
    assert retold_words(found) == (
        "“Tin học” được báo 2 lần, chỉ tính một lần: tính theo Nền tảng B (ngày 04/05/2026); "
        "không tính thêm Nền tảng A (ngày 04/05/2026)."
    )
    nameless = replace(found, counts=replace(found.counts, about="https://hoc.example.org/khoa/1"))
    assert retold_words(nameless).startswith("“Việc học do Nền tảng B ghi nhận” được báo"), "an id says nothing"
    assert of(database, tenant, an, told[0]) is None


def test_many_that_tell_the_same_are_counted_and_the_first_named(
    database: Database, tenant: UUID, platforms: tuple[api.Identity, ...], told: list[dict[str, Any]], an: UUID,
    now: datetime,
) -> None:  # fmt: skip
    more = [course(LESSON, timestamp=f"2026-05-04T05:00:{n:02d}Z") for n in range(20)]
    store(database, platforms[0], *more)
    follow_all(database, tenant, now)
    found = of(database, tenant, an, told[1])
    assert found is not None
    assert (found.others, len(found.again)) == (21, NAMED)
    assert "được báo 22 lần" in retold_words(found)
    assert "và 11 phát biểu khác" in retold_words(found)


def test_before_the_one_that_counts_is_voided_it_is_told_what_counts_then_and_so_it_comes(
    database: Database, tenant: UUID, platforms: tuple[api.Identity, ...], told: list[dict[str, Any]], an: UUID,
    now: datetime,
) -> None:  # fmt: skip
    found = beside(database, tenant, an, told[1])
    assert found is not None
    assert found.repeats == ()
    assert [one.statement for one in found.again] == [one.statement for one in found.instead] == [UUID(told[0]["id"])]
    assert beside_words(found) == (
        "Minh chứng này được tính; báo lại cùng kết quả, không tính thêm: Nền tảng A (ngày 04/05/2026).",
        "Nếu minh chứng này bị huỷ thì được tính thay: Nền tảng A (ngày 04/05/2026).",
    )
    store(database, platforms[1], voiding(told[1]))
    follow_all(database, tenant, now)
    assert {row[1] for row in learning.facts(database, tenant)} == {one.statement for one in found.instead}
    assert beside(database, tenant, an, told[0]) is beside(database, tenant, an, told[1]) is None


def test_of_one_that_only_repeats_it_is_told_that_the_other_counts_whatever_is_answered(
    database: Database, tenant: UUID, told: list[dict[str, Any]], an: UUID
) -> None:
    found = beside(database, tenant, an, told[0])
    assert found is not None
    assert [one.statement for one in found.repeats] == [UUID(told[1]["id"])]
    assert (found.again, found.instead) == ((), ())
    assert beside_words(found) == (
        "Kết quả này đang được tính theo Nền tảng B (ngày 04/05/2026); minh chứng này chỉ báo lại, nên giữ hay huỷ thì "
        "kết quả đó vẫn được tính.",
    )


def test_what_only_one_statement_tells_has_nothing_beside_it(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    one = statement("an")
    store(database, identity, one)
    follow_all(database, tenant, now)
    assert of(database, tenant, an, one) is None
    assert beside(database, tenant, an, one) is None


def test_another_tenant_is_told_nothing(
    database: Database, other_tenant: UUID, told: list[dict[str, Any]], an: UUID, other_an: UUID
) -> None:
    for one in told:
        for worker in (an, other_an):
            assert of(database, other_tenant, worker, one) is None
            assert beside(database, other_tenant, worker, one) is None


def test_a_thousand_are_shown_with_as_many_commands_as_one(
    database: Database, tenant: UUID, told: list[dict[str, Any]], platforms: tuple[api.Identity, ...], an: UUID,
    now: datetime, count_commands: Counting,
) -> None:  # fmt: skip
    counts = []
    for size in (1, 40):
        many = [f"https://hoc.example.org/khoa/{size}/{n}" for n in range(size)]
        for platform in platforms:
            store(database, platform, *(course({"objectType": "Activity", "id": each}) for each in many))
        follow_all(database, tenant, now)
        with database.reading(tenant) as session:
            ids = [row[1] for row in learning.facts(database, tenant)]
            with count_commands() as commands:
                found = retold.of_counting(session, tenant, an, ids)
        assert len(found) >= size
        counts.append(len(commands))
    assert counts[0] == counts[1]


def test_the_explanation_on_the_terminal_shows_it(
    database: Database, tenant: UUID, told: list[dict[str, Any]], an: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session:
        [judged] = assessments.assess(session, tenant, [an], PROGRAMME, 2026, as_of=date(2026, 11, 20), now=now)
    console = Console(file=io.StringIO(), width=200, markup=False, highlight=False)
    with database.reading(tenant) as session:
        print_explanation(session, tenant, console, judged, number="NV-AN", full_name="An")
    assert isinstance(console.file, io.StringIO)
    assert "“Tin học” được báo 2 lần, chỉ tính một lần: tính theo Nền tảng B" in console.file.getvalue()
