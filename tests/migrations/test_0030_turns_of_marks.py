"""Marks that are there stay, going up and down, and those from before come first."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic import command

import migrations
from certification import marks
from lrs.db import EVERY_TENANT, Database


def test_marks_stay_and_those_from_before_come_first(
    database: Database, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "MANY", 1)
    with database.writing(tenant) as session:
        marks.mark_stale(session, tenant, [(uuid4(), 2025), (uuid4(), 2026)])
    assert _rows(database, "year, turn") == [(2025, 1), (2026, 1)]
    command.downgrade(migrations.config_for(database), "0029")
    assert _rows(database, "year, causes") == [(2025, 1), (2026, 1)]
    migrations.upgrade(database)
    assert _rows(database, "year, turn") == [(2025, 0), (2026, 0)]


def _rows(database: Database, columns: str) -> list[tuple[object, ...]]:
    with database.reading(EVERY_TENANT) as session:
        query = sa.text(f"SELECT {columns} FROM certification_stale WHERE year IN (2025, 2026) ORDER BY year")
        return [tuple(row) for row in session.execute(query)]
