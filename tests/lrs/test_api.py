from __future__ import annotations

import threading
from uuid import UUID, uuid4

import pytest

from lrs import api
from lrs.db import Database
from lrs.statements import query
from tests.lrs.statements.builders import statement, voiding
from tests.threads import ended


def put(database: Database, identity: api.Identity, count: int) -> list[UUID]:
    with database.writing(identity.tenant) as session:
        return api.store(session, identity, [statement(str(n)) for n in range(count)])


def test_the_feed_gives_everything_once_in_the_order_stored(
    database: Database, identity: api.Identity, other_identity: api.Identity
) -> None:
    ours = [one for _ in range(3) for one in put(database, identity, 4)]
    put(database, other_identity, 5)
    token, seen, complete = None, list[UUID](), False
    while not complete:
        with database.reading(identity.tenant) as session:
            batch = api.changes(session, identity.tenant, token, limit=5)
        token, complete = batch.token, batch.complete
        seen += [one.id for one in batch.statements]
    assert seen == ours
    with database.reading(identity.tenant) as session:
        assert token == api.latest_token(session, identity.tenant)
        assert api.changes(session, identity.tenant, token).statements == []


def test_of_large_ones_the_feed_gives_few_at_a_time_and_says_that_there_are_more(
    database: Database, identity: api.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "MOST_TEXT", 1)
    ours, token = put(database, identity, 3), None
    for number in range(3):
        with database.reading(identity.tenant) as session:
            batch = api.changes(session, identity.tenant, token)
        assert [one.id for one in batch.statements] == [ours[number]]
        assert not batch.complete
        token = batch.token
    with database.reading(identity.tenant) as session:
        assert api.changes(session, identity.tenant, token).complete


def test_voiding_and_voided_statements_are_in_the_feed(database: Database, identity: api.Identity) -> None:
    [target] = put(database, identity, 1)
    with database.writing(identity.tenant) as session:
        api.store(session, identity, [voiding(target)])
    with database.reading(identity.tenant) as session:
        found = api.changes(session, identity.tenant, None).statements
    assert [one.voided for one in found] == [True, False]
    assert found[1].document["verb"]["id"] == api.VOIDED


def test_a_token_that_is_none_of_ours_is_refused(database: Database, tenant: UUID) -> None:
    for token in ("2026-11-20", "s²", "s" + "9" * 40, "s-1", "s", ""):
        with database.reading(tenant) as session, pytest.raises(ValueError, match="not a token of this feed"):
            api.changes(session, tenant, token)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-12-31T17:00:00Z", "2025-12-31T17:00:00+00:00"),
        ("2025-12-31T17:00:00z", "2025-12-31T17:00:00+00:00"),
        ("2026-01-01T00:00:00+07:00", "2025-12-31T17:00:00+00:00"),
        ("2025-12-31T17:00:00", "2025-12-31T17:00:00+00:00"),
        ("2025-12-31T23:59:60Z", "2026-01-01T00:00:00+00:00"),
    ],
)
def test_a_statements_time_means_one_instant_everywhere(text: str, instant: str) -> None:
    assert api.moment(text).isoformat() == instant


def test_a_reader_who_polls_while_many_write_misses_nothing(database: Database, identity: api.Identity) -> None:
    stored: list[UUID] = []
    done = threading.Event()

    def write() -> None:
        for _ in range(25):
            with database.writing(identity.tenant) as session:
                stored.extend(api.store(session, identity, [statement(str(uuid4())) for _ in range(3)]))

    writers = [threading.Thread(daemon=True, target=write) for _ in range(6)]
    seen: list[UUID] = []
    instants: list[object] = []

    def read() -> None:
        token = None
        while True:
            finished = done.is_set()
            with database.reading(identity.tenant) as session:
                batch = api.changes(session, identity.tenant, token, limit=50)
            token = batch.token
            seen.extend(one.id for one in batch.statements)
            instants.extend(one.stored for one in batch.statements)
            if finished and batch.complete:
                return

    reader = threading.Thread(daemon=True, target=read)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        ended(thread)
    done.set()
    ended(reader)
    assert len(seen) == len(set(seen)) == 6 * 25 * 3
    assert set(seen) == set(stored)
    assert instants == sorted(instants)  # type: ignore[type-var]
