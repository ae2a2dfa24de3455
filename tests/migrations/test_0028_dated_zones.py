"""Sector and zone move to the first day of their enterprise, and the last ones known come back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import command

import migrations
from lrs.db import EVERY_TENANT, Database

UNITS, LABELS = "certification_organization", "certification_organization_label"


def put(database: Database, table: str, rows: list[dict[str, Any]]) -> None:
    with database.writing(EVERY_TENANT) as session:
        found = sa.Table(table, sa.MetaData(), autoload_with=session.connection())
        for row in rows:
            fitting = {
                name: value.hex if name.endswith("id") and not isinstance(found.c[name].type, sa.Uuid) else value
                for name, value in row.items()
            }
            session.execute(found.insert(), [fitting])


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.reading(EVERY_TENANT) as session:
        return [tuple(map(str, row)) for row in session.execute(sa.text(query))]


def test_what_is_known_holds_since_the_first_day_and_the_last_stays_going_down(database: Database) -> None:
    config = migrations.config_for(database)
    command.downgrade(config, "0027")
    tenant, enterprise, other = uuid4(), uuid4(), uuid4()
    unit = {"tenant_id": tenant, "name": "May", "kind": "enterprise", "exists_from": None, "exists_to": None}
    put(
        database,
        UNITS,
        [
            {**unit, "id": enterprise, "code": "dn/1", "sector": "Dệt may", "zone": "KCN A"},
            {**unit, "id": other, "code": "dn/2", "sector": None, "zone": None},
        ],
    )
    label = {"tenant_id": tenant, "name": "May", "plain": "may", "official_code": None}
    days = [date(1900, 1, 1), date(2026, 7, 1)]
    put(
        database,
        LABELS,
        [{**label, "organization_id": one, "valid_from": day} for one in (enterprise, other) for day in days],
    )

    command.upgrade(config, "0028")
    told = "SELECT valid_from, sector, zone FROM certification_organization_label ORDER BY valid_from, sector"
    assert sorted(rows(database, told)) == [
        ("1900-01-01", "Dệt may", "KCN A"),
        ("1900-01-01", "None", "None"),
        ("2026-07-01", "None", "None"),
        ("2026-07-01", "None", "None"),
    ]
    with database.writing(EVERY_TENANT) as session:
        session.execute(
            sa.text(
                "UPDATE certification_organization_label SET zone = 'KCN B', sector = ''"
                " WHERE valid_from = '2026-07-01' AND name = 'May' AND organization_id IN"
                " (SELECT id FROM certification_organization WHERE code = 'dn/1')"
            )
        )
    command.downgrade(config, "0027")
    told = "SELECT code, sector, zone FROM certification_organization ORDER BY code"
    assert rows(database, told) == [("dn/1", "None", "KCN B"), ("dn/2", "None", "None")]
