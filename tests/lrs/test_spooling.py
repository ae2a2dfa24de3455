"""Large bodies lie on disk, and are read as if they were in memory."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import mmap
import tempfile
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import ServiceUnavailable

from lrs import multipart
from lrs.errors import InvalidRequest, TooLarge
from lrs.resources import compression
from lrs.spooling import IN_MEMORY, gather, let_go, pieces
from tests.lrs.resources.test_attachments import kept_in, with_files, xapi
from tests.lrs.resources.test_attachments import read as read_answer
from tests.lrs.test_multipart import JSON, body, part

__all__ = ["kept_in", "xapi"]

BIG = bytes(range(256)) * 12_000
FIVE = [hashlib.sha512(bytes([n])).digest() * 32_768 for n in range(5)]
"""Five files of 2 MiB."""


@pytest.mark.parametrize("size", [0, 1, IN_MEMORY, IN_MEMORY + 1, 3_000_000])
def test_a_body_is_what_was_sent_and_lies_on_disk_when_it_is_large(size: int) -> None:
    found = gather(pieces(BytesIO(BIG[:size])), 3_000_000)
    assert found[:] == BIG[:size]
    assert isinstance(found, mmap.mmap) == (size > IN_MEMORY)
    let_go(found)
    assert found[:] == BIG[:size]


def test_no_more_is_taken_than_is_allowed() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1000
            yield b"x" * 1000

    with pytest.raises(TooLarge, match="100000 bytes"):
        gather(endless(), 100_000)
    assert taken == 101_000


def test_a_full_disk_is_told_as_a_lack_of_room(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", full)
    with pytest.raises(ServiceUnavailable, match="no room"):
        gather([b"x"], None)


@given(st.lists(st.binary(max_size=2000), min_size=1, max_size=4), st.integers(1, 50))
def test_what_is_folded_is_unfolded_in_whatever_pieces_it_comes(members: list[bytes], size: int) -> None:
    packed = b"".join(map(gzip.compress, members))

    def cut(data: bytes) -> list[bytes]:
        return [data[at : at + size] for at in range(0, len(data), size)]

    assert b"".join(compression._unfolded(cut(packed))) == b"".join(members)
    for broken in (packed[:-1], packed + b"more"):
        with pytest.raises(InvalidRequest, match="gzip"):
            list(compression._unfolded(cut(broken)))


def test_what_unfolds_without_end_is_unfolded_a_little_at_a_time() -> None:
    bomb = gzip.compress(bytes(20_000_000))
    assert max(map(len, compression._unfolded([bomb]))) <= 65_536


def test_attachments_of_a_large_body_are_not_copied() -> None:
    sent = gather([body(*map(part, FIVE))], None)
    tracemalloc.start()
    try:
        statements, contents = multipart.read(sent, "multipart/mixed; boundary=B")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert (statements, [content.data for content in contents]) == (JSON, FIVE)


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_large_files_come_and_go_with_one_in_memory_at_a_time(xapi: Any, folded: bool, chunked: bool) -> None:
    first = b"Content-Type: application/json\r\n\r\n" + json.dumps(with_files(*FIVE)).encode()
    sent = body(*map(part, FIVE), first=first)
    sent = gzip.compress(sent, 1) if folded else sent
    headers = {"Content-Encoding": "gzip"} if folded else {}
    how: dict[str, Any] = {"data": sent}
    if chunked:
        how = {"input_stream": BytesIO(sent), "environ_overrides": {"wsgi.input_terminated": True}}
        headers["Transfer-Encoding"] = "chunked"
    tracemalloc.start()
    try:
        answer = xapi("POST", content_type="multipart/mixed; boundary=B", headers=headers, **how)
        assert tracemalloc.get_traced_memory()[1] < 2 * len(FIVE[0])
    finally:
        tracemalloc.stop()
    assert answer.status_code == 200, answer.text
    assert read_answer(xapi(query_string={"attachments": "true"}))[1] == FIVE
