"""Passwords of people, kept as argon2id.

The parameters are those that ENGINEERING asks of today: 19 MiB, two passes, one lane. A hash made with others is good,
and made again when its owner signs in next.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from certification.access import breached

__all__ = ["LONGEST", "SHORTEST", "hashed", "hold_against", "is_outdated", "matches", "weakness"]

SHORTEST = 10
LONGEST = 200

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)

_NOBODYS = _HASHER.hash("nobody has this password")
"""What a password is held against where there is none, so that the answer takes as long."""


_BREACHED: list[Path] = []


def hold_against(file: Path | None) -> None:
    """Refuse from now on, in this process, what a file of breached passwords holds; None: no such file."""
    _BREACHED[:] = [] if file is None else [file]


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
    if _is_common(password):
        return "this password is known to everybody who guesses; choose another, a sentence of a few words say"
    if any(breached.is_among(file, one) for file in _BREACHED for one in {password, _normal(password)}):
        return "this password is known from a breach of some other site; choose another that you use nowhere else"
    return None


_COMMON = Path(__file__).with_name("common_passwords.txt")
_OUR_WORDS = Path(__file__).with_name("our_words.txt")
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_RUNS = (
    "0123456789" * 3,
    "9876543210" * 3,
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
)


def _is_common(password: str) -> bool:
    """Whether it is among the words that are tried first, however they are dressed up: capitals, marks or none, digits
    and signs around them, 0 for o; or one of them twice; or a run of keys; or nothing but our own words."""
    folded = unicodedata.normalize("NFD", _normal(password).lower()).replace("đ", "d")
    plain = "".join(one for one in folded if not unicodedata.combining(one) and not one.isspace())
    if any(plain.strip("!@#.*") in run for run in _RUNS):
        return True
    candidates = {plain, plain.translate(_LEET)}
    candidates |= {re.sub(r"^[\W\d_]+|[\W\d_]+$", "", one) for one in list(candidates)}
    candidates |= {re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain).translate(_LEET)}
    letters = {re.sub(r"[\W\d_]+", "", one) for one in (plain, plain.translate(_LEET))}
    if any(_ours().fullmatch(one) for one in letters):
        return True
    candidates |= {one[: len(one) // 2] for one in list(candidates) if one and one == one[: len(one) // 2] * 2}
    return any(one in _common() for one in candidates if one)


@cache
def _ours() -> re.Pattern[str]:
    """One or more of our own words, one after another."""
    return re.compile(f"({'|'.join(map(re.escape, sorted(_words(_OUR_WORDS))))})+")


@cache
def _common() -> frozenset[str]:
    """Words that are tried first, folded: without capitals, marks and blanks."""
    return _words(_COMMON)


def _words(path: Path) -> frozenset[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _normal(password: str) -> str:
    """Vietnamese letters come composed or not, as the keyboard has it: the same password either way."""
    return unicodedata.normalize("NFKC", password)
