"""Rates over enterprises that no unit gathers: those of an industrial zone or a sector on a day, in a unit or anywhere.

Zone and sector are those of the headcount's day, as the trees are. Persons are distinct: somebody with two employers
in the zone is one (`counting.count_together`).

The targets are those that bind the unit asked about; without one, those that bind every one of the enterprises.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from certification.errors import CertificationError
from certification.rules import plans
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Plan, Target
from certification.targets import attainment, counting, grounds, rates
from certification.targets.attainment import OrganizationFigures
from certification.targets.grounds import Ground
from certification.targets.populations import ALL_ENTERPRISES, BASES, Behind, Populations
from certification.targets.rates import Rate
from certification.units.trees import Tree
from lrs.db import Session

__all__ = ["Gathered", "NoSuchEnterprises", "Which", "gather"]


class NoSuchEnterprises(CertificationError):
    """No enterprise of the zone or sector is there on the day, for whoever asks."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which enterprises: of a zone, of a sector, or of both at once, at or below `within` on either tree (None:
    anywhere). `seen` are the codes of organizations that whoever asks may see; None: all.

    Raises ValueError without zone and sector.
    """

    zone: str | None = None
    sector: str | None = None
    within: str | None = None
    seen: Collection[str] | None = None

    def __post_init__(self) -> None:
        if not self.zone and not self.sector:
            raise ValueError("say a zone, a sector or both")
        for name in ("zone", "sector"):
            told = getattr(self, name)
            object.__setattr__(self, name, unicodedata.normalize("NFC", told.strip()) if told else None)

    @property
    def named(self) -> str:
        return " · ".join(one for one in (self.zone, self.sector) if one)

    def members(self, ground: Ground, basis: str) -> tuple[str, ...]:
        """The codes of these enterprises on the day of the trees, in order."""
        inside = ground.chains[basis] if self.within is None else ground.enterprises[basis].get(self.within, ())
        return tuple(
            sorted(
                code
                for code in inside
                if (self.seen is None or code in self.seen)
                and self.zone in (None, ground.tree.node(code).zone)
                and self.sector in (None, ground.tree.node(code).sector)
            )
        )

    def existing(self, ground: Ground, basis: str, on: date) -> tuple[str, ...]:
        """The same, none of which is a fault. Raises NoSuchEnterprises; UnknownOrganization and NotOnThatDay of
        `within`; ValueError for a basis that is none."""
        if basis not in BASES:
            raise ValueError(f"the basis of a rate is one of {', '.join(BASES)}, not {basis!r}")
        if self.within is not None:
            ground.tree.existing(self.within)
        if members := self.members(ground, basis):
            return members
        inside = f" within {self.within!r}" if self.within else ""
        raise NoSuchEnterprises(
            f"there is no enterprise of {self.named!r} on {on}{inside}; zones and sectors are asked for by the name "
            "that the file of units gives them from that day"
        )

    def bound(
        self, session: Session, tenant: UUID, tree: Tree, members: Collection[str], on: date, plan: str | None
    ) -> list[tuple[Plan, Target]]:
        """The targets of the unit asked about; without one, those that bind every one of the enterprises."""
        chain = tree.chain(self.within) if self.within is not None else _above_all(tree, members)
        return attainment.targets_of(session, tenant, chain, on, plan)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Figures over `enterprises` (codes in order) on a cut-off day `on`, over the headcount of `headcount_on`;
    `targets` with what stands beside each. The code of `figures` is empty, since no organization has them.

    Last year, and where a pace begins, are those of the enterprises that were of the zone or sector then.
    """

    on: date
    headcount_on: date
    basis: str
    enterprises: tuple[str, ...]
    figures: OrganizationFigures
    targets: tuple[Rate, ...]
    behind: Behind | None = None
    """Where these are not the figures of now."""


def gather(
    session: Session,
    tenant: UUID,
    which: Which,
    *,
    on: date,
    today: date,
    basis: str = ALL_ENTERPRISES,
    headcount_on: date | None = None,
    plan: str | None = None,
    programme: str = PROGRAMME,
    exact: bool = False,
) -> Gathered:
    """The figures of all these enterprises together. With `plan`, its targets alone; `exact`: never `behind`.

    Raises as `Which.existing`.
    """
    day = headcount_on or on
    land = grounds.land(session, tenant)
    members = which.existing(land.on(day), basis, day)
    tree = land.on(day).tree
    targets = which.bound(session, tenant, tree, members, on, plan)
    rules = attainment.rules_of(targets)
    asked: dict[str, Any] = {"programme": programme, "basis": basis, "exact": exact}
    there = counting.count_together(session, tenant, land, rules, members, on=on, headcount_on=headcount_on, **asked)
    earlier: dict[date, Populations | None] = {}
    for past in rates.earlier_days(on):
        then = which.members(land.on(past), basis)
        earlier[past] = (
            counting.count_together(session, tenant, land, rules, then, on=past, **asked) if then and targets else None
        )
    figures = attainment.figures_of(there, counting.TOGETHER, which.named, "enterprise", targets)
    every_plan = {one.id: one for one in plans.all_plans(session, tenant)}
    found = tuple(
        Rate(one, rates.beside(counting.TOGETHER, one, by_plan, target, earlier, every_plan, on, today))
        for one, (by_plan, target) in zip(figures.targets, targets, strict=True)
    )
    behind = Behind.earliest(there.behind, *[one.behind for one in earlier.values() if one is not None])
    return Gathered(on, day, basis, members, figures, found, behind)


def _above_all(tree: Tree, members: Collection[str]) -> list[str]:
    """What stands above every one of these enterprises, nearest first as seen from one of them."""
    first, *others = (tree.chain(code) for code in members)
    common = set(first).intersection(*others)
    return [code for code in first if code in common]
