"""Tables of rates and what of them is published."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime, new_id

__all__ = ["Freezing", "Publication"]


class Publication(Base):
    """Which figures a tenant shows on the first page without signing in: none unless an operator says so.

    Holds no personal data, only the day and the programme year shown.
    """

    __tablename__ = "certification_publication"
    __table_args__ = ({"info": {"distribution": "reference"}},)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    as_of: Mapped[date]
    published: Mapped[datetime] = mapped_column(UtcDateTime)


class Freezing(Base):
    """The figures of an organization on a cut-off day as they were when somebody froze them; never changed afterwards.

    Counts only, no worker is named. Personal data: the account name of who froze them. Kept for good, because reports
    rest on it.
    """

    __tablename__ = "certification_freezing"
    __table_args__ = (
        sa.Index(None, "tenant_id", "organization", "on_day"),
        {"info": {"distribution": "reference"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    organization: Mapped[str]
    """Its code then; codes are stable, and an organization that ended keeps its figures."""
    plan: Mapped[str | None]
    """The plan whose targets were frozen; NULL for every target that bound it."""
    on_day: Mapped[date]
    headcount_on: Mapped[date]
    basis: Mapped[str]
    frozen: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_by: Mapped[str]
    reason: Mapped[str]
    figures: Mapped[str] = mapped_column(sa.Text)
    """The figures as JSON: those of the organization, and of each of its targets."""
