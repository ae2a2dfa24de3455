"""Table of the Word templates that officers put in."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["DocumentTemplate", "UsedTemplate"]


class DocumentTemplate(Base):
    """A Word template of a kind of document, from a day on until the next one. Without one, ours is used.

    No personal data but the account name of whoever put it in. Kept: a document of a past day is drawn as it was then.
    """

    __tablename__ = "certification_document_template"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sha256: Mapped[str]
    loaded: Mapped[datetime] = mapped_column(UtcDateTime)
    loaded_by: Mapped[str]


class UsedTemplate(Base):
    """The very bytes of a Word template that a document went out with, ours as well as an officer's. Never changed.

    No personal data. Kept as long as any document that was drawn with it.
    """

    __tablename__ = "certification_used_template"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    used: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was used first."""
