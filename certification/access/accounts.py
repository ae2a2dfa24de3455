"""Accounts of people: making and ending them, inviting people to set a password, setting it.

Signing in and out is in `sessions`. `invite` makes a one-time token by which a person sets the password.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access import attempts, passwords, records, tokens
from certification.errors import CertificationError
from certification.models import Account, AccountSession, PasswordToken, SignInLink, Worker
from lrs import api
from lrs.db import Session, among, new_id

__all__ = [
    "INVITATION_LASTS",
    "AccountRefused",
    "KnownAccount",
    "SignInRefused",
    "TokenRefused",
    "accounts",
    "check_name",
    "check_password",
    "create",
    "deactivate",
    "find",
    "invite",
    "keep_password",
    "reactivate",
    "set_password",
]

INVITATION_LASTS = timedelta(days=7)

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?", re.ASCII)


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
    check_name(name, full_name)
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


def check_name(name: str, full_name: str) -> None:
    """Raises AccountRefused for names that no account can have."""
    if not _NAME.fullmatch(name):
        raise AccountRefused("name", f"{name!r} is no account name; write small letters, digits, and . _ - within")
    if not full_name.strip() or "\0" in full_name or len(full_name) > 200:
        raise AccountRefused("full_name", "give the person's full name, of at most 200 characters")


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
    tokens.remove(session, AccountSession, tenant, account.id)
    tokens.remove(session, PasswordToken, tenant, account.id)
    session.execute(sa.delete(SignInLink).where(SignInLink.tenant_id == tenant, SignInLink.account_id == account.id))
    if account.deactivated is None:
        _change(session, account.id, deactivated=now)
        records.add(session, tenant, by=by, act="deactivate-account", about=name, reason=reason, now=now)


def reactivate(session: Session, tenant: UUID, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Take the account into use again, without a password and links elsewhere: whoever it is sets a new one.

    Raises AccountRefused.
    """
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
    tokens.remove(session, PasswordToken, tenant, account.id)
    token = tokens.new(tenant)
    session.add(
        PasswordToken(
            digest=tokens.digest(pepper, b"password", token),
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
    digest = tokens.digest(pepper, b"password", token)
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
        api.tell("sign-in-failed", way="one-time token", why="TokenRefused")
        raise TokenRefused
    check_password(password, row.name)
    used = session.connection().execute(sa.delete(PasswordToken).where(PasswordToken.digest == digest))
    if used.rowcount != 1:  # somebody else was faster
        raise TokenRefused
    keep_password(session, tenant, row.account_id, row.name, passwords.hashed(password), now, pepper)
    records.add(session, tenant, by=row.name, act="set-password", about=row.name, reason="one-time token", now=now)
    name: str = row.name
    return name


def check_password(password: str, name: str, *, field: str = "password") -> None:
    """Raises AccountRefused, at the field, for a password that is too weak."""
    weak = passwords.weakness(password, name=name)
    if weak is not None:
        raise AccountRefused(field, weak)


def keep_password(
    session: Session, tenant: UUID, account: UUID, name: str, hashed: str, now: datetime, pepper: bytes
) -> None:
    """Sets a password, worked on already; whoever is signed in no longer is, and failures are forgotten."""
    _change(session, account, password=hashed, password_set=now)
    tokens.remove(session, AccountSession, tenant, account)
    tokens.remove(session, PasswordToken, tenant, account)
    attempts.forget(session, tenant, name, pepper)


def _change(session: Session, account: UUID, **values: object) -> None:
    session.execute(sa.update(Account).where(Account.id == account).values(**values))
