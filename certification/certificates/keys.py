"""The keys that a tenant signs with, and the address under which the world finds their public halves (did:web).

Secrets are encrypted under the installation's own (AES-GCM), so that a copy of the database signs nothing. Keys follow
each other: the new one signs, and what the old one signed goes on being verified.
"""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from certification import bulk
from certification.acts import chain
from certification.credentials import proofs
from certification.errors import CertificationError
from certification.models import SigningKey as SigningKeyRow
from certification.vietnam import vietnam_day
from lrs.api import copied_since, key_of
from lrs.db import Session, is_postgresql

__all__ = [
    "Asked",
    "IsACopy",
    "Issuer",
    "NoPublicAddress",
    "SealedElsewhere",
    "alone",
    "change",
    "current",
    "current_name",
    "did_document",
    "public_keys",
    "rotate",
]


class NoPublicAddress(CertificationError):
    """Nobody has said under which address this installation is reached, so a certificate could name none."""

    def __init__(self) -> None:
        super().__init__(
            "PUBLIC_URL is not set. A certificate names the address at which it is verified, for good: set PUBLIC_URL "
            "to the https:// address that this installation keeps, and start again."
        )


class SealedElsewhere(CertificationError):
    """A key's secret was encrypted under another secret of the installation."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The signing key {name} was encrypted under another SECRET_KEY. Put that one back, or make a new key "
            "(flask certification rotate-signing-key); what the old one signed goes on being verified."
        )


class IsACopy(CertificationError):
    """The database is a restored copy: the installation that it was copied from signs, under the same numbers."""

    def __init__(self, since: datetime) -> None:
        super().__init__(
            f"This is a copy, restored on {vietnam_day(since):%d/%m/%Y}: nothing is signed from it, so that no number "
            "is given twice. If it is to be the installation from now on, say so: flask ops go-live."
        )


ASKED = "signing-key.ask"
"""The act of whoever asks for another key; its subject is `_NEXT`, since the key has no name yet."""

ASKED_FOR = timedelta(days=1)
"""How long the second of two persons may take."""

_NEXT = "signing-key"


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asked for another key, and until when somebody else can say the same."""

    by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Issuer:
    """Under which address a tenant is known to verifiers: `url` of its documents, `did` made of it."""

    url: str
    did: str

    @classmethod
    def of(cls, public_url: str, tenant: UUID) -> Issuer:
        """That of a tenant of the installation at this address. Raises NoPublicAddress without one."""
        if not public_url:
            raise NoPublicAddress
        parts = urlsplit(public_url)
        host = quote(parts.netloc, safe=".-")
        path = [one for one in parts.path.split("/") if one]
        return cls(
            f"{public_url.rstrip('/')}/issuers/{tenant}", ":".join(["did:web", host, *path, "issuers", str(tenant)])
        )

    def key(self, name: str) -> str:
        """The address of one of its keys."""
        return f"{self.did}#{name}"


def current(
    session: Session, tenant: UUID, issuer: Issuer, *, secret: bytes, by: str, now: datetime
) -> proofs.SigningKey:
    """The key that signs; made where there is none yet. Raises SealedElsewhere, IsACopy."""
    alone(session, tenant)
    name = current_name(session, tenant)
    if name is None:
        return _make(session, tenant, issuer, secret=secret, by=by, now=now)
    return named(session, tenant, issuer, name, secret=secret)


def current_name(session: Session, tenant: UUID) -> str | None:
    """The name of the key that signs; None where there is none yet."""
    return session.scalar(
        sa.select(SigningKeyRow.name)
        .where(SigningKeyRow.tenant_id == tenant, SigningKeyRow.retired.is_(None))
        .order_by(SigningKeyRow.made.desc(), SigningKeyRow.name.desc())
        .limit(1)
    )


def named(session: Session, tenant: UUID, issuer: Issuer, name: str, *, secret: bytes) -> proofs.SigningKey:
    """The key of this name, retired or not. Raises SealedElsewhere, and IsACopy where nothing is to be signed."""
    _refuse_copy(session)
    sealed = session.scalar(
        sa.select(SigningKeyRow.sealed).where(SigningKeyRow.tenant_id == tenant, SigningKeyRow.name == name)
    )
    try:
        opened = AESGCM(_sealing(secret)).decrypt((sealed or b"")[:12], (sealed or b"")[12:], _aad(tenant, name))
    except (InvalidTag, ValueError):
        raise SealedElsewhere(name) from None
    return proofs.SigningKey(issuer.key(name), opened)


def change(
    session: Session, tenant: UUID, issuer: Issuer, *, secret: bytes, by: str, now: datetime, by_two: bool
) -> str | Asked:
    """`rotate`, where it takes two persons (`by_two`) only once somebody else has asked for it lately: who is the first
    of them only asks, on record. The name of the new key, or who asked."""
    if by_two:
        alone(session, tenant)
        asked = _asked(session, tenant, now)
        if asked is None:
            chain.add(session, tenant, by=by, act=ASKED, subject=_NEXT, now=now)
            return Asked(by, now + ASKED_FOR)
        if asked.by.strip().casefold() == by.strip().casefold():
            return asked
    return rotate(session, tenant, issuer, secret=secret, by=by, now=now)


def _asked(session: Session, tenant: UUID, now: datetime) -> Asked | None:
    """Who asked for another key since the last one was made, and lately."""
    made = session.scalar(sa.select(sa.func.max(SigningKeyRow.made)).where(SigningKeyRow.tenant_id == tenant))
    for last in chain.listed(session, tenant, limit=1, subject=_NEXT):
        if (made is None or last.at > made) and now < last.at + ASKED_FOR:
            return Asked(last.by, last.at + ASKED_FOR)
    return None


def rotate(session: Session, tenant: UUID, issuer: Issuer, *, secret: bytes, by: str, now: datetime) -> str:
    """Retires whatever signs now and makes a new key; its name. What was signed goes on being verified."""
    alone(session, tenant)
    session.execute(
        sa.update(SigningKeyRow)
        .where(SigningKeyRow.tenant_id == tenant, SigningKeyRow.retired.is_(None))
        .values(retired=now)
    )
    return _make(session, tenant, issuer, secret=secret, by=by, now=now).id.rpartition("#")[2]


def public_keys(session: Session, tenant: UUID) -> dict[str, str]:
    """The public half of every key there ever was, by name."""
    rows = session.execute(
        sa.select(SigningKeyRow.name, SigningKeyRow.multikey)
        .where(SigningKeyRow.tenant_id == tenant)
        .order_by(SigningKeyRow.name)
    )
    return {row.name: row.multikey for row in rows}


def did_document(session: Session, tenant: UUID, issuer: Issuer) -> dict[str, Any]:
    """What verifiers fetch to find the keys (did:web)."""
    methods = [
        {"id": issuer.key(name), "type": "Multikey", "controller": issuer.did, "publicKeyMultibase": multikey}
        for name, multikey in public_keys(session, tenant).items()
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": issuer.did,
        "verificationMethod": methods,
        "assertionMethod": [one["id"] for one in methods],
    }


def _make(
    session: Session, tenant: UUID, issuer: Issuer, *, secret: bytes, by: str, now: datetime
) -> proofs.SigningKey:
    name = f"{now.year}-{len(public_keys(session, tenant)) + 1}"
    key = proofs.SigningKey(issuer.key(name), secrets.token_bytes(32))
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(_sealing(secret)).encrypt(nonce, key.secret, _aad(tenant, name))
    row = {"tenant_id": tenant, "name": name, "multikey": key.public, "sealed": sealed, "made": now, "retired": None}
    bulk.insert(session, SigningKeyRow, [row])
    detail = {"multikey": key.public}
    chain.add(session, tenant, by=by, act="signing-key.make", subject=f"signing-key:{name}", detail=detail, now=now)
    return key


def _sealing(secret: bytes) -> bytes:
    return hmac.digest(secret, b"certification signing keys", "sha256")


def _aad(tenant: UUID, name: str) -> bytes:
    return tenant.bytes + name.encode()


def alone(session: Session, tenant: UUID) -> None:
    """Nobody else makes or retires a key until the caller's transaction ends. Before anything is put on the record of
    acts (`acts.chain`), which whoever makes a key locks after this. Raises IsACopy."""
    _refuse_copy(session)
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key_of(f"certification signing keys {tenant}"))))


def _refuse_copy(session: Session) -> None:
    if (since := copied_since(session)) is not None:
        raise IsACopy(since)
