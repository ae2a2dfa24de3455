"""Rates over enterprises that no unit gathers: those of an industrial zone or a sector on a day, in a unit or anywhere.

Zone and sector are those of the headcount's day, as the trees are. Persons are distinct: somebody with two employers
in the zone is one. What is kept for each enterprise is added up where nobody on the day has two employers among them;
otherwise, and where nothing is kept, the rows are counted for these enterprises (`counting.count_together`).

The targets are those that bind the unit asked about; without one, those that bind every one of the enterprises.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from certification.errors import CertificationError
from certification.rules.criteria import PROGRAMME
from certification.targets import attainment, counting, grounds
from certification.targets.attainment import OrganizationFigures
from certification.targets.populations import ALL_ENTERPRISES, BASES, Behind
from certification.units.trees import Tree
from lrs.db import Session

__all__ = ["Gathered", "NoSuchEnterprises", "gather"]


class NoSuchEnterprises(CertificationError):
    """No enterprise of the zone or sector is there on the day, for whoever asks."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Figures over `enterprises` (codes in order) on a cut-off day `on`, over the headcount of `headcount_on`.

    The code of `figures` is empty, since no organization has them.
    """

    on: date
    headcount_on: date
    basis: str
    enterprises: tuple[str, ...]
    figures: OrganizationFigures
    behind: Behind | None = None
    """Where these are not the figures of now."""


def gather(
    session: Session,
    tenant: UUID,
    *,
    on: date,
    zone: str | None = None,
    sector: str | None = None,
    within: str | None = None,
    seen: Collection[str] | None = None,
    basis: str = ALL_ENTERPRISES,
    headcount_on: date | None = None,
    plan: str | None = None,
    programme: str = PROGRAMME,
) -> Gathered:
    """The figures of all enterprises of a zone, of a sector, or of both at once, at or below `within` on either tree.

    `seen` are the codes of organizations that whoever asks may see; None: all. With `plan`, its targets alone. Raises
    NoSuchEnterprises; UnknownOrganization and NotOnThatDay of `within`; ValueError for a basis that is none, or
    without zone and sector.
    """
    if basis not in BASES:
        raise ValueError(f"the basis of a rate is one of {', '.join(BASES)}, not {basis!r}")
    if not zone and not sector:
        raise ValueError("say a zone, a sector or both")
    zone, sector = (unicodedata.normalize("NFC", one.strip()) if one else None for one in (zone, sector))
    day = headcount_on or on
    land = grounds.land(session, tenant)
    ground = land.on(day)
    tree = ground.tree
    if within is not None:
        tree.existing(within)
    inside = ground.chains[basis] if within is None else ground.enterprises[basis].get(within, ())
    members = tuple(
        sorted(
            code
            for code in inside
            if (seen is None or code in seen)
            and zone in (None, tree.node(code).zone)
            and sector in (None, tree.node(code).sector)
        )
    )
    named = " · ".join(one for one in (zone, sector) if one)
    if not members:
        raise NoSuchEnterprises(
            f"there is no enterprise of {named!r} on {day}" + (f" within {within!r}" if within else "") + "; zones and "
            "sectors are asked for by the name that the file of units gives them from that day"
        )
    chain = tree.chain(within) if within is not None else _above_all(tree, members)
    targets = attainment.targets_of(session, tenant, chain, on, plan)
    there = counting.count_together(
        session,
        tenant,
        land,
        attainment.rules_of(targets),
        members,
        on=on,
        programme=programme,
        basis=basis,
        headcount_on=headcount_on,
    )
    figures = attainment.figures_of(there, counting.TOGETHER, named, "enterprise", targets)
    return Gathered(on, day, basis, members, figures, there.behind)


def _above_all(tree: Tree, members: Collection[str]) -> list[str]:
    """What stands above every one of these enterprises, nearest first as seen from one of them."""
    first, *others = (tree.chain(code) for code in members)
    common = set(first).intersection(*others)
    return [code for code in first if code in common]
