"""Destinations that fail, lie, hang, break off or lead elsewhere: nothing is lost, nothing is taken on trust, and only
what a store refuses for good is laid aside."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from lrs import api
from lrs.db import Database
from lrs.forwarding.posting import Meaning, Post, meaning_of, post
from lrs.models import Destination
from lrs.outgoing import Answer
from tests.lrs.forwarding.stores import Scripted, Store, known, letters, point_at, scripted, send_all, sender
from tests.lrs.statements.builders import statement

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is the same on either database."""


@pytest.fixture
def other() -> Iterator[Store]:
    with scripted() as server:
        yield server


@pytest.fixture
def ids(database: Database, tenant: UUID, identity: api.Identity, other: Store) -> list[str]:
    """Eight Statements to be forwarded."""
    listed = [statement(id=str(uuid4())) for _ in range(8)]
    with database.writing(tenant) as session:
        stored = api.store(session, identity, listed)
    point_at(database, tenant, other.endpoint, NOW)
    return [str(one) for one in stored]


def refusing(bad: set[str], status: int) -> Any:
    """A store that refuses whatever holds one of these."""

    def answering(request: Scripted) -> None:
        if bad & {one["id"] for one in request.statements}:
            request.answer(status, '{"errors":[{"place":"/actor","message":"không nhận"}]}'.encode())
        else:
            request.take()

    return answering


@on_sqlite
@pytest.mark.parametrize("status", [400, 409, 413])
def test_what_is_refused_is_laid_aside_alone_and_the_others_arrive(
    database: Database, tenant: UUID, other: Store, ids: list[str], status: int
) -> None:
    bad = {ids[2], ids[7]}
    other.answering = refusing(bad, status)
    one = sender(database, tenant, lambda: NOW)
    send_all(one)
    assert list(other.kept) == [id_ for id_ in ids if id_ not in bad]
    found = letters(database, tenant)
    assert {str(letter.statement) for letter in found} == bad
    assert {(letter.status, letter.reason) for letter in found} == {(status, "/actor: không nhận")}
    assert known(database, tenant).waiting == 0
    other.answering = Scripted.take
    with database.writing(tenant) as session:
        assert api.replay_dead_letters(session, tenant, "kia") == 2
    send_all(one)
    assert set(other.kept) == set(ids)
    assert letters(database, tenant) == []


@on_sqlite
def test_later_and_later_and_no_sooner_than_it_asks(
    database: Database, tenant: UUID, other: Store, ids: list[str]
) -> None:
    at = NOW
    one = sender(database, tenant, lambda: at)
    pauses = []
    for _ in range(12):
        other.answering = lambda request: request.answer(503)
        one.step()
        again = known(database, tenant).again_at
        assert again is not None
        pauses.append((again - at).total_seconds())
        assert not one.step()  # it is left alone until then
        at = again
    assert len(other.sent) == 12
    assert all(2.0**n / 2 <= pause <= 2.0**n for n, pause in enumerate(pauses[:9]))
    assert all(450 <= pause <= 900 for pause in pauses[10:])
    other.answering = lambda request: request.answer(429, Retry_After="1800")
    one.step()
    again = known(database, tenant).again_at
    assert again == at + timedelta(seconds=1800)
    at = again
    other.answering = Scripted.take
    send_all(one)
    assert list(other.kept) == ids
    assert (known(database, tenant).failures, letters(database, tenant)) == (0, [])


def hang_up(request: Scripted) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)


def break_off(request: Scripted) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b'["7a1d6b52')


def no_http(request: Scripted) -> None:
    request.wfile.write(b"220 mail ready\r\n")


def page(request: Scripted) -> None:
    request.answer(200, b"<html><title>Wi-Fi</title></html>", Content_Type="text/html")


def refuse_by_page(request: Scripted) -> None:
    request.answer(400, b"<html>Bad Request</html>", Content_Type="text/html")


def other_ids(request: Scripted) -> None:
    request.answer(200, f'["{uuid4()}"]'.encode())


def inwards(request: Scripted) -> None:
    request.answer(307, Location="http://127.0.0.1:1/xapi/statements")


def endless(request: Scripted) -> None:
    request.answer(200, b"[" + b" " * 300_000 + b"]")


@pytest.mark.parametrize("answering", [hang_up, break_off, no_http, page, refuse_by_page, other_ids, inwards, endless])
def test_what_is_no_clear_answer_is_tried_again(answering: Any, other: Store) -> None:
    other.answering = answering
    verdict = post(other.endpoint, "k", "s", "2.0.0", Post([uuid4()], ["{}"]), now=NOW, seconds=5)
    assert verdict.meaning is Meaning.LATER
    assert verdict.words
    assert len(other.sent) == 1


def test_whoever_hangs_or_drips_is_given_up_in_time(other: Store) -> None:
    def drip(request: Scripted) -> None:
        for _ in range(100):
            request.wfile.write(b"H")
            request.wfile.flush()
            time.sleep(0.05)

    for answering in (lambda _request: time.sleep(2), drip):
        other.answering = answering
        began = time.monotonic()
        verdict = post(other.endpoint, "k", "s", "2.0.0", Post([uuid4()], ["{}"]), now=NOW, seconds=0.5)
        assert verdict.meaning is Meaning.LATER
        assert time.monotonic() - began < 1.9


@on_sqlite
def test_an_erring_store_is_believed_about_a_single_statement_after_many_tries(
    database: Database, tenant: UUID, other: Store, ids: list[str]
) -> None:
    other.answering = refusing({ids[3]}, 500)
    at = NOW
    one = sender(database, tenant, lambda: at)
    tries = 0
    while known(database, tenant).waiting and tries < 40:
        tries += 1
        one.step()
        at = known(database, tenant).again_at or at
    assert list(other.kept) == [id_ for id_ in ids if id_ != ids[3]]
    assert [(str(one.statement), one.status) for one in letters(database, tenant)] == [(ids[3], 500)]
    assert tries > 12


@on_sqlite
def test_a_destination_that_refuses_everything_is_taken_for_one_set_up_wrongly(
    database: Database, tenant: UUID, identity: api.Identity, other: Store, ids: list[str]
) -> None:
    with database.writing(tenant) as session:
        api.store(session, identity, [statement() for _ in range(40)])
    other.answering = lambda request: request.answer(400, b"version?")
    one = sender(database, tenant, lambda: NOW)
    assert not one.step()
    assert letters(database, tenant) == []
    assert "refuses whatever" in known(database, tenant).answer
    assert known(database, tenant).waiting == 48
    with database.writing(tenant) as session:
        session.execute(sa.update(Destination).values(again_at=None))
    other.answering = Scripted.take
    send_all(one)
    assert len(other.kept) == 48


def test_how_long_an_answer_asks_to_wait() -> None:
    def wait(told: str) -> float:
        return meaning_of(Answer(503, {"retry-after": told}, b""), [], now=NOW).wait

    assert wait("120") == 120
    assert wait("Fri, 20 Nov 2026 05:01:00 GMT") == 60
    assert wait("99999999") == 3600
    assert [wait(told) for told in ("", "soon", "-5", "Fri, 20 Nov 2020 05:01:00 GMT")] == [0, 0, 0, 0]


def test_what_a_refusal_says_is_kept_short_and_on_one_line() -> None:
    body = b'{"message": "' + b"a\\n" * 1000 + b'"}'
    reason = meaning_of(Answer(400, {}, body), [], now=NOW).reason
    assert len(reason) == 500
    assert "\n" not in reason
