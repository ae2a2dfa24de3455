"""What organizations took into their programme comes in by file, and is refused with every fault."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.models import Commitment
from certification.rules import rule_files
from certification.spreadsheets import ImportResult
from certification.units import commitments, organizations
from lrs.db import Database
from tests.certification.import_files import ORGANIZATIONS, commitments_csv, faults_of


@pytest.fixture
def imported(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    """The usual organizations, in both tenants."""
    for each in (tenant, other_tenant):
        with database.writing(each) as session:
            organizations.import_organizations(session, each, ORGANIZATIONS, now=now)


@pytest.fixture
def plans_loaded(database: Database, tenant: UUID, imported: None, now: datetime) -> None:
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=now)


def test_commitments_come_in_once_and_their_source_can_be_corrected(
    database: Database, tenant: UUID, plans_loaded: None, now: datetime
) -> None:
    def import_it(*rows: dict[str, object]) -> ImportResult:
        with database.writing(tenant) as session:
            return commitments.import_commitments(session, tenant, commitments_csv(*rows), now=now)

    assert import_it({}, {"Năm": 2025}) == ImportResult(2, 0, 0)
    assert import_it({}, {"Năm": 2025, "Nội dung": "cong-doan-hoc-tap"}) == ImportResult(0, 0, 2)
    assert import_it({"Căn cứ": "Nghị quyết 5"}) == ImportResult(0, 1, 0)
    with database.reading(tenant) as session:
        rows = session.execute(sa.select(Commitment.kind, Commitment.year, Commitment.source).order_by(Commitment.year))
        assert [(year, source) for _kind, year, source in rows] == [
            (2025, "Chương trình công tác"),
            (2026, "Nghị quyết 5"),
        ]


def test_faults_of_commitments_are_all_named(
    database: Database, tenant: UUID, plans_loaded: None, now: datetime
) -> None:
    data = commitments_csv(
        {"Mã đơn vị": "cs/9"}, {"Nội dung": "Doanh nghiệp vui"}, {"Năm": "26"}, {"Căn cứ": ""}, {}, {}
    )
    with database.writing(tenant) as session:
        faults = faults_of(lambda: commitments.import_commitments(session, tenant, data, now=now))
    assert faults[0] == (
        "Dòng 2, cột “Mã đơn vị”: không có đơn vị nào mang mã “cs/9”; sửa mã, hoặc nhập đơn vị đó trước"
    )
    assert faults[1].startswith("Dòng 3, cột “Nội dung”: “Doanh nghiệp vui” không phải điều kế hoạch nào tính; ghi một")
    assert faults[2:] == [
        "Dòng 4, cột “Năm”: “26” không phải số nguyên từ 2000 đến 2100; sửa lại số",
        "Dòng 5, cột “Căn cứ”: ô trống; ghi giá trị vào ô này",
        "Dòng 6, cột “Mã đơn vị”: trùng hoặc không khớp với dòng 7, xem lỗi ở đó; sửa hoặc xoá dòng sai",
        "Dòng 7, cột “Mã đơn vị”: “cs/1” đã có ở dòng 6 cho năm 2026; xoá một dòng",
    ]


def test_commitments_before_any_plan_say_to_load_the_plans(
    database: Database, tenant: UUID, imported: None, now: datetime
) -> None:
    with database.writing(tenant) as session:
        [fault] = faults_of(lambda: commitments.import_commitments(session, tenant, commitments_csv({}), now=now))
    assert fault.endswith("nạp kế hoạch trước (flask certification load-rules)")
