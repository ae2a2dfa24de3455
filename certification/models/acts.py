"""The table of acts that bind somebody: decisions, certificates, what was handed out, consents, erasures."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["RecordedAct"]


class RecordedAct(Base):
    """Who did what, to what and about whom, when; each act chained to the one before it by its digest.

    Personal data: who acted, by the name of an account; of a worker the id and what `detail` says. Kept for good, as
    the ground of legal facts. Rows are added and never changed, but for one thing: when a person is erased, `detail`
    and `salt` are emptied. The chain goes over `detail_digest`, which says nothing without the salt, so it holds.
    """

    __tablename__ = "certification_act"
    __table_args__ = (
        sa.PrimaryKeyConstraint("tenant_id", "number"),
        sa.Index(None, "tenant_id", "subject", "number"),
        sa.Index(None, "tenant_id", "worker_id", "number"),
        sa.Index(None, "tenant_id", "act", "number"),
        {"info": {"distribution": "reference", "merging": "stays"}},
    )

    tenant_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(sa.BigInteger)
    """1 for the tenant's first act, and no gaps."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_by: Mapped[str]
    act: Mapped[str]
    """What was done: "dossier.propose", say."""
    subject: Mapped[str]
    """What it was done to: a kind and an id, "dossier:0190…", say."""
    worker_id: Mapped[UUID | None]
    """The worker it is about, where it is about one."""
    detail: Mapped[str | None]
    """What else is to be known, as JSON; NULL once it was erased."""
    salt: Mapped[bytes | None]
    detail_digest: Mapped[bytes]
    digest: Mapped[bytes]
