"""One round: a fresh store, some minutes of writing and killing, and then book and store held against each other."""

from __future__ import annotations

import base64
import json
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.judgement import judging
from certification.targets import settling
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification import learning
from tests.certification.import_files import roster_csv
from tests.certification.world import World
from tests.conftest import PEPPER
from tests.faults.conftest import installation
from tests.faults.ledger import book, comparing, kills
from tests.faults.ledger.book import Kind
from tests.faults.ledger.clients import ACTIVITY, LEARNERS, Answers, Client
from tests.faults.ledger.cluster import Postgres
from tests.faults.ledger.kills import STOPPED, Killer
from tests.faults.platforms import Platform, at_once
from tests.faults.serving import Server
from tests.faults.test_killed_judging import forget_everything, of_statements, results, sums
from tests.programs import ROOT

WRITERS = (Kind.BULK, Kind.BULK, Kind.BATCH, Kind.BATCH, Kind.SINGLE, Kind.ATTACHMENT)
CALM = 2.0
"""Seconds of undisturbed work between two kills, at most: short to kill much, long to write much."""
PATIENCE = 60.0
AN_HOUR = 3600.0
"""How long judging what was written may take, at most: rounds of many minutes leave hundreds of thousands of facts."""


class Round:
    """What one round keeps in its folder: the store, the books, the notes of kills, the key of those who write."""

    def __init__(self, engine: str, folder: Path) -> None:
        self._folder = folder
        self._state = folder / "state.json"
        self._noted = folder / "kills"
        self._books = folder / "books"
        self._postgres = Postgres(folder / "postgresql") if engine == "postgresql" else None
        kills.end_leftovers(folder / "server.log")
        if self._postgres:
            self._postgres.end_leftover()
        if not self.was_begun:
            self.remove()  # an earlier rig was killed while it prepared
        self._books.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # PostgreSQL runs as somebody else

    @property
    def was_begun(self) -> bool:
        """Whether an earlier rig wrote here and did not come to compare."""
        return self._state.exists()

    def run(self, seconds: float, chance: random.Random, calm: float = CALM) -> dict[str, Any]:
        """Write and kill for so long, and compare; gives the figures for the ledger."""
        with self._served() as (server, database):
            self._state.write_text(json.dumps({"authorization": _prepare(server, database, self._folder)}))
            answers, silence, minutes = self._write(server, chance, seconds, calm)
            return {
                "minutes": round(minutes, 1),
                "answers_503": answers.statuses[503],
                "requests_lost": answers.lost,
                "wrong_answers": len(answers.wrong) + answers.without_retry_after,
                "longest_silence": round(silence, 1),
                "slowest_answer": round(answers.slowest, 1),
                **self._compare(server, database),
                "wrong": answers.wrong[:10],
            }

    def finish(self) -> dict[str, Any]:
        """Compare what an earlier rig left; gives the figures that can still be known."""
        with self._served() as (server, database):
            return self._compare(server, database)

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def _served(self) -> Iterator[tuple[Server, Database]]:
        url = f"sqlite:///{self._folder}/store.sqlite3"
        if self._postgres:
            self._postgres.start()
            url = self._postgres.url
        server = Server(installation(url, self._folder), self._folder / "server.log")
        database = Database(url)
        try:
            server.start()
            yield server, database
        finally:
            database.close()
            server.kill()
            if self._postgres:
                self._postgres.stop()

    def _write(
        self, server: Server, chance: random.Random, seconds: float, calm: float
    ) -> tuple[Answers, float, float]:
        """Have everybody write for so long while processes are killed; also the longest silence after a kill."""
        answers, stop, silence = Answers(), threading.Event(), 0.0
        authorization = self._authorization()
        clients = [
            Client(
                kind, Platform(server, authorization), self._books / f"{number}", answers,
                random.Random(chance.random()), stop,
            )
            for number, kind in enumerate(WRITERS)
        ]  # fmt: skip
        killer = Killer(server, self._postgres, chance, self._noted)
        began = time.monotonic()
        with at_once(*(partial(client.write) for client in clients), stop=stop):
            while time.monotonic() < began + seconds:
                time.sleep(chance.uniform(0.0, calm))
                way = killer.interrupt()
                over = time.monotonic()
                assert answers.wait_for_good(over, PATIENCE), f"nothing is acknowledged any more after {way}"
                silence = max(silence, time.monotonic() - over)
        return answers, silence, (time.monotonic() - began) / 60

    def _compare(self, server: Server, database: Database) -> dict[str, Any]:
        """Everybody has stopped writing: what is there, against what was noted."""
        server.stop()
        server.start()
        requests = [one for path in sorted(self._books.iterdir()) for one in book.read(path)]
        reader = Platform(server, self._authorization())
        verdict = comparing.compare(requests, comparing.everything_given_back(reader))
        comparing.compare_attachments(reader, ACTIVITY, verdict)
        reader.close()
        self._check_database(database)
        server.stop()  # on SQLite it judges in a thread; now a command does what is left
        server.flask("certification", "work", "--once", longest=AN_HOUR)
        done = kills.count(self._noted)
        return {
            "runs": 1,
            "stopped": done.pop(STOPPED, 0),
            "kills": dict(done),
            "acknowledged": dict(verdict.acknowledged),
            "unanswered_there": verdict.unanswered_there,
            "attachments": verdict.attachments,
            **verdict.faults,
            "evaluations": int(_is_as_rebuilt(database)),
            "engine": database.version(),
            "program": program(),
            "last": f"{datetime.now(UTC):%Y-%m-%d}",
        }

    def _check_database(self, database: Database) -> None:
        """Raise where the database itself finds something damaged."""
        if self._postgres:
            assert self._postgres.check() > 0
        else:
            with database.reading(NOBODY) as session:
                assert session.scalar(sa.text("PRAGMA integrity_check")) == "ok"

    def _authorization(self) -> str:
        found: str = json.loads(self._state.read_text())["authorization"]
        return found


def _tenant(database: Database) -> UUID:
    with database.reading(NOBODY) as session:
        return api.find_tenant(session, "default")


def _prepare(server: Server, database: Database, folder: Path) -> str:
    """Rules, enterprises and people who learn, and a platform's key: its Authorization header."""
    tenant, now = _tenant(database), datetime.now(UTC)
    World(database, tenant, now)
    roster = folder / "staff.csv"
    roster.write_bytes(
        roster_csv(
            *(
                {
                    "Mã người lao động": f"NV-{number}",
                    "Họ và tên": f"Người {number}",
                    "Mã doanh nghiệp": ("dn/a", "dn/b", "dn/c")[number % 3],
                    "Tài khoản học tập": f"https://hoc.example.org|w-{number}",
                }
                for number in range(LEARNERS)
            )
        )
    )
    server.flask("certification", "import-roster", str(roster))
    with database.writing(NOBODY) as session:
        key, secret = api.create_credential(session, tenant, name="rig", scopes=["all"], pepper=PEPPER, now=now)
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


def _is_as_rebuilt(database: Database) -> bool:
    """Whether all that was worked out meanwhile, by whoever was killed over it, is what a rebuild works out at once."""
    tenant, now = _tenant(database), datetime.now(UTC)
    there = of_statements(database, tenant), results(database, tenant), sums(database, tenant)
    forget_everything(database, tenant)
    learning.follow_all(database, tenant, now, limit=2_000)
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    settling.settle_all(database, tenant, today=vietnam_day(now))
    facts, judged, counted = of_statements(database, tenant), results(database, tenant), sums(database, tenant)
    same = {key: there[1].get(key) for key in judged} == judged
    return facts == there[0] and same and counted == there[2]


def program() -> str:
    """Which commit this is."""
    said = subprocess.run(["git", "rev-parse", "--short=10", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return said.stdout.strip() or "unknown"
