"""Tables of units, enterprises and how they stand on the two trees."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime, new_id

__all__ = ["Commitment", "Organization", "OrganizationParent", "OrganizationSuccession"]


class Organization(Base):
    """A node of the administrative tree, of the union tree, or an enterprise (a leaf of both). No personal data.

    `code` is the operator's own stable name for it ("vn/thanh-hoa/hoang-giang"), unique in the tenant.
    """

    __tablename__ = "certification_organization"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"), {"info": {"distribution": "reference"}})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    """administrative, trade_union, grassroots_union or enterprise."""
    exists_from: Mapped[date | None]
    exists_to: Mapped[date | None]
    """Last day it existed; NULL while it does."""


class OrganizationParent(Base):
    """Where an organization stands in a tree, and from when to when. An enterprise has a parent in each tree:
    its commune or province (administrative) and its grassroots union (union). No personal data."""

    __tablename__ = "certification_organization_parent"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "tree", "valid_from"),
        {"info": {"distribution": "reference"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    tree: Mapped[str]
    """administrative or union."""
    parent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """Last day it held; NULL while it does."""


class OrganizationSuccession(Base):
    """That one organization was followed by another on a day (merger of 1/7/2025, say). No personal data."""

    __tablename__ = "certification_organization_succession"
    __table_args__ = (
        sa.PrimaryKeyConstraint("predecessor_id", "successor_id"),
        {"info": {"distribution": "reference"}},
    )

    predecessor_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    successor_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    took_place: Mapped[date]
    source: Mapped[str]


class Commitment(Base):
    """That an organization took something into its programme in a year ("Công đoàn học tập", say), for targets that
    count organizations. No personal data but the recorder's account name."""

    __tablename__ = "certification_commitment"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "kind", "year"),
        {"info": {"distribution": "reference"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    kind: Mapped[str]
    year: Mapped[int]
    source: Mapped[str]
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)
