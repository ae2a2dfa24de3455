"""A body comes whole or the request is refused: what a server hands over of one that was cut is not taken for all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from lrs.resources.bodies import READERS
from lrs.resources.room import MOST_BYTES
from lrs.spooling import IN_MEMORY
from tests.lrs.resources.conftest import Send

STATE = "/xapi/activities/state?" + urlencode(
    {"activityId": "https://hoc.example.org/bai", "agent": '{"mbox":"mailto:a@b.vn"}', "stateId": "1"}
)


def served(body: bytes, **environ: object) -> dict[str, object]:
    """The request as our server hands it over."""
    return {"environ_overrides": {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, **environ}}


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked"}


def test_a_document_that_breaks_off_leaves_the_one_that_is_there(xapi: Send) -> None:
    assert xapi("PUT", STATE, data=b"whole", content_type="text/plain").status_code == 204
    cut = served(b"ha", CONTENT_LENGTH="4")
    answer = xapi("PUT", STATE, content_type="text/plain", **cut)
    assert answer.status_code == 400
    assert "breaks off" in answer.json["errors"][0]["message"]
    assert xapi("GET", STATE).data == b"whole"


@pytest.mark.parametrize("content_type", ["text/plain", "application/json"])
def test_in_chunks_only_what_shows_its_own_end_is_taken(xapi: Send, content_type: str) -> None:
    for body in (b"12", b"", b"true"):
        answer = xapi("PUT", STATE, content_type=content_type, **served(body, **CHUNKED))
        assert answer.status_code == 411, body
        assert "Content-Length" in answer.json["errors"][0]["message"]
    answer = xapi("PUT", STATE, content_type=content_type, **served(b'{"a": "\xc4\x91"}\n', **CHUNKED))
    assert answer.status_code == (204 if content_type == "application/json" else 411)
    assert xapi("PUT", STATE, data=b"", content_type="text/plain").status_code == 204


def test_a_form_of_the_alternate_request_syntax_shows_no_end_of_its_own(client: FlaskClient) -> None:
    form = b"content=12&X-Experience-API-Version=1.0.3"
    sent = {"content_type": "application/x-www-form-urlencoded", **served(form, **CHUNKED)}
    assert client.post("/xapi/activities/state?method=PUT", **sent).status_code == 411


@pytest.mark.parametrize("length", [{}, {"CONTENT_LENGTH": "1001"}])
def test_one_byte_too_many_is_413_and_not_cut_away(xapi: Send, client: FlaskClient, length: dict[str, object]) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 1000
    for path in (STATE, "/xapi/nothing/here"):
        sent = {"content_type": "application/json", **served(b" " * 999 + b"[]", **(length or CHUNKED))}
        assert xapi("PUT", path, **sent).status_code == (413 if path == STATE else 404)
    whole = {"content_type": "application/json", **served(b" " * 998 + b"[]", **CHUNKED)}
    assert xapi("PUT", STATE, **whole).status_code == 204


class Slow:
    """A body of which nothing comes until it is let."""

    def __init__(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()

    def read(self, size: int) -> bytes:
        self.asked.set()
        assert self.let.wait(60)
        return b"x" * size


def test_however_slowly_others_send_whoever_sends_nothing_is_answered(xapi: Send) -> None:
    slow = [Slow() for _ in range(READERS)]

    def put(body: object) -> int:
        sent = {"wsgi.input": body, "CONTENT_LENGTH": "2"}
        return int(xapi("PUT", STATE, content_type="text/plain", environ_overrides=sent).status_code)

    with ThreadPoolExecutor(READERS) as pool:
        waiting = [pool.submit(put, one) for one in slow]
        try:
            assert all(one.asked.wait(60) for one in slow)
            assert xapi("GET", STATE).status_code == 404
            answer = xapi("PUT", STATE, data=b"12", content_type="text/plain")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        finally:
            for one in slow:
                one.let.set()
        assert [one.result(60) for one in waiting] == [204] * READERS
    assert put(BytesIO(b"12")) == 204


class Stalled(Slow):
    """A large body of which two megabytes come, and then nothing until it is let: then it breaks off."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 2 * IN_MEMORY

    def read(self, size: int) -> bytes:
        came = min(size, self.left)
        self.left -= came
        return b"x" * came or super().read(0)


def test_who_announces_much_and_sends_slowly_takes_no_room_from_others(xapi: Send) -> None:
    def put(body: object, length: int) -> int:
        sent = {"wsgi.input": body, "CONTENT_LENGTH": str(length)}
        return int(xapi("PUT", STATE, content_type="text/plain", environ_overrides=sent).status_code)

    stalled, large = Stalled(), b"x" * (IN_MEMORY + 1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(put, stalled, MOST_BYTES + 1)
        try:
            assert stalled.asked.wait(60)
            assert put(BytesIO(large), len(large)) == 204
        finally:
            stalled.let.set()
        assert waiting.result(60) == 400
