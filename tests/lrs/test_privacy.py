"""Opaque accounts on the way in: who is told by a mail address, its hash, an OpenID or a name is told no more."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha1
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given

from lrs import api, documents, privacy, tenants
from lrs.attachments import SIGNATURE
from lrs.db import Database
from lrs.errors import InvalidRequest, InvalidStatement
from lrs.models import Document
from lrs.privacy import OpaqueAccounts
from lrs.statements.validate import check_statements, encode
from tests.conftest import PEPPER
from tests.lrs.resources.conftest import Send, sender
from tests.lrs.statements.builders import agent, statement
from tests.lrs.statements.strategies import statements

TENANT = UUID("01900000-0000-7000-8000-000000000001")
ACCOUNTS = OpaqueAccounts.of(TENANT, PEPPER)
MAIL = "mailto:an.nguyen@example.org"
HASH = sha1(MAIL.encode(), usedforsecurity=False).hexdigest()
AN = {"mbox": MAIL, "name": "Nguyễn Văn An"}
OPENID = {"openid": "https://id.example.org/an", "objectType": "Agent"}
SECRETS = ("an.nguyen", HASH, "id.example.org", "Nguyễn")
COURSE = "https://hoc.example.org/khoa/1"


def take(*sent: dict[str, Any]) -> list[dict[str, Any]]:
    check_statements(list(sent), version="2.0.0")
    taken = privacy.take_in(ACCOUNTS, sent)
    check_statements(taken, version="2.0.0")
    return taken


def faults(*sent: dict[str, Any]) -> dict[str, str]:
    check_statements(list(sent), version="2.0.0")
    with pytest.raises(InvalidStatement) as refused:
        privacy.take_in(ACCOUNTS, sent)
    return {fault.place: fault.message for fault in refused.value.faults}


# --- Who stands for whom


def test_a_mail_address_and_its_hash_are_one_account_of_the_tenants() -> None:
    account = ACCOUNTS.actor(AN)["account"]
    assert account["homePage"] == f"urn:uuid:{TENANT}"
    assert len(bytes.fromhex(account["name"])) == 16
    assert ACCOUNTS.actor({"mbox_sha1sum": HASH})["account"] == account
    assert ACCOUNTS.actor({"mbox_sha1sum": HASH.upper(), "name": "?"})["account"] == account
    assert ACCOUNTS.actor({"objectType": "Group", "mbox": MAIL}) == {"objectType": "Group", "account": account}
    assert OpaqueAccounts.of(TENANT, PEPPER).actor(AN)["account"] == account


def test_other_people_tenants_and_installations_have_other_accounts() -> None:
    made = [
        ACCOUNTS.actor(AN),
        ACCOUNTS.actor({"mbox": "mailto:binh@example.org"}),
        ACCOUNTS.actor(OPENID),
        OpaqueAccounts.of(uuid4(), PEPPER).actor(AN),
        OpaqueAccounts.of(TENANT, b"another secret").actor(AN),
    ]
    assert len({one["account"]["name"] for one in made}) == len(made)


def test_the_secret_is_in_nothing_that_is_shown() -> None:
    assert PEPPER.hex() not in repr(ACCOUNTS)
    assert "key" not in repr(ACCOUNTS)


def test_what_certification_is_told_is_what_stands_in_the_statement() -> None:
    for actor in (AN, OPENID, {"mbox_sha1sum": HASH}):
        text = api.ifi_text(actor)
        assert text is not None
        opaque = api.opaque_account(text, tenant=TENANT, secret=PEPPER)
        assert opaque == api.ifi_text(ACCOUNTS.actor(actor))
        assert opaque is not None
        assert api.opaque_account(opaque, tenant=TENANT, secret=PEPPER) is None


# --- Statements


GROUP = {"objectType": "Group", "name": "Tổ 1", "mbox": "mailto:to1@example.org", "member": [AN, OPENID, agent("nv-1")]}
CONTEXT: dict[str, Any] = {
    "instructor": AN,
    "team": GROUP,
    "contextAgents": [{"objectType": "contextAgent", "agent": AN}],
    "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [AN]}}],
}
SUB = {**statement(AN, context=CONTEXT), "objectType": "SubStatement"}
EVERYWHERE = [
    statement(AN),
    statement(GROUP),
    statement({"objectType": "Group", "member": [AN, OPENID]}),
    statement(object=AN | {"objectType": "Agent"}),
    statement(object=GROUP),
    statement(context=CONTEXT),
    statement(object=SUB),
    statement(object={**SUB, "object": GROUP}),
]


def agents_of(tenant: UUID) -> sa.Select[str | None]:
    return sa.select(Document.agent).where(Document.tenant_id == tenant)


@pytest.mark.parametrize("sent", EVERYWHERE)
def test_wherever_an_actor_stands_nothing_tells_who_it_is(sent: dict[str, Any]) -> None:
    before = copy.deepcopy(sent)
    [taken] = take(sent)
    assert sent == before
    assert [word for word in SECRETS if word in encode(taken)] == []
    assert ("Tổ 1" in encode(sent)) == ("Tổ 1" in encode(taken))
    assert take(taken) == [taken]
    mended = json.loads(encode(taken))
    for path in ("verb", "result", "timestamp"):
        assert mended.get(path) == sent.get(path)


def test_everything_but_the_actors_stays_as_sent() -> None:
    kept = statement(
        agent("nv-1"), context={"extensions": {"https://e.org/x": AN}, "registration": str(uuid4())},
        result={"response": MAIL, "score": {"scaled": 0.5}},
    )  # fmt: skip
    assert take(kept) == [kept]


@given(statements())
def test_any_statement_stays_valid_and_says_the_same_but_for_its_actors(sent: dict[str, Any]) -> None:
    check_statements([sent], version="2.0.0")
    try:
        [taken] = privacy.take_in(ACCOUNTS, [sent])
    except InvalidStatement as refused:
        assert all("account" in fault.place for fault in refused.faults)
        return
    check_statements([taken], version="2.0.0")
    assert '"mbox' not in encode(taken["actor"])
    assert privacy.take_in(ACCOUNTS, [taken]) == [taken]
    assert {key for key in sent if sent[key] != taken[key]} <= {"actor", "object", "context"}


# --- What is refused


TELLING = [
    "001203004567", "001 203 004 567", "001.203.004.567", "001-203-004-567", "００１２０３００４５６７",
    "cccd:001203004567", "CCCD 001203004567", "001\u200b203004567", "123456789", "123 456 789", "CMND 123456789",
    "0912345678", "0912 345 678", "+84912345678", "+84 (0) 912 345 678", "84912345678", "0084912345678",
    "tel:0912345678", "024 3825 1234", "an@example.org", "AN@EXAMPLE.ORG", "mailto:an@example.org",
    "٠٩١٢٣٤٥٦٧٨", "an%40example.org", " an@example.org ", "an＠example.org", "An <an@example.org>",
]  # fmt: skip
OPAQUE = [
    "nv-0001", "NV001203004567", "12345678", "1234567890", "12345678901", "1234567890123", "", "a", "an@", "@an",
    "3f1b0c2e-7d4a-4c59-9a5e-0d6a1b2c3d4e", "an at example.org", "1203004567", "nguyenvanan", "\0", "💡" * 12,
]  # fmt: skip


@pytest.mark.parametrize("name", TELLING)
def test_an_account_that_tells_who_somebody_is_is_refused_and_not_repeated(name: str) -> None:
    found = faults(statement(agent(name)), statement({"objectType": "Group", "member": [AN, agent(name)]}))
    assert list(found) == ["/0/actor/account/name", "/1/actor/member/1/account/name"]
    for message in found.values():
        assert message.startswith("this looks like ")
        assert "homePage" in message
        assert not name.strip() or name not in message


@pytest.mark.parametrize("name", OPAQUE)
def test_an_account_with_an_opaque_code_is_taken(name: str) -> None:
    assert take(statement(agent(name))) == [statement(agent(name))]


def test_every_place_is_named_and_a_home_page_that_is_somebodys_too() -> None:
    bad = agent("0912345678")
    sub = {
        **statement(bad, context={"instructor": bad, "contextAgents": [{"objectType": "contextAgent", "agent": bad}]})
    }
    found = faults(statement(object={**sub, "objectType": "SubStatement"}, context={"team": {
        "objectType": "Group", "account": {"homePage": "MAILTO:an@example.org", "name": "x"}, "member": [AN, bad],
    }}))  # fmt: skip
    assert list(found) == [
        "/object/actor/account/name",
        "/object/context/instructor/account/name",
        "/object/context/contextAgents/0/agent/account/name",
        "/context/team/account/homePage",
        "/context/team/member/1/account/name",
    ]


def test_of_very_many_faults_not_all_are_named() -> None:
    many = {"objectType": "Group", "member": [agent("0912345678")] * 5000}
    with pytest.raises(InvalidStatement) as refused:
        privacy.take_in(ACCOUNTS, [statement(many), statement(many)])
    found = refused.value.faults
    assert len(found) == 1001
    assert found[-1].message.startswith("there are more")


def signed(**parts: Any) -> dict[str, Any]:
    signature = {
        "usageType": SIGNATURE, "display": {}, "contentType": "application/octet-stream", "length": 1, "sha2": "a" * 64,
        "fileUrl": "https://e.org/s",
    }  # fmt: skip
    return statement(attachments=[signature], **parts)


def test_a_signed_statement_is_taken_as_it_is_or_refused() -> None:
    assert take(signed(actor=agent("nv-1"))) == [signed(actor=agent("nv-1"))]
    found = faults(signed(actor=AN, context={"instructor": agent("nv-2") | {"name": "Bình"}}))
    assert list(found) == ["/actor", "/context/instructor"]
    assert all("cannot be altered" in message for message in found.values())


# --- Over HTTP


@pytest.fixture
def xapi(database: Database, client: FlaskClient, tenant: UUID, credential: Callable[..., str], now: datetime) -> Send:
    """Sends requests of a tenant that has opaque accounts."""
    switch(database, tenant, True, now)
    return sender(client, credential(tenant))


def switch(database: Database, tenant: UUID, wanted: bool, now: datetime) -> None:
    with database.writing(tenant) as session:
        tenants.set_opaque_accounts(session, tenant, wanted, now=now)


NEW = {"If-None-Match": "*"}


def test_the_person_is_found_by_what_the_platform_knows_and_by_what_is_kept(xapi: Send, tenant: UUID) -> None:
    account = OpaqueAccounts.of(tenant, PEPPER).actor(AN)
    one, other = statement(AN, id=str(uuid4())), statement({"mbox_sha1sum": HASH}, id=str(uuid4()))
    related = statement("nv-9", id=str(uuid4()), context={"instructor": AN})
    for sent in (one, other, related):
        assert xapi("POST", "/xapi/statements", json=sent).status_code == 200
    for asked in (AN, {"mbox": MAIL}, {"mbox_sha1sum": HASH}, account):
        query: dict[str, Any] = {"agent": json.dumps(asked), "limit": 1, "ascending": "true"}
        first = xapi("GET", "/xapi/statements", query_string=query).json
        second = xapi("GET", first["more"]).json
        assert [each["id"] for each in first["statements"] + second["statements"]] == [one["id"], other["id"]]
        assert first["statements"][0]["actor"] == account
        query = {"agent": json.dumps(asked), "related_agents": "true"}
        assert len(xapi("GET", "/xapi/statements", query_string=query).json["statements"]) == 3
        person = xapi("GET", "/xapi/agents", query_string={"agent": json.dumps(asked)}).json
        assert person == {"objectType": "Person", "account": [account["account"]]}


@pytest.mark.parametrize(
    ("path", "context"),
    [
        ("/xapi/activities/state", {"activityId": COURSE, "stateId": "s"}),
        ("/xapi/agents/profile", {"profileId": "s"}),
    ],
)
def test_documents_about_a_person_are_kept_under_the_opaque_account(
    xapi: Send, database: Database, tenant: UUID, path: str, context: dict[str, str]
) -> None:
    put = context | {"agent": json.dumps(AN)}
    assert xapi("PUT", path, query_string=put, data=b"x", headers={"If-None-Match": "*"}).status_code == 204
    account = OpaqueAccounts.of(tenant, PEPPER).actor(AN)
    listed = {key: value for key, value in context.items() if key not in ("stateId", "profileId")}
    for asked in (AN, {"mbox_sha1sum": HASH}, account):
        agent_asked = {"agent": json.dumps(asked)}
        assert xapi("GET", path, query_string=context | agent_asked).data == b"x"
        assert xapi("GET", path, query_string=listed | agent_asked).json == ["s"]
    with database.reading(tenant) as session:
        assert session.scalars(agents_of(tenant)).all() == [api.ifi_text(account)]
    assert xapi("DELETE", path, query_string=context | {"agent": json.dumps(AN)}).status_code == 204
    assert xapi("GET", path, query_string=put).status_code == 404


def test_documents_that_are_there_move_to_the_opaque_accounts(
    xapi: Send, app: Flask, database: Database, tenant: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "_MOVED_AT_ONCE", 2)
    path, actors = "/xapi/activities/state", (AN, OPENID, agent("nv-1"), {"mbox": "mailto:binh@example.org"})

    def about(actor: dict[str, Any], state: str) -> dict[str, Any]:
        return {"query_string": {"activityId": COURSE, "stateId": state, "agent": json.dumps(actor)}}

    def written(actor: dict[str, Any], state: str, data: bytes) -> None:
        assert xapi("PUT", path, **about(actor, state), data=data, content_type="text/plain").status_code == 204

    activity = {"query_string": {"activityId": COURSE, "profileId": "p"}}
    assert xapi("PUT", "/xapi/activities/profile", **activity, data=b"x", headers=NEW).status_code == 204
    written(AN, "a", b"after")
    switch(database, tenant, False, now)
    for actor in actors:
        for state in "abc":
            written(actor, state, encode(actor).encode())
    etags = [xapi("GET", path, **about(actor, "b")).headers["ETag"] for actor in actors]
    words = ["lrs", "tenant", "privacy", "--opaque-accounts", "on"]
    assert "9 documents" in app.test_cli_runner().invoke(args=words).output
    assert "0 documents" in app.test_cli_runner().invoke(args=words).output
    assert [xapi("GET", path, **about(actor, "b")).headers["ETag"] for actor in actors] == etags
    assert xapi("GET", path, **about(AN, "a")).data == b"after"
    assert [xapi("GET", path, **about(actor, "c")).data for actor in actors] == [encode(one).encode() for one in actors]
    with database.reading(tenant) as session:
        kept = [one for one in session.scalars(agents_of(tenant)) if one is not None]
    assert len(kept) == 12
    assert all(one.startswith("account ") for one in kept)
    assert xapi("GET", "/xapi/activities/profile", **activity).data == b"x"


def test_nothing_is_written_about_an_account_that_tells_who_it_is_but_what_is_there_can_go(
    xapi: Send, database: Database, tenant: UUID, now: datetime
) -> None:
    number = {"activityId": COURSE, "stateId": "s", "agent": json.dumps(agent("001203004567"))}
    path = "/xapi/activities/state"
    switch(database, tenant, False, now)
    assert xapi("PUT", path, query_string=number, data=b"x").status_code == 204
    switch(database, tenant, True, now)
    for method in ("PUT", "POST"):
        answer = xapi(method, path, query_string=number, data=b"y")
        assert answer.status_code == 400
        assert [error["place"] for error in answer.json["errors"]] == ["agent/account/name"]
    assert xapi("GET", path, query_string=number).data == b"x"
    assert xapi("DELETE", path, query_string=number).status_code == 204


def test_the_same_again_is_a_repeat_however_the_person_is_told(xapi: Send) -> None:
    sent = statement(AN, id=str(uuid4()))
    for actor in (AN, AN, {"mbox_sha1sum": HASH, "name": "khác"}):
        assert xapi("POST", "/xapi/statements", json={**sent, "actor": actor}).status_code == 200
    stored = xapi("GET", f"/xapi/statements?statementId={sent['id']}").json
    assert xapi("POST", "/xapi/statements", json=stored).status_code == 200
    other = {**sent, "actor": {"mbox": "mailto:binh@example.org"}}
    assert xapi("POST", "/xapi/statements", json=other).status_code == 409


def test_what_was_stored_before_and_is_sent_again_is_a_repeat_too(
    xapi: Send, database: Database, tenant: UUID, now: datetime
) -> None:
    sent = statement(GROUP, id=str(uuid4()), context={"instructor": AN})
    switch(database, tenant, False, now)
    assert xapi("POST", "/xapi/statements", json=sent).status_code == 200
    switch(database, tenant, True, now)
    assert xapi("POST", "/xapi/statements", json=sent).status_code == 200
    other = {**sent, "context": {"instructor": OPENID}}
    assert xapi("POST", "/xapi/statements", json=other).status_code == 409


def test_a_refusal_names_the_place_and_nothing_of_the_batch_is_stored(xapi: Send) -> None:
    answer = xapi("POST", "/xapi/statements", json=[statement(AN), statement(agent("0912345678"))])
    assert answer.status_code == 400
    [error] = answer.json["errors"]
    assert error["place"] == "/1/actor/account/name"
    assert "0912345678" not in answer.text
    assert xapi("GET", "/xapi/statements").json["statements"] == []


def test_it_is_one_tenants_choice_and_holds_from_the_next_request_in_its_sandbox_too(
    database: Database,
    client: FlaskClient,
    tenant: UUID,
    other_tenant: UUID,
    credential: Callable[..., str],
    now: datetime,
) -> None:
    with database.writing(tenant) as session:
        made = api.create_credential(session, tenant, name="x", scopes=["all"], pepper=PEPPER, now=now, test=True)
    trying = sender(client, "Basic " + base64.b64encode(":".join(made).encode()).decode())
    mine, theirs = sender(client, credential(tenant)), sender(client, credential(other_tenant))

    def kept(send: Send) -> dict[str, Any]:
        [sent] = send("POST", "/xapi/statements", json=statement(AN)).json
        actor: dict[str, Any] = send("GET", f"/xapi/statements?statementId={sent}").json["actor"]
        return actor

    assert [kept(send) for send in (mine, trying, theirs)] == [AN, AN, AN]
    switch(database, tenant, True, now)
    opaque = OpaqueAccounts.of(tenant, PEPPER).actor(AN)
    assert [kept(send) for send in (mine, trying, theirs)] == [opaque, opaque, AN]
    switch(database, tenant, False, now)
    assert kept(mine) == AN


def test_a_parameter_that_tells_who_somebody_is_is_no_matter_where_it_is_off() -> None:
    privacy.refuse_telling(None, agent("0912345678"), "agent")
    assert privacy.known_as(None, AN) is AN
    with pytest.raises(InvalidRequest):
        privacy.refuse_telling(ACCOUNTS, agent("0912345678"), "agent")
