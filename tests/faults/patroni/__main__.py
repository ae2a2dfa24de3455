"""Failovers under load: three PostgreSQL servers kept by Patroni, behind PgBouncer, while platforms post.

    python -m tests.faults.patroni [--rounds N] [--patroni PROGRAM]

In each round the leading machine falls over, hangs for longer than its lease and comes back, or is told to follow; a
PostgreSQL dies by itself; one etcd falls over, or two hang so that nobody can agree. Then what platforms were told was
stored is held against the store: all of it is there, nothing twice, no batch by half. Needs Patroni, and Debian's
packages etcd-server, haproxy and pgbouncer; takes some four minutes a round.
"""

from __future__ import annotations

import argparse
import base64
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import psycopg

import migrations
from lrs import api
from lrs.db import NOBODY, Database
from tests.conftest import PEPPER
from tests.faults.patroni.cluster import Highly, Node, missing
from tests.faults.platforms import Counter, Lost, Platform, at_once, everything_stored, statement
from tests.faults.serving import HOST, Server

PLATFORMS = 3
BATCH = 20
PAUSE = 0.05
"""Seconds between two batches of a platform: the two cores are also those of eleven servers."""


class Book:
    """What platforms were told, and when they were told that it was stored."""

    def __init__(self) -> None:
        self.acknowledged: list[list[UUID]] = []
        self.unsure: list[list[UUID]] = []
        self.statuses: Tally[str] = Tally()
        self.good = Counter()
        self.moments: list[float] = []

    def post(self, server: Server, authorization: str, stop: threading.Event) -> None:
        platform = Platform(server, authorization)
        while not stop.wait(PAUSE):
            batch = [statement() for _ in range(BATCH)]
            ids = [UUID(one["id"]) for one in batch]
            try:
                status = str(platform.post(batch).status)
            except Lost:
                status = "none"
            self.statuses[status] += 1
            if status == "200":
                self.acknowledged.append(ids)
                self.moments.append(time.monotonic())
                self.good.add()
            else:
                self.unsure.append(ids)


def falls_over(all_: Highly, leader: Node) -> None:
    leader.program.kill()
    all_.leader()
    leader.program.start()


def hangs(all_: Highly, leader: Node) -> None:
    """It comes back believing that it leads, and must not."""
    leader.program.signal(signal.SIGSTOP)
    time.sleep(2 * leader.lease)
    leader.program.signal(signal.SIGCONT)


def dies_by_itself(all_: Highly, leader: Node) -> None:
    os.kill(leader.postmaster(), signal.SIGKILL)


def is_switched(all_: Highly, leader: Node) -> None:
    followers = leader.state()["replication"]
    name = next(one["application_name"] for one in followers if one["sync_state"] == "sync")
    all_.switch(leader, next(one for one in all_.nodes if one.name == name))


def etcd_falls_over(all_: Highly, leader: Node) -> None:
    all_.etcd[0].kill()
    time.sleep(2 * leader.lease)
    all_.etcd[0].start()


def nobody_agrees(all_: Highly, leader: Node) -> None:
    """The leader cannot renew its lease and has to step back, though nothing is wrong with it."""
    for one in all_.etcd[1:]:
        one.signal(signal.SIGSTOP)
    time.sleep(2 * leader.lease)
    for one in all_.etcd[1:]:
        one.signal(signal.SIGCONT)


FAULTS: dict[str, Callable[[Highly, Node], None]] = {
    "the leading machine falls over": falls_over,
    "the leading machine hangs for twice its lease and comes back": hangs,
    "PostgreSQL of the leader is killed": dies_by_itself,
    "another is told to lead": is_switched,
    "one etcd of three is away": etcd_falls_over,
    "two etcd of three hang for twice the lease": nobody_agrees,
}


@contextmanager
def served(all_: Highly, folder: Path) -> Iterator[tuple[Server, str, str]]:
    """The program behind PgBouncer, a key to it, and the URL of its database."""
    leader = all_.whole()
    with psycopg.connect(f"postgresql://tester@{HOST}:{leader.port}/postgres", autocommit=True) as superuser:
        superuser.execute("CREATE ROLE cdht LOGIN")
        superuser.execute("CREATE DATABASE cdht OWNER cdht")
    url = f"postgresql+psycopg://cdht@{HOST}:{all_.port}/cdht"
    database = Database(url)
    migrations.upgrade(database)
    with database.writing(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
        key = api.create_credential(session, tenant, name="test", scopes=["all"], pepper=PEPPER, now=datetime.now(UTC))
    database.close()
    environment = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": url, "SECRET_KEY": PEPPER.decode()}
    server = Server(environment, folder / "server.log")
    server.start()
    try:
        yield server, "Basic " + base64.b64encode(":".join(key).encode()).decode(), url
        server.stop()
    finally:
        server.kill()


def compared(url: str, book: Book) -> str:
    """What is there, held against what was told; AssertionError where that differs."""
    database = Database(url)
    try:
        with database.reading(NOBODY) as session:
            tenant = api.find_tenant(session, "default")
        stored = [one.id for one in everything_stored(database, tenant)]
    finally:
        database.close()
    there = set(stored)
    assert len(stored) == len(there), "Statements twice"
    lost = [ids for ids in book.acknowledged if not there.issuperset(ids)]
    assert not lost, f"acknowledged and lost: {len(lost)} batches"
    assert {len(there & set(ids)) for ids in book.unsure} <= {0, BATCH}, "batches by half"
    return f"{len(book.acknowledged) * BATCH:,} Statements acknowledged, 0 lost, 0 twice, 0 batches by half"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.patroni", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=1, help="how often each fault (default 1)")
    parser.add_argument("--patroni", default="patroni", help="the program, where it is not in the path")
    options = parser.parse_args()
    if first := missing(options.patroni):
        print("\n".join(("Do this first:", *first)), file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="cdht-patroni-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        all_, book, stop = Highly(folder, options.patroni), Book(), threading.Event()
        try:
            all_.start()
            with served(all_, folder) as (server, authorization, url):
                tasks = [lambda: book.post(server, authorization, stop)] * PLATFORMS
                with at_once(*tasks, stop=stop):
                    for _ in range(options.rounds):
                        for words, fault in FAULTS.items():
                            _suffer(all_, book, words, fault)
                print(compared(url, book))
                print("answers:", ", ".join(f"{count:,} × {status}" for status, count in sorted(book.statuses.items())))
        finally:
            all_.stop()
    return 0


def _suffer(all_: Highly, book: Book, words: str, fault: Callable[[Highly, Node], None]) -> None:
    """One fault: says who led before and after, and for how long nothing was acknowledged."""
    before = all_.whole()
    book.good.wait_for_more(20)
    begun, known = time.monotonic(), len(book.moments)
    fault(all_, before)
    after = all_.whole()
    whole = time.monotonic() - begun
    book.good.wait_for_more(20)
    silence = max(later - earlier for earlier, later in pairwise([begun, *sorted(book.moments[known:])]))
    print(f"{words}: {before.name} → {after.name}, silent for {silence:.1f} s, whole after {whole:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
