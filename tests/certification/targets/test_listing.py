"""Who is behind a rate: as many names as the figure says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from certification.models import Commitment
from certification.targets import listing
from certification.targets.listing import Page, people
from certification.targets.rates import NotBound
from tests.certification.learning import add_facts
from tests.certification.world import COMMITMENT, ON, World

NATIONAL, LAI_CHAU = "1268-qd-ttg", "lai-chau-31-kh-ldld-2026"


def listed(world: World, code: str, target: str = "G1", **other: Any) -> Page:
    plan = LAI_CHAU if target.startswith("L") else NATIONAL
    with world.database.reading(world.tenant) as session:
        return people(session, world.tenant, code, **({"plan": plan, "target": target, "on": ON} | other))


def numbers(page: Page) -> list[str]:
    return [one.number for one in page.people]


def test_the_people_counted_are_named_with_their_employers_and_how_often(world: World, other_world: World) -> None:
    with world.database.writing(world.tenant) as session:
        both, idle, left = (
            world.employ(session, "dn/a", "dn/b"),
            world.employ(session, "dn/a"),
            world.employ(session, "dn/a", ended=date(2026, 11, 24)),
        )
        add_facts(session, world.tenant, both, ["law-labour"], times=3)
        add_facts(session, world.tenant, left, ["law-labour"])
        add_facts(session, world.tenant, idle, ["law-labour"], quality=0)
    (one,) = listed(world, "vn").people
    assert (one.number, one.name, one.enterprises, one.participations) == ("NV-1", "Người", ("dn/a", "dn/b"), 3)
    (in_b,) = listed(world, "dn/b").people
    assert in_b.enterprises == ("dn/b",)
    assert numbers(listed(world, "vn", which="missing")) == ["NV-2"]
    assert numbers(listed(world, "vn", which="everybody")) == ["NV-1", "NV-2"]
    assert numbers(listed(world, "vn", on=date(2026, 11, 24))) == ["NV-1", "NV-3"]


@pytest.mark.parametrize("wide", [listing.WIDE, 0], ids=["of few", "of many"])
def test_as_many_come_as_the_figures_say_page_by_page(world: World, wide: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "WIDE", wide)
    with world.database.writing(world.tenant) as session:
        for turn in range(12):
            worker = world.employ(session, "dn/a" if turn % 2 else "dn/moi", cadre_in=["dn/a"] if turn % 4 == 1 else [])
            add_facts(session, world.tenant, worker, ["law-labour", "cadre-training"][: turn % 3])
            if turn == 5:
                world.title(session, worker, 2026, decided=date(2026, 5, 5))
    measured = world.measure()
    for organization in measured.organizations:
        for target in organization.targets:
            asked = {"plan": target.plan, "limit": 2}
            for which, many in (
                ("counted", target.counted),
                ("missing", target.denominator - target.counted),
                ("everybody", target.denominator),
            ):
                found: list[str] = []
                after: str | None = ""
                while after is not None:
                    page = listed(world, organization.code, target.target, which=which, after=after, **asked)
                    assert len(page.people) <= 2
                    found += numbers(page)
                    after = page.after
                assert len(found) == len(set(found)) == many, (organization.code, target.target, which)
                assert found == sorted(found)


def test_a_list_that_looks_at_few_at_a_time_goes_on_until_everybody_was_looked_at(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        for turn in range(30):
            worker = world.employ(session, "dn/a")
            if turn not in (0, 25):
                add_facts(session, world.tenant, worker, ["law-labour"])
    whole = numbers(listed(world, "dn/a", which="missing"))
    assert len(whole) == 2
    found: list[str] = []
    pages, after = 0, ""
    while True:
        page = listed(world, "dn/a", which="missing", limit=1, most=1, after=after)
        found, pages = [*found, *numbers(page)], pages + 1
        if page.after is None:
            break
        after = page.after
    assert found == whole
    assert 3 <= pages <= 6


def test_unions_are_listed_where_they_are_the_unit(world: World, other_world: World) -> None:
    with world.database.writing(world.tenant) as session:
        session.add(
            Commitment(organization_id=world.ids["cdcs/a"], kind=COMMITMENT, year=2026, source="x", recorded=world.now)
        )
    assert numbers(listed(world, "cd/lai-chau", "L3")) == ["cdcs/a"]
    assert numbers(listed(world, "cd/lai-chau", "L3", which="missing")) == ["cdcs/b"]


def test_a_target_that_does_not_bind_and_a_list_that_is_none_are_refused(world: World) -> None:
    with pytest.raises(NotBound, match="G9' does not bind 'vn'"):
        listed(world, "vn", "G9")
    with pytest.raises(ValueError, match="one of counted, missing, everybody"):
        listed(world, "vn", which="some")
