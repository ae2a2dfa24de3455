from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from lrs import api
from lrs.db import Database
from lrs.errors import InvalidStatement, StatementConflict
from lrs.statements import query
from lrs.statements.store import store
from tests import in_parts
from tests.lrs.statements.builders import agent, statement, voiding
from tests.threads import ended

database_url = in_parts.database_url


def kept(database: Database, tenant: UUID, statement_id: UUID) -> api.StoredStatement:
    with database.reading(tenant) as session:
        [found] = api.get_statements(session, tenant, [statement_id])
    return found


def everything(database: Database, tenant: UUID) -> list[UUID]:
    with database.reading(tenant) as session:
        return [one.id for one in api.changes(session, tenant, None).statements]


def test_a_statement_comes_back_as_sent_with_what_the_store_sets(
    database: Database, identity: api.Identity, other_identity: api.Identity
) -> None:
    sent = statement(
        result={"score": {"raw": 9.50}, "extensions": {"https://e.org/x": 10**30, "https://e.org/n": None}}
    )
    with database.writing(identity.tenant) as session:
        [statement_id] = store(session, identity, [sent], version="1.0.3")
    found = kept(database, identity.tenant, statement_id).document
    stored = found["stored"]
    assert (found.pop("id"), statement_id.version) == (str(statement_id), 4)
    assert found.pop("authority") == identity.authority
    assert found.pop("version") == "1.0.0"
    assert found.pop("timestamp") == found.pop("stored") == stored
    assert found == sent


def test_an_authority_that_was_sent_is_replaced_by_our_own(database: Database, identity: api.Identity) -> None:
    with database.writing(identity.tenant) as session:
        [statement_id] = store(
            session, identity, [statement(authority=agent("impostor"), stored="1999-01-01T00:00:00Z")]
        )
    found = kept(database, identity.tenant, statement_id)
    assert found.document["authority"] == identity.authority
    assert found.document["stored"] > "2020"


def test_numbers_come_back_as_they_were_written(database: Database, identity: api.Identity) -> None:
    from lrs.statements.validate import decode

    sent = decode(b'{"a":1.10,"b":123456789012345678901234567890,"c":1e400,"d":"\\u0000"}')
    with database.writing(identity.tenant) as session:
        [statement_id] = store(session, identity, [statement(result={"extensions": {"https://e.org/x": sent}})])
    with database.reading(identity.tenant) as session:
        found = query.one(session, identity.tenant, statement_id, voided=False)
    assert found is not None
    assert '"a":1.10,"b":123456789012345678901234567890,"c":1E+400,"d":"\\u0000"' in found.exact


def test_a_single_context_activity_comes_back_as_a_list(database: Database, identity: api.Identity) -> None:
    course = {"id": "https://hoc.example.org/khoa/1"}
    sent = statement(id=str(uuid4()), context={"contextActivities": {"parent": course, "grouping": [course]}})
    for _ in range(2):
        with database.writing(identity.tenant) as session:
            [statement_id] = store(session, identity, [sent])
    found = kept(database, identity.tenant, statement_id).document
    assert found["context"]["contextActivities"] == {"parent": [course], "grouping": [course]}


def test_a_repeat_changes_nothing_and_answers_the_same_id(database: Database, identity: api.Identity) -> None:
    sent = statement(id=str(uuid4()))
    for _ in range(3):
        with database.writing(identity.tenant) as session:
            assert store(session, identity, [sent]) == [UUID(sent["id"])]
    assert everything(database, identity.tenant) == [UUID(sent["id"])]


def test_a_repeat_may_call_things_by_other_names(database: Database, identity: api.Identity) -> None:
    group = {"objectType": "Group", "member": [agent("1"), agent("2")]}
    first = statement(group, id=str(uuid4()), timestamp="2026-11-20T05:00:00Z")
    again = {**first, "timestamp": "2026-11-20T12:00:00+07:00", "verb": {"id": first["verb"]["id"]}}
    again["actor"] = {"objectType": "Group", "member": [agent("2"), agent("1")]}
    again["object"] = {"id": first["object"]["id"], "definition": {"name": {"en": "Safety"}}}
    for sent in (first, again):
        with database.writing(identity.tenant) as session:
            store(session, identity, [sent])
    assert len(everything(database, identity.tenant)) == 1


def test_a_repeat_may_write_the_same_in_other_letters(database: Database, identity: api.Identity) -> None:
    first = voiding(uuid4(), result={"duration": "PT1.2345S"})
    again = {**first, "object": {**first["object"], "id": first["object"]["id"].upper()}}
    again["result"] = {"duration": "PT1.23S"}
    for sent in (first, again):
        with database.writing(identity.tenant) as session:
            store(session, identity, [sent])
    assert len(everything(database, identity.tenant)) == 1


def test_a_conflict_names_where_it_differs_and_nothing_of_its_batch_is_kept(
    database: Database, identity: api.Identity
) -> None:
    first = statement(id=str(uuid4()), result={"success": True})
    with database.writing(identity.tenant) as session:
        store(session, identity, [first])
    other = {**first, "result": {"success": False}, "actor": agent("0002")}
    with pytest.raises(StatementConflict) as refused, database.writing(identity.tenant) as session:
        store(session, identity, [statement("0003"), other, statement("0004")])
    assert refused.value.statement_id == UUID(first["id"])
    assert refused.value.differences == ("/actor/account/name", "/result/success")
    assert everything(database, identity.tenant) == [UUID(first["id"])]


def test_the_same_id_belongs_to_each_tenant_apart(
    database: Database, identity: api.Identity, other_identity: api.Identity
) -> None:
    same = str(uuid4())
    with database.writing(identity.tenant) as session:
        store(session, identity, [statement("ours", id=same)])
    with database.writing(other_identity.tenant) as session:
        store(session, other_identity, [statement("theirs", id=same)])
    assert kept(database, identity.tenant, UUID(same)).document["actor"] == agent("ours")
    assert kept(database, other_identity.tenant, UUID(same)).document["actor"] == agent("theirs")


@pytest.mark.parametrize("voided_first", [True, False])
def test_voiding_works_in_either_order(database: Database, identity: api.Identity, voided_first: bool) -> None:
    target = statement(id=str(uuid4()))
    void = voiding(target["id"])
    for one in (target, void) if voided_first else (void, target):
        with database.writing(identity.tenant) as session:
            store(session, identity, [one])
    with database.reading(identity.tenant) as session:
        assert query.one(session, identity.tenant, UUID(target["id"]), voided=False) is None
        assert query.one(session, identity.tenant, UUID(target["id"]), voided=True) is not None
        assert query.one(session, identity.tenant, UUID(void["id"]), voided=False) is not None


def test_a_statement_and_its_voiding_may_come_in_one_batch(database: Database, identity: api.Identity) -> None:
    target = statement(id=str(uuid4()))
    with database.writing(identity.tenant) as session:
        store(session, identity, [voiding(target["id"]), target])
    assert kept(database, identity.tenant, UUID(target["id"])).voided


def test_another_tenants_voiding_reaches_nothing_of_ours(
    database: Database, identity: api.Identity, other_identity: api.Identity
) -> None:
    target = statement(id=str(uuid4()))
    with database.writing(identity.tenant) as session:
        store(session, identity, [target])
    with database.writing(other_identity.tenant) as session:
        store(session, other_identity, [voiding(target["id"])])
    assert not kept(database, identity.tenant, UUID(target["id"])).voided


def test_a_voiding_statement_cannot_be_voided(database: Database, identity: api.Identity) -> None:
    first = voiding(uuid4())
    with database.writing(identity.tenant) as session:
        store(session, identity, [first])
    with (
        pytest.raises(InvalidStatement, match="is itself a voiding Statement"),
        database.writing(identity.tenant) as session,
    ):
        store(session, identity, [voiding(first["id"])])
    with pytest.raises(InvalidStatement) as refused, database.writing(identity.tenant) as session:
        store(session, identity, [statement(), voiding(first["id"]), voiding(uuid4())])
    assert [fault.place for fault in refused.value.faults] == ["/1/object/id"]
    later = voiding(uuid4())
    for one in (voiding(later["id"]), later):  # the store cannot know yet what the first one names
        with database.writing(identity.tenant) as session:
            store(session, identity, [one])
    assert not kept(database, identity.tenant, UUID(later["id"])).voided


def test_a_batch_costs_the_same_commands_whatever_its_size(
    database: Database, identity: api.Identity, count_commands: Callable[[], Any]
) -> None:
    def commands(size: int) -> int:
        batch = [statement(str(n), id=str(uuid4())) for n in range(size)]
        batch += [voiding(batch[0]["id"]), statement({"objectType": "Group", "member": [agent("a"), agent("b")]})]
        with count_commands() as sent, database.writing(identity.tenant) as session:
            store(session, identity, batch)
        return len(sent)

    assert commands(10) == commands(1000) <= 10


@pytest.mark.slow
def test_a_batch_larger_than_any_limit_on_parameters_goes_in(database: Database, identity: api.Identity) -> None:
    batch = [statement(str(n), id=str(uuid4())) for n in range(40_000)]
    with database.writing(identity.tenant) as session:
        ids = store(session, identity, batch)
    with database.writing(identity.tenant) as session:
        assert store(session, identity, batch) == ids


def test_parallel_writers_of_the_same_statements_store_each_once(database: Database, identity: api.Identity) -> None:
    batches = [[statement(str(n), id=str(uuid4())) for n in range(20)] for _ in range(10)]
    failures: list[BaseException] = []

    def write(order: list[list[dict[str, Any]]]) -> None:
        try:
            for batch in order:
                with database.writing(identity.tenant) as session:
                    store(session, identity, batch)
        except BaseException as error:
            failures.append(error)

    threads = [
        threading.Thread(daemon=True, target=write, args=(batches[start:] + batches[:start],))
        for start in range(0, 10, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        ended(thread)
    assert failures == []
    found = everything(database, identity.tenant)
    assert sorted(found) == sorted(UUID(one["id"]) for batch in batches for one in batch)


def test_of_parallel_writers_with_one_id_and_different_words_one_wins(
    database: Database, identity: api.Identity
) -> None:
    same = str(uuid4())
    outcomes: list[str] = []

    def write(name: str) -> None:
        try:
            with database.writing(identity.tenant) as session:
                store(session, identity, [statement(name, id=same), statement(name)])
            outcomes.append("stored")
        except StatementConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(daemon=True, target=write, args=(str(n),)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        ended(thread)
    assert sorted(outcomes) == ["conflict"] * 5 + ["stored"]
    assert len(everything(database, identity.tenant)) == 2
