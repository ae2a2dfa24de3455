"""A tenant with the shipped plans and a few enterprises, to count people in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification.models import Assessment, Award, Employment, Organization, UnionRole, Worker
from certification.targets import attainment
from certification.targets.attainment import TargetFigures
from certification.units import organizations
from lrs.db import Database, Session, new_id
from tests.certification import learning
from tests.certification.learning import PROGRAMME

ON = date(2026, 11, 25)
COMMITMENT = "Công đoàn học tập"
"""What target L3 of Lai Châu's plan counts."""

UNITS = """Mã,Tên,Loại,Mã cấp trên hành chính,Mã cấp trên công đoàn,Từ ngày,Đến ngày
cdcs/a,CĐCS A,công đoàn cơ sở,,cd/lai-chau,2020-01-01,
cdcs/b,CĐCS B,công đoàn cơ sở,,cd/lai-chau,2020-01-01,
cdcs/c,CĐCS C,công đoàn cơ sở,,cd/lao-cai,2020-01-01,
cdcs/trong,CĐCS không có doanh nghiệp,công đoàn cơ sở,,cd/lai-chau,2020-01-01,
dn/a,Doanh nghiệp A,doanh nghiệp,vn/lai-chau,cdcs/a,2020-01-01,
dn/b,Doanh nghiệp B,doanh nghiệp,vn/lai-chau,cdcs/b,2020-01-01,
dn/c,Doanh nghiệp C,doanh nghiệp,vn/lao-cai,cdcs/c,2020-01-01,
dn/moi,Doanh nghiệp không có công đoàn,doanh nghiệp,vn/lao-cai,,2020-01-01,
dn/xong,Doanh nghiệp đã kết thúc,doanh nghiệp,vn/lao-cai,cdcs/c,2020-01-01,2026-10-31
"""


class World:
    """A tenant with the shipped plans and a few enterprises, filled by the tests."""

    def __init__(self, database: Database, tenant: UUID, now: datetime) -> None:
        self.database, self.tenant, self.now = database, tenant, now
        learning.load_rules(database, tenant, now=now)
        with database.writing(tenant) as session:
            organizations.import_organizations(session, tenant, UNITS.encode(), now=now)
            rows = session.execute(
                sa.select(Organization.code, Organization.id).where(Organization.tenant_id == tenant)
            )
            self.ids = {code: organization_id for code, organization_id in rows}  # noqa: C416
        self._numbers = 0

    def employ(
        self,
        session: Session,
        *enterprises: str,
        gender: str = "male",
        started: date = date(2021, 1, 1),
        ended: date | None = None,
        cadre_in: Iterable[str] = (),
    ) -> UUID:
        """A new worker employed by these enterprises at once."""
        self._numbers += 1
        worker = Worker(
            id=new_id(), tenant_id=self.tenant, number=f"NV-{self._numbers}", full_name="Người", gender=gender
        )
        session.add(worker)
        session.flush()
        for code in enterprises:
            self.also(session, worker.id, code, started=started, ended=ended, cadre=code in cadre_in)
        return worker.id

    def also(
        self,
        session: Session,
        worker: UUID,
        code: str,
        *,
        started: date,
        ended: date | None = None,
        cadre: bool = False,
    ) -> None:
        session.add(
            Employment(
                worker_id=worker,
                tenant_id=self.tenant,
                enterprise_id=self.ids[code],
                started=started,
                ended=ended,
                position=None,
            )
        )
        for role in ("member", "cadre") if cadre else ("member",):
            session.add(
                UnionRole(
                    worker_id=worker,
                    tenant_id=self.tenant,
                    enterprise_id=self.ids[code],
                    role=role,
                    started=started,
                    ended=ended,
                )
            )

    def title(self, session: Session, worker: UUID, year: int, *, decided: date, withdrawn: date | None = None) -> None:
        session.add(
            Award(
                worker_id=worker,
                programme=PROGRAMME,
                year=year,
                tenant_id=self.tenant,
                decision_number="1",
                decided_on=decided,
                body="UBND",
                withdrawn_on=withdrawn,
                recorded=self.now,
            )
        )

    def judged(self, session: Session, worker: UUID, version: int, outcome: str, as_of: date) -> None:
        session.add(
            Assessment(
                worker_id=worker,
                programme=PROGRAMME,
                year=as_of.year,
                version=version,
                tenant_id=self.tenant,
                criteria_set_id=new_id(),
                as_of=as_of,
                outcome=outcome,
                total=0,
                result=b"{}",
                judged=self.now,
                causes=0,
                changed_by=None,
                watermark="",
                place=self._numbers * 10 + version,
            )
        )

    def measure(self, on: date = ON) -> attainment.Attainment:
        with self.database.reading(self.tenant) as session:
            return attainment.measure_all(session, self.tenant, on=on)

    def figures(self, code: str, group: str, on: date = ON) -> TargetFigures:
        organization = self.measure(on).of(code)
        assert organization is not None
        found = organization.group(group)
        assert found is not None
        return found

    def counts(self, code: str, group: str, on: date = ON) -> tuple[int, int, int]:
        """Counted, participations, denominator."""
        found = self.figures(code, group, on)
        return found.counted, found.participations, found.denominator
