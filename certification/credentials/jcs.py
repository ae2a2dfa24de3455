"""JSON in the one form that is signed where a document is plain JSON: RFC 8785, for texts, whole numbers and no others.

Keys are ASCII here, so that sorting them by code point is sorting them by UTF-16 unit, as the RFC wants; numbers are
whole and fit a double, so that there is one way to write each.
"""

from __future__ import annotations

import json
from typing import Any

from certification.credentials.canonical import NotSignable
from schemas import pointer, show

__all__ = ["canonical"]

_LARGEST = 2**53 - 1


def canonical(document: Any) -> bytes:
    """The document in UTF-8. Raises NotSignable for what has no one form here."""
    _check(document)
    try:
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise NotSignable("A text has half of a surrogate pair.") from None


def _check(value: Any, *keys: str | int) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise NotSignable(f"{show(value)}{_at(keys)} is too large a number.")
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotSignable(f"The key {show(key)}{_at(keys)} is not ASCII.")
            _check(inner, *keys, key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _check(inner, *keys, number)
    else:
        raise NotSignable(f"{show(value)}{_at(keys)} is neither a text nor a number without a decimal point.")


def _at(keys: tuple[str | int, ...]) -> str:
    return f" at {pointer(*keys)}" if keys else ""
