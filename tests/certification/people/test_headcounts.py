"""Declared headcounts stand in for rosters, never beside them, and coverage says how much is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

import pytest

from certification.people import headcounts
from certification.people.headcounts import Coverage, Declared, HeadcountRefused
from certification.spreadsheets import ImportResult
from certification.targets import populations
from lrs.db import Database
from tests.certification.import_files import csv_file, faults_of
from tests.certification.world import World

HEADINGS = [column.heading for column in headcounts.COLUMNS]
ON = date(2026, 11, 20)

Import = Callable[..., ImportResult]


@pytest.fixture
def import_rows(database: Database, world: World, other_world: World, tenant: UUID, now: datetime) -> Import:
    def import_it(*rows: dict[str, object]) -> ImportResult:
        usual = {"Mã doanh nghiệp": "dn/b", "Ngày": "30/06/2026", "Căn cứ": "Báo cáo", "Người báo": "Phòng nhân sự"}
        with database.writing(tenant) as session:
            return headcounts.import_headcounts(
                session, tenant, csv_file(HEADINGS, [usual | row for row in rows]), now=now
            )

    return import_it


def standing(database: Database, world: World, on: date = ON) -> dict[str, tuple[int, int | None, int | None]]:
    codes = {organization_id: code for code, organization_id in world.ids.items()}
    with database.reading(world.tenant) as session:
        found = headcounts.standing_in(session, world.tenant, on)
    return {codes[one]: (said.total, said.women, said.union_members) for one, said in found.items()}


def test_the_last_declaration_on_or_before_a_day_holds(database: Database, world: World, import_rows: Import) -> None:
    rows = [
        {"Tổng số lao động": 250, "Lao động nữ": 140, "Đoàn viên": 230},
        {"Tổng số lao động": 300, "Ngày": "2026-11-01"},
        {"Tổng số lao động": 0, "Mã doanh nghiệp": "dn/c"},
    ]
    assert import_rows(*rows) == ImportResult(3, 0, 0)
    assert import_rows(*rows) == ImportResult(0, 0, 3)
    assert standing(database, world, date(2026, 6, 29)) == {}
    assert standing(database, world, date(2026, 6, 30)) == {"dn/b": (250, 140, 230), "dn/c": (0, None, None)}
    assert standing(database, world)["dn/b"] == (300, None, None)
    assert import_rows({"Tổng số lao động": 251}) == ImportResult(0, 1, 0)
    assert standing(database, world, date(2026, 7, 1))["dn/b"] == (251, None, None)


def test_a_roster_takes_the_place_of_what_was_declared(database: Database, world: World, import_rows: Import) -> None:
    import_rows({"Tổng số lao động": 250})
    with database.writing(world.tenant) as session:
        world.employ(session, "dn/b", started=date(2026, 8, 1), ended=date(2026, 9, 30))
    assert standing(database, world, date(2026, 7, 31)) == {"dn/b": (250, None, None)}
    assert standing(database, world, date(2026, 8, 1)) == {}
    assert standing(database, world) == {}, "all have left, and that is what the roster says"
    assert import_rows({"Tổng số lao động": 260, "Ngày": "01/11/2026"}).notes == (
        "Doanh nghiệp “dn/b” đã có danh sách người lao động: số đã báo không được cộng vào",
    )


def test_coverage_counts_each_enterprise_once(database: Database, world: World, import_rows: Import) -> None:
    import_rows({"Tổng số lao động": 250})
    with database.writing(world.tenant) as session:
        world.employ(session, "dn/a")
    ids = [world.ids[code] for code in ("dn/a", "dn/b", "dn/b", "dn/c", "dn/moi")]
    with database.reading(world.tenant) as session:
        found = headcounts.reporting(session, world.tenant, ON).coverage(ids)
    assert found == Coverage(enterprises=4, with_roster=1, declared=1)
    assert found.silent == 2
    assert str(found) == "2 trên 4 doanh nghiệp có số liệu (1 có danh sách, 1 chỉ báo số lượng)"


def test_denominators_take_declared_headcounts_in(database: Database, world: World, import_rows: Import) -> None:
    import_rows({"Tổng số lao động": 250})
    with database.reading(world.tenant) as session:
        assert dict(populations.declared_headcounts(session, world.tenant, ON)) == {world.ids["dn/b"]: 250}


def test_every_fault_is_named(database: Database, world: World, import_rows: Import) -> None:
    assert faults_of(
        lambda: import_rows(
            {"Tổng số lao động": 10, "Lao động nữ": 11, "Đoàn viên": "-1"},
            {"Tổng số lao động": "mười", "Mã doanh nghiệp": "dn/9"},
            {"Tổng số lao động": 10, "Lao động nữ": 11, "Ngày": "21/11/2026"},
            {"Tổng số lao động": 10, "Mã doanh nghiệp": "dn/xong", "Ngày": "01/11/2026"},
            {"Tổng số lao động": 10, "Mã doanh nghiệp": "dn/c"},
            {"Tổng số lao động": 12, "Mã doanh nghiệp": "dn/c", "Căn cứ": "Báo cáo khác"},
        )
    ) == [
        "Dòng 2, cột “Đoàn viên”: “-1” không phải số nguyên từ 0 đến 10000000; sửa lại số",
        "Dòng 2, cột “Lao động nữ”: 11 không nằm trong tổng số 10; sửa một trong hai số",
        "Dòng 3, cột “Tổng số lao động”: “mười” không phải số nguyên từ 0 đến 10000000; sửa lại số",
        "Dòng 3, cột “Mã doanh nghiệp”: không có doanh nghiệp nào mang mã “dn/9”; sửa mã, hoặc nhập đơn vị đó trước",
        "Dòng 4, cột “Ngày”: 21/11/2026 chưa tới (hôm nay 20/11/2026); sửa ngày",
        "Dòng 4, cột “Lao động nữ”: 11 không nằm trong tổng số 10; sửa một trong hai số",
        "Dòng 5, cột “Ngày”: doanh nghiệp đã kết thúc ngày 31/10/2026; sửa ngày",
        "Dòng 6, cột “Mã doanh nghiệp”: trùng hoặc không khớp với dòng 7, xem lỗi ở đó; sửa hoặc xoá dòng sai",
        "Dòng 7, cột “Mã doanh nghiệp”: “dn/c” đã có ở dòng 6 cho cùng ngày 30/06/2026; xoá một dòng",
    ]
    assert standing(database, world) == {}


def test_one_declaration_can_be_kept_or_is_refused_with_all_that_is_wrong(
    database: Database, world: World, now: datetime
) -> None:
    with database.writing(world.tenant) as session:
        headcounts.declare(session, world.tenant, "dn/c", Declared(ON, 80, 40, None, "Công văn 1", "Lan"), now=now)
    assert standing(database, world) == {"dn/c": (80, 40, None)}
    wrong = Declared(date(2027, 1, 1), -1, 3, None, " ", "Lan")
    with database.writing(world.tenant) as session, pytest.raises(HeadcountRefused) as caught:
        headcounts.declare(session, world.tenant, "dn/9", wrong, now=now)
    assert len(str(caught.value).splitlines()) == 5
