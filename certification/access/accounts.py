"""Accounts of people: making and ending them, setting passwords, signing in and out.

    sign_in            name and password → a session's token; the same answer, and as slow, whatever is wrong
    session_of         a token → who is signed in, or nobody
    invite             a one-time token by which a person sets the password

Tokens are 256 random bits behind the tenant's id, and are kept as a keyed digest; the tenant's id says where to look
and opens nothing. Who fails to sign in waits longer each time, by name, whether there is such an account or not; the
failure is kept before the password is looked at, so that guesses sent at once count one by one.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access import passwords, records
from certification.errors import CertificationError
from certification.models import Account, AccountSession, PasswordToken, SignInAttempt, Worker
from lrs import api
from lrs.db import NOBODY, Database, Session, among, new_id

__all__ = [
    "INVITATION_LASTS",
    "SESSION_LASTS",
    "AccountRefused",
    "KnownAccount",
    "SignInRefused",
    "SignedIn",
    "TokenRefused",
    "TooOften",
    "accounts",
    "change_password",
    "create",
    "deactivate",
    "find",
    "invite",
    "reactivate",
    "session_of",
    "set_password",
    "sign_in",
    "sign_out",
    "tenant_of",
    "token_tenant",
    "wait_after",
]

SESSION_LASTS = timedelta(hours=12)
"""A day's work. Whoever comes back the next day signs in again."""

INVITATION_LASTS = timedelta(days=7)

FREE_FAILURES = 5
"""How often a password may be mistyped before one has to wait."""

LONGEST_WAIT = timedelta(minutes=5)
"""Long enough to make guessing hopeless, short enough that nobody can lock another out for long."""

FORGOTTEN_AFTER = timedelta(days=1)

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?", re.ASCII)
_TOKEN_BYTES = 32


class AccountRefused(CertificationError):
    """What is asked of an account that cannot be; the text says why and what to do."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class SignInRefused(CertificationError):
    """No such account, no such password, deactivated, or a token that holds no longer: always in the same words."""

    def __init__(self) -> None:
        super().__init__("no account with this name and password, or it may not sign in")


class TokenRefused(SignInRefused):
    """A one-time token that was used, has run out, was followed by another, or never was."""

    def __init__(self) -> None:
        CertificationError.__init__(
            self,
            "this token was used already, has run out, or was followed by a newer one; "
            "ask whoever makes accounts for a new one",
        )


class TooOften(CertificationError):
    """Signing in under this name failed too often; it is looked at again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"signing in under this name failed several times; try again in {seconds} seconds")


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as an administrator sees it. Instants are in UTC."""

    id: UUID
    name: str
    full_name: str
    worker: UUID | None
    created: datetime
    password_set: datetime | None
    deactivated: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session: whose, and until when (UTC)."""

    tenant: UUID
    account: UUID
    name: str
    full_name: str
    worker: UUID | None
    begun: datetime
    expires: datetime
    digest: bytes


# ---------------------------------------------------------------- making and ending


def create(
    session: Session,
    tenant: UUID,
    *,
    name: str,
    full_name: str,
    by: str,
    reason: str,
    now: datetime,
    worker: UUID | None = None,
) -> UUID:
    """Make an account, which nobody can use before a password is set (`invite`). Raises AccountRefused.

    `name` are small ASCII letters, digits, and . _ - within; `worker` is the worker that this person is.
    """
    if not _NAME.fullmatch(name):
        raise AccountRefused("name", f"{name!r} is no account name; write small letters, digits, and . _ - within")
    if not full_name.strip() or "\0" in full_name or len(full_name) > 200:
        raise AccountRefused("full_name", "give the person's full name, of at most 200 characters")
    if worker is not None and not session.scalar(
        sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.id == worker)
    ):
        raise AccountRefused("worker", "there is no such worker")
    account = new_id()
    row = {
        "id": account,
        "tenant_id": tenant,
        "name": name,
        "full_name": full_name.strip(),
        "worker_id": worker,
        "password": None,
        "password_set": None,
        "created": now,
        "deactivated": None,
    }
    bulk.upsert(session, Account, [row])
    if find(session, tenant, name).id != account:
        raise AccountRefused("name", f"there is an account {name!r} already; choose another name")
    records.add(session, tenant, by=by, act="create-account", about=name, reason=reason, now=now)
    return account


def find(session: Session, tenant: UUID, name: str) -> KnownAccount:
    """The account of this name. Raises AccountRefused."""
    found = accounts(session, tenant, names=[name])
    if not found:
        raise AccountRefused("account", f"there is no account {name!r}")
    return found[0]


def accounts(session: Session, tenant: UUID, *, names: Collection[str] | None = None) -> list[KnownAccount]:
    """Accounts of the tenant by name, deactivated ones too; those with one of `names` where it is given."""
    query = sa.select(
        Account.id,
        Account.name,
        Account.full_name,
        Account.worker_id,
        Account.created,
        Account.password_set,
        Account.deactivated,
    ).where(Account.tenant_id == tenant)
    if names is not None:
        query = query.where(among(session, Account.name, [one for one in names if "\0" not in one]))
    return [KnownAccount(*row) for row in session.execute(query.order_by(Account.name))]


def deactivate(session: Session, tenant: UUID, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Refuse this account from now on, and end whatever it is signed in to. Twice is as once. Raises AccountRefused."""
    account = find(session, tenant, name)
    session.execute(sa.select(Account.id).where(Account.id == account.id).with_for_update())
    _end_sessions(session, tenant, account.id)
    session.execute(_of(PasswordToken, tenant, account.id))
    if account.deactivated is None:
        _change(session, account.id, deactivated=now)
        records.add(session, tenant, by=by, act="deactivate-account", about=name, reason=reason, now=now)


def reactivate(session: Session, tenant: UUID, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Take the account into use again, without a password: whoever it is sets a new one. Raises AccountRefused."""
    account = find(session, tenant, name)
    if account.deactivated is not None:
        _change(session, account.id, deactivated=None, password=None, password_set=None)
        records.add(session, tenant, by=by, act="reactivate-account", about=name, reason=reason, now=now)


# ---------------------------------------------------------------- passwords


def invite(session: Session, tenant: UUID, name: str, *, by: str, reason: str, pepper: bytes, now: datetime) -> str:
    """A token by which the person sets the password once, within `INVITATION_LASTS`. One made before ends.

    The password that the account has goes on working until then. Raises AccountRefused.
    """
    account = find(session, tenant, name)
    if account.deactivated is not None:
        raise AccountRefused("account", f"{name!r} is deactivated; reactivate it first")
    session.execute(_of(PasswordToken, tenant, account.id))
    token = _new_token(tenant)
    session.add(
        PasswordToken(
            digest=_digest(pepper, b"password", token),
            tenant_id=tenant,
            account_id=account.id,
            expires=now + INVITATION_LASTS,
        )
    )
    records.add(session, tenant, by=by, act="invite", about=name, reason=reason, now=now)
    return token


def set_password(session: Session, tenant: UUID, token: str, password: str, *, pepper: bytes, now: datetime) -> str:
    """Set the password of the account that this token was made for, once; its name.

    Whoever is signed in to it no longer is. Raises TokenRefused for a token that holds no longer, AccountRefused for a
    password that cannot be.
    """
    digest = _digest(pepper, b"password", token)
    row = session.execute(
        sa.select(PasswordToken.account_id, Account.name)
        .join(Account, Account.id == PasswordToken.account_id)
        .where(
            PasswordToken.tenant_id == tenant,
            PasswordToken.digest == digest,
            PasswordToken.expires > now,
            Account.tenant_id == tenant,
            Account.deactivated.is_(None),
        )
        .with_for_update(of=Account)
    ).one_or_none()
    if row is None:
        raise TokenRefused
    _check_password(password, row.name)
    used = session.connection().execute(sa.delete(PasswordToken).where(PasswordToken.digest == digest))
    if used.rowcount != 1:  # somebody else was faster
        raise TokenRefused
    _keep_password(session, tenant, row.account_id, row.name, passwords.hashed(password), now, pepper)
    records.add(session, tenant, by=row.name, act="set-password", about=row.name, reason="one-time token", now=now)
    name: str = row.name
    return name


def change_password(
    database: Database, signed_in: SignedIn, old: str, new: str, *, pepper: bytes, now: datetime
) -> tuple[str, SignedIn]:
    """Change the own password; every session of the account ends, and the token of a new one is given back.

    Raises SignInRefused for a wrong old password (counted like one at signing in: TooOften), AccountRefused.
    """
    _check_password(new, signed_in.name, field="new")
    kept = _password_after_counting(database, signed_in.tenant, signed_in.name, pepper=pepper, now=now)
    if not passwords.matches(kept[1] if kept else None, old):
        raise SignInRefused
    hashed = passwords.hashed(new)
    with database.writing(signed_in.tenant) as session:
        _keep_password(session, signed_in.tenant, signed_in.account, signed_in.name, hashed, now, pepper)
        records.add(
            session,
            signed_in.tenant,
            by=signed_in.name,
            act="change-password",
            about=signed_in.name,
            reason="by the person",
            now=now,
        )
        return _begin(session, signed_in.tenant, signed_in.account, pepper=pepper, now=now)


def _check_password(password: str, name: str, *, field: str = "password") -> None:
    weak = passwords.weakness(password, name=name)
    if weak is not None:
        raise AccountRefused(field, weak)


def _keep_password(
    session: Session, tenant: UUID, account: UUID, name: str, hashed: str, now: datetime, pepper: bytes
) -> None:
    _change(session, account, password=hashed, password_set=now)
    _end_sessions(session, tenant, account)
    session.execute(_of(PasswordToken, tenant, account))
    _forget_failures(session, tenant, name, pepper)


# ---------------------------------------------------------------- signing in and out


def tenant_of(session: Session, name: str) -> tuple[UUID, str]:
    """The tenant that a name at sign-in is of, and the account's own name: "lan" of the tenant "default", "lan@other".

    Where there is no such tenant, a name that no account has, so that what follows is the same. For NOBODY's session.
    """
    name = "" if "\0" in name else name.strip().lower()
    own, _, tenant = name.partition("@")
    try:
        return api.find_tenant(session, tenant or "default"), own
    except api.UnknownTenant:
        return api.find_tenant(session), name


def sign_in(database: Database, name: str, password: str, *, pepper: bytes, now: datetime) -> tuple[str, SignedIn]:
    """Begin a session: its token, which cannot be read again later. Raises SignInRefused or TooOften.

    In short steps, so that no transaction is held while the password is worked on.
    """
    with database.reading(NOBODY) as session:
        tenant, own = tenant_of(session, name)
    found = _password_after_counting(database, tenant, own, pepper=pepper, now=now)
    if not passwords.matches(found[1] if found else None, password) or found is None:
        raise SignInRefused
    account, kept = found
    better = passwords.hashed(password) if passwords.is_outdated(kept) else kept
    with database.writing(tenant) as session:
        still = session.connection().execute(
            sa.update(Account)
            .where(
                Account.id == account,
                Account.tenant_id == tenant,
                Account.password == kept,
                Account.deactivated.is_(None),
            )
            .values(password=better)
        )
        if still.rowcount != 1:  # changed or deactivated meanwhile
            raise SignInRefused
        _forget_failures(session, tenant, own, pepper)
        return _begin(session, tenant, account, pepper=pepper, now=now)


def session_of(database: Database, token: str, *, pepper: bytes, now: datetime) -> SignedIn | None:
    """Whose session this token is; None for one that was never given, has ended, or whose account is deactivated."""
    tenant = token_tenant(token)
    if tenant is None:
        return None
    with database.reading(tenant) as session:
        return _read(session, tenant, _digest(pepper, b"session", token), now)


def sign_out(session: Session, signed_in: SignedIn, *, everywhere: bool = False) -> None:
    """End this session; with `everywhere` all of the account's."""
    if everywhere:
        _end_sessions(session, signed_in.tenant, signed_in.account)
    else:
        session.execute(
            sa.delete(AccountSession).where(
                AccountSession.tenant_id == signed_in.tenant, AccountSession.digest == signed_in.digest
            )
        )


def token_tenant(token: str) -> UUID | None:
    """Where a token says that it is of; None for what is no token."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return None
    return UUID(bytes=raw[:16]) if len(raw) == 16 + _TOKEN_BYTES else None


def _begin(session: Session, tenant: UUID, account: UUID, *, pepper: bytes, now: datetime) -> tuple[str, SignedIn]:
    token = _new_token(tenant)
    digest = _digest(pepper, b"session", token)
    for table in (AccountSession, PasswordToken):
        _sweep(session, table, tenant, table.expires <= now)
    session.add(
        AccountSession(digest=digest, tenant_id=tenant, account_id=account, begun=now, expires=now + SESSION_LASTS)
    )
    session.flush()
    found = _read(session, tenant, digest, now)
    if found is None:
        raise SignInRefused
    return token, found


def _read(session: Session, tenant: UUID, digest: bytes, now: datetime) -> SignedIn | None:
    row = session.execute(
        sa.select(
            Account.id, Account.name, Account.full_name, Account.worker_id, AccountSession.begun, AccountSession.expires
        )
        .join(Account, Account.id == AccountSession.account_id)
        .where(
            AccountSession.tenant_id == tenant,
            AccountSession.digest == digest,
            AccountSession.expires > now,
            Account.tenant_id == tenant,
            Account.deactivated.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    return SignedIn(tenant, row.id, row.name, row.full_name, row.worker_id, row.begun, row.expires, digest)


def _password_after_counting(
    database: Database, tenant: UUID, name: str, *, pepper: bytes, now: datetime
) -> tuple[UUID, str] | None:
    """The account that may sign in under this name, and its password as kept; the attempt is counted as failed first.

    Raises TooOften while failures before it ask for patience. The own row is locked before others are swept away, so
    that whoever waits for it holds nothing.
    """
    digest = _digest(pepper, b"attempt", name)
    here = sa.and_(SignInAttempt.tenant_id == tenant, SignInAttempt.digest == digest)
    with database.writing(tenant) as session:
        forgotten = SignInAttempt.__table__.c.last < now - FORGOTTEN_AFTER
        fresh = {"tenant_id": tenant, "digest": digest, "failures": 0, "last": now, "blocked_until": now}
        counted_on = {"failures": lambda kept, new: sa.case((forgotten, new), else_=kept)}
        bulk.upsert(session, SignInAttempt, [fresh], merging=counted_on)
        counted = session.execute(
            sa.update(SignInAttempt)
            .where(here, SignInAttempt.blocked_until <= now)
            .values(failures=SignInAttempt.failures + 1, last=now)
            .returning(SignInAttempt.failures)
        ).scalar_one_or_none()
        if counted is None:
            until = session.scalars(sa.select(SignInAttempt.blocked_until).where(here)).one()
            raise TooOften(max(1, -int((now - until).total_seconds() // 1)))
        session.execute(sa.update(SignInAttempt).where(here).values(blocked_until=now + wait_after(counted)))
        _sweep(session, SignInAttempt, tenant, forgotten)
        row = session.execute(
            sa.select(Account.id, Account.password).where(
                Account.tenant_id == tenant, Account.name == name, Account.deactivated.is_(None)
            )
        ).one_or_none()
    return None if row is None or row.password is None else (row.id, row.password)


def wait_after(failures: int) -> timedelta:
    """How long nobody may try again after so many failures in a row: nothing at first, then 1, 2, 4 … seconds."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(LONGEST_WAIT, timedelta(seconds=2 ** min(failures - FREE_FAILURES, 20)))


def _forget_failures(session: Session, tenant: UUID, name: str, pepper: bytes) -> None:
    session.execute(
        sa.delete(SignInAttempt).where(
            SignInAttempt.tenant_id == tenant, SignInAttempt.digest == _digest(pepper, b"attempt", name)
        )
    )


def _change(session: Session, account: UUID, **values: object) -> None:
    session.execute(sa.update(Account).where(Account.id == account).values(**values))


def _end_sessions(session: Session, tenant: UUID, account: UUID) -> None:
    session.execute(_of(AccountSession, tenant, account))


_Kept = type[AccountSession] | type[PasswordToken] | type[SignInAttempt]


def _of(table: type[AccountSession] | type[PasswordToken], tenant: UUID, account: UUID) -> sa.Delete:
    """Deletes those of an account, in the order of the key, as everybody who deletes several of them does."""
    rows = sa.select(table.digest).where(table.tenant_id == tenant, table.account_id == account)
    return _locked(table, tenant, rows.order_by(table.digest).with_for_update())


def _sweep(session: Session, table: _Kept, tenant: UUID, old: sa.ColumnElement[bool]) -> None:
    """Delete what is old. Waits for nobody: what somebody else has in hand is left to him, or to the next sweep."""
    rows = sa.select(table.digest).where(table.tenant_id == tenant, old).order_by(table.digest)
    session.execute(_locked(table, tenant, rows.with_for_update(skip_locked=True)))


def _locked(table: _Kept, tenant: UUID, rows: sa.Select[bytes]) -> sa.Delete:
    return sa.delete(table).where(table.tenant_id == tenant, table.digest.in_(rows))


def _new_token(tenant: UUID) -> str:
    return base64.urlsafe_b64encode(tenant.bytes + secrets.token_bytes(_TOKEN_BYTES)).rstrip(b"=").decode()


def _digest(pepper: bytes, purpose: bytes, text: str) -> bytes:
    return hmac.digest(pepper, b"certification " + purpose + b"\0" + text.encode(), "sha256")
