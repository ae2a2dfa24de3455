"""Certificates of one decision: numbered, signed, drawn; then looked up by their codes over HTTP, as somebody with the
paper does.

Each step by the clock and of CPU, of all processes but PostgreSQL's. A certificate is looked up for the first time (its
signature is checked) and again; asked one after the other over a kept connection, the time is the client's.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from multiprocessing import forkserver
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import sqlalchemy as sa

import migrations
from bench import machine
from certification import bulk
from certification.certificates import issuing, papers, recognised
from certification.certificates.keys import Issuer
from certification.documents import certificate_paper
from certification.models import Award, Certificate, Worker
from certification.rules import rule_files
from certification.rules.criteria import PROGRAMME
from lrs import api
from lrs.db import NOBODY, Database, new_id

PUBLIC_URL = "https://cdht.example.vn"
NUMBER, BODY, DAY = "12/QĐ-LĐLĐ", "Liên đoàn Lao động tỉnh Ví Dụ", date(2026, 11, 20)
NAMES = ("Nguyễn Thị Hường", "Trần Văn Dũng", "Lò Thị Mỷ", "Đỗ Hữu Nghĩa", "Hoàng Phạm Quỳnh Như")
SECRET = b"a secret of the bench, for nothing else"
AGAIN = 3
"""How often each certificate is looked up."""

Row = dict[str, Any]


def measure(engine: str, folder: Path, url: str, *, certificates: int) -> Row:
    """Seconds and CPU seconds of each step; p50 and p99 of looking one up, in ms."""
    database = Database(url)
    migrations.upgrade(database)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    _recognise(database, tenant, certificates)
    issuer = Issuer.of(PUBLIC_URL, tenant)
    told: dict[str, Any] = {"secret": SECRET, "by": "bench"}
    found: Row = {"engine": engine, "certificates": certificates}
    with _timed(found, "number"), database.writing(tenant) as session:
        titles = recognised.titles(session, tenant, PROGRAMME, recognised.Decision(NUMBER, BODY, DAY))
        now = datetime.now(UTC)
        issuing.number(session, tenant, issuer, titles, programme=PROGRAMME, public_url=PUBLIC_URL, now=now, **told)
    with _timed(found, "sign"):
        signed, _ = issuing.sign_all(database, tenant, issuer, clock=lambda: datetime.now(UTC), **told)
    with _timed(found, "draw"), tempfile.TemporaryDirectory(dir=folder) as into, database.reading(tenant) as session:
        which = recognised.decision(session, tenant, PROGRAMME, NUMBER)
        drawn = certificate_paper.draw_all(
            papers.of_decision(session, tenant, which, public_url=PUBLIC_URL), Path(into),
            processes=os.cpu_count() or 1,
        )  # fmt: skip
    with database.reading(tenant) as session:
        codes = session.scalars(sa.select(Certificate.code).where(Certificate.tenant_id == tenant)).all()
    database.close()
    if not signed == drawn == len(codes) == certificates:
        raise RuntimeError(f"{signed} signed, {drawn} drawn of {certificates}")
    with (
        patch.dict(os.environ, {"PUBLIC_URL": PUBLIC_URL, "LOOK_UPS_A_MINUTE": "0", "WORKERS": "1"}),
        machine.server(folder, url, alone=True) as server,
    ):
        connection = server.connect()
        for path, name in (("/api/certificates/by-code/{}", "api"), ("/k/{}", "page")):
            _look_up(connection, path, codes[:3])
            for turn in range(AGAIN if name == "api" else 1):
                times = _look_up(connection, path, codes[3:])
                when = name if name == "page" else "first" if turn == 0 else "again"
                found |= {f"{when}_p50": statistics.median(times), f"{when}_p99": _p99(times)}
        connection.close()
    return found


def _recognise(database: Database, tenant: UUID, many: int) -> None:
    """So many workers whose title one decision recognised, and the rules that come with the program."""
    now = datetime.now(UTC)
    with database.writing(tenant) as session:
        rule_files.load_all(session, tenant, now=now)
    workers = [
        {
            "id": new_id(), "tenant_id": tenant, "number": f"NV-{place:06}", "gender": None,
            "full_name": f"{NAMES[place % len(NAMES)]} {place}",
        }
        for place in range(many)
    ]  # fmt: skip
    awards = [
        {
            "worker_id": one["id"], "programme": PROGRAMME, "year": 2026, "tenant_id": tenant, "body": BODY,
            "decision_number": NUMBER, "decided_on": DAY, "withdrawn_on": None, "withdrawal": None, "source": None,
            "recorded": now,
        }
        for one in workers
    ]  # fmt: skip
    with database.writing(tenant) as session:
        bulk.insert(session, Worker, workers)
        bulk.insert(session, Award, awards)


@contextmanager
def _timed(found: Row, name: str) -> Iterator[None]:
    """Notes the seconds of the block by the clock, and of CPU with its child processes."""
    began, used = time.monotonic(), _cpu()
    yield
    found |= {f"{name}_s": time.monotonic() - began, f"{name}_cpu": _cpu() - used}


def _cpu() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system + _of_those_who_draw()


def _of_those_who_draw() -> float:
    """They are no children of this process but of the one that was started to fork them."""
    pid = getattr(forkserver._forkserver, "_forkserver_pid", None)
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _look_up(connection: HTTPConnection, path: str, codes: Any) -> list[float]:
    """How long each answer took, in ms."""
    times = []
    for code in codes:
        began = time.perf_counter()
        connection.request("GET", path.format(code))
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200 or code.encode() not in body:
            raise RuntimeError(f"{path}: {answer.status}")
    return times


def _p99(times: list[float]) -> float:
    return sorted(times)[int(0.99 * (len(times) - 1))]
