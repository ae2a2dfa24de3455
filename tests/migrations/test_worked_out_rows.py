"""What a step works out of the rows that are there is what the program itself had written, before going down."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import command

import migrations
from certification.people import linking
from lrs import api
from lrs.db import EVERY_TENANT, Database
from tests.certification.learning import add_worker, follow_all, ifi, load_rules, statement, store
from tests.certification.world import World


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.reading(EVERY_TENANT) as session:
        return sorted((tuple(row) for row in session.execute(sa.text(query))), key=str)


def down_and_up(database: Database, revision: str, query_below: str = "SELECT 1") -> list[tuple[Any, ...]]:
    """Goes down to before a step and up again to the newest; gives what a query finds in between."""
    command.downgrade(migrations.config_for(database), revision)
    found = rows(database, query_below)
    migrations.upgrade(database)
    return found


def test_who_linked_an_account_by_hand_and_how_sure_it_is(database: Database, tenant: UUID, now: datetime) -> None:
    load_rules(database, tenant, now=now)
    for number in ("NV-AN", "NV-BINH"):
        add_worker(database, tenant, number, now=now)
    with database.writing(tenant) as session:
        linking.link(session, tenant, ifi("an"), "NV-AN", by="Chị Hoa", now=now)
        linking.link(session, tenant, ifi("binh"), "NV-BINH", by="Anh Nam", now=now)
        session.execute(sa.text("UPDATE certification_worker_identifier SET basis = ''"))
    query = "SELECT ifi, sureness, linked_by, basis FROM certification_worker_identifier"
    before = rows(database, query)
    assert {(row[1], row[2]) for row in before} == {("confirmed", "Chị Hoa"), ("confirmed", "Anh Nam")}
    below = down_and_up(database, "0009", "SELECT ifi, basis FROM certification_worker_identifier")
    assert below == [(row[0], row[2]) for row in before]
    assert rows(database, query) == before


def test_what_units_are_called_since_they_are_there(database: Database, tenant: UUID, now: datetime) -> None:
    World(database, tenant, now)
    query = (
        "SELECT o.code, l.name, l.plain FROM certification_organization_label l"
        " JOIN certification_organization o ON o.id = l.organization_id"
        " WHERE l.valid_from = (SELECT max(valid_from) FROM certification_organization_label"
        " WHERE organization_id = l.organization_id)"
    )
    before = rows(database, query)
    assert ("dn/a", "Doanh nghiệp A", "doanhnghiepa") in before
    names = "SELECT code, name FROM certification_organization"
    assert down_and_up(database, "0013", names) == [row[:2] for row in before]
    assert rows(database, query) == before
    firsts = "SELECT CAST(min(valid_from) AS VARCHAR) FROM certification_organization_label"
    assert rows(database, firsts) == [("1900-01-01",)], "for units of which nobody said since when"


def test_unknown_actors_are_counted_and_accounts_are_alike_as_before(
    database: Database, tenant: UUID, identity: api.Identity, now: datetime
) -> None:
    load_rules(database, tenant, now=now)
    mails = [{"mbox": "mailto:Lan@Example.org"}, {"mbox_sha1sum": "ab" * 20}]
    add_worker(database, tenant, "NV-AN", "an", " Ẩn Danh ", "lan@example.org", now=now)
    with database.writing(tenant) as session:
        for mail in mails:
            linking.link(session, tenant, str(api.ifi_text(mail)), "NV-AN", by="Chị Hoa", now=now)
    store(database, identity, *[statement(name) for name in ("lạ", "lạ", "không ai", "an")])
    follow_all(database, tenant, now)
    likeness = "SELECT ifi, likeness FROM certification_worker_identifier"
    unknown = "SELECT ifi, statements, CAST(first_seen AS VARCHAR) FROM certification_unknown_actor"
    before = rows(database, likeness), rows(database, unknown)
    assert sorted(row[1] for row in before[1]) == [1, 2]
    waiting = "SELECT ifi FROM certification_waiting_statement"
    assert len(down_and_up(database, "0017", waiting)) == 3
    assert (rows(database, likeness), rows(database, unknown)) == before
