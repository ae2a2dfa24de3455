"""To what a worker agrees, on the own pages."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.access.permissions import Role
from certification.models import Worker
from certification.people import workers
from certification.privacy import consents
from lrs.db import Database
from tests.certification.access.people import account, give
from tests.certification.web.published import publish
from tests.certification.web.visitor import Visitor

HOME = "/cua-toi/du-lieu"


@pytest.fixture
def visitor(app: Flask, database: Database, tenant: UUID, now: datetime) -> Visitor:
    """The worker a02 of dn/a."""
    publish(database, tenant, now=now)
    with database.reading(tenant) as session:
        own = session.scalar(sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.number == "a02"))
    account(database, tenant, "nld", now, worker=own)
    account(database, tenant, "vh", now)
    give(database, tenant, "vh", Role.OPERATOR, now)
    account(database, tenant, "lan", now)
    give(database, tenant, "lan", Role.GRASSROOTS_OFFICER, now, organization="cdcs/a")
    made = Visitor(app.test_client())
    made.sign_in("nld")
    return made


def test_a_worker_agrees_to_the_very_words_shown_and_each_by_itself(
    visitor: Visitor, app: Flask, database: Database, tenant: UUID
) -> None:
    page = f"{HOME}/dong-y"
    offered = re.findall(r'name="agreed" value="([^"]+)"', visitor.get(page).text)
    assert {one.split()[0] for one in offered} >= {"dn/a", "cdcs/a"}
    first = next(one for one in offered if one.startswith("dn/a "))
    for wrong in ({}, {"agreed": f"{first[:-1]}!"}, {"agreed": first.replace("dn/a", "dn/b")}):
        assert 'id="agreed-loi"' in visitor.fill_in(page, wrong).text
    assert visitor.fill_in(page, {"agreed": first}).location == HOME
    with database.reading(tenant) as session:
        person = workers.find(session, tenant, "a02")
        [given] = consents.of_worker(session, tenant, person.id)
    assert (given.recipient, given.purpose, given.given_how) == ("dn/a", first.split()[1], consents.OWN_ACCOUNT)
    assert first not in visitor.get(page).text, "what holds already is not asked for again"
    officer = Visitor(app.test_client())
    officer.sign_in("lan")
    assert officer.get(page).status_code == 403, "an officer without a record has no data of his own here"
