"""Fixtures of the certification half: the shipped rules in both tenants, and somebody to judge."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from certification.acts import chain
from certification.models import Commitment
from certification.web.operators.recorded import ACTS, DETAILS
from lrs.db import Database
from tests.certification import learning
from tests.certification.learning import add_facts, add_worker
from tests.certification.world import COMMITMENT, World


@pytest.fixture(autouse=True, scope="session")
def _what_is_recorded_has_words() -> Iterator[None]:
    """Whatever the program writes into the record of acts has a name for people. Acts that tests make up need none."""
    add_many = chain.add_many

    def checked(
        session: Any,
        tenant: UUID,
        about: Sequence[tuple[str, UUID | None, Mapping[str, Any]]],
        *,
        act: str,
        **told: Any,
    ) -> list[int]:
        frame = sys._getframe(1)
        if frame.f_globals["__name__"] == chain.__name__ and frame.f_back is not None:
            frame = frame.f_back
        if frame.f_globals["__name__"].startswith("certification."):
            unnamed = {name for _, _, detail in about for name in detail} - set(DETAILS)
            assert act in ACTS and not unnamed, f"name it in certification/web/operators/recorded.py: {act} {unnamed}"
        return add_many(session, tenant, about, act=act, **told)

    chain.add_many = checked
    yield
    chain.add_many = add_many


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
