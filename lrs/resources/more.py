"""The `more` link: the next page, as an opaque token that the store can trust and need not remember.

It holds the parameters of the first request and the place where the page before ended, under a keyed digest that
covers the tenant; so it works on every process, survives a restart, and cannot be altered or used on others' data.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from uuid import UUID

import msgspec
from werkzeug.datastructures import MultiDict

from lrs.errors import InvalidRequest

PARAMETER = "more"
_DIGEST_BYTES = 16


def link(path: str, arguments: MultiDict[str, str], after_seq: int | None, tenant: UUID, secret: bytes) -> str:
    """The path (from the server's root) of the page after `after_seq`; "" when there is none."""
    if after_seq is None:
        return ""
    body = msgspec.json.encode([list(arguments.items()), after_seq])
    token = base64.urlsafe_b64encode(_digest(body, tenant, secret) + body).rstrip(b"=").decode()
    return f"{path}?{PARAMETER}={token}"


def read(arguments: MultiDict[str, str], tenant: UUID, secret: bytes) -> tuple[MultiDict[str, str], int]:
    """The parameters and the place that a link of ours carries; raises InvalidRequest."""
    token = arguments[PARAMETER]
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    digest, body = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
    if len(arguments) > 1 or not hmac.compare_digest(digest, _digest(body, tenant, secret)):
        raise InvalidRequest.at(
            PARAMETER,
            "not a link of this store; follow `more` exactly as it was answered, with the same credential",
            "",
        )
    pairs, after_seq = msgspec.json.decode(body)
    return MultiDict(map(tuple, pairs)), after_seq


def _digest(body: bytes, tenant: UUID, secret: bytes) -> bytes:
    return hmac.digest(secret, b"more" + tenant.bytes + body, "sha256")[:_DIGEST_BYTES]
