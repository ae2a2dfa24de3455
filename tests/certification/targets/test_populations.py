"""Whom a rate is over: distinct persons employed on the day, once in every organization above them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.certification.learning import add_facts
from tests.certification.world import ON, World


def test_persons_are_counted_once_and_participations_beside_them(world: World, other_world: World) -> None:
    with world.database.writing(world.tenant) as session:
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


def test_somebody_with_two_employers_is_one_person_where_both_meet(world: World) -> None:
    with world.database.writing(world.tenant) as session:
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
    with world.database.writing(world.tenant) as session:
        worker = world.employ(session, "dn/a")
        world.also(session, worker, "dn/a", started=date(2022, 1, 1))
    assert world.counts("dn/a", "G1") == (0, 0, 1)


def test_the_population_is_who_is_employed_on_the_day_first_and_last_day_included(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        world.employ(session, "dn/a", started=ON)
        world.employ(session, "dn/a", ended=ON)
        left = world.employ(session, "dn/a", ended=date(2026, 11, 24))
        coming = world.employ(session, "dn/a", started=date(2026, 11, 26))
        add_facts(session, world.tenant, left, ["life-health"])
        add_facts(session, world.tenant, coming, ["life-health"])
    assert world.counts("dn/a", "G3") == (0, 0, 2)
    assert world.counts("dn/a", "G3", date(2026, 11, 24)) == (1, 1, 2)


def test_what_was_learned_at_another_employer_counts_where_the_person_works_now(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        worker = world.employ(session, "dn/a", ended=date(2026, 6, 30))
        world.also(session, worker, "dn/c", started=date(2026, 7, 1))
        add_facts(session, world.tenant, worker, ["life-health"], day=date(2026, 3, 3))
    assert world.counts("dn/c", "G3") == (1, 1, 1)
    assert world.counts("dn/a", "G3") == (0, 0, 0)
    figures = world.figures("dn/a", "G3")
    assert figures.rate is None
    assert [one.met for one in figures.year_targets] == [None, None]


def test_an_enterprise_that_has_ended_is_not_there_with_its_people(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        world.employ(session, "dn/xong")
    assert world.measure().of("dn/xong") is None
    assert world.counts("vn/lao-cai", "G1") == (0, 0, 0)
    assert world.counts("dn/xong", "G1", date(2026, 10, 31)) == (0, 0, 1)
    assert world.counts("vn/lao-cai", "G1", date(2026, 10, 31)) == (0, 0, 1)


def test_union_cadres_are_counted_where_they_are_cadres(world: World, other_world: World) -> None:
    with world.database.writing(world.tenant) as session:
        trained = world.employ(session, "dn/a", "dn/b", cadre_in=["dn/a"])
        world.employ(session, "dn/b", cadre_in=["dn/b"])
        plain = world.employ(session, "dn/a")
        add_facts(session, world.tenant, trained, ["cadre-training"])
        add_facts(session, world.tenant, plain, ["cadre-training"])
    assert world.counts("dn/a", "L1") == (1, 1, 1)
    assert world.counts("dn/b", "L1") == (0, 0, 1)
    assert world.counts("cd/lai-chau", "L1") == (1, 1, 2)
