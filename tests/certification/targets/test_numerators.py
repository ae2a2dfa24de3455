"""What counts towards a target: facts of the year up to the cut-off, titles in force, commitments of the year."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from uuid import uuid4

from certification.models import Commitment, Fact
from tests.certification.learning import add_facts
from tests.certification.world import COMMITMENT, ON, World


def test_a_statement_that_says_two_things_of_one_target_is_one_participation(world: World) -> None:
    with world.database.writing(world.tenant) as session:
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


def test_only_the_calendar_year_up_to_the_cut_off_counts(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        for day in (date(2025, 12, 31), date(2026, 1, 1), ON, date(2026, 11, 26), date(2027, 1, 1)):
            worker = world.employ(session, "dn/a")
            add_facts(session, world.tenant, worker, ["life-health"], day=day)
    assert world.counts("dn/a", "G3") == (2, 2, 5)
    assert world.counts("dn/a", "G3", date(2025, 12, 31)) == (1, 1, 5)
    assert world.counts("dn/a", "G3", date(2026, 12, 31)) == (3, 3, 5)


def test_titles_count_by_award_decided_and_not_withdrawn_by_the_cut_off(world: World, other_world: World) -> None:
    with world.database.writing(world.tenant) as session:
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


def test_reached_and_able_are_both_shown_for_digital_skills(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        reached, able, _neither = (world.employ(session, "dn/a") for _ in range(3))
        add_facts(session, world.tenant, reached, ["digital-reached"], times=2)
        add_facts(session, world.tenant, able, ["digital-able"])
    figures = world.figures("dn/a", "G4")
    assert (figures.counted, figures.participations, figures.rate) == (2, 3, Fraction(2, 3))
    (beside,) = figures.beside
    assert (beside.id, beside.counted, beside.participations, beside.rate) == ("G4-able", 1, 1, Fraction(1, 3))


def test_grassroots_unions_count_by_their_commitment_of_the_year(world: World, other_world: World) -> None:
    with world.database.writing(world.tenant) as session:
        for code, year in (("cdcs/a", 2026), ("cdcs/b", 2025), ("cdcs/c", 2026), ("cdcs/trong", 2026)):
            session.add(
                Commitment(organization_id=world.ids[code], kind=COMMITMENT, year=year, source="x", recorded=world.now)
            )
    assert world.counts("cd/lai-chau", "L3") == (1, 1, 2)
    assert world.counts("dn/a", "L3") == (1, 1, 1)
    assert world.counts("dn/b", "L3") == (0, 0, 1)
    figures = world.figures("cd/lai-chau", "L3")
    assert (figures.unit, figures.population) == ("organization", "grassroots_unions")
    assert [(one.operator, one.percent, one.met, one.short) for one in figures.year_targets] == [(">", 70, False, 1)]


def test_all_topics_of_a_target_are_needed_where_it_says_all(world: World) -> None:
    four = ["law-labour", "law-trade-union", "law-social-insurance", "law-safety"]
    with world.database.writing(world.tenant) as session:
        every, three = world.employ(session, "dn/a"), world.employ(session, "dn/a")
        add_facts(session, world.tenant, every, four, times=2)
        add_facts(session, world.tenant, three, four[:3], times=2)
    assert world.counts("dn/a", "L5") == (1, 8, 2)
    assert world.counts("dn/a", "G1") == (2, 8, 2)
