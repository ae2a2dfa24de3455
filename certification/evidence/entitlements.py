"""Whose results and certificates count as assessed (E3): an organization's, from a day on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.models import Entitlement
from certification.spreadsheets import Fault, ImportFaults
from certification.units import organizations
from lrs.db import Session

__all__ = ["Entitled", "entitle", "is_entitled", "of_unit", "periods"]


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


def entitle(
    session: Session,
    tenant: UUID,
    organizer: str,
    *,
    valid_from: date,
    valid_to: date | None,
    source: str,
    by: str,
    now: datetime,
) -> None:
    """Says that results and certificates of a unit count as assessed, for what was done from a day on; `source` is the
    document that says so. Said again for the same first day, it replaces the last day. Lists taken in before keep
    what they were. Raises UnknownOrganization, or ImportFaults."""
    if not source.strip() or (valid_to is not None and valid_to < valid_from):
        raise ImportFaults([Fault(0, "source", "ghi văn bản cho phép đánh giá, và ngày cuối không trước ngày đầu")])
    unit = organizations.node(session, tenant, organizer)
    row = {"organization_id": unit.id, "valid_from": valid_from, "tenant_id": tenant, "valid_to": valid_to}
    row |= {"source": source, "recorded_by": by, "recorded": now}
    bulk.upsert(session, Entitlement, [row], replacing=("valid_to", "source", "recorded_by", "recorded"))


def is_entitled(periods: Collection[tuple[date, date | None]], on: date) -> bool:
    """Whether one of these periods holds on a day."""
    return any(first <= on and (last is None or on <= last) for first, last in periods)


def periods(session: Session, tenant: UUID, organization_id: UUID) -> list[tuple[date, date | None]]:
    """From when to when (both included) an organization is entitled."""
    rows = session.execute(
        sa.select(Entitlement.valid_from, Entitlement.valid_to).where(
            Entitlement.tenant_id == tenant, Entitlement.organization_id == organization_id
        )
    )
    return [(row.valid_from, row.valid_to) for row in rows]
