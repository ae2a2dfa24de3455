"""A result can go to another process, and names the rules it was judged by."""

from __future__ import annotations

import pickle
from datetime import date

from certification.evaluation.evaluate import evaluate
from certification.evaluation.results import Evidence, Result
from tests.certification.shipped_rules import attested_by_person, criteria_set, fact


def some_result() -> Result:
    learned = tuple(fact(number, "reading", quality=number % 2) for number in range(1, 9))
    evidence = Evidence(learned, attested_by_person(4))
    return evaluate(criteria_set(), evidence, year=2026, as_of=date(2026, 11, 20))


def test_a_result_can_go_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(some_result())) == some_result()  # noqa: S301


def test_a_result_names_the_rules_it_was_judged_by() -> None:
    assert some_result().criteria_set == "324-qd-khvn-2023-nguoi-lao-dong"
    assert some_result().rubric == "rubric-de-xuat-2026-nguoi-lao-dong"
