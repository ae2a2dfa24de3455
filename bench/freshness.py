"""How soon a Statement is in the judgement of its worker and in the rates: the real server and the real work loop,
while Statements of workers out of a large population come at a steady pace.

Somebody looks at the database every few milliseconds, each time in one snapshot. A Statement of the sample is

- *followed* when there is a fact of it: the facts of a chunk, the marks of whom to judge and the feed's position are
  one transaction;
- *judged* when besides its worker has no mark any more: a mark goes in the transaction that keeps the assessment. From
  then on rates include it, who meets the criteria too, since whoever is marked for counting is added on reading them;
- *counted* when the worker has no mark for counting either: it is in the sums kept for every unit above.

Times are from the moment the client had the answer to its POST. Afterwards it is checked that what was kept is what
judging and counting anew say.
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

import migrations
from bench import attainment, machine
from bench.statements import OFTEN, agent, statement
from certification import bulk
from certification.judgement import assessments, population
from certification.models import Fact, Repeat, Stale, Uncounted, Worker, WorkerIdentifier
from certification.rules.criteria import PROGRAMME
from certification.targets import counting, grounds, settling, summaries
from certification.targets.populations import Populations
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database, Session, among

A_SECOND = 200
"""Statements posted in a second."""

WAYS = ((10, 1), (1, 4))
"""Statements in a request, and clients."""

SAMPLED = 10
"""One Statement of so many is looked after."""

LOOK_SECONDS = 0.01
WINDOW_SECONDS = 5.0
"""Lag over time is told for each of these."""
LEFT_SECONDS = 60.0
"""How long after the last POST something may still be waiting."""

Row = dict[str, Any]


def measure(engine: str, folder: Path, url: str, *, workers: int, seconds: int) -> list[Row]:
    """For each way of posting: percentiles in ms, the pace reached, the slowest and the last window."""
    prepare(url, workers)
    return [
        run(engine, folder, url, workers=workers, seconds=seconds, first=number * 1_000_000, each=each, clients=clients)
        for number, (each, clients) in enumerate(WAYS, start=1)
    ]


def prepare(url: str, workers: int) -> None:
    """A population, judged and counted, whose accounts the Statements of `bench.statements` speak of."""
    database = Database(url)
    migrations.upgrade(database)
    tenant, _ = attainment.populate(database, workers)
    now = datetime.now(UTC)
    with database.writing(tenant) as session:
        ids = session.execute(sa.select(Worker.id, Worker.number).where(Worker.tenant_id == tenant)).all()
        rows = [
            {
                "tenant_id": tenant, "actor_key": api.key_of(ifi), "ifi": ifi, "worker_id": worker_id, "linked": now,
                "sureness": "stated", "linked_by": "", "basis": "roster",
            }
            for worker_id, number in ids
            if (ifi := api.ifi_text(agent(int(number.removeprefix("B-"))))) is not None
        ]  # fmt: skip
        bulk.insert(session, WorkerIdentifier, rows)
    everybody = [one for one, _ in ids]
    today = vietnam_day(now)
    population.judge_everybody(database, tenant, everybody, programme=PROGRAMME, year=today.year, as_of=today, now=now)
    settling.settle_all(database, tenant, today=today)
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
    database.close()


def run(engine: str, folder: Path, url: str, *, workers: int, seconds: int, first: int, each: int, clients: int) -> Row:
    """Posts at the pace for so many seconds and watches; the server is brought up for it."""
    own = folder / f"server-{each}"
    own.mkdir()
    said = [statement(number, workers=workers) for number in range(first, first + A_SECOND * seconds)]
    batches = [said[start : start + each] for start in range(0, len(said), each)]
    watch = _Watch(url)
    with machine.server(own, url) as server:
        _Poster(server, batches[: 2 * clients], clients, 50.0, watch).run()  # warm
        watch.all_counted()
        watch.samples.clear()
        before = machine.cpu_seconds()
        poster = _Poster(server, batches[2 * clients :], clients, A_SECOND / each, watch)
        poster.run()
        watch.all_counted()
        cpu = machine.cpu_seconds() - before
    watch.check()
    watch.close()
    samples = sorted(watch.samples, key=lambda one: one.acknowledged)
    lags = {
        "followed": [one.followed - one.acknowledged for one in samples],
        "judged": [one.judged - one.acknowledged for one in samples],
        "counted": [one.counted - one.acknowledged for one in samples],
    }
    return {
        "engine": engine, "workers": workers, "each": each, "clients": clients, "pace": poster.pace,
        "post_ms": 1000 * statistics.median(poster.took), "samples": len(samples), "windows": _windows(samples),
        "cpu": cpu / poster.seconds,
        **{f"{name}_{share}": 1000 * _at(took, share) for name, took in lags.items() for share in (50, 95, 99)},
    }  # fmt: skip


def _at(took: Sequence[float], share: int) -> float:
    return sorted(took)[min(len(took) - 1, len(took) * share // 100)]


@dataclass
class _Sample:
    """One Statement looked after; all moments by the same clock, 0 while not yet."""

    statement_id: UUID
    acknowledged: float = 0.0
    followed: float = 0.0
    judged: float = 0.0
    counted: float = 0.0
    worker_id: UUID | None = None


def _windows(samples: Sequence[_Sample]) -> list[float]:
    """p95 until counted, in ms, of the Statements of each window of time."""
    began = samples[0].acknowledged
    parted: dict[int, list[float]] = {}
    for one in samples:
        parted.setdefault(int((one.acknowledged - began) / WINDOW_SECONDS), []).append(one.counted - one.acknowledged)
    return [1000 * _at(parted[number], 95) for number in sorted(parted)]


# ---------------------------------------------------------------- posting


class _Poster:
    """Clients that send batches at a pace, each when its time has come, whatever the others do."""

    def __init__(
        self, server: machine.Server, batches: Sequence[list[Row]], clients: int, requests: float, watch: _Watch
    ) -> None:
        self._server, self._clients, self._requests, self._watch = server, clients, requests, watch
        self._due = iter(
            [
                (
                    number / requests,
                    json.dumps(batch, ensure_ascii=False).encode(),
                    watch.sample(batch[0]) if number * len(batch) % SAMPLED == 0 else None,
                )
                for number, batch in enumerate(batches)
            ]
        )
        self._lock = threading.Lock()
        self._many = sum(map(len, batches))
        self.took: list[float] = []
        self.seconds = 0.0

    @property
    def pace(self) -> float:
        """Statements a second that were really posted."""
        return self._many / self.seconds

    def run(self) -> None:
        self._began = time.perf_counter()
        threads = [threading.Thread(target=self._post) for _ in range(self._clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.seconds = time.perf_counter() - self._began

    def _next(self) -> tuple[float, bytes, _Sample | None] | None:
        with self._lock:
            return next(self._due, None)

    def _post(self) -> None:
        connection = self._server.connect()
        headers = {
            "Authorization": self._server.authorization,
            "X-Experience-API-Version": "2.0.0",
            "Content-Type": "application/json",
        }
        while (one := self._next()) is not None:
            at, body, sample = one
            time.sleep(max(0.0, self._began + at - time.perf_counter()))
            sent = time.perf_counter()
            connection.request("POST", "/xapi/statements", body, headers)
            answer = connection.getresponse()
            told = answer.read()
            now = time.perf_counter()
            if answer.status != 200:
                raise RuntimeError(told[:1000])
            self.took.append(now - sent)
            if sample is not None:
                sample.acknowledged = now
                self._watch.look_after(sample)
        connection.close()


# ---------------------------------------------------------------- watching


@dataclass
class _Watch:
    """Looks at the database again and again, and notes when what came to be known."""

    url: str
    samples: list[_Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._database = Database(self.url)
        with self._database.reading(NOBODY) as session:
            self._tenant = api.find_tenant(session)
        self._new: list[_Sample] = []
        self._accounts: set[str] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._thread = threading.Thread(target=self._keep_looking, daemon=True)
        self._thread.start()

    def sample(self, said: Row) -> _Sample | None:
        """The Statement to look after, unless its worker has one already: so a mark is a mark for it."""
        account = said["actor"]["account"]["name"]
        if account in self._accounts or account == agent(OFTEN)["account"]["name"]:
            return None
        self._accounts.add(account)
        return _Sample(UUID(said["id"]))

    def look_after(self, sample: _Sample) -> None:
        with self._lock:
            self._new.append(sample)
            self._idle.clear()

    def all_counted(self) -> None:
        """Waits until everything that was looked after is in the sums. Raises RuntimeError where that lasts."""
        if not self._idle.wait(LEFT_SECONDS):
            raise RuntimeError("some Statements were not judged and counted")

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._database.close()

    def _keep_looking(self) -> None:
        waiting: list[_Sample] = []
        while not self._stop.wait(LOOK_SECONDS):
            with self._lock:
                waiting += self._new
                self.samples += self._new
                self._new = []
            if waiting:
                waiting = self._look(waiting)
            with self._lock:
                if not waiting and not self._new:
                    self._idle.set()

    def _look(self, waiting: Sequence[_Sample]) -> list[_Sample]:
        with self._database.reading(self._tenant, snapshot=True) as session:
            ids = [one.statement_id for one in waiting]
            facts = dict(
                row
                for table in (Fact, Repeat)
                for row in session.execute(
                    sa.select(table.statement_id, table.worker_id).where(
                        table.tenant_id == self._tenant, among(session, table.statement_id, ids)
                    )
                ).all()
            )
            workers = set(facts.values())
            stale = self._marked(session, Stale, workers)
            uncounted = self._marked(session, Uncounted, workers)
        now = time.perf_counter()
        for one in waiting:
            worker = facts.get(one.statement_id)
            if worker is not None:
                one.worker_id = worker
                one.followed = one.followed or now
                if worker not in stale:
                    one.judged = one.judged or now
                    if worker not in uncounted:
                        one.counted = now
        return [one for one in waiting if not one.counted]

    def _marked(self, session: Session, table: type[Stale] | type[Uncounted], workers: set[UUID]) -> set[UUID]:
        query = sa.select(table.worker_id).where(table.tenant_id == self._tenant)
        return set(session.scalars(query.where(among(session, table.worker_id, workers))))

    def check(self) -> None:
        """Raises RuntimeError where what is kept is not what judging and counting anew say."""
        today = vietnam_day(datetime.now(UTC))
        ids = [one.worker_id for one in self.samples if one.worker_id is not None]
        with self._database.reading(self._tenant, snapshot=True) as session:
            kept = assessments.latest_of(session, self._tenant, ids, PROGRAMME, today.year)
            anew = assessments.judge(session, self._tenant, ids, PROGRAMME, today.year, today).judgements
            if len(anew) != len(ids) or any(one.kept != kept[one.worker_id].kept for one in anew):
                raise RuntimeError("what is kept of a worker is not what judging says")
            if _counts(session, self._tenant, today, counting.count) != _counts(
                session, self._tenant, today, counting.count_rows
            ):
                raise RuntimeError("the summary does not say what the rows say")


def _counts(session: Session, tenant: UUID, today: date, count: Callable[..., Populations]) -> list[Any]:
    """Persons and participations by each rule, in the whole country."""
    land = grounds.land(session, tenant)
    rules = summaries.all_rules(session, tenant)
    tally = count(session, tenant, land, rules, on=today, programme=PROGRAMME, codes=["vn"]).everybody["vn"]
    return [tally.headcount, tally.women, *((tally.persons[rule], tally.participations[rule]) for rule in rules)]
