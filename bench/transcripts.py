"""Transcripts of an enterprise of a thousand, pulled over HTTP in one part: all of them, then only what has changed.

The real server; a population with twenty activities each (`bench.population`), and activities with names. The time is
the client's: the request, the whole answer read. The first pull hands everything over, with a thousand acts on record
and a thousand looks noted; the next one asks with `since`; then twenty have learnt something more.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

import migrations
from bench import clients, machine, population
from certification import bulk
from certification.access.permissions import Role
from certification.models import Employment, Fact, Organization
from certification.rules import programme
from lrs import api
from lrs.db import NOBODY, Database
from lrs.models import Activity

THOUSAND = 1000
CHANGED = 20
ENTERPRISE = "bench/0"
PATH = f"/api/enterprises/{ENTERPRISE}/transcripts?purpose=employer-training&limit={THOUSAND}"

Row = dict[str, Any]


def measure(engine: str, folder: Path, url: str) -> list[Row]:
    """For each pull: seconds, CPU seconds of server and client, transcripts, megabytes of the answer."""
    database = Database(url)
    tenant = _prepare(database)
    with machine.server(folder, url, alone=True) as server:
        headers = {"Authorization": clients.branch_key(database, tenant, folder, Role.ENTERPRISE, ENTERPRISE)}
        connection = server.connect()
        rows: list[Row] = []

        def pull(name: str, since: int) -> int:
            before, began = machine.cpu_seconds(), time.perf_counter()
            connection.request("GET", f"{PATH}&since={since}", headers=headers)
            answer = connection.getresponse()
            told = answer.read()
            took, used = time.perf_counter() - began, machine.cpu_seconds() - before
            if answer.status != 200:
                raise RuntimeError(told[:1000])
            items = json.loads(told)["items"]
            rows.append(
                {
                    "engine": engine, "pull": name, "transcripts": len(items), "seconds": took, "cpu": used,
                    "megabytes": len(told) / 1e6,
                }
            )  # fmt: skip
            return max((one["place"] for one in items), default=since)

        since = pull("everything, handed over", 0)
        pull("everything, again", 0)
        pull("what changed: nothing", since)
        _learn(database, tenant)
        pull(f"what changed: {CHANGED}", since)
        connection.close()
    database.close()
    return rows


def _prepare(database: Database) -> UUID:
    """The population, all of it employed by one enterprise."""
    migrations.upgrade(database)
    now = datetime.now(UTC)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    with database.writing(tenant) as session:
        programme.load_shipped(session, tenant, now=now)
    population.populate(database, tenant, THOUSAND)
    with database.writing(tenant) as session:
        one = sa.select(Organization.id).where(Organization.tenant_id == tenant, Organization.code == ENTERPRISE)
        session.execute(
            sa.update(Employment).where(Employment.tenant_id == tenant).values(enterprise_id=one.scalar_subquery())
        )
        activities = [
            {
                "tenant_id": tenant, "activity_key": key, "iri": f"https://hoc.example.org/khoa/{key}",
                "definition": json.dumps({"name": {"vi": f"Khóa học về an toàn lao động số {key}"}}),
            }
            for key in range(population.ACTIVITIES)
        ]  # fmt: skip
        session.execute(sa.insert(Activity), activities)
    return tenant


def _learn(database: Database, tenant: UUID) -> None:
    """Some of them have learnt something more."""
    fact: Callable[[UUID], Row] = lambda worker: {  # noqa: E731
        "worker_id": worker, "tenant_id": tenant, "statement_id": uuid4(), "what": "law-labour",
        "day": date(population.YEAR, 1, 5), "year": population.YEAR, "minutes": 60, "score": None, "quality": 2,
        "activity_key": 7, "said_by": 0, "once_key": 0,
    }  # fmt: skip
    with database.writing(tenant) as session:
        bulk.insert(session, Fact, [fact(one) for one in list(population.worker_ids(THOUSAND))[:CHANGED]])
