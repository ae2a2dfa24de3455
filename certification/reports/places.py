"""Where an organization stands in the collection of a report: who hands in to it and to whom it hands in, on a day.

By the tree that the form names, up to the unit at which the collection ends. A few SQL commands, however wide the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.errors import CertificationError
from certification.models import Organization, OrganizationLabel, OrganizationParent
from certification.reports import words
from certification.rules.report_forms import ReportForm
from certification.units import organizations
from certification.units.trees import ADMINISTRATIVE, GRASSROOTS_UNION, TRADE_UNION, UNION, NotOnThatDay, Tree
from lrs.db import Session, asked_once

__all__ = ["REPORTING", "Branch", "NotAsked", "Place", "Unit", "branch", "place"]

REPORTING: Mapping[str, tuple[str, ...]] = {UNION: (TRADE_UNION, GRASSROOTS_UNION), ADMINISTRATIVE: (ADMINISTRATIVE,)}
"""Which kinds of organizations report on each tree. Enterprises are counted by those above them."""

MOST_LEVELS = 20


class NotAsked(CertificationError):
    """The organization is none of those that report on this plan on the day."""


@dataclass(frozen=True, slots=True)
class Unit:
    """An organization with its name of the day."""

    id: UUID
    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Place:
    """An organization in the collection. `above`: to whom it hands in, None at the top; `level`: steps below the top;
    `below`: who hands in to it, by code."""

    unit: Unit
    above: Unit | None
    level: int
    below: tuple[Unit, ...]

    @property
    def judged_by(self) -> UUID:
        """The organization for which somebody must have a role to approve: the one above; of the top, itself."""
        return self.unit.id if self.above is None else self.above.id


def place(session: Session, tenant: UUID, form: ReportForm, code: str, on: date) -> Place:
    """Where the organization stands on the day. Raises UnknownOrganization, NotOnThatDay, NotAsked. Three commands."""
    chain = _upwards(session, tenant, form.tree, code, on)
    if not chain or all(one.code != form.top for one in chain):
        node = organizations.node(session, tenant, code)
        if not node.exists_on(on):
            raise NotOnThatDay(organizations.tree(session, tenant, on).standing(code))
        raise NotAsked(words.not_asked(node.name, form.top, on))
    level = next(place for place, one in enumerate(chain) if one.code == form.top)
    unit = chain[0]
    if unit.kind not in REPORTING[form.tree]:
        raise NotAsked(words.not_asked(unit.name, form.top, on))
    return Place(unit, chain[1] if level else None, level, _below(session, tenant, form.tree, unit.id, on))


def _upwards(session: Session, tenant: UUID, tree: str, code: str, on: date) -> tuple[Unit, ...]:
    """The organization and all above it on the tree, nearest first."""
    there = _exists(tenant, on)
    up = (
        sa.select(Organization.id, sa.literal(0).label("step"))
        .where(Organization.tenant_id == tenant, Organization.code == code, there)
        .cte(recursive=True)
    )
    up = up.union_all(
        sa.select(OrganizationParent.parent_id, up.c.step + 1)
        .join(up, OrganizationParent.organization_id == up.c.id)
        .join(Organization, Organization.id == OrganizationParent.parent_id)
        .where(there, *_edge(tree, on), up.c.step < MOST_LEVELS)
    )
    query = _units(on).join(up, up.c.id == Organization.id).order_by(up.c.step, Organization.code)
    return _read(session, ("upwards", tenant, tree, code, on), query)


def _below(session: Session, tenant: UUID, tree: str, parent: UUID, on: date) -> tuple[Unit, ...]:
    query = (
        _units(on)
        .join(OrganizationParent, OrganizationParent.organization_id == Organization.id)
        .where(
            OrganizationParent.parent_id == parent,
            *_edge(tree, on),
            _exists(tenant, on),
            Organization.kind.in_(REPORTING[tree]),
        )
        .order_by(Organization.code)
    )
    return _read(session, ("right below", tenant, tree, parent, on), query)


def _read(session: Session, key: object, query: sa.Select[UUID, str, Any, str]) -> tuple[Unit, ...]:
    """Units, read once for all forms of a tree."""
    return asked_once(session, key, lambda: tuple(Unit(*row) for row in session.execute(query)))


def _units(on: date) -> sa.Select[UUID, str, Any, str]:
    label = (
        sa.select(OrganizationLabel.name)
        .where(OrganizationLabel.organization_id == Organization.id, OrganizationLabel.valid_from <= on)
        .order_by(OrganizationLabel.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.select(
        Organization.id, Organization.code, sa.func.coalesce(label, Organization.name), Organization.kind
    ).select_from(Organization)


def _edge(tree: str, on: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        OrganizationParent.tree == tree,
        OrganizationParent.valid_from <= on,
        sa.or_(OrganizationParent.valid_to.is_(None), OrganizationParent.valid_to >= on),
    )


def _exists(tenant: UUID, on: date) -> sa.ColumnElement[bool]:
    return sa.and_(
        Organization.tenant_id == tenant,
        sa.or_(Organization.exists_from.is_(None), Organization.exists_from <= on),
        sa.or_(Organization.exists_to.is_(None), Organization.exists_to >= on),
    )


# ---------------------------------------------------------------- a whole branch


@dataclass(frozen=True, slots=True)
class Branch:
    """An organization and all below it that report, from the top down, each with its level and who is above it."""

    units: tuple[tuple[Unit, int, str | None], ...]


def branch(session: Session, tenant: UUID, form: ReportForm, code: str, on: date) -> Branch:
    """Everybody who reports from the organization down, in six SQL commands. Raises as `place`."""
    start = place(session, tenant, form, code, on)
    tree = organizations.tree(session, tenant, on)
    above = None if start.above is None else start.above.code
    found: list[tuple[Unit, int, str | None]] = [(start.unit, start.level, above)]
    for one, level, _ in found:
        found += [(each, level + 1, one.code) for each in _children(tree, form, one.code)]
    return Branch(tuple(found))


def _children(tree: Tree, form: ReportForm, code: str) -> Iterable[Unit]:
    nodes = map(tree.node, tree.children(code, form.tree))
    return [Unit(one.id, one.code, one.name, one.kind) for one in nodes if one.kind in REPORTING[form.tree]]
