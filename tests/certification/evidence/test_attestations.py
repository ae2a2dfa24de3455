"""Attested points come in by file, are checked against the criteria of their year, and replace nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.evidence import attestations
from certification.judgement import assessments
from certification.models import Attestation
from certification.people import roster, workers
from certification.rules.criteria import PROGRAMME
from certification.spreadsheets import ImportResult
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs.db import EVERY_TENANT, Database
from tests import neighbour
from tests.certification import learning
from tests.certification.import_files import ORGANIZATIONS, attestations_csv, faults_of, roster_csv

Import = Callable[..., ImportResult]
EVERY = [f"CS{at}" for at in range(1, 11)]


@pytest.fixture(autouse=True)
def imported(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    """The rules in both tenants; A1 and A2 in the tenant, B1 in the other."""
    learning.load_rules(database, tenant, other_tenant, now=now)
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
            return attestations.import_attestations(session, tenant, attestations_csv(*rows), now=now)

    return import_it


def stored(database: Database) -> list[tuple[UUID, str, int]]:
    with database.reading(EVERY_TENANT) as session:
        rows = session.execute(
            sa.select(Attestation.tenant_id, Attestation.indicator, Attestation.points)
            .where(neighbour.not_hers(Attestation.tenant_id))
            .order_by(Attestation.indicator, Attestation.points)
        )
        return [(row[0], row[1], row[2]) for row in rows]


def test_attestations_are_recorded_once_and_a_later_one_stands_beside_the_earlier(
    database: Database, tenant: UUID, import_rows: Import
) -> None:
    assert import_rows({}, {"Chỉ số": "cs8", "Điểm": 0}) == ImportResult(2, 0, 0)
    assert import_rows({}, {"Chỉ số": "CS8", "Điểm": 0}) == ImportResult(0, 0, 2)
    assert import_rows({"Điểm": 9, "Ngày xác nhận": "12/11/2026"}) == ImportResult(0, 1, 0)
    assert stored(database) == [(tenant, "CS4", 7), (tenant, "CS4", 9), (tenant, "CS8", 0)]


def test_points_said_again_after_others_of_the_same_day_count_again(
    database: Database, tenant: UUID, now: datetime
) -> None:
    def import_it(points: int, minutes: int) -> ImportResult:
        with database.writing(tenant) as session:
            at = now + timedelta(minutes=minutes)
            return attestations.import_attestations(session, tenant, attestations_csv({"Điểm": points}), now=at)

    done = [import_it(points, place) for place, points in enumerate((7, 5, 7, 7))]
    assert done == [ImportResult(1, 0, 0), ImportResult(0, 1, 0), ImportResult(0, 1, 0), ImportResult(0, 0, 1)]
    with database.reading(tenant) as session:
        person = workers.find(session, tenant, "A1")
        (judged,) = assessments.known_on(session, tenant, [person.id], PROGRAMME, vietnam_day(now))
    assert [one.points for one in judged.result.indicators if one.indicator == "CS4"] == [7]


def test_a_file_that_says_several_days_is_unchanged_the_second_time(database: Database, import_rows: Import) -> None:
    rows = ({}, {"Điểm": 9, "Ngày xác nhận": "12/11/2026"})
    assert import_rows(*rows) == ImportResult(1, 1, 0)
    assert import_rows(*rows) == ImportResult(0, 0, 2)


def test_the_worker_is_to_be_judged_again_for_the_attested_year(
    database: Database, tenant: UUID, import_rows: Import
) -> None:
    import_rows({"Năm": 2025}, {"Mã người lao động": "A2"})
    with database.reading(tenant) as session:
        known = workers.known_workers(session, tenant, ["A1", "A2"])
    assert set(learning.stale_marks(database, tenant)) == {(known["A1"].id, 2025), (known["A2"].id, 2026)}
    learning.settle(database, tenant)
    import_rows({"Năm": 2025}, {"Mã người lao động": "A2"})
    assert learning.stale_marks(database, tenant) == {}


def test_every_fault_is_named_and_nothing_goes_in(database: Database, import_rows: Import) -> None:
    assert faults_of(
        lambda: import_rows(
            {"Mã người lao động": "B1"},
            {"Năm": 2001, "Ngày xác nhận": "05/05/2001"},
            {"Chỉ số": "CS11"},
            {"Điểm": 11},
            {"Điểm": "7,5", "Chỉ số": "CS8"},
            {"Ngày xác nhận": "21/11/2026"},
            {"Ngày xác nhận": "31/12/2025"},
            {"Căn cứ": "", "Người xác nhận": "", "Chỉ số": "CS9"},
            {"Chỉ số": "CS10"},
            {"Chỉ số": "CS10", "Điểm": 8},
            {"Chỉ số": "CS10", "Điểm": 8, "Ngày xác nhận": "11/11/2026"},
        )
    ) == [
        "Dòng 2, cột “Mã người lao động”: không có người lao động nào mang mã “B1”; sửa mã, hoặc nhập danh sách trước",
        "Dòng 3, cột “Năm”: không có bộ tiêu chí nào có hiệu lực cho năm 2001; sửa năm, hoặc nạp bộ tiêu chí "
        "của năm đó",
        "Dòng 4, cột “Chỉ số”: “CS11” không có trong bộ tiêu chí; ghi một trong: CS1, CS2, CS3, CS4, CS5, CS6, CS7, "
        "CS8, CS9, CS10",
        "Dòng 5, cột “Điểm”: “11” không phải số nguyên từ 0 đến 10; sửa lại số",
        "Dòng 6, cột “Điểm”: “7,5” không phải số nguyên từ 0 đến 10; sửa lại số",
        "Dòng 7, cột “Ngày xác nhận”: 21/11/2026 chưa tới (hôm nay 20/11/2026); sửa ngày",
        "Dòng 8, cột “Ngày xác nhận”: 31/12/2025 trước năm đánh giá 2026; sửa ngày hoặc năm",
        "Dòng 9, cột “Người xác nhận”: ô trống; ghi giá trị vào ô này",
        "Dòng 9, cột “Căn cứ”: ô trống; ghi giá trị vào ô này",
        "Dòng 10, cột “Chỉ số”: trùng hoặc không khớp với dòng 11, xem lỗi ở đó; sửa hoặc xoá dòng sai",
        "Dòng 11, cột “Chỉ số”: dòng 10 đã xác nhận chỉ số này cho cùng người, cùng năm, cùng ngày; chỉ giữ một dòng",
    ]
    assert stored(database) == []


def test_a_row_in_which_somebody_attests_for_oneself_is_refused(database: Database, import_rows: Import) -> None:
    own = "không ai xác nhận cho chính mình; nếu chỉ trùng họ tên thì ghi thêm chức vụ"
    assert faults_of(lambda: import_rows({"Người xác nhận": "nguyễn thị hoa"}, {"Người xác nhận": "a1"})) == [
        f"Dòng 2, cột “Người xác nhận”: {own}",
        "Dòng 2, cột “Chỉ số”: trùng hoặc không khớp với dòng 3, xem lỗi ở đó; sửa hoặc xoá dòng sai",
        f"Dòng 3, cột “Người xác nhận”: {own}",
        "Dòng 3, cột “Chỉ số”: dòng 2 đã xác nhận chỉ số này cho cùng người, cùng năm, cùng ngày; chỉ giữ một dòng",
    ]
    assert import_rows({"Người xác nhận": "Nguyễn Thị Hoa, tổ trưởng tổ 3"}) == ImportResult(1, 0, 0)


def test_a_row_says_in_which_role_where_the_procedure_parts_the_indicators(
    database: Database, tenant: UUID, now: datetime, import_rows: Import
) -> None:
    learning.part(database, tenant, now, "2026-11-01", team_lead=["CS8"], grassroots_officer=[], upper_officer=EVERY)
    theirs = "theo quy trình “Trả lời khiếu nại và xác nhận khai báo (mặc định, chưa có văn bản)” chỉ số này do"
    assert faults_of(
        lambda: import_rows(
            {"Tư cách xác nhận": "to truong", "Chỉ số": "CS8"},
            {"Tư cách xác nhận": "Tổ trưởng"},
            {"Chỉ số": "CS9"},
            {"Tư cách xác nhận": "giám đốc", "Chỉ số": "CS10"},
            {"Ngày xác nhận": "31/10/2026"},
        )
    ) == [
        f"Dòng 3, cột “Chỉ số”: {theirs} cán bộ công đoàn cấp trên xác nhận; nhờ người đó, hoặc bỏ ô này",
        f"Dòng 4, cột “Tư cách xác nhận”: {theirs} cán bộ công đoàn cấp trên xác nhận; ghi rõ xác nhận với tư cách nào",
        "Dòng 5, cột “Tư cách xác nhận”: “giám đốc” không hiểu được; ghi một trong các giá trị: để trống, “tổ trưởng”, "
        "“cán bộ công đoàn cơ sở”, “cán bộ công đoàn cấp trên”",
    ]
    assert import_rows({"Tư cách xác nhận": "Tổ trưởng", "Chỉ số": "CS8"}) == ImportResult(1, 0, 0)
