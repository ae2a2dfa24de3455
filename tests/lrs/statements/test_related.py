"""Lists that look beyond a Statement's own Actor and Object (xAPI 1.0.3 Communication 2.1.3).

related_agents, related_activities, and Statements that are reached through what they refer to.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from lrs import api
from lrs.db import Database
from lrs.statements import query, references
from tests import in_parts
from tests.lrs.statements.builders import VERBS, agent, statement, voiding
from tests.lrs.statements.test_query import found, put

database_url = in_parts.database_url

COURSE = "https://hoc.example.org/khoa/"
WANTED = agent("người-tìm")


def group(*members: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"objectType": "Group", "member": list(members), **parts}


def substatement(**parts: Any) -> dict[str, Any]:
    return {**statement(**parts), "objectType": "SubStatement"}


def referring(target: object, **parts: Any) -> dict[str, Any]:
    sent = statement("người-xác-nhận", "confirmed", id=str(uuid4()), **parts)
    return {**sent, "object": {"objectType": "StatementRef", "id": str(target)}}


RELATED_AGENTS: dict[str, dict[str, Any]] = {
    "instructor": statement(context={"instructor": WANTED}),
    "member of a group of instructors": statement(context={"instructor": group(WANTED, agent("9"))}),
    "team": statement(context={"team": group(account=WANTED["account"])}),
    "member of the team": statement(context={"team": group(agent("9"), WANTED)}),
    "context agent": statement(context={"contextAgents": [{"objectType": "contextAgent", "agent": WANTED}]}),
    "context group": statement(
        context={"contextGroups": [{"objectType": "contextGroup", "group": group(account=WANTED["account"])}]}
    ),
    "member of a context group": statement(
        context={"contextGroups": [{"objectType": "contextGroup", "group": group(WANTED, agent("9"))}]}
    ),
    "actor of a SubStatement": {**statement(), "object": substatement(actor=WANTED)},
    "object of a SubStatement": {**statement(), "object": {**substatement(), "object": WANTED}},
    "member in a SubStatement": {**statement(), "object": substatement(actor=group(WANTED))},
    "instructor in a SubStatement": {**statement(), "object": substatement(context={"instructor": WANTED})},
    "context agent in a SubStatement": {
        **statement(),
        "object": substatement(context={"contextAgents": [{"objectType": "contextAgent", "agent": WANTED}]}),
    },
}

RELATED_ACTIVITIES: dict[str, dict[str, Any]] = {
    **{
        kind: statement(context={"contextActivities": {kind: [{"id": COURSE + "x"}, {"id": COURSE + "tìm"}]}})
        for kind in ("parent", "grouping", "category", "other")
    },
    "one that is no list": statement(context={"contextActivities": {"parent": {"id": COURSE + "tìm"}}}),
    "object of a SubStatement": {**statement(), "object": substatement(activity=COURSE + "tìm")},
    "context of a SubStatement": {
        **statement(),
        "object": substatement(context={"contextActivities": {"other": [{"id": COURSE + "tìm"}]}}),
    },
}


@pytest.mark.parametrize("place", RELATED_AGENTS)
def test_related_agents_looks_at_every_actor(
    database: Database, identity: api.Identity, other_identity: api.Identity, place: str
) -> None:
    [there] = put(database, identity, RELATED_AGENTS[place])
    put(database, identity, statement("someone else"))
    put(database, other_identity, RELATED_AGENTS[place])
    assert found(database, identity.tenant, agent=WANTED, related_agents=True) == [there]
    assert found(database, identity.tenant, agent=WANTED) == []


def test_related_agents_finds_the_authority_and_whatever_is_found_without_it(
    database: Database, identity: api.Identity
) -> None:
    own = put(database, identity, statement(WANTED), {**statement(), "object": WANTED}, statement(group(WANTED)))
    more = put(database, identity, statement("1"))
    assert found(database, identity.tenant, agent=WANTED, related_agents=True, ascending=True) == own
    by_authority = found(database, identity.tenant, agent=identity.authority, related_agents=True, ascending=True)
    assert by_authority == own + more
    assert found(database, identity.tenant, agent=identity.authority) == []


@pytest.mark.parametrize("place", RELATED_ACTIVITIES)
def test_related_activities_looks_at_every_activity(
    database: Database, identity: api.Identity, other_identity: api.Identity, place: str
) -> None:
    [there] = put(database, identity, RELATED_ACTIVITIES[place])
    put(database, identity, statement())
    put(database, other_identity, RELATED_ACTIVITIES[place])
    assert found(database, identity.tenant, activity=COURSE + "tìm", related_activities=True) == [there]
    assert found(database, identity.tenant, activity=COURSE + "tìm") == []


def test_an_activity_is_no_verb_and_no_agent_of_the_same_name(database: Database, identity: api.Identity) -> None:
    same = "https://hoc.example.org/cùng-tên"
    put(database, identity, statement(verb=same, context={"instructor": {"openid": same}}))
    assert found(database, identity.tenant, activity=same, related_activities=True) == []


def test_filters_join_over_related_keys(database: Database, identity: api.Identity) -> None:
    course = {"contextActivities": {"parent": [{"id": COURSE + "tìm"}]}}
    [both, _, _] = put(
        database,
        identity,
        statement(verb="attended", context={**course, "instructor": WANTED}),
        statement(verb="attended", context={"instructor": WANTED}),
        statement(verb="passed", context=course),
    )
    wanted = {"agent": WANTED, "related_agents": True, "activity": COURSE + "tìm", "related_activities": True}
    assert found(database, identity.tenant, **wanted) == [both]
    assert found(database, identity.tenant, verb=VERBS + "attended", **wanted) == [both]
    assert found(database, identity.tenant, verb=VERBS + "passed", **wanted) == []


TARGET = statement(
    WANTED,
    "passed",
    COURSE + "tìm",
    context={
        "registration": "22222222-2222-4222-8222-222222222222",
        "instructor": agent("giảng-viên"),
        "contextActivities": {"grouping": [{"id": COURSE + "nhóm"}]},
    },
)
FITTING: list[dict[str, Any]] = [
    {"agent": WANTED},
    {"verb": VERBS + "passed"},
    {"activity": COURSE + "tìm"},
    {"registration": UUID("22222222-2222-4222-8222-222222222222")},
    {"agent": agent("giảng-viên"), "related_agents": True},
    {"activity": COURSE + "nhóm", "related_activities": True},
    {"agent": WANTED, "verb": VERBS + "passed", "activity": COURSE + "nhóm", "related_activities": True},
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_what_refers_to_a_match_is_a_match_over_any_steps_and_in_any_order_of_arrival(
    database: Database, identity: api.Identity, other_identity: api.Identity, order: tuple[int, ...]
) -> None:
    target = {**TARGET, "id": str(uuid4())}
    first = referring(target["id"])
    chain = [target, first, referring(first["id"])]
    put(database, other_identity, chain[0])
    ids = put(database, identity, *(chain[index] for index in order))
    for filters in FITTING:
        assert found(database, identity.tenant, ascending=True, **filters) == ids, filters
        assert found(database, identity.tenant, **filters) == ids[::-1], filters
    stranger = {"agent": agent("người-xác-nhận"), "activity": COURSE + "tìm"}
    assert found(database, identity.tenant, **stranger) == []  # no one Statement fits both
    assert len(found(database, other_identity.tenant, agent=WANTED)) == 1


def test_a_chain_may_come_in_one_batch(database: Database, identity: api.Identity) -> None:
    target = {**TARGET, "id": str(uuid4())}
    first = referring(target["id"])
    with database.writing(identity.tenant) as session:
        ids = api.store(session, identity, [referring(first["id"]), first, target])
    for filters in FITTING:
        assert found(database, identity.tenant, ascending=True, **filters) == ids, filters


def test_time_and_number_count_for_the_statement_that_refers(database: Database, identity: api.Identity) -> None:
    from lrs.statements.order import instant

    target = {**TARGET, "id": str(uuid4())}
    [known, refers] = put(database, identity, target, referring(target["id"]))
    with database.reading(identity.tenant) as session:
        stored = {one.id: instant(one.stored) for one in query.many(session, identity.tenant, [known, refers])}
    assert found(database, identity.tenant, agent=WANTED, since=stored[known]) == [refers]
    assert found(database, identity.tenant, agent=WANTED, until=stored[known]) == [known]
    assert found(database, identity.tenant, agent=WANTED, limit=1) == [refers, known]


def test_a_voided_target_still_leads_to_what_refers_to_it(database: Database, identity: api.Identity) -> None:
    target = {**TARGET, "id": str(uuid4())}
    [known, refers, voids] = put(database, identity, target, referring(target["id"]), voiding(target["id"]))
    for filters in FITTING:
        assert found(database, identity.tenant, ascending=True, **filters) == [refers, voids]
    put(database, identity, voiding(refers))
    assert refers not in found(database, identity.tenant, agent=WANTED)
    assert known not in found(database, identity.tenant)


def test_a_circle_of_references_ends(database: Database, identity: api.Identity) -> None:
    one, two = str(uuid4()), str(uuid4())
    ids = put(database, identity, {**referring(two), "id": one}, {**referring(one), "id": two})
    itself = str(uuid4())
    ids += put(database, identity, {**referring(itself), "id": itself})
    assert found(database, identity.tenant, verb=VERBS + "confirmed", ascending=True) == ids


def test_a_chain_is_followed_only_so_far(
    database: Database, identity: api.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "MOST_STEPS", 3)
    chain = [{**TARGET, "id": str(uuid4())}]
    for _ in range(5):
        chain.append(referring(chain[-1]["id"]))
    ids = put(database, identity, *chain)
    assert found(database, identity.tenant, agent=WANTED, ascending=True) == ids[:4]
    with database.writing(identity.tenant) as session:
        later = api.store(session, identity, [{**one, "id": str(uuid4())} for one in chain[:1]])
    assert found(database, identity.tenant, agent=WANTED, ascending=True) == [*ids[:4], *later]


def test_a_reader_of_mine_learns_nothing_of_others_through_references(
    database: Database, identity: api.Identity, credential: Callable[..., str], now: Any
) -> None:
    from tests.conftest import _identity

    mine = _identity(database, credential(identity.tenant), now)
    target = {**TARGET, "id": str(uuid4())}
    put(database, identity, target)
    [refers] = put(database, mine, referring(target["id"]))
    for filters in FITTING:
        assert found(database, identity.tenant, authority=mine.authority, **filters) == []
    own = {**TARGET, "id": str(uuid4())}
    ids = put(database, mine, own, referring(own["id"]))
    for filters in FITTING:
        assert found(database, identity.tenant, authority=mine.authority, ascending=True, **filters) == ids
    assert found(database, identity.tenant, authority=mine.authority, ascending=True) == [refers, *ids]


def test_a_repeated_statement_adds_no_second_reference(database: Database, identity: api.Identity) -> None:
    target = {**TARGET, "id": str(uuid4())}
    refers = referring(target["id"])
    for _ in range(2):
        put(database, identity, refers, target)
    assert len(found(database, identity.tenant, agent=WANTED)) == 2


def test_two_identifiers_with_one_hash_are_kept_apart_through_references(
    database: Database, identity: api.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    import lrs.statements.keys

    real = lrs.statements.keys.key_of
    monkeypatch.setattr(lrs.statements.keys, "key_of", lambda text: 7 if text.startswith("activity") else real(text))
    one, other = ({**statement(activity=COURSE + name), "id": str(uuid4())} for name in "xy")
    ids = put(database, identity, one, other, referring(one["id"]), referring(other["id"]))
    assert found(database, identity.tenant, activity=COURSE + "x", ascending=True) == [ids[0], ids[2]]


def test_storing_references_costs_the_same_commands_whatever_their_number(
    database: Database, identity: api.Identity, count_commands: Callable[[], Any]
) -> None:
    def commands(size: int) -> int:
        late = [str(uuid4()) for _ in range(size)]
        put(database, identity, *(referring(one) for one in late[:3]))
        batch = [{**TARGET, "id": one} for one in late] + [referring(one) for one in late] + [voiding(late[0])]
        with count_commands() as sent, database.writing(identity.tenant) as session:
            api.store(session, identity, batch)
        return len(sent)

    assert commands(3) == commands(400) <= 11
