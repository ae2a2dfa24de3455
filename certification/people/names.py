"""How names are put in order and looked for: by the Vietnamese alphabet, and without diacritics.

A Vietnamese name ends with the name that a person is called by, and lists go by that one. What is worked out here is
kept beside a name (`columns`), so that lists of any length are read by an index, alike on either database.
"""

from __future__ import annotations

import unicodedata
from typing import Any

__all__ = ["columns", "folded", "order", "sought"]

_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
"""huyền, hỏi, ngã, sắc, nặng: the order of dictionaries; without a tone first."""

_LETTERS = {"\u0306": "1", "\u0302": "2", "\u031b": "3"}
"""Marks that make another letter: ă, â, ê, ô and ơ, ư; after the plain letter, in the order of the alphabet."""


def folded(text: str) -> str:
    """The text as it is looked for: small letters without diacritics, single spaces. "Đỗ  Thị Hoà" is "do thi hoa"."""
    parted = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
    plain = "".join(one for one in parted if not unicodedata.combining(one)).replace("đ", "d")
    return " ".join(plain.split())


def sought(full_name: str) -> str:
    """What a name is found by, with a space before each word, so that the beginning of any word finds it."""
    return f" {folded(full_name)}"


def order(full_name: str) -> bytes:
    """What names are put in order by: the last word, then those before it; letters of the alphabet before tones."""
    words = unicodedata.normalize("NFC", full_name).lower().split()
    letters: list[str] = []
    tones: list[str] = []
    for word in (*words[-1:], *words[:-1]):
        for letter in unicodedata.normalize("NFD", word):
            if letter in _TONES:
                tones[-1:] = [_TONES[letter]]
            elif letter in _LETTERS:
                letters[-1:] = [letters[-1][:1] + _LETTERS[letter]] if letters else []
            elif not unicodedata.combining(letter):
                letters.append("d4" if letter == "đ" else f"{letter}0")
                tones.append("0")
        letters.append("  ")
        tones.append("0")
    return f"{''.join(letters).strip()}\0{''.join(tones)}".encode()


def columns(full_name: str) -> dict[str, Any]:
    """What is kept beside the name of a worker."""
    return {"name_order": order(full_name), "name_sought": sought(full_name)}
