"""Pages of operators as they are sent: keys, people who sign in and their roles, Statements, what is pasted."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.access import attempts, oversight, records
from certification.access.attempts import TooOften
from certification.access.permissions import Role
from certification.models import Look
from lrs import api
from lrs.db import Database
from tests.certification.access.people import account, give
from tests.certification.web.published import install
from tests.certification.web.visitor import Visitor
from tests.conftest import PEPPER

STATEMENT: dict[str, Any] = {
    "id": "7a1d6b52-0f0e-4c0e-9f3d-0c3f5f0a1b2c",
    "actor": {"account": {"homePage": "https://hoc.example.org", "name": "a02"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"vi": "hoàn thành"}},
    "object": {"id": "https://hoc.example.org/khoa-hoc/luat", "definition": {"name": {"vi": "Luật Lao động <1>"}}},
    "result": {"score": {"scaled": 0.8}, "success": True},
}


@pytest.fixture
def operator(database: Database, tenant: UUID, client: FlaskClient, now: datetime) -> Visitor:
    """Signed in as the operator, of an installation with three enterprises."""
    with database.writing(tenant) as session:
        install(session, tenant, now=now)
    account(database, tenant, "vh", now)
    give(database, tenant, "vh", Role.OPERATOR, now)
    made = Visitor(client)
    made.sign_in("vh")
    return made


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def code(text: str, id: str) -> str:
    found = re.search(rf'<code id="{id}">([^<]+)</code>', text)
    assert found, text
    return found[1]


def make_key(operator: Visitor, **more: object) -> tuple[str, str]:
    said = {"name": "Moodle A", "kind": "platform", "test": "no", "reason": "Công văn 5", **more}
    page = operator.fill_in("/van-hanh/khoa/moi", said)
    assert page.status_code == 200, words(page.text)
    return code(page.text, "khoa"), code(page.text, "bi-mat")


def post(client: FlaskClient, key: str, secret: str, document: object) -> int:
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "X-Experience-API-Version": "2.0.0"}
    return client.post("/xapi/statements", json=document, headers=headers).status_code


def test_a_key_is_made_shown_once_given_another_secret_and_refused(
    app: Flask, operator: Visitor, database: Database, tenant: UUID
) -> None:
    platform = app.test_client()
    key, secret = make_key(operator)
    assert post(platform, key, secret, STATEMENT) == 200
    page = operator.get(f"/van-hanh/khoa/{key}").text
    assert secret not in page and "Gửi phát biểu" in page and f"|{key}" in page
    again = operator.fill_in(f"/van-hanh/khoa/{key}/bi-mat-moi", {"days": "0", "reason": "lộ"})
    newer = code(again.text, "bi-mat")
    assert post(platform, key, secret, {**STATEMENT, "id": None}) == 401
    assert operator.fill_in(f"/van-hanh/khoa/{key}/ngung", {"reason": "Hết hợp đồng"}).status_code == 303
    assert post(platform, key, newer, STATEMENT) == 401
    assert operator.get(f"/van-hanh/khoa/{key}/ngung").status_code == 404
    with database.reading(tenant) as session:
        assert [one.act for one in records.latest(session, tenant, limit=3)] == ["end-key", "rotate-key", "create-key"]
    assert key in operator.get("/van-hanh/khoa?trang_thai=ended").text
    assert key not in operator.get("/van-hanh/khoa").text


def test_what_a_key_may_do_goes_with_its_kind(operator: Visitor, database: Database, tenant: UUID) -> None:
    wrong = {
        "name": "x", "reason": "y", "test": "yes", "kind": "branch", "scopes": "state", "organization": "chẳng có",
        "until": "01/01/2020",
    }  # fmt: skip
    page = operator.fill_in("/van-hanh/khoa/moi", wrong)
    assert page.status_code == 400
    said = words(page.text)
    for fault in ("Chọn quyền cho khoá loại", "Chọn vai trò cho phần mềm", "Khoá thử chỉ dùng", "Không có đơn vị nào"):
        assert fault in said
    assert (
        operator.fill_in(
            "/van-hanh/khoa/moi", {**wrong, "kind": "platform", "scopes": [], "organization": ""}
        ).status_code
        == 400
    )
    key, _ = make_key(operator, kind="branch", role="enterprise", organization="Công ty B")
    assert "dn/b" in operator.get(f"/van-hanh/khoa/{key}").text
    member, _ = make_key(operator, kind="member")
    assert "Gửi số liệu đã ký của một đơn vị thành viên" in operator.get(f"/van-hanh/khoa/{member}").text
    test_key, _ = make_key(operator, kind="store", scopes=["statements/read", "define"], test="yes")
    with database.reading(tenant) as session:
        known = {one.key: one for one in api.credentials(session, tenant)}
    assert (known[test_key].test, known[test_key].scopes) == (True, "define statements/read")


def test_somebody_is_invited_with_a_role_signs_in_and_is_ended(app: Flask, operator: Visitor) -> None:
    said = {
        "full_name": "Đỗ Thị Lan", "name": "lan", "role": "grassroots_officer", "organization": "cdcs/a",
        "reason": "Quyết định 3",
    }  # fmt: skip
    slip = operator.fill_in("/van-hanh/tao-tai-khoan", said)
    token = code(slip.text, "ma")
    lan = Visitor(app.test_client())
    new = {"token": token, "password": "qua cầu gió bay", "password_again": "qua cầu gió bay"}
    assert lan.fill_in("/dat-mat-khau", new).status_code == 303
    assert lan.sign_in("lan", "qua cầu gió bay").status_code == 303
    assert lan.get("/cong-doan/nguoi-lao-dong").status_code == 200
    page = operator.get("/van-hanh/nguoi-dung/lan")
    assert "Cán bộ công đoàn cơ sở" in page.text and "Phiên đăng nhập đang mở" in page.text
    ending = re.search(r"/van-hanh/vai-tro/[^/]+/ket-thuc", page.text)
    assert ending
    assert operator.fill_in(ending[0], {"reason": "Thôi việc", "on": "01/01/2020"}).status_code == 400
    assert operator.fill_in(ending[0], {"reason": "Thôi việc"}).status_code == 303
    assert lan.get("/cong-doan/nguoi-lao-dong").status_code == 403
    phien = re.search(r"ket-thuc-phien\?phien=([0-9a-f]+)", page.text)
    assert phien
    ended = operator.fill_in(f"/van-hanh/nguoi-dung/lan/ket-thuc-phien?phien={phien[1]}", {"reason": "Máy lạ"})
    assert (ended.status_code, lan.get("/tai-khoan").status_code) == (303, 303)
    assert operator.fill_in("/van-hanh/nguoi-dung/lan/ngung", {"reason": "Thôi việc"}).status_code == 303
    assert lan.sign_in("lan", "qua cầu gió bay").status_code != 303
    assert code(operator.fill_in("/van-hanh/nguoi-dung/lan/moi-lai", {"reason": "Trở lại"}).text, "ma")
    assert "lan" in operator.get("/van-hanh/nguoi-dung?loai=waiting").text


def test_a_role_is_given_and_handed_over_in_one_act(
    operator: Visitor, database: Database, tenant: UUID, now: datetime
) -> None:
    for name in ("hoa", "mai"):
        account(database, tenant, name, now)
    twice = {"role": "upper_officer", "organization": "cd/lao-cai", "reason": "Quyết định 4"}
    address = "/van-hanh/nguoi-dung/hoa/vai-tro"
    wrong = operator.fill_in(address, {**twice, "organization": "dn/a"})
    assert "Vai trò này không dùng cho loại đơn vị đó" in wrong.text
    assert operator.fill_in(address, twice).status_code == 303
    assert "đang giữ đúng vai trò này" in operator.fill_in(address, twice).text
    handing = re.search(r"/van-hanh/vai-tro/[^/]+/ban-giao", operator.get("/van-hanh/nguoi-dung/hoa").text)
    assert handing
    tomorrow = f"{datetime.now(UTC) + timedelta(days=2):%d/%m/%Y}"
    assert operator.fill_in(handing[0], {"to": "khong-co", "reason": "x", "on": tomorrow}).status_code == 400
    assert operator.fill_in(handing[0], {"to": "mai", "reason": "Nghỉ hưu", "on": tomorrow}).status_code == 303
    assert "đến trước" in operator.get("/van-hanh/nguoi-dung/hoa").text
    assert "Cán bộ cấp trên" in operator.get("/van-hanh/nguoi-dung/mai").text


def test_a_wait_is_lifted_and_a_code_turned_off_with_a_reason(
    operator: Visitor, database: Database, tenant: UUID, now: datetime
) -> None:
    account(database, tenant, "hoa", now)
    present = datetime.now(UTC)
    with pytest.raises(TooOften):
        for _ in range(9):
            attempts.password_after_counting(database, tenant, "hoa", pepper=PEPPER, now=present)
    assert "phải chờ đến" in operator.get("/van-hanh/nguoi-dung/hoa").text
    assert operator.fill_in("/van-hanh/nguoi-dung/hoa/cho-thu-lai", {"reason": ""}).status_code == 400
    assert operator.fill_in("/van-hanh/nguoi-dung/hoa/cho-thu-lai", {"reason": "Gọi điện"}).status_code == 303
    assert attempts.password_after_counting(database, tenant, "hoa", pepper=PEPPER, now=present) is not None
    assert operator.fill_in("/van-hanh/nguoi-dung/hoa/tat-ma", {"reason": "Mất máy"}).status_code == 303
    assert operator.get("/van-hanh/nguoi-dung/hoa/chuyen-la").status_code == 404
    assert operator.get("/van-hanh/nguoi-dung/khong-co").status_code == 404
    own = operator.fill_in("/van-hanh/nguoi-dung/vh/ngung", {"reason": "thử"})
    assert "Không tự ngừng tài khoản của mình" in own.text


def test_accounts_are_listed_in_parts_and_found(database: Database, tenant: UUID, now: datetime) -> None:
    for name in ("an", "binh", "chi"):
        account(database, tenant, name, now)
    with database.reading(tenant) as session:
        first = oversight.search(session, tenant, limit=2)
        rest = oversight.search(session, tenant, after=first[-1].name, limit=2)
        found = oversight.search(session, tenant, words="NGƯỜI bi"[6:], limit=5)
        none = oversight.search(session, tenant, kind="roles", limit=5)
    assert [[one.name for one in part] for part in (first, rest, found, none)] == [
        ["an", "binh"],
        ["chi"],
        ["binh"],
        [],
    ]


def test_an_auditor_reads_and_changes_nothing(
    app: Flask, operator: Visitor, database: Database, tenant: UUID, now: datetime
) -> None:
    account(database, tenant, "kt", now)
    give(database, tenant, "kt", Role.AUDITOR, now)
    auditor = Visitor(app.test_client())
    auditor.sign_in("kt")
    for path in ("/van-hanh/khoa", "/van-hanh/nguoi-dung", "/van-hanh/nguoi-dung/vh", "/van-hanh/phat-bieu"):
        page = auditor.get(path)
        assert page.status_code == 200
        assert "tao-tai-khoan" not in page.text and "khoa/moi" not in page.text and "/ngung" not in page.text
    for path in ("/van-hanh/khoa/moi", "/van-hanh/tao-tai-khoan", "/van-hanh/nguoi-dung/vh/ngung"):
        assert auditor.get(path).status_code == 403
    leads_to = set(re.findall(r'href="(/[^"#?]*)', auditor.get("/van-hanh").text))
    assert len(leads_to) > 20
    assert [path for path in sorted(leads_to) if auditor.get(path).status_code == 403] == []


def test_statements_are_found_as_the_store_finds_them_and_looking_is_noted(
    app: Flask, operator: Visitor, database: Database, tenant: UUID
) -> None:
    key, secret = make_key(operator)
    other = {**STATEMENT, "id": "7a1d6b52-0f0e-4c0e-9f3d-0c3f5f0a1b2d", "actor": {"mbox": "mailto:x@example.org"}}
    assert post(app.test_client(), key, secret, [STATEMENT, other]) == 200
    page = operator.get("/van-hanh/phat-bieu")
    assert "Luật Lao động &lt;1&gt;" in page.text and "Moodle A" in page.text and "điểm 80%; đạt" in page.text
    found = operator.get("/van-hanh/phat-bieu?agent=https://hoc.example.org|a02&verb=completed&format=ids&limit=1")
    assert STATEMENT["id"] in found.text and other["id"] not in found.text
    asked = "agent=%7B%22account%22%3A%7B%22homePage%22%3A%22https%3A%2F%2Fhoc.example.org%22%2C%22name%22%3A%22a02"
    assert asked in found.text and "--data-urlencode" in found.text
    older = operator.get("/van-hanh/phat-bieu?limit=1")
    onward = re.search(r'rel="next" href="([^"]+)"', older.text)
    assert other["id"] in older.text and onward
    assert STATEMENT["id"] in operator.get(onward[1].replace("&amp;", "&")).text
    one = operator.get(f"/van-hanh/phat-bieu/{STATEMENT['id']}")
    assert one.status_code == 200 and "Nguyên văn" in one.text and "&#34;scaled&#34;: 0.8" in one.text
    assert operator.get("/van-hanh/phat-bieu/7a1d6b52-0f0e-4c0e-9f3d-0c3f5f0a1b2e").status_code == 404
    with database.reading(tenant) as session:
        looks = session.scalars(sa.select(Look.what).where(Look.tenant_id == tenant)).all()
    assert set(looks) == {"READ_STATEMENTS"}


def test_every_parameter_that_cannot_be_read_is_named(operator: Visitor) -> None:
    wrong = "agent=nobody&since=hôm+qua&registration=1&verb=completed&limit=x&statementId=7"
    page = operator.get(f"/van-hanh/phat-bieu?{wrong}")
    assert page.status_code == 400
    assert re.findall(r'<p class="fault" id="(\w+)-loi">', page.text) == ["agent", "since", "limit"]
    later = operator.get("/van-hanh/phat-bieu?registration=1&statementId=7")
    assert re.findall(r'<p class="fault" id="(\w+)-loi">', later.text) == ["registration", "statementId"]


def test_everything_wrong_with_what_is_pasted_is_told_with_its_clause(
    operator: Visitor, database: Database, tenant: UUID
) -> None:
    broken = {"actor": {"mbox": "an@example.org"}, "verb": {"id": "x"}, "result": {"score": {"raw": 5, "max": 3}}}
    pasted = {"version": "2.0.0", "statement": json.dumps([STATEMENT, broken])}
    page = operator.fill_in("/van-hanh/kiem-tra-phat-bieu", pasted)
    said = words(page.text)
    assert page.status_code == 200 and "Đã kiểm tra 2 phát biểu" in said
    for place in ("/actor/mbox", "/verb/id", "/result/score/raw"):
        assert f"<code>{place}</code>" in page.text
    assert said.count("xAPI 1.0.3 Data") >= 4, "each with its clause"
    assert "So với hồ sơ xAPI của chương trình" in said
    older = operator.fill_in("/van-hanh/kiem-tra-phat-bieu", {**pasted, "version": "1.0.3"})
    assert "Đã kiểm tra 2 phát biểu" in older.text
    unreadable = operator.fill_in("/van-hanh/kiem-tra-phat-bieu", {"version": "2.0.0", "statement": '{"a": 1,\n"b" 2}'})
    assert unreadable.status_code == 400 and "dòng 2" in unreadable.text
    with database.reading(tenant) as session:
        assert api.latest_token(session, tenant) == "s0"
