"""What is known of workers when they are judged: their facts, and what people attested of them.

Facts come from Statements (`feed`), attestations by file (`attestations`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.evaluation import results
from certification.models import Attestation, Fact
from lrs.db import Session, among

__all__ = ["gather"]


def gather(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], *, programme: str, year: int, as_of: date
) -> dict[UUID, results.Evidence]:
    """All that is known of each worker for an assessment year up to and with the day `as_of`: two queries in all.

    A worker of whom nothing is known has an empty Evidence.
    """
    facts: dict[UUID, list[results.Fact]] = defaultdict(list)
    attested: dict[UUID, list[results.Attested]] = defaultdict(list)
    rows: Iterable[Any] = session.execute(
        sa.select(
            Fact.worker_id,
            Fact.statement_id,
            Fact.what,
            Fact.day,
            Fact.minutes,
            Fact.score,
            Fact.quality,
            Fact.activity_key,
        ).where(
            among(session, Fact.worker_id, worker_ids),
            Fact.tenant_id == tenant,
            Fact.year == year,
            Fact.day <= as_of,
        )
    )
    for worker_id, *rest in rows:
        facts[worker_id].append(results.Fact(*rest))
    rows = session.execute(
        sa.select(
            Attestation.worker_id,
            Attestation.indicator,
            Attestation.points,
            Attestation.attested_on,
            Attestation.attested_by,
            Attestation.basis,
            Attestation.recorded,
        ).where(
            among(session, Attestation.worker_id, worker_ids),
            Attestation.tenant_id == tenant,
            Attestation.programme == programme,
            Attestation.year == year,
            Attestation.attested_on <= as_of,
            sa.or_(Attestation.withdrawn_on.is_(None), Attestation.withdrawn_on > as_of),
        )
    )
    for worker_id, *rest in rows:
        attested[worker_id].append(results.Attested(*rest))
    return {one: results.Evidence(tuple(facts[one]), tuple(attested[one])) for one in worker_ids}
