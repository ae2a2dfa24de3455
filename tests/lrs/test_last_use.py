"""When a credential was last used is kept to the hour, by whoever comes first, and no request pays for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lrs import api
from lrs.db import NOBODY, Database
from lrs.last_use import EVERY, LastUses
from lrs.models import Credential
from tests import neighbour
from tests.conftest import PEPPER

SECOND = timedelta(seconds=1)


def identify(database: Database, header: str, now: datetime) -> api.Identity:
    with database.reading(NOBODY) as session:
        return api.identify(session, header, pepper=PEPPER, now=now)


def used(database: Database) -> list[datetime | None]:
    with database.reading(NOBODY) as session:
        ours = sa.select(Credential.last_used).where(Credential.name != neighbour.SECRET)
        return list(session.scalars(ours.order_by(Credential.created, Credential.id)))


def test_what_is_kept_is_written_once_an_hour(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    header = credential(tenant)
    uses = LastUses()
    for later, kept in ((0 * SECOND, now), (EVERY - SECOND, now), (EVERY, now + EVERY), (EVERY + SECOND, now + EVERY)):
        uses.note(identify(database, header, now + later), now + later)
        uses.write(database)
        assert used(database) == [kept]


def test_of_two_processes_that_saw_the_same_key_one_writes(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    header = credential(tenant)
    first, second = LastUses(), LastUses()
    identity = identify(database, header, now)
    first.note(identity, now)
    second.note(identity, now + SECOND)
    first.write(database)
    second.write(database)
    assert used(database) == [now]


def test_an_instant_from_a_clock_set_wrong_does_not_stay(
    database: Database, tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    header = credential(tenant)
    uses = LastUses()
    for moment in (now + timedelta(days=3650), now):
        uses.note(identify(database, header, moment), moment)
        uses.write(database)
    assert used(database) == [now]


def test_keys_of_all_tenants_and_of_the_sandbox_are_noted_each_for_itself(
    database: Database, tenant: UUID, other_tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    headers = [credential(tenant), credential(other_tenant), credential(tenant)]
    uses = LastUses()
    for header in headers[:2]:
        uses.note(identify(database, header, now), now)
    uses.write(database)
    assert sorted(map(str, used(database))) == sorted(map(str, [now, now, None]))


def test_a_request_writes_nothing_and_what_was_noted_is_written_afterwards(
    app: Flask,
    client: FlaskClient,
    database: Database,
    tenant: UUID,
    credential: Callable[..., str],
    count_commands: Callable[[], Any],
) -> None:
    headers = {"Authorization": credential(tenant, "statements/read"), "X-Experience-API-Version": "2.0.0"}
    with count_commands() as commands:
        for path in ("/xapi/statements", "/xapi/statements", "/xapi/activities/state"):
            client.get(path, headers=headers)
    assert [command for command in commands if not command.startswith(("SELECT", "PRAGMA", "BEGIN", "SET"))] == []
    assert used(database) == [None]
    app.extensions["last_uses"].write(database)
    assert used(database) != [None]
    with count_commands() as commands:
        app.extensions["last_uses"].write(database)
    assert commands == []


def test_a_request_that_nobody_is_behind_notes_nothing(
    app: Flask, client: FlaskClient, database: Database, tenant: UUID, credential: Callable[..., str]
) -> None:
    wrong = credential(tenant)[:-8] + "AAAAAAA="
    headers = {"Authorization": wrong, "X-Experience-API-Version": "2.0.0"}
    assert client.get("/xapi/statements", headers=headers).status_code == 401
    app.extensions["last_uses"].write(database)
    assert used(database) == [None]


def test_a_request_is_answered_while_somebody_else_writes(
    app: Flask, client: FlaskClient, database: Database, tenant: UUID, credential: Callable[..., str]
) -> None:
    headers = {"Authorization": credential(tenant), "X-Experience-API-Version": "2.0.0"}
    answers: list[int] = []

    def ask() -> None:
        answers.append(client.get("/xapi/statements", headers=headers).status_code)

    with database.writing(tenant) as session:
        session.execute(sa.update(Credential).values(name="held"))
        asking = threading.Thread(daemon=True, target=ask)
        asking.start()
        asking.join(30)
        assert answers == [200]
    app.extensions["last_uses"].write(database)
    assert used(database) != [None]


class Once(threading.Event):
    """Is set after the first look."""

    def wait(self, timeout: float | None = None) -> bool:
        before = self.is_set()
        self.set()
        return before


def test_what_cannot_be_written_is_logged_and_written_next_time(
    database: Database,
    tenant: UUID,
    credential: Callable[..., str],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    uses = LastUses()
    uses.note(identify(database, credential(tenant), now), now)
    writing = database.writing
    failures = [OSError("gone")]

    def fail_once(*arguments: Any) -> Any:
        if failures:
            raise failures.pop()
        return writing(*arguments)

    monkeypatch.setattr(database, "writing", fail_once)
    uses.keep_writing(database, stop=Once())
    assert "gone" in caplog.text
    assert used(database) == [now]
