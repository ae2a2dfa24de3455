"""The days that analysts are told about: the last ones of whole months, this year's and the two years' before.

No two of them are next to each other, whenever and however often somebody exports: a count that grows by one person
from one day to the next would say who that was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from certification.targets.disclosure import Place, places_in_sums
from certification.targets.grounds import Ground, Land
from certification.units.trees import ADMINISTRATIVE, UNION

__all__ = ["YEARS", "Standing", "month_ends", "standing"]

YEARS = 3
"""This year and the two before: of these, counts are kept."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The units of a day: what every row says of one, by code, and the sums that its counts stand in."""

    ground: Ground
    said: dict[str, tuple[str, str, str, str | None, str | None]]
    """Code, name, kind, and the codes of what stands right above it on the administrative and on the union tree."""
    ends: dict[str, tuple[Place, Place]]


def month_ends(today: date) -> list[date]:
    """The last days of months that are over, oldest first."""
    found = []
    last = today.replace(day=1) - timedelta(days=1)
    while last.year > today.year - YEARS:
        found.append(last)
        last = last.replace(day=1) - timedelta(days=1)
    return found[::-1]


def standing(land: Land, on: date) -> Standing:
    """The units that have an enterprise at or below them on a day."""
    ground = land.on(on)
    tree = ground.tree

    def above(code: str, which: str) -> str | None:
        return next(iter(tree.parents(code, which)), None)

    said = {}
    for code in ground.concerned:
        node = tree.node(code)
        said[code] = (code, node.name, node.kind, above(code, ADMINISTRATIVE), above(code, UNION))
    return Standing(ground, said, places_in_sums({code: of[2] for code, of in said.items()}, tree))
