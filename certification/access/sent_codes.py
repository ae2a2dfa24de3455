"""One-time codes by which workers sign in, sent to a mail address or telephone of their own.

ask         a code for whoever signs in under a name; says nothing of whether there is such an account
sign_in     the code that was sent: a session
tell, confirm, forget   where codes go, said by the account's owner and confirmed by a code that was sent there

As a slip does, a code opens nothing but the worker's own record (`slips.is_plain`). A code holds ten minutes, for five
tries, once; asking and trying are counted under the name, whether there is such an account or not.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from certification import bulk
from certification.access import attempts, records, sessions, slips, text_messages, tokens
from certification.access.accounts import AccountRefused, SignInRefused
from certification.access.told import failing
from certification.models import Account, SentCode, SignInContact
from lrs.db import NOBODY, Database, Session

__all__ = [
    "MAIL", "PHONE", "WITHIN", "Contact", "ContactRefused", "Sending", "ask", "confirm", "contacts", "forget",
    "sign_in", "tell",
]  # fmt: skip

MAIL, PHONE = "mail", "phone"
KINDS = (MAIL, PHONE)
"""In the order in which one of several is written to: a letter costs nothing."""

WITHIN = timedelta(minutes=10)
TRIES = 5
EVERY = timedelta(minutes=1)
"""No other code goes out sooner."""

_SIGN_IN = "sign-in"
_DIGITS = 6
_NONCE = 12
_ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}\.[^@\s,;<>\".]{2,30}")


class ContactRefused(AccountRefused):
    """Where no code can be sent, at the field of its kind; the text says why."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Where codes go: `shown` is what its owner knows it by, without saying all of it."""

    kind: str
    shown: str


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be sent, and where."""

    kind: str
    to: str
    code: str


def ask(database: Database, name: str, *, kinds: Mapping[str, bool], pepper: bytes, now: datetime) -> Sending | None:
    """The code for whoever signs in under this name, to be sent; None where there is nowhere to send it, or one went
    out just now. `kinds`: which can be sent here. Raises TooOften, whether there is such an account or not."""
    with database.reading(NOBODY) as session:
        tenant, own = sessions.tenant_of(session, name)
    attempts.account_after_counting(database, tenant, f"gửi mã cho {own}", pepper=pepper, now=now)
    with database.writing(tenant) as session:
        mine = Account.tenant_id == tenant, Account.name == own, Account.deactivated.is_(None)
        account = session.scalar(sa.select(Account.id).where(*mine))
        if account is None or not slips.is_plain(session, tenant, account):
            return None
        there = _confirmed(session, tenant, account, pepper)
        kind = next((one for one in KINDS if one in there and kinds.get(one)), None)
        if kind is None:
            return None
        code = _new_code(session, tenant, account, _SIGN_IN, pepper, now)
        return None if code is None else Sending(kind, there[kind], code)


@failing("sent code")
def sign_in(database: Database, name: str, code: str, *, pepper: bytes, now: datetime) -> tuple[str, sessions.SignedIn]:
    """Begin a session by the code that was sent. Raises SignInRefused or TooOften."""
    with database.reading(NOBODY) as session:
        tenant, own = sessions.tenant_of(session, name)
    found = attempts.account_after_counting(database, tenant, own, pepper=pepper, now=now)
    if found is None or not _passes(database, tenant, found[0], _SIGN_IN, code, pepper, now):
        raise SignInRefused
    with database.writing(tenant) as session:
        if not slips.is_plain(session, tenant, found[0]):
            raise SignInRefused
        for one in (own, f"gửi mã cho {own}"):
            attempts.forget(session, tenant, one, pepper)
        return sessions.begin(session, tenant, found[0], pepper=pepper, now=now)


# ---------------------------------------------------------------- where codes go


def tell(
    session: Session, tenant: UUID, account: UUID, kind: str, written: str, *, pepper: bytes, now: datetime
) -> Sending:
    """Where codes are to go, and the code to be sent there first. Raises ContactRefused.

    What was confirmed before goes on until then.
    """
    to = text_messages.number(written) if kind == PHONE else written.strip()
    if to is None or (kind == MAIL and not _ADDRESS.fullmatch(to)) or kind not in KINDS:
        raise ContactRefused(kind, f"{written!r} is no {kind} that a code can be sent to")
    if not slips.is_plain(session, tenant, account):
        raise ContactRefused(kind, "the account holds a role or asks for the code of an app: it has a password")
    code = _new_code(session, tenant, account, f"{kind} {_seen(to, pepper)}", pepper, now)
    if code is None:
        raise ContactRefused(kind, "a code went out just now; wait a minute")
    return Sending(kind, to, code)


@failing("sent code")
def confirm(
    database: Database, signed_in: sessions.SignedIn, kind: str, to: str, code: str, *, pepper: bytes, now: datetime
) -> None:
    """Codes go there from now on, since the one that was sent came back. Raises SignInRefused, TooOften."""
    tenant, account = signed_in.tenant, signed_in.account
    attempts.account_after_counting(database, tenant, signed_in.name, pepper=pepper, now=now)
    if kind not in KINDS or not _passes(database, tenant, account, f"{kind} {_seen(to, pepper)}", code, pepper, now):
        raise SignInRefused
    with database.writing(tenant) as session:
        attempts.forget(session, tenant, signed_in.name, pepper)
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + AESGCM(_key(pepper)).encrypt(nonce, to.encode(), _about(account, kind))
        row = {
            "account_id": account, "kind": kind, "tenant_id": tenant, "sealed": sealed, "confirmed": now,
        }  # fmt: skip
        bulk.upsert(session, SignInContact, [row], replacing=("sealed", "confirmed"))
        name = signed_in.name
        records.add(session, tenant, by=name, act=f"codes-by-{kind}", about=name, reason="by the person", now=now)


def forget(session: Session, tenant: UUID, account: UUID, kind: str) -> bool:
    """No codes go there any more; whether any did."""
    gone = sa.delete(SignInContact).where(
        SignInContact.tenant_id == tenant, SignInContact.account_id == account, SignInContact.kind == kind
    )
    return session.connection().execute(gone).rowcount == 1


def contacts(session: Session, tenant: UUID, account: UUID, *, pepper: bytes) -> list[Contact]:
    """Where the account's codes go."""
    there = _confirmed(session, tenant, account, pepper)
    return [Contact(kind, _masked(kind, there[kind])) for kind in KINDS if kind in there]


def _confirmed(session: Session, tenant: UUID, account: UUID, pepper: bytes) -> dict[str, str]:
    rows = session.execute(
        sa.select(SignInContact.kind, SignInContact.sealed).where(
            SignInContact.tenant_id == tenant, SignInContact.account_id == account
        )
    )
    found = {}
    for kind, sealed in rows:
        try:
            opened = AESGCM(_key(pepper)).decrypt(sealed[:_NONCE], sealed[_NONCE:], _about(account, kind))
        except InvalidTag:
            continue  # sealed under another secret: nobody knows it any more
        found[kind] = opened.decode()
    return found


def _masked(kind: str, to: str) -> str:
    if kind == PHONE:
        return f"{text_messages.local(to)[:3]}•••••{to[-2:]}"
    own, _, host = to.rpartition("@")
    return f"{own[:1]}•••@{host}"


# ---------------------------------------------------------------- codes


def _new_code(session: Session, tenant: UUID, account: UUID, purpose: str, pepper: bytes, now: datetime) -> str | None:
    """A code, kept as its digest; None where one went out just now. The account's old ones go."""
    session.execute(sa.select(Account.id).where(Account.id == account).with_for_update())
    mine = SentCode.tenant_id == tenant, SentCode.account_id == account
    session.execute(sa.delete(SentCode).where(*mine, SentCode.expires <= now))
    # By a clock that has been set back since, it may have been sent hours ahead.
    just_now = sa.and_(SentCode.sent > now - EVERY, SentCode.sent < now + EVERY)
    if session.scalar(sa.select(SentCode.sent).where(*mine, just_now).limit(1)) is not None:
        return None
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    row = {
        "account_id": account, "purpose": purpose, "tenant_id": tenant, "tries": 0, "sent": now,
        "digest": _digest(account, purpose, code, pepper), "expires": now + WITHIN,
    }  # fmt: skip
    bulk.upsert(session, SentCode, [row], replacing=("digest", "tries", "sent", "expires"))
    return code


def _passes(
    database: Database, tenant: UUID, account: UUID, purpose: str, code: str, pepper: bytes, now: datetime
) -> bool:
    """Whether this is the code that was sent; it is used up by it. Another one is a try, kept whatever comes of it."""
    plain = re.sub(r"\D", "", code, flags=re.ASCII)
    here = sa.and_(SentCode.tenant_id == tenant, SentCode.account_id == account, SentCode.purpose == purpose)
    in_time = sa.and_(SentCode.expires > now, SentCode.expires <= now + WITHIN + EVERY)
    holds = sa.and_(here, in_time, SentCode.tries < TRIES)
    with database.writing(tenant) as session:
        counted = sa.update(SentCode).where(holds).values(tries=SentCode.tries + 1).returning(SentCode.digest)
        kept = session.execute(counted).scalar_one_or_none()
        if kept is None or not hmac.compare_digest(kept, _digest(account, purpose, plain, pepper)):
            return False
        return session.connection().execute(sa.delete(SentCode).where(here)).rowcount == 1


def _digest(account: UUID, purpose: str, code: str, pepper: bytes) -> bytes:
    return tokens.digest(pepper, b"sent code", f"{account} {purpose} {code}")


def _seen(to: str, pepper: bytes) -> str:
    """What tells one address from another, without saying it."""
    return tokens.digest(pepper, b"sent code to", to).hex()[:16]


def _about(account: UUID, kind: str) -> bytes:
    return account.bytes + kind.encode()


def _key(pepper: bytes) -> bytes:
    return tokens.digest(pepper, b"sign-in contact", "")
