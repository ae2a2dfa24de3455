"""The first run, accounts, roles, teams and keys, by command."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from certification.access import accounts, roles, sessions
from certification.access.permissions import Role
from certification.models import AccessRecord, Account, Organization, RoleGiven, RuleFile
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification.commands.running import Run, count, succeeded
from tests.conftest import PEPPER

OWN_UNITS = """Mã,Tên,Loại,Mã cấp trên hành chính,Mã cấp trên công đoàn,Từ ngày,Đến ngày
cdcs/x,CĐCS X,công đoàn cơ sở,,cd/lai-chau,2020-01-01,
dn/x,Doanh nghiệp X,doanh nghiệp,vn/lai-chau,cdcs/x,2020-01-01,
""".encode()
TABLES = (Account, AccessRecord, Organization, RoleGiven, RuleFile)


def last(output: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(output.splitlines()[-1])
    return found


def counts(database: Database, tenant: UUID) -> list[int]:
    return [count(database, table, tenant) for table in TABLES]


# ---------------------------------------------------------------- the first run


def test_the_first_run_makes_a_province_and_the_second_changes_nothing_and_says_so(
    run: Run, database: Database, tenant: UUID, now: datetime
) -> None:
    made = last(succeeded(run("init", "--units", OWN_UNITS)))
    assert made["account"] == "admin"
    with database.writing(tenant) as session:
        accounts.set_password(session, tenant, made["token"], "một câu dễ nhớ", pepper=PEPPER, now=now)
    _, begun = sessions.sign_in(database, "admin", "một câu dễ nhớ", pepper=PEPPER, now=now)
    with database.reading(tenant) as session:
        held = roles.held_by(session, tenant, now.date(), account=begun.account)
        codes = set(session.scalars(sa.select(Organization.code).where(Organization.tenant_id == tenant)))
    assert [(one.role, one.organization) for one in held] == [(Role.OPERATOR, None)]
    assert {"vn", "cd/lai-chau", "cdcs/x", "dn/x"} <= codes
    before = counts(database, tenant)
    assert all(before)
    again = succeeded(run("init", "--units", OWN_UNITS))
    assert "Administrator admin: there already; nothing changed." in again
    assert "Rules: 0 loaded" in again
    assert "token" not in again.splitlines()[-1]
    assert counts(database, tenant) == before
    assert sessions.session_of(database, "x", pepper=PEPPER, now=now) is None
    sessions.sign_in(database, "admin", "một câu dễ nhớ", pepper=PEPPER, now=now)


def test_the_first_run_makes_a_tenant_of_its_own(run: Run, database: Database) -> None:
    told = succeeded(run("init", "--tenant", "tinh-moi", "--administrator", "quan-tri"))
    assert "Tenant tinh-moi: made." in told
    with database.reading(NOBODY) as session:
        owner = api.find_tenant(session, "tinh-moi")
    assert all(counts(database, owner))
    assert last(told)["account"] == "quan-tri"


def test_a_first_run_with_a_faulty_list_of_units_names_every_fault_and_leaves_nothing_half_done(
    run: Run, database: Database, tenant: UUID
) -> None:
    faulty = OWN_UNITS.replace(b"cd/lai-chau,2020", b"cd/khong-co,2020").replace(b"vn/lai-chau,cdcs/x", b",cdcs/x")
    result = run("init", "--units", faulty)
    assert result.exit_code == 1
    assert "2 faults" in result.stderr
    assert counts(database, tenant) == [0] * len(TABLES)


def test_where_the_only_administrator_is_deactivated_another_one_is_made(
    run: Run, database: Database, tenant: UUID, now: datetime
) -> None:
    succeeded(run("init"))
    succeeded(run("deactivate-account", "admin", "--reason", "nghỉ việc"))
    assert last(succeeded(run("init", "--administrator", "hai")))["account"] == "hai"


# ---------------------------------------------------------------- accounts and roles


def test_accounts_are_made_listed_ended_and_taken_up_again(run: Run, ready: None) -> None:
    made = last(
        succeeded(run("create-account", "lan", "--full-name", "Trần Thị Lan", "--worker", "A1", "--reason", "mới"))
    )
    assert made["account"] == "lan"
    assert "lan  Trần Thị Lan  no password yet · a worker" in succeeded(run("accounts"))
    assert last(succeeded(run("invite-account", "lan", "--reason", "quên")))["token"] != made["token"]
    succeeded(run("deactivate-account", "lan", "--reason", "nghỉ việc"))
    assert "deactivated" in succeeded(run("accounts"))
    succeeded(run("reactivate-account", "lan", "--reason", "trở lại"))
    assert "no password yet" in succeeded(run("accounts"))
    record = succeeded(run("access-record", "--about", "lan"))
    assert [line.split("  ")[2] for line in record.splitlines()] == [
        "invite",
        "reactivate-account",
        "deactivate-account",
        "invite",
        "invite",
        "create-account",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create-account", "Lan", "--full-name", "L", "--reason", "x"), "no account name"),
        (("create-account", "lan", "--full-name", "L", "--worker", "Z9", "--reason", "x"), "Z9"),
        (("invite-account", "nobody", "--reason", "x"), "there is no account 'nobody'"),
        (("give-role", "operator", "--account", "nobody", "--reason", "x"), "there is no account 'nobody'"),
        (("give-role", "auditor", "--key", "khong", "--reason", "x"), "there is no key 'khong'"),
        (("give-role", "operator", "--reason", "x"), "give the role to an account or to a key"),
        (("end-role", "01a1fd02-9f9d-74e3-8d7d-5e46d242ea97", "--reason", "x"), "there is no role"),
        (("set-team", "khong/co", "Tổ 1", "A1"), "khong/co"),
    ],
)
def test_what_cannot_be_is_refused_in_words(run: Run, ready: None, arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert words in result.stderr


def test_a_role_is_given_handed_over_and_ended(run: Run, ready: None) -> None:
    succeeded(run("init", "--units", OWN_UNITS))
    for name in ("lan", "hoa"):
        succeeded(run("create-account", name, "--full-name", name, "--reason", "mới"))
    given = succeeded(
        run(
            "give-role", "grassroots-officer", "--account", "lan", "--unit", "cdcs/x", "--from", "2026-01-01",
            "--reason", "QĐ 1",
        )
    ).strip()  # fmt: skip
    new = succeeded(run("hand-over-role", given, "hoa", "--reason", "đại hội")).strip()
    listed = succeeded(run("roles"))
    assert f"{new}  hoa  grassroots-officer  cdcs/x  from 20/11/2026" in listed
    assert given not in listed
    assert f"{given}  lan" in succeeded(run("roles", "--on", "2026-11-19"))
    succeeded(run("end-role", new, "--reason", "nghỉ"))
    assert new not in succeeded(run("roles"))


def test_a_key_with_a_role_opens_its_branch_and_says_until_when(
    run: Run, client: FlaskClient, database: Database, tenant: UUID
) -> None:
    succeeded(run("init", "--units", OWN_UNITS))
    made = last(
        succeeded(
            run(
                "create-key", "--name", "Nhân sự", "--role", "enterprise", "--unit", "dn/x", "--purpose", "đào tạo",
                "--until", "2099-01-01",
            )
        )
    )  # fmt: skip
    with database.reading(tenant) as session:
        (key,) = api.credentials(session, tenant)
        (role,) = (one for one in roles.given(session, tenant) if one.key)
    assert (key.key, key.scopes) == (made["key"], "certification/branch")
    assert key.expires is not None
    assert key.expires.isoformat() == "2098-12-31T17:00:00+00:00", "midnight in Vietnam"
    assert (role.role, role.organization, role.purpose) == (Role.ENTERPRISE, "dn/x", "đào tạo")
    for arguments in (("--scope", "certification/read", "--role", "auditor"), ("--unit", "dn/x")):
        assert run("create-key", "--name", "x", *arguments).exit_code == 2
    assert run("create-key", "--name", "x", "--role", "enterprise", "--unit", "cdcs/x").exit_code == 1
    with database.reading(tenant) as session:
        assert len(api.credentials(session, tenant)) == 1, "a key whose role is refused is not made"


def test_teams_are_listed_with_whoever_is_in_them_and_leads_them(run: Run, ready: None) -> None:
    succeeded(run("set-team", "dn/1", "Tổ 1", "A1", "A2"))
    told = succeeded(run("teams", "dn/1"))
    assert "dn/1 · Tổ 1: 2 workers" in told
    assert "  A1  Nguyễn Thị Hoa, from 20/11/2026" in told
    assert "0 teams on 01/01/2026" in succeeded(run("teams", "dn/2", "--on", "2026-01-01"))
