"""How Vietnamese office documents write days, numbers and what is not parted at the end of a line. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

__all__ = ["NO_BREAK", "blank_day", "bound", "composed", "day_in_full", "in_words", "short_day"]

NO_BREAK = "\u00a0"

_BOUND = re.compile(
    r"(?<!\w)(Điều|điều|khoản|Khoản|điểm|Mục|mục|Phụ lục|ngày|tháng|năm|Số|số) (?=[\dIVX…])"
    r"|(?<=\d) (?=%|tháng \d|năm \d|người|điểm|giờ|đồng)|(?<=[Tt]háng \d) (?=năm \d)"
)
_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu", "tỷ")


def composed(text: str) -> str:
    """The text composed (NFC), without what no document can hold: control characters but the line break, halves of
    letters, and marks that turn the direction of writing."""
    if text.isprintable():  # most are, and this is said fast
        return unicodedata.normalize("NFC", text)
    kept = (one for one in text.replace("\r\n", "\n").replace("\t", " ") if one == "\n" or _is_printable(one))
    return unicodedata.normalize("NFC", "".join(kept))


def bound(text: str) -> str:
    """The text composed, with non-breaking spaces where a line must not end: Điều 1, 05 tháng 3, 50 %."""
    return _BOUND.sub(lambda found: found.group().replace(" ", NO_BREAK), composed(text))


def short_day(day: date) -> str:
    """05/03/2026, as tables write days."""
    return f"{day:%d/%m/%Y}"


def day_in_full(day: date) -> str:
    """ngày 05 tháng 3 năm 2026: days below 10 and the months 1 and 2 begin with a zero (Decree 30/2020, annex I)."""
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return NO_BREAK.join(("ngày", f"{day.day:02}", "tháng", month, "năm", str(day.year)))


def blank_day(year: int) -> str:
    """The day to be filled in by the body's own system or by hand, in a known year."""
    return f"ngày{NO_BREAK * 6}tháng{NO_BREAK * 6}năm{NO_BREAK}{year}"


def in_words(number: int) -> str:
    """A whole number from 0 to 999,999,999,999 in Vietnamese words: 1,005 is “một nghìn không trăm linh năm”."""
    if not 0 <= number < 10**12:
        raise ValueError(f"no words for {number}")
    if number == 0:
        return _DIGITS[0]
    words: list[str] = []
    for place in range(len(_GROUPS) - 1, -1, -1):
        group = number // 1000**place % 1000
        if group:
            words += _of_three(group, whole=bool(words))
            if _GROUPS[place]:
                words.append(_GROUPS[place])
    return " ".join(words)


def _of_three(number: int, *, whole: bool) -> list[str]:
    """The words of 1 to 999; `whole`: something stands before it, so that its hundreds are said even where none are."""
    hundreds, tens, units = number // 100, number // 10 % 10, number % 10
    words = [_DIGITS[hundreds], "trăm"] if hundreds or whole else []
    if tens == 0:
        return words + (["linh"] if words and units else []) + ([_DIGITS[units]] if units else [])
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if units == 1 and tens > 1:
        return [*words, "mốt"]
    if units == 5:
        return [*words, "lăm"]
    return words + ([_DIGITS[units]] if units else [])


def _is_printable(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cs", "Co", "Cn", "Cf", "Zl", "Zp")
