"""Signed Statements (xAPI 1.0.3 Data 2.6): whether a signature holds, and how much it proves.

A signature is an Attachment in the compact form of JWS (RFC 7515). It must say what the Statement says; where it brings
the signer's certificate (x5c), it must have been made with that certificate's key. Whoever has a key can do as much, so
what counts afterwards is whether the certificate leads to a root that the tenant trusts: that is kept, not required.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from lrs.attachments import SIGNATURE, Content
from lrs.db import Session, among
from lrs.errors import Fault, InvalidRequest, InvalidStatement
from lrs.models import Signature, TrustedRoot
from lrs.statements.comparison import differences
from lrs.statements.rows import unified
from lrs.statements.validate import decode

if TYPE_CHECKING:
    from cryptography import x509

_CLAUSE = "xAPI 1.0.3 Data 2.6"
_HASHES = {"RS256": "SHA256", "RS384": "SHA384", "RS512": "SHA512"}
_SMALLEST_KEY = 2048
"""In bits: RFC 7518 3.3."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that holds: of which of the Statements, in which Attachment, with which certificates (DER)."""

    index: int
    sha2: str
    certificates: tuple[bytes, ...]


class Quality(Enum):
    """How much a Statement's signature proves, from less to more."""

    COMPARED = "compared"
    """It says what the Statement says; it brought no certificate, so anybody may have made it."""
    VERIFIED = "verified"
    """It was made with the key of the certificate that it brought, which leads to no root the tenant trusted."""
    TRUSTED = "trusted"
    """Its certificate led to a root that the tenant trusted when the Statement was stored."""


class _Broken(Exception):
    """Why a signature does not hold."""


def check(statements: Sequence[Mapping[str, Any]], contents: Collection[Content]) -> list[Signed]:
    """The signatures of these checked Statements; raises InvalidStatement when one does not hold."""
    data = {content.sha2: content for content in contents}
    found = []
    faults = []
    for index, statement in enumerate(statements):
        for number, attachment in enumerate(statement.get("attachments", ())):
            if attachment["usageType"] != SIGNATURE:
                continue
            sha2 = attachment["sha2"].lower()
            try:
                found.append(Signed(index, sha2, _certificates_of(statement, attachment, data.get(sha2))))
            except _Broken as reason:
                place = f"/{index}" if len(statements) > 1 else ""
                faults.append(Fault(f"{place}/attachments/{number}", f"the signature does not hold: {reason}", _CLAUSE))
    if faults:
        raise InvalidStatement(faults)
    return found


def keep(session: Session, tenant: UUID, signatures: Mapping[UUID, Collection[Signed]], *, now: datetime) -> None:
    """Keep with each Statement what its signatures prove, as far as the tenant's trusted roots are concerned."""
    certified = any(signed.certificates for each in signatures.values() for signed in each)
    roots = trusted_roots(session, tenant) if certified else []
    rows = [
        {
            "tenant_id": tenant,
            "statement_id": statement_id,
            "sha2": signed.sha2,
            "certificate": fingerprint(signed.certificates[0]) if signed.certificates else None,
            "root": _root_of(signed.certificates, roots, now),
        }
        for statement_id, each in signatures.items()
        for signed in {signed.sha2: signed for signed in each}.values()
    ]
    if rows:
        session.execute(sa.insert(Signature), rows)


def qualities(session: Session, tenant: UUID, ids: Collection[UUID]) -> dict[UUID, Quality]:
    """What the best signature of each of these Statements proves, in one SQL command; those without are left out."""
    rows = session.execute(
        sa.select(Signature.statement_id, sa.func.count(Signature.certificate), sa.func.count(Signature.root))
        .where(Signature.tenant_id == tenant, among(session, Signature.statement_id, ids))
        .group_by(Signature.statement_id)
    )
    return {
        statement_id: Quality.TRUSTED if rooted else Quality.VERIFIED if certified else Quality.COMPARED
        for statement_id, certified, rooted in rows
    }


def trusted_roots(session: Session, tenant: UUID) -> list[bytes]:
    """The certificates (DER) that the tenant trusts."""
    return list(session.scalars(sa.select(TrustedRoot.certificate).where(TrustedRoot.tenant_id == tenant)))


def trust(session: Session, tenant: UUID, pem: bytes, *, now: datetime) -> str:
    """Trust a root certificate (PEM) from now on; returns its fingerprint. Raises InvalidRequest for anything else."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        certificate = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    except ValueError:
        raise InvalidRequest.at("", "this is not a certificate in PEM form") from None
    known = session.get(TrustedRoot, (tenant, fingerprint(certificate)))
    if known is None:
        session.add(
            TrustedRoot(tenant_id=tenant, fingerprint=fingerprint(certificate), certificate=certificate, added=now)
        )
        session.flush()
    return fingerprint(certificate)


def fingerprint(certificate: bytes) -> str:
    """The SHA-256 of a certificate (DER) in hexadecimal digits."""
    return hashlib.sha256(certificate).hexdigest()


def _certificates_of(
    statement: Mapping[str, Any], attachment: Mapping[str, Any], content: Content | None
) -> tuple[bytes, ...]:
    """The certificates that the signature brought, after it was found to hold. Raises _Broken."""
    if attachment["contentType"] != "application/octet-stream":
        raise _Broken(f"its contentType is {attachment['contentType']!r}, not 'application/octet-stream'")
    if content is None:
        raise _Broken("it must come with the Statement, as a part of multipart/mixed")
    data = bytes(content.data)
    parts = data.split(b".")
    if len(parts) != 3:
        raise _Broken("it is not a JWS in compact form, three parts joined by dots")
    header, payload, signature = map(_base64url, parts)
    described = _object(header, "header")
    if "crit" in described:
        raise _Broken("its header asks for an extension (crit) that is not known here")
    if described.get("alg") not in _HASHES:
        raise _Broken("its algorithm must be RS256, RS384 or RS512")
    _compare(_object(payload, "payload"), statement)
    certificates = tuple(_chain(described.get("x5c")))
    if certificates:
        _verify(certificates[0], signature, data.rpartition(b".")[0], _HASHES[described["alg"]])
    return certificates


def _base64url(part: bytes) -> bytes:
    try:
        return base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise _Broken("a part of it is not base64url") from None


def _object(text: bytes, name: str) -> dict[str, Any]:
    try:
        found = decode(text)
    except InvalidRequest as error:
        raise _Broken(f"its {name} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise _Broken(f"its {name} is not a JSON object")
    return found


def _compare(payload: dict[str, Any], statement: Mapping[str, Any]) -> None:
    """What was signed is the Statement before the signature was added, but for what a store may set."""
    unsigned = [one for one in statement.get("attachments", ()) if one.get("usageType") != SIGNATURE]
    bare = {key: value for key, value in statement.items() if key != "attachments"}
    signed = {key: value for key, value in payload.items() if key != "attachments"}
    if unsigned:
        bare["attachments"] = unsigned
    if payload.get("attachments"):
        signed["attachments"] = payload["attachments"]
    for key in ("id", "timestamp"):
        if key not in signed or key not in bare:
            signed.pop(key, None)
            bare.pop(key, None)
    try:
        found = differences(unified(bare), unified(signed))  # a store that it came through may have done so
    except (InvalidRequest, AttributeError, KeyError, TypeError):
        raise _Broken("what was signed is not a Statement") from None
    same_id = str(signed.get("id", "")).lower() == str(bare.get("id", "")).lower()
    if found or not same_id:
        raise _Broken(f"another Statement was signed; it differs at {', '.join(found or ('/id',))}")


def _chain(x5c: Any) -> Iterator[bytes]:
    if x5c is None:
        return
    if not isinstance(x5c, list) or not x5c or not all(isinstance(one, str) for one in x5c):
        raise _Broken("x5c in its header must be a list of certificates")
    for one in x5c:
        try:
            yield base64.b64decode(one, validate=True)
        except (binascii.Error, ValueError):
            raise _Broken("a certificate of x5c is not base64") from None


def _verify(certificate: bytes, signature: bytes, signed: bytes, hash_name: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = _load(certificate).public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_KEY:
        raise _Broken(f"the certificate's key is not RSA of at least {_SMALLEST_KEY} bits")
    try:
        key.verify(signature, signed, padding.PKCS1v15(), getattr(hashes, hash_name)())
    except InvalidSignature:
        raise _Broken("it was not made with the key of its certificate") from None


def _load(certificate: bytes) -> x509.Certificate:
    from cryptography import x509

    try:
        found = x509.load_der_x509_certificate(certificate)
        found.public_key()
    except Exception as error:  # what is malformed inside a certificate has no common base
        raise _Broken("a certificate of x5c cannot be read") from error
    return found


def _root_of(certificates: Sequence[bytes], roots: Sequence[bytes], now: datetime) -> str | None:
    """The fingerprint of the root to which the first of the certificates leads at this moment, over the others."""
    if not certificates or not roots:
        return None
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import verification

    anything = verification.ExtensionPolicy.permit_all()
    authority = anything.require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, None)
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store([_load(root) for root in roots]))
        .time(now)
        .extension_policies(ca_policy=authority, ee_policy=anything)
        .build_client_verifier()
    )
    try:
        leaf, *others = map(_load, certificates)
        chain = verifier.verify(leaf, others).chain
    except (verification.VerificationError, _Broken):
        return None
    return fingerprint(chain[-1].public_bytes(Encoding.DER))
