"""Spoils what was good: a place of a document, a few bytes, a header, a parameter. By chance that is handed in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from tests.faults.hostile.strings import NAMES, UNWANTED

__all__ = ["HEADERS", "HEADER_VALUES", "VALUES", "bytes_spoilt", "place_spoilt", "text"]

NUMBERS = (
    -1, 0, 1, 1.5, -0.0, 10**30, -(2**63) - 1, 2**63, 2**31, -(2**31) - 1, 1e308, 5e-324, 0.1 + 0.2, 4001, 999999999,
)  # fmt: skip
DAYS = (
    "0001-01-01", "9999-12-31", "2026-02-31", "2026-13-01", "0000-00-00", "2026-11-20", "20/11/2026", "31/02/2026",
    "2026-11-20T09:30:00+07:00", "2026-11-20T24:00:00Z", "10000-01-01T00:00:00Z", "2026-W47-5", "２０２６-11-20", "-1",
    "1e3",
)  # fmt: skip
IDS = (
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "x", "../../etc/passwd",
    "..%2f..",
    "mailto:a@b.vn", "mailto:a@b.vn\n", "https://x.example|y", "x:y", "javascript:alert(1)", "https://[::1",
    "http://a b",
)  # fmt: skip
SHAPES: tuple[Any, ...] = (
    None, True, False, [], {}, [[]], [None], [{}], {"a\0": 1}, {"": {}}, {"CS4": 10**25}, {"CS4": True}, ["x"] * 1001,
    {"objectType": "Agent"}, {"mbox": "mailto:a@b.vn"}, {"vi": "x"}, {"vi": None}, [1, "1", True, 1.0],
)  # fmt: skip
VALUES: tuple[Any, ...] = (*NUMBERS, *DAYS, *IDS, *SHAPES, *NAMES, *UNWANTED)

SNIPPETS = (
    b"", b'"',
    b"\\", b"\\ud800", b"\\u0000", b"\x00", b"\xff", b"\xed\xa0\x80", b"{", b"}", b"[", b"]", b",", b":", b"1e9",
    b"1e999", b"-", b"NaN", b"\r\n", b"\n", b"--", b"--xyz", b"--xyz--", b"=", b"&", b"%", b"%00", b"%ff", b"+",
    b";", b"\xef\xbb\xbf",
    b"null", b"true", b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"\xff\xd8\xff", b"%PDF-", b"<!", b"\t", b"'", b".",
    b"\xc3",
)  # fmt: skip

HEADERS = (
    "ACCEPT", "ACCEPT_LANGUAGE", "ACCEPT_ENCODING", "IF_MATCH", "IF_NONE_MATCH", "IF_MODIFIED_SINCE", "RANGE",
    "ORIGIN",
    "IF_UNMODIFIED_SINCE", "IF_RANGE", "CONTENT_TYPE", "CONTENT_ENCODING", "ACCESS_CONTROL_REQUEST_METHOD",
    "X_FORWARDED_FOR", "X_FORWARDED_PROTO", "X_FORWARDED_HOST", "COOKIE", "CONTENT_MD5", "PREFER", "REFERER",
    "USER_AGENT",
    "X_HTTP_METHOD_OVERRIDE", "CONTENT_TRANSFER_ENCODING", "X_EXPERIENCE_API_HASH", "X_EXPERIENCE_API_VERSION",
    "AUTHORIZATION", "HOST", "X_REQUEST_ID", "TRACEPARENT", "SEC_FETCH_SITE", "HX_REQUEST", "TE", "EXPECT",
    "FORWARDED",
)  # fmt: skip
HEADER_VALUES = (
    "", "*", '"a"', 'W/"a", "b"', "gzip", "br", "identity;q=0", "application/json",
    "application/json; charset=latin-1",
    "multipart/mixed; boundary=xyz", "multipart/mixed", "multipart/form-data; boundary=" + "x" * 71, "text/csv",
    "application/x-www-form-urlencoded", "application/xml", "*/*;q=nan", "text/html,*/*;q=", "vi;q=nan",
    "en;q=1e999", "vi-VN",
    "x-" + "y" * 200, "bytes=1-", "bytes=-1", "bytes=9-1", "bytes=0-0,2-3", "Basic", "Basic Og==", "Basic /////w==",
    "Basic !",
    "Bearer x", "Bearer ", "100-continue", "Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "0",
    "-1", ",",
    ";", "=", '"', "null", "http://localhost", "https://x.example", "localhost", "a b", "x" * 5000,
    "é".encode().decode("latin-1"),
    "\x80\xff", "1.0.3", "2.0.0", "0.9", "2.0.0, 1.0.3", "session=x", "__Host-session=", "a=b; a=c; =; ;",
    "127.0.0.1",
    "::1", "999.1.1.1", "no-cache", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "navigate", "true",
)  # fmt: skip


def text(chance: random.Random) -> str:
    """Some text: from the list, or letters by chance."""
    if chance.random() < 0.7:
        return str(chance.choice(VALUES))
    return "".join(chr(chance.choice((chance.randrange(128), chance.randrange(0x3000), 0x1F600))) for _ in range(9))


def bytes_spoilt(chance: random.Random, original: bytes) -> bytes:
    """A few bytes changed, put in, taken out or repeated; or cut off."""
    spoilt = bytearray(original)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        start = chance.randint(0, len(spoilt))
        end = min(len(spoilt), start + chance.choice((0, 1, 1, 1, 2, 10, 1000)))
        way = chance.randrange(6)
        if way == 0:
            spoilt[start:end] = chance.choice(SNIPPETS)
        elif way == 1:
            spoilt[start:end] = chance.randbytes(chance.randint(0, 4))
        elif way == 2:
            spoilt[start:end] = spoilt[start:end] * 2
        elif way == 3 and start < len(spoilt):
            spoilt[start] ^= 1 << chance.randrange(8)
        elif way == 4:
            del spoilt[start:end]
        elif chance.random() < 0.2:
            del spoilt[start:]
    return bytes(spoilt)


def place_spoilt(chance: random.Random, document: Any) -> Any:
    """The same document with something else in one place, or without it, or with something added there."""
    places = _places(document)
    keys = chance.choice(places)
    return _changed(document, keys, chance)


def _places(document: Any) -> Sequence[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    waiting: list[tuple[tuple[Any, ...], Any]] = [((), document)]
    while waiting:
        keys, value = waiting.pop()
        found.append(keys)
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        waiting += [((*keys, key), each) for key, each in inner]
    return found


def _changed(value: Any, keys: tuple[Any, ...], chance: random.Random) -> Any:
    if keys:
        copy = value.copy()
        copy[keys[0]] = _changed(value[keys[0]], keys[1:], chance)
        if len(keys) == 1 and chance.random() < 0.1:
            del copy[keys[0]]
        return copy
    if isinstance(value, dict) and chance.random() < 0.3:
        return {**value, str(chance.choice(VALUES)): chance.choice(VALUES)}
    if isinstance(value, list) and value and chance.random() < 0.3:
        return [*value, chance.choice(value)]
    if isinstance(value, str) and value and chance.random() < 0.3:
        at = chance.randint(0, len(value))
        return value[:at] + str(chance.choice(UNWANTED)) + value[at:]
    return chance.choice(VALUES)
