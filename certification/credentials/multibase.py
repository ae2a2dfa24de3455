"""Bytes as letters, the way keys and signatures of credentials are written: base58 of Bitcoin, after a `z`."""

from __future__ import annotations

__all__ = ["decode", "encode"]

_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}


def encode(raw: bytes) -> str:
    """`z` and the bytes in base58."""
    number = int.from_bytes(raw)
    letters = []
    while number:
        number, value = divmod(number, 58)
        letters.append(_LETTERS[value])
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(letters))


def decode(text: str) -> bytes:
    """The bytes that `encode` wrote so. Raises ValueError for what it never writes."""
    if not text.startswith("z") or len(text) > 1000 or not set(text[1:]) <= _VALUES.keys():
        raise ValueError("not base58 after a z")
    number = 0
    for letter in text[1:]:
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
