"""`flask certification set-sign-in` and its like."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from certification.access import providers
from lrs.db import Database
from tests.certification.access.people import account
from tests.certification.commands.running import Run, succeeded
from tests.conftest import PEPPER

SECRET = "bí mật của khách"


def test_operators_set_sign_ins_link_and_end_them(
    run: Run, database: Database, tenant: UUID, now: datetime, tmp_path: Path
) -> None:
    account(database, tenant, "lan", now)
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    said = ("--reason", "công văn 12")
    there = ("--name", "LĐLĐ tỉnh", "--issuer", "https://dang-nhap.example", "--client-id", "cdht")
    told = succeeded(run("set-sign-in", "ldld", *there, "--secret-file", str(secret), *said))
    with database.reading(tenant) as session:
        made = providers.find(session, tenant, "ldld")
        assert providers.secret_of(session, tenant, made.id, PEPPER) == SECRET
    assert told.endswith(f"/dang-nhap/to-chuc/{tenant}/{made.id}/xong\n")
    assert "in use" in succeeded(run("sign-ins"))
    assert "signs in by ldld" in succeeded(run("link-sign-in", "lan", "ldld", "u-17", *said))
    assert "no longer" in succeeded(run("unlink-sign-in", "lan", "ldld", *said))
    assert "any more" in succeeded(run("end-sign-in", "ldld", *said))
    assert "until" in succeeded(run("sign-ins"))
    for wrong in (("end-sign-in", "ldld"), ("link-sign-in", "lan", "ldld", "x"), ("unlink-sign-in", "lan", "x")):
        assert run(*wrong, *said).exit_code == 1
    assert len(succeeded(run("access-record", "--about", "ldld")).splitlines()) == 2
