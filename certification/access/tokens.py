"""Tokens of sessions and of setting a password: 256 random bits behind the tenant's id, kept as a keyed digest.

The tenant's id says where to look and opens nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from uuid import UUID

import sqlalchemy as sa

from certification.models import AccountSession, PasswordToken, SignInAttempt, SignInBegun
from lrs.db import Session

__all__ = ["digest", "new", "remove", "remove_those", "sweep", "token_tenant"]

_TOKEN_BYTES = 32


def new(tenant: UUID) -> str:
    """A new token, to be kept by whoever is given it."""
    return base64.urlsafe_b64encode(tenant.bytes + secrets.token_bytes(_TOKEN_BYTES)).rstrip(b"=").decode()


def digest(pepper: bytes, purpose: bytes, text: str) -> bytes:
    """What is kept of a token, or of another secret text, for a purpose."""
    return hmac.digest(pepper, b"certification " + purpose + b"\0" + text.encode(), "sha256")


def token_tenant(token: str) -> UUID | None:
    """Where a token says that it is of; None for what is no token."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return None
    return UUID(bytes=raw[:16]) if len(raw) == 16 + _TOKEN_BYTES else None


_Kept = type[AccountSession] | type[PasswordToken] | type[SignInAttempt] | type[SignInBegun]


def remove(session: Session, table: type[AccountSession] | type[PasswordToken], tenant: UUID, account: UUID) -> None:
    """Deletes those of an account, in the order of the key, as everybody who deletes several of them does."""
    remove_those(session, table, tenant, table.__table__.c.account_id == account)


def remove_those(session: Session, table: _Kept, tenant: UUID, which: sa.ColumnElement[bool]) -> int:
    """Deletes those of a condition, in the same order; how many."""
    rows = sa.select(table.digest).where(table.tenant_id == tenant, which)
    gone = _locked(table, tenant, rows.order_by(table.digest).with_for_update())
    return session.connection().execute(gone).rowcount


def sweep(session: Session, table: _Kept, tenant: UUID, old: sa.ColumnElement[bool]) -> None:
    """Delete what is old. Waits for nobody: what somebody else has in hand is left to him, or to the next sweep."""
    rows = sa.select(table.digest).where(table.tenant_id == tenant, old).order_by(table.digest)
    session.execute(_locked(table, tenant, rows.with_for_update(skip_locked=True)))


def _locked(table: _Kept, tenant: UUID, rows: sa.Select[bytes]) -> sa.Delete:
    return sa.delete(table).where(table.tenant_id == tenant, table.digest.in_(rows))
