"""Fixtures of the certification half: the shipped rules in both tenants, and somebody to judge."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import pytest

from certification.models import Commitment
from lrs.db import Database
from tests.certification import learning
from tests.certification.learning import add_facts, add_worker
from tests.certification.world import COMMITMENT, World


@pytest.fixture
def rules(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    learning.load_rules(database, tenant, other_tenant, now=now)


@pytest.fixture
def an(database: Database, tenant: UUID, rules: None, now: datetime) -> UUID:
    """A worker of the tenant, known as "an"."""
    return add_worker(database, tenant, "NV-AN", "an", now=now)


@pytest.fixture
def other_an(database: Database, other_tenant: UUID, rules: None, now: datetime) -> UUID:
    """Another person, of the other tenant, under the same number and account."""
    return add_worker(database, other_tenant, "NV-AN", "an", now=now)


@pytest.fixture
def world(database: Database, tenant: UUID, now: datetime) -> World:
    return World(database, tenant, now)


@pytest.fixture
def other_world(database: Database, other_tenant: UUID, now: datetime) -> World:
    """The same enterprises under the same codes, full of people who hold every title and know everything."""
    other = World(database, other_tenant, now)
    with database.writing(other_tenant) as session:
        for code in ("dn/a", "dn/b", "dn/c"):
            for _ in range(7):
                worker = other.employ(session, code, gender="female", cadre_in=[code])
                add_facts(session, other_tenant, worker, ["law-labour", "digital-able", "learning"], times=3)
                other.title(session, worker, 2026, decided=date(2026, 6, 1))
                other.judged(session, worker, 1, "met", date(2026, 11, 1))
        session.add(
            Commitment(
                organization_id=other.ids["cdcs/a"],
                kind=COMMITMENT,
                year=2026,
                source="x",
                recorded=now,
            )
        )
    return other
