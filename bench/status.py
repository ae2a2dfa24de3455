"""The status of one worker and of a thousand in one call, over HTTP: the real server, a population that was judged.

One client asks again and again over a kept connection, each time for workers chosen by chance: one with the explanation
in full, a thousand in short, and a thousand in full; then one as he or she was judged by a past day, and a thousand
judged anew for one. The time is the client's: the request, the whole answer read.
"""

from __future__ import annotations

import base64
import json
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import migrations
from bench import attainment, machine
from certification.access.permissions import READ_SCOPE
from certification.judgement import population
from certification.models import Worker
from certification.rules.criteria import PROGRAMME
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database

ONE, MANY, IN_FULL = 1000, 100, 30
"""How often each is asked."""

WARM = 3
"""The first requests, which are not counted."""

THOUSAND = 1000
YEAR = 2026

Row = dict[str, Any]


def measure(engine: str, folder: Path, url: str, *, workers: int) -> list[Row]:
    """For each question: p50, p95 and p99 in ms, CPU of server and client a request in ms, kilobytes of the answer."""
    _prepare(url, workers)
    with machine.server(folder, url, alone=True) as server:
        headers = {"Authorization": _reader(folder, url)}
        connection = server.connect()
        found = [
            {"engine": engine, "workers": workers, "question": question, **_ask(connection, headers, requests)}
            for question, requests in _questions(workers)
        ]
        connection.close()
    return found


def _prepare(url: str, workers: int) -> None:
    database = Database(url)
    migrations.upgrade(database)
    tenant, _ = attainment.populate(database, workers)
    with database.reading(tenant) as session:
        ids = session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant)).all()
    now = datetime.now(UTC)
    population.judge_everybody(
        database, tenant, ids, programme=PROGRAMME, year=YEAR, as_of=vietnam_day(now), now=now
    )  # fmt: skip
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
    database.close()


def _reader(folder: Path, url: str) -> str:
    """The header of a key that may read results, sealed with the secret that the server keeps in its folder."""
    database = Database(url)
    pepper = (folder / "secret_key").read_text().strip().encode()
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    with database.writing(NOBODY) as session:
        key, secret = api.create_credential(
            session, tenant, name="bench", scopes=[READ_SCOPE], pepper=pepper, now=datetime.now(UTC)
        )
    database.close()
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


Request = tuple[str, str, bytes | None]


def _questions(workers: int) -> Iterator[tuple[str, list[Request]]]:
    chance = random.Random(5)
    numbers = range(workers)

    def one(query: str) -> list[Request]:
        return [("GET", f"/api/workers/B-{chance.choice(numbers)}/assessment?{query}", None) for _ in range(ONE)]

    def many(times: int, **more: Any) -> list[Request]:
        asked = [chance.sample(numbers, min(THOUSAND, workers)) for _ in range(times)]
        return [
            (
                "POST",
                "/api/assessments/status",
                json.dumps({"workers": [f"B-{n}" for n in some], "year": YEAR, **more}).encode(),
            )
            for some in asked
        ]

    yield "one worker, in full", one(f"year={YEAR}")
    yield "a thousand", many(MANY)
    yield "a thousand, in full", many(IN_FULL, in_full=True)
    yield "one, judged anew for a past day", one("known_on=2026-06-30")
    yield "a thousand, judged anew for a past day", many(MANY, known_on="2026-06-30")


def _ask(connection: HTTPConnection, headers: dict[str, str], requests: list[Request]) -> Row:
    took: list[float] = []
    size = 0
    before = machine.cpu_seconds()
    for method, path, body in [*requests[:WARM], *requests]:
        began = time.perf_counter()
        sent = {**headers, "Content-Type": "application/json"} if body else headers
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        told = answer.read()
        took.append(time.perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(told[:1000])
        size = max(size, len(told))
    used = machine.cpu_seconds() - before
    ordered = sorted(took[WARM:])
    return {
        "asked": len(ordered),
        "p50": 1000 * statistics.median(ordered),
        "p95": 1000 * ordered[len(ordered) * 95 // 100],
        "p99": 1000 * ordered[len(ordered) * 99 // 100],
        "kilobytes": size / 1000,
        "cpu_ms": 1000 * used / len(took),
    }
