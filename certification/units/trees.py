"""The two trees of a tenant's organizations as they stood on one day, in memory.

Pure: `units.organizations` reads the rows and makes a `Tree`; attainment, plans and pages ask it. An edge holds
on a day when its own dates say so and both its ends exist on that day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from certification.errors import CertificationError

__all__ = [
    "ADMINISTRATIVE",
    "ENTERPRISE",
    "GRASSROOTS_UNION",
    "TRADE_UNION",
    "TREES",
    "UNION",
    "Edge",
    "Node",
    "Succession",
    "Tree",
    "UnknownOrganization",
]

ADMINISTRATIVE = "administrative"
"""Both a kind of organization and the tree they stand in."""
TRADE_UNION = "trade_union"
GRASSROOTS_UNION = "grassroots_union"
ENTERPRISE = "enterprise"

UNION = "union"
TREES = (ADMINISTRATIVE, UNION)
"""In the order in which ancestors at equal distance are named."""


class UnknownOrganization(CertificationError):
    """No organization of the tenant has that code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Không có đơn vị nào mang mã “{code}”; kiểm tra mã hoặc nhập đơn vị đó trước")


@dataclass(frozen=True, slots=True)
class Node:
    """An organization. `kind` is administrative, trade_union, grassroots_union or enterprise; `exists_to` its last
    day; None where no day is known."""

    id: UUID
    code: str
    name: str
    kind: str
    exists_from: date | None
    exists_to: date | None

    def exists_on(self, day: date) -> bool:
        return (self.exists_from is None or self.exists_from <= day) and (
            self.exists_to is None or day <= self.exists_to
        )


@dataclass(frozen=True, slots=True)
class Edge:
    """That `child` stands under `parent` (codes) in a tree, from one day to another, both included."""

    child: str
    tree: str
    parent: str
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Succession:
    """That one organization was followed by another (codes) on a day; `source` says by which decision."""

    predecessor: str
    successor: str
    took_place: date
    source: str


class Tree:
    """Both trees on the day `on`. Ended organizations stay readable by code; they have no parents and no children."""

    def __init__(self, nodes: Iterable[Node], edges: Iterable[Edge], on: date) -> None:
        self.on = on
        self._all = {node.code: node for node in nodes}
        self.by_id: Mapping[UUID, Node] = {node.id: node for node in self._all.values()}
        """Every organization of the tenant, ended ones too, by its row's id."""
        self._parents: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._children: dict[tuple[str, str], list[str]] = defaultdict(list)
        for edge in edges:
            if edge.holds_on(on) and self.exists(edge.child) and self.exists(edge.parent):
                self._parents[edge.child, edge.tree].append(edge.parent)
                self._children[edge.parent, edge.tree].append(edge.child)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The organizations that exist on the day, by code."""
        return tuple(node for _code, node in sorted(self._all.items()) if node.exists_on(self.on))

    def node(self, code: str) -> Node:
        """The organization with this code, ended or not. Raises UnknownOrganization."""
        try:
            return self._all[code]
        except KeyError:
            raise UnknownOrganization(code) from None

    def exists(self, code: str) -> bool:
        """Whether the organization exists on the day. Raises UnknownOrganization."""
        return self.node(code).exists_on(self.on)

    def parents(self, code: str, tree: str) -> tuple[str, ...]:
        """Codes of what it stands under directly in one tree: none or one."""
        self.node(code)
        return tuple(sorted(self._parents.get((code, tree), ())))

    def children(self, code: str, tree: str) -> tuple[str, ...]:
        """Codes of what stands under it directly in one tree."""
        self.node(code)
        return tuple(sorted(self._children.get((code, tree), ())))

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Codes of all above it on both trees, nearest first; administrative before union at equal distance.

        The organization itself is not among them.
        """
        self.node(code)
        seen = {code}
        found: list[str] = []
        level = [code]
        while level:
            above = [parent for tree in TREES for child in level for parent in self.parents(child, tree)]
            level = [parent for parent in dict.fromkeys(above) if parent not in seen]
            seen.update(level)
            found += level
        return tuple(found)

    def chain(self, code: str) -> tuple[str, ...]:
        """The organization itself, then its `ancestors`: the order in which plans bind it."""
        return (code, *self.ancestors(code))
