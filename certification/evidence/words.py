"""What people write beside evidence: long enough to say something, and without numbers by which others are known.

Titles and providers go into Statements, where nothing may tell who somebody is (`tells_who`); reasons do not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from certification.spreadsheets import Fault
from lrs import api

__all__ = ["REASON_AT_MOST", "TITLE_AT_MOST", "reason_faults", "shape_faults", "tells_who", "title_faults"]

REASON_AT_MOST = 2000
TITLE_AT_MOST = 500

_DIGITS = re.compile(r"\d(?:[ .\-]?\d){8,}")
_MAIL = re.compile(r"[^@\s<>|]+@[^@\s<>|]+\.[^@\s<>|.]+")


def tells_who(text: str) -> bool:
    """Whether a telephone, mail or identity number stands in the text."""
    plain = unicodedata.normalize("NFKC", text)
    return _MAIL.search(plain) is not None or any(api.looks_like(found) for found in _DIGITS.findall(plain))


def shape_faults(place: int, column: str, words: str, at_most: int) -> Iterator[Fault]:
    """What is wrong with lines of text, whatever they say: too long, or with characters that nobody sees."""
    if len(words) > at_most:
        yield Fault(place, column, f"dài {len(words)} ký tự, nhiều nhất là {at_most}; viết ngắn lại")
    if not words.replace("\n", " ").isprintable():
        yield Fault(place, column, "có ký tự không nhìn thấy được; xoá rồi gõ lại")


def reason_faults(place: int, column: str, words: str) -> Iterator[Fault]:
    """What is wrong with a reason: empty, too long, or with characters that nobody sees."""
    if not words.strip():
        yield Fault(place, column, "chưa ghi lý do; ghi lý do và căn cứ")
    yield from shape_faults(place, column, words.replace("\r", ""), REASON_AT_MOST)


def title_faults(place: int, column: str, words: str | None, *, needed: bool = False) -> Iterator[Fault]:
    """What is wrong with words that go into a Statement."""
    if not (words or "").strip():
        if needed:
            yield Fault(place, column, "ô trống; ghi giá trị vào ô này")
        return
    text = words or ""
    # A line of its own is no more seen in a title than any other sign that is not printed.
    yield from shape_faults(place, column, text.replace("\n", "\0"), TITLE_AT_MOST)
    if tells_who(text):
        yield Fault(place, column, "có số giống số điện thoại, số căn cước hoặc địa chỉ thư; bỏ số đó đi")
