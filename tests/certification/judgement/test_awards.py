"""Recognised titles come in by file, once, and no decision is overwritten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.csv_files import ImportResult
from certification.judgement import awards
from certification.models import Award
from certification.people import roster
from certification.units import organizations
from lrs.db import EVERY_TENANT, Database
from tests import neighbour
from tests.certification import learning
from tests.certification.import_files import ORGANIZATIONS, faults_of, roster_csv, titles_csv

Import = Callable[..., ImportResult]


@pytest.fixture(autouse=True)
def imported(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    """A1 and A2 in the tenant, B1 in the other."""
    for each, numbers in ((tenant, ("A1", "A2")), (other_tenant, ("B1",))):
        with database.writing(each) as session:
            organizations.import_organizations(session, each, ORGANIZATIONS, now=now)
            rows = [{"Mã người lao động": number} for number in numbers]
            roster.import_roster(session, each, roster_csv(*rows), now=now)
        learning.settle(database, each)


@pytest.fixture
def import_rows(database: Database, tenant: UUID, now: datetime) -> Import:
    def import_it(*rows: dict[str, object]) -> ImportResult:
        with database.writing(tenant) as session:
            return awards.import_titles(session, tenant, titles_csv(*rows), now=now)

    return import_it


def stored(database: Database) -> list[tuple[UUID, int, str, date, str]]:
    with database.reading(EVERY_TENANT) as session:
        rows = session.execute(
            sa.select(Award.tenant_id, Award.year, Award.decision_number, Award.decided_on, Award.body)
            .where(neighbour.not_hers(Award.tenant_id))
            .order_by(Award.year)
        )
        return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def test_titles_are_recorded_once(database: Database, tenant: UUID, import_rows: Import) -> None:
    rows: list[dict[str, object]] = [{}, {"Năm đánh giá": 2024, "Ngày quyết định": "2025-03-01"}]
    assert import_rows(*rows) == ImportResult(2, 0, 0)
    expected = [
        (tenant, 2024, "12/QĐ", date(2025, 3, 1), "Hội Khuyến học"),
        (tenant, 2025, "12/QĐ", date(2026, 2, 20), "Hội Khuyến học"),
    ]
    assert stored(database) == expected
    assert import_rows(*rows) == ImportResult(0, 0, 2)
    assert stored(database) == expected


def test_a_title_gives_no_cause_to_judge_again(database: Database, tenant: UUID, import_rows: Import) -> None:
    import_rows({})
    assert learning.stale_marks(database, tenant) == {}


def test_every_fault_is_named_and_nothing_goes_in(database: Database, import_rows: Import) -> None:
    import_rows({})
    before = stored(database)
    assert faults_of(
        lambda: import_rows(
            {"Mã người lao động": "B1"},
            {"Năm đánh giá": "25"},
            {"Số quyết định": "13/QĐ"},
            {"Mã người lao động": "A2", "Ngày quyết định": "21/11/2026"},
            {"Mã người lao động": "A2", "Năm đánh giá": 2026, "Ngày quyết định": "31/12/2025"},
            {"Mã người lao động": "A2", "Số quyết định": ""},
            {"Mã người lao động": "A2"},
        )
    ) == [
        "Dòng 2, cột “Mã người lao động”: không có người lao động nào mang mã “B1”; sửa mã, hoặc nhập danh sách trước",
        "Dòng 3, cột “Năm đánh giá”: “25” không phải số nguyên từ 2000 đến 2100; sửa lại số",
        "Dòng 4, cột “Số quyết định”: danh hiệu năm 2025 đã ghi theo quyết định “12/QĐ” ngày 20/02/2026 của “Hội "
        "Khuyến học”; quyết định đã ghi không bị ghi đè, kiểm tra lại tệp",
        "Dòng 5, cột “Ngày quyết định”: 21/11/2026 chưa tới (hôm nay 20/11/2026); sửa ngày",
        "Dòng 6, cột “Ngày quyết định”: 31/12/2025 trước năm đánh giá 2026; ghi năm được đánh giá, không phải năm ra "
        "quyết định",
        "Dòng 7, cột “Số quyết định”: ô trống; ghi giá trị vào ô này",
        "Dòng 7, cột “Mã người lao động”: đã có ở dòng 5 cho cùng năm đánh giá 2025; xoá một dòng",
        "Dòng 8, cột “Mã người lao động”: đã có ở dòng 5 cho cùng năm đánh giá 2025; xoá một dòng",
    ]
    assert stored(database) == before


def test_a_number_that_is_not_utf8_is_a_fault_and_no_search(database: Database, tenant: UUID, now: datetime) -> None:
    data = titles_csv({"Mã người lao động": "A\u00ea"}).replace("A\u00ea".encode(), b"A\xea")
    with database.writing(tenant) as session:
        faults = faults_of(lambda: awards.import_titles(session, tenant, data, now=now))
    assert faults[1:] == ["Dòng 2, cột “Mã người lao động”: chữ không phải UTF-8: “A�”; gõ lại ô này hoặc lưu lại tệp"]
