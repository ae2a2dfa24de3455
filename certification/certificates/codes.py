"""The code of a certificate: drawn by chance, typed from paper as the number of a bank account is, with a letter that
finds slips.

Twenty-seven letters of Crockford's base 32 (135 bits) and one to check them, in seven groups of four. Nobody can go
through them one by one, and no letter looks like another: O is read as 0, I and L as 1. Codes made before 22 November
2026 have eleven letters (55 bits) and one to check them: 7K2M-9QXD-4HTA. They hold as long as their certificates.
"""

from __future__ import annotations

import secrets

__all__ = ["LENGTH", "make", "read"]

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
LENGTH, BEFORE = 28, 12
"""With the letter that checks: of new codes, and of those made before."""


def make() -> str:
    """A new code, as it is printed."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(LENGTH - 1))
    return _grouped(drawn + _check(drawn))


def read(text: str) -> str | None:
    """The code that somebody typed, as it is printed; None where it can be none, for a slip say."""
    letters = "".join(text[:100].upper().replace("-", " ").split()).translate(_READ_AS)
    if len(letters) not in (LENGTH, BEFORE) or not set(letters) <= set(_LETTERS) or _check(letters[:-1]) != letters[-1]:
        return None
    return _grouped(letters)


def _check(letters: str) -> str:
    """Luhn's algorithm over 32 letters: every single slip is found, and nearly every exchange of neighbours."""
    total = 0
    for place, letter in enumerate(reversed(letters)):
        value = _LETTERS.index(letter) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return _LETTERS[-total % 32]


def _grouped(letters: str) -> str:
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))
