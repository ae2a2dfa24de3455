"""Strings that somebody puts where a name or a title is asked for: the one list that pages, papers, tables, letters and
the interface are tried with.

Each is what a person could type or a file could hold. None is a secret or anybody's name.
"""

from __future__ import annotations

import unicodedata

__all__ = ["FORMULAS", "MARKUP", "NAMES", "SQL", "UNWANTED", "VIETNAMESE"]

MARKUP = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "javascript:alert(1)",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<!--",
    "]]><x/>",
    "&lt;b&gt;&amp;amp;&#x3C;",
    "<b>đậm</b> <i>",
    "{{ 7*7 }}{% raw %}",
    "${7*7}#{7*7}",
    "<%= 7*7 %>",
    "%(name)s %s %n {0} {name}",
    "\\u003cscript\\u003e",
    "`${alert(1)}`",
    "' onmouseover='alert(1)",
    "url(javascript:alert(1))",
    "<w:t>x</w:t><w:p/>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "<para><a href='file:///etc/passwd'>x</a></para>",
)  # fmt: skip

FORMULAS = (
    "=1+1",
    "=HYPERLINK(\"http://x.example\",\"x\")",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "{=1+1}",
    "=IMPORTXML(\"http://x.example\",\"//a\")",
    ";=1+1",
    "'=1+1",
    "1E400",
    "0123456789",
)  # fmt: skip

SQL = (
    "'; DROP TABLE certification_worker; --",
    "' OR '1'='1",
    "\" OR \"\"=\"",
    "%' AND 1=1 --",
    "_%_%",
    "\\",
    "\\'",
)  # fmt: skip

VIETNAMESE = (
    "Nguyễn Thị Ánh Nguyệt",
    unicodedata.normalize("NFD", "Nguyễn Thị Ánh Nguyệt"),
    "Đặng Ngọc Ỹ",
    "ĐẶNG NGỌC Ỷ",
    "Lò Văn Ma Ha Bđar-Y Kpă",
    "O’Brien-Núñez, Jr.",
)

LONG = (
    "Ă" * 200,
    "a" * 199 + "…",
    "W" * 200,
    "x " * 100 + "x",
    "e\u0301" * 90,
    "Z\u0324\u0308\u0343\u0351" * 20,
    "🦉" * 100,
)
WIDE = ("🦉👩‍🏭🇻🇳", "👨‍👩‍👧‍👦", "\U0010fffd", "ﷺ", "𝕹𝖌𝖚𝖞ễ𝖓", "Ｎｇｕｙễｎ", "ŉǰΐ", "ß", "İi", "ﬁ", "—–‐‑", "№℡")

NAMES = (*MARKUP, *FORMULAS, *SQL, *VIETNAMESE, *LONG, *WIDE)
"""Shown as they are, wherever they stand."""

UNWANTED = (
    "\0", "a\0b", "\x01", "\x08", "\x0b", "\x1b[31mđỏ\x1b[0m", "\x1b]0;x\x07", "\x7f", "\x85", "a\r\nB: c", "a\nb",
    "a\tb",
    "a\u202eb", "\u202dx\u202c", "\u2066x\u2069", "\u200f", "\u200b", "\ufeff", "\u2028", "\u2029", "\ud800",
    "\udfff",
    "\ufffe", "\uffff", "\u00ad", "\u180e", "\U000e0041", " ", "", "\u00a0", "\u3000",
)  # fmt: skip
"""What no name holds: refused, or taken away."""
