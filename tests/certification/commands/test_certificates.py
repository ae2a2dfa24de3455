"""`flask certification issue-certificates` and its sisters."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.models import Worker
from lrs.db import Database
from tests.certification.certificates.issued import BODY, DECISION, entries, recognise
from tests.certification.commands.running import Run, succeeded

NOBODYS = "0190f3b0-0000-7000-8000-000000000001"


@pytest.fixture
def recognised(database: Database, tenant: UUID, now: datetime) -> None:
    recognise(database, tenant, now, "NV-1", "NV-2")


@pytest.mark.usefixtures("recognised")
def test_certificates_are_issued_listed_verified_and_withdrawn(run: Run, database: Database, tenant: UUID) -> None:
    assert "2 certificates numbered, 2 signed." in succeeded(run("issue-certificates", DECISION, "--by", "hoa"))
    assert "0 certificates numbered, 0 signed." in succeeded(run("issue-certificates", DECISION, "--by", "hoa"))
    first, _ = entries(database, tenant)
    listed = succeeded(run("certificates", "--year", "2026"))
    assert listed.splitlines()[0].startswith(f"{first.number}  {first.name}  2026  {DECISION}  {first.code}")
    assert "valid; unaltered" in succeeded(run("verify-certificate", first.code))
    ended = run("withdraw-certificate", str(first.id), "--reason", "QĐ 20", "--title", "--by", "hoa")
    assert "is withdrawn from 20/11/2026" in succeeded(ended)
    assert "withdrawn; unaltered" in succeeded(run("verify-certificate", first.code))
    assert "withdrawn 20/11/2026: QĐ 20" in succeeded(run("certificates"))


@pytest.mark.usefixtures("recognised")
def test_a_certificate_is_corrected_by_another_one(run: Run, database: Database, tenant: UUID) -> None:
    succeeded(run("issue-certificates", DECISION, "--body", BODY, "--on", "2026-11-18", "--by", "hoa"))
    first, _ = entries(database, tenant)
    told = ("correct-certificate", str(first.id), "--reason", "sai tên", "--by", "hoa")
    refused = run(*told)
    assert refused.exit_code == 1
    assert "ghi đúng như hồ sơ" in refused.stderr
    with database.writing(tenant) as session:
        session.execute(sa.update(Worker).where(Worker.id == first.worker).values(full_name="Lê Đúng"))
    assert "0003/2026/CDHT of Lê Đúng stands in its place" in succeeded(run(*told))
    assert "corrected by another one; unaltered" in succeeded(run("verify-certificate", first.code))


@pytest.mark.usefixtures("recognised")
def test_a_new_key_signs_and_the_old_one_is_verified(run: Run, database: Database, tenant: UUID) -> None:
    succeeded(run("issue-certificates", DECISION, "--by", "hoa"))
    assert "#2026-2 signs from now on" in succeeded(run("rotate-signing-key", "--by", "hoa"))
    assert "unaltered" in succeeded(run("verify-certificate", entries(database, tenant)[0].code))


@pytest.mark.usefixtures("recognised")
def test_what_cannot_be_is_refused_in_words(run: Run) -> None:
    for arguments, words in (
        (("issue-certificates", "khác", "--by", "x"), "No title is recorded that the decision khác recognised"),
        (("verify-certificate", "ABCD"), "no certificate has this code"),
        (
            ("withdraw-certificate", "0190f3b0-0000-7000-8000-000000000001", "--reason", "x", "--by", "x"),
            "Không có giấy",
        ),
    ):
        result = run(*arguments)
        assert result.exit_code == 1
        assert words in result.stderr
