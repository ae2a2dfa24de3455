"""Clients of issuers of tokens (OAuth 2.0) that stand for keys of learning platforms. Every act is recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from certification.access import keys, records
from certification.access.who import Who
from certification.errors import CertificationError
from lrs import api
from lrs.api import TokenClient
from lrs.db import Session

__all__ = ["UnknownTokenClient", "remove", "set_client"]


class UnknownTokenClient(CertificationError):
    """No tokens are taken for this key."""


def set_client(session: Session, who: Who, key: str, *, reason: str, now: datetime, **told: Any) -> TokenClient:
    """As `lrs.api.set_token_client`; raises InvalidRequest with every fault, and UnknownKey."""
    keys.find(session, who, key)
    made = api.set_token_client(session, who.tenant, key, now=now, **told)
    why = f"{made.issuer} {made.client_id}: {reason}"
    records.add(session, who.tenant, by=who.name, act="set-token-client", about=key, reason=why, now=now)
    return made


def remove(session: Session, who: Who, key: str, *, reason: str, now: datetime) -> None:
    """Take no tokens for this key any more, from the next request on. Raises UnknownKey, UnknownTokenClient."""
    keys.find(session, who, key)
    try:
        api.remove_token_client(session, who.tenant, key)
    except api.NotFound as error:
        raise UnknownTokenClient(str(error)) from None
    records.add(session, who.tenant, by=who.name, act="remove-token-client", about=key, reason=reason, now=now)
