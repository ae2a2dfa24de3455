"""Requests made by chance, byte by byte over HTTP: the valid are stored and given back equal, the broken change
nothing, and whatever comes, the answer is no 5xx.

Statements are those of `tests.lrs.statements.strategies`.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import quote_from_bytes
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs import api
from lrs.db import Database
from lrs.statements.validate import decode, encode
from tests.faults.requests.bad_requests import AGENT, CONTEXTS, JSON, STATEMENTS, document, documents
from tests.faults.requests.sendable import as_given_back, sendable
from tests.faults.requests.wire import Request, Wire
from tests.faults.serving import scaled
from tests.lrs.statements.strategies import breaks, broken, json_values, statements, texts

pytestmark = pytest.mark.slow

many = settings(
    max_examples=scaled(25 if os.environ.get("HYPOTHESIS_PROFILE") == "quick" else 150),
    deadline=None,
    # The fixtures stand for the whole module: what an example stores has an id of its own.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def newest(database: Database, tenant: UUID) -> str:
    with database.reading(tenant) as session:
        return api.latest_token(session, tenant)


@many
@given(sent=st.lists(statements("2.0.0"), min_size=1, max_size=4), data=st.data())
def test_a_valid_statement_is_stored_and_given_back_equal(
    wire: Wire, sent: list[dict[str, Any]], data: st.DataObject
) -> None:
    batch = [sendable(one) for one in sent]
    answer = wire.send(Request("POST", STATEMENTS, encode(batch).encode(), JSON))
    assert answer.status == 200, answer.body
    assert json.loads(answer.body) == [one["id"] for one in batch]
    for one in batch:
        answer = wire.send(Request("GET", STATEMENTS + f"?statementId={one['id']}".encode()))
        assert answer.status == 200
        back = decode(answer.body)
        assert as_given_back({key: value for key, value in back.items() if key in one}) == as_given_back(one)
        assert {"stored", "authority", "version", "timestamp"} <= set(back)
    again = wire.send(Request("POST", STATEMENTS, encode(batch[::-1]).encode(), JSON))
    assert again.status == 200, again.body


@many
@given(sent=statements("1.0.3"))
def test_a_valid_statement_of_1_0_is_stored_and_given_back_equal(wire: Wire, sent: dict[str, Any]) -> None:
    one = sendable(sent)
    target = STATEMENTS + f"?statementId={one['id']}".encode()
    answer = wire.send(Request("PUT", target, encode(one).encode(), JSON, version="1.0.3"))
    assert answer.status == 204, answer.body
    back = decode(wire.send(Request("GET", target, version="1.0.3")).body)
    assert as_given_back({key: value for key, value in back.items() if key in one}) == as_given_back(one)


@many
@given(sent=statements("2.0.0"), data=st.data())
def test_one_break_refuses_the_batch_and_stores_nothing(
    wire: Wire, database: Database, tenant: UUID, sent: dict[str, Any], data: st.DataObject
) -> None:
    good, one = sendable(sent), sendable(sent)
    spoilt = broken(one, *data.draw(st.sampled_from(breaks(one)))[:3])
    before = newest(database, tenant)
    batch = data.draw(st.permutations([good, spoilt]))
    answer = wire.send(Request("POST", STATEMENTS, encode(batch).encode(), JSON))
    assert answer.status == 400, answer.body
    assert all(fault["message"] for fault in json.loads(answer.body)["errors"])
    assert newest(database, tenant) == before


def places(value: Any, keys: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place within a document."""
    yield keys
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*keys, key))


def replaced(value: Any, keys: tuple[str | int, ...], new: Any) -> Any:
    if not keys:
        return new
    changed = copy.copy(value)
    changed[keys[0]] = replaced(value[keys[0]], keys[1:], new)
    return changed


@many
@given(sent=statements("2.0.0"), data=st.data())
def test_anything_in_the_place_of_anything_is_taken_or_refused(
    wire: Wire, database: Database, tenant: UUID, sent: dict[str, Any], data: st.DataObject
) -> None:
    one = sendable(sent)
    changed = replaced(one, data.draw(st.sampled_from(list(places(one)))), data.draw(json_values))
    before = newest(database, tenant)
    answer = wire.send(Request("POST", STATEMENTS, encode(changed).encode(), JSON))
    assert answer.status in (200, 400, 409), answer
    assert (newest(database, tenant) != before) <= (answer.status == 200)


@st.composite
def spoilt_bytes(draw: st.DrawFn, original: bytes) -> bytes:
    """The original with a few bytes changed, put in, taken out or repeated."""
    text = bytearray(original)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 1, 1, 2, 10, 1000])))
        snippets = st.sampled_from(
            [b"", b'"', b"\\", b"\\ud800", b"\x00", b"\xff", b"{", b"]", b",", b":", b"1e9", b"\r\n", b"--"]
        )
        text[start:end] = draw(snippets | st.binary(max_size=4) | st.just(bytes(text[start:end] * 2)))
    return bytes(text)


@many
@given(sent=statements("2.0.0"), data=st.data())
def test_bytes_gone_wrong_on_the_way_are_taken_or_refused(
    wire: Wire, database: Database, tenant: UUID, sent: dict[str, Any], data: st.DataObject
) -> None:
    batch = encode([sendable(sent), sendable(sent)]).encode()
    content = data.draw(st.binary(max_size=50))
    declared = {
        "usageType": "x:y", "display": {}, "contentType": "a/b",
        "length": len(content), "sha2": sha256(content).hexdigest(),
    }  # fmt: skip
    one = encode({**sendable(sent), "attachments": [declared]}).encode()
    parts = (
        b"--xyz\r\nContent-Type: application/json\r\n\r\n%b\r\n--xyz\r\nContent-Type: a/b\r\n"
        b"Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: %b\r\n\r\n%b\r\n--xyz--\r\n"
    ) % (one, declared["sha2"].encode(), content)
    for content_type, original in (("application/json", batch), ("multipart/mixed; boundary=xyz", parts)):
        before = newest(database, tenant)
        text = data.draw(spoilt_bytes(original))
        answer = wire.send(Request("POST", STATEMENTS, text, [("Content-Type", content_type)]))
        assert answer.status in (200, 400, 409), answer
        assert (newest(database, tenant) != before) <= (answer.status == 200)


# --- All resources, parameters and headers

NAMES = [
    "statementId", "voidedStatementId", "agent", "verb", "activity", "registration", "related_activities",
    "related_agents", "since", "until", "limit", "format", "attachments", "ascending", "more", "activityId", "stateId",
    "profileId", "method", "X-Experience-API-Version", "content", "Authorization",
]  # fmt: skip
PATHS = [
    "/xapi/statements", "/xapi/activities/state", "/xapi/activities/profile", "/xapi/agents/profile", "/xapi/agents",
    "/xapi/activities", "/xapi/about", "/xapi/nothing", "/api/attainment", "/api/nothing", "/", "/readyz",
]  # fmt: skip
values = st.one_of(
    st.sampled_from(
        [
            AGENT, "x:y", "true", "false", "1", "0", "exact", "ids", "canonical", "GET", "PUT", str(UUID(int=1)),
            "2026-11-20T09:30:00+07:00", '{"objectType":"Group","mbox":"mailto:a@b.vn"}',
            '{"account":{"homePage":"x:y","name":"\\u0000"}}',
        ]
    ),
    json_values.map(encode),
    texts,
).map(lambda text: text.encode("utf-8", "surrogatepass"))  # fmt: skip
raw_values = values | st.binary(max_size=20)
visible = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=30).map(str.strip)
header_values = visible | st.sampled_from(
    [
        "*", '"a"', 'W/"a", "b"', "gzip", "application/json", "multipart/mixed; boundary=x", "vi;q=nan", "0", "*/*;q=",
        "bytes=1-", "Basic Og==", "100-continue", "Mon, 01 Jan 0001 00:00:00 GMT", ",", ";", "=", '"',
    ]
)  # fmt: skip
HEADERS = [
    "Accept", "Accept-Language", "Accept-Encoding", "If-Match", "If-None-Match", "If-Modified-Since", "Range", "Origin",
    "If-Unmodified-Since", "Content-Type", "Content-Encoding", "Access-Control-Request-Method", "X-Forwarded-For",
    "Cookie", "Content-MD5", "Prefer", "X-HTTP-Method-Override", "Content-Transfer-Encoding", "X-Experience-API-Hash",
]  # fmt: skip
METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]


@many
@given(
    method=st.sampled_from(METHODS),
    path=st.sampled_from(PATHS),
    parameters=st.lists(st.tuples(st.sampled_from(NAMES).map(str.encode) | raw_values, raw_values), max_size=5),
    headers=st.dictionaries(st.sampled_from(HEADERS), header_values, max_size=4),
    text=st.binary(max_size=50) | values,
    version=st.sampled_from(["1.0.3", "2.0.0"]),
)
def test_no_request_whatever_it_says_is_a_5xx(
    wire: Wire,
    method: str,
    path: str,
    parameters: list[tuple[bytes, bytes]],
    headers: dict[str, str],
    text: bytes,
    version: str,
) -> None:
    query = b"&".join(b"=".join(quote_from_bytes(each).encode() for each in pair) for pair in parameters)
    sent = text if method not in ("GET", "HEAD", "OPTIONS") else b""
    target = path.encode() + b"?" + query
    answer = wire.send(Request(method, target, sent, list(headers.items()), version=version))
    assert answer.status < 500, answer


@many
@given(
    kind=st.sampled_from([*CONTEXTS]),
    document_id=texts.filter(bool),
    method=st.sampled_from(["PUT", "POST"]),
    content_type=visible | st.sampled_from(["application/json", "application/json; charset=latin-1", "text/html"]),
    text=st.binary(max_size=50) | json_values.map(encode).map(lambda each: each.encode("utf-8", "surrogatepass")),
)
def test_any_document_comes_back_as_it_was_sent(
    wire: Wire, kind: str, document_id: str, method: str, content_type: str, text: bytes
) -> None:
    """Or is refused, being JSON that is none; and then nothing is there."""
    name = document_id + str(uuid4())
    target = document(kind, name)
    headers = [("Content-Type", content_type), ("If-None-Match", "*")]
    answer = wire.send(Request(method, target, text, headers))
    is_json = content_type.partition(";")[0].strip().lower() == "application/json"
    assert answer.status in ((204, 400) if is_json else (204,)), answer
    kept = wire.send(Request("GET", target))
    assert kept.status == (200 if answer.status == 204 else 404)
    if answer.status == 204:
        assert kept.body == text
        assert kept.headers["content-type"] == (content_type or "application/octet-stream")
        listed = wire.send(Request("GET", documents(kind)))
        assert name in json.loads(listed.body)
        assert wire.send(Request("DELETE", target, headers=[("If-Match", kept.headers["etag"])])).status == 204
