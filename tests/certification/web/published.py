"""A small installation with published figures: three provinces with an enterprise each, a few workers who learned."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from certification.models import Award, Fact, Worker
from certification.people import roster
from certification.rules import programme
from certification.targets import publications
from certification.units import organizations
from lrs.db import Database, Session, new_id

ON = date(2026, 11, 20)

UNITS = """\
Mã;Tên;Loại;Mã cấp trên hành chính;Mã cấp trên công đoàn;Từ ngày;Đến ngày
cdcs/a;CĐCS Công ty A;công đoàn cơ sở;;cd/lao-cai;01/07/2025;
cdcs/b;CĐCS Công ty B;công đoàn cơ sở;;cd/lai-chau;01/07/2025;
cdcs/c;CĐCS Công ty C;công đoàn cơ sở;;cd/thanh-hoa;01/07/2025;
dn/a;Công ty A & <con>;doanh nghiệp;vn/lao-cai;cdcs/a;01/07/2025;
dn/b;Công ty B;doanh nghiệp;vn/lai-chau;cdcs/b;01/07/2025;
dn/c;Công ty C;doanh nghiệp;vn/thanh-hoa/hoang-giang;cdcs/c;01/07/2025;
"""

ROSTER_HEADINGS = (
    "Mã người lao động;Họ và tên;Giới tính;Mã doanh nghiệp;Ngày vào làm;Ngày nghỉ việc;Chức danh;Đoàn viên;"
    "Cán bộ công đoàn;Tài khoản học tập"
)

STAFF = {"dn/a": 12, "dn/b": 7, "dn/c": 5}


def install(session: Session, tenant: UUID, *, now: datetime) -> None:
    """Rules, units and workers. In each enterprise the first third heard about law, each of them three times."""
    programme.load_shipped(session, tenant, now=now)
    organizations.import_organizations(session, tenant, UNITS.encode(), now=now)
    rows = [
        f"{enterprise[-1]}{number:02};Người Bịa {number};{'nữ' if number % 2 else 'nam'};{enterprise};02/01/2026;;;có;"
        f"{'có' if number == 1 else 'không'};https://hoc.example.org|{enterprise[-1]}{number:02}"
        for enterprise, count in STAFF.items()
        for number in range(1, count + 1)
    ]
    roster.import_roster(session, tenant, "\n".join([ROSTER_HEADINGS, *rows]).encode(), now=now)
    for worker in session.query(Worker).filter_by(tenant_id=tenant):
        number = int(worker.number[1:])
        if number * 3 <= STAFF[f"dn/{worker.number[0]}"]:
            session.add_all(_fact(tenant, worker.id, day) for day in (3, 4, 5))
        if number == 2:
            session.add(_award(tenant, worker.id, now))


def publish(database: Database, tenant: UUID, *, now: datetime) -> None:
    """The installation, and its figures of the day `ON` for everybody to see."""
    with database.writing(tenant) as session:
        install(session, tenant, now=now)
        publications.publish(session, tenant, as_of=ON, now=now, hide_below=0)


def _fact(tenant: UUID, worker: UUID, day: int) -> Fact:
    return Fact(
        worker_id=worker, tenant_id=tenant, statement_id=new_id(), what="law-labour", day=date(2026, 5, day), year=2026,
        minutes=60, score=None, quality=2, activity_key=day,
    )  # fmt: skip


def _award(tenant: UUID, worker: UUID, now: datetime) -> Award:
    return Award(
        worker_id=worker, programme="cong-dan-hoc-tap", year=2025, tenant_id=tenant, decision_number="12/QĐ-UBND",
        decided_on=date(2026, 2, 10), body="UBND xã", withdrawn_on=None, recorded=now,
    )  # fmt: skip
