"""Key and secret → Identity(tenant, Authority, scopes).

A secret is 256 random bits, shown once and kept only as HMAC-SHA-256 under the installation's own secret ("pepper"),
which is not in the database: a copy of the database lets nobody in. There is no slow hash, because nothing that long
can be guessed, and no cache, so that a revoked key is refused at the next request.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Collection, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs.db import Session, new_id
from lrs.errors import Forbidden, NotFound, Unauthenticated, UnknownTenant
from lrs.models import Credential, Tenant

XAPI_SCOPES = frozenset(
    {
        "all", "all/read", "statements/write", "statements/read", "statements/read/mine",
        "state", "profile", "define",
    }
)  # fmt: skip
"""Scopes as xAPI 1.0.3 Communication 4.2 names them."""

_READING = frozenset({"statements/read", "statements/read/mine", "state/read", "profile/read"})
"""What there is to read. xAPI gives no name to reading State or profiles alone: nobody is given these two as such."""

_INCLUDED = {
    "all": XAPI_SCOPES | _READING,
    "all/read": _READING,
    "statements/read": frozenset({"statements/read/mine"}),
    "state": frozenset({"state/read"}),
    "profile": frozenset({"profile/read"}),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking: whose data, under which Authority, and what they may do."""

    tenant: UUID
    credential: UUID
    key: str
    name: str
    scopes: frozenset[str]
    authority: dict[str, Any]
    """The Agent that Statements stored for this credential carry as `authority`."""
    erasure_key: bytes = field(repr=False)
    """Tells whether a Statement is the original of one in which an Agent was erased (`lrs.erasure`)."""

    def may(self, scope: str) -> bool:
        """Whether `scope` is among the scopes given, or included in one of them."""
        return _opens(self.scopes, scope)

    def require(self, scope: str) -> None:
        """Raise Forbidden unless this identity `may(scope)`."""
        if not self.may(scope):
            raise Forbidden(scope)


def create_tenant(session: Session, name: str, *, now: datetime) -> UUID:
    """Add an independent owner of data and return its id."""
    tenant = Tenant(id=new_id(), name=name, created=now)
    session.add(tenant)
    session.flush()
    return tenant.id


def find_tenant(session: Session, name: str = "default") -> UUID:
    """The id of the tenant called `name`; raises UnknownTenant."""
    found = session.scalar(sa.select(Tenant.id).where(Tenant.name == name))
    if found is None:
        raise UnknownTenant(name)
    return found


def tenants(session: Session) -> list[tuple[UUID, str]]:
    """Id and name of every tenant, oldest first."""
    return [(row.id, row.name) for row in session.execute(sa.select(Tenant.id, Tenant.name).order_by(Tenant.created))]


def create_credential(
    session: Session, tenant: UUID, *, name: str, scopes: Collection[str], pepper: bytes, now: datetime
) -> tuple[str, str]:
    """Make a credential and return its key and its secret; the secret cannot be read again later."""
    key = secrets.token_hex(12)
    secret = secrets.token_hex(32)  # hexadecimal, so that no command line takes it for an option
    session.add(
        Credential(
            id=new_id(),
            tenant_id=tenant,
            key=key,
            secret_digest=_digest(pepper, secret),
            name=name,
            scopes=" ".join(sorted(scopes)),
            created=now,
            revoked=None,
        )
    )
    session.flush()
    return key, secret


def revoke_credential(session: Session, tenant: UUID, key: str, *, now: datetime) -> None:
    """Refuse this key from `now` on, at the next request in every process. Twice is as once. Raises NotFound."""
    row = session.execute(
        sa.select(Credential).where(Credential.tenant_id == tenant, Credential.key == key)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound(f"no credential of this tenant has the key {key!r}")
    row.revoked = row.revoked or now


def credentials(session: Session, tenant: UUID) -> list[tuple[str, str, str, datetime, datetime | None]]:
    """Key, name, scopes, when made and when revoked (UTC) of every credential of the tenant, oldest first."""
    rows = session.execute(
        sa.select(Credential.key, Credential.name, Credential.scopes, Credential.created, Credential.revoked)
        .where(Credential.tenant_id == tenant)
        .order_by(Credential.created, Credential.key)
    )
    return [(row.key, row.name, row.scopes, row.created, row.revoked) for row in rows]


def definers(session: Session, tenant: UUID) -> set[str]:
    """The keys of those credentials that may define Activities and Agents, whether revoked since or not.

    What was stored while a key was good keeps its word; scopes are never changed.
    """
    rows = session.execute(sa.select(Credential.key, Credential.scopes).where(Credential.tenant_id == tenant))
    return {row.key for row in rows if _opens(set(row.scopes.split()), "define")}


def identify(session: Session, authorization: str | None, *, pepper: bytes, now: datetime) -> Identity:
    """Who sends this HTTP Basic Authorization header; raises Unauthenticated, in the same words whatever is wrong."""
    key, secret = _basic(authorization)
    row = session.execute(sa.select(Credential).where(Credential.key == key)).scalar_one_or_none()
    kept = row.secret_digest if row is not None else bytes(32)
    known = hmac.compare_digest(kept, _digest(pepper, secret))
    if row is None or not known or (row.revoked is not None and row.revoked <= now):
        raise Unauthenticated
    return Identity(
        tenant=row.tenant_id,
        credential=row.id,
        key=row.key,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        authority={
            "objectType": "Agent",
            "account": {"homePage": f"urn:uuid:{row.tenant_id}", "name": row.key},
        },
        erasure_key=erasure_key(pepper, row.tenant_id),
    )


def erasure_key(pepper: bytes, tenant: UUID) -> bytes:
    """The key of the digests that are left where an Agent of this tenant was erased."""
    return hmac.digest(pepper, b"erasure " + tenant.bytes, "sha256")


def _opens(held: Set[str], scope: str) -> bool:
    """Whether `scope` is among the scopes held, or included in one of them."""
    return scope in held or any(scope in _INCLUDED.get(one, ()) for one in held)


def _digest(pepper: bytes, secret: str) -> bytes:
    return hmac.digest(pepper, secret.encode(), "sha256")


def _basic(authorization: str | None) -> tuple[str, str]:
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        raise Unauthenticated
    try:
        key, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Unauthenticated from None
    if not colon or "\0" in key:
        raise Unauthenticated
    return key, secret
