"""Keys, sandboxes and what their owner keeps of people, one step down and up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import command

import migrations
from lrs import api, tenants
from lrs.credentials import credentials, revoke_credential, rotate_credential
from lrs.db import NOBODY, Database
from tests.conftest import PEPPER

DAY = timedelta(days=1)


def columns(database: Database, table: str) -> set[str]:
    with database.engine.connect() as connection:
        return {column["name"] for column in sa.inspect(connection).get_columns(table)}


def test_rows_are_carried_across_both_ways_and_no_key_works_longer_for_it(
    database: Database, tenant: UUID, other_tenant: UUID, credential: Callable[..., str], now: datetime
) -> None:
    credential(tenant)

    def make(of: UUID, **parts: Any) -> str:
        with database.writing(of) as session:
            return api.create_credential(
                session, of, name="x", scopes=["all"], pepper=PEPPER, now=now, **parts
            )[0]  # fmt: skip

    expiring, revoked = make(tenant, expires=now + DAY), make(tenant, expires=now + 9 * DAY)
    test_keys = {make(tenant, test=True), make(other_tenant, test=True)}
    with database.writing(tenant) as session:
        revoke_credential(session, tenant, revoked, now=now)
        rotate_credential(session, tenant, expiring, overlap=DAY, pepper=PEPPER, now=now)
        tenants.set_opaque_accounts(session, tenant, True, now=now)
    with database.reading(NOBODY) as session:
        everybody = tenants.tenants(session, sandboxes=True)
        sandboxes = {of: tenants.find_sandbox(session, of) for of in (tenant, other_tenant)}

    command.downgrade(migrations.config_for(database), "0003")
    assert columns(database, "lrs_tenant") == {"id", "name", "created"}
    assert "expires" not in columns(database, "lrs_credential")

    command.upgrade(migrations.config_for(database), "0004")
    migrations.upgrade(database)
    with database.reading(NOBODY) as session:
        assert tenants.tenants(session, sandboxes=True) == everybody
        assert {of: tenants.find_sandbox(session, of) for of in (tenant, other_tenant)} == sandboxes
        assert not tenants.has_opaque_accounts(session, tenant)
        kept = {one.key: one for of in (tenant, other_tenant) for one in credentials(session, of)}
    assert {key for key, one in kept.items() if one.test} == test_keys
    assert kept[expiring].revoked == now + DAY
    assert kept[revoked].revoked == now
    assert sum(one.revoked is None for one in kept.values()) == 3
