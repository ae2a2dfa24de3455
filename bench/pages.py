"""Every page that somebody of each role comes to by clicking, in a large installation: what the server takes for it.

The real server; workers who were judged, facts each of a Statement of its own that is stored too. Each person signs in,
opens the home and follows links, a few addresses of every page, each asked several times. The time is the client's: the
request, the whole answer read. What is no page (a file to be downloaded) is not followed.
"""

from __future__ import annotations

import base64
import re
import statistics
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from html import unescape
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import UUID

import sqlalchemy as sa
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from bench import attainment, machine
from bench.statements import agent, statement
from certification.access import accounts, roles
from certification.access.permissions import Role
from certification.judgement import population
from certification.models import Worker
from certification.people import names
from certification.rules.criteria import PROGRAMME
from certification.targets import settling
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database
from lrs.statements import store
from wsgi import Settings, create_app

SENTENCE = "một câu dài của máy đo"
PEOPLE: Mapping[str, tuple[Role | None, Mapping[str, Any]]] = {
    "cdcs": (Role.GRASSROOTS_OFFICER, {"organization": "bg/1"}),
    "tinh": (Role.UPPER_OFFICER, {"organization": "bc/1"}),
    "caonhat": (Role.UPPER_OFFICER, {"organization": "cd"}),
    "doanhnghiep": (Role.ENTERPRISE, {"organization": "bd/1"}),
    "nld": (None, {}),
    "kiemtra": (Role.AUDITOR, {}),
    "vanhanh": (Role.OPERATOR, {}),
}
"""Who looks: an officer of a union of two hundred, of a province, of the whole land, and so on; the worker is B-1."""
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng")
MIDDLE = ("Thị", "Văn", "Ngọc", "Thị Thanh", "Hữu")
GIVEN = ("Ẩn", "Bình", "Cường", "Dung", "Đào", "Én", "Giang", "Hòa", "Khánh", "Lụa", "Mười")
ADDRESSES = 8
"""Of one page, by one person."""
TIMES = 3
AT_ONCE = 2_000
LONG_AGO = date(2026, 1, 1)

_LINK = re.compile(r'<a\s[^>]*?href="([^"#]+)', re.S)
_TOKEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')

Row = dict[str, Any]


@dataclass
class Page:
    """What was seen of one page: by whom, at how many addresses, in how many ms each time."""

    name: str
    by: set[str] = field(default_factory=set)
    addresses: int = 0
    took: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def measure(engine: str, folder: Path, url: str, *, workers: int) -> list[Row]:
    """For each page: who came to it, ms at the median, the 95th of a hundred and at most, CPU of the server's and the
    client's processes, faults. First `prepare` where the database is empty."""
    with machine.server(folder, url, alone=True) as server:
        pepper = (folder / "secret_key").read_bytes().strip()
        prepare(url, workers, pepper)
        rules = create_app(Settings(data_dir=folder, database_url=url, secret_key=pepper)).url_map.bind("127.0.0.1")
        seen: dict[str, Page] = {}
        for name in PEOPLE:
            _walk(server, rules, name, seen)
    return [
        {
            "engine": engine, "workers": workers, "page": one.name, "by": ", ".join(sorted(one.by)),
            "addresses": one.addresses, "p50": statistics.median(one.took),
            "p95": sorted(one.took)[len(one.took) * 95 // 100], "most": max(one.took),
            "cpu_ms": statistics.median(one.cpu), "faults": "; ".join(one.faults[:2]),
        }
        for one in sorted(seen.values(), key=lambda one: -statistics.median(one.took))
    ]  # fmt: skip


def prepare(url: str, workers: int, pepper: bytes, statements: int | None = None) -> None:
    """Workers with their facts, all of whose Statements are stored (the first `statements` of them, where that many
    are asked for), judged and counted; somebody of every role."""
    database = Database(url)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    with database.reading(tenant) as session:
        there = session.scalar(sa.select(Worker.id).where(Worker.tenant_id == tenant).limit(1))
    if there is None:
        attainment.populate(database, workers)
        now = datetime.now(UTC)
        _name(database, tenant)
        add_people(database, tenant, pepper, now)
        with database.reading(tenant) as session:
            ids = session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant)).all()
        today = vietnam_day(now)
        population.judge_everybody(database, tenant, ids, programme=PROGRAMME, year=today.year, as_of=today, now=now)
        settling.settle_all(database, tenant, today=today)
        _store(database, tenant, workers, pepper, now, statements)
        if not database.is_sqlite:
            with database.engine.connect() as connection:
                connection.exec_driver_sql("ANALYZE")
    database.close()


def _name(database: Database, tenant: UUID) -> None:
    """Gives everybody one of some hundred names."""
    with database.writing(tenant) as session:
        ids = session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant).order_by(Worker.number)).all()
        rows = []
        for at, worker in enumerate(ids):
            name = f"{FAMILY[at % 7]} {MIDDLE[at % 5]} {GIVEN[at % 11]}"
            rows.append({"id": worker, "full_name": name, **names.columns(name)})
        session.execute(sa.update(Worker), rows)


def add_people(database: Database, tenant: UUID, pepper: bytes, now: datetime) -> None:
    with database.writing(tenant) as session:
        worker = session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.number == "B-1")).one()
    for name, (role, over) in PEOPLE.items():
        same = {"by": "bench", "reason": "đo"}
        with database.writing(tenant) as session:
            own = worker if role is None else None
            accounts.create(session, tenant, name=name, full_name=name, worker=own, now=now, **same)
            token = accounts.invite(session, tenant, name, pepper=pepper, now=now, **same)
            accounts.set_password(session, tenant, token, SENTENCE, pepper=pepper, now=now)
            if role is not None:
                operator = roles.at_terminal(tenant)
                roles.give(session, operator, role, account=name, reason="đo", starts=LONG_AGO, now=now, **over)


def _store(
    database: Database, tenant: UUID, workers: int, pepper: bytes, now: datetime, statements: int | None
) -> None:
    """The Statements of all facts, or the first so many."""
    with database.writing(tenant) as session:
        key, secret = api.create_credential(session, tenant, name="bench", scopes=["all"], pepper=pepper, now=now)
    with database.reading(NOBODY) as session:
        identity = api.identify(session, _basic(key, secret), pepper=pepper, now=now)
    ids = islice(attainment.statement_ids(workers), statements)
    while some := list(islice(ids, AT_ONCE)):
        batch = store.check(identity, [_statement(one) for one in some])
        with database.writing(tenant) as session:
            store.put(session, batch)


def _statement(statement_id: UUID) -> dict[str, Any]:
    """The Statement of a fact: of its worker's account, by the number that ends its id."""
    number = statement_id.int & 0xFFFFFFFF
    return {**statement(statement_id.int >> 96 << 20 | number), "id": str(statement_id), "actor": agent(number)}


def _basic(key: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


# ---------------------------------------------------------------- walking


class Browser:
    """One person's connection, with cookies."""

    def __init__(self, server: machine.Server) -> None:
        self._connection: HTTPConnection = server.connect()
        self._origin = f"http://127.0.0.1:{server.port}"
        self._cookies: dict[str, str] = {}

    def ask(self, path: str, form: Mapping[str, str] | None = None) -> tuple[int, Mapping[str, str], str]:
        """Status, headers and text of an answer; a redirection is not followed."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if form is None:
            self._connection.request("GET", path, headers=headers)
        else:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self._origin}
            self._connection.request("POST", path, urlencode(form), headers)
        answer = self._connection.getresponse()
        told = answer.read()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        is_page = answer.headers.get_content_type() == "text/html"
        return (
            answer.status,
            {name.lower(): value for name, value in answer.headers.items()},
            told.decode() if is_page else "",
        )

    def sign_in(self, name: str) -> str:
        """Where that leads."""
        hidden = dict(_TOKEN.findall(self.ask("/dang-nhap")[2]))
        status, headers, page = self.ask("/dang-nhap", {**hidden, "account": name, "password": SENTENCE})
        if status != 303:
            raise RuntimeError(f"{name} could not sign in: {status} {page[:2000]}")
        return headers["location"]


def _walk(server: machine.Server, rules: MapAdapter, name: str, seen: dict[str, Page]) -> None:
    browser = Browser(server)
    waiting = deque([browser.sign_in(name), "/"])
    known = {*waiting}
    opened: dict[str, int] = defaultdict(int)
    while waiting:
        path = waiting.popleft()
        endpoint = _endpoint(rules, path)
        if endpoint is None or opened[endpoint] >= ADDRESSES:
            continue
        status, headers, page = browser.ask(path)
        if 300 <= status < 400:
            _found([headers["location"]], path, known, waiting)
            continue
        if headers.get("content-type", "").partition(";")[0] != "text/html":
            continue
        opened[endpoint] += 1
        one = seen.setdefault(endpoint, Page(endpoint))
        one.by.add(name)
        one.addresses += 1
        one.faults += [] if status == 200 else [f"{path} answers {status}"]
        _found(_LINK.findall(page), path, known, waiting)
        for _ in range(TIMES):
            cpu, began = machine.cpu_seconds(), time.perf_counter()
            browser.ask(path)
            one.took.append(1000 * (time.perf_counter() - began))
            one.cpu.append(1000 * (machine.cpu_seconds() - cpu))


def _found(links: Iterable[str], at: str, known: set[str], waiting: deque[str]) -> None:
    for link in links:
        parts = urlsplit(urljoin(f"http://here{at}", unescape(link)))
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if parts.netloc == "here" and path not in known:
            known.add(path)
            waiting.append(path)


def _endpoint(rules: MapAdapter, path: str) -> str | None:
    """The page of an address, by the name of its view; None for what is no page of the program."""
    try:
        endpoint, _ = rules.match(path.partition("?")[0], method="GET")
    except HTTPException:
        return None
    return str(endpoint)
