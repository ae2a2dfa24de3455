"""The work loop: everybody's Statements are taken in and judged, and it never gives up on anybody."""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.evidence import feed
from certification.judgement import work
from certification.models import Stale
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification import learning
from tests.certification.learning import add_worker, kept, stale_marks, statement, store
from tests.conftest import PEPPER


class WhenIdle(threading.Event):
    """Stops the loop when it waits for the last of `turns`; before that does what each of them says."""

    def __init__(self, *turns: Callable[[], None]) -> None:
        super().__init__()
        self.turns = list(turns)
        self.waits = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        if self.turns:
            self.turns.pop(0)()
        else:
            self.set()
        return self.is_set()


def test_the_loop_follows_and_judges_every_tenant_before_it_waits(
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    identity: api.Identity,
    other_identity: api.Identity,
    an: UUID,
    other_an: UUID,
    now: datetime,
) -> None:
    store(database, identity, *(statement("an", object={"id": f"https://hoc.example.org/khoa/{n}"}) for n in range(70)))
    store(database, other_identity, statement("an", "reading"))
    stop = WhenIdle()
    work.work(database, stop=stop, clock=lambda: now)
    assert stop.waits == 1
    assert len(learning.facts(database, tenant)) == 140
    assert kept(database, tenant) == [(an, 2026, 1, "not_met")]
    assert kept(database, other_tenant) == [(other_an, 2026, 1, "not_met")]
    assert stale_marks(database, tenant) == stale_marks(database, other_tenant) == {}


def test_what_test_keys_store_is_never_taken_in_or_judged(
    database: Database, tenant: UUID, an: UUID, other_an: UUID, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with database.writing(NOBODY) as session:
        key, secret = api.create_credential(
            session, tenant, name="x", scopes=["all"], pepper=PEPPER, now=now, test=True
        )  # fmt: skip
    header = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
    with database.reading(NOBODY) as session:
        trying = api.identify(session, header, pepper=PEPPER, now=now)
    store(database, trying, statement("an"), statement("nobody"))
    with caplog.at_level(logging.WARNING):
        work.work(database, stop=WhenIdle(), clock=lambda: now)
    for owner in (tenant, trying.tenant):
        assert kept(database, owner) == []
        assert learning.facts(database, owner) == set()
        assert learning.waiting(database, owner) == set()
    assert caplog.records == []


def test_the_loop_wakes_for_what_comes_while_it_waits(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, other_an: UUID, now: datetime
) -> None:
    stop = WhenIdle(lambda: store(database, identity, statement("an")))
    work.work(database, stop=stop, clock=lambda: now)
    assert stop.waits == 2
    assert kept(database, tenant) == [(an, 2026, 1, "not_met")]


def test_the_loop_leaves_an_idle_database_in_peace_until_something_is_written(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, other_an: UUID, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    looks: list[int] = []
    follow = feed.follow

    def counted(*arguments: Any, **named: Any) -> feed.Followed:
        looks.append(stop.waits)
        return follow(*arguments, **named)

    monkeypatch.setattr(feed, "follow", counted)
    monkeypatch.setattr(work, "IDLE_SECONDS", 3600.0)
    monkeypatch.setattr(Database, "state", lambda _: store_of[0])
    store_of = [0]

    def come() -> None:
        store(database, identity, statement("an"))
        store_of[0] += 1

    stop = WhenIdle(lambda: None, lambda: None, come, lambda: None)
    work.work(database, stop=stop, clock=lambda: now)
    assert set(looks) == {0, 3}
    assert kept(database, tenant) == [(an, 2026, 1, "not_met")]


@pytest.mark.parametrize(
    ("many", "seconds", "then"), [(300, 0.4, 150), (120, 9.0, 100), (100, 9.0, 300), (300, 0.2, 300)]
)
def test_what_takes_long_is_taken_in_smaller_portions(many: int, seconds: float, then: int) -> None:
    portion = work.Portion(300)
    portion.took(many, seconds)
    assert portion.limit == then


def test_portions_grow_again_where_full_ones_are_quick() -> None:
    portion = work.Portion(300, 100)
    for many in (99, 100, 200):
        portion.took(many, 0.01)
    assert portion.limit == 300


def test_a_tenant_whose_work_fails_is_logged_tried_again_and_holds_up_nobody(
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    identity: api.Identity,
    other_identity: api.Identity,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "WAIT_SECONDS", 0.0)
    learning.load_rules(database, other_tenant, now=now)  # `tenant` has none: its work fails
    an = add_worker(database, tenant, "NV-AN", "an", now=now)
    other_an = add_worker(database, other_tenant, "NV-AN", "an", now=now)
    store(database, identity, statement("an"))
    store(database, other_identity, statement("an"))
    seen: list[Any] = []

    def look_then_load() -> None:
        seen.append((kept(database, tenant), kept(database, other_tenant)))
        learning.load_rules(database, tenant, now=now)

    with caplog.at_level(logging.WARNING):
        work.work(database, stop=WhenIdle(look_then_load), clock=lambda: now)
    assert seen == [([], [(other_an, 2026, 1, "not_met")])]
    assert str(tenant) in caplog.text
    assert "No evidence mapping is in force" in caplog.text
    assert kept(database, tenant) == [(an, 2026, 1, "not_met")]


def test_what_an_operator_has_to_load_is_said_once_and_without_a_stack_trace(
    database: Database,
    identity: api.Identity,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    store(database, identity, statement("an"))
    monkeypatch.setattr(work, "WAIT_SECONDS", 0.0)
    with caplog.at_level(logging.WARNING, logger="certification"):
        work.work(database, stop=WhenIdle(lambda: None, lambda: None), clock=lambda: now)
    [record] = caplog.records
    assert "flask certification load-rules" in record.getMessage()
    assert record.exc_info is None


def test_a_failing_tenant_is_left_alone_for_a_while(
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    identity: api.Identity,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    learning.load_rules(database, other_tenant, now=now)
    store(database, identity, statement("an"))
    with caplog.at_level(logging.WARNING):
        work.work(database, stop=WhenIdle(lambda: None, lambda: None), clock=lambda: now)
    assert len(caplog.records) == 1


def test_a_database_that_does_not_answer_is_logged_and_asked_again(
    database: Database,
    tenant: UUID,
    identity: api.Identity,
    an: UUID,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store(database, identity, statement("an"))
    tenants = api.tenants

    def fail(_session: object) -> Any:
        raise OSError("gone")

    monkeypatch.setattr(api, "tenants", fail)
    stop = WhenIdle(lambda: monkeypatch.setattr(api, "tenants", tenants))
    with caplog.at_level(logging.WARNING):
        work.work(database, stop=stop, clock=lambda: now)
    assert "gone" in caplog.text
    assert kept(database, tenant) == [(an, 2026, 1, "not_met")]


def test_the_loop_stops_at_once_when_it_is_told_to(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, identity, statement("an"))
    stop = threading.Event()
    stop.set()
    work.work(database, stop=stop, clock=lambda: now)
    assert kept(database, tenant) == []
    with database.reading(tenant) as session:
        assert session.scalars(sa.select(Stale.worker_id).where(Stale.tenant_id == tenant)).all() == []
