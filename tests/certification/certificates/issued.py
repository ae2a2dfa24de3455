"""Recognised titles to issue certificates for, in tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from certification.certificates import issuing, register
from certification.certificates.issuing import Issued
from certification.certificates.recognised import Decision
from certification.certificates.register import Entry
from certification.models import Award
from lrs.db import Database
from tests.certification.learning import PROGRAMME, add_worker, load_rules
from tests.conftest import PEPPER

PUBLIC_URL = "https://cdht.example.vn"
DECISION = "12/QĐ-UBND"
BODY = "UBND xã Hoằng Giang"
DECIDED = Decision(DECISION, BODY, date(2026, 11, 18))


def recognise(
    database: Database, tenant: UUID, now: datetime, *numbers: str, decision: str = DECISION, body: str = BODY
) -> dict[str, UUID]:
    """Workers whose title of 2026 the decision recognised, by their numbers; with the rules loaded."""
    load_rules(database, tenant, now=now)
    made = {number: add_worker(database, tenant, number, now=now) for number in numbers}
    with database.writing(tenant) as session:
        for worker in made.values():
            session.add(
                Award(
                    worker_id=worker, programme=PROGRAMME, year=2026, tenant_id=tenant, decision_number=decision,
                    decided_on=date(2026, 11, 18), body=body, recorded=now,
                )
            )  # fmt: skip
    return made


def issue(
    database: Database, tenant: UUID, now: datetime, *, decision: str = DECISION, url: str = PUBLIC_URL, by: str = "hoa"
) -> Issued:
    clock: Callable[[], datetime] = lambda: now  # noqa: E731
    return issuing.issue(
        database, tenant, programme=PROGRAMME, decision=decision, public_url=url, secret=PEPPER, by=by, clock=clock
    )


def entries(database: Database, tenant: UUID) -> list[Entry]:
    with database.reading(tenant) as session:
        return list(register.entries(session, tenant, limit=1000))
