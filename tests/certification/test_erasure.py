"""What becomes of evidence when the person whom it is about is erased from the store."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from certification.evidence import feed
from certification.models import WaitingStatement, WorkerIdentifier
from certification.people import workers
from lrs import api, erasure
from lrs.db import Database
from lrs.privacy import OpaqueAccounts
from tests.certification.learning import facts, follow_all, group, ifi, statement, store, waiting
from tests.conftest import PEPPER


def erase(database: Database, identity: api.Identity, name: str, now: datetime) -> None:
    agent = statement(name)["actor"]
    accounts = OpaqueAccounts.of(identity.tenant, PEPPER)
    erasure.erase(database, identity.tenant, agent, key=identity.erasure_key, accounts=accounts, reason="", now=now)


def test_facts_stay_until_they_are_rebuilt_and_then_count_for_nobody(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, identity, statement("an"), statement(group("an", "nobody")))
    follow_all(database, tenant, now)
    before = facts(database, tenant)
    assert before
    erase(database, identity, "an", now)
    follow_all(database, tenant, now)
    assert facts(database, tenant) == before
    with database.writing(tenant) as session:
        assert workers.forget_actor(session, tenant, ifi("an")) == (True, 0)
        assert workers.forget_actor(session, tenant, ifi("an")) == (False, 0)
    feed.rebuild(database, tenant, now=now)
    assert facts(database, tenant) == set()
    assert [actor for actor, *_ in waiting(database, tenant)] == [ifi("nobody")]


def test_an_unknown_actor_who_is_erased_is_listed_no_more_whatever_comes_first(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, identity, statement("stranger"), statement("another"))
    follow_all(database, tenant, now)
    store(database, identity, statement("stranger"))
    erase(database, identity, "stranger", now)
    follow_all(database, tenant, now)
    with database.reading(tenant) as session:
        listed = [actor.ifi for actor in workers.unknown_actors(session, tenant)]
    assert sorted(listed) == sorted([ifi("another"), ifi("stranger")])
    feed.rebuild(database, tenant, now=now)
    with database.reading(tenant) as session:
        assert [actor.ifi for actor in workers.unknown_actors(session, tenant)] == [ifi("another")]


def test_the_command_forgets_link_and_waiting_statements(
    app: Flask, database: Database, tenant: UUID, other_tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    def run(*words: str) -> Result:
        return app.test_cli_runner().invoke(args=["certification", *words])

    store(database, identity, statement("an"), statement("stranger"))
    follow_all(database, tenant, now)
    assert "linked to nobody" in run("forget-actor", ifi("an"), "--tenant", "other").output
    assert "is no more" in run("forget-actor", ifi("an")).output
    assert "1 Statements waited" in run("forget-actor", ifi("stranger")).output
    with database.reading(tenant) as session:
        for table in (WorkerIdentifier, WaitingStatement):
            assert session.scalars(sa.select(table.ifi).where(table.tenant_id == tenant)).all() == []
    assert run("forget-actor", "nothing at all").exit_code == 1
