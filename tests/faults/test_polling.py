"""Whoever polls misses nothing, however slowly others write and whoever of them is killed.

Four readers follow the store in the ways that xAPI and we offer, while writers of every kind are at work: platforms
that post and repeat what got no answer, platforms that hang up half-way, programs beside the server that hold a
transaction open until all readers have looked again and again, and one that is killed while it does. The server's
processes are killed too.
"""

from __future__ import annotations

import json
import os
import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import IO
from urllib.parse import quote
from uuid import UUID

import pytest

from lrs import api
from lrs.db import Database
from tests import programs
from tests.faults.platforms import (
    PATIENCE,
    Counter,
    GaveUp,
    Platform,
    at_once,
    everything_stored,
    hang_up,
    pages,
    statement,
)
from tests.faults.serving import Server, scaled

pytestmark = pytest.mark.slow

STATEMENTS = scaled(100_000)
BATCH = 50
POSTERS = 3
"""Fewer than a web process has threads: those that wait for a slow writer must leave one for the readers."""
HOLDERS = 2
BETWEEN_HOLDS = 1_000
"""Statements stored by the platforms between two transactions that are held open."""
LOOKS = 2
"""How often each reader looks while a transaction is held open."""
SERVER_KILLS = scaled(4)
WRITER_KILLS = scaled(6)


class Reader(ABC):
    """Somebody who polls: what was seen, and how often it looked."""

    def __init__(self) -> None:
        self.seen: set[UUID] = set()
        self.looks = Counter()

    @abstractmethod
    def look(self) -> None:
        """Ask for what came since the last look."""

    def follow(self, finished: threading.Event) -> None:
        """Look until everything is stored, and once more."""
        while not finished.wait(0.005):
            self.look()
            self.looks.add()
        self.look()


class ByHeader(Reader):
    """As xAPI 1.0.3 Communication 2.1.3 means it: `since` is the Consistent-Through of the answer before."""

    def __init__(self, platform: Platform, *, ascending: bool) -> None:
        super().__init__()
        self._platform = platform
        self._ascending = ascending
        self._since = "1970-01-01T00:00:00Z"

    def look(self) -> None:
        query = f"since={quote(self._since)}&ascending={json.dumps(self._ascending)}"
        headers = []
        for found, header in pages(self._platform, query):
            self.seen |= {one.id for one in found}
            headers.append(header)
            if found:
                latest = max(datetime.fromisoformat(one.stored) for one in (found[0], found[-1]))
                assert latest <= datetime.fromisoformat(header), "a Statement stored later than the header promises"
        # Newest first, what comes while `more` is followed stands before the first page: that one's header counts.
        self._since = headers[-1 if self._ascending else 0]


class ByStored(Reader):
    """As many clients do: `since` is the newest `stored` seen, one page at a time."""

    def __init__(self, platform: Platform) -> None:
        super().__init__()
        self._platform = platform
        self._since = "1970-01-01T00:00:00Z"

    def look(self) -> None:
        for found, _ in pages(self._platform, f"since={quote(self._since)}&ascending=true&limit=200"):
            self.seen |= {one.id for one in found}
            if found:
                self._since = found[-1].stored


class ByFeed(Reader):
    """As certification does, by the change feed, which gives everything once and in order."""

    def __init__(self, database: Database, tenant: UUID) -> None:
        super().__init__()
        self._database, self._tenant = database, tenant
        self._token: str | None = None
        self._stored: datetime | None = None

    def look(self) -> None:
        complete = False
        while not complete:
            with self._database.reading(self._tenant) as session:
                changes = api.changes(session, self._tenant, self._token, limit=500)
            for one in changes.statements:
                assert one.id not in self.seen, "a Statement came twice"
                assert self._stored is None or one.stored >= self._stored, "`stored` falls"
                self.seen.add(one.id)
                self._stored = one.stored
            self._token, complete = changes.token, changes.complete


def slow_writer(
    database: Database, authorization: str
) -> AbstractContextManager[tuple[programs.Program, IO[str], IO[str]]]:
    """The program of that name, what it reads and what it says; ended with the block."""
    url = database.url.render_as_string(hide_password=False)
    return programs.talking(["-m", "tests.faults.slow_writer", url, authorization], os.environ)


def header(platform: Platform) -> datetime:
    answer = platform.send("GET", "/xapi/statements?limit=1")
    return datetime.fromisoformat(answer.headers["x-experience-api-consistent-through"])


@pytest.mark.parametrize("ending", ["commits", "gives up", "is killed"])
def test_the_header_waits_for_a_program_beside_the_server_and_for_nothing_else(
    server: Server,
    database: Database,
    tenant: UUID,
    authorization: str,
    platform: Callable[[], Platform],
    ending: str,
) -> None:
    """A command that imports, say: what it has stored and not yet committed is later than every header meanwhile."""
    connection = platform()
    with slow_writer(database, authorization) as (_, tell, said):
        for _ in range(5):
            tell.write("2\n")
            ids = {UUID(one) for one in json.loads(said.readline())}
            promised = [header(connection) for _ in range(3)]
            if ending == "is killed":
                break
            tell.write("commit\n" if ending == "commits" else "give up\n")
            assert said.readline() == "ended\n"
            came = [one for one in everything_stored(database, tenant) if one.id in ids]
            assert len(came) == (2 if ending == "commits" else 0)
            assert all(one.stored > through for one in came for through in promised)
    everything = datetime.now(UTC)
    while (through := header(connection)) < everything:  # a connection that is lost is noticed in a moment
        assert datetime.now(UTC) - everything < timedelta(seconds=PATIENCE), f"the header stays at {through}"


def test_no_reader_misses_a_statement(
    server: Server,
    database: Database,
    tenant: UUID,
    authorization: str,
    writer: api.Identity,
    platform: Callable[[], Platform],
    chance: random.Random,
) -> None:
    readers = {
        "header, oldest first": ByHeader(platform(), ascending=True),
        "header, newest first": ByHeader(platform(), ascending=False),
        "newest stored": ByStored(platform()),
        "change feed": ByFeed(database, tenant),
    }
    posted, committed, given_up = Counter(), set[UUID](), set[UUID]()
    all_posted, finished = threading.Event(), threading.Event()

    def all_look() -> None:
        for reader in readers.values():
            reader.looks.wait_for_more(LOOKS)

    def wait_for_posted(number: int) -> None:
        goal = posted.count + number  # first, because what ends all posting adds to the count
        if not all_posted.is_set():
            posted.wait_until(goal)

    def post(own_chance: random.Random) -> None:
        connection = platform()
        for _ in range(STATEMENTS // BATCH // POSTERS):
            batch = [statement(own_chance) for _ in range(BATCH)]
            body = json.dumps(batch).encode()
            if own_chance.random() < 0.02:
                hang_up(server, authorization, body, after=len(body) // 2)
            answer = connection.send_until_answered("POST", "/xapi/statements", body)
            while database.is_sqlite and answer.status == 503:  # on a busy machine others may hold the file for long
                answer = connection.send_until_answered("POST", "/xapi/statements", body)
            assert answer.status == 200, answer
            committed.update(UUID(one["id"]) for one in batch)
            posted.add(BATCH)

    def hold(own_chance: random.Random) -> None:
        """Take a place, wait until everybody has looked, then commit or give up."""
        while not all_posted.is_set():
            try:
                with database.writing(tenant) as session:
                    ids = api.store(session, writer, [statement(own_chance) for _ in range(own_chance.randint(1, 5))])
                    all_look()
                    if own_chance.random() < 0.3:
                        raise GaveUp
                committed.update(ids)
            except GaveUp:
                given_up.update(ids)
            wait_for_posted(BETWEEN_HOLDS)

    def kill_writers() -> None:
        for number in range(WRITER_KILLS):
            wait_for_posted(STATEMENTS // (WRITER_KILLS + 1))
            with slow_writer(database, authorization) as (process, tell, said):
                tell.write("3\n")
                ids = {UUID(one) for one in json.loads(said.readline())}
                all_look()
                if number % 2:
                    tell.write("commit\n")
                    assert said.readline() == "ended\n"
                    committed.update(ids)
                else:
                    process.kill()
                    given_up.update(ids)

    def kill_servers() -> None:
        for _ in range(SERVER_KILLS):
            wait_for_posted(STATEMENTS // (SERVER_KILLS + 1))
            if all_posted.is_set():
                return
            if database.is_sqlite:
                server.kill()
                server.start()
            else:
                server.kill_a_worker()

    slow = [*(partial(hold, random.Random(chance.random())) for _ in range(HOLDERS)), kill_writers, kill_servers]
    with at_once(*(partial(reader.follow, finished) for reader in readers.values()), stop=finished), at_once(*slow):
        try:
            with at_once(*(partial(post, random.Random(chance.random())) for _ in range(POSTERS))):
                pass
        finally:
            all_posted.set()
            posted.add(STATEMENTS)

    assert {one.id for one in everything_stored(database, tenant)} == committed
    missed = {name: len(committed - reader.seen) for name, reader in readers.items()}
    assert missed == dict.fromkeys(readers, 0)
    assert all(reader.seen.isdisjoint(given_up) for reader in readers.values())
    looks = ", ".join(f"{name} {reader.looks.count}" for name, reader in readers.items())
    print(
        f"{len(committed)} Statements, {len(given_up)} of writers that gave up or were killed; looks: {looks}; 0 missed"
    )
