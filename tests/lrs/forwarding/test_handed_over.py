"""Where Statements had gone of somebody who is erased: every system is named that has one, with its ids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from lrs import api
from lrs.db import Database
from lrs.forwarding import handed_over
from tests.conftest import PEPPER
from tests.lrs.forwarding.stores import Scripted, Store, point_at, scripted, send_all, sender
from tests.lrs.statements.builders import agent, statement

KHOA = "https://hoc.example.org/khoa/"

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def there() -> Iterator[Store]:
    with scripted() as server:
        yield server


def store(database: Database, identity: api.Identity, who: str, *khoa: str) -> list[UUID]:
    said = [statement(actor=agent(who), activity=f"{KHOA}{one}", id=str(uuid4())) for one in khoa]
    with database.writing(identity.tenant) as session:
        return api.store(session, identity, said)


def erase(database: Database, tenant: UUID, who: str, now: datetime) -> dict[tuple[str, str], set[UUID]]:
    api.erase(database, tenant, agent(who), secret=PEPPER, reason="đơn 3", now=now, more={})
    with database.reading(tenant) as session:
        found = api.copies_of_erased(session, tenant, agent(who), secret=PEPPER)
    return {(one.name, one.endpoint.rpartition("/")[2]): set(one.statements) for one in found}


def test_what_went_by_this_filter_and_by_an_earlier_one_is_named_and_what_was_refused_is_not(
    database: Database,
    tenant: UUID,
    identity: api.Identity,
    there: Store,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handed_over, "UNDER_WAY", 0)
    a, b, refused = store(database, identity, "lan", "a", "b", "x")
    store(database, identity, "hoa", "a")

    def take(request: Scripted) -> None:
        if str(refused) in [one["id"] for one in request.statements]:
            request.answer(400, b"no", X_Experience_API_Version="2.0.0")
        else:
            request.take()

    there.answering = take

    def go(**told: Any) -> None:
        point_at(database, tenant, there.endpoint, now, **told)
        send_all(sender(database, tenant, lambda: now))

    go(filter={"activities": [f"{KHOA}a", f"{KHOA}x"]})
    go(filter={"activities": [f"{KHOA}b"]})  # from here on; b is before
    c, d = store(database, identity, "lan", "a", "b")
    send_all(sender(database, tenant, lambda: now))
    [late] = store(database, identity, "lan", "b")
    assert sorted(there.kept) == sorted(str(one) for one in (a, d, *_of(there, "hoa")))
    assert erase(database, tenant, "lan", now) == {("kia", "xapi"): {a, d}}
    assert not {b, c, late, refused} & {UUID(one) for one in there.kept}


def _of(there: Store, who: str) -> list[str]:
    return [id_ for id_, one in there.kept.items() if one["actor"] == agent(who)]


@on_sqlite
def test_a_destination_that_moved_or_was_removed_is_still_named(
    database: Database, tenant: UUID, identity: api.Identity, there: Store, now: datetime
) -> None:
    [first] = store(database, identity, "lan", "a")
    point_at(database, tenant, there.endpoint, now)
    send_all(sender(database, tenant, lambda: now))
    point_at(database, tenant, f"{there.endpoint}/moi", now)
    [second] = store(database, identity, "lan", "a")
    send_all(sender(database, tenant, lambda: now))
    with database.writing(tenant) as session:
        api.remove_destination(session, tenant, "kia")
    store(database, identity, "lan", "a")
    found = erase(database, tenant, "lan", now)
    assert found == {("kia", "xapi"): {first}, ("kia", "moi"): {second}}


@on_sqlite
def test_who_came_back_and_who_shares_a_statement_are_told_of_for_what_went_out(
    database: Database, tenant: UUID, identity: api.Identity, there: Store, now: datetime
) -> None:
    [first] = store(database, identity, "lan", "a")
    shared = {**statement(actor=agent("lan")), "context": {"instructor": agent("hoa")}, "id": str(uuid4())}
    with database.writing(tenant) as session:
        [both] = api.store(session, identity, [shared])
    point_at(database, tenant, there.endpoint, now)
    send_all(sender(database, tenant, lambda: now))
    with database.writing(tenant) as session:
        api.pause_destination(session, tenant, "kia", now=now)
    assert erase(database, tenant, "lan", now) == {("kia", "xapi"): {first, both}}
    assert erase(database, tenant, "hoa", now) == {("kia", "xapi"): {both}}
    assert erase(database, tenant, "lan", now) == {("kia", "xapi"): {first, both}}  # asked again it says the same


@on_sqlite
def test_both_commands_say_who_is_to_be_told(
    app: Flask, database: Database, tenant: UUID, identity: api.Identity, there: Store, now: datetime
) -> None:
    [one] = store(database, identity, "lan", "a")
    point_at(database, tenant, there.endpoint, now)
    send_all(sender(database, tenant, lambda: now))

    def run(*arguments: str) -> str:
        done = app.test_cli_runner().invoke(args=["lrs", *arguments])
        assert done.exit_code == 0, done.output
        return str(done.stdout)

    said = run("erase", "--ifi", "account https://hoc.example.org|lan", "--yes", "--reason", "đơn 3")
    assert f"kia ({there.endpoint}) had 1 of these Statements" in said and str(one) in said
    listed = run("copies-of-erased")
    assert "đơn 3" in listed and str(one) in listed and "lan" not in listed
    assert str(one) in run("copies-of-erased", "--json")
