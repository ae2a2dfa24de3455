"""The wall on PostgreSQL stands around every table of tenants' data, and comes and goes without touching a row."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import command

import certification.models
import lrs.models
import migrations
from lrs.db import EVERY_TENANT, Database
from tests.migrations.test_rows import fill

WITHOUT = {
    "lrs_tenant": "read to find out who asks",
    "lrs_credential": "read to find out who asks",
    "lrs_token_client": "read to find out who asks",
    "certification_publication": "read to find out what is shown to whoever brings no key",
    "certification_certificate_code": "read to find out whose certificate a code is, which anybody may ask",
}
"""Tables that have no policy, and why. A table of tenants' data belongs here only for a reason like these."""

THROUGH_ORGANIZATION = {"organization_id", "predecessor_id"}

TABLES = {**lrs.models.Base.metadata.tables, **certification.models.Base.metadata.tables}

POLICIES = sa.text(
    "SELECT relname, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), polname, polcmd,"
    " polpermissive"
    " FROM pg_class LEFT JOIN pg_policy ON polrelid = pg_class.oid"
    " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relrowsecurity AND relforcerowsecurity"
)


def policies(database: Database) -> dict[str, str]:
    """The condition of each table that has one policy, for reading and writing alike, which binds owners too.

    A policy that allows nothing, but takes away, is none of these.
    """
    with database.reading(EVERY_TENANT) as session:
        found = [row for row in session.execute(POLICIES) if row.polpermissive is not False]
    assert len({row.relname for row in found}) == len(found)
    for name, condition, check, policy, commands, permissive in found:
        assert (condition, policy, commands, permissive) == (check, "of_tenant", "*", True), name
    return {row[0]: row[1] for row in found}


def test_every_table_of_tenants_data_is_behind_the_wall(database: Database) -> None:
    expected = set() if database.is_sqlite else set(TABLES) - WITHOUT.keys()
    found = policies(database) if expected else {}
    assert set(found) == expected
    of_tenant = {found[name] for name in expected if "tenant_id" in TABLES[name].columns}
    assert len(of_tenant) <= 1, "one condition for all, so that one proof is enough"
    through = {name for name in expected if "tenant_id" not in TABLES[name].columns}
    for name in through:
        (column,) = THROUGH_ORGANIZATION & set(TABLES[name].columns.keys())
        assert f"{name}.{column}" in found[name]
        assert "certification_organization own" in found[name]


def shown(database: Database, tenant: UUID, tables: Collection[str]) -> set[str]:
    """Those of the tables that show this tenant's session anything."""
    with database.reading(tenant) as session:
        return {name for name in tables if session.scalar(sa.text(f"SELECT count(*) FROM {name}"))}


def test_the_wall_goes_down_and_up_again_and_hides_rows_that_were_there_before(database: Database) -> None:
    filled = {name for name, rows in fill(database).items() if rows}
    assert filled == set(TABLES)
    stranger = uuid4()
    hidden = set() if database.is_sqlite else filled - WITHOUT.keys()
    assert shown(database, stranger, filled) == filled - hidden
    command.downgrade(migrations.config_for(database), "0006")
    older = filled & set(sa.inspect(database.engine).get_table_names())
    assert shown(database, stranger, older) == older
    migrations.upgrade(database)
    assert shown(database, stranger, older) == older - hidden
    with database.reading(EVERY_TENANT) as session:
        assert all(session.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in older)
