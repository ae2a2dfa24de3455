"""The clock of a running server is stepped forth and back: its order stays one, and no reader misses a Statement."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from lrs.db import Database
from tests.faults.conftest import installation
from tests.faults.platforms import Platform, everything_stored, statement
from tests.faults.serving import Server
from tests.programs import ROOT

pytestmark = pytest.mark.slow

STEPS = ("+0", "+3600", "+0", "-3600", "+5", "-5", "+0")
"""Seconds by which the clock of the server's machine is wrong, one after the other."""


class Stepped(Server):
    """A server that is told another time than it is. (Not forked: what tells it is loaded as a program starts.)"""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._told = folder / "clock"
        self.step("+0")
        found = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")]
        assert found, "libfaketime is not installed; `make test` installs it"
        telling = {
            "LD_PRELOAD": str(found[0]), "FAKETIME_TIMESTAMP_FILE": str(self._told), "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip
        super().__init__({**environment, **telling}, folder / "server.log")

    def step(self, seconds: str) -> None:
        """Set its clock wrong by so many seconds."""
        new = self._told.with_suffix(".new")
        new.write_text(seconds)
        new.replace(self._told)

    def begin(self) -> Any:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "wsgi.py"], cwd=ROOT, env=self.environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip


@pytest.fixture
def stepped(database_url: str, tmp_path: Path) -> Iterator[Stepped]:
    server = Stepped({**installation(database_url, tmp_path), "WORKERS": "1"}, tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.kill()
    assert "Traceback" not in server.log.read_text(), server.log.read_text()


@pytest.fixture
def platform(stepped: Stepped, authorization: str) -> Iterator[Platform]:
    platform = Platform(stepped, authorization)
    yield platform
    platform.close()


class Poller:
    """Reads what is newer than the header of its last answer, as xAPI tells readers to."""

    def __init__(self, platform: Platform) -> None:
        self._platform, self._through = platform, ""
        self.seen: list[str] = []

    def look(self) -> None:
        query = {"ascending": "true"} | ({"since": self._through} if self._through else {})
        answer = self._platform.send("GET", f"/xapi/statements?{urlencode(query)}")
        assert answer.status == 200, answer
        found = answer.json()["statements"]
        self.seen += [one["id"] for one in found]
        through = answer.headers["x-experience-api-consistent-through"]
        assert all(one["stored"] <= through for one in found), "stored later than the header"
        self._through = through


def test_order_and_readers_bear_a_clock_that_is_stepped(
    stepped: Stepped, platform: Platform, database: Database, tenant: UUID
) -> None:
    poller, posted = Poller(platform), []
    state = f"/xapi/activities/state?{urlencode({'activityId': 'https://hoc.example.org/bai/1', 'stateId': 'trang'})}"
    agent = urlencode({"agent": '{"account": {"homePage": "https://hoc.example.org", "name": "w-1"}}'})
    for seconds in STEPS:
        stepped.step(seconds)
        poller.look()
        for _ in range(3):
            answer = platform.post([statement(), statement()])
            assert answer.status == 200, answer
            posted += answer.json()
            poller.look()
        tag = platform.send("GET", f"{state}&{agent}").headers.get("etag")
        condition = {"If_Match": tag} if tag else {"If_None_Match": "*"}
        assert (
            platform.send("PUT", f"{state}&{agent}", seconds.encode(), content_type="text/plain", **condition).status
            == 204
        )
    assert platform.send("GET", f"{state}&{agent}").body == STEPS[-1].encode()
    stored = everything_stored(database, tenant)
    assert [str(one.id) for one in stored] == posted
    assert poller.seen == posted, "missed, or seen twice"
    instants = [one.stored for one in stored]
    assert all(before <= after for before, after in pairwise(instants))
