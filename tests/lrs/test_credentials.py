from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from lrs import api
from lrs.credentials import definers, revoke_credential
from lrs.db import NOBODY, Database
from lrs.errors import Forbidden, Unauthenticated
from lrs.models import Credential
from tests.conftest import PEPPER


def identify(database: Database, header: str | None, now: datetime, pepper: bytes = PEPPER) -> api.Identity:
    with database.reading(NOBODY) as session:
        return api.identify(session, header, pepper=pepper, now=now)


def test_key_and_secret_open_their_own_tenant(
    database: Database, tenant: UUID, other_tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    assert identify(database, credential(tenant), now).tenant == tenant
    assert identify(database, credential(other_tenant), now).tenant == other_tenant


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic", "Basic !!!", "Bearer abc", "Basic " + base64.b64encode(b"no-colon").decode(),
     "Basic " + base64.b64encode(b"unknown:secret").decode(), "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
     "Basic " + base64.b64encode(b"a\0b:x").decode()],
)  # fmt: skip
def test_a_header_that_is_nobodys_is_refused(database: Database, now: datetime, header: str | None) -> None:
    with pytest.raises(Unauthenticated):
        identify(database, header, now)


def test_a_wrong_secret_or_another_pepper_is_refused(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    good = credential(tenant)
    key, _, secret = base64.b64decode(good[6:]).decode().partition(":")
    wrong = "Basic " + base64.b64encode(f"{key}:{secret[:-1]}".encode()).decode()
    for header, pepper in ((wrong, PEPPER), (good, b"another pepper")):
        with pytest.raises(Unauthenticated):
            identify(database, header, now, pepper)


def test_a_revoked_key_is_refused_from_that_instant(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    header = credential(tenant)
    with database.writing(tenant) as session:
        session.execute(sa.update(Credential).values(revoked=now))
    identify(database, header, now - timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        identify(database, header, now)


def test_the_secret_is_nowhere_in_the_database(
    database: Database, tenant: UUID, credential: Callable[..., str]
) -> None:
    secret = base64.b64decode(credential(tenant)[6:]).decode().partition(":")[2]
    with database.reading(tenant) as session:
        row = session.execute(sa.select(Credential).where(Credential.tenant_id == tenant)).scalar_one()
    assert secret.encode() not in row.secret_digest
    assert all(secret not in str(value) for value in vars(row).values())


WRITING = ("statements/write", "state", "profile", "define")
READING = ("statements/read", "statements/read/mine", "state/read", "profile/read")


@pytest.mark.parametrize(
    ("given", "opens", "keeps_shut"),
    [
        (("all",), (*WRITING, *READING), ("certification/read",)),
        (("all/read",), READING, (*WRITING, "all", "certification/read")),
        (("statements/write",), ("statements/write",), (*READING, "state", "profile", "define")),
        (("statements/read",), ("statements/read/mine",), ("statements/write", "state/read", "profile/read", "define")),
        (("statements/read/mine",), ("statements/read/mine",), ("statements/read", "state/read")),
        (("state",), ("state", "state/read"), ("profile", "profile/read", "statements/read/mine", "define")),
        (("profile",), ("profile", "profile/read"), ("state", "state/read", "statements/read/mine", "define")),
        (("define",), ("define",), ("statements/write", "state", "profile", *READING)),
        (("certification/read",), ("certification/read",), ("statements/read", "statements/write")),
    ],
)
def test_a_scope_opens_what_it_names_and_no_more(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime,
    given: tuple[str, ...], opens: tuple[str, ...], keeps_shut: tuple[str, ...],
) -> None:  # fmt: skip
    somebody = identify(database, credential(tenant, *given), now)
    for scope in opens:
        somebody.require(scope)
    for scope in keeps_shut:
        with pytest.raises(Forbidden):
            somebody.require(scope)


def test_who_may_define_is_told_of_revoked_keys_too(
    database: Database, tenant: UUID, other_tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    given = [("all",), ("define", "statements/write"), ("statements/write",), ("all/read", "state", "profile")]
    keys = [identify(database, credential(tenant, *scopes), now).key for scopes in given]
    credential(other_tenant)
    with database.writing(tenant) as session:
        revoke_credential(session, tenant, keys[1], now=now)
    with database.reading(tenant) as session:
        assert definers(session, tenant) == set(keys[:2])


def test_no_secret_is_taken_for_an_option(database: Database, tenant: UUID, credential: Callable[..., str]) -> None:
    for _ in range(100):
        key, _, secret = base64.b64decode(credential(tenant)[6:]).decode().partition(":")
        assert len(bytes.fromhex(secret)) == 32
        assert bytes.fromhex(key)
