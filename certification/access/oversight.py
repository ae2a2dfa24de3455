"""What an administrator sees of other people's accounts and may do about them, each with a reason that is recorded.

search         accounts in order of name, by words and kind
state          sessions, code, invitation and wait of one account
end_sessions   signs it out; lift_wait lets it try at once again; turn_off_code for who lost the phone
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.access import accounts, attempts, records, second_factor, tokens
from certification.access.accounts import KnownAccount
from certification.models import Account, AccountSession, Organization, PasswordToken, RoleGiven, SignInAttempt
from lrs.db import Session, among

__all__ = [
    "KINDS",
    "OpenSession",
    "State",
    "end_sessions",
    "lift_wait",
    "roles_of",
    "search",
    "state",
    "turn_off_code",
]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of somebody: `key` names it among the account's; instants in UTC."""

    key: str
    begun: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class State:
    """How an account stands. Instants in UTC; None: there is none."""

    sessions: list[OpenSession]
    has_code: bool
    invited_until: datetime | None
    waits_until: datetime | None
    """Until when nobody may try to sign in under its name, after several failures."""


def _with_role() -> sa.ColumnElement[bool]:
    return sa.exists().where(RoleGiven.tenant_id == Account.tenant_id, RoleGiven.account_id == Account.id)


KINDS: Mapping[str, Callable[[], sa.ColumnElement[bool]]] = {
    "roles": _with_role,
    "worker": lambda: Account.worker_id.is_not(None),
    "waiting": lambda: sa.and_(Account.password_set.is_(None), Account.deactivated.is_(None)),
    "ended": lambda: Account.deactivated.is_not(None),
}
"""Which accounts can be asked for: with a role given ever, of workers, without a password yet, deactivated."""


def search(
    session: Session, tenant: UUID, *, words: str = "", kind: str = "", after: str = "", limit: int
) -> list[KnownAccount]:
    """At most `limit` accounts by name, from the name `after` on: those of a kind of `KINDS`, those whose name or full
    name holds the words (letter case as in the database). One SQL command."""
    query = sa.select(
        Account.id,
        Account.name,
        Account.full_name,
        Account.worker_id,
        Account.created,
        Account.password_set,
        Account.deactivated,
    ).where(Account.tenant_id == tenant, Account.name > after)
    if kind:
        query = query.where(KINDS[kind]())
    if words:
        said = words.replace("\0", "")
        name = Account.name.contains(said.lower(), autoescape=True)
        query = query.where(sa.or_(name, Account.full_name.icontains(said, autoescape=True)))
    return [KnownAccount(*row) for row in session.execute(query.order_by(Account.name).limit(limit))]


def roles_of(
    session: Session, tenant: UUID, ids: Collection[UUID], on: date
) -> dict[UUID, list[tuple[str, str | None]]]:
    """Of each of these accounts the roles that hold on a day, with the unit's name (None: everything). One command."""
    rows: Any = session.execute(
        sa.select(RoleGiven.account_id, RoleGiven.role, Organization.name)
        .outerjoin(Organization, Organization.id == RoleGiven.organization_id)
        .where(
            RoleGiven.tenant_id == tenant,
            among(session, RoleGiven.account_id, ids),
            RoleGiven.starts <= on,
            sa.or_(RoleGiven.until.is_(None), RoleGiven.until > on),
        )
        .order_by(RoleGiven.starts, RoleGiven.id)
    )
    found: dict[UUID, list[tuple[str, str | None]]] = {one: [] for one in ids}
    for account, role, unit in rows:
        found[account].append((role, unit))
    return found


def state(session: Session, tenant: UUID, account: KnownAccount, *, pepper: bytes, now: datetime) -> State:
    """How an account stands. Four SQL commands."""
    rows = session.execute(
        sa.select(AccountSession.digest, AccountSession.begun, AccountSession.expires)
        .where(_of(AccountSession, tenant, account.id), AccountSession.expires > now)
        .order_by(AccountSession.begun.desc(), AccountSession.digest)
    )
    invited = sa.select(sa.func.max(PasswordToken.expires)).where(_of(PasswordToken, tenant, account.id))
    until: datetime | None = session.scalar(invited)
    waits: datetime | None = session.scalar(
        sa.select(SignInAttempt.blocked_until).where(
            SignInAttempt.tenant_id == tenant, SignInAttempt.digest == tokens.digest(pepper, b"attempt", account.name)
        )
    )
    return State(
        sessions=[OpenSession(row.digest.hex(), row.begun, row.expires) for row in rows],
        has_code=second_factor.is_on(session, tenant, account.id),
        invited_until=until if until is not None and until > now else None,
        waits_until=waits if waits is not None and waits > now else None,
    )


def end_sessions(
    session: Session, tenant: UUID, name: str, *, key: str = "", by: str, reason: str, now: datetime
) -> int:
    """Ends the sessions of an account, or the one with this key; how many. Raises AccountRefused."""
    account = accounts.find(session, tenant, name)
    here = _of(AccountSession, tenant, account.id)
    try:
        one = AccountSession.digest == bytes.fromhex(key) if key else sa.true()
    except ValueError:
        return 0
    ended = session.connection().execute(sa.delete(AccountSession).where(here, one)).rowcount
    if ended:
        records.add(session, tenant, by=by, act="end-sessions", about=name, reason=reason, now=now)
    return ended


def lift_wait(session: Session, tenant: UUID, name: str, *, by: str, reason: str, pepper: bytes, now: datetime) -> None:
    """Forgets how often signing in failed, so that the person may try at once. Raises AccountRefused."""
    accounts.find(session, tenant, name)
    attempts.forget(session, tenant, name, pepper)
    records.add(session, tenant, by=by, act="lift-wait", about=name, reason=reason, now=now)


def turn_off_code(session: Session, tenant: UUID, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Asks the account for no code of an app any more. Raises AccountRefused."""
    account = accounts.find(session, tenant, name)
    second_factor.turn_off(session, tenant, account.id, name=name, by=by, reason=reason, now=now)


def _of(table: type[AccountSession] | type[PasswordToken], tenant: UUID, account: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(table.tenant_id == tenant, table.account_id == account)
