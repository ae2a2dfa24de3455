"""Key and secret → Identity(tenant, Authority, scopes).

A secret is 256 random bits, shown once and kept only as HMAC-SHA-256 under the installation's own secret ("pepper"),
which is not in the database: a copy of the database lets nobody in. There is no slow hash, because nothing that long
can be guessed, and no cache, so that a key that is revoked or has expired is refused at the next request.

A rotated key gets a new secret, and the old one works beside it for a while. The key stays, and with it the Authority
of what was stored.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Collection, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lrs.db import Session, new_id
from lrs.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated, UnknownTenant
from lrs.models import Credential, Tenant
from lrs.privacy import OpaqueAccounts
from lrs.tenants import make_sandbox, require_name

XAPI_SCOPES = frozenset(
    {
        "all", "all/read", "statements/write", "statements/read", "statements/read/mine",
        "state", "profile", "define",
    }
)  # fmt: skip
"""Scopes as xAPI 1.0.3 Communication 4.2 names them."""

OF_A_PERSON = "worker/"
"""Begins the name under which a person acts through this program itself (`acting`): such an account can be erased."""

_READING = frozenset({"statements/read", "statements/read/mine", "state/read", "profile/read"})
"""What there is to read. xAPI gives no name to reading State or profiles alone: nobody is given these two as such."""

_INCLUDED = {
    "all": XAPI_SCOPES | _READING,
    "all/read": _READING,
    "statements/read": frozenset({"statements/read/mine"}),
    "state": frozenset({"state/read"}),
    "profile": frozenset({"profile/read"}),
}


LAUNCH = "launch"
"""The scope of platforms that launch cmi5 content for learners; xAPI has no name for it, and `all` does not hold it."""

STORE_SCOPES = XAPI_SCOPES | {LAUNCH}
"""What a credential of this store can be given."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What a key is narrowed to that was given to launched content (`lrs.cmi5.keys`)."""

    session: UUID
    registration: UUID
    activity: str
    agent: str
    """The canonical text of the learner's identifier."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking: whose data, under which Authority, and what they may do."""

    tenant: UUID
    """Where everything is stored and looked for: the owner, or for a test key the owner's sandbox."""
    owner: UUID
    """Whose credential it is."""
    credential: UUID
    key: str
    name: str
    scopes: frozenset[str]
    authority: dict[str, Any]
    """The Agent that Statements stored for this credential carry as `authority`."""
    erasure_key: bytes = field(repr=False)
    """Tells whether a Statement is the original of one in which an Agent was erased (`lrs.erasure`)."""
    opaque_accounts: OpaqueAccounts | None
    """What stands in for names and mail addresses on the way in; None where the owner keeps what is sent."""
    last_used: datetime | None
    """When the credential was used before, as far as it is kept (`lrs.last_use`)."""
    launch: Launch | None = None
    """Set where this is content that was launched: it may see and say nothing beyond that."""

    @property
    def test(self) -> bool:
        """Whether this is a test key: nothing that it stores counts."""
        return self.tenant != self.owner

    def may(self, scope: str) -> bool:
        """Whether `scope` is among the scopes given, or included in one of them."""
        return _opens(self.scopes, scope)

    def require(self, scope: str) -> None:
        """Raise Forbidden unless this identity `may(scope)`."""
        if not self.may(scope):
            raise Forbidden(scope)


@dataclass(frozen=True, slots=True)
class KnownCredential:
    """A credential as an operator sees it. All instants are in UTC."""

    key: str
    name: str
    scopes: str
    """Parted by spaces."""
    test: bool
    created: datetime
    expires: datetime | None
    old_secret_until: datetime | None
    last_used: datetime | None
    """To the hour."""
    revoked: datetime | None


def create_credential(
    session: Session,
    tenant: UUID,
    *,
    name: str,
    scopes: Collection[str],
    pepper: bytes,
    now: datetime,
    expires: datetime | None = None,
    test: bool = False,
) -> tuple[str, str]:
    """Make a credential and return its key and its secret; the secret cannot be read again later.

    It is refused from `expires` on. A test key opens the tenant's sandbox, which is made for the first of them. Raises
    InvalidRequest for a name that says nothing.
    """
    require_name(name)
    key, secret = secrets.token_hex(12), new_secret()
    session.add(
        Credential(
            id=new_id(),
            tenant_id=make_sandbox(session, tenant, now=now) if test else tenant,
            key=key,
            secret_digest=digest_of(pepper, secret),
            name=name,
            scopes=" ".join(sorted(scopes)),
            created=now,
            expires=expires,
        )
    )
    session.flush()
    return key, secret


def revoke_credential(session: Session, tenant: UUID, key: str, *, now: datetime) -> None:
    """Refuse this key from `now` on, at the next request in every process. Twice is as once. Raises NotFound."""
    row = of_tenant(session, tenant, key)
    row.revoked = now if row.revoked is None else min(row.revoked, now)


def rotate_credential(
    session: Session,
    tenant: UUID,
    key: str,
    *,
    overlap: timedelta,
    pepper: bytes,
    now: datetime,
    expires: datetime | None = None,
) -> str:
    """Give this key a new secret, which is returned and cannot be read again later.

    The secret it had works as well until `overlap` is over; one from a rotation before ends now. With `expires`, the
    key is refused from that instant on, instead of the one known before. Raises NotFound; InvalidRequest for a key that
    is refused already.
    """
    row = of_tenant(session, tenant, key)
    if row.revoked is not None:
        raise InvalidRequest.at("", f"{key} is revoked, and stays so; make a new credential")
    if expires is None and row.expires is not None and row.expires <= now:
        raise InvalidRequest.at("", f"{key} has expired; say until when it is to work from now on")
    row.old_secret_digest, row.old_secret_until = row.secret_digest, now + overlap
    if overlap <= timedelta(0):
        row.old_secret_digest = row.old_secret_until = None
    secret = new_secret()
    row.secret_digest = digest_of(pepper, secret)
    row.expires = expires or row.expires
    return secret


def credentials(session: Session, tenant: UUID) -> list[KnownCredential]:
    """Every credential of the tenant, test keys included, oldest first."""
    rows = session.execute(
        sa.select(
            Credential.key,
            Credential.name,
            Credential.scopes,
            (Credential.tenant_id != tenant).label("test"),
            Credential.created,
            Credential.expires,
            Credential.old_secret_until,
            Credential.last_used,
            Credential.revoked,
        )
        .where(belongs_to(tenant))
        .order_by(Credential.created, Credential.key)
    )
    return [KnownCredential(*row) for row in rows]


def definers(session: Session, tenant: UUID) -> set[str]:
    """The keys of those credentials that may define Activities and Agents, whether revoked since or not.

    What was stored while a key was good keeps its word; scopes are never changed.
    """
    rows = session.execute(sa.select(Credential.key, Credential.scopes).where(Credential.tenant_id == tenant))
    return {row.key for row in rows if _opens(set(row.scopes.split()), "define")}


def identify(session: Session, authorization: str | None, *, pepper: bytes, now: datetime) -> Identity:
    """Who sends this HTTP Basic Authorization header; raises Unauthenticated, in the same words whatever is wrong."""
    key, secret = basic(authorization)
    row = session.connection().execute(_KNOWN, {"key": key}).one_or_none()
    digest = digest_of(pepper, secret)
    if row is None:
        hmac.compare_digest(bytes(32), digest)
        raise Unauthenticated
    is_current = hmac.compare_digest(row.secret_digest, digest)
    is_old = hmac.compare_digest(row.old_secret_digest or bytes(32), digest) and not _is_over(row.old_secret_until, now)
    if not (is_current or is_old) or _is_over(row.revoked, now) or _is_over(row.expires, now):
        raise Unauthenticated
    return _identity(row, pepper)


def holder(session: Session, key: str, *, pepper: bytes, now: datetime) -> Identity | None:
    """Whose key this is, without a proof that it is asking; None where it is nobody's, or refused by now."""
    row = session.connection().execute(_KNOWN, {"key": key.replace("\0", "")}).one_or_none()
    if row is None or _is_over(row.revoked, now) or _is_over(row.expires, now):
        return None
    return _identity(row, pepper)


def _identity(row: Any, pepper: bytes) -> Identity:
    return Identity(
        tenant=row.tenant_id,
        owner=row.owner,
        credential=row.id,
        key=row.key,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        authority=authority(row.tenant_id, row.key),
        erasure_key=erasure_key(pepper, row.tenant_id),
        opaque_accounts=None if row.opaque_since is None else OpaqueAccounts.of(row.owner, pepper),
        last_used=row.last_used,
    )


def credential_authorities(session: Session, tenant: UUID) -> dict[str, dict[str, Any]]:
    """Of each key of the tenant, test keys included, the Agent that Statements stored for it carry as `authority`."""
    rows = session.execute(sa.select(Credential.key, Credential.tenant_id).where(belongs_to(tenant)))
    return {row.key: authority(row.tenant_id, row.key) for row in rows}


def authority(tenant: UUID, key: str) -> dict[str, Any]:
    """The Agent that Statements stored for this key carry as `authority`."""
    return {"objectType": "Agent", "account": {"homePage": f"urn:uuid:{tenant}", "name": key}}


_OWNER = aliased(Tenant)
_KNOWN = (
    sa.select(*Credential.__table__.columns, _OWNER.id.label("owner"), _OWNER.opaque_since)
    .join(Tenant, Tenant.id == Credential.tenant_id)
    .join(_OWNER, _OWNER.id == sa.func.coalesce(Tenant.sandbox_of, Tenant.id))
    .where(Credential.key == sa.bindparam("key"))
)


def acting(session: Session, tenant: UUID, account: str, *, name: str, pepper: bytes) -> Identity:
    """Somebody without a credential who stores Statements through this program itself, as the Authority `account`.

    `account` is a name within the tenant and no key: it holds a slash, which keys never do, and begins with
    `OF_A_PERSON` where it is a person's. Raises ValueError otherwise and UnknownTenant.
    """
    if "/" not in account:
        raise ValueError(f"{account!r} could be a key; begin it with what kind of name it is, and a slash")
    found = session.execute(
        sa.select(_OWNER.id, _OWNER.opaque_since)
        .select_from(Tenant)
        .join(_OWNER, _OWNER.id == sa.func.coalesce(Tenant.sandbox_of, Tenant.id))
        .where(Tenant.id == tenant)
    ).one_or_none()
    if found is None:
        raise UnknownTenant(str(tenant))
    return Identity(
        tenant=tenant,
        owner=found.id,
        credential=UUID(int=0),
        key=account,
        name=name,
        scopes=frozenset({"statements/write"}),
        authority=authority(tenant, account),
        erasure_key=erasure_key(pepper, tenant),
        opaque_accounts=None if found.opaque_since is None else OpaqueAccounts.of(found.id, pepper),
        last_used=None,
    )


def _is_over(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now


def belongs_to(tenant: UUID) -> sa.ColumnElement[bool]:
    """That a credential is the tenant's: its own, or a test key of its sandbox."""
    its = sa.select(Tenant.id).where(sa.or_(Tenant.id == tenant, Tenant.sandbox_of == tenant))
    return Credential.tenant_id.in_(its)


def of_tenant(session: Session, tenant: UUID, key: str) -> Credential:
    """The credential with this key, which nobody else changes before the caller's transaction ends."""
    # PostgreSQL takes no NUL in a text, and no key has one.
    query = sa.select(Credential).where(Credential.key == key.replace("\0", ""), belongs_to(tenant))
    row = session.execute(query.with_for_update()).scalar_one_or_none()
    if row is None:
        raise NotFound(f"no credential of this tenant has the key {key!r}")
    return row


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_hex(32)  # hexadecimal, so that no command line takes it for an option


def erasure_key(pepper: bytes, tenant: UUID) -> bytes:
    """The key of the digests that are left where an Agent of this tenant was erased."""
    return hmac.digest(pepper, b"erasure " + tenant.bytes, "sha256")


def _opens(held: Set[str], scope: str) -> bool:
    """Whether `scope` is among the scopes held, or included in one of them."""
    return scope in held or any(scope in _INCLUDED.get(one, ()) for one in held)


def digest_of(pepper: bytes, secret: str) -> bytes:
    """What is kept of a secret."""
    return hmac.digest(pepper, secret.encode(), "sha256")


def basic(authorization: str | None) -> tuple[str, str]:
    """Key and secret of an HTTP Basic Authorization header; raises Unauthenticated."""
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
