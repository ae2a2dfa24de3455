"""The page to which the QR code of a certificate leads."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from certification.certificates import codes, register
from certification.models import Certificate
from lrs.db import Database
from tests.certification.certificates.issued import entries, issue, recognise


@pytest.fixture
def code(database: Database, tenant: UUID, now: datetime) -> str:
    recognise(database, tenant, now, "NV-1")
    issue(database, tenant, now)
    return entries(database, tenant)[0].code


def test_whoever_holds_the_paper_reads_first_how_it_stands(client: FlaskClient, code: str) -> None:
    answer = client.get(f"/k/{code.lower()}")
    assert answer.status_code == 200
    page = answer.text
    assert '<strong class="met">Còn giá trị</strong>' in page
    assert "0001/2026/CDHT" in page
    assert "12/QĐ-UBND ngày 18/11/2026 của UBND xã Hoằng Giang" in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_a_withdrawn_one_is_shown_with_the_day_and_a_corrected_one_with_what_replaces_it(
    client: FlaskClient, code: str, database: Database, tenant: UUID, now: datetime
) -> None:
    one = entries(database, tenant)[0]
    with database.writing(tenant) as session:
        register.withdraw(session, tenant, one.id, reason="sai tên", ends_title=False, by="hoa", now=now)
    assert "<strong>Đã thu hồi</strong> ngày 20/11/2026" in client.get(f"/k/{code}").text
    issue(database, tenant, now)
    other = entries(database, tenant)[1].code
    assert f'href="/k/{other}"' in client.get(f"/k/{code}").text


def test_one_that_was_changed_in_the_database_is_no_good(
    client: FlaskClient, code: str, database: Database, tenant: UUID
) -> None:
    with database.writing(tenant) as session:
        session.execute(sa.update(Certificate).where(Certificate.tenant_id == tenant).values(name="<b>Khác</b>"))
    page = client.get(f"/k/{code}").text
    assert "bản ghi không khớp chữ ký" in page
    assert "<b>Khác" not in page


def test_a_code_is_typed_in_and_a_slip_is_told(client: FlaskClient, code: str) -> None:
    assert "Mã trên giấy" in client.get("/k").text
    assert client.get("/k", query_string={"ma": f" {code.lower()} "}).headers["Location"] == f"/k/{code}"
    for wrong, told in ((codes.make(), False), ("abc<script>", True), ("ấ" * 99, True), ("\0/..", True)):
        answer = client.get("/k", query_string={"ma": wrong}, follow_redirects=True)
        assert answer.status_code == 404
        assert ("gõ sai hoặc thiếu" in answer.text) is told
        assert "<script>" not in answer.text
