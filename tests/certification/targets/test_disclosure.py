"""A count of few people is hidden, and nobody can work it out from what is left."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pytest

from certification.targets import disclosure
from certification.targets.attainment import Attainment, OrganizationFigures
from certification.targets.disclosure import HIDDEN
from certification.units.trees import ADMINISTRATIVE, ENTERPRISE, GRASSROOTS_UNION, TRADE_UNION, UNION, Edge, Node, Tree
from lrs.db import new_id

ON = date(2026, 11, 20)

Parents = Mapping[str, Mapping[str, str]]
KINDS = {"v": ADMINISTRATIVE, "c": TRADE_UNION, "g": GRASSROOTS_UNION, "d": ENTERPRISE}


def tree_of(parents: Parents) -> Tree:
    codes = {code for of in parents.values() for pair in of.items() for code in pair}
    nodes = [Node(new_id(), code, code, KINDS[code[0]], None, None) for code in sorted(codes)]
    return Tree(
        nodes, [Edge(a, which, b, date(2020, 1, 1), None) for which, of in parents.items() for a, b in of.items()], ON
    )


def figures(node: Node, titles: int) -> OrganizationFigures:
    return OrganizationFigures(node.code, node.code, node.kind, 100 * titles, 0, 0, 1, 0, titles, ())


def measured(tree: Tree, counts: Mapping[str, int]) -> Attainment:
    """Every unit with the sum of what is below it as its number of title holders."""
    totals = dict.fromkeys((node.code for node in tree.nodes), 0)
    for enterprise, count in counts.items():
        for code in tree.chain(enterprise):
            totals[code] += count
    return Attainment(
        ON,
        "x",
        tuple(figures(node, totals[node.code]) for node in tree.nodes),
    )


def shown(tree: Tree, counts: Mapping[str, int], below: int = 5) -> dict[str, int]:
    return {
        one.code: one.holds_title for one in disclosure.published(measured(tree, counts), tree, below).organizations
    }


def derivable(tree: Tree, found: Mapping[str, int]) -> set[str]:
    """What linear algebra has back of the hidden counts, from every sum on both trees."""
    unknown = sorted(code for code, count in found.items() if count == HIDDEN)
    rows: list[list[Fraction]] = []
    for which in (ADMINISTRATIVE, UNION):
        for code in found:
            children = [child for child in tree.children(code, which) if child in found]
            if children:
                row = {code: 1} | dict.fromkeys(children, -1)
                rows.append([Fraction(row.get(one, 0)) for one in unknown])
    pivots: list[tuple[int, list[Fraction]]] = []
    for row in rows:
        for place, pivot in pivots:
            if row[place]:
                factor = row[place] / pivot[place]
                row = [a - factor * b for a, b in zip(row, pivot, strict=True)]
        place = next((at for at, value in enumerate(row) if value), None)
        if place is not None:
            pivots = [
                (at, [a - (other[place] / row[place]) * b for a, b in zip(other, row, strict=True)])
                for at, other in pivots
            ]
            pivots.append((place, row))
    return {unknown[place] for place, row in pivots if sum(value != 0 for value in row) == 1}


def test_four_persons_are_hidden_and_the_smallest_sibling_with_them() -> None:
    tree = tree_of({ADMINISTRATIVE: {"d1": "v", "d2": "v", "d3": "v"}})
    assert shown(tree, {"d1": 4, "d2": 30, "d3": 50}) == {"d1": HIDDEN, "d2": HIDDEN, "d3": 50, "v": 84}
    assert shown(tree, {"d1": 5, "d2": 30, "d3": 0}) == {"d1": 5, "d2": 30, "d3": 0, "v": 35}
    assert shown(tree, {"d1": 4, "d2": 30, "d3": 50}, below=0)["d1"] == 4
    assert shown(tree, {"d1": 4, "d2": 30, "d3": 50}, below=31) == {"d1": HIDDEN, "d2": HIDDEN, "d3": 50, "v": 84}


def test_an_only_child_takes_its_total_with_it() -> None:
    tree = tree_of({ADMINISTRATIVE: {"d1": "v1", "v1": "v", "d2": "v2", "v2": "v"}})
    found = shown(tree, {"d1": 3, "d2": 40})
    assert found["d1"] == found["v1"] == HIDDEN
    assert derivable(tree, found) == set()


def test_an_enterprise_is_not_given_away_by_its_grassroots_union() -> None:
    tree = tree_of({ADMINISTRATIVE: {"d1": "v", "d2": "v"}, UNION: {"d1": "g1", "g1": "c", "d2": "g2", "g2": "c"}})
    found = shown(tree, {"d1": 2, "d2": 60})
    assert found["g1"] == HIDDEN
    assert derivable(tree, found) == set()


@pytest.mark.parametrize("seed", range(60))
def test_nothing_hidden_can_be_worked_out_on_trees_of_any_shape(seed: int) -> None:
    chance = random.Random(seed)
    places = {f"v{n}": "v" if n < 3 else f"v{chance.randrange(3)}" for n in range(chance.randrange(3, 9))}
    unions = {f"c{n}": "c" if n < 2 else f"c{chance.randrange(2)}" for n in range(chance.randrange(2, 6))}
    counts = {}
    for n in range(chance.randrange(2, 14)):
        places[f"d{n}"] = chance.choice([code for code in places if code[0] == "v"])
        if chance.random() < 0.7:
            unions[f"g{n}"], unions[f"d{n}"] = chance.choice([code for code in unions if code[0] == "c"]), f"g{n}"
        counts[f"d{n}"] = chance.choice([0, 1, 3, 4, 5, 8, 40])
    tree = tree_of({ADMINISTRATIVE: places, UNION: unions})
    found = shown(tree, counts)
    real = {one.code: one.holds_title for one in measured(tree, counts).organizations}
    assert all(found[code] == HIDDEN for code, count in real.items() if 0 < count < 5)
    small = {code for code, count in real.items() if 0 < count < 5}
    assert not small & derivable(tree, found)
    assert all(found[code] in (HIDDEN, count) for code, count in real.items())
