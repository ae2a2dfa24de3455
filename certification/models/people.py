"""Tables of workers, their employments and the Actors they are."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import blake2b
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from certification.people import names
from certification.people.identifiers import likeness
from lrs.db import UtcDateTime, new_id

__all__ = ["Employment", "IdentityEvent", "UnknownActor", "WaitingStatement", "Worker", "WorkerIdentifier"]


def _ifi_digest(context: DefaultExecutionContext) -> bytes:
    return blake2b(context.get_current_parameters()["ifi"].encode(), digest_size=32).digest()  # type: ignore[no-untyped-call]


def _likeness(context: DefaultExecutionContext) -> int | None:
    return likeness(context.get_current_parameters()["ifi"])  # type: ignore[no-untyped-call]


def _name_order(context: DefaultExecutionContext) -> bytes:
    return names.order(context.get_current_parameters()["full_name"])  # type: ignore[no-untyped-call]


def _name_sought(context: DefaultExecutionContext) -> str:
    return names.sought(context.get_current_parameters()["full_name"])  # type: ignore[no-untyped-call]


class Worker(Base):
    """A person who works or worked in an enterprise.

    Personal data: full name and gender, because officers must know whom they attest and reports count women; `number`
    is our own opaque worker number, the only thing about the person that a Statement we make may carry. Kept while
    employed and until the tenant's retention ends; a recognised title outlives it as a register entry.

    A second record of one person is kept, empty, under the number it had: `merged_into` is the one that holds all.
    """

    __tablename__ = "certification_worker"
    __table_args__ = (
        sa.Index(None, "tenant_id", "number"),
        sa.Index(None, "tenant_id", "name_order", "id"),
        {"info": {"distribution": "id"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    number: Mapped[str]
    full_name: Mapped[str]
    name_order: Mapped[bytes] = mapped_column(default=_name_order, server_default=sa.text("''"))
    """What lists go by (`people.names`), and below what the name is found by; both change with the name."""
    name_sought: Mapped[str] = mapped_column(default=_name_sought, server_default="")
    gender: Mapped[str | None]
    """female, male, or NULL when the roster does not say."""
    merged_into: Mapped[UUID | None] = mapped_column(index=True)
    """The worker who holds all that was of this one; NULL for whoever stands for himself."""
    erased: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the person was erased: number and name tell nobody any more (`privacy.erasing`)."""


class Employment(Base):
    """That a worker is employed by an enterprise from one day to another.

    Personal data: employer, position and their dates, because every denominator is a headcount on a day.
    Kept as `Worker`.
    """

    __tablename__ = "certification_employment"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "enterprise_id", "started"),
        sa.Index(None, "tenant_id", "enterprise_id"),
        {"info": {"distribution": "worker_id"}},
    )

    worker_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_worker.id"))
    tenant_id: Mapped[UUID]
    enterprise_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    started: Mapped[date]
    ended: Mapped[date | None]
    """Last day employed; NULL while it lasts."""
    position: Mapped[str | None]


class WorkerIdentifier(Base):
    """That an Actor with this Inverse Functional Identifier is this worker.

    Personal data: the identifier (an opaque account by preference). `ifi` is its canonical text, as
    `lrs.api.ifi_text` writes it; `actor_key` its hash, to find it by; `ifi_digest` a longer one, to be unique by, since
    the text has no greatest length and an index entry has. Kept as `Worker`.
    """

    __tablename__ = "certification_worker_identifier"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "actor_key", "ifi_digest"),
        sa.Index(None, "tenant_id", "likeness"),
        {"info": {"distribution": "actor_key"}},
    )

    tenant_id: Mapped[UUID]
    actor_key: Mapped[int] = mapped_column(sa.BigInteger)
    ifi: Mapped[str]
    ifi_digest: Mapped[bytes] = mapped_column(default=_ifi_digest)
    likeness: Mapped[int | None] = mapped_column(sa.BigInteger, default=_likeness)
    """A key that Actors share who may be one person (`people.identifiers.likeness`)."""
    worker_id: Mapped[UUID] = mapped_column(index=True)
    linked: Mapped[datetime] = mapped_column(UtcDateTime)
    sureness: Mapped[str] = mapped_column(default="confirmed")
    """stated (a list says so) or confirmed (a person looked and vouches). What is only supposed is no link."""
    linked_by: Mapped[str] = mapped_column(default="")
    """Who vouches; empty where a list says so."""
    basis: Mapped[str]
    """How we know: "roster", the name of a list, or what the person who linked it says."""


class IdentityEvent(Base):
    """That somebody linked, unlinked or confirmed an identifier, merged or split workers, or took such a thing back.

    Only ever added to. Personal data: an identifier, and who decided about it and why, so that every mistake about who
    somebody is can be found and undone. Kept as `Worker`; the identifier goes when its Actor is erased.
    """

    __tablename__ = "certification_identity_event"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "id"),
        sa.Index(None, "tenant_id", "place"),
        sa.Index(None, "tenant_id", "other_id"),
        sa.Index(None, "tenant_id", "actor_key"),
        sa.Index(None, "tenant_id", "done_by"),
        {"info": {"distribution": "worker_id", "merging": "stays"}},
    )

    worker_id: Mapped[UUID]
    """Whose identifier; for a merger who remains, for a split from whom was taken."""
    id: Mapped[UUID] = mapped_column(default=new_id)
    tenant_id: Mapped[UUID]
    place: Mapped[int] = mapped_column(sa.BigInteger)
    """Rises with every event of the tenant: what came later was done later, whatever the clocks said."""
    kind: Mapped[str]
    """link, unlink, confirm, merge, split, undo, or different (two workers who only seem to be one)."""
    other_id: Mapped[UUID | None]
    """The worker who was merged, split off, or found to be another person."""
    actor_key: Mapped[int | None] = mapped_column(sa.BigInteger)
    ifi: Mapped[str | None]
    undoes: Mapped[UUID | None]
    """The event that this one takes back."""
    done_by: Mapped[str]
    basis: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    changes: Mapped[str] = mapped_column(sa.Text)
    """What rows were moved and removed, as JSON, so that it can be taken back exactly."""


class WaitingStatement(Base):
    """A Statement whose Actor nobody has linked to a worker yet; it waits here, counted and listed.

    Personal data: the actor's identifier. Removed when the Actor is linked.
    """

    __tablename__ = "certification_waiting_statement"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "actor_key", "ifi_digest", "statement_id"),
        {"info": {"distribution": "actor_key"}},
    )

    tenant_id: Mapped[UUID]
    actor_key: Mapped[int] = mapped_column(sa.BigInteger)
    ifi: Mapped[str]
    ifi_digest: Mapped[bytes] = mapped_column(default=_ifi_digest)
    statement_id: Mapped[UUID]
    seen: Mapped[datetime] = mapped_column(UtcDateTime)


class UnknownActor(Base):
    """An Actor whose Statements wait, with how many they are: counted as they come, so that a million list quickly.

    Personal data: the actor's identifier. Removed when the Actor is linked or no Statement of it waits any more.
    """

    __tablename__ = "certification_unknown_actor"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "actor_key", "ifi_digest"),
        sa.Index(None, "tenant_id", "statements", "actor_key"),
        {"info": {"distribution": "actor_key"}},
    )

    tenant_id: Mapped[UUID]
    actor_key: Mapped[int] = mapped_column(sa.BigInteger)
    ifi_digest: Mapped[bytes] = mapped_column(default=_ifi_digest)
    ifi: Mapped[str]
    statements: Mapped[int]
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
