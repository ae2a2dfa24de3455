"""The record of rights beside that of signing in, of which there is far more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.access import records
from lrs.db import Database

ABOUT = ["lan", "hoa", "lan"]


@pytest.fixture
def rights(database: Database, tenant: UUID, now: datetime) -> None:
    """Three acts about rights, each followed by who signed in."""
    with database.writing(tenant) as session:
        for about in ABOUT:
            for act in ("give-role", records.TRIED, records.SIGNED_IN):
                records.add(session, tenant, by="admin", act=act, about=about, reason="x", now=now)
                session.flush()


@pytest.mark.parametrize(
    ("asked", "index", "told"),
    [
        ({}, "certification_access_record_of_rights", ["give-role"] * 3),
        ({"about": "lan"}, "certification_access_record_", ["give-role"] * 2),
        ({"signing_in": True}, "certification_access_record_tenant_id_id", ["sign-in", "sign-in.try"] * 3),
        (
            {"signing_in": True, "about": "lan"},
            "certification_access_record_tenant_id_about_id_act",
            ["sign-in", "sign-in.try"] * 2,
        ),
    ],
)
def test_each_is_read_by_an_index_in_order_and_passes_over_none_of_the_others(
    database: Database, tenant: UUID, rights: None, asked: dict[str, object], index: str, told: list[str]
) -> None:
    plans: list[str] = []

    def note(_connection: sa.Connection, cursor: object, command: str, values: object, *_: object) -> None:
        if command.startswith("SELECT") and "certification_access_record" in command:
            raw = cursor.connection.cursor()  # type: ignore[attr-defined]
            raw.execute(("EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN ") + command, values)
            plans.append(" ".join(str(row[-1]) for row in raw))

    with database.reading(tenant) as session:
        if not database.is_sqlite:  # it would read few rows one by one
            session.execute(sa.text("SET LOCAL enable_seqscan = off"))
            session.execute(sa.text("SET LOCAL enable_bitmapscan = off"))
            session.execute(sa.text("SET LOCAL enable_sort = off"))
        sa.event.listen(database.engine, "before_cursor_execute", note)
        found = records.latest(session, tenant, limit=10, **asked)  # type: ignore[arg-type]
    assert [one.act for one in found] == told
    (plan,) = plans
    assert index in plan, plan
    assert "SORT" not in plan.upper() and "TEMP B-TREE" not in plan, plan
