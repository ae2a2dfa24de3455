"""A roster tried before it is taken in, taken in by its good rows, as the whole of an enterprise, with numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.models import Audience, Base, Employment, NationalNumber, UnionRole, Worker
from certification.people import audiences, identity_words, national_numbers, roster, workers
from certification.people.national_numbers import Keys
from certification.people.roster_changes import Report
from certification.people.roster_file import read_roster
from certification.spreadsheets import ImportFaults, given_back
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs.db import Database
from tests.certification.import_files import ORGANIZATIONS
from tests.certification.spreadsheets.workbooks import xlsx
from tests.conftest import PEPPER

Take = Callable[..., Report]
HEADINGS = [column.heading for column in roster.COLUMNS]
HOA = {
    "Mã người lao động": "A1",
    "Họ và tên": "Nguyễn Thị Hoa",
    "Mã doanh nghiệp": "dn/1",
    "Ngày vào làm": "01/02/2020",
}
CCCD, OTHER_CCCD = "001190000123", "001190000456"


@pytest.fixture(autouse=True)
def units(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        organizations.import_organizations(session, tenant, ORGANIZATIONS, now=now)


def file(*rows: dict[str, object]) -> bytes:
    """A CSV file with the columns that the rows have."""
    columns = [one for one in HEADINGS if any(one in row for row in rows)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def row(number: str, **cells: object) -> dict[str, object]:
    names = {
        "name": "Họ và tên", "at": "Mã doanh nghiệp", "start": "Ngày vào làm", "end": "Ngày nghỉ việc",
        "position": "Chức danh", "member": "Đoàn viên", "since": "Ngày vào công đoàn", "until": "Ngày ra công đoàn",
        "cadre": "Cán bộ công đoàn", "group": "Nhóm đối tượng", "year": "Nhóm từ năm", "cccd": "Số định danh",
        "gender": "Giới tính",
    }  # fmt: skip
    return {**HOA, "Mã người lao động": number, **{names[key]: value for key, value in cells.items()}}


@pytest.fixture
def take(database: Database, tenant: UUID, now: datetime) -> Take:
    def take_it(*rows: dict[str, object] | bytes, at: datetime = now, **options: Any) -> Report:
        data = rows[0] if isinstance(rows[0], bytes) else file(*rows)  # type: ignore[arg-type]
        told = read_roster(data, today=vietnam_day(at))
        keys = Keys.of(tenant, PEPPER)
        opened = database.reading(tenant) if options.get("dry_run") else database.writing(tenant)
        with opened as session:
            return roster.take_in(session, tenant, told, now=at, keys=keys, **options)

    return take_it


def everything(database: Database, tenant: UUID) -> dict[str, list[str]]:
    tables = ("worker", "employment", "worker_identifier", "union_role", "audience", "national_number", "stale")
    with database.reading(tenant) as session:
        found = {}
        for name in tables:
            table = Base.metadata.tables[f"certification_{name}"]
            rows = session.execute(sa.select(table).where(table.c.tenant_id == tenant))
            found[name] = sorted(map(str, rows))
        return found


def members(database: Database, tenant: UUID, on: date) -> list[str]:
    query = sa.select(UnionRole.worker_id).where(
        UnionRole.tenant_id == tenant,
        UnionRole.role == "member",
        UnionRole.started <= on,
        sa.or_(UnionRole.ended.is_(None), UnionRole.ended >= on),
    )
    with database.reading(tenant) as session:
        known = workers.known_workers(session, tenant, [f"A{n}" for n in range(9)])
        ids = set(session.scalars(query))
    return sorted(number for number, person in known.items() if person.id in ids)


def refused(attempt: Callable[[], Any]) -> list[str]:
    with pytest.raises(ImportFaults) as caught:
        attempt()
    return [str(fault) for fault in caught.value.faults]


# ---------------------------------------------------------------- tried before


def test_a_dry_run_tells_what_would_change_and_changes_nothing(database: Database, tenant: UUID, take: Take) -> None:
    take(row("A1"), row("A2", position="Thợ điện", member="x"), row("A3"))
    before = everything(database, tenant)
    rows = [
        row("A1", name="Nguyễn Thị Hoà", position="Tổ trưởng", end="30/11/2026"),
        row("A2", position="Thợ điện", start="01/02/2021", member=""),
        row("A3", position=""),
        row("A4", position="", member="x"),
        row("A3", at="dn/2", position=""),
    ]
    report = take(*rows, dry_run=True, with_changes=True)
    assert [(one.row, one.number, one.kind, one.what) for one in report.changes] == [
        (
            2, "A1", "changed",
            "đổi họ tên từ “Nguyễn Thị Hoa” thành “Nguyễn Thị Hoà”; nghỉ việc 30/11/2026; chức danh thành “Tổ trưởng”",
        ),
        (3, "A2", "changed", "ngày vào làm 01/02/2020 thành 01/02/2021; đoàn viên: từ 01/02/2020 đến 19/11/2026"),
        (5, "A4", "new", "người mới; vào làm ở dn/1 từ 01/02/2020; đoàn viên: từ 01/02/2020"),
        (6, "A3", "new", "vào làm ở dn/2 từ 01/02/2020"),
    ]  # fmt: skip
    assert (report.created, report.changed, report.unchanged) == (2, 2, 1)
    assert everything(database, tenant) == before
    done = take(*rows, with_changes=True)
    assert (done.changes, done.result) == (report.changes, report.result)
    assert take(*rows).unchanged == 5


def test_a_dry_run_tells_the_same_faults(take: Take) -> None:
    rows = [row("A1", start="31/02/2026"), row("A2", at="dn/9")]
    assert refused(lambda: take(*rows, dry_run=True)) == refused(lambda: take(*rows))


# ---------------------------------------------------------------- good rows


def test_good_rows_go_in_when_asked_and_the_others_come_back_as_a_file(
    database: Database, tenant: UUID, take: Take
) -> None:
    rows = [
        row("A1"),
        row("A2", start="31/02/2026"),
        row("A3", name="Một tên"),
        row("A3", name="Tên khác", at="dn/2"),
        row("A4", start="01/01/2021"),
        row("A4", start="01/01/2021"),
        row("A5", start="01/01/2021", end="01/01/2023"),
        row("A5", start="01/01/2022", end="01/01/2024"),
    ]
    data = file(*rows)
    assert len(refused(lambda: take(data))) == 6
    report = take(data, good_rows=True)
    assert (report.created, report.refused) == (2, (3, 4, 5, 7, 8, 9))
    assert [fault.row for fault in report.faults] == [3, 4, 5, 7, 8, 9]
    with database.reading(tenant) as session:
        assert sorted(workers.known_workers(session, tenant, [f"A{n}" for n in range(9)])) == ["A1", "A4"]
    back = given_back.as_csv(data, roster.COLUMNS, report.faults, report.refused).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(back)))[1:]
    assert [line[1] for line in lines] == ["A2", "A3", "A3", "A4", "A5", "A5"]
    with_row_5 = "trùng hoặc không khớp với dòng 5, xem lỗi ở đó; sửa hoặc xoá dòng sai"
    assert lines[1][0] == f"Dòng 4: Họ và tên: {with_row_5}", "nobody is left out without being told why"
    corrected = back.replace(",31/02/2026", ",28/02/2026").replace(",Tên khác", ",Một tên")
    left = [line for line in corrected.splitlines() if "A4" not in line and ",01/01/2023" not in line]
    corrected = "\n".join(left)
    assert take(corrected.encode()).created == 4


def test_a_row_that_many_contradict_names_the_first_of_them(take: Take) -> None:
    told = refused(lambda: take(*(row("A1", name=f"Tên {number}") for number in range(10))))
    assert told[0].startswith("Dòng 2, cột “Họ và tên”: trùng hoặc không khớp với dòng 3, 4, 5, 6, 7 và 4 dòng nữa, ")


def test_a_file_that_cannot_be_read_to_its_end_is_refused_whole(take: Take) -> None:
    data = file(row("A1")) + b'A2,"Lan,dn/1,01/01/2020\n'
    assert "dấu ngoặc kép" in refused(lambda: take(data, good_rows=True))[0]


# ---------------------------------------------------------------- who is missing


def test_whoever_is_missing_from_the_whole_of_an_enterprise_is_listed_and_ended_only_when_asked(
    database: Database, tenant: UUID, take: Take
) -> None:
    take(
        row("A1", member="x"),
        row("A2", member="x"),
        row("A3", at="dn/2", member=""),
        row("A4", end="01/01/2021", member=""),
    )
    before = everything(database, tenant)
    report = take(row("A1"), whole_of=())
    assert [(one.number, one.enterprise) for one in report.missing] == [("A2", "dn/1")]
    assert report.ended == 0
    assert everything(database, tenant) == before
    last_day = date(2026, 10, 31)
    tried = take(row("A1"), whole_of=["dn/1", "dn/2"], last_day=last_day, dry_run=True)
    assert ([one.number for one in tried.missing], tried.ended) == (["A2", "A3"], 2)
    assert everything(database, tenant) == before
    done = take(row("A1"), whole_of=["dn/1"], last_day=last_day)
    assert done.ended == 1
    assert [members(database, tenant, day) for day in (last_day, date(2026, 11, 1))] == [["A1", "A2"], ["A1"]]
    with database.reading(tenant) as session:
        assert len(workers.employments(session, tenant, date(2026, 11, 1))) == 2
    assert take(row("A1"), whole_of=["dn/1"], last_day=last_day).missing == ()


def test_who_stands_in_a_row_at_fault_is_not_missing(take: Take) -> None:
    take(row("A1"), row("A2"))
    report = take(row("A1"), row("A2", start="hôm qua"), good_rows=True, whole_of=(), last_day=date(2026, 10, 31))
    assert (report.missing, report.refused) == ((), (3,))


def test_nobody_is_ended_while_it_cannot_be_told_who_is_missing(take: Take) -> None:
    take(row("A1"), row("A2"))
    rows = [row("A1"), row("")]
    attempt = {"good_rows": True, "whole_of": (), "last_day": date(2026, 10, 31)}
    assert "không thể biết ai vắng mặt" in refused(lambda: take(*rows, **attempt))[0]
    tomorrow = {"whole_of": ["dn/9"], "last_day": date(2026, 11, 21)}
    assert len(refused(lambda: take(row("A1"), **tomorrow))) == 2


# ---------------------------------------------------------------- the union, groups


def test_whoever_joins_the_union_in_may_was_no_member_in_march(database: Database, tenant: UUID, take: Take) -> None:
    may = datetime(2026, 5, 15, 5, tzinfo=datetime.now().astimezone().tzinfo)
    take(row("A1", member=""), row("A2", member="", since=""))
    take(row("A1", member="x"), at=may)
    take(row("A2", since="15/05/2026"))
    assert members(database, tenant, date(2026, 3, 1)) == []
    assert members(database, tenant, date(2026, 5, 15)) == ["A1", "A2"]
    take(row("A1"))
    assert members(database, tenant, date(2026, 11, 1)) == ["A1", "A2"], "a file without the column says nothing of it"


def test_a_new_position_is_a_row_from_its_day_and_a_member_stays_one(
    database: Database, tenant: UUID, take: Take
) -> None:
    take(row("A1", since="15/05/2026"))
    rows = (row("A1", position="Thợ may", end="30/06/2026"), row("A1", position="Tổ trưởng", start="01/07/2026"))
    assert (taken := take(*rows)).created == taken.changed == 1
    assert take(*rows).unchanged == 2
    with database.reading(tenant) as session:
        of_tenant = sa.select(Employment.position).where(Employment.tenant_id == tenant)
        assert session.scalars(of_tenant.order_by(Employment.started)).all() == ["Thợ may", "Tổ trưởng"]
    for day in (date(2026, 5, 15), date(2026, 6, 30), date(2026, 7, 1), date(2026, 11, 1)):
        assert members(database, tenant, day) == ["A1"]
    assert members(database, tenant, date(2026, 3, 1)) == []


def employed(database: Database, tenant: UUID) -> list[tuple[Any, ...]]:
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.select(Employment.started, Employment.ended, Employment.position, UnionRole.started, UnionRole.ended)
            .join(Worker, Worker.id == Employment.worker_id)
            .outerjoin(
                UnionRole,
                sa.and_(UnionRole.worker_id == Worker.id, UnionRole.enterprise_id == Employment.enterprise_id),
            )
            .where(Employment.tenant_id == tenant, Worker.number == "A1")
        )
        return sorted(tuple(str(cell) for cell in one) for one in rows)


@pytest.mark.parametrize("member", [None, "x"], ids=["silent of the union", "says member"])
def test_the_order_of_two_rows_of_one_worker_changes_nothing(
    database: Database, tenant: UUID, take: Take, member: str | None
) -> None:
    says = {} if member is None else {"member": member}
    if member is None:
        take(row("A1", since="15/05/2020"))
    rows = [
        row("A1", position="Thợ may", end="30/06/2026", **says),
        row("A1", position="Tổ trưởng", start="01/07/2026", end="30/09/2026", **says),
        row("A1", position="Chuyền trưởng", start="01/10/2026", **says),
    ]
    take(*reversed(rows))
    found = employed(database, tenant)
    assert list(dict.fromkeys(one[2] for one in found)) == ["Thợ may", "Tổ trưởng", "Chuyền trưởng"]
    assert take(*rows).unchanged == take(rows[1], rows[2], rows[0]).unchanged == 3
    assert employed(database, tenant) == found
    for day in (date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 1)):
        assert members(database, tenant, day) == ["A1"]
    rows = [
        {**rows[0], "Ngày nghỉ việc": "31/05/2026"},
        {**rows[1], "Ngày vào làm": "01/06/2026", "Ngày nghỉ việc": "31/10/2026"},
        {**rows[2], "Ngày vào làm": "01/11/2026"},
    ]
    take(*reversed(rows))
    for day in (date(2026, 5, 31), date(2026, 6, 15), date(2026, 10, 15), date(2026, 11, 1)):
        assert members(database, tenant, day) == ["A1"], "the days of the positions were corrected, no membership ended"


def test_two_positions_on_one_day_are_refused_in_either_order(take: Take) -> None:
    ends, begins = row("A1", end="01/07/2026"), row("A1", position="Tổ trưởng", start="01/07/2026")
    twice = "người lao động “A1” đã có ở dòng 2 trong cùng doanh nghiệp và cùng thời gian"
    both = f"Dòng 3, cột “Mã người lao động”: {twice}: cả hai dòng có ngày 01/07/2026; ghi ngày nghỉ việc ở dòng"
    partner = "Dòng 2, cột “Mã người lao động”: trùng hoặc không khớp với dòng 3, xem lỗi ở đó; sửa hoặc xoá dòng sai"
    assert refused(lambda: take(ends, begins)) == [partner, f"{both} 2 là 30/06/2026"]
    assert refused(lambda: take(begins, ends)) == [partner, f"{both} 3 là 30/06/2026"]
    again = f"Dòng 3, cột “Mã người lao động”: {twice}; xoá một dòng, hoặc ghi ngày nghỉ việc của lần làm trước"
    other = row("A1", position="Thợ may", start="01/07/2026")
    assert refused(lambda: take(other, begins)) == refused(lambda: take(begins, other)) == [partner, again]


def test_days_of_membership_outside_the_employment_and_contradictions_are_told(take: Take) -> None:
    assert refused(
        lambda: take(
            row("A1", since="01/01/2019"),
            row("A2", member="không", since="01/01/2021"),
            row("A3", since="01/01/2022", until="01/01/2021"),
            row("A4", year="2026", group=""),
            row("A5", start="01/01/1900"),
            row("A6", end="01/01/2100"),
        )
    ) == [
        "Dòng 2, cột “Ngày vào công đoàn”: 01/01/2019 ngoài thời gian làm việc; sửa ngày, hoặc sửa ngày vào làm, nghỉ "
        "việc",
        "Dòng 3, cột “Đoàn viên”: ghi “không” mà có ngày ở cột “Ngày vào công đoàn” hoặc “Ngày ra công đoàn”; ghi "
        "“có”, hoặc xoá ngày",
        "Dòng 4, cột “Ngày ra công đoàn”: 01/01/2021 trước ngày 01/01/2022; sửa một trong hai ngày",
        "Dòng 5, cột “Nhóm từ năm”: có năm mà không có nhóm đối tượng; ghi nhóm, hoặc xoá năm",
        "Dòng 6, cột “Ngày vào làm”: 01/01/1900 đã quá 80 năm; kiểm tra lại năm",
        "Dòng 7, cột “Ngày nghỉ việc”: 01/01/2100 còn hơn 10 năm nữa; kiểm tra lại năm",
    ]


def test_a_group_holds_from_its_year_on(database: Database, tenant: UUID, take: Take) -> None:
    take(row("A1"))
    manager = {"group": "Cán bộ công nhân viên, doanh nhân", "year": "2026"}
    assert take(row("A1", **manager)).changed == 1
    assert take(row("A1", **manager)).unchanged == 1
    take(row("A1", group="người lao động", year="2028"))
    with database.reading(tenant) as session:
        person = workers.find(session, tenant, "A1").id
        found = [audiences.of(session, tenant, [person], year)[person] for year in (2025, 2026, 2027, 2028)]
    assert found == ["can-bo-doanh-nhan", "can-bo-doanh-nhan", "can-bo-doanh-nhan", "nguoi-lao-dong"]
    take(row("A1"))
    with database.reading(tenant) as session:
        assert session.scalar(sa.select(sa.func.count()).where(Audience.tenant_id == tenant)) == 2


# ---------------------------------------------------------------- national numbers


def test_of_a_national_number_only_a_hash_is_kept_and_doubles_are_found(
    database: Database, tenant: UUID, take: Take
) -> None:
    report = take(
        row("A1", cccd=CCCD), row("A2", cccd=" 001.190.000.123 "), row("A3", cccd="123456789"), row("A4", cccd="")
    )
    assert report.notes == ["Dòng 3: số định danh …123 của mã “A2” trùng với mã “A1”; kiểm tra kỹ"]
    with database.reading(tenant) as session:
        kept = session.execute(sa.select(NationalNumber).where(NationalNumber.tenant_id == tenant)).scalars().all()
        [double] = national_numbers.doubles(session, tenant)
    assert len(kept) == 3
    assert all(one.sealed is None and CCCD not in str(vars(one)) for one in kept)
    assert {double.number, double.other_number} == {"A1", "A2"}
    assert (double.kind, double.ending) == ("cccd", "123")
    assert take(row("A1", cccd=CCCD)).unchanged == 1
    changed = take(row("A1", cccd=OTHER_CCCD))
    assert changed.notes == ["Dòng 2: mã “A1” đổi số định danh thành …456; kiểm tra cùng một người"]
    with database.reading(tenant) as session:
        assert national_numbers.doubles(session, tenant) == []


def test_another_tenant_or_secret_gives_another_hash(tenant: UUID, other_tenant: UUID) -> None:
    number = national_numbers.check(CCCD)
    made = {Keys.of(each, secret).digest(number) for each in (tenant, other_tenant) for secret in (PEPPER, b"other")}
    assert len(made) == 4


def test_a_number_is_kept_encrypted_only_where_the_tenant_asked(database: Database, tenant: UUID, take: Take) -> None:
    keys = Keys.of(tenant, PEPPER)
    take(row("A1", cccd=CCCD))
    with database.writing(tenant) as session:
        person = workers.find(session, tenant, "A1").id
        assert national_numbers.opened(session, tenant, person, keys) == {}
        national_numbers.set_sealing(session, tenant, on=True)
    assert take(row("A1", cccd=CCCD)).changed == 1
    with database.reading(tenant) as session:
        assert national_numbers.opened(session, tenant, person, keys) == {"cccd": CCCD}
        assert national_numbers.opened(session, tenant, person, Keys.of(tenant, b"other")) == {}
    with database.writing(tenant) as session:
        assert national_numbers.set_sealing(session, tenant, on=False) == 1
        assert national_numbers.opened(session, tenant, person, keys) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1190000123", "số …123 có 10 chữ số, có lẽ đã mất số 0 ở đầu"),
        ("1.19E+09", "bảng tính đã làm tròn số định danh"),
        ("00119000012A", "có ký tự không phải chữ số"),
        ("0011900001234", "số …234 có 13 chữ số"),
        ("003190000123", "số …123 bắt đầu bằng mã tỉnh không có thật"),
        ("001990000123", "số …123 có chữ số thứ tư"),
        ("111111111", "số …111 không phải là số CMND"),
    ],
)
def test_what_is_no_national_number_is_told_without_repeating_it(take: Take, text: str, words: str) -> None:
    [fault] = refused(lambda: take(row("A1", cccd=text)))
    assert words in fault
    assert text not in fault


@pytest.mark.parametrize("number", ["../../../dang-xuat", "..", "a/./b", "a//b", "/a", "a/"])
def test_a_number_that_would_lead_a_browser_to_another_page_is_refused(take: Take, number: str) -> None:
    with pytest.raises(ImportFaults) as refused:
        take(row(number), row("a.1/b-2"))
    assert [(one.row, one.column) for one in refused.value.faults] == [(2, "Mã người lao động")]
    assert identity_words.new_worker_faults(number, "Lan")


def test_two_numbers_of_one_person_in_a_file_are_told_by_their_ends(take: Take) -> None:
    rows = [row("A1", cccd=CCCD), row("A1", cccd=OTHER_CCCD, at="dn/2")]
    [_partner, fault] = refused(lambda: take(*rows))
    assert fault == "Dòng 3, cột “Số định danh”: dòng 2 ghi số …123 cho cùng mã “A1”; sửa cho khớp"
    told = read_roster(file(*rows[:1]), today=date(2026, 11, 20))
    assert CCCD not in repr(told.entries), "nor would a log tell it"


# ---------------------------------------------------------------- kinds of files


def test_a_workbook_says_the_same_as_csv(database: Database, tenant: UUID, take: Take) -> None:
    take(
        xlsx(
            ["ma nguoi lao dong", "HỌ VÀ TÊN", "Enterprise", "Ngày vào làm", "Số CCCD", "Đoàn viên"],
            ["A1", "Nguyễn Thị Hoa", "dn/1", date(2020, 2, 1), 1190000123, True],
            [7, "Lò Văn Páo", "dn/2", "01/03/2024", None, None],
            formats={4: "000000000000"},
        )
    )
    assert take(row("A1", cccd=CCCD, member="x")).unchanged == 1
    assert take(row("7", name="Lò Văn Páo", at="dn/2", start="01/03/2024")).unchanged == 1


def test_very_many_rows_of_one_person_are_told_in_no_time(take: Take) -> None:
    rows = file(*[row("A1") for _ in range(3000)])
    assert len(refused(lambda: take(rows))) == 2999
