"""Sending a short message to a telephone, through whatever gateway an operator has: one HTTP request, as it is told.

The gateway is an address, one header and a body, in which {to} and {local} stand for the number (+84912345678,
0912345678) and {text} for the message. Nothing is sent where none is set.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlsplit

from lrs.api import outgoing

__all__ = ["Gateway", "local", "number", "send"]

SECONDS = 15
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where and how a message is handed over. A body that begins with { or [ is JSON, any other a form."""

    url: str
    header: str = field(default="", repr=False)
    body: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str, header: str, body: str) -> Gateway | None:
        """From settings; None where no address is set. Raises ValueError for what cannot be one."""
        if not url:
            return None
        parts = urlsplit(url)
        if not parts.hostname or not (
            parts.scheme == "https" or (parts.scheme == "http" and outgoing.is_here(parts.hostname))
        ):
            raise ValueError("write the gateway's https:// address")
        if header and not re.fullmatch(r"[A-Za-z0-9-]+: [^\r\n]+", header):
            raise ValueError("write the header as Authorization: Bearer …")
        if "{text}" not in body or not ("{to}" in body or "{local}" in body):
            raise ValueError("the body has to hold {text}, and {to} or {local}")
        if _is_json(body):
            json.loads(_filled(body, "+84912345678", "x"))
        return cls(url, header, body)


def number(written: str) -> str | None:
    """A Vietnamese mobile number as +84…, however it is spaced; None for what is none."""
    plain = re.sub(r"[\s.\-()]", "", written)
    found = re.fullmatch(r"(?:\+?84|0)([35789]\d{8})", plain, re.ASCII)
    return None if found is None else f"+84{found[1]}"


def local(number: str) -> str:
    """As people here dial it."""
    return f"0{number.removeprefix('+84')}"


def send(gateway: Gateway, to: str, text: str) -> str:
    """Hands a message over; what the gateway said against it, "" where nothing."""
    body = _filled(gateway.body, to, text).encode()
    kind = "application/json" if _is_json(gateway.body) else "application/x-www-form-urlencoded"
    request = urllib.request.Request(gateway.url, body, {"Content-Type": kind})  # noqa: S310 — https, see `of`
    if gateway.header:
        name, _, value = gateway.header.partition(": ")
        request.add_header(name, value)
    try:
        outgoing.ask(request, written=outgoing.host_of(gateway.url), seconds=SECONDS, most_bytes=MOST_BYTES)
        return ""
    except urllib.error.HTTPError as error:
        with error:
            return f"{urlsplit(gateway.url).hostname} answered {error.code}"
    except (OSError, ValueError) as error:
        return f"{urlsplit(gateway.url).hostname} does not answer: {error}"


def _is_json(body: str) -> bool:
    return body.lstrip()[:1] in ("{", "[")


def _filled(body: str, to: str, text: str) -> str:
    def written(value: str) -> str:
        return json.dumps(value)[1:-1] if _is_json(body) else quote_plus(value)

    values = {"to": to, "local": local(to), "text": text}
    return re.sub(r"\{(to|local|text)\}", lambda found: written(values[found[1]]), body)
