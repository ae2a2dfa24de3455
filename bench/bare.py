"""The limit that posting is held against: the rows alone, into the same tables, as fast as the driver can put them.

Statements and their links, with the same indexes and a durable commit each batch; nothing is checked, looked up or put
in order, and what is inserted is made before the clock starts.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

import migrations
from bench.machine import cpu_seconds
from bench.statements import statement
from lrs.db import Database
from lrs.statements.order import timestamp_text
from lrs.statements.rows import prepare

AUTHORITY = {"objectType": "Agent", "account": {"homePage": "https://hoc.example.org", "name": "bench"}}
COLUMNS = (
    "tenant_id, id, seq, stored, actor_key, verb_key, object_key, registration, authority_key, voided, exact",
    "tenant_id, key, seq, statement_id",
)

Rows = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]
"""Of Statements, and of their links."""

Write = Callable[[Rows], None]


class Bare:
    """Takes batches over so many connections; `insert` gives the seconds that took."""

    def __init__(self, writers: Sequence[Write], *, as_text: bool) -> None:
        self._writers = writers
        self._as_text = as_text
        self._tenant = uuid4()

    def insert(self, first: int, count: int, batch: int) -> tuple[float, float]:
        """Store the Statements from number `first`, each connection its share of the batches; gives the seconds that
        took, by the clock and of CPU."""
        batches = [self._rows(start, batch) for start in range(first, first + count, batch)]
        shares = [batches[number :: len(self._writers)] for number in range(len(self._writers))]
        threads = [
            threading.Thread(target=lambda write, share: [write(each) for each in share], args=pair)
            for pair in zip(self._writers, shares, strict=True)
        ]
        began, cpu = time.perf_counter(), cpu_seconds()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - began, cpu_seconds() - cpu

    def _rows(self, start: int, batch: int) -> Rows:
        def id_of(value: Any) -> Any:
            return value.hex if self._as_text and value is not None else value

        stored = time.time_ns() // 1000
        text = timestamp_text(stored)
        tenant = id_of(self._tenant)
        rows = [prepare(statement(number), AUTHORITY, "2.0.0") for number in range(start, start + batch)]
        return (
            [
                (
                    tenant, id_of(row.id), seq, stored, row.keys.actor, row.keys.verb, row.keys.object,
                    id_of(row.keys.registration), row.keys.authority, False, row.exact(text),
                )
                for seq, row in enumerate(rows, start)
            ],
            [(tenant, key, seq, id_of(row.id)) for seq, row in enumerate(rows, start) for key in row.keys.links],
        )  # fmt: skip


def on_sqlite(folder: Path) -> Bare:
    """`sqlite3` alone, into a file of its own with the same settings."""
    path = folder / f"bare-{uuid4().hex}.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    database.close()
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ("synchronous=FULL", "wal_autocheckpoint=20000", "cache_size=-16384"):
        connection.execute(f"PRAGMA {pragma}")
    commands = [
        f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * (columns.count(',') + 1))})"
        for table, columns in zip(("lrs_statement", "lrs_statement_link"), COLUMNS, strict=True)
    ]

    def write(rows: Rows) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for command, each in zip(commands, rows, strict=True):
            connection.executemany(command, each)
        connection.execute("COMMIT")

    return Bare([write], as_text=True)


def on_postgresql(url: str, connections: int = 1) -> Bare:
    """COPY over so many connections, into copies of the tables in a migrated database."""
    plain = url.replace("+psycopg", "")
    tables = [f"bare_{uuid4().hex}", f"bare_{uuid4().hex}"]
    with psycopg.connect(plain, autocommit=True) as connection:
        for table, name in zip(tables, ("lrs_statement", "lrs_statement_link"), strict=True):
            connection.execute(f"CREATE TABLE {table} (LIKE {name} INCLUDING ALL)".encode())
    commands = [f"COPY {table} ({columns}) FROM STDIN".encode() for table, columns in zip(tables, COLUMNS, strict=True)]

    def writer() -> Write:
        connection = psycopg.connect(plain, autocommit=True)

        def write(rows: Rows) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                for command, each in zip(commands, rows, strict=True):
                    with cursor.copy(command) as copy:
                        for row in each:
                            copy.write_row(row)

        return write

    return Bare([writer() for _ in range(connections)], as_text=False)
