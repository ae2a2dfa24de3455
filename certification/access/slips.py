"""Slips with codes by which workers sign in, printed by their union: for whoever has no password, mail or smartphone.

A slip has the name to sign in by and ten codes, each good once; another slip ends the one before, and codes that are
sent (`sent_codes`) go nowhere until the worker says anew where to. It opens nothing but
the worker's own record: an account that holds any other role, or asks for the code of an app, signs in by its password.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from certification.access import accounts, attempts, records, second_factor, sessions, tokens
from certification.access.accounts import AccountRefused, SignInRefused
from certification.access.told import failing
from certification.models import Account, RecoveryCode, RoleGiven, SentCode, SignInContact
from certification.people.workers import Person
from lrs.db import NOBODY, Database, Session

__all__ = ["CODES", "Slip", "is_plain", "print_slip", "sign_in"]

CODES = 10
"""Codes of a slip."""

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""None that is taken for another. Ten of them: fifty bits, and wrong ones make one wait."""
_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed: the name to sign in by, and the codes, which cannot be read again later."""

    account: str
    full_name: str
    codes: Sequence[str]


def print_slip(session: Session, tenant: UUID, person: Person, *, by: str, pepper: bytes, now: datetime) -> Slip:
    """A new slip for a worker, whose account is made where there is none. Raises AccountRefused.

    Recorded with who printed it: whoever holds the slip can sign in as the worker.
    """
    reason = f"slip for the worker {person.number}"
    own = sa.select(Account).where(Account.tenant_id == tenant, Account.worker_id == person.id)
    found = session.scalars(own.order_by(Account.created, Account.id).limit(1)).one_or_none()
    if found is None:
        name = _free_name(session, tenant, person.number)
        full_name = person.full_name[:200]
        account = accounts.create(
            session, tenant, name=name, full_name=full_name, worker=person.id, by=by, reason=reason, now=now
        )
    else:
        name, account, full_name = found.name, found.id, found.full_name
        if found.deactivated is not None:
            raise AccountRefused("account", f"the account {name!r} is deactivated; reactivate it first")
    if not is_plain(session, tenant, account):
        raise AccountRefused(
            "account", f"the account {name!r} holds a role or asks for the code of an app: it signs in by its password"
        )
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.tenant_id == tenant, RecoveryCode.account_id == account))
    for table in (SignInContact, SentCode):  # whoever lost the telephone gets a slip, and the telephone no more codes
        session.execute(sa.delete(table).where(table.tenant_id == tenant, table.account_id == account))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(CODES)]
    for one in codes:
        session.add(RecoveryCode(digest=_digest(pepper, account, one), tenant_id=tenant, account_id=account))
    records.add(session, tenant, by=by, act="print-slip", about=name, reason=reason, now=now)
    return Slip(name, full_name, [f"{one[:5]}-{one[5:]}" for one in codes])


@failing("slip")
def sign_in(database: Database, name: str, code: str, *, pepper: bytes, now: datetime) -> tuple[str, sessions.SignedIn]:
    """Begin a session by a code of a slip. Raises SignInRefused or TooOften: wrong codes count like wrong passwords."""
    with database.reading(NOBODY) as session:
        tenant, own = sessions.tenant_of(session, name)
    found = attempts.account_after_counting(database, tenant, own, pepper=pepper, now=now)
    plain = re.sub(r"[^A-Z0-9]", "", code.upper())
    if found is None or len(plain) != _LENGTH:
        raise SignInRefused
    account = found[0]
    with database.writing(tenant) as session:
        used = sa.delete(RecoveryCode).where(
            RecoveryCode.tenant_id == tenant,
            RecoveryCode.account_id == account,
            RecoveryCode.digest == _digest(pepper, account, plain),
        )
        if session.connection().execute(used).rowcount != 1 or not is_plain(session, tenant, account):
            raise SignInRefused
        attempts.forget(session, tenant, own, pepper)
        return sessions.begin(session, tenant, account, pepper=pepper, now=now)


def is_plain(session: Session, tenant: UUID, account: UUID) -> bool:
    """Whether the account is a worker's and nothing else: it never held a role, and asks for no code of an app."""
    held = sa.select(RoleGiven.id).where(RoleGiven.tenant_id == tenant, RoleGiven.account_id == account).limit(1)
    worker = sa.select(Account.worker_id).where(Account.tenant_id == tenant, Account.id == account)
    return (
        session.scalar(worker) is not None
        and session.scalar(held) is None
        and not second_factor.is_on(session, tenant, account)
    )


def _free_name(session: Session, tenant: UUID, number: str) -> str:
    """A name to sign in by, made of the worker's number, that no account has yet."""
    folded = unicodedata.normalize("NFD", number.lower().replace("đ", "d"))
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(one for one in folded if not unicodedata.combining(one))).strip("-")
    wanted = [plain[:50].strip("-") or "nld"]
    wanted += [f"{wanted[0]}-{end}" for end in range(2, 30)]
    taken = {one.name for one in accounts.accounts(session, tenant, names=wanted)}
    free = next((one for one in wanted if one not in taken), None)
    return free or f"nld-{secrets.token_hex(6)}"


def _digest(pepper: bytes, account: UUID, code: str) -> bytes:
    return tokens.digest(pepper, b"slip code", f"{account} {code}")
