"""The digest of a list of those counted: who has the list and the salt can show that it is the one that was counted;
who has neither learns nothing from it, not even by trying every number there is.

    HMAC-SHA-256(salt, target + "\\n" + number + "\\n" + …)

over the numbers in the order of their UTF-8 bytes. The salt is drawn anew for each roll-up and stays with the sender.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable

__all__ = ["digest", "new_salt"]


def new_salt() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(32)


def digest(salt: bytes, target: str, numbers: Iterable[str]) -> str:
    """That of the numbers counted for a target, in whatever order they come."""
    lines = sorted({number.encode() for number in numbers})
    return hmac.digest(salt, b"".join(line + b"\n" for line in (target.encode(), *lines)), "sha256").hex()
