"""Nothing of the tenant next door is shown, found or changed: by any function that reads, and by any address.

Each wall is tried alone: the first, that every query names its tenant, in sessions past the second; the second in
queries that name the wrong tenant.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lrs import activities, actors, api, attachments, credentials, documents
from lrs.db import EVERY_TENANT, Database, Session
from lrs.documents import Context
from lrs.models import Statement, Tenant
from lrs.statements import looking, query, references
from lrs.statements.keys import ifi_text, key_of
from lrs.statements.query import Filters
from lrs.statements.rows import read_exact
from lrs.tokens import clients
from tests import neighbour
from tests.certification.learning import account
from tests.conftest import PEPPER
from tests.lrs.statements.builders import VERBS, agent, statement, voiding

HASH = hashlib.sha256(neighbour.SECRET.encode()).hexdigest()
DECLARING = {**statement(), "attachments": [{"sha2": HASH}]}
STATE = Context("state", neighbour.ACTIVITY, ifi_text(agent("lan")))

Ask = Callable[[Session, UUID, list[UUID]], Any]


def authority_of(session: Session, ids: list[UUID]) -> str:
    """The Authority of Statements, as far as a session shows them."""
    texts = session.scalars(sa.select(Statement.exact).where(Statement.id.in_(ids), ~Statement.voided)).all()
    return ifi_text(json.loads(texts[0])["authority"]) or "" if texts else ""


OF_API: dict[str, Ask] = {
    "changes": lambda session, tenant, _: api.changes(session, tenant, None),
    "copies_of_erased": lambda session, tenant, _: api.copies_of_erased(
        session, tenant, neighbour.ERASED, secret=PEPPER
    ),
    "export_of": lambda session, tenant, _: api.export_of(
        session, tenant, [ifi_text(agent("0001"))], name="", now=datetime(2026, 11, 20, tzinfo=UTC)
    )[0].splitlines()[1:],
    "get_statements": api.get_statements,
    "latest_token": lambda session, tenant, _: api.latest_token(session, tenant),
    "statements_about": lambda session, tenant, _: sorted(
        api.statements_about(session, tenant, [ifi_text(agent("0001"))])
    ),
    "vouched_for": lambda session, tenant, ids: (
        api.vouched_for(session, tenant, authority_of(session, ids), None).statements
    ),
    "places": lambda session, tenant, _: api.places(session, tenant, None),
    "last_before": lambda session, tenant, _: api.last_before(session, tenant, datetime(2100, 1, 1, tzinfo=UTC)),
    "first_stored": lambda session, tenant, _: api.first_stored(session, tenant),
    "authorities_of_keys": lambda session, tenant, _: api.authorities_of_keys(session, tenant),
    "names_of_keys": lambda session, tenant, _: api.names_of_keys(session, tenant),
}
"""What each function of `lrs.api` that reads a tenant's data answers for a tenant; a list of ids comes with it."""

OF_QUERY: dict[str, Ask] = {
    "one": lambda session, tenant, ids: [
        query.one(session, tenant, each, voided=voided) for each in ids for voided in (True, False)
    ],
    "many": query.many,
    "after": lambda session, tenant, _: query.after(session, tenant, 0, 100),
    "newest_place": lambda session, tenant, _: query.newest_place(session, tenant),
    "about": lambda session, tenant, _: sorted(query.about(session, tenant, [key_of(ifi_text(agent("0001")))])),
    "page": lambda session, tenant, _: query.page(session, tenant, Filters()),
    "vouched_for": lambda session, tenant, ids: query.vouched_for(
        session, tenant, key_of(authority_of(session, ids)), 0, 100
    ),
}

LISTS: dict[str, Filters] = {
    "agent": Filters(agent=agent("0001")),
    "member": Filters(agent=agent("0002")),
    "related agent": Filters(agent=agent("0002"), related_agents=True),
    "verb": Filters(verb=VERBS + "completed"),
    "activity": Filters(activity=neighbour.ACTIVITY),
    "related activity": Filters(activity="https://hoc.example.org/khoa/2", related_activities=True),
    "registration": Filters(registration=UUID(neighbour.REGISTRATION)),
    "agent and verb": Filters(agent=agent("0001"), verb=VERBS + "completed", ascending=True),
}

ASKED: dict[str, Ask] = {
    **{f"api.{name}": ask for name, ask in OF_API.items()},
    **{f"query.{name}": ask for name, ask in OF_QUERY.items()},
    **{
        f"query.page by {name}": lambda session, tenant, _, filters=filters: query.page(session, tenant, filters)
        for name, filters in LISTS.items()
    },
    "references": references.referring_to,
    "documents": lambda session, tenant, _: documents.get(session, tenant, STATE, "d"),
    "ids of documents": lambda session, tenant, _: documents.list_ids(session, tenant, STATE),
    "person": lambda session, tenant, _: actors.person(session, tenant, agent("0001")),
    "definitions": lambda session, tenant, _: activities.canonical_definitions(session, tenant, [neighbour.ACTIVITY]),
    "attachments": lambda session, tenant, _: attachments.find(session, tenant, [DECLARING]),
    "attachments of a Statement": lambda session, tenant, _: looking.attachments(session, tenant, DECLARING),
    "Statements looked for": lambda session, tenant, _: looking.find(
        session, tenant, {"agent": json.dumps(agent("0001"))}, most=100, secret=b""
    ),
    "credentials": lambda session, tenant, _: credentials.credentials(session, tenant),
    "clients of issuers of tokens": lambda session, tenant, _: clients.listed(session, tenant),
    "definers": lambda session, tenant, _: credentials.definers(session, tenant),
}

WITHOUT_POLICY = {
    "credentials",
    "definers",
    "api.authorities_of_keys",
    "api.names_of_keys",
    "clients of issuers of tokens",
}


@pytest.fixture
def hers(database: Database) -> UUID:
    """The tenant next door."""
    with database.reading(EVERY_TENANT) as session:
        return session.scalars(sa.select(Tenant.id).where(Tenant.name == neighbour.NAME)).one()


@pytest.fixture
def her_ids(database: Database, hers: UUID) -> list[UUID]:
    """The ids of her Statements."""
    with database.reading(hers) as session:
        return list(session.scalars(sa.select(Statement.id).where(Statement.tenant_id == hers)))


@pytest.mark.parametrize("name", ASKED)
def test_a_function_answers_nothing_of_another_tenant(
    database: Database, tenant: UUID, hers: UUID, her_ids: list[UUID], name: str
) -> None:
    ask = ASKED[name]
    with database.reading(EVERY_TENANT) as session:
        of_nobody = ask(session, uuid4(), her_ids)
        assert ask(session, hers, her_ids) != of_nobody, "this question has no answer that could leak"
        assert ask(session, tenant, her_ids) == of_nobody
    with database.reading(tenant) as session:
        through_the_wall = ask(session, hers, her_ids)
    assert (through_the_wall == of_nobody) == (not database.is_sqlite and name not in WITHOUT_POLICY)


@pytest.mark.parametrize(("module", "asked"), [(api, OF_API), (query, OF_QUERY)])
def test_every_function_that_reads_for_a_tenant_is_asked(module: Any, asked: dict[str, Ask]) -> None:
    public = [member for name, member in inspect.getmembers(module, inspect.isfunction) if not name.startswith("_")]
    reading = {
        member.__name__
        for member in public
        if list(inspect.signature(member).parameters)[:2] == ["session", "tenant"]
        and member.__module__ == module.__name__
    }
    assert reading == asked.keys(), "say above what it answers for a tenant"


def addresses(ids: list[UUID]) -> list[tuple[str, dict[str, str]]]:
    """Everything of xAPI that can be asked for, as somebody would who knows all her identifiers."""
    one, other = json.dumps(agent("0001")), json.dumps(agent("lan"))
    statements: list[dict[str, str]] = [
        {}, {"agent": one}, {"agent": one, "related_agents": "true"}, {"verb": VERBS + "completed"},
        {"activity": neighbour.ACTIVITY}, {"activity": neighbour.ACTIVITY, "related_activities": "true"},
        {"registration": neighbour.REGISTRATION}, {"since": "2020-01-01T00:00:00Z", "ascending": "true"},
        {"attachments": "true"}, {"format": "canonical"}, {"agent": json.dumps(account("an"))},
        *({"statementId": str(each)} for each in ids), *({"voidedStatementId": str(each)} for each in ids),
    ]  # fmt: skip
    state = {"activityId": neighbour.ACTIVITY, "agent": other}
    return [
        *(("statements", one) for one in statements),
        ("activities/state", state),
        ("activities/state", {**state, "stateId": "d"}),
        ("agents/profile", {"agent": other}),
        ("agents/profile", {"agent": other, "profileId": "d"}),
        ("activities/profile", {"activityId": neighbour.ACTIVITY}),
        ("activities/profile", {"activityId": neighbour.ACTIVITY, "profileId": "of lan"}),
        ("agents", {"agent": one}),
        ("activities", {"activityId": neighbour.ACTIVITY}),
    ]


def test_no_address_shows_anything_of_another_tenant(
    client: FlaskClient, tenant: UUID, credential: Callable[..., str], hers: UUID, her_ids: list[UUID]
) -> None:
    def answers(owner: UUID) -> list[str]:
        headers = {"Authorization": credential(owner), "X-Experience-API-Version": "2.0.0"}
        return [
            client.get(f"/xapi/{path}", query_string=asked, headers=headers).get_data(as_text=True)
            for path, asked in addresses(her_ids)
        ]

    marks = [neighbour.SECRET, *(f'"id":"{each}"' for each in her_ids), '["bookmark","d"]', '["d"]', '["of 0001"']
    assert sum(any(mark in answer for mark in marks) for answer in answers(hers)) > len(addresses(her_ids)) / 2
    for asked, answer in zip(addresses(her_ids), answers(tenant), strict=True):
        assert [mark for mark in marks if mark in answer] == [], asked


def test_what_one_tenant_writes_changes_nothing_of_another(
    client: FlaskClient,
    database: Database,
    tenant: UUID,
    credential: Callable[..., str],
    hers: UUID,
    her_ids: list[UUID],
) -> None:
    def everything() -> list[Any]:
        with database.reading(hers) as session:
            return [ask(session, hers, her_ids) for name, ask in ASKED.items()]

    before = everything()
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "2.0.0"}

    def send(method: str, path: str, body: Any = None, **asked: str) -> int:
        return client.open(f"/xapi/{path}", method=method, query_string=asked, json=body, headers=headers).status_code

    with database.reading(hers) as session:
        voided = [one.id for one in query.many(session, hers, her_ids) if one.voided]
        voiders = {
            one.id for one in query.many(session, hers, her_ids) if "voided" in read_exact(one.exact)["verb"]["id"]
        }
    free = [each for each in her_ids if each not in voiders]
    assert voided
    assert send("POST", "statements", [statement("ours", id=str(each)) for each in free]) == 200
    assert send("POST", "statements", [voiding(each) for each in free]) == 200
    of_lan = {"agent": json.dumps(agent("lan"))}
    state = {"activityId": neighbour.ACTIVITY, **of_lan}
    assert send("PUT", "activities/state", {"của": "mình"}, stateId="d", **state) == 204
    assert send("DELETE", "activities/state", stateId="d", **state) == 204
    assert send("DELETE", "activities/state", **state) == 204
    assert send("POST", "agents/profile", {"của": "mình"}, profileId="d", **of_lan) == 204
    assert send("DELETE", "agents/profile", profileId="d", **of_lan) == 204
    assert send("GET", "activities", activityId=neighbour.ACTIVITY) == 200
    assert everything() == before


def test_certification_shows_nothing_of_another_tenant(
    client: FlaskClient, tenant: UUID, credential: Callable[..., str], hers: UUID
) -> None:
    paths = ["/api/attainment?on=2026-11-20", "/api/unknown-actors", "/api/workers/NV-AN/assessment?year=2026"]

    def answers(owner: UUID) -> list[tuple[int, Any]]:
        headers = {"Authorization": credential(owner, "certification/read")}
        got = [client.get(path, headers=headers) for path in paths]
        return [(answer.status_code, answer.get_json()) for answer in got]

    attained, unknown, assessed = answers(hers)
    assert attained[1]["organizations"]
    assert unknown[1]["waiting"]
    assert assessed[0] == 200
    attained, unknown, assessed = answers(tenant)
    assert attained[1]["organizations"] == []
    assert (unknown[1]["waiting"], unknown[1]["actors"], unknown[1]["items"]) == (0, 0, [])
    assert assessed[0] == 404
    assert client.get("/api/attainment").status_code == 401, "hers are published; ours are not"
