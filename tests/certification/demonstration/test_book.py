"""The poster's book against a real store over HTTP: it agrees when all is well, and names what is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from certification.demonstration import book
from certification.demonstration.book import Book
from certification.demonstration.errors import StatementsRefused, StoreDisagrees, StoreUnreachable
from certification.demonstration.poster import Connection, Post, post_all
from lrs.api import VOIDED


def _statement(**more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "actor": {"objectType": "Agent", "account": {"homePage": "https://hoc.vidu.example", "name": "hv-1"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"vi": "hoàn thành"}},
        "object": {"objectType": "Activity", "id": "https://hoc.vidu.example/bai/1"},
        "result": {"score": {"scaled": 0.85}, "completion": True},
        "timestamp": "2026-05-04T19:30:00+07:00",
        **more,
    }


def _voiding(target: str) -> dict[str, Any]:
    return _statement(verb={"id": VOIDED}, object={"objectType": "StatementRef", "id": target}, result={})


def _post(connect: Callable[[], Connection], posts: list[Post]) -> Book:
    filled = Book()
    post_all(connect, posts, on_posted=lambda post, ids: filled.record(post.statements, ids))
    return filled


def test_the_book_agrees_with_a_store_that_kept_everything(connect: Callable[[], Connection]) -> None:
    statements = [_statement() for _ in range(120)]
    gone = statements[7]["id"]
    filled = _post(connect, [Post(tuple(statements[:60])), Post(tuple(statements[60:]), version="1.0.3")])
    again = [Post((statements[3], _statement())), Post((_voiding(gone),), put=True)]
    post_all(connect, again, on_posted=lambda post, ids: filled.record(post.statements, ids))

    assert filled.repeats == 1
    assert filled.voided == {gone}
    read: list[int] = []
    assert filled.compare(connect(), on_read=read.append) == 122
    assert sum(read) == 122


def test_the_book_follows_more_to_the_end(connect: Callable[[], Connection], monkeypatch: pytest.MonkeyPatch) -> None:
    filled = _post(connect, [Post(tuple(_statement() for _ in range(25)))])
    monkeypatch.setattr(book, "PAGE", 10)
    pages = [len(page) for page in book.read_back(connect())]
    assert pages == [10, 10, 5]
    assert filled.compare(connect()) == 25


def test_what_was_never_sent_what_is_missing_and_what_differs_is_named(connect: Callable[[], Connection]) -> None:
    kept, stranger, missing = _statement(), _statement(), _statement()
    _post(connect, [Post((kept, stranger))])
    filled = Book()
    sent = {**kept, "result": {"score": {"scaled": 0.9}, "completion": True}}
    filled.record([sent, missing], [sent["id"], missing["id"]])
    with pytest.raises(StoreDisagrees) as caught:
        filled.compare(connect())
    assert sorted(caught.value.differences) == sorted(
        [
            f"{kept['id']}: result.score.scaled was 0.9 and is 0.85",
            f"{stranger['id']}: in the store, but never sent",
            f"{missing['id']}: acknowledged, but not in the store",
        ]
    )


def test_a_voided_statement_still_in_the_list_is_named(connect: Callable[[], Connection]) -> None:
    kept = _statement()
    filled = _post(connect, [Post((kept,))])
    voiding = _voiding(kept["id"])
    filled.record([voiding], [voiding["id"]])
    with pytest.raises(StoreDisagrees, match="voided, but still in the list"):
        filled.compare(connect())


def test_an_answer_with_other_ids_is_named() -> None:
    filled = Book()
    filled.record([{"id": "a", "verb": {"id": ""}}], ["b"])
    assert filled.differences == ["a batch of 1 beginning with a was answered with other ids"]


def test_a_sample_is_checked_one_by_one(connect: Callable[[], Connection]) -> None:
    kept, gone = _statement(), _statement()
    _post(connect, [Post((kept, gone)), Post((_voiding(gone["id"]),))])
    book.check(connect(), {kept["id"]: kept, gone["id"]: gone}, [gone["id"]])
    with pytest.raises(StoreDisagrees, match="GET by statementId answers 404"):
        book.check(connect(), {kept["id"]: kept, gone["id"]: gone}, [])


def test_a_refused_statement_stops_the_posting_with_the_stores_words(connect: Callable[[], Connection]) -> None:
    broken = _statement(verb={"id": "not an IRI"})
    with pytest.raises(StatementsRefused, match="the store answered 400"):
        _post(connect, [Post((_statement(),)), Post((broken,)), Post((_statement(),))])


def test_no_answer_is_told_as_such() -> None:
    nowhere = Connection("http://127.0.0.1:9", "key", "secret")
    with pytest.raises(StoreUnreachable, match=r"GET http://127\.0\.0\.1:9/xapi/about"):
        nowhere.request("GET", "/xapi/about")


def test_only_what_was_sent_is_compared() -> None:
    sent = {"id": "1", "actor": {"mbox": "mailto:a@b.example"}, "timestamp": "2026-05-04T19:30:00+07:00"}
    kept = {
        "id": "1",
        "actor": {"objectType": "Agent", "mbox": "mailto:a@b.example"},
        "timestamp": "2026-05-04T12:30:00Z",
        "stored": "2026-11-21T00:00:00Z",
    }
    assert book.changes(sent, kept) == []


@pytest.mark.parametrize(
    ("sent", "kept", "words"),
    [
        ({"a": 1}, {}, "a is missing"),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "a.b[1] was 2 and is 3"),
        ({"a": [1]}, {"a": [1, 1]}, "a was [1] and is [1, 1]"),
        ({"a": True}, {"a": 1}, "a was True and is 1"),
        (
            {"timestamp": "2026-05-04T19:30:00+07:00"},
            {"timestamp": "2026-05-04T19:30:00Z"},
            "timestamp was 2026-05-04T19:30:00+07:00 and is 2026-05-04T19:30:00Z",
        ),
    ],
)
def test_a_change_is_named_with_its_place(sent: dict[str, Any], kept: dict[str, Any], words: str) -> None:
    assert book.changes(sent, kept) == [words]
