"""What is known of workers comes out the same packed by the database as row by row, read off the key of the table."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification.evaluation.findings import in_order
from certification.evidence import gathering
from lrs.db import Database
from tests.certification.learning import PROGRAMME, add_facts, add_worker

KINDS = ("reading", "learning", "language", "law-labour")
ON = date(2026, 9, 30)


def test_facts_packed_by_the_database_are_the_facts_in_their_order(
    database: Database, tenant: UUID, now: datetime
) -> None:
    chance = random.Random(11)
    people = [add_worker(database, tenant, f"NV-{number}", now=now) for number in range(3)]
    with database.writing(tenant) as session:
        for one in people[:2]:
            for _ in range(12):
                day = date(2025, 12, 1) + timedelta(days=chance.randrange(400))
                score = chance.choice([None, 0, 7000])
                add_facts(
                    session, tenant, one, chance.sample(KINDS, 2), day=day, quality=chance.randrange(4), score=score
                )
    with database.reading(tenant) as session:
        packed = gathering.learned(session, tenant, people, year=2026, as_of=ON, kinds=set(KINDS))
        plain = gathering.gather(session, tenant, people, programme=PROGRAMME, year=2026, as_of=ON)
    expected = {one: in_order(plain[one].facts, 2026, ON) for one in people}
    assert expected[people[2]] == [] and all(expected[one] for one in people[:2])
    assert (
        {
            one: [(name if isinstance(name, str) else name.hex(), *rest) for name, *rest in facts]  # type: ignore[attr-defined]
            for one, facts in packed.items()
        }
        == {one: [(fact.statement_id.hex, *fact[1:]) for fact in facts] for one, facts in expected.items() if facts}
    )


def test_the_facts_of_a_worker_are_read_off_the_key_alone(database: Database, tenant: UUID, now: datetime) -> None:
    """PostgreSQL keeps the table as facts arrived: to look there for each of a worker's would take most of the time."""
    worker = add_worker(database, tenant, "NV-1", now=now)
    with database.reading(tenant) as session:
        if database.is_sqlite:
            plan = session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {gathering._LISTED}", (tenant.hex, 2026, ON.isoformat(), f'["{worker.hex}"]')
            )
            assert any("certification_fact USING PRIMARY KEY (worker_id=?)" in row[-1] for row in plan)
        else:
            for other in ("seqscan", "bitmapscan", "indexscan"):
                session.execute(sa.text(f"SET LOCAL enable_{other} = off"))
            plan = session.connection().exec_driver_sql(
                f"EXPLAIN {gathering._PACKED}", (list(KINDS), date(2026, 1, 1), tenant, 2026, ON, [worker])
            )
            assert any("Index Only Scan using pk_certification_fact" in row[0] for row in plan)
