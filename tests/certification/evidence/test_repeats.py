"""The same achievement told by two platforms counts once, whatever came first and whatever was voided since."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification.evidence import feed
from certification.evidence.repeats import Told, settle
from certification.models import Fact, Occasion, Repeat
from certification.rules import rule_files
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification import learning
from tests.certification.learning import PROFILE, add_worker, follow_all, statement, store, voiding
from tests.conftest import PEPPER

CERTIFICATE = f"{PROFILE}/extension/certificate-number"
LESSON = "https://hoc.example.org/khoa/1"


# ---------------------------------------------------------------- the pure part


def told(number: int, *, day: int = 1, by: int = 1, once: int = 7, **other: Any) -> Told:
    values: dict[str, Any] = {"minutes": 0, "score": None, "quality": 2} | other
    return Told(UUID(int=99), UUID(int=number), "law-labour", date(2026, 5, day), activity_key=5, said_by=by,
                once_key=once, **values)  # fmt: skip


def counting(*all_told: Told, occasions: Any = None) -> list[int]:
    return sorted(one.statement_id.int for one in settle(all_told, occasions or {}).counting)


def test_of_two_platforms_the_stronger_word_counts_and_the_other_repeats_it() -> None:
    settled = settle([told(1, by=1, quality=2), told(2, by=2, quality=3)], {})
    assert [one.statement_id.int for one in settled.counting] == [2]
    [again] = settled.repeated
    assert (again.told.statement_id.int, again.repeats.int) == (1, 2)


def test_two_sayings_of_one_platform_both_count_but_the_same_one_twice_counts_once() -> None:
    assert counting(told(1, once=7), told(2, once=8)) == [1, 2]
    assert counting(told(1, once=7), told(2, once=7, minutes=5)) == [2]
    assert counting(told(1, once=0), told(2, once=0)) == [1, 2], "a class may be attended twice on one day"


def test_another_day_is_another_achievement_unless_a_certificate_or_registration_ties_them() -> None:
    both = told(1, day=1, by=1), told(2, day=9, by=2)
    assert counting(*both) == [1, 2]
    assert counting(*both, occasions={UUID(int=1): [(3, True)], UUID(int=2): [(3, True)]}) == [1]
    assert counting(*both, occasions={UUID(int=1): [(3, False)], UUID(int=2): [(3, False)]}) == [1]
    assert counting(*both, occasions={UUID(int=1): [(3, True)], UUID(int=2): [(4, True)]}) == [1, 2]


def test_days_of_going_on_under_one_registration_are_not_one_achievement() -> None:
    going_on = [told(number, day=number, by=1, once=0) for number in range(1, 6)]
    finished = told(9, day=9, by=2, quality=3)
    registered = {one.statement_id: [(3, False)] for one in (*going_on, finished)}
    assert counting(*going_on, finished, occasions=registered) == [1, 2, 3, 4, 5, 9]


def test_minutes_and_score_that_the_counting_one_does_not_say_are_lent_by_a_repeat() -> None:
    settled = settle([told(1, by=1, quality=2, minutes=45), told(2, by=2, quality=3, score=9000)], {})
    assert [(one.minutes, one.score) for one in settled.counting] == [(45, 9000)]
    assert [(one.lends_minutes, one.lends_score) for one in settled.repeated] == [(True, False)]


def test_what_somebody_declared_himself_lends_nothing() -> None:
    settled = settle([told(1, by=1, quality=0, minutes=9000), told(2, by=2, quality=3)], {})
    assert [one.minutes for one in settled.counting] == [0]


def test_ten_thousand_repeats_of_one_achievement_count_once() -> None:
    settled = settle([told(number, by=number % 3, minutes=number % 7) for number in range(1, 10_001)], {})
    assert len(settled.counting) == 1
    assert len(settled.repeated) == 9_999


_TOLD = st.builds(
    told, st.integers(1, 30), day=st.integers(1, 3), by=st.integers(1, 3), once=st.sampled_from([0, 7, 8]),
    minutes=st.sampled_from([0, 10, 45]), score=st.sampled_from([None, 0, 8000]), quality=st.integers(0, 3),
)  # fmt: skip


@given(st.lists(_TOLD, max_size=12, unique_by=lambda one: one.statement_id), st.randoms(), st.data())
def test_the_order_means_nothing_and_everything_counts_or_repeats_what_counts(
    all_told: list[Told], random: Any, data: st.DataObject
) -> None:
    keys = st.lists(st.tuples(st.integers(1, 2), st.booleans()), max_size=2, unique=True)
    occasions = {one.statement_id: data.draw(keys) for one in all_told}
    first = settle(all_told, occasions)
    shuffled = list(all_told)
    random.shuffle(shuffled)
    again = settle(shuffled, occasions)
    assert (set(first.counting), set(first.repeated)) == (set(again.counting), set(again.repeated))
    counts = {one.statement_id for one in first.counting}
    repeats = {one.told.statement_id for one in first.repeated}
    assert counts | repeats == {one.statement_id for one in all_told}
    assert not counts & repeats
    assert {one.repeats for one in first.repeated} <= counts


# ---------------------------------------------------------------- from Statements


@pytest.fixture
def platforms(database: Database, tenant: UUID, credential: Callable[..., str], now: datetime) -> list[api.Identity]:
    """Three platforms of the tenant, each with a key of its own."""
    return made_platforms(database, tenant, credential, now)


def made_platforms(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> list[api.Identity]:
    keys = [credential(tenant) for _ in range(3)]
    with database.reading(NOBODY) as session:
        return [api.identify(session, key, pepper=PEPPER, now=now) for key in keys]


def course(actor: str = "an", *, lesson: str = LESSON, certificate: str = "", **parts: Any) -> dict[str, Any]:
    one = statement(actor, **{"object": {"objectType": "Activity", "id": lesson}, **parts})
    if certificate:
        one["context"] = {**one["context"], "extensions": {CERTIFICATE: certificate}}
    return one


def counted(database: Database, tenant: UUID) -> set[UUID]:
    with database.reading(tenant) as session:
        return set(session.scalars(sa.select(Fact.statement_id).where(Fact.tenant_id == tenant)))


def repeated(database: Database, tenant: UUID) -> dict[UUID, UUID]:
    with database.reading(tenant) as session:
        rows = session.execute(sa.select(Repeat.statement_id, Repeat.repeats).where(Repeat.tenant_id == tenant))
        return {row[0]: row[1] for row in rows}


def everything(database: Database, tenant: UUID) -> set[tuple[Any, ...]]:
    """Facts, repeats and occasions, whole."""
    found: set[tuple[Any, ...]] = set()
    with database.reading(tenant) as session:
        for model in (Fact, Repeat, Occasion):
            table = model.__table__
            rows = session.execute(sa.select(table).where(table.c.tenant_id == tenant))
            found |= {(table.name, *row) for row in rows}
    return found


def test_two_platforms_report_one_course_and_voiding_the_one_brings_the_other_back(
    database: Database, tenant: UUID, platforms: list[api.Identity], an: UUID, now: datetime
) -> None:
    first = course(result={"duration": "PT45M"})
    second = course(verb={"id": learning.VERBS + "passed"}, timestamp="2026-05-04T09:00:00Z")
    store(database, platforms[0], first)
    follow_all(database, tenant, now)
    store(database, platforms[1], second)
    follow_all(database, tenant, now)
    assert counted(database, tenant) == {UUID(second["id"])}
    assert repeated(database, tenant) == {UUID(first["id"]): UUID(second["id"])}
    assert {row[4] for row in learning.facts(database, tenant)} == {45}, "the length is not lost"

    store(database, platforms[1], voiding(second))
    follow_all(database, tenant, now)
    assert counted(database, tenant) == {UUID(first["id"])}
    assert repeated(database, tenant) == {}
    assert {row[4] for row in learning.facts(database, tenant)} == {45}


def test_one_certificate_reported_on_two_days_counts_once_and_a_made_up_number_gains_nothing(
    database: Database, tenant: UUID, platforms: list[api.Identity], an: UUID, now: datetime
) -> None:
    first = course(certificate="CC-2026/0815")
    same = course(certificate=" cc-2026/0815 ", timestamp="2026-06-30T03:00:00Z")
    made_up = [course(certificate=f"GIA-{number}", timestamp="2026-05-04T05:00:00Z") for number in range(5)]
    store(database, platforms[0], first)
    store(database, platforms[1], same)
    store(database, platforms[2], *made_up)
    follow_all(database, tenant, now)
    assert len(counted(database, tenant)) == 1
    assert set(repeated(database, tenant)) | counted(database, tenant) == {
        UUID(one["id"]) for one in (first, same, *made_up)
    }


def test_hundreds_of_repeats_over_many_chunks_count_once(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    for hour in range(4):
        many = [course(timestamp=f"2026-05-04T{hour:02d}:{n // 60:02d}:{n % 60:02d}Z") for n in range(150)]
        store(database, identity, *many)
    follow_all(database, tenant, now)
    assert len(counted(database, tenant)) == 1
    assert len(repeated(database, tenant)) == 599
    assert set(repeated(database, tenant).values()) == counted(database, tenant)


@pytest.mark.parametrize("other", [LESSON.upper(), f"{LESSON}/", f"{LESSON}?x=1", LESSON.replace("https", "http")])
def test_ids_that_only_look_alike_are_other_activities_until_they_are_declared_the_same(
    database: Database, tenant: UUID, platforms: list[api.Identity], an: UUID, now: datetime, other: str
) -> None:
    other = other.replace("HTTPS://", "https://")
    store(database, platforms[0], course())
    store(database, platforms[1], course(lesson=other))
    follow_all(database, tenant, now)
    assert len(counted(database, tenant)) == 2

    text = f"""
kind = "evidence-mapping"
id = "trung-nhau"
programme = "cong-dan-hoc-tap"
title = "Cùng một khóa học ở hai nền tảng"
status = "INFERRED"
checked = 2026-11-20
adds_to = "evidence-mapping-2026"

[[activity]]
id = "{other}"
title = "Khóa 1"
same_as = "{LESSON}"
"""
    with database.writing(tenant) as session:
        rule_files.load_text(session, tenant, "trung-nhau.toml", text, now=now)
    feed.rebuild(database, tenant, now=now)
    assert len(counted(database, tenant)) == 1
    assert len(repeated(database, tenant)) == 1


def test_two_workers_with_one_course_on_one_day_are_two_achievements(
    database: Database, tenant: UUID, platforms: list[api.Identity], an: UUID, now: datetime
) -> None:
    add_worker(database, tenant, "NV-BINH", "binh", now=now)
    store(database, platforms[0], course("an"))
    store(database, platforms[1], course("binh"))
    follow_all(database, tenant, now)
    assert len(counted(database, tenant)) == 2


_SENT = st.lists(
    st.tuples(
        st.integers(0, 2),  # which platform
        st.sampled_from(["completed", "passed", "experienced"]),
        st.sampled_from([1, 2]),  # the activity
        st.integers(4, 6),  # the day
        st.sampled_from(["", "A", "B"]),  # the certificate
        st.sampled_from([None, "11111111-1111-4111-8111-111111111111"]),
        st.sampled_from([None, "PT30M"]),
        st.booleans(),  # voided in the end
    ),
    min_size=1,
    max_size=7,
)


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=_SENT, random=st.randoms(use_true_random=False))
def test_any_order_of_arrival_and_voiding_gives_the_same_and_equals_a_rebuild(
    database: Database, now: datetime, credential: Callable[..., str], sent: list[Any], random: Any
) -> None:
    statements = []
    for platform, verb, activity, day, certificate, registration, duration, voided in sent:
        one = course(
            lesson=f"https://hoc.example.org/khoa/{activity}",
            certificate=certificate,
            verb={"id": learning.VERBS + verb},
            timestamp=f"2026-05-{day:02d}T03:00:00Z",
            **({"result": {"duration": duration}} if duration else {}),
        )
        if registration:
            one["context"] = {**one["context"], "registration": registration}
        statements.append((platform, one, voided))

    def told_in(order: list[Any], chunk: int) -> set[tuple[Any, ...]]:
        with database.writing(NOBODY) as session:
            owner = api.create_tenant(session, str(uuid4()), now=now)
        learning.load_rules(database, owner, now=now)
        keys = made_platforms(database, owner, credential, now)
        who = add_worker(database, owner, "NV-AN", "an", now=now)
        # Who said it is another key in each tenant: the same platform is the same place in the list.
        names = {api.key_of(str(api.ifi_text(key.authority))): place for place, key in enumerate(keys)}

        def seen() -> set[tuple[Any, ...]]:
            rows = everything(database, owner)
            named = {owner: "tenant", who: "worker", **names}
            return {tuple(named.get(value, value) for value in row) for row in rows}

        for turn, (platform, one, is_voiding) in enumerate(order):
            store(database, keys[platform], voiding(one) if is_voiding else one)
            if turn % 2:
                feed.follow(database, owner, now=now, limit=chunk)
        follow_all(database, owner, now, limit=chunk)
        followed = seen()
        feed.rebuild(database, owner, now=now, limit=2)
        assert seen() == followed
        return followed

    steps = [(platform, one, False) for platform, one, _ in statements]
    voids = [(platform, one, True) for platform, one, voided in statements if voided]
    in_order = told_in([*steps, *voids], 3)
    mixed = [*steps, *voids]
    random.shuffle(mixed)
    assert told_in(mixed, 2) == in_order


def test_the_shipped_templates_that_tell_of_things_that_happen_once_are_there() -> None:
    from tests.certification.shipped_rules import mapping

    every = itertools.chain.from_iterable(mapping().templates_by_verb.values())
    once = {template.id for template in every if template.once}
    assert {"assessed", "completed", "scored", "finished-reading", "suggested"} <= once
    assert "attended" not in once
