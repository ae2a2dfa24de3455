"""All work under way: what is listed, for whom, since when, how far, and what to do where it is stuck."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.access import first_run
from certification.access.permissions import Role
from certification.models import Account, Certificate, Emptying, FileImport, RollUp, RollUpRecipient
from certification.web.frame import bringing_in
from lrs import api
from lrs.db import NOBODY, Database, new_id
from lrs.models import Erasure, Source
from tests.certification.access.people import account, give
from tests.certification.web.test_operators import STATEMENT, make_key, operator, post, words
from tests.certification.web.visitor import Visitor
from tests.conftest import PEPPER

__all__ = ["operator"]

PAGE = "/van-hanh/viec-dang-lam"
NAMELESS = "Lò Thị Không Được Nêu"
"""Stands wherever somebody is named in the rows of work."""


def an_import(tenant: UUID, account: UUID, began: datetime, **more: Any) -> FileImport:
    none = dict.fromkeys(("created", "changed", "unchanged", "refused"), 0)
    told = {"kind": "roster", "checks": False, "rows_done": 40, "rows": 120, "state": "running", **more}
    return FileImport(
        id=new_id(), tenant_id=tenant, account_id=account, brought_by=NAMELESS, file_name=f"{NAMELESS}.csv",
        good_rows=False, whole=False, began=began, beat=began, sealed=b"", outcome=None, undone=None, list_of=None,
        list_code=None, list_kind=None, **none, **told,
    )  # fmt: skip


def all_of_it(database: Database, tenant: UUID, began: datetime) -> UUID:
    """Work of every kind that rows tell of, begun then; the import of the operator."""
    told = {"username": NAMELESS, "password": "bí mật", "hosts": ["127.0.0.1"], "pepper": PEPPER, "now": began}
    with database.writing(tenant) as session:
        me = session.scalars(sa.select(Account.id).where(Account.tenant_id == tenant, Account.name == "vh")).one()
        own = an_import(tenant, me, began)
        session.add(own)
        session.add(an_import(tenant, uuid4(), began, kind="headcounts", checks=True, rows=0, rows_done=0))
        session.add(an_import(tenant, uuid4(), began, state="done"))
        session.add(
            Emptying(
                tenant_id=tenant, state="broken", began=began, beat=began, by=NAMELESS, rows_done=5, rows=9,
                statements=1,
            )
        )  # fmt: skip
        session.add(
            Erasure(
                tenant_id=tenant, agent_digest=b"0", account_name="x", agent=f'{{"name": "{NAMELESS}"}}', begun=began,
                reason=NAMELESS, finished=None, place=1, statements=0, documents=0,
            )
        )  # fmt: skip
        api.set_destination(
            session, tenant, "kho-tinh", endpoint="https://127.0.0.1/xapi", filter={}, more={}, from_beginning=True,
            **told,
        )  # fmt: skip
        api.set_source(session, tenant, "moodle-a", endpoint="https://127.0.0.1/xapi", since=began, **told)
        session.execute(sa.update(Source).where(Source.tenant_id == tenant).values(made=began))
        session.add(
            RollUpRecipient(
                tenant_id=tenant, id=uuid4(), endpoint="https://127.0.0.1/", username=NAMELESS, sealed=b"", paused=None,
                failures=0, answer="",
            )
        )  # fmt: skip
        day = began.date()
        session.add(
            Certificate(
                tenant_id=tenant, worker_id=uuid4(), id=new_id(), programme="cong-dan-hoc-tap", year=2026, body="ldld",
                register_year=2026, number=1, printed_number="1", name=NAMELESS, form_id=uuid4(), decision_number="1",
                decided_on=day, numbered=began, code="x", key_name="k", unsigned=b"{}", list_place=1,
            )
        )  # fmt: skip
        session.add(
            RollUp(
                tenant_id=tenant, id=uuid4(), organization="ldld", plan="p", cut_off=day, edition=1, salt=b"0",
                freezing_id=uuid4(), content=b"", drafted=began, drafted_by=NAMELESS, signed=began, signed_by=NAMELESS,
            )
        )  # fmt: skip
        return own.id


def lines(page: str, tenant: str = "default") -> dict[str, str]:
    """By what each row of a tenant begins with, the rest of it. (The neighbour has work of its own.)"""
    rows = [row.split("</th>") for row in page.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]]
    told = {words(name): re.sub(r" từ \d\d:\d\d, [\d/]+", "", words(rest)) for name, rest in rows}
    of_tenant = f" {tenant}"
    return {name.removesuffix(of_tenant): rest for name, rest in told.items() if name.endswith(of_tenant)}


def test_work_of_every_kind_is_listed_with_what_is_stuck_first_and_names_no_person(
    app: Flask, operator: Visitor, database: Database, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(lines(operator.get(PAGE).text)) == {"Đánh giá lại", "Cộng vào số liệu"}, "of workers just brought in"
    key, secret = make_key(operator)
    assert post(app.test_client(), key, secret, STATEMENT) == 200
    own = all_of_it(database, tenant, datetime.now(UTC) - timedelta(hours=2))
    page = operator.get(PAGE)
    told = lines(page.text)
    assert set(told) == {
        "Nhập tệp: Danh sách người lao động", "Kiểm tra tệp: Số lao động do doanh nghiệp báo", "Xoá dữ liệu thử",
        "Đọc phát biểu mới", "Đánh giá lại", "Cộng vào số liệu", "Xoá phát biểu của một người",
        "Chuyển tiếp tới kho-tinh", "Lấy về từ moodle-a", "Gửi bản tổng hợp lên trên", "Ký giấy công nhận",
    }  # fmt: skip
    assert "40 trên 120 dòng bị dừng" in told["Nhập tệp: Danh sách người lao động"]
    assert "5 trên 9 dòng bị dừng Mở trang của việc này" in told["Xoá dữ liệu thử"]
    assert "flask lrs erase --unfinished" in told["Xoá phát biểu của một người"]
    assert "1 phát biểu chờ đọc đang làm" in told["Đọc phát biểu mới"]
    assert [("bị dừng" in row) for row in told.values()] == [True] * 7 + [False] * 4
    assert f'href="/van-hanh/nhap-danh-sach/{own}"' in page.text
    assert page.text.count("/van-hanh/nhap-danh-sach/") == 1, "the import of somebody else has no page for the reader"
    assert NAMELESS not in page.text
    monkeypatch.setitem(bringing_in._under_way, own, (60, 120))
    assert "60 trên 120 dòng đang làm" in lines(operator.get(PAGE).text)["Nhập tệp: Danh sách người lao động"]


def test_whoever_runs_the_installation_sees_the_work_of_every_tenant_and_others_their_own(
    app: Flask, operator: Visitor, database: Database, tenant: UUID
) -> None:
    began = datetime.now(UTC)
    first_run.begin(
        database, "lai-chau", administrator="mai", full_name="Lò Thị Mai", units=(), pepper=PEPPER, now=began
    )  # fmt: skip
    with database.reading(NOBODY) as session:
        other = api.find_tenant(session, "lai-chau")
    with database.writing(other) as session:
        session.add(an_import(other, uuid4(), began))
    account(database, other, "lan", began)
    give(database, other, "lan", Role.OPERATOR, began)
    hers = Visitor(app.test_client())
    hers.sign_in("lan@lai-chau")
    of_all, of_hers = operator.get(PAGE).text, hers.get(PAGE).text
    assert "Nhập tệp: Danh sách người lao động" in lines(of_all, "lai-chau") and "Cộng vào số liệu" in lines(of_all)
    assert "Nhập tệp: Danh sách người lao động" in of_hers and "Cộng vào số liệu" not in of_hers
    assert "neighbour" in of_all and "neighbour" not in of_hers


def test_the_command_says_the_same_and_ends_with_1_where_something_is_stuck(
    app: Flask, operator: Visitor, database: Database, tenant: UUID
) -> None:
    runner = app.test_cli_runner()
    told = json.loads(runner.invoke(args=["ops", "under-way", "--json"]).output)
    judging = {"kind": "judging", "name": "Judging again", "words": "24 wait", "done": 0, "total": 0, "stuck": False}
    assert {"tenant": "default", "since": None, **judging, "paused": False, "do": ""} in told
    began = datetime.now(UTC) - timedelta(hours=1)
    with database.writing(tenant) as session:
        session.add(an_import(tenant, uuid4(), began))
    told = runner.invoke(args=["ops", "under-way"])
    assert told.exit_code == 1
    stuck = next(line for line in told.output.splitlines() if line.startswith("STUCK  Taking in a file: "))
    assert "(default): 40 of 120 rows, since " in stuck and "\n       → The server stopped" in told.output
