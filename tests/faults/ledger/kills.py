"""The ways in which a round interrupts what is going on. Each returns when the server could answer again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.faults.ledger.cluster import Postgres
from tests.faults.serving import Server
from tests.programs import ROOT

BETWEEN_LONE_WORKERS = 5.8
"""The server takes its one web process dying twice within 5.5 s for a fault of the program, and ends."""

STOPPED = "stopped"
"""Ended by SIGTERM, in order: no kill."""


class Killer:
    """Interrupts one server, and its PostgreSQL where it has one; notes each time in a file."""

    def __init__(self, server: Server, postgres: Postgres | None, chance: random.Random, noted: Path) -> None:
        self._server, self._postgres, self._chance = server, postgres, chance
        self._worker_killed = float("-inf")
        self._noted = noted

    def interrupt(self) -> str:
        """Do one of them, chosen by chance; gives its name."""
        ways: dict[Callable[[], None], int] = {
            self.worker: 6, self.all: 2, self.starting: 1, self.sigterm: 1,
        }  # fmt: skip
        if self._postgres is None:
            if time.monotonic() - self._worker_killed < BETWEEN_LONE_WORKERS:
                del ways[self.worker]
        else:
            ways |= {self.judge: 2, self.database: 2, self.backend: 3, self.machine: 1}
        way = self._chance.choices(list(ways), list(ways.values()))[0]
        way()
        return way.__name__

    def worker(self) -> None:
        """One web process; the server starts another.

        On PostgreSQL while both are there: two that die at once are taken for a fault of the program soon after.
        """
        deadline = time.monotonic() + 60
        while self._postgres and len(self._server._workers()) < int(self._server.environment["WORKERS"]):
            assert time.monotonic() < deadline, "no web process is started again"
            time.sleep(0.01)
        self._server.kill_a_worker()
        self._worker_killed = time.monotonic()
        self._note("worker")

    def judge(self) -> None:
        """The process that follows the feed and judges (on SQLite it is a thread of the web process)."""
        if self._server.kill_the_judge():
            self._note("judge")

    def all(self) -> None:
        """Every process of the program, and a start."""
        self._server.kill()
        self._note("all")
        self._start()

    def starting(self) -> None:
        """A storm: killed again and again while it starts, which migrates and may still be under way or just over."""
        self._server.kill()
        self._note("all")
        for _ in range(self._chance.randint(1, 4)):
            self._start_and_end(self._chance.uniform(0.05, 4.0), signal.SIGKILL)
            self._note("starting")
        if self._chance.random() < 0.3:
            self._start_and_end(self._chance.uniform(0.5, 4.0), signal.SIGTERM)
            self._note(STOPPED)
        self._start()

    def sigterm(self) -> None:
        """Ended in order while everybody sends, and started again."""
        self._server.stop()
        self._note(STOPPED)
        self._start()

    def database(self) -> None:
        """The PostgreSQL server, every process of it; it is away for a moment."""
        assert self._postgres is not None
        self._postgres.kill()
        self._note("database")
        time.sleep(self._chance.choice([0.0, 0.1, 1.0]))
        self._postgres.start()

    def backend(self) -> None:
        """One process of PostgreSQL: it ends every connection, recovers and goes on."""
        assert self._postgres is not None
        if self._postgres.kill_a_backend(self._chance):
            self._note("backend")

    def machine(self) -> None:
        """The program and its database at once, as when a machine falls over."""
        assert self._postgres is not None
        self._postgres.kill()
        self._server.kill()
        self._note("machine")
        self._postgres.start()
        self._server.start()

    def _start(self) -> None:
        """The program, once its database answers: beside one that still recovers it ends, as it should."""
        if self._postgres:
            self._postgres.wait()
        self._server.start()

    def _note(self, kind: str) -> None:
        with self._noted.open("a") as file:
            file.write(f"{kind}\n")

    def _start_and_end(self, after: float, how: signal.Signals) -> None:
        """Start the program and end all of it so many seconds later, wherever it is by then."""
        with self._server.log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "wsgi.py"], cwd=ROOT, env=self._server.environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        time.sleep(after)
        with suppress(ProcessLookupError):
            if how is signal.SIGKILL:
                os.killpg(process.pid, how)
            else:
                process.send_signal(how)
        process.wait(40)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(0.1)  # those of its processes that init has to bury


def count(noted: Path) -> Counter[str]:
    """How often what was done, by its name."""
    return Counter(noted.read_text().split()) if noted.exists() else Counter()


def end_leftovers(log: Path) -> None:
    """Kill what a rig that was killed itself left running: whatever still writes to this log."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with suppress(OSError):
                if (folder / "fd" / "1").readlink() == log:
                    os.kill(int(folder.name), signal.SIGKILL)
