"""Findings of somebody's own branch: looked up by their Statements, however many people the branch has."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.evidence import findings
from certification.models import Fact, Finding, Worker
from certification.web.officers import home, work
from lrs.db import Database, new_id
from tests.certification.learning import add_worker


def test_a_finding_is_held_against_the_workers_of_its_own_statement(
    database: Database, tenant: UUID, now: datetime
) -> None:
    statement = new_id()
    with database.writing(tenant) as session:
        session.add(
            Finding(
                tenant_id=tenant,
                statement_id=statement,
                number=1,
                code="late",
                about="{}",
                place="",
                said_by=1,
                stored=now,
            )
        )
    plans: list[str] = []
    branch = sa.select(Worker.id).where(Worker.tenant_id == tenant)

    def look(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        plain = connection.connection.driver_connection
        plans.extend(row[3] for row in plain.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    workers = [add_worker(database, tenant, number, now=now) for number in ("NV-1", "NV-2")]
    with database.writing(tenant) as session:
        session.add(
            Fact(
                worker_id=workers[0],
                tenant_id=tenant,
                statement_id=statement,
                what="law",
                day=now.date(),
                year=now.year,
                minutes=30,
                score=None,
                quality=2,
                activity_key=1,
            )
        )
    for worker, count in zip(workers, (1, 0), strict=True):

        def about(column: Any, worker: UUID = worker) -> sa.ColumnElement[bool]:
            found: sa.ColumnElement[bool] = column.in_(branch.where(Worker.id == worker))
            return found

        with database.reading(tenant) as session:
            if database.is_sqlite:
                sa.event.listen(session.get_bind(), "before_cursor_execute", look)
            found = findings.total(session, tenant, about=about)
            listed = findings.listed(session, tenant, about=about)
            if database.is_sqlite:
                sa.event.remove(session.get_bind(), "before_cursor_execute", look)
        assert (found, len(listed)) == (count, count)
    of_facts = [one for one in plans if "certification_fact " in one]
    assert all("(tenant_id=? AND statement_id=?)" in one for one in of_facts), of_facts
    assert bool(of_facts) == database.is_sqlite


def test_what_waits_at_an_officers_home_has_a_page() -> None:
    assert set(work.AT_HOME) <= set(home._OTHERS)
