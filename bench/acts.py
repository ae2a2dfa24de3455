"""The record of acts: how many acts a second one after another take, each in a transaction of its own, and many in one;
and how long working the whole record out again takes.

Each act is about a worker, with a detail of some hundred bytes. Writers of one tenant wait for each other, since
each act is chained to the one before.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import migrations
from certification.acts import chain
from lrs import api
from lrs.db import NOBODY, Database, new_id

WRITERS = 4
TOGETHER = 500
"""Acts of one transaction, as closing a year or issuing certificates writes them."""

Row = dict[str, Any]


def measure(url: str, *, acts: int) -> list[Row]:
    """Acts a second: by one writer, by four at once, five hundred in a transaction; then checked whole."""
    database = Database(url)
    migrations.upgrade(database)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    found = [
        _timed("one writer, each its own transaction", acts, lambda: _singly(database, tenant, acts)),
        _timed(f"{WRITERS} writers, each act its own", acts, lambda: _at_once(database, tenant, acts)),
        _timed(f"{TOGETHER} in a transaction", 10 * acts, lambda: _together(database, tenant, 10 * acts)),
        _timed("worked out again", 12 * acts, lambda: _checked(database, tenant)),
    ]
    database.close()
    return found


def _timed(what: str, acts: int, work: Any) -> Row:
    began, used = time.perf_counter(), time.process_time()
    work()
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    return {
        "acts": acts,
        "what": what,
        "seconds": round(seconds, 2),
        "a second": round(acts / seconds),
        "CPU, s": round(cpu, 2),
    }


def _singly(database: Database, tenant: UUID, acts: int) -> None:
    for _ in range(acts):
        with database.writing(tenant) as session:
            _add(session, tenant, 1)


def _at_once(database: Database, tenant: UUID, acts: int) -> None:
    writers = [threading.Thread(target=_singly, args=(database, tenant, acts // WRITERS)) for _ in range(WRITERS)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()


def _together(database: Database, tenant: UUID, acts: int) -> None:
    for _ in range(acts // TOGETHER):
        with database.writing(tenant) as session:
            _add(session, tenant, TOGETHER)


def _add(session: Any, tenant: UUID, many: int) -> None:
    about = [(f"dossier:{new_id()}", new_id(), {"unit": "cdcs/a", "year": 2026, "basis": "Biên bản số 1/BB"})] * many
    chain.add_many(session, tenant, about, by="lan", act="dossier.propose", now=datetime.now(UTC))


def _checked(database: Database, tenant: UUID) -> None:
    with database.reading(tenant) as session:
        checked = chain.verify(session, tenant)
    if checked.faults:
        raise RuntimeError(checked.faults[0])
