"""Codes of an app at sign-in: asked for, good once, counted like passwords; and passwords that everybody tries."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from certification.access import accounts, passwords, second_factor, sessions
from certification.access.accounts import SignInRefused
from certification.access.attempts import TooOften
from certification.access.second_factor import WrongCode
from certification.access.sessions import CodeNeeded
from certification.models import SecondFactor
from lrs.db import Database
from tests.certification.access.people import PASSWORD, account
from tests.conftest import PEPPER


@pytest.fixture
def lan(database: Database, tenant: UUID, now: datetime) -> UUID:
    return account(database, tenant, "lan", now)


@pytest.fixture
def app_of_phone(database: Database, tenant: UUID, lan: UUID, now: datetime) -> tuple[pyotp.TOTP, list[str]]:
    """The app, and the recovery codes; a minute before now."""
    before = now - timedelta(minutes=1)
    with database.writing(tenant) as session:
        totp = pyotp.TOTP(second_factor.begin(session, tenant, lan, pepper=PEPPER, now=before))
        codes = second_factor.confirm(session, tenant, lan, "lan", totp.at(before), pepper=PEPPER, now=before)
    return totp, codes


def sign_in(database: Database, now: datetime, code: str | None = None) -> str:
    return sessions.sign_in(database, "lan", PASSWORD, pepper=PEPPER, now=now, code=code)[1].name


def needed(database: Database, now: datetime) -> str:
    with pytest.raises(CodeNeeded) as asked:
        sign_in(database, now)
    return asked.value.pending


def test_nothing_is_asked_for_before_the_owner_has_shown_a_code(
    database: Database, tenant: UUID, lan: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session:
        second_factor.begin(session, tenant, lan, pepper=PEPPER, now=now)
        with pytest.raises(WrongCode):
            second_factor.confirm(session, tenant, lan, "lan", "000000", pepper=PEPPER, now=now)
    assert sign_in(database, now) == "lan"


def test_a_code_is_asked_for_and_good_once(
    database: Database, app_of_phone: tuple[pyotp.TOTP, list[str]], now: datetime
) -> None:
    totp, _ = app_of_phone
    assert sign_in(database, now, totp.at(now)) == "lan"
    with pytest.raises(SignInRefused):
        sign_in(database, now, totp.at(now))
    later = now + timedelta(minutes=1)
    assert sign_in(database, later, totp.at(later - timedelta(seconds=30))) == "lan"
    with pytest.raises(SignInRefused):
        sign_in(database, later + timedelta(minutes=5), totp.at(later))


def test_a_recovery_code_is_good_once_however_it_is_typed(
    database: Database, app_of_phone: tuple[pyotp.TOTP, list[str]], now: datetime
) -> None:
    _, codes = app_of_phone
    assert len(set(codes)) == second_factor.CODES
    assert sign_in(database, now, codes[0].lower().replace("-", " ")) == "lan"
    with pytest.raises(SignInRefused):
        sign_in(database, now, codes[0])
    assert sign_in(database, now, codes[1]) == "lan"


def test_the_code_may_follow_the_password_for_some_minutes_and_as_long_as_that_is_the_password(
    database: Database, tenant: UUID, app_of_phone: tuple[pyotp.TOTP, list[str]], now: datetime
) -> None:
    _, codes = app_of_phone
    pending = needed(database, now)

    def follow(said: str, code: str, at: datetime) -> str:
        return sessions.sign_in_with_code(database, said, code, pepper=PEPPER, now=at)[1].name

    for wrong in ("", "x", "ê", "e30=", pending[:-8], pending[::-1]):
        with pytest.raises(SignInRefused):
            follow(wrong, codes[0], now)
    assert follow(pending, codes[0], now) == "lan"
    with pytest.raises(SignInRefused):
        follow(pending, codes[1], now + sessions.CODE_WITHIN + timedelta(seconds=1))
    with database.writing(tenant) as session:
        token = accounts.invite(session, tenant, "lan", by="test", reason="x", pepper=PEPPER, now=now)
        accounts.set_password(session, tenant, token, "một mật khẩu khác", pepper=PEPPER, now=now)
    with pytest.raises(SignInRefused):
        follow(pending, codes[1], now)


def test_wrong_codes_count_as_wrong_passwords_do(
    database: Database, app_of_phone: tuple[pyotp.TOTP, list[str]], now: datetime
) -> None:
    pending = needed(database, now)
    with pytest.raises(TooOften):
        for _ in range(8):
            try:
                sessions.sign_in_with_code(database, pending, "AAAA-BBBB-CCCC", pepper=PEPPER, now=now)
            except TooOften:
                raise
            except SignInRefused:
                continue


def test_the_secret_lies_encrypted_and_another_tenants_is_none(
    database: Database, tenant: UUID, other_tenant: UUID, lan: UUID, app_of_phone: tuple[pyotp.TOTP, list[str]]
) -> None:
    totp, _ = app_of_phone
    with database.reading(tenant) as session:
        [sealed] = session.scalars(sa.select(SecondFactor.sealed).where(SecondFactor.account_id == lan))
        assert totp.secret.encode() not in sealed
    with database.reading(other_tenant) as session:
        assert not second_factor.is_on(session, other_tenant, lan)


def test_programs_send_the_code_with_the_password(
    client: FlaskClient, database: Database, app_of_phone: tuple[pyotp.TOTP, list[str]]
) -> None:
    body = {"account": "lan", "password": PASSWORD}
    answer = client.post("/api/sign-in", json=body)
    assert answer.status_code == 401
    assert "also asks for a code" in answer.text
    assert client.post("/api/sign-in", json={**body, "code": "000000"}).status_code == 401
    assert client.post("/api/sign-in", json={**body, "code": app_of_phone[1][2]}).status_code == 200
    wrong = client.post("/api/sign-in", json={"account": "lan", "password": "không phải mật khẩu", "code": "1"})
    assert "also asks" not in wrong.text


@pytest.mark.parametrize(
    "password",
    ["1234567890", "password123", "P@ssw0rd2026", "Mật khẩu 123", "anhyeuem1234", "matkhaumatkhau", "qwertyuiop",
     "Công đoàn 2026", "9876543210", "CongDoanVietNam", "!!vietnamvodich!!", "abcdefghijkl"],
)  # fmt: skip
def test_a_password_that_everybody_tries_is_refused(password: str) -> None:
    assert passwords.weakness(password, name="lan") is not None


@pytest.mark.parametrize(
    "password", ["đi làm về qua cầu", "mật khẩu của hàng xóm", "x7Kq2mPz9w", "ba con mèo mướp", "20 hạt mưa rơi"]
)
def test_others_are_not(password: str) -> None:
    assert passwords.weakness(password, name="lan") is None
