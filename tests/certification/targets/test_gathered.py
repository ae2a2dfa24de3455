"""Figures over the enterprises of a zone or sector: of the day, persons once, the same kept as counted."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.marks import EVERY_YEAR, mark_uncounted
from certification.models import Employment, Fact
from certification.targets import attainment, counting, freezing, gathered, listing, settling, summaries
from certification.targets.attainment import OrganizationFigures
from certification.targets.freezing import NotFrozen
from certification.targets.gathered import Gathered, NoSuchEnterprises, Which
from certification.targets.populations import BASES, UNIONISED
from certification.units import organizations
from certification.units.trees import UnknownOrganization
from tests.certification.learning import add_facts
from tests.certification.world import ON, World

ZONE, OTHER = "KCN Mường So", "KCN Đông Phố Mới"
BEFORE, SINCE = date(2026, 6, 30), date(2026, 7, 1)

HEADINGS = (
    "Mã,Tên,Loại,Mã cấp trên hành chính,Mã cấp trên công đoàn,Từ ngày,Đến ngày,Mã chính thức,Ngành,Khu công nghiệp\n"
)
PLACED = f"""dn/a,Doanh nghiệp A,doanh nghiệp,vn/lai-chau,cdcs/a,2020-01-01,,,Dệt may,{ZONE}
dn/b,Doanh nghiệp B,doanh nghiệp,vn/lai-chau,cdcs/b,2020-01-01,,,Da giày,{ZONE}
dn/c,Doanh nghiệp C,doanh nghiệp,vn/lao-cai,cdcs/c,2020-01-01,,,Dệt may,{OTHER}
dn/moi,Doanh nghiệp không có công đoàn,doanh nghiệp,vn/lao-cai,,2020-01-01,,,,{ZONE}
"""
MOVED = f"""dn/a,Doanh nghiệp A,doanh nghiệp,vn/lai-chau,cdcs/a,2026-07-01,,,,{OTHER}
dn/moi,Doanh nghiệp không có công đoàn,doanh nghiệp,vn/lao-cai,,2026-07-01,,,,-
"""


def place(world: World, rows: str) -> Any:
    with world.database.writing(world.tenant) as session:
        data = (HEADINGS + rows).encode()
        return organizations.import_organizations(session, world.tenant, data, now=world.now)


@pytest.fixture
def placed(world: World) -> World:
    """Ten people and more, some with two employers within a zone and across two."""
    place(world, PLACED)
    with world.database.writing(world.tenant) as session:
        for turn, employers in enumerate([("dn/a",), ("dn/a",), ("dn/b",), ("dn/c",), ("dn/moi",), ("dn/a", "dn/c")]):
            gender = "female" if turn % 2 else "male"
            worker = world.employ(session, *employers, gender=gender, cadre_in=employers[: turn % 2])
            if turn % 2 == 0:
                add_facts(session, world.tenant, worker, ["law-labour"], times=1 + turn)
            if turn == 1:
                world.title(session, worker, 2026, decided=date(2026, 3, 1))
    return world


def twice(world: World) -> UUID:
    """Somebody with two employers in the zone who learned twice."""
    with world.database.writing(world.tenant) as session:
        worker = world.employ(session, "dn/a", "dn/b", gender="female", cadre_in=["dn/b"])
        add_facts(session, world.tenant, worker, ["law-labour"], times=2)
        return worker


def ask(world: World, on: date = ON, **asked: Any) -> Gathered:
    with world.database.reading(world.tenant) as session:
        which = Which(*(asked.pop(name, None) for name in ("zone", "sector", "within", "seen")))
        return gathered.gather(session, world.tenant, which, on=on, today=ON, **asked)


def recount(world: World, found: Gathered) -> tuple[int, int]:
    """Who is employed there on the day, and of them who has a fact of labour law in the year, by plain questions."""
    with world.database.reading(world.tenant) as session:
        there = set(
            session.scalars(
                sa.select(Employment.worker_id).where(
                    Employment.enterprise_id.in_([world.ids[code] for code in found.enterprises]),
                    Employment.started <= found.on,
                    sa.or_(Employment.ended.is_(None), Employment.ended >= found.on),
                )
            )
        )
        learned = set(
            session.scalars(
                sa.select(Fact.worker_id).where(
                    Fact.worker_id.in_(there), Fact.year == found.on.year, Fact.day <= found.on, Fact.quality > 0
                )
            )
        )
    return len(there), len(learned)


def law(figures: OrganizationFigures) -> tuple[int, int, int]:
    found = figures.group("G1")
    assert found is not None
    return found.counted, found.participations, found.denominator


def test_who_has_two_employers_in_the_zone_is_one_person_there(placed: World) -> None:
    before = ask(placed, zone=ZONE).figures
    twice(placed)
    found = ask(placed, zone=ZONE)
    assert found.enterprises == ("dn/a", "dn/b", "dn/moi")
    assert found.figures.headcount == before.headcount + 1 == 6
    assert found.figures.union_cadres == before.union_cadres + 1
    assert law(found.figures) == (4, 1 + 3 + 5 + 2, 6)
    counted, _, headcount = law(found.figures)
    assert recount(placed, found) == (headcount, counted)
    assert (found.figures.holds_title, found.figures.grassroots_unions) == (1, 2)
    assert (found.figures.coverage.enterprises, found.figures.coverage.reporting) == (3, 3)


def test_what_is_kept_says_the_same_as_the_rows(placed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    place(placed, MOVED)
    asked: list[dict[str, Any]] = [
        {"zone": ZONE}, {"zone": OTHER}, {"sector": "Dệt may"}, {"sector": "Dệt may", "within": "vn/lai-chau"},
    ]  # fmt: skip

    def everything() -> list[Gathered]:
        return [ask(placed, on, basis=basis, **one) for on in (BEFORE, SINCE, ON) for basis in BASES for one in asked]

    for _ in range(2):  # without and with somebody who has two employers in a zone
        with placed.database.writing(placed.tenant) as session:
            settling.forget(session, placed.tenant)
        counted = everything()
        settling.settle_all(placed.database, placed.tenant, today=ON)
        read, answers = summaries.read, []

        def watched(*arguments: Any, **more: Any) -> Any:
            answers.append(read(*arguments, **more))  # noqa: B023
            return answers[-1]  # noqa: B023

        with monkeypatch.context() as patch:
            patch.setattr(summaries, "read", watched)
            patch.setattr(counting, "_count_chains", None)
            assert everything() == counted
            with placed.database.writing(placed.tenant) as session:
                people = session.scalars(sa.select(Employment.worker_id).where(Employment.tenant_id == placed.tenant))
                mark_uncounted(session, placed.tenant, [(one, EVERY_YEAR) for one in people])
            assert everything() == counted, "with all that waits"
            patch.setattr(summaries, "UNSETTLED", 0)
            patch.setattr(counting, "FEW", 0)
            behind = everything()
            assert all(one.behind is not None for one in behind)
            assert [dataclasses.replace(one, behind=None) for one in behind] == counted
        assert answers
        assert all(one is not None for one in answers)
        for found in counted:
            if found.basis != UNIONISED or "dn/moi" not in found.enterprises:
                learned, _, headcount = law(found.figures)
                assert recount(placed, found) == (headcount, learned)
        twice(placed)


def test_of_those_with_two_employers_in_the_zone_whoever_waits_counts_as_now(placed: World) -> None:
    twice(placed)
    changed = twice(placed)
    settling.settle_all(placed.database, placed.tenant, today=ON)
    with placed.database.writing(placed.tenant) as session:
        add_facts(session, placed.tenant, changed, ["law-labour"], times=3)
        mark_uncounted(session, placed.tenant, [(changed, 2026)])
    kept = ask(placed, zone=ZONE)
    assert law(kept.figures)[:2] == (5, 1 + 3 + 5 + 2 + 2 + 3)
    with placed.database.writing(placed.tenant) as session:
        settling.forget(session, placed.tenant)
    assert ask(placed, zone=ZONE) == kept


def test_the_headcount_of_another_day_is_counted_person_by_person_where_it_is_small(
    placed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured() -> Any:
        with placed.database.reading(placed.tenant) as session:
            asked: dict[str, Any] = {"on": ON, "headcount_on": BEFORE, "codes": ["dn/a", "vn/lai-chau"]}
            return attainment.measure_all(session, placed.tenant, **asked)

    few = measured()
    monkeypatch.setattr(counting, "FEW", 0)
    assert measured() == few
    assert few.of("dn/a").headcount == 3


def test_an_enterprise_moves_to_another_zone_within_the_year(placed: World) -> None:
    assert place(placed, MOVED).changed == 2
    assert place(placed, MOVED).changed == 0
    assert ask(placed, BEFORE, zone=ZONE).enterprises == ("dn/a", "dn/b", "dn/moi")
    assert ask(placed, SINCE, zone=ZONE).enterprises == ("dn/b",)
    assert ask(placed, BEFORE, zone=OTHER).enterprises == ("dn/c",)
    assert ask(placed, SINCE, zone=OTHER).enterprises == ("dn/a", "dn/c")
    assert ask(placed, SINCE, sector="Dệt may").enterprises == ("dn/a", "dn/c"), "what is not said stays"
    assert ask(placed, SINCE, zone=OTHER, headcount_on=BEFORE).enterprises == ("dn/c",)
    place(placed, PLACED.replace("Dệt may", "May mặc"))
    assert ask(placed, SINCE, sector="May mặc", zone=OTHER).enterprises == ("dn/a", "dn/c"), "a correction goes on"
    with placed.database.reading(placed.tenant) as session:
        tree = organizations.tree(session, placed.tenant, SINCE)
    assert (tree.node("dn/moi").zone, tree.node("dn/a").zone) == (None, OTHER)


def test_targets_are_those_of_the_unit_or_those_that_bind_all(placed: World) -> None:
    plans = {one.plan for one in ask(placed, sector="Dệt may").figures.targets}
    within = ask(placed, sector="Dệt may", within="cd/lai-chau")
    assert within.enterprises == ("dn/a",)
    with placed.database.reading(placed.tenant) as session:
        bound = gathered.attainment.binding_targets(
            session, placed.tenant, organizations.tree(session, placed.tenant, ON), ["cd/lai-chau"], ON
        )["cd/lai-chau"]
    assert [(one.plan, one.target) for one in within.figures.targets] == [(plan.id, t.id) for plan, t in bound]
    assert plans == {"1268-qd-ttg"}
    assert {one.plan for one in within.figures.targets} - plans


def test_last_year_and_forecasts_are_of_whoever_was_in_the_zone_then(placed: World) -> None:
    place(placed, MOVED)
    with placed.database.writing(placed.tenant) as session:
        for employer in ("dn/a", "dn/b"):
            worker = placed.employ(session, employer)
            add_facts(session, placed.tenant, worker, ["law-labour"], day=date(2025, 3, 1))
            add_facts(session, placed.tenant, worker, ["law-labour"], day=date(2026, 10, 1))
    for settled in (False, True):
        if settled:
            settling.settle_all(placed.database, placed.tenant, today=ON)
        rate = next(one for one in ask(placed, zone=ZONE).targets if one.figures.group == "G1")
        before, now = rate.beside.last_year, rate.figures
        assert before is not None
        assert (before.on, before.counted, before.denominator) == (date(2025, 11, 25), 2, 7), "dn/a, dn/b, dn/moi"
        assert (now.counted, now.denominator) == (2, 2), "dn/b alone"
        assert [one.why_not for one in rate.beside.forecasts] == ["past", None]
        pace = next(one for one in ask(placed, zone=OTHER).targets if one.figures.group == "G1")
        assert pace.beside.last_year is None, "nothing is known of anybody there"


def test_who_is_behind_a_rate_of_a_zone_is_as_many_as_it_says(placed: World) -> None:
    twice(placed)
    for which in (Which(ZONE), Which(None, "Dệt may"), Which(ZONE, None, "vn/lai-chau"), Which(ZONE, seen={"dn/b"})):
        found = ask(placed, zone=which.zone, sector=which.sector, within=which.within, seen=which.seen)
        rate = next(one for one in found.figures.targets if one.group == "G1")
        asked: dict[str, Any] = {"plan": rate.plan, "target": rate.target, "on": ON}
        with placed.database.reading(placed.tenant) as session:
            counted = listing.people(session, placed.tenant, which, **asked).people
            missing = listing.people(session, placed.tenant, which, which="missing", **asked).people
        assert len(counted) == rate.counted
        assert len(counted) + len(missing) == rate.denominator
        assert sum(one.participations for one in counted) == rate.participations
        assert {code for one in (*counted, *missing) for code in one.enterprises} <= set(found.enterprises)


def test_figures_of_a_zone_are_frozen_whole(placed: World) -> None:
    asked: dict[str, Any] = {"on": date(2026, 11, 19), "by": "Sen", "reason": "Báo cáo năm", "now": placed.now}
    with placed.database.writing(placed.tenant) as session:
        record = freezing.freeze(session, placed.tenant, freezing.prepare(session, placed.tenant, Which(ZONE), **asked))
        unit = freezing.freeze(
            session, placed.tenant, freezing.prepare(session, placed.tenant, Which(ZONE, within="vn/lai-chau"), **asked)
        )
        seen = {"dn/a", "dn/b", "dn/moi"}
        assert (
            freezing.freeze(
                session, placed.tenant, freezing.prepare(session, placed.tenant, Which(ZONE, seen=seen), **asked)
            ).figures
            == record.figures
        )
        with pytest.raises(NotFrozen, match="not every enterprise"):
            freezing.freeze(
                session, placed.tenant, freezing.prepare(session, placed.tenant, Which(ZONE, seen={"dn/a"}), **asked)
            )
    assert (record.organization, record.zone, record.sector) == ("", ZONE, None)
    assert (unit.organization, unit.zone, record.figures["headcount"]) == ("vn/lai-chau", ZONE, 5)
    twice(placed)
    with placed.database.reading(placed.tenant) as session:
        assert [freezing.find(session, placed.tenant, one.id) for one in (record, unit)] == [record, unit]
        assert freezing.frozen(session, placed.tenant, within={"vn/lai-chau"}) == [unit]
        changes = freezing.difference(session, placed.tenant, record, today=ON)
    assert ("headcount", 5, 6) in [(one.figure, one.frozen, one.now) for one in changes]


def test_what_is_not_there_is_said(placed: World) -> None:
    for asked in ({"zone": "KCN lạ"}, {"zone": ZONE, "sector": "Thép"}, {"zone": OTHER, "within": "vn/lai-chau"}):
        with pytest.raises(NoSuchEnterprises):
            ask(placed, **asked)
    with pytest.raises(NoSuchEnterprises):
        ask(placed, zone=ZONE, seen={"dn/c"})
    with pytest.raises(UnknownOrganization):
        ask(placed, zone=ZONE, within="vn/xa-la")
    with pytest.raises(ValueError, match="a zone, a sector or both"):
        ask(placed)
    with pytest.raises(ValueError, match="basis"):
        ask(placed, zone=ZONE, basis="some")


def test_another_tenants_enterprises_are_not_among_them(placed: World, other_world: World) -> None:
    before = ask(placed, zone=ZONE)
    place(other_world, PLACED)
    assert ask(placed, zone=ZONE) == before
    assert ask(other_world, zone=ZONE).figures.headcount != before.figures.headcount
