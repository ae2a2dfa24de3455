"""What is kept of counts says what counting says: always, after anything, made bit by bit or all at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification import bulk
from certification.evidence import feed
from certification.judgement import judging
from certification.marks import EVERY_YEAR, Cause, mark_stale, mark_uncounted
from certification.models import Attestation, Award, Employment, Stale, Standing, Summary, Tally, Uncounted, Worker
from certification.rules.criteria import PROGRAMME
from certification.targets import (
    attainment,
    contributions,
    counting,
    figures,
    freezing,
    grounds,
    rates,
    settling,
    summaries,
    tallies,
    waiting,
)
from certification.targets.populations import BASES, Behind
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Database, is_postgresql
from tests.certification import learning
from tests.certification.learning import add_facts
from tests.certification.world import ON, World

Counting = Callable[[], Any]

TOPICS = ["law-labour", "law-trade-union", "law-insurance", "law-safety", "skill-upskilling", "digital-able", "reading"]
ALONE = 12
"""About so many organizations are asked about one by one too."""
DAYS = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1), ON, date(2026, 12, 31)]


def settle(world: World, today: date = ON) -> None:
    settling.settle_all(world.database, world.tenant, today=today)


def compare(world: World, *days: date) -> None:
    """Every organization's counts as kept, against the same counted from the rows, on these days and either basis."""
    with world.database.reading(world.tenant) as session:
        land = grounds.land(session, world.tenant)
        rules = summaries.all_rules(session, world.tenant)
        for on in days:
            codes = sorted(land.on(on).concerned)
            for basis in BASES:
                asked: dict[str, Any] = {"on": on, "programme": PROGRAMME, "basis": basis}
                kept = summaries.read(session, world.tenant, land, rules, codes=codes, **asked)
                assert kept is not None
                counted = counting.count_rows(session, world.tenant, land, rules, meeting=True, **asked)
                for code in codes:
                    for found, wanted in (
                        (kept.everybody[code], counted.everybody[code]),
                        (kept.cadres[code], counted.cadres[code]),
                    ):
                        assert found.headcount == wanted.headcount, (on, basis, code)
                        assert found.women == wanted.women, (on, basis, code)
                        assert found.meeting == wanted.meeting, (on, basis, code)
                        for rule in rules:
                            assert found.persons[rule] == wanted.persons[rule], (on, basis, code, rule)
                            assert found.participations[rule] == wanted.participations[rule], (on, basis, code, rule)
                for code in codes[:: max(1, len(codes) // ALONE)]:
                    alone = summaries.read(session, world.tenant, land, rules, codes=[code], **asked)
                    assert alone is not None
                    assert alone.everybody[code] == kept.everybody[code], (on, basis, code)
                    assert alone.cadres[code] == kept.cadres[code], (on, basis, code)
                    assert alone.reporting <= kept.reporting
                below = counted.coverage
                assert sum(one in kept.reporting for one in land.on(on).chains[basis]) == below["vn"].reporting


def everything(world: World) -> tuple[Any, ...]:
    """All that is kept: tallies and standings, byte for byte."""
    with world.database.reading(world.tenant) as session:
        tallies = session.execute(
            sa.select(Tally.organization_id, Tally.year, Tally.measure, Tally.content)
            .where(Tally.tenant_id == world.tenant)
            .order_by(Tally.organization_id, Tally.year, Tally.measure)
        )
        standings = session.execute(
            sa.select(Standing.worker_id, Standing.year, Standing.content)
            .where(Standing.tenant_id == world.tenant)
            .order_by(Standing.worker_id, Standing.year)
        )
        return tallies.all(), standings.all()


def rebuilt(world: World) -> tuple[Any, ...]:
    with world.database.writing(world.tenant) as session:
        settling.forget(session, world.tenant)
    settle(world)
    return everything(world)


class Life:
    """Things that happen, drawn by chance, each through the way by which it happens in the program, or marked as it
    would be."""

    def __init__(self, world: World, identity: api.Identity, chance: random.Random) -> None:
        self.world, self.identity, self.chance = world, identity, chance
        self.people: list[UUID] = []
        self.accounts: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.moved = 0

    def happen(self) -> None:
        self.chance.choice([self.hire, self.hire, self.learn, self.learn, self.learn, self.void, self.second_job,
                            self.leave, self.award, self.withdraw, self.move, self.rename, self.attest, self.attest,
                            self.take_back, self.judge, self.judge])()  # fmt: skip

    def day(self, first: date = date(2025, 10, 1)) -> date:
        return first + timedelta(days=self.chance.randrange((date(2026, 12, 31) - first).days + 1))

    def enterprise(self) -> str:
        return self.chance.choice(["dn/a", "dn/b", "dn/c", "dn/moi", "dn/xong"])

    def hire(self) -> None:
        world = self.world
        name = f"w{len(self.people)}"
        worker = learning.add_worker(world.database, world.tenant, name, name, now=world.now)
        self.people.append(worker)
        self.accounts.append(name)
        with world.database.writing(world.tenant) as session:
            started = self.chance.choice([date(2021, 1, 1), self.day()])
            ended = self.chance.choice([None, None, started + timedelta(days=self.chance.randrange(300))])
            world.also(
                session, worker, self.enterprise(), started=started, ended=ended, cadre=self.chance.random() < 0.3
            )
            mark_uncounted(session, world.tenant, [(worker, EVERY_YEAR)])

    def second_job(self) -> None:
        if not self.people:
            return
        worker, code = self.chance.choice(self.people), self.enterprise()
        with self.world.database.writing(self.world.tenant) as session:
            held = session.scalars(sa.select(Employment.started).where(Employment.worker_id == worker)).all()
            if (started := self.day()) not in held:
                self.world.also(session, worker, code, started=started, cadre=self.chance.random() < 0.3)
                mark_uncounted(session, self.world.tenant, [(worker, EVERY_YEAR)])

    def leave(self) -> None:
        if not self.people:
            return
        worker = self.chance.choice(self.people)
        with self.world.database.writing(self.world.tenant) as session:
            for job in session.scalars(sa.select(Employment).where(Employment.worker_id == worker)):
                job.ended = self.chance.choice([None, max(job.started, self.day())])
            mark_uncounted(session, self.world.tenant, [(worker, EVERY_YEAR)])

    def rename(self) -> None:
        if not self.people:
            return
        worker = self.chance.choice(self.people)
        with self.world.database.writing(self.world.tenant) as session:
            session.get_one(Worker, worker).gender = self.chance.choice(["female", "male", None])
            mark_uncounted(session, self.world.tenant, [(worker, EVERY_YEAR)])

    def learn(self) -> None:
        if not self.accounts:
            return
        several = [
            learning.statement(
                self.chance.choice(self.accounts),
                self.chance.choice(TOPICS),
                timestamp=f"{self.day()}T{self.chance.choice(['03:00:00', '16:59:59', '17:00:00'])}Z",
            )
            for _ in range(3)
        ]
        self.sent += several
        learning.store(self.world.database, self.identity, *several)
        learning.follow_all(self.world.database, self.world.tenant, self.world.now)

    def attest(self) -> None:
        """All points but those that the log may suggest for reading; sometimes those too, or too few of one."""
        if not self.people:
            return
        worker = self.chance.choice(self.people)
        points = {f"CS{number}": 9 for number in range(self.chance.choice([1, 2]), 11)}
        points |= self.chance.choice([{}, {}, {"CS4": 3}])
        on = self.day()
        with self.world.database.writing(self.world.tenant) as session:
            learning.attest(session, self.world.tenant, worker, points, on=on, year=on.year, now=self.world.now)
            mark_stale(session, self.world.tenant, {(worker, on.year)}, cause=Cause.ATTESTED)

    def take_back(self) -> None:
        with self.world.database.writing(self.world.tenant) as session:
            given = session.scalars(sa.select(Attestation).where(Attestation.tenant_id == self.world.tenant)).all()
            if given:
                one = self.chance.choice(given)
                one.withdrawn_on = max(one.attested_on, self.day())
                mark_stale(session, self.world.tenant, {(one.worker_id, one.year)}, cause=Cause.ATTESTED)

    def judge(self) -> None:
        judging.judge_all_stale(self.world.database, self.world.tenant, clock=lambda: self.world.now)

    def void(self) -> None:
        if not self.sent:
            return
        target = self.sent.pop(self.chance.randrange(len(self.sent)))
        learning.store(self.world.database, self.identity, learning.voiding(target))
        learning.follow_all(self.world.database, self.world.tenant, self.world.now)

    def award(self) -> None:
        if not self.people:
            return
        worker, year = self.chance.choice(self.people), self.chance.choice([2023, 2024, 2025, 2026])
        with self.world.database.writing(self.world.tenant) as session:
            if session.get(Award, (worker, PROGRAMME, year)) is None:
                self.world.title(session, worker, year, decided=max(self.day(), date(year, 1, 1)))
                mark_uncounted(session, self.world.tenant, [(worker, EVERY_YEAR)])

    def withdraw(self) -> None:
        with self.world.database.writing(self.world.tenant) as session:
            held = session.scalars(sa.select(Award).where(Award.tenant_id == self.world.tenant)).all()
            if held:
                one = self.chance.choice(held)
                one.withdrawn_on = self.chance.choice([None, self.day(date(2025, 12, 1))])
                mark_uncounted(session, self.world.tenant, [(one.worker_id, EVERY_YEAR)])

    def move(self) -> None:
        """An enterprise to another commune, another union or none, from a later day each time."""
        self.moved += 1
        code = self.chance.choice(["dn/a", "dn/b", "dn/c", "dn/moi"])
        above = self.chance.choice(["vn/lai-chau", "vn/lao-cai"])
        union = self.chance.choice(["cdcs/a", "cdcs/b", "cdcs/c", ""])
        since = date(2025, 12, 1) + timedelta(days=17 * self.moved)
        rows = f"""Mã,Tên,Loại,Mã cấp trên hành chính,Mã cấp trên công đoàn,Từ ngày,Đến ngày
{code},Doanh nghiệp {code},doanh nghiệp,{above},{union},{since},
"""
        with self.world.database.writing(self.world.tenant) as session:
            organizations.import_organizations(session, self.world.tenant, rows.encode(), now=self.world.now)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_after_anything_the_summaries_say_what_counting_says_and_what_a_rebuild_says(
    world: World, identity: api.Identity, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "MAKING", 5)
    chance = random.Random(seed)
    life = Life(world, identity, chance)
    settle(world)
    for turn in range(8):
        for _ in range(chance.randrange(1, 6)):
            life.happen()
        with world.database.reading(world.tenant) as session:
            moved = session.get_one(Summary, (world.tenant, 2026)).organizations
            if moved == grounds.land(session, world.tenant).stamp:
                compare(world, chance.choice(DAYS))  # with what is not settled yet
        if chance.random() < 0.7 or turn == 7:
            settle(world)
            compare(world, *chance.sample(DAYS, 2))
    kept = everything(world)
    assert rebuilt(world) == kept
    compare(world, *DAYS)


def test_killed_in_the_middle_it_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "MAKING", 2)
    with world.database.writing(world.tenant) as session:
        for _ in range(7):
            add_facts(session, world.tenant, world.employ(session, "dn/a"), ["law-labour"])
    real, calls = tallies.Changes.write, 0

    def failing(*arguments: Any, **named: Any) -> None:
        nonlocal calls
        calls += 1
        real(*arguments, **named)
        if calls % 2:
            raise RuntimeError("killed")

    monkeypatch.setattr(tallies.Changes, "write", failing)
    for _ in range(60):
        try:
            settle(world)
        except RuntimeError:
            continue
        break
    compare(world, ON)
    kept = everything(world)
    monkeypatch.setattr(tallies.Changes, "write", real)
    assert rebuilt(world) == kept


def test_nothing_is_read_from_a_summary_that_is_not_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def kept() -> Any:
        with world.database.reading(world.tenant) as session:
            land = grounds.land(session, world.tenant)
            return summaries.read(session, world.tenant, land, (), on=ON, codes=["vn"])

    monkeypatch.setattr(settling, "MAKING", 1)
    with world.database.writing(world.tenant) as session:
        workers = [world.employ(session, "dn/a") for _ in range(3)]
    assert kept() is None
    settling.settle(world.database, world.tenant, today=ON)
    assert kept() is None, "only begun"
    settle(world)
    assert kept().everybody["vn"].headcount == 3
    monkeypatch.setattr(summaries, "UNSETTLED", 2)
    with world.database.writing(world.tenant) as session:
        mark_uncounted(session, world.tenant, [(one, 2026) for one in workers])
        session.execute(sa.update(Uncounted).values(since=UUID(int=0)))
    assert kept() is None, "nobody knows since when"
    settle(world)
    assert kept() is not None


def test_where_too_much_waits_figures_say_for_which_instant_they_hold(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.database.writing(world.tenant) as session:
        workers = [world.employ(session, "dn/a", "dn/b") for _ in range(4)]
        others = [world.employ(session, "dn/c") for _ in range(2)]
    settle(world)
    monkeypatch.setattr(summaries, "UNSETTLED", 2)
    monkeypatch.setattr(counting, "FEW", 3)
    before = datetime.now(UTC)
    with world.database.writing(world.tenant) as session:
        for worker in (*workers, *others):
            add_facts(session, world.tenant, worker, ["law-labour"], times=1)
        mark_uncounted(session, world.tenant, [(worker, 2026) for worker in workers])
        mark_uncounted(session, world.tenant, [(worker, EVERY_YEAR) for worker in others])
    with world.database.writing(world.tenant) as session:
        mark_uncounted(session, world.tenant, [(workers[0], 2026)])
    after = datetime.now(UTC)

    def asked(*codes: str, on: date = ON, exact: bool = False) -> tuple[Behind | None, list[int]]:
        with world.database.reading(world.tenant) as session:
            found = attainment.measure_all(session, world.tenant, on=on, codes=codes, exact=exact)
        groups = [one.group("G1") for one in found.organizations]
        return found.behind, [one.counted for one in groups if one is not None]

    behind, counted = asked("vn")
    assert counted == [0], "nothing of what came since"
    assert behind is not None
    assert before - timedelta(milliseconds=1) <= behind.known_until <= after
    assert (behind.waiting, behind.waiting_more) == (6, False)
    assert asked("dn/c") == (None, [2]), "the rows of few people are counted"
    assert asked("vn", exact=True) == (None, [6])
    assert asked("vn", on=date(2025, 12, 31)) == (None, [0]), "two marks alone concern the year before"
    with world.database.reading(world.tenant) as session:
        measured = rates.rates(session, world.tenant, "vn", on=ON, today=ON)
        assert measured.behind == behind
        assert figures.behind_words(behind).startswith("Có đủ những gì đã biết đến ")
        assert "còn 6 người lao động" in figures.behind_words(behind)
    monkeypatch.setattr(summaries, "COUNTED_WAITING", 3)
    more, _ = asked("vn")
    assert more == Behind(behind.known_until, 3, waiting_more=True)
    assert "ít nhất 3 người" in figures.behind_words(more)

    while behind is not None:  # settled bit by bit, an answer never names an earlier instant than the last one
        settling.settle(world.database, world.tenant, today=ON, limit=2)
        last, (behind, counted) = behind, asked("vn")
        assert behind is None or (behind.known_until >= last.known_until and counted[0] < 6)
    assert counted == [6]
    compare(world, ON)


def test_of_those_who_wait_only_whoever_concerns_the_unit_is_worked_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.database.writing(world.tenant) as session:
        stays, leaves = world.employ(session, "dn/a"), world.employ(session, "dn/a")
        others = [world.employ(session, "dn/c") for _ in range(5)]
    settle(world)
    with world.database.writing(world.tenant) as session:
        session.execute(sa.delete(Employment).where(Employment.worker_id == leaves))
        comes = world.employ(session, "dn/b")
        for worker in (stays, comes, *others):
            add_facts(session, world.tenant, worker, ["law-labour"], times=1)
        mark_uncounted(session, world.tenant, [(one, EVERY_YEAR) for one in (stays, leaves, comes, *others)])
    compare(world, ON)
    real, worked_out = contributions.work_out, list[set[UUID]]()

    def noted(*given: Any, **named: Any) -> Any:
        worked_out.append({*given[5]})
        return real(*given, **named)

    monkeypatch.setattr(contributions, "work_out", noted)
    with world.database.reading(world.tenant) as session:
        attainment.measure_all(session, world.tenant, on=ON, codes=["dn/a"])
        attainment.measure_all(session, world.tenant, on=ON, codes=["dn/b"])
        attainment.measure_all(session, world.tenant, on=ON, codes=["vn"])
    assert worked_out == [{stays, leaves}, {comes}, {stays, leaves, comes, *others}]


def test_what_is_frozen_is_counted_to_the_end_however_much_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.database.writing(world.tenant) as session:
        workers = [world.employ(session, "dn/a") for _ in range(4)]
    settle(world)
    monkeypatch.setattr(summaries, "UNSETTLED", 0)
    monkeypatch.setattr(counting, "FEW", 0)
    with world.database.writing(world.tenant) as session:
        for worker in workers:
            add_facts(session, world.tenant, worker, ["law-labour"], times=1)
            mark_uncounted(session, world.tenant, [(worker, 2026)])
        asked: dict[str, Any] = {
            "on": vietnam_day(world.now),
            "by": "Chị Hoa",
            "reason": "báo cáo năm",
            "now": world.now,
        }
        record = freezing.freeze(session, world.tenant, freezing.prepare(session, world.tenant, "vn", **asked))
        assert record.figures["1268-qd-ttg/G1/counted"] == 4
        assert freezing.difference(session, world.tenant, record, today=ON) == ()


def test_a_change_while_its_worker_is_counted_is_counted_afterwards(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        worker = world.employ(session, "dn/a")
        mark_uncounted(session, world.tenant, [(worker, 2026)])
    settle(world)
    with world.database.writing(world.tenant) as session:
        mark_uncounted(session, world.tenant, [(worker, 2026)])
        read = waiting.marks(session, world.tenant, 10)
        mark_uncounted(session, world.tenant, [(worker, 2026)])
        waiting.take_away(session, world.tenant, read)
        left = session.scalar(
            sa.select(sa.func.count()).select_from(Uncounted).where(Uncounted.tenant_id == world.tenant)
        )
    assert left == 1


def marked(world: World) -> list[UUID]:
    with world.database.reading(world.tenant) as session:
        return list(session.scalars(sa.select(Uncounted.worker_id).where(Uncounted.tenant_id == world.tenant)))


def test_of_very_many_marked_those_of_an_enterprise_are_settled_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever came last in small numbers goes along, whoever is employed nowhere is not forgotten, and killed before or
    after anything is written nobody is counted twice."""
    with world.database.writing(world.tenant) as session:
        people = [world.employ(session, ("dn/a", "dn/b", "dn/c")[turn % 3]) for turn in range(30)]
        people += [world.employ(session, "dn/a", "dn/b"), world.employ(session), world.employ(session)]
        late = world.employ(session, "dn/moi")
    settle(world)
    monkeypatch.setattr(settling, "MAKING", 12)
    for turn, worker in enumerate([*people, late]):
        with world.database.writing(world.tenant) as session:
            if turn % 3:
                add_facts(session, world.tenant, worker, ["law-labour", "reading"], times=1)
            elif turn % 2 == 0:
                session.execute(sa.delete(Employment).where(Employment.worker_id == worker))
    with world.database.writing(world.tenant) as session:
        mark_uncounted(session, world.tenant, [(worker, EVERY_YEAR) for worker in people[::2]])
        mark_uncounted(session, world.tenant, [(worker, 2026) for worker in people])
    with world.database.writing(world.tenant) as session:
        mark_uncounted(session, world.tenant, [(late, 2026)])

    real, calls = tallies.Changes.write, 0

    def failing(*arguments: Any, **named: Any) -> None:
        nonlocal calls
        calls += 1
        if calls % 6 != 1:
            real(*arguments, **named)
        if calls % 6 < 2:
            raise RuntimeError("killed")

    monkeypatch.setattr(tallies.Changes, "write", failing)
    steps = []
    while marked(world):
        try:
            steps.append(settling.settle(world.database, world.tenant, today=ON, limit=2))
        except RuntimeError:
            continue
        assert late not in marked(world)
    monkeypatch.setattr(tallies.Changes, "write", real)
    assert sum(steps) == len(people) + len(people[::2]) + 1
    assert max(steps) >= 10, "an enterprise at once"
    compare(world, *DAYS)
    kept = everything(world)
    assert rebuilt(world) == kept


def test_postgresql_looks_at_tables_that_were_just_filled_before_it_reads_many_rows_by_id(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would read the whole of them instead. On SQLite nothing has to be done."""
    monkeypatch.setattr(bulk, "JUST_FILLED", 3)
    with world.database.writing(world.tenant) as session:
        for _ in range(4):
            add_facts(session, world.tenant, world.employ(session, "dn/a"), ["law-labour"])
        if is_postgresql(session):
            session.execute(sa.text("SELECT pg_stat_force_next_flush()"))
    while settling.settle(world.database, world.tenant, today=ON, limit=2):
        pass
    if not world.database.is_sqlite:
        with world.database.reading(world.tenant) as session:
            known = "SELECT relname FROM pg_class WHERE reltuples >= 4 AND relname = ANY(:names)"
            names = {"names": ["certification_fact", "certification_employment", "certification_tally"]}
            assert {"certification_fact", "certification_employment"} <= {*session.scalars(sa.text(known), names)}


def test_beside_a_figure_of_last_year_stands_one_that_is_read_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.database.writing(world.tenant) as session:
        for year in (2024, 2025):
            worker = world.employ(session, "dn/a")
            add_facts(session, world.tenant, worker, ["law-labour"], times=1, day=date(year, 3, 1))
    asked: dict[str, Any] = {"on": date(2025, 6, 30), "today": ON}
    with world.database.reading(world.tenant) as session:
        counted = rates.rates(session, world.tenant, "vn", **asked)
    assert [one.beside.last_year.counted for one in counted.targets if one.beside.last_year][:1] == [1]
    settle(world)
    monkeypatch.setattr(counting, "_count_chains", None)
    with world.database.reading(world.tenant) as session:
        assert rates.rates(session, world.tenant, "vn", **asked) == counted


def test_who_met_the_criteria_on_a_day_comes_with_the_figures(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        meeting, fallen = world.employ(session, "dn/a"), world.employ(session, "dn/a", "dn/b")
        for worker in (meeting, fallen):
            points = {f"CS{number}": 9 for number in range(1, 11)}
            learning.attest(session, world.tenant, worker, points, on=date(2026, 6, 1), year=2026, now=world.now)
        learning.attest(session, world.tenant, fallen, {"CS4": 3}, on=date(2026, 7, 1), year=2026, now=world.now)
        mark_stale(session, world.tenant, {(meeting, 2026), (fallen, 2026)})
    judging.judge_all_stale(world.database, world.tenant, clock=lambda: world.now)
    settle(world)
    compare(world, *DAYS)
    met = {}
    for day in (date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 1), ON):
        figures = world.measure(day).of("vn")
        assert figures is not None
        met[day] = figures.meets_criteria
    assert [*met.values()] == [0, 2, 1, 1]


def test_the_loop_keeps_the_summaries_with_every_statement(
    world: World, identity: api.Identity, database: Database
) -> None:
    learning.add_worker(database, world.tenant, "an", "an", now=world.now)
    with database.writing(world.tenant) as session:
        worker = session.scalars(
            sa.select(Worker.id).where(Worker.number == "an", Worker.tenant_id == world.tenant)
        ).one()
        world.also(session, worker, "dn/a", started=date(2021, 1, 1))
        mark_uncounted(session, world.tenant, [(worker, EVERY_YEAR)])
    settle(world)
    learning.store(database, identity, learning.statement("an"))
    feed.follow(database, world.tenant, now=world.now)
    compare(world, ON)
    judging.judge_all_stale(database, world.tenant, clock=lambda: world.now)
    settle(world)
    compare(world, ON)
    with database.reading(world.tenant) as session:
        for table in (Stale, Uncounted):
            assert (
                session.scalar(sa.select(sa.func.count()).select_from(table).where(table.tenant_id == world.tenant))
                == 0
            )
    assert world.counts("dn/a", "G1") == (1, 1, 1)


def test_a_rate_is_read_with_the_same_few_commands_however_many_people_there_are(
    world: World, count_commands: Counting
) -> None:
    counts = []
    for size in (1, 40):
        with world.database.writing(world.tenant) as session:
            for _ in range(size):
                worker = world.employ(session, "dn/a", "dn/b")
                add_facts(session, world.tenant, worker, ["law-labour", "digital-able"], times=2)
                mark_uncounted(session, world.tenant, [(worker, EVERY_YEAR)])
        settle(world)
        with world.database.reading(world.tenant) as session, count_commands() as commands:
            attainment.measure_all(session, world.tenant, on=ON, codes=["vn"])
        counts.append(len(commands))
    assert counts[1] <= counts[0] <= 14, "the trees are remembered the second time"
