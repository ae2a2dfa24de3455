"""Pages of enterprises as they are sent: transcripts, keys, hours, titles, what is asked, erasures, headcount."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from datetime import date, datetime
from uuid import UUID

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.models import DataRequest, DeclaredHeadcount, Employment, ErasureNotice, Worker
from certification.privacy import access, notices
from certification.transcripts import training
from certification.units import organizations
from lrs.db import Database, new_id
from tests.certification.access.people import account, give
from tests.certification.web.published import publish
from tests.certification.web.visitor import Visitor, hidden_fields
from tests.conftest import PEPPER
from tests.neighbour import not_hers

LIST, KEYS, HOURS = "/doanh-nghiep/bang-ke", "/doanh-nghiep/khoa", "/doanh-nghiep/gio-hoc?nam=2026"
PULL = "/api/enterprises/dn/{}/transcripts?purpose=employer-training"


@pytest.fixture
def enterprise(database: Database, tenant: UUID, client: FlaskClient, now: datetime) -> Visitor:
    """Signed in for Công ty A, which has twelve workers."""
    publish(database, tenant, now=now)
    account(database, tenant, "vh", now)
    give(database, tenant, "vh", Role.OPERATOR, now)
    account(database, tenant, "hr", now)
    give(database, tenant, "hr", Role.ENTERPRISE, now, organization="dn/a")
    visitor = Visitor(client)
    visitor.sign_in("hr")
    return visitor


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def worker(database: Database, tenant: UUID, number: str) -> UUID:
    with database.reading(tenant) as session:
        return session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.number == number)).one()


def looks(database: Database, tenant: UUID, number: str) -> set[tuple[str, str]]:
    with database.reading(tenant) as session:
        found = access.of_worker(session, tenant, worker(database, tenant, number), limit=9)
        return {(one.what, one.purpose) for one in found}


def test_transcripts_are_taken_by_contract_one_or_many_and_each_is_noted(
    enterprise: Visitor, database: Database, tenant: UUID
) -> None:
    page = enterprise.get(LIST)
    assert words(page.text).count("lấy được") >= 12
    fields = {**hidden_fields(page.text), "dang": "json", "nguoi": "a01"}
    one = enterprise.send(LIST, fields)
    assert json.loads(one.data)["basis"]["ground"] == "employment"
    assert json.loads(one.data)["minutes"] == 180
    assert one.headers["Content-Disposition"].endswith('.json"')
    assert enterprise.send(LIST, {**fields, "dang": "pdf"}).data.startswith(b"%PDF")
    many = enterprise.client.post(
        LIST, data={**fields, "dang": "xlsx", "nguoi": ["a01", "a02", "b01"]}, headers={"Origin": "http://localhost"}
    )
    names = zipfile.ZipFile(io.BytesIO(many.data)).namelist()
    assert sorted(one.partition("-")[2] for one in names if one.endswith(".xlsx")) == ["a01.xlsx", "a02.xlsx"]
    assert "khong-co-bang-ke.txt" in names
    assert ("transcript", "employer-training") in looks(database, tenant, "a02")
    assert not looks(database, tenant, "b01")
    for wrong, said in (
        ({"nguoi": []}, "Đánh dấu ít nhất một người"),
        ({"nguoi": [f"a{number:02}" for number in range(40)]}, "nhiều nhất 20 người"),
        ({"nguoi": "b01"}, "Không có người lao động nào mang mã “b01”"),
        ({"dang": "exe"}, "Chọn dạng tệp"),
    ):
        data = {**fields, **wrong}
        answer = enterprise.client.post(LIST, data=data, headers={"Origin": "http://localhost"})
        assert (answer.status_code, said in words(answer.text)) == (400, True), said


def test_without_consent_the_reason_stands_beside_each_name_and_nothing_is_handed_over(
    enterprise: Visitor, database: Database, tenant: UUID
) -> None:
    address = f"{LIST}?muc_dich=employer-transcript"
    page = enterprise.get(address)
    assert words(page.text).count("chưa đồng ý cho mục đích này") == 12
    assert 'type="checkbox"' not in page.text
    fields = {**hidden_fields(page.text), "dang": "pdf"}
    for chosen in (["a01"], ["a01", "a02"]):
        answer = enterprise.client.post(
            address, data={**fields, "nguoi": chosen}, headers={"Origin": "http://localhost"}
        )
        assert answer.status_code == 400
    assert ("transcript", "employer-transcript") not in looks(database, tenant, "a01")
    assert "Người Bịa 12" in enterprise.get(f"{LIST}?tim=bia 12").text


def test_a_key_works_over_http_for_this_enterprise_alone_until_it_is_ended(enterprise: Visitor) -> None:
    assert "Ngày này đã qua" in enterprise.fill_in(KEYS, {"name": "Phần mềm nhân sự", "until": "1/1/2020"}).text
    made = enterprise.fill_in(KEYS, {"name": "Phần mềm nhân sự", "until": "31/12/2099"}).text
    key, secret = re.findall(r"<dt>(?:Khoá|Mã bí mật)</dt><dd>([^<]+)</dd>", made)
    listed = enterprise.get(KEYS).text
    assert key in listed and secret not in listed
    program = {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}
    own = enterprise.client.application.test_client()
    items = own.get(PULL.format("a"), headers=program).json
    assert items is not None and {one["worker"] for one in items["items"]} == {f"a{at:02}" for at in range(1, 13)}
    assert own.get(PULL.format("b"), headers=program).status_code == 404
    assert own.get("/api/organizations/dn/a/rates", headers=program).status_code == 403
    assert own.get("/api/keys", headers=program).status_code == 403
    confirm = f"{KEYS}/thu-hoi?khoa={key}"
    assert "Phần mềm nhân sự" in enterprise.get(confirm).text
    assert enterprise.send(f"{KEYS}/thu-hoi", hidden_fields(enterprise.get(confirm).text)).status_code == 303
    assert own.get(PULL.format("a"), headers=program).status_code == 401
    assert enterprise.get(confirm).status_code == 404
    assert "đã thu hồi" in enterprise.get(KEYS).text


def test_hours_count_each_statement_once_and_nobody_who_restricted_it(
    enterprise: Visitor, database: Database, tenant: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session:
        mine = Employment.tenant_id == tenant, Employment.worker_id == worker(database, tenant, "a01")
        session.execute(sa.update(Employment).where(*mine).values(position="Tổ trưởng may"))
    page = words(enterprise.get(HOURS).text)
    assert "12 giờ học của 4 trên 12 người" in page
    assert "Tổ trưởng may 1 1 3 3" in page
    assert "Người lao động 12 4 12 12" in words(enterprise.get(f"{HOURS}&theo=nhom").text)
    book = openpyxl.load_workbook(io.BytesIO(enterprise.get(HOURS.replace("?", ".xlsx?")).data))
    rows = [[cell.value for cell in row] for row in book["Theo chức danh"].iter_rows(min_row=4)]
    assert rows[1][:5] == ["Tổ trưởng may", 1, 1, 3, 3]
    assert rows[-1][:4] == ["Tất cả", 12, 4, 12]
    assert enterprise.get(HOURS.replace("2026", "1999")).status_code == 404
    assert enterprise.get(HOURS.replace("2026", "%00")).status_code == 200
    with database.writing(tenant) as session:
        asked = {"kind": "restrict", "state": "done", "purpose": None, "closed_on": date(2026, 6, 1)}
        session.add(restricted(worker(database, tenant, "a02"), tenant, now, **asked))
        session.flush()
        node = organizations.node(session, tenant, "dn/a").id
        found = training.hours(session, tenant, node, 2026, purpose="employer-training", on=date(2026, 11, 20))
        assert (found.whole.employed, found.whole.minutes, found.left_out) == (11, 540, 1)
        until_march = training.hours(session, tenant, node, 2026, purpose="employer-training", on=date(2026, 3, 1))
        assert until_march.whole.minutes == 0


def restricted(person: UUID, tenant: UUID, now: datetime, **asked: object) -> DataRequest:
    values: dict[str, object] = {"id": new_id(), "worker_id": person, "tenant_id": tenant, **asked}
    for column in DataRequest.__table__.columns:
        if column.name not in values and not column.nullable:
            kind = column.type.python_type
            known = {datetime: now, date: date(2026, 5, 1), UUID: new_id()}
            values[column.name] = known[kind] if kind in known else kind()
    return DataRequest(**values)


def test_few_titles_are_not_told_and_what_is_asked_names_its_document(enterprise: Visitor) -> None:
    titles = words(enterprise.get("/doanh-nghiep/danh-hieu").text)
    assert "ít hơn 5 người giữ danh hiệu" in titles
    assert "%" not in titles
    law = words(enterprise.get("/doanh-nghiep/quy-dinh").text)
    assert "đến năm 2030: 90%" in law
    assert "Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Điều 25" in law
    assert "Rút lại sự đồng ý" in law
    assert "Lấy bản sao dữ liệu của mình" not in law, "no source says that term outright"


def test_erasures_are_told_until_they_are_confirmed(
    enterprise: Visitor, database: Database, tenant: UUID, now: datetime
) -> None:
    page = "/doanh-nghiep/nguoi-da-xoa"
    assert "Không có ai đang chờ" in enterprise.get(page).text
    with database.writing(tenant) as session:
        ids = {code: organizations.node(session, tenant, code).id for code in ("dn/a", "dn/b")}
        present = datetime.now().astimezone()
        notices.keep(
            session, tenant, {ids["dn/a"]: ["nhân-viên-a"], ids["dn/b"]: ["nhân-viên-b"]}, secret=PEPPER, now=present
        )
    shown = enterprise.get(page).text
    assert "nhân-viên-a" in shown and "nhân-viên-b" not in shown
    assert "Xoá dữ liệu của người đã được xoá" in enterprise.get("/doanh-nghiep").text
    assert "Đánh dấu người đã xoá xong" in enterprise.fill_in(page, {}).text
    box = re.search(r'name="xoa" value="([^"]+)"', shown)
    assert box
    assert enterprise.fill_in(page, {"xoa": box[1]}).status_code == 303
    assert "nhân-viên-a" not in enterprise.get(page).text
    with database.reading(tenant) as session:
        left = sa.select(sa.func.count()).select_from(ErasureNotice).where(not_hers(ErasureNotice.tenant_id))
        assert session.scalar(left) == 1


def test_a_headcount_is_declared_with_each_fault_at_its_field(
    enterprise: Visitor, database: Database, tenant: UUID
) -> None:
    page = "/doanh-nghiep/so-lao-dong"
    assert "đã có danh sách" in enterprise.get(page).text
    told = {"day": "30/06/2026", "total": "1.250", "women": "700", "source": "Báo cáo quý II", "declared_by": "Nhân sự"}
    for wrong, said in (
        ({"women": "2000"}, "lớn hơn tổng số"),
        ({"day": "30/06/2099"}, "chưa tới"),
        ({"total": ""}, "Ghi tổng số lao động"),
    ):
        answer = enterprise.fill_in(page, {**told, **wrong})
        assert (answer.status_code, said in answer.text) == (400, True)
    assert enterprise.fill_in(page, told).status_code == 303
    with database.reading(tenant) as session:
        of = DeclaredHeadcount.tenant_id == tenant
        row = session.scalars(sa.select(DeclaredHeadcount).where(of)).one()
        assert (row.total, row.women, row.union_members) == (1250, 700, None)


def test_nobody_else_opens_the_pages_of_an_enterprise(
    enterprise: Visitor, database: Database, tenant: UUID, now: datetime
) -> None:
    account(database, tenant, "lan", now)
    give(database, tenant, "lan", Role.GRASSROOTS_OFFICER, now, organization="cdcs/a")
    other = Visitor(enterprise.client.application.test_client())
    other.sign_in("lan")
    for path in (LIST, KEYS, HOURS, "/doanh-nghiep/danh-hieu", "/doanh-nghiep/quy-dinh", "/doanh-nghiep/nguoi-da-xoa"):
        assert other.get(path).status_code == 403, path
    assert other.get("/doanh-nghiep/so-lao-dong").status_code == 403
