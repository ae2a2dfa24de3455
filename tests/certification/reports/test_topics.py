"""Topics are counted the same whichever way: worker by worker, or everybody's less those of the others."""

from __future__ import annotations

from datetime import date

import pytest

from certification.reports import topics
from certification.reports.topics import Topic
from certification.targets import counting
from tests.certification.learning import add_facts
from tests.certification.world import World

ON = date(2026, 10, 31)
ASKED = {"law-labour": {0, 1}, "digital-able": {1, 2}, "skill-contest": {1}}


@pytest.fixture
def filled(world: World, other_world: World) -> World:
    """Three workers of dn/a and dn/b, one who left, one of another enterprise, and another tenant's."""
    for one in (world, other_world):
        with one.database.writing(one.tenant) as session:
            first, second = one.employ(session, "dn/a"), one.employ(session, "dn/a")
            one.also(session, first, "dn/b", started=date(2026, 5, 1))
            third, elsewhere = one.employ(session, "dn/b"), one.employ(session, "dn/c")
            left = one.employ(session, "dn/a", ended=date(2026, 6, 30))
            for worker in (first, left, elsewhere):
                add_facts(session, one.tenant, worker, ["law-labour", "digital-able"], quality=1, times=2)
            add_facts(session, one.tenant, first, ["law-labour"], quality=3, day=ON)
            add_facts(session, one.tenant, second, ["law-labour"], quality=0)
            add_facts(session, one.tenant, third, ["digital-able"], quality=2)
            add_facts(session, one.tenant, third, ["digital-able"], quality=2, day=date(2026, 11, 1))
            add_facts(session, one.tenant, third, ["digital-able"], quality=2, day=date(2025, 11, 1))
    return world


@pytest.mark.parametrize("most", [True, False], ids=["less the others", "worker by worker"])
def test_persons_by_level_and_participations_by_topic(filled: World, most: bool) -> None:
    with filled.database.reading(filled.tenant) as session:
        ids = [filled.ids["dn/a"], filled.ids["dn/b"]]
        workers = counting.employed_by(session, filled.tenant, ids, ON)
        found = topics.count(session, filled.tenant, ASKED, ON, workers, most=most)
    assert found == {
        "law-labour": Topic({0: 2, 1: 1}, [1, 2, 0, 1]),
        "digital-able": Topic({1: 2, 2: 1}, [0, 2, 1, 0]),
        "skill-contest": Topic({1: 0}, [0, 0, 0, 0]),
    }
