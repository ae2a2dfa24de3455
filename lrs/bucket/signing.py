"""Requests to a bucket, signed (AWS Signature Version 4, in the Authorization header): the secret never leaves."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

__all__ = ["Credentials", "signed"]

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """By what a bucket knows who asks."""

    key: str
    secret: str = field(repr=False)
    region: str


def signed(
    method: str, path: str, query: Mapping[str, str], *, host: str, payload: str, by: Credentials, now: datetime
) -> tuple[str, dict[str, str]]:
    """What follows the host in the address, and the headers that sign the request. `payload`: SHA-256 of the body."""
    instant, day = f"{now:%Y%m%dT%H%M%SZ}", f"{now:%Y%m%d}"
    headers = {"host": host, "x-amz-content-sha256": payload, "x-amz-date": instant}
    written = quote(path, safe="/-_.~")
    asked = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(query.items()))
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = "\n".join((method, written, asked, lines, names, payload))
    scope = f"{day}/{by.region}/s3/aws4_request"
    text = "\n".join((_ALGORITHM, instant, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{by.secret}".encode()
    for part in (day, by.region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    told = f"{_ALGORITHM} Credential={by.key}/{scope}, SignedHeaders={names}, Signature={signature}"
    return f"{written}?{asked}" if asked else written, {**headers, "Authorization": told}


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
