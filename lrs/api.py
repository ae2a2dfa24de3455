"""All that other packages may call of the Learning Record Store.

Sessions are the caller's: nothing here commits. Every function that touches Statements takes the tenant, or the
Identity that names it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from lrs.credentials import (
    XAPI_SCOPES,
    Identity,
    create_credential,
    create_tenant,
    find_tenant,
    identify,
    tenants,
)
from lrs.db import Session
from lrs.errors import InvalidRequest, InvalidStatement, LrsError, Unauthenticated, UnknownTenant
from lrs.provenance import provenance
from lrs.statements import query
from lrs.statements.keys import VOIDED, activity_key, ifi_text, key_of
from lrs.statements.order import instant
from lrs.statements.rows import read_exact
from lrs.statements.store import store
from lrs.statements.validate import check_actor, check_timestamp

__all__ = [
    "VOIDED",
    "XAPI_SCOPES",
    "Changes",
    "Identity",
    "InvalidRequest",
    "InvalidStatement",
    "LrsError",
    "StoredStatement",
    "Unauthenticated",
    "UnknownTenant",
    "activity_key",
    "changes",
    "check_actor",
    "create_credential",
    "create_tenant",
    "find_tenant",
    "get_statements",
    "identify",
    "ifi_text",
    "key_of",
    "latest_token",
    "moment",
    "provenance",
    "store",
    "tenants",
]


@dataclass(frozen=True, slots=True)
class StoredStatement:
    """A Statement as read back: `document` is the decoded text that format=exact answers."""

    id: UUID
    seq: int
    stored: datetime
    voided: bool
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """What came after a token, in the order it was stored, and the token to ask with next time."""

    statements: list[StoredStatement]
    token: str
    complete: bool
    """Whether nothing newer was there when this was read."""


def changes(session: Session, tenant: UUID, after: str | None, *, limit: int = 1000) -> Changes:
    """What was stored after `after` (an opaque token of an earlier call; None for the beginning).

    Voiding and voided Statements are among them. Nothing is missed and nothing comes twice: a Statement becomes
    visible only after every one with an earlier place (`lrs.statements.order`). Raises ValueError for what is no token.
    """
    start = _place_of(after)
    found = query.after(session, tenant, start, limit)
    last = found[-1].seq if found else start
    return Changes([_stored(one) for one in found], _token(last), complete=len(found) < limit)


def get_statements(session: Session, tenant: UUID, ids: Collection[UUID]) -> list[StoredStatement]:
    """The Statements with these ids, voided or not, in the order they were stored; unknown ids are passed over."""
    return [_stored(one) for one in query.many(session, tenant, ids)]


def latest_token(session: Session, tenant: UUID) -> str:
    """The token of whoever has read everything that is visible now."""
    return _token(query.newest_place(session, tenant))


def moment(text: str) -> datetime:
    """The instant that the text of a Statement's `timestamp` or `stored` means, in UTC.

    Read by the rule that let the Statement in, so it never raises for one that is stored: no offset means UTC, a leap
    second the second after. Raises InvalidRequest for other text.
    """
    return check_timestamp(text, "timestamp").astimezone(UTC)


def _stored(one: query.One) -> StoredStatement:
    return StoredStatement(one.id, one.seq, instant(one.stored), one.voided, read_exact(one.exact))


def _token(place: int) -> str:
    return f"s{place}"


def _place_of(token: str | None) -> int:
    if token is None:
        return 0
    digits = token[1:]
    if not token.startswith("s") or not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise ValueError(f"not a token of this feed: {token!r}")
    return int(digits)
