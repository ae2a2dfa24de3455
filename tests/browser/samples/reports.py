"""Samples of the pages of certification/web/officers/reports: a report handed in, one being written, one filed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.access.permissions import Role
from certification.access.who import Held, Who
from certification.documents.kinds import REPORT
from certification.models import Organization
from certification.reports import entering, filing, late, steps
from certification.reports.late import Contact
from certification.reports.reading import Key
from certification.units import letterheads
from certification.vietnam import vietnam_day
from lrs.db import Database

__all__ = ["CUT_OFF", "PLAN", "SAMPLES", "prepare"]

PLAN, CUT_OFF = "lao-cai-2022", date(2026, 9, 30)
BELOW, TOP = "cdcs/a", "cd/lao-cai"
OF_A = {"plan": PLAN, "period": "yearly", "cut_off": CUT_OFF.isoformat(), "code": BELOW}
OF_TOP = {**OF_A, "code": TOP}
FILED = {**OF_A, "cut_off": "2026-06-30", "period": "interim"}

SAMPLES: dict[str, Any] = {
    "officers.open_report": {"plan": PLAN, "period": "yearly", "code": BELOW},
    "officers.show_report": OF_A,
    "officers.enter_report": {**OF_A, "cut_off": "2026-08-31"},
    "officers.show_figures": OF_A,
    "officers.preview_report": OF_A,
    "officers.download_report": None,
    "officers.download_filing": None,
    "officers.step_report": {**OF_A, "way": "tra-lai"},
    "officers.file_report": OF_A,
    "officers.collect_reports": OF_TOP,
    "officers.remind_of_reports": OF_TOP,
    "officers.set_report_contact": {"code": BELOW},
    "officers.word_template": {"kind": REPORT.id},
    "officers.download_template": None,
}
"""Files are downloaded in tests/browser/test_officers_reports.py; a filing has the id that it got."""

TOLD: dict[str, Any] = {
    "results-text": {"value": "Nhận thức của công nhân lao động về học tập suốt đời có chuyển biến."},
    "limits-text": {"value": "Kinh phí còn hạn hẹp; một số ca làm đêm khó bố trí lớp."},
    "loudspeaker-items": {"value": 12, "note": "sổ phát thanh quý I–III"},
    "leaflets": {"value": 1500},
    "commune-spending": {"value": 3_500_000},
    "events": {
        "value": [{"name": "Ngày Sách và Văn hóa đọc", "day": "2026-04-21"}, {"name": "Tuần lễ học tập suốt đời"}]
    },
}


def prepare(database: Database, tenant: UUID, now: datetime) -> dict[str, Any]:
    """Reports of cdcs/a and of the union above it; gives the samples of pages about what was filed."""
    with database.writing(tenant) as session:
        rows = session.execute(sa.select(Organization.code, Organization.id).where(Organization.tenant_id == tenant))
        ids = {row[0]: row[1] for row in rows}
        lan = Who(tenant, "lan", roles=(Held(Role.GRASSROOTS_OFFICER, ids[BELOW]),))
        chi = Who(tenant, "chi", roles=(Held(Role.UPPER_OFFICER, ids[TOP]),))
        late.set_contact(session, tenant, lan, BELOW, Contact("Trần Thị Lan", "0912 345 678", ""), now=now)
        letterheads.add_signer(
            session, tenant, BELOW, name="Lò Thị Hằng", office="CHỦ TỊCH", authority="TM. BAN CHẤP HÀNH",
            starts=date(2026, 1, 1), source="QĐ 1", by="test", now=now,
        )  # fmt: skip
        yearly, earlier = Key(PLAN, "yearly", CUT_OFF), Key(PLAN, "yearly", date(2026, 8, 31))
        entering.enter(session, tenant, lan, BELOW, yearly, TOLD, now=now)
        steps.take(session, tenant, lan, BELOW, yearly, "submit", now=now)
        entering.enter(session, tenant, lan, BELOW, earlier, {"leaflets": {"value": 200}}, now=now)
        filed = Key(PLAN, "interim", date(2026, 6, 30))
        entering.enter(session, tenant, lan, BELOW, filed, TOLD, now=now)
        steps.take(session, tenant, lan, BELOW, filed, "submit", now=now)
        steps.take(session, tenant, chi, BELOW, filed, "approve", now=now)
    with database.writing(tenant) as session:
        paper: dict[str, Any] = {"signer": "Lò Thị Hằng", "filed_on": vietnam_day(now), "number": "05/BC-CĐCS"}
        prepared = filing.prepare(session, tenant, lan, BELOW, filed, **paper, now=now)
        made = filing.file(session, tenant, lan, prepared, now=now)
    of = {**FILED, "filing_id": made.id}
    return {"officers.show_filing": of, "officers.show_filing_difference": of}
