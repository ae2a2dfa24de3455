"""Samples of the pages of certification/web/workers: a worker who learned, was judged, declared something and has a
certificate."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from certification.evidence import declarations
from certification.evidence.declared import SELF_STUDY, Declared
from certification.evidence.witnesses import Witness
from certification.judgement import assessments
from certification.people import workers
from certification.vietnam import vietnam_day
from lrs.db import Database
from tests.browser.prepared import Samples
from tests.certification.certificates.issued import issue
from tests.certification.learning import PROGRAMME
from tests.conftest import PEPPER

SAMPLES: Samples = {
    "workers.indicator": {"indicator": "CS1"},
    "workers.certificate": None,
    "workers.withdraw_declaration": None,
    "workers.reopen_dispute": None,
    "workers.take_back_request": None,
    "workers.bring_code": None,
    "workers.take_own_step": {"step": "withdraw"},
    "workers.be_present": {"phieu": "khong-phai"},
}
"""Those without a sample are opened by clicking, in tests/browser/test_worker_pages.py and test_roll_calls.py."""


def prepare(database: Database, tenant: UUID, now: datetime) -> None:
    """What stands in the record of the worker who signs in (a02)."""
    today = vietnam_day(now)
    with database.writing(tenant) as session:
        person = workers.find(session, tenant, "a02")
        own = Witness("nld", worker_ids=frozenset({person.id}), enterprise_ids=frozenset())
        said = Declared(SELF_STUDY, "Đọc “Luật Công đoàn 2024”", date(2026, 3, 2), ("reading",), minutes=90)
        declarations.declare(
            session, tenant, "a02", said, file=None, witness=own, secret=PEPPER, now=now, programme=PROGRAMME
        )
        assessments.assess(session, tenant, [person.id], PROGRAMME, today.year, as_of=today, now=now)
    issue(database, tenant, now)
