"""Codes that change while they are shown, and tickets for whoever scanned one. Pure.

    digits_at    the six digits of a moment
    is_right     whether digits were shown at a moment
    ticket       what a scan is worth while somebody signs in; read_ticket reads it back

A code is worked out of the session's secret and the time, as in RFC 4226 over steps of time (RFC 6238). The code that
is shown and the one before it are right, so that nobody is too slow by a blink; a picture of it sent to somebody who is
absent is worth nothing soon after.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["DIGITS", "Ticket", "device_mark", "digits_at", "is_right", "new_address", "new_secret", "read_ticket",
           "seconds_left", "ticket"]  # fmt: skip

DIGITS = 6
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike."""
_ADDRESS_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Ticket:
    """That these digits came with this address ("" where they were typed in alone) at a moment in UTC."""

    address: str
    digits: str
    seen: datetime


def new_secret() -> bytes:
    """A secret for a session."""
    return secrets.token_bytes(32)


def new_address() -> str:
    """An address for a session, of some fifty bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_ADDRESS_LENGTH))


def digits_at(secret: bytes, moment: datetime, step_seconds: int) -> str:
    """The digits that are shown at a moment (aware)."""
    return _digits(secret, int(moment.timestamp()) // step_seconds)


def seconds_left(moment: datetime, step_seconds: int) -> int:
    """For how many seconds more the digits of a moment are shown: 1 to `step_seconds`."""
    return step_seconds - int(moment.timestamp()) % step_seconds


def is_right(secret: bytes, digits: str, moment: datetime, step_seconds: int) -> bool:
    """Whether these digits are shown at the moment, or were just before."""
    count = int(moment.timestamp()) // step_seconds
    right = [hmac.compare_digest(_digits(secret, one).encode(), digits.encode()) for one in (count, count - 1)]
    return any(right)


def _digits(secret: bytes, count: int) -> str:
    """RFC 4226, 5.3, over SHA-256."""
    digest = hmac.digest(secret, max(count, 0).to_bytes(8, "big"), hashlib.sha256)
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def ticket(key: bytes, address: str, digits: str, seen: datetime) -> str:
    """A text that says, sealed with the installation's `key`, which digits somebody had at a moment.

    It does not say that they are right: whoever reads it asks the session, which only a person signed in leads to.
    """
    said = f"{address}.{digits}.{int(seen.timestamp())}"
    return f"{said}.{_seal(key, said)}"


def read_ticket(key: bytes, text: str) -> Ticket | None:
    """What a ticket says; None for what is none of ours."""
    said, _, seal = text.rpartition(".")
    parts = said.split(".")
    if len(parts) != 3 or not hmac.compare_digest(_seal(key, said).encode(), seal.encode()):
        return None
    return Ticket(parts[0], parts[1], datetime.fromtimestamp(int(parts[2]), UTC))


def _seal(key: bytes, said: str) -> str:
    return hmac.new(key, f"roll-call ticket {said}".encode(), hashlib.sha256).hexdigest()[:32]


def device_mark(secret: bytes, device: str) -> str:
    """A telephone's mark within one session: tells that two came from one telephone, and nothing beyond the session."""
    return hmac.new(secret, f"device {device}".encode(), hashlib.sha256).hexdigest()[:24]
