"""The loop that forwards: soon after something is stored, whoever else hangs, and nothing where no host is allowed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from uuid import UUID

import pytest

from lrs import api
from lrs.db import Database
from tests.conftest import PEPPER
from tests.lrs.forwarding.stores import HOSTS, Scripted, known, point_at, scripted
from tests.lrs.statements.builders import statement
from tests.threads import ended


def test_what_is_stored_goes_out_soon_though_another_destination_hangs(
    database: Database, tenant: UUID, identity: api.Identity, now: datetime
) -> None:
    stop, taken, asked, go_on = (threading.Event() for _ in range(4))

    def hang(request: Scripted) -> None:
        asked.set()
        go_on.wait(60)

    def take(request: Scripted) -> None:
        request.take()
        taken.set()

    with scripted() as well, scripted() as hanging:
        well.answering, hanging.answering = take, hang
        point_at(database, tenant, well.endpoint, now)
        told = {"username": "k", "password": "s", "hosts": HOSTS, "more": {}, "pepper": PEPPER, "now": now}
        with database.writing(tenant) as session:
            api.set_destination(session, tenant, "khac", endpoint=hanging.endpoint, **told)
        running = threading.Thread(
            target=api.forward,
            args=(database,),
            kwargs={"pepper": PEPPER, "hosts": HOSTS, "stop": stop, "clock": lambda: datetime.now(UTC)},
            daemon=True,
        )
        running.start()
        for _ in range(2):
            taken.clear()
            with database.writing(tenant) as session:
                api.store(session, identity, [statement()])
            assert taken.wait(60)
        assert asked.wait(60)
        stop.set()
        ended(running)
        go_on.set()
    assert len(well.kept) == 2
    assert known(database, tenant).name == "kia"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_an_allowed_host_it_ends_at_once(database: Database) -> None:
    api.forward(database, pepper=PEPPER, hosts=(), stop=threading.Event(), clock=lambda: datetime.now(UTC))
