"""Accounts of people: making, inviting, signing in and out, waiting after failures, ending."""

from __future__ import annotations

import hashlib
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import argon2
import pytest
import sqlalchemy as sa

from certification.access import accounts, attempts, breached, passwords, records, sessions
from certification.access.accounts import AccountRefused, SignInRefused
from certification.access.attempts import TooOften
from certification.access.permissions import Role
from certification.access.who import Held
from certification.models import Account, AccountSession, PasswordToken, SignInAttempt
from lrs.db import Database
from tests.certification.access import people
from tests.conftest import PEPPER

GOOD = "đi làm về qua cầu"


@pytest.fixture(autouse=True)
def as_in_production(monkeypatch: pytest.MonkeyPatch, real_hasher: argon2.PasswordHasher) -> None:
    monkeypatch.setattr(passwords, "_HASHER", real_hasher)


def make(database: Database, tenant: UUID, name: str, now: datetime, password: str | None = GOOD) -> None:
    with database.writing(tenant) as session:
        accounts.create(session, tenant, name=name, full_name="Trần Thị Lan", by="test", reason="mới", now=now)
        if password is not None:
            token = accounts.invite(session, tenant, name, by="test", reason="mới", pepper=PEPPER, now=now)
            accounts.set_password(session, tenant, token, password, pepper=PEPPER, now=now)


def sign_in(database: Database, name: str, password: str, now: datetime) -> tuple[str, sessions.SignedIn]:
    return sessions.sign_in(database, name, password, pepper=PEPPER, now=now)


def rows(database: Database, tenant: UUID, table: type) -> int:
    with database.reading(tenant) as session:
        found = session.scalar(sa.select(sa.func.count()).select_from(table).where(table.tenant_id == tenant))  # type: ignore[attr-defined]
    return found or 0


def test_signing_in_and_trying_to_are_on_record_of_whoever_holds_a_role(
    database: Database, tenant: UUID, other_tenant: UUID, now: datetime
) -> None:
    for name in ("lan", "hoa"):
        make(database, tenant, name, now)
    people.give(database, tenant, "lan", Role.OPERATOR, now)
    for name, password in (("lan", "sai"), ("lan", GOOD), ("hoa", GOOD), ("ai-do", GOOD)):
        with suppress(SignInRefused):
            sign_in(database, name, password, now)
    with database.reading(tenant) as session:
        told = records.latest(session, tenant, limit=10, signing_in=True)
        assert [(one.act, one.by, one.at) for one in told] == [
            ("sign-in", "lan", now), ("sign-in.try", "lan", now), ("sign-in.try", "lan", now)
        ]  # fmt: skip
        rights = records.latest(session, tenant, limit=100)
        assert not {one.act for one in rights} & {"sign-in", "sign-in.try"}, "they stand apart"
    with suppress(RuntimeError), database.writing(tenant) as session:
        account = session.scalars(sa.select(Account.id).where(Account.tenant_id == tenant, Account.name == "lan")).one()
        sessions.begin(session, tenant, account, pepper=PEPPER, now=now)
        raise RuntimeError
    with database.reading(tenant) as session:
        assert len(records.latest(session, tenant, limit=10, signing_in=True)) == 3, "in the same transaction"
    with database.reading(other_tenant) as session:
        assert records.latest(session, other_tenant, limit=10, signing_in=True) == []


# ---------------------------------------------------------------- making


@pytest.mark.parametrize("name", ["", "Lan", "lan ", ".lan", "lan@cd", "làn", "a" * 65, "a\0b", "-"])
def test_a_name_that_cannot_be_one_is_refused(database: Database, tenant: UUID, now: datetime, name: str) -> None:
    with database.writing(tenant) as session, pytest.raises(AccountRefused) as refused:
        accounts.create(session, tenant, name=name, full_name="Lan", by="test", reason="mới", now=now)
    assert refused.value.field == "name"


def test_a_name_is_there_once_in_a_tenant(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    make(database, tenant, "lan", now)
    with database.writing(tenant) as session, pytest.raises(AccountRefused, match="there is an account 'lan' already"):
        accounts.create(session, tenant, name="lan", full_name="Lan", by="test", reason="mới", now=now)
    make(database, other_tenant, "lan", now)


def test_an_account_is_no_other_tenants_worker_and_nobody_unknown(
    database: Database, tenant: UUID, now: datetime
) -> None:
    with database.writing(tenant) as session, pytest.raises(AccountRefused) as refused:
        accounts.create(session, tenant, name="lan", full_name="Lan", worker=uuid4(), by="test", reason="mới", now=now)
    assert refused.value.field == "worker"


# ---------------------------------------------------------------- passwords


@pytest.mark.parametrize("password", ["", "ngắn", "aaaaaaaaaaaaaaa", "nguyenlan12", "x" * 201])
def test_a_weak_password_is_refused_and_the_token_stays_good(
    database: Database, tenant: UUID, now: datetime, password: str
) -> None:
    make(database, tenant, "nguyenlan", now, None)
    with database.writing(tenant) as session:
        token = accounts.invite(session, tenant, "nguyenlan", by="test", reason="mới", pepper=PEPPER, now=now)
    with pytest.raises(AccountRefused), database.writing(tenant) as session:
        accounts.set_password(session, tenant, token, password, pepper=PEPPER, now=now)
    with database.writing(tenant) as session:
        accounts.set_password(session, tenant, token, GOOD, pepper=PEPPER, now=now)
    assert sign_in(database, "nguyenlan", GOOD, now)[1].name == "nguyenlan"


def test_passwords_are_kept_as_argon2id_and_vietnamese_ones_work_however_they_are_typed(
    database: Database, tenant: UUID, now: datetime
) -> None:
    composed, parted = "mật khẩu dài", "mâ\u0323t khâ\u0309u da\u0300i"
    make(database, tenant, "lan", now, composed)
    with database.reading(tenant) as session:
        kept = session.scalar(sa.select(Account.password).where(Account.tenant_id == tenant))
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    sign_in(database, "lan", parted, now)


def test_a_password_kept_with_other_parameters_is_kept_anew_at_the_next_sign_in(
    database: Database, tenant: UUID, now: datetime
) -> None:
    make(database, tenant, "lan", now)
    older = argon2.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(GOOD)
    with database.writing(tenant) as session:
        session.execute(sa.update(Account).where(Account.tenant_id == tenant).values(password=older))
    sign_in(database, "lan", GOOD, now)
    with database.reading(tenant) as session:
        kept = session.scalar(sa.select(Account.password).where(Account.tenant_id == tenant))
    assert kept != older
    assert not passwords.is_outdated(kept or "")
    sign_in(database, "lan", GOOD, now)


def test_a_token_to_set_a_password_is_good_once_for_a_week_and_until_the_next(
    database: Database, tenant: UUID, other_tenant: UUID, now: datetime
) -> None:
    make(database, tenant, "lan", now, None)

    def invite() -> str:
        with database.writing(tenant) as session:
            return accounts.invite(session, tenant, "lan", by="test", reason="mới", pepper=PEPPER, now=now)

    def use(token: str, at: datetime = now, where: UUID = tenant) -> None:
        with database.writing(where) as session:
            accounts.set_password(session, where, token, GOOD, pepper=PEPPER, now=at)

    first, second = invite(), invite()
    for token, at in ((first, now), (second, now + accounts.INVITATION_LASTS), (second[:-1] + "é", now), ("", now)):
        with pytest.raises(SignInRefused):
            use(token, at)
    with pytest.raises(SignInRefused):
        use(second, where=other_tenant)
    use(second)
    with pytest.raises(SignInRefused):
        use(second)
    assert rows(database, tenant, PasswordToken) == 0


def test_of_two_who_use_a_token_at_once_one_sets_the_password(database: Database, tenant: UUID, now: datetime) -> None:
    make(database, tenant, "lan", now, None)
    with database.writing(tenant) as session:
        token = accounts.invite(session, tenant, "lan", by="test", reason="mới", pepper=PEPPER, now=now)

    def use(number: int) -> bool:
        try:
            with database.writing(tenant) as session:
                accounts.set_password(session, tenant, token, f"{GOOD} {number}", pepper=PEPPER, now=now)
        except SignInRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(use, range(4))) == 1


@pytest.mark.parametrize(
    "password", ["congdoan-laocai-2026", "Công đoàn Lào Cai 2026", "LDLD_tinh_YenBai#1", "H0ctap.suotdoi"]
)
def test_a_password_of_our_own_words_alone_is_refused(password: str) -> None:
    assert "known to everybody" in (passwords.weakness(password, name="lan") or "")
    assert passwords.weakness(f"{password} mưa rơi", name="lan") is None


@pytest.mark.parametrize("end", [":12\r\n", "\n"])
def test_every_password_of_a_file_of_breached_ones_is_refused_and_no_other(tmp_path: Path, end: str) -> None:
    known = [f"mưa rơi trên mái tôn {number}" for number in range(300)]
    digests = sorted(hashlib.sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in known)
    file = tmp_path / "breached.txt"
    file.write_bytes("".join(f"{one}{end}" for one in digests).encode())
    assert breached.fault_of(file) is None
    assert [one for one in known if not breached.is_among(file, one)] == []
    assert [one for one in known if breached.is_among(file, f"{one}x")] == []
    passwords.hold_against(file)
    try:
        assert "breach of some other site" in (passwords.weakness(known[7], name="lan") or "")
        assert passwords.weakness(unicodedata.normalize("NFD", known[7]), name="lan") is not None
        assert passwords.weakness(f"{known[7]}x", name="lan") is None
    finally:
        passwords.hold_against(None)
    assert passwords.weakness(known[7], name="lan") is None


def test_nothing_is_taken_from_a_password_or_changed_in_it() -> None:
    kept = passwords.hashed(f" Mưa rơi trên mái tôn {'ạ' * 170} 7 ")
    assert passwords.matches(kept, f" Mưa rơi trên mái tôn {'ạ' * 170} 7 ")
    for other in (
        f"Mưa rơi trên mái tôn {'ạ' * 170} 7 ",
        f" mưa rơi trên mái tôn {'ạ' * 170} 7 ",
        f" Mưa rơi trên mái tôn {'ạ' * 170} 7",
        f" Mưa rơi trên mái tôn {'ạ' * 170} ",
    ):
        assert not passwords.matches(kept, other)


# ---------------------------------------------------------------- signing in


def test_a_session_s_token_is_kept_nowhere_and_ends(database: Database, tenant: UUID, now: datetime) -> None:
    make(database, tenant, "lan", now)
    token, begun = sign_in(database, "lan", GOOD, now)
    with database.reading(tenant) as session:
        kept = session.scalar(sa.select(AccountSession.digest).where(AccountSession.tenant_id == tenant))
    assert kept is not None
    assert kept not in token.encode()

    def who(sent: str, at: datetime, pepper: bytes = PEPPER) -> str | None:
        found = sessions.session_of(database, sent, pepper=pepper, now=at)
        return found and found.name

    assert who(token, now) == "lan"
    assert who(token, begun.expires - timedelta(seconds=1)) == "lan"
    assert who(token, begun.expires) is None
    changed = token[:30] + ("B" if token[30] == "A" else "A") + token[31:]
    for wrong in ("", "x", token[:-2], token + "AAAA", changed, "é" * 40, token.swapcase()):
        assert who(wrong, now) is None
    assert who(token, now, b"another installation's secret ...") is None


def test_a_session_that_nobody_uses_ends_and_one_in_use_holds_twelve_hours(
    database: Database, tenant: UUID, now: datetime
) -> None:
    make(database, tenant, "lan", now)
    token, begun = sign_in(database, "lan", GOOD, now)
    half, wide = timedelta(minutes=30), sessions.Idle().wide
    assert begun.expires == now + half

    def who(at: datetime) -> sessions.SignedIn | None:
        return sessions.session_of(database, token, pepper=PEPPER, now=at)

    at = now
    while (found := who(at)) is not None:
        sessions.used(database, found, wide, at)
        at += timedelta(minutes=25)
    assert now + timedelta(hours=11, minutes=30) < at <= now + timedelta(hours=12, minutes=25)
    token, begun = sign_in(database, "lan", GOOD, now)
    sessions.used(database, begun, wide, now + timedelta(minutes=20))
    assert who(now + timedelta(minutes=49)) is not None
    assert who(now + timedelta(minutes=50)) is None


def test_few_requests_of_a_session_write_and_whoever_reaches_far_has_less_time(
    database: Database, tenant: UUID, now: datetime
) -> None:
    make(database, tenant, "lan", now)
    token, begun = sign_in(database, "lan", GOOD, now)
    idle = sessions.Idle()
    short = idle.of([Held(Role.WORKER), Held(Role.OPERATOR)])
    assert (short, idle.of([Held(Role.WORKER)]), idle.of([])) == (idle.wide, idle.others, idle.others)
    sessions.used(database, begun, short, now + timedelta(minutes=2))
    assert sessions.session_of(database, token, pepper=PEPPER, now=now) == begun
    sessions.used(database, begun, short, now + timedelta(minutes=4))
    later = sessions.session_of(database, token, pepper=PEPPER, now=now)
    assert later is not None
    assert later.expires == begun.expires + timedelta(minutes=4)


def test_a_token_of_one_tenant_opens_no_other(
    database: Database, tenant: UUID, other_tenant: UUID, now: datetime
) -> None:
    import base64

    make(database, tenant, "lan", now)
    token, _ = sign_in(database, "lan", GOOD, now)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    moved = base64.urlsafe_b64encode(other_tenant.bytes + raw[16:]).rstrip(b"=").decode()
    assert sessions.session_of(database, moved, pepper=PEPPER, now=now) is None


def test_accounts_of_other_tenants_sign_in_under_their_tenants_name(
    database: Database, tenant: UUID, other_tenant: UUID, now: datetime
) -> None:
    make(database, tenant, "lan", now, GOOD)
    make(database, other_tenant, "lan", now, GOOD + " khác")
    assert sign_in(database, "LAN ", GOOD, now)[1].tenant == tenant
    assert sign_in(database, "lan@other", GOOD + " khác", now)[1].tenant == other_tenant
    with pytest.raises(SignInRefused):
        sign_in(database, "lan@other", GOOD, now)


def test_whatever_is_wrong_the_words_are_the_same_and_a_hash_is_worked_out(
    database: Database, tenant: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time that an answer takes is that of one hash, whoever is asked for: counted, not measured."""
    make(database, tenant, "lan", now)
    make(database, tenant, "khong-mat-khau", now, None)
    make(database, tenant, "nghi", now)
    with database.writing(tenant) as session:
        accounts.deactivate(session, tenant, "nghi", by="test", reason="nghỉ", now=now)
    worked: list[str] = []
    verify = passwords._HASHER.verify

    class Counting:
        def __getattr__(self, name: str) -> object:
            return getattr(argon2.PasswordHasher(), name)

        def verify(self, kept: str, password: str) -> bool:
            worked.append(kept)
            return verify(kept, password)

        def check_needs_rehash(self, kept: str) -> bool:
            return False

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    words = set()
    for name, password in (
        ("lan", "không phải đâu"),
        ("nobody", GOOD),
        ("khong-mat-khau", GOOD),
        ("nghi", GOOD),
        ("lan@nowhere", GOOD),
        ("a\0b", GOOD),
        ("", GOOD),
    ):
        with pytest.raises(SignInRefused) as refused:
            sign_in(database, name, password, now)
        words.add(str(refused.value))
    assert len(words) == 1
    assert len(worked) == 7
    assert {kept.split("$")[3] for kept in worked} == {"m=19456,t=2,p=1"}


@pytest.mark.parametrize("name", ["lan", "nobody"])
def test_whoever_fails_again_and_again_waits_longer_each_time_whether_the_account_is_there_or_not(
    database: Database, tenant: UUID, now: datetime, name: str
) -> None:
    make(database, tenant, "lan", now)
    at, waits = now, []
    for _ in range(attempts.FREE_FAILURES + 10):
        try:
            sign_in(database, name, "không phải đâu", at)
        except TooOften as error:
            waits.append(error.seconds)
            with pytest.raises(TooOften):
                sign_in(database, name, GOOD, at)
            at += timedelta(seconds=error.seconds)
        except SignInRefused:
            pass
    assert waits == [1, 2, 4, 8, 16]
    assert max(attempts.wait_after(n) for n in range(60)) == attempts.LONGEST_WAIT


def test_a_good_sign_in_forgets_the_failures_and_a_day_does(database: Database, tenant: UUID, now: datetime) -> None:
    make(database, tenant, "lan", now)
    for _ in range(attempts.FREE_FAILURES - 1):
        with pytest.raises(SignInRefused):
            sign_in(database, "lan", "không phải đâu", now)
    assert rows(database, tenant, SignInAttempt) == 1
    sign_in(database, "lan", GOOD, now)
    assert rows(database, tenant, SignInAttempt) == 0
    with pytest.raises(SignInRefused):
        sign_in(database, "nobody", "không phải đâu", now)
    with pytest.raises(SignInRefused):
        sign_in(database, "somebody", "không phải đâu", now + timedelta(days=1, seconds=1))
    assert rows(database, tenant, SignInAttempt) == 1


def old_rows(database: Database, tenant: UUID, now: datetime, number: int) -> None:
    """Sessions, tokens and attempts that ended long ago."""
    long_ago = now - timedelta(days=30)
    with database.writing(tenant) as session:
        account = accounts.find(session, tenant, "lan").id
        for index in range(number):
            of_row = {"tenant_id": tenant, "digest": b"old %d" % index}
            session.add(AccountSession(**of_row, account_id=account, begun=long_ago, expires=long_ago))
            session.add(PasswordToken(**of_row, account_id=account, expires=long_ago))
            session.add(SignInAttempt(**of_row, failures=9, last=long_ago, blocked_until=long_ago))


SWEPT = (AccountSession, PasswordToken, SignInAttempt)


def test_who_signs_in_waits_for_nobody_who_sweeps_and_leaves_him_his_rows(
    database: Database, tenant: UUID, now: datetime
) -> None:
    make(database, tenant, "lan", now)
    old_rows(database, tenant, now, 5)
    with ThreadPoolExecutor(1) as pool, ExitStack() as held:
        kept = 0
        if not database.is_sqlite:  # there, writers come one after the other
            other = held.enter_context(database.writing(tenant))
            for table in SWEPT:
                third = sa.delete(table).where(table.tenant_id == tenant, table.digest == b"old 3")
                assert other.connection().execute(third).rowcount == 1
            kept = 1
        pool.submit(sign_in, database, "lan", GOOD, now).result(timeout=60)
        assert [rows(database, tenant, table) for table in SWEPT] == [1 + kept, kept, kept]
    assert [rows(database, tenant, table) for table in SWEPT] == [1, 0, 0]


def test_many_who_come_back_at_once_after_a_long_time_all_sign_in(
    database: Database, tenant: UUID, now: datetime
) -> None:
    """Each one's own count of failures is old, and so for the others something to sweep away."""
    names = [f"lan{number}" for number in range(6)]
    for name in names:
        make(database, tenant, name, now)
    later = now
    for _ in range(3):
        for name in names:
            with pytest.raises(SignInRefused):
                sign_in(database, name, "không phải đâu", later)
        later += timedelta(days=2)
        with ThreadPoolExecutor(len(names)) as pool:
            told = list(pool.map(lambda name, at=later: sign_in(database, name, GOOD, at)[1].name, names))  # type: ignore[misc]
        assert told == names
    assert rows(database, tenant, SignInAttempt) == 0


def test_a_password_set_while_the_account_is_deactivated_blocks_nobody(
    database: Database, tenant: UUID, now: datetime
) -> None:
    make(database, tenant, "lan", now)

    def deactivate() -> None:
        with database.writing(tenant) as session:
            accounts.deactivate(session, tenant, "lan", by="test", reason="nghỉ", now=now)

    def use(token: str) -> None:
        with suppress(SignInRefused), database.writing(tenant) as session:
            accounts.set_password(session, tenant, token, GOOD, pepper=PEPPER, now=now)

    for _ in range(5):
        with database.writing(tenant) as session:
            accounts.reactivate(session, tenant, "lan", by="test", reason="trở lại", now=now)
            token = accounts.invite(session, tenant, "lan", by="test", reason="mới", pepper=PEPPER, now=now)
        with ThreadPoolExecutor(2) as pool:
            for one in (pool.submit(use, token), pool.submit(deactivate)):
                one.result(timeout=60)


def test_guesses_sent_at_once_count_one_by_one(database: Database, tenant: UUID, now: datetime) -> None:
    make(database, tenant, "lan", now)

    def guess(number: int) -> str:
        try:
            sign_in(database, "lan", f"mật khẩu đoán {number}", now)
        except (SignInRefused, TooOften) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(guess, range(24)))
    assert told.count("SignInRefused") == attempts.FREE_FAILURES
    assert told.count("TooOften") == 24 - attempts.FREE_FAILURES


# ---------------------------------------------------------------- ending


def test_a_deactivated_account_is_out_at_once_and_comes_back_without_its_password(
    database: Database, tenant: UUID, now: datetime
) -> None:
    make(database, tenant, "lan", now)
    token, _ = sign_in(database, "lan", GOOD, now)
    with database.writing(tenant) as session:
        for _ in range(2):
            accounts.deactivate(session, tenant, "lan", by="hoa", reason="nghỉ việc", now=now)
    assert sessions.session_of(database, token, pepper=PEPPER, now=now) is None
    with database.writing(tenant) as session, pytest.raises(AccountRefused):
        accounts.invite(session, tenant, "lan", by="hoa", reason="mới", pepper=PEPPER, now=now)
    with database.writing(tenant) as session:
        accounts.reactivate(session, tenant, "lan", by="hoa", reason="trở lại", now=now)
    with pytest.raises(SignInRefused):
        sign_in(database, "lan", GOOD, now)
    with database.reading(tenant) as session:
        acts = [(one.by, one.act) for one in records.latest(session, tenant, limit=10, about="lan")]
    assert acts == [
        ("hoa", "reactivate-account"),
        ("hoa", "deactivate-account"),
        ("lan", "set-password"),
        ("test", "invite"),
        ("test", "create-account"),
    ]


def test_changing_the_password_ends_every_session_and_begins_one(
    database: Database, tenant: UUID, now: datetime
) -> None:
    make(database, tenant, "lan", now)
    here, begun = sign_in(database, "lan", GOOD, now)
    there, _ = sign_in(database, "lan", GOOD, now)
    with pytest.raises(SignInRefused):
        sessions.change_password(database, begun, "không phải đâu", GOOD + " 2", pepper=PEPPER, now=now)
    fresh, _ = sessions.change_password(database, begun, GOOD, GOOD + " 2", pepper=PEPPER, now=now)
    holds = [sessions.session_of(database, one, pepper=PEPPER, now=now) is not None for one in (here, there, fresh)]
    assert holds == [False, False, True]
    with pytest.raises(SignInRefused):
        sign_in(database, "lan", GOOD, now)


def test_signing_out_ends_this_session_or_all(database: Database, tenant: UUID, now: datetime) -> None:
    make(database, tenant, "lan", now)
    (a, begun), (b, _), (c, _) = (sign_in(database, "lan", GOOD, now) for _ in range(3))
    with database.writing(tenant) as session:
        sessions.sign_out(session, begun)
    assert [sessions.session_of(database, one, pepper=PEPPER, now=now) is None for one in (a, b, c)] == [
        True,
        False,
        False,
    ]
    with database.writing(tenant) as session:
        sessions.sign_out(session, begun, everywhere=True)
    assert rows(database, tenant, AccountSession) == 0
