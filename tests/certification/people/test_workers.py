"""The roster comes in whole or not at all, Actors are linked to workers, and whoever changed is judged again."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from hashlib import sha1
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.evidence import feed
from certification.models import Base, Stale, WorkerIdentifier
from certification.people import identifiers, linking, roster, workers
from certification.people.linking import IdentifierTaken
from certification.people.workers import UnknownWorker
from certification.spreadsheets import ImportResult
from certification.units import organizations
from lrs import api, tenants
from lrs.db import EVERY_TENANT, NOBODY, Database
from tests.certification import learning
from tests.certification.import_files import ORGANIZATIONS, faults_of, organizations_csv, roster_csv
from tests.conftest import PEPPER

Import = Callable[..., ImportResult]


@pytest.fixture(autouse=True)
def imported(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    """The usual organizations in both tenants, and one worker in the other."""
    for each in (tenant, other_tenant):
        with database.writing(each) as session:
            organizations.import_organizations(session, each, ORGANIZATIONS, now=now)
    other = roster_csv({"Mã người lao động": "A1", "Họ và tên": "Người khác", "Tài khoản học tập": "https://h|x1"})
    with database.writing(other_tenant) as session:
        roster.import_roster(session, other_tenant, other, now=now)


@pytest.fixture
def import_rows(database: Database, tenant: UUID, now: datetime) -> Import:
    def import_it(*rows: dict[str, object]) -> ImportResult:
        with database.writing(tenant) as session:
            return roster.import_roster(session, tenant, roster_csv(*rows), now=now)

    return import_it


def row(number: str, **cells: object) -> dict[str, object]:
    names = {
        "name": "Họ và tên",
        "gender": "Giới tính",
        "at": "Mã doanh nghiệp",
        "start": "Ngày vào làm",
        "end": "Ngày nghỉ việc",
        "position": "Chức danh",
        "member": "Đoàn viên",
        "cadre": "Cán bộ công đoàn",
        "accounts": "Tài khoản học tập",
    }
    return {"Mã người lao động": number, **{names[key]: value for key, value in cells.items()}}


def everything(database: Database) -> dict[str, list[str]]:
    tables = ("worker", "employment", "worker_identifier", "stale", "fact", "waiting_statement")
    with database.reading(EVERY_TENANT) as session:
        return {
            name: sorted(map(str, session.execute(sa.select(Base.metadata.tables[f"certification_{name}"]))))
            for name in tables
        }


def employed(database: Database, tenant: UUID, on: date) -> list[tuple[str, str, bool]]:
    """(worker's number, enterprise's code, union cadre) of everyone employed on a day."""
    with database.reading(tenant) as session:
        tree = organizations.tree(session, tenant, on)
        numbers = {
            person.id: person.number
            for person in workers.known_workers(session, tenant, [f"A{n}" for n in range(10)]).values()
        }
        found = workers.employments(session, tenant, on)
    return sorted((numbers[one.worker_id], tree.by_id[one.enterprise_id].code, one.union_cadre) for one in found)


# ---------------------------------------------------------------- the roster


def test_a_roster_makes_workers_employments_and_links(database: Database, tenant: UUID, import_rows: Import) -> None:
    name = unicodedata.normalize("NFD", "Lò Thị Sến")
    result = import_rows(
        row("A1", name=name, gender="NỮ", member="x", cadre="Có", accounts="https://hoc.example.org|a1 mailto:a@h.vn"),
        row("A2", gender="nam", at="dn/2", start="2026-03-01", end="2026-06-30", position="Thợ điện"),
    )
    assert result == ImportResult(created=2, changed=0, unchanged=0)
    with database.reading(tenant) as session:
        person = workers.find(session, tenant, "A1")
        links = session.scalars(sa.select(WorkerIdentifier.ifi).where(WorkerIdentifier.worker_id == person.id)).all()
    assert (person.full_name, person.gender) == ("Lò Thị Sến", "female")
    assert sorted(links) == ["account https://hoc.example.org|a1", "mbox mailto:a@h.vn"]
    assert employed(database, tenant, date(2026, 3, 1)) == [("A1", "dn/1", True), ("A2", "dn/2", False)]


def test_an_employment_holds_on_its_first_and_its_last_day(
    database: Database, tenant: UUID, import_rows: Import
) -> None:
    import_rows(row("A1", start="02/01/2026", end="30/06/2026"))
    days = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 6, 30), date(2026, 7, 1)]
    assert [len(employed(database, tenant, day)) for day in days] == [0, 1, 1, 0]


def test_a_formula_in_a_name_is_only_text(database: Database, tenant: UUID, import_rows: Import) -> None:
    import_rows(row("A1", name="=1+1"))
    with database.reading(tenant) as session:
        assert workers.find(session, tenant, "A1").full_name == "=1+1"


def test_the_same_roster_twice_changes_nothing(database: Database, tenant: UUID, import_rows: Import) -> None:
    rows = [
        row("A1", gender="Nữ", accounts="https://h|a1"),
        row("A2", end="31/12/2025"),
        row("A2", start="01/06/2026"),
        row("A3", at="dn/2"),
        row("A3", at="dn/1"),
    ]
    assert import_rows(*rows) == ImportResult(created=5, changed=0, unchanged=0)
    before = everything(database)
    assert import_rows(*rows) == ImportResult(created=0, changed=0, unchanged=5)
    assert everything(database) == before


def test_a_later_roster_ends_corrects_and_adds(database: Database, tenant: UUID, import_rows: Import) -> None:
    import_rows(row("A1"), row("A2", start="01/01/2020"), row("A3"))
    result = import_rows(
        row("A1", end="31/03/2026"),
        row("A2", start="01/01/2021", cadre="x", member="x"),
        row("A3"),
        row("A4"),
    )
    assert (result.created, result.changed, result.unchanged) == (1, 2, 1)
    assert employed(database, tenant, date(2020, 6, 1)) == [
        ("A1", "dn/1", False),
        ("A3", "dn/1", False),
        ("A4", "dn/1", False),
    ]
    for day, is_cadre in ((date(2026, 4, 1), False), (date(2026, 11, 20), True)):
        assert employed(database, tenant, day) == [
            ("A2", "dn/1", is_cadre),
            ("A3", "dn/1", False),
            ("A4", "dn/1", False),
        ]


def test_a_changed_name_is_taken_and_told(database: Database, tenant: UUID, import_rows: Import) -> None:
    import_rows(row("A1", name="Nguyễn Thị Hoà"))
    result = import_rows(row("A1", name="Nguyễn Thị Hòa"))
    assert result.notes == (
        "Dòng 2: mã “A1” đổi họ tên từ “Nguyễn Thị Hoà” thành “Nguyễn Thị Hòa”; kiểm tra cùng một người",
    )
    with database.reading(tenant) as session:
        assert workers.find(session, tenant, "A1").full_name == "Nguyễn Thị Hòa"


def test_who_is_not_in_the_file_stays_as_is(database: Database, tenant: UUID, import_rows: Import) -> None:
    import_rows(row("A1"), row("A2"))
    import_rows(row("A2", end="31/01/2026"))
    assert employed(database, tenant, date(2026, 2, 1)) == [("A1", "dn/1", False)]


def test_every_fault_is_named_by_row_and_column_and_nothing_goes_in(
    database: Database, tenant: UUID, import_rows: Import
) -> None:
    import_rows(row("A9", accounts="https://h|a9"))
    before = everything(database)
    faults = faults_of(
        lambda: import_rows(
            row("A1", start="31/02/2026"),
            row("A2", at="dn/9"),
            row("A3", end="31/01/2020"),
            row("A4", gender="gái"),
            row("A5", member="chắc là có"),
            row("", name=""),
            row("A6", accounts="hoc.example.org/a6 mailto:a6"),
            row("A7"),
            row("A7", start="05/05/2021"),
            row("A8", name="Trần Văn Ba"),
            row("A8", name="Trần Văn Bốn", at="dn/2"),
            row("B1", accounts="https://h|b"),
            row("B2", accounts="https://h|b"),
            row("B3", accounts="https://h|a9"),
            row("B4", at="vn/a"),
            row("B5", gender="Nữ"),
            row("B5", gender="Nam", at="dn/2"),
            row("B6", start=""),
            row("A8", name="Trần Văn Năm", start="", accounts="https://h|b"),
        )
    )
    account = "ghi “trang chủ|tên tài khoản” (https://hoc.example.org|nv001) hoặc “mailto:địa-chỉ-thư”"
    assert faults == [
        "Dòng 2, cột “Ngày vào làm”: “31/02/2026” không có trong lịch; ghi ngày/tháng/năm, ví dụ 05/09/2026",
        "Dòng 3, cột “Mã doanh nghiệp”: không có doanh nghiệp nào mang mã “dn/9”; sửa mã, hoặc nhập đơn vị đó trước",
        "Dòng 4, cột “Ngày nghỉ việc”: 31/01/2020 trước ngày vào làm 01/02/2020; sửa một trong hai ngày",
        "Dòng 5, cột “Giới tính”: “gái” không hiểu được; ghi một trong các giá trị: “nữ”, “nam”, để trống",
        "Dòng 6, cột “Đoàn viên”: “chắc là có” không hiểu được; ghi một trong các giá trị: “có”, “x”, “1”, “không”, "
        "“0”, để trống",
        "Dòng 7, cột “Mã người lao động”: ô trống; ghi giá trị vào ô này",
        "Dòng 7, cột “Họ và tên”: ô trống; ghi giá trị vào ô này",
        f"Dòng 8, cột “Tài khoản học tập”: “hoc.example.org/a6” không phải tài khoản học tập; {account}",
        f"Dòng 8, cột “Tài khoản học tập”: “mailto:a6” không phải tài khoản học tập; {account}",
        "Dòng 9, cột “Mã người lao động”: trùng hoặc không khớp với dòng 10, xem lỗi ở đó; sửa hoặc xoá dòng sai",
        "Dòng 10, cột “Mã người lao động”: người lao động “A7” đã có ở dòng 9 trong cùng doanh nghiệp và cùng thời "
        "gian; xoá một dòng, hoặc ghi ngày nghỉ việc của lần làm trước",
        "Dòng 11, cột “Họ và tên”: trùng hoặc không khớp với dòng 12, 20, xem lỗi ở đó; sửa hoặc xoá dòng sai",
        "Dòng 12, cột “Họ và tên”: mã “A8” ở dòng 11 là “Trần Văn Ba”, ở đây là “Trần Văn Bốn”; mỗi mã chỉ của một "
        "người, sửa mã hoặc họ tên",
        "Dòng 13, cột “Tài khoản học tập”: trùng hoặc không khớp với dòng 14, 20, xem lỗi ở đó; sửa hoặc xoá dòng sai",
        "Dòng 14, cột “Tài khoản học tập”: tài khoản “account https://h|b” đã ghi cho “B1” ở dòng 13; xoá ở một dòng",
        "Dòng 15, cột “Tài khoản học tập”: tài khoản “account https://h|a9” đã thuộc người lao động “A9” trong hệ "
        "thống; kiểm tra lại",
        "Dòng 16, cột “Mã doanh nghiệp”: không có doanh nghiệp nào mang mã “vn/a”; sửa mã, hoặc nhập đơn vị đó trước",
        "Dòng 17, cột “Giới tính”: trùng hoặc không khớp với dòng 18, xem lỗi ở đó; sửa hoặc xoá dòng sai",
        "Dòng 18, cột “Giới tính”: dòng 17 ghi “nữ” cho cùng mã “B5”; sửa cho khớp",
        "Dòng 19, cột “Ngày vào làm”: ô trống; ghi giá trị vào ô này",
        "Dòng 20, cột “Ngày vào làm”: ô trống; ghi giá trị vào ô này",
        "Dòng 20, cột “Họ và tên”: mã “A8” ở dòng 11 là “Trần Văn Ba”, ở đây là “Trần Văn Năm”; mỗi mã chỉ của một "
        "người, sửa mã hoặc họ tên",
        "Dòng 20, cột “Tài khoản học tập”: tài khoản “account https://h|b” đã ghi cho “B1” ở dòng 13; xoá ở một dòng",
    ]
    assert everything(database) == before


def test_starting_after_the_enterprise_ended_is_refused(
    database: Database, tenant: UUID, import_rows: Import, now: datetime
) -> None:
    with database.writing(tenant) as session:
        ended = organizations_csv("dn/3, dn, vn/a, , , 31/12/2024")
        organizations.import_organizations(session, tenant, ended, now=now)
    assert faults_of(lambda: import_rows(row("A1", at="dn/3", start="01/01/2025"))) == [
        "Dòng 2, cột “Ngày vào làm”: doanh nghiệp “dn/3” đã kết thúc ngày 31/12/2024; sửa ngày hoặc mã doanh nghiệp"
    ]


def test_tenants_may_use_the_same_numbers_and_accounts(
    database: Database, tenant: UUID, other_tenant: UUID, import_rows: Import
) -> None:
    import_rows(row("A1", name="Lan", accounts="https://h|x1"))
    found = []
    for each in (tenant, other_tenant):
        with database.reading(each) as session:
            found.append(workers.find(session, each, "A1"))
    mine, theirs = found
    assert (mine.full_name, theirs.full_name) == ("Lan", "Người khác")
    assert mine.id != theirs.id


def test_whoever_changed_is_to_be_judged_again_for_the_present_year(
    database: Database, tenant: UUID, import_rows: Import
) -> None:
    import_rows(row("A1"), row("A2"))
    learning.settle(database, tenant)
    import_rows(row("A1"), row("A2", position="Tổ trưởng"), row("A3"))
    with database.reading(tenant) as session:
        known = workers.known_workers(session, tenant, ["A1", "A2", "A3"])
    assert set(learning.stale_marks(database, tenant)) == {(known["A2"].id, 2026), (known["A3"].id, 2026)}


def test_two_thousand_rows_go_in_by_as_many_commands_as_thirty(
    tenant: UUID, import_rows: Import, count_commands: Callable[[], Any]
) -> None:
    def rows(first: int, last: int) -> list[dict[str, object]]:
        return [row(f"N{number}", accounts=f"https://h|{number}") for number in range(first, last)]

    with count_commands() as few:
        import_rows(*rows(0, 30))
    with count_commands() as many:
        assert import_rows(*rows(30, 2030)).created == 2000
    assert len(many) == len(few) < 20
    with count_commands() as again:
        assert import_rows(*rows(30, 2030)).unchanged == 2000
    assert len(again) < 12


def test_two_imports_of_one_roster_at_once_make_each_worker_once(
    database: Database, tenant: UUID, import_rows: Import
) -> None:
    rows = [row(f"N{number}", accounts=f"https://h|{number}") for number in range(300)]
    with ThreadPoolExecutor(4) as pool:
        results = [future.result() for future in [pool.submit(import_rows, *rows) for _ in range(4)]]
    assert sorted(result.created for result in results) == [0, 0, 0, 300]
    with database.reading(tenant) as session:
        assert len(workers.ids(session, tenant)) == 300


# ---------------------------------------------------------------- Actors


@pytest.fixture
def waiting(database: Database, tenant: UUID, identity: api.Identity, now: datetime) -> None:
    """Two Statements of nam and one of mai, whom nobody knows."""
    learning.load_rules(database, tenant, now=now)
    statements = [learning.statement(name) for name in ("nam", "mai", "nam")]
    learning.store(database, identity, *statements)
    feed.follow(database, tenant, now=now)


def test_unknown_actors_are_listed_with_their_statements_most_first(
    database: Database, tenant: UUID, other_tenant: UUID, waiting: None
) -> None:
    with database.reading(tenant) as session:
        found = linking.unknown_actors(session, tenant)
    with database.reading(other_tenant) as session:
        assert linking.unknown_actors(session, other_tenant) == []
    assert [(one.ifi, one.statements) for one in found] == [(learning.ifi("nam"), 2), (learning.ifi("mai"), 1)]
    assert all(one.first_seen.tzinfo is not None for one in found)


def test_a_link_turns_waiting_statements_into_facts_and_asks_for_judging(
    database: Database, tenant: UUID, waiting: None, import_rows: Import, now: datetime
) -> None:
    import_rows(row("A1"))
    learning.settle(database, tenant)
    with database.writing(tenant) as session:
        assert linking.link(session, tenant, learning.ifi("nam"), "A1", by="Chị Lan, LĐLĐ", now=now) == 2
    assert {one[0] for one in learning.waiting(database, tenant)} == {learning.ifi("mai")}
    assert {fact[2] for fact in learning.facts(database, tenant)} == {"law-labour", "learning"}
    with database.reading(tenant) as session:
        person = workers.find(session, tenant, "A1")
        linked_by = session.scalar(sa.select(WorkerIdentifier.linked_by).where(WorkerIdentifier.worker_id == person.id))
    assert linked_by == "Chị Lan, LĐLĐ"
    assert set(learning.stale_marks(database, tenant)) == {(person.id, 2026)}
    before = everything(database)
    with database.writing(tenant) as session:
        assert linking.link(session, tenant, "https://hoc.example.org|nam", "A1", by="ai đó", now=now) == 0
    assert everything(database) == before


def test_a_roster_links_actors_and_releases_what_waited(
    database: Database, tenant: UUID, waiting: None, import_rows: Import
) -> None:
    result = import_rows(row("A1"), row("A2", accounts="https://hoc.example.org|mai"))
    assert result.created == 2
    assert {one[0] for one in learning.waiting(database, tenant)} == {learning.ifi("nam")}
    assert {fact[0] for fact in learning.facts(database, tenant)} == {"A2"}
    assert import_rows(row("A1", accounts="https://hoc.example.org|nam")).changed == 1
    assert learning.waiting(database, tenant) == set()


MAIL = "mailto:nam@example.org"
HASH = sha1(MAIL.encode(), usedforsecurity=False).hexdigest()


def opaque(tenant: UUID) -> Callable[[str], str | None]:
    return partial(api.opaque_account, tenant=tenant, secret=PEPPER)


def post(database: Database, tenant: UUID, header: str, now: datetime, *actors: dict[str, Any]) -> None:
    with database.reading(NOBODY) as session:
        who = api.identify(session, header, pepper=PEPPER, now=now)
    learning.store(database, who, *map(learning.statement, actors))
    feed.follow(database, tenant, now=now)


def test_who_is_on_the_roster_by_mail_is_found_when_platforms_post_that_mail_and_it_is_replaced(
    database: Database, tenant: UUID, waiting: None, credential: Callable[..., str], import_rows: Import, now: datetime
) -> None:
    header = credential(tenant)
    post(database, tenant, header, now, {"mbox": MAIL})
    with database.writing(NOBODY) as session:
        tenants.set_opaque_accounts(session, tenant, True, now=now)
    post(database, tenant, header, now, {"mbox": MAIL, "name": "Nam"}, {"mbox_sha1sum": HASH})
    assert len(learning.waiting(database, tenant)) == 6
    told = roster_csv(row("A1", accounts=f"{MAIL} https://hoc.example.org|nam"))
    with database.writing(tenant) as session:
        assert roster.import_roster(session, tenant, told, now=now, opaque=opaque(tenant)).created == 1
        assert roster.import_roster(session, tenant, told, now=now, opaque=opaque(tenant)).unchanged == 1
    assert {one[0] for one in learning.waiting(database, tenant)} == {learning.ifi("mai")}
    assert len(learning.told(database, tenant)) == 5
    post(database, tenant, header, now, {"mbox": MAIL})
    assert len(learning.told(database, tenant)) == 6


def test_a_link_by_mail_holds_for_the_opaque_account_too(
    database: Database, tenant: UUID, waiting: None, credential: Callable[..., str], import_rows: Import, now: datetime
) -> None:
    import_rows(row("A1"), row("A2"))
    with database.writing(NOBODY) as session:
        tenants.set_opaque_accounts(session, tenant, True, now=now)
    post(database, tenant, credential(tenant), now, {"mbox": MAIL})
    with database.writing(tenant) as session:
        assert linking.link(session, tenant, MAIL, "A1", by="x", now=now, opaque=opaque(tenant)) == 1
        assert linking.link(session, tenant, MAIL, "A1", by="x", now=now, opaque=opaque(tenant)) == 0
        assert linking.link(session, tenant, f"mbox_sha1sum {HASH}", "A1", by="x", now=now, opaque=opaque(tenant)) == 0
        with pytest.raises(IdentifierTaken):
            linking.link(session, tenant, f"mbox_sha1sum {HASH.upper()}", "A2", by="x", now=now, opaque=opaque(tenant))
        stands_for = identifiers.kept_as(f"mbox {MAIL}", opaque(tenant))
        assert len(linking.links(session, tenant, stands_for)) == 2
        assert linking.forget_actor(session, tenant, MAIL, opaque=opaque(tenant)) == (True, 0)
        assert linking.links(session, tenant, stands_for) == []


def test_one_mail_of_two_workers_is_a_fault_of_each_however_it_is_written(
    database: Database, tenant: UUID, now: datetime
) -> None:
    def take_in(*rows: dict[str, object]) -> ImportResult:
        with database.writing(tenant) as session:
            return roster.import_roster(session, tenant, roster_csv(*rows), now=now, opaque=opaque(tenant))

    assert len(faults_of(lambda: take_in(row("A1", accounts=MAIL), row("A2", accounts=MAIL)))) == 2
    hashed = row("A2", accounts=f"mbox_sha1sum {HASH}")
    assert len(faults_of(lambda: take_in(row("A1", accounts=MAIL), hashed))) == 2
    assert take_in(row("A1", accounts=f"{MAIL} mbox_sha1sum {HASH}")).created == 1
    assert len(faults_of(lambda: take_in(hashed))) == 1


def test_an_actor_cannot_be_linked_to_a_second_worker(
    database: Database, tenant: UUID, import_rows: Import, now: datetime
) -> None:
    import_rows(row("A1", accounts="https://h|a"), row("A2"))
    before = everything(database)
    words = r"Tài khoản “account https://h\|a” đã thuộc người lao động “A1”; một tài khoản chỉ của một người"
    with pytest.raises(IdentifierTaken, match=words), database.writing(tenant) as session:
        linking.link(session, tenant, "https://h|a", "A2", by="ai đó", now=now)
    assert everything(database) == before


def test_an_actor_cannot_be_linked_to_a_worker_of_another_tenant(
    database: Database, tenant: UUID, now: datetime
) -> None:
    words = "Không có người lao động nào mang mã “A1”; kiểm tra mã hoặc nhập danh sách trước"
    with pytest.raises(UnknownWorker, match=words), database.writing(tenant) as session:
        linking.link(session, tenant, "https://h|a", "A1", by="ai đó", now=now)


def test_marking_twice_gives_a_new_mark(database: Database, tenant: UUID, import_rows: Import, now: datetime) -> None:
    import_rows(row("A1"))
    [first] = learning.stale_marks(database, tenant).values()
    import_rows(row("A1", position="Tổ trưởng"))
    [second] = learning.stale_marks(database, tenant).values()
    assert first != second
    with database.reading(tenant) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Stale).where(Stale.tenant_id == tenant)) == 1
