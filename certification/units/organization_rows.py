"""Rows of organizations, their parents and their names: what is stored becomes what was told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.models import Organization, OrganizationLabel, OrganizationParent
from certification.spreadsheets import ImportResult
from certification.spreadsheets.columns import plain
from certification.units import revisions
from certification.units.organization_periods import World
from certification.units.trees import Edge, Node
from lrs.db import Session

__all__ = ["write"]


def write(session: Session, tenant: UUID, stored: World, after: World, codes: Sequence[str]) -> ImportResult:
    """Writes the difference between the two worlds, eight SQL commands at most. `codes` are those that were told of."""
    touched = {edge.child for key, edge in after.edges.items() if stored.edges.get(key) != edge}
    touched |= {edge.child for key, edge in stored.edges.items() if key not in after.edges}
    touched |= {code for code in codes if stored.nodes.get(code) != after.nodes[code]}
    touched |= {code for (code, day), label in after.labels.items() if stored.labels.get((code, day)) != label}
    touched |= {code for code, day in stored.labels if (code, day) not in after.labels}
    created = [code for code in codes if code not in stored.nodes]
    changed = [code for code in codes if code in stored.nodes and code in touched]

    if stored != after:
        revisions.changed(session, tenant)
    organizations: Any = Organization.__table__
    bulk.insert(session, Organization, [_organization_row(tenant, after.nodes[code]) for code in created])
    renewed = [code for code in changed if stored.nodes[code] != after.nodes[code]]
    if renewed:
        session.execute(
            sa.update(organizations).where(organizations.c.id == sa.bindparam("of_id")),
            [
                {
                    "of_id": after.nodes[code].id,
                    "name": after.nodes[code].name,
                    "exists_from": after.nodes[code].exists_from,
                    "exists_to": after.nodes[code].exists_to,
                }
                for code in renewed
            ],
        )
    edges: Any = OrganizationParent.__table__
    gone = [key for key, edge in stored.edges.items() if after.edges.get(key) != edge]
    if gone:
        session.execute(
            sa.delete(edges).where(
                edges.c.organization_id == sa.bindparam("of_child"),
                edges.c.tree == sa.bindparam("of_tree"),
                edges.c.valid_from == sa.bindparam("of_day"),
            ),
            [
                {"of_child": after.nodes[code].id, "of_tree": which, "of_day": first_day}
                for code, which, first_day in gone
            ],
        )
    new = [edge for key, edge in after.edges.items() if stored.edges.get(key) != edge]
    bulk.insert(session, OrganizationParent, [_edge_row(after, edge) for edge in new])
    _write_labels(session, tenant, stored, after)
    notes = tuple(
        f"Đơn vị “{code}” đổi tên từ “{stored.nodes[code].name}” thành “{after.nodes[code].name}”"
        for code in renewed
        if stored.nodes[code].name != after.nodes[code].name
    )
    return ImportResult(len(created), len(changed), len(codes) - len(created) - len(changed), notes)


def _organization_row(tenant: UUID, node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "tenant_id": tenant,
        "code": node.code,
        "name": node.name,
        "kind": node.kind,
        "exists_from": node.exists_from,
        "exists_to": node.exists_to,
    }


def _write_labels(session: Session, tenant: UUID, stored: World, after: World) -> None:
    table: Any = OrganizationLabel.__table__
    gone = [key for key, label in stored.labels.items() if after.labels.get(key) != label]
    if gone:
        session.execute(
            sa.delete(table).where(
                table.c.organization_id == sa.bindparam("of_organization"), table.c.valid_from == sa.bindparam("of_day")
            ),
            [{"of_organization": after.nodes[code].id, "of_day": day} for code, day in gone],
        )
    new = [(code, day, label) for (code, day), label in after.labels.items() if stored.labels.get((code, day)) != label]
    bulk.insert(
        session,
        OrganizationLabel,
        [
            {
                "organization_id": after.nodes[code].id,
                "valid_from": day,
                "tenant_id": tenant,
                "name": label.name,
                "plain": plain(label.name),
                "official_code": label.official_code,
                "sector": label.sector,
                "zone": label.zone,
            }
            for code, day, label in new
        ],
    )


def _edge_row(after: World, edge: Edge) -> dict[str, Any]:
    return {
        "organization_id": after.nodes[edge.child].id,
        "tree": edge.tree,
        "parent_id": after.nodes[edge.parent].id,
        "valid_from": edge.valid_from,
        "valid_to": edge.valid_to,
    }
