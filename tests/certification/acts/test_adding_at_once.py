"""Several who act at the same moment stand one after the other in the record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

from certification.acts import chain
from lrs.db import Database


def test_eight_at_once_leave_a_whole_record(database: Database, tenant: UUID, now: datetime) -> None:
    def act(who: int) -> None:
        for which in range(5):
            with database.writing(tenant) as session:
                chain.add(session, tenant, by=f"cán bộ {who}", act="thử", subject=f"{which}", now=now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(8)))
    with database.reading(tenant) as session:
        found = chain.verify(session, tenant)
    assert (found.faults, found.head.number) == ((), 40)
