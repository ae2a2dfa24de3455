"""With PgBouncer in between, which lends a connection for a transaction, all is as without it.

What programs do at once, mixed by chance; and tests of storing, reading in order, judging and the wall between tenants,
the very ones that are run without it, once more.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import command

import migrations
from lrs.db import EVERY_TENANT, NOBODY, Database
from tests.certification.conftest import an as an
from tests.certification.conftest import other_an as other_an
from tests.certification.conftest import rules as rules
from tests.certification.judgement.test_work import test_the_loop_follows_and_judges_every_tenant_before_it_waits
from tests.conftest import PEPPER
from tests.faults.conftest import chance as chance
from tests.faults.platforms import at_once, everything_stored, statement
from tests.faults.pooled.conftest import CONNECTIONS
from tests.faults.serving import scaled
from tests.lrs.statements.test_store import test_parallel_writers_of_the_same_statements_store_each_once
from tests.lrs.test_api import test_a_reader_who_polls_while_many_write_misses_nothing
from wsgi import Settings, create_app

__all__ = [
    "test_a_reader_who_polls_while_many_write_misses_nothing",
    "test_parallel_writers_of_the_same_statements_store_each_once",
    "test_the_loop_follows_and_judges_every_tenant_before_it_waits",
]

CALLS = scaled(400)
"""10,000 with FAULTS_SCALE=25."""
CLIENTS = 8

STATE = {"activityId": "https://hoc.example.org/bai/1", "stateId": "trang"}


class Caller:
    """A platform of a tenant: calls whatever comes to its mind, and knows what the answers must be."""

    def __init__(self, app: Any, authorization: str, name: str, chance: random.Random) -> None:
        self._client, self._chance = app.test_client(), chance
        self._headers = {"Authorization": authorization, "X-Experience-API-Version": "2.0.0"}
        self._agent = json.dumps({"account": {"homePage": "https://hoc.example.org", "name": name}})
        self.stored: list[dict[str, Any]] = []
        self._seen: str | None = None
        self.shown: set[str] = set()

    def call(self) -> None:
        self._chance.choice([self.post, self.post, self.repeat, self.list, self.state, self.change])()

    def _ask(self, method: str, path: str, *expected: int, headers: dict[str, str] | None = None, **how: Any) -> Any:
        answer = self._client.open(path, method=method, headers={**self._headers, **(headers or {})}, **how)
        assert answer.status_code in expected, (method, path, answer.status_code, answer.text)
        return answer

    def post(self) -> None:
        batch = [statement(self._chance) for _ in range(self._chance.choice([1, 1, 5, 20]))]
        self._ask("POST", "/xapi/statements", 200, json=batch)
        self.stored += batch

    def repeat(self) -> None:
        if self.stored:
            self._ask("POST", "/xapi/statements", 200, json=[self._chance.choice(self.stored)])

    def list(self) -> None:
        shown = self._ask("GET", "/xapi/statements?limit=30", 200).json["statements"]
        self.shown.update(one["id"] for one in shown)

    def state(self) -> None:
        answer = self._ask("GET", "/xapi/activities/state", 200, 404, query_string={**STATE, "agent": self._agent})
        self._seen = answer.headers.get("ETag")

    def change(self) -> None:
        """Nobody else writes here: what was seen still holds."""
        self.state()
        condition = {"If-Match": self._seen} if self._seen else {"If-None-Match": "*"}
        query = {**STATE, "agent": self._agent}
        said = {"page": self._chance.randrange(10**6)}
        self._ask("PUT", "/xapi/activities/state", 204, headers=condition, query_string=query, json=said)


def test_whatever_is_called_at_once_is_answered_as_without_it(
    database: Database, tenant: UUID, other_tenant: UUID, credential: Callable[..., str], tmp_path: Path,
    chance: random.Random,
) -> None:  # fmt: skip
    url = database.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=PEPPER), database)
    owners = [tenant, other_tenant] * (CLIENTS // 2)
    keys = {owner: credential(owner) for owner in (tenant, other_tenant)}
    callers = [Caller(app, keys[one], f"w-{n}", random.Random(chance.random())) for n, one in enumerate(owners)]

    def call(caller: Caller) -> None:
        for _ in range(CALLS // CLIENTS):
            caller.call()

    with at_once(*(partial(call, caller) for caller in callers)):
        pass
    for owner in (tenant, other_tenant):
        own = [caller for caller, whose in zip(callers, owners, strict=True) if whose == owner]
        stored = everything_stored(database, owner)
        ids = [str(one.id) for one in stored]
        assert sorted(ids) == sorted(one["id"] for caller in own for one in caller.stored)
        assert [one.stored for one in stored] == sorted(one.stored for one in stored)
        assert all(caller.shown <= set(ids) for caller in own), "shown to another tenant"


def test_nothing_stays_on_a_connection_that_the_next_one_is_lent(database: Database, tenant: UUID) -> None:
    """Neither whose data it was used for, nor a prepared statement, nor a lock."""
    for owner in (tenant, EVERY_TENANT, NOBODY):
        with database.writing(owner) as session:
            session.execute(sa.text("SELECT pg_advisory_xact_lock(1)"))
    asked = sa.text(
        "SELECT current_setting('cdht.tenant', true), current_setting('jit'),"
        " (SELECT count(*) FROM pg_prepared_statements),"
        " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())"
    )
    bare = database.engine.execution_options(begin=("BEGIN",))
    for _ in range(2 * CONNECTIONS):
        with bare.connect() as connection:
            whose, compiled, prepared, locks = connection.execute(asked).one()
            assert (whose or "", compiled, prepared, locks) == ("", "on", 0, 0)


def test_the_tables_are_brought_up_to_date_through_it(database: Database) -> None:
    command.downgrade(migrations.config_for(database), "-1")
    assert not migrations.is_current(database)
    migrations.upgrade(database)
    assert migrations.is_current(database)
