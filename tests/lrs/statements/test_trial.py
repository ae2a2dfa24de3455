"""Trying Statements out: each is told what posting it would come to, and posting then comes to just that."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs import api
from lrs.db import EVERY_TENANT, Database
from lrs.errors import InvalidStatement, StatementConflict
from lrs.models import Base
from lrs.statements.trial import Outcome
from tests.lrs.statements.builders import statement, voiding


def post(database: Database, identity: api.Identity, *documents: Any, version: str = "2.0.0") -> None:
    with database.writing(identity.tenant) as session:
        api.store(session, identity, list(documents), version=version)


def try_out(
    database: Database, identity: api.Identity, *documents: Any, now: datetime, version: str = "2.0.0"
) -> list[api.Trial]:
    with database.reading(identity.tenant) as session:
        return api.try_out(session, identity, documents, version=version, now=now)


def outcome_of_posting(database: Database, identity: api.Identity, document: Any) -> tuple[Any, ...]:
    """What a POST of this one comes to, in the words of a trial; it stays stored where it is taken."""
    with database.reading(identity.tenant) as session:
        before = api.latest_token(session, identity.tenant)
    try:
        post(database, identity, document)
    except InvalidStatement as error:
        return (Outcome.REFUSED, error.faults, ())
    except StatementConflict as error:
        return (Outcome.CONFLICT, (), error.differences)
    with database.reading(identity.tenant) as session:
        new = api.latest_token(session, identity.tenant) != before
    return (Outcome.NEW if new else Outcome.ALREADY_THERE, (), ())


def everything_stored(database: Database) -> dict[str, int]:
    with database.reading(EVERY_TENANT) as session:
        return {
            table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


STORED = UUID("11111111-1111-4111-8111-111111111111")
VOIDING = UUID("22222222-2222-4222-8222-222222222222")


def a_statement_for_each_end() -> list[Any]:
    target = statement("đã có", id=str(STORED))
    return [
        statement("mới"),
        target,
        {**target, "verb": {**target["verb"], "display": {"vi": "gọi khác"}}},
        {**target, "result": {"success": False}},
        voiding(STORED),
        voiding(VOIDING),
        voiding(uuid4()),
        {**statement({"mbox": "an@example.org", "name": 7}), "verb": {"id": "hoàn thành"}},
        statement("có tệp", attachments=[
            {"usageType": "https://example.org/a", "display": {}, "contentType": "a/b", "length": 1, "sha2": "a" * 64}
        ]),
        statement("điểm", result={"score": {"min": 5, "max": 1, "raw": 9}}),
        5,
        None,
        [],
        {},
        "chữ",
    ]  # fmt: skip


def test_a_trial_says_what_posting_then_comes_to(
    database: Database, identity: api.Identity, other_identity: api.Identity, now: datetime
) -> None:
    voids = {**voiding(uuid4()), "id": str(VOIDING)}
    post(database, identity, statement("đã có", id=str(STORED)), voids)
    post(database, other_identity, statement("của người khác"))
    tried = try_out(database, identity, *a_statement_for_each_end(), now=now)
    for document in a_statement_for_each_end():
        [alone] = try_out(database, identity, document, now=now)
        # A repeated id in this list is told as such; each for itself is what one POST says.
        posted = outcome_of_posting(database, identity, document)
        assert (alone.outcome, alone.faults, alone.differences) == posted, document
    assert [one.outcome.value for one in tried[:7]] == [
        "new", "already there", "refused", "refused", "new", "refused", "new",
    ]  # fmt: skip
    assert [fault.place for fault in tried[5].faults] == ["/object/id"]
    assert {fault.place for fault in tried[7].faults} == {"/verb/id", "/actor/mbox", "/actor/name"}


def test_a_repeated_id_is_told_where_it_stands_again_as_a_batch_would_be(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    one = statement("a", id=str(uuid4()))
    batch = [statement("b"), one, {**one, "id": one["id"].upper()}]
    with pytest.raises(InvalidStatement) as refused:
        post(database, identity, *batch)
    [fault] = refused.value.faults
    tried = try_out(database, identity, *batch, now=now)
    assert [each.outcome.value for each in tried] == ["new", "new", "refused"]
    [told] = tried[2].faults
    assert (f"/2{told.place}", told.message, told.clause) == (fault.place, fault.message, fault.clause)


def test_a_trial_stores_nothing(database: Database, identity: api.Identity, now: datetime) -> None:
    post(database, identity, statement("đã có", id=str(STORED)))
    before = everything_stored(database)
    try_out(database, identity, *a_statement_for_each_end(), now=now)
    assert everything_stored(database) == before


def test_what_is_kept_is_what_would_be_kept(database: Database, identity: api.Identity, now: datetime) -> None:
    sent = statement("An", id=str(uuid4()), timestamp="2026-05-04T10:00:00+07:00")
    [tried] = try_out(database, identity, sent, now=now)
    post(database, identity, sent)
    with database.reading(identity.tenant) as session:
        [kept] = api.get_statements(session, identity.tenant, [UUID(sent["id"])])
    assert tried.kept is not None
    assert {**tried.kept.document, "stored": ""} == {**kept.document, "stored": ""}
    assert (tried.kept.stored, tried.kept.seq, tried.kept.voided) == (now, 0, False)
    [again] = try_out(database, identity, sent, now=now)
    assert again.kept == kept


def test_without_a_timestamp_it_is_kept_as_of_the_moment_of_the_trial(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    sent = statement("An")
    sent.pop("timestamp", None)
    [tried] = try_out(database, identity, sent, now=now)
    assert tried.kept is not None
    assert api.moment(tried.kept.document["timestamp"]) == now


def test_what_is_voided_already_or_by_its_neighbour_is_told(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    early, late, stored = (statement(name, id=str(uuid4())) for name in ("sớm", "muộn", "có rồi"))
    post(database, identity, voiding(UUID(early["id"])), stored)
    tried = try_out(
        database, identity, early, late, voiding(UUID(late["id"])), stored, voiding(UUID(stored["id"])), now=now
    )
    assert [one.kept is not None and one.kept.voided for one in tried] == [True, True, False, True, False]


def test_the_version_decides_as_it_does_for_a_post(database: Database, identity: api.Identity, now: datetime) -> None:
    sent = statement("An", context={"contextAgents": [
        {"objectType": "contextAgent", "agent": {"mbox": "mailto:b@example.org"}}
    ]})  # fmt: skip
    assert [one.outcome for one in try_out(database, identity, sent, now=now)] == [Outcome.NEW]
    assert [one.outcome for one in try_out(database, identity, sent, now=now, version="1.0.3")] == [Outcome.REFUSED]


def test_another_tenants_statements_are_not_there(
    database: Database, identity: api.Identity, other_identity: api.Identity, now: datetime
) -> None:
    theirs = statement("của người khác", id=str(STORED))
    post(database, other_identity, theirs)
    [tried] = try_out(database, identity, {**theirs, "result": {"success": True}}, now=now)
    assert (tried.outcome, tried.differences) == (Outcome.NEW, ())


def test_the_number_of_sql_commands_does_not_depend_on_the_number_of_statements(
    database: Database, identity: api.Identity, now: datetime
) -> None:
    stored = [statement(str(n), id=str(uuid4())) for n in range(20)]
    post(database, identity, *stored)

    def commands(*documents: Any) -> int:
        count = 0

        def note(*_: Any) -> None:
            nonlocal count
            count += 1

        sa.event.listen(database.engine, "before_cursor_execute", note)
        try_out(database, identity, *documents, now=now)
        sa.event.remove(database.engine, "before_cursor_execute", note)
        return count

    many = [*stored, *(voiding(uuid4()) for _ in range(20)), *(statement(str(n)) for n in range(20))]
    assert commands(*many) == commands(stored[0], voiding(uuid4()), statement("một"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "actor", "verb", "object", "mbox", "member", "objectType", "result", "attachments"]),
        inner, max_size=4,
    ),
    max_leaves=12,
))  # fmt: skip
def test_whatever_is_sent_is_answered(database: Database, identity: api.Identity, now: datetime, document: Any) -> None:
    [tried] = try_out(database, identity, document, now=now)
    assert tried.outcome is Outcome.REFUSED
    assert tried.faults


def test_of_nothing_there_is_nothing_to_tell(database: Database, identity: api.Identity, now: datetime) -> None:
    assert try_out(database, identity, now=now) == []
