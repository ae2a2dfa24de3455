"""Tables of certificates and of the keys that sign them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["Certificate", "CertificateCode", "SigningKey"]


class SigningKey(Base):
    """A key that signs what leaves the house; its secret half is encrypted under the installation's secret.

    No personal data. Kept for good: what a retired key signed is verified with its public half.
    """

    __tablename__ = "certification_signing_key"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "name"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    name: Mapped[str]
    """What stands after the # of its address: 2026-1, say."""
    multikey: Mapped[str]
    """The public half."""
    sealed: Mapped[bytes]
    made: Mapped[datetime] = mapped_column(UtcDateTime)
    retired: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From when on it signs nothing more; NULL: it signs."""


class Certificate(Base):
    """A numbered certificate of a title: what is to be signed, then what was signed, then what became of it.

    Personal data: the name as it stands on the paper, the year and the decision, all of it public as the decision is.
    Kept for good, as the register is: a number that was given is never given again.
    """

    __tablename__ = "certification_certificate"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.Index(None, "tenant_id", "register_year", "body", "number"),
        sa.Index(None, "tenant_id", "id"),
        sa.Index(None, "tenant_id", "list_place"),
        sa.Index(
            "ix_certification_certificate_withdrawn",
            "tenant_id",
            "list_place",
            sqlite_where=sa.text("withdrawn_on IS NOT NULL"),
            postgresql_where=sa.text("withdrawn_on IS NOT NULL"),
        ),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID]
    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    programme: Mapped[str]
    year: Mapped[int]
    """The assessed year."""
    body: Mapped[str]
    """Whose register it stands in: the body of the decision."""
    register_year: Mapped[int]
    number: Mapped[int]
    printed_number: Mapped[str]
    name: Mapped[str]
    """As it is written on the paper."""
    form_id: Mapped[UUID]
    """The certificate form (a rule file) whose words it has."""
    decision_number: Mapped[str]
    decided_on: Mapped[date]
    numbered: Mapped[datetime] = mapped_column(UtcDateTime)
    list_place: Mapped[int]
    """Its place in the tenant's lists of what is withdrawn, counted through all of them."""
    code: Mapped[str]
    """What the short address ends in."""
    key_name: Mapped[str]
    unsigned: Mapped[bytes]
    """The credential as it is to be signed, JSON in UTF-8."""
    signed: Mapped[bytes | None]
    """The same with its proof; NULL until it was signed, and empty, as `unsigned`, once the holder was erased."""
    issued: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_on: Mapped[date | None]
    withdrawal: Mapped[str | None]
    """By which decision, or why, it was withdrawn."""
    replaced_by: Mapped[UUID | None]
    """The certificate that corrects it, where that is why it was withdrawn."""


class CertificateCode(Base):
    """Whose certificate a code is: read before anybody knows which tenant is asked. No personal data. Kept for good."""

    __tablename__ = "certification_certificate_code"
    __table_args__ = (
        sa.PrimaryKeyConstraint("code"),
        {"info": {"distribution": "reference"}},
    )

    code: Mapped[str]
    tenant_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    certificate_id: Mapped[UUID]
