"""multipart/mixed as bytes (xAPI 1.0.3 Communication 1.5.2, RFC 2046)."""

from __future__ import annotations

from hashlib import sha256, sha384, sha512

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs import multipart
from lrs.attachments import Content, Kept
from lrs.errors import InvalidRequest

JSON = '{"tên":"Báo cáo"}'.encode()
CRLF = b"\r\n"


def part(data: bytes, sha2: str | None = None, *, newline: bytes = CRLF, **headers: str | None) -> bytes:
    """A part with an attachment; headers by name with _ for -, None to leave one out."""
    given = {
        "Content_Type": "application/pdf",
        "Content_Transfer_Encoding": "binary",
        "X_Experience_API_Hash": sha2 or sha256(data).hexdigest(),
        **headers,
    }
    lines = [f"{name.replace('_', '-')}: {value}".encode() for name, value in given.items() if value is not None]
    return CRLF.join(lines) + CRLF + CRLF + data


def body(
    *parts: bytes, first: bytes = b"Content-Type: application/json\r\n\r\n" + JSON, boundary: bytes = b"B"
) -> bytes:
    return b"".join(b"--" + boundary + CRLF + each + CRLF for each in (first, *parts)) + b"--" + boundary + b"--"


def read(sent: bytes, content_type: str = "multipart/mixed; boundary=B") -> tuple[bytes, list[bytes]]:
    statements, contents = multipart.read(sent, content_type)
    assert all(content.sha2 == sha256(content.data).hexdigest() for content in contents)
    return statements, [content.data for content in contents]


@given(
    st.lists(st.binary(max_size=300) | st.sampled_from([b"", b"\r\n", b"--B", b"\r\n--B\r\n", b"\r\n--B--", b"x\r\n"]))
)
def test_any_bytes_come_through(contents: list[bytes]) -> None:
    """Even such as hold the boundary: the hash tells where they end."""
    assert read(body(*map(part, contents))) == (JSON, contents)


@given(st.lists(st.binary(max_size=100) | st.sampled_from([b"", b"x\r\n", b"\r\n\r\n"]), min_size=1))
def test_a_client_may_leave_out_the_line_break_after_an_attachment(contents: list[bytes]) -> None:
    """As a published one does (@xapi/xapi): a last line break is then the attachment's own."""
    sent = b"--B\r\nContent-Type: application/json\r\n\r\n" + JSON + CRLF
    sent += b"".join(b"--B\r\n" + part(data) for data in contents) + b"\r\n--B--\r\n"
    assert read(sent) == (JSON, contents)


@given(st.lists(st.binary(max_size=100)), st.text(max_size=20))
def test_what_is_written_is_read(contents: list[bytes], text: str) -> None:
    kept = [Kept(sha256(data).hexdigest(), "text/plain; charset=utf-8", len(data)) for data in contents]
    boundary = multipart.new_boundary()
    first, heads, last = multipart.heads(boundary, text.encode(), kept)
    written = first + b"".join(head + data for head, data in zip(heads, contents, strict=True)) + last
    assert written.startswith(b"--")
    assert multipart.content_type(boundary).endswith(f"; boundary={boundary}")
    assert read(written, multipart.content_type(boundary)) == (text.encode(), contents)


@pytest.mark.parametrize(
    "sent",
    [
        CRLF + body(part(b"x")),
        b"for old programs\r\n" + body(part(b"x")),
        body(part(b"x")) + CRLF,
        body(part(b"x")) + b"\r\nthe end, for old programs",
        body(part(b"x", None, Content_Type=None)),
        body(part(b"x", Content_Transfer_Encoding="BINARY", X_Experience_API_Hash=sha256(b"x").hexdigest().upper())),
        body(part(b"x").replace(b": ", b":")),
        body(part(b"x")).replace(b"--B\r\n", b"--B \t\r\n"),
        body(part(b"x"), first=b"content-type:application/json; charset=utf-8\r\n\r\n" + JSON),
    ],
)
def test_what_may_be_written_in_several_ways_is_read_alike(sent: bytes) -> None:
    assert read(sent) == (JSON, [b"x"])


@pytest.mark.parametrize(
    "header", ["multipart/mixed; boundary=B", 'multipart/mixed;boundary="B"', 'Multipart/Mixed; x=y; Boundary="B"; z=1']
)
def test_the_boundary_may_be_quoted_and_stand_anywhere(header: str) -> None:
    assert read(body(part(b"x")), header) == (JSON, [b"x"])


@pytest.mark.parametrize("algorithm", [sha256, sha384, sha512])
def test_every_sha2_is_known(algorithm: type) -> None:
    sha2 = algorithm(b"x").hexdigest()  # type: ignore[attr-defined]
    assert multipart.read(body(part(b"x", sha2)), "multipart/mixed; boundary=B")[1] == [Content(sha2, b"x")]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "does not hold the boundary"),
        (JSON, "does not hold the boundary"),
        (body(boundary=b"C"), "does not hold the boundary"),
        (b"--B--", "no part"),
        (b"--B\r\n--B--", "empty line"),
        (b"--B\r\n\r\n" + JSON + b"\r\n--B--", "first part"),
        (body(first=part(b"x")), "first part"),
        (body(part(b"x"))[:-4], "boundary"),
        (body(part(b"x"))[:-2], "boundary"),
        (body(part(b"x", Content_Transfer_Encoding=None)), "Content-Transfer-Encoding"),
        (body(part(b"x", Content_Transfer_Encoding="base64")), "Content-Transfer-Encoding"),
        (body(part(b"x", X_Experience_API_Hash=None)), "X-Experience-API-Hash"),
        (body(part(b"x", "abc")), "SHA-2"),
        (body(part(b"x", "g" * 64)), "hash"),
        (body(part(b"x", sha256(b"y").hexdigest())), "hash"),
        (body(part(b"x"), b"no colon\r\n\r\nx"), "name: value"),
        (body(b"Content-Type: application/json\r\n\r\n" + JSON), "Content-Transfer-Encoding"),
        (body(part(b"x")).replace(b"--B\r\n", b"--Bx\r\n", 1), "line break"),
        (body(part(b"--B\r\n" * 1000, sha256(b"y").hexdigest())), "hash"),
    ],
)
def test_what_is_not_as_xapi_wants_it_is_refused_with_a_reason(sent: bytes, reason: str) -> None:
    with pytest.raises(InvalidRequest, match=reason):
        multipart.read(sent, "multipart/mixed; boundary=B")


@pytest.mark.parametrize(
    "header",
    [
        "multipart/mixed",
        "multipart/mixed; boundary=",
        "multipart/mixed; boundary=" + "x" * 71,
        'multipart/mixed; boundary="é"',
    ],
)
def test_a_header_without_a_proper_boundary_is_refused(header: str) -> None:
    with pytest.raises(InvalidRequest, match="boundary"):
        multipart.read(body(), header)
