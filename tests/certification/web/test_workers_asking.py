"""What workers ask about their data on their own page: the union answers it, and no other worker sees it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.access.permissions import Role
from certification.models import DataRequest, Worker
from certification.resources import access
from certification.web.officers.answers import requested
from certification.web.workers import asking
from lrs.db import Database
from tests.certification.access.people import account, give
from tests.certification.web.published import publish
from tests.certification.web.visitor import Visitor

PAGE = "/cua-toi/du-lieu/yeu-cau"


def test_a_worker_asks_on_the_own_page_the_union_answers_and_no_other_worker_sees_or_ends_it(
    app: Flask, database: Database, tenant: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (access, asking, requested):
        monkeypatch.setattr(module, "now", lambda: now)
    publish(database, tenant, now=now)
    with database.reading(tenant) as session:
        ids = dict(
            session.execute(
                sa.select(Worker.number, Worker.id).where(Worker.tenant_id == tenant, Worker.number.in_(["a01", "a02"]))
            ).all()
        )
    people = {"hoa": {"worker": ids["a01"]}, "mai": {"worker": ids["a02"]}, "chi": {}}
    for name, more in people.items():
        account(database, tenant, name, now, **more)
    account(database, tenant, "vanhanh", now)
    give(database, tenant, "vanhanh", Role.OPERATOR, now)
    give(database, tenant, "chi", Role.UPPER_OFFICER, now, organization="cd/lao-cai")
    hoa, mai, chi = (Visitor(app.test_client()) for _ in people)
    for visitor, name in zip((hoa, mai, chi), people, strict=True):
        visitor.sign_in(name)

    for of_officers in ("/cong-doan", "/cong-doan/nguoi-lao-dong", "/cong-doan/ho-so"):
        led, shown = hoa.get(of_officers), chi.get(of_officers)
        assert (led.status_code, led.location, shown.status_code) == (302, "/cua-toi", 200)
    assert f'href="{PAGE}"' in hoa.get("/cua-toi/du-lieu").text
    empty = hoa.fill_in(f"{PAGE}/moi", {"kind": "delete", "reason": ""})
    assert (empty.status_code, "Ghi rõ yêu cầu" in empty.text) == (400, True)
    words = "Xoá số điện thoại <b>cũ</b>"
    sent = hoa.fill_in(f"{PAGE}/moi", {"kind": "delete", "reason": words})
    assert (sent.status_code, sent.location) == (303, PAGE)
    mine = hoa.get(PAGE).text
    assert "Xoá số điện thoại &lt;b&gt;cũ&lt;/b&gt;" in mine
    assert "chờ báo lại" in mine
    with database.reading(tenant) as session:
        case = session.scalars(sa.select(DataRequest.id).where(DataRequest.worker_id == ids["a01"])).one()

    assert "Xoá số điện thoại" not in mai.get(PAGE).text
    assert mai.get(f"{PAGE}/{case}/rut").status_code == 404
    answer = {"step": "confirm", "reason": "Đã nhận, sẽ xoá trong tuần"}
    path = f"/cong-doan/viec/du-lieu/{case}"
    assert chi.fill_in(f"{path}/a01", answer, action=f"{path}/tra-loi/a01").status_code == 303
    assert "Đã nhận, sẽ xoá trong tuần" in hoa.get(PAGE).text

    assert hoa.fill_in(f"{PAGE}/{case}/rut", {"reason": "Không cần nữa"}).status_code == 303
    ended = hoa.get(PAGE).text
    assert "Đã rút lại" in ended
    assert f"{case}/rut" not in ended
