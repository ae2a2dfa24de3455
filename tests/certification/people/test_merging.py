"""Two records of one person become one and are parted again; nothing is lost, and taking back gives back exactly."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification import bulk
from certification.evidence import feed
from certification.judgement import assessments, judging
from certification.models import Award, Base, Employment, Fact, NationalNumber, Stale, Worker
from certification.people import (
    identity_events,
    leavers,
    linking,
    merging,
    moved_rows,
    national_numbers,
    roster,
    splitting,
    undoing,
    workers,
)
from certification.people.merging import Merged, MergeRefused
from certification.targets import attainment
from certification.units import organizations
from lrs import api
from lrs.db import Database, Session
from tests.certification import learning
from tests.certification.import_files import roster_csv
from tests.certification.learning import PROGRAMME, account, group, statement, store
from tests.certification.world import ON, World
from tests.conftest import PEPPER

Do = Callable[..., Any]


@pytest.fixture
def do(database: Database, tenant: UUID, now: datetime) -> Do:
    """Calls a function of `merging` or `workers` in a transaction of its own, by an officer."""

    def call(function: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        with database.writing(tenant) as session:
            return function(session, tenant, *arguments, by="cán bộ", basis="xem hồ sơ", now=now, **more)

    return call


def state(database: Database, tenant: UUID) -> dict[str, list[str]]:
    """Every row of the tenant that says who somebody is, and what is whose."""
    tables = [
        *moved_rows.moving(),
        *(Base.metadata.tables[f"certification_{one}"] for one in ("worker", "waiting_statement")),
    ]
    with database.reading(tenant) as session:
        return {
            table.name: sorted(
                map(str, session.execute(sa.select(table).where(table.c.tenant_id == tenant)).mappings())
            )
            for table in tables
        }


def number_of(database: Database, tenant: UUID, worker: UUID) -> str:
    with database.reading(tenant) as session:
        found = session.scalar(sa.select(Worker.number).where(Worker.tenant_id == tenant, Worker.id == worker))
    assert found is not None
    return found


def employ(world: World, *enterprises: str, **more: Any) -> tuple[UUID, str]:
    with world.database.writing(world.tenant) as session:
        worker = world.employ(session, *enterprises, **more)
    return worker, number_of(world.database, world.tenant, worker)


def learn(world: World, identity: api.Identity, number: str, name: str, *statements: dict[str, Any]) -> None:
    """`name` is an account of the worker, who made the Statements (one about labour law where none are given)."""
    with world.database.writing(world.tenant) as session:
        linking.link(session, world.tenant, learning.ifi(name), number, by="x", now=world.now)
    store(world.database, identity, *(statements or [statement(name)]))
    learning.follow_all(world.database, world.tenant, world.now)


# ---------------------------------------------------------------- merging


def test_all_that_is_of_one_becomes_the_others_and_the_old_number_is_still_found(
    world: World, identity: api.Identity, do: Do
) -> None:
    a, first = employ(world, "dn/a")
    b, second = employ(world, "dn/b", gender="female")
    learn(world, identity, first, "an")
    learn(world, identity, second, "an-2")
    with world.database.writing(world.tenant) as session:
        world.title(session, b, 2025, decided=date(2026, 1, 5))
        learning.attest(session, world.tenant, b, {"CS4": 7}, on=date(2026, 6, 1), year=2026, now=world.now)
    merged: Merged = do(merging.merge, first, second)
    assert (merged.worker.number, merged.other.number) == (first, second)
    assert merged.notes == ()
    with world.database.reading(world.tenant) as session:
        assert workers.find(session, world.tenant, second).id == a
        assert workers.known_workers(session, world.tenant, [first, second]).keys() == {first, second}
        assert b not in workers.ids(session, world.tenant)
        assert {one.ifi for one in linking.links_of(session, world.tenant, a)} == {
            learning.ifi("an"),
            learning.ifi("an-2"),
        }
        employed = {one.worker_id for one in workers.employments(session, world.tenant, ON)}
        [event] = [one for one in identity_events.history(session, world.tenant, [b]) if one.kind == "merge"]
    assert employed == {a}
    assert (event.number, event.other, event.done_by, event.basis) == (first, second, "cán bộ", "xem hồ sơ")
    assert {fact[0] for fact in learning.facts(world.database, world.tenant)} == {first}
    assert {year for worker, year in learning.stale_marks(world.database, world.tenant) if worker == a} >= {2025, 2026}


def test_whoever_learned_under_both_counts_once_and_every_participation_counts(
    world: World, identity: api.Identity, do: Do
) -> None:
    _, first = employ(world, "dn/a")
    _, second = employ(world, "dn/b")
    learn(world, identity, first, "an")
    learn(world, identity, second, "an-2", statement("an-2", timestamp="2026-05-05T03:00:00Z"))
    before = world.figures("cd/lai-chau", "L2")
    do(merging.merge, first, second)
    after = world.figures("cd/lai-chau", "L2")
    assert (before.counted, before.denominator) == (2, 2)
    assert (after.counted, after.denominator) == (1, 1)
    assert after.participations == before.participations


def test_facts_after_a_merger_are_those_of_a_rebuild(world: World, identity: api.Identity, do: Do) -> None:
    _, first = employ(world, "dn/a")
    _, second = employ(world, "dn/b")
    both = statement(group("an", "an-2"))
    learn(world, identity, first, "an", both, statement("an"), statement("an-2"))
    learn(world, identity, second, "an-2")
    before = state(world.database, world.tenant)
    merged = do(merging.merge, first, second)
    held = state(world.database, world.tenant)
    feed.rebuild(world.database, world.tenant, now=world.now)
    assert state(world.database, world.tenant) == held
    do(undoing.undo, merged.event)
    assert state(world.database, world.tenant) == before
    feed.rebuild(world.database, world.tenant, now=world.now)
    assert state(world.database, world.tenant) == before


def test_a_statement_that_came_since_goes_with_its_actor_when_the_merger_is_taken_back(
    world: World, identity: api.Identity, do: Do
) -> None:
    a, first = employ(world, "dn/a")
    b, second = employ(world, "dn/b")
    learn(world, identity, first, "an")
    learn(world, identity, second, "an-2")
    merged = do(merging.merge, first, second)
    store(world.database, identity, statement("an-2", "reading"), statement("an", "reading"))
    learning.follow_all(world.database, world.tenant, world.now)
    do(undoing.undo, merged.event)
    assert sorted(learning.whats(world.database, world.tenant)) == sorted(
        (number, what) for number in (first, second) for what in ("law-labour", "learning", "reading", "learning")
    )
    held = learning.facts(world.database, world.tenant)
    feed.rebuild(world.database, world.tenant, now=world.now)
    assert learning.facts(world.database, world.tenant) == held
    assert {(a, 2026), (b, 2026)} <= learning.stale_marks(world.database, world.tenant).keys()


def test_a_statement_voided_since_is_given_back_to_nobody(world: World, identity: api.Identity, do: Do) -> None:
    _, first = employ(world, "dn/a")
    _, second = employ(world, "dn/b")
    both = statement(group("an", "an-2"))
    learn(world, identity, first, "an", both)
    learn(world, identity, second, "an-2", statement("an-2"))
    merged = do(merging.merge, first, second)
    store(world.database, identity, learning.voiding(both))
    learning.follow_all(world.database, world.tenant, world.now)
    do(undoing.undo, merged.event)
    assert {number for number, _ in learning.whats(world.database, world.tenant)} == {second}


def test_of_two_titles_of_a_year_the_one_in_force_then_the_earlier_one_stays(world: World, do: Do) -> None:
    a, first = employ(world, "dn/a")
    b, second = employ(world, "dn/b")
    with world.database.writing(world.tenant) as session:
        world.title(session, a, 2024, decided=date(2025, 3, 1))
        world.title(session, b, 2024, decided=date(2025, 2, 1))
        world.title(session, a, 2025, decided=date(2026, 1, 1), withdrawn=date(2026, 2, 1))
        world.title(session, b, 2025, decided=date(2026, 3, 1))
        world.title(session, b, 2023, decided=date(2024, 3, 1))
    before = state(world.database, world.tenant)
    merged = do(merging.merge, first, second)
    with world.database.reading(world.tenant) as session:
        held = session.execute(
            sa.select(Award.worker_id, Award.year, Award.decided_on).where(Award.tenant_id == world.tenant)
        ).all()
    assert sorted(map(tuple, held)) == [
        (a, 2023, date(2024, 3, 1)),
        (a, 2024, date(2025, 2, 1)),
        (a, 2025, date(2026, 3, 1)),
    ]
    assert [note.partition(":")[0] for note in merged.notes] == [
        "Cả hai đều có danh hiệu năm 2024",
        "Cả hai đều có danh hiệu năm 2025",
    ]
    do(undoing.undo, merged.event)
    assert state(world.database, world.tenant) == before


def test_of_attestations_of_both_the_later_one_counts(world: World, do: Do) -> None:
    a, first = employ(world, "dn/a")
    b, second = employ(world, "dn/b")
    with world.database.writing(world.tenant) as session:
        learning.attest(session, world.tenant, a, {"CS4": 9}, on=date(2026, 5, 1), year=2026, now=world.now)
        learning.attest(session, world.tenant, b, {"CS4": 5}, on=date(2026, 6, 1), year=2026, now=world.now)
    merged = do(merging.merge, first, second)
    assert merged.notes == ("Chỉ số CS4 năm 2026 được xác nhận ở cả hai mã: xác nhận có ngày muộn hơn được tính",)
    with world.database.reading(world.tenant) as session:
        [judged] = assessments.known_on(session, world.tenant, [a], PROGRAMME, ON)
    assert next(one.points for one in judged.result.indicators if one.indicator == "CS4") == 5


def test_employments_of_both_are_kept_and_one_person_is_counted(world: World, do: Do) -> None:
    a, first = employ(world, "dn/a", started=date(2020, 1, 1), ended=date(2026, 12, 31))
    b, second = employ(world, "dn/a", started=date(2020, 1, 1), cadre_in=["dn/a"])
    with world.database.writing(world.tenant) as session:
        world.also(session, a, "dn/b", started=date(2021, 1, 1))
        world.also(session, b, "dn/b", started=date(2022, 1, 1))
        world.also(session, b, "dn/c", started=date(2022, 1, 1))
    before = state(world.database, world.tenant)
    merged = do(merging.merge, first, second)
    with world.database.reading(world.tenant) as session:
        rows = session.execute(
            sa.select(Employment.started, Employment.ended, Employment.worker_id).where(
                Employment.tenant_id == world.tenant, Employment.enterprise_id == world.ids["dn/a"]
            )
        ).all()
        everybody = attainment.measure_all(session, world.tenant, on=ON)
    assert [tuple(one) for one in rows] == [(date(2020, 1, 1), None, a)]
    heads = {code: found.headcount for code in ("dn/a", "dn/b", "dn/c") if (found := everybody.of(code))}
    assert heads == {"dn/a": 1, "dn/b": 1, "dn/c": 1}
    assert merged.notes == (
        "Cả hai đều làm tại “dn/a” từ 01/01/2020: giữ lần ghi kéo dài hơn, lần kia ghi trong lịch sử gộp",
        "Thời gian làm tại “dn/b” ghi ở hai mã trùng nhau: vẫn chỉ tính một người",
    )
    do(undoing.undo, merged.event)
    assert state(world.database, world.tenant) == before


def test_the_record_that_was_merged_is_judged_no_more_and_both_are_after_taking_back(
    world: World, identity: api.Identity, do: Do
) -> None:
    a, first = employ(world, "dn/a")
    b, second = employ(world, "dn/b")
    learn(world, identity, first, "an")
    learn(world, identity, second, "an-2")
    judging.judge_all_stale(world.database, world.tenant, clock=lambda: world.now)
    versions = learning.kept(world.database, world.tenant)
    merged = do(merging.merge, first, second)
    judging.judge_all_stale(world.database, world.tenant, clock=lambda: world.now)
    later = set(learning.kept(world.database, world.tenant)) - set(versions)
    assert {worker for worker, *_ in later} <= {a}
    do(undoing.undo, merged.event)
    judging.judge_all_stale(world.database, world.tenant, clock=lambda: world.now)
    with world.database.reading(world.tenant) as session:
        for worker in (a, b):
            latest = assessments.latest(session, world.tenant, worker, PROGRAMME, 2026)
            [anew] = assessments.known_on(session, world.tenant, [worker], PROGRAMME, date(2026, 11, 20))
            assert latest is not None
            assert latest.result.indicators == anew.result.indicators


# ---------------------------------------------------------------- what is refused


def test_what_cannot_be_merged_is_refused_by_name(world: World, do: Do) -> None:
    numbers = [employ(world, "dn/a")[1] for _ in range(3)]
    a, b, c = numbers
    do(merging.merge, a, b)
    before = state(world.database, world.tenant)
    for first, second, words in [
        (c, b, f"Mã “{b}” đã gộp vào “{a}”"),
        (b, c, f"Mã “{b}” đã gộp vào “{a}”"),
        (b, a, f"Mã “{b}” đã gộp vào “{a}”"),
        (a, b, f"Mã “{b}” đã gộp vào “{a}”"),
        (a, a, "là một"),
        (a, "NV-?", "Không có người lao động nào mang mã “NV-?”"),
        (a, "x\0y", "Không có người lao động nào"),
    ]:
        with pytest.raises(Exception, match=words.replace("?", r"\?")):
            do(merging.merge, first, second)
    assert state(world.database, world.tenant) == before


def test_a_merger_is_taken_back_once_and_the_later_one_first(world: World, do: Do) -> None:
    a, b, c = (employ(world, "dn/a")[1] for _ in range(3))
    before = state(world.database, world.tenant)
    first = do(merging.merge, b, c)
    second = do(merging.merge, a, b)
    with pytest.raises(MergeRefused, match=f"Sau đó còn lần gộp “{b}” vào “{a}”"):
        do(undoing.undo, first.event)
    with world.database.reading(world.tenant) as session:
        assert workers.find(session, world.tenant, c).number == a
    undone = do(undoing.undo, second.event)
    with pytest.raises(MergeRefused, match="đã được hoàn tác rồi"):
        do(undoing.undo, second.event)
    with pytest.raises(MergeRefused, match="không hoàn tác được"):
        do(undoing.undo, undone.event)
    do(undoing.undo, first.event)
    with pytest.raises(identity_events.UnknownEvent):
        do(undoing.undo, uuid4())
    assert state(world.database, world.tenant) == before


def test_two_officers_at_once_merge_once(world: World, now: datetime) -> None:
    a, b, c = (employ(world, "dn/a")[1] for _ in range(3))

    def officer(pair: tuple[str, str]) -> str:
        try:
            with world.database.writing(world.tenant) as session:
                merging.merge(session, world.tenant, *pair, by="x", basis="", now=now)
        except MergeRefused:
            return "refused"
        return "merged"

    with ThreadPoolExecutor(4) as officers:
        outcomes = sorted(officers.map(officer, [(a, b), (b, a), (a, b), (c, b)]))
    assert outcomes in (["merged", "refused", "refused", "refused"], ["merged", "merged", "refused", "refused"])
    with world.database.reading(world.tenant) as session:
        found = workers.records(session, world.tenant, [a, b, c])
        people = workers.known_workers(session, world.tenant, [a, b, c])
    heirs = {person.number for person in people.values()}
    assert len([one for one in found.values() if one.merged_into is None]) == len(heirs)


def test_merging_while_judging_leaves_no_result_on_the_merged_record(
    world: World, identity: api.Identity, now: datetime
) -> None:
    a, first = employ(world, "dn/a")
    b, second = employ(world, "dn/b")
    learn(world, identity, first, "an")
    learn(world, identity, second, "an-2")

    def merge() -> None:
        with world.database.writing(world.tenant) as session:
            merging.merge(session, world.tenant, first, second, by="x", basis="", now=now)

    with ThreadPoolExecutor(2) as both:
        judged = both.submit(judging.judge_all_stale, world.database, world.tenant, clock=lambda: now)
        both.submit(merge).result()
        judged.result()
    judging.judge_all_stale(world.database, world.tenant, clock=lambda: now)
    with world.database.reading(world.tenant) as session:
        latest = assessments.latest(session, world.tenant, a, PROGRAMME, 2026)
        [anew] = assessments.known_on(session, world.tenant, [a], PROGRAMME, date(2026, 11, 20))
        assert session.scalar(sa.select(sa.func.count()).where(Stale.worker_id == b)) == 0
        assert session.scalar(sa.select(sa.func.count()).where(Fact.worker_id == b)) == 0
    assert latest is not None
    assert latest.result.indicators == anew.result.indicators


def test_a_worker_of_another_tenant_is_never_found(
    world: World, other_tenant: UUID, other_world: World, now: datetime
) -> None:
    _, mine = employ(world, "dn/a")
    with pytest.raises(workers.UnknownWorker), world.database.writing(world.tenant) as session:
        merging.merge(session, world.tenant, mine, "NV-20", by="x", basis="", now=now)


# ---------------------------------------------------------------- splitting


def test_what_is_named_is_split_off_with_the_statements_of_its_accounts(
    world: World, identity: api.Identity, do: Do
) -> None:
    a, number = employ(world, "dn/a", started=date(2020, 1, 1))
    both = statement(group("an", "binh"), object={"id": "https://hoc.example.org/khac"})
    learn(world, identity, number, "an", statement("an"), both)
    learn(world, identity, number, "binh", statement("binh", "reading"))
    with world.database.writing(world.tenant) as session:
        world.also(session, a, "dn/b", started=date(2021, 1, 1))
        world.title(session, a, 2024, decided=date(2025, 1, 1))
        learning.attest(session, world.tenant, a, {"CS4": 9}, on=date(2026, 5, 1), year=2026, now=world.now)
    before = state(world.database, world.tenant)
    with pytest.raises(splitting.SplitFaults) as refused:
        do(
            splitting.split, number, "MOI",
            accounts=[learning.ifi("an"), "https://h|x"], employments=[("dn/c", date(2020, 1, 1))], titles=[2023],
            attestations=[UUID(int=0)],
        )  # fmt: skip
    assert refused.value.faults == (
        f"Tài khoản “https://h|x” không phải của người lao động “{number}”; xem lại hồ sơ của người đó",
        f"Lần làm việc “dn/c từ 01/01/2020” không phải của người lao động “{number}”; xem lại hồ sơ của người đó",
        f"Danh hiệu năm “2023” không phải của người lao động “{number}”; xem lại hồ sơ của người đó",
        f"Xác nhận “{UUID(int=0)}” không phải của người lao động “{number}”; xem lại hồ sơ của người đó",
    )
    assert state(world.database, world.tenant) == before
    parted = do(
        splitting.split, number, "MOI", full_name="Bình", accounts=[learning.ifi("binh")],
        employments=[("dn/b", date(2021, 1, 1))], titles=[2024],
    )  # fmt: skip
    assert sorted(learning.whats(world.database, world.tenant)) == sorted(
        [("MOI", "reading"), ("MOI", "learning"), ("MOI", "law-labour"), ("MOI", "learning")]
        + [(number, "law-labour"), (number, "learning")] * 2
    )
    held = learning.facts(world.database, world.tenant)
    feed.rebuild(world.database, world.tenant, now=world.now)
    assert learning.facts(world.database, world.tenant) == held
    do(undoing.undo, parted.event)
    after = state(world.database, world.tenant)
    workers_before, workers_after = before.pop("certification_worker"), after.pop("certification_worker")
    assert after == before
    assert set(workers_before) < set(workers_after)
    with world.database.reading(world.tenant) as session:
        assert workers.find(session, world.tenant, "MOI").id == a


def test_a_number_that_was_merged_can_be_split_off_again_and_another_workers_cannot(world: World, do: Do) -> None:
    _, a = employ(world, "dn/a")
    b_id, b = employ(world, "dn/b")
    _, c = employ(world, "dn/c")
    merged = do(merging.merge, a, b)
    with pytest.raises(MergeRefused, match=f"Mã “{c}” đã là một người lao động khác"):
        do(splitting.split, a, c)
    parted = do(splitting.split, a, b, employments=[("dn/b", date(2021, 1, 1))])
    with world.database.reading(world.tenant) as session:
        assert workers.find(session, world.tenant, b).id == b_id
    with pytest.raises(MergeRefused, match="hoàn tác lần đó trước"):
        do(undoing.undo, merged.event)
    do(undoing.undo, parted.event)
    do(undoing.undo, merged.event)
    with world.database.reading(world.tenant) as session:
        assert workers.find(session, world.tenant, b).id == b_id


# ---------------------------------------------------------------- merge and undo are the identity


CODES = ("dn/a", "dn/b", "dn/c")


def _somebody(world: World, session: Session, dice: random.Random) -> UUID:
    worker = world.employ(session, gender=dice.choice(["male", "female"]))
    started = {(dice.choice(CODES), date(dice.choice([2020, 2021]), 1, 1)) for _ in range(dice.randrange(4))}
    for code, day in sorted(started):
        world.also(
            session, worker, code, started=day, ended=dice.choice([None, date(2026, 3, 1)]), cadre=dice.random() < 0.5
        )
    for year in sorted({dice.choice([2024, 2025]) for _ in range(dice.randrange(3))}):
        day = date(year + 1, dice.randrange(1, 4), 1)
        world.title(session, worker, year, decided=day, withdrawn=dice.choice([None, date(year + 1, 6, 1)]))
    for indicator in dice.sample(["CS4", "CS8", "CS9"], dice.randrange(4)):
        day = date(2026, dice.randrange(1, 11), 1)
        learning.attest(session, world.tenant, worker, {indicator: 7}, on=day, year=2026, now=world.now)
    return worker


def _links_and_learns(world: World, identity: api.Identity, dice: random.Random, numbers: Sequence[str]) -> None:
    names = {number: [f"{number}-{place}" for place in range(dice.randrange(3))] for number in numbers}
    everybody = [name for some in names.values() for name in some]
    sent = [statement(name, dice.choice(["law-labour", "reading"])) for name in everybody for _ in range(2)]
    sent += [
        statement(group(*dice.sample(everybody, dice.randrange(1, len(everybody) + 1)))) for _ in range(3) if everybody
    ]
    if sent:
        sent.append(learning.voiding(dice.choice(sent)))
    with world.database.writing(world.tenant) as session:
        for number, some in names.items():
            for name in some:
                linking.link(session, world.tenant, learning.ifi(name), number, by="x", now=world.now)
    if sent:
        store(world.database, identity, *sent)
    learning.follow_all(world.database, world.tenant, world.now)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(seed=st.integers(0, 2**32), merges=st.integers(1, 4))
def test_mergers_taken_back_in_reverse_order_leave_everything_as_it_was(
    world: World, identity: api.Identity, do: Do, seed: int, merges: int
) -> None:
    dice = random.Random(seed)
    with world.database.writing(world.tenant) as session:
        ids = [_somebody(world, session, dice) for _ in range(5)]
    numbers = [number_of(world.database, world.tenant, one) for one in ids]
    _links_and_learns(world, identity, dice, numbers)
    before = state(world.database, world.tenant)
    living = list(numbers)
    done: list[Merged] = []
    for _ in range(merges):
        into, other = dice.sample(living, 2)
        done.append(do(merging.merge, into, other))
        living.remove(other)
    held = learning.facts(world.database, world.tenant)
    feed.rebuild(world.database, world.tenant, now=world.now)
    assert learning.facts(world.database, world.tenant) == held
    for merged in reversed(done):
        do(undoing.undo, merged.event)
    assert state(world.database, world.tenant) == before


# ---------------------------------------------------------------- links


def test_unlinked_statements_wait_again_whatever_they_gave_and_undoing_brings_them_back(
    world: World, identity: api.Identity, do: Do
) -> None:
    _, number = employ(world, "dn/a")
    of_no_use = {**statement("an"), "verb": {"id": "https://hoc.example.org/nothing"}}
    learn(world, identity, number, "an", statement("an"), of_no_use, statement(group("an", "lạ")))
    before = state(world.database, world.tenant)
    assert do(linking.unlink, learning.ifi("an")) == 3
    held = state(world.database, world.tenant)
    assert len(learning.waiting(world.database, world.tenant)) == 4
    feed.rebuild(world.database, world.tenant, now=world.now)
    assert state(world.database, world.tenant) == held
    with pytest.raises(linking.NotLinked):
        do(linking.unlink, learning.ifi("an"))
    with world.database.reading(world.tenant) as session:
        worker = workers.find(session, world.tenant, number).id
        event = identity_events.history(session, world.tenant, [worker])[0]
    do(undoing.undo, event.id)
    assert state(world.database, world.tenant) == before


def test_a_link_taken_back_makes_its_statements_wait(world: World, identity: api.Identity, do: Do) -> None:
    worker, number = employ(world, "dn/a")
    learn(world, identity, number, "an")
    with world.database.reading(world.tenant) as session:
        [event] = identity_events.history(session, world.tenant, [worker])
    do(undoing.undo, event.id)
    assert {one[0] for one in learning.waiting(world.database, world.tenant)} == {learning.ifi("an")}
    with pytest.raises(MergeRefused):
        do(undoing.undo, event.id)


def test_an_unlinked_account_that_became_anothers_is_not_given_back(world: World, do: Do) -> None:
    worker, number = employ(world, "dn/a")
    _, thief = employ(world, "dn/a")
    do(linking.link, learning.ifi("an"), number)
    with pytest.raises(linking.IdentifierTaken):
        do(linking.link, learning.ifi("an"), thief)
    do(linking.unlink, learning.ifi("an"))
    do(linking.link, learning.ifi("an"), thief)
    with world.database.reading(world.tenant) as session:
        event = next(one for one in identity_events.history(session, world.tenant, [worker]) if one.kind == "unlink")
    with pytest.raises(linking.IdentifierTaken, match=thief):
        do(undoing.undo, event.id)


def test_a_stated_link_is_confirmed_by_a_person_and_the_history_says_by_whom(world: World, do: Do) -> None:
    worker, number = employ(world, "dn/a")
    ifi = learning.ifi("an")
    with world.database.writing(world.tenant) as session:
        row = linking.link_row(world.tenant, ifi, worker, world.now, basis="roster")
        session.execute(
            sa.insert(Base.metadata.tables["certification_worker_identifier"]), [{**row, "ifi_digest": b"1"}]
        )
    with world.database.reading(world.tenant) as session:
        [link] = linking.links_of(session, world.tenant, worker)
    assert (link.sureness, link.linked_by, link.basis) == ("stated", "", "roster")
    do(linking.link, ifi, number)
    do(linking.link, ifi, number)
    with world.database.reading(world.tenant) as session:
        [link] = linking.links_of(session, world.tenant, worker)
        history = identity_events.history(session, world.tenant, [worker])
    assert (link.sureness, link.linked_by) == ("confirmed", "cán bộ")
    assert [(one.kind, one.ifi, one.done_by) for one in history] == [("confirm", ifi, "cán bộ")]


def test_an_identifier_of_ten_thousand_characters_is_linked_merged_and_unlinked(
    world: World, identity: api.Identity, do: Do
) -> None:
    _, a = employ(world, "dn/a")
    _, b = employ(world, "dn/b")
    name = "ạ" * 10_000
    learn(world, identity, b, name, statement(account(name)))
    before = state(world.database, world.tenant)
    merged = do(merging.merge, a, b)
    do(undoing.undo, merged.event)
    assert state(world.database, world.tenant) == before
    assert do(linking.unlink, learning.ifi(name)) == 1


def test_a_forgotten_actor_is_gone_from_the_history_too(world: World, identity: api.Identity, do: Do) -> None:
    worker, number = employ(world, "dn/a")
    do(linking.link, learning.ifi("an"), number)
    do(linking.unlink, learning.ifi("an"))
    with world.database.writing(world.tenant) as session:
        linking.forget_actor(session, world.tenant, learning.ifi("an"))
    with world.database.reading(world.tenant) as session:
        history = identity_events.history(session, world.tenant, [worker])
    assert [(one.kind, one.ifi) for one in history] == [("unlink", None), ("link", None)]
    with pytest.raises(MergeRefused):
        do(undoing.undo, history[0].id)


# ---------------------------------------------------------------- what other imports know of a number that was merged


def test_a_number_sealed_for_the_other_record_can_still_be_opened(world: World, do: Do) -> None:
    a, first = employ(world, "dn/a")
    b, second = employ(world, "dn/b")
    keys = national_numbers.Keys.of(world.tenant, PEPPER)
    number = national_numbers.check("038195000123")
    with world.database.writing(world.tenant) as session:
        bulk.insert(session, NationalNumber, [national_numbers.row(keys, number, b, sealed=True, now=world.now)])
    before = state(world.database, world.tenant)
    merged = do(merging.merge, first, second)
    with world.database.reading(world.tenant) as session:
        assert national_numbers.opened(session, world.tenant, a, keys) == {"cccd": "038195000123"}
    do(undoing.undo, merged.event)
    assert state(world.database, world.tenant) == before


def test_two_national_numbers_are_told_and_the_survivors_stays(world: World, do: Do) -> None:
    a, first = employ(world, "dn/a")
    b, second = employ(world, "dn/b")
    keys = national_numbers.Keys.of(world.tenant, PEPPER)
    rows = [
        national_numbers.row(keys, national_numbers.check(text), who, sealed=True, now=world.now)
        for text, who in (("038195000123", a), ("038195000456", b))
    ]
    with world.database.writing(world.tenant) as session:
        bulk.insert(session, NationalNumber, rows)
    before = state(world.database, world.tenant)
    merged = do(merging.merge, first, second)
    assert merged.notes == (
        "Số định danh khác nhau (…123 và …456): giữ số của mã được giữ; kiểm tra có đúng là một người không",
    )
    do(undoing.undo, merged.event)
    assert state(world.database, world.tenant) == before


def test_a_roster_by_the_old_number_is_about_the_one_who_holds_all(world: World, do: Do) -> None:
    a, first = employ(world, "dn/a", started=date(2021, 1, 1))
    _, second = employ(world, "dn/b")
    do(merging.merge, first, second)
    told = {"Mã doanh nghiệp": "dn/a", "Ngày vào làm": "01/01/2021", "Họ và tên": "Tên cũ"}
    data = roster_csv({"Mã người lao động": second, **told})
    with world.database.writing(world.tenant) as session:
        report = roster.import_roster(session, world.tenant, data, now=world.now)
        person = workers.find(session, world.tenant, second)
        missing = leavers.missing(
            session, world.tenant, {"dn/a": organizations.nodes(session, world.tenant)["dn/a"]}, {"dn/a": [second]}, ON
        )
    assert report.created == 0
    assert (person.id, person.full_name) == (a, "Người")
    assert missing == []
