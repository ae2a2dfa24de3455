"""Tables of roll-ups: those made and sent here; whose are received here, for which cut-offs, and what came."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["ReceivedRollUp", "RollUp", "RollUpKey", "RollUpMember", "RollUpRecipient", "RollUpRound"]


class RollUp(Base):
    """A roll-up made here: a draft until somebody looked at it again and signed it; never changed from then on.

    Counts and digests only, no worker is named. Personal data: the names of accounts. Kept for good, as the frozen
    figures that it was made with.
    """

    __tablename__ = "certification_roll_up"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "organization", "plan", "cut_off", "edition"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID]
    organization: Mapped[str]
    """Code of the unit whose figures these are."""
    plan: Mapped[str]
    cut_off: Mapped[date]
    edition: Mapped[int]
    """1 for the first; a correction has the next number, and supersedes."""
    freezing_id: Mapped[UUID]
    """The figures as they were frozen with it."""
    salt: Mapped[bytes]
    """What the digests of its lists are keyed with. Never sent: with it and a list of numbers they can be checked."""
    content: Mapped[bytes]
    """The document, canonical JSON; once signed with its proof, the very bytes that are sent."""
    drafted: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by: Mapped[str]
    signed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[str | None]
    delivered: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the recipient took it over the network."""
    refused: Mapped[str | None]
    """What the recipient refused it for; it is not sent again unless somebody says so."""


class RollUpRecipient(Base):
    """Where a tenant's roll-ups are sent to over the network, and how that goes. At most one for each tenant.

    Personal data: none. The password is encrypted under the installation's secret. Kept until somebody removes it.
    """

    __tablename__ = "certification_roll_up_recipient"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID]
    endpoint: Mapped[str]
    username: Mapped[str]
    sealed: Mapped[bytes]
    paused: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int]
    again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tried: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str]


class RollUpMember(Base):
    """An installation whose roll-ups are received here, for a unit. No personal data. Kept for good."""

    __tablename__ = "certification_roll_up_member"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "did"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID]
    organization: Mapped[str]
    """Code of its unit, the same here and there."""
    did: Mapped[str]
    """Who signs, as its documents name it."""
    since: Mapped[date]
    """The first cut-off day for which it is asked."""
    until: Mapped[date | None]
    """The last one; NULL: as long as it is."""


class RollUpKey(Base):
    """A public key by which a member's roll-ups are verified. No personal data. Kept for good: what was received by it
    goes on being verified by it."""

    __tablename__ = "certification_roll_up_key"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "member_id", "name"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    member_id: Mapped[UUID]
    name: Mapped[str]
    """The end of its address: the DID, #, the name."""
    multikey: Mapped[str]
    added: Mapped[datetime] = mapped_column(UtcDateTime)
    ended: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From when on nothing more is taken that it signed."""


class RollUpRound(Base):
    """That the figures of a plan on a cut-off day are gathered here, until when. No personal data. Kept for good."""

    __tablename__ = "certification_roll_up_round"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "plan", "cut_off"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID]
    plan: Mapped[str]
    cut_off: Mapped[date]
    headcount_on: Mapped[date]
    basis: Mapped[str]
    due: Mapped[date]
    """The last day on which a roll-up is not late."""
    opened: Mapped[datetime] = mapped_column(UtcDateTime)
    closed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From when on nothing more is taken."""


class ReceivedRollUp(Base):
    """A roll-up as it came, proof and all. Never changed; a correction stands beside what it corrects.

    Counts and digests only, no worker is named. Personal data: the name of the account or key that brought it. Kept
    for good, because sums rest on it.
    """

    __tablename__ = "certification_received_roll_up"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "round_id", "member_id", "edition"),
        {"info": {"distribution": "reference"}},
    )

    tenant_id: Mapped[UUID]
    id: Mapped[UUID]
    """Its own: the sender gave it."""
    round_id: Mapped[UUID]
    member_id: Mapped[UUID]
    edition: Mapped[int]
    content: Mapped[bytes]
    sha256: Mapped[str]
    received: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by: Mapped[str]
