"""Tables of the Learning Record Store, each named lrs_….

Every table says in `info` by which column it would be spread over several machines (`distribution`): the name of a
column that every unique key contains and that is never updated, or "reference" (small, copied everywhere), or "local".
`tests/test_tables.py` holds the models to it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lrs.db import NAMING, UtcDateTime, new_id


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


class Tenant(Base):
    """One independent owner of data. Holds no personal data."""

    __tablename__ = "lrs_tenant"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class Credential(Base):
    """Key and secret of a platform or system; the secret itself is never kept, only its keyed digest.

    Personal data: none, unless an operator names a credential after a person. Kept while the tenant exists, since
    Statements name it as their Authority.
    """

    __tablename__ = "lrs_credential"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lrs_tenant.id"))
    key: Mapped[str] = mapped_column(unique=True)
    secret_digest: Mapped[bytes]
    name: Mapped[str]
    scopes: Mapped[str]
    """Scopes parted by spaces."""
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Statement(Base):
    """One Statement: its finished text once, beside the keys we search by.

    Personal data: whatever the Actor and the sender's text carry; the store keeps it as sent because a Statement is
    immutable (xAPI 1.0.3 Data 2.3.1). Kept until the operator's retention ends or the Actor is erased.

    `seq` is the place in the tenant's order that readers can trust: given inside a critical section, so that a reader
    never sees a later place before an earlier one. `stored` (microseconds since 1970-01-01 UTC, from the database's
    clock) rises with it. The keys are 64-bit hashes (`lrs.statements.keys`); NULL where the Statement has no such part.
    """

    __tablename__ = "lrs_statement"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.Index(None, "tenant_id", "seq"),
        sa.Index(None, "tenant_id", "stored", "seq"),
        sa.Index(None, "tenant_id", "actor_key", "seq"),
        sa.Index(None, "tenant_id", "verb_key", "seq"),
        sa.Index(None, "tenant_id", "object_key", "seq"),
        sa.Index(None, "tenant_id", "registration", "seq"),
        {"info": {"distribution": "id"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    stored: Mapped[int] = mapped_column(sa.BigInteger)
    actor_key: Mapped[int | None] = mapped_column(sa.BigInteger)
    verb_key: Mapped[int] = mapped_column(sa.BigInteger)
    object_key: Mapped[int | None] = mapped_column(sa.BigInteger)
    registration: Mapped[UUID | None]
    authority_key: Mapped[int] = mapped_column(sa.BigInteger)
    voided: Mapped[bool]
    exact: Mapped[str] = mapped_column(sa.Text)
    """The Statement as answered with format=exact; answers join these texts and never parse them again."""


class StatementLink(Base):
    """A further key under which a Statement is found: the members of a Group that is Actor or Object.

    Personal data: a hash of an actor's identifier. Kept as long as its Statement.
    """

    __tablename__ = "lrs_statement_link"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "key", "seq", "statement_id"),
        {"info": {"distribution": "statement_id"}, "sqlite_with_rowid": False},
    )

    tenant_id: Mapped[UUID]
    key: Mapped[int] = mapped_column(sa.BigInteger)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    statement_id: Mapped[UUID]


class Voiding(Base):
    """That one Statement voids another, which may not have arrived yet. Holds no personal data."""

    __tablename__ = "lrs_voiding"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "target_id", "statement_id"),
        {"info": {"distribution": "target_id"}, "sqlite_with_rowid": False},
    )

    tenant_id: Mapped[UUID]
    target_id: Mapped[UUID]
    statement_id: Mapped[UUID]
