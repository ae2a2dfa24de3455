"""Somebody with a role, for tests of who may do what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from certification.access import accounts, roles
from certification.access.permissions import Role
from certification.access.who import Held, Who
from lrs.db import Database
from tests.conftest import PEPPER

PASSWORD = "đi làm về qua cầu"
STARTS = date(2026, 1, 1)


def account(database: Database, tenant: UUID, name: str, now: datetime, *, worker: UUID | None = None) -> UUID:
    """An account with PASSWORD."""
    with database.writing(tenant) as session:
        made = accounts.create(
            session, tenant, name=name, full_name=f"Người {name}", worker=worker, by="test", reason="mới", now=now
        )
        token = accounts.invite(session, tenant, name, by="test", reason="mới", pepper=PEPPER, now=now)
        accounts.set_password(session, tenant, token, PASSWORD, pepper=PEPPER, now=now)
    return made


def give(database: Database, tenant: UUID, name: str, role: Role, now: datetime, **given: Any) -> UUID:
    """A role for the account, given by an operator; `organization`, `team`, `starts`, `until` as `roles.give`."""
    given.setdefault("starts", STARTS)
    with database.writing(tenant) as session:
        return roles.give(
            session, roles.at_terminal(tenant), role, account=name, reason="quyết định 1", now=now, **given
        )


def who(database: Database, tenant: UUID, name: str, on: date) -> Who:
    """Who this account is on a day, as a request finds out."""
    with database.reading(tenant) as session:
        known = accounts.find(session, tenant, name)
        held = roles.held_by(session, tenant, on, account=known.id)
    if known.worker is not None:
        held = (*held, Held(Role.WORKER))
    return Who(tenant, name, account=known.id, worker=known.worker, roles=held)


def signed_in(client: FlaskClient, name: str) -> dict[str, str]:
    """Headers of somebody who has signed in."""
    answer = client.post("/api/sign-in", json={"account": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json['token']}"}  # type: ignore[index]
