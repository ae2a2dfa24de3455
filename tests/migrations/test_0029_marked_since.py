"""Marks that are there keep waiting, going up and down; since when is not known of those from before."""

from __future__ import annotations

from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import command

import migrations
from certification.marks import mark_uncounted
from lrs.db import EVERY_TENANT, Database


def test_marks_stay_and_those_from_before_say_nothing_of_since_when(database: Database, tenant: UUID) -> None:
    known, older = uuid4(), uuid4()
    with database.writing(tenant) as session:
        mark_uncounted(session, tenant, [(known, 2026), (older, 2026)])
    config = migrations.config_for(database)
    command.downgrade(config, "0028")
    assert _since(database, "mark") == [4, 4]
    migrations.upgrade(database)
    assert _since(database, "since") == [0, 0]
    with database.writing(tenant) as session:
        mark_uncounted(session, tenant, [(known, 2026), (uuid4(), 2026)])
    assert _since(database, "since") == [0, 0, 7]


def _since(database: Database, column: str) -> list[int]:
    """Which version of a UUID each mark has; 0 of the one that says nothing."""
    with database.reading(EVERY_TENANT) as session:
        rows = session.execute(sa.text(f"SELECT {column} FROM certification_uncounted"))
        found = [UUID(str(row[0])) for row in rows]
    return sorted(one.version or 0 if one.int else 0 for one in found)
