"""What every session promises, on either engine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
import sqlalchemy.exc

from lrs import api
from lrs.db import NOBODY, Database, among, asked_once
from lrs.models import Statement, Tenant
from tests.lrs.statements.builders import statement
from tests.postgresql import Cluster


@pytest.mark.parametrize("snapshot", [False, True])
def test_a_reading_session_can_change_nothing(database: Database, tenant: UUID, snapshot: bool) -> None:
    with pytest.raises(sqlalchemy.exc.DBAPIError), database.reading(tenant, snapshot=snapshot) as session:
        session.execute(sa.update(Tenant).where(Tenant.id == tenant).values(name="changed"))
    with database.writing(tenant) as session:
        session.execute(sa.update(Tenant).where(Tenant.id == tenant).values(name="changed"))
    with database.reading(tenant, snapshot=snapshot) as session:
        assert api.find_tenant(session, "changed") == tenant


def test_a_session_for_questions_asks_the_same_once_and_one_that_may_change_it_each_time(
    database: Database, tenant: UUID, count_commands: Callable[[], Any]
) -> None:
    name = sa.select(Tenant.name).where(Tenant.id == tenant)
    with database.writing(tenant) as session:
        for said in ("before", "after"):
            session.execute(sa.update(Tenant).where(Tenant.id == tenant).values(name=said))
            assert asked_once(session, "name", lambda: session.scalar(name)) == said
    with database.reading(tenant) as session, count_commands() as asked:
        for key in ("one", "other", "one"):
            assert asked_once(session, key, lambda: session.scalar(name)) == "after"
    assert len([one for one in asked if one.startswith("SELECT")]) == 2


def test_a_snapshot_answers_all_questions_as_of_one_moment(database: Database, identity: api.Identity) -> None:
    with database.reading(identity.tenant, snapshot=True) as session:
        before = api.latest_token(session, identity.tenant)
        with database.writing(identity.tenant) as other:
            api.store(other, identity, [statement()])
        assert api.latest_token(session, identity.tenant) == before
    with database.reading(identity.tenant) as session:
        assert api.latest_token(session, identity.tenant) != before


@pytest.mark.parametrize("kind", ["reading", "snapshot", "writing"])
def test_no_question_is_compiled_first(database: Database, tenant: UUID, kind: str) -> None:
    if database.is_sqlite:
        return  # which compiles none
    sessions = {
        "reading": database.reading(tenant),
        "snapshot": database.reading(tenant, snapshot=True),
        "writing": database.writing(tenant),
    }
    with sessions[kind] as session:
        assert session.scalar(sa.text("SHOW jit")) == "off"


def test_an_error_of_the_database_tells_nothing_of_the_values(database: Database, tenant: UUID) -> None:
    rows = [{"id": tenant, "name": "Nguyễn Văn Bí Mật", "created": datetime.now(UTC)}]
    with pytest.raises(sqlalchemy.exc.DBAPIError) as failed, database.writing(tenant) as session:
        session.execute(sa.insert(Tenant), rows)
    assert "Bí Mật" not in str(failed.value)


def test_places_are_given_once_even_where_the_server_isolates_more_by_default(
    database: Database, identity: api.Identity
) -> None:
    if not database.is_sqlite:
        with database.writing(NOBODY) as session:
            session.connection().exec_driver_sql(
                f"ALTER DATABASE {database.url.database} SET default_transaction_isolation = 'repeatable read'"
            )
        database.close()  # new connections meet the new default

    def write(_: int) -> None:
        with database.writing(identity.tenant) as session:
            api.store(session, identity, [statement(str(uuid4()))])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(60)))
    with database.reading(identity.tenant) as session:
        places = list(
            session.scalars(
                sa.select(Statement.seq).where(Statement.tenant_id == identity.tenant).order_by(Statement.seq)
            )
        )
    assert places == list(range(1, 61))


@pytest.mark.parametrize("count", [0, 1, 40_000])
def test_among_takes_any_number_of_values(database: Database, tenant: UUID, count: int) -> None:
    with database.reading(tenant) as session:
        ids = [uuid4() for _ in range(count)]
        query = sa.select(sa.func.count()).select_from(Tenant)
        assert session.scalar(query.where(among(session, Tenant.id, [*ids, tenant]))) == 1
        assert session.scalar(query.where(among(session, Tenant.name, [*map(str, ids), "default"]))) == 1


def test_the_state_changes_when_what_was_written_can_be_seen_and_not_before(
    database: Database, identity: api.Identity
) -> None:
    before = database.state()
    with database.reading(identity.tenant) as session:
        api.changes(session, identity.tenant, None)
    assert not database.is_sqlite or database.state() == before  # a server may have other databases, written to as well
    with database.writing(identity.tenant) as session:
        api.store(session, identity, [statement()])
        meanwhile = database.state()
    assert database.state() not in (before, meanwhile)


def test_on_sqlite_an_open_write_transaction_shows_in_every_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/some.sqlite3"
    ours, theirs = Database(url), Database(url)
    with ThreadPoolExecutor(1) as reader:
        for writer in (ours, theirs):
            assert reader.submit(ours.nobody_writes).result()
            with writer.writing(NOBODY) as session:
                session.execute(sa.text("SELECT 1"))
                assert not reader.submit(ours.nobody_writes).result()
            assert reader.submit(ours.nobody_writes).result()
    ours.close()
    theirs.close()


def test_a_connection_that_ended_while_idle_is_replaced(postgresql: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lrs.db.IDLE_SECONDS", 0.0)
    database = Database(postgresql.url("postgres"))
    with database.reading(NOBODY) as session:
        backend = session.scalar(sa.text("SELECT pg_backend_pid()"))
    with psycopg.connect(postgresql.url("postgres").replace("+psycopg", ""), autocommit=True) as administrator:
        administrator.execute("SELECT pg_terminate_backend(%s, 60000)", (backend,))
    with database.reading(NOBODY) as session:
        assert session.scalar(sa.text("SELECT pg_backend_pid()")) != backend
    database.close()
