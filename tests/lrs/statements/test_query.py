from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lrs import api
from lrs.db import Database
from lrs.statements import query
from lrs.statements.keys import key_of
from lrs.statements.order import instant
from lrs.statements.query import Filters
from tests import in_parts
from tests.lrs.statements.builders import VERBS, agent, statement, voiding

database_url = in_parts.database_url

COURSE = "https://hoc.example.org/khoa/"


def put(database: Database, identity: api.Identity, *statements: dict[str, Any]) -> list[UUID]:
    """Each in a transaction of its own, so that each has its own `stored`."""
    ids = []
    for one in statements:
        with database.writing(identity.tenant) as session:
            ids += api.store(session, identity, [one])
    return ids


def found(database: Database, tenant: UUID, **filters: Any) -> list[UUID]:
    """Ids on every page, in order, walked by pages of two."""
    wanted = Filters(**{"limit": 2, **filters})
    ids: list[UUID] = []
    after = None
    while True:
        with database.reading(tenant) as session:
            page = query.page(session, tenant, wanted, after)
        ids += [UUID(api_id(text)) for text in page.texts]
        after = page.next_after
        if after is None:
            return ids


def api_id(text: str) -> str:
    import json

    return str(json.loads(text)["id"])


@pytest.fixture
def filled(database: Database, identity: api.Identity, other_identity: api.Identity) -> list[UUID]:
    """Six Statements of ours and the same six of another tenant."""
    team = {"objectType": "Group", "account": agent("tổ-1")["account"], "member": [agent("1"), agent("2")]}

    def six() -> list[dict[str, Any]]:
        registration = {"registration": "11111111-1111-4111-8111-111111111111"}
        return [
            statement("1", "completed", COURSE + "a"),
            statement("2", "completed", COURSE + "b", context=registration),
            statement("1", "attended", COURSE + "b", context=registration),
            statement(team, "attended", COURSE + "a"),
            {**statement("2", "mentored"), "object": agent("1")},
            statement("3", "completed", COURSE + "c"),
        ]

    ours = put(database, identity, *six())
    put(database, other_identity, *six())
    return ours


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"agent": agent("1")}, [0, 2, 3, 4]),
        ({"agent": agent("tổ-1")}, [3]),
        ({"agent": agent("nobody")}, []),
        ({"verb": VERBS + "completed"}, [0, 1, 5]),
        ({"activity": COURSE + "b"}, [1, 2]),
        ({"registration": UUID("11111111-1111-4111-8111-111111111111")}, [1, 2]),
        ({"agent": agent("1"), "verb": VERBS + "attended"}, [2, 3]),
        ({"agent": agent("1"), "activity": COURSE + "a", "verb": VERBS + "completed"}, [0]),
        ({"agent": agent("1"), "registration": UUID("11111111-1111-4111-8111-111111111111")}, [2]),
        ({"activity": COURSE + "a", "verb": VERBS + "attended"}, [3]),
    ],
)
def test_a_filter_finds_its_statements_in_order_over_all_pages(
    database: Database, tenant: UUID, filled: list[UUID], filters: dict[str, Any], expected: list[int], ascending: bool
) -> None:
    wanted = [filled[index] for index in expected]
    assert found(database, tenant, ascending=ascending, **filters) == (wanted if ascending else wanted[::-1])


def test_since_is_exclusive_and_until_inclusive(database: Database, tenant: UUID, filled: list[UUID]) -> None:
    with database.reading(tenant) as session:
        stored = {one.id: one.stored for one in query.many(session, tenant, filled)}
    third, fifth = instant(stored[filled[2]]), instant(stored[filled[4]])
    assert found(database, tenant, since=third, until=fifth, ascending=True) == filled[3:5]
    assert found(database, tenant, since=third, agent=agent("1"), ascending=True) == filled[3:5]
    assert found(database, tenant, until=third - timedelta(microseconds=1), ascending=True) == filled[:2]
    assert found(database, tenant, since=fifth + timedelta(days=1)) == []
    assert found(database, tenant, until=third - timedelta(days=1)) == []


def test_a_list_leaves_out_what_is_voided(
    database: Database, tenant: UUID, identity: api.Identity, filled: list[UUID]
) -> None:
    [void] = put(database, identity, voiding(filled[0]))
    assert found(database, tenant, agent=agent("1"), ascending=True) == [filled[2], filled[3], filled[4], void]
    assert found(database, tenant, ascending=True) == [*filled[1:], void]


def test_a_reader_of_its_own_statements_sees_no_others(
    database: Database, tenant: UUID, filled: list[UUID], credential: Callable[..., str], now: Any
) -> None:
    from tests.conftest import _identity

    another = _identity(database, credential(tenant), now)
    [own] = put(database, another, statement("1"))
    assert found(database, tenant, authority=another.authority) == [own]
    with database.reading(tenant) as session:
        assert query.one(session, tenant, filled[0], voided=False, authority=another.authority) is None


def test_a_page_is_not_torn_by_what_comes_in_meanwhile(
    database: Database, tenant: UUID, identity: api.Identity, filled: list[UUID]
) -> None:
    with database.reading(tenant) as session:
        first = query.page(session, tenant, Filters(limit=2))
    put(database, identity, statement("9"))
    with database.reading(tenant) as session:
        second = query.page(session, tenant, Filters(limit=4), first.next_after)
    assert [UUID(api_id(text)) for text in first.texts + second.texts] == filled[::-1]


def test_two_identifiers_with_one_hash_are_kept_apart(
    database: Database, tenant: UUID, identity: api.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    import lrs.statements.keys

    monkeypatch.setattr(lrs.statements.keys, "key_of", lambda text: 7 if text.startswith("activity") else key_of(text))
    [one] = put(database, identity, statement("1", activity=COURSE + "x"))
    put(database, identity, statement("1", activity=COURSE + "y", id=str(uuid4())))
    assert found(database, tenant, activity=COURSE + "x") == [one]
