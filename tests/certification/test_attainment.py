"""Rates that survive questioning: distinct persons over a headcount frozen on a day, gaps in whole people."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from certification import attainment, organizations
from certification.attainment import Goal, TargetFigures, goal
from certification.models import Assessment, Award, Commitment, Employment, Fact, Organization, Worker
from certification.plans import TargetValue
from lrs.db import Database, Session, new_id
from tests.certification import learning
from tests.certification.learning import PROGRAMME, add_facts

Counting = Callable[[], Any]
ON = date(2026, 11, 25)
COMMITMENT = "Công đoàn học tập"
"""What target L3 of Lai Châu's plan counts."""

UNITS = """Mã,Tên,Loại,Mã cấp trên hành chính,Mã cấp trên công đoàn,Từ ngày,Đến ngày
cdcs/a,CĐCS A,công đoàn cơ sở,,cd/lai-chau,2020-01-01,
cdcs/b,CĐCS B,công đoàn cơ sở,,cd/lai-chau,2020-01-01,
cdcs/c,CĐCS C,công đoàn cơ sở,,cd/lao-cai,2020-01-01,
cdcs/trong,CĐCS không có doanh nghiệp,công đoàn cơ sở,,cd/lai-chau,2020-01-01,
dn/a,Doanh nghiệp A,doanh nghiệp,vn/lai-chau,cdcs/a,2020-01-01,
dn/b,Doanh nghiệp B,doanh nghiệp,vn/lai-chau,cdcs/b,2020-01-01,
dn/c,Doanh nghiệp C,doanh nghiệp,vn/lao-cai,cdcs/c,2020-01-01,
dn/moi,Doanh nghiệp không có công đoàn,doanh nghiệp,vn/lao-cai,,2020-01-01,
dn/xong,Doanh nghiệp đã kết thúc,doanh nghiệp,vn/lao-cai,cdcs/c,2020-01-01,2026-10-31
"""


class World:
    """A tenant with the shipped plans and a few enterprises, filled by the tests."""

    def __init__(self, database: Database, tenant: UUID, now: datetime) -> None:
        self.database, self.tenant, self.now = database, tenant, now
        learning.load_rules(database, tenant, now=now)
        with database.writing() as session:
            organizations.import_organizations(session, tenant, UNITS.encode(), now=now)
            rows = session.execute(
                sa.select(Organization.code, Organization.id).where(Organization.tenant_id == tenant)
            )
            self.ids = {code: organization_id for code, organization_id in rows}  # noqa: C416
        self._numbers = 0

    def employ(
        self,
        session: Session,
        *enterprises: str,
        gender: str = "male",
        started: date = date(2021, 1, 1),
        ended: date | None = None,
        cadre_in: Iterable[str] = (),
    ) -> UUID:
        """A new worker employed by these enterprises at once."""
        self._numbers += 1
        worker = Worker(
            id=new_id(), tenant_id=self.tenant, number=f"NV-{self._numbers}", full_name="Người", gender=gender
        )
        session.add(worker)
        session.flush()
        for code in enterprises:
            self.also(session, worker.id, code, started=started, ended=ended, cadre=code in cadre_in)
        return worker.id

    def also(
        self,
        session: Session,
        worker: UUID,
        code: str,
        *,
        started: date,
        ended: date | None = None,
        cadre: bool = False,
    ) -> None:
        session.add(
            Employment(
                worker_id=worker,
                tenant_id=self.tenant,
                enterprise_id=self.ids[code],
                started=started,
                ended=ended,
                position=None,
                audience="nguoi-lao-dong",
                union_member=True,
                union_cadre=cadre,
            )
        )

    def title(self, session: Session, worker: UUID, year: int, *, decided: date, withdrawn: date | None = None) -> None:
        session.add(
            Award(
                worker_id=worker,
                programme=PROGRAMME,
                year=year,
                tenant_id=self.tenant,
                decision_number="1",
                decided_on=decided,
                body="UBND",
                withdrawn_on=withdrawn,
                recorded=self.now,
            )
        )

    def judged(self, session: Session, worker: UUID, version: int, outcome: str, as_of: date) -> None:
        session.add(
            Assessment(
                worker_id=worker,
                programme=PROGRAMME,
                year=as_of.year,
                version=version,
                tenant_id=self.tenant,
                criteria_set_id=new_id(),
                as_of=as_of,
                outcome=outcome,
                total=0,
                result="{}",
                judged=self.now,
            )
        )

    def measure(self, on: date = ON) -> attainment.Attainment:
        with self.database.reading() as session:
            return attainment.measure_all(session, self.tenant, on=on)

    def figures(self, code: str, group: str, on: date = ON) -> TargetFigures:
        organization = self.measure(on).of(code)
        assert organization is not None
        found = organization.group(group)
        assert found is not None
        return found

    def counts(self, code: str, group: str, on: date = ON) -> tuple[int, int, int]:
        """Counted, participations, denominator."""
        found = self.figures(code, group, on)
        return found.counted, found.participations, found.denominator


@pytest.fixture
def world(database: Database, tenant: UUID, now: datetime) -> World:
    return World(database, tenant, now)


@pytest.fixture
def other_world(database: Database, other_tenant: UUID, now: datetime) -> World:
    """The same enterprises under the same codes, full of people who hold every title and know everything."""
    other = World(database, other_tenant, now)
    with database.writing() as session:
        for code in ("dn/a", "dn/b", "dn/c"):
            for _ in range(7):
                worker = other.employ(session, code, gender="female", cadre_in=[code])
                add_facts(session, other_tenant, worker, ["law-labour", "digital-able", "learning"], times=3)
                other.title(session, worker, 2026, decided=date(2026, 6, 1))
                other.judged(session, worker, 1, "met", date(2026, 11, 1))
        session.add(
            Commitment(
                organization_id=other.ids["cdcs/a"],
                kind=COMMITMENT,
                year=2026,
                source="x",
                recorded=now,
            )
        )
    return other


# ---------------------------------------------------------------- arithmetic


@pytest.mark.parametrize(
    ("operator", "percent", "counted", "denominator", "met", "short", "points"),
    [
        (">=", 70, 7, 10, True, 0, Fraction(0)),
        (">", 70, 7, 10, False, 1, Fraction(0)),
        (">", 70, 8, 10, True, 0, Fraction(0)),
        (">=", 70, 0, 3, False, 3, Fraction(70)),
        (">", 70, 2, 3, False, 1, Fraction(10, 3)),
        (">=", 100, 9, 10, False, 1, Fraction(10)),
        (">=", 50, 1, 3, False, 1, Fraction(50, 3)),
        (">=", 30, 299999, 1000000, False, 1, Fraction(1, 10000)),
    ],
)
def test_a_gap_is_the_number_of_people_still_needed(
    operator: str, percent: int, counted: int, denominator: int, met: bool, short: int, points: Fraction
) -> None:
    assert goal(TargetValue(2030, percent), operator, counted, denominator) == Goal(
        2030, operator, percent, met, short, points
    )


def test_over_nobody_there_is_no_rate_and_no_gap() -> None:
    assert goal(TargetValue(2030, 70), ">=", 0, 0) == Goal(2030, ">=", 70, None, None, None)


def test_an_operator_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="'<'"):
        goal(TargetValue(2030, 70), "<", 1, 2)


@given(
    st.sampled_from([">=", ">"]),
    st.integers(1, 99),
    st.integers(1, 10_000).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))),
)
def test_with_so_many_more_the_goal_is_met_and_with_one_fewer_it_is_not(
    operator: str, percent: int, parts: tuple[int, int]
) -> None:
    counted, denominator = parts
    value = TargetValue(2030, percent)
    there = goal(value, operator, counted, denominator)
    assert there.short is not None
    assert there.met == (there.short == 0)
    reached = goal(value, operator, counted + there.short, denominator)
    assert reached.met
    if there.short:
        assert not goal(value, operator, counted + there.short - 1, denominator).met
    rate = Fraction(counted * 100, denominator)
    assert there.met == (rate >= percent if operator == ">=" else rate > percent)


# ---------------------------------------------------------------- persons and lượt


def test_persons_are_counted_once_and_participations_beside_them(world: World, other_world: World) -> None:
    with world.database.writing() as session:
        busy, idle = world.employ(session, "dn/a", gender="female"), world.employ(session, "dn/a")
        add_facts(session, world.tenant, busy, ["law-labour"], times=4)
        add_facts(session, world.tenant, busy, ["law-trade-union"])
        add_facts(session, world.tenant, idle, ["law-labour"], quality=0)
        add_facts(session, world.tenant, idle, ["law-other"])
    assert world.counts("dn/a", "G1") == (1, 5, 2)
    assert world.figures("dn/a", "G1").rate == Fraction(1, 2)
    organization = world.measure().of("dn/a")
    assert organization is not None
    assert (organization.headcount, organization.women) == (2, 1)


def test_a_statement_that_says_two_things_of_one_target_is_one_participation(world: World) -> None:
    with world.database.writing() as session:
        worker, one_statement = world.employ(session, "dn/a"), uuid4()
        for what in ("law-labour", "law-trade-union"):
            session.add(
                Fact(
                    worker_id=worker,
                    tenant_id=world.tenant,
                    statement_id=one_statement,
                    what=what,
                    day=date(2026, 5, 4),
                    year=2026,
                    minutes=0,
                    score=None,
                    quality=2,
                    activity_key=1,
                )
            )
    assert world.counts("dn/a", "G1") == (1, 1, 1)


def test_somebody_with_two_employers_is_one_person_where_both_meet(world: World) -> None:
    with world.database.writing() as session:
        worker = world.employ(session, "dn/a", "dn/b")
        add_facts(session, world.tenant, worker, ["law-labour"], times=2)
        world.employ(session, "dn/b")
    assert world.counts("dn/a", "G1") == (1, 2, 1)
    assert world.counts("dn/b", "G1") == (1, 2, 2)
    assert world.counts("vn/lai-chau", "G1") == (1, 2, 2)
    assert world.counts("cd/lai-chau", "L2") == (1, 2, 2)
    assert world.counts("cdcs/b", "L2") == (1, 2, 2)
    assert world.counts("vn", "G1") == (1, 2, 2)


def test_two_jobs_in_the_same_enterprise_are_one_person(world: World) -> None:
    with world.database.writing() as session:
        worker = world.employ(session, "dn/a")
        world.also(session, worker, "dn/a", started=date(2022, 1, 1))
    assert world.counts("dn/a", "G1") == (0, 0, 1)


# ---------------------------------------------------------------- the cut-off


def test_only_the_calendar_year_up_to_the_cut_off_counts(world: World) -> None:
    with world.database.writing() as session:
        for day in (date(2025, 12, 31), date(2026, 1, 1), ON, date(2026, 11, 26), date(2027, 1, 1)):
            worker = world.employ(session, "dn/a")
            add_facts(session, world.tenant, worker, ["life-health"], day=day)
    assert world.counts("dn/a", "G3") == (2, 2, 5)
    assert world.counts("dn/a", "G3", date(2025, 12, 31)) == (1, 1, 5)
    assert world.counts("dn/a", "G3", date(2026, 12, 31)) == (3, 3, 5)


def test_the_population_is_who_is_employed_on_the_day_first_and_last_day_included(world: World) -> None:
    with world.database.writing() as session:
        world.employ(session, "dn/a", started=ON)
        world.employ(session, "dn/a", ended=ON)
        left = world.employ(session, "dn/a", ended=date(2026, 11, 24))
        coming = world.employ(session, "dn/a", started=date(2026, 11, 26))
        add_facts(session, world.tenant, left, ["life-health"])
        add_facts(session, world.tenant, coming, ["life-health"])
    assert world.counts("dn/a", "G3") == (0, 0, 2)
    assert world.counts("dn/a", "G3", date(2026, 11, 24)) == (1, 1, 2)


def test_what_was_learned_at_another_employer_counts_where_the_person_works_now(world: World) -> None:
    with world.database.writing() as session:
        worker = world.employ(session, "dn/a", ended=date(2026, 6, 30))
        world.also(session, worker, "dn/c", started=date(2026, 7, 1))
        add_facts(session, world.tenant, worker, ["life-health"], day=date(2026, 3, 3))
    assert world.counts("dn/c", "G3") == (1, 1, 1)
    assert world.counts("dn/a", "G3") == (0, 0, 0)
    figures = world.figures("dn/a", "G3")
    assert figures.rate is None
    assert [one.met for one in figures.goals] == [None, None]


def test_an_enterprise_that_has_ended_is_not_there_with_its_people(world: World) -> None:
    with world.database.writing() as session:
        world.employ(session, "dn/xong")
    assert world.measure().of("dn/xong") is None
    assert world.counts("vn/lao-cai", "G1") == (0, 0, 0)
    assert world.counts("dn/xong", "G1", date(2026, 10, 31)) == (0, 0, 1)
    assert world.counts("vn/lao-cai", "G1", date(2026, 10, 31)) == (0, 0, 1)


# ---------------------------------------------------------------- titles


def test_titles_count_by_award_decided_and_not_withdrawn_by_the_cut_off(world: World, other_world: World) -> None:
    with world.database.writing() as session:
        people = [world.employ(session, "dn/a") for _ in range(8)]
        world.title(session, people[0], 2026, decided=ON)
        world.title(session, people[1], 2026, decided=date(2026, 11, 26))
        world.title(session, people[2], 2025, decided=date(2026, 1, 31))
        world.title(session, people[3], 2024, decided=date(2025, 1, 31))
        world.title(session, people[4], 2025, decided=date(2026, 1, 31), withdrawn=ON)
        world.title(session, people[5], 2025, decided=date(2026, 1, 31), withdrawn=date(2026, 11, 26))
        world.title(session, people[6], 2025, decided=date(2026, 1, 31))
        world.title(session, people[6], 2026, decided=date(2026, 11, 1))
    assert world.counts("dn/a", "G5") == (4, 5, 8)


def test_meeting_the_criteria_and_holding_the_title_are_counted_apart(world: World, other_world: World) -> None:
    with world.database.writing() as session:
        holder, meeting, fallen, judged_later, _nobody = (world.employ(session, "dn/a") for _ in range(5))
        world.title(session, holder, 2025, decided=date(2026, 1, 31))
        world.judged(session, holder, 1, "not_met", date(2026, 6, 1))
        world.judged(session, meeting, 1, "not_met", date(2026, 6, 1))
        world.judged(session, meeting, 2, "met", date(2026, 7, 1))
        world.judged(session, fallen, 1, "met", date(2026, 6, 1))
        world.judged(session, fallen, 2, "not_yet_known", date(2026, 7, 1))
        world.judged(session, judged_later, 1, "met", date(2026, 11, 26))  # with nothing learned since the cut-off
        world.judged(session, holder, 1, "met", date(2025, 6, 1))
    for code in ("dn/a", "cdcs/a", "vn/lai-chau", "vn"):
        organization = world.measure().of(code)
        assert organization is not None
        assert (organization.meets_criteria, organization.holds_title) == (2, 1)


# ---------------------------------------------------------------- plans


def test_each_organization_below_the_national_plan_has_one_target_of_each_common_group(world: World) -> None:
    for organization in world.measure().organizations:
        if organization.kind not in ("administrative", "enterprise"):
            continue  # trade unions stand in the other tree, which the national plan's owner is not at the top of
        groups = [one.group for one in organization.targets if one.group in attainment.COMMON_GROUPS]
        assert groups == list(attainment.COMMON_GROUPS), organization.code


def test_the_nearest_plan_binds_and_a_units_own_targets_come_beside(world: World) -> None:
    measured = world.measure()
    plans_of = {one.code: {target.group: target.plan for target in one.targets} for one in measured.organizations}
    assert len(set(plans_of["dn/c"].values())) == 1
    assert plans_of["dn/c"] == plans_of["vn/lao-cai"]
    assert plans_of["dn/c"]["G1"] != plans_of["vn"]["G1"]
    assert plans_of["dn/a"]["G1"] == plans_of["vn"]["G1"]
    assert [group for group in plans_of["dn/a"] if group.startswith("L")] == ["L1", "L2", "L3", "L4", "L5", "L6"]
    assert not any(group.startswith("L") for group in plans_of["vn"])


def test_reached_and_able_are_both_shown_for_digital_skills(world: World) -> None:
    with world.database.writing() as session:
        reached, able, _neither = (world.employ(session, "dn/a") for _ in range(3))
        add_facts(session, world.tenant, reached, ["digital-reached"], times=2)
        add_facts(session, world.tenant, able, ["digital-able"])
    figures = world.figures("dn/a", "G4")
    assert (figures.counted, figures.participations, figures.rate) == (2, 3, Fraction(2, 3))
    (beside,) = figures.beside
    assert (beside.id, beside.counted, beside.participations, beside.rate) == ("G4-able", 1, 1, Fraction(1, 3))


def test_union_cadres_are_counted_where_they_are_cadres(world: World, other_world: World) -> None:
    with world.database.writing() as session:
        trained = world.employ(session, "dn/a", "dn/b", cadre_in=["dn/a"])
        world.employ(session, "dn/b", cadre_in=["dn/b"])
        plain = world.employ(session, "dn/a")
        add_facts(session, world.tenant, trained, ["cadre-training"])
        add_facts(session, world.tenant, plain, ["cadre-training"])
    assert world.counts("dn/a", "L1") == (1, 1, 1)
    assert world.counts("dn/b", "L1") == (0, 0, 1)
    assert world.counts("cd/lai-chau", "L1") == (1, 1, 2)


def test_grassroots_unions_count_by_their_commitment_of_the_year(world: World, other_world: World) -> None:
    with world.database.writing() as session:
        for code, year in (("cdcs/a", 2026), ("cdcs/b", 2025), ("cdcs/c", 2026), ("cdcs/trong", 2026)):
            session.add(
                Commitment(organization_id=world.ids[code], kind=COMMITMENT, year=year, source="x", recorded=world.now)
            )
    assert world.counts("cd/lai-chau", "L3") == (1, 1, 2)
    assert world.counts("dn/a", "L3") == (1, 1, 1)
    assert world.counts("dn/b", "L3") == (0, 0, 1)
    figures = world.figures("cd/lai-chau", "L3")
    assert (figures.unit, figures.population) == ("organization", "grassroots_unions")
    assert [(one.operator, one.percent, one.met, one.short) for one in figures.goals] == [(">", 70, False, 1)]


def test_all_topics_of_a_target_are_needed_where_it_says_all(world: World) -> None:
    four = ["law-labour", "law-trade-union", "law-social-insurance", "law-safety"]
    with world.database.writing() as session:
        every, three = world.employ(session, "dn/a"), world.employ(session, "dn/a")
        add_facts(session, world.tenant, every, four, times=2)
        add_facts(session, world.tenant, three, four[:3], times=2)
    assert world.counts("dn/a", "L5") == (1, 8, 2)
    assert world.counts("dn/a", "G1") == (2, 8, 2)


# ---------------------------------------------------------------- promises about all figures


def test_two_tenants_figures_stay_apart(world: World, other_world: World) -> None:
    for organization in world.measure().organizations:
        assert (organization.headcount, organization.meets_criteria, organization.holds_title) == (0, 0, 0)
        assert all(target.counted == target.participations == 0 for target in organization.targets)
    other = other_world.measure().of("vn")
    assert other is not None
    assert (other.headcount, other.women, other.union_cadres, other.holds_title) == (21, 21, 21, 21)


def test_nothing_counted_ever_exceeds_its_population_and_parents_hold_their_children(world: World) -> None:
    chance = random.Random(26)
    kinds = ["law-labour", "skill-upskilling", "life-health", "digital-able", "cadre-training", "learning"]
    with world.database.writing() as session:
        for _ in range(60):
            employers = chance.sample(["dn/a", "dn/b", "dn/c", "dn/moi"], chance.choice([1, 1, 2]))
            ended = chance.choice([None, None, date(2026, 6, 1)])
            worker = world.employ(session, *employers, ended=ended, cadre_in=employers[: chance.choice([0, 1])])
            add_facts(session, world.tenant, worker, chance.sample(kinds, 3), times=chance.choice([1, 3]))
            if chance.random() < 0.3:
                world.title(session, worker, chance.choice([2024, 2025, 2026]), decided=date(2026, 2, 1))
    measured = world.measure()
    for organization in measured.organizations:
        for target in organization.targets:
            assert 0 <= target.counted <= target.denominator
            assert target.participations >= target.counted
            assert all(0 <= one.counted <= target.denominator for one in target.beside)
    of = {one.code: one.headcount for one in measured.organizations}
    assert of["vn"] <= of["vn/lai-chau"] + of["vn/lao-cai"]
    assert of["vn"] == 60 - _left(world)
    assert max(of.values()) == of["vn"]


def _left(world: World) -> int:
    with world.database.reading() as session:
        gone = sa.select(sa.func.count(Employment.worker_id.distinct())).where(
            Employment.tenant_id == world.tenant, Employment.ended.is_not(None)
        )
        return session.scalar(gone) or 0


def test_more_people_take_no_more_commands(world: World, count_commands: Counting) -> None:
    counts = []
    for size in (1, 40):
        with world.database.writing() as session:
            for code in ("dn/a", "dn/b", "dn/c"):
                for _ in range(size):
                    worker = world.employ(session, code)
                    add_facts(session, world.tenant, worker, ["law-labour", "learning"], times=2)
        with count_commands() as commands:
            world.measure()
        counts.append(len(commands))
    assert counts[0] == counts[1]
    assert counts[0] <= 30
