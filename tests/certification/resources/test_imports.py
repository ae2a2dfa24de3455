"""Tables that people bring in over HTTP, all by one way: tried, taken in without bad rows, given back, by branch."""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from typing import Any
from uuid import UUID

import openpyxl
import pytest

import lrs.models
from certification.access.permissions import Role
from certification.import_tables import TABLES
from certification.models import Base
from lrs.db import EVERY_TENANT, Database
from tests.certification.resources.branches import Ask, Callers, Headers, places
from tests.certification.world import World

CSV = "text/csv"

TITLE = {"Năm đánh giá": 2025, "Số quyết định": "1/QĐ", "Ngày quyết định": "20/02/2026", "Cơ quan công nhận": "UBND"}
DECLARED = {"Ngày": "30/06/2026", "Tổng số lao động": 80, "Căn cứ": "Báo cáo", "Người báo": "Lan"}
ATTESTED = {
    "Năm": 2026,
    "Điểm": 8,
    "Người xác nhận": "Tổ trưởng",
    "Ngày xác nhận": "01/11/2026",
    "Căn cứ": "họp tổ",
}
COMMITTED = {"Nội dung": "Công đoàn học tập", "Năm": 2026, "Căn cứ": "NQ 1"}
ITEM = {"Kênh": "zalo", "Ngày": "05/09/2026", "Số lượng": 2}

# Of each table: its address, a good row of Lai Châu, one of Lào Cai, and one at fault with the column at fault.
ROWS: dict[str, tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], str]] = {
    "titles": (
        "/api/titles",
        {"Mã người lao động": "NV-1", **TITLE},
        {"Mã người lao động": "NV-3", **TITLE},
        {"Mã người lao động": "NV-2", **TITLE, "Năm đánh giá": "hai nghìn"},
        "Năm đánh giá",
    ),
    "headcounts": (
        "/api/headcounts",
        {"Mã doanh nghiệp": "dn/a", **DECLARED},
        {"Mã doanh nghiệp": "dn/c", **DECLARED},
        {"Mã doanh nghiệp": "dn/b", **DECLARED, "Tổng số lao động": -1},
        "Tổng số lao động",
    ),
    "attestations": (
        "/api/attestations",
        {"Mã người lao động": "NV-1", "Chỉ số": "CS4", **ATTESTED},
        {"Mã người lao động": "NV-3", "Chỉ số": "CS4", **ATTESTED},
        {"Mã người lao động": "NV-2", "Chỉ số": "CS99", **ATTESTED},
        "Chỉ số",
    ),
    "commitments": (
        "/api/commitments",
        {"Mã đơn vị": "cdcs/a", **COMMITTED},
        {"Mã đơn vị": "cdcs/c", **COMMITTED},
        {"Mã đơn vị": "cdcs/b", **COMMITTED, "Nội dung": "gì đó"},
        "Nội dung",
    ),
    "report-contacts": (
        "/api/report-contacts",
        {"Mã đơn vị": "cdcs/a", "Họ và tên": "Lê Lan", "Điện thoại": "0912 345 678", "Thư điện tử": ""},
        {"Mã đơn vị": "cdcs/c", "Họ và tên": "Lê Hoa", "Điện thoại": "", "Thư điện tử": "hoa@example.vn"},
        {"Mã đơn vị": "cdcs/b", "Họ và tên": "Lê Mai", "Điện thoại": "số máy", "Thư điện tử": ""},
        "Điện thoại",
    ),
    "links": (
        "/api/links",
        {"Tài khoản học tập": "https://h.vn|1", "Mã người lao động": "NV-1"},
        {"Tài khoản học tập": "https://h.vn|3", "Mã người lao động": "NV-3"},
        {"Tài khoản học tập": "không phải", "Mã người lao động": "NV-2"},
        "Tài khoản học tập",
    ),
    "channel-items": (
        "/api/channel-items",
        {"Mã đơn vị": "cdcs/a", **ITEM, "Tiêu đề": "Một"},
        {"Mã đơn vị": "cdcs/c", **ITEM, "Tiêu đề": "Ba"},
        {"Mã đơn vị": "cdcs/b", **ITEM, "Tiêu đề": "Hai", "Kênh": "thư"},
        "Kênh",
    ),
}

OFFICERS = {"titles", "headcounts", "commitments", "report-contacts", "links", "channel-items"}
"""What an officer may bring in for the own branch."""

OPERATORS = {"titles", "headcounts", "attestations", "commitments", "report-contacts", "links"}


def table(*rows: dict[str, Any]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def send(ask: Ask) -> Any:
    def post(headers: Headers, path: str, *rows: dict[str, Any], expected: int = 200, **query: str) -> Any:
        sent = {"data": table(*rows), "content_type": CSV, "query_string": query}
        return ask(headers, path, expected, method="POST", **sent)

    return post


def everything(database: Database) -> dict[str, str]:
    """What every table holds, in short."""
    names = [*lrs.models.Base.metadata.tables, *Base.metadata.tables]
    with database.reading(EVERY_TENANT) as session:
        connection = session.connection()
        return {
            name: sha256(
                repr(sorted(map(str, connection.exec_driver_sql(f"SELECT * FROM {name}")))).encode()
            ).hexdigest()
            for name in names
        }


@pytest.mark.parametrize("name", ROWS)
def test_a_table_is_tried_and_taken_in_without_the_rows_at_fault(
    name: str, database: Database, people: dict[str, UUID], other_world: World, callers: Callers, send: Any
) -> None:
    path, good, _, wrong, column = ROWS[name]
    address = path if name == "channel-items" else f"{path}/file"
    headers = callers.operator if name in OPERATORS else callers.officer
    there = everything(database)
    refused = send(headers, address, good, wrong, expected=400)
    assert places(refused) == [f"row 3, {column}"]
    for dry_run in ("true", "false"):
        done = send(headers, address, good, wrong, good_rows="true", dry_run=dry_run)
        assert (done["created"], done["changed"], done["refused"]) == (1, 0, [3])
        assert [(one["row"], one["column"]) for one in done["faults"]] == [(3, column)]
        assert done["dry_run"] is (dry_run == "true")
        if dry_run == "true":
            assert {table for table, held in everything(database).items() if held != there[table]} == set()
    again = send(headers, address, good)
    assert (again["created"], again["changed"], again["unchanged"], again["faults"]) == (0, 0, 1, [])
    if name != "channel-items":
        back = openpyxl.load_workbook(io.BytesIO(send(headers, f"{path}/refused", good, wrong))).worksheets[0]
        assert [line[1:2] for line in back.values][1:] == [(str(wrong[next(iter(wrong))]),)]


@pytest.mark.parametrize("name", sorted(OFFICERS))
def test_an_officer_brings_in_what_is_of_the_branch_and_other_branches_are_not_there(
    name: str, people: dict[str, UUID], other_world: World, callers: Callers, send: Any
) -> None:
    path, good, other, *_ = ROWS[name]
    address = path if name == "channel-items" else f"{path}/file"
    nowhere = {
        key: {"NV-3": "NV-9", "dn/c": "dn/9", "cdcs/c": "cdcs/9"}.get(value, value) for key, value in other.items()
    }
    refused = send(callers.officer, address, good, other, nowhere, expected=400)
    messages = [one["message"] for one in refused["errors"] if one["message"].startswith("không có")]
    assert len(messages) == 2
    assert messages[0].replace("NV-3", "NV-9").replace("dn/c", "dn/9").replace("cdcs/c", "cdcs/9") == messages[1]
    assert send(callers.officer, address, good)["created"] == 1


def test_who_may_bring_in_what(people: dict[str, UUID], callers: Callers, send: Any, ask: Ask) -> None:
    for name, (path, good, other, *_) in ROWS.items():
        address = path if name == "channel-items" else f"{path}/file"
        expected = 200 if name == "headcounts" else 403
        send(callers.enterprise, address, good, expected=expected)
        send(callers.of(Role.AUDITOR), address, good, expected=403)
        if name == "headcounts":
            send(callers.enterprise, address, other, expected=400)
        if name not in OFFICERS:
            send(callers.officer, address, good, expected=403)
    body = {"day": "2026-06-30", "total": 5, "source": "Báo cáo", "declared_by": "Lan"}
    for enterprise, expected in (("dn/a", 200), ("dn/c", 400)):
        sent = {"enterprise": enterprise, **body}
        ask(callers.enterprise, "/api/headcounts", expected, method="POST", json=sent)
    found = ask(callers.enterprise, "/api/headcounts?on=2020-06-30")
    assert found["coverage"]["enterprises"] == 1


def test_rows_that_contradict_each_other_are_both_left_out(
    people: dict[str, UUID], callers: Callers, send: Any, world: World
) -> None:
    good = {"Mã người lao động": "NV-1", **TITLE}
    done = send(callers.operator, "/api/titles/file", good, {**good, "Số quyết định": "2/QĐ"}, good_rows="true")
    assert (done["created"], done["refused"]) == (0, [2, 3])


def test_a_link_list_hides_whose_an_account_is_in_another_branch(
    people: dict[str, UUID], callers: Callers, send: Any
) -> None:
    rows = ROWS["links"]
    send(callers.operator, "/api/links/file", rows[2])
    refused = send(callers.officer, "/api/links/file", {**rows[2], "Mã người lao động": "NV-1"}, expected=400)
    assert "đã thuộc người khác" in refused["errors"][0]["message"]
    assert "NV-3" not in str(refused)


def test_units_and_successions_come_in_whole_or_not_at_all(
    people: dict[str, UUID], other_world: World, callers: Callers, send: Any, ask: Ask
) -> None:
    headings = ("Mã", "Tên", "Loại", "Mã cấp trên hành chính", "Mã cấp trên công đoàn", "Từ ngày", "Đến ngày")
    new = dict(zip(headings, ("cdcs/d", "CĐCS D", "công đoàn cơ sở", "", "cd/lai-chau", "2026-01-01", ""), strict=True))
    assert send(callers.operator, "/api/units/file", new, dry_run="true")["created"] == 1
    ask(callers.operator, "/api/units/cdcs/d", 404)
    assert send(callers.operator, "/api/units/file", new)["created"] == 1
    ask(callers.operator, "/api/units/cdcs/d")
    ended = {"Mã đơn vị cũ": "cdcs/b", "Mã đơn vị mới": "cdcs/a", "Từ ngày": "01/10/2026", "Căn cứ": "QĐ 5"}
    wrong = {**ended, "Mã đơn vị cũ": "cdcs/9"}
    assert len(send(callers.operator, "/api/successions/file", ended, wrong, expected=400)["errors"]) == 1
    assert send(callers.operator, "/api/successions/file", ended, dry_run="true")["created"] == 1
    assert ask(callers.operator, "/api/units/cdcs/b")["unit"]["exists"]
    assert send(callers.operator, "/api/successions/file", ended)["created"] == 1
    gone = ask(callers.operator, "/api/units/cdcs/b?on=2026-10-02")["unit"]
    assert (gone["exists"], gone["in_its_place"]) == (False, ["cdcs/a"])
    for path in ("/api/units/file", "/api/successions/file"):
        send(callers.officer, path, ended, expected=403)
        send(callers.operator, path, ended, expected=400, good_rows="true")


def test_every_table_has_a_template(ask: Ask) -> None:
    for name in TABLES:
        book = openpyxl.load_workbook(io.BytesIO(ask({}, f"/api/templates/{name}.xlsx")))
        assert [cell.value for cell in book.worksheets[0][1]] == [one.heading for one in TABLES[name].columns]


def test_items_of_channels_are_listed_for_the_own_branch_in_pages(
    people: dict[str, UUID], other_world: World, callers: Callers, send: Any, ask: Ask
) -> None:
    _, mine, other, *_ = ROWS["channel-items"]
    second = {**mine, "Tiêu đề": "Hai", "Ngày": "06/09/2026"}
    send(callers.officer, "/api/channel-items", mine, second)
    send(callers.of(Role.UPPER_OFFICER, "cd/lao-cai"), "/api/channel-items", other)
    path = "/api/channel-items/list?first=2026-09-01&last=2026-09-30"
    first = ask(callers.officer, f"{path}&limit=1")
    rest = ask(callers.officer, f"{path}&limit=1&cursor={first['next']}")
    found = [*first["items"], *rest["items"]]
    assert [(one["unit"], one["title"], one["items"]) for one in found] == [("cdcs/a", "Một", 2), ("cdcs/a", "Hai", 2)]
    assert rest["next"] is None
    assert len(ask(callers.operator, path)["items"]) == 3
    assert [one["title"] for one in ask(callers.operator, f"{path}&unit=cdcs/c")["items"]] == ["Ba"]
    assert ask(callers.officer, "/api/channel-items/list?first=2026-09-06&last=2026-09-06")["items"] == rest["items"]
    assert places(ask(callers.officer, f"{path}&unit=cdcs/c", 400)) == ["unit"]
    ask(callers.enterprise, path, 403)


def test_ending_a_unit_is_tried_before_it_is_done(people: dict[str, UUID], callers: Callers, ask: Ask) -> None:
    body = {"successors": ["cdcs/a"], "on": "2026-10-01", "source": "QĐ 5"}
    tried = ask(callers.operator, "/api/units/cdcs/b/end?dry_run=true", method="POST", json=body)
    assert not tried["unit"]["exists"]
    assert ask(callers.operator, "/api/units/cdcs/b")["unit"]["exists"]
    moved = {"tree": "union", "parent": "cd/lao-cai", "on": "2026-10-01", "source": "QĐ 6"}
    tried = ask(callers.operator, "/api/units/cdcs/a/move?dry_run=true", method="POST", json=moved)
    assert tried["unit"]["parents"]["union"] == "cd/lao-cai"
    assert ask(callers.operator, "/api/units/cdcs/a")["unit"]["parents"]["union"] == "cd/lai-chau"


def test_every_fault_of_a_contact_is_told_and_the_same_again_changes_nothing(
    people: dict[str, UUID], callers: Callers, ask: Ask, send: Any
) -> None:
    row = {"Mã đơn vị": "cdcs/a", "Họ và tên": "Lê Lan", "Điện thoại": "0912 345 678", "Thư điện tử": ""}
    wrong = [
        row,
        {"Mã đơn vị": "không/có", "Họ và tên": "", "Điện thoại": "số máy", "Thư điện tử": "lan@"},
        {**row, "Họ và tên": "Lê Hoa"},
        {**row, "Mã đơn vị": "cdcs/b", "Điện thoại": " "},
    ]
    refused = send(callers.operator, "/api/report-contacts/file", *wrong, expected=400)
    assert sorted(places(refused)) == [
        "row 2, Mã đơn vị", "row 3, Họ và tên", "row 3, Mã đơn vị", "row 3, Thư điện tử", "row 3, Điện thoại",
        "row 4, Mã đơn vị", "row 5, Điện thoại",
    ]  # fmt: skip
    for told in ((1, 0, 0), (0, 0, 1)):
        done = send(callers.operator, "/api/report-contacts/file", row)
        assert (done["created"], done["changed"], done["unchanged"]) == told
    done = send(callers.officer, "/api/report-contacts/file", {**row, "Họ và tên": "Lê Hoa"})
    assert (done["created"], done["changed"], done["unchanged"]) == (0, 1, 0)
