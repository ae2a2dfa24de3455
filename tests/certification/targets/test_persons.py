"""What a target says of one person is what the rate counts."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from certification.evaluation.evaluate import find_in
from certification.evaluation.findings import Prepared
from certification.evaluation.results import MET, Evidence, Fact
from certification.rules.plans import counting
from certification.targets import numerators, persons
from tests.certification.learning import PROGRAMME, add_facts
from tests.certification.shipped_rules import criteria_set, mapping, plan
from tests.certification.world import ON, World

PLANS = [plan("plan-1268-qd-ttg"), plan("plan-lai-chau-31-kh-ldld-2026")]
KINDS = sorted(mapping().topics)


@given(
    st.lists(
        st.builds(
            Fact,
            statement_id=st.integers(1, 30).map(lambda number: UUID(int=number)),
            what=st.sampled_from(KINDS),
            day=st.integers(0, 400).map(lambda days: date(2025, 12, 20) + timedelta(days=days)),
            minutes=st.just(0),
            score=st.none(),
            quality=st.integers(0, 3),
            activity_key=st.integers(0, 9),
        ),
        max_size=12,
    )
)
def test_findings_and_personal_targets_agree(facts: list[Fact]) -> None:
    """The findings that a judgement keeps, and the answer for a person, are two ways to one count."""
    for one in PLANS:
        for target in one.targets:
            pure = counting(target.numerator)
            if pure is None or target.population == "grassroots_unions":
                continue
            told = persons.judge(one, target, Evidence(tuple(facts)), (), cadre=True, on=ON)
            found = find_in(Prepared(criteria_set(), [pure]), Evidence(tuple(facts)), 2026, ON)
            reached = {key: [found.statements[place] for place in places] for key, places in found.reached}
            assert (told.state == MET) == (pure.key in reached)
            assert told.participations == len(reached.get(pure.key, ()))
            assert set(told.statements) >= set(reached.get(pure.key, ()))


def test_a_workers_targets_are_those_of_the_plans_that_bind_the_enterprise(world: World) -> None:
    with world.database.writing(world.tenant) as session:
        worker = world.employ(session, "dn/a", cadre_in=["dn/a"])
        other = world.employ(session, "dn/c")
        add_facts(session, world.tenant, worker, ["law-labour", "law-trade-union", "cadre-training"])
        world.title(session, worker, 2026, decided=date(2026, 6, 1))
    with world.database.reading(world.tenant) as session:
        told = {(one.plan, one.target): one for one in persons.of_worker(session, world.tenant, worker, ON)}
        plans_of_other = {one.plan for one in persons.of_worker(session, world.tenant, other, ON)}
        for one in PLANS:
            for target in one.targets:
                if target.numerator.rule == "commitment" or (one.id, target.id) not in told:
                    continue
                counted = numerators.count(session, world.tenant, target.numerator, ON, PROGRAMME)
                assert told[one.id, target.id].participations == counted.get(worker, 0)
    assert told["lai-chau-31-kh-ldld-2026", "L1"].state == MET
    assert told["lai-chau-31-kh-ldld-2026", "L3"].state == persons.NOT_FOR
    assert "lai-chau-31-kh-ldld-2026" not in plans_of_other
    five = told["lai-chau-31-kh-ldld-2026", "L5"]
    assert five.missing == ("law-social-insurance", "law-safety")
    assert "Pháp luật bảo hiểm xã hội; Pháp luật an toàn, vệ sinh lao động" in persons.words(five, mapping().topics)
