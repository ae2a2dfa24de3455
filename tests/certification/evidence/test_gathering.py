"""What is known of workers comes out the same packed by the database as row by row, read off the key of the table."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification.evaluation.findings import in_order
from certification.evidence import gathering
from certification.models import Attestation, SelfScore
from lrs import api
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


def test_points_packed_by_the_database_are_the_last_of_each(database: Database, tenant: UUID, now: datetime) -> None:
    """Of days, instants, points and words of few kinds, so that each of them decides now and then, and the id at last;
    some withdrawn, of another year or programme, or for an indicator that nobody asks about."""
    chance = random.Random(5)
    people = [add_worker(database, tenant, f"NV-{number}", now=now) for number in range(4)]
    with database.writing(tenant) as session:
        for _ in range(300):
            given = {
                "worker_id": chance.choice(people[:3]),
                "tenant_id": tenant,
                "programme": chance.choice([PROGRAMME] * 5 + ["other"]),
                "year": chance.choice([2026] * 5 + [2025]),
                "indicator": chance.choice(["CS1", "CS8", "CS10", "gone"]),
                "points": chance.randrange(5, 8),
                "recorded": now + chance.choice([timedelta(0), timedelta(microseconds=1), timedelta(hours=1)]),
            }
            day = ON + timedelta(days=chance.choice([-300, -1, -1, 0, 1]))
            if chance.randrange(2):
                session.add(SelfScore(**given, scored_by="an", scored_on=day))
                continue
            withdrawn = day + timedelta(days=1) if chance.randrange(3) == 0 else None
            by, basis = chance.choice(["Đỗ Bé", "an", "Z"]), chance.choice(["họp tổ", "hop", "É"])
            session.add(Attestation(**given, attested_by=by, attested_on=day, basis=basis, withdrawn_on=withdrawn))
    asked = {"programme": PROGRAMME, "year": 2026, "as_of": ON}
    wanted = ["CS1", "CS10", "CS8"]
    with database.reading(tenant) as session:
        for packed, plain in (
            (
                gathering.points_attested(session, tenant, people, **asked, indicators=wanted),  # type: ignore[arg-type]
                gathering.attested(session, tenant, people, **asked),  # type: ignore[arg-type]
            ),
            (
                gathering.points_self_given(session, tenant, people, **asked, indicators=wanted),  # type: ignore[arg-type]
                gathering.self_given(session, tenant, people, **asked),  # type: ignore[arg-type]
            ),
        ):
            expected = {
                one: {(of.indicator, of.points, of.id.hex) for of in given if of.indicator in wanted and of.id}
                for one, given in plain.items()  # type: ignore[attr-defined]
            }
            assert len(expected) == 3 and all(expected.values())
            assert {
                one: {
                    (of.indicator, of.points, name if isinstance(name := of.id, str) else name.hex())  # type: ignore[operator]
                    for of in held
                    if of.indicator in wanted
                }
                for one, held in packed.items()
            } == expected


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
                f"EXPLAIN {gathering._PACKED}",
                (date(2026, 1, 1), list(KINDS), date(2026, 1, 1), tenant, 2026, ON, api.Uuids([worker])),
            )
            assert any("Index Only Scan using pk_certification_fact" in row[0] for row in plan)
