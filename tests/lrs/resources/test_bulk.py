"""POST /xapi-ext/statements/bulk: each line stands for itself."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lrs.db import Database
from lrs.resources import bulk
from lrs.statements import lines
from tests.lrs.statements.builders import agent, statement, voiding

PATH = "/xapi-ext/statements/bulk"

Post = Callable[..., TestResponse]


@pytest.fixture
def post(client: FlaskClient, tenant: UUID, credential: Callable[..., str]) -> Post:
    """Sends a body of lines as a platform that may do no more than write."""
    authorization = credential(tenant, "statements/write")

    def send(body: Any, query: str = "", **headers: str) -> TestResponse:
        sent = {"Authorization": authorization, "Content-Type": "application/x-ndjson", **headers}
        name = "data" if isinstance(body, bytes) else "input_stream"
        return client.post(PATH + query, headers=sent, **{name: body})

    return send


def one(**parts: Any) -> dict[str, Any]:
    return statement(id=str(uuid4()), **parts)


def ndjson(*documents: Any) -> bytes:
    return b"".join(json.dumps(document, ensure_ascii=False).encode() + b"\n" for document in documents)


def told(answer: TestResponse) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The lines of an answer, and the summary at its end."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/x-ndjson"
    *each, summary = map(json.loads, answer.text.splitlines())
    return each, summary


def results(answer: TestResponse) -> list[str]:
    return [line["result"] for line in told(answer)[0]]


def stored(xapi: Callable[..., TestResponse], id_: str) -> bool:
    return xapi("GET", f"/xapi/statements?statementId={id_}").status_code == 200


def test_each_line_is_stored_there_or_refused_and_one_changes_nothing_for_another(
    post: Post, xapi: Callable[..., TestResponse]
) -> None:
    kept, new, last = one(), one(), one()
    assert xapi("POST", "/xapi/statements", json=kept).status_code == 200
    other = {**kept, "verb": {"id": "http://example.org/other"}}
    bad = {**one(), "actor": {"mbox": "nobody"}}
    nameless = statement()
    body = ndjson(new, kept, other, bad) + b"{broken\n" + ndjson(nameless, [one()], "text", last)
    each, summary = told(post(body))
    assert [line["result"] for line in each] == ["stored", "there", *["refused"] * 6, "stored"]
    assert [line["line"] for line in each] == list(range(1, 10))
    assert [line["id"] for line in each[:4]] == [new["id"], kept["id"], kept["id"], bad["id"]]
    assert summary == {"stored": 2, "there": 1, "refused": 6, "lines": 9}
    conflict, fault = each[2]["errors"][0], each[3]["errors"][0]
    assert conflict["place"] == "/id" and "/verb/id" in conflict["message"]
    assert fault["place"].startswith("/actor") and fault["clause"].startswith("xAPI") and fault["message"]
    assert each[5]["errors"][0]["place"] == "/id" and "again" in each[5]["errors"][0]["message"]
    assert stored(xapi, new["id"]) and stored(xapi, last["id"])
    assert told(post(ndjson(new, last)))[1] == {"stored": 0, "there": 2, "refused": 0, "lines": 2}


def test_a_write_refused_in_the_database_leaves_out_that_line_alone(
    post: Post, xapi: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    target, first = one(), None
    first = voiding(target["id"])
    again = voiding(first["id"])
    around = [one() for _ in range(20)]
    assert results(post(ndjson(*around[:7], target, first, again, *around[7:]))) == (
        ["stored"] * 9 + ["refused"] + ["stored"] * 13
    )
    assert xapi("GET", f"/xapi/statements?voidedStatementId={target['id']}").status_code == 200
    assert all(stored(xapi, each["id"]) for each in (*around, first))
    assert not stored(xapi, again["id"])


def test_of_two_lines_with_one_id_the_second_is_compared_with_the_first(post: Post) -> None:
    first = one()
    differing = {**first, "result": {"success": True}}
    each, _ = told(post(ndjson(first, first, differing, one(), {**first, "id": first["id"].upper()})))
    assert [line["result"] for line in each] == ["stored", "there", "refused", "stored", "there"]
    assert "/result" in each[2]["errors"][0]["message"]
    assert [line["line"] for line in each] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", []),
        (b"\n \r\n\t\n", []),
        (b"\xef\xbb\xbf%s\n", ["stored"]),
        (b"%s", ["stored"]),
        (b"%s\r\n%s\r\n", ["stored"] * 2),
        (b"\n\n%s\n\n\r\n%s", ["stored"] * 2),
        (b"%s\n\xef\xbb\xbf%s\n", ["stored", "refused"]),
        (b"%s\n\xff\xfe\n%s\n", ["stored", "refused", "stored"]),
        (b"%s\n\x00\n%s\n", ["stored", "refused", "stored"]),
        (b"%s %s\n%s\n", ["refused", "stored"]),
        (b"%s\r%s\n", ["refused"]),
        (b"null\n1\n[]\n{}\n", ["refused"] * 4),
        (b'{"id":1}\n{"id":null}\n{"id":"x"}\n%s', ["refused"] * 3 + ["stored"]),
        (b'{"id":"\\ud800"}\n' + b"[" * 5000 + b"\n%s", ["refused"] * 2 + ["stored"]),
        (b'{"a":1,"a":2}\n{"a":1e999999999999}\n%s', ["refused"] * 2 + ["stored"]),
    ],
)  # fmt: skip
def test_lines_end_as_lines_do_and_what_is_none_is_refused_alone(post: Post, body: bytes, expected: list[str]) -> None:
    while b"%s" in body:
        body = body.replace(b"%s", json.dumps(one()).encode(), 1)
    answer = post(body)
    assert results(answer) == expected
    assert told(answer)[1]["lines"] == len(expected)


def test_text_in_another_encoding_is_refused_line_by_line(post: Post) -> None:
    answer = post(json.dumps(one()).encode("utf-16"))
    assert set(results(answer)) == {"refused"}


def test_blank_lines_are_numbered_and_a_later_part_of_a_file_can_begin_at_its_own_number(post: Post) -> None:
    each, _ = told(post(b"\n" + ndjson(one()) + b"\n" + ndjson(one()), "?from=1001"))
    assert [line["line"] for line in each] == [1002, 1004]


def test_a_line_of_nothing_but_faults_is_not_named_to_its_end(post: Post) -> None:
    repeated = ",".join('"a":1' for _ in range(1_000))
    [first], _ = told(post(b"{" + repeated.encode() + b"}"))
    assert len(first["errors"]) == 51
    assert "mend these first" in first["errors"][-1]["message"]


def test_whoever_wants_to_hear_of_refusals_alone_says_so(post: Post) -> None:
    each, summary = told(post(ndjson(one(), {}, one()), "?only=refused"))
    assert [(line["line"], line["result"]) for line in each] == [(2, "refused")]
    assert summary == {"stored": 2, "there": 0, "refused": 1, "lines": 3}


@pytest.mark.parametrize("query", ["?from=0", "?from=-1", "?from=x", "?from=²", "?only=stored", "?From=1", "?from="])
def test_parameters_are_checked(post: Post, query: str) -> None:
    assert post(b"", query).status_code == 400


def test_a_line_that_is_too_long_is_refused_with_the_limit_and_not_held(post: Post, app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 2000
    long = one(result={"response": "ă" * 2000})
    fits = one(result={"response": "x" * 900})
    body = ndjson(fits, long, fits, long).rstrip(b"\n")
    assert len(body) > 2000
    each, _ = told(post(body))
    assert [line["result"] for line in each] == ["stored", "refused", "there", "refused"]
    assert "2000 bytes" in each[1]["errors"][0]["message"]


def test_what_is_held_of_a_line_never_exceeds_the_limit() -> None:
    longest = 0

    def pieces() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1000
        yield b"\n{}\n"

    for number, line in lines.split(pieces(), 5000):
        longest = max(longest, len(line or b""))
        assert (number, line) in [(1, None), (2, b"{}")]
    assert longest == 2
    exact = b"y" * 10
    found = lines.split([exact + b"\r\n", exact + b"z\r\n" + exact, b"zz"], 10)
    assert list(found) == [(1, exact), (2, None), (3, None)]
    assert list(lines.split([exact[:4], exact[4:], b"\r", b"\nz"], 10)) == [(1, exact), (2, b"z")]
    blank = [b"\n \r\n\t\n" + exact, b"\n", b"\r\n \n", b" \n\nz\n\n \n"]
    assert list(lines.split(blank, 10)) == [(4, exact), (9, b"z")]
    assert list(lines.split([b" " * 20 + b"\nz"], 10)) == [(2, b"z")], "a long line of blanks is blank"


def test_gzip_is_unfolded_as_it_comes_and_may_break_off(post: Post, xapi: Callable[..., TestResponse]) -> None:
    sent = [one() for _ in range(30)]
    folded = gzip.compress(ndjson(*sent[:10])) + gzip.compress(ndjson(*sent[10:20]))
    assert results(post(folded, **{"Content-Encoding": "gzip"})) == ["stored"] * 20
    cut = gzip.compress(ndjson(*sent[20:]), 0)[:-600]
    _, summary = told(post(cut, **{"Content-Encoding": "gzip"}))
    assert summary["stored"] >= 8
    assert "breaks off" in summary["errors"][0]["message"]
    assert stored(xapi, sent[20]["id"])
    for body in (b"no gzip", ndjson(one()), b"\x1f\x8b"):
        assert post(body, **{"Content-Encoding": "gzip"}).status_code == 400
    assert told(post(b"", **{"Content-Encoding": "gzip"}))[1]["lines"] == 0
    assert post(b"", **{"Content-Encoding": "br"}).status_code == 415


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/json-seq", "", "multipart/mixed"])
def test_another_content_type_is_415(post: Post, kind: str) -> None:
    answer = post(b"", **{"Content-Type": kind})
    assert answer.status_code == 415
    assert answer.get_json()["errors"][0]["message"]


def test_a_content_type_that_names_another_encoding_is_400(post: Post) -> None:
    assert post(b"", **{"Content-Type": "application/x-ndjson; charset=utf-16"}).status_code == 400
    assert post(b"", **{"Content-Type": "application/x-ndjson; charset=UTF-8"}).status_code == 200


def test_a_key_that_may_not_write_and_an_unknown_version_are_refused(
    post: Post, client: FlaskClient, tenant: UUID, credential: Callable[..., str]
) -> None:
    headers = {"Content-Type": "application/x-ndjson", "Authorization": credential(tenant, "statements/read")}
    assert client.post(PATH, data=b"", headers=headers).status_code == 403
    assert client.get(PATH, headers=headers).status_code == 405
    assert client.get("/xapi-ext/nothing", headers=headers).get_json()["errors"]
    assert post(b"", **{"X-Experience-API-Version": "0.9"}).status_code == 400


def test_the_version_is_2_unless_the_request_says_otherwise(post: Post, xapi: Callable[..., TestResponse]) -> None:
    newer = one(context={"contextAgents": [{"objectType": "contextAgent", "agent": agent("2")}]})
    assert results(post(ndjson(newer), **{"X-Experience-API-Version": "1.0.3"})) == ["refused"]
    assert results(post(ndjson(newer))) == ["stored"]
    assert xapi("GET", f"/xapi/statements?statementId={newer['id']}").get_json()["version"] == "2.0.0"


def test_an_attachment_must_be_elsewhere_since_a_line_cannot_carry_it(post: Post) -> None:
    attachment = {
        "usageType": "http://example.org/file", "display": {"vi": "tệp"}, "contentType": "text/plain",
        "length": 3, "sha2": "ab" * 32,
    }  # fmt: skip
    bare = one(attachments=[attachment])
    linked = one(attachments=[{**attachment, "fileUrl": "https://example.org/a.txt"}])
    each, _ = told(post(ndjson(bare, linked)))
    assert [line["result"] for line in each] == ["refused", "stored"]
    assert each[0]["errors"][0]["place"] == "/attachments/0/sha2"
    assert "fileUrl" in each[0]["errors"][0]["message"]
    assert each[0]["errors"][0]["clause"] == "xAPI 1.0.3 Communication 1.5.2"


def test_tenants_are_apart(
    post: Post, stranger: Callable[..., TestResponse], client: FlaskClient, other_tenant: UUID, credential: Any
) -> None:
    sent = one()
    assert results(post(ndjson(sent))) == ["stored"]
    assert not stored(stranger, sent["id"])
    headers = {"Content-Type": "application/x-ndjson", "Authorization": credential(other_tenant)}
    differing = {**sent, "verb": {"id": "http://example.org/other"}}
    assert results(client.post(PATH, data=ndjson(differing), headers=headers)) == ["stored"]


def test_no_more_uploads_than_leave_threads_for_others(post: Post) -> None:
    for _ in range(bulk.MOST_UPLOADS):
        assert bulk._uploads.acquire(blocking=False)
    try:
        answer = post(ndjson(one()))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    finally:
        for _ in range(bulk.MOST_UPLOADS):
            bulk._uploads.release()
    assert results(post(ndjson(one()))) == ["stored"]


class Watched(BytesIO):
    """A body that is read no faster than its lines are stored."""

    def __init__(self, body: bytes, look: Callable[[int], None]) -> None:
        super().__init__(body)
        self.look = look

    def readinto(self, buffer: Any, /) -> int:
        assert 0 < len(buffer) <= 64 * 1024
        self.look(self.tell())
        return super().readinto(buffer)


def test_twenty_thousand_lines_are_stored_some_hundreds_at_a_time_while_they_come(
    post: Post, database: Database, tenant: UUID, count_commands: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [one() for _ in range(20_000)]
    sent[7777] = {**sent[7777], "verb": {}}
    body = ndjson(*sent)
    at_once = []
    put = lines.put

    def watching(session: Any, batch: Any) -> Any:
        at_once.append(len(batch.rows))
        return put(session, batch)

    monkeypatch.setattr(lines, "put", watching)
    held: list[int] = []
    stream = Watched(body, lambda position: held.append(position * len(sent) // len(body) - sum(at_once)))
    with count_commands() as commands:
        each, summary = told(post(stream, **{"Content-Length": str(len(body))}))
    assert max(at_once) <= lines.AT_ONCE
    assert max(held) < 2 * lines.AT_ONCE, "more was read ahead than a group takes"
    assert len(commands) < 20_000 / lines.AT_ONCE * 20
    assert (summary["stored"], summary["refused"], len(each)) == (19_999, 1, 20_000)
    assert [line["line"] for line in each] == list(range(1, 20_001))
    assert each[7777]["result"] == "refused"


def test_big_statements_make_smaller_groups(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "BYTES_AT_ONCE", 10_000)
    at_once = []
    put = lines.put

    def watching(session: Any, batch: Any) -> Any:
        at_once.append(len(batch.rows))
        return put(session, batch)

    monkeypatch.setattr(lines, "put", watching)
    assert results(post(ndjson(*[one(result={"response": "x" * 4000}) for _ in range(9)]))) == ["stored"] * 9
    assert at_once == [3, 3, 3]
