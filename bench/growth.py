"""What becomes of posting and of lists as Statements pile up: a small store and a big one, asked in turns.

Both are filled in this process, through `lrs.statements.store`. Then the program serves both, and each round posts the
same number of Statements to the one and to the other. Lists are asked of the application in this process, so that their
time is the server's alone: from the WSGI environment to the last byte of the answer.
"""

from __future__ import annotations

import base64
import json
import re
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import EnvironBuilder

import migrations
from bench import clients, machine
from bench.posting import bodies
from bench.statements import INSTRUCTORS, OFTEN, VERBS, activity, agent, programme, statement
from lrs import api
from lrs.db import NOBODY, Database
from lrs.models import Statement
from lrs.statements import store
from lrs.statements.order import timestamp_text
from wsgi import Settings, create_app

PEPPER = b"a secret of the bench, thirty-two"
AT_ONCE = 2_000
LIMIT = 100
TURNS = 10
POSTED = 5_000
"""Statements posted to each store in a turn, in batches of 500."""
OVER = 5_000
"""Statements walked by `more`."""

_MORE = re.compile(rb'"more":"([^"]*)"\}$')


@dataclass(frozen=True)
class Filled:
    """A store with so many Statements in it, and an application over it."""

    url: str
    count: int
    database: Database
    app: Flask
    tenant: UUID
    authorization: str


def measure(engine: str, folder: Path, urls: tuple[str, str], counts: tuple[int, int], turns: int) -> dict[str, Any]:
    """Posting, lists and `more` with the one number of Statements stored and with the other."""
    small, big = (fill(folder, url, count) for url, count in zip(urls, counts, strict=True))
    result = {
        "engine": engine,
        "counts": counts,
        "lists": lists(small, big),
        "posting": posting(folder, small, big, turns),
    }
    for one in (small, big):
        one.database.close()
    return result


def fill(folder: Path, url: str, count: int) -> Filled:
    """Put the Statements 0 to `count` into a new database."""
    database = Database(url)
    migrations.upgrade(database)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    with database.writing(tenant) as session:
        key, secret = api.create_credential(
            session, tenant, name="bench", scopes=["all"], pepper=PEPPER, now=datetime.now(UTC)
        )
    authorization = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
    with database.reading(NOBODY) as session:
        identity = api.identify(session, authorization, pepper=PEPPER, now=datetime.now(UTC))
    for start in range(0, count, AT_ONCE):
        batch = store.check(identity, [statement(n) for n in range(start, min(start + AT_ONCE, count))])
        with database.writing(tenant) as session:
            store.put(session, batch)
    if not database.is_sqlite:  # as autovacuum does sooner or later
        connection = database.engine.raw_connection()
        connection.cursor().execute("VACUUM ANALYZE")  # in no transaction: the driver opens none
        connection.close()
    app = create_app(Settings(data_dir=folder, database_url=url, secret_key=PEPPER), database)
    return Filled(url, count, database, app, tenant, authorization)


def posting(folder: Path, small: Filled, big: Filled, turns: int) -> dict[str, Any]:
    """Statements a second in batches of 500, one client, to each in turn; and how fast `more` walks the big one."""
    with ExitStack() as stack:
        servers = []
        for one in (small, big):
            own = folder / f"serving-{one.count}"
            own.mkdir()
            servers.append(stack.enter_context(machine.server(own, one.url, alone=True)))
        first = big.count
        rates: list[tuple[float, float]] = []
        for _ in range(turns + 1):  # the first one warms up
            pair = []
            for server in servers:
                pair.append(POSTED / clients.post(server, bodies(first, POSTED, 500), 1).seconds)
            rates.append((pair[0], pair[1]))
            first += POSTED
        del rates[0]
        walked = [walk(servers[1]) for _ in range(5)]
    return {
        "small": statistics.median(rate for rate, _ in rates),
        "big": statistics.median(rate for _, rate in rates),
        "ratio": statistics.median(later / before for before, later in rates),
        "more": statistics.median(walked),
        "turns": rates,
    }


def walk(server: machine.Server) -> float:
    """Statements a second along `more`, page by page, over one connection."""
    connection = server.connect()
    headers = {"Authorization": server.authorization, "X-Experience-API-Version": "2.0.0"}
    link, seen = "/xapi/statements", 0
    began = time.perf_counter()
    while seen < OVER:
        connection.request("GET", link, headers=headers)
        body = connection.getresponse().read()
        seen += 500
        found = _MORE.search(body)
        if found is None or not found[1]:
            raise RuntimeError(f"no further page after {seen} Statements: {body[:200]!r}")
        link = found[1].decode()
    return seen / (time.perf_counter() - began)


def lists(small: Filled, big: Filled) -> list[dict[str, Any]]:
    """Each list of at most LIMIT Statements: server time with each number stored, and how many came back."""
    found = []
    for name in kinds(small):
        askers = [_asker(one, kinds(one)[name]) for one in (small, big)]
        rows = [ask()[1] for ask in askers]
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(100):
            for ask, each in zip(askers, times, strict=True):
                each.append(ask()[0])
        medians = [statistics.median(each) * 1000 for each in times]
        found.append(
            {"list": name, "rows": rows, "small_ms": medians[0], "big_ms": medians[1], "ratio": medians[1] / medians[0]}
        )
    return found


def kinds(one: Filled) -> dict[str, dict[str, str]]:
    """Lists by name. What they look for is in every hundredth Statement, or more often."""

    def at(share: float, places: int = 0) -> str:
        with one.database.reading(one.tenant) as session:
            moment = session.scalar(
                sa.select(Statement.stored).where(
                    Statement.tenant_id == one.tenant, Statement.seq == int(one.count * share) + places
                )
            )
        return timestamp_text(moment or 0)

    worker, instructor = (json.dumps(agent(number)) for number in (OFTEN, INSTRUCTORS[0]))
    verb = VERBS[0][0]
    return {
        "latest": {},
        "oldest first": {"ascending": "true"},
        "agent": {"agent": worker},
        "verb": {"verb": verb},
        "activity": {"activity": activity(0)},
        "registration": {"registration": str(UUID(int=OFTEN, version=4))},
        "related_agents": {"agent": instructor, "related_agents": "true"},
        "related_activities": {"activity": programme(0), "related_activities": "true"},
        "since": {"since": at(0.5), "ascending": "true"},
        "until": {"until": at(0.5)},
        "since and until": {"since": at(0.5), "until": at(0.5, AT_ONCE)},
        "agent, verb, until": {"agent": worker, "verb": verb, "until": timestamp_text(_now()), "limit": "25"},
    }


def _now() -> int:
    return int((datetime.now(UTC) + timedelta(days=1)).timestamp() * 1_000_000)


def _asker(one: Filled, arguments: dict[str, str]) -> Callable[[], tuple[float, int]]:
    """Asks for a list; gives the seconds that the application took, and how many Statements came back."""
    query: dict[str, str] = {"limit": str(LIMIT), **arguments}
    builder = EnvironBuilder(
        "/xapi/statements", query_string=urlencode(query),
        headers=[("Authorization", one.authorization), ("X-Experience-API-Version", "2.0.0")],
    )  # fmt: skip
    statuses: list[str] = []

    def start(status: str, _headers: object, _error: object = None) -> Any:
        statuses.append(status)

    def ask() -> tuple[float, int]:
        environ = builder.get_environ()
        began = time.perf_counter()
        body = b"".join(one.app(environ, start))
        seconds = time.perf_counter() - began
        if not statuses.pop().startswith("200"):
            raise RuntimeError(body[:500])
        return seconds, body.count(b'"stored":')

    return ask
