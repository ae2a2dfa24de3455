"""Whose act took evidence away: the answer to a dispute, a declaration looked at, a list corrected.

The store says only in whose name a Statement was voided: a unit's, or a platform's. Our own records say who did it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.models import AttendanceRow, AttendanceVersion, DeclarationStep, DisputeStep
from lrs.db import Session, among

__all__ = ["whose"]

_Told = tuple[UUID, UUID]
"""A worker, and a Statement about the worker."""


def whose(session: Session, tenant: UUID, told: Collection[_Told]) -> dict[_Told, str]:
    """The account of whoever had each of these Statements voided, for those of which it is known: with one SQL command.

    Of several acts about one Statement the last one's.
    """
    if not told:
        return {}
    workers, statements = {worker for worker, _ in told}, {statement for _, statement in told}
    answered = sa.select(
        DisputeStep.worker_id, DisputeStep.statement_id, DisputeStep.recorded_by, DisputeStep.recorded
    ).where(
        DisputeStep.tenant_id == tenant,
        among(session, DisputeStep.worker_id, workers),
        DisputeStep.outcome == "voided",
    )
    before, after = DeclarationStep, aliased(DeclarationStep)
    declared = (
        sa.select(before.worker_id, before.statement_id, after.recorded_by, after.recorded)
        .join(
            after,
            sa.and_(
                after.worker_id == before.worker_id,
                after.declaration_id == before.declaration_id,
                after.place == before.place + 1,
            ),
        )
        .where(before.tenant_id == tenant, among(session, before.worker_id, workers))
    )
    listed = (
        sa.select(
            AttendanceRow.worker_id,
            AttendanceRow.statement_id,
            AttendanceVersion.recorded_by,
            AttendanceVersion.recorded,
        )
        .join(
            AttendanceVersion,
            sa.and_(
                AttendanceVersion.list_id == AttendanceRow.list_id,
                AttendanceVersion.version == AttendanceRow.removed_in,
            ),
        )
        .where(AttendanceRow.tenant_id == tenant, among(session, AttendanceRow.statement_id, statements))
    )
    rows: list[Any] = list(session.execute(sa.union_all(answered, declared, listed)))
    rows.sort(key=lambda row: row[3])
    return {(worker, statement): by for worker, statement, by, _ in rows if (worker, statement) in told}
