"""Broadcasts, posts and leaflets count as items of units, and for no person."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.evidence import channel_items
from certification.models import Fact
from certification.spreadsheets import ImportResult
from certification.units import organizations
from certification.units.trees import UnknownOrganization
from lrs.db import Database
from tests.certification.import_files import faults_of, organizations_csv

HEADINGS = "Mã đơn vị,Kênh,Ngày,Tiêu đề,Số lượng,Nguồn\n"


@pytest.fixture(autouse=True)
def units(database: Database, tenant: UUID, now: datetime) -> None:
    """vn/b takes the place of vn/a's commune vn/a/x on 1 July; the grassroots union cs/1 is of an enterprise there."""
    before = ("vn, hc", "vn/a, hc, vn", "vn/b, hc, vn", "cd, cd", "cs/1, cs, , cd")
    x = "vn/a/x, hc, vn/a, , 01/01/2020, 30/06/2026", "vn/a/x, hc, vn/b, , 01/07/2026, 30/09/2026"
    with database.writing(tenant) as session:
        organizations.import_organizations(session, tenant, organizations_csv(*before, *x), now=now)


def take_in(database: Database, tenant: UUID, now: datetime, rows: str) -> ImportResult:
    with database.writing(tenant) as session:
        data = (HEADINGS + rows).encode()
        return channel_items.import_channel_items(session, tenant, data, by="can-bo-1", now=now)


def counted(database: Database, tenant: UUID, code: str, first: date, last: date) -> dict[str, int]:
    with database.reading(tenant) as session:
        found = channel_items.counts(session, tenant, code, first, last)
    assert found.items == sum(found.by_channel.values())
    return dict(found.by_channel)


ROWS = """vn/a/x,loa truyền thanh,05/03/2026,Luật BHXH,10,Sổ 12
vn/a/x,Facebook,05/08/2026,Luật BHXH,20,
vn,cổng thông tin,05/08/2026,Tuần lễ học tập suốt đời,2,
cs/1,tờ rơi,01/01/2026,An toàn lao động,300,
"""


def test_items_count_where_the_unit_stood_on_their_day_and_for_nobody(
    database: Database, tenant: UUID, now: datetime
) -> None:
    assert take_in(database, tenant, now, ROWS) == ImportResult(4, 0, 0)
    assert take_in(database, tenant, now, ROWS) == ImportResult(0, 0, 4)
    year = date(2026, 1, 1), date(2026, 11, 20)
    assert counted(database, tenant, "vn", *year) == {"facebook": 20, "loudspeaker": 10, "portal": 2}
    assert counted(database, tenant, "vn/a", *year) == {"loudspeaker": 10}
    assert counted(database, tenant, "vn/b", *year) == {"facebook": 20}
    assert counted(database, tenant, "vn/a/x", *year) == {"facebook": 20, "loudspeaker": 10}
    assert counted(database, tenant, "cd", *year) == {"leaflet": 300}
    assert counted(database, tenant, "vn", date(2026, 3, 6), date(2026, 8, 4)) == {}
    with database.reading(tenant) as session:
        assert session.scalar(sa.select(sa.func.count()).where(Fact.tenant_id == tenant)) == 0
    with pytest.raises(UnknownOrganization):
        counted(database, tenant, "vn/khong-co", *year)


def test_an_item_told_again_with_another_number_corrects_it_and_none_takes_it_back(
    database: Database, tenant: UUID, now: datetime
) -> None:
    take_in(database, tenant, now, ROWS)
    corrected = take_in(database, tenant, now, "vn,cổng thông tin,05/08/2026,tuần lễ học tập suốt đời,0,\n")
    assert corrected == ImportResult(0, 1, 0, ("“tuần lễ học tập suốt đời” ngày 05/08/2026: 2 thành 0",))
    assert "portal" not in counted(database, tenant, "vn", date(2026, 1, 1), date(2026, 12, 31))


def test_every_fault_is_told_and_nothing_goes_in(database: Database, tenant: UUID, now: datetime) -> None:
    wrong = """vn/z,đài,21/11/2026,A,-1,
vn,zalo,01/01/2026,Gọi 0912345678,1,
vn,zalo,01/01/2026,B,1,
vn,zalo,01/01/2026,b,2,
"""
    found = faults_of(lambda: take_in(database, tenant, now, wrong))
    assert [fault.split(":")[0] for fault in found] == [
        "Dòng 2, cột “Kênh”",
        "Dòng 2, cột “Số lượng”",
        "Dòng 2, cột “Mã đơn vị”",
        "Dòng 2, cột “Ngày”",
        "Dòng 3, cột “Tiêu đề”",
        "Dòng 4, cột “Tiêu đề”",
        "Dòng 5, cột “Tiêu đề”",
    ]
    assert counted(database, tenant, "vn", date(2026, 1, 1), date(2026, 12, 31)) == {}
