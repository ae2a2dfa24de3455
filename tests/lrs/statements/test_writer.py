"""Requests that wait are put in together: who gets which answer, and what it costs.

`together` holds the tenant's critical section until all requests stand in the queue, in the order given.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lrs import api, attachments
from lrs.attachments import Content
from lrs.db import Database
from lrs.errors import InvalidStatement, NotStored, StatementConflict
from lrs.statements import writer as writer_module
from lrs.statements.order import enter
from lrs.statements.store import Batch, check
from lrs.statements.writer import MOST_STATEMENTS, Writer
from tests.lrs.statements.builders import agent, statement, voiding
from tests.threads import ended

Outcome = list[UUID] | BaseException
Together = Callable[[Sequence[Batch]], list[Outcome]]


@pytest.fixture
def together(database: Database, tenant: UUID, monkeypatch: pytest.MonkeyPatch) -> Together:
    """Lets requests queue for `tenant` while its critical section is held; gives what became of each."""
    queued = threading.Semaphore(0)

    class Telling(deque[Any]):
        def append(self, one: Any) -> None:
            super().append(one)
            queued.release()

    monkeypatch.setattr(writer_module, "deque", Telling)
    writer = Writer(database)

    def run(requests: Sequence[Batch]) -> list[Outcome]:
        outcomes: dict[int, Outcome] = {}

        def request(number: int) -> None:
            try:
                outcomes[number] = writer.put(requests[number])
            except BaseException as error:
                outcomes[number] = error

        threads = [threading.Thread(daemon=True, target=request, args=(number,)) for number in range(len(requests))]
        with database.writing(tenant) as session:
            enter(session, tenant)
            for thread in threads:
                thread.start()
                assert queued.acquire(timeout=60)
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
        assert writer._queues == {}
        return [outcomes[number] for number in range(len(requests))]

    return run


@contextmanager
def commits(database: Database) -> Iterator[list[sa.Connection]]:
    """Counts commits of transactions that did something."""
    seen: list[sa.Connection] = []
    note = seen.append
    sa.event.listen(database.engine, "commit", note)
    try:
        yield seen
    finally:
        sa.event.remove(database.engine, "commit", note)


@contextmanager
def failing(database: Database, event: str, after: int) -> Iterator[None]:
    """Whatever comes after so many of these events fails as when the server has gone."""
    count = 0

    def fail(*_arguments: Any) -> None:
        nonlocal count
        count += 1
        if count > after:
            raise sa.exc.OperationalError("", {}, Exception("the server closed the connection"))

    sa.event.listen(database.engine, event, fail)
    try:
        yield
    finally:
        sa.event.remove(database.engine, event, fail)


def everything(database: Database, tenant: UUID) -> list[UUID]:
    with database.reading(tenant) as session:
        return [one.id for one in api.changes(session, tenant, None).statements]


def one(identity: api.Identity, *documents: dict[str, Any]) -> Batch:
    return check(identity, documents)


def test_who_meets_nobody_is_put_in_alone(
    database: Database, identity: api.Identity, count_commands: Callable[[], Any]
) -> None:
    batch = check(identity, [statement()])
    with count_commands() as commands, commits(database) as committed:
        ids = Writer(database).put(batch)
    assert everything(database, identity.tenant) == ids
    assert len(committed) == 1
    assert not any("SAVEPOINT" in command for command in commands)
    assert len(commands) <= 6


def test_those_who_wait_share_one_commit_and_keep_their_order(
    database: Database, identity: api.Identity, together: Together
) -> None:
    requests = [one(identity, statement(str(n))) for n in range(20)]
    with commits(database) as committed:
        outcomes = together(requests)
    assert outcomes == [[batch.rows[0].id] for batch in requests]
    assert everything(database, identity.tenant) == [batch.rows[0].id for batch in requests]
    assert len(committed) == 2  # of whoever held them up, and of all twenty


def test_they_cost_the_same_commands_however_many_they_are(
    identity: api.Identity, together: Together, count_commands: Callable[[], Any]
) -> None:
    def commands(size: int) -> int:
        with count_commands() as sent:
            together([one(identity, statement(str(n))) for n in range(size)])
        return len(sent)

    assert commands(2) == commands(30) <= 14


def test_a_conflict_among_them_is_refused_alone(database: Database, identity: api.Identity, together: Together) -> None:
    kept = statement(id=str(uuid4()))
    Writer(database).put(one(identity, kept))
    requests = [one(identity, statement(str(n))) for n in range(5)]
    requests[2] = one(identity, statement("2"), {**kept, "actor": agent("somebody else")}, statement("22"))
    outcomes = together(requests)
    refused = outcomes.pop(2)
    assert isinstance(refused, StatementConflict)
    assert refused.statement_id == UUID(kept["id"])
    assert refused.differences == ("/actor/account/name",)
    stored = [batch.rows[0].id for number, batch in enumerate(requests) if number != 2]
    assert outcomes == [[id_] for id_ in stored]
    assert everything(database, identity.tenant) == [UUID(kept["id"]), *stored]


def test_a_repeat_among_them_is_as_if_it_came_later(
    database: Database, identity: api.Identity, together: Together
) -> None:
    first = statement(id=str(uuid4()))
    other = {**first, "actor": agent("somebody else")}
    outcomes = together([one(identity, statement("x")), one(identity, first), one(identity, other),
                         one(identity, first), one(identity, statement("y"))])  # fmt: skip
    assert outcomes[1] == outcomes[3] == [UUID(first["id"])]
    assert isinstance(outcomes[2], StatementConflict)
    assert isinstance(outcomes[0], list)
    assert isinstance(outcomes[4], list)
    assert everything(database, identity.tenant) == [*outcomes[0], UUID(first["id"]), *outcomes[4]]


def test_a_voiding_that_cannot_be_is_refused_alone(
    database: Database, identity: api.Identity, together: Together
) -> None:
    target = statement(id=str(uuid4()))
    void = voiding(target["id"])
    outcomes = together([one(identity, target), one(identity, void), one(identity, statement(), voiding(void["id"]))])
    assert outcomes[:2] == [[UUID(target["id"])], [UUID(void["id"])]]
    assert isinstance(outcomes[2], InvalidStatement)
    assert [fault.place for fault in outcomes[2].faults] == ["/1/object/id"]
    assert everything(database, identity.tenant) == [UUID(target["id"]), UUID(void["id"])]
    with database.reading(identity.tenant) as session:
        found = api.get_statements(session, identity.tenant, [UUID(target["id"])])
    assert [each.voided for each in found] == [True]


def test_of_two_tenants_each_is_put_in_for_itself(
    database: Database, identity: api.Identity, other_identity: api.Identity, together: Together
) -> None:
    same = str(uuid4())
    outcomes = together([one(who, statement(who.name + str(n), id=id_)) for n, id_ in enumerate((same, str(uuid4())))
                         for who in (identity, other_identity)])  # fmt: skip
    ours, theirs = outcomes[::2], outcomes[1::2]
    assert [[id_] for id_ in everything(database, identity.tenant)] == ours
    assert [[id_] for id_ in everything(database, other_identity.tenant)] == theirs
    assert ours[0] == theirs[0] == [UUID(same)]


def test_attachments_and_signatures_go_along(database: Database, identity: api.Identity, together: Together) -> None:
    def with_bytes(data: bytes) -> Batch:
        sha2 = hashlib.sha256(data).hexdigest()
        declared = {
            "usageType": "https://hoc.example.org/usage/anh", "display": {"vi": "ảnh"},
            "contentType": "image/png", "length": len(data), "sha2": sha2,
        }  # fmt: skip
        return check(identity, [statement(attachments=[declared])], contents=[Content(sha2, data)])

    outcomes = together([with_bytes(b"\xff" + bytes([n % 2])) for n in range(4)])
    assert all(isinstance(outcome, list) for outcome in outcomes)
    with database.reading(identity.tenant) as session:
        for data in (b"\xff\0", b"\xff\1"):
            assert attachments.read(session, identity.tenant, hashlib.sha256(data).hexdigest()) == data


def test_no_more_go_in_together_than_a_batch_may_hold(
    database: Database, identity: api.Identity, together: Together
) -> None:
    half = MOST_STATEMENTS // 2 + 1
    requests = [one(identity, *(statement(f"{n}-{m}") for m in range(half))) for n in range(3)]
    with commits(database) as committed:
        outcomes = together(requests)
    assert outcomes == [[row.id for row in batch.rows] for batch in requests]
    assert len(committed) == 1 + 3


def test_when_the_commit_fails_nobody_is_told_that_it_is_stored(
    database: Database, identity: api.Identity, together: Together
) -> None:
    kept = statement(id=str(uuid4()))
    Writer(database).put(one(identity, kept))
    refused = one(identity, {**kept, "actor": agent("somebody else")})
    with failing(database, "commit", after=1):
        outcomes = together([*(one(identity, statement(str(n))) for n in range(3)), refused])
    assert isinstance(outcomes[0], sa.exc.OperationalError)
    assert [type(outcome) for outcome in outcomes[1:]] == [NotStored] * 3
    assert everything(database, identity.tenant) == [UUID(kept["id"])]
    assert together([one(identity, statement())]) == [everything(database, identity.tenant)[1:]]


def test_when_the_database_is_gone_everybody_who_waits_is_told(
    database: Database, identity: api.Identity, together: Together
) -> None:
    entered = 0

    def fail(_c: Any, _cursor: Any, command: str, *_rest: Any) -> None:
        nonlocal entered
        entered += "IMMEDIATE" in command or "advisory" in command
        if entered > 1:  # the first one is who holds them up
            raise sa.exc.OperationalError("", {}, Exception("the server closed the connection"))

    sa.event.listen(database.engine, "after_cursor_execute", fail)
    try:
        outcomes = together([one(identity, statement(str(n))) for n in range(5)])
    finally:
        sa.event.remove(database.engine, "after_cursor_execute", fail)
    assert [type(outcome) for outcome in outcomes] == [sa.exc.OperationalError] + [NotStored] * 4
    assert everything(database, identity.tenant) == []


def test_a_failure_in_the_middle_reaches_everybody_of_the_group_and_the_next_go_in(
    database: Database, identity: api.Identity, together: Together
) -> None:
    failed = threading.Event()

    def fail_once(_c: Any, _cursor: Any, command: str, *_rest: Any) -> None:
        if "INSERT INTO lrs_statement\n" in command and not failed.is_set():
            failed.set()
            raise sa.exc.OperationalError("", {}, Exception("the disk is full"))

    half = MOST_STATEMENTS // 2
    requests = [one(identity, *(statement(f"{n}-{m}") for m in range(half))) for n in range(3)]
    sa.event.listen(database.engine, "before_cursor_execute", fail_once)
    try:
        outcomes = together(requests)
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", fail_once)
    assert [type(outcome) for outcome in outcomes] == [sa.exc.OperationalError, NotStored, list]
    assert everything(database, identity.tenant) == outcomes[2]


def test_many_threads_store_each_statement_once(
    database: Database, identity: api.Identity, other_identity: api.Identity
) -> None:
    writer = Writer(database)
    shared = [statement(str(n), id=str(uuid4())) for n in range(30)]
    outcomes: list[str] = []

    def post(number: int) -> None:
        for turn, document in enumerate(shared):
            wrong = (turn + number) % 7 == 0 and number > 3
            sent = {**document, "actor": agent(f"impostor {number}")} if wrong else document
            try:
                writer.put(one(other_identity if number % 2 else identity, sent))
                outcomes.append("stored")
            except StatementConflict:
                outcomes.append("conflict")

    threads = [threading.Thread(daemon=True, target=post, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        ended(thread)
    assert len(outcomes) == 8 * len(shared)
    for who in (identity, other_identity):
        assert sorted(everything(database, who.tenant)) == sorted(UUID(each["id"]) for each in shared)
    assert writer._queues == {}


def test_whoever_could_not_be_put_in_is_asked_to_send_again(
    client: FlaskClient, tenant: UUID, credential: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise NotStored

    monkeypatch.setattr(Writer, "put", fail)
    answer = client.post(
        "/xapi/statements", json=statement(),
        headers={"Authorization": credential(tenant), "X-Experience-API-Version": "2.0.0"},
    )  # fmt: skip
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.get_json()["errors"][0]["message"].endswith("send it again")
