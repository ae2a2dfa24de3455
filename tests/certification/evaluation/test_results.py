"""A result as JSON: compact, stable, and back again."""

from __future__ import annotations

import json
import pickle
from datetime import date

from certification.evaluation.evaluate import evaluate
from certification.evaluation.results import Evidence, Result, from_json, to_json
from tests.certification.shipped_rules import attested_by_person, criteria_set, fact


def some_result() -> Result:
    learned = tuple(fact(number, "reading", quality=number % 2) for number in range(1, 9))
    evidence = Evidence(learned, attested_by_person(4))
    return evaluate(criteria_set(), evidence, year=2026, as_of=date(2026, 11, 20))


def test_a_result_comes_back_from_json_as_it_was() -> None:
    assert from_json(to_json(some_result())) == some_result()


def test_json_is_compact_and_sorted_and_keeps_its_letters() -> None:
    text = to_json(some_result())
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_a_result_can_go_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(some_result())) == some_result()  # noqa: S301


def test_a_result_names_the_rules_it_was_judged_by() -> None:
    document = json.loads(to_json(some_result()))
    assert document["criteria_set"] == "324-qd-khvn-2023-nguoi-lao-dong"
    assert document["rubric"] == "rubric-de-xuat-2026-nguoi-lao-dong"
