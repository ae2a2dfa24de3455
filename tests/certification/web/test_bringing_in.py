"""Files brought in on pages: checked, taken in, undone; worked on beside the request, and begun anew after a death."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from certification.access.permissions import Role
from certification.acts import chain
from certification.evidence import attendance_lists
from certification.models import Account, Employment, FileImport, Organization, UnionRole, Worker
from certification.people import file_imports
from certification.units import changes
from certification.web.frame import bringing_in
from lrs.db import Database
from tests.certification.access.people import account, give
from tests.certification.web.published import ROSTER_HEADINGS, publish
from tests.certification.web.visitor import ORIGIN, Visitor, hidden_fields
from tests.conftest import PEPPER

GOOD = "N1;Lê Thị Một;nữ;dn/a;02/03/2026;;Thợ;có;không;"
BAD = "N2;Lê Thị Hai;nữ;dn/a;31/02/2026;;Thợ;có;không;"
AT = {"dn": "/doanh-nghiep/danh-sach", "cs": "/nhap-danh-sach"}


class Desk:
    def __init__(self, database: Database, tenant: UUID, app: Flask, now: datetime) -> None:
        self.database, self.tenant, self.app, self.now = database, tenant, app, now

    def sits(self, name: str) -> Visitor:
        visitor = Visitor(self.app.test_client())
        visitor.sign_in(name)
        return visitor

    def send(self, visitor: Visitor, at: str, *rows: str, do: str = "kiem-tra", **fields: str) -> str:
        """Sends a file; gives the address of what became of it."""
        data = "\n".join([ROSTER_HEADINGS, *rows]).encode()
        page = hidden_fields(visitor.get(at).text)
        sent = {**page, "kind": "roster", **fields, "viec": do, "table": (io.BytesIO(data), "ds.csv")}
        answer = visitor.client.post(at, data=sent, headers=ORIGIN, content_type="multipart/form-data")
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def known(self) -> set[str]:
        with self.database.reading(self.tenant) as session:
            mine = Worker.tenant_id == self.tenant, Worker.number.like("N%"), Worker.erased.is_(None)
            return set(session.scalars(sa.select(Worker.number).where(*mine)))


@pytest.fixture
def desk(database: Database, tenant: UUID, app: Flask, now: datetime) -> Desk:
    publish(database, tenant, now=now)
    account(database, tenant, "vh", now)
    give(database, tenant, "vh", Role.OPERATOR, now)
    for name, role, over in (
        ("dn", Role.ENTERPRISE, "dn/a"), ("cs", Role.GRASSROOTS_OFFICER, "cdcs/a"), ("khac", Role.ENTERPRISE, "dn/a"),
    ):  # fmt: skip
        account(database, tenant, name, now)
        give(database, tenant, name, role, now, organization=over)
    return Desk(database, tenant, app, now)


@pytest.mark.parametrize("who", AT)
def test_a_file_is_checked_taken_in_by_its_good_rows_and_undone(desk: Desk, who: str) -> None:
    visitor, at = desk.sits(who), AT[who]
    checked = desk.send(visitor, at, GOOD, BAD)
    page = visitor.get(checked).text
    assert "1 mới" in page and "1 dòng có lỗi" in page
    assert re.search(r"<th[^>]*>3</th><td[^>]*>Ngày vào làm</td>", page), "the row and the column of the fault"
    assert desk.known() == set()
    book = openpyxl.load_workbook(io.BytesIO(visitor.get(f"{checked}/dong-can-sua.xlsx").data)).worksheets[0]
    assert "N2" in [cell.value for cell in list(book.rows)[1]]
    done = visitor.fill_in(checked, {}, action=f"{checked}/nhap")
    assert done.status_code == 303
    address = done.headers["Location"]
    assert "Đã nhập" in visitor.get(address).text
    assert desk.known() == {"N1"}
    assert "chưa nhập gì" in visitor.get(f"{checked}/hoan-tac").text, "what was only checked is nothing to undo"
    assert "1 người do lần nhập này thêm vào" in visitor.get(f"{address}/hoan-tac").text
    assert "Ghi lý do" in visitor.fill_in(f"{address}/hoan-tac", {}).text
    undone = visitor.fill_in(f"{address}/hoan-tac", {"reason": "nhầm tệp"})
    assert undone.headers["Location"] == at
    assert "1 người mới được đưa ra" in visitor.get(at).text
    assert desk.known() == set()
    assert "Đã hoàn tác" in visitor.get(at).text
    with desk.database.reading(desk.tenant) as session:
        acts = [one.act for one in chain.listed(session, desk.tenant, limit=2)]
    assert acts == ["import.undo", "import.take-in"]
    other = desk.sits("khac")
    for below in ("", "/hoan-tac", "/dong-can-sua.xlsx"):
        assert other.get(f"{AT['dn']}/{address.rpartition('/')[2]}{below}").status_code == 404


def test_rows_at_fault_are_corrected_on_the_page_and_checked_with_all_others(desk: Desk) -> None:
    visitor, at = desk.sits("cs"), AT["cs"]
    twice = GOOD.replace("Một", "Một bis")
    checked = desk.send(
        visitor, at, GOOD, "", BAD.replace("nữ", "=1+1"), "N3;Lê, Thị Ba;nữ;dn/a;02/03/2026;;;có;không;", twice
    )
    assert f"{checked}/sua" in visitor.get(checked).text
    page = visitor.get(f"{checked}/sua").text
    assert "Dòng 4: N2, Lê Thị Hai" in page and 'value="31/02/2026"' in page and "31/02/2026" in page
    assert 'value="Lê Thị Hai"' not in page and "Lê, Thị Ba" not in page, "what is right is not asked for"
    named = {value: name for name, value in re.findall(r'name="(o-4-\d+)" value="([^"]*)"', page)}
    names = {named["31/02/2026"]: "28/02/2026", named["=1+1"]: "chưa rõ"}
    sent = {**hidden_fields(page), **names, "o-5-0": "Kẻ gian", "bo-6": "1"}
    too_long = visitor.send(f"{checked}/sua", {**sent, **dict.fromkeys(names, "x" * 3000)})
    assert too_long.status_code == 400 and "ô dài quá" in too_long.text
    first = visitor.send(f"{checked}/sua", sent)
    assert visitor.send(f"{checked}/sua", sent).headers["Location"] == first.headers["Location"], (
        "sent twice, done once"
    )
    left = first.headers["Location"]
    told = visitor.get(left).text
    assert "2 mới" in told and "1 dòng có lỗi" in told and "“chưa rõ”" in told
    assert desk.known() == set()
    page = visitor.get(f"{left}/sua").text
    assert "Dòng 4: N2, Lê Thị Hai" in page and "28/02/2026" not in page, (
        "the number stays, and only what is left is asked"
    )
    (name,) = re.findall(r'name="(o-4-\d+)"', page)
    done = visitor.fill_in(f"{left}/sua", {name: "nữ"}).headers["Location"]
    told = visitor.get(done).text
    assert "3 mới" in told and "Chỗ cần sửa" not in told and f"{done}/sua" not in told
    visitor.fill_in(done, {}, action=f"{done}/nhap")
    assert desk.known() == {"N1", "N2", "N3"}
    with desk.database.reading(desk.tenant) as session:
        mine = Worker.tenant_id == desk.tenant, Worker.number == "N1"
        assert session.scalars(sa.select(Worker.full_name).where(*mine)).all() == ["Lê Thị Một"]
    assert desk.sits("khac").get(f"{AT['dn']}/{checked.rpartition('/')[2]}/sua").status_code == 404
    assert visitor.get(f"{done}/sua").headers["Location"] == done, "there is nothing to correct"


def test_a_formula_is_corrected_on_the_page_and_what_cannot_be_is_told_as_a_fault(desk: Desk) -> None:
    visitor, at = desk.sits("cs"), AT["cs"]

    def checked(merged: str = "") -> str:
        book = openpyxl.Workbook()
        for row in (ROSTER_HEADINGS.split(";"), GOOD.split(";"), BAD.replace("31/02", "28/02").split(";")):
            book.active.append(row)
        book.active["B3"] = "=A3"
        if merged:
            book.active.merge_cells(merged)
        file = io.BytesIO()
        book.save(file)
        file.seek(0)
        sent = {**hidden_fields(visitor.get(at).text), "kind": "roster", "viec": "kiem-tra", "table": (file, "ds.xlsx")}
        answer = visitor.client.post(at, data=sent, headers=ORIGIN, content_type="multipart/form-data")
        return answer.headers["Location"]

    first = checked()
    assert "Chỗ cần sửa: 1" in visitor.get(first).text, "one cell, one fault"
    page = visitor.get(f"{first}/sua").text
    ((name, about),) = re.findall(r'name="(o-3-\d+)" value="" [^>]* aria-describedby="([^"]+)"', page)
    assert f'id="{about}"' in page and "công thức chưa có kết quả" in page
    done = visitor.fill_in(f"{first}/sua", {name: "Lê Thị Hai"}).headers["Location"]
    assert "2 mới" in (told := visitor.get(done).text) and "Chỗ cần sửa" not in told
    page = visitor.get(f"{checked('G2:G3')}/sua").text
    assert page.count("Các ô G2:G3 đã bị gộp") == 2 and "công thức chưa có kết quả" in page, "both rows, cell by cell"


def test_with_faults_nothing_is_taken_in_and_the_good_rows_are_offered(desk: Desk) -> None:
    visitor = desk.sits("dn")
    page = visitor.get(desk.send(visitor, AT["dn"], GOOD, BAD, do="nhap")).text
    assert "Chưa nhập gì" in page and "31/02/2026" in page and "Nhập các dòng đúng" in page
    assert desk.known() == set()
    desk.send(visitor, AT["dn"], GOOD, BAD, do="nhap", good_rows="1")
    assert desk.known() == {"N1"}


def test_of_a_file_refused_whole_nothing_is_offered_that_could_not_work(desk: Desk) -> None:
    visitor, at = desk.sits("cs"), AT["cs"]
    page = hidden_fields(visitor.get(at).text)
    no_workbook, wrong_columns = b"PK\x03\x04 broken", "Tên;Tuổi\nLan;30".encode()
    for data, kind, do in (
        (no_workbook, "roster", "kiem-tra"), (wrong_columns, "roster", "nhap"), (wrong_columns, "headcounts", "nhap"),
        (ROSTER_HEADINGS.encode(), "roster", "kiem-tra"),
    ):  # fmt: skip
        sent = {**page, "form_id": "", "kind": kind, "viec": do, "table": (io.BytesIO(data), "ds.xlsx")}
        answer = visitor.client.post(at, data=sent, headers=ORIGIN, content_type="multipart/form-data")
        told = visitor.get(answer.headers["Location"]).text
        assert "Chưa nhập gì" in told and "Sửa tệp rồi chọn lại" in told and "Chọn tệp khác" in told
        assert '/nhap"' not in told and "dong-can-sua" not in told and '/sua"' not in told
    all_at_fault = desk.send(desk.sits("dn"), AT["dn"], BAD)
    told = desk.sits("dn").get(all_at_fault).text
    assert '/nhap"' not in told and "dong-can-sua" in told, "there is no good row, and those at fault are given back"


def test_a_union_says_who_is_in_the_union_and_only_of_its_own_enterprises(desk: Desk) -> None:
    enterprise, union = desk.sits("dn"), desk.sits("cs")
    desk.send(enterprise, AT["dn"], GOOD, do="nhap")
    left = GOOD.replace(";có;không", ";không;có")
    assert "do công đoàn xác nhận" in enterprise.get(desk.send(enterprise, AT["dn"], left)).text
    desk.send(union, AT["cs"], left, do="nhap")
    with desk.database.reading(desk.tenant) as session:
        asked = sa.select(UnionRole.role).join(Worker, Worker.id == UnionRole.worker_id)
        held = session.scalars(
            asked.where(Worker.tenant_id == desk.tenant, Worker.number == "N1", UnionRole.ended.is_(None))
        ).all()
    assert held == ["cadre"]
    elsewhere = GOOD.replace("dn/a", "dn/c")
    assert "không có doanh nghiệp nào mang mã" in union.get(desk.send(union, AT["cs"], elsewhere)).text


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What pages are told of how far an import is: rows done, and rows."""
    found: list[tuple[int, int]] = []
    tell = bringing_in._Progress._tell

    def note(self: bringing_in._Progress) -> None:
        found.append((self.done, self.rows))
        tell(self)

    monkeypatch.setattr(bringing_in._Progress, "_tell", note)
    return found


def test_other_tables_of_a_union_are_brought_in_by_the_same_page(desk: Desk) -> None:
    union = desk.sits("cs")
    assert f'href="{AT["cs"]}"' in union.get("/cong-doan/nguoi-lao-dong").text, "where a union looks for it"
    page = union.get(AT["cs"]).text
    assert "Số lao động do doanh nghiệp báo" in page
    assert "Danh hiệu đã được công nhận" not in page, "that is for upper unions"
    data = "Mã doanh nghiệp,Ngày,Tổng số,Nguồn,Người báo\ndn/a,hôm qua,10,CV 1,Lan\n".encode()
    sent = {**hidden_fields(page), "kind": "headcounts", "viec": "nhap", "table": (io.BytesIO(data), "so.csv")}
    answer = union.client.post(AT["cs"], data=sent, headers=ORIGIN, content_type="multipart/form-data")
    assert "Chưa nhập gì" in union.get(answer.headers["Location"]).text


def test_a_large_file_is_worked_on_beside_the_page_which_tells_how_far_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing_in, "AT_ONCE", 10)
    visitor = desk.sits("dn")
    begun: list[bringing_in.threading.Thread] = []
    real = bringing_in.threading.Thread

    def hold(*arguments: object, **named: object) -> object:
        begun.append(real(*arguments, **named))  # type: ignore[arg-type]
        return begun[-1]

    monkeypatch.setattr(bringing_in.threading, "Thread", hold)
    monkeypatch.setattr(real, "start", lambda self: None)
    address = desk.send(visitor, AT["dn"], GOOD, do="nhap")
    page = visitor.get(address).text
    assert "Đang đọc tệp" in page and 'hx-trigger="every 1s"' in page and "refresh" in page
    assert desk.known() == set()
    begun[0].run()
    assert "Đã nhập" in visitor.get(address).text
    assert desk.known() == {"N1"}
    assert len(begun) == 1, "opening the page meanwhile began nothing else"


@pytest.mark.parametrize(("rows", "at_once"), [(100, True), (600, False)])
def test_how_much_a_workbook_unfolds_to_says_whether_the_page_waits_for_it(rows: int, at_once: bool) -> None:
    line = ["Nguyễn Thị An", "nữ", "dn/a", "02/01/2026", "", "", "có", "không"]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for at in range(rows):
        sheet.append([f"N{at}", *line])
    file = io.BytesIO()
    book.save(file)
    packed = file.getvalue()
    as_text = "\n".join(";".join(line) for _ in range(rows)).encode()
    assert len(packed) < 64 * 1024
    assert bringing_in._is_small(packed) is at_once
    assert bringing_in._is_small(as_text) is at_once


def test_work_whose_process_died_is_begun_anew_when_the_page_is_opened(desk: Desk) -> None:
    visitor = desk.sits("dn")
    with desk.database.reading(desk.tenant) as session:
        mine = sa.select(Account.id).where(Account.tenant_id == desk.tenant, Account.name == "dn")
        owner = session.scalars(mine).one()
    with desk.database.writing(desk.tenant) as session:
        made = file_imports.begin(
            session, desk.tenant, account=owner, by="dn", kind="roster", file_name="ds.csv",
            data="\n".join([ROSTER_HEADINGS, GOOD]).encode(), checks=False, pepper=PEPPER,
            now=datetime.now().astimezone() - timedelta(minutes=5),
        )  # fmt: skip
    address = f"{AT['dn']}/{made}"
    assert "N1" not in desk.known()
    visitor.get(address)
    assert "Đã nhập" in visitor.get(address).text
    assert desk.known() == {"N1"}


def test_what_fails_at_the_very_end_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(chain, "add", fail)
    visitor = desk.sits("dn")
    page = visitor.get(desk.send(visitor, AT["dn"], GOOD, do="nhap")).text
    assert "Lỗi của máy chủ, chưa nhập gì" in page
    assert desk.known() == set()
    with desk.database.reading(desk.tenant) as session:
        assert session.scalars(sa.select(FileImport.state).where(FileImport.tenant_id == desk.tenant)).all() == [
            "refused"
        ]
        started = sa.select(Employment.worker_id).join(Worker, Worker.id == Employment.worker_id)
        assert session.scalars(started.where(Worker.number == "N1")).all() == []


def test_a_file_of_twenty_megabytes_that_is_none_gets_a_word(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = desk.sits("dn")
    page = hidden_fields(visitor.get(AT["dn"]).text)
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {**page, "kind": "roster", "viec": "nhap"}.items()
    ]
    head = '--x\r\nContent-Disposition: form-data; name="table"; filename="ds.xlsx"\r\n\r\n'
    wrong = b"PK\x03\x04" + b"\xff\x00" * 10_000_000
    body = "".join([*parts, head]).encode() + wrong + b"\r\n--x--\r\n"
    monkeypatch.setattr(bringing_in, "AT_ONCE", 1 << 30)
    kind = "multipart/form-data; boundary=x"
    answer = visitor.client.post(AT["dn"], data=body, headers=ORIGIN, content_type=kind)
    assert answer.status_code == 303
    told = visitor.get(answer.headers["Location"]).text
    assert "Chưa nhập gì" in told and "Chỗ cần sửa: 1" in told


CONTEST = "Mã người lao động,Nội dung,Ngày,Chủ đề,Hình thức,Xếp hạng\n"


def test_a_list_of_a_contest_is_checked_corrected_taken_in_and_undone_on_the_page(
    desk: Desk, told: list[tuple[int, int]]
) -> None:
    union, at = desk.sits("cs"), AT["cs"]
    with desk.database.reading(desk.tenant) as session:
        hired = sa.select(Worker.number).join(Employment, Employment.worker_id == Worker.id)
        of_union = sa.select(Organization.id).where(Organization.tenant_id == desk.tenant, Organization.code == "dn/a")
        number = session.scalars(hired.where(Employment.enterprise_id.in_(of_union)).order_by(Worker.number)).first()
    row = f"{number},Hội thi tìm hiểu Luật Lao động,05/09/2026,law-labour,hội thi,Giải Nhì\n"

    def sent(text: str, **fields: str) -> Any:
        page = hidden_fields(union.get(f"{at}?bang=attendance").text)
        list_told = {"kind": "attendance", "list_of": "cdcs/a", "list_code": "HT-01", "list_kind": "paper", **fields}
        data = {**page, **list_told, "viec": "kiem-tra", "table": (io.BytesIO(text.encode()), "ht.csv")}
        return union.client.post(at, data=data, headers=ORIGIN, content_type="multipart/form-data")

    refused = sent(CONTEST + row, list_code="", list_of="cdcs/c")
    assert refused.status_code == 400 and "Nhập mã danh sách" in refused.text
    assert "Nhập mã của đơn vị mình" in refused.text, "another branch's unit is as if it were not there"
    checked = sent(CONTEST + row + "khong-co,Hội thi,05/09/2026,law-labour,hội thi,\n").headers["Location"]
    page = union.get(checked).text
    assert "1 mới" in page and "khong-co" in page and "HT-01, cdcs/a" in page
    book = openpyxl.load_workbook(io.BytesIO(union.get(f"{checked}/dong-can-sua.xlsx").data)).worksheets[0]
    assert "khong-co" in [cell.value for cell in list(book.rows)[1]]
    done = union.fill_in(checked, {"good_rows": "1"}, action=f"{checked}/nhap").headers["Location"]
    assert "Đã nhập" in union.get(done).text
    assert told == [(0, 2), (2, 2)] * 2, "of the file that was tried, and of that taken in"

    def versions() -> list[tuple[str, int, int]]:
        with desk.database.reading(desk.tenant) as session:
            told = attendance_lists.versions(session, desk.tenant, "cdcs/a", "HT-01")
        return [(one.kind, one.added, one.removed) for one in told]

    assert versions() == [("paper", 1, 0)]
    asks = union.get(f"{done}/hoan-tac").text
    assert "1 dòng do lần nhập này thêm vào" in asks and "bị huỷ, không bị xoá" in asks
    assert union.fill_in(f"{done}/hoan-tac", {"reason": "nhầm hội thi"}).headers["Location"] == at
    assert "Đã hoàn tác: 1 dòng được gỡ" in union.get(at).text
    assert versions() == [("paper", 1, 0), ("withdrawal", 0, 1)]
    assert "đã được hoàn tác" in union.get(f"{done}/hoan-tac").text


def test_operators_bring_in_points_that_were_attested_on_paper(desk: Desk) -> None:
    page = desk.sits("vh").get("/van-hanh/nhap-danh-sach").text
    assert "Điểm do người xác nhận" in page and "Danh sách tham dự" not in page, "lists are brought in by unions"


UNIT_HEADINGS = "Mã,Tên,Loại,Mã cấp trên hành chính,Mã cấp trên công đoàn,Từ ngày,Đến ngày"
OLD_UNION = "cdcs/cu,CĐCS cũ,công đoàn cơ sở,,cd/lao-cai,,"
NEW_UNION = "cdcs/moi,CĐCS mới,công đoàn cơ sở,,cd/lao-cai,,"


def test_units_and_who_followed_them_come_whole_or_not_at_all_and_are_corrected_by_a_row(desk: Desk) -> None:
    operator, at = desk.sits("vh"), "/van-hanh/nhap-danh-sach"

    def sent(kind: str, *rows: str, do: str = "nhap", **fields: str) -> str:
        told = {**hidden_fields(operator.get(at).text), "kind": kind, "viec": do, **fields}
        data = {**told, "table": (io.BytesIO("\n".join(rows).encode()), "don-vi.csv")}
        answer = operator.client.post(at, data=data, headers=ORIGIN, content_type="multipart/form-data")
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def units() -> set[str]:
        with desk.database.reading(desk.tenant) as session:
            mine = Organization.tenant_id == desk.tenant, Organization.code.in_(["cdcs/cu", "cdcs/moi"])
            return set(session.scalars(sa.select(Organization.code).where(*mine)))

    faulty = OLD_UNION.replace("cdcs/cu", "cdcs/lac").replace("cd/lao-cai", "cd/khong-co")
    wrong = sent("organizations", UNIT_HEADINGS, OLD_UNION, faulty, good_rows="1")
    page = operator.get(wrong).text
    assert "Chưa nhập gì" in page and "cd/khong-co" in page and "Chọn lại tệp" in page
    assert "Nhập các dòng đúng" not in page and units() == set()
    assert operator.get(f"{wrong}/dong-can-sua.xlsx").status_code == 404
    checked = sent("organizations", UNIT_HEADINGS, OLD_UNION, NEW_UNION, do="kiem-tra")
    assert "2 mới" in operator.get(checked).text and units() == set()
    done = operator.fill_in(checked, {}, action=f"{checked}/nhap").headers["Location"]
    page = operator.get(done).text
    assert "Đã nhập" in page and units() == {"cdcs/cu", "cdcs/moi"}
    assert "Không hoàn tác theo lần nhập" in page and "Hoàn tác lần nhập này" not in page
    assert operator.get(f"{done}/hoan-tac").status_code == 404
    ending = "Mã đơn vị cũ,Mã đơn vị mới,Từ ngày,Căn cứ", "cdcs/cu,cdcs/moi,01/07/2026,Quyết định 7"
    assert "Đã nhập" in operator.get(sent("successions", *ending)).text
    with desk.database.reading(desk.tenant) as session:
        (ended,) = [one for one in changes.history(session, desk.tenant, "cdcs/cu") if one.what == "ended"]
        acts = [one.act for one in chain.listed(session, desk.tenant, limit=2)]
    assert (ended.to, ended.done_by, acts) == (("cdcs/moi",), "vh", ["import.take-in"] * 2)
    assert "Đơn vị, công đoàn" not in desk.sits("cs").get(AT["cs"]).text, "that is for operators"


def test_a_checked_file_is_taken_in_by_nobody_who_may_not_bring_in_that_table(desk: Desk) -> None:
    """An upper officer checked titles, and is an officer of a grassroots union today."""
    visitor = desk.sits("cs")
    mine = Account.tenant_id == desk.tenant, Account.name == "cs"
    with desk.database.writing(desk.tenant) as session:
        told: Any = {"account": session.scalars(sa.select(Account.id).where(*mine)).one(), "by": "cs", "pepper": PEPPER}
        checked = file_imports.begin(
            session, desk.tenant, kind="titles", file_name="ds.csv", data=b"x", checks=True, now=desk.now, **told
        )
        file_imports.end(session, desk.tenant, checked, file_imports.DONE, file_imports.Outcome(), keeps_file=True)
    for below in ("dong-can-sua.xlsx", "hoan-tac"):
        assert visitor.get(f"{AT['cs']}/{checked}/{below}").status_code == 404
    page = hidden_fields(visitor.get(AT["cs"]).text)
    answer = visitor.send(f"{AT['cs']}/{checked}/nhap", {**page, "good_rows": "1"})
    assert answer.status_code == 404
    with desk.database.reading(desk.tenant) as session:
        taken = sa.select(FileImport.id).where(FileImport.tenant_id == desk.tenant, FileImport.checks.is_(False))
        assert session.scalars(taken).all() == []
