"""Units move, end, merge and are split from a day on; figures of every day stand on the tree of their day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.models import Base
from certification.spreadsheets import ImportFaults
from certification.units import changes, organizations
from certification.units.trees import ADMINISTRATIVE, UNION, NotOnThatDay, Tree, UnknownOrganization
from lrs.db import EVERY_TENANT, Database
from tests.certification.import_files import csv_file, faults_of, organizations_csv
from tests.certification.world import World

DAY = date(2026, 7, 1)
BEFORE = date(2026, 6, 30)
Do = Callable[..., Any]

UNITS = organizations_csv(
    "vn, hc", "vn/t, hc, vn", "vn/t/h, hc, vn/t", "vn/t/a, hc, vn/t/h", "vn/t/b, hc, vn/t/h",
    "vn/t/ab, hc, vn/t, , 01/07/2026", "vn/t/c, hc, vn/t, , 01/07/2026",
    "cd, cd", "cd/t, cd, , cd", "cd/t/h, cd, , cd/t", "cd/kcn, cd, , cd/t", "cd/tct, cd, , cd", "cd/t/ab, cd, , cd/t",
    "cs/1, cs, , cd/t/h", "cs/2, cs, , cd/t/h", "dn/1, dn, vn/t/a, cs/1", "dn/2, dn, vn/t/b, cs/2", "dn/3, dn, vn/t/a",
)  # fmt: skip


@pytest.fixture
def do(database: Database, tenant: UUID, now: datetime) -> Do:
    with database.writing(tenant) as session:
        organizations.import_organizations(session, tenant, UNITS, now=now)

    def call(function: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        with database.writing(tenant) as session:
            return function(session, tenant, *arguments, source="NQ 1", by="chị Lan", now=now, **more)

    return call


@pytest.fixture
def succeed(database: Database, tenant: UUID, do: Do, now: datetime) -> Callable[..., Any]:
    """Imports successions, each "old, new, day"."""

    def import_it(*rows: str) -> Any:
        told = [[*(cell.strip() for cell in row.split(",")), "NQ 1"] for row in rows]
        names = [column.heading for column in changes.SUCCESSION_COLUMNS]
        data = csv_file(names, [dict(zip(names, row, strict=True)) for row in told])
        with database.writing(tenant) as session:
            return changes.import_successions(session, tenant, data, now=now, by="chị Lan")

    return import_it


def tree(database: Database, tenant: UUID, on: date) -> Tree:
    with database.reading(tenant) as session:
        return organizations.tree(session, tenant, on)


def everything(database: Database) -> dict[str, list[str]]:
    tables = [table for table in Base.metadata.sorted_tables if "organization" in table.name]
    with database.reading(EVERY_TENANT) as session:
        return {table.name: sorted(map(str, session.execute(sa.select(table)))) for table in tables}


def test_communes_merge_districts_end_and_what_stood_under_them_goes_along(
    database: Database, tenant: UUID, succeed: Do
) -> None:
    result = succeed(
        "vn/t/a, vn/t/ab, 01/07/2026",
        "vn/t/b, vn/t/ab, 01/07/2026",
        "vn/t/h, , 01/07/2026",
        "cd/t/h, cd/t/ab, 01/07/2026",
    )
    assert (result.created, result.unchanged) == (4, 0)
    before, after = tree(database, tenant, BEFORE), tree(database, tenant, DAY)
    assert before.ancestors("dn/1") == ("vn/t/a", "cs/1", "vn/t/h", "cd/t/h", "vn/t", "cd/t", "vn", "cd")
    assert after.ancestors("dn/1") == ("vn/t/ab", "cs/1", "vn/t", "cd/t/ab", "vn", "cd/t", "cd")
    assert after.descendants("vn/t", ADMINISTRATIVE) == ("vn/t/ab", "vn/t/c", "dn/1", "dn/2", "dn/3")
    assert before.descendants("vn/t/a") == ("dn/1", "dn/3")
    assert after.descendants("cd/t") == ("cd/kcn", "cd/t/ab", "cs/1", "cs/2", "dn/1", "dn/2")
    held = everything(database)
    again = succeed("vn/t/a, vn/t/ab, 01/07/2026", "vn/t/b, vn/t/ab, 01/07/2026", "vn/t/h, , 01/07/2026")
    assert (again.created, again.unchanged) == (0, 3)
    assert everything(database) == held


def test_who_ended_is_called_by_who_followed_and_who_has_not_begun_by_who_was_there(
    database: Database, tenant: UUID, succeed: Do
) -> None:
    succeed("vn/t/a, vn/t/ab, 01/07/2026", "vn/t/b, vn/t/ab, 01/07/2026", "vn/t/h, , 01/07/2026")
    before, after = tree(database, tenant, BEFORE), tree(database, tenant, DAY)
    assert after.called("vn/t/a") == "Đơn vị vn/t/a (nay là Đơn vị vn/t/ab)"
    assert before.called("vn/t/a") == "Đơn vị vn/t/a"
    assert before.called("vn/t/ab") == "Đơn vị vn/t/ab (khi ấy là Đơn vị vn/t/a, Đơn vị vn/t/b)"
    assert after.existing("vn/t/ab").code == "vn/t/ab"
    for found, code, words in [
        (
            after,
            "vn/t/a",
            r"“Đơn vị vn/t/a” \(vn/t/a\) đã kết thúc ngày 30/06/2026; nay là “Đơn vị vn/t/ab” \(vn/t/ab\)",
        ),
        (after, "vn/t/h", "đã kết thúc ngày 30/06/2026, không có đơn vị kế thừa"),
        (before, "vn/t/ab", r"chưa có đến ngày 01/07/2026; khi ấy là “Đơn vị vn/t/a” \(vn/t/a\), “Đơn vị vn/t/b”"),
    ]:
        with pytest.raises(NotOnThatDay, match=words):
            found.existing(code)


def test_successors_are_followed_as_far_as_they_go(database: Database, tenant: UUID, do: Do) -> None:
    do(changes.end, "vn/t/a", ["vn/t/ab"], day=DAY)
    do(changes.end, "vn/t/ab", ["vn/t/c"], day=date(2027, 1, 1))
    assert [one.code for one in tree(database, tenant, date(2026, 12, 31)).standing("vn/t/a").others] == ["vn/t/ab"]
    later = tree(database, tenant, date(2027, 1, 1))
    assert [one.code for one in later.standing("vn/t/a").others] == ["vn/t/c"]
    assert later.parents("dn/1", ADMINISTRATIVE) == ("vn/t/c",)


def test_a_unit_is_split_in_two_when_all_below_it_has_moved(database: Database, tenant: UUID, do: Do) -> None:
    before = everything(database)
    with pytest.raises(ImportFaults) as refused:
        do(changes.end, "vn/t/a", ["vn/t/ab", "vn/t/c"], day=DAY)
    assert [str(one) for one in refused.value.faults] == [
        "đơn vị “vn/t/a”: có nhiều đơn vị kế thừa mà còn 2 đơn vị trực thuộc (“dn/1”, “dn/3”); chuyển từng đơn vị "
        "sang cấp trên mới từ 01/07/2026 trước, rồi nhập lại"
    ]
    assert everything(database) == before
    do(changes.move, "dn/1", "vn/t/ab", tree=ADMINISTRATIVE, on=DAY)
    do(changes.move, "dn/3", "vn/t/c", tree=ADMINISTRATIVE, on=DAY)
    do(changes.end, "vn/t/a", ["vn/t/ab", "vn/t/c"], day=DAY)
    after = tree(database, tenant, DAY)
    assert [one.code for one in after.standing("vn/t/a").others] == ["vn/t/ab", "vn/t/c"]
    assert after.children("vn/t/c", ADMINISTRATIVE) == ("dn/3",)


@pytest.mark.parametrize("parent", ["cd/t/ab", "cd/kcn", "cd/t", "cd/tct"])
def test_a_grassroots_union_may_move_to_any_union_on_a_day(
    database: Database, tenant: UUID, do: Do, parent: str
) -> None:
    do(changes.move, "cs/1", parent, tree=UNION, on=DAY)
    assert tree(database, tenant, BEFORE).parents("cs/1", UNION) == ("cd/t/h",)
    assert tree(database, tenant, DAY).parents("cs/1", UNION) == (parent,)
    assert tree(database, tenant, DAY).parents("dn/1", UNION) == ("cs/1",)
    held = everything(database)
    do(changes.move, "cs/1", parent, tree=UNION, on=DAY)
    assert everything(database) == held
    with database.reading(tenant) as session:
        [told] = changes.history(session, tenant, "cs/1")
    assert (told.what, told.day, told.to, told.source, told.done_by) == ("moved", DAY, (parent,), "NQ 1", "chị Lan")


def test_an_enterprise_leaves_the_union_tree_and_stays_where_it_lies(database: Database, tenant: UUID, do: Do) -> None:
    do(changes.move, "dn/1", None, tree=UNION, on=DAY)
    after = tree(database, tenant, DAY)
    assert (after.parents("dn/1", UNION), after.parents("dn/1", ADMINISTRATIVE)) == ((), ("vn/t/a",))


def test_every_fault_of_a_file_is_told_and_nothing_goes_in(database: Database, tenant: UUID, succeed: Do) -> None:
    before = everything(database)
    faults = faults_of(
        lambda: succeed(
            "vn/x, vn/t/ab, 01/07/2026",
            "vn/t/a, vn/y, 01/07/2026",
            "vn/t/b, cd/t, 01/07/2026",
            "vn/t/c, vn/t/ab, 01/07/2025",
            "cd/t/h, cd/t/h, 01/07/2026",
            "dn/1, dn/2, 31/02/2026",
            "dn/2, , 01/07/2026",
            "dn/2, dn/3, 01/08/2026",
            "vn/t/h, vn/t/ab, 01/01/2026",
        )
    )
    assert faults == [
        "Dòng 2, cột “Mã đơn vị cũ”: Không có đơn vị nào mang mã “vn/x”; kiểm tra mã hoặc nhập đơn vị đó trước",
        "Dòng 3, cột “Mã đơn vị mới”: Không có đơn vị nào mang mã “vn/y”; kiểm tra mã hoặc nhập đơn vị đó trước",
        "Dòng 4, cột “Mã đơn vị mới”: “cd/t” là “công đoàn”, đơn vị cũ là “hành chính”",
        "Dòng 5, cột “Từ ngày”: chỉ có từ 01/07/2026; sửa ngày",
        "Dòng 5, cột “Mã đơn vị mới”: “vn/t/ab” không có vào ngày 01/07/2025; sửa mã hoặc ngày",
        "Dòng 6, cột “Mã đơn vị mới”: “cd/t/h” sẽ kế thừa chính nó; sửa đơn vị mới",
        "Dòng 7, cột “Từ ngày”: “31/02/2026” không có trong lịch; ghi ngày/tháng/năm, ví dụ 05/09/2026",
        "Dòng 9, cột “Mã đơn vị cũ”: “dn/2” đã có ở dòng 8 với ngày khác (01/07/2026); sửa hoặc xoá một dòng",
        "Dòng 10, cột “Mã đơn vị mới”: “vn/t/ab” không có vào ngày 01/01/2026; sửa mã hoặc ngày",
    ]
    assert everything(database) == before


def test_units_cannot_follow_each_other_in_a_circle(database: Database, tenant: UUID, do: Do, succeed: Do) -> None:
    do(changes.end, "vn/t/a", ["vn/t/b"], day=DAY)
    [fault] = faults_of(lambda: succeed("vn/t/b, vn/t/a, 01/07/2027"))[-1:]
    assert "sẽ kế thừa chính nó" in fault


def test_a_unit_that_ended_on_another_day_is_not_ended_again(database: Database, tenant: UUID, do: Do) -> None:
    do(changes.end, "vn/t/a", ["vn/t/ab"], day=DAY)
    with pytest.raises(ImportFaults, match="đã kết thúc ngày 30/06/2026, không phải 31/07/2026; sửa ngày"):
        do(changes.end, "vn/t/a", ["vn/t/ab"], day=date(2026, 8, 1))
    with pytest.raises(UnknownOrganization):
        do(changes.move, "vn/?", "vn/t/ab", tree=ADMINISTRATIVE, on=DAY)
    with pytest.raises(ImportFaults, match="không có đơn vị nào mang mã “vn/9”"):
        do(changes.move, "dn/1", "vn/9", tree=ADMINISTRATIVE, on=DAY)
    with pytest.raises(ImportFaults, match="vòng"):
        do(changes.move, "vn/t", "vn/t/b", tree=ADMINISTRATIVE, on=DAY)
    with pytest.raises(ImportFaults, match="đã kết thúc ngày 30/06/2026"):
        do(changes.move, "dn/2", "vn/t/a", tree=ADMINISTRATIVE, on=DAY)


def test_a_whole_province_ends_by_as_many_commands_as_one_commune(
    database: Database, tenant: UUID, do: Do, succeed: Do, now: datetime, count_commands: Do
) -> None:
    rows = [f"vn/t/{place}, hc, vn/t" for place in range(200)] + [
        f"dn/x{place}, dn, vn/t/{place}" for place in range(200)
    ]
    with database.writing(tenant) as session:
        organizations.import_organizations(session, tenant, organizations_csv(*rows), now=now)
    with count_commands() as few:
        succeed("vn/t/0, vn/t/ab, 01/07/2026")
    with count_commands() as many:
        succeed(*[f"vn/t/{place}, vn/t/ab, 01/07/2026" for place in range(1, 200)])
    assert len(many) == len(few)
    assert len(tree(database, tenant, DAY).children("vn/t/ab", ADMINISTRATIVE)) == 200


# ---------------------------------------------------------------- names and codes


@pytest.fixture
def tell(database: Database, tenant: UUID, do: Do, now: datetime) -> Callable[..., Any]:
    """Imports organizations, each "code, name, kind, administrative parent, from, official code"."""
    names = ["Mã", "Tên", "Loại", "Mã cấp trên hành chính", "Mã cấp trên công đoàn", "Từ ngày", "Đến ngày",
             "Mã chính thức", "Ngành", "KCN"]  # fmt: skip

    def import_it(*rows: str) -> Any:
        told = []
        for row in rows:
            code, name, kind, parent, day, official = (cell.strip() for cell in row.split(","))
            told.append(
                [code, name, kind, parent, "", day, "", official, "Dệt may" if kind == "doanh nghiệp" else "", ""]
            )
        data = csv_file(names, [dict(zip(names, row, strict=True)) for row in told])
        with database.writing(tenant) as session:
            return organizations.import_organizations(session, tenant, data, now=now)

    return import_it


def search(database: Database, tenant: UUID, words: str) -> list[str]:
    with database.reading(tenant) as session:
        return organizations.search(session, tenant, words)


def test_a_former_name_is_found_and_shown_for_its_days(database: Database, tenant: UUID, tell: Do) -> None:
    tell("vn/t/a, Xã Hoằng Cát, hành chính, vn/t/h, , 16123")
    tell("vn/t/a, Phường Hoằng Đạo, hành chính, vn/t/h, 01/07/2026, ")
    assert tree(database, tenant, BEFORE).node("vn/t/a").name == "Xã Hoằng Cát"
    assert tree(database, tenant, DAY).node("vn/t/a").name == "Phường Hoằng Đạo"
    assert tree(database, tenant, DAY).node("vn/t/a").official_code == "16123"
    for words in ("hoang cat", "HOẰNG CÁT", "Hoằng đạo", "hoang-dao", "16123"):
        assert search(database, tenant, words) == ["vn/t/a"], words
    assert search(database, tenant, "vn/t/a")[0] == "vn/t/a"
    for words in ("không có", "", "  ", "%", "x\0y", "ạ" * 10_000):
        assert search(database, tenant, words) == [], words


def test_an_official_code_is_one_units_on_a_day_in_each_tree(database: Database, tenant: UUID, tell: Do) -> None:
    tell("vn/t/a, Xã A, hành chính, vn/t/h, , 100", "dn/1, May, doanh nghiệp, vn/t/a, , 100")
    before = everything(database)
    assert faults_of(lambda: tell("vn/t/b, Xã B, hành chính, vn/t/h, , 100")) == [
        "Dòng 2, cột “Mã chính thức”: mã chính thức “100” là của “vn/t/a” và “vn/t/b” cùng lúc từ 01/01/1900; sửa mã "
        "hoặc ngày của một đơn vị"
    ]
    assert everything(database) == before
    tell("vn/t/a, Xã A, hành chính, vn/t/h, 01/07/2026, 101", "vn/t/b, Xã B, hành chính, vn/t/h, 01/07/2026, 100")
    assert tree(database, tenant, BEFORE).node("vn/t/b").official_code is None
    assert tree(database, tenant, DAY).node("vn/t/b").official_code == "100"
    assert tree(database, tenant, DAY).node("dn/1").sector == "Dệt may"


def test_a_file_without_the_new_columns_leaves_them_as_they_were(
    database: Database, tenant: UUID, tell: Do, now: datetime
) -> None:
    tell("dn/1, Đơn vị dn/1, doanh nghiệp, vn/t/a, , 0100100100")
    held = everything(database)
    with database.writing(tenant) as session:
        result = organizations.import_organizations(session, tenant, UNITS, now=now)
    assert result.changed == 1  # its grassroots union, which the row above left out
    found = tree(database, tenant, DAY).node("dn/1")
    assert (found.sector, found.official_code) == ("Dệt may", "0100100100")
    assert everything(database)["certification_organization_label"] == held["certification_organization_label"]


# ---------------------------------------------------------------- figures


def test_workers_of_merged_communes_count_once_each_on_either_side_of_the_day(world: World, now: datetime) -> None:
    rows = ["lc/a, hc, vn/lai-chau", "lc/b, hc, vn/lai-chau", "lc/ab, hc, vn/lai-chau, , 01/07/2026"]
    rows += ["dn/a, dn, lc/a, cdcs/a, 01/01/2021", "dn/b, dn, lc/b, cdcs/b, 01/01/2021"]
    with world.database.writing(world.tenant) as session:
        organizations.import_organizations(session, world.tenant, organizations_csv(*rows), now=now)
        for codes in (["dn/a"], ["dn/a"], ["dn/b"], ["dn/a", "dn/b"]):
            world.employ(session, *codes)
        for code in ("lc/a", "lc/b"):
            changes.end(session, world.tenant, code, ["lc/ab"], day=DAY, source="NQ", by="x", now=now)

    def heads(on: date) -> dict[str, int]:
        found = world.measure(on)
        return {one.code: one.headcount for one in found.organizations if one.code.startswith(("lc", "vn/lai"))}

    assert heads(BEFORE) == {"lc/a": 3, "lc/b": 2, "vn/lai-chau": 4}
    assert heads(DAY) == {"lc/ab": 4, "vn/lai-chau": 4}
    assert heads(date(2026, 12, 31)) == {"lc/ab": 4, "vn/lai-chau": 4}
