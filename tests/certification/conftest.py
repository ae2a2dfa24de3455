"""Fixtures of the certification half: the shipped rules in both tenants, and somebody to judge."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from certification.acts import chain
from certification.acts.chain import Done
from certification.models import Commitment
from certification.web.frame import languages
from certification.web.operators.recorded import ACTS, DETAILS
from certification.web.operators.recorded_entries import entries
from lrs.db import Database
from tests.certification import learning
from tests.certification.learning import add_facts, add_worker
from tests.certification.world import COMMITMENT, World

_CODE = re.compile(r"[a-z0-9]*[a-z][a-z0-9]*([_/-][a-z0-9]+)*")
_NO_WORDS = re.compile(r"\b([a-z]+_[a-z_]+|[0-9a-f]{8}-[0-9a-f-]{27})\b")


@pytest.fixture(autouse=True, scope="session")
def _what_is_recorded_has_words() -> Iterator[None]:
    """Whatever the program writes into the record of acts has a name for people, and is told in words: nothing of it is
    a code or an id, but what is shown as one or was written by somebody. Acts that tests make up need none."""
    add_many, told_before = chain.add_many, set()
    app = Flask(__name__)
    languages.prepare(app)

    def checked(
        session: Any,
        tenant: UUID,
        about: Sequence[tuple[str, UUID | None, Mapping[str, Any]]],
        *,
        by: str,
        act: str,
        now: datetime,
    ) -> list[int]:
        frame = sys._getframe(1)
        if frame.f_globals["__name__"] == chain.__name__ and frame.f_back is not None:
            frame = frame.f_back
        numbers = add_many(session, tenant, about, by=by, act=act, now=now)
        if frame.f_globals["__name__"].startswith("certification."):
            unnamed = {name for _, _, detail in about for name in detail} - set(DETAILS)
            assert act in ACTS and not unnamed, f"name it in certification/web/operators/recorded.py: {act} {unnamed}"
            for number, (subject, worker, detail) in zip(numbers, about, strict=True):
                shape = (act, *((name, _shape(value)) for name, value in sorted(detail.items())))
                if shape not in told_before:
                    told_before.add(shape)
                    with app.app_context():
                        done = Done(number, now, by, act, subject, worker, detail)
                        _in_words(entries(session, tenant, [done], lambda _worker: True)[0])
        return numbers

    chain.add_many = checked
    yield
    chain.add_many = add_many


def _shape(value: Any) -> str:
    """What is told in one way: a code by itself, all else by its kind."""
    if isinstance(value, list):
        return ",".join(map(_shape, value))
    if isinstance(value, str) and len(value) == 36 and value.count("-") == 4:
        return "id"
    return value if isinstance(value, str) and _CODE.fullmatch(value) else type(value).__name__


def _in_words(entry: Any) -> None:
    for one in (*filter(None, [entry.thing]), *(entry.details or ())):
        words = "" if one.code or one.typed else one.words
        codes = _NO_WORDS.findall(f"{one.name} {words}") + ([words] if _CODE.fullmatch(words) else [])
        assert not codes, f"say it in words in certification/web/operators/recorded.py: {entry.act.act} {one}"


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
