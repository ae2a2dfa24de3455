"""Organizations come in by file, are refused with every fault, and stand on two dated trees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.models import Base, OrganizationSuccession
from certification.spreadsheets import ImportResult
from certification.units import organizations
from certification.units.trees import ADMINISTRATIVE, ENTERPRISE, UNION, Tree
from lrs.db import EVERY_TENANT, Database
from tests.certification.import_files import ORGANIZATIONS, faults_of, organizations_csv

TODAY = date(2026, 11, 20)

Import = Callable[..., ImportResult]


@pytest.fixture
def import_for(database: Database, now: datetime) -> Import:
    def import_it(tenant: UUID, *rows: str) -> ImportResult:
        with database.writing(tenant) as session:
            return organizations.import_organizations(session, tenant, organizations_csv(*rows), now=now)

    return import_it


@pytest.fixture
def imported(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    """The usual organizations, in both tenants."""
    for each in (tenant, other_tenant):
        with database.writing(each) as session:
            organizations.import_organizations(session, each, ORGANIZATIONS, now=now)


def tree(database: Database, tenant: UUID, on: date = TODAY) -> Tree:
    with database.reading(tenant) as session:
        return organizations.tree(session, tenant, on)


def enterprises_below(found: Tree, code: str) -> tuple[str, ...]:
    return tuple(one.code for one in found.nodes if one.kind == ENTERPRISE and code in found.ancestors(one.code))


def everything(database: Database) -> dict[str, list[Any]]:
    tables = ("organization", "organization_parent", "organization_succession", "commitment")
    with database.reading(EVERY_TENANT) as session:
        return {
            name: sorted(map(str, session.execute(sa.select(Base.metadata.tables[f"certification_{name}"]))))
            for name in tables
        }


def test_organizations_stand_on_both_trees_after_import(database: Database, tenant: UUID, imported: None) -> None:
    found = tree(database, tenant)
    assert found.ancestors("dn/1") == ("vn/a", "cs/1", "vn", "cd/a", "cd")
    assert found.parents("dn/2", UNION) == ()
    assert enterprises_below(found, "vn") == ("dn/1", "dn/2")
    assert found.node("dn/1").name == "Đơn vị dn/1"
    assert found.node("dn/1").kind == ENTERPRISE


def test_each_tenant_has_its_own_organizations(
    database: Database, tenant: UUID, other_tenant: UUID, imported: None, import_for: Import
) -> None:
    import_for(other_tenant, "dn/3, dn, vn/a")
    assert enterprises_below(tree(database, tenant), "vn") == ("dn/1", "dn/2")
    assert enterprises_below(tree(database, other_tenant), "vn") == ("dn/1", "dn/2", "dn/3")
    assert not set(tree(database, tenant).by_id) & set(tree(database, other_tenant).by_id)


def test_the_same_file_twice_changes_nothing(database: Database, tenant: UUID, import_for: Import) -> None:
    rows = ("vn, hc", "vn/a, hc, vn, , 01/01/2000", "vn/b, hc, vn", "dn/1, dn, vn/a, , , 30/06/2025")
    rows += ("dn/1, dn, vn/b, , 01/07/2025",)
    assert import_for(tenant, *rows) == ImportResult(created=4, changed=0, unchanged=0)
    before = everything(database)
    assert import_for(tenant, *rows) == ImportResult(created=0, changed=0, unchanged=4)
    assert everything(database) == before


def test_parents_may_stand_after_their_children_in_the_file(
    database: Database, tenant: UUID, import_for: Import
) -> None:
    import_for(tenant, "dn/1, dn, vn/a", "vn/a, hc, vn", "vn, hc")
    assert tree(database, tenant).ancestors("dn/1") == ("vn/a", "vn")


def test_a_move_told_by_one_new_row_ends_the_earlier_period_on_the_day_before(
    database: Database, tenant: UUID, imported: None, import_for: Import
) -> None:
    result = import_for(tenant, "vn/b, hc, vn", "dn/1, dn, vn/b, cs/1, 01/07/2025")
    assert (result.created, result.changed) == (1, 1)
    assert tree(database, tenant, date(2025, 6, 30)).parents("dn/1", ADMINISTRATIVE) == ("vn/a",)
    assert tree(database, tenant, date(2025, 7, 1)).parents("dn/1", ADMINISTRATIVE) == ("vn/b",)
    assert tree(database, tenant, date(2025, 6, 30)).node("dn/1").exists_from is None


def test_leaving_a_grassroots_union_ends_that_edge_alone(
    database: Database, tenant: UUID, imported: None, import_for: Import
) -> None:
    import_for(tenant, "dn/1, dn, vn/a, , 01/01/2026")
    assert tree(database, tenant, date(2025, 12, 31)).parents("dn/1", UNION) == ("cs/1",)
    assert tree(database, tenant).parents("dn/1", UNION) == ()
    assert tree(database, tenant).parents("dn/1", ADMINISTRATIVE) == ("vn/a",)


def test_an_end_makes_an_organization_past_and_keeps_it_readable(
    database: Database, tenant: UUID, imported: None, import_for: Import
) -> None:
    import_for(tenant, "dn/2, dn, vn/a, , , 31/03/2026")
    assert enterprises_below(tree(database, tenant, date(2026, 3, 31)), "vn") == ("dn/1", "dn/2")
    assert enterprises_below(tree(database, tenant), "vn") == ("dn/1",)
    assert tree(database, tenant).node("dn/2").exists_to == date(2026, 3, 31)


def test_a_new_name_is_taken_and_told(database: Database, tenant: UUID, imported: None, now: datetime) -> None:
    data = organizations_csv("vn/a, hc, vn").replace("Đơn vị vn/a".encode(), "Tỉnh A".encode())
    with database.writing(tenant) as session:
        result = organizations.import_organizations(session, tenant, data, now=now)
    assert result == ImportResult(0, 1, 0, ("Đơn vị “vn/a” đổi tên từ “Đơn vị vn/a” thành “Tỉnh A”",))
    assert tree(database, tenant).node("vn/a").name == "Tỉnh A"


@pytest.mark.parametrize("code", ["..", "dn/../1", "dn/", "/dn", "<b>", "dn 1", "dn//1", "-1"])
def test_a_code_that_could_be_mistaken_is_refused(tenant: UUID, import_for: Import, code: str) -> None:
    [fault] = faults_of(lambda: import_for(tenant, f"{code}, hc"))
    assert fault.startswith(f"Dòng 2, cột “Mã”: “{code}” không dùng làm mã được")


def test_every_fault_is_named_and_nothing_goes_in(
    database: Database, tenant: UUID, imported: None, import_for: Import
) -> None:
    before = everything(database)
    faults = faults_of(
        lambda: import_for(
            tenant,
            "vn/b, tỉnh, vn",
            "đơn-vị, hc, vn",
            "vn/c, hc, vn, cd",
            "dn/5, dn, , cs/1",
            "cs/5, cs",
            "dn/6, dn, vn/x, cs/x",
            "dn/7, dn, cd/a, cd/a",
            "vn/d, hc, vn, , 02/01/2026, 01/01/2026",
            "dn/1, hc, vn",
            "dn/8, dn, vn/b",
            "dn/9, dn, vn/y, cs/1, 31/02/2026",
        )
    )
    assert faults == [
        "Dòng 2, cột “Loại”: “tỉnh” không hiểu được; ghi một trong các giá trị: “hành chính”, “công đoàn”, "
        "“công đoàn cơ sở”, “doanh nghiệp”",
        "Dòng 3, cột “Mã”: “đơn-vị” không dùng làm mã được; mã chỉ gồm chữ không dấu, số và các dấu - / . _ ở giữa",
        "Dòng 4, cột “Mã cấp trên công đoàn”: đơn vị loại “hành chính” không đứng trong cây này; để trống ô",
        "Dòng 5, cột “Mã cấp trên hành chính”: doanh nghiệp phải có đơn vị hành chính cấp trên; ghi mã xã hoặc tỉnh",
        "Dòng 6, cột “Mã cấp trên công đoàn”: công đoàn cơ sở phải có công đoàn cấp trên; ghi mã công đoàn đó",
        "Dòng 7, cột “Mã cấp trên hành chính”: không có đơn vị nào mang mã “vn/x”; sửa mã, hoặc thêm đơn vị đó vào tệp",
        "Dòng 7, cột “Mã cấp trên công đoàn”: không có đơn vị nào mang mã “cs/x”; sửa mã, hoặc thêm đơn vị đó vào tệp",
        "Dòng 8, cột “Mã cấp trên hành chính”: “cd/a” là “công đoàn”; ô này cần mã một “hành chính”",
        "Dòng 8, cột “Mã cấp trên công đoàn”: “cd/a” là “công đoàn”; ô này cần mã một “công đoàn cơ sở”",
        "Dòng 9, cột “Đến ngày”: 01/01/2026 trước “Từ ngày” 02/01/2026; sửa một trong hai ngày",
        "Dòng 10, cột “Loại”: đơn vị “dn/1” đã có là “doanh nghiệp”; một mã chỉ dùng cho một loại đơn vị",
        "Dòng 12, cột “Từ ngày”: “31/02/2026” không có trong lịch; ghi ngày/tháng/năm, ví dụ 05/09/2026",
        "Dòng 12, cột “Mã cấp trên hành chính”: không có đơn vị nào mang mã “vn/y”; sửa mã, hoặc thêm đơn vị đó vào "
        "tệp",
    ]
    assert everything(database) == before


def test_two_periods_of_one_organization_must_not_overlap(tenant: UUID, import_for: Import) -> None:
    assert faults_of(
        lambda: import_for(
            tenant,
            "vn, hc",
            "vn/a, hc, vn, , 01/01/2020",
            "vn/a, hc, vn, , 01/01/2020",
            "vn/b, hc, vn, , 01/01/2020, 30/06/2025",
            "vn/b, hc, vn, , 30/06/2025",
        )
    ) == [
        "Dòng 4, cột “Mã”: đơn vị “vn/a” đã có ở dòng 3 với cùng “Từ ngày”; xoá một dòng",
        "Dòng 6, cột “Từ ngày”: đơn vị “vn/b” ở dòng 5 còn đến 30/06/2025; hai dòng của một đơn vị không được trùng "
        "thời gian, sửa ngày",
    ]


def test_an_end_told_for_another_beginning_than_the_stored_one_is_refused(tenant: UUID, import_for: Import) -> None:
    import_for(tenant, "vn, hc", "dn/1, dn, vn, , 01/01/2020")
    assert faults_of(lambda: import_for(tenant, "dn/1, dn, vn, , , 31/12/2025")) == [
        "Dòng 2, cột “Từ ngày”: trong hệ thống “dn/1” có một thời gian bắt đầu 01/01/2020; ghi đúng ngày ấy để sửa "
        "thời gian đó, hoặc cho “Đến ngày” trước ngày ấy"
    ]
    import_for(tenant, "dn/1, dn, vn, , 01/01/2020, 31/12/2025")


def test_a_parent_that_ended_is_refused_with_its_day(tenant: UUID, imported: None, import_for: Import) -> None:
    assert faults_of(lambda: import_for(tenant, "vn/b, hc, vn, , , 30/06/2025", "dn/3, dn, vn/b")) == [
        "Dòng 3, cột “Mã cấp trên hành chính”: “vn/b” đã kết thúc ngày 30/06/2025; thêm một dòng với cấp trên mới từ "
        "01/07/2025"
    ]
    import_for(tenant, "vn/b, hc, vn, , , 30/06/2025", "dn/3, dn, vn/b", "dn/3, dn, vn/a, , 01/07/2025")


def test_an_organization_cannot_end_while_others_still_stand_under_it(
    tenant: UUID, imported: None, import_for: Import
) -> None:
    assert faults_of(lambda: import_for(tenant, "vn/a, hc, vn, , , 30/06/2025")) == [
        "Dòng 2, cột “Đến ngày”: sau ngày này vẫn còn 2 đơn vị trực thuộc (“dn/1”, “dn/2”); chuyển chúng sang cấp trên "
        "mới trong cùng tệp"
    ]


def test_a_cycle_is_refused_with_the_names(tenant: UUID, imported: None, import_for: Import) -> None:
    assert faults_of(lambda: import_for(tenant, "vn, hc, vn/b, , 01/01/2026", "vn/b, hc, vn/a")) == [
        "Dòng 2, cột “Mã cấp trên hành chính”: các đơn vị đứng trên lẫn nhau thành vòng từ 01/01/2026: "
        "“Đơn vị vn” (vn) → “Đơn vị vn/b” (vn/b) → “Đơn vị vn/a” (vn/a) → “Đơn vị vn” (vn); "
        "sửa cấp trên của một đơn vị"
    ]


def test_what_stands_under_itself_is_refused(tenant: UUID, import_for: Import) -> None:
    [fault] = faults_of(lambda: import_for(tenant, "vn, hc, vn"))
    assert "thành vòng từ 01/01/1900: “Đơn vị vn” (vn) → “Đơn vị vn” (vn)" in fault


def test_two_that_swap_places_on_a_day_are_no_cycle(database: Database, tenant: UUID, import_for: Import) -> None:
    import_for(
        tenant,
        "vn/a, hc, vn/b, , , 31/12/2025",
        "vn/b, hc, , , , 31/12/2025",
        "vn/a, hc, , , 01/01/2026",
        "vn/b, hc, vn/a, , 01/01/2026",
    )
    assert tree(database, tenant, date(2025, 1, 1)).parents("vn/a", ADMINISTRATIVE) == ("vn/b",)
    assert tree(database, tenant, date(2026, 1, 1)).parents("vn/b", ADMINISTRATIVE) == ("vn/a",)


def test_the_number_of_commands_does_not_grow_with_the_file(
    tenant: UUID, import_for: Import, count_commands: Callable[[], Any]
) -> None:
    with count_commands() as few:
        import_for(tenant, "vn, hc", "dn/0, dn, vn")
    with count_commands() as many:
        import_for(tenant, *[f"dn/{number}, dn, vn" for number in range(1, 1000)])
    assert len(many) <= len(few) + 2


# ---------------------------------------------------------------- the shipped units


def test_the_shipped_units_come_in_once_with_their_successors(database: Database, tenant: UUID) -> None:
    with database.writing(tenant) as session:
        first = organizations.load_shipped(session, tenant)
    before = everything(database)
    with database.writing(tenant) as session:
        second = organizations.load_shipped(session, tenant)
    assert (second.created, second.changed, second.unchanged) == (0, 0, first.created)
    assert everything(database) == before
    found = tree(database, tenant)
    assert found.ancestors("vn/thanh-hoa/hoang-giang") == ("vn/thanh-hoa", "vn")
    ids = {code: found.node(f"vn/thanh-hoa/{code}").id for code in ("hoang-hop", "hoang-giang")}
    with database.reading(tenant) as session:
        successors = session.scalars(
            sa.select(OrganizationSuccession.successor_id).where(
                OrganizationSuccession.predecessor_id == ids["hoang-hop"]
            )
        ).all()
    assert ids["hoang-giang"] in successors
    assert not found.exists("vn/thanh-hoa/hoang-hop")
    assert found.ancestors("cd/lai-chau") == ("cd",)
