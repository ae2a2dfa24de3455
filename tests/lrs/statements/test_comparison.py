"""Whether two Statements say the same, and a form of each that is the same exactly then (xAPI 1.0.3 Data 2.3.1)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.errors import InvalidStatement, StatementConflict
from lrs.statements.comparison import differences, normal_form
from lrs.statements.rows import read_exact
from lrs.statements.validate import check_statements, encode
from tests.lrs.statements import strategies
from tests.lrs.statements.builders import agent, statement


def same_form(sent: dict[str, Any], kept: dict[str, Any]) -> bool:
    timed = "timestamp" in sent
    return normal_form(sent, timed=timed) == normal_form(kept, timed=timed)


few = st.sampled_from(
    [
        None, True, False, 0, 1, 10, Decimal("1.0"), Decimal("1.00"), Decimal("1E+1"), Decimal("0.0"), Decimal("-0"),
        Decimal("1E-1"), Decimal("0.10"), 10**40, Decimal("1E+40"), -1, Decimal("-1.0"), "", "1", "0", "null", "true",
        "number 1", "text ", "number 1 0", "2026-01-01T00:00:00Z",
    ]
)  # fmt: skip
"""Values of which many pairs are nearly, and some really, equal."""
few_values: st.SearchStrategy[Any] = st.recursive(
    few,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "b", "objectType", "id"]), inner, max_size=2)
    ),
    max_leaves=3,
)


def rewritten(value: Any, choose: Callable[[Any], Any], name: str = "") -> Any:
    """The same, written in another way here and there: some of which count as equal, and some of which do not."""
    if isinstance(value, dict):
        return {key: rewritten(item, choose, key) for key, item in value.items() if choose([True] * 12 + [False])}
    if isinstance(value, list):
        items = [rewritten(item, choose) for item in value]
        return items[::-1] if choose([True, False]) else items
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return choose([value, Decimal(value) * Decimal("1.00"), value + 1 if choose([True] * 5 + [False]) else value])
    if isinstance(value, str) and name in ("registration", "mbox_sha1sum", "id"):
        return choose([value, value.upper(), value.lower()])
    if name == "duration":
        return choose([value, value.replace("14S", "149S")])
    return value


@pytest.mark.slow
@given(strategies.statements(), st.data())
def test_the_normal_form_is_the_same_exactly_where_there_are_no_differences(sent: Any, data: st.DataObject) -> None:
    kept = rewritten(copy.deepcopy(sent), lambda choices: data.draw(st.sampled_from(choices)))
    _check_both(sent, sent)
    with suppress(InvalidStatement):
        check_statements([kept], version="2.0.0")
        _check_both(sent, kept)


def _check_both(sent: Any, kept: Any) -> None:
    left, right = (read_exact(encode(one)) for one in (sent, kept))
    assert same_form(left, left)
    assert same_form(left, right) == (differences(left, right) == ())
    assert same_form(right, left) == (differences(right, left) == ())


@given(few_values, few_values)
def test_so_it_is_of_values_that_are_nearly_equal(one: Any, other: Any) -> None:
    for wrap in (lambda value: {"result": value}, lambda value: {"result": {"extensions": value}}):
        left, right = wrap(one), wrap(other)
        assert same_form(left, right) == (differences(left, right) == ())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"timestamp": "2026-01-01T00:00:00Z"}, {"timestamp": "2026-01-01T07:00:00.000+07:00"}, True),
        ({"timestamp": "2026-01-01T00:00:00Z"}, {"timestamp": "2026-01-01T00:00:00.1Z"}, False),
        ({}, {"timestamp": "2026-01-01T00:00:00Z"}, True),
        ({"timestamp": "2026-01-01T00:00:00Z"}, {}, False),
        ({"result": {"duration": "PT1.239S"}}, {"result": {"duration": "PT1.23S"}}, True),
        ({"result": {"duration": "PT1.23S"}}, {"result": {"duration": "PT1.24S"}}, False),
        ({"result": {"success": True}}, {"result": {"success": 1}}, False),
        ({"result": {"score": {"raw": 1}}}, {"result": {"score": {"raw": Decimal("1.0")}}}, True),
        ({"result": {"response": "1"}}, {"result": {"response": 1}}, False),
        (
            {"actor": {"objectType": "Group", "member": [agent("1"), agent("2")]}},
            {"actor": {"objectType": "Group", "member": [agent("2"), agent("1")]}},
            True,
        ),
        ({"stored": "2026-01-01T00:00:00Z", "id": "x", "version": "1.0.0"}, {"authority": agent("x")}, True),
    ],
)
def test_what_counts_as_the_same(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    left, right = {**statement(), **one}, {**statement(), **other}
    assert (differences(left, right) == ()) == same
    assert same_form(left, right) == same


def test_numbers_of_any_length_and_exponent_have_a_form() -> None:
    long = {"result": {"extensions": {"https://e.org/x": [10**4000, Decimal("1E+999999"), Decimal("-1E-999999")]}}}
    assert same_form(long, copy.deepcopy(long))


def test_very_many_differences_are_not_all_named_and_long_keys_are_cut() -> None:
    def said(value: int) -> dict[str, Any]:
        within = {f"a{n}": value for n in range(2_000)}
        return statement("an", context={"extensions": {"https://e.org/" + "k" * 10_000: within}})

    found = differences(said(1), said(2))
    assert len(found) == 1_000
    assert max(map(len, found)) < 600
    assert len(str(StatementConflict(uuid4(), found))) < 20_000
