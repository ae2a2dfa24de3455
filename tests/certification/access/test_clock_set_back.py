"""A clock that was an hour ahead and is set right keeps nobody out who signs in afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pyotp
import pytest

from certification.access import second_factor, sent_codes, sessions
from certification.access.accounts import SignInRefused
from lrs.db import Database
from tests.certification.access.people import PASSWORD, account
from tests.conftest import PEPPER

AHEAD = timedelta(hours=1)


@pytest.fixture
def lan(database: Database, tenant: UUID, now: datetime) -> UUID:
    return account(database, tenant, "lan", now)


def sign_in(database: Database, at: datetime, password: str = PASSWORD, code: str | None = None) -> str:
    return sessions.sign_in(database, "lan", password, pepper=PEPPER, now=at, code=code)[0]


def test_a_password_mistyped_by_the_wrong_clock_blocks_nobody(database: Database, lan: UUID, now: datetime) -> None:
    with pytest.raises(SignInRefused):
        sign_in(database, now + AHEAD, "không phải đâu")
    assert sign_in(database, now)


def test_a_session_begun_by_it_goes_on(database: Database, lan: UUID, now: datetime) -> None:
    token = sign_in(database, now + AHEAD)
    assert sessions.session_of(database, token, pepper=PEPPER, now=now) is not None
    late = now + AHEAD + sessions.SESSION_LASTS
    assert sessions.session_of(database, token, pepper=PEPPER, now=late) is None


def test_codes_of_an_app_are_taken_again_each_once(database: Database, tenant: UUID, lan: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        totp = pyotp.TOTP(second_factor.begin(session, tenant, lan, pepper=PEPPER, now=now))
        shown = totp.at(now + AHEAD)
        second_factor.confirm(session, tenant, lan, "lan", shown, pepper=PEPPER, now=now + AHEAD)
    assert sign_in(database, now, code=totp.at(now))
    with pytest.raises(SignInRefused):
        sign_in(database, now, code=totp.at(now))


def test_a_code_sent_by_it_holds_no_longer_and_a_new_one_goes_out(
    database: Database, tenant: UUID, lan: UUID, now: datetime
) -> None:
    def sent(at: datetime) -> str | None:
        with database.writing(tenant) as session:
            return sent_codes._new_code(session, tenant, lan, "sign-in", PEPPER, at)

    def passes(code: str | None, at: datetime) -> bool:
        return sent_codes._passes(database, tenant, lan, "sign-in", code or "", PEPPER, at)

    old = sent(now + AHEAD)
    assert old and not passes(old, now)
    new = sent(now)
    assert new and sent(now) is None
    assert passes(new, now) and not passes(new, now)
