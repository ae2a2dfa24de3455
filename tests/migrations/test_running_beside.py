"""Programs of the version before go on while the tables are brought up to date: what they say still works afterwards.

What they say is tried: a row more, read, changed and removed in every table, with the columns that version knows and no
other. A step that cannot be borne is listed with its reason, and the changelog tells to stop the program before it.
"""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command

import migrations
from lrs.db import EVERY_TENANT, Database
from tests.migrations.test_rows import steps, tables, value

SINCE = "0058"
"""The newest revision when this was first promised; steps before it were taken with the program stopped."""

STOPPED_FOR: dict[str, str] = {}
"""Steps for which every program has to be stopped, and why."""

BORNE = [(revision, before) for revision, before in steps() if revision > SINCE and revision not in STOPPED_FOR]


def of_old_programs(database: Database, old: list[sa.Table]) -> None:
    """Put a row into every table, read it, change it and remove it, knowing these columns alone."""
    made: dict[str, UUID] = {}
    with database.writing(EVERY_TENANT) as session:
        for table in old:
            session.execute(table.insert().values({column.name: value(column, made) for column in table.columns}))
        for table in reversed(old):
            mine = sa.and_(*(column == value(column, made) for column in table.primary_key))
            others = {one.name: value(one, made) for one in table.columns if not one.primary_key}
            if others:
                session.execute(table.update().where(mine).values(others))
            assert session.execute(sa.select(table).where(mine)).one()._mapping.keys() == table.columns.keys()
            session.execute(table.delete().where(mine))


def across(database: Database, before: str, revision: str) -> list[sa.Table]:
    """The tables as they stood before a step that was then taken."""
    config = migrations.config_for(database)
    command.downgrade(config, before)
    old = tables(database)
    command.upgrade(config, revision)
    return old


@pytest.mark.slow
@pytest.mark.parametrize(("revision", "before"), BORNE)
def test_a_step_is_borne_by_programs_that_run_meanwhile(database: Database, revision: str, before: str) -> None:
    of_old_programs(database, across(database, before, revision))


@pytest.mark.slow
@pytest.mark.parametrize(("revision", "before"), [("0002", "0001"), ("0028", "0027")])
def test_a_step_that_is_not_is_found(database: Database, revision: str, before: str) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        of_old_programs(database, across(database, before, revision))
