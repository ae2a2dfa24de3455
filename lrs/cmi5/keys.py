"""The keys of launched content: narrowed to one learner, one AU and registration, and a time.

The fetch URL holds a secret that gives the auth-token once (cmi5 8.2). The token is key and secret for HTTP Basic like
any other; its key is that of the platform which launched, a slash, and the session. With the platform's key it ends
too. Its Statements have an Authority of their own, the platform's name and `/cmi5`: what a learner's browser says can
be told from what the platform says.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa

from lrs import credentials
from lrs.credentials import Identity, Launch, authority, digest_of, new_secret
from lrs.db import NOBODY, Database
from lrs.errors import Unauthenticated
from lrs.models import LaunchSession, Registration

__all__ = ["ALREADY_FETCHED", "NOT_KNOWN", "fetch", "has_ended", "identify", "ticket"]

ALREADY_FETCHED: Literal["1"] = "1"
NOT_KNOWN: Literal["2"] = "2"
"""Values of `error-code` (8.2.3.2)."""

_SCOPES = frozenset({"statements/write", "statements/read", "state", "profile"})


def ticket(session: LaunchSession, secret: str) -> str:
    """What the fetch URL of a session carries."""
    return f"{_key(session.credential, session.id)}/{secret}"


def fetch(database: Database, ticket: str, *, pepper: bytes, now: datetime) -> str | Literal["1", "2"]:
    """The auth-token, once; later, or when the session has ended, ALREADY_FETCHED; NOT_KNOWN for no ticket of ours."""
    key, _, secret = ticket.rpartition("/")
    platform, session_id = _parts(key)
    if platform is None or session_id is None:
        return NOT_KNOWN
    with database.reading(NOBODY) as session:
        holder = credentials.holder(session, platform, pepper=pepper, now=now)
    if holder is None:
        return NOT_KNOWN
    given = new_secret()
    with database.writing(holder.tenant) as session:
        row = session.scalar(
            sa.select(LaunchSession)
            .where(LaunchSession.tenant_id == holder.tenant, LaunchSession.id == session_id)
            .with_for_update()
        )
        if row is None or row.credential != platform:
            return NOT_KNOWN
        if not hmac.compare_digest(row.fetch_digest, digest_of(pepper, secret)):
            return NOT_KNOWN
        if row.token_digest is not None or has_ended(row, now):
            return ALREADY_FETCHED
        row.token_digest = digest_of(pepper, given)
    return base64.b64encode(f"{key}:{given}".encode()).decode()


def identify(database: Database, authorization: str | None, *, pepper: bytes, now: datetime) -> Identity:
    """Who sends this Authorization header, a platform or what it launched; raises Unauthenticated."""
    key, secret = credentials.basic(authorization)
    platform, session_id = _parts(key)
    if session_id is None or platform is None:
        with database.reading(NOBODY) as session:
            return credentials.identify(session, authorization, pepper=pepper, now=now)
    with database.reading(NOBODY) as session:
        holder = credentials.holder(session, platform, pepper=pepper, now=now)
    if holder is None:
        raise Unauthenticated
    digest = digest_of(pepper, secret)
    with database.reading(holder.tenant) as session:
        found = session.execute(
            sa.select(LaunchSession, Registration.agent)
            .join(
                Registration,
                sa.and_(
                    Registration.tenant_id == LaunchSession.tenant_id,
                    Registration.id == LaunchSession.registration_id,
                ),
            )
            .where(LaunchSession.tenant_id == holder.tenant, LaunchSession.id == session_id)
        ).one_or_none()
        row = found[0] if found else None
        is_right = hmac.compare_digest((row and row.token_digest) or bytes(32), digest)
        if found is None or not is_right or found[0].credential != platform or has_ended(found[0], now):
            raise Unauthenticated
        launch = Launch(found[0].id, found[0].registration_id, found[0].unit, found[1])
    own = authority(holder.tenant, f"{platform}/cmi5")
    return replace(holder, key=key, scopes=_SCOPES, authority=own, launch=launch)


def has_ended(row: LaunchSession, now: datetime) -> bool:
    """Whether the key of this session is refused by now: its time is over, or it was abandoned (9.3.6)."""
    return row.ends <= now or row.abandoned is not None


def _key(platform: str, session: UUID) -> str:
    return f"{platform}/{session.hex}"


def _parts(key: str) -> tuple[str | None, UUID | None]:
    """The platform's key and the session in the key of launched content; None and None for any other key."""
    platform, slash, session = key.partition("/")
    try:
        return (platform, UUID(hex=session)) if slash and len(session) == 32 else (None, None)
    except ValueError:
        return None, None
