"""The page on which Statements are tried out: says what the JSON says, and never shows a key or a secret."""

from __future__ import annotations

import base64
import gzip
import json
import logging
from collections.abc import Callable
from datetime import datetime
from html import unescape
from string import Formatter
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certification.evidence import findings_words, self_check_english, self_check_words
from certification.judgement import explanations
from certification.web.frame.statement_faults import in_vietnamese
from certification.web.open.check_page import EXAMPLE, PATH
from lrs.db import Database
from tests.certification.learning import add_worker, load_rules, statement


def key_of(authorization: str) -> dict[str, str]:
    key, _, secret = base64.b64decode(authorization.split()[1]).decode().partition(":")
    return {"key": key, "secret": secret}


@pytest.fixture
def key(
    database: Database, tenant: UUID, other_tenant: UUID, credential: Callable[..., str], now: datetime
) -> dict[str, str]:
    """Key and secret of a platform, as fields of the form; there are rules and a worker called an."""
    load_rules(database, tenant, other_tenant, now=now)
    add_worker(database, tenant, "NV-AN", "an", now=now)
    return key_of(credential(tenant, "statements/write"))


def send(client: FlaskClient, key: dict[str, str], pasted: Any) -> TestResponse:
    text = pasted if isinstance(pasted, str) else json.dumps(pasted, ensure_ascii=False)
    return client.post(PATH, data={"statement": text, **key})


def test_the_form_is_open_to_everybody_and_shows_an_example_that_counts(
    client: FlaskClient, key: dict[str, str], database: Database, tenant: UUID, now: datetime
) -> None:
    form = client.get(PATH)
    assert form.status_code == 200
    assert "Kiểm tra phát biểu xAPI" in form.text
    assert EXAMPLE in unescape(form.text)
    assert "Kho sẽ nhận và lưu mới. Có minh chứng" in send(client, key, EXAMPLE).text


def test_whoever_reads_english_is_told_about_evidence_in_english(client: FlaskClient, key: dict[str, str]) -> None:
    client.set_cookie("http-cdht-language", "en")
    page = unescape(
        send(client, key, [statement("an"), statement("nobody", verb={"id": "https://example.org/x"})]).text
    )
    assert "The store would take it in as a new one. It counts as evidence." in page
    assert "There is no duration (result.duration)" in page and "do not have the verb https://example.org/x." in page
    assert "is not known. The Statement is kept and waits" in page
    for word in ("Kho sẽ", "minh chứng", "Chưa biết", "thời lượng"):
        assert word not in page, word


def test_what_is_said_in_english_is_all_that_is_said_in_vietnamese_of_the_same_things() -> None:
    def slots(words: str) -> set[str]:
        return {name for _text, name, _form, _conversion in Formatter().parse(words) if name is not None}

    for vietnamese, english in (
        (self_check_words.REMARKS, self_check_english.REMARKS),
        (self_check_words.OUTCOMES, self_check_english.OUTCOMES),
        (self_check_words.EFFECTS, self_check_english.EFFECTS), (findings_words.FINDINGS, self_check_english.FINDINGS),
        (findings_words.ASKED, self_check_english.ASKED),
    ):  # fmt: skip
        assert [(code, slots(words)) for code, words in vietnamese.items()] == [
            (code, slots(words)) for code, words in english.items()
        ]
    assert len(explanations.LEVELS) == len(self_check_english.LEVELS)


def test_the_page_says_what_the_json_says(client: FlaskClient, key: dict[str, str]) -> None:
    sent = [
        statement("an", result={"duration": "PT45M"}),
        statement("nobody", verb={"id": "https://example.org/verbs/x"}),
        {"actor": {"mbox": "an@example.org"}, "verb": {"id": "hoàn thành"}},
    ]
    page = send(client, key, sent)
    assert page.status_code == 200
    told = client.post("/xapi-ext/check", json=sent, auth=(key["key"], key["secret"])).json
    assert told is not None
    text = unescape(page.text)
    for one in told["statements"]:
        assert one["store"]["message"] in text
        for fault in one["faults"]:
            assert fault["place"] in text
            assert in_vietnamese(fault["message"]) in text
        if one["certification"]:
            assert one["certification"]["message"] in text
            for remark in one["certification"]["missing"]:
                assert remark["message"] in text
            for fact in one["certification"]["facts"]:
                assert fact["title"] in text
            for each in one["certification"]["counts_for"]["indicators"]:
                assert each["title"] in text


@pytest.mark.parametrize("pasted", [statement("an"), '{"actor": ', "[" + "{}," * 50 + "{}]", ""])
def test_key_and_secret_are_never_shown_kept_or_logged(
    client: FlaskClient, key: dict[str, str], caplog: pytest.LogCaptureFixture, pasted: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = send(client, key, pasted)
    for part in key.values():
        assert part not in answer.text
        assert part not in str(answer.headers)
        assert part not in caplog.text
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")


def test_a_wrong_key_is_told_without_saying_what_is_wrong_and_without_asking_the_browser(
    client: FlaskClient, key: dict[str, str], tenant: UUID, credential: Callable[..., str]
) -> None:
    for wrong in (
        {"key": key["key"], "secret": "x"},
        {"key": "x", "secret": key["secret"]},
        {"key": "", "secret": ""},
        {"key": "a:b\0", "secret": "ê\ud7ff"},
    ):
        answer = send(client, wrong, statement("an"))
        assert answer.status_code == 403
        assert "Khóa hoặc mã bí mật không đúng" in answer.text
        assert "WWW-Authenticate" not in answer.headers
    weak = send(client, key_of(credential(tenant, "statements/read")), statement("an"))
    assert weak.status_code == 403
    assert "không có quyền gửi phát biểu" in weak.text


def test_credentials_that_the_browser_sends_by_itself_count_for_nothing(
    client: FlaskClient, key: dict[str, str]
) -> None:
    answer = client.post(PATH, data={"statement": "{}"}, auth=(key["key"], key["secret"]))
    assert answer.status_code == 403


def test_what_is_pasted_is_shown_again_as_text_only(client: FlaskClient, key: dict[str, str]) -> None:
    evil = statement("</textarea><script>alert(1)</script>", id="\"'><img src=x onerror=alert(1)>")
    answer = send(client, key, evil)
    assert "<script>" not in answer.text
    assert "<img" not in answer.text
    assert "\n&lt;" in send(client, key, "<b>").text


def test_where_json_breaks_off_is_told_by_line_and_column(client: FlaskClient, key: dict[str, str]) -> None:
    answer = send(client, key, '{\r\n "tên": "Ánh",\r\n "x": ?}')
    assert answer.status_code == 400
    assert "(dòng 3, cột 7)" in answer.text


def test_too_much_is_refused_with_a_page(client: FlaskClient, key: dict[str, str]) -> None:
    answer = send(client, key, "[" + "{}," * 50 + "{}]")
    assert (answer.status_code, "chỉ kiểm tra được 50 phát biểu" in answer.text) == (413, True)
    answer = send(client, key, " " * 5_000_000)
    assert (answer.status_code, "dài quá" in answer.text) == (413, True)


def test_a_body_that_is_no_form_is_answered_with_the_form(client: FlaskClient) -> None:
    for kind in ("application/json", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain"):
        assert client.post(PATH, data=b"\xff\x00--x", content_type=kind).status_code == 403


def test_another_tenants_worker_is_nobody(
    client: FlaskClient, key: dict[str, str], other_tenant: UUID, credential: Callable[..., str]
) -> None:
    theirs = key_of(credential(other_tenant, "statements/write"))
    assert "chưa gắn với ai" in send(client, theirs, statement("an")).text
    assert "đã gắn với người lao động" in send(client, key, statement("an")).text


def test_pages_for_a_form_are_sent_small(client: FlaskClient, key: dict[str, str], app: Flask) -> None:
    answer = client.post(
        PATH, data={"statement": json.dumps(statement("an")), **key}, headers={"Accept-Encoding": "gzip"}
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Được tính là minh chứng" in gzip.decompress(answer.data).decode()
