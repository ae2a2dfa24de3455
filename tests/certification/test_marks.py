"""Whoever is marked for counting again stands there once, with a mark that is new each time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from certification.marks import EVERY_YEAR, mark_uncounted
from certification.models import Uncounted
from lrs.db import Database
from tests.certification.learning import add_worker


def marks(database: Database, tenant: UUID) -> dict[tuple[UUID, int], UUID]:
    with database.reading(tenant) as session:
        rows = session.execute(sa.select(Uncounted).where(Uncounted.tenant_id == tenant)).scalars()
        return {(row.worker_id, row.year): row.mark for row in rows}


def test_a_pair_is_marked_once_and_anew_each_time(
    database: Database, tenant: UUID, other_tenant: UUID, now: datetime
) -> None:
    an, binh = (add_worker(database, tenant, number, now=now) for number in ("NV-AN", "NV-BINH"))
    before = marks(database, other_tenant)
    with database.writing(tenant) as session:
        session.execute(sa.delete(Uncounted).where(Uncounted.tenant_id == tenant))
        mark_uncounted(session, tenant, [])
        mark_uncounted(session, tenant, [(binh, 2026), (an, 2026), (binh, 2026), (an, EVERY_YEAR)])
    first = marks(database, tenant)
    with database.writing(tenant) as session:
        mark_uncounted(session, tenant, {(binh, 2026), (binh, 2025)})
    second = marks(database, tenant)
    assert set(first) == {(an, 2026), (binh, 2026), (an, EVERY_YEAR)}
    assert set(second) == {*first, (binh, 2025)}
    assert {pair for pair in first if first[pair] != second[pair]} == {(binh, 2026)}
    assert marks(database, other_tenant) == before
