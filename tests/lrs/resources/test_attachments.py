"""Attachments over HTTP, in bytes, both ways (xAPI 1.0.3 Data 2.4.11, Communication 1.5.2 and 2.1.3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lrs import multipart
from lrs.db import Database
from lrs.models import Attachment
from tests.lrs.statements.builders import agent, statement
from tests.lrs.test_multipart import body, part

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + b"\r\n"
NOTES = "Biên bản huấn luyện an toàn\r\n".encode()
EMPTY = b""


@pytest.fixture(params=["database", "bucket"])
def kept_in(request: pytest.FixtureRequest, database: Database) -> str:
    """Where bytes are kept."""
    if request.param == "bucket":
        database.bucket = request.getfixturevalue("s3").bucket()
    return str(request.param)


@pytest.fixture
def xapi(
    kept_in: str, client: FlaskClient, tenant: UUID, credential: Callable[..., str]
) -> Callable[..., TestResponse]:
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "2.0.0"}

    def send(method: str = "GET", path: str = "/xapi/statements", **parts: Any) -> TestResponse:
        return client.open(path, method=method, headers={**headers, **parts.pop("headers", {})}, **parts)

    return send


def declared(data: bytes, **parts: Any) -> dict[str, Any]:
    return {
        "usageType": "https://hoc.example.org/đính-kèm/ảnh",
        "display": {"vi": "Ảnh chụp"},
        "contentType": "image/png",
        "length": len(data),
        "sha2": sha256(data).hexdigest(),
        **parts,
    }


def with_files(*files: bytes, **parts: Any) -> dict[str, Any]:
    return statement(attachments=[declared(data) for data in files], **parts)


def post(xapi: Callable[..., TestResponse], statements: Any, *files: bytes) -> TestResponse:
    first = b"Content-Type: application/json\r\n\r\n" + json.dumps(statements, ensure_ascii=False).encode()
    sent = body(*map(part, files), first=first)
    return xapi("POST", data=sent, content_type="multipart/mixed; boundary=B")


def read(answer: TestResponse) -> tuple[Any, list[bytes]]:
    """The JSON and the files of an answer in multipart/mixed, which is as the strictest client wants it."""
    assert answer.status_code == 200, answer.text
    kind = answer.headers["Content-Type"]
    assert kind.startswith("multipart/mixed; boundary=")
    assert '"' not in kind
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    statements, contents = multipart.read(answer.data, kind)
    assert b"\n" not in statements
    return json.loads(statements), [content.data for content in contents]


def test_files_come_back_to_the_byte(xapi: Callable[..., TestResponse]) -> None:
    [posted] = json.loads(post(xapi, with_files(PICTURE, NOTES, EMPTY), PICTURE, NOTES, EMPTY).text)
    one, files = read(xapi(query_string={"statementId": posted, "attachments": "true"}))
    assert one["id"] == posted
    assert files == [PICTURE, NOTES, EMPTY]
    listed, files = read(xapi(query_string={"attachments": "true"}))
    assert [each["id"] for each in listed["statements"]] == [posted]
    assert files == [PICTURE, NOTES, EMPTY]
    for name in (b"Content-Type: image/png\r\n", b"X-Experience-API-Hash: ", b"Content-Transfer-Encoding: binary"):
        assert xapi(query_string={"attachments": "true"}).data.count(name) == 3


def test_a_length_that_is_not_that_of_the_bytes_is_kept_as_it_was_sent_and_the_bytes_are_those_of_the_hash(
    xapi: Callable[..., TestResponse],
) -> None:
    sent = statement(attachments=[declared(NOTES, length=len(NOTES.decode()))])
    [posted] = json.loads(post(xapi, sent, NOTES).text)
    one, files = read(xapi(query_string={"statementId": posted, "attachments": "true"}))
    assert (one["attachments"][0]["length"], files) == (len(NOTES.decode()), [NOTES])


def test_without_the_parameter_the_answer_is_json(xapi: Callable[..., TestResponse]) -> None:
    post(xapi, with_files(PICTURE), PICTURE)
    for query in ({}, {"attachments": "false"}):
        answer = xapi(query_string=query)
        assert answer.mimetype == "application/json"
        assert json.loads(answer.text)["statements"][0]["attachments"] == [declared(PICTURE)]


def test_with_the_parameter_the_answer_is_multipart_even_when_there_is_no_file(
    xapi: Callable[..., TestResponse],
) -> None:
    [posted] = json.loads(xapi("POST", json=statement()).text)
    assert read(xapi(query_string={"attachments": "true"}))[1] == []
    assert read(xapi(query_string={"statementId": posted, "attachments": "true"}))[1] == []


def test_more_goes_on_with_attachments(xapi: Callable[..., TestResponse]) -> None:
    post(xapi, [with_files(PICTURE), with_files(NOTES), statement()], PICTURE, NOTES)
    answer = xapi(query_string={"attachments": "true", "limit": "1", "ascending": "true"})
    seen = []
    while True:
        listed, files = read(answer)
        seen.append(files)
        if not listed["more"]:
            break
        answer = xapi(path=listed["more"])
    assert seen == [[PICTURE], [NOTES], []]


def test_head_names_the_same_length(xapi: Callable[..., TestResponse]) -> None:
    post(xapi, with_files(PICTURE), PICTURE)
    head = xapi("HEAD", query_string={"attachments": "true"})
    assert head.data == b""
    assert int(head.headers["Content-Length"]) == len(xapi(query_string={"attachments": "true"}).data)


def test_a_file_is_kept_and_answered_once_however_many_declare_it(
    xapi: Callable[..., TestResponse], database: Database, tenant: UUID
) -> None:
    inner = {**with_files(PICTURE), "objectType": "SubStatement"}
    assert post(xapi, [with_files(PICTURE), {**statement(), "object": inner}], PICTURE).status_code == 200
    assert post(xapi, with_files(PICTURE, NOTES), NOTES, PICTURE, PICTURE).status_code == 200
    with database.reading(tenant) as session:
        kept = sa.select(sa.func.count()).where(Attachment.tenant_id == tenant)
        assert session.scalar(kept) == 2
    assert read(xapi(query_string={"attachments": "true"}))[1] == [PICTURE, NOTES]


def test_a_statement_is_put_with_its_file(xapi: Callable[..., TestResponse]) -> None:
    wanted = "8f87ccde-bb56-4c2e-ab83-44982ef22df0"
    sent = body(
        part(PICTURE), first=b"Content-Type:application/json\r\n\r\n" + json.dumps(with_files(PICTURE)).encode()
    )
    for _ in range(2):
        answer = xapi(
            "PUT", query_string={"statementId": wanted}, data=sent, content_type='multipart/mixed; boundary="B"'
        )
        assert answer.status_code == 204
    assert read(xapi(query_string={"statementId": wanted, "attachments": "true"}))[1] == [PICTURE]


def test_a_store_that_does_not_answer_is_told_as_such(
    kept_in: str, xapi: Callable[..., TestResponse], database: Database, tenant: UUID
) -> None:
    assert post(xapi, with_files(PICTURE), PICTURE).status_code == 200
    asked = {"attachments": "true"}
    if kept_in == "bucket":
        bucket = database.bucket
        assert bucket is not None
        database.bucket = replace(bucket, address="http://127.0.0.1:1/cdht")
        for answer in (post(xapi, with_files(NOTES), NOTES), xapi(query_string=asked)):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        database.bucket = None
        assert xapi(query_string=asked).status_code == 503
        database.bucket = bucket
    listed, files = read(xapi(query_string=asked))
    assert (len(listed["statements"]), files) == (1, [PICTURE])


def test_multipart_without_files_and_files_elsewhere_are_accepted(xapi: Callable[..., TestResponse]) -> None:
    elsewhere = statement(attachments=[declared(PICTURE, fileUrl="https://hoc.example.org/ảnh.png")])
    assert post(xapi, statement()).status_code == 200
    assert post(xapi, elsewhere).status_code == 200
    assert xapi("POST", json=elsewhere).status_code == 200
    assert read(xapi(query_string={"attachments": "true"}))[1] == []


@pytest.mark.parametrize("in_json", [True, False])
def test_a_declared_file_that_is_nowhere_is_refused(xapi: Callable[..., TestResponse], in_json: bool) -> None:
    inner = {**with_files(NOTES), "objectType": "SubStatement"}
    batch = [statement(), with_files(PICTURE), {**statement(), "object": inner}]
    answer = xapi("POST", json=batch) if in_json else post(xapi, batch)
    assert answer.status_code == 400
    places = [fault["place"] for fault in json.loads(answer.text)["errors"]]
    assert places == ["/1/attachments/0/sha2", "/2/object/attachments/0/sha2"]
    assert json.loads(xapi().text)["statements"] == []


def test_a_file_that_nobody_declared_is_refused(
    xapi: Callable[..., TestResponse], database: Database, tenant: UUID
) -> None:
    assert post(xapi, with_files(PICTURE), PICTURE, NOTES).status_code == 400
    with database.reading(tenant) as session:
        kept = sa.select(sa.func.count()).where(Attachment.tenant_id == tenant)
        assert session.scalar(kept) == 0


def test_statements_spread_over_parts_and_forms_are_refused(xapi: Callable[..., TestResponse]) -> None:
    one = b"Content-Type: application/json\r\n\r\n" + json.dumps(statement()).encode()
    sent = body(one, first=one)
    assert xapi("POST", data=sent, content_type="multipart/mixed; boundary=B").status_code == 400
    assert xapi("POST", data=body(first=one), content_type="multipart/form-data; boundary=B").status_code == 400
    assert xapi("POST", data=body(first=one), content_type="multipart/mixed").status_code == 400
    assert xapi("POST", data=body(first=one), content_type="application/json").status_code == 400


def test_too_large_a_file_is_413(
    client: FlaskClient, xapi: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = client.application.extensions["settings"]
    object.__setattr__(settings, "attachment_max_bytes", len(PICTURE) - 1)
    assert post(xapi, with_files(PICTURE), PICTURE).status_code == 413
    assert post(xapi, with_files(NOTES), NOTES).status_code == 200


def test_files_are_their_tenants_alone(
    xapi: Callable[..., TestResponse], other_tenant: UUID, credential: Callable[..., str]
) -> None:
    stranger = {"Authorization": credential(other_tenant)}
    post(xapi, with_files(PICTURE), PICTURE)
    elsewhere = statement(attachments=[declared(PICTURE, fileUrl="https://hoc.example.org/x.png")])
    assert xapi("POST", json=elsewhere, headers=stranger).status_code == 200
    assert read(xapi(query_string={"attachments": "true"}, headers=stranger))[1] == []


def test_whoever_may_not_read_all_gets_no_bytes_by_their_hash_alone(
    client: FlaskClient, tenant: UUID, credential: Callable[..., str], xapi: Callable[..., TestResponse]
) -> None:
    """A fileUrl lets a Statement declare a hash whose bytes another platform sent."""
    assert post(xapi, with_files(PICTURE), PICTURE).status_code == 200
    headers = {
        "Authorization": credential(tenant, "statements/write", "statements/read/mine"),
        "X-Experience-API-Version": "1.0.3",
    }
    guessed = statement(attachments=[declared(PICTURE, fileUrl="https://e.org/f")])
    assert client.post("/xapi/statements", headers=headers, json=guessed).status_code == 200
    assert read(client.get("/xapi/statements?attachments=true", headers=headers))[1] == []


def test_filters_and_formats_go_with_attachments(xapi: Callable[..., TestResponse]) -> None:
    post(xapi, [with_files(PICTURE, actor="1"), with_files(NOTES, actor="2")], PICTURE, NOTES)
    query = {"attachments": "true", "agent": json.dumps(agent("2")), "format": "ids"}
    listed, files = read(xapi(query_string=query))
    assert [one["verb"].keys() for one in listed["statements"]] == [{"id"}]
    assert files == [NOTES]
