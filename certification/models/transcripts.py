"""Table of the transcripts that enterprises hold."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["TranscriptHandover"]


class TranscriptHandover(Base):
    """What an enterprise holds of a worker for a purpose: a digest of the last transcript it was given, so that it is
    sent what changed alone, and is told when its right to it ends.

    Personal data: that the enterprise holds a transcript of the worker, since when. Kept as the proof of what was
    handed out, as long as the worker's dossier.
    """

    __tablename__ = "certification_transcript_handover"
    __table_args__ = (
        sa.PrimaryKeyConstraint("worker_id", "recipient_id", "purpose"),
        sa.Index(None, "tenant_id", "recipient_id", "purpose", "place"),
        {"info": {"distribution": "worker_id", "merging": "stays"}},
    )

    worker_id: Mapped[UUID]
    recipient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certification_organization.id"))
    purpose: Mapped[str]
    """An id of `rules.personal_data`."""
    tenant_id: Mapped[UUID]
    digest: Mapped[bytes | None]
    """Of what it says; NULL: the enterprise was told that it may hold it no more."""
    stamp: Mapped[bytes | None]
    """Of what it was made from (`transcripts.gathering`): while that is the same nothing is made to be compared. NULL:
    it is made anew at the next pull."""
    place: Mapped[int] = mapped_column(sa.BigInteger)
    """Rises with whatever is given or ended for the enterprise and the purpose: what came later has a greater one."""
    given: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was first given so, or first ended."""
