"""The second thing that signing in may ask for: the code of an app (TOTP, RFC 6238), or a recovery code.

begin    a new secret, which asks for nothing yet
confirm  its owner shows a code of it: from now on it is asked for; recovery codes, each good once
passes   whether a typed code is good; no code is, twice
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

import pyotp
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from certification.access import records, tokens
from certification.errors import CertificationError
from certification.models import RecoveryCode, SecondFactor
from lrs.db import Session

__all__ = ["CODES", "WrongCode", "address", "asked_of", "begin", "begun", "confirm", "is_on", "passes", "turn_off"]

CODES = 10
"""Recovery codes made at once."""

_STEP = 30
_NONCE = 12
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of recovery codes: none that is taken for another."""


class WrongCode(CertificationError):
    """The code is not that of the app, or nobody began with one."""

    def __init__(self) -> None:
        super().__init__("this is not the code that the app shows now; check the phone's clock, and type the next one")


def is_on(session: Session, tenant: UUID, account: UUID) -> bool:
    """Whether signing in to the account asks for a code."""
    found = sa.select(SecondFactor.account_id).where(_of(tenant, account), SecondFactor.confirmed.is_not(None))
    return session.scalar(found) is not None


def asked_of(account: Any) -> sa.ColumnElement[bool]:
    """The same of the account in this column, within a SELECT."""
    return sa.exists().where(SecondFactor.account_id == account, SecondFactor.confirmed.is_not(None))


def begin(session: Session, tenant: UUID, account: UUID, *, pepper: bytes, now: datetime) -> str:
    """A new secret in base32, for the app; one that was begun before and not confirmed is forgotten.

    Raises WrongCode where one is asked for already: turn that off first.
    """
    if is_on(session, tenant, account):
        raise WrongCode
    secret = pyotp.random_base32()
    session.execute(sa.delete(SecondFactor).where(_of(tenant, account)))
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + AESGCM(_key(pepper)).encrypt(nonce, secret.encode(), account.bytes)
    session.add(
        SecondFactor(account_id=account, tenant_id=tenant, sealed=sealed, begun=now, confirmed=None, last_step=0)
    )
    session.flush()
    return secret


def begun(session: Session, tenant: UUID, account: UUID, *, pepper: bytes) -> str | None:
    """The secret that waits for its owner to show a code; None where none does."""
    waiting = _of(tenant, account), SecondFactor.confirmed.is_(None)
    sealed = session.scalar(sa.select(SecondFactor.sealed).where(*waiting))
    return None if sealed is None else _opened(sealed, account, pepper)


def address(secret: str, name: str, issuer: str) -> str:
    """What the QR code for the app says."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def confirm(
    session: Session, tenant: UUID, account: UUID, name: str, code: str, *, pepper: bytes, now: datetime
) -> list[str]:
    """Asks for codes from now on; the recovery codes, which cannot be read again later. Raises WrongCode."""
    if not _takes(session, tenant, account, code, pepper, now, confirmed=False):
        raise WrongCode
    here = _of(tenant, account), SecondFactor.confirmed.is_(None)
    session.execute(sa.update(SecondFactor).where(*here).values(confirmed=now))
    session.execute(sa.delete(RecoveryCode).where(_codes_of(tenant, account)))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(12)) for _ in range(CODES)]
    for one in codes:
        session.add(RecoveryCode(digest=_digest(pepper, account, one), tenant_id=tenant, account_id=account))
    records.add(session, tenant, by=name, act="second-factor-on", about=name, reason="by the person", now=now)
    return [f"{one[:4]}-{one[4:8]}-{one[8:]}" for one in codes]


def passes(session: Session, tenant: UUID, account: UUID, code: str, *, pepper: bytes, now: datetime) -> bool:
    """Whether this is the app's code, or a recovery code, which is used up by it."""
    if _takes(session, tenant, account, code, pepper, now, confirmed=True):
        return True
    plain = re.sub(r"[^A-Z0-9]", "", code.upper())
    used = sa.delete(RecoveryCode).where(
        _codes_of(tenant, account), RecoveryCode.digest == _digest(pepper, account, plain)
    )
    return session.connection().execute(used).rowcount == 1


def turn_off(session: Session, tenant: UUID, account: UUID, *, name: str, by: str, reason: str, now: datetime) -> None:
    """Asks for no codes any more."""
    session.execute(sa.delete(RecoveryCode).where(_codes_of(tenant, account)))
    gone = session.connection().execute(sa.delete(SecondFactor).where(_of(tenant, account)))
    if gone.rowcount:
        records.add(session, tenant, by=by, act="second-factor-off", about=name, reason=reason, now=now)


def _takes(
    session: Session, tenant: UUID, account: UUID, code: str, pepper: bytes, now: datetime, *, confirmed: bool
) -> bool:
    """Whether the app shows this code now, or half a minute before or after; its half minute is used up by it.

    A half minute that lies ahead was used up by a clock that has been set back since: then it counts for nothing.
    """
    known = SecondFactor.confirmed.is_not(None) if confirmed else SecondFactor.confirmed.is_(None)
    sealed = session.scalar(sa.select(SecondFactor.sealed).where(_of(tenant, account), known))
    digits = re.sub(r"\s", "", code)
    if sealed is None or not re.fullmatch(r"\d{6}", digits, re.ASCII):
        return False
    totp, step = pyotp.TOTP(_opened(sealed, account, pepper)), int(now.timestamp()) // _STEP
    good = [one for one in (step, step - 1, step + 1) if hmac.compare_digest(totp.generate_otp(one), digits)]
    if not good:
        return False
    unused = sa.or_(SecondFactor.last_step < good[0], SecondFactor.last_step > step + 1)
    fresh = sa.update(SecondFactor).where(_of(tenant, account), unused)
    return session.connection().execute(fresh.values(last_step=good[0])).rowcount == 1


def _opened(sealed: bytes, account: UUID, pepper: bytes) -> str:
    return AESGCM(_key(pepper)).decrypt(sealed[:_NONCE], sealed[_NONCE:], account.bytes).decode()


def _of(tenant: UUID, account: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(SecondFactor.tenant_id == tenant, SecondFactor.account_id == account)


def _codes_of(tenant: UUID, account: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(RecoveryCode.tenant_id == tenant, RecoveryCode.account_id == account)


def _key(pepper: bytes) -> bytes:
    return tokens.digest(pepper, b"second factor", "")


def _digest(pepper: bytes, account: UUID, code: str) -> bytes:
    return tokens.digest(pepper, b"recovery code", f"{account} {code}")
