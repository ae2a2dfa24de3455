"""While the database is away, full, read-only, slow or out of connections, the answer is 503 and never anything else;
nothing is lost or there twice; and when it is back everything goes on without a restart."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from psycopg import sql
from sqlalchemy.engine import make_url

from certification.certificates import register
from lrs.db import Database
from tests.certification.certificates.issued import entries, issue, recognise
from tests.conftest import PEPPER
from tests.faults.platforms import everything_stored, statement
from tests.faults.proxy import Proxy, between
from tests.postgresql import Cluster
from wsgi import Settings, create_app

AGENT = json.dumps({"account": {"homePage": "https://hoc.example.org", "name": "w-1"}})
STATE = {"activityId": "https://hoc.example.org/bai/1", "agent": AGENT, "stateId": "trang"}

WRITES: dict[str, dict[str, Any]] = {
    "/xapi/statements": {"method": "POST"},
    "/xapi/activities/state": {"method": "POST", "query_string": STATE, "data": b"{}"},
    "/xapi-ext/statements/bulk": {"method": "POST", "content_type": "application/x-ndjson"},
}
READS = ("/xapi/statements", "/xapi/activities?activityId=https://hoc.example.org/bai/1", "/api/units", "/dang-nhap")


@dataclass
class Program:
    """The application over a database that something stands between or is done to."""

    app: Flask
    authorization: str

    def ask(self, path: str, **how: Any) -> tuple[int, Any]:
        """Status and headers of an answer. With a new body where Statements are posted."""
        if "statements" in path and how.get("method") == "POST" and "data" not in how:
            how["data"] = json.dumps(statement())
        headers = {"Authorization": self.authorization, "X-Experience-API-Version": "2.0.0"}
        how.setdefault("content_type", "application/json")
        answer = self.app.test_client().open(path, headers=headers, **how)
        answer.get_data()
        return answer.status_code, answer.headers

    def says_503(self, path: str, **how: Any) -> None:
        status, headers = self.ask(path, **how)
        assert (status, "Retry-After" in headers) == (503, True), path

    def takes_everything(self) -> None:
        """Everything is as ever."""
        for path, how in WRITES.items():
            assert self.ask(path, **how)[0] in (200, 204), path
        assert self.ask("/xapi/statements")[0] == 200
        assert self.ask("/readyz")[0] == 200


@contextmanager
def running(url: str, folder: Path, authorization: str) -> Iterator[Program]:
    database = Database(url)
    app = create_app(Settings(data_dir=folder, database_url=url, secret_key=PEPPER), database)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield Program(app, authorization)
    database.close()


@pytest.fixture
def program(database_url: str, authorization: str, tmp_path: Path) -> Iterator[Program]:
    with running(database_url, tmp_path, authorization) as program:
        yield program


@pytest.fixture
def proxy(postgresql: Cluster) -> Iterator[Proxy]:
    with between(postgresql.port) as proxy:
        yield proxy


@pytest.fixture
def behind(proxy: Proxy, database_url: str, authorization: str, tmp_path: Path) -> Iterator[Program]:
    """The program, with the proxy between it and PostgreSQL."""
    url = make_url(database_url).set(port=proxy.port).render_as_string()
    with running(url, tmp_path, authorization) as program:
        yield program


on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_postgresql
def test_a_commit_of_which_nobody_knows_is_503_and_what_is_sent_again_is_there_once(
    behind: Program, proxy: Proxy, database: Database, tenant: UUID
) -> None:
    for path, how in WRITES.items():
        body = how.get("data") or json.dumps(statement())
        proxy.cut_at_commit = 1
        behind.says_503(path, **{**how, "data": body})
        assert proxy.cut_at_commit == 0, path
        assert behind.ask(path, **{**how, "data": body})[0] in (200, 204), path
    stored = [one.id for one in everything_stored(database, tenant)]
    assert len(stored) == len(set(stored)) == 2
    assert proxy.commits_cut == len(WRITES)


@on_postgresql
def test_while_the_database_is_away_everything_is_503_and_then_all_goes_on(behind: Program, proxy: Proxy) -> None:
    behind.takes_everything()
    for _ in range(2):
        proxy.away = True
        proxy.cut()
        for path, how in WRITES.items():
            behind.says_503(path, **how)
        for path in READS[:-1]:
            behind.says_503(path)
        assert behind.ask("/readyz")[0] == 503
        assert behind.ask("/healthz")[0] == 200
        proxy.away = False
        behind.takes_everything()


@on_postgresql
def test_keys_and_lists_of_what_is_withdrawn_are_given_while_the_database_is_away(
    behind: Program, proxy: Proxy, database: Database, tenant: UUID, now: datetime
) -> None:
    settings = behind.app.extensions["settings"]
    behind.app.extensions["settings"] = replace(settings, public_url="https://cdht.example.vn")
    recognise(database, tenant, now, "NV-1", "NV-2")
    issue(database, tenant, now)
    client = behind.app.test_client()
    paths = [f"/issuers/{tenant}/did.json", f"/issuers/{tenant}/status/1"]
    before = [client.get(path).data for path in paths]
    proxy.away = True
    proxy.cut()
    for path, known in zip(paths, before, strict=True):
        answer = client.get(path)
        assert (answer.status_code, answer.data) == (200, known)
        assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    behind.says_503(f"/issuers/{tenant}/status/2")
    proxy.away = False
    one = entries(database, tenant)[1].id
    with database.writing(tenant) as session:
        register.withdraw(session, tenant, one, reason="QĐ 20", ends_title=False, by="hoa", now=now)
    changed = client.get(paths[1])
    assert (changed.status_code, changed.data != before[1]) == (200, True)


@on_postgresql
def test_a_slow_database_makes_answers_late_and_nothing_else(
    behind: Program, proxy: Proxy, database: Database, tenant: UUID
) -> None:
    proxy.delay = 0.01
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: behind.ask("/xapi/statements", method="POST")[0], range(24)))
    assert answers == [200] * 24
    assert len({one.id for one in everything_stored(database, tenant)}) == 24


@on_postgresql
def test_without_a_connection_to_be_had_everything_is_503(
    program: Program, postgresql: Cluster, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = sql.Identifier(str(make_url(database_url).database))
    limit = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}")
    postgresql.as_superuser(limit.format(name, sql.Literal(0)))
    for path, how in WRITES.items():
        program.says_503(path, **how)
    program.says_503("/api/units")
    postgresql.as_superuser(limit.format(name, sql.Literal(-1)))
    program.takes_everything()

    engine = program.app.extensions["database"].engine
    monkeypatch.setattr(engine.pool, "_timeout", 0.01)
    held = [engine.connect() for _ in range(16)]
    for path, how in WRITES.items():
        program.says_503(path, **how)
    for one in held:
        one.close()
    program.takes_everything()


def test_where_nothing_may_be_written_reading_goes_on_and_writing_is_503(
    program: Program, postgresql: Cluster, database: Database, tmp_path: Path, authorization: str
) -> None:
    program.takes_everything()
    if database.is_sqlite:
        url = f"sqlite:///file:{database.url.database}?mode=ro&uri=true"
    else:
        name = sql.Identifier(str(database.url.database))
        postgresql.as_superuser(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
        url = database.url.render_as_string()
    with running(url, tmp_path, authorization) as restricted:
        for path, how in WRITES.items():
            restricted.says_503(path, **how)
        assert restricted.ask("/xapi/statements")[0] == 200
        assert restricted.ask("/readyz")[0] == 200
    program.takes_everything()


@on_sqlite
def test_on_a_full_disk_writing_is_503_reading_goes_on_and_nothing_is_there_by_half(
    program: Program, database: Database, tenant: UUID
) -> None:
    program.takes_everything()
    own = program.app.extensions["database"]

    def most(pages: int) -> Callable[..., None]:
        def limit(connection: sqlite3.Connection, *_: Any) -> None:
            connection.execute(f"PRAGMA max_page_count={pages}")

        return limit

    with database.engine.connect() as connection:
        pages = connection.execute(sa.text("PRAGMA page_count")).scalar()
    full, room = most(pages + 20), most(2**30)
    sa.event.listen(own.engine, "checkout", full)
    sent: list[list[str]] = []
    statuses = []
    for _ in range(40):
        batch = [statement(result={"response": "đầy " * 300}) for _ in range(10)]
        statuses.append(program.ask("/xapi/statements", method="POST", data=json.dumps(batch))[0])
        if statuses[-1] == 200:
            sent.append([one["id"] for one in batch])
    assert set(statuses) == {200, 503}
    program.says_503("/xapi/statements", method="POST", data=json.dumps(batch))
    assert program.ask("/xapi/statements")[0] == 200
    sa.event.remove(own.engine, "checkout", full)
    sa.event.listen(own.engine, "checkout", room)
    stored = {str(one.id) for one in everything_stored(database, tenant)}
    assert len(stored) == 2 + sum(map(len, sent)), "whole batches that were acknowledged, and the two from before"
    assert stored >= {one for batch_ids in sent for one in batch_ids}
    assert program.ask("/xapi/statements", method="POST", data=json.dumps(batch))[0] == 200
    program.takes_everything()
