"""Frozen figures of units stay, going up and down; those of zones are gone below."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import command

import migrations
from certification.models import Freezing
from lrs.db import EVERY_TENANT, Database, new_id


def test_frozen_figures_of_units_stay(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        for organization, zone in (("vn/a", None), ("", "KCN A")):
            session.add(
                Freezing(
                    id=new_id(), tenant_id=tenant, organization=organization, zone=zone, on_day=date(2026, 11, 19),
                    headcount_on=date(2026, 11, 19), basis="all", frozen=now, frozen_by="Sen", reason="", figures="{}",
                )
            )  # fmt: skip
    assert _rows(database, "organization, zone") == [("", "KCN A"), ("vn/a", None)]
    command.downgrade(migrations.config_for(database), "0032")
    assert _rows(database, "organization, figures") == [("vn/a", "{}")]
    migrations.upgrade(database)
    assert _rows(database, "organization, zone") == [("vn/a", None)]


def _rows(database: Database, columns: str) -> list[tuple[object, ...]]:
    with database.reading(EVERY_TENANT) as session:
        return [
            tuple(row)
            for row in session.execute(sa.text(f"SELECT {columns} FROM certification_freezing ORDER BY organization"))
        ]
