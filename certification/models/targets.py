"""Tables of rates and what of them is published."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime

__all__ = ["Publication"]


class Publication(Base):
    """Which figures a tenant shows on the first page without signing in: none unless an operator says so.

    Holds no personal data, only the day and the programme year shown.
    """

    __tablename__ = "certification_publication"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    as_of: Mapped[date]
    published: Mapped[datetime] = mapped_column(UtcDateTime)
