"""multipart/mixed, read and written as bytes (xAPI 1.0.3 Communication 1.5.2).

A body holds the Statements as its first part and then one part for each Attachment. Where a part ends is told by the
line break and boundary that follow; where its hash says otherwise, the hash is right: some clients leave out that line
break, and then the part's own last line break must not be taken for it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping

from werkzeug.http import parse_options_header

from lrs.attachments import Content, Kept, hasher
from lrs.content_types import require_utf8
from lrs.errors import InvalidRequest
from lrs.spooling import Body, let_go

MEDIA_TYPE = "multipart/mixed"
HASH = "X-Experience-API-Hash"
ENCODING = "Content-Transfer-Encoding"

_CLAUSE = "xAPI 1.0.3 Communication 1.5.2"
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]\Z")
_MOST_ENDS = 100
"""So many boundaries are tried as the end of one part; bytes that hold more of them cannot be what was meant."""


def read(body: Body, content_type: str) -> tuple[bytes, list[Content]]:
    """The Statements (JSON, not decoded yet) and the Attachments in a body of this Content-Type.

    The Attachments are slices of the body, not copies, and no more than one of them is looked at in memory at a time.
    Raises InvalidRequest for whatever is not as xAPI wants it, a hash that does not fit among it.
    """
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not _BOUNDARY.match(boundary):
        raise _refused("Content-Type", "multipart/mixed needs a boundary of 1 to 70 characters (RFC 2046)")
    delimiter = b"--" + boundary.encode("ascii")
    start = 0 if body[: len(delimiter)] == delimiter else body.find(b"\r\n" + delimiter) + 2
    if start == 1:
        raise _refused("", f"the body does not hold the boundary {boundary!r} that its Content-Type names")
    start += len(delimiter)
    statements: bytes | None = None
    contents: list[Content] = []
    while body[start : start + 2] != b"--":
        place = "" if statements is None else f"part {len(contents) + 2}"
        headers, first = _headers(body, start, place)
        if statements is None:
            if parse_options_header(headers.get("content-type", ""))[0] != "application/json":
                raise _refused("Content-Type", "the first part must be the Statements, as application/json")
            require_utf8(headers["content-type"])
            end, start = _plain_end(body, first, delimiter)
            statements = body[first:end]
        else:
            sha2 = _hash(headers, place)
            end, start = _hashed_end(body, first, delimiter, sha2, place)
            contents.append(Content(sha2, memoryview(body)[first:end]))
            let_go(body)
    if statements is None:
        raise _refused("", "the body has no part; the first one must be the Statements")
    return statements, contents


def content_type(boundary: str) -> str:
    """The header of an answer; clients exist that find only a bare boundary at the very end."""
    return f"{MEDIA_TYPE}; boundary={boundary}"


def new_boundary() -> str:
    """A boundary that nobody can have put into an Attachment."""
    return secrets.token_hex(20)


def heads(boundary: str, statements: bytes, attachments: Iterable[Kept]) -> tuple[bytes, list[bytes], bytes]:
    """What stands before all Attachments, before each of them, and at the end of an answer."""
    first = f"--{boundary}\r\nContent-Type: application/json\r\n\r\n".encode() + statements
    each = [
        (
            f"\r\n--{boundary}\r\nContent-Type: {one.content_type}\r\n{ENCODING}: binary\r\n{HASH}: {one.sha2}\r\n\r\n"
        ).encode()
        for one in attachments
    ]
    return first, each, f"\r\n--{boundary}--\r\n".encode()


def _headers(body: Body, start: int, place: str) -> tuple[Mapping[str, str], int]:
    """The headers of the part whose boundary ends at `start`, by name in lower case, and where its content begins."""
    line_end = body.find(b"\r\n", start)
    if line_end < 0 or body[start:line_end].strip(b" \t"):
        raise _refused(place, "a boundary must be followed by a line break (CRLF), and the last one by --")
    end = line_end if body[line_end : line_end + 4] == b"\r\n\r\n" else body.find(b"\r\n\r\n", line_end)
    if end < 0:
        raise _refused(place, "a part needs an empty line between its headers and its content")
    headers = {}
    for line in body[line_end + 2 : end].split(b"\r\n") if end > line_end else ():
        name, colon, value = line.partition(b":")
        if not colon or not name.strip():
            raise _refused(place, "a header of a part must be written as name: value")
        headers[name.strip().decode("latin-1").lower()] = value.strip().decode("latin-1")
    return headers, end + 4


def _hash(headers: Mapping[str, str], place: str) -> str:
    if headers.get(ENCODING.lower(), "").lower() != "binary":
        raise _refused(place, f"a part with an attachment needs the header {ENCODING}: binary")
    sha2 = headers.get(HASH.lower(), "").lower()
    if not sha2:
        raise _refused(place, f"a part with an attachment needs the header {HASH}")
    return sha2


def _plain_end(body: Body, first: int, delimiter: bytes) -> tuple[int, int]:
    """Where the content from `first` on ends, and where the boundary after it does."""
    end = body.find(b"\r\n" + delimiter, first)
    if end < 0:
        raise _refused("", "the body breaks off: its last boundary, followed by --, is missing")
    return end, end + 2 + len(delimiter)


def _hashed_end(body: Body, first: int, delimiter: bytes, sha2: str, place: str) -> tuple[int, int]:
    """The same for a content with this hash."""
    found = hasher(sha2)
    if found is None:
        raise _refused(place, f"{HASH} must be a SHA-2 hash in hexadecimal digits")
    hashed = first
    for boundary in _ends(body, first, delimiter):
        for end in (boundary - 2, boundary):
            if end < hashed or (end < boundary and body[end:boundary] != b"\r\n"):
                continue
            found.update(memoryview(body)[hashed:end])
            hashed = end
            if found.hexdigest() == sha2:
                return end, boundary + len(delimiter)
    _plain_end(body, first, delimiter)
    raise _refused(place, f"the bytes of this part do not have the hash that its {HASH} says")


def _ends(body: Body, first: int, delimiter: bytes) -> Iterator[int]:
    """Every place where the content might end."""
    position = first
    for _ in range(_MOST_ENDS):
        position = body.find(delimiter, position)
        if position < 0:
            return
        yield position
        position += 1


def _refused(place: str, message: str) -> InvalidRequest:
    return InvalidRequest.at(place, message, _CLAUSE)
