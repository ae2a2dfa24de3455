"""The trees as counting needs them, remembered as long as no organization changes.

Between two days on which an organization begins, ends or moves, the trees are the same; one `Ground` serves them all.
A process remembers the grounds of a few tenants; `units.revisions` tells when to forget them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from uuid import UUID

from certification.targets import populations
from certification.targets.populations import ALL_ENTERPRISES, BASES, UNIONISED
from certification.targets.standings import Place, day_of_year
from certification.units import organizations, revisions
from certification.units.organization_periods import World
from certification.units.trees import GRASSROOTS_UNION, UNION, Edge, Node, Succession, Tree
from lrs.db import Session

__all__ = ["Ground", "Land", "land"]


class Ground:
    """The trees of a day: for each basis every enterprise with what is above it, and what is below an organization."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.chains: Mapping[str, Mapping[str, tuple[str, ...]]] = {
            ALL_ENTERPRISES: populations.chains(tree, ALL_ENTERPRISES),
        }
        everything = self.chains[ALL_ENTERPRISES]
        unions = {code: populations.unions_of(tree, code) for code in everything}
        self.chains = {**self.chains, UNIONISED: {code: everything[code] for code in everything if unions[code]}}
        self.enterprises: Mapping[str, Mapping[str, list[str]]] = {basis: _below(self.chains[basis]) for basis in BASES}
        self.unions: Mapping[str, list[str]] = unions

    @cached_property
    def grassroots_unions(self) -> Mapping[str, Mapping[str, set[str]]]:
        """For each basis the grassroots unions of enterprises at or below each organization."""
        return {basis: populations.grassroots_unions(self.tree, self.chains[basis]) for basis in BASES}

    @cached_property
    def concerned(self) -> tuple[str, ...]:
        """Every organization with an enterprise at or below it, by code."""
        return tuple(sorted(self.enterprises[ALL_ENTERPRISES]))


def _below(chains: Mapping[str, Sequence[str]]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for enterprise, chain in chains.items():
        for code in chain:
            found[code].append(enterprise)
    return found


@dataclass(frozen=True)
class Land:
    """All organizations of a tenant over time. `stamp` is the state they are of; None: unknown."""

    stamp: UUID | None
    world: World
    successions: Sequence[Succession]

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Every organization, ended ones too, by code."""
        return self.world.nodes

    @cached_property
    def by_id(self) -> Mapping[UUID, Node]:
        """The same by the id of its row."""
        return {node.id: node for node in self.nodes.values()}

    @cached_property
    def _edges_up(self) -> Mapping[str, Sequence[Edge]]:
        found: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.world.edges.values():
            found[edge.child].append(edge)
        return found

    def chain(self, enterprise: str, basis: str, day: date) -> set[str]:
        """The same as `Ground.chains` of the day, of one enterprise alone and in no order: nothing where it is not of
        the basis then. For many days of few enterprises, of which each would need all trees otherwise."""
        if not self.nodes[enterprise].exists_on(day):
            return set()
        if basis == UNIONISED and not any(
            edge.tree == UNION and self.nodes[edge.parent].kind == GRASSROOTS_UNION
            for edge in self._up(enterprise, day)
        ):
            return set()
        found, level = {enterprise}, [enterprise]
        while level:
            above = {edge.parent for code in level for edge in self._up(code, day)}
            level = sorted(above - found)
            found.update(level)
        return found

    def _up(self, code: str, day: date) -> list[Edge]:
        """The edges that lead up from an organization on a day."""
        return [
            edge
            for edge in self._edges_up.get(code, ())
            if edge.holds_on(day) and self.nodes[edge.parent].exists_on(day)
        ]

    @cached_property
    def _turns(self) -> list[date]:
        """The days on which the trees become others."""
        days: set[date] = set()
        spans: list[tuple[date | None, date | None]] = [
            (edge.valid_from, edge.valid_to) for edge in self.world.edges.values()
        ]
        spans += [(node.exists_from, node.exists_to) for node in self.nodes.values()]
        spans += [(day, None) for _, day in self.world.labels]
        spans += [(one.took_place, None) for one in self.successions]
        for first, last in spans:
            if first is not None:
                days.add(first)
            if last is not None:
                days.add(last + timedelta(days=1))
        return sorted(days)

    @cached_property
    def _grounds(self) -> dict[date, Ground]:
        return {}

    def on(self, day: date) -> Ground:
        """The trees of a day."""
        since = max((turn for turn in self._turns if turn <= day), default=date.min)
        if since not in self._grounds:
            if len(self._grounds) > _GROUNDS:
                self._grounds.clear()
            self._grounds[since] = Ground(organizations.tree_of(self.world, self.successions, since))
        return self._grounds[since]

    def places(self, year: int) -> dict[bytes, list[Place]]:
        """Where each enterprise stands through a year, by the bytes of its id."""
        first, last = date(year, 1, 1), date(year, 12, 31)
        begins = [first, *(turn for turn in self._turns if first < turn <= last)]
        found: dict[bytes, list[Place]] = defaultdict(list)
        for index, day in enumerate(begins):
            ends = begins[index + 1] - timedelta(days=1) if index + 1 < len(begins) else last
            ground = self.on(day)
            for code, chain in ground.chains[ALL_ENTERPRISES].items():
                above = tuple(self.nodes[one].id.bytes for one in sorted(chain))
                place = Place(day_of_year(day, year), day_of_year(ends, year), above, bool(ground.unions[code]))
                known = found[self.nodes[code].id.bytes]
                if known and known[-1].last + 1 == place.first and _alike(known[-1], place):
                    known[-1] = Place(known[-1].first, place.last, above, place.unionised)
                else:
                    known.append(place)
        return dict(found)


_GROUNDS = 12
"""How many days' trees are remembered of one tenant."""


def _alike(one: Place, other: Place) -> bool:
    return (one.organizations, one.unionised) == (other.organizations, other.unionised)


def land(session: Session, tenant: UUID) -> Land:
    """The tenant's organizations: one SQL command where they are remembered, five where not."""
    stamp = revisions.current(session, tenant)
    key = (str(session.info["database"].url), tenant, stamp)
    known = _remembered(key)
    if stamp is not None and known:
        return known[0]
    world = organizations.stored(session, tenant)
    found = Land(stamp, world, organizations.successions(session, tenant, world))
    if stamp is not None:
        known.append(found)
    return found


@lru_cache(maxsize=8)
def _remembered(_key: object) -> list[Land]:
    """A place to remember a land in."""
    return []
