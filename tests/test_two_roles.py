"""On PostgreSQL one role may own the tables and another one serve: it can change neither the wall nor what was done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.engine import make_url

import migrations
from certification.access.permissions import Role
from certification.acts import chain
from lrs import api
from lrs.db import NOBODY, Database, new_id
from tests.certification.access.people import account, give, signed_in
from tests.conftest import PEPPER, application
from tests.postgresql import Cluster
from wsgi import Settings, bring_up_to_date

ROLE = "cdht_serving"


@pytest.fixture(params=["postgresql"])
def database_url(request: pytest.FixtureRequest, postgresql: Cluster) -> Iterator[str]:
    """A fresh migrated database, and a role that owns nothing of it."""
    postgresql.as_superuser(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))
    with postgresql.lent_database("migrated") as url:
        yield url
    postgresql.as_superuser(sql.SQL("DROP ROLE {}").format(sql.Identifier(ROLE)))


@pytest.fixture
def serving(database_url: str) -> Iterator[Database]:
    """The same database, for that role."""
    served = Database(make_url(database_url).set(username=ROLE).render_as_string(hide_password=False))
    yield served
    served.close()


def test_the_role_that_serves_serves_and_can_change_neither_tables_nor_the_wall_nor_acts(
    database: Database, database_url: str, serving: Database, tmp_path: Path, now: datetime
) -> None:
    with pytest.raises(SystemExit, match="belongs to another role"):
        bring_up_to_date(serving)
    bring_up_to_date(serving, database_url)
    bring_up_to_date(serving)
    assert serving.has_wall() and migrations.is_current(serving)
    with serving.reading(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
    account(serving, tenant, "vh", now)
    give(serving, tenant, "vh", Role.OPERATOR, now)
    settings = Settings(tmp_path, serving.url.render_as_string(hide_password=False), PEPPER)
    client: FlaskClient = application(settings, serving).test_client()
    answer = client.get("/api/acts", headers=signed_in(client, "vh"))
    assert answer.status_code == 200
    with serving.writing(tenant) as session:
        chain.add(session, tenant, by="vh", act="x", subject="y", detail={"a": 1}, now=now)
    for forbidden in (
        "UPDATE certification_act SET subject = 'z'",
        "UPDATE certification_act SET digest = detail_digest",
        "UPDATE certification_act SET detail = '{}'",
        "UPDATE certification_act SET salt = NULL",
        "DELETE FROM certification_act",
        "TRUNCATE certification_act",
        "DROP TABLE certification_act",
        "ALTER TABLE certification_act NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY only_emptied ON certification_act",
        "DROP POLICY of_tenant ON certification_worker",
        "ALTER TABLE certification_worker DISABLE ROW LEVEL SECURITY",
        "UPDATE alembic_version SET version_num = 'x'",
        f"ALTER ROLE {ROLE} BYPASSRLS",
        "SET ROLE cdht",
    ):
        assert _refused(serving, tenant, forbidden), forbidden
    with serving.reading(tenant) as session:
        assert chain.verify(session, tenant).faults == ()
    with serving.writing(tenant) as session:
        session.execute(sa.text("UPDATE certification_act SET detail = NULL, salt = NULL WHERE act = 'x'"))
        assert chain.verify(session, tenant).faults, "what was emptied without an act of erasing is told"


def test_the_role_that_serves_erases_a_person_and_the_record_holds(
    database: Database, database_url: str, serving: Database, now: datetime
) -> None:
    bring_up_to_date(serving, database_url)
    with serving.reading(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
    worker = new_id()
    with serving.writing(tenant) as session:
        for about in (worker, None):
            chain.add(session, tenant, by="vh", act="x", subject="y", worker=about, detail={"name": "An"}, now=now)
    with serving.writing(tenant) as session:
        assert chain.erase_details(session, tenant, worker, by="vh", now=now) == 1
    with serving.reading(tenant) as session:
        assert [one.detail for one in chain.listed(session, tenant, limit=9)] == [{}, {"name": "An"}, None]
        assert chain.verify(session, tenant).faults == ()


def test_one_role_for_both_goes_on_and_the_same_one_named_twice_is_said(database: Database, database_url: str) -> None:
    bring_up_to_date(database)
    with pytest.raises(SystemExit, match="both connect as cdht"):
        bring_up_to_date(database, database_url)


def _refused(database: Database, tenant: Any, command: str) -> bool:
    try:
        with database.writing(tenant) as session:
            session.execute(sa.text(command))
    except sa.exc.DBAPIError as error:
        return isinstance(error.orig, InsufficientPrivilege)
    return False
