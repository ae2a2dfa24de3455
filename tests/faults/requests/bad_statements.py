"""Bodies of a POST of Statements that are broken or at the edge, each with the status that it must be answered with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from tests.faults.platforms import statement

MULTIPART = "multipart/mixed; boundary=xyz"
DIGITS = b"9" * 5000


def body(**parts: Any) -> bytes:
    return json.dumps(statement(**parts), ensure_ascii=False).encode()


def with_extension(value: bytes) -> bytes:
    """A Statement with this written as the value of an extension."""
    return body(result={"extensions": {"x:y": "@@"}}).replace(b'"@@"', value)


def with_number(value: bytes, *place: str) -> bytes:
    number: Any = "@@"
    for name in reversed(place):
        number = {name: number}
    return body(**number).replace(b'"@@"', value)


# --- JSON: (what is sent as the body of a POST of Statements, the status of the answer)

TEXTS: list[tuple[bytes, int]] = [
    *((text, 400) for text in (b"", b" \r\n", b"null", b"1", b'"x"', b"true", b"{}", b"[[]]", b"[null]", b"nul", b"{")),
    *((body()[:-1] + text, 400) for text in (b"", b",}", b"}}", b"} x", b"}\x00", b"}[]", b"//}")),
    (b"\xef\xbb\xbf" + body(), 400),
    (body().decode().encode("utf-16"), 400),
    (body().decode().encode("utf-32"), 400),
    (body(verb={"id": "x:y", "display": {"vi": "đã"}}).decode().encode("cp1258", "replace"), 400),
    (body(verb={"id": "x:y", "display": {"vi": "@"}}).replace(b"@", b"\xff"), 400),
    (body(verb={"id": "x:y", "display": {"vi": "@"}}).replace(b"@", b"\xc0\xaf"), 400),  # "/" too long
    (body(verb={"id": "x:y", "display": {"vi": "@"}}).replace(b"@", b"\xed\xa0\x80"), 400),  # a surrogate
    (body(verb={"id": "x:y", "display": {"vi": "@"}}).replace(b"@", b"\xf4\x90\x80\x80"), 400),  # beyond Unicode
    (body(verb={"id": "x:y", "display": {"vi": "\ufffe\U0010ffff\u202e"}}), 200),
    *((with_extension(text), 400) for text in (b"NaN", b"Infinity", b"-Infinity", b"+1", b"01", b"1.", b".5", b"0x1")),
    *((with_extension(text), 400) for text in (b"'a'", b'"\t"', b'"\\x"', b'"\\u12"')),
    *((with_extension(text), 400) for text in (b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud800x"')),
    *((with_extension(text), 200) for text in (b'"\\u0000"', b'"\\ud83e\\udd89"')),
    *((with_extension(text), 200) for text in (b"-0", b"-0.0e-5", b"1E400", b"1e-400")),
    (with_extension(b'{"a\\u0000":1,"a":2}'), 200),
    (with_extension(b'{"a":1,"\\u0061":2}'), 400),  # one key twice
    (with_extension(b'{"a":1,"b":{"a":1},"a":1}'), 400),
    (with_extension(DIGITS[:4000]), 200),
    (with_extension(DIGITS), 400),
    (with_extension(b"0." + DIGITS), 200),
    (with_extension(b"1e999999999"), 200),
    (with_extension(b"1e99999999999999999999"), 400),
    (with_extension(b"[" * 90 + b"]" * 90), 200),
    (with_extension(b"[" * 101 + b"]" * 101), 400),
    (with_extension(b'{"a":' * 6000 + b"1" + b"}" * 6000), 400),
    (with_extension(b"[" * 1_000_000), 400),
    (b"[" * 1_000_000, 400),
    (b"[" * 1_000_000 + b"]" * 1_000_000, 400),
    (b"[" + b"0," * 1_000_000 + b"0]", 400),
    (b"[" + b"{}," * 20_000 + b"{}]", 400),
    (with_extension(b"[" + b"0," * 1_000_000 + b"0]"), 200),
    (with_extension(b'"' + b"x" * 5_000_000 + b'"'), 200),
    (with_extension(b"{" + b",".join(b'"%d":0' % number for number in range(100_000)) + b"}"), 200),
]  # fmt: skip

# --- Values at the edge

EDGES: list[tuple[bytes, int]] = [
    *((with_number(number, "result", "score", "raw"), 200) for number in (b"1e400", b"-1e999999999", DIGITS[:4000])),
    *((with_number(number, "result", "score", "scaled"), 400) for number in (b"1e400", b"1.0000001", DIGITS[:4000])),
    *((with_number(number, "result", "score", "scaled"), 200) for number in (b"1.0e0", b"-0", b"1e-999999999")),
    *(
        (body(timestamp=moment), status)
        for moment, status in {
            "2026-11-20T09:30:00." + "1" * 5000 + "Z": 200,
            "0001-01-01T00:00:00Z": 200,
            "0001-01-01T00:00:00+14:00": 400,
            "9999-12-31T23:59:59.999999999Z": 200,
            "9999-12-31T23:59:59-00:01": 400,
            "0000-01-01T00:00:00Z": 400,
            "10000-01-01T00:00:00Z": 400,
            "2026-02-29T00:00:00Z": 400,
            "2016-12-31T23:59:60Z": 200,
            "2016-12-31T23:59:61Z": 400,
            "2026-11-20T24:00:00Z": 400,
            "2026-11-20T09:30:00-00:00": 400,
            "2026-11-20T09:30:00+24:00": 400,
            "2026-11-20T09:30:00 +07:00": 400,
            "２０２６-11-20T09:30:00Z": 400,
            "2026-11-20T09:30:00Z\n": 400,
            "2126-11-20T09:30:00Z": 200,
            "": 400,
        }.items()
    ),
    *(
        (body(object={"id": iri}), status)
        for iri, status in {
            "a:": 400, "a:b": 200, ":b": 400, "//a/b": 400, "a b:c": 400, "a:b c": 400, "a:b\n": 400, "1a:b": 400,
            "http://": 200, "a:\u00a0": 200, "a:%": 400, "a:%zz": 400, "a:%00": 200, "a:<b>": 400,
            "http://[::1]/x": 200, "http://a:99999/": 200, "a:" + "đ" * 100_000: 200,
        }.items()
    ),
    *((body(id=text), 400) for text in ("", "x", f"{{{UUID(int=1)}}}", UUID(int=1).hex, f"{UUID(int=1)}\n")),
    *((body(result={"duration": text}), 400) for text in ("", "P", "PT", "P1S", "-PT1S", "PT1.2.3S", "PT1S\n")),
    *((body(result={"duration": text}), 200) for text in ("P" + "9" * 4000 + "Y", "PT0." + "9" * 4000 + "S")),
    *((body(context={"language": text}), 400) for text in ("", "vi_VN", "v", "vi-", "vi\n")),
    *((body(version=text), 400) for text in ("", "2", "1.1.0", "2.1.0", "1.0.0\n", "2.0.x", "99.0.0")),
    (body(actor={"mbox": "mailto:a@b.vn", "name": "x" * 1_000_000}), 200),
    (body(actor={"objectType": "Group", "member": [{"mbox": f"mailto:{n}@b.vn"} for n in range(20_000)]}), 200),
    (body(verb={"id": "x:y", "display": {"vi": "\u0000"}}), 200),
    (body(stored="9999-12-31T23:59:59Z"), 200),
]  # fmt: skip


def multipart(*parts: tuple[list[str], bytes], end: bytes = b"--xyz--\r\n") -> bytes:
    """These parts, each with its headers."""
    written = [
        b"--xyz\r\n" + "".join(f"{header}\r\n" for header in headers).encode() + b"\r\n" + content + b"\r\n"
        for headers, content in parts
    ]
    return b"".join(written) + end


CONTENT = b"\x00\xff\r\n--xy\r\nB\xc3\xa1o c\xc3\xa1o"
HASH = sha256(CONTENT).hexdigest()
PLAIN = ["Content-Type: application/json"]
ATTACHED = [
    "Content-Type: application/octet-stream", "Content-Transfer-Encoding: binary", f"X-Experience-API-Hash: {HASH}",
]  # fmt: skip


def declaring(sha2: str = HASH, **parts: Any) -> bytes:
    attachment = {
        "usageType": "x:y", "display": {"vi": "Báo cáo"}, "contentType": "application/octet-stream",
        "length": len(CONTENT), "sha2": sha2, **parts,
    }  # fmt: skip
    return body(attachments=[attachment])


def multiparts() -> Iterator[tuple[str, bytes, int]]:
    """(Content-Type, body, status of the answer)"""
    one = declaring()
    whole = multipart((PLAIN, one), (ATTACHED, CONTENT))
    yield MULTIPART, whole, 200
    last = whole.rindex(b"--xyz--") + len(b"--xyz--")
    for cut in (*range(0, last, 37), last - 1):
        yield MULTIPART, whole[:cut], 400
    for content_type in ("", "; boundary=", "; boundary=abc", "; boundary=" + "x" * 71, '; boundary="xyz'):
        yield "multipart/mixed" + content_type, whole, 400
    yield "multipart/form-data; boundary=xyz", whole, 400
    yield "multipart/mixed; boundary=xyz; boundary=abc", whole, 400
    for index in range(1, len(ATTACHED)):
        yield MULTIPART, multipart((PLAIN, one), ([*ATTACHED[:index], *ATTACHED[index + 1 :]], CONTENT)), 400
    yield MULTIPART, multipart(([], one), (ATTACHED, CONTENT)), 400
    yield MULTIPART, multipart((["no colon"], one), (ATTACHED, CONTENT)), 400
    yield MULTIPART, multipart((["Content-Type: text/plain"], one), (ATTACHED, CONTENT)), 400
    yield MULTIPART, multipart((ATTACHED, CONTENT), (PLAIN, one)), 400
    yield MULTIPART, multipart((PLAIN, one)), 400
    yield MULTIPART, multipart((PLAIN, one), (ATTACHED, CONTENT + b"x")), 400
    yield MULTIPART, multipart((PLAIN, one), (ATTACHED, CONTENT[:-1])), 400
    yield MULTIPART, multipart((PLAIN, one), (ATTACHED, CONTENT), (ATTACHED, b"x")), 400
    yield MULTIPART, multipart((PLAIN, body()), (ATTACHED, CONTENT)), 400
    yield MULTIPART, multipart((PLAIN, declaring("0" * 64)), (ATTACHED, CONTENT)), 400
    yield MULTIPART, multipart((PLAIN, declaring(HASH.upper())), (ATTACHED, CONTENT)), 200
    yield MULTIPART, multipart((PLAIN, declaring("g" * 64)), (ATTACHED, CONTENT)), 400
    yield MULTIPART, multipart((PLAIN, b"\xff"), (ATTACHED, CONTENT)), 400
    yield MULTIPART, multipart((PLAIN, one), *[(ATTACHED, b"")] * 10_000), 400
    yield MULTIPART, multipart(([*PLAIN, "X: " + "x" * 1_000_000], declaring()), (ATTACHED, CONTENT)), 200
    yield MULTIPART, b"--xyz\r\n" * 100_000, 400
    yield MULTIPART, b"--xyz--", 400
    signed = declaring(usageType="http://adlnet.gov/expapi/attachments/signature")
    yield MULTIPART, multipart((PLAIN, signed), (ATTACHED, CONTENT)), 400
    yield "application/json", one, 400  # declared, and not sent
    yield "application/json", declaring(fileUrl="https://hoc.example.org/tep"), 200
