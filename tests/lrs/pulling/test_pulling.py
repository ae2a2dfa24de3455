"""Pulling from our own program over real HTTP, and from stores that fail, lie or lead elsewhere."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from lrs import api, attachments
from lrs.attachments import Content
from lrs.db import NOBODY, Database
from lrs.errors import InvalidRequest
from lrs.models import Source, Statement
from lrs.pulling import asking
from lrs.pulling.taking import Puller
from lrs.statements.store import check, put
from tests.conftest import PEPPER
from tests.lrs.forwarding.stores import HOSTS, Scripted, Store, scripted, secret_for, served
from tests.lrs.statements.builders import statement, voiding
from wsgi import Settings, create_app


class There:
    """The other store: our own program."""

    def __init__(self, database: Database, endpoint: str, now: datetime) -> None:
        self.database, self.endpoint = database, endpoint
        with database.reading(NOBODY) as session:
            self.tenant = api.find_tenant(session)
        self.credential = secret_for(database, now)
        with database.reading(NOBODY) as session:
            self.identity = api.acting(session, self.tenant, "test/x", name="x", pepper=PEPPER)

    def store(self, *statements: dict[str, Any]) -> list[str]:
        with self.database.writing(self.tenant) as session:
            return [str(one) for one in api.store(session, self.identity, statements)]


@pytest.fixture
def there(migrated_sqlite: Path, tmp_path: Path, now: datetime) -> Iterator[There]:
    path = tmp_path / "there.sqlite3"
    shutil.copy(migrated_sqlite.with_name("empty.sqlite3"), path)
    database = Database(f"sqlite:///{path}")
    app = create_app(Settings(data_dir=tmp_path, database_url=f"sqlite:///{path}", secret_key=PEPPER), database)
    with served(app) as endpoint:
        yield There(database, endpoint, now)
    database.close()


def point_at(database: Database, tenant: UUID, endpoint: str, **told: Any) -> None:
    said = {"username": "k", "password": "s", "hosts": HOSTS, "pepper": PEPPER, "now": datetime.now(UTC)} | told
    with database.writing(tenant) as session:
        api.set_source(session, tenant, "kia", endpoint=endpoint, **said)


def known(database: Database, tenant: UUID) -> api.Source:
    with database.reading(tenant) as session:
        return api.source(session, tenant, "kia")


def ids(database: Database, tenant: UUID) -> list[str]:
    with database.reading(tenant) as session:
        mine = sa.select(Statement.id).where(Statement.tenant_id == tenant).order_by(Statement.seq)
        return [str(one) for one in session.scalars(mine)]


def puller(database: Database, tenant: UUID, clock: Any = None) -> Puller:
    clock = clock or (lambda: datetime.now(UTC))
    return Puller(database, tenant, known(database, tenant).id, pepper=PEPPER, hosts=HOSTS, clock=clock, seconds=10.0)


def pull_all(one: Puller) -> None:
    for _ in range(100):
        if not one.step():
            return
    raise AssertionError("it does not come to an end")


def again(database: Database, tenant: UUID) -> None:
    with database.writing(tenant) as session:
        api.resume_source(session, tenant, "kia")


def test_all_comes_once_page_by_page_with_what_the_other_store_said(
    database: Database, tenant: UUID, there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LIMIT", 4)
    sent = there.store(*(statement(id=str(uuid4())) for _ in range(10)))
    gone = voiding(sent[0])
    there.store(gone)
    point_at(database, tenant, there.endpoint, **there.credential)
    one = puller(database, tenant)
    pull_all(one)
    # The voided one is not in any list (xAPI 1.0.3 Communication 2.1.4); its voiding is.
    assert ids(database, tenant) == [*sent[1:], gone["id"]]
    found = known(database, tenant)
    assert (found.stored, found.refused, found.under_way, found.answer) == (10, 0, False, "200")
    assert found.again_at is not None
    assert not one.step()  # it rests
    with database.reading(tenant) as session:
        chain = api.provenance(session, tenant, [UUID(sent[1])])[UUID(sent[1])]
        mine = api.get_statements(session, tenant, [UUID(sent[1])])[0].document
    with there.database.reading(there.tenant) as session:
        theirs = api.get_statements(session, there.tenant, [UUID(sent[1])])[0].document
    assert chain == [{"stored": theirs["stored"], "authority": theirs["authority"]}]
    assert mine["authority"]["account"]["name"] == "source/kia"
    later = there.store(statement())
    again(database, tenant)
    pull_all(one)
    assert ids(database, tenant)[-1:] == later
    assert known(database, tenant).stored == 11


def test_broken_off_it_goes_on_and_nothing_is_there_twice(
    database: Database, tenant: UUID, there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LIMIT", 3)
    sent = there.store(*(statement(id=str(uuid4())) for _ in range(7)))
    point_at(database, tenant, there.endpoint, **there.credential)
    real = Puller._note

    class Killed(BaseException):
        pass

    def end(*_: Any) -> Any:
        raise Killed

    for _ in range(3):
        monkeypatch.setattr(Puller, "_note", end)
        with pytest.raises(Killed):  # the page is stored, and nobody noted it
            puller(database, tenant).step()
        monkeypatch.setattr(Puller, "_note", real)
        puller(database, tenant).step()
    assert ids(database, tenant) == sent


def test_attachments_come_along_and_only_what_was_asked_for(database: Database, tenant: UUID, there: There) -> None:
    content = b"gi\xe1\xba\xa5y\r\n"
    sha2 = hashlib.sha256(content).hexdigest()
    declared = {
        "usageType": "https://hoc.example.org/giay", "display": {"vi": "Giấy"}, "contentType": "text/plain",
        "length": len(content), "sha2": sha2,
    }  # fmt: skip
    wanted = statement(verb="passed", id=str(uuid4()), attachments=[declared])
    with there.database.writing(there.tenant) as session:
        put(session, check(there.identity, [wanted], contents=[Content(sha2, content)]))
    there.store(statement(verb="failed"))
    parameters = {"verb": "http://adlnet.gov/expapi/verbs/passed"}
    point_at(database, tenant, there.endpoint, parameters=parameters, **there.credential)
    pull_all(puller(database, tenant))
    assert ids(database, tenant) == [wanted["id"]]
    with database.reading(tenant) as session:
        assert attachments.read(session, tenant, sha2) == content


# ---------------------------------------------------------------- stores that fail, lie or lead elsewhere

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store that answers each GET as it is told; `sent` is what was asked."""

    def asked(request: BaseHTTPRequestHandler) -> None:
        request.server.sent.append(request.path)  # type: ignore[attr-defined]
        request.server.answering(request)  # type: ignore[attr-defined]

    monkeypatch.setattr(Scripted, "do_GET", asked, raising=False)
    with scripted() as server:
        yield server


def page(*statements: Any, more: str = "", **headers: str) -> Any:
    body = json.dumps({"statements": statements, "more": more}).encode()
    return lambda request: request.answer(200, body, Content_Type="application/json", **headers)


def stored(document: dict[str, Any], at: str = "2026-11-20T05:00:00Z") -> dict[str, Any]:
    return {"id": str(uuid4()), **document, "stored": at}


@on_sqlite
def test_each_statement_is_checked_faults_are_told_and_go_when_it_is_mended(
    database: Database, tenant: UUID, other: Store
) -> None:
    good, bad = stored(statement()), stored({**statement(), "verb": {"id": "học"}})
    other.answering = page(good, bad, 7)
    point_at(database, tenant, other.endpoint)
    pull_all(puller(database, tenant))
    assert ids(database, tenant) == [good["id"]]
    with database.reading(tenant) as session:
        refused = {one.statement: one.faults for one in api.source_refusals(session, tenant, "kia")}
    assert len(refused) == 2
    assert [one["place"] for one in refused[bad["id"]]] == ["/verb/id"]
    other.answering = page(good, {**bad, "verb": {"id": "https://hoc.example.org/v"}})
    again(database, tenant)
    pull_all(puller(database, tenant))
    found = known(database, tenant)
    assert (found.stored, found.refused) == (2, 1)


@on_sqlite
def test_a_round_begins_shortly_before_what_was_reached_as_far_as_the_store_is_sure(
    database: Database, tenant: UUID, other: Store
) -> None:
    at = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
    far = stored(statement(), "2099-01-01T00:00:00Z")
    other.answering = page(far, X_Experience_API_Consistent_Through="2026-11-20T05:30:00Z")
    point_at(database, tenant, other.endpoint, since=at - timedelta(days=9), overlap=600)
    one = puller(database, tenant, lambda: at)
    pull_all(one)
    assert "since=2026-11-11T06%3A00%3A00%2B00%3A00" in str(other.sent[0])
    assert known(database, tenant).reached == datetime(2026, 11, 20, 5, 30, tzinfo=UTC)
    again(database, tenant)
    pull_all(one)
    assert "since=2026-11-20T05%3A20%3A00%2B00%3A00" in str(other.sent[1])


@on_sqlite
def test_a_page_that_is_not_kept_any_more_begins_the_round_anew(database: Database, tenant: UUID, other: Store) -> None:
    first, second = stored(statement()), stored(statement())
    other.answering = page(first, more="/xapi/statements/more/1")
    point_at(database, tenant, other.endpoint)
    one = puller(database, tenant)
    assert one.step()
    other.answering = lambda request: request.answer(404)
    assert not one.step()
    assert (known(database, tenant).under_way, known(database, tenant).answer[:3]) == (False, "404")
    other.answering = page(first, second)
    again(database, tenant)
    pull_all(one)
    assert ids(database, tenant) == [first["id"], second["id"]]
    assert [str(path).split("?")[0] for path in other.sent] == [
        "/xapi/statements", "/xapi/statements/more/1", "/xapi/statements",
    ]  # fmt: skip


def _break_off(request: Scripted) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "9999")
    request.end_headers()
    request.wfile.write(b'{"statements": [')


@on_sqlite
@pytest.mark.parametrize(
    "answering",
    [
        page(stored(statement()), more="http://169.254.169.254/latest"),
        page(stored(statement()), more="//10.0.0.8/xapi/statements"),
        lambda request: request.answer(302, Location="http://127.0.0.1:1/"),
        lambda request: request.answer(200, b"<html>", Content_Type="text/html"),
        lambda request: request.answer(200, b"[]", Content_Type="application/json"),
        lambda request: request.answer(200, b"--x", Content_Type="multipart/mixed; boundary=x"),
        lambda request: request.answer(503, Retry_After="120"),
        lambda request: request.connection.shutdown(socket.SHUT_RDWR),
        _break_off,
    ],
)
def test_what_is_no_page_of_this_store_is_asked_for_again_later(
    database: Database, tenant: UUID, other: Store, answering: Any
) -> None:
    other.answering = answering
    point_at(database, tenant, other.endpoint)
    assert not puller(database, tenant).step()
    found = known(database, tenant)
    assert (found.failures, found.stored, len(other.sent)) == (1, 0, 1)
    assert found.again_at is not None and found.answer
    assert ids(database, tenant) == []


@on_sqlite
def test_every_fault_of_a_source_is_told(database: Database, tenant: UUID, now: datetime) -> None:
    with pytest.raises(InvalidRequest) as refused:
        point_at(
            database, tenant, "https://khac.example/xapi", parameters={"agent": "{}", "verb": 1}, every=1, overlap=-1,
            since=now, until=now, password=None,
        )  # fmt: skip
    assert {fault.place for fault in refused.value.faults} == {
        "endpoint", "password", "parameters/agent", "parameters/verb", "every", "overlap", "until",
    }  # fmt: skip
    with database.reading(tenant) as session:
        assert session.scalars(sa.select(Source).where(Source.tenant_id == tenant)).all() == []
