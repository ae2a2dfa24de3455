"""What analysts get gives no count of few people away."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date

import pytest

from certification.analysis.days import month_ends
from certification.analysis.protecting import protected
from certification.targets.disclosure import HIDDEN, places_in_sums
from certification.units.trees import ADMINISTRATIVE, UNION, Tree
from tests.certification.targets.test_disclosure import derivable, tree_of


def of_units(tree: Tree, of_enterprises: Mapping[str, int]) -> dict[str, int]:
    """Every unit with the sum of what is below it."""
    totals = dict.fromkeys((node.code for node in tree.nodes), 0)
    for enterprise, count in of_enterprises.items():
        for code in tree.chain(enterprise):
            totals[code] += count
    return totals


def shown(tree: Tree, counts: Mapping[str, int], of: Mapping[str, int], below: int = 5) -> dict[str, int]:
    ends = places_in_sums({node.code: node.kind for node in tree.nodes}, tree)
    return protected(of_units(tree, counts), ends, below, of=of_units(tree, of))


TWO = {ADMINISTRATIVE: {"d1": "v", "d2": "v", "d3": "v"}}


def test_what_counts_few_is_hidden_with_what_would_give_it_away_and_the_rest_is_rounded() -> None:
    tree = tree_of(TWO)
    many = {"d1": 100, "d2": 100, "d3": 100}
    assert shown(tree, {"d1": 4, "d2": 31, "d3": 52}, many) == {"d3": 50, "v": 85}
    assert shown(tree, {"d1": 5, "d2": 31, "d3": 52}, many) == {"d1": 5, "d2": 30, "d3": 50, "v": 90}
    assert shown(tree, {"d1": 5, "d2": 31, "d3": 52}, many, below=10) == {"d3": 50, "v": 90}


def test_nobody_is_as_hidden_as_few_but_hides_no_others() -> None:
    assert shown(tree_of(TWO), {"d1": 0, "d2": 4, "d3": 52}, {"d1": 9, "d2": 100, "d3": 100}) == {"v": 55}
    assert "d1" not in shown(tree_of(TWO), {"d1": 0, "d2": 31, "d3": 52}, {"d1": 100, "d2": 100, "d3": 100})


def test_all_but_few_are_hidden_because_the_others_are_few() -> None:
    found = shown(tree_of(TWO), {"d1": 28, "d2": 31, "d3": 52}, {"d1": 30, "d2": 100, "d3": 100})
    assert found == {"d3": 50, "v": 110}
    assert "d1" not in shown(tree_of(TWO), {"d1": 30, "d2": 31, "d3": 52}, {"d1": 30, "d2": 100, "d3": 100})


def test_no_lower_bound_than_five_is_taken() -> None:
    with pytest.raises(ValueError, match="fewer than 5 persons are always hidden"):
        protected({}, {}, 4)


@pytest.mark.parametrize("seed", range(30))
def test_nothing_hidden_can_be_worked_out_and_no_sum_or_difference_is_small(seed: int) -> None:
    chance = random.Random(seed)
    below = chance.choice([5, 5, 7, 10])
    places = {f"v{n}": "v" if n < 3 else f"v{chance.randrange(3)}" for n in range(chance.randrange(3, 9))}
    unions = {f"c{n}": "c" if n < 2 else f"c{chance.randrange(2)}" for n in range(chance.randrange(2, 6))}
    counts, of = {}, {}
    for n in range(chance.randrange(2, 25)):
        places[f"d{n}"] = chance.choice([code for code in places if code[0] == "v"])
        if chance.random() < 0.7:
            unions[f"g{n}"], unions[f"d{n}"] = chance.choice([code for code in unions if code[0] == "c"]), f"g{n}"
        counts[f"d{n}"] = chance.choice([0, 1, 4, 5, 8, 20, 40])
        of[f"d{n}"] = counts[f"d{n}"] + chance.choice([0, 1, 4, 10, 50])
    tree = tree_of({ADMINISTRATIVE: places, UNION: unions})
    found = shown(tree, counts, of, below)
    real, among = of_units(tree, counts), of_units(tree, of)
    small = {code for code in real if real[code] < below or among[code] - real[code] < below}
    assert not small & found.keys()
    # Even whoever knew exactly what is shown rounded, and where nobody is, could not have back what is hidden.
    known = {code: real[code] if code in found or not real[code] else HIDDEN for code in real}
    assert not {code for code in small if real[code]} & derivable(tree, known)
    assert all(count % below == 0 and abs(count - real[code]) <= below // 2 for code, count in found.items())


def test_days_are_ends_of_months_that_are_over_on_whatever_day_somebody_asks() -> None:
    told = month_ends(date(2026, 11, 22))
    assert (told[0], told[-1], len(told)) == (date(2024, 1, 31), date(2026, 10, 31), 34)
    assert month_ends(date(2026, 11, 1)) == month_ends(date(2026, 11, 30)) == told
    assert month_ends(date(2026, 1, 31))[-1] == date(2025, 12, 31)
