"""Whose results and certificates count as assessed (E3): read here; `attendance_lists.entitle` says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification.models import Entitlement
from lrs.db import Session

__all__ = ["Entitled", "of_unit"]


@dataclass(frozen=True, slots=True)
class Entitled:
    """That a unit is entitled from one day to another (None: until further notice), by which document, who recorded it
    and when (UTC)."""

    valid_from: date
    valid_to: date | None
    source: str
    recorded_by: str
    recorded: datetime


def of_unit(session: Session, tenant: UUID, unit: UUID) -> list[Entitled]:
    """What a unit is entitled to, the first day first."""
    rows = session.execute(
        sa.select(
            Entitlement.valid_from,
            Entitlement.valid_to,
            Entitlement.source,
            Entitlement.recorded_by,
            Entitlement.recorded,
        )
        .where(Entitlement.tenant_id == tenant, Entitlement.organization_id == unit)
        .order_by(Entitlement.valid_from)
    )
    return [Entitled(*row) for row in rows]
