"""A store with something of everything in it, and a second one, empty, to carry it to."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import Result
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask
from werkzeug.test import TestResponse

from lrs import api, signatures
from lrs.db import NOBODY, Database
from tests.conftest import PEPPER, application
from tests.lrs.resources.test_attachments import EMPTY, NOTES, PICTURE, declared, with_files
from tests.lrs.statements.builders import agent, statement, voiding
from tests.lrs.statements.test_related import RELATED_ACTIVITIES, RELATED_AGENTS, TARGET, referring
from tests.lrs.test_multipart import body, part
from tests.lrs.test_signatures import MIDDLE, ROOT, SIGNER, jws, with_signature
from tests.postgresql import Cluster
from wsgi import Settings

REGISTRATION = str(uuid4())


@dataclass
class Store:
    """A tenant of an application, as a platform with every scope and an operator see it."""

    app: Flask
    database: Database
    tenant: UUID
    authorization: str

    def send(self, method: str, path: str, **parts: Any) -> TestResponse:
        headers = {"Authorization": self.authorization, "X-Experience-API-Version": "2.0.0", **parts.pop("headers", {})}
        return self.app.test_client().open(path, method=method, headers=headers, **parts)

    def get(self, path: str = "/xapi/statements", **query: Any) -> TestResponse:
        return self.send("GET", path, query_string={key: _text(value) for key, value in query.items()})

    def post(self, *statements: dict[str, Any], files: tuple[bytes, ...] = ()) -> list[str]:
        """Store a batch; gives the ids."""
        first = json.dumps(statements, ensure_ascii=False).encode()
        kind = "application/json"
        if files:
            first = body(*map(part, files), first=b"Content-Type: application/json\r\n\r\n" + first)
            kind = "multipart/mixed; boundary=B"
        answer = self.send("POST", "/xapi/statements", data=first, content_type=kind)
        assert answer.status_code == 200, answer.text
        ids: list[str] = answer.get_json()
        return ids

    def run(self, *words: str, **options: Any) -> Result:
        return self.app.test_cli_runner().invoke(args=["lrs", *words], **options)

    def export(self, path: Path, *words: str) -> Path:
        result = self.run("export", str(path), *words)
        assert result.exit_code == 0, result.output
        return path

    def take_in(self, path: Path, *words: str) -> Result:
        result = self.run("import", str(path), *words)
        assert result.exit_code == 0, result.output
        return result


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _store(database: Database, folder: Path, now: datetime) -> Store:
    settings = Settings(folder, database.url.render_as_string(hide_password=False), PEPPER)
    with database.writing(NOBODY) as session:
        tenant = api.find_tenant(session)
        key, secret = api.create_credential(session, tenant, name="test", scopes=("all",), pepper=PEPPER, now=now)
    authorization = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
    return Store(application(settings, database), database, tenant, authorization)


@pytest.fixture
def store(database: Database, tmp_path: Path, now: datetime, other_tenant: UUID) -> Store:
    """An empty store, with a second tenant beside the one it is about."""
    return _store(database, tmp_path, now)


@pytest.fixture
def another(request: pytest.FixtureRequest, database: Database, tmp_path: Path, now: datetime) -> Iterator[Store]:
    """Another empty store, in another database of the same engine."""
    if database.is_sqlite:
        path = tmp_path / "another.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        lent = nullcontext(f"sqlite:///{path}")
    else:
        cluster: Cluster = request.getfixturevalue("postgresql")
        lent = cluster.lent_database("migrated")
    with lent as url:
        second = Database(url)
        yield _store(second, tmp_path, now)
        second.close()


@pytest.fixture
def full(store: Store, other_identity: api.Identity) -> Store:
    """A store that holds something of everything; and beside it a tenant with Statements of its own."""
    _fill(store)
    [taken] = [line["statement"]["id"] for line in _lines(store, "statement") if line["place"] == 1]
    with store.database.writing(other_identity.tenant) as session:
        api.store(session, other_identity, [statement("của người khác", id=taken), statement("nobody sees")])
    return store


@pytest.fixture(scope="session")
def exported(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The export of a store that holds something of everything; on which engine it was does not show."""
    folder = tmp_path_factory.mktemp("exported")
    shutil.copy(migrated_sqlite, folder / "full.sqlite3")
    database = Database(f"sqlite:///{folder}/full.sqlite3")
    store = _store(database, folder, datetime.now(UTC))
    _fill(store)
    written = store.export(folder / "export.ndjson").read_bytes()
    database.close()
    return written


def _lines(store: Store, kind: str) -> list[dict[str, Any]]:
    lines = map(json.loads, store.run("export", "-").stdout_bytes.splitlines())
    return [line for line in lines if line["kind"] == kind]


def _fill(store: Store) -> None:
    """Put something of everything into a store."""
    store.post({**TARGET, "id": str(uuid4())}, *RELATED_AGENTS.values(), *RELATED_ACTIVITIES.values())
    store.post(with_files(PICTURE, NOTES, EMPTY), files=(PICTURE, NOTES, EMPTY))
    store.post(with_files(PICTURE, id=str(uuid4())), files=(PICTURE,))
    store.post(statement(attachments=[declared(b"elsewhere", fileUrl="https://example.org/tệp")]))
    [target] = store.post(statement("bị-huỷ", id=str(uuid4())))
    [reference] = store.post(referring(target))
    void = voiding(target)
    store.post(void)
    waiting = str(uuid4())
    early = voiding(waiting)
    store.post(early)  # before what it voids
    store.post(referring(reference), {**statement(), "id": waiting})
    chicken, egg = voiding(uuid4()), None
    egg = voiding(chicken["id"])
    store.post(egg)
    store.post(chicken)  # voids; and was to be voided before it was known to
    with store.database.writing(store.tenant) as session:
        signatures.trust(session, store.tenant, ROOT.public_bytes(Encoding.PEM), now=datetime.now(UTC))
    plain = statement(id=str(uuid4()), context={"contextActivities": {"parent": {"id": "https://example.org/một"}}})
    plainer = {**plain, "id": str(uuid4())}
    for sent, signature in ((plain, jws(plain, SIGNER, MIDDLE)), (plainer, jws(plainer))):
        store.post(with_signature(sent, signature), files=(signature,))
    store.post(
        statement("nul", result={"response": "một\0hai", "extensions": {"https://example.org/số": 1.50e-7}}),
        statement(
            {"mbox": "mailto:a@example.org", "name": "Nguyễn Thị A"}, timestamp="2020-02-29T12:00:00.123456789+07:00"
        ),
        statement({"mbox": "mailto:a@example.org", "name": "Chị A"}, context={"registration": REGISTRATION}),
        statement({"openid": "https://example.org/b", "objectType": "Agent"}, verb="https://example.org/đọc"),
        statement({"objectType": "Group", "member": [agent("1"), agent("2")], "name": "Tổ"}),
    )
    assert store.send("PUT", **state("một"), data=b"\x00\xffbytes", content_type="image/png").status_code == 204
    for id_ in ("hai", "ba\0"):
        assert store.send("PUT", **state(id_), json={"trang": id_}).status_code == 204
    assert store.send("PUT", **state("hai", registration=REGISTRATION), json=[1.10]).status_code == 204
    profiles = {
        "/xapi/agents/profile": {"agent": json.dumps(agent())},
        "/xapi/activities/profile": {"activityId": "https://hoc.example.org/khoa/1"},
    }
    for path, query in profiles.items():
        answer = store.send("PUT", path, query_string={**query, "profileId": "hồ-sơ"}, json={"a": "ă"})
        assert answer.status_code == 204


def state(id_: str, **more: str) -> dict[str, Any]:
    query = {"activityId": "https://hoc.example.org/khoa/1", "agent": json.dumps(agent()), "stateId": id_, **more}
    return {"path": "/xapi/activities/state", "query_string": query}
