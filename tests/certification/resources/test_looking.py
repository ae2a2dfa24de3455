"""Whoever is given an answer about a worker is noted, whatever route it came by; the worker reads it."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from certification.access.permissions import Act, Role
from certification.judgement import assessments
from certification.models import Look
from certification.privacy import access
from certification.privacy.looks import Looks
from certification.vietnam import vietnam_day
from lrs.db import Database
from tests.certification import learning
from tests.certification.resources.branches import Ask, Callers
from tests.certification.world import World


def looks(database: Database, tenant: UUID, worker: UUID) -> dict[str, tuple[str, str, int]]:
    with database.reading(tenant) as session:
        found = access.of_worker(session, tenant, worker, limit=100)
    return {one.what: (one.by, one.purpose, one.times) for one in found}


@pytest.fixture
def judged(world: World, people: dict[str, UUID]) -> dict[str, UUID]:
    with world.database.writing(world.tenant) as session:
        for worker in people.values():
            learning.add_facts(session, world.tenant, worker, ["law-labour"])
        assessments.assess(
            session, world.tenant, people.values(), learning.PROGRAMME, 2026, as_of=date(2026, 6, 1), now=world.now
        )
    return people


def test_whoever_reads_about_a_worker_is_noted(
    world: World, people: dict[str, UUID], callers: Callers, ask: Ask
) -> None:
    lan = people["NV-1"]
    for path in ("learning", "identity", "attestations?year=2026", "targets", "dossiers/2026"):
        answer = ask(callers.officer, f"/api/workers/NV-1/{path}", 404 if path.startswith("dossiers") else 200)
        assert answer
    found = looks(world.database, world.tenant, lan)
    officer = next(iter(found.values()))[0]
    assert officer.startswith("upper-officer")
    assert set(found) == {"READ_LEARNING", "READ_IDENTITY", "READ_ASSESSMENT"}
    assert {one[:2] for one in found.values()} == {(officer, "union-work")}
    ask(callers.enterprise, "/api/workers/NV-1/learning")
    with world.database.reading(world.tenant) as session:
        purposes = {one.purpose for one in access.of_worker(session, world.tenant, lan, limit=9)}
    assert purposes == {"union-work", "employer-training"}


def test_the_worker_reads_by_name_who_looked_and_for_whom(people: dict[str, UUID], callers: Callers, ask: Ask) -> None:
    of_staff = {
        "name": "Phần mềm nhân sự",
        "role": "enterprise",
        "unit": "dn/a",
        "purpose": "đào tạo",
        "reason": "QĐ 1",
    }
    made = ask(callers.operator, "/api/keys", 201, method="POST", json=of_staff)
    key = {"Authorization": "Basic " + base64.b64encode(f"{made['key']}:{made['secret']}".encode()).decode()}
    ask(key, "/api/enterprises/dn/a/transcripts?purpose=employer-training")
    ask(callers.officer, "/api/workers/NV-1/learning")
    found = ask(callers.of(None, worker=people["NV-1"]), "/api/workers/NV-1/looks")["items"]
    words = {one["by"]: one["by_words"] for one in found}
    assert words.pop(made["key"]) == "Phần mềm nhân sự (Doanh nghiệp A)"
    (officer,) = words.items()
    assert officer[0] in officer[1]
    assert officer[1].endswith(")")


def test_lists_note_everybody_they_name(world: World, judged: dict[str, UUID], callers: Callers, ask: Ask) -> None:
    auditor = callers.of(Role.AUDITOR)
    ask(callers.operator, "/api/teams", method="PUT", json={
        "enterprise": "dn/a", "team": "Tổ 1", "members": ["NV-1"],
    })  # fmt: skip
    team = ask(callers.operator, "/api/teams")["items"][0]["id"]
    ask(auditor, "/api/assessments/status", method="POST", json={"workers": ["NV-1", "NV-3"], "year": 2026})
    ask(auditor, f"/api/teams/{team}")
    plan = ask(auditor, "/api/organizations/dn/a/rates")["rates"][0]
    ask(auditor, f"/api/organizations/dn/a/rates/{plan['plan']}/{plan['target']}/people?which=everybody")
    noted = {number: set(looks(world.database, world.tenant, one)) for number, one in judged.items()}
    assert {"READ_ASSESSMENT", "READ_TEAMS", "READ_RATE_PEOPLE"} <= noted["NV-1"]
    assert "READ_ASSESSMENT" in noted["NV-3"]
    assert noted["NV-2"] == set()


def test_the_own_record_and_refusals_note_nothing(
    world: World, people: dict[str, UUID], callers: Callers, ask: Ask
) -> None:
    ask(callers.of(None, worker=people["NV-1"]), "/api/workers/NV-1/learning")
    ask(callers.officer, "/api/workers/NV-3/learning", 404)
    ask(callers.officer, "/api/workers/NV-1/learning?year=x", 400)
    with world.database.reading(world.tenant) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Look).where(Look.tenant_id == world.tenant)) == 0


def test_looking_again_is_counted_beside_and_written_later(
    app: Flask, world: World, people: dict[str, UUID], callers: Callers, ask: Ask
) -> None:
    for _ in range(3):
        ask(callers.officer, "/api/workers/NV-1/learning")
    kept: Looks = app.extensions["looks"]
    assert looks(world.database, world.tenant, people["NV-1"])["READ_LEARNING"][2] == 1
    kept.write(world.database, world.now)
    kept.write(world.database, world.now)
    assert looks(world.database, world.tenant, people["NV-1"])["READ_LEARNING"][2] == 3


def test_what_is_older_than_the_rules_keep_it_goes(world: World, people: dict[str, UUID]) -> None:
    lan, kept = people["NV-1"], Looks()
    told: dict[str, Any] = {"by": "hoa", "purpose": "review"}
    kept.keep(world.database, world.tenant, [lan], what="a", now=world.now - timedelta(days=731), **told)
    kept.keep(world.database, world.tenant, [lan], what="b", now=world.now - timedelta(days=730), **told)
    kept.keep(world.database, world.tenant, [lan], what="c", now=world.now, **told)
    assert set(looks(world.database, world.tenant, lan)) == {"a", "b", "c"}
    kept.write(world.database, world.now)
    assert set(looks(world.database, world.tenant, lan)) == {"b", "c"}


def test_reading_goes_on_where_nothing_can_be_written(
    world: World, people: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    lan, kept, now = people["NV-1"], Looks(), datetime(2026, 11, 21, 5, tzinfo=UTC)
    told: dict[str, Any] = {"by": "hoa", "purpose": "review", "what": "a", "now": now}

    def full(*_: Any, **__: Any) -> None:
        raise OperationalError("", {}, Exception("disk full"))

    with monkeypatch.context() as broken:
        broken.setattr(access, "note_counted", full)
        kept.keep(world.database, world.tenant, [lan], **told)
        with pytest.raises(OperationalError):
            kept.write(world.database, now)
    assert looks(world.database, world.tenant, lan) == {}
    kept.write(world.database, now)
    assert looks(world.database, world.tenant, lan) == {"a": ("hoa", "review", 1)}
    assert vietnam_day(now) == date(2026, 11, 21)
    assert Act.READ_LEARNING.name == "READ_LEARNING"
