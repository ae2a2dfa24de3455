"""What Statements define is merged after they are stored: each once, in order, whoever does it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from lrs import activities, actors, api, definitions
from lrs.db import Database
from lrs.models import DefinitionsPosition
from lrs.statements import query
from tests.conftest import PEPPER
from tests.lrs.statements.builders import agent, statement
from tests.threads import ended

COURSE = "https://hoc.example.org/khoa/1"


def defining(language: str, name: str, activity: str = COURSE, person: str = "Chị Lan", **parts: Any) -> dict[str, Any]:
    """A Statement that calls an Activity by a name in a language, and its Actor by another."""
    sent = statement({**agent("lan"), "name": person}, activity=activity, **parts)
    sent["object"]["definition"] = {"name": {language: name}}
    return sent


def put(database: Database, identity: api.Identity, *statements: dict[str, Any]) -> None:
    with database.writing(identity.tenant) as session:
        api.store(session, identity, list(statements))


def known(database: Database, tenant: UUID, activity: str = COURSE) -> dict[str, str] | None:
    """The names of an Activity as merged so far."""
    with database.reading(tenant) as session:
        found = activities.canonical_definitions(session, tenant, [activity])
    return found[activity]["name"] if activity in found else None


def names(database: Database, tenant: UUID) -> list[str]:
    with database.reading(tenant) as session:
        found: list[str] = actors.person(session, tenant, agent("lan")).get("name", [])
    return found


def position(database: Database, tenant: UUID) -> int | None:
    with database.reading(tenant) as session:
        return session.scalar(sa.select(DefinitionsPosition.seq).where(DefinitionsPosition.tenant_id == tenant))


def newest(database: Database, tenant: UUID) -> int:
    with database.reading(tenant) as session:
        return query.newest_place(session, tenant)


@pytest.fixture(autouse=True)
def _others_define_the_same(database: Database, other_identity: api.Identity) -> None:
    put(database, other_identity, defining("vi", "của người khác", person="người khác"))
    definitions.catch_up(database, other_identity.tenant)


def test_what_was_stored_before_is_merged_when_asked_for(database: Database, identity: api.Identity) -> None:
    tenant = identity.tenant
    definitions.catch_up(database, tenant)
    assert (known(database, tenant), names(database, tenant)) == (None, [])
    put(database, identity, defining("vi", "An toàn"), defining("en", "Safety", person="Nguyễn Thị Lan"))
    put(database, identity, defining("vi", "An toàn lao động"))
    assert known(database, tenant) is None
    definitions.catch_up(database, tenant)
    assert known(database, tenant) == {"vi": "An toàn lao động", "en": "Safety"}
    assert names(database, tenant) == ["Chị Lan", "Nguyễn Thị Lan"]
    assert position(database, tenant) == newest(database, tenant)


def test_merging_in_many_chunks_is_merging_at_once(
    database: Database, identity: api.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definitions, "CHUNK", 3)
    put(database, identity, *(defining(f"x-{n % 4}", f"{n}") for n in range(20)))
    definitions.catch_up(database, identity.tenant)
    assert known(database, identity.tenant) == {"x-0": "16", "x-1": "17", "x-2": "18", "x-3": "19"}


def test_when_nothing_is_new_nothing_is_written(
    database: Database, identity: api.Identity, count_commands: Callable[[], Any]
) -> None:
    put(database, identity, defining("vi", "An toàn"))
    definitions.catch_up(database, identity.tenant)
    with count_commands() as commands:
        definitions.catch_up(database, identity.tenant)
    asked = [command.split()[0] for command in commands if not command.startswith(("BEGIN", "PRAGMA"))]
    assert asked == ["SELECT", "SELECT"]


def test_a_chunk_costs_the_same_commands_whatever_it_defines(
    database: Database, identity: api.Identity, count_commands: Callable[[], Any]
) -> None:
    def commands(count: int, start: int) -> int:
        put(database, identity, *(defining("vi", "a", f"x:{n}", f"tên {n}") for n in range(start, start + count)))
        with count_commands() as sent:
            definitions.catch_up(database, identity.tenant)
        return len([command for command in sent if not command.startswith("PRAGMA")])

    first = commands(1, 0)
    assert commands(5, 10) == commands(300, 100) <= first <= 15


def test_only_who_may_define_changes_what_is_known(
    database: Database, tenant: UUID, now: datetime, identity: api.Identity
) -> None:
    """Communication 4.2, scope define: ids will be saved, but the canonical representation SHOULD NOT be updated."""
    put(database, identity, defining("vi", "An toàn"))
    for scopes in (("statements/write",), ("statements/write", "state", "profile", "statements/read")):
        put(database, _with(database, tenant, now, scopes), defining("vi", "Bậy", person="Bậy"))
        definitions.catch_up(database, tenant)
        assert (known(database, tenant), names(database, tenant)) == ({"vi": "An toàn"}, ["Chị Lan"])
    put(database, _with(database, tenant, now, ("statements/write", "define")), defining("vi", "Đúng", person="Lan"))
    definitions.catch_up(database, tenant)
    assert (known(database, tenant), names(database, tenant)) == ({"vi": "Đúng"}, ["Chị Lan", "Lan"])


def _with(database: Database, tenant: UUID, now: datetime, scopes: tuple[str, ...]) -> api.Identity:
    import base64

    with database.writing(tenant) as session:
        key, secret = api.create_credential(session, tenant, name="x", scopes=scopes, pepper=PEPPER, now=now)
    header = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
    with database.reading(tenant) as session:
        return api.identify(session, header, pepper=PEPPER, now=now)


def test_a_crash_in_the_middle_leaves_all_or_nothing_of_a_chunk(
    database: Database, identity: api.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, identity, defining("vi", "An toàn"))
    with monkeypatch.context() as broken:
        broken.setattr(actors, "merge", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            definitions.catch_up(database, identity.tenant)
    assert (known(database, identity.tenant), position(database, identity.tenant)) == (None, None)
    definitions.catch_up(database, identity.tenant)
    assert known(database, identity.tenant) == {"vi": "An toàn"}


def test_while_many_write_and_many_merge_nothing_is_lost_or_merged_twice(
    database: Database, identity: api.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All batches meet on the same Activities in different orders; the last word stored counts for each."""
    monkeypatch.setattr(definitions, "CHUNK", 7)
    merged: list[str] = []
    merge = activities.merge

    def noting(session: Any, tenant: UUID, said: Any) -> None:
        merged.extend(definition["name"]["vi"] for _, definition in said)
        merge(session, tenant, said)

    monkeypatch.setattr(activities, "merge", noting)
    iris = [f"https://hoc.example.org/khoa/{n}" for n in range(5)]
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for number in range(8):
                turned = iris[number % 5 :] + iris[: number % 5]
                put(database, identity, *(defining("vi", f"{writer} {number} {iri}", iri) for iri in turned))
                definitions.catch_up(database, identity.tenant)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(daemon=True, target=write, args=(writer,)) for writer in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        ended(thread)
    assert failures == []
    with database.reading(identity.tenant) as session:
        stored = [one.document["object"] for one in api.changes(session, identity.tenant, None).statements]
    assert merged == [activity["definition"]["name"]["vi"] for activity in stored]
    last = {activity["id"]: activity["definition"]["name"] for activity in stored}
    assert {iri: known(database, identity.tenant, iri) for iri in iris} == last


def test_only_the_names_seen_last_are_kept(
    database: Database, identity: api.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actors, "MOST_NAMES", 3)
    put(database, identity, *(defining("vi", "a", person=f"tên {n}") for n in (1, 2, 3, 1, 4)))
    definitions.catch_up(database, identity.tenant)
    assert names(database, identity.tenant) == ["tên 2", "tên 3", "tên 4"]


def test_an_agent_that_is_forgotten_has_no_names(
    database: Database, identity: api.Identity, other_tenant: UUID
) -> None:
    put(database, identity, defining("vi", "a"), statement({**agent("minh"), "name": "Minh"}))
    definitions.catch_up(database, identity.tenant)
    with database.writing(identity.tenant) as session:
        actors.forget(session, identity.tenant, "account https://hoc.example.org|lan")
    assert names(database, identity.tenant) == []
    assert names(database, other_tenant) == ["người khác"]
    with database.reading(identity.tenant) as session:
        assert actors.person(session, identity.tenant, agent("minh"))["name"] == ["Minh"]


def test_identifiers_that_share_a_key_are_not_mixed_up(
    database: Database, identity: api.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities, "activity_key", lambda _iri: 1)
    monkeypatch.setattr(actors, "key_of", lambda _text: 1)
    put(database, identity, defining("vi", "một", "x:1"))
    put(database, identity, statement({**agent("minh"), "name": "Minh"}, activity="x:2"), defining("vi", "a", "x:1"))
    definitions.catch_up(database, identity.tenant)
    assert known(database, identity.tenant, "x:1") == {"vi": "a"}
    assert known(database, identity.tenant, "x:2") is None
    assert names(database, identity.tenant) == ["Chị Lan"]
    with database.reading(identity.tenant) as session:
        assert "name" not in actors.person(session, identity.tenant, agent("minh"))


def test_the_background_catches_up_until_told_to_stop(
    database: Database, identity: api.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definitions, "IDLE_SECONDS", 0.01)
    stop = threading.Event()
    thread = threading.Thread(daemon=True, target=definitions.keep_up, args=(database,), kwargs={"stop": stop})
    thread.start()
    try:
        put(database, identity, defining("vi", "An toàn"))
        waited = threading.Event()
        for _ in range(500):
            if known(database, identity.tenant) is not None:
                break
            waited.wait(0.01)
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    assert known(database, identity.tenant) == {"vi": "An toàn"}
