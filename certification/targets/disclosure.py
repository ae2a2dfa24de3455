"""Hiding counts of few people in figures that everybody sees, so that nobody can work them out from the others. Pure.

A count of 1 to `below` - 1 persons is hidden. A hidden count could be had back from its siblings and their total, on
either tree, so others are hidden with it. Which: every unit is the sum of those right below it, and each count stands
in two such sums at most (as a part of the one above and as the total of those below; an enterprise as a part on both
trees). Sums are then the nodes of a graph and counts its edges, and a hidden count can be worked out exactly if its
edge lies on no cycle of hidden edges. So for each one that does not, the cheapest way that closes a cycle is hidden
too: the smallest counts that do. (That a person with two employers is one person above both makes working back harder.)
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from certification.targets.attainment import Attainment, BesideFigures, OrganizationFigures, TargetFigures
from certification.targets.figures import HIDDEN
from certification.units.trees import ADMINISTRATIVE, ENTERPRISE, TREES, UNION, Tree

__all__ = ["BELOW", "HIDDEN", "Place", "hidden_codes", "hidden_with", "places_in_sums", "published"]

BELOW = 5
"""Counts of fewer persons than this are hidden where nobody says otherwise. In no document for this programme: ours."""

Place = tuple[str, str]
"""A sum that counts stand in: a tree, and the unit whose total it is."""

_GROUND: Place = ("", "")
"""Where the sums end that nobody sees."""

_OF_ORGANIZATION = ("headcount", "women", "union_cadres", "meets_criteria", "holds_title")


def published(measured: Attainment, tree: Tree, below: int = BELOW) -> Attainment:
    """The figures as everybody may see them: what must be hidden is `HIDDEN`, and all that would give it away is gone.

    `tree` is that of the same day; 0 hides nothing.
    """
    if below <= 1:
        return measured
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for one in measured.organizations:
        for name in _OF_ORGANIZATION:
            counts[name][one.code] = getattr(one, name)
        for target in one.targets:
            if target.unit == "person":
                counts[_key(target)][one.code] = target.counted
                for beside in target.beside:
                    counts[f"{_key(target)}/{beside.id}"][one.code] = beside.counted
    ends = places_in_sums({one.code: one.kind for one in measured.organizations}, tree)
    hidden = {name: hidden_codes(of, ends, below) for name, of in counts.items()}
    return replace(measured, organizations=tuple(_shown(one, hidden) for one in measured.organizations))


def hidden_codes(
    counts: Mapping[str, int], ends: Mapping[str, tuple[Place, Place]], below: int = BELOW
) -> frozenset[str]:
    """Which of these counts are hidden, by code. `ends` are the two sums each stands in."""
    return hidden_with({code for code, count in counts.items() if 0 < count < below}, counts, ends)


def hidden_with(
    small: Collection[str], counts: Mapping[str, int], ends: Mapping[str, tuple[Place, Place]]
) -> frozenset[str]:
    """These counts, and those that are hidden with them so that none of them can be worked out from the others."""
    hidden = set(small)
    touching: dict[Place, list[str]] = defaultdict(list)
    for code in counts:
        for end in ends[code]:
            touching[end].append(code)
    closed: set[str] = set()
    for code in sorted(_bridges(hidden, ends)):
        if code not in closed:
            way = _closing(code, counts, ends, touching, hidden)
            hidden.update(way)
            closed.update(way)
    return frozenset(hidden)


def _bridges(hidden: Collection[str], ends: Mapping[str, tuple[Place, Place]]) -> set[str]:
    """Those of the hidden counts that lie on no cycle of hidden ones."""
    touching: dict[Place, list[tuple[str, Place]]] = defaultdict(list)
    for code in sorted(hidden):
        first, second = ends[code]
        if first != second:
            touching[first].append((code, second))
            touching[second].append((code, first))
    found: set[str] = set()
    reached: dict[Place, int] = {}
    lowest: dict[Place, int] = {}
    for root in touching:
        if root in reached:
            continue
        reached[root] = lowest[root] = len(reached)
        path = [(root, "", iter(touching[root]))]
        while path:
            place, by, rest = path[-1]
            for code, beyond in rest:
                if beyond not in reached:
                    reached[beyond] = lowest[beyond] = len(reached)
                    path.append((beyond, code, iter(touching[beyond])))
                    break
                if code != by:
                    lowest[place] = min(lowest[place], reached[beyond])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[place])
                    if lowest[place] > reached[above]:
                        found.add(by)
    return found


def _closing(
    code: str,
    counts: Mapping[str, int],
    ends: Mapping[str, tuple[Place, Place]],
    touching: Mapping[Place, Iterable[str]],
    hidden: set[str],
) -> list[str]:
    """The counts that lead from one sum of `code` to its other one at the least cost; hidden ones cost nothing."""
    start, goal = ends[code]
    waiting: list[tuple[int, Place, tuple[str, ...]]] = [(0, start, ())]
    seen: set[Place] = set()
    while waiting:
        cost, place, way = heapq.heappop(waiting)
        if place == goal:
            return list(way)
        if place in seen:
            continue
        seen.add(place)
        for other in touching[place]:
            if other != code:
                first, second = ends[other]
                beyond = second if first == place else first
                # A count of 0 says that nobody is there; it protects least, so it is taken last.
                price = 0 if other in hidden else counts[other] + 1 if counts[other] else 10**9
                heapq.heappush(waiting, (cost + price, beyond, (*way, other)))
    return []


def places_in_sums(kinds: Mapping[str, str], tree: Tree) -> dict[str, tuple[Place, Place]]:
    """The two sums that each organization's counts stand in, by code; `kinds` are those that there are figures of."""
    above = {
        (code, which): next((parent for parent in tree.parents(code, which) if parent in kinds), None)
        for code in kinds
        for which in TREES
    }
    totals = {(which, parent) for (_, which), parent in above.items() if parent is not None}

    def end(which: str, code: str | None) -> Place:
        return (which, code) if code is not None and (which, code) in totals else _GROUND

    found = {}
    for code, kind in kinds.items():
        if kind == ENTERPRISE:
            found[code] = (end(ADMINISTRATIVE, above[code, ADMINISTRATIVE]), end(UNION, above[code, UNION]))
        else:
            which = ADMINISTRATIVE if kind == ADMINISTRATIVE else UNION
            found[code] = (end(which, above[code, which]), end(which, code))
    return found


def _key(target: TargetFigures) -> str:
    return f"{target.population}/{target.group}"


def _shown(one: OrganizationFigures, hidden: Mapping[str, frozenset[str]]) -> OrganizationFigures:
    of_organization: dict[str, Any] = {
        name: HIDDEN if one.code in hidden[name] else getattr(one, name) for name in _OF_ORGANIZATION
    }
    if HIDDEN in (of_organization["headcount"], of_organization["women"]):
        of_organization["women"] = HIDDEN
    return replace(
        one,
        **of_organization,
        targets=tuple(_shown_target(one, target, of_organization, hidden) for target in one.targets),
    )


def _shown_target(
    one: OrganizationFigures,
    target: TargetFigures,
    of_organization: Mapping[str, int],
    hidden: Mapping[str, frozenset[str]],
) -> TargetFigures:
    if target.unit != "person":
        return target
    population = of_organization["union_cadres" if target.population == "union_cadres" else "headcount"]
    without_denominator = population == HIDDEN
    is_hidden = one.code in hidden[_key(target)]
    beside = tuple(
        _without(each, count=one.code in hidden[f"{_key(target)}/{each.id}"], rate=without_denominator)
        for each in target.beside
    )
    if not is_hidden and not without_denominator:
        return replace(target, beside=beside)
    return replace(
        target,
        counted=HIDDEN if is_hidden else target.counted,
        participations=HIDDEN if is_hidden else target.participations,
        denominator=HIDDEN if without_denominator else target.denominator,
        rate=None,
        year_targets=tuple(replace(each, met=None, short=None, points_short=None) for each in target.year_targets),
        beside=beside,
    )


def _without(beside: BesideFigures, *, count: bool, rate: bool) -> BesideFigures:
    if count:
        return replace(beside, counted=HIDDEN, participations=HIDDEN, rate=None)
    return replace(beside, rate=None) if rate else beside
