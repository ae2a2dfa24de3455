"""Rosters and declared headcounts over HTTP: tried, taken in, given back; and refused to whoever may not."""

from __future__ import annotations

import dataclasses
import io
from datetime import date
from typing import Any
from uuid import UUID

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.import_tables import TABLES
from certification.models import UnionRole, Worker
from certification.people import workers
from certification.resources.uploads import XLSX
from lrs.db import Database
from tests.certification.access.people import account, give, signed_in
from tests.certification.import_files import roster_csv
from tests.certification.resources.branches import Ask, Callers
from tests.certification.world import World
from tests.conftest import PEPPER

CSV = "text/csv"


@pytest.fixture
def operator(world: World, client: FlaskClient) -> dict[str, str]:
    account(world.database, world.tenant, "lan", world.now)
    give(world.database, world.tenant, "lan", Role.OPERATOR, world.now)
    return signed_in(client, "lan")


def row(number: str, **cells: object) -> dict[str, object]:
    return {"Mã người lao động": number, "Mã doanh nghiệp": "dn/a", **cells}


def known(database: Database, tenant: UUID) -> set[str]:
    with database.reading(tenant) as session:
        return set(workers.known_workers(session, tenant, ["A1", "A2", "A3"]))


def post(client: FlaskClient, headers: dict[str, str], path: str, data: bytes, **query: Any) -> Any:
    return client.post(path, data=data, query_string=query, headers=headers, content_type=CSV)


def test_a_roster_is_tried_and_then_taken_in(
    client: FlaskClient, operator: dict[str, str], database: Database, tenant: UUID
) -> None:
    data = roster_csv(row("A1"), row("A2"))
    tried = post(client, operator, "/api/roster", data, dry_run="true", whole="true").json
    assert (tried["created"], len(tried["changes"]), tried["missing"]) == (2, 2, [])
    assert known(database, tenant) == set()
    done = post(client, operator, "/api/roster", data).json
    assert (done["created"], done["changes"], done["dry_run"]) == (2, [], False)
    assert known(database, tenant) == {"A1", "A2"}
    form = {"file": (io.BytesIO(data), "danh-sach.csv")}
    again = client.post("/api/roster", data=form, headers=operator, content_type="multipart/form-data").json
    assert again is not None
    assert again["unchanged"] == 2
    left = post(client, operator, "/api/roster", roster_csv(row("A1")), whole="true", end_missing="2026-10-31").json
    assert ([one["number"] for one in left["missing"]], left["ended"]) == (["A2"], 1)


def test_an_enterprise_says_who_is_in_the_union_of_new_workers_alone(
    client: FlaskClient, app: Flask, operator: dict[str, str], world: World, callers: Callers, database: Database
) -> None:
    def roles() -> dict[str, set[str]]:
        with database.reading(world.tenant) as session:
            query = sa.select(Worker.number, UnionRole.role).join(Worker, Worker.id == UnionRole.worker_id)
            query = query.where(Worker.tenant_id == world.tenant, Worker.number.in_(["A1", "A2", "A4"]))
            found: dict[str, set[str]] = {}
            for number, role in session.execute(query.where(UnionRole.ended.is_(None))):
                found.setdefault(number, set()).add(role)
            return found

    enterprise = callers.of(Role.ENTERPRISE, "dn/a")
    first = roster_csv(row("A1", **{"Đoàn viên": "có"}), row("A2", **{"Đoàn viên": "không", "Cán bộ công đoàn": "có"}))
    assert post(client, enterprise, "/api/roster", first).status_code == 200, "nobody knew them"
    assert roles() == {"A1": {"member"}, "A2": {"cadre"}}
    assert post(client, enterprise, "/api/roster", first).json["unchanged"] == 2
    assert post(client, enterprise, "/api/roster", roster_csv(row("A1"), row("A2"))).json["unchanged"] == 2
    otherwise = roster_csv(
        row("A1", **{"Đoàn viên": "không", "Cán bộ công đoàn": "có"}), row("A2", **{"Đoàn viên": "có"}), row("A3")
    )
    refused = post(client, enterprise, "/api/roster", otherwise)
    assert refused.status_code == 400
    assert [one["place"] for one in refused.json["errors"]] == [
        "row 2, Đoàn viên", "row 2, Cán bộ công đoàn", "row 3, Đoàn viên",
    ]  # fmt: skip
    assert "do công đoàn xác nhận" in refused.text
    left = post(client, enterprise, "/api/roster", otherwise, good_rows="true").json
    assert (left["created"], left["refused"]) == (1, [2, 3])
    assert roles() == {"A1": {"member"}, "A2": {"cadre"}}
    settings = app.extensions["settings"]
    app.extensions["settings"] = dataclasses.replace(settings, enterprises_tell_union_roles=True)
    assert post(client, enterprise, "/api/roster", otherwise).json["changed"] == 2
    assert roles() == {"A1": {"cadre"}, "A2": {"member"}}, "an empty cell says no, as in the operator's files"
    app.extensions["settings"] = settings
    assert post(client, operator, "/api/roster", first).json["changed"] == 2, "the operator says what the union says"
    assert post(client, enterprise, "/api/roster", roster_csv(row("A4", **{"Đoàn viên": "có"}))).json["created"] == 1
    assert roles()["A4"] == {"member"}
    gone = roster_csv(row("A4", **{"Ngày nghỉ việc": "31/10/2026"}))
    assert post(client, enterprise, "/api/roster", gone).json["changed"] == 1
    assert "A4" not in roles(), "who left is a member there no more"


def test_faults_are_all_told_by_row_and_column(
    client: FlaskClient, operator: dict[str, str], database: Database, tenant: UUID
) -> None:
    data = roster_csv(row("A1", **{"Ngày vào làm": "hôm qua"}), row("A2", **{"Mã doanh nghiệp": "dn/9"}), row("A3"))
    refused = post(client, operator, "/api/roster", data)
    assert refused.status_code == 400
    assert [one["place"] for one in refused.json["errors"]] == ["row 2, Ngày vào làm", "row 3, Mã doanh nghiệp"]
    assert known(database, tenant) == set()
    taken = post(client, operator, "/api/roster", data, good_rows="true").json
    assert (taken["created"], taken["refused"], [one["row"] for one in taken["faults"]]) == (1, [2, 3], [2, 3])
    back = post(client, operator, "/api/roster/refused", data)
    assert back.mimetype == XLSX
    rows = list(openpyxl.load_workbook(io.BytesIO(back.data)).worksheets[0].values)
    assert [line[1] for line in rows[1:]] == ["A1", "A2"]
    for wrong in ({"end_missing": "2026-10-31"}, {"whole": "vâng"}, {"all": "true"}):
        assert post(client, operator, "/api/roster", data, **wrong).status_code == 400
    assert post(client, operator, "/api/roster", b"PK\x03\x04 and so on").status_code == 400


def test_templates_are_for_everybody(client: FlaskClient) -> None:
    for table in TABLES:
        answer = client.get(f"/api/templates/{table}.xlsx")
        assert openpyxl.load_workbook(io.BytesIO(answer.data)).sheetnames == ["Danh sách", "Hướng dẫn"]
    assert client.get("/api/templates/x.xlsx").status_code == 404


def test_headcounts_are_declared_and_read_with_coverage(client: FlaskClient, operator: dict[str, str]) -> None:
    body = {"enterprise": "dn/b", "day": "2026-06-30", "total": 250, "source": "Báo cáo", "declared_by": "Lan"}
    assert client.post("/api/headcounts", json=body, headers=operator).status_code == 200
    wrong = client.post("/api/headcounts", json={**body, "enterprise": "dn/9", "women": 300}, headers=operator).json
    assert wrong is not None
    assert len(wrong["errors"]) == 2
    rows = "Mã doanh nghiệp,Ngày,Tổng số lao động,Căn cứ,Người báo\ndn/c,30/06/2026,80,Báo cáo,Lan\n".encode()
    assert post(client, operator, "/api/headcounts/file", rows).json["created"] == 1
    found = client.get("/api/headcounts?on=2026-10-01", headers=operator).json
    assert found is not None
    assert [(one["enterprise"], one["total"]) for one in found["headcounts"]] == [("dn/b", 250), ("dn/c", 80)]
    assert found["coverage"]["written"] == "2 trên 5 doanh nghiệp có số liệu (0 có danh sách, 2 chỉ báo số lượng)"
    assert client.get("/api/headcounts?on=2026-06-01", headers=operator).json["headcounts"] == []  # type: ignore[index]


def test_nobody_else_may(client: FlaskClient, world: World) -> None:
    account(world.database, world.tenant, "mai", world.now)
    give(world.database, world.tenant, "mai", Role.AUDITOR, world.now, organization="cdcs/a")
    headers = signed_in(client, "mai")
    assert post(client, headers, "/api/roster", roster_csv(row("A1"))).status_code == 403
    assert post(client, {}, "/api/roster", roster_csv(row("A1"))).status_code == 401
    assert client.get("/api/headcounts", headers={}).status_code == 401


def test_an_enterprise_brings_in_its_own_people_and_no_others(
    callers: Callers, people: dict[str, UUID], other_world: World, world: World, ask: Ask
) -> None:
    def send(rows: list[dict[str, object]], expected: int = 200, **query: str) -> Any:
        sent = {"data": roster_csv(*rows), "content_type": CSV, "query_string": query}
        return ask(callers.enterprise, "/api/roster", expected, method="POST", **sent)

    account = "https://hoc.example.org|moi"
    own = [row("NV-1", **{"Họ và tên": "Người"}), row("A1", **{"Tài khoản học tập": account})]
    tried = send(own, dry_run="true", whole="true")
    assert (tried["created"], tried["missing"]) == (1, [])
    assert known(world.database, world.tenant) == set()
    done = send(own)
    assert (done["created"], done["dry_run"]) == (1, False)
    others = [
        row("A2", **{"Mã doanh nghiệp": "dn/b"}),
        row("A3", **{"Mã doanh nghiệp": "dn/9"}),
        row("NV-3", **{"Họ và tên": "Ai đó"}),
    ]
    refused = send(others, 400)
    assert [one["place"] for one in refused["errors"]] == [
        "row 2, Mã doanh nghiệp",
        "row 3, Mã doanh nghiệp",
        "row 4, Mã người lao động",
    ]
    first, second = (one["message"] for one in refused["errors"][:2])
    assert first.replace("dn/b", "dn/9") == second
    assert send(others, good_rows="true")["refused"] == [2, 3, 4]
    ask(callers.operator, "/api/links", method="POST", json={"ifi": "https://h.vn|x", "worker": "NV-3", "basis": "thẻ"})
    taken = send([row("A4", **{"Tài khoản học tập": "https://h.vn|x"})], 400)["errors"]
    assert [one["place"] for one in taken] == ["row 2, Tài khoản học tập"]
    assert "NV-3" not in taken[0]["message"]


def test_whoever_left_an_enterprise_is_called_as_where_he_works_now(
    callers: Callers, people: dict[str, UUID], world: World, ask: Ask
) -> None:
    with world.database.writing(world.tenant) as session:
        world.also(session, people["NV-3"], "dn/a", started=date(2019, 1, 1), ended=date(2020, 12, 31))

    def send(expected: int, **cells: object) -> Any:
        told = {"Ngày vào làm": "01/01/2019", "Ngày nghỉ việc": "30/11/2020", "Giới tính": "Nữ", **cells}
        sent = {"data": roster_csv(row("NV-3", **told)), "content_type": CSV}
        return ask(callers.enterprise, "/api/roster", expected, method="POST", **sent)

    wrong = send(400, **{"Họ và tên": "Tên khác", "Tài khoản học tập": "https://h.vn|cu"})["errors"]
    assert [one["place"] for one in wrong] == ["row 2, Họ và tên", "row 2, Tài khoản học tập"]
    assert send(200, **{"Họ và tên": "Người"})["changed"] == 1
    with world.database.reading(world.tenant) as session:
        assert workers.find(session, world.tenant, "NV-3").gender == "male"


def test_a_national_number_is_in_no_answer(client: FlaskClient, operator: dict[str, str]) -> None:
    text = "Mã người lao động,Họ và tên,Mã doanh nghiệp,Ngày vào làm,CCCD\nA1,Hoa,dn/a,01/02/2020,{}\n"
    for number in ("001190000123", "003190000123", "1190000123"):
        for query in ({"dry_run": "true"}, {}):
            answer = post(client, operator, "/api/roster", text.format(number).encode(), **query)
            assert number not in answer.text
    assert PEPPER.decode() not in answer.text
