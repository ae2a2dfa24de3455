"""What one Statement says of whom: its facts, none once it is voided, and waiting while nobody knows the Actor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from certification.errors import NoMappingInForce
from certification.evidence import feed
from certification.evidence.facts import actors_of
from certification.marks import Cause
from certification.people import linking
from lrs import api
from lrs.db import Database
from tests.certification import learning
from tests.certification.learning import (
    account,
    add_worker,
    causes,
    facts,
    follow_all,
    group,
    ifi,
    settle,
    stale_marks,
    statement,
    store,
    voiding,
    waiting,
    whats,
)

Counting = Callable[[], Any]


@pytest.fixture
def other_an(database: Database, other_tenant: UUID, rules: None, now: datetime) -> UUID:
    """Another person, of the other tenant, under the same account."""
    return add_worker(database, other_tenant, "NV-KHAC", "an", now=now)


# ---------------------------------------------------------------- what a Statement gives


def test_a_statement_of_a_known_worker_becomes_facts_and_marks_the_year_stale(
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    identity: api.Identity,
    an: UUID,
    other_an: UUID,
    now: datetime,
) -> None:
    learned = statement("an", result={"duration": "PT1H30M40S", "score": {"scaled": 0.85}})
    store(database, identity, learned)

    followed = feed.follow(database, tenant, now=now)

    assert followed == feed.Followed(changes=1, facts=2, waiting=0, complete=True)
    of = UUID(learned["id"])
    assert facts(database, tenant) == {
        ("NV-AN", of, "law-labour", date(2026, 5, 4), 90, 8500, 2, 2026),
        ("NV-AN", of, "learning", date(2026, 5, 4), 90, 8500, 2, 2026),
    }
    assert set(stale_marks(database, tenant)) == {(an, 2026)}
    assert facts(database, other_tenant) == set()
    assert stale_marks(database, other_tenant) == {}


def test_the_same_account_and_statement_in_two_tenants_stay_apart(
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    identity: api.Identity,
    other_identity: api.Identity,
    an: UUID,
    other_an: UUID,
    now: datetime,
) -> None:
    learned = statement("an")
    store(database, identity, learned)
    store(database, other_identity, learned)
    follow_all(database, tenant, now)
    follow_all(database, other_tenant, now)
    assert whats(database, tenant) == [("NV-AN", "law-labour"), ("NV-AN", "learning")]
    assert whats(database, other_tenant) == [("NV-KHAC", "law-labour"), ("NV-KHAC", "learning")]

    store(database, identity, voiding(learned))
    follow_all(database, tenant, now)
    assert whats(database, tenant) == []
    assert len(whats(database, other_tenant)) == 2


def test_the_day_and_the_year_are_those_of_vietnam(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(
        database,
        identity,
        statement("an", timestamp="2025-12-31T16:59:59Z"),
        statement("an", timestamp="2025-12-31T17:00:00Z"),
    )
    follow_all(database, tenant, now)
    days = {(row[3], row[7]) for row in facts(database, tenant)}
    assert days == {(date(2025, 12, 31), 2025), (date(2026, 1, 1), 2026)}
    assert set(stale_marks(database, tenant)) == {(an, 2025), (an, 2026)}


def test_however_a_timestamp_is_written_the_day_is_its_own_and_not_that_of_arrival(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    written = ["2026-03-01T18:00:00z", "2026-06-30T23:59:60Z", "9999-12-31T23:00:00Z"]
    store(database, identity, *(statement("an", timestamp=one) for one in written))
    follow_all(database, tenant, now)
    assert {row[3] for row in facts(database, tenant)} == {date(2026, 3, 2), date(2026, 7, 1), date(9999, 12, 31)}


def test_a_late_statement_counts_on_its_own_day(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, identity, statement("an", timestamp="2026-11-01T03:00:00Z"))
    follow_all(database, tenant, now)
    store(database, identity, statement("an", "reading", timestamp="2026-02-03T03:00:00Z"))
    follow_all(database, tenant, now)
    assert {row[3] for row in facts(database, tenant) if row[2] == "reading"} == {date(2026, 2, 3)}


def test_a_kind_no_template_knows_gives_no_fact_and_is_read_past(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(
        database, identity, statement("an", verb={"id": "https://verbs.example.org/yawned"}), statement("an", "reading")
    )
    followed = feed.follow(database, tenant, now=now, limit=1)
    assert (followed.changes, followed.facts, followed.waiting) == (1, 0, 0)
    follow_all(database, tenant, now)
    assert whats(database, tenant) == [("NV-AN", "learning"), ("NV-AN", "reading")]


def test_a_statement_from_before_any_mapping_gives_no_fact_and_is_read_past(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, identity, statement("an", timestamp="2019-05-04T03:00:00Z"), statement("an"))
    assert follow_all(database, tenant, now) == 2
    assert len(facts(database, tenant)) == 2


def test_without_any_mapping_nothing_is_taken_and_nothing_lost(
    database: Database, tenant: UUID, other_tenant: UUID, identity: api.Identity, now: datetime
) -> None:
    add_worker(database, tenant, "NV-AN", "an", now=now)
    store(database, identity, statement("an"))
    with pytest.raises(NoMappingInForce):
        feed.follow(database, tenant, now=now)
    learning.load_rules(database, tenant, now=now)
    follow_all(database, tenant, now)
    assert len(facts(database, tenant)) == 2


# ---------------------------------------------------------------- voiding


def test_voiding_takes_the_facts_away_whether_it_comes_after_or_before(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    first, second, third = statement("an"), statement("an", "reading"), statement("an", "language")
    store(database, identity, first)
    follow_all(database, tenant, now)
    settle(database, tenant)
    store(database, identity, voiding(first))
    store(database, identity, voiding(second))
    follow_all(database, tenant, now)
    assert facts(database, tenant) == set()
    assert set(stale_marks(database, tenant)) == {(an, 2026)}

    store(database, identity, second)
    store(database, identity, third, voiding(third))
    follow_all(database, tenant, now)
    assert facts(database, tenant) == set()


def test_what_was_voided_is_told_from_what_came(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    first, before = statement("an"), statement("an", "reading", timestamp="2025-05-04T03:00:00Z")
    store(database, identity, first)
    follow_all(database, tenant, now)
    assert causes(database, tenant) == {(an, 2026): (Cause.EVIDENCE, None)}
    settle(database, tenant)
    store(database, identity, voiding(first), before)
    follow_all(database, tenant, now)
    assert causes(database, tenant) == {(an, 2026): (Cause.WITHDRAWN, None), (an, 2025): (Cause.EVIDENCE, None)}
    store(database, identity, statement("an", "language"))
    follow_all(database, tenant, now)
    assert causes(database, tenant)[an, 2026] == (Cause.WITHDRAWN | Cause.EVIDENCE, None), "neither is forgotten"


def test_a_voided_statement_no_longer_waits(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    first, second = statement("nobody"), statement(group("an", "nobody"))
    store(database, identity, first, second)
    follow_all(database, tenant, now)
    assert len(waiting(database, tenant)) == 2
    store(database, identity, voiding(second))
    follow_all(database, tenant, now)
    assert {of for _, of, _ in waiting(database, tenant)} == {UUID(first["id"])}


def test_whoever_voids_is_no_unknown_actor(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    learned = statement("an")
    store(database, identity, learned, voiding(learned))
    follow_all(database, tenant, now)
    assert waiting(database, tenant) == set()


# ---------------------------------------------------------------- Actors nobody knows, and Groups


def test_an_unknown_actor_waits_counted_and_listed_until_someone_links_it(
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    identity: api.Identity,
    other_identity: api.Identity,
    an: UUID,
    now: datetime,
) -> None:
    store(database, identity, statement("phone"), statement("phone", "reading"), statement("stranger"))
    store(database, other_identity, statement("phone"))
    assert feed.follow(database, tenant, now=now).waiting == 3
    follow_all(database, other_tenant, now)
    with database.reading(tenant) as session:
        listed = [(one.ifi, one.statements) for one in linking.unknown_actors(session, tenant)]
    assert listed == [(ifi("phone"), 2), (ifi("stranger"), 1)]

    with database.writing(tenant) as session:
        assert linking.link(session, tenant, ifi("phone"), "NV-AN", by="officer", now=now) == 2

    assert [(actor) for actor, *_ in waiting(database, tenant)] == [ifi("stranger")]
    assert whats(database, tenant) == [
        ("NV-AN", "law-labour"),
        ("NV-AN", "learning"),
        ("NV-AN", "learning"),
        ("NV-AN", "reading"),
    ]
    assert (an, 2026) in stale_marks(database, tenant)
    assert len(waiting(database, other_tenant)) == 1
    assert facts(database, other_tenant) == set()


def test_a_group_with_members_counts_for_each_and_waits_for_those_unknown(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    add_worker(database, tenant, "NV-BINH", "binh", "binh-phone", now=now)
    store(database, identity, statement(group("an", "binh", "binh-phone", "chi", mbox="mailto:to-1@example.org")))
    follow_all(database, tenant, now)
    assert whats(database, tenant) == [
        ("NV-AN", "law-labour"),
        ("NV-AN", "learning"),
        ("NV-BINH", "law-labour"),
        ("NV-BINH", "learning"),
    ]
    assert {actor for actor, *_ in waiting(database, tenant)} == {ifi("chi")}

    chi = add_worker(database, tenant, "NV-CHI", now=now)
    with database.writing(tenant) as session:
        linking.link(session, tenant, ifi("chi"), "NV-CHI", by="officer", now=now)
    assert ("NV-CHI", "law-labour") in whats(database, tenant)
    assert (chi, 2026) in stale_marks(database, tenant)
    assert waiting(database, tenant) == set()


def test_a_group_without_members_stands_for_nobody(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, identity, statement(group(mbox="mailto:to-1@example.org")))
    assert feed.follow(database, tenant, now=now) == feed.Followed(1, 0, 0, complete=True)
    assert actors_of({"actor": {"objectType": "Group", "member": []}}) == frozenset()
    assert actors_of({"actor": group("a", "b")}) == {ifi("a"), ifi("b")}
    assert actors_of({"actor": account("a")}) == {ifi("a")}
