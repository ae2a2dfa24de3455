"""What holds of every judgement, whatever the evidence."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from certification.evaluation.evaluate import evaluate
from certification.evaluation.results import MET, Attested, Evidence, Fact, Result, from_json, to_json
from tests.certification.shipped_rules import BY_PERSON, criteria_set

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
    return evaluate(criteria_set(), Evidence(tuple(facts), tuple(attested or ())), year=2026, as_of=as_of)


def flat(log: list[tuple[Fact, ...]]) -> list[Fact]:
    return [fact for one in log for fact in one]


@given(logs(), attestations, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_means_nothing(
    log: list[tuple[Fact, ...]], attested: list[Attested], chance: Random
) -> None:
    facts, others = flat(log), list(attested)
    chance.shuffle(facts)
    chance.shuffle(others)
    assert to_json(judge(facts, others)) == to_json(judge(flat(log), attested))


@given(logs(), statements())
def test_one_more_statement_never_lowers_a_suggestion_and_adds_at_most_five(
    log: list[tuple[Fact, ...]], more: tuple[Fact, ...]
) -> None:
    log = [one for one in log if one[0].statement_id != more[0].statement_id]
    before, after = judge(flat(log)), judge([*flat(log), *more])
    for old, new in zip(before.indicators, after.indicators, strict=True):
        assert (old.points or 0) <= (new.points or 0) <= (old.points or 0) + MOST


@given(logs())
def test_the_same_evidence_twice_is_the_same_evidence(log: list[tuple[Fact, ...]]) -> None:
    assert judge(flat(log) * 2) == judge(flat(log))


@given(logs(), attestations)
def test_logs_alone_never_meet_the_criteria(log: list[tuple[Fact, ...]], attested: list[Attested]) -> None:
    not_by_person = [one for one in attested if one.indicator not in BY_PERSON]
    assert judge(flat(log), not_by_person).outcome != MET


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
def test_every_result_survives_json(log: list[tuple[Fact, ...]], attested: list[Attested]) -> None:
    result = judge(flat(log), attested)
    assert from_json(to_json(result)) == result
    assert {one for row in result.indicators for one in row.counted} <= {fact.statement_id for fact in flat(log)}
