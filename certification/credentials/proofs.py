"""Signing a document and checking it: W3C Data Integrity, Ed25519 over canonical RDF (`eddsa-rdfc-2022`), or over
canonical JSON (`eddsa-jcs-2022`) where a document is plain JSON.

Pure: no database, no clock, no network. The same document, key and instant give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from certification.credentials import jcs, multibase
from certification.credentials.canonical import CREDENTIALS, NotSignable, canonical
from certification.errors import CertificationError

__all__ = ["PLAIN", "SUITE", "BadProof", "SigningKey", "check", "prove", "public_key"]

SUITE = "eddsa-rdfc-2022"
PLAIN = "eddsa-jcs-2022"
_ED25519 = b"\xed\x01"
"""What a public key of this kind begins with in a Multikey."""


class BadProof(CertificationError):
    """The document was not signed so by that key, or was changed since."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs: `id` is the address by which documents name it, `secret` its 32 bytes."""

    id: str
    secret: bytes

    @property
    def public(self) -> str:
        """The public half as a Multikey: `z6Mk…`."""
        raw = Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()
        return multibase.encode(_ED25519 + raw)


def prove(document: Mapping[str, Any], key: SigningKey, *, created: datetime, suite: str = SUITE) -> dict[str, Any]:
    """The document with its proof, `created` to the second (UTC).

    Raises NotSignable where a signature would not cover all that the document says; ValueError where it has a proof.
    """
    if "proof" in document:
        raise ValueError("the document has a proof already")
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": key.id,
        "proofPurpose": "assertionMethod",
    }
    signature = Ed25519PrivateKey.from_private_bytes(key.secret).sign(_signed(document, proof))
    return {**document, "proof": {**proof, "proofValue": multibase.encode(signature)}}


def check(document: Mapping[str, Any], find: Callable[[str], str | None], *, suite: str = SUITE) -> str:
    """The address of the key that signed the document; `find` gives a key's Multikey by its address.

    Raises BadProof, with the reason.
    """
    proof = document.get("proof")
    if not isinstance(proof, dict) or not all(isinstance(value, str) for value in proof.values()):
        raise BadProof("The document has no proof.")
    wanted = {"type": "DataIntegrityProof", "cryptosuite": suite, "proofPurpose": "assertionMethod"}
    if any(proof.get(name) != value for name, value in wanted.items()):
        raise BadProof(f"The proof is of another kind than {suite}.")
    key: str = proof.get("verificationMethod", "")
    multikey = find(key)
    if multikey is None:
        raise BadProof(f"The document is signed with a key that is not the issuer's: {key}.")
    contexts = document.get("@context")
    if suite == SUITE and (not isinstance(contexts, list) or contexts[:1] != [CREDENTIALS]):
        raise BadProof("The document does not begin as a credential does.")
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        public_key(multikey).verify(multibase.decode(proof.get("proofValue", "")), _signed(unsigned, options))
    except (InvalidSignature, ValueError, NotSignable):
        raise BadProof("The document was changed after it was signed.") from None
    return key


def public_key(multikey: str) -> Ed25519PublicKey:
    """The key that a Multikey writes. Raises ValueError for one of another kind."""
    raw = multibase.decode(multikey)
    if not raw.startswith(_ED25519):
        raise ValueError("not an Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(raw.removeprefix(_ED25519))


def _signed(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    """What is signed: digests of the proof's own words and of the document's, in this order."""
    if proof["cryptosuite"] == PLAIN:
        return hashlib.sha256(jcs.canonical(dict(proof))).digest() + hashlib.sha256(jcs.canonical(document)).digest()
    options = {"@context": document.get("@context", []), **proof}
    return _of_options(json.dumps(options)) + hashlib.sha256(canonical(document)).digest()


@lru_cache(64)
def _of_options(options: str) -> bytes:
    """The digest of a proof's own words (JSON), which are the same for all that is signed at one instant."""
    return hashlib.sha256(canonical(json.loads(options))).digest()
