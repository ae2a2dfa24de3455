"""The two trees of a tenant's organizations as they stood on one day, in memory.

Pure: `units.organizations` reads the rows and makes a `Tree`; attainment, plans and pages ask it. An edge holds
on a day when its own dates say so and both its ends exist on that day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
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
    "Forest",
    "Node",
    "NotOnThatDay",
    "Standing",
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
    day; None where no day is known. In a `Tree`, `name`, `official_code`, `sector` and `zone` are those of the
    day; elsewhere the last three are None."""

    id: UUID
    code: str
    name: str
    kind: str
    exists_from: date | None
    exists_to: date | None
    sector: str | None = None
    zone: str | None = None
    official_code: str | None = None

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


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is of an organization on a day: itself (`exists`), or else who stands in its place: its heirs on that
    day where it has ended, those from whom it came where it has not begun. `others` may be none."""

    node: Node
    exists: bool
    ended: bool
    others: tuple[Node, ...]


class NotOnThatDay(CertificationError):
    """The organization does not exist on the day asked about; the text says who stands in its place."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        node = standing.node
        others = ", ".join(f"“{one.name}” ({one.code})" for one in standing.others)
        if standing.ended and node.exists_to is not None:
            what = f"“{node.name}” ({node.code}) đã kết thúc ngày {_written(node.exists_to)}"
            super().__init__(f"{what}; nay là {others}" if others else f"{what}, không có đơn vị kế thừa")
        else:
            first = "" if node.exists_from is None else f" đến ngày {_written(node.exists_from)}"
            what = f"“{node.name}” ({node.code}) chưa có{first}"
            super().__init__(f"{what}; khi ấy là {others}" if others else what)


def _written(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def _listed(nodes: Iterable[Node]) -> str:
    return ", ".join(node.name for node in nodes)


class Tree:
    """Both trees on the day `on`. Ended organizations stay readable by code; they have no parents and no children."""

    def __init__(
        self, nodes: Iterable[Node], edges: Iterable[Edge], on: date, successions: Iterable[Succession] = ()
    ) -> None:
        self.on = on
        self._followers: dict[str, list[str]] = defaultdict(list)
        self._forerunners: dict[str, list[str]] = defaultdict(list)
        for one in sorted(successions, key=lambda one: (one.predecessor, one.successor)):
            if one.took_place <= on:
                self._followers[one.predecessor].append(one.successor)
            else:
                self._forerunners[one.successor].append(one.predecessor)
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

    def descendants(self, code: str, tree: str | None = None) -> tuple[str, ...]:
        """Codes of all below it in one tree, or on both, nearest first and in order of code at equal distance.

        The organization itself is not among them. Raises UnknownOrganization.
        """
        self.node(code)
        trees = TREES if tree is None else (tree,)
        seen = {code}
        found: list[str] = []
        level = [code]
        while level:
            below = {child for which in trees for parent in level for child in self._children.get((parent, which), ())}
            level = sorted(below - seen)
            seen.update(level)
            found += level
        return tuple(found)

    def standing(self, code: str) -> Standing:
        """What there is of the organization on the day, over as many successions as there were. Raises
        UnknownOrganization."""
        node = self.node(code)
        if node.exists_on(self.on):
            return Standing(node, exists=True, ended=False, others=())
        ended = node.exists_to is not None and node.exists_to < self.on
        others = self._in_its_place(code, self._followers if ended else self._forerunners)
        return Standing(node, exists=False, ended=ended, others=others)

    def _in_its_place(self, code: str, following: Mapping[str, list[str]]) -> tuple[Node, ...]:
        seen, level, found = {code}, [code], []
        while level:
            level = [one for before in level for one in following.get(before, ()) if one not in seen]
            seen.update(level)
            found += [one for one in level if self.exists(one)]
            level = [one for one in level if not self.exists(one)]
        return tuple(self.node(one) for one in dict.fromkeys(found))

    def existing(self, code: str) -> Node:
        """The organization, which exists on the day. Raises UnknownOrganization, or NotOnThatDay, which
        names who stands in its place."""
        standing = self.standing(code)
        if not standing.exists:
            raise NotOnThatDay(standing)
        return standing.node

    def called(self, code: str) -> str:
        """Its name as people should read it on the day: "Xã Hoằng Cát (nay là Xã Hoằng Sơn)" once it has ended."""
        standing = self.standing(code)
        if not standing.others:
            return standing.node.name
        return f"{standing.node.name} ({'nay' if standing.ended else 'khi ấy'} là {_listed(standing.others)})"

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


class Forest:
    """Both trees on any day, each worked out once for all days on which they stood alike."""

    def __init__(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
        self._nodes, self._edges = tuple(nodes), tuple(edges)
        begins = {edge.valid_from for edge in self._edges} | {node.exists_from for node in self._nodes}
        ends = {edge.valid_to for edge in self._edges} | {node.exists_to for node in self._nodes}
        after = {day + timedelta(days=1) for day in ends if day is not None and day < date.max}
        self._changes = sorted({day for day in begins if day is not None} | after | {date.min})
        self._trees: dict[date, Tree] = {}

    def unchanged_since(self, day: date) -> date:
        """The first of the days up to `day` on which the trees stood as they do on `day`."""
        return self._changes[bisect_right(self._changes, day) - 1]

    def on(self, day: date) -> Tree:
        """Both trees on a day. The tree's own `on` may be an earlier day, on which they stood alike."""
        since = self.unchanged_since(day)
        if since not in self._trees:
            self._trees[since] = Tree(self._nodes, self._edges, since)
        return self._trees[since]
