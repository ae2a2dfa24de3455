"""People who are signed in.

sign_in     name and password → a session's token; the same answer, and as slow, whatever is wrong (`attempts`)
session_of  a token → who is signed in, or nobody
used        the session goes on: it ends when nobody has asked anything by it for as long as `Idle` says
sessions_of every session of an account, for whoever it is; end_others ends them
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification.access import attempts, passwords, providers, records, second_factor, tokens
from certification.access.accounts import SignInRefused, check_password, keep_password
from certification.access.permissions import WIDE
from certification.access.told import failing
from certification.access.who import Held
from certification.errors import CertificationError
from certification.models import Account, AccountSession, PasswordToken
from lrs import api
from lrs.db import AWAY, NOBODY, Database, Session, is_away

__all__ = [
    "ALL_OTHERS",
    "SESSION_LASTS",
    "CodeNeeded",
    "Idle",
    "NotLinked",
    "OpenSession",
    "SignedIn",
    "begin",
    "begun_at",
    "change_password",
    "confirm",
    "end_others",
    "session_of",
    "sessions_of",
    "sign_in",
    "sign_in_from",
    "sign_in_with_code",
    "sign_out",
    "tenant_of",
    "turn_off_code",
    "used",
]

log = logging.getLogger(__name__)

CODE_WITHIN = timedelta(minutes=5)
"""How long after the password the code may follow."""

SESSION_LASTS = timedelta(hours=12)
"""A day's work. Whoever comes back the next day signs in again."""


@dataclass(frozen=True, slots=True)
class Idle:
    """After how long without a request a session ends: of whoever reaches far, and of everybody else."""

    wide: timedelta = timedelta(minutes=30)
    others: timedelta = timedelta(hours=4)

    def of(self, held: Iterable[Held]) -> timedelta:
        """Of an account with these roles."""
        return self.wide if any(one.role in WIDE for one in held) else self.others


FIRST_USE_WITHIN = Idle().wide
"""How long a session waits for its first request, which says what comes after."""


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
    has_code: bool = False
    """Whether the account asks for the code of an app as well, or an organization that is trusted to has asked for a
    second factor for this session."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of an account: `key` names it among the account's; instants in UTC; where it was begun."""

    key: str
    begun: datetime
    expires: datetime
    is_this: bool
    provider: UUID | None = None


class CodeNeeded(SignInRefused):
    """The password is right, or an organization's sign-in said who it is, and the account asks for a code as well.

    `pending` says so to `sign_in_with_code`."""

    goes_on = True

    def __init__(self, pending: str) -> None:
        self.pending = pending
        CertificationError.__init__(self, "this account also asks for a code: that of its app, or a recovery code")


class NotLinked(SignInRefused):
    """An organization's sign-in said who it is, and no account in use is linked with that. `provider`: its name."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        CertificationError.__init__(self, f"no account here is linked with whoever signed in at {provider}")


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


@failing("password")
def sign_in(
    database: Database, name: str, password: str, *, pepper: bytes, now: datetime, code: str | None = None
) -> tuple[str, SignedIn]:
    """Begin a session: its token, which cannot be read again later. Raises SignInRefused or TooOften.

    Raises CodeNeeded for an account that asks for a code, where none comes.

    In short steps, so that no transaction is held while the password is worked on.
    """
    with database.reading(NOBODY) as session:
        tenant, own = tenant_of(session, name)
    found = attempts.password_after_counting(database, tenant, own, pepper=pepper, now=now)
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
        if second_factor.is_on(session, tenant, account):
            if code is None:
                raise CodeNeeded(_pending(tenant, account, own, kept, None, pepper, now))
            if not second_factor.passes(session, tenant, account, code, pepper=pepper, now=now):
                raise SignInRefused
        attempts.forget(session, tenant, own, pepper)
        return begin(session, tenant, account, pepper=pepper, now=now)


@failing("code")
def sign_in_with_code(
    database: Database, pending: str, code: str, *, pepper: bytes, now: datetime
) -> tuple[str, SignedIn]:
    """Begin the session of whoever gave the right password, or signed in elsewhere, before.

    Raises SignInRefused or TooOften. Wrong codes count as wrong passwords do.
    """
    tenant, account, own, digest, provider = _of_pending(pending, pepper, now)
    found = attempts.account_after_counting(database, tenant, own, pepper=pepper, now=now)
    if found is None or found[0] != account or not hmac.compare_digest(_told(found[1], provider, pepper), digest):
        raise SignInRefused  # the password was changed meanwhile
    with database.writing(tenant) as session:
        if provider is not None and not providers.is_linked(session, tenant, provider, account):
            raise SignInRefused
        if not second_factor.passes(session, tenant, account, code, pepper=pepper, now=now):
            raise SignInRefused
        attempts.forget(session, tenant, own, pepper)
        return begin(session, tenant, account, pepper=pepper, now=now, provider=provider)


@failing("organization")
def sign_in_from(
    database: Database,
    tenant: UUID,
    provider: providers.Provider,
    subject: str,
    *,
    second_factor_there: bool,
    pepper: bytes,
    now: datetime,
) -> tuple[str, SignedIn]:
    """Begin the session of whoever an organization's sign-in calls `subject`.

    Raises NotLinked, and CodeNeeded for an account that asks for a code, unless the organization asked for a second
    factor and is trusted to.
    """
    with database.writing(tenant) as session:
        found = providers.account_of(session, tenant, provider, subject, pepper)
        if found is None:
            raise NotLinked(provider.name)
        account, name = found
        trusted = provider.trusts_second_factor and second_factor_there
        if not trusted and second_factor.is_on(session, tenant, account):
            raise CodeNeeded(_pending(tenant, account, name, None, provider.id, pepper, now))
        return begin(session, tenant, account, pepper=pepper, now=now, provider=provider.id, two_factors_there=trusted)


@failing("turning the code off")
def turn_off_code(database: Database, signed_in: SignedIn, code: str, *, pepper: bytes, now: datetime) -> None:
    """Ask the account for no codes any more, once one was shown a last time. Raises SignInRefused or TooOften: wrong
    codes count as wrong passwords do."""
    tenant, account, name = signed_in.tenant, signed_in.account, signed_in.name
    attempts.password_after_counting(database, tenant, name, pepper=pepper, now=now)
    with database.writing(tenant) as session:
        if not second_factor.passes(session, tenant, account, code, pepper=pepper, now=now):
            raise SignInRefused
        second_factor.turn_off(session, tenant, account, name=name, by=name, reason="by the person", now=now)
        attempts.forget(session, tenant, name, pepper)


def _pending(
    tenant: UUID, account: UUID, own: str, kept: str | None, provider: UUID | None, pepper: bytes, now: datetime
) -> str:
    until = int((now + CODE_WITHIN).timestamp())
    by = None if provider is None else str(provider)
    said = json.dumps([str(tenant), str(account), own, _told(kept, provider, pepper), until, by])
    sealed = tokens.digest(pepper, b"pending", said).hex()
    return base64.urlsafe_b64encode(json.dumps([said, sealed]).encode()).decode()


def _of_pending(pending: str, pepper: bytes, now: datetime) -> tuple[UUID, UUID, str, str, UUID | None]:
    try:
        said, sealed = json.loads(base64.urlsafe_b64decode(pending.encode()))
        good = hmac.compare_digest(tokens.digest(pepper, b"pending", said).hex(), sealed)
        tenant, account, own, digest, until, by = json.loads(said)
    except (ValueError, TypeError, AttributeError):
        raise SignInRefused from None
    if not good or now.timestamp() > until:
        raise SignInRefused
    return UUID(tenant), UUID(account), own, digest, None if by is None else UUID(by)


def _told(kept: str | None, provider: UUID | None, pepper: bytes) -> str:
    """What tells one password from another, without saying it; of whoever signed in elsewhere, one sign-in."""
    if provider is not None:
        return tokens.digest(pepper, b"pending sign-in", str(provider)).hex()
    return "" if kept is None else tokens.digest(pepper, b"pending password", kept).hex()


def session_of(database: Database, token: str, *, pepper: bytes, now: datetime) -> SignedIn | None:
    """Whose session this token is; None for one that was never given, has ended, or whose account is deactivated."""
    tenant = tokens.token_tenant(token)
    if tenant is None:
        return None
    with database.reading(tenant) as session:
        return _read(session, tenant, tokens.digest(pepper, b"session", token), now)


def used(database: Database, signed_in: SignedIn, idle: timedelta, now: datetime) -> None:
    """Have the session end when it has not been used for so long, and no later than `SESSION_LASTS` after it began.

    What is kept is up to a tenth of that behind, so that few requests write. Where the database takes no writes,
    reading goes on.
    """
    until = min(signed_in.begun + SESSION_LASTS, now + idle)
    if abs(until - signed_in.expires) < idle / 10:
        return
    try:
        with database.writing(signed_in.tenant) as session:
            session.execute(
                sa.update(AccountSession)
                .where(AccountSession.tenant_id == signed_in.tenant, AccountSession.digest == signed_in.digest)
                .values(expires=until)
            )
    except AWAY as error:
        if not is_away(error):
            raise
        log.exception("that a session is in use could not be kept")


def sign_out(session: Session, signed_in: SignedIn, *, everywhere: bool = False) -> None:
    """End this session; with `everywhere` all of the account's."""
    if everywhere:
        tokens.remove(session, AccountSession, signed_in.tenant, signed_in.account)
    else:
        session.execute(
            sa.delete(AccountSession).where(
                AccountSession.tenant_id == signed_in.tenant, AccountSession.digest == signed_in.digest
            )
        )


ALL_OTHERS = "khac"


def sessions_of(session: Session, signed_in: SignedIn, now: datetime) -> list[OpenSession]:
    """The sessions that the account has open, the newest first. One SQL command."""
    rows = session.execute(
        sa.select(AccountSession.digest, AccountSession.begun, AccountSession.expires, AccountSession.provider_id)
        .where(
            AccountSession.tenant_id == signed_in.tenant,
            AccountSession.account_id == signed_in.account,
            AccountSession.expires > now,
        )
        .order_by(AccountSession.begun.desc(), AccountSession.digest)
    )
    return [
        OpenSession(row.digest.hex(), row.begun, row.expires, row.digest == signed_in.digest, row.provider_id)
        for row in rows
    ]


def begun_at(session: Session, signed_in: SignedIn) -> UUID | None:
    """At which organization's sign-in this session was begun; None: here."""
    return session.scalar(
        sa.select(AccountSession.provider_id).where(
            AccountSession.tenant_id == signed_in.tenant, AccountSession.digest == signed_in.digest
        )
    )


def end_others(session: Session, signed_in: SignedIn, key: str) -> int:
    """End the account's session with this key, or all others with `ALL_OTHERS`; how many ended."""
    others = sa.and_(
        AccountSession.tenant_id == signed_in.tenant,
        AccountSession.account_id == signed_in.account,
        AccountSession.digest != signed_in.digest,
    )
    if key != ALL_OTHERS:
        try:
            others = sa.and_(others, AccountSession.digest == bytes.fromhex(key))
        except ValueError:
            return 0
    return session.connection().execute(sa.delete(AccountSession).where(others)).rowcount


@failing("changing the password")
def change_password(
    database: Database, signed_in: SignedIn, old: str, new: str, *, pepper: bytes, now: datetime
) -> tuple[str, SignedIn]:
    """Change the own password; every session of the account ends, and the token of a new one is given back.

    Raises SignInRefused for a wrong old password (counted like one at signing in: TooOften), AccountRefused.
    """
    check_password(new, signed_in.name, field="new")
    kept = attempts.password_after_counting(database, signed_in.tenant, signed_in.name, pepper=pepper, now=now)
    if not passwords.matches(kept[1] if kept else None, old):
        raise SignInRefused
    hashed = passwords.hashed(new)
    with database.writing(signed_in.tenant) as session:
        keep_password(session, signed_in.tenant, signed_in.account, signed_in.name, hashed, now, pepper)
        records.add(
            session,
            signed_in.tenant,
            by=signed_in.name,
            act="change-password",
            about=signed_in.name,
            reason="by the person",
            now=now,
        )
        return begin(session, signed_in.tenant, signed_in.account, pepper=pepper, now=now)


@failing("password again")
def confirm(database: Database, signed_in: SignedIn, password: str, *, pepper: bytes, now: datetime) -> None:
    """That whoever uses the session knows the password as well, before something that outlasts it. Raises SignInRefused
    for a wrong one or an account without, counted like one at signing in: TooOften."""
    kept = attempts.password_after_counting(database, signed_in.tenant, signed_in.name, pepper=pepper, now=now)
    if not passwords.matches(kept[1] if kept else None, password):
        raise SignInRefused
    with database.writing(signed_in.tenant) as session:
        attempts.forget(session, signed_in.tenant, signed_in.name, pepper)


def begin(
    session: Session,
    tenant: UUID,
    account: UUID,
    *,
    pepper: bytes,
    now: datetime,
    provider: UUID | None = None,
    two_factors_there: bool = False,
) -> tuple[str, SignedIn]:
    """A session of the account for somebody who has shown to be its owner, here or at an organization's sign-in, which
    asked for two factors and is trusted to: its token. Raises SignInRefused."""
    token = tokens.new(tenant)
    digest = tokens.digest(pepper, b"session", token)
    for table in (AccountSession, PasswordToken):
        tokens.sweep(session, table, tenant, table.expires <= now)
    session.add(
        AccountSession(
            digest=digest,
            tenant_id=tenant,
            account_id=account,
            begun=now,
            expires=now + FIRST_USE_WITHIN,
            provider_id=provider,
            second_factor=two_factors_there,
        )
    )
    session.flush()
    found = _read(session, tenant, digest, now)
    if found is None:
        raise SignInRefused
    way = "organization" if provider is not None else ""
    records.sign_in(session, tenant, Account.id == account, act=records.SIGNED_IN, way=way, now=now)
    api.tell("signed-in", account=str(account))
    return token, found


def _read(session: Session, tenant: UUID, digest: bytes, now: datetime) -> SignedIn | None:
    row = session.execute(
        sa.select(
            Account.id,
            Account.name,
            Account.full_name,
            Account.worker_id,
            AccountSession.begun,
            AccountSession.expires,
            sa.or_(AccountSession.second_factor, second_factor.asked_of(Account.id)).label("has_code"),
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
    who = (row.id, row.name, row.full_name, row.worker_id)
    return SignedIn(tenant, *who, row.begun, row.expires, digest, bool(row.has_code))
