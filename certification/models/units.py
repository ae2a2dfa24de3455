"""Tables of units, enterprises and how they stand on the two trees."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime, new_id

__all__ = [
    "Commitment",
    "Letterhead",
    "Organization",
    "OrganizationChange",
    "OrganizationLabel",
    "OrganizationParent",
    "OrganizationSuccession",
    "Revision",
    "Signer",
]


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


class OrganizationLabel(Base):
    """What an organization is called, its official code, and an enterprise's sector and zone, from a day on until the
    next one. No personal data."""

    __tablename__ = "certification_organization_label"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "valid_from"),
        sa.Index(None, "tenant_id", "plain"),
        sa.Index(None, "tenant_id", "official_code"),
        {"info": {"distribution": "reference"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    valid_from: Mapped[date]
    tenant_id: Mapped[UUID]
    name: Mapped[str]
    plain: Mapped[str]
    """The name without case, diacritics and separators, to search for."""
    official_code: Mapped[str | None]
    """Code in an official list (units of the General Statistics Office, tax number of an enterprise); NULL: not known.
    """
    sector: Mapped[str | None]
    """Branch of the economy of an enterprise, as the operator calls it; NULL: as before, empty: none any more."""
    zone: Mapped[str | None]
    """Industrial zone in which an enterprise lies, as the operator calls it; NULL: as before, empty: none any more."""


class OrganizationChange(Base):
    """That somebody moved or ended a unit, from which day, by which document. Only ever added to.

    Personal data: the name of who recorded it, so that a mistake can be asked about. Kept as the unit.
    """

    __tablename__ = "certification_organization_change"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "id"),
        sa.Index(None, "tenant_id", "at"),
        {"info": {"distribution": "reference"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    id: Mapped[UUID] = mapped_column(default=new_id)
    tenant_id: Mapped[UUID]
    what: Mapped[str]
    """moved or ended."""
    day: Mapped[date]
    """First day on which it is so."""
    to: Mapped[str]
    """Codes of where it moved to, or of who followed it, separated by blanks."""
    source: Mapped[str]
    done_by: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class OrganizationParent(Base):
    """Where an organization stands in a tree, and from when to when. An enterprise has a parent in each tree:
    its commune or province (administrative) and its grassroots union (union). No personal data."""

    __tablename__ = "certification_organization_parent"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "tree", "valid_from"),
        sa.Index(None, "parent_id"),
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


class Revision(Base):
    """The state of a tenant's organizations: another stamp after each change of them. No personal data."""

    __tablename__ = "certification_revision"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    stamp: Mapped[UUID]


class Letterhead(Base):
    """How the documents of an organization are headed, from a day on until the next one (Decree 30/2020/NĐ-CP).

    No personal data. Kept as the unit: a document of a past day is headed as it was then.
    """

    __tablename__ = "certification_letterhead"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "valid_from"),
        {"info": {"distribution": "reference"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    valid_from: Mapped[date]
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    parent: Mapped[str | None]
    """The line of the body above, with its line breaks; NULL: none is printed."""
    issuer: Mapped[str]
    place: Mapped[str | None]
    symbol: Mapped[str | None]
    """What stands after the kind of document in its number: LĐLĐ of 05/BC-LĐLĐ."""
    recipients: Mapped[str]
    """Who receives every document, one a line; empty where nobody does."""
    address: Mapped[str | None]


class Signer(Base):
    """Who may sign for an organization, in which office, from a day on.

    Personal data: the name and office of somebody who signs in public. Kept as long as the documents signed.
    """

    __tablename__ = "certification_signer"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organization_id", "id"),
        sa.Index(None, "tenant_id"),
        {"info": {"distribution": "reference"}},
    )

    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    name: Mapped[str]
    plain: Mapped[str]
    """The name without case, diacritics and separators."""
    office: Mapped[str]
    """CHỦ TỊCH, say."""
    authority: Mapped[str | None]
    """The line above the office, TM. BAN THƯỜNG VỤ say; NULL for the head, who signs by the own authority."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """The last day; NULL while it goes on."""
    source: Mapped[str]
    """The document that says so."""
