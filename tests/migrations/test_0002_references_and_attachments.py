"""Statements that are there when the tables for references come are found like those stored afterwards."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import command

import migrations
from lrs import api
from lrs.db import EVERY_TENANT, Database
from tests.lrs.statements.builders import agent, statement, voiding
from tests.lrs.statements.test_related import RELATED_ACTIVITIES, RELATED_AGENTS, TARGET, referring

DERIVED = {
    "lrs_statement_link": "key, seq, statement_id",
    "lrs_reference": "seq, steps, statement_id, target_id, voids, actor_key, verb_key, object_key, registration,"
    " authority_key",
}


def rows(database: Database) -> dict[str, list[Any]]:
    with database.reading(EVERY_TENANT) as session:
        return {
            table: sorted(map(str, session.execute(sa.text(f"SELECT tenant_id, {columns} FROM {table}"))))
            for table, columns in DERIVED.items()
        }


def test_rows_are_carried_across_both_ways(
    database: Database, identity: api.Identity, other_identity: api.Identity
) -> None:
    target = {**TARGET, "id": str(uuid4())}
    first = referring(target["id"])
    circle = [str(uuid4()), str(uuid4())]
    sent = [
        target, referring(first["id"]), first, referring(uuid4()), voiding(target["id"]), voiding(uuid4()),
        {**referring(circle[0]), "id": circle[1]}, {**referring(circle[1]), "id": circle[0]},
        statement({"objectType": "Group", "member": [agent("1"), agent("2"), {"mbox": "mailto:a@example.org"}]}),
        statement(context={"instructor": {"mbox_sha1sum": "AB" * 20}, "team": {"objectType": "Group", "member": []}}),
        statement({"openid": "https://e.org/nguyễn"}, context={"instructor": agent("\0")}),
        *RELATED_AGENTS.values(), *RELATED_ACTIVITIES.values(),
    ]  # fmt: skip
    for who in (identity, other_identity):
        for one in sent:
            with database.writing(who.tenant) as session:
                api.store(session, who, [one])
    expected = rows(database)
    assert all(expected.values())
    command.downgrade(migrations.config_for(database), "0001")
    with database.reading(identity.tenant) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM lrs_voiding")) == 4
    migrations.upgrade(database)
    assert rows(database) == expected
