"""What holds of every judgement, whatever the evidence."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.evaluation.evaluate import conclude, evaluate, find_in
from certification.evaluation.findings import Prepared, find, in_order, last_of_each
from certification.evaluation.results import MET, Attested, Evidence, Fact, Result
from certification.judgement import kept
from certification.rules.plans import countings
from tests.certification.shipped_rules import BY_PERSON, criteria_set, plan

KINDS = sorted({what for one in criteria_set().indicators for part in one.components for what in part.what})
MOST = criteria_set().single_statement_at_most


@st.composite
def statements(draw: st.DrawFn) -> tuple[Fact, ...]:
    """The facts of one Statement: one day, one activity, several kinds at levels of their own."""
    number = draw(st.integers(1, 60))
    day = date(2025, 12, 20) + timedelta(days=draw(st.integers(0, 390)))
    minutes, score = draw(st.integers(0, 6000)), draw(st.none() | st.integers(0, 10_000))
    activity = draw(st.integers(-5, 5))
    given_kinds = draw(st.sets(st.sampled_from(KINDS), min_size=1))
    quality = draw(st.integers(0, 3))
    return tuple(Fact(UUID(int=number), what, day, minutes, score, quality, activity) for what in sorted(given_kinds))


def logs(max_size: int = 30) -> st.SearchStrategy[list[tuple[Fact, ...]]]:
    """Logs of whole Statements, each id once."""
    return st.lists(statements(), max_size=max_size, unique_by=lambda one: one[0].statement_id)


attestations = st.lists(
    st.builds(
        Attested,
        indicator=st.sampled_from([one.id for one in criteria_set().indicators]),
        points=st.integers(0, 10),
        attested_on=st.dates(date(2025, 12, 1), date(2027, 1, 31)),
        attested_by=st.sampled_from(["A", "B"]),
        basis=st.just("biên bản"),
    ),
    max_size=15,
)


def judge(facts: list[Fact], attested: list[Attested] | None = None, as_of: date = date(2027, 1, 31)) -> Result:
    return evaluate(RULES, Evidence(tuple(facts), tuple(attested or ())), year=2026, as_of=as_of)


RULES = Prepared(criteria_set(), countings([plan("plan-1268-qd-ttg"), plan("plan-lai-chau-31-kh-ldld-2026")], 2026))


def found(facts: list[Fact], attested: list[Attested] | None = None) -> bytes:
    evidence = Evidence(tuple(facts), tuple(attested or ()))
    return kept.encode(find_in(RULES, evidence, 2026, date(2027, 1, 31)))


def flat(log: list[tuple[Fact, ...]]) -> list[Fact]:
    return [fact for one in log for fact in one]


@given(logs(), attestations, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_means_nothing(
    log: list[tuple[Fact, ...]], attested: list[Attested], chance: Random
) -> None:
    facts, others = flat(log), list(attested)
    chance.shuffle(facts)
    chance.shuffle(others)
    assert judge(facts, others) == judge(flat(log), attested)
    assert found(facts, others) == found(flat(log), attested)


@given(logs(), statements())
def test_one_more_statement_never_lowers_a_suggestion_and_adds_at_most_five(
    log: list[tuple[Fact, ...]], more: tuple[Fact, ...]
) -> None:
    log = [one for one in log if one[0].statement_id != more[0].statement_id]
    before, after = judge(flat(log)), judge([*flat(log), *more])
    for old, new in zip(before.indicators, after.indicators, strict=True):
        assert (old.points or 0) <= (new.points or 0) <= (old.points or 0) + MOST


@pytest.mark.slow
@given(logs())
def test_the_same_evidence_twice_is_the_same_evidence(log: list[tuple[Fact, ...]]) -> None:
    assert judge(flat(log) * 2) == judge(flat(log))


@pytest.mark.slow
@given(logs(), attestations)
def test_logs_alone_never_meet_the_criteria(log: list[tuple[Fact, ...]], attested: list[Attested]) -> None:
    not_by_person = [one for one in attested if one.indicator not in BY_PERSON]
    assert judge(flat(log), not_by_person).outcome != MET


@pytest.mark.slow
@given(logs(), attestations)
def test_met_means_eighty_in_all_and_five_everywhere(log: list[tuple[Fact, ...]], attested: list[Attested]) -> None:
    result = judge(flat(log), attested)
    points = [one.points for one in result.indicators]
    known = [one for one in points if one is not None]
    assert result.total == sum(known)
    assert (result.outcome == MET) == (None not in points and min(known) >= 5 and result.total >= 80)


@given(logs(), attestations, st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_an_earlier_day_is_the_same_as_not_having_what_came_later(
    log: list[tuple[Fact, ...]], attested: list[Attested], as_of: date
) -> None:
    facts = [fact for fact in flat(log) if fact.day <= as_of]
    signed = [one for one in attested if one.attested_on <= as_of]
    assert judge(flat(log), attested, as_of) == judge(facts, signed, as_of)


@given(logs(10), attestations)
def test_what_is_kept_gives_the_same_result_again(log: list[tuple[Fact, ...]], attested: list[Attested]) -> None:
    result = judge(flat(log), attested)
    assert conclude(RULES, kept.decode(found(flat(log), attested)), 2026, date(2027, 1, 31)) == result
    assert {one for row in result.indicators for one in row.counted} <= {fact.statement_id for fact in flat(log)}


@given(logs(), attestations)
def test_the_statements_named_are_enough_to_find_the_same_again(
    log: list[tuple[Fact, ...]], attested: list[Attested]
) -> None:
    """So a result can be reproduced from what it names, whatever else was known or is known since."""
    first = find_in(RULES, Evidence(tuple(flat(log)), tuple(attested)), 2026, date(2027, 1, 31))
    named = [fact for fact in flat(log) if fact.statement_id in first.statements]
    assert found(named, attested) == kept.encode(first)


@given(logs(), attestations)
def test_statements_named_by_their_bytes_are_found_alike(log: list[tuple[Fact, ...]], attested: list[Attested]) -> None:
    facts = in_order(flat(log), 2026, date(2027, 1, 31))
    for name in (lambda one: one.bytes, lambda one: one.hex):
        rows = [fact._replace(statement_id=name(fact.statement_id)) for fact in facts]
        last = last_of_each(attested, 2026, date(2027, 1, 31))
        assert kept.encode(find(RULES, rows, last)) == found(flat(log), attested)
