"""Invented people: the same seed gives the same world, and the world holds the cases the figures must cope with."""

from __future__ import annotations

from datetime import date

import pytest

from certification.demonstration import people
from certification.demonstration.people import MARK, Person, World

AS_OF = date(2026, 11, 20)


@pytest.fixture(scope="module")
def world() -> World:
    return people.invent(seed=1268, as_of=AS_OF, workers=3400)


def test_the_same_seed_gives_the_same_world(world: World) -> None:
    assert people.invent(seed=1268, as_of=AS_OF, workers=3400) == world


def test_another_seed_gives_other_people(world: World) -> None:
    other = people.invent(seed=1269, as_of=AS_OF, workers=3400)
    assert [one.full_name for one in other.people] != [one.full_name for one in world.people]


def test_there_are_as_many_people_as_asked_for_and_3000_of_them_are_employed_on_the_day(world: World) -> None:
    assert len({one.number for one in world.people}) == 3400
    assert sum(one.employed_on(AS_OF) for one in world.people) >= 3000


def test_every_name_of_a_person_and_unit_is_plainly_invented(world: World) -> None:
    assert all(one.full_name.endswith(MARK) and one.number.startswith("VD-") for one in world.people)
    assert all("Ví Dụ" in unit.name for unit in world.units)


def test_each_of_the_four_local_plans_has_at_least_three_enterprises_with_a_grassroots_union(world: World) -> None:
    areas = [firm.area for firm in world.enterprises]
    assert {area: areas.count(area) >= 3 for area in areas} == {
        "vn/lao-cai": True,
        "vn/lai-chau": True,
        "vn/ninh-binh": True,
        "vn/thanh-hoa/hoang-giang": True,
    }
    unions = {unit.code for unit in world.units if unit.kind == "công đoàn cơ sở"}
    assert len(world.enterprises) >= 12
    assert {firm.union for firm in world.enterprises} == unions


def _moved_within_the_year(person: Person) -> bool:
    return len(person.jobs) == 2 and person.jobs[0].ended is not None and person.jobs[0].ended.year == AS_OF.year


def test_there_are_joiners_leavers_movers_and_workers_with_two_employers(world: World) -> None:
    assert any(one.jobs[0].started.year == AS_OF.year for one in world.people)
    assert any(one.jobs[-1].ended and one.jobs[-1].ended.year == AS_OF.year for one in world.people)
    assert any(one.jobs[-1].ended and one.jobs[-1].ended.year < AS_OF.year for one in world.people)
    assert any(_moved_within_the_year(one) for one in world.people)
    assert any(sum(job.on(AS_OF) for job in one.jobs) == 2 for one in world.people)


def test_no_employment_ends_before_it_begins_and_none_begins_after_the_day(world: World) -> None:
    jobs = [job for one in world.people for job in one.jobs]
    assert all(job.started <= (job.ended or AS_OF) <= AS_OF for job in jobs)


def test_no_two_people_share_an_account(world: World) -> None:
    ifis = [account.ifi for one in world.people for account in one.accounts]
    assert len(ifis) == len(set(ifis))
    assert any(account.mail_sha1 for one in world.people for account in one.accounts)
    assert any(len({account.home_page for account in one.accounts}) > 2 for one in world.people)


def test_no_agent_carries_the_name_of_a_person(world: World) -> None:
    assert all("name" not in account.agent() for one in world.people for account in one.accounts)


def test_every_enterprise_has_union_cadres_and_an_all_round_worker_who_lacks_only_a_language(world: World) -> None:
    for firm in world.enterprises:
        here = [one for one in world.people if one.enterprise == firm]
        assert any(job.union_cadre for one in here for job in one.jobs)
        assert any(one.diligence.lacks == "CS6" for one in here)


def test_titles_and_attestations_are_of_the_past(world: World) -> None:
    assert {title.year for one in world.people for title in one.titles} == {2024, 2025}
    assert all(title.decided_on <= AS_OF for one in world.people for title in one.titles)
    vouched = [one for person in world.people for one in person.vouchings]
    assert {one.indicator for one in vouched} == {"CS4", "CS8", "CS9", "CS10"}
    assert all(date(2026, 1, 1) <= one.attested_on <= AS_OF for one in vouched)


def test_fewer_workers_than_three_for_each_enterprise_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 42 workers are needed, three for each enterprise; 41 asked for"):
        people.invent(seed=1, as_of=AS_OF, workers=41)
