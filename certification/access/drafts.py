"""What somebody typed into a form whose session had ended: kept sealed until the same account has signed in again; and
what became of many at once, for who did it to look at.

The key to it is a token that the browser alone has; the database and the installation's secret do not open it without.
"""

from __future__ import annotations

import json
import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from certification.access import tokens
from certification.models import FormDraft
from lrs.db import Database, Session

__all__ = ["FORM", "LASTS", "MOST", "OUTCOMES", "Draft", "drop", "find", "keep", "keep_in"]

FORM, OUTCOMES = b"", b"outcomes"
"""What is kept: sealed with it, so that what somebody typed is never taken for what the program found."""

LASTS = timedelta(days=1)
"""How long it is kept: whoever finds the form open in the morning signs in the same day."""

MOST = 10
"""So many of an account are kept at a time; the oldest goes."""

_NONCE = 12


@dataclass(frozen=True, slots=True)
class Draft:
    """Where a form was to go, its fields as pairs of name and text, and the names of files that came with it."""

    path: str
    typed: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()


def keep(database: Database, tenant: UUID, account: UUID, draft: Draft, *, pepper: bytes, now: datetime) -> str:
    """Keeps it for this account, in a transaction of its own; gives the token to find it by."""
    with database.writing(tenant) as session:
        return keep_in(session, tenant, account, draft, pepper=pepper, now=now)


def keep_in(
    session: Session, tenant: UUID, account: UUID, draft: Draft, *, kind: bytes = FORM, pepper: bytes, now: datetime
) -> str:
    """The same in this transaction, of either kind."""
    token = tokens.new(tenant)
    text = json.dumps([draft.path, draft.typed, draft.files], ensure_ascii=False).encode()
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + AESGCM(_key(pepper, token)).encrypt(nonce, zlib.compress(text), account.bytes + kind)
    row = FormDraft(
        digest=_digest(pepper, token), tenant_id=tenant, account_id=account, sealed=sealed, expires=now + LASTS
    )
    session.execute(sa.delete(FormDraft).where(FormDraft.tenant_id == tenant, FormDraft.expires <= now))
    theirs = FormDraft.tenant_id == tenant, FormDraft.account_id == account
    newest = sa.select(FormDraft.digest).where(*theirs).order_by(FormDraft.expires.desc()).limit(MOST - 1)
    kept = session.scalars(newest).all()
    session.execute(sa.delete(FormDraft).where(*theirs, FormDraft.digest.not_in(kept)))
    session.add(row)
    return token


def find(
    database: Database, tenant: UUID, account: UUID, token: str, *, kind: bytes = FORM, pepper: bytes, now: datetime
) -> Draft | None:
    """What was kept under the token, for the account that typed it and for nobody else; None where there is nothing of
    this kind."""
    if tokens.token_tenant(token) != tenant:
        return None
    asked = _of(tenant, account, token, pepper), FormDraft.expires > now
    with database.reading(tenant) as session:
        sealed = session.scalar(sa.select(FormDraft.sealed).where(*asked))
    if sealed is None:
        return None
    try:
        text = AESGCM(_key(pepper, token)).decrypt(sealed[:_NONCE], sealed[_NONCE:], account.bytes + kind)
    except InvalidTag:
        return None
    path, typed, files = json.loads(zlib.decompress(text))
    return Draft(path, tuple((name, said) for name, said in typed), tuple(files))


def drop(database: Database, tenant: UUID, account: UUID, token: str, *, pepper: bytes) -> None:
    """Keeps it no longer."""
    with database.writing(tenant) as session:
        session.execute(sa.delete(FormDraft).where(_of(tenant, account, token, pepper)))


def _of(tenant: UUID, account: UUID, token: str, pepper: bytes) -> sa.ColumnElement[bool]:
    return sa.and_(
        FormDraft.tenant_id == tenant, FormDraft.account_id == account, FormDraft.digest == _digest(pepper, token)
    )


def _digest(pepper: bytes, token: str) -> bytes:
    return tokens.digest(pepper, b"draft", token)


def _key(pepper: bytes, token: str) -> bytes:
    return tokens.digest(pepper, b"draft key", token)
