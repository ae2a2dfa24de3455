"""Who may vouch for what: decisions bound the level of facts, past ones too, and no more than those concerned."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.evidence import feed, findings, trust
from certification.models import Finding
from certification.rules.evidence_mapping import Standing, Unlisted
from lrs import api
from lrs.db import NOBODY, Database
from lrs.models import Provenance
from lrs.statements.validate import encode
from tests.certification import learning
from tests.certification.learning import PROFILE, follow_all, settle, stale_marks, statement, store
from tests.conftest import PEPPER
from tests.threads import ended

LEVEL = f"{PROFILE}/extension/evidence-level"
ELSEWHERE = {"account": {"homePage": "https://lrs.khac.example.org", "name": "khac"}}


@pytest.fixture
def platform(database: Database, tenant: UUID, credential: Callable[..., str], now: datetime) -> api.Identity:
    """A platform with a key of its own, beside `identity`."""
    key = credential(tenant)
    with database.reading(NOBODY) as session:
        return api.identify(session, key, pepper=PEPPER, now=now)


def authority(identity: api.Identity) -> str:
    text = api.ifi_text(identity.authority)
    assert text is not None
    return text


def decide(database: Database, tenant: UUID, who: str, at_most: int | None, *topics: str, now: datetime) -> None:
    with database.writing(tenant) as session:
        trust.decide(session, tenant, who, topics or ("*",), at_most, by="Chị Hoa", reason="biên bản số 3", now=now)


def reread(database: Database, tenant: UUID) -> int:
    read = 0
    while step := feed.reconsider(database, tenant, limit=2):
        read += step
    return read


def levels(database: Database, tenant: UUID) -> dict[str, int]:
    return {what: quality for _, _, what, _, _, _, quality, _ in learning.facts(database, tenant)}


def claiming(level: int, **parts: Any) -> dict[str, Any]:
    one = statement("an", **parts)
    one["context"] = {**one["context"], "extensions": {LEVEL: level}}
    return one


# ---------------------------------------------------------------- which decision holds


def decision(number: int, who: str, what: str, at_most: int | None) -> trust.Decision:
    return trust.Decision(number, who, what, at_most, "", "", datetime(2026, 1, 1, tzinfo=UTC))


def test_the_nearest_decision_holds_and_of_the_same_the_last() -> None:
    known = trust.Trust(
        [
            decision(1, "a", "*", 3),
            decision(2, "a", "reading", 2),
            decision(3, "a", "reading", 1),
            decision(4, "*", "language", 0),
            decision(5, "b", "*", 3),
            decision(6, "b", "*", None),
        ]
    )
    default = Unlisted(Standing(2, 1))
    assert known.standing(["a"], "law-labour", default) == Standing(3, 3)
    assert known.standing(["a"], "reading", default).at_most == 1
    assert known.standing(["c"], "language", default) == Standing(0, 0)
    assert known.standing(["b"], "law-labour", default) == Standing(2, 1), "taken off the list again"


def test_a_chain_is_trusted_as_far_as_its_weakest_link() -> None:
    known = trust.Trust([decision(1, "a", "*", 3), decision(2, "b", "*", 1)])
    assert known.standing(["b", "a"], "reading", Unlisted()).at_most == 1
    assert known.standing(["a", "a"], "reading", Unlisted()).at_most == 3


# ---------------------------------------------------------------- from Statements to facts


def test_a_platform_that_claims_the_highest_level_for_itself_does_not_get_it_until_it_is_listed(
    database: Database, tenant: UUID, platform: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, platform, claiming(3))
    follow_all(database, tenant, now)
    assert levels(database, tenant) == {"law-labour": 2, "learning": 2}
    with database.reading(tenant) as session:
        [found] = [one.found for one in findings.listed(session, tenant, codes=["claims-too-much"])]
    assert found.about == {"stated": "E3", "level": "E2"}

    decide(database, tenant, authority(platform), 3, "law-labour", now=now)
    reread(database, tenant)
    assert levels(database, tenant) == {"law-labour": 3, "learning": 2}


def test_trust_for_one_topic_leaves_the_others_and_nothing_is_no_fact(
    database: Database, tenant: UUID, platform: api.Identity, an: UUID, now: datetime
) -> None:
    decide(database, tenant, authority(platform), trust.NOTHING, "law-labour", now=now)
    store(database, platform, statement("an"))
    follow_all(database, tenant, now)
    assert levels(database, tenant) == {"learning": 2}
    with database.reading(tenant) as session:
        [found] = findings.listed(session, tenant, codes=["not-trusted"])
    assert found.found.about == {"topics": "law-labour"}


def test_changing_trust_reads_the_statements_concerned_anew_and_marks_only_whose_facts_changed(
    database: Database, tenant: UUID, identity: api.Identity, platform: api.Identity, an: UUID, now: datetime
) -> None:
    binh = learning.add_worker(database, tenant, "NV-BINH", "binh", now=now)
    store(database, identity, *(statement("binh", timestamp=f"2026-05-{day:02d}T03:00:00Z") for day in range(1, 6)))
    store(database, platform, *(statement("an", timestamp=f"2026-05-{day:02d}T03:00:00Z") for day in range(1, 6)))
    follow_all(database, tenant, now)
    settle(database, tenant)

    decide(database, tenant, authority(platform), 1, now=now)
    assert reread(database, tenant) == 5
    assert set(stale_marks(database, tenant)) == {(an, 2026)}
    assert (binh, 2026) not in stale_marks(database, tenant)
    changed = learning.facts(database, tenant)
    assert {row[6] for row in changed if row[0] == "NV-AN"} == {1}
    assert {row[6] for row in changed if row[0] == "NV-BINH"} == {2}
    feed.rebuild(database, tenant, now=now)
    assert learning.facts(database, tenant) == changed

    decide(database, tenant, authority(platform), None, now=now)
    reread(database, tenant)
    assert {row[6] for row in learning.facts(database, tenant)} == {2}


def test_what_is_decided_for_whoever_is_not_listed_spares_those_who_are(
    database: Database, tenant: UUID, identity: api.Identity, platform: api.Identity, an: UUID, now: datetime
) -> None:
    store(database, identity, statement("an", "reading"))
    store(database, platform, statement("an", "language"))
    follow_all(database, tenant, now)
    decide(database, tenant, authority(identity), 3, now=now)
    decide(database, tenant, trust.ANYBODY, trust.NOTHING, now=now)
    reread(database, tenant)
    assert levels(database, tenant) == {"reading": 2, "learning": 2}


def test_an_imported_statement_is_trusted_no_further_than_who_said_it_first(
    database: Database, tenant: UUID, identity: api.Identity, an: UUID, now: datetime
) -> None:
    sent = statement("an")
    store(database, identity, sent)
    with database.writing(tenant) as session:
        chain = encode([{"stored": "2026-05-04T03:00:00Z", "authority": ELSEWHERE}])
        session.execute(sa.insert(Provenance).values(tenant_id=tenant, statement_id=UUID(sent["id"]), chain=chain))
    follow_all(database, tenant, now)
    assert set(levels(database, tenant).values()) == {2}
    elsewhere = api.ifi_text(ELSEWHERE)
    assert elsewhere is not None
    decide(database, tenant, elsewhere, 1, now=now)
    reread(database, tenant)
    assert set(levels(database, tenant).values()) == {1}


def test_a_decision_made_while_a_chunk_is_being_taken_is_heeded(
    database: Database,
    tenant: UUID,
    platform: api.Identity,
    an: UUID,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store(database, platform, statement("an"))
    original = trust.read

    def and_decide(session: Any, owner: UUID) -> trust.Trust:
        found = original(session, owner)
        monkeypatch.setattr(trust, "read", original)
        thread = threading.Thread(daemon=True, target=lambda: decide(database, tenant, authority(platform), 0, now=now))
        thread.start()
        ended(thread)
        return found

    monkeypatch.setattr(trust, "read", and_decide)
    follow_all(database, tenant, now)
    reread(database, tenant)
    assert set(levels(database, tenant).values()) == {0}


def test_an_authority_that_does_not_exist_and_a_topic_nobody_defined_are_refused(
    database: Database, tenant: UUID, platform: api.Identity, an: UUID, now: datetime
) -> None:
    with database.reading(tenant) as session:
        assert trust.authority_of_key(session, tenant, platform.key) == authority(platform)
        with pytest.raises(trust.NoSuchAuthority, match=f"did you mean {platform.key}"):
            trust.authority_of_key(session, tenant, platform.key[:-1])
        with pytest.raises(trust.NoSuchAuthority, match="credential list"):
            trust.authority_of_key(session, tenant, "không có")
    with pytest.raises(trust.NoSuchTopic, match="did you mean 'law-labour'"):
        decide(database, tenant, authority(platform), 2, "law-labor", now=now)
    with database.reading(tenant) as session:
        assert trust.decisions(session, tenant) == []
        assert session.scalar(sa.select(sa.func.count()).where(Finding.tenant_id == tenant)) == 0


def test_the_keys_and_decisions_of_another_tenant_are_not_there(
    database: Database, tenant: UUID, other_tenant: UUID, platform: api.Identity, an: UUID, now: datetime
) -> None:
    decide(database, tenant, authority(platform), 1, now=now)
    with database.reading(other_tenant) as session:
        assert trust.decisions(session, other_tenant) == []
        with pytest.raises(trust.NoSuchAuthority):
            trust.authority_of_key(session, other_tenant, platform.key)
