"""Bytes of others' are given back as they came, and no browser shows or runs them in the name of this site."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.lrs.resources.conftest import Send
from tests.lrs.resources.test_attachments import declared, read
from tests.lrs.resources.test_documents import ALL, NEW
from tests.lrs.statements.builders import statement
from tests.lrs.test_multipart import body, part

SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(document.cookie)</script></svg>"
KINDS = (
    "text/html",
    "TEXT/HTML; charset=utf-7",
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
    "application/javascript",
    "application/pdf",
    "multipart/x-mixed-replace; boundary=x",
    "application/x-shockwave-flash",
    "text/css",
    "application/octet-stream",
)


def post(xapi: Send, statement: Any, content: bytes) -> TestResponse:
    sent = body(part(content), first=b"Content-Type: application/json\r\n\r\n" + json.dumps(statement).encode())
    return xapi("POST", "/xapi/statements", data=sent, content_type="multipart/mixed; boundary=B")


def is_only_saved(answer: TestResponse) -> None:
    assert answer.status_code == 200, answer.text
    assert answer.headers.getlist("Content-Disposition") == ["attachment"]
    assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers.getlist("Content-Security-Policy") == ["sandbox; default-src 'none'"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_of_any_kind_is_saved_and_not_shown(xapi: Send, kind: str) -> None:
    for resource in ALL:
        put = xapi("PUT", resource.path, query_string=resource.named(), data=SCRIPT, content_type=kind, headers=NEW)
        assert put.status_code == 204
        answer = xapi("GET", resource.path, query_string=resource.named())
        is_only_saved(answer)
        assert (answer.data, answer.content_type) == (SCRIPT, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_attachment_of_any_kind_is_a_part_of_what_is_saved(xapi: Send, kind: str) -> None:
    one = statement(attachments=[declared(SCRIPT, contentType=kind)])
    assert post(xapi, one, SCRIPT).status_code == 200
    answer = xapi("GET", "/xapi/statements", query_string={"attachments": "true"})
    is_only_saved(answer)
    assert read(answer)[1] == [SCRIPT]


@pytest.mark.parametrize("kind", ["text/plain\r\nSet-Cookie: a=b", "text/plain\n\n<script>", "text/plain\0", "a/b\x85"])
def test_no_kind_ends_the_heads_of_its_part(xapi: Send, kind: str) -> None:
    refused = post(xapi, statement(attachments=[declared(SCRIPT, contentType=kind)]), SCRIPT)
    assert refused.status_code == 400, refused.text


def test_an_attachment_that_is_not_what_its_hash_says_is_refused(xapi: Send) -> None:
    refused = post(xapi, statement(attachments=[declared(SCRIPT)]), SCRIPT.replace(b"alert", b"other"))
    assert refused.status_code == 400
