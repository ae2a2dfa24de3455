"""The figures of a report: those of the rates to the digit, with what stands beside them, kept as JSON for good."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from certification.evidence.channel_items import import_channel_items
from certification.models import Commitment, Dossier
from certification.reports.figures import Figures
from certification.reports.gathering import gather
from certification.targets import settling
from certification.targets.attainment import measure_all
from certification.targets.populations import UNIONISED
from certification.targets.rates import rates
from lrs.db import new_id
from tests.certification.learning import PROGRAMME, add_facts
from tests.certification.world import COMMITMENT, ON, World

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


@pytest.fixture
def filled(world: World, other_world: World) -> World:
    """Lào Cai with six workers, two of them of an enterprise without a union, and one of two employers."""
    with world.database.writing(world.tenant) as session:
        first = world.employ(session, "dn/c", gender="female", cadre_in=["dn/c"])
        second = world.employ(session, "dn/c")
        third = world.employ(session, "dn/c", "dn/moi")
        fourth = world.employ(session, "dn/moi")
        world.employ(session, "dn/moi", started=date(2026, 11, 26))
        add_facts(session, world.tenant, first, ["law-labour", "life-health", "digital-able"], day=date(2026, 3, 2))
        add_facts(session, world.tenant, first, ["law-labour", "law-trade-union"], day=date(2026, 4, 2))
        add_facts(session, world.tenant, second, ["law-trade-union", "skill-contest"], day=date(2026, 5, 2))
        add_facts(session, world.tenant, third, ["law-labour"], day=date(2025, 5, 2))
        world.title(session, first, 2025, decided=date(2026, 1, 5))
        world.title(session, second, 2026, decided=date(2026, 11, 20))
        world.title(session, third, 2024, decided=date(2025, 1, 5), withdrawn=date(2026, 2, 1))
        world.judged(session, fourth, 1, "met", date(2026, 11, 1))
        for worker, state in ((first, "granted"), (second, "self_assessed"), (fourth, "registered")):
            session.add(
                Dossier(
                    worker_id=worker, id=new_id(), tenant_id=world.tenant, programme=PROGRAMME, year=2026, state=state,
                    version=1, proposal_id=None, decision_id=None, due=None, changed=NOW,
                )
            )  # fmt: skip
        session.add(
            Commitment(organization_id=world.ids["cdcs/c"], kind=COMMITMENT, year=2026, source="x", recorded=NOW)
        )
    return world


class Form:
    plan = "1268-qd-ttg"


def of(world: World, code: str = "vn/lao-cai", **other: Any) -> Figures:
    with world.database.reading(world.tenant) as session:
        return gather(session, world.tenant, other.pop("form", None), code, ON, now=NOW, **other)


def test_the_figures_are_those_of_the_rates_with_everything_beside_them(filled: World) -> None:
    found = of(filled)
    with filled.database.reading(filled.tenant) as session:
        measured = rates(session, filled.tenant, "vn/lao-cai", on=ON, today=date(2026, 11, 26))
    assert [one.figures for one in found.targets] == [one.figures for one in measured.targets]
    assert [one.forecasts for one in found.targets] == [one.beside.forecasts for one in measured.targets]
    assert (found.headcount, found.women, found.members, found.union_cadres) == (4, 1, 4, 1)
    assert (found.coverage.enterprises, found.unionised_enterprises, found.grassroots_unions) == (2, 1, 1)
    assert (found.meets_criteria, found.holds_title) == (1, 2)
    assert found.groups == ("G1", "G2", "G3", "G4", "G5")
    law = found.targets[0]
    assert (law.figures.counted, law.figures.participations, law.figures.denominator) == (2, 4, 4)
    assert law.last_year is not None
    assert (law.last_year.counted, law.last_year.denominator) == (1, 4)
    goal = law.goal(2026)
    assert goal is not None
    assert (goal.year, goal.percent, goal.short, goal.met) == (2030, 90, 2, False)
    assert found.commitments == {COMMITMENT: 1}
    assert [one.id for one in found.plans] == ["lao-cai-2022"]


def test_each_topic_is_counted_in_persons_and_in_participations(filled: World) -> None:
    parts = {one.code: (one.persons, one.participations) for row in of(filled).targets for one in row.parts}
    assert parts["law-labour"] == (1, 2)
    assert parts["law-trade-union"] == (2, 2)
    assert parts["skill-contest"] == (1, 1)
    assert parts["skill-external"] == (0, 0)
    assert parts["life-health"] == (1, 1)
    assert all(one.title != one.code for row in of(filled).targets for one in row.parts)


def test_levels_of_evidence_and_items_of_channels_are_told(filled: World) -> None:
    table = "Mã đơn vị,Kênh,Ngày,Tiêu đề,Số lượng\ndn/c,zalo,05/09/2026,Luật,20\ndn/c,zalo,26/11/2026,Luật,7\n"
    with filled.database.writing(filled.tenant) as session:
        import_channel_items(session, filled.tenant, table.encode(), by="x", now=NOW)
    found = of(filled)
    assert found.channels == {"zalo": 20}
    assert sum(found.evidence) == 7
    assert found.evidence[0] == 0


def test_titles_are_counted_by_step_and_by_year(filled: World) -> None:
    titles = of(filled).titles
    assert (titles.registered, titles.self_assessed, titles.proposed, titles.recognised) == (3, 2, 1, 1)
    assert titles.by_year == ((2025, 1), (2026, 1))
    assert titles.ever == 2


def test_every_enterprise_has_its_line_and_units_apart(filled: World) -> None:
    found = of(filled)
    assert [one.code for one in found.enterprises] == ["dn/c", "dn/moi"]
    assert [one.code for one in found.units] == []
    with filled.database.reading(filled.tenant) as session:
        measured = measure_all(session, filled.tenant, on=ON)
    for row in found.enterprises:
        same = measured.of(row.code)
        assert same is not None
        assert row.headcount == same.headcount
        assert [(one.counted, one.denominator) for one in row.targets] == [
            (one.counted, one.denominator) for one in same.targets
        ]
    # Somebody with two employers counts in each, and once above them.
    assert sum(one.headcount for one in found.enterprises) == found.headcount + 1
    above = of(filled, "vn")
    assert {"vn/lao-cai", "vn/lai-chau"} <= {one.code for one in above.units}
    assert {one.code for one in above.enterprises} == {"dn/a", "dn/b", "dn/c", "dn/moi"}
    few = of(filled, "vn", most_enterprises=1)
    assert (len(few.enterprises), few.enterprises_left_out) == (1, 3)


def test_over_enterprises_with_a_union_and_by_one_plan(filled: World) -> None:
    found = of(filled, basis=UNIONISED, form=Form())
    assert found.headcount == 3
    assert [one.id for one in found.plans] == ["1268-qd-ttg"]
    assert {row.figures.plan for row in found.targets} == {"1268-qd-ttg"}
    assert [one.code for one in found.enterprises] == ["dn/c"]


def test_an_enterprise_has_a_report_of_its_own(filled: World) -> None:
    found = of(filled, "dn/c")
    assert (found.headcount, found.enterprises, found.units) == (3, (), ())
    assert found.targets[0].figures.counted == 2


def test_figures_go_to_json_and_back_whole(filled: World) -> None:
    found = of(filled, "vn")
    kept = found.as_json()
    assert Figures.from_json(kept) == found
    assert Figures.from_json(kept.encode()).as_json() == kept
    with pytest.raises(msgspec.ValidationError):
        Figures.from_json("{}")


def test_what_was_kept_of_a_report_years_ago_is_still_read() -> None:
    found = Figures.from_json(KEPT)
    assert found.targets[0].figures.rate is not None
    assert found.targets[0].figures.rate.limit_denominator() * 3 == 2
    assert found.numbers()["1268-qd-ttg/G1/counted"] == 2


def test_the_numbers_name_every_count(filled: World) -> None:
    numbers = of(filled).numbers()
    assert numbers["lao-cai-2022/G1/counted"] == 2
    assert numbers["lao-cai-2022/G1/participations"] == 4
    assert numbers["headcount"] == 4
    assert numbers[f"commitment/{COMMITMENT}"] == 1


def test_settled_and_counted_figures_are_one(filled: World) -> None:
    before = of(filled, "vn")
    settling.settle_all(filled.database, filled.tenant, today=date(2026, 11, 26))
    assert of(filled, "vn").as_json() == before.as_json()


def test_commands_do_not_grow_with_people_and_enterprises(filled: World) -> None:
    def commands() -> int:
        counted = 0

        def count(*_: object) -> None:
            nonlocal counted
            counted += 1

        sa.event.listen(filled.database.engine, "before_cursor_execute", count)
        of(filled, "vn")
        sa.event.remove(filled.database.engine, "before_cursor_execute", count)
        return counted

    of(filled, "vn")
    few = commands()
    with filled.database.writing(filled.tenant) as session:
        for place in range(40):
            worker = filled.employ(session, "dn/a" if place % 2 else "dn/b")
            add_facts(session, filled.tenant, worker, ["law-labour", "life-health"], day=date(2026, 3, 2))
    assert commands() == few


KEPT = """{"as_of":"2026-11-26T03:00:00Z","basis":"all","commitments":{},"channels":{},"evidence":[0,2,0,0],
"coverage":{"declared":0,"declared_people":0,
"enterprises":2,"reporting":2},"cut_off":"2026-11-25","enterprises":[],"enterprises_left_out":0,"grassroots_unions":1,
"headcount":3,"headcount_on":"2026-11-25","holds_title":2,"kind":"administrative","meets_criteria":1,"members":3,
"name":"Tỉnh Lào Cai","organization":"vn/lao-cai","plans":[{"id":"1268-qd-ttg","issued":"2022-10-19","issuer":"TTg",
"number":"1268/QĐ-TTg","title":"Chương trình"}],"targets":[{"below_parent":[],"figures":{"beside":[],"counted":2,
"denominator":3,"group":"G1","participations":3,"plan":"1268-qd-ttg","plan_title":"Chương trình","population":"workers",
"rate":"2/3","target":"G1","title":"Chính trị, pháp luật","unit":"person","year_targets":[{"met":false,"operator":">=",
"percent":90,"points_short":"70/3","short":1,"year":2030}]},"forecasts":[{"counted":null,"deadline":"2030-12-31",
"method":"trend_of_years","observations":[],"rate":null,"why_not":"no_last_year"}],"last_year":null,"parts":[{
"code":"law-labour","participations":2,"persons":1,"title":"Pháp luật lao động"}]}],"titles":{"by_year":[[2026,1]],
"ever":2,"proposed":0,"recognised":0,"refused":0,"registered":0,"self_assessed":0},"union_cadres":1,
"unionised_enterprises":1,"units":[],"watermark":"x","women":1}"""
