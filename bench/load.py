"""What the server bears for minutes on end: a steady pace while people look, clients that never rest, and a tenant that
takes all it can get.

The whole program, judging included. Every answer is counted; afterwards the database is asked for exactly the
Statements that were acknowledged. At a steady pace the time of a request counts from the moment when it was due, so
that one that had to wait for those before it is no quicker for that. Memory is that of all processes of the program
together (PSS), handles are their open files; both as the medians of the first and of the last fifth of the time.
"""

from __future__ import annotations

import base64
import json
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from bench import clients, freshness, machine, memory, pages
from bench.statements import statement
from certification.access.permissions import Role
from lrs import api
from lrs.db import NOBODY, Database

PACE = 500
"""Statements a second, in batches of ten."""

LOOKING, PAGES_EACH = 20, 6
"""People who each open a page every five seconds, and how many pages there are for each."""

OFFICERS = ("cdcs", "tinh", "caonhat", "doanhnghiep", "kiemtra")
_LINK = re.compile(r'<a\s[^>]*?href="(/[^"#]*)"')
REPORT = "/api/units/cd/reports/1268-qd-ttg/yearly/{cut_off}"
BURSTS = ((50, 20), (1, 8))
"""Statements in a request, and clients that never rest."""

MODEST, GREEDY = 20.0, 16
"""Requests a second (of ten Statements) of the tenant that keeps to its share; clients of the one that does not."""

TURNS = 3
KINDS = 64
"""Batches that differ in more than their ids."""

Row = dict[str, Any]
_ID = "ffffffff-ffff-4fff-8fff-ffffffffff"


class Bodies:
    """Requests of so many Statements each, none of which was posted before; made cheaply, beside the server."""

    def __init__(self, each: int) -> None:
        self._lock, self._next = threading.Lock(), 0
        self._parts = []
        for kind in range(KINDS):
            batch = [{**statement(kind * each + at), "id": f"{_ID}{at:02x}"} for at in range(each)]
            text = json.dumps(batch, ensure_ascii=False)
            for at in range(each):
                text = text.replace(f"{_ID}{at:02x}", "\0")
            self._parts.append(text.split("\0"))
        self._each = each

    def take(self) -> tuple[list[UUID], bytes]:
        """The ids, and the body."""
        with self._lock:
            self._next += 1
            parts = self._parts[self._next % KINDS]
        ids = [uuid4() for _ in range(self._each)]
        told = [parts[0]]
        for one, part in zip(ids, parts[1:], strict=True):
            told += (str(one), part)
        return ids, "".join(told).encode()


@dataclass
class Seen:
    """What became of requests of one kind."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: int = 0
    """Answers that are neither good nor 429 or 503 with Retry-After, and requests without any."""
    acknowledged: list[UUID] = field(default_factory=list)
    unsure: set[UUID] = field(default_factory=set)
    """What was sent and not answered with 200: stored or not."""

    def at(self, share: float) -> float:
        """In ms."""
        return 1000 * sorted(self.took)[min(len(self.took) - 1, int(len(self.took) * share))]

    def row(self) -> Row:
        later = self.statuses[429] + self.statuses[503]
        return {
            "requests": len(self.took), "p50": self.at(0.5), "p95": self.at(0.95), "p99": self.at(0.99),
            "most": 1000 * max(self.took), "later": later, "errors": self.errors,
        }  # fmt: skip


def measure(engine: str, folder: Path, url: str, *, workers: int, minutes: float) -> dict[str, list[Row]]:
    """A table each: `steady`, `bursts`, `shares`; each load is kept up for so many minutes."""
    seconds = 60 * minutes
    freshness.prepare(url, workers)
    with machine.server(folder, url) as server:
        database = Database(url)
        with database.reading(NOBODY) as session:
            tenant = api.find_tenant(session)
        pepper = (folder / "secret_key").read_bytes().strip()
        pages.add_people(database, tenant, pepper, datetime.now(UTC))
        reader = clients.branch_key(database, tenant, folder, Role.UPPER_OFFICER, "cd")
        other = _other_tenant(database, pepper)
        steady = _steady(server, reader, database, tenant, seconds)
        bursts = [_burst(server, database, tenant, each, many, seconds) for each, many in BURSTS]
        shares = _shares(server, other, seconds)
        database.close()
    same: Row = {"engine": engine, "workers": workers, "minutes": minutes}
    return {
        "steady": [same | steady],
        "bursts": [same | one for one in bursts],
        "shares": [same | one for one in shares],
    }


def _other_tenant(database: Database, pepper: bytes) -> str:
    """The header of a key of a tenant of its own."""
    now = datetime.now(UTC)
    with database.writing(NOBODY) as session:
        tenant = api.create_tenant(session, "neighbour", now=now)
        key, secret = api.create_credential(session, tenant, name="bench", scopes=["all"], pepper=pepper, now=now)
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


# ---------------------------------------------------------------- loads


def _steady(server: machine.Server, reader: str, database: Database, tenant: UUID, seconds: float) -> Row:
    posted, looked, reported = Seen(), Seen(), Seen()
    bodies, before = Bodies(10), _stored(database, tenant)
    report = REPORT.format(cut_off=datetime.now(UTC).date() - timedelta(days=30))
    people = [_signed_in(server, OFFICERS[number % len(OFFICERS)]) for number in range(LOOKING)]
    cpu = machine.cpu_seconds()
    with _sampled(server.pid) as held, _at_once(seconds) as begin:
        begin(8, partial(_post, server, server.authorization, bodies, posted, pace=PACE / 10 / 8))
        for number in range(LOOKING):
            begin(1, partial(_look, *people[number], looked))
        begin(1, partial(_ask, server, report, reader, reported, rest=1.0))
    fifth = max(1, len(held) // 5)
    megabytes, handles = (
        [[one[at] for one in held[part]] for part in (slice(fifth), slice(-fifth, None))] for at in (0, 1)
    )
    first, last = (statistics.median(one) for one in megabytes)
    return {
        **posted.row(), "pace": 10 * posted.statuses[200] / seconds, "cpu": (machine.cpu_seconds() - cpu) / seconds,
        "pages_p50": looked.at(0.5), "pages_p99": looked.at(0.99), "pages": len(looked.took),
        "report_p50": reported.at(0.5), "report_most": 1000 * max(reported.took),
        "errors": posted.errors + looked.errors + reported.errors,
        "megabytes": [first, last], "growth": last / first - 1, "handles": [statistics.median(one) for one in handles],
        **_compared(database, tenant, before, posted),
    }  # fmt: skip


def _burst(server: machine.Server, database: Database, tenant: UUID, each: int, many: int, seconds: float) -> Row:
    seen, bodies, before = Seen(), Bodies(each), _stored(database, tenant)
    with _at_once(seconds) as begin:
        begin(many, partial(_post, server, server.authorization, bodies, seen))
    return {
        "each": each, "clients": many, **seen.row(), "pace": len(seen.acknowledged) / seconds,
        **_compared(database, tenant, before, seen),
    }  # fmt: skip


def _shares(server: machine.Server, greedy: str, seconds: float) -> list[Row]:
    """The tenant that keeps to its share: alone, and while another one posts without a rest; in turns."""
    alone, beside, taken = Seen(), Seen(), Seen()
    modest, much = Bodies(10), Bodies(10)
    for _ in range(TURNS):
        for seen in (alone, beside):
            with _at_once(seconds / 2 / TURNS) as begin:
                begin(2, partial(_post, server, server.authorization, modest, seen, pace=MODEST / 2))
                if seen is beside:
                    begin(GREEDY, partial(_post, server, greedy, much, taken))
    half = seconds / 2
    return [
        {"beside": "nobody", **alone.row(), "taken": 0.0, "ratio": 1.0},
        {
            "beside": f"{GREEDY} clients of another tenant", **beside.row(),
            "taken": len(taken.acknowledged) / half, "ratio": beside.at(0.99) / alone.at(0.99),
        },
    ]  # fmt: skip


@contextmanager
def _at_once(seconds: float) -> Iterator[Callable[[int, Callable[[float], None]], None]]:
    """Begins threads that are told when to end; waits for them. What one of them raises is raised."""
    ends = time.perf_counter() + seconds
    threads: list[threading.Thread] = []
    failed: list[BaseException] = []

    def run(what: Callable[[float], None]) -> None:
        try:
            what(ends)
        except BaseException as error:
            failed.append(error)

    def begin(many: int, what: Callable[[float], None]) -> None:
        for _ in range(many):
            threads.append(threading.Thread(target=run, args=(what,), daemon=True))
            threads[-1].start()

    yield begin
    for thread in threads:
        thread.join(seconds + 300)
    if failed:
        raise failed[0]


def _post(
    server: machine.Server, authorization: str, bodies: Bodies, seen: Seen, ends: float, *, pace: float = 0.0
) -> None:
    """One client: at a pace of so many requests a second, or one after the other."""
    headers = {
        "Authorization": authorization, "X-Experience-API-Version": "2.0.0", "Content-Type": "application/json"
    }  # fmt: skip
    connection, due = server.connect(), time.perf_counter()
    while due < ends:
        ids, body = bodies.take()
        time.sleep(max(0.0, due - time.perf_counter()))
        began = due if pace else time.perf_counter()
        try:
            connection.request("POST", "/xapi/statements", body, headers)
            answer = connection.getresponse()
            answer.read()
            status, later = answer.status, answer.headers.get("Retry-After")
        except OSError:
            connection.close()
            status, later = 0, None
        now = time.perf_counter()
        seen.took.append(now - began)
        seen.statuses[status] += 1
        if status == 200:
            seen.acknowledged += ids
        else:
            seen.unsure.update(ids)
            seen.errors += status not in (429, 503) or later is None
            if later is not None and not pace:
                time.sleep(float(later))
        due = due + 1 / pace if pace else time.perf_counter()
    connection.close()


def _signed_in(server: machine.Server, name: str) -> tuple[pages.Browser, list[str]]:
    """Somebody, and the pages that the home leads to."""
    browser = pages.Browser(server)
    home = browser.sign_in(name)
    links = dict.fromkeys([home, *(unescape(one) for one in _LINK.findall(browser.ask(home)[2]))])
    found = [path for path in list(links)[: 2 * PAGES_EACH] if browser.ask(path)[0] == 200]
    return browser, found[:PAGES_EACH]


def _look(browser: pages.Browser, paths: Sequence[str], seen: Seen, ends: float) -> None:
    """Somebody opens a page every five seconds."""
    at = 0
    while time.perf_counter() < ends:
        began = time.perf_counter()
        status, _, _ = browser.ask(paths[at % len(paths)])
        seen.took.append(time.perf_counter() - began)
        seen.statuses[status] += 1
        seen.errors += status != 200
        at += 1
        time.sleep(max(0.0, min(began + 5.0, ends) - time.perf_counter()))


def _ask(server: machine.Server, path: str, authorization: str, seen: Seen, ends: float, *, rest: float) -> None:
    connection = server.connect()
    while time.perf_counter() < ends:
        began = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": authorization})
        answer = connection.getresponse()
        answer.read()
        seen.took.append(time.perf_counter() - began)
        seen.statuses[answer.status] += 1
        seen.errors += answer.status != 200
        time.sleep(rest)
    connection.close()


# ---------------------------------------------------------------- what became of it


def _stored(database: Database, tenant: UUID) -> set[UUID]:
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.text("SELECT id FROM lrs_statement WHERE tenant_id = :tenant").bindparams(
                sa.bindparam("tenant", tenant, sa.Uuid)
            ).columns(id=sa.Uuid)
        )  # fmt: skip
        return set(rows.scalars())


def _compared(database: Database, tenant: UUID, before: set[UUID], seen: Seen) -> Row:
    """Acknowledged and not there; there, and neither acknowledged nor left open."""
    there = _stored(database, tenant) - before
    told = set(seen.acknowledged)
    return {"lost": len(told - there), "unasked": len(there - told - seen.unsure)}


@contextmanager
def _sampled(pid: int) -> Iterator[list[tuple[float, int]]]:
    """Megabytes and open files of a process and all that it started, every two seconds."""
    seen = [_held(pid)]
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(2.0):
            seen.append(_held(pid))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join(30)


def _held(pid: int) -> tuple[float, int]:
    return memory.held(pid, sum), _handles([pid])


def _handles(pids: Sequence[int]) -> int:
    many = 0
    for pid in pids:
        try:
            many += len(list(Path(f"/proc/{pid}/fd").iterdir()))
            many += _handles([int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()])
        except OSError:  # it ended just now
            continue
    return many
