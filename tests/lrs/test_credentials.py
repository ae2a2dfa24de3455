from __future__ import annotations

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from lrs import api, tenants
from lrs.credentials import credentials, definers, revoke_credential, rotate_credential
from lrs.db import NOBODY, Database
from lrs.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated
from lrs.models import Credential
from tests import neighbour
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


def header_of(key: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


def key_of(header: str) -> str:
    return base64.b64decode(header[6:]).decode().partition(":")[0]


def refused(database: Database, header: str, now: datetime) -> bool:
    try:
        identify(database, header, now)
    except Unauthenticated:
        return True
    return False


DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def test_a_key_is_refused_from_the_instant_it_expires(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        made = api.create_credential(
            session, tenant, name="x", scopes=["all"], pepper=PEPPER, now=now, expires=now + DAY
        )  # fmt: skip
    header = header_of(*made)
    assert not refused(database, header, now + DAY - INSTANT)
    assert refused(database, header, now + DAY)
    assert refused(database, header, now + 1000 * DAY)


def rotate(database: Database, tenant: UUID, header: str, now: datetime, overlap: timedelta, **parts: Any) -> str:
    key = key_of(header)
    with database.writing(tenant) as session:
        return header_of(key, rotate_credential(session, tenant, key, overlap=overlap, pepper=PEPPER, now=now, **parts))


def test_after_a_rotation_both_secrets_open_the_same_until_the_overlap_ends(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    first = credential(tenant)
    second = rotate(database, tenant, first, now, 7 * DAY)
    assert second != first
    assert identify(database, first, now) == identify(database, second, now)
    assert not refused(database, first, now + 7 * DAY - INSTANT)
    assert refused(database, first, now + 7 * DAY)
    assert not refused(database, second, now + 1000 * DAY)


def test_rotating_again_ends_the_older_secret_at_once(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    first = credential(tenant)
    second = rotate(database, tenant, first, now, 7 * DAY)
    third = rotate(database, tenant, first, now, 7 * DAY)
    assert [refused(database, header, now) for header in (first, second, third)] == [True, False, False]
    fourth = rotate(database, tenant, first, now, 0 * DAY)
    assert [refused(database, header, now) for header in (second, third, fourth)] == [True, True, False]


def test_revocation_and_expiry_end_both_secrets(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    first = credential(tenant)
    second = rotate(database, tenant, first, now, 30 * DAY, expires=now + DAY)
    assert [refused(database, header, now + DAY) for header in (first, second)] == [True, True]
    with database.writing(tenant) as session:
        revoke_credential(session, tenant, key_of(first), now=now)
    assert [refused(database, header, now) for header in (first, second)] == [True, True]


def test_a_key_that_is_refused_already_is_not_rotated_unless_it_is_prolonged(
    database: Database, tenant: UUID, other_tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    header = credential(tenant)
    rotate(database, tenant, header, now, DAY, expires=now + DAY)
    with pytest.raises(InvalidRequest, match="has expired"):
        rotate(database, tenant, header, now + DAY, DAY)
    prolonged = rotate(database, tenant, header, now + DAY, DAY, expires=now + 3 * DAY)
    assert [refused(database, prolonged, now + days * DAY) for days in (2, 3)] == [False, True]
    with pytest.raises(NotFound):
        rotate(database, other_tenant, header, now, DAY)
    with database.writing(tenant) as session:
        revoke_credential(session, tenant, key_of(header), now=now)
    with pytest.raises(InvalidRequest, match="is revoked"):
        rotate(database, tenant, header, now, DAY, expires=now + 3 * DAY)


@pytest.mark.parametrize("key", ["", "nobody", "a\0b", "%", "é" * 1000])
def test_a_key_that_nobody_has_is_neither_rotated_nor_revoked(
    database: Database, tenant: UUID, now: datetime, key: str
) -> None:
    with database.writing(tenant) as session:
        with pytest.raises(NotFound):
            rotate_credential(session, tenant, key, overlap=DAY, pepper=PEPPER, now=now)
        with pytest.raises(NotFound):
            revoke_credential(session, tenant, key, now=now)


def test_of_two_rotations_at_once_the_second_sees_what_the_first_made(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    header = credential(tenant)
    with ThreadPoolExecutor(2) as both:
        made = list(both.map(lambda _: rotate(database, tenant, header, now, DAY), range(2)))
    assert [refused(database, one, now) for one in made] == [False, False]
    assert refused(database, header, now)


def test_another_process_refuses_at_the_next_request_what_one_has_revoked_or_rotated(
    database: Database, database_url: str, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    other = Database(database_url)
    revoked, rotated = credential(tenant), credential(tenant)
    assert [refused(other, header, now) for header in (revoked, rotated)] == [False, False]
    with database.writing(tenant) as session:
        revoke_credential(session, tenant, key_of(revoked), now=now)
    new = rotate(database, tenant, rotated, now, 0 * DAY)
    assert [refused(other, header, now) for header in (revoked, rotated, new)] == [True, True, False]
    other.close()


def test_a_test_key_opens_a_sandbox_of_its_owner(
    database: Database, tenant: UUID, other_tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    def test_key(of: UUID) -> api.Identity:
        with database.writing(of) as session:
            made = api.create_credential(
                session, of, name="x", scopes=["all"], pepper=PEPPER, now=now, test=True
            )  # fmt: skip
        return identify(database, header_of(*made), now)

    first, second, stranger = test_key(tenant), test_key(tenant), test_key(other_tenant)
    real = identify(database, credential(tenant), now)
    assert (real.tenant, real.owner, real.test) == (tenant, tenant, False)
    assert (first.owner, stranger.owner) == (tenant, other_tenant)
    assert first.tenant == second.tenant
    assert len({tenant, other_tenant, first.tenant, stranger.tenant}) == 4
    assert first.test
    with database.reading(NOBODY) as session:
        next_door = api.find_tenant(session, neighbour.NAME)
        assert {each for each, _ in api.tenants(session)} == {tenant, other_tenant, next_door}
        everybody = dict(tenants.tenants(session, sandboxes=True))
        assert everybody.keys() == {next_door, tenant, other_tenant, first.tenant, stranger.tenant}
        with pytest.raises(api.UnknownTenant):
            api.find_tenant(session, everybody[first.tenant])
        assert {one.test for one in credentials(session, tenant)} == {True, False}
        assert {one.key for one in credentials(session, tenant)} == {first.key, second.key, real.key}
        assert definers(session, first.tenant) == {first.key, second.key}
    with database.writing(tenant) as session:
        with pytest.raises(NotFound):
            revoke_credential(session, other_tenant, first.key, now=now)
        revoke_credential(session, tenant, first.key, now=now)


def test_of_many_who_make_the_first_test_key_at_once_one_makes_the_sandbox(
    database: Database, tenant: UUID, now: datetime
) -> None:
    def make(_: int) -> UUID:
        with database.writing(tenant) as session:
            return tenants.make_sandbox(session, tenant, now=now)

    with ThreadPoolExecutor(4) as many:
        assert len(set(many.map(make, range(8)))) == 1
