"""POST /xapi/statements in batches, beside the bare insert of the same rows into the same engine in the same run."""

from __future__ import annotations

import json
import sqlite3
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

from bench.machine import Server
from bench.statements import statement
from lrs.statements.order import timestamp_text
from lrs.statements.rows import Row, prepare

TENANT = uuid4()
AUTHORITY = {"objectType": "Agent", "account": {"homePage": "https://hoc.example.org", "name": "bench"}}
COLUMNS = "tenant_id, id, seq, stored, actor_key, verb_key, object_key, registration, voided, exact"


@dataclass(frozen=True)
class Measured:
    """Statements a second, and the median of one request or transaction in milliseconds."""

    batch: int
    per_second: float
    median_ms: float


def post(server: Server, first: int, count: int, batch: int) -> Measured:
    """Post `count` new Statements over one kept connection; a request's body is made before its clock starts."""
    connection = server.connect()
    headers = {
        "Authorization": server.authorization,
        "X-Experience-API-Version": "2.0.0",
        "Content-Type": "application/json",
    }
    bodies = [
        json.dumps([statement(number) for number in range(start, start + batch)], ensure_ascii=False).encode()
        for start in range(first, first + count, batch)
    ]
    times = []
    for body in bodies:
        began = time.perf_counter()
        connection.request("POST", "/xapi/statements", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {text[:500]!r}")
    return _measured(batch, times)


def bare_sqlite(folder: Path, first: int, count: int, batch: int) -> Measured:
    """The same rows through `sqlite3` alone: same settings, same indexes, a commit each batch."""
    connection = sqlite3.connect(folder / f"bare-{uuid4().hex}.sqlite3", isolation_level=None)
    for pragma in ("page_size=8192", "journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=20000"):
        connection.execute(f"PRAGMA {pragma}")
    for command in _ddl("INTEGER", "TEXT"):
        connection.execute(command)

    def write(rows: list[tuple[object, ...]]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO bare ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
        connection.execute("COMMIT")

    times = _time(write, first, count, batch, as_text=True)
    connection.close()
    return _measured(batch, times)


def bare_postgresql(url: str, first: int, count: int, batch: int) -> Measured:
    """The same rows by COPY over one connection, same indexes, a durable commit each batch."""
    connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    connection.execute("DROP TABLE IF EXISTS bare")
    for command in _ddl("bigint", "uuid"):
        connection.execute(command)

    def write(rows: list[tuple[object, ...]]) -> None:
        with connection.transaction(), connection.cursor().copy(f"COPY bare ({COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    times = _time(write, first, count, batch, as_text=False)
    connection.close()
    return _measured(batch, times)


def _ddl(integer: str, uuid: str) -> list[str]:
    keys = ("actor_key", "verb_key", "object_key", "registration", "stored")
    return [
        f"CREATE TABLE bare (tenant_id {uuid}, id {uuid}, seq {integer}, stored {integer}, actor_key {integer},"
        f" verb_key {integer}, object_key {integer}, registration {uuid}, voided boolean, exact text,"
        " PRIMARY KEY (tenant_id, id))",
        "CREATE INDEX bare_seq ON bare (tenant_id, seq)",
        *(f"CREATE INDEX bare_{key} ON bare (tenant_id, {key}, seq)" for key in keys),
    ]


def _time(
    write: Callable[[list[tuple[object, ...]]], None], first: int, count: int, batch: int, *, as_text: bool
) -> list[float]:
    times = []
    for start in range(first, first + count, batch):
        rows = [prepare(statement(number), AUTHORITY, "2.0.0") for number in range(start, start + batch)]
        stored = time.time_ns() // 1000
        tuples = [_tuple(row, start + index, stored, as_text=as_text) for index, row in enumerate(rows)]
        began = time.perf_counter()
        write(tuples)
        times.append(time.perf_counter() - began)
    return times


def _tuple(row: Row, seq: int, stored: int, *, as_text: bool) -> tuple[object, ...]:
    keys = row.keys
    registration = keys.registration and (keys.registration.hex if as_text else keys.registration)
    exact = row.exact(timestamp_text(stored))
    key = row.id.hex if as_text else row.id
    tenant = TENANT.hex if as_text else TENANT
    return (tenant, key, seq, stored, keys.actor, keys.verb, keys.object, registration, False, exact)


def _measured(batch: int, times: list[float]) -> Measured:
    return Measured(batch, batch * len(times) / sum(times), statistics.median(times) * 1000)
