"""Both trees on a day: who stands above whom, in which order, and what has ended."""

from __future__ import annotations

from datetime import date

import pytest

from certification.units.trees import (
    ADMINISTRATIVE,
    ENTERPRISE,
    GRASSROOTS_UNION,
    TRADE_UNION,
    UNION,
    Edge,
    Node,
    Tree,
    UnknownOrganization,
)
from lrs.db import new_id

MERGER = date(2025, 7, 1)
BEFORE = date(2025, 6, 30)
LONG_AGO = date(2000, 1, 1)

NODES = [
    Node(new_id(), code, code.upper(), kind, starts, ends)
    for code, kind, starts, ends in [
        ("vn", ADMINISTRATIVE, None, None),
        ("vn/th", ADMINISTRATIVE, None, None),
        ("vn/th/cu", ADMINISTRATIVE, None, BEFORE),
        ("vn/th/moi", ADMINISTRATIVE, MERGER, None),
        ("cd", TRADE_UNION, None, None),
        ("cd/th", TRADE_UNION, None, None),
        ("cdcs", GRASSROOTS_UNION, None, None),
        ("dn", ENTERPRISE, None, None),
        ("dn2", ENTERPRISE, None, None),
    ]
]
EDGES = [
    Edge("vn/th", ADMINISTRATIVE, "vn", LONG_AGO, None),
    Edge("vn/th/cu", ADMINISTRATIVE, "vn/th", LONG_AGO, None),
    Edge("vn/th/moi", ADMINISTRATIVE, "vn/th", LONG_AGO, None),
    Edge("cd/th", UNION, "cd", LONG_AGO, None),
    Edge("cdcs", UNION, "cd/th", LONG_AGO, None),
    Edge("dn", ADMINISTRATIVE, "vn/th/cu", LONG_AGO, BEFORE),
    Edge("dn", ADMINISTRATIVE, "vn/th/moi", MERGER, None),
    Edge("dn", UNION, "cdcs", LONG_AGO, None),
    Edge("dn2", ADMINISTRATIVE, "vn/th", LONG_AGO, None),
]


def on(day: date) -> Tree:
    return Tree(NODES, EDGES, day)


def test_ancestors_are_nearest_first_and_administrative_before_union_at_equal_distance() -> None:
    assert on(MERGER).ancestors("dn") == ("vn/th/moi", "cdcs", "vn/th", "cd/th", "vn", "cd")


def test_an_edge_holds_on_its_first_and_last_day() -> None:
    assert on(BEFORE).parents("dn", ADMINISTRATIVE) == ("vn/th/cu",)
    assert on(MERGER).parents("dn", ADMINISTRATIVE) == ("vn/th/moi",)


def test_a_chain_begins_with_the_organization_itself() -> None:
    assert on(MERGER).chain("cdcs") == ("cdcs", "cd/th", "cd")


def test_what_ended_or_has_not_begun_stays_readable_without_parents_and_children() -> None:
    tree = on(MERGER)
    assert tree.node("vn/th/cu").exists_to == BEFORE
    assert not tree.exists("vn/th/cu")
    assert tree.ancestors("vn/th/cu") == ()
    assert "vn/th/cu" not in {node.code for node in tree.nodes}
    assert tree.by_id[tree.node("vn/th/cu").id].code == "vn/th/cu"
    assert on(BEFORE).children("vn/th", ADMINISTRATIVE) == ("dn2", "vn/th/cu")


def test_an_unknown_code_is_refused_by_name() -> None:
    with pytest.raises(UnknownOrganization, match="Không có đơn vị nào mang mã “vn/x”"):
        on(MERGER).children("vn/x", UNION)
