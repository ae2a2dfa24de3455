"""What test keys store is kept apart from everything real, and can be thrown away."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lrs import activities, api, definitions, sandbox
from lrs.db import EVERY_TENANT, NOBODY, Database
from lrs.models import Base
from lrs.tenants import find_sandbox
from tests import neighbour
from tests.conftest import PEPPER
from tests.lrs.resources.conftest import Send, sender
from tests.lrs.statements.builders import agent, statement, voiding

COURSE = "https://hoc.example.org/khoa/1"
STATE = {"activityId": COURSE, "stateId": "s"}


@pytest.fixture
def test_key(database: Database, now: datetime) -> Callable[[UUID], str]:
    """Makes a test key of a tenant; gives its Authorization header."""

    def make(of: UUID) -> str:
        with database.writing(of) as session:
            made = api.create_credential(
                session, of, name="x", scopes=["all"], pepper=PEPPER, now=now, test=True
            )  # fmt: skip
        return "Basic " + base64.b64encode(":".join(made).encode()).decode()

    return make


@pytest.fixture
def trying(client: FlaskClient, tenant: UUID, test_key: Callable[[UUID], str]) -> Send:
    """Sends a request with a test key of `tenant`."""
    return sender(client, test_key(tenant))


@pytest.fixture
def xapi(client: FlaskClient, tenant: UUID, credential: Callable[..., str]) -> Send:
    """Sends a request with a real key of `tenant`."""
    return sender(client, credential(tenant))


def rows(database: Database) -> dict[tuple[str, UUID], int]:
    """How many rows each tenant but the one next door has in each table but that of credentials."""
    found: dict[tuple[str, UUID], int] = {}
    with database.reading(EVERY_TENANT) as session:
        next_door = api.find_tenant(session, neighbour.NAME)
        for table in Base.metadata.sorted_tables:
            if "tenant_id" in table.columns and table.name != "lrs_credential":
                counted = sa.select(table.c.tenant_id, sa.func.count()).group_by(table.c.tenant_id)
                counts = session.execute(counted.where(table.c.tenant_id != next_door))
                found |= {(table.name, tenant): count for tenant, count in counts}
    return found


def _json(document: Any) -> str:
    return json.dumps(document)


def fill(send: Send) -> None:
    """Something of everything that a platform can store."""
    ids = [str(uuid4()) for _ in range(3)]
    group = {"objectType": "Group", "member": [agent("a") | {"name": "An"}, agent("b")]}
    sent = [statement(id=ids[0]), statement(group, id=ids[1]), voiding(ids[1], id=ids[2])]
    assert send("POST", "/xapi/statements", json=sent).status_code == 200
    content = "tệp đính kèm".encode()
    sha2 = hashlib.sha256(content).hexdigest()
    declared = {"usageType": "https://e.org/x", "display": {}, "contentType": "text/plain", "length": len(content)}
    with_file = statement(attachments=[declared | {"sha2": sha2}])
    body = b"\r\n".join(
        [b"--b", b"Content-Type: application/json", b"", _json(with_file).encode(), b"--b",
         b"Content-Type: text/plain", b"Content-Transfer-Encoding: binary",
         f"X-Experience-API-Hash: {sha2}".encode(), b"", content, b"--b--", b""]
    )  # fmt: skip
    answer = send("POST", "/xapi/statements", data=body, content_type="multipart/mixed; boundary=b")
    assert answer.status_code == 200, answer.text
    query = STATE | {"agent": _json(agent("a"))}
    assert send("PUT", "/xapi/activities/state", query_string=query, data=b"x").status_code == 204
    assert send("GET", "/xapi/statements?format=canonical").status_code == 200


def test_with_a_test_key_everything_is_as_for_real_and_real_keys_see_nothing_of_it(
    trying: Send, xapi: Send, client: FlaskClient, test_key: Callable[[UUID], str], tenant: UUID, other_tenant: UUID
) -> None:
    fill(trying)
    listed = trying("GET", "/xapi/statements?limit=1&attachments=false")
    assert len(listed.json["statements"]) == 1
    assert trying("GET", listed.json["more"]).status_code == 200
    assert trying("GET", "/xapi/statements?attachments=true").mimetype == "multipart/mixed"
    assert trying("GET", "/xapi/activities", query_string={"activityId": COURSE}).json["definition"]
    assert trying("GET", "/xapi/agents", query_string={"agent": _json(agent("a"))}).json["name"] == ["An"]
    assert trying("GET", "/xapi/activities/state", query_string=STATE | {"agent": _json(agent("a"))}).data == b"x"
    second_key = sender(client, test_key(tenant))
    assert len(second_key("GET", "/xapi/statements").json["statements"]) == 3
    for other in (xapi, sender(client, test_key(other_tenant))):
        assert other("GET", "/xapi/statements").json["statements"] == []
        assert other("GET", listed.json["more"]).status_code == 400
        assert "definition" not in other("GET", "/xapi/activities", query_string={"activityId": COURSE}).json
        assert "name" not in other("GET", "/xapi/agents", query_string={"agent": _json(agent("a"))}).json
        query = STATE | {"agent": _json(agent("a"))}
        assert other("GET", "/xapi/activities/state", query_string=query).status_code == 404


def test_one_id_may_be_used_in_the_sandbox_and_for_real(trying: Send, xapi: Send) -> None:
    one = statement(id=str(uuid4()))
    for send, sent in ((trying, one), (xapi, {**one, "actor": agent("another")})):
        assert send("POST", "/xapi/statements", json=sent).status_code == 200


def test_every_answer_to_a_test_key_says_so_and_no_other(
    trying: Send, xapi: Send, client: FlaskClient, tenant: UUID
) -> None:
    asked = [("GET", "/xapi/statements", 200), ("POST", "/xapi/statements", 400), ("GET", "/xapi/agents", 400)]
    for method, path, status in asked:
        for send, said in ((trying, "kept apart, counts for nothing"), (xapi, None)):
            answer = send(method, path)
            assert (answer.status_code, answer.headers.get("X-Test-Mode")) == (status, said)
    assert "X-Test-Mode" not in client.get("/xapi/about").headers


@pytest.mark.slow
def test_emptying_removes_all_that_the_sandbox_holds_and_nothing_else(
    database: Database,
    trying: Send,
    xapi: Send,
    client: FlaskClient,
    test_key: Callable[[UUID], str],
    tenant: UUID,
    other_tenant: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "CHUNK", 2)
    theirs = sender(client, test_key(other_tenant))
    for send in (xapi, theirs):
        fill(send)
    before = rows(database)
    fill(trying)
    with_test = rows(database)
    gone = sandbox.empty(database, tenant)
    assert rows(database) == before
    there = {name: count for (name, of), count in with_test.items() if (name, of) not in before}
    assert there.pop("lrs_definitions_position") == 1
    assert gone == there
    assert gone["lrs_statement"] == 4
    assert not sandbox.empty(database, tenant)
    fill(trying)
    assert rows(database) == with_test
    assert trying("GET", "/xapi/activities", query_string={"activityId": COURSE}).json["definition"]


def test_where_there_is_no_sandbox_there_is_nothing_to_empty(database: Database, tenant: UUID, xapi: Send) -> None:
    fill(xapi)
    before = rows(database)
    assert sandbox.empty(database, tenant) == {}
    assert rows(database) == before


def test_what_is_stored_while_the_sandbox_is_emptied_goes_too(
    database: Database, tenant: UUID, trying: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(trying)
    one = statement(agent("a") | {"name": "An"}, id=str(uuid4()))
    alone = sandbox._alone

    def post_first(of: Database, owner: UUID) -> Any:
        assert trying("POST", "/xapi/statements", json=one).status_code == 200  # again and again, as a platform may
        definitions.catch_up(of, owner)
        return alone(of, owner)

    monkeypatch.setattr(sandbox, "_alone", post_first)
    sandbox.empty(database, tenant)
    assert rows(database) == {}
    fill(trying)
    assert trying("GET", "/xapi/activities", query_string={"activityId": COURSE}).json["definition"]


def test_merging_that_has_read_what_is_then_emptied_merges_nothing(
    database: Database, tenant: UUID, trying: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trying("POST", "/xapi/statements", json=statement()).status_code == 200
    with database.reading(NOBODY) as session:
        owner = find_sandbox(session, tenant)
    assert owner is not None
    read = activities.activities_in

    def empty_first(document: Any) -> Any:
        monkeypatch.undo()
        sandbox.empty(database, tenant)
        return read(document)

    monkeypatch.setattr(activities, "activities_in", empty_first)
    definitions.catch_up(database, owner)
    assert {name for name, _ in rows(database)} <= {"lrs_definitions_position"}
    fill(trying)
    assert trying("GET", "/xapi/activities", query_string={"activityId": COURSE}).json["definition"]
