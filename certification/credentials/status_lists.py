"""A list of bits that tells of many credentials at once which are withdrawn (W3C Bitstring Status List 1.0).

A verifier fetches the whole list, so whoever publishes it learns of none which one was asked for.
"""

from __future__ import annotations

import base64
import gzip
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from certification.credentials.canonical import CREDENTIALS

__all__ = ["LENGTH", "decode", "encode", "entry", "list_credential"]

LENGTH = 131_072
"""Bits of a list: the fewest that the specification allows, so that one credential is lost among many (16 KiB)."""


def encode(withdrawn: Iterable[int]) -> str:
    """The list with the bits at these places set; the same places give the same letters."""
    bits = bytearray(LENGTH // 8)
    for place in withdrawn:
        if not 0 <= place < LENGTH:
            raise ValueError(f"{place} is no place of a list of {LENGTH}")
        bits[place // 8] |= 0x80 >> place % 8
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(bytes(bits))
    return "u" + base64.urlsafe_b64encode(packed.getvalue()).rstrip(b"=").decode()


def decode(encoded: str) -> frozenset[int]:
    """The places that are set in what `encode` wrote."""
    raw = encoded.removeprefix("u")
    bits = gzip.decompress(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    return frozenset(
        8 * index + offset for index, byte in enumerate(bits) if byte for offset in range(8) if byte & 0x80 >> offset
    )


def entry(address: str, place: int) -> dict[str, Any]:
    """What stands in a credential as `credentialStatus`: its place in the list at this address."""
    return {
        "id": f"{address}#{place}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(place),
        "statusListCredential": address,
    }


def list_credential(
    address: str, issuer: str, withdrawn: Iterable[int], *, valid_from: datetime, valid_until: datetime
) -> dict[str, Any]:
    """The list as a credential, to be signed; it holds from one aware instant to the other."""
    return {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": valid_from.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "validUntil": valid_until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encode(withdrawn),
        },
    }
