"""The `more` link: the next page, as an opaque token that the store can trust and need not remember.

It holds the parameters of the first request and the place where the page before ended, encrypted, bound to the tenant
(AES-256-GCM); so it works on every process, survives a restart, cannot be altered or used on others' data, and tells
whoever reads an address in a log of the way nothing of whom was asked about.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from werkzeug.datastructures import MultiDict

from lrs.errors import InvalidRequest
from lrs.observing import events

PARAMETER = "more"
_NONCE_BYTES = 12


def link(path: str, arguments: MultiDict[str, str], after_seq: int | None, tenant: UUID, secret: bytes) -> str:
    """The path (from the server's root) of the page after `after_seq`; "" when there is none."""
    if after_seq is None:
        return ""
    body = msgspec.json.encode([list(arguments.items()), after_seq])
    # The nonce follows from what is encrypted: the same page has the same link, and no nonce serves for two pages.
    nonce = hmac.digest(secret, b"more nonce" + tenant.bytes + body, "sha256")[:_NONCE_BYTES]
    sealed = nonce + _cipher(secret).encrypt(nonce, body, tenant.bytes)
    return f"{path}?{PARAMETER}={_written(sealed)}"


def read(arguments: MultiDict[str, str], tenant: UUID, secret: bytes) -> tuple[MultiDict[str, str], int]:
    """The parameters and the place that a link of ours carries; raises InvalidRequest."""
    token = arguments[PARAMETER]
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        if _written(sealed) != token:
            raise ValueError  # the decoder passes over signs that are not in the alphabet
        body = _cipher(secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], tenant.bytes)
    except (binascii.Error, ValueError, InvalidTag):
        body = b""
        events.tell("link-refused")
    if len(list(arguments.items(multi=True))) > 1 or not body:
        raise InvalidRequest.at(
            PARAMETER,
            "not a link of this store; follow `more` exactly as it was answered, with the same credential",
            "",
        )
    pairs, after_seq = msgspec.json.decode(body)
    return MultiDict(map(tuple, pairs)), after_seq


def _written(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(hmac.digest(secret, b"more", "sha256"))
