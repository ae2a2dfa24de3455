"""Samples of the pages of certification/web/enterprises."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from certification.models import Employment, Worker
from certification.privacy import notices
from certification.units import organizations
from lrs.db import Database
from tests.browser.prepared import Samples
from tests.conftest import PEPPER

SAMPLES: Samples = {
    "enterprises.end_key": None,  # needs a key: test_enterprises_transcripts_and_keys
    "enterprises.staff_fix": None,
    "enterprises.staff_import": None,
    "enterprises.staff_refused": None,
    "enterprises.staff_undo": None,
    "enterprises.training_book_of_year": None,  # a file
}
"""What became of a file is looked at in tests/browser/test_bringing_in.py."""


def prepare(database: Database, tenant: UUID, now: datetime) -> None:
    """Somebody whom the enterprise has to delete, and positions of two workers."""
    with database.writing(tenant) as session:
        node = organizations.node(session, tenant, "dn/a")
        notices.keep(session, tenant, {node.id: ["NV-0077"]}, secret=PEPPER, now=now)
        for number, position in (("a01", "Tổ trưởng may"), ("a02", "Công nhân may")):
            one = sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.number == number).scalar_subquery()
            mine = Employment.tenant_id == tenant, Employment.worker_id == one
            session.execute(sa.update(Employment).where(*mine).values(position=position))
