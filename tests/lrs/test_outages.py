"""While the database is away a thread beside the server says so once, asks less often, and says when it is back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Event
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from certification.judgement.work import work
from certification.privacy.looks import Looks
from lrs.db import Database
from lrs.definitions import keep_up
from lrs.last_use import LastUses
from lrs.outages import LONGEST_SECONDS, Outages
from tests.faults.proxy import Proxy, between
from tests.postgresql import Cluster

log = logging.getLogger("tests.outages")


def away() -> Exception:
    return sa.exc.OperationalError(None, None, psycopg.OperationalError("connection refused\nIs the server running?"))


def test_pauses_grow_to_a_cap_and_an_outage_is_two_lines(caplog: pytest.LogCaptureFixture) -> None:
    outages, pauses = Outages(log, "judging", 1.0), []
    outages.succeeded()
    for _ in range(6):
        outages.failed(away())
        pauses.append(outages.pause)
    assert pauses == [1.0, 2.0, 4.0, LONGEST_SECONDS, LONGEST_SECONDS, LONGEST_SECONDS]
    outages.succeeded()
    outages.succeeded()
    assert outages.pause == 1.0
    gone, back = caplog.records
    assert gone.getMessage().startswith("judging waits: the database does not do its work (connection refused);")
    assert back.getMessage() == "judging goes on, after 0 s"
    assert gone.exc_info is back.exc_info is None


def test_what_the_database_says_of_a_row_is_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    quoting = psycopg.errors.DiskFull("could not extend; row (Nguyễn Văn A)")
    Outages(log, "judging", 1.0).failed(sa.exc.OperationalError("INSERT", {}, quoting))
    assert "(DiskFull)" in caplog.text and "Nguyễn" not in caplog.text


def test_a_fault_of_ours_is_told_with_its_traceback_every_time(caplog: pytest.LogCaptureFixture) -> None:
    outages = Outages(log, "judging", 1.0)
    for _ in range(2):
        try:
            raise RuntimeError("ours")
        except RuntimeError as error:
            outages.failed(error)
    assert [record.exc_info is not None for record in caplog.records] == [True, True]
    assert outages.pause == 1.0


@pytest.fixture
def proxy(postgresql: Cluster) -> Iterator[Proxy]:
    with between(postgresql.port) as proxy:
        yield proxy


class AwayForAWhile(Event):
    """Nobody really waits. The database is away until the fifth wait; when all goes on, that is all."""

    def __init__(self, proxy: Proxy, log: pytest.LogCaptureFixture) -> None:
        super().__init__()
        self.proxy, self.log, self.waits = proxy, log, []
        proxy.away = True

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        assert len(self.waits) < 50, "it does not go on"
        self.proxy.away = len(self.waits) < 5
        if "goes on, after" in self.log.text:
            self.set()
        return self.is_set()


LOOPS: dict[str, Callable[[Database, Event], Any]] = {
    "merging what Statements define": lambda database, stop: keep_up(database, stop=stop),
    "judging": lambda database, stop: work(database, stop=stop, clock=lambda: datetime.now(UTC)),
    "keeping when credentials were last used": lambda database, stop: noting(LastUses(), database, stop),
    "keeping how often people were looked at": lambda database, stop: looking(Looks(), database, stop),
}


def noting(uses: LastUses, database: Database, stop: Event) -> None:
    def write(database: Database) -> None:
        database.version()

    uses.write = write  # type: ignore[method-assign]
    uses.keep_writing(database, stop=stop)


def looking(looks: Looks, database: Database, stop: Event) -> None:
    def write(database: Database, _now: datetime) -> None:
        database.version()

    looks.write = write  # type: ignore[method-assign]
    looks.keep_writing(database, stop=stop, clock=lambda: datetime.now(UTC))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_every_loop_beside_the_server_has_one_line_when_it_goes_and_one_when_it_is_back(
    database_url: str, proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    url = make_url(database_url).set(port=proxy.port).render_as_string()
    for what, loop in LOOPS.items():
        caplog.clear()
        database, stop = Database(url), AwayForAWhile(proxy, caplog)
        loop(database, stop)
        database.close()
        told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        assert len(told) == 2, told
        assert told[0].startswith(f"{what} waits: ") and "\n" not in told[0]
        assert told[1].startswith(f"{what} goes on, after ")
