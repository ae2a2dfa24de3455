"""Passwords of people, kept as argon2id.

The parameters are those that ENGINEERING asks of today: 19 MiB, two passes, one lane. A hash made with others is good,
and made again when its owner signs in next.
"""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

__all__ = ["LONGEST", "SHORTEST", "hashed", "is_outdated", "matches", "weakness"]

SHORTEST = 10
LONGEST = 200

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)

_NOBODYS = _HASHER.hash("nobody has this password")
"""What a password is held against where there is none, so that the answer takes as long."""


def hashed(password: str) -> str:
    """The password as it is kept."""
    return _HASHER.hash(_normal(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password kept; False, and as slow, where none is."""
    try:
        _HASHER.verify(kept or _NOBODYS, _normal(password[: 4 * LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether this was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def weakness(password: str, *, name: str) -> str | None:
    """Why this cannot be the password of the account `name`; None when it can."""
    length = len(_normal(password))
    if length < SHORTEST:
        return f"a password has at least {SHORTEST} characters; a sentence of a few words is easy to keep in mind"
    if length > LONGEST:
        return f"a password has at most {LONGEST} characters"
    if name.lower() in password.lower() and length < SHORTEST + len(name):
        return "the password is little more than the account's name; choose another"
    if len(set(_normal(password))) < 5:
        return "the password repeats a few characters; choose another"
    return None


def _normal(password: str) -> str:
    """Vietnamese letters come composed or not, as the keyboard has it: the same password either way."""
    return unicodedata.normalize("NFKC", password)
