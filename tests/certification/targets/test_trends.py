"""Twelve months of a rate, each as it could be read at its end; one of which nothing is known has no figure."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import sqlalchemy as sa

from certification.people import headcounts
from certification.people.headcounts import Declared
from certification.rules import plans
from certification.targets import counting, grounds, rates, settling, summaries, trends
from certification.targets.populations import BASES
from certification.targets.trends import Month
from certification.units import organizations
from tests.certification.learning import PROGRAMME, add_facts
from tests.certification.world import ON, World

NATIONAL = "1268-qd-ttg"
G1 = NATIONAL, "G1"
MOVES = """Mã,Tên,Loại,Mã cấp trên hành chính,Mã cấp trên công đoàn,Từ ngày,Đến ngày
cdcs/b,CĐCS B,công đoàn cơ sở,,cd/lao-cai,2026-05-15,
dn/b,Doanh nghiệp B,doanh nghiệp,vn/lao-cai,cdcs/b,2026-05-15,
"""
"""In May an enterprise and its union move from one province to another."""


def of(
    world: World, code: str, on: date = ON, *, basis: str = BASES[0], today: date = ON
) -> dict[tuple[str, str], tuple[Month, ...]]:
    with world.database.reading(world.tenant) as session:
        found = rates.rates(session, world.tenant, code, on=on, today=today, basis=basis)
        return trends.trends(session, world.tenant, found)


def test_the_months_end_with_the_cut_off_day() -> None:
    assert [f"{day:%d/%m/%y}" for day in trends.month_ends(date(2028, 3, 15))] == [
        "30/04/27", "31/05/27", "30/06/27", "31/07/27", "31/08/27", "30/09/27", "31/10/27", "30/11/27", "31/12/27",
        "31/01/28", "29/02/28", "15/03/28",
    ]  # fmt: skip


def test_each_month_says_what_could_be_read_on_its_last_day(world: World) -> None:
    """With people who come and go, units that move, enterprises that declare how many they are until they send a
    roster, on both bases."""
    with world.database.writing(world.tenant) as session:
        organizations.import_organizations(session, world.tenant, MOVES.encode(), now=world.now)
        for enterprise, people in (("dn/a", 7), ("dn/moi", 5)):
            for day, total in ((date(2025, 6, 1), people), (date(2026, 3, 10), people + 1)):
                told = Declared(day, total, None, None, "Báo cáo", "Phòng nhân sự")
                headcounts.declare(session, world.tenant, enterprise, told, now=world.now)
        came = world.employ(session, "dn/a", started=date(2026, 7, 20))
        left = world.employ(session, "dn/b", ended=date(2026, 8, 31))
        both = world.employ(session, "dn/b", "dn/c", cadre_in=["dn/c"])
        for worker, day in ((both, date(2025, 12, 3)), (left, date(2026, 2, 10)), (came, date(2026, 9, 1))):
            add_facts(session, world.tenant, worker, ["law-labour"], day=day)
        add_facts(session, world.tenant, both, ["law-labour"], day=date(2026, 4, 2))
    settling.settle_all(world.database, world.tenant, today=ON)
    compared = 0
    with world.database.reading(world.tenant) as session:
        land = grounds.land(session, world.tenant)
        every_target = {
            (plan.id, one.id): one for plan in plans.all_plans(session, world.tenant) for one in plan.targets
        }
        rules = summaries.all_rules(session, world.tenant)
        for basis in BASES:
            counted = {
                day: counting.count_rows(session, world.tenant, land, rules, on=day, programme=PROGRAMME, basis=basis)
                for day in trends.month_ends(ON)
            }
            for code in ("vn", "vn/lao-cai", "vn/lai-chau", "cd/lao-cai", "dn/a"):
                found = rates.rates(session, world.tenant, code, on=ON, today=ON, basis=basis)
                for of_target, months in trends.trends(session, world.tenant, found).items():
                    for month in months[:-1]:
                        expected = rates.observed(counted[month.on], code, every_target[of_target], month.on)
                        assert month.told == expected, (code, basis, of_target, month.on)
                        compared += expected is not None
    assert compared > 100


def test_the_chain_of_one_enterprise_is_that_of_the_trees(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        organizations.import_organizations(session, world.tenant, MOVES.encode(), now=world.now)
    with world.database.reading(world.tenant) as session:
        land = grounds.land(session, world.tenant)
        for day in (date(2026, 5, 14), date(2026, 5, 15), date(2026, 11, 1)):
            for basis in BASES:
                chains = land.on(day).chains[basis]
                for code in ("dn/a", "dn/b", "dn/c", "dn/moi", "dn/xong"):
                    assert land.chain(code, basis, day) == set(chains.get(code, ())), (day, basis, code)


def test_a_month_of_which_nothing_is_known_has_no_figure_rather_than_none_counted(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        worker = world.employ(session, "dn/a", started=date(2026, 3, 1))
        world.employ(session, "dn/a", started=date(2026, 3, 1))
        add_facts(session, world.tenant, worker, ["law-labour"], day=date(2026, 5, 20))
    settling.settle_all(world.database, world.tenant, today=ON)
    told = {f"{month.on:%m/%Y}": month.told and month.told.rate for month in of(world, "dn/a")[G1]}
    nothing = dict.fromkeys(["12/2025", *(f"{month:02d}/2026" for month in range(1, 5))])
    assert told == nothing | dict.fromkeys([f"{month:02d}/2026" for month in range(5, 12)], Fraction(1, 2))


def test_nothing_is_shown_of_the_days_to_come_and_where_nothing_is_kept(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        worker = world.employ(session, "dn/a")
        add_facts(session, world.tenant, worker, ["law-labour"], day=date(2026, 5, 20))
    assert of(world, "dn/a") == {}
    settling.settle_all(world.database, world.tenant, today=ON)
    to_come = of(world, "dn/a", on=date(2026, 12, 31))[G1]
    assert [month.on for month in to_come] == trends.month_ends(ON)
    assert to_come == of(world, "dn/a")[G1]


def test_all_months_are_read_at_once(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        worker = world.employ(session, "dn/a")
        add_facts(session, world.tenant, worker, ["law-labour"], day=date(2026, 5, 20))
    settling.settle_all(world.database, world.tenant, today=ON)
    with world.database.reading(world.tenant) as session:
        found = rates.rates(session, world.tenant, "vn", on=ON, today=ON)
        commands: list[str] = []
        sa.event.listen(
            world.database.engine, "before_cursor_execute", lambda _c, _u, text, *_other: commands.append(text)
        )
        trends.trends(session, world.tenant, found)
    assert len([one for one in commands if "certification_tally" in one]) == 1
    assert len(commands) <= 10
